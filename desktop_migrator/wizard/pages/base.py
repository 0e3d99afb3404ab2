"""What every page has: a title, one sentence, room for an error, the page's own part, details.

A page says what it is by `step`, fills `body` in `build`, brings itself up to date in `on_enter`,
each time it is come to, and writes what the person says into `self.answers` at once. Whether it may
be left is asked of flow.py; `on_next` may put that off.
"""

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, TypeVar

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
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
from desktop_migrator.wizard import flow, theme
from desktop_migrator.wizard.context import WizardContext
from desktop_migrator.wizard.flow import WizardAnswers, WizardStep
from desktop_migrator.wizard.widgets import basics
from desktop_migrator.wizard.widgets.details import CollapsibleDetails
from desktop_migrator.wizard.widgets.error_panel import ErrorPanel
from desktop_migrator.wizard.worker import Operation, OperationListener

T = TypeVar("T")


class _Content(QWidget):
    """As high as it has to be at the width it has, and not as it would be at its narrowest."""

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), 0)

    def heightForWidth(self, width: int) -> int:
        layout = self.layout()
        return layout.minimumHeightForWidth(width) if layout else -1


class WizardPage(QWizardPage):
    step: ClassVar[WizardStep]

    def __init__(self, context: WizardContext) -> None:
        super().__init__()
        self.context = context
        self._operation: Operation | None = None
        self._heading = theme.enlarge(basics.make_label(), 1.5, bold=True)
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
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._scroll)
        self._support_label: QLabel | None = None
        self._has_details = False
        self.build()
        if not self._has_details:
            self._support_label = basics.make_label(role="faint")
            self.add_details(self._support_label)

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

    def takes_file(self, path: Path) -> bool:
        """Whether a file or folder that is dropped on the window is for this page."""
        del path
        return False

    def add_files(self, *paths: Path) -> None:
        """Use what was dropped and is for this page."""

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

        def ended(result: T) -> None:
            self._operation = None
            on_success(result)
            self.completeChanged.emit()

        def stopped(error: MigratorError) -> None:
            self._operation = None
            (on_failure or self.error_panel.show_error)(error)
            self.completeChanged.emit()

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

    def next_page(self) -> None:
        self.wizard().next()

    # ---- what QWizard asks ----------------------------------------------------------------------

    def initializePage(self) -> None:
        self.setCommitPage(flow.is_commit_step(self.step, self.answers))
        self.on_enter()
        if self._support_label:
            self._support_label.setText("\n".join(self.support_lines()))
        self._scroll.verticalScrollBar().setValue(0)

    def cleanupPage(self) -> None:
        self.abandon_operation()
        self.on_back()

    def isComplete(self) -> bool:
        return self._operation is None and flow.unmet_requirement(self.step, self.answers) is None

    def validatePage(self) -> bool:
        return self.on_next()

    def nextId(self) -> int:
        following = flow.next_step(self.step, self.answers)
        return -1 if following is None else int(following)

    def wizard(self) -> QWizard:
        return super().wizard()
