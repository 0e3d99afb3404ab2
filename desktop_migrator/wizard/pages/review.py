"""What would become of the records: a table for each kind of item, with search and filter."""

from functools import partial
from typing import Any

from PySide6.QtCore import QLocale, QSignalBlocker, QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from desktop_migrator.errors import MigratorError
from desktop_migrator.migration.preview.build_preview import PreviewSummary, preview_plan
from desktop_migrator.migration.preview.preview_store import (
    EntitySummary,
    Filter,
    PreviewState,
    PreviewStore,
)
from desktop_migrator.migration.progress import Progress
from desktop_migrator.model import NotTaken
from desktop_migrator.reporter import Reporter
from desktop_migrator.wizard import labels
from desktop_migrator.wizard.flow import WizardStep, Workflow
from desktop_migrator.wizard.models.items import ItemsModel
from desktop_migrator.wizard.pages.base import WizardPage
from desktop_migrator.wizard.widgets import basics
from desktop_migrator.wizard.widgets.item_detail import ItemDetail, technical_text
from desktop_migrator.wizard.widgets.item_table import ItemTable
from desktop_migrator.wizard.widgets.stage_progress import progress_sentence
from desktop_migrator.wizard.worker import OperationListener

_SEARCH_DELAY = 200
"""Milliseconds without a key until the search begins."""
_EXCLUDED = "left out"
_MAX_TOLD_RESTS = 50
_MAX_COLLECTED_AT_ONCE = 20_000


