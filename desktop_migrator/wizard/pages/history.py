"""What can be taken back or put back: earlier migrations, and the backups on this computer."""

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QButtonGroup, QVBoxLayout, QWidget

from desktop_migrator.migration.backups.manage import BackupFile, list_backups
from desktop_migrator.migration.workspace.catalog import UNDONE, Catalog, CatalogedRun
from desktop_migrator.model import Outcome
from desktop_migrator.reporter import Reporter
from desktop_migrator.wizard import flow, i18n, labels, theme
from desktop_migrator.wizard.flow import RestoreAnswers, WizardStep, Workflow
from desktop_migrator.wizard.pages.base import WizardPage
from desktop_migrator.wizard.resume_state import full_database_url
from desktop_migrator.wizard.widgets import basics
from desktop_migrator.wizard.widgets.basics import clear_layout
from desktop_migrator.wizard.widgets.card import Card

_UNDONE_OUTCOMES = {UNDONE, Outcome.ROLLED_BACK}
"""Outcomes of runs of which nothing is left to take back."""
_History = tuple[list[CatalogedRun], list[BackupFile]]


class HistoryPage(WizardPage):
    step = WizardStep.HISTORY

    def build(self) -> None:
        self.set_header(
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

    def on_enter(self) -> None:
        answers, workspace = self.answers, self.context.workspace
        answers.workflow, answers.undo_run, answers.restore = Workflow.UNDO, None, RestoreAnswers()
        self._clear_list()

        def work(_: Reporter) -> _History:
            runs = [
                run
                for run in Catalog(workspace.catalog).runs()
                if run.outcome not in _UNDONE_OUTCOMES
            ]
            return runs, list_backups(workspace)

        self.start_operation(work, self._show_history)

    def on_back(self) -> None:
        self.answers.workflow = Workflow.UNDO

    def _clear_list(self) -> None:
        clear_layout(self._list)

    def _show_history(self, history: _History) -> None:
        self._clear_list()
        runs, backups = history
        group = self._group = QButtonGroup(self)
        self._add_section(
            self.tr("Migrations"),
            self.tr("No migration was made from this computer."),
            [self._run_card(run, group) for run in runs],
        )
        self._add_section(
            self.tr("Backups"),
            self.tr("There is no backup on this computer."),
            [self._backup_card(backup, group) for backup in backups],
        )

    def _add_section(self, heading: str, none: str, cards: list[Card]) -> None:
        self._list.addWidget(basics.make_heading(heading))
        rows: list[QWidget] = [*cards]
        for row in rows or [basics.make_label(none, "faint")]:
            self._list.addWidget(row)

    def _run_card(self, run: CatalogedRun, group: QButtonGroup) -> Card:
        written = sum((run.counts or {}).get(name, 0) for name in ("inserted", "updated"))
        lines = [
            ", ".join(run.origins),
            self.tr("for {user}, into {database}").format(
                user=run.user_id,
                database=labels.database_label(run.database, self.context.translator),
            ),
        ]
        if run.counts is not None:
            lines.append(self.tr("%Ln row(s) written", "", written))
        note = "" if run.finished else self.tr("It was cut off.")
        card = Card(
            self.tr("Migration of {time}").format(time=i18n.format_local_time(run.started)),
            tuple(lines),
            icon="undo",
            note=note,
            group=group,
        )
        card.checked_changed.connect(lambda chosen: self._run_chosen(run) if chosen else None)
        return card

    def _backup_card(self, backup: BackupFile, group: QButtonGroup) -> Card:
        listed = backup.catalog_entry
        lines: tuple[str, ...]
        if listed is None:
            title = self.tr("Backup {name}").format(name=backup.id)
            lines = (self.tr("What is in it shows once it has been checked."),)
        else:
            title = self.tr("Backup of {time}").format(
                time=i18n.format_local_time(listed.manifest.created)
            )
            size = QLocale().formattedDataSize(listed.size)
            lines = (
                ", ".join(each.origin for each in listed.summary.origins),
                self.tr("made on {computer}, {size}").format(
                    computer=listed.manifest.host, size=size
                ),
                " · ".join(
                    (
                        self.tr("%Ln record(s) of the browser", "", listed.summary.records),
                        self.tr("%Ln row(s) of the database", "", listed.summary.rows),
                    )
                ),
            )
        card = Card(title, tuple(filter(None, lines)), icon="shield", group=group)
        card.checked_changed.connect(lambda chosen: self._backup_chosen(backup) if chosen else None)
        return card

    def _run_chosen(self, run: CatalogedRun) -> None:
        answers = self.answers
        answers.workflow, answers.undo_run, answers.restore = (
            Workflow.UNDO,
            run.run,
            RestoreAnswers(),
        )
        answers.user_id = run.user_id
        answers.database = full_database_url(self.context.workspace, run.database)
        self._workflow_changed()

    def _backup_chosen(self, backup: BackupFile) -> None:
        answers = self.answers
        answers.workflow, answers.undo_run = Workflow.RESTORE, None
        answers.restore = RestoreAnswers(backup=backup.id)
        self._workflow_changed()

    def _workflow_changed(self) -> None:
        self.setCommitPage(flow.is_commit_step(self.step, self.answers))
        self.notify_complete_changed()
