"""What every page has: a title, one sentence, room for an error, the page's own part, details.

A page says what it is by `step`, fills `body` in `build`, brings itself up to date in `on_enter`,
each time it is come to, and writes what the person says into `self.answers` at once. Whether it may
be left is asked of flow.py; `on_next` may put that off.
"""

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, TypeVar

import shiboken6
from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QHBoxLayout,
    QLabel,
    QRadioButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
    QWizard,
    QWizardPage,
)

from desktop_migrator import __version__
from desktop_migrator.errors import MigratorError
from desktop_migrator.messages import Message
from desktop_migrator.reporter import Reporter
from desktop_migrator.wizard import flow, i18n, keyboard, theme
from desktop_migrator.wizard.announcements import announce
from desktop_migrator.wizard.context import WizardContext
from desktop_migrator.wizard.flow import WizardAnswers, WizardStep
from desktop_migrator.wizard.widgets import basics
from desktop_migrator.wizard.widgets.details import CollapsibleDetails
from desktop_migrator.wizard.widgets.error_panel import ErrorPanel
from desktop_migrator.wizard.widgets.support_lines import SupportLines
from desktop_migrator.wizard.worker import Operation, OperationListener

T = TypeVar("T")

_WIZARD_BUTTON = QWizard.WizardButton
_BUTTONS = (
    _WIZARD_BUTTON.BackButton,
    _WIZARD_BUTTON.NextButton,
    _WIZARD_BUTTON.CommitButton,
    _WIZARD_BUTTON.FinishButton,
    _WIZARD_BUTTON.CancelButton,
)
"""In the order in which they are seen."""


class _Content(QWidget):
    """As high as it has to be at the width it has, and not as it would be at its narrowest."""

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), 0)

    def heightForWidth(self, width: int) -> int:
        layout = self.layout()
        return layout.minimumHeightForWidth(width) if layout else -1


