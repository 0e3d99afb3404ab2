"""What differs between browser and database: replaced by the page that has it decided."""

from desktop_migrator.wizard.flow import Step
from desktop_migrator.wizard.pages.base import Page


class ConflictsPage(Page):
    step = Step.CONFLICTS

    def build(self) -> None:
        self.introduce(
            self.tr("Conflicts"), self.tr("Rows that exist and differ are kept as they are.")
        )
        self.body.addStretch(1)
