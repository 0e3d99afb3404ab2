"""A part of the last page: what was moved can be cleared from the browser, and put back."""

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop_migrator.migration.backups.clear import Cleared, ClearJob, clear
from desktop_migrator.migration.backups.into_browser import (
    IntoBrowser,
    IntoBrowserJob,
    restore_to_browser,
)
from desktop_migrator.reporter import Question, Topic
from desktop_migrator.wizard import theme
from desktop_migrator.wizard.flow import BackupKind
from desktop_migrator.wizard.operations import passphrase_of
from desktop_migrator.wizard.pages.base import Page
from desktop_migrator.wizard.widgets import basics
from desktop_migrator.wizard.widgets.prompts import confirm
from desktop_migrator.wizard.worker import Listener


class OldData(QWidget, Listener):
    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page
        self._backup: str | None = None
        """What holds the data that was cleared; None: nothing is cleared."""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.TIGHT)
        column.addWidget(basics.heading(self.tr("The old data in the browser")))
        self._note = basics.text()
        column.addWidget(self._note)
        self._clear = QPushButton(self.tr("Clear the &old data …"))
        self._clear.setAccessibleDescription(
            self.tr("Takes what was moved out of the browser, after a backup of it")
        )
        self._clear.clicked.connect(self._ask_to_clear)
        self._put_back = QPushButton(self.tr("&Put it back"))
        self._put_back.setAccessibleDescription(
            self.tr("Brings what was cleared back into the browser, from the backup")
        )
        self._put_back.clicked.connect(self.put_back)
        row = QHBoxLayout()
        row.addWidget(self._clear)
        row.addWidget(self._put_back)
        row.addStretch(1)
        column.addLayout(row)

    def enter(self) -> None:
        self._backup = None
        self._show(
            self.tr("It is not needed any more. It can stay, or be cleared once you are sure.")
        )

    def asked(self, question: Question, answer: Callable[[str | None], None]) -> None:
        answer("yes" if question.topic is Topic.AGREE else None)  # agreed to by the button

    def clear(self) -> None:
        answers, context = self._page.answers, self._page.context
        job = ClearJob(
            plan=context.plan,
            origins=(answers.origin,) if answers.origin else (),
            sources=answers.sources,
            confirmed=True,
            passphrase=passphrase_of(answers),
        )
        workspace = context.workspace
        self._page.run(
            lambda reporter: clear(job, workspace, reporter), self._cleared, listener=self
        )

    def put_back(self) -> None:
        if self._backup is None:
            return
        workspace, backup = self._page.context.workspace, self._page.answers.backup
        given = backup.passphrase if backup.kind is BackupKind.PASSPHRASE else None
        job = IntoBrowserJob(backup=self._backup, given=given)
        self._page.run(
            lambda reporter: restore_to_browser(job, workspace, reporter),
            self._restored,
            listener=self,
        )

    def _ask_to_clear(self) -> None:
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

    def _cleared(self, cleared: Cleared) -> None:
        self._backup = cleared.backup
        self._show(self.tr("%n record(s) were cleared from the browser.", "", cleared.records))

    def _restored(self, _: IntoBrowser) -> None:
        self._backup = None
        self._show(self.tr("The browser has its old data again."))

    def _show(self, words: str) -> None:
        self._note.setText(words)
        self._clear.setVisible(self._backup is None)
        self._put_back.setVisible(self._backup is not None)
