"""A table over any number of findings: it knows how many there are and reads the pages it shows.

Nothing is fetched ahead and no proxy sorts or filters: a filter is a search in the findings, done
slice by slice while the window lives on, whose rows appear as they are found.
"""

from array import array
from collections import OrderedDict, deque
from collections.abc import Iterator, Mapping, Sequence
from time import perf_counter
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QColor, QFont

from desktop_migrator.migration.preview.preview_store import (
    NO_FILTER,
    NOT_SENT,
    Filter,
    PreviewRow,
    PreviewState,
    PreviewStore,
)
from desktop_migrator.wizard import labels, plain_text, theme

PAGE_SIZE = 100
_MAX_CACHED_PAGES = 24
_TIME_SLICE = 0.015
"""How long a search, or leaving items out, holds up the window at a time."""
_EXCLUSION_BATCH = 1000
"""Findings that are left out in one go."""
_NO_INDEX = QModelIndex()
_Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole


class ItemsModel(QAbstractTableModel):
    """One entity's findings. The first column says what becomes of an item, and whether it goes."""

    search_finished = Signal()
    """A filter has been worked through."""
    exclusion_changed = Signal()

    def __init__(
        self,
        preview_store: PreviewStore,
        entity: str,
        parent: QObject | None = None,
        *,
        initial_filter: Filter = NO_FILTER,
        checkable: bool = True,
        labels: Mapping[str, str] | None = None,
    ) -> None:
        """`labels` are what people call the columns."""
        super().__init__(parent)
        self._labels = labels or {}
        self._preview_store = preview_store
        self.entity = entity
        self._checkable = checkable
        self._active_filter = NO_FILTER
        self._source_rows: array[int] | None = None
        """Of the rows; None: all of them, in order."""
        self._count = preview_store.entity_summary(entity).total
        self._pages: OrderedDict[int, list[PreviewRow]] = OrderedDict()
        self._search_results: Iterator[array[int]] | None = None
        self._pending_exclusions: deque[Iterator[tuple[Sequence[int], bool]]] = deque()
        self._search_timer = _make_timer(self, self._continue_search)
        self._exclusion_timer = _make_timer(self, self._continue_exclusions)
        if initial_filter != NO_FILTER:
            self.set_filter(initial_filter)

    # ---- what is shown --------------------------------------------------------------------------

    @property
    def active_filter(self) -> Filter:
        return self._active_filter

    @property
    def is_searching(self) -> bool:
        return self._search_results is not None

    def set_filter(self, new_filter: Filter) -> None:
        """Show what the filter wants, as it is found; what was shown before goes at once."""
        self.beginResetModel()
        self._pages.clear()
        self._active_filter = new_filter
        if new_filter == NO_FILTER:
            self._search_results, self._source_rows = None, None
            self._count = self._preview_store.entity_summary(self.entity).total
        else:
            self._search_results = self._preview_store.search(self.entity, new_filter)
            self._source_rows, self._count = array("Q"), 0
        self.endResetModel()
        if self._search_results is None:
            self._search_timer.stop()
            self.search_finished.emit()
        else:
            self._search_timer.start()

    def append_new_rows(self) -> None:
        """More may have been found since; only without a filter."""
        total = self._preview_store.entity_summary(self.entity).total
        if self._source_rows is None and total > self._count:
            self.beginInsertRows(_NO_INDEX, self._count, total - 1)
            self._pages.pop(self._count // PAGE_SIZE, None)
            self._count = total
            self.endInsertRows()

    def _continue_search(self) -> None:
        if self._search_results is None or self._source_rows is None:
            return
        until = perf_counter() + _TIME_SLICE
        found = array("Q")
        ended = False
        while not ended and perf_counter() < until:
            places = next(self._search_results, None)
            ended = places is None
            found.extend(places or ())
        if found:
            self.beginInsertRows(_NO_INDEX, self._count, self._count + len(found) - 1)
            self._pages.pop(self._count // PAGE_SIZE, None)
            self._source_rows.extend(found)
            self._count = len(self._source_rows)
            self.endInsertRows()
        if ended:
            self._search_results = None
            self._search_timer.stop()
            self.search_finished.emit()

    @property
    def headings(self) -> tuple[str, ...]:
        """Of the columns after the first; rejections have but their reason to show."""
        headings = self._preview_store.entity_summary(self.entity).headings
        if self._active_filter.state in NOT_SENT:
            return (headings[0], self.tr("Why"))
        return headings

    @property
    def technical_columns(self) -> frozenset[int]:
        """Those that say nothing to most people, as long as others do: ids and JSON."""
        if self._active_filter.state in NOT_SENT:
            return frozenset()
        kind = self._preview_store.entity_summary(self.entity)
        technical = frozenset(
            place for place, name in enumerate(self.headings, 1) if place == 1 or name in kind.json
        )
        return technical if len(technical) < len(self.headings) else technical - {1}

    # ---- rows -----------------------------------------------------------------------------------

    def item_at(self, row: int) -> PreviewRow:
        number = row // PAGE_SIZE
        page = self._pages.get(number)
        if page is None:
            page = self._pages[number] = self._read_page(number * PAGE_SIZE)
            if len(self._pages) > _MAX_CACHED_PAGES:
                self._pages.popitem(last=False)
        else:
            self._pages.move_to_end(number)
        return page[row - number * PAGE_SIZE]

    def _read_page(self, first: int) -> list[PreviewRow]:
        if self._source_rows is None:
            return self._preview_store.page(self.entity, first, min(PAGE_SIZE, self._count - first))
        return self._preview_store.rows_at(
            self.entity, self._source_rows[first : first + PAGE_SIZE]
        )

    def source_row(self, row: int) -> int:
        return row if self._source_rows is None else self._source_rows[row]

    # ---- leaving out ----------------------------------------------------------------------------

    def set_excluded(self, ranges: Sequence[tuple[int, int]], excluded: bool) -> None:
        """Rows from one to another, both included, stay behind or go again."""
        self._pending_exclusions.append(
            self._exclusion_batches(self._source_rows, ranges, excluded)
        )
        self._exclusion_timer.start()
        self._continue_exclusions()

    @staticmethod
    def _exclusion_batches(
        shown: "array[int] | None", ranges: Sequence[tuple[int, int]], excluded: bool
    ) -> Iterator[tuple[Sequence[int], bool]]:
        for first, last in ranges:
            for start in range(first, last + 1, _EXCLUSION_BATCH):
                end = min(start + _EXCLUSION_BATCH, last + 1)
                yield range(start, end) if shown is None else shown[start:end], excluded

    @property
    def is_saving_exclusions(self) -> bool:
        """Whether what was left out is still being written down."""
        return bool(self._pending_exclusions)

    def _continue_exclusions(self) -> None:
        until = perf_counter() + _TIME_SLICE
        while self._pending_exclusions:
            if perf_counter() > until:
                return
            step = next(self._pending_exclusions[0], None)
            if step is None:
                self._pending_exclusions.popleft()
            else:
                self._preview_store.set_excluded(self.entity, *step)
        self._exclusion_timer.stop()
        self._pages.clear()
        if self._count:
            last = self.index(self._count - 1, self.columnCount() - 1)
            self.dataChanged.emit(self.index(0, 0), last)
        self.exclusion_changed.emit()

    # ---- what Qt asks ---------------------------------------------------------------------------

    def rowCount(self, parent: _Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: _Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else 1 + len(self.headings)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal or role != _Role.DisplayRole:
            return None
        if not section:
            return self.tr("What becomes of it")
        name = self.headings[section - 1]
        return self.tr("Kept as") if section == 1 else self._labels.get(name, name)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        if index.isValid() and not index.column() and self._is_checkable(self.item_at(index.row())):
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags

    def data(self, index: _Index, role: int = _Role.DisplayRole) -> Any:
        if not index.isValid():
            return None
        finding = self.item_at(index.row())
        column = index.column()
        if role in (_Role.DisplayRole, _Role.ToolTipRole):
            text = self.cell_text(index.row(), column)
            return text if role == _Role.DisplayRole else plain_text.tip(str(text))
        if role == _Role.CheckStateRole and column == 0 and self._is_checkable(finding):
            return Qt.CheckState.Unchecked if finding.excluded else Qt.CheckState.Checked
        if role == _Role.ForegroundRole:
            return _colour(finding, column)
        if role == _Role.FontRole and finding.excluded:
            font = QFont()
            font.setStrikeOut(column > 0)
            return font
        return None

    def setData(self, index: _Index, value: Any, role: int = _Role.EditRole) -> bool:
        checkable = self.flags(index) & Qt.ItemFlag.ItemIsUserCheckable
        if role != _Role.CheckStateRole or not checkable:
            return False
        left_out = Qt.CheckState(value) == Qt.CheckState.Unchecked
        self.set_excluded([(index.row(), index.row())], left_out)
        return True

    def _is_checkable(self, finding: PreviewRow) -> bool:
        """Whether it is for the person to say if the item goes."""
        return self._checkable and finding.state not in NOT_SENT

    def cell_text(self, row: int, column: int) -> str:
        finding = self.item_at(row)
        if not column:
            return self.tr("Left out") if finding.excluded else labels.state_label(finding.state)
        return finding.cells[column - 1] if column <= len(finding.cells) else ""


def _colour(finding: PreviewRow, column: int) -> QColor | None:
    colours = theme.colours()
    if finding.excluded:
        return QColor(colours.faint)
    if finding.state is PreviewState.REJECTED:
        return QColor(colours.bad)
    if column == 0 and finding.state in (PreviewState.DIFFERS, PreviewState.SUPERSEDED):
        return QColor(colours.warning)
    return None


def _make_timer(parent: QObject, call: Any) -> QTimer:
    timer = QTimer(parent)
    timer.timeout.connect(call)
    return timer
