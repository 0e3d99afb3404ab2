"""What can be taken back or put back: earlier migrations, and the backups on this computer."""

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QButtonGroup, QVBoxLayout, QWidget

from desktop_migrator.migration.backups.manage import Found, list_backups
from desktop_migrator.migration.workspace.catalog import UNDONE, Catalog, CatalogedRun
from desktop_migrator.model import Outcome
from desktop_migrator.reporter import Reporter
from desktop_migrator.wizard import flow, i18n, icons, theme
from desktop_migrator.wizard.flow import Entry, Restore, Step
from desktop_migrator.wizard.pages.base import Page
from desktop_migrator.wizard.resume_state import whole_address
from desktop_migrator.wizard.widgets import basics
from desktop_migrator.wizard.widgets.basics import empty
from desktop_migrator.wizard.widgets.card import Card

_GONE = {UNDONE, Outcome.ROLLED_BACK}
"""Outcomes of runs of which nothing is left to take back."""
_Kept = tuple[list[CatalogedRun], list[Found]]


class PastPage(Page):
    step = Step.PAST

    def build(self) -> None:
        self.introduce(
            self.tr("What shall be as it was?"),
            self.tr(
                "Take a migration back, or put back what a backup holds; what others changed since "
                "then stays."
            ),
        )
        self._group: QButtonGroup | None = None
        self._list = QVBoxLayout()
        self._list.setSpacing(theme.TIGHT)
        self.body.addLayout(self._list)
        self.body.addStretch(1)

    def enter(self) -> None:
        answers, workspace = self.answers, self.context.workspace
        answers.entry, answers.undo_run, answers.restore = Entry.UNDO, None, Restore()
        self._clear()

        def work(_: Reporter) -> _Kept:
            runs = [run for run in Catalog(workspace.catalog).runs() if run.outcome not in _GONE]
            return runs, list_backups(workspace)

        self.run(work, self._show)

    def left_backwards(self) -> None:
        self.answers.entry = Entry.UNDO

    def _clear(self) -> None:
        empty(self._list)

    def _show(self, kept: _Kept) -> None:
        self._clear()
        runs, backups = kept
        group = self._group = QButtonGroup(self)
        self._add(
            self.tr("Migrations"),
            self.tr("No migration was made from this computer."),
            [self._run_card(run, group) for run in runs],
        )
        self._add(
            self.tr("Backups"),
            self.tr("There is no backup on this computer."),
            [self._backup_card(backup, group) for backup in backups],
        )

    def _add(self, heading: str, none: str, cards: list[Card]) -> None:
        self._list.addWidget(basics.heading(heading))
        rows: list[QWidget] = [*cards]
        for row in rows or [basics.text(none, "faint")]:
            self._list.addWidget(row)

    def _run_card(self, run: CatalogedRun, group: QButtonGroup) -> Card:
        written = sum((run.counts or {}).get(name, 0) for name in ("inserted", "updated"))
        lines = [
            ", ".join(run.origins),
            self.tr("for {user}, into {database}").format(
                user=run.user_id, database=i18n.database(run.database)
            ),
        ]
        if run.counts is not None:
            lines.append(self.tr("%n row(s) written", "", written))
        note = "" if run.finished else self.tr("It was cut off.")
        card = Card(
            self.tr("Migration of {time}").format(time=i18n.local(run.started)),
            tuple(lines),
            icon=icons.icon("undo"),
            note=note,
            group=group,
        )
        card.chosen_changed.connect(lambda chosen: self._run_chosen(run) if chosen else None)
        return card

    def _backup_card(self, backup: Found, group: QButtonGroup) -> Card:
        listed = backup.listed
        lines: tuple[str, ...]
        if listed is None:
            title = self.tr("Backup {name}").format(name=backup.id)
            lines = (self.tr("What is in it shows once it has been checked."),)
        else:
            title = self.tr("Backup of {time}").format(time=i18n.local(listed.manifest.created))
            size = QLocale().formattedDataSize(listed.size)
            lines = (
                ", ".join(each.origin for each in listed.summary.origins),
                self.tr("made on {computer}, {size}").format(
                    computer=listed.manifest.host, size=size
                ),
                " · ".join(
                    (
                        self.tr("%n record(s) of the browser", "", listed.summary.records),
                        self.tr("%n row(s) of the database", "", listed.summary.rows),
                    )
                ),
            )
        card = Card(title, tuple(filter(None, lines)), icon=icons.icon("shield"), group=group)
        card.chosen_changed.connect(lambda chosen: self._backup_chosen(backup) if chosen else None)
        return card

    def _run_chosen(self, run: CatalogedRun) -> None:
        answers = self.answers
        answers.entry, answers.undo_run, answers.restore = Entry.UNDO, run.run, Restore()
        answers.user_id = run.user_id
        answers.database = whole_address(self.context.workspace, run.database)
        self._way_changed()

    def _backup_chosen(self, backup: Found) -> None:
        answers = self.answers
        answers.entry, answers.undo_run = Entry.RESTORE, None
        answers.restore = Restore(backup=backup.id)
        self._way_changed()

    def _way_changed(self) -> None:
        self.setCommitPage(flow.commits(self.step, self.answers))
        self.changed()
