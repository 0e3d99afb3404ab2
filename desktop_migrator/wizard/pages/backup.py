"""Whether and how a backup is kept before anything is written."""

from desktop_migrator.wizard.flow import Step
from desktop_migrator.wizard.pages.base import Page


class BackupPage(Page):
    step = Step.BACKUP

    def build(self) -> None:
        self.introduce(self.tr("Backup"), self.tr("Before anything is written, a backup is made."))
        self.body.addStretch(1)
