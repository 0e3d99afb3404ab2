"""What the person came for; and what an earlier run left, if it did not come to its end."""

import importlib
from typing import Any

from PySide6.QtWidgets import QButtonGroup, QVBoxLayout, QWidget

from desktop_migrator.wizard import i18n, theme
from desktop_migrator.wizard.flow import UnfinishedRun, WizardStep, Workflow
from desktop_migrator.wizard.pages.base import WizardPage
from desktop_migrator.wizard.widgets import basics
from desktop_migrator.wizard.widgets.card import Card


class WelcomePage(WizardPage):
    step = WizardStep.WELCOME

    def build(self) -> None:
        self._group = QButtonGroup(self)
        self._cards: dict[tuple[Workflow, bool], Card] = {}
        self._opened = QVBoxLayout()
        """What is known once all is loaded, and comes first."""
        self._opened.setSpacing(theme.GAP)
        self.body.addLayout(self._opened)
        self._choices = QWidget()
        self._choice_list = QVBoxLayout(self._choices)
        self._choice_list.setContentsMargins(0, 0, 0, 0)
        self._choice_list.setSpacing(theme.GAP)
        self.body.addWidget(self._choices)
        self._choice_list.addWidget(basics.make_heading(self.tr("What would you like to do?")))
        self._add_card(
            Workflow.MIGRATE,
            self.tr("&Move my data now"),
            self.tr("Finds it, shows it to you, and moves it into the app's database."),
            "move",
        )
        self._add_card(
            Workflow.CAPTURE,
            self.tr("&Save it in a file for later"),
            self.tr("For when you are offline or the support desk shall upload it for you."),
            "capture",
        )
        self._add_card(
            Workflow.UPLOAD,
            self.tr("&Upload a file that was saved before"),
            self.tr("Moves what such a file holds into the app's database."),
            "upload",
        )
        self._add_card(
            Workflow.UNDO,
            self.tr("Undo or &restore"),
            self.tr("Takes an earlier migration back, exactly."),
            "undo",
        )
        self._choice_list.addWidget(
            basics.make_label(
                self.tr(
                    "It takes a few minutes. Have ready who you are in the app, and what its "
                    "people gave you: a kit, or the address of its database."
                ),
                "faint",
            )
        )
        self.body.addStretch(1)
        self.choose_workflow(Workflow.MIGRATE)
        if file := self.context.waits_for:
            self.set_header(
                self.tr("One moment …"), self.tr("{file} is opened.").format(file=file.name)
            )
            self._choices.hide()
        else:
            self._greet()

    def support_lines(self) -> list[str]:
        kit = self.context.kit
        if not kit:
            return super().support_lines()
        panel = _engine("wizard.widgets.kit_panel")
        return [*panel.technical_lines(kit, self.context.translator), *super().support_lines()]

    def _greet(self) -> None:
        self.set_header(
            self.tr("Move your data"),
            self.tr(
                "The app you used kept your data in this computer's browser. This program moves it "
                "to the app's new home. Nothing in your browser is changed, and every step can be "
                "undone."
            ),
        )

    def show_loaded(self) -> None:
        """All is loaded: what an earlier run left, and what the wizard was opened with."""
        self._greet()
        self._choices.show()
        former = self.context.unfinished_run
        kit = self.context.kit
        if kit:
            module = _engine("wizard.widgets.kit_panel")
            self._opened.addWidget(module.KitPanel(kit, self.context.translator, self._accept_kit))
        if former:
            self._offer_unfinished_run(former)
        elif moved := self.context.moved:
            words = self.tr(
                "Your data was moved from this computer on {when}. What was moved is not moved "
                "twice; to take it back, choose Undo or restore."
            )
            self._opened.addWidget(
                basics.make_label(words.format(when=i18n.format_local_time(moved)), "good")
            )
        if former and self.answers.workflow is Workflow.MIGRATE:
            self.choose_workflow(Workflow.RESUME)
        elif kit and not kit.database:
            self.choose_workflow(Workflow.CAPTURE)
        elif self.answers.workflow:
            self.choose_workflow(self.answers.workflow)
        self.notify_complete_changed()
        self.show_support_lines()

    def choose_workflow(self, workflow: Workflow) -> None:
        for (which, left), card in self._cards.items():
            if which is workflow and not left:
                card.set_checked()

    def choose_undo_unfinished(self) -> None:
        """Choose to undo what an earlier run left."""
        self._cards[Workflow.UNDO, True].set_checked()

    @property
    def offered_workflows(self) -> set[Workflow]:
        return {entry for entry, _ in self._cards}

    def on_enter(self) -> None:
        self.notify_complete_changed()

    def isComplete(self) -> bool:
        return self.context.loaded and super().isComplete()

    def _accept_kit(self) -> None:
        context = self.context
        kit, workspace = context.kit, context.workspace
        if kit:
            context.answers.kit_not_accepted = False
            trust_desk = _engine("migration.desk.kits").trust_desk
            self.start_operation(lambda _: trust_desk(kit, workspace), lambda _: None)

    def _offer_unfinished_run(self, unfinished_run: UnfinishedRun) -> None:
        heading = basics.make_heading(self.tr("An earlier migration did not finish"))
        self._opened.addWidget(heading)
        self._add_card(
            Workflow.RESUME,
            self.tr("&Finish it"),
            self.tr("Goes on where it stopped; nothing is moved twice."),
            "move",
        )
        self._add_card(
            Workflow.UNDO,
            self.tr("&Take it back"),
            self.tr("Undoes what it had done until it stopped."),
            "undo",
            unfinished=True,
        )

    def _add_card(
        self, workflow: Workflow, title: str, line: str, icon: str, *, unfinished: bool = False
    ) -> None:
        card = Card(title, (line,), icon=icon, group=self._group)
        card.checked_changed.connect(
            lambda chosen: (
                self._workflow_chosen(workflow, unfinished=unfinished) if chosen else None
            )
        )
        self._cards[workflow, unfinished] = card
        (
            self._opened if unfinished or workflow is Workflow.RESUME else self._choice_list
        ).addWidget(card)

    def _workflow_chosen(self, workflow: Workflow, *, unfinished: bool) -> None:
        answers, former = self.answers, self.context.unfinished_run
        answers.workflow = workflow
        answers.unfinished_run = former if workflow is Workflow.RESUME or unfinished else None
        if former and former.plan:
            if answers.unfinished_run:
                self.context.drafted_plan = former.plan
            elif self.context.drafted_plan is former.plan:
                self.context.drafted_plan = None
        answers.undo_run_preselected = unfinished
        answers.undo_run = former.run if unfinished and former else None
        if unfinished and former:
            answers.database = former.database
        self.notify_complete_changed()


def _engine(name: str) -> Any:
    """A module that this page, the first to be seen, does without until all is loaded."""
    return importlib.import_module(f"desktop_migrator.{name}")
