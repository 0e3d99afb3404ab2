"""What every page has: a title, one sentence, room for an error, the page's own part, details.

A page says what it is by `step`, fills `body` in `build`, brings itself up to date in `enter`, each
time it is come to, and writes what the person says into `self.answers` at once. Whether it may be
left is asked of flow.py; `leave` may put that off.
"""

from collections.abc import Callable
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
from desktop_migrator.reporter import Reporter
from desktop_migrator.wizard import flow, theme
from desktop_migrator.wizard.context import Context
from desktop_migrator.wizard.flow import Answers, Step
from desktop_migrator.wizard.widgets import basics
from desktop_migrator.wizard.widgets.details import Details
from desktop_migrator.wizard.widgets.error_panel import ErrorPanel
from desktop_migrator.wizard.worker import Listener, Operation

T = TypeVar("T")


class _Content(QWidget):
    """As high as it has to be at the width it has, and not as it would be at its narrowest."""

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), 0)

    def heightForWidth(self, width: int) -> int:
        layout = self.layout()
        return layout.minimumHeightForWidth(width) if layout else -1


class Page(QWizardPage):
    step: ClassVar[Step]

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self._operation: Operation | None = None
        self._heading = theme.enlarge(basics.text(), 1.5, bold=True)
        self._sentence = basics.text(role="faint")
        self.errors = ErrorPanel(self.step)
        self.body = QVBoxLayout()
        self.body.setSpacing(theme.GAP)

        content = _Content()
        content.setProperty("role", "content")
        column = QVBoxLayout(content)
        column.setContentsMargins(theme.WIDE, theme.WIDE, theme.WIDE, theme.GAP)
        column.setSpacing(theme.GAP)
        column.addWidget(self._heading)
        column.addWidget(self._sentence)
        column.addWidget(self.errors)
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
        self._facts: QLabel | None = None
        self._detailed = False
        self.build()
        if not self._detailed:
            self._facts = basics.text(role="faint")
            self.add_details(self._facts)

    # ---- for the pages --------------------------------------------------------------------------

    def build(self) -> None:
        """Make the page's own part, once."""
        raise NotImplementedError

    def enter(self) -> None:
        """Bring the page up to date; it is about to be seen, come to from the page before."""

    def facts(self) -> list[str]:
        """Lines for the support desk, behind 'Show details' where a page has no other details."""
        context = self.context
        return [
            self.tr("Program {version}, plan {plan}").format(
                version=__version__, plan=context.plan.name
            ),
            self.tr("Data folder: {path}").format(path=context.workspace.root),
        ]

    def leave(self) -> bool:
        """Whether the next page may come now; if not, `go_on` brings it later."""
        return True

    def left_backwards(self) -> None:
        """The person goes back to the page before."""

    @property
    def answers(self) -> Answers:
        return self.context.answers

    def introduce(self, title: str, sentence: str) -> None:
        """The title, and one sentence that says what happens here."""
        self._heading.setText(title)
        self._sentence.setText(sentence)
        self._sentence.setVisible(bool(sentence))
        self.setAccessibleName(title)
        self.setAccessibleDescription(sentence)
        self.setWindowTitle(title)

    @property
    def heading(self) -> str:
        return self._heading.text()

    def add_details(self, content: QWidget) -> Details:
        self._detailed = True
        details = Details(content)
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

    def run(
        self,
        work: Callable[[Reporter], T],
        done: Callable[[T], None],
        failed: Callable[[MigratorError], None] | None = None,
        listener: Listener | None = None,
    ) -> Operation:
        """Have the worker do it; what this page had under way is of no interest any more."""
        self.drop_work()
        self.errors.clear()

        def ended(result: T) -> None:
            self._operation = None
            done(result)
            self.completeChanged.emit()

        def stopped(error: MigratorError) -> None:
            self._operation = None
            (failed or self.errors.show_error)(error)
            self.completeChanged.emit()

        self._operation = self.context.worker.start(
            work, done=ended, failed=stopped, listener=listener
        )
        self.completeChanged.emit()
        return self._operation

    def drop_work(self) -> None:
        if self._operation:
            self._operation.abandon()
            self._operation = None

    @property
    def operation(self) -> Operation | None:
        """What this page has under way."""
        return self._operation

    def changed(self) -> None:
        """The person said something: it may be possible to go on now."""
        self.completeChanged.emit()

    def go_on(self) -> None:
        self.wizard().next()

    # ---- what QWizard asks ----------------------------------------------------------------------

    def initializePage(self) -> None:
        self.setCommitPage(flow.commits(self.step, self.answers))
        self.enter()
        if self._facts:
            self._facts.setText("\n".join(self.facts()))
        self._scroll.verticalScrollBar().setValue(0)

    def cleanupPage(self) -> None:
        self.drop_work()
        self.left_backwards()

    def isComplete(self) -> bool:
        return self._operation is None and flow.missing(self.step, self.answers) is None

    def validatePage(self) -> bool:
        return self.leave()

    def nextId(self) -> int:
        following = flow.next_step(self.step, self.answers)
        return -1 if following is None else int(following)

    def wizard(self) -> QWizard:
        return super().wizard()
