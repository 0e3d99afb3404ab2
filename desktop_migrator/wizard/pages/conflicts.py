"""Rows that are there and differ from the browser's items, and items that differ between browsers:
a rule for each kind, or one by one.

Which version of an item counts decides what is held against its row; so once the person has said
that, the comparison is done again.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QProgressBar,
    QPushButton,
    QWidget,
)

from desktop_migrator.errors import MigratorError
from desktop_migrator.migration.preview.preview_store import (
    EntitySummary,
    PreviewStore,
)
from desktop_migrator.migration.progress import Progress
from desktop_migrator.migration.run.decisions import Decisions
from desktop_migrator.migration.run.job import Job
from desktop_migrator.model import ConflictPolicy, MergeRule
from desktop_migrator.reporter import Question, Reporter
from desktop_migrator.wizard import theme
from desktop_migrator.wizard.comparison import Comparison, compare
from desktop_migrator.wizard.flow import WizardStep
from desktop_migrator.wizard.operations import build_job
from desktop_migrator.wizard.pages.base import WizardPage
from desktop_migrator.wizard.widgets import basics
from desktop_migrator.wizard.widgets.basics import clear_layout
from desktop_migrator.wizard.widgets.conflict_list import ConflictList
from desktop_migrator.wizard.worker import OperationListener

_MAX_INTERACTIVE = 20_000
"""Conflicts of a kind that can be decided one by one."""


class ConflictsPage(WizardPage, OperationListener):
    step = WizardStep.CONFLICTS

    def build(self) -> None:
        self._preview_store: PreviewStore | None = None
        self._loaded_for: Any = None
        self._entity: EntitySummary | None = None
        self._decisions_saved = False
        """Whether the decisions have just been saved."""
        self._comparison: Comparison | None = None
        self._rule_combos: dict[str, QComboBox] = {}
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
        self.conflict_list = ConflictList(self.context)
        self.conflict_list.decided.connect(self._count_undecided)
        self.body.addWidget(self.conflict_list, 1)
        self.body.addStretch()

    # ---- the dry run ----------------------------------------------------------------------------

    def on_enter(self) -> None:
        answers = self.answers
        job = build_job(answers, self.context.plan)
        subject = (
            *(job.sources, job.origins, job.database, job.person, job.exclude, job.excluded_items),
            job.create_tables,
        )
        if self._preview_store is not None and subject == self._loaded_for:
            return
        self._loaded_for = subject
        self._compare(job, self._compared_first)

    def _compare(self, job: Job, finished: Callable[[Comparison], None]) -> None:
        self._reset()
        findings = self._preview_store = PreviewStore()
        workspace = self.context.workspace

        def work(reporter: Reporter) -> Comparison:
            return compare(job, workspace, reporter, findings)

        self.set_header(
            self.tr("Comparing"),
            self.tr("Your data is held against what is in the database; nothing is written."),
        )
        self._bar.show()
        self._bar.setRange(0, 0)
        self.start_operation(work, finished, self._comparison_failed, self)

    def _compared_first(self, comparison: Comparison) -> None:
        self._comparison_finished(comparison)
        if not comparison.counted and self.isVisible():
            self.next_page()  # there is nothing to ask

    def on_progress(self, progress: Progress) -> None:
        self._bar.setRange(0, progress.total or 0)
        self._bar.setValue(progress.current)

    def on_question(self, question: Question, answer: Any) -> None:
        answer(self.answers.password if question.secret else None)

    def _comparison_failed(self, error: MigratorError) -> None:
        self._bar.hide()
        self._loaded_for = None
        self.error_panel.show_error(error)

    def isComplete(self) -> bool:
        return self._loaded_for is not None and super().isComplete()

    def on_back(self) -> None:
        if self._bar.isVisible():
            self._loaded_for = None

    def _reset(self) -> None:
        self._bar.hide()
        self.conflict_list.clear()
        self._grid_widget.hide()
        self._entity, self._comparison = None, None
        self._rule_combos.clear()
        clear_layout(self._grid)
        if self._preview_store:
            self._preview_store.close()

    def _comparison_finished(self, comparison: Comparison) -> None:
        self._bar.hide()
        self._comparison = comparison
        counted = comparison.counted
        total = sum(number for _, number in counted)
        if not counted:
            self.set_header(
                self.tr("Nothing differs"),
                self.tr("No item of yours is in the database in another version."),
            )
        else:
            self.set_header(
                self.tr("What counts where both differ?"),
                self.tr(
                    "%Ln item(s) differ from the database, or from another browser's version.",
                    "",
                    total,
                )
                if any(self._has_version_conflicts(kind.name) for kind, _ in counted)
                else self.tr("%Ln item(s) are in the database already, and differ.", "", total),
            )
        for row, (kind, number) in enumerate(counted):
            self._add_rule(row, kind, number)
        if len(counted) > 1:
            self._add_rule_for_all(len(counted))
        self._grid_widget.setVisible(bool(counted))
        self._rule_changed()

    def _has_version_conflicts(self, entity: str) -> bool:
        return self._preview_store is not None and any(
            alike.kind.stores for alike in self._preview_store.conflict_groups(entity)
        )

    # ---- the rules ------------------------------------------------------------------------------

    def _add_rule(self, row: int, kind: EntitySummary, number: int) -> None:
        combo = QComboBox()
        words = f"{self._label(kind.name)} ({QLocale().toString(number)})"
        label = basics.make_caption(words.replace("&", "&&"), combo)
        combo.setAccessibleName(self.tr("What counts for {kind}").format(kind=words))
        for text, rule in self._rules():
            if rule is not MergeRule.PROMPT or number <= _MAX_INTERACTIVE:
                combo.addItem(text, rule)
        wanted = self.answers.rules.get(kind.name, self.context.plan.entities[kind.name].conflict)
        combo.setCurrentIndex(max(combo.findData(wanted), 0))
        combo.currentIndexChanged.connect(lambda _: self._rule_changed(kind))
        look = QPushButton(self.tr("Show"))
        look.setAccessibleName(
            self.tr("Show what differs in {kind}").format(kind=self._label(kind.name))
        )
        look.clicked.connect(lambda _: self._show_entity(kind))
        self._rule_combos[kind.name] = combo
        for column, widget in enumerate((label, combo, look)):
            self._grid.addWidget(widget, row, column)

    def _add_rule_for_all(self, row: int) -> None:
        combo = QComboBox()
        combo.addItem(self.tr("as chosen above"), None)
        for text, rule in self._rules()[:-1]:
            combo.addItem(text, rule)
        label = basics.make_caption(self.tr("&All kinds alike"), combo)
        combo.setAccessibleName(self.tr("What counts for all kinds"))
        combo.activated.connect(lambda _: self._choose_for_all(combo.currentData()))
        self._grid.addWidget(label, row, 0)
        self._grid.addWidget(combo, row, 1)

    def _choose_for_all(self, rule: MergeRule | None) -> None:
        for combo in self._rule_combos.values() if rule else ():
            combo.setCurrentIndex(combo.findData(rule))

    def _rules(self) -> tuple[tuple[str, MergeRule], ...]:
        return (
            (self.tr("The one changed last"), MergeRule.NEWEST),
            (self.tr("What is in the database"), MergeRule.KEEP),
            (self.tr("What is in the browser"), MergeRule.OVERWRITE),
            (self.tr("Both, merged field by field"), MergeRule.FIELDS),
            (self.tr("Decide one by one"), MergeRule.PROMPT),
        )

    def _label(self, entity: str) -> str:
        return self.context.labels.get(entity, entity)

    def _rule(self, entity: str) -> MergeRule:
        return MergeRule(self._rule_combos[entity].currentData())

    @property
    def _asked(self) -> list[str]:
        """The kinds of which the person decides one by one."""
        return [each for each in self._rule_combos if self._rule(each) is MergeRule.PROMPT]

    def _rule_changed(self, changed: EntitySummary | None = None) -> None:
        answers = self.answers
        answers.policy = ConflictPolicy.MERGE
        answers.rules = self._settled_rules() | {
            entity: self._rule(entity) for entity in self._rule_combos
        }
        kinds = self._preview_store.entities if self._preview_store else ()
        asking = [kind for kind in kinds if kind.name in self._asked]
        if changed in asking or (self._entity is None and asking):
            self._show_entity(changed if changed in asking else asking[0])
        elif self._entity:
            self._show_list()
        self._count_undecided()

    def _settled_rules(self) -> dict[str, MergeRule]:
        """Of kinds of which the person has said which versions count."""
        if self._comparison is None:
            return {}
        rules = self._comparison.rules
        return {
            entity: MergeRule.PROMPT
            for entity in self._comparison.with_versions
            if rules.get(entity) is MergeRule.PROMPT
        }

    def _count_undecided(self) -> None:
        """How many the person still has to decide."""
        if self._preview_store is None:
            return
        self.answers.undecided_conflicts = sum(
            alike.answers.get(None, 0)
            for entity in self._asked
            for alike in self._preview_store.conflict_groups(entity)
        )
        left = self.answers.undecided_conflicts
        if self._entity and self._is_interactive:
            words = self.tr("%Ln still to decide", "", left) if left else self.tr("All are decided")
            self.conflict_list.set_heading(f"{self._label(self._entity.name)}: {words}")
        self.notify_complete_changed()

    @property
    def _is_interactive(self) -> bool:
        return self._entity is not None and self._rule(self._entity.name) is MergeRule.PROMPT

    def _show_entity(self, kind: EntitySummary) -> None:
        assert self._preview_store is not None  # noqa: S101 - the kind is of them
        self._entity = kind
        self.conflict_list.show_entity(self._preview_store, kind)
        self._show_list()
        self._count_undecided()

    def _show_list(self) -> None:
        """To decide in, or only to look at."""
        if self._entity:
            self.conflict_list.set_heading(self._label(self._entity.name))
        self.conflict_list.set_interactive(self._is_interactive)

    # ---- the decisions file ---------------------------------------------------------------------

    def on_next(self) -> bool:
        asked = self._asked
        if not asked or self._preview_store is None or self._decisions_saved:
            self._decisions_saved = False
            return True
        findings, path = self._preview_store, self.context.workspace.decisions

        def work(_: Reporter) -> None:
            decisions = Decisions(path)
            for entity in asked:
                for _place, conflict, answer in findings.conflicts_with_answers(entity):
                    decisions.put(conflict, answer)
            decisions.save()

        self.start_operation(work, lambda _: self._store_decisions_path(path, asked))
        return False

    def _store_decisions_path(self, path: Path, asked: Sequence[str]) -> None:
        self.answers.decisions = path
        if any(map(self._needs_new_comparison, asked)):
            self._compare(build_job(self.answers, self.context.plan), self._compared_again)
        else:
            self._go_on()

    def _needs_new_comparison(self, entity: str) -> bool:
        """Whether other versions of its items may count now than when they were compared."""
        comparison = self._comparison
        return (
            comparison is not None
            and entity in comparison.with_versions
            and (
                comparison.rules.get(entity) is not MergeRule.PROMPT
                or self._has_version_conflicts(entity)
            )
        )

    def _compared_again(self, comparison: Comparison) -> None:
        self._comparison_finished(comparison)
        if not self.answers.undecided_conflicts:
            self._go_on()

    def _go_on(self) -> None:
        self._decisions_saved = True
        self.next_page()
