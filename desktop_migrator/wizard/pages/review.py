"""What would become of the records: replaced by the page that shows it as tables."""

from desktop_migrator.wizard.flow import Step
from desktop_migrator.wizard.pages.base import Page


class ReviewPage(Page):
    step = Step.REVIEW

    def build(self) -> None:
        self.introduce(self.tr("Review"), self.tr("This is what will be moved."))
        self.body.addStretch(1)