class WizardPage(QWizardPage):
    step: ClassVar[WizardStep]
    _landed_on: QWidget | None = None
    """What had the focus when the page came."""
    _spoken = ""
    """What was said of the page."""

    def __init__(self, context: WizardContext) -> None:
        super().__init__()
        self.context = context
        self._operation: Operation | None = None
        self._focus_before: QWidget | None = None
        """Where the focus was when the work under way began."""
        self._landing = QWidget(self)
        """Has the focus until `arrive`: QWizard gives it to a page's first child that takes it,
        though that be hidden."""
        self._landing.setFixedSize(0, 0)
        self._tab_order: list[QWidget] = []
        self._heading = basics.make_heading(scale=1.5)
        self._subtitle = basics.make_label(role="faint")
        self.error_panel = ErrorPanel(self.step, context.translator)
        self.body = QVBoxLayout()
        self.body.setSpacing(theme.GAP)

        content = _Content()
        content.setProperty("role", "content")
        column = QVBoxLayout(content)
        column.setContentsMargins(theme.WIDE, theme.WIDE, theme.WIDE, theme.GAP)
        column.setSpacing(theme.GAP)
        column.addWidget(self._heading)
        column.addWidget(self._subtitle)
        column.addWidget(self.error_panel)
        column.addLayout(self.body, 1)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(content)
        self._missing = basics.make_label(role="faint")
        self._missing.setContentsMargins(theme.WIDE, 0, theme.WIDE, theme.TIGHT)
        self._missing.hide()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._scroll, 1)
        outer.addWidget(self._missing)
        self._page_content = content
        content.installEventFilter(self)
        self._tidying = QTimer(self)
        self._tidying.setSingleShot(True)
        self._tidying.timeout.connect(self.settle_keys)
        self.completeChanged.connect(self._show_what_is_missing)
        self._support_lines: SupportLines | None = None
        self._has_details = False
        self.build()
        if not self._has_details:
            self._support_lines = SupportLines()
            self.add_details(self._support_lines)

    # ---- for the pages --------------------------------------------------------------------------

    def build(self) -> None:
        """Make the page's own part, once."""
        raise NotImplementedError

    def on_enter(self) -> None:
        """Bring the page up to date; it is about to be seen, come to from the page before."""

    def support_lines(self) -> list[str]:
        """Lines for the support desk, behind 'Show details' where a page has no other details."""
        context = self.context
        return [
            self.tr("Program {version}, plan {plan}").format(
                version=__version__, plan=context.plan.name
            ),
            self.tr("Data folder: {path}").format(path=context.workspace.root),
        ]

    def show_support_lines(self) -> None:
        if self._support_lines and self.context.loaded:
            self._support_lines.show_lines(self.support_lines())

    def takes_file(self, path: Path) -> bool:
        """Whether a file or folder that is dropped on the window is for this page."""
        del path
        return False

    def add_files(self, *paths: Path) -> None:
        """Use what was dropped and is for this page."""

    def confirm_close(self) -> bool:
        """Whether the window may be closed; the person may be asked."""
        return True

    def stop_and_close(self) -> None:
        """Close the window once what the page has under way has stopped."""
        self.abandon_operation()
        self.window().close()

    def on_next(self) -> bool:
        """Whether the next page may come now; if not, `next_page` brings it later."""
        return True

    def on_back(self) -> None:
        """The person goes back to the page before."""

    @property
    def answers(self) -> WizardAnswers:
        return self.context.answers

    def localize(self, message: Message) -> str:
        """What the engine says, in the person's language."""
        return self.context.translator(message)

    def set_header(self, title: str, subtitle: str) -> None:
        """The title, and one sentence that says what happens here."""
        self._heading.setText(title)
        self._subtitle.setText(subtitle)
        self._subtitle.setVisible(bool(subtitle))
        self.setAccessibleName(title)
        self._landing.setAccessibleName(title)
        self.setAccessibleDescription(subtitle)
        self.setWindowTitle(title)

    @property
    def heading(self) -> str:
        return self._heading.text()

    def add_details(self, content: QWidget) -> CollapsibleDetails:
        self._has_details = True
        details = CollapsibleDetails(content)
        self.body.addWidget(details)
        return details

    def add_row(self, *widgets: QWidget, stretch: bool = True) -> QHBoxLayout:
        """Widgets next to each other, at the leading edge."""
        row = QHBoxLayout()
        row.setSpacing(theme.GAP)
        for widget in widgets:
            row.addWidget(widget)
        if stretch:
            row.addStretch(1)
        self.body.addLayout(row)
        return row

    def start_operation(
        self,
        work: Callable[[Reporter], T],
        on_success: Callable[[T], None],
        on_failure: Callable[[MigratorError], None] | None = None,
        listener: OperationListener | None = None,
    ) -> Operation:
        """Have the worker do it; what this page had under way is of no interest any more."""
        self.abandon_operation()
        self.error_panel.clear()
        self._hold_focus()

        def ended(result: T) -> None:
            focused = self.window().focusWidget()
            self._operation = None
            on_success(result)
            self.completeChanged.emit()
            self._return_focus(focused)
            self._say_what_came()

        def stopped(error: MigratorError) -> None:
            focused = self.window().focusWidget()
            self._operation = None
            (on_failure or self.error_panel.show_error)(error)
            self.completeChanged.emit()
            self._return_focus(focused)

        self._operation = self.context.worker.start(
            work, on_success=ended, on_failure=stopped, listener=listener
        )
        self.completeChanged.emit()
        return self._operation

    def abandon_operation(self) -> None:
        if self._operation:
            self._operation.abandon()
            self._operation = None

    @property
    def operation(self) -> Operation | None:
        """What this page has under way."""
        return self._operation

    def notify_complete_changed(self) -> None:
        """The person said something: it may be possible to go on now."""
        self.completeChanged.emit()

    def scroll_to(self, widget: QWidget) -> None:
        """Once it lies where it will."""
        QTimer.singleShot(0, lambda: self._scroll.ensureWidgetVisible(widget))

    def next_page(self) -> None:
        self.wizard().next()

    # ---- keyboard and screen reader -------------------------------------------------------------

    def first_control(self) -> QWidget | None:
        """What has the focus when the page comes; None: the page as a whole."""
        for widget in keyboard.tab_order(self.body):
            waits = isinstance(widget, QRadioButton) and not widget.isChecked()
            if not waits and widget.property("role") != "details":
                return widget
        return None

    def settle_keys(self) -> None:
        """Letters and the way of the Tab key, for what is on the page now."""
        buttons = self._wizard_buttons()
        taken: set[str] = set()
        keyboard.assign_letters(buttons, taken)
        keyboard.assign_letters(
            (
                each
                for each in self._page_content.findChildren(QWidget)
                if isinstance(each, QAbstractButton | QLabel)
                and (isinstance(each, QAbstractButton) or each.buddy() is not None)
                and each.isVisibleTo(self)
            ),
            taken,
        )
        order = [
            *keyboard.tab_order(self.body),
            *keyboard.tab_order(self.error_panel.layout()),
            *buttons,
        ]
        if order != self._tab_order:
            self._tab_order = order
            keyboard.set_tab_order(order)

    def spoken_text(self) -> str:
        """What is said of the page when it comes."""
        end = "" if self.heading.endswith(tuple("?!.…")) else "."
        return f"{self.heading}{end} {self._subtitle.text()}"

    def say_what_is_missing(self) -> None:
        """Somebody would go on and cannot."""
        announce(self, self._missing.text(), urgent=True)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.LayoutRequest and self.isVisible():
            self._tidying.start(0)
        return super().eventFilter(watched, event)

    def arrive(self) -> None:
        """The page has come, from before or from behind."""
        if not self.isVisible():
            return
        self._landing.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.settle_keys()
        self._show_what_is_missing()
        main = next((each for each in self._wizard_buttons() if _is_main(each)), None)
        self._landed_on = self.first_control() or main or self
        self._focus_before = None  # which was a button of the page before
        self._landed_on.setFocus(Qt.FocusReason.TabFocusReason)
        self._spoken = self.spoken_text()
        announce(self, self._spoken)

    def _say_what_came(self) -> None:
        """What the page waited for is there: who has done nothing meanwhile begins at its top."""
        if not self.isVisible() or self._operation:
            return
        QTimer.singleShot(0, self._land_again)  # once all can be seen
        if self._spoken and self._spoken != (words := self.spoken_text()):
            self._spoken = words
            announce(self, words)

    def _land_again(self) -> None:
        first = self.first_control()
        if first and self.isVisible() and self.window().focusWidget() is self._landed_on:
            self._landed_on = first
            first.setFocus(Qt.FocusReason.TabFocusReason)

    def _show_what_is_missing(self) -> None:
        need = None if self._operation else flow.unmet_requirement(self.step, self.answers)
        words = i18n.requirement_sentence(need) if need else ""
        self._missing.setText(words)
        self._missing.setVisible(bool(words))

    def _hold_focus(self) -> None:
        """What is pressed goes dead while it works, and the focus must not jump to what is next."""
        focused = self.window().focusWidget()
        if isinstance(focused, QAbstractButton):
            self._focus_before = focused
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _return_focus(self, focused: QWidget | None) -> None:
        """To what was pressed, unless what came of the work has moved it from where it was."""
        before, self._focus_before = self._focus_before, None
        if before is None or not self.isVisible() or self._operation:
            return
        if self.window().focusWidget() is not focused:
            return
        if shiboken6.isValid(before) and before.isVisible() and before.isEnabled():
            before.setFocus(Qt.FocusReason.OtherFocusReason)
        elif control := self.first_control():
            control.setFocus(Qt.FocusReason.OtherFocusReason)

    def _wizard_buttons(self) -> list[QAbstractButton]:
        wizard = self.wizard()
        if wizard is None:  # a page by itself
            return []
        return [each for each in map(wizard.button, _BUTTONS) if each.isVisibleTo(wizard)]

    # ---- what QWizard asks ----------------------------------------------------------------------

    def initializePage(self) -> None:
        self._landing.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCommitPage(flow.is_commit_step(self.step, self.answers))
        self.on_enter()
        self.show_support_lines()
        self._scroll.verticalScrollBar().setValue(0)

    def cleanupPage(self) -> None:
        self.abandon_operation()
        self.on_back()

    def isComplete(self) -> bool:
        return self._operation is None and flow.unmet_requirement(self.step, self.answers) is None

    def validatePage(self) -> bool:
        if not self.on_next():
            return False
        if following := flow.next_step(self.step, self.answers):
            self.context.build_page(following)
        return True

    def nextId(self) -> int:
        following = flow.next_step(self.step, self.answers)
        return -1 if following is None else int(following)

    def wizard(self) -> QWizard:
        return super().wizard()


def _is_main(button: QAbstractButton) -> bool:
    return button.property("role") == "main" and button.isEnabled()
