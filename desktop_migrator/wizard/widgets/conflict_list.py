"""The conflicts of a kind of item one by one: what differs, and what the person decides."""

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from desktop_migrator.migration.preview.preview_store import EntitySummary, Filter, PreviewStore
from desktop_migrator.model import Conflict, Resolution
from desktop_migrator.wizard import plain_text, theme
from desktop_migrator.wizard.context import WizardContext
from desktop_migrator.wizard.models.conflicts import ConflictsModel
from desktop_migrator.wizard.widgets import basics
from desktop_migrator.wizard.widgets.answer_buttons import AnswerButtons
from desktop_migrator.wizard.widgets.differences import DifferencesTable
from desktop_migrator.wizard.widgets.item_table import ItemTable

_DIFFERING_ITEMS = Filter(excluded=False, conflict=True)
_MAX_AHEAD = 200
"""How many rows are looked at for the next one that waits."""


class ConflictList(QWidget):
    decided = Signal()

    def __init__(self, context: WizardContext) -> None:
        super().__init__()
        self._context = context
        self._preview_store: PreviewStore | None = None
        self._interactive = False
        self.model: ConflictsModel | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.GAP, 0, 0)
        column.setSpacing(theme.TIGHT)
        self._heading = basics.make_heading()
        column.addWidget(self._heading)
        self.table = ItemTable(visible_rows=4, show_states=False)
        self.table.setAccessibleName(self.tr("Items that differ"))
        self.table.current_row_changed.connect(self._show_conflict)
        column.addWidget(self.table, 1)
        self.differences = DifferencesTable()
        column.addWidget(self.differences, 1)
        self.decision_label = basics.make_label(role="faint")
        column.addWidget(self.decision_label)
        self.alike_box = QCheckBox()
        self.alike_box.setAccessibleName(self.tr("The same for all alike"))
        column.addWidget(self.alike_box)
        self.answers = AnswerButtons()
        self.answers.answered.connect(self._decide)
        column.addWidget(self.answers)

    def clear(self) -> None:
        self.hide()
        self.table.setModel(None)
        self.model, self._preview_store = None, None

    def show_entity(self, preview_store: PreviewStore, kind: EntitySummary) -> None:
        self._preview_store = preview_store
        before, self.model = (
            self.model,
            ConflictsModel(
                preview_store,
                kind.name,
                self,
                initial_filter=_DIFFERING_ITEMS,
                checkable=False,
                labels=self._context.field_labels(kind.name),
            ),
        )
        self.model.search_finished.connect(self._select_first_row)
        self.table.set_items_model(self.model)
        if before:
            before.deleteLater()
        self.differences.show_conflict(None)
        self.show()

    def set_heading(self, words: str) -> None:
        self._heading.setText(words)

    def set_interactive(self, interactive: bool) -> None:
        """Whether the person decides, or only looks."""
        self._interactive = interactive
        self.table.show_states(interactive)
        self._update_enabled()

    def _select_first_row(self) -> None:
        if self.model and self.model.rowCount() and not self.table.currentIndex().isValid():
            self.table.setCurrentIndex(self.model.index(0, 1))

    def _update_enabled(self) -> None:
        row = self.table.currentIndex().row()
        self.answers.setVisible(self._interactive)
        self.answers.setEnabled(row >= 0)
        self.alike_box.setVisible(False)
        self.decision_label.setVisible(self._interactive and row >= 0)

    def _show_conflict(self, row: int) -> None:
        if row < 0 or self.model is None or self._preview_store is None:
            return
        conflict, answer = self._preview_store.conflict(
            self.model.entity, self.model.source_row(row)
        )
        self.differences.show_conflict(conflict, self._context.field_labels(conflict.entity))
        self.answers.show_versions(conflict.version_names)
        self.decision_label.setText(self._decision_text(conflict, answer))
        self._update_enabled()
        if not self._interactive:
            return
        alike = next(
            each
            for each in self._preview_store.conflict_groups(self.model.entity)
            if each.kind == conflict.kind
        )
        words = self.tr("The same for all %Ln that differ in just these fields", "", alike.count)
        self.alike_box.setText(words)
        self.alike_box.setVisible(alike.count > 1)
        with QSignalBlocker(self.alike_box):
            if alike.count <= 1:
                self.alike_box.setChecked(False)

    def _decision_text(self, conflict: Conflict, answer: Resolution | None) -> str:
        if answer is None:
            return self.tr("Not decided yet.")
        if answer is Resolution.MERGE:
            return self.tr("Decided: both are merged.")
        if versions := conflict.version_names:
            name = plain_text.shortened_name(versions[0 if answer is Resolution.KEEP else 1])
            return self.tr("Decided: the version of {name} counts.").format(name=name)
        if answer is Resolution.KEEP:
            return self.tr("Decided: the database stays as it is.")
        return self.tr("Decided: the browser's version counts.")

    def _decide(self, answer: Resolution) -> None:
        row = self.table.currentIndex().row()
        if row < 0 or self.model is None or self._preview_store is None:
            return
        entity, place = self.model.entity, self.model.source_row(row)
        if self.alike_box.isChecked():
            conflict, _before = self._preview_store.conflict(entity, place)
            self._preview_store.set_group_answer(entity, answer, conflict.kind)
        else:
            self._preview_store.set_answer(entity, place, answer)
        self.model.refresh_decisions()
        self.table.show_states(self._interactive)  # and its width
        self.decided.emit()
        self._show_conflict(row)
        self._select_next_undecided(row)

    def _select_next_undecided(self, row: int) -> None:
        """The next one that waits for a decision, a page's length ahead at most."""
        if self.model is None or self._preview_store is None:
            return
        for other in range(row + 1, min(row + _MAX_AHEAD, self.model.rowCount())):
            _, answer = self._preview_store.conflict(
                self.model.entity, self.model.source_row(other)
            )
            if answer is None:
                self.table.setCurrentIndex(self.model.index(other, 1))
                return
