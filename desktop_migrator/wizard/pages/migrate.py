"""The work itself: stages, bar, chart and log, with pause and cancel; closing asks first."""

import time
from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop_migrator.errors import AuthenticationFailed, Cancelled, MigratorError, WrongKey
from desktop_migrator.messages import Message
from desktop_migrator.migration.progress import Progress
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import Rejection, RunResult
from desktop_migrator.reporter import Question, Reporter, Stage, Topic
from desktop_migrator.wizard import messages, operations, theme
from desktop_migrator.wizard.flow import WizardAnswers, WizardStep, Workflow
from desktop_migrator.wizard.pages.base import WizardPage
from desktop_migrator.wizard.resume_state import save_resume_state
from desktop_migrator.wizard.taskbar_progress import TaskbarProgress
from desktop_migrator.wizard.widgets import basics
from desktop_migrator.wizard.widgets.prompts import ask_secret, confirm, show_notification
from desktop_migrator.wizard.widgets.rate_chart import RateChart
from desktop_migrator.wizard.widgets.stage_progress import StageProgress
from desktop_migrator.wizard.worker import OperationListener

_LOG_LINES = 2000
_MAX_SILENCE = 5
"""Seconds without a word from the work after which that is told."""
_RESUMABLE_CODES = {"DM-503", "DM-505", "DM-506", "DM-521"}
"""Errors after which the same run goes on where it stopped."""
_RESTARTED_WORKFLOWS = {Workflow.UNDO, Workflow.RESTORE, Workflow.CAPTURE}
"""What is simply begun again."""


