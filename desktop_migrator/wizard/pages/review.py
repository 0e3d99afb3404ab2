"""What would become of the records: a table for each kind of item, with search and filter."""

from functools import partial
from typing import Any

from PySide6.QtCore import QLocale, QSignalBlocker, QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from desktop_migrator.errors import MigratorError
from desktop_migrator.migration.preview.build_preview import Overview, look
from desktop_migrator.migration.preview.preview_store import Filter, Findings, Kind, State
from desktop_migrator.migration.progress import Progress
from desktop_migrator.reporter import Reporter
from desktop_migrator.wizard import i18n
from desktop_migrator.wizard.flow import Entry, Step
from desktop_migrator.wizard.models.items import ItemsModel
from desktop_migrator.wizard.pages.base import Page
from desktop_migrator.wizard.widgets import basics
from desktop_migrator.wizard.widgets.item_detail import ItemDetail
from desktop_migrator.wizard.widgets.item_table import ItemTable
from desktop_migrator.wizard.worker import Listener

_DEBOUNCE = 200
"""Milliseconds without a key until the search begins."""
_LEFT_OUT = "left out"
_MANY = 20_000


class ReviewPage(Page, Listener):
    step = Step.REVIEW

    def build(self) -> None:
        self._findings: Findings | None = None
        self._seen: Any = None
        """What the findings are of."""
        self._model: ItemsModel | None = None
        self._named = False
        """Whether the many that are left out have just been named."""
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Looking through the data"))
        self.body.addWidget(self._bar)
        self._tabs = QTabBar()
        self._tabs.setExpanding(False)
        self._tabs.setDrawBase(False)
        self._tabs.setUsesScrollButtons(True)
        self._tabs.setAccessibleName(self.tr("Kinds of items"))
        self._tabs.currentChanged.connect(lambda _: self._show_kind())
        self.body.addWidget(self._tabs)
        self._content = QWidget()
        self.body.addWidget(self._content, 1)
        self._build_content()
        self._notes = basics.text(role="faint")
        self._details = self.add_details(self._notes)
        self._debounce = QTimer(self)
        self._debounce.setSingleShot(True)
        self._debounce.setInterval(_DEBOUNCE)
        self._debounce.timeout.connect(self._filter)

    def _build_content(self) -> None:
        column = QVBoxLayout(self._content)
        column.setContentsMargins(0, 0, 0, 0)
        self._search = QLineEdit()
        self._search.setClearButtonEnabled(True)
        self._search.setPlaceholderText(self.tr("Search in these columns"))
        self._search.setAccessibleName(self.tr("Search"))
        self._search.textChanged.connect(lambda _: self._debounce.start())
        self._state = QComboBox()
        self._state.setAccessibleName(self.tr("Show"))
        self._state.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._state.setMinimumContentsLength(16)
        self._state.currentIndexChanged.connect(lambda _: self._filter())
        show = QLabel(self.tr("S&how"))
        show.setBuddy(self._state)
        find = QLabel(self.tr("S&earch"))
        find.setBuddy(self._search)
        row = QHBoxLayout()
        for widget in (find, self._search, show, self._state):
            row.addWidget(widget, 1 if widget is self._search else 0)
        column.addLayout(row)
        self._table = ItemTable()
        self._table.setAccessibleName(self.tr("Items"))
        self._table.chosen.connect(self._show_detail)
        self._table.toggled.connect(self._toggle)
        column.addWidget(self._table, 2)
        self._shown = basics.text(role="faint")
        self._leave = QPushButton(self.tr("&Leave out"))
        self._leave.setAccessibleDescription(self.tr("The items marked stay in the browser only"))
        self._leave.clicked.connect(partial(self._leave_out, left_out=True))
        self._take = QPushButton(self.tr("&Take in again"))
        self._take.setAccessibleDescription(self.tr("The items marked are moved after all"))
        self._take.clicked.connect(partial(self._leave_out, left_out=False))
        self._whole = QCheckBox(self.tr("Leave out this whole &kind"))
        self._whole.toggled.connect(self._leave_kind)
        row = QHBoxLayout()
        row.addWidget(self._shown, 1)
        for button in (self._leave, self._take):
            row.addWidget(button)
        column.addLayout(row)
        column.addWidget(self._whole)
        self._detail = ItemDetail()
        column.addWidget(self._detail, 1)

    # ---- gathering ------------------------------------------------------------------------------

    def enter(self) -> None:
        answers = self.answers
        subject = answers.sources, answers.origin, answers.user_id
        if self._findings is not None and subject == self._seen:
            return
        self._introduce(None)
        self._forget()
        self._seen = subject
        findings = self._findings = Findings()
        plan, workspace, left_out = self.context.plan, self.context.workspace, answers.leave_out
        user = answers.user_id or None
        origins = (answers.origin,) if answers.origin else ()

        def work(reporter: Reporter) -> Overview:
            return look(
                *(plan, answers.sources, origins, user, workspace, reporter, findings),
                left_out=left_out,
            )

        self._bar.show()
        self._bar.setRange(0, 0)
        self.run(work, self._ended, self._failed, self)

    def progressed(self, progress: Progress) -> None:
        self._bar.setRange(0, progress.total or 0)
        self._bar.setValue(progress.current)
        self._show_tabs()
        if self._model:
            self._model.grow()

    def _ended(self, overview: Overview) -> None:
        self._bar.hide()
        self._show_tabs()
        if self._model:
            self._model.grow()
        self._show_states()
        self._introduce(overview)

    def _failed(self, error: MigratorError) -> None:
        self._bar.hide()
        self._seen = None
        self.errors.show_error(error)

    def _forget(self) -> None:
        """What an earlier look found."""
        with QSignalBlocker(self._tabs):
            while self._tabs.count():
                self._tabs.removeTab(0)
        self._content.hide()
        self._table.setModel(None)
        self._model = None
        if self._findings:
            self._findings.close()

    def left_backwards(self) -> None:
        if self.operation is None and self._bar.isVisible():
            self._seen = None

    # ---- what is shown --------------------------------------------------------------------------

    def _introduce(self, overview: Overview | None) -> None:
        if overview is None or self._findings is None:
            sentence = self.tr("The data is being looked through; nothing is changed.")
        else:
            kinds = self._findings.kinds
            total = sum(kind.total for kind in kinds)
            rejected = sum(kind.counts[State.REJECTED] for kind in kinds)
            sentence = self.tr("%n item(s) were found.", "", total) + " "
            if rejected:
                sentence += self.tr("%n of them cannot be moved as they are.", "", rejected) + " "
            sentence += self.tr("Look at what you like, or just continue.")
            aside = [f"{i18n.aside(why)}: {n}" for why, n in overview.left_aside.items()]
            self._notes.setText("\n".join(aside))
        self._details.setVisible(overview is not None and bool(overview.left_aside))
        self.introduce(self.tr("What will be moved"), sentence)

    def _show_tabs(self) -> None:
        assert self._findings is not None  # noqa: S101 - it was begun with them
        kinds = self._findings.kinds
        with QSignalBlocker(self._tabs):
            for index, kind in enumerate(kinds):
                if index == self._tabs.count() or self._tabs.tabData(index) != kind.name:
                    index = self._tabs.insertTab(index, "")  # noqa: PLW2901
                    self._tabs.setTabData(index, kind.name)
                number = QLocale().toString(kind.total)
                self._tabs.setTabText(index, f"{kind.name} ({number})".replace("&", "&&"))
        self._tabs.setVisible(bool(kinds))
        if kinds and self._model is None:
            self._content.show()
            self._show_kind()

    def _kind(self) -> Kind | None:
        entity = self._tabs.tabData(self._tabs.currentIndex())
        return self._findings.kind(entity) if self._findings and entity else None

    def _show_kind(self) -> None:
        kind = self._kind()
        if kind is None or self._findings is None:
            return
        before = self._model
        migrating = self.answers.entry is not Entry.CAPTURE
        self._model = ItemsModel(self._findings, kind.name, self, choosable=migrating)
        self._model.rowsInserted.connect(lambda *_: self._show_numbers())
        self._model.found.connect(self._show_numbers)
        self._model.left_out_changed.connect(self._left_out)
        self._table.show_model(self._model)
        if before:
            before.deleteLater()
        with QSignalBlocker(self._search), QSignalBlocker(self._whole):
            self._search.clear()
            self._whole.setChecked(kind.name in self.answers.left_out)
        for widget in (self._leave, self._take, self._whole):
            widget.setVisible(migrating)
        self._state.setCurrentIndex(0)
        self._show_states()
        self._show_numbers()
        self._enable()
        self._detail.clear()

    def _show_states(self) -> None:
        """What there is to filter by, with numbers."""
        kind = self._kind()
        if kind is None:
            return
        before = self._state.currentData()
        with QSignalBlocker(self._state):
            self._state.clear()
            self._state.addItem(self.tr("Everything"), None)
            choices: list[tuple[str, Any, int]] = [
                (i18n.name(state), state, number) for state, number in kind.counts.items()
            ]
            choices.append((self.tr("Left out"), _LEFT_OUT, kind.left_out))
            for words, data, number in choices:
                if number or data == before:
                    self._state.addItem(f"{words} ({QLocale().toString(number)})", data)
            self._state.setCurrentIndex(max(self._state.findData(before), 0))

    def _filter(self) -> None:
        self._debounce.stop()
        if self._model is None:
            return
        chosen = self._state.currentData()
        left_out = chosen == _LEFT_OUT
        wanted = Filter(
            state=None if left_out or chosen is None else State(chosen),
            left_out=True if left_out else None,
            text=self._search.text().strip(),
        )
        if wanted != self._model.wanted:
            self._model.show_only(wanted)
            self._show_numbers()
            self._detail.clear()

    def _show_numbers(self) -> None:
        if self._model is None:
            return
        number = self._model.rowCount()
        words = self.tr("%n item(s)", "", number)
        if self._model.searching:
            words += " " + self.tr("so far …")
        self._shown.setText(words)

    def _show_detail(self, row: int) -> None:
        if self._model is None or self._findings is None or not 0 <= row < self._model.rowCount():
            self._detail.clear()
            return
        detail = self._findings.detail(self._model.entity, self._model.place(row))
        self._detail.show_detail(detail)

    # ---- leaving out ----------------------------------------------------------------------------

    def _leave_out(self, *_: object, left_out: bool) -> None:
        if self._model:
            self._model.leave_out(self._table.marked(), left_out)
            self.changed()

    def _toggle(self) -> None:
        row = self._table.currentIndex().row()
        if self._model and self._leave.isVisibleTo(self) and row >= 0:
            self._leave_out(left_out=not self._model.finding(row).left_out)

    def _left_out(self) -> None:
        self._show_states()
        self.changed()

    def isComplete(self) -> bool:
        return not (self._model and self._model.leaving) and super().isComplete()

    def _leave_kind(self, left_out: bool) -> None:
        kind = self._kind()
        if kind:
            change = frozenset({kind.name})
            before = self.answers.left_out
            self.answers.left_out = before | change if left_out else before - change
        self._enable()

    def _enable(self) -> None:
        for widget in (self._table, self._leave, self._take):
            widget.setEnabled(not self._whole.isChecked())

    def leave(self) -> bool:
        findings = self._findings
        if findings is None:
            return True
        if sum(kind.left_out for kind in findings.kinds) <= _MANY:
            self.answers.leave_out = findings.left_out()
            return True
        if self._named:
            self._named = False
            return True
        self.run(lambda _: findings.left_out(), self._named_all)
        return False

    def _named_all(self, names: frozenset[bytes]) -> None:
        self.answers.leave_out = names
        self._named = True
        self.go_on()