class ReviewPage(WizardPage, OperationListener):
    step = WizardStep.REVIEW

    def build(self) -> None:
        self._preview_store: PreviewStore | None = None
        self._loaded_for: Any = None
        """What the findings are of."""
        self._model: ItemsModel | None = None
        self._exclusions_collected = False
        """Whether the many that are left out have just been named."""
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Looking through the data"))
        self.body.addWidget(self._bar)
        self._gathering = basics.make_label(role="faint")
        self.body.addWidget(self._gathering)
        self._gathering.hide()
        self._tabs = QTabBar()
        self._tabs.setExpanding(False)
        self._tabs.setDrawBase(False)
        self._tabs.setUsesScrollButtons(True)
        self._tabs.setAccessibleName(self.tr("Kinds of items"))
        self._tabs.currentChanged.connect(lambda _: self._show_entity())
        self.body.addWidget(self._tabs)
        self._content = QWidget()
        self.body.addWidget(self._content, 1)
        self.body.addStretch()
        self._build_content()
        self._notes = basics.make_label(role="faint")
        self._technical = basics.make_label()
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._notes)
        column.addWidget(self._technical)
        self._details = self.add_details(inside)
        self._debounce = QTimer(self)
        self._debounce.setSingleShot(True)
        self._debounce.setInterval(_SEARCH_DELAY)
        self._debounce.timeout.connect(self._apply_filter)

    def _build_content(self) -> None:
        column = QVBoxLayout(self._content)
        column.setContentsMargins(0, 0, 0, 0)
        self._search = QLineEdit()
        self._search.setClearButtonEnabled(True)
        self._search.setPlaceholderText(self.tr("Search in these columns"))
        self._search.setAccessibleName(self.tr("Search"))
        self._search.textChanged.connect(lambda _: self._debounce.start())
        self._state_filter = QComboBox()
        self._state_filter.setAccessibleName(self.tr("Show"))
        self._state_filter.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._state_filter.setMinimumContentsLength(16)
        self._state_filter.currentIndexChanged.connect(lambda _: self._apply_filter())
        show = basics.make_caption(self.tr("S&how"))
        show.setBuddy(self._state_filter)
        find = basics.make_caption(self.tr("S&earch"))
        find.setBuddy(self._search)
        row = QHBoxLayout()
        for widget in (find, self._search, show, self._state_filter):
            row.addWidget(widget, 1 if widget is self._search else 0)
        column.addLayout(row)
        self._table = ItemTable()
        self._table.setAccessibleName(self.tr("Items"))
        self._table.current_row_changed.connect(self._show_detail)
        self._table.toggle_requested.connect(self._toggle_excluded)
        column.addWidget(self._table, 2)
        self._count_label = basics.make_label(role="faint")
        self._exclude_button = QPushButton(self.tr("&Leave out"))
        self._exclude_button.setAccessibleDescription(
            self.tr("The items marked stay in the browser only")
        )
        self._exclude_button.clicked.connect(partial(self._set_excluded, excluded=True))
        self._include_button = QPushButton(self.tr("&Take in again"))
        self._include_button.setAccessibleDescription(
            self.tr("The items marked are moved after all")
        )
        self._include_button.clicked.connect(partial(self._set_excluded, excluded=False))
        self._exclude_entity_box = QCheckBox(self.tr("Leave out this whole &kind"))
        self._exclude_entity_box.toggled.connect(self._set_entity_excluded)
        row = QHBoxLayout()
        row.addWidget(self._count_label, 1)
        for button in (self._exclude_button, self._include_button):
            row.addWidget(button)
        column.addLayout(row)
        column.addWidget(self._exclude_entity_box)
        self._detail = ItemDetail(self.context.translator)
        column.addWidget(self._detail, 1)

    # ---- gathering ------------------------------------------------------------------------------

    def on_enter(self) -> None:
        answers = self.answers
        subject = answers.sources, answers.origins, answers.user_id
        if self._preview_store is not None and subject == self._loaded_for:
            return
        self._update_header(None)
        self._reset()
        self._loaded_for = subject
        findings = self._preview_store = PreviewStore()
        plan, workspace, left_out = (
            self.context.plan,
            self.context.workspace,
            answers.excluded_items,
        )
        user = answers.user_id or None
        translator = self.context.translator
        origins = answers.origins

        def work(reporter: Reporter) -> PreviewSummary:
            return preview_plan(
                *(plan, answers.sources, origins, user, workspace, reporter, findings),
                excluded_items=left_out,
                say=translator,
            )

        self._bar.show()
        self._bar.setRange(0, 0)
        self.start_operation(work, self._preview_finished, self._preview_failed, self)

    def on_progress(self, progress: Progress) -> None:
        self._bar.setRange(0, progress.total or 0)
        self._bar.setValue(progress.current)
        self._gathering.setText(progress_sentence(progress))
        self._gathering.show()
        self._show_tabs()
        if self._model:
            self._model.append_new_rows()

    def _preview_finished(self, overview: PreviewSummary) -> None:
        self._bar.hide()
        self._gathering.hide()
        self._show_tabs()
        if self._model:
            self._model.append_new_rows()
        self._show_states()
        self._update_header(overview)

    def _preview_failed(self, error: MigratorError) -> None:
        self._bar.hide()
        self._gathering.hide()
        self._loaded_for = None
        self.error_panel.show_error(error)

    def _reset(self) -> None:
        """What an earlier look found."""
        with QSignalBlocker(self._tabs):
            while self._tabs.count():
                self._tabs.removeTab(0)
        self._tabs.hide()  # before it has the focus, which would go on to Back with the first tab
        self._content.hide()
        self._table.setModel(None)
        self._model = None
        if self._preview_store:
            self._preview_store.close()

    def on_back(self) -> None:
        if self.operation is None and self._bar.isVisible():
            self._loaded_for = None

    # ---- what is shown --------------------------------------------------------------------------

    def _update_header(self, overview: PreviewSummary | None) -> None:
        if overview is None or self._preview_store is None:
            sentence = self.tr("The data is being looked through; nothing is changed.")
        else:
            kinds = self._preview_store.entities
            total = sum(kind.total for kind in kinds)
            rejected = sum(kind.counts[PreviewState.REJECTED] for kind in kinds)
            sentence = self.tr("%Ln item(s) were found.", "", total + overview.copies) + " "
            if overview.copies:
                twice = self.tr("%Ln lie in the browsers twice and alike.", "", overview.copies)
                sentence += twice + " "
            if rejected:
                sentence += self.tr("%Ln of them cannot be moved as they are.", "", rejected) + " "
            superseded = sum(kind.counts[PreviewState.SUPERSEDED] for kind in kinds)
            if superseded:
                sentence += self.tr("%Ln give(s) way to another version.", "", superseded) + " "
            sentence += self.tr("Look at what you like, or just continue.")
            aside = [
                f"{labels.skip_reason_label(why)}: {n}"
                for why, n in overview.skipped_records.items()
            ]
            aside += self._not_taken_lines(overview.not_taken)
            self._notes.setText("\n".join(aside))
        self._details.setVisible(overview is not None and bool(self._notes.text()))
        self.set_header(self.tr("What will be moved"), sentence)

    def _not_taken_lines(self, not_taken: NotTaken) -> list[str]:
        """What stays in the browser of records that the plan takes a part of, by name."""
        return [
            self.tr("Stays in the browser: {place}").format(
                place=f"{each.key}: {each.path}" if each.path else each.key
            )
            for each in not_taken.rest[:_MAX_TOLD_RESTS]
        ] + [
            self.tr("A log-in that is not moved: {place}").format(place=f"{each.key}: {each.path}")
            for each in not_taken.cut[:_MAX_TOLD_RESTS]
        ]

    def _show_tabs(self) -> None:
        assert self._preview_store is not None  # noqa: S101 - it was begun with them
        kinds = self._preview_store.entities
        with QSignalBlocker(self._tabs):
            for index, kind in enumerate(kinds):
                if index == self._tabs.count() or self._tabs.tabData(index) != kind.name:
                    index = self._tabs.insertTab(index, "")  # noqa: PLW2901
                    self._tabs.setTabData(index, kind.name)
                number = QLocale().toString(kind.total)
                label = self.context.labels.get(kind.name, kind.name)
                self._tabs.setTabText(index, f"{label} ({number})".replace("&", "&&"))
        self._tabs.setVisible(bool(kinds))
        if kinds and self._model is None:
            self._content.show()
            self._show_entity()

    def _current_entity(self) -> EntitySummary | None:
        entity = self._tabs.tabData(self._tabs.currentIndex())
        return (
            self._preview_store.entity_summary(entity) if self._preview_store and entity else None
        )

    def _show_entity(self) -> None:
        kind = self._current_entity()
        if kind is None or self._preview_store is None:
            return
        before = self._model
        migrating = self.answers.workflow is not Workflow.CAPTURE
        self._model = ItemsModel(
            self._preview_store,
            kind.name,
            self,
            checkable=migrating,
            labels=self.context.field_labels(kind.name),
        )
        self._model.rowsInserted.connect(lambda *_: self._show_count())
        self._model.search_finished.connect(self._show_count)
        self._model.exclusion_changed.connect(self._exclusion_changed)
        self._table.set_items_model(self._model)
        if before:
            before.deleteLater()
        with QSignalBlocker(self._search), QSignalBlocker(self._exclude_entity_box):
            self._search.clear()
            self._exclude_entity_box.setChecked(kind.name in self.answers.excluded_entities)
        for widget in (self._exclude_button, self._include_button, self._exclude_entity_box):
            widget.setVisible(migrating)
        self._state_filter.setCurrentIndex(0)
        self._show_states()
        self._show_count()
        self._update_enabled()
        self._detail.clear()

    def _show_states(self) -> None:
        """What there is to filter by, with numbers."""
        kind = self._current_entity()
        if kind is None:
            return
        before = self._state_filter.currentData()
        with QSignalBlocker(self._state_filter):
            self._state_filter.clear()
            self._state_filter.addItem(self.tr("Everything"), None)
            choices: list[tuple[str, Any, int]] = [
                (labels.state_label(state), state, number) for state, number in kind.counts.items()
            ]
            choices.append((self.tr("Left out"), _EXCLUDED, kind.excluded_count))
            for words, data, number in choices:
                if number or data == before:
                    self._state_filter.addItem(f"{words} ({QLocale().toString(number)})", data)
            self._state_filter.setCurrentIndex(max(self._state_filter.findData(before), 0))

    def _apply_filter(self) -> None:
        self._debounce.stop()
        if self._model is None:
            return
        chosen = self._state_filter.currentData()
        left_out = chosen == _EXCLUDED
        wanted = Filter(
            state=None if left_out or chosen is None else PreviewState(chosen),
            excluded=True if left_out else None,
            text=self._search.text().strip(),
        )
        if wanted != self._model.active_filter:
            self._model.set_filter(wanted)
            self._show_count()
            self._detail.clear()

    def _show_count(self) -> None:
        if self._model is None:
            return
        number = self._model.rowCount()
        words = self.tr("%Ln item(s)", "", number)
        if self._model.is_searching:
            words += " " + self.tr("so far …")
        self._count_label.setText(words)

    def _show_detail(self, row: int) -> None:
        if (
            self._model is None
            or self._preview_store is None
            or not 0 <= row < self._model.rowCount()
        ):
            self._detail.clear()
            return
        detail = self._preview_store.detail(self._model.entity, self._model.source_row(row))
        self._detail.show_detail(detail, self.context.field_labels(self._model.entity))
        self._technical.setText(technical_text(detail))
        self._details.show()

    # ---- leaving out ----------------------------------------------------------------------------

    def _set_excluded(self, *_: object, excluded: bool) -> None:
        if self._model:
            self._model.set_excluded(self._table.selected_ranges(), excluded)
            self.notify_complete_changed()

    def _toggle_excluded(self) -> None:
        row = self._table.currentIndex().row()
        if self._model and self._exclude_button.isVisibleTo(self) and row >= 0:
            self._set_excluded(excluded=not self._model.item_at(row).excluded)

    def _exclusion_changed(self) -> None:
        self._show_states()
        self.notify_complete_changed()

    def isComplete(self) -> bool:
        return not (self._model and self._model.is_saving_exclusions) and super().isComplete()

    def _set_entity_excluded(self, excluded: bool) -> None:
        kind = self._current_entity()
        if kind:
            change = frozenset({kind.name})
            before = self.answers.excluded_entities
            self.answers.excluded_entities = before | change if excluded else before - change
        self._update_enabled()

    def _update_enabled(self) -> None:
        for widget in (self._table, self._exclude_button, self._include_button):
            widget.setEnabled(not self._exclude_entity_box.isChecked())

    def on_next(self) -> bool:
        findings = self._preview_store
        if findings is None:
            return True
        if sum(kind.excluded_count for kind in findings.entities) <= _MAX_COLLECTED_AT_ONCE:
            self.answers.excluded_items = findings.excluded_items()
            return True
        if self._exclusions_collected:
            self._exclusions_collected = False
            return True
        self.start_operation(lambda _: findings.excluded_items(), self._store_excluded_items)
        return False

    def _store_excluded_items(self, names: frozenset[bytes]) -> None:
        self.answers.excluded_items = names
        self._exclusions_collected = True
        self.next_page()