class MigratePage(WizardPage, OperationListener):
    step = WizardStep.MIGRATE

    def build(self) -> None:
        self._closing = False
        self._typed_key: str | None = None
        """What was typed for a sealed file, which may be opened more than once."""
        self._stage: Stage | None = None
        self._stages = StageProgress()
        self._taskbar = TaskbarProgress(self)
        self.body.addWidget(self._stages)
        self.chart = RateChart()
        self._heard = 0.0
        """When the work said something the last time, by the monotonic clock."""
        self._listening = QTimer(self)
        self._listening.setInterval(1000)
        self._listening.timeout.connect(self._notice_silence)
        self._pause_button = QPushButton()
        self._pause_button.setAccessibleName(self.tr("Pause"))
        self._pause_button.clicked.connect(self._toggle_pause)
        self._stop_button = QPushButton(self.tr("S&top"))
        self._stop_button.setAccessibleDescription(
            self.tr("Stops where nothing is half done; it can go on later")
        )
        self._stop_button.clicked.connect(self._confirm_stop)
        self.add_row(self._pause_button, self._stop_button)
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
        column.addWidget(self.chart)
        column.addWidget(self._log)
        row = self.add_row(copy)
        self.body.removeItem(row)
        column.addLayout(row)
        self.add_details(inside)
        self._note = basics.make_label(role="faint")
        self.body.addWidget(self._note)
        self.body.addStretch(1)

    def on_enter(self) -> None:
        title = {
            Workflow.UNDO: self.tr("Taking it back"),
            Workflow.RESTORE: self.tr("Putting the backup back"),
            Workflow.CAPTURE: self.tr("Saving your data in a file"),
        }.get(self.answers.workflow or Workflow.MIGRATE, self.tr("Moving your data"))
        self.set_header(
            title,
            self.tr("You can go on using your computer; it stays awake until this is done."),
        )
        self._log.clear()
        self._start_work()

    def first_control(self) -> QWidget | None:
        """None: a key pressed by chance must not hold the work."""
        return None

    # ---- the work -------------------------------------------------------------------------------

    def _start_work(self, retry: operations.RetryOptions | None = None) -> None:
        answers = self.answers
        answers.work_finished = False
        self._typed_key = None
        self._stage = None
        self.chart.start_stage()
        self._stages.restart(operations.stages(answers))
        self._show_controls(working=True)
        self._append_log(self.tr("Begun."))
        try:
            begun = operations.make_work(answers, self.context.plan, self.context.workspace, retry)
            if answers.workflow is Workflow.MIGRATE:
                begun = _remembering(answers, self.context.workspace, begun)
        except MigratorError as error:
            self._work_failed(error)
            return
        self._heard = time.monotonic()
        self._listening.start()
        self.start_operation(begun, self._work_finished, self._work_failed, self)

    def on_progress(self, progress: Progress) -> None:
        if progress.stage != self._stage:
            self._stage = progress.stage
            self.chart.start_stage()
            self._append_log(messages.stage_name(progress.stage))
        self._heard = time.monotonic()
        self._stages.show_progress(progress)
        if self.operation and self.operation.is_paused:
            self._stages.show_status(self.tr("Paused"), spoken=False)
            return
        self._taskbar.show(self._stages.fraction)
        if progress.total is not None:
            self.chart.add_sample(progress.current)

    def _notice_silence(self) -> None:
        """Say so if nothing comes any more, instead of a time left that is no longer true."""
        silent = int(time.monotonic() - self._heard)
        if self.operation is None:
            self._listening.stop()
        elif self.operation.is_paused:
            self._heard = time.monotonic()
        elif silent >= _MAX_SILENCE and not self.operation.cancel.is_set():
            self._stages.show_silence(silent)

    @property
    def status(self) -> str:
        """What is said of the work now."""
        return self._stages.status

    def on_warning(self, message: Message) -> None:
        self._append_log(self.localize(message))

    def on_rejection(self, rejection: Rejection) -> None:
        self._append_log(
            self.tr("Cannot be moved ({entity}): {reason}").format(
                entity=self.context.labels.get(rejection.entity, rejection.entity),
                reason=self.localize(rejection.reason),
            )
        )

    def on_question(self, question: Question, answer: Callable[[str | None], None]) -> None:
        if question.topic is Topic.PASSWORD:
            if self.answers.password is None:
                words = self.tr("The database's password:")
                self.answers.password = self._ask_secret(words)
            answer(self.answers.password)
        elif question.topic is Topic.UNLOCK_KEY:
            if self._typed_key is None:
                self._typed_key = self._ask_secret(
                    self.tr("The file's passphrase or recovery key:")
                )
            answer(self._typed_key)
        elif question.topic is Topic.NEW_PASSPHRASE:
            typed = self._ask_secret(self.tr("A passphrase for the backup, twice:"))
            if typed is None:
                self._request_stop()  # rather than to go on with a key that nobody has
            answer(typed)
        elif question.topic is Topic.CONFIRM:
            answer("yes")  # the person agreed on the page before
        else:
            answer(None)

    def _ask_secret(self, words: str) -> str | None:
        return ask_secret(self, self.heading, words)

    def _work_finished(self, result: operations.Result) -> None:
        self.context.result = result
        if error := operations.result_error(result):
            self._work_failed(error)
            return
        self._stages.finish(succeeded=True)
        self._taskbar.clear()
        self._show_controls(working=False)
        self.answers.work_finished = True
        self._append_log(self.tr("Done."))
        show_notification(self.window(), self.tr("Done"), self.heading)
        if self._closing:
            self.window().close()
        else:
            self.next_page()

    def _work_failed(self, error: MigratorError) -> None:
        self._stages.finish(succeeded=False)
        self._taskbar.clear()
        self._show_controls(working=False)
        self._append_log(self.localize(error.message))
        if self._closing:
            self.window().close()
            return
        actions: list[tuple[str, Callable[[], object]]] = []
        if isinstance(error, AuthenticationFailed):
            self.answers.password = None  # the next attempt asks for another
        if isinstance(error, WrongKey):
            self.answers.passphrase = ""
        if error.code in _RESUMABLE_CODES and self.answers.workflow not in _RESTARTED_WORKFLOWS:
            actions.append(
                (
                    self.tr("&Go on where it stopped"),
                    lambda: self._start_work(operations.RetryOptions(resume=True)),
                )
            )
        else:
            actions.append((self.tr("&Try again"), self._start_work))
        if self._has_undoable_changes():
            actions.append((self.tr("Ta&ke it back"), self._start_undo))
        self.error_panel.show_error(error, *actions)
        if not isinstance(error, Cancelled):
            show_notification(self.window(), self.localize(Message(error.title)), error.code)

    def _has_undoable_changes(self) -> bool:
        """Whether the run has left something that can be undone."""
        result = self.context.result
        if not isinstance(result, RunResult) or result.run is None:
            return False
        return bool(result.counts.inserted or result.counts.updated)

    def _start_undo(self) -> None:
        result = self.context.result
        if isinstance(result, RunResult) and result.run:
            self.context.start_undo(result.run)

    # ---- the brakes -----------------------------------------------------------------------------

    def confirm_close(self) -> bool:
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
        self.stop_and_close()
        return False

    def stop_and_close(self) -> None:
        """Close the window once the work has stopped."""
        self._closing = True
        self._request_stop()

    def _confirm_stop(self) -> None:
        if self.operation and confirm(
            self,
            self.tr("Stop?"),
            self.tr("It stops where nothing is half done, and can go on later."),
            self.tr("Stop"),
            self.tr("Go on"),
        ):
            self._request_stop()

    def _request_stop(self) -> None:
        if self.operation:
            self.operation.stop()
            self._pause_button.setEnabled(False)
            self._stop_button.setEnabled(False)
            self._stages.show_status(self.tr("Stopping after the step under way …"))

    def _toggle_pause(self) -> None:
        if self.operation is None:
            return
        if self.operation.is_paused:
            self.operation.resume()
            self.chart.start_stage()
            self._append_log(self.tr("Going on."))
            self._stages.show_status(self.tr("Going on …"))
        else:
            self.operation.pause()
            self._append_log(self.tr("Paused."))
            self._stages.show_status(self.tr("Paused"))
        self._update_pause_button()

    def _show_controls(self, *, working: bool) -> None:
        for button in (self._pause_button, self._stop_button):
            button.setVisible(working)
            button.setEnabled(working)
        self._update_pause_button()

    def _update_pause_button(self) -> None:
        paused = bool(self.operation and self.operation.is_paused)
        words = self.tr("&Go on") if paused else self.tr("&Pause")
        self._pause_button.setText(words)
        self._pause_button.setAccessibleName(words.replace("&", ""))
        self._pause_button.setAccessibleDescription(self.tr("Holds the work between two steps"))

    def _append_log(self, words: str) -> None:
        self._log.appendPlainText(f"{datetime.now().astimezone():%H:%M:%S}  {words}")


def _remembering(
    answers: WizardAnswers, workspace: Workspace, work: operations.Work
) -> operations.Work:
    """Written down how it is to go on should it be cut off: by the worker, as disks may be slow."""

    def remembered(reporter: Reporter) -> operations.Result:
        save_resume_state(workspace, answers)
        return work(reporter)

    return remembered
