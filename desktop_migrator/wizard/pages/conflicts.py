"""Rows that are there and differ from the browser's items: a rule for each kind, or one by one."""

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QLocale, QSignalBlocker
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop_migrator.errors import MigratorError
from desktop_migrator.migration.preview.build_preview import compare
from desktop_migrator.migration.preview.preview_store import Filter, Findings, Kind, State
from desktop_migrator.migration.progress import Progress
from desktop_migrator.migration.run.decisions import Decisions
from desktop_migrator.model import Answer, ConflictPolicy, MergeRule
from desktop_migrator.reporter import Question, Reporter
from desktop_migrator.wizard import theme
from desktop_migrator.wizard.flow import Step
from desktop_migrator.wizard.models.items import ItemsModel
from desktop_migrator.wizard.operations import job_of
from desktop_migrator.wizard.pages.base import Page
from desktop_migrator.wizard.widgets import basics
from desktop_migrator.wizard.widgets.basics import empty
from desktop_migrator.wizard.widgets.differences import Differences
from desktop_migrator.wizard.widgets.item_table import ItemTable
from desktop_migrator.wizard.worker import Listener

_MOST = 20_000
"""Conflicts of a kind that can be decided one by one."""
_OPEN = Filter(State.DIFFERS, left_out=False)


class ConflictsPage(Page, Listener):
    step = Step.CONFLICTS

    def build(self) -> None:
        self._findings: Findings | None = None
        self._seen: Any = None
        self._model: ItemsModel | None = None
        self._kind: Kind | None = None
        self._saved = False
        """Whether the decisions have just been saved."""
        self._rules: dict[str, QComboBox] = {}
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Comparing with the database"))
        self.body.addWidget(self._bar)
        self._grid_widget = QWidget()
        self._grid = QGridLayout(self._grid_widget)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.GAP)
        self._grid.setVerticalSpacing(theme.TIGHT)
        self._grid.setColumnStretch(3, 1)
        self.body.addWidget(self._grid_widget)
        self._one_by_one = QWidget()
        self._build_one_by_one()
        self.body.addWidget(self._one_by_one, 1)
        self.body.addStretch()

    def _build_one_by_one(self) -> None:
        column = QVBoxLayout(self._one_by_one)
        column.setContentsMargins(0, theme.GAP, 0, 0)
        column.setSpacing(theme.TIGHT)
        self._which = basics.heading()
        column.addWidget(self._which)
        self._table = ItemTable(lines=4, with_states=False)
        self._table.setAccessibleName(self.tr("Items that differ"))
        self._table.chosen.connect(self._show_conflict)
        column.addWidget(self._table, 1)
        self._differences = Differences()
        column.addWidget(self._differences, 1)
        self._said = basics.text(role="faint")
        column.addWidget(self._said)
        self._alike = QCheckBox()
        self._alike.setAccessibleName(self.tr("The same for all alike"))
        column.addWidget(self._alike)
        row = QHBoxLayout()
        row.setSpacing(theme.GAP)
        self._buttons: dict[Answer, QPushButton] = {}
        for answer, words, meaning in (
            (Answer.KEEP, self.tr("&Keep"), self.tr("The database stays as it is")),
            (Answer.REPLACE, self.tr("&Replace"), self.tr("The browser's version counts")),
            (
                Answer.MERGE,
                self.tr("&Merge"),
                self.tr("Empty fields are filled, lists united; the database's values stay"),
            ),
        ):
            button = QPushButton(words)
            button.setAccessibleDescription(meaning)
            button.setToolTip(meaning)
            button.clicked.connect(partial(self._answer, answer))
            row.addWidget(button)
            self._buttons[answer] = button
        row.addStretch(1)
        column.addLayout(row)

    # ---- the dry run ----------------------------------------------------------------------------

    def enter(self) -> None:
        answers = self.answers
        job = job_of(answers, self.context.plan)
        subject = (
            *(job.sources, job.origins, job.database, job.person, job.exclude, job.leave_out),
            job.create_tables,
        )
        if self._findings is not None and subject == self._seen:
            return
        self._forget()
        self._seen = subject
        findings = self._findings = Findings()
        workspace = self.context.workspace

        def work(reporter: Reporter) -> list[tuple[Kind, int]]:
            result = compare(job, workspace, reporter, findings)
            if result.error:
                raise result.error
            return _counted(findings, workspace.decisions)

        self.introduce(
            self.tr("Comparing"),
            self.tr("Your data is held against what is in the database; nothing is written."),
        )
        self._bar.show()
        self._bar.setRange(0, 0)
        self.run(work, self._ended, self._failed, self)

    def progressed(self, progress: Progress) -> None:
        self._bar.setRange(0, progress.total or 0)
        self._bar.setValue(progress.current)

    def asked(self, question: Question, answer: Any) -> None:
        answer(self.answers.password if question.secret else None)

    def _failed(self, error: MigratorError) -> None:
        self._bar.hide()
        self._seen = None
        self.errors.show_error(error)

    def isComplete(self) -> bool:
        return self._seen is not None and super().isComplete()

    def left_backwards(self) -> None:
        if self._bar.isVisible():
            self._seen = None

    def _forget(self) -> None:
        self._bar.hide()
        self._one_by_one.hide()
        self._grid_widget.hide()
        self._table.setModel(None)
        self._model, self._kind = None, None
        self._rules.clear()
        empty(self._grid)
        if self._findings:
            self._findings.close()

    def _ended(self, counted: list[tuple[Kind, int]]) -> None:
        self._bar.hide()
        total = sum(number for _, number in counted)
        if not counted:
            self.introduce(
                self.tr("Nothing differs"),
                self.tr("No item of yours is in the database in another version."),
            )
        else:
            self.introduce(
                self.tr("What counts where both differ?"),
                self.tr("%n item(s) are in the database already, and differ.", "", total),
            )
        for row, (kind, number) in enumerate(counted):
            self._add_rule(row, kind, number)
        self._grid_widget.setVisible(bool(counted))
        self._rule_changed()

    # ---- the rules ------------------------------------------------------------------------------

    def _add_rule(self, row: int, kind: Kind, number: int) -> None:
        combo = QComboBox()
        words = f"{kind.name} ({QLocale().toString(number)})"
        label = QLabel(words.replace("&", "&&"))
        label.setBuddy(combo)
        combo.setAccessibleName(self.tr("What counts for {kind}").format(kind=words))
        for text, rule in (
            (self.tr("The one changed last"), MergeRule.NEWEST),
            (self.tr("What is in the database"), MergeRule.KEEP),
            (self.tr("What is in the browser"), MergeRule.OVERWRITE),
            (self.tr("Both, merged field by field"), MergeRule.FIELDS),
            (self.tr("Decide one by one"), MergeRule.PROMPT),
        ):
            if rule is not MergeRule.PROMPT or number <= _MOST:
                combo.addItem(text, rule)
        wanted = self.answers.rules.get(kind.name, self.context.plan.entities[kind.name].conflict)
        combo.setCurrentIndex(max(combo.findData(wanted), 0))
        combo.currentIndexChanged.connect(lambda _: self._rule_changed(kind))
        look = QPushButton(self.tr("Show"))
        look.setAccessibleName(self.tr("Show what differs in {kind}").format(kind=kind.name))
        look.clicked.connect(lambda _: self._show_kind(kind))
        self._rules[kind.name] = combo
        for column, widget in enumerate((label, combo, look)):
            self._grid.addWidget(widget, row, column)

    def _rule(self, entity: str) -> MergeRule:
        return MergeRule(self._rules[entity].currentData())

    def _rule_changed(self, changed: Kind | None = None) -> None:
        answers = self.answers
        answers.policy = ConflictPolicy.MERGE
        answers.rules = {entity: self._rule(entity) for entity in self._rules}
        kinds = self._findings.kinds if self._findings else ()
        asking = [kind for kind in kinds if answers.rules.get(kind.name) is MergeRule.PROMPT]
        if changed in asking or (self._kind is None and asking):
            self._show_kind(changed if changed in asking else asking[0])
        elif self._kind:
            self._enable()
        self._count_open()

    def _count_open(self) -> None:
        """How many the person still has to decide."""
        if self._findings is None:
            return
        self.answers.conflicts_open = sum(
            alike.answers.get(None, 0)
            for entity, rule in self.answers.rules.items()
            if rule is MergeRule.PROMPT
            for alike in self._findings.alike(entity)
        )
        left = self.answers.conflicts_open
        if self._kind and self._asks:
            words = self.tr("%n still to decide", "", left) if left else self.tr("All are decided")
            self._which.setText(f"{self._kind.name}: {words}")
        self.changed()

    # ---- one by one -----------------------------------------------------------------------------

    @property
    def _asks(self) -> bool:
        return self._kind is not None and self._rule(self._kind.name) is MergeRule.PROMPT

    def _show_kind(self, kind: Kind) -> None:
        assert self._findings is not None  # noqa: S101 - the kind is of them
        self._kind = kind
        before, self._model = (
            self._model,
            ItemsModel(self._findings, kind.name, self, wanted=_OPEN, choosable=False),
        )
        self._model.found.connect(self._choose_first)
        self._table.show_model(self._model)
        if before:
            before.deleteLater()
        self._one_by_one.show()
        self._which.setText(kind.name)
        self._differences.show_conflict(None)
        self._enable()

    def _choose_first(self) -> None:
        if self._model and self._model.rowCount() and not self._table.currentIndex().isValid():
            self._table.setCurrentIndex(self._model.index(0, 1))

    def _enable(self) -> None:
        row = self._table.currentIndex().row()
        for button in self._buttons.values():
            button.setVisible(self._asks)
            button.setEnabled(row >= 0)
        self._alike.setVisible(False)
        self._said.setVisible(self._asks and row >= 0)
        if self._kind and not self._asks:
            self._which.setText(self._kind.name)

    def _show_conflict(self, row: int) -> None:
        if row < 0 or self._model is None or self._findings is None:
            return
        conflict, answer = self._findings.conflict(self._model.entity, self._model.place(row))
        self._differences.show_conflict(conflict)
        said = {
            Answer.KEEP: self.tr("Decided: the database stays as it is."),
            Answer.REPLACE: self.tr("Decided: the browser's version counts."),
            Answer.MERGE: self.tr("Decided: both are merged."),
            None: self.tr("Not decided yet."),
        }
        self._said.setText(said[answer])
        self._enable()
        if not self._asks:
            return
        alike = next(
            each
            for each in self._findings.alike(self._model.entity)
            if each.fields == conflict.fields
        )
        words = self.tr("The same for all %n that differ in just these fields", "", alike.count)
        self._alike.setText(words)
        self._alike.setVisible(alike.count > 1)
        with QSignalBlocker(self._alike):
            if alike.count <= 1:
                self._alike.setChecked(False)

    def _answer(self, answer: Answer, *_: object) -> None:
        row = self._table.currentIndex().row()
        if row < 0 or self._model is None or self._findings is None:
            return
        entity, place = self._model.entity, self._model.place(row)
        if self._alike.isChecked():
            conflict, _before = self._findings.conflict(entity, place)
            self._findings.answer_alike(entity, answer, conflict.fields)
        else:
            self._findings.answer(entity, place, answer)
        self._count_open()
        self._show_conflict(row)
        self._to_next_open(row)

    def _to_next_open(self, row: int) -> None:
        """The next one that waits for a decision, a page's length ahead at most."""
        if self._model is None or self._findings is None or not self.answers.conflicts_open:
            return
        for other in range(row + 1, min(row + 200, self._model.rowCount())):
            _, answer = self._findings.conflict(self._model.entity, self._model.place(other))
            if answer is None:
                self._table.setCurrentIndex(self._model.index(other, 1))
                return

    # ---- the decisions file ---------------------------------------------------------------------

    def leave(self) -> bool:
        asked = [entity for entity, rule in self.answers.rules.items() if rule is MergeRule.PROMPT]
        if not asked or self._findings is None or self._saved:
            self._saved = False
            return True
        findings, path = self._findings, self.context.workspace.decisions

        def work(_: Reporter) -> None:
            decisions = Decisions(path)
            for entity in asked:
                for _place, conflict, answer in findings.answers(entity):
                    decisions.put(conflict, answer)
            decisions.save()

        self.run(work, lambda _: self._decided(path))
        return False

    def _decided(self, path: Path) -> None:
        self.answers.decisions = path
        self._saved = True
        self.go_on()


def _counted(findings: Findings, path: Path) -> list[tuple[Kind, int]]:
    """The kinds that have conflicts, with their numbers.

    Answers that were given before, to just these conflicts, count again.
    """
    decisions = Decisions(path)
    counted = []
    for kind in findings.kinds:
        number = 0
        for place, conflict, _ in findings.answers(kind.name):
            number += 1
            answer = decisions.answer(
                conflict.entity, conflict.id, conflict.row_digest, conflict.item_digest
            )
            if answer:
                findings.answer(kind.name, place, answer)
        if number:
            counted.append((kind, number))
    return counted
