"""What the person came for; and what an earlier run left, if it did not come to its end."""

from PySide6.QtWidgets import QButtonGroup

from desktop_migrator.migration.desk.kits import accept
from desktop_migrator.wizard import icons
from desktop_migrator.wizard.flow import Entry, FormerRun, Step
from desktop_migrator.wizard.pages.base import Page
from desktop_migrator.wizard.widgets import basics
from desktop_migrator.wizard.widgets.card import Card
from desktop_migrator.wizard.widgets.kit_panel import KitPanel


class WelcomePage(Page):
    step = Step.WELCOME

    def build(self) -> None:
        self.introduce(
            self.tr("Move your data"),
            self.tr(
                "The app you used kept your data in this computer's browser. This program moves it "
                "to the app's new home. Nothing in your browser is changed, and every step can be "
                "undone."
            ),
        )
        self._group = QButtonGroup(self)
        self._cards: dict[tuple[Entry, bool], Card] = {}
        if kit := self.context.kit:
            self.body.addWidget(KitPanel(kit, self._accept_kit))
        if former := self.context.former:
            self._offer_former(former)
        self.body.addWidget(basics.heading(self.tr("What would you like to do?")))
        self._add(
            Entry.MIGRATE,
            self.tr("&Move my data now"),
            self.tr("Finds it, shows it to you, and moves it into the app's database."),
            "move",
        )
        self._add(
            Entry.CAPTURE,
            self.tr("&Save it in a file for later"),
            self.tr("For when you are offline or the support desk shall upload it for you."),
            "capture",
        )
        self._add(
            Entry.UPLOAD,
            self.tr("&Upload a file that was saved before"),
            self.tr("Moves what such a file holds into the app's database."),
            "upload",
        )
        self._add(
            Entry.UNDO,
            self.tr("Undo or &restore"),
            self.tr("Takes an earlier migration back, exactly."),
            "undo",
        )
        self.body.addStretch(1)
        self.choose(self.answers.entry or (Entry.FINISH if former else Entry.MIGRATE))

    def choose(self, entry: Entry) -> None:
        for (which, left), card in self._cards.items():
            if which is entry and not left:
                card.choose()

    def take_former_back(self) -> None:
        """Choose to undo what an earlier run left."""
        self._cards[Entry.UNDO, True].choose()

    @property
    def offered(self) -> set[Entry]:
        return {entry for entry, _ in self._cards}

    def enter(self) -> None:
        self.changed()

    def _accept_kit(self) -> None:
        context = self.context
        kit, workspace = context.kit, context.workspace
        if kit:
            context.answers.kit_waits = False
            self.run(lambda _: accept(kit, workspace), lambda _: None)

    def _offer_former(self, former: FormerRun) -> None:
        self.body.addWidget(basics.heading(self.tr("An earlier migration did not finish")))
        self._add(
            Entry.FINISH,
            self.tr("&Finish it"),
            self.tr("Goes on where it stopped; nothing is moved twice."),
            "move",
        )
        self._add(
            Entry.UNDO,
            self.tr("&Take it back"),
            self.tr("Undoes what it had done until it stopped."),
            "undo",
            left=True,
        )

    def _add(self, entry: Entry, title: str, line: str, icon: str, *, left: bool = False) -> None:
        card = Card(title, (line,), icon=icons.icon(icon), group=self._group)
        card.chosen_changed.connect(
            lambda chosen: self._chosen(entry, left=left) if chosen else None
        )
        self._cards[entry, left] = card
        self.body.addWidget(card)

    def _chosen(self, entry: Entry, *, left: bool) -> None:
        answers, former = self.answers, self.context.former
        answers.entry = entry
        answers.former = former if entry is Entry.FINISH or left else None
        answers.undo_before_step = left
        answers.undo_run = former.run if left and former else None
        if left and former:
            answers.database = former.database
        self.changed()
