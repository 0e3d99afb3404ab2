"""A table over any number of findings: it knows how many there are and reads the pages it shows.

Nothing is fetched ahead and no proxy sorts or filters: a filter is a search in the findings, done
slice by slice while the window lives on, whose rows appear as they are found.
"""

from array import array
from collections import OrderedDict, deque
from collections.abc import Iterator, Sequence
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
    EVERYTHING,
    Filter,
    Finding,
    Findings,
    State,
)
from desktop_migrator.wizard import i18n, theme

PAGE = 100
_PAGES = 24
_SECONDS = 0.015
"""How long a search, or leaving items out, holds up the window at a time."""
_AT_ONCE = 1000
"""Findings that are left out in one go."""
_NO_INDEX = QModelIndex()
_Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole


class ItemsModel(QAbstractTableModel):
    """One entity's findings. The first column says what becomes of an item, and whether it goes."""

    found = Signal()
    """A filter has been worked through."""
    left_out_changed = Signal()

    def __init__(
        self,
        findings: Findings,
        entity: str,
        parent: QObject | None = None,
        *,
        wanted: Filter = EVERYTHING,
        choosable: bool = True,
    ) -> None:
        super().__init__(parent)
        self._findings = findings
        self.entity = entity
        self._choosable = choosable
        self._wanted = EVERYTHING
        self._places: array[int] | None = None
        """Of the rows; None: all of them, in order."""
        self._count = findings.kind(entity).total
        self._pages: OrderedDict[int, list[Finding]] = OrderedDict()
        self._search: Iterator[array[int]] | None = None
        self._leaving: deque[Iterator[tuple[Sequence[int], bool]]] = deque()
        self._search_timer = _timer(self, self._search_on)
        self._leave_timer = _timer(self, self._leave_on)
        if wanted != EVERYTHING:
            self.show_only(wanted)

    # ---- what is shown --------------------------------------------------------------------------

    @property
    def wanted(self) -> Filter:
        return self._wanted

    @property
    def searching(self) -> bool:
        return self._search is not None

    def show_only(self, wanted: Filter) -> None:
        """Show what the filter wants, as it is found; what was shown before goes at once."""
        self.beginResetModel()
        self._pages.clear()
        self._wanted = wanted
        if wanted == EVERYTHING:
            self._search, self._places = None, None
            self._count = self._findings.kind(self.entity).total
        else:
            self._search = self._findings.search(self.entity, wanted)
            self._places, self._count = array("Q"), 0
        self.endResetModel()
        if self._search is None:
            self._search_timer.stop()
            self.found.emit()
        else:
            self._search_timer.start()

    def grow(self) -> None:
        """More may have been found since; only without a filter."""
        total = self._findings.kind(self.entity).total
        if self._places is None and total > self._count:
            self.beginInsertRows(_NO_INDEX, self._count, total - 1)
            self._pages.pop(self._count // PAGE, None)
            self._count = total
            self.endInsertRows()

    def _search_on(self) -> None:
        if self._search is None or self._places is None:
            return
        until = perf_counter() + _SECONDS
        found = array("Q")
        ended = False
        while not ended and perf_counter() < until:
            places = next(self._search, None)
            ended = places is None
            found.extend(places or ())
        if found:
            self.beginInsertRows(_NO_INDEX, self._count, self._count + len(found) - 1)
            self._pages.pop(self._count // PAGE, None)
            self._places.extend(found)
            self._count = len(self._places)
            self.endInsertRows()
        if ended:
            self._search = None
            self._search_timer.stop()
            self.found.emit()

    @property
    def headings(self) -> tuple[str, ...]:
        """Of the columns after the first; rejections have but their reason to show."""
        headings = self._findings.kind(self.entity).headings
        if self._wanted.state is State.REJECTED:
            return (headings[0], self.tr("Why"))
        return headings

    # ---- rows -----------------------------------------------------------------------------------

    def finding(self, row: int) -> Finding:
        number = row // PAGE
        page = self._pages.get(number)
        if page is None:
            page = self._pages[number] = self._read(number * PAGE)
            if len(self._pages) > _PAGES:
                self._pages.popitem(last=False)
        else:
            self._pages.move_to_end(number)
        return page[row - number * PAGE]

    def _read(self, first: int) -> list[Finding]:
        if self._places is None:
            return self._findings.page(self.entity, first, min(PAGE, self._count - first))
        return self._findings.at(self.entity, self._places[first : first + PAGE])

    def place(self, row: int) -> int:
        return row if self._places is None else self._places[row]

    # ---- leaving out ----------------------------------------------------------------------------

    def leave_out(self, ranges: Sequence[tuple[int, int]], left_out: bool) -> None:
        """Rows from one to another, both included, stay behind or go again."""
        self._leaving.append(self._slices(self._places, ranges, left_out))
        self._leave_timer.start()
        self._leave_on()

    @staticmethod
    def _slices(
        shown: "array[int] | None", ranges: Sequence[tuple[int, int]], left_out: bool
    ) -> Iterator[tuple[Sequence[int], bool]]:
        for first, last in ranges:
            for start in range(first, last + 1, _AT_ONCE):
                end = min(start + _AT_ONCE, last + 1)
                yield range(start, end) if shown is None else shown[start:end], left_out

    @property
    def leaving(self) -> bool:
        """Whether what was left out is still being written down."""
        return bool(self._leaving)

    def _leave_on(self) -> None:
        until = perf_counter() + _SECONDS
        while self._leaving:
            if perf_counter() > until:
                return
            step = next(self._leaving[0], None)
            if step is None:
                self._leaving.popleft()
            else:
                self._findings.leave_out(self.entity, *step)
        self._leave_timer.stop()
        self._pages.clear()
        if self._count:
            last = self.index(self._count - 1, self.columnCount() - 1)
            self.dataChanged.emit(self.index(0, 0), last)
        self.left_out_changed.emit()

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
        return self.headings[section - 1] if section else self.tr("What becomes of it")

    def flags(self, index: _Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        if index.isValid() and not index.column() and self._goes(self.finding(index.row())):
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags

    def data(self, index: _Index, role: int = _Role.DisplayRole) -> Any:
        if not index.isValid():
            return None
        finding = self.finding(index.row())
        column = index.column()
        if role in (_Role.DisplayRole, _Role.ToolTipRole):
            return self._text(finding, column)
        if role == _Role.CheckStateRole and column == 0 and self._goes(finding):
            return Qt.CheckState.Unchecked if finding.left_out else Qt.CheckState.Checked
        if role == _Role.ForegroundRole:
            return _colour(finding, column)
        if role == _Role.FontRole and finding.left_out:
            font = QFont()
            font.setStrikeOut(column > 0)
            return font
        return None

    def setData(self, index: _Index, value: Any, role: int = _Role.EditRole) -> bool:
        checkable = self.flags(index) & Qt.ItemFlag.ItemIsUserCheckable
        if role != _Role.CheckStateRole or not checkable:
            return False
        left_out = Qt.CheckState(value) == Qt.CheckState.Unchecked
        self.leave_out([(index.row(), index.row())], left_out)
        return True

    def _goes(self, finding: Finding) -> bool:
        """Whether it is for the person to say if the item goes."""
        return self._choosable and finding.state is not State.REJECTED

    def _text(self, finding: Finding, column: int) -> str:
        if not column:
            return self.tr("Left out") if finding.left_out else i18n.name(finding.state)
        return finding.cells[column - 1] if column <= len(finding.cells) else ""


def _colour(finding: Finding, column: int) -> QColor | None:
    colours = theme.colours()
    if finding.left_out:
        return QColor(colours.faint)
    if finding.state is State.REJECTED:
        return QColor(colours.bad)
    if column == 0 and finding.state is State.DIFFERS:
        return QColor(colours.warning)
    return None


def _timer(parent: QObject, call: Any) -> QTimer:
    timer = QTimer(parent)
    timer.timeout.connect(call)
    return timer
