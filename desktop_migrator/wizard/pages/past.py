"""Which earlier migration is to be taken back."""

from PySide6.QtWidgets import QButtonGroup, QVBoxLayout

from desktop_migrator.migration.catalog import UNDONE, Catalog, CatalogedRun
from desktop_migrator.reporter import Reporter
from desktop_migrator.wizard import icons, theme, times
from desktop_migrator.wizard.flow import Step
from desktop_migrator.wizard.memory import whole_address
from desktop_migrator.wizard.pages.base import Page
from desktop_migrator.wizard.widgets import labels
from desktop_migrator.wizard.widgets.card import Card


class PastPage(Page):
    step = Step.PAST

    def build(self) -> None:
        self.introduce(
            self.tr("Which migration shall be taken back?"),
            self.tr("Exactly what it changed is put back; what others changed since then stays."),
        )
        self._group: QButtonGroup | None = None
        self._none = labels.text(self.tr("No migration was made from this computer."))
        self.body.addWidget(self._none)
        self._list = QVBoxLayout()
        self._list.setSpacing(theme.TIGHT)
        self.body.addLayout(self._list)
        self.body.addStretch(1)

    def enter(self) -> None:
        self.answers.undo_run = None
        self._none.hide()
        path = self.context.workspace.catalog

        def work(_: Reporter) -> list[CatalogedRun]:
            return [run for run in Catalog(path).runs() if run.outcome != UNDONE]

        self.run(work, self._show)

    def _show(self, runs: list[CatalogedRun]) -> None:
        while item := self._list.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        self._group = QButtonGroup(self)
        self._none.setVisible(not runs)
        for run in runs:
            self._list.addWidget(self._card(run, self._group))

    def _card(self, run: CatalogedRun, group: QButtonGroup) -> Card:
        started = times.local(run.started)
        written = sum((run.counts or {}).get(name, 0) for name in ("inserted", "updated"))
        lines = [
            ", ".join(run.origins),
            self.tr("for {user}, into {database}").format(user=run.user_id, database=run.database),
        ]
        if run.counts is not None:
            lines.append(self.tr("%n row(s) written", "", written))
        note = "" if run.finished else self.tr("It was cut off.")
        card = Card(started, tuple(lines), icon=icons.icon("undo"), note=note, group=group)
        card.chosen_changed.connect(lambda chosen: self._chosen(run) if chosen else None)
        return card

    def _chosen(self, run: CatalogedRun) -> None:
        self.answers.undo_run = run.run
        self.answers.user_id = run.user_id
        self.answers.database = whole_address(self.context.workspace, run.database)
        self.changed()
