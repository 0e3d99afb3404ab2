"""A part of the last page: what was moved can be cleared from the browser, and put back."""

from collections.abc import Callable

from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop_migrator.errors import KeyNotGiven, MigratorError
from desktop_migrator.migration.backups.clear import HELD_REASONS, ClearJob, ClearResult, clear
from desktop_migrator.migration.backups.into_browser import (
    RestoreToBrowserJob,
    RestoreToBrowserResult,
    restore_to_browser,
)
from desktop_migrator.model import ClearedData, UndoResult
from desktop_migrator.reporter import Question, Topic
from desktop_migrator.wizard import i18n, theme
from desktop_migrator.wizard.flow import BackupChoice
from desktop_migrator.wizard.operations import backup_passphrase
from desktop_migrator.wizard.pages.base import WizardPage
from desktop_migrator.wizard.widgets import basics
from desktop_migrator.wizard.widgets.prompts import ask_secret, confirm
from desktop_migrator.wizard.worker import OperationListener

_MAX_TOLD = 8
"""Records that are named."""


class ClearOldData(QWidget, OperationListener):
    def __init__(self, page: WizardPage) -> None:
        super().__init__()
        self._page = page
        self._backup: str | None = None
        """What holds the data that was cleared; None: nothing is cleared."""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.TIGHT)
        column.addWidget(basics.make_heading(self.tr("The old data in the browser")))
        self._note = basics.make_label()
        column.addWidget(self._note)
        self._clear_button = QPushButton(self.tr("Clear the &old data …"))
        self._clear_button.setAccessibleDescription(
            self.tr("Takes what was moved out of the browser, after a backup of it")
        )
        self._clear_button.clicked.connect(self._confirm_clear)
        self._restore_button = QPushButton(self.tr("&Put it back"))
        self._restore_button.setAccessibleDescription(
            self.tr("Brings what was cleared back into the browser, from the backup")
        )
        self._restore_button.clicked.connect(self.restore)
        row = QHBoxLayout()
        row.addWidget(self._clear_button)
        row.addWidget(self._restore_button)
        row.addStretch(1)
        column.addLayout(row)

    def reset(self) -> None:
        self._backup = None
        self._show_note(
            self.tr(
                "What was moved is not needed there any more: it can stay, or be cleared once you "
                "are sure. What did not arrive stays in any case."
            )
        )

    def offer_restore(self, cleared: ClearedData) -> None:
        """Of data that was cleared after a migration which is taken back now."""
        self._backup = cleared.backup
        self._show_note(
            self.tr(
                "Your data was cleared from the browser on {time}, after this migration. It lies "
                "in an encrypted backup alone: put it back, or the app has it nowhere."
            ).format(time=i18n.format_local_time(cleared.cleared))
        )

    def on_question(self, question: Question, answer: Callable[[str | None], None]) -> None:
        answer("yes" if question.topic is Topic.CONFIRM else None)  # agreed to by the button

    def clear(self) -> None:
        answers, context = self._page.answers, self._page.context
        job = ClearJob(
            plan=context.plan,
            origins=answers.origins,
            sources=answers.sources,
            confirmed=True,
            passphrase=backup_passphrase(answers),
        )
        workspace = context.workspace
        self._page.start_operation(
            lambda reporter: clear(job, workspace, reporter), self._clear_finished, listener=self
        )

    def restore(self) -> None:
        backup = self._page.answers.backup
        self._restore_with(backup.passphrase if backup.choice is BackupChoice.PASSPHRASE else None)

    def _restore_with(self, passphrase_or_key: str | None) -> None:
        if self._backup is None:
            return
        workspace = self._page.context.workspace
        job = RestoreToBrowserJob(backup=self._backup, passphrase_or_key=passphrase_or_key)
        self._page.start_operation(
            lambda reporter: restore_to_browser(job, workspace, reporter),
            self._restore_finished,
            self._restore_failed,
            listener=self,
        )

    def _restore_failed(self, error: MigratorError) -> None:
        if not isinstance(error, KeyNotGiven):
            self._page.error_panel.show_error(error)
            return
        typed = ask_secret(
            self, self.tr("Put it back"), self.tr("The backup's passphrase or recovery key:")
        )
        if typed:
            self._restore_with(typed)

    def _confirm_clear(self) -> None:
        if confirm(
            self,
            self.tr("Clear the old data?"),
            self.tr(
                "What was moved goes from the browser, after an encrypted backup of it. Close the "
                "browser before. Log-ins and all other web sites stay."
            ),
            self.tr("Clear it"),
            self.tr("Leave it"),
        ):
            self.clear()

    def _clear_finished(self, cleared: ClearResult) -> None:
        self._backup = self._page.context.cleared = cleared.backup
        words = [self.tr("What was moved is no longer in the browser.")]
        if cleared.spared:
            words.append(self.tr("%Ln part(s) stay, for good reason:", "", len(cleared.spared)))
            say = self._page.context.translator
            words += [
                f"\n{each.key}: {say(HELD_REASONS[each.reason])}"
                for each in cleared.spared[:_MAX_TOLD]
            ]
        self._show_note(" ".join(words))

    def _restore_finished(self, _: RestoreToBrowserResult) -> None:
        self._backup = self._page.context.cleared = None
        if isinstance(self._page.context.result, UndoResult):
            self._page.set_header(
                self._page.heading,
                self.tr("The database is as it was before, and so is your browser's data."),
            )
        self._show_note(self.tr("The browser has its old data again."))

    def _show_note(self, words: str) -> None:
        self._note.setText(words)
        self._clear_button.setVisible(self._backup is None)
        self._restore_button.setVisible(self._backup is not None)
