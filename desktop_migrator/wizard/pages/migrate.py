"""The work itself: stages, bar, chart and log, with pause and cancel; closing asks first."""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QInputDialog,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop_migrator.errors import AuthenticationFailed, Cancelled, MigratorError
from desktop_migrator.migration.progress import Progress
from desktop_migrator.model import Rejection, RunResult
from desktop_migrator.reporter import Question, Topic
from desktop_migrator.wizard import messages, operations, theme
from desktop_migrator.wizard.flow import Entry, Step
from desktop_migrator.wizard.pages.base import Page
from desktop_migrator.wizard.resume_state import remember
from desktop_migrator.wizard.widgets import basics
from desktop_migrator.wizard.widgets.prompts import announce, confirm
from desktop_migrator.wizard.widgets.rate_chart import RateChart
from desktop_migrator.wizard.widgets.stage_progress import StageBar
from desktop_migrator.wizard.worker import Listener

_LOG_LINES = 2000
_CAN_GO_ON = {"DM-503", "DM-505", "DM-506", "DM-521"}
"""Errors after which the same run goes on where it stopped."""
_NOT_RESUMED = {Entry.UNDO, Entry.RESTORE, Entry.CAPTURE}
"""What is simply begun again."""


class MigratePage(Page, Listener):
    step = Step.MIGRATE

    def build(self) -> None:
        self._closing = False
        self._stage = ""
        self._stages = StageBar()
        self.body.addWidget(self._stages)
        self.chart = RateChart()
        self.body.addWidget(self.chart)
        self._pause = QPushButton()
        self._pause.setAccessibleName(self.tr("Pause"))
        self._pause.clicked.connect(self._pause_or_go_on)
        self._stop = QPushButton(self.tr("S&top"))
        self._stop.setAccessibleDescription(
            self.tr("Stops where nothing is half done; it can go on later")
        )
        self._stop.clicked.connect(self._ask_to_stop)
        self.add_row(self._pause, self._stop)
        self._log = QPlainTextEdit()
        self._log.setReadOnly(True)
        self._log.setMaximumBlockCount(_LOG_LINES)
        self._log.setTabChangesFocus(True)
        self._log.setAccessibleName(self.tr("Log"))
        self._log.setAccessibleDescription(self.tr("What happened so far, the latest last"))
        copy = QPushButton(self.tr("Copy &log"))
        copy.setAccessibleDescription(self.tr("Copies the log, which holds none of your data"))
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._log.toPlainText()))
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.TIGHT)
        column.addWidget(self._log)
        row = self.add_row(copy)
        self.body.removeItem(row)
        column.addLayout(row)
        self.add_details(inside)
        self._note = basics.text(role="faint")
        self.body.addWidget(self._note)
        self.body.addStretch(1)

    def enter(self) -> None:
        title = {
            Entry.UNDO: self.tr("Taking it back"),
            Entry.RESTORE: self.tr("Putting the backup back"),
            Entry.CAPTURE: self.tr("Saving your data in a file"),
        }.get(self.answers.entry or Entry.MIGRATE, self.tr("Moving your data"))
        self.introduce(
            title,
            self.tr("You can go on using your computer; it stays awake until this is done."),
        )
        self._log.clear()
        if self.answers.entry is Entry.MIGRATE:
            remember(self.context.workspace, self.answers)
        self._begin()

    # ---- the work -------------------------------------------------------------------------------

    def _begin(self, again: operations.Again | None = None) -> None:
        answers = self.answers
        answers.finished = False
        self._stage = ""
        self.chart.restart()
        self._stages.restart(operations.stages(answers))
        self._show_brakes(working=True)
        self._tell(self.tr("Begun."))
        try:
            begun = operations.begin(answers, self.context.plan, self.context.workspace, again)
        except MigratorError as error:
            self._failed(error)
            return
        self.run(begun, self._ended, self._failed, self)

    def progressed(self, progress: Progress) -> None:
        if progress.stage != self._stage:
            self._stage = progress.stage
            self.chart.restart()
            self._tell(messages.stage(progress.stage))
        if self.operation and self.operation.paused:
            return
        self._stages.show_progress(progress)
        if progress.total is not None:
            self.chart.advance(progress.current)

    def noted(self, text: str) -> None:
        self._tell(messages.said(text))

    def rejected(self, rejection: Rejection) -> None:
        self._tell(
            self.tr("Cannot be moved ({entity}): {reason}").format(
                entity=rejection.entity, reason=messages.said(rejection.reason)
            )
        )

    def asked(self, question: Question, answer: Callable[[str | None], None]) -> None:
        if question.topic is Topic.PASSWORD:
            if self.answers.password is None:
                words = self.tr("The database's password:")
                self.answers.password = self._ask_secret(words)
            answer(self.answers.password)
        elif question.topic is Topic.OPENING_KEY:
            answer(self._ask_secret(self.tr("The passphrase or recovery key:")))
        elif question.topic is Topic.NEW_PASSPHRASE:
            typed = self._ask_secret(self.tr("A passphrase for the backup, twice:"))
            if typed is None:
                self._halt()  # rather than to go on with a key that nobody has
            answer(typed)
        elif question.topic is Topic.AGREE:
            answer("yes")  # the person agreed on the page before
        else:
            answer(None)

    def _ask_secret(self, words: str) -> str | None:
        typed, given = QInputDialog.getText(self, self.heading, words, QLineEdit.EchoMode.Password)
        return typed if given else None

    def _ended(self, result: operations.Result) -> None:
        self.context.result = result
        if error := operations.error_of(result):
            self._failed(error)
            return
        self._stages.end(done=True)
        self._show_brakes(working=False)
        self.answers.finished = True
        self._tell(self.tr("Done."))
        announce(self.window(), self.tr("Done"), self.heading)
        if self._closing:
            self.window().close()
        else:
            self.go_on()

    def _failed(self, error: MigratorError) -> None:
        self._stages.end(done=False)
        self._show_brakes(working=False)
        self._tell(messages.said(str(error)))
        if self._closing:
            self.window().close()
            return
        actions: list[tuple[str, Callable[[], object]]] = []
        if isinstance(error, AuthenticationFailed):
            self.answers.password = None  # the next attempt asks for another
        if error.code in _CAN_GO_ON and self.answers.entry not in _NOT_RESUMED:
            actions.append(
                (
                    self.tr("&Go on where it stopped"),
                    lambda: self._begin(operations.Again(resume=True)),
                )
            )
        else:
            actions.append((self.tr("&Try again"), self._begin))
        if self._written():
            actions.append((self.tr("Ta&ke it back"), self._take_back))
        self.errors.show_error(error, *actions)
        if not isinstance(error, Cancelled):
            announce(self.window(), messages.told(error).title, error.code)

    def _written(self) -> bool:
        """Whether the run has left something that can be undone."""
        result = self.context.result
        if not isinstance(result, RunResult) or result.run is None:
            return False
        return bool(result.counts.inserted or result.counts.updated)

    def _take_back(self) -> None:
        result = self.context.result
        if isinstance(result, RunResult) and result.run:
            self.context.take_back(result.run)

    # ---- the brakes -----------------------------------------------------------------------------

    def may_close(self) -> bool:
        """Asks whether to stop; the window closes by itself once the work has stopped."""
        if self.operation is None:
            return True
        if not confirm(
            self,
            self.tr("Stop and close?"),
            self.tr(
                "The work is not finished. What is done stays; you can finish it or take it back "
                "when you start this program again."
            ),
            self.tr("Stop and close"),
            self.tr("Go on"),
        ):
            return False
        if self.operation is None:
            return True
        self._closing = True
        self._halt()
        return False

    def _ask_to_stop(self) -> None:
        if self.operation and confirm(
            self,
            self.tr("Stop?"),
            self.tr("It stops where nothing is half done, and can go on later."),
            self.tr("Stop"),
            self.tr("Go on"),
        ):
            self._halt()

    def _halt(self) -> None:
        if self.operation:
            self.operation.stop()
            self._pause.setEnabled(False)
            self._stop.setEnabled(False)
            self._stages.hold(self.tr("Stopping after the step under way …"))

    def _pause_or_go_on(self) -> None:
        if self.operation is None:
            return
        if self.operation.paused:
            self.operation.go_on()
            self.chart.restart()
            self._tell(self.tr("Going on."))
            self._stages.hold(self.tr("Going on …"))
        else:
            self.operation.pause()
            self._tell(self.tr("Paused."))
            self._stages.hold(self.tr("Paused"))
        self._name_pause()

    def _show_brakes(self, *, working: bool) -> None:
        for button in (self._pause, self._stop):
            button.setVisible(working)
            button.setEnabled(working)
        self._name_pause()

    def _name_pause(self) -> None:
        paused = bool(self.operation and self.operation.paused)
        words = self.tr("&Go on") if paused else self.tr("&Pause")
        self._pause.setText(words)
        self._pause.setAccessibleName(words.replace("&", ""))
        self._pause.setAccessibleDescription(self.tr("Holds the work between two steps"))

    def _tell(self, words: str) -> None:
        self._log.appendPlainText(f"{datetime.now().astimezone():%H:%M:%S}  {words}")
