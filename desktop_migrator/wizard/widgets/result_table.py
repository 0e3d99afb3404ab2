"""What became of the items of each kind, in numbers that add up."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from desktop_migrator.model import Counts


class ResultTable(QTableWidget):
    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("What became of the items"))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)

    def show_counts(self, by_entity: Mapping[str, Counts], labels: Mapping[str, str]) -> None:
        """Columns in which there is nothing are left away, but for what was moved."""
        self.setVisible(bool(by_entity))
        total = Counts()
        for counts in by_entity.values():
            total += counts
        columns = [
            (words, number)
            for place, (words, number) in enumerate(self._columns())
            if place < _ALWAYS or number(total)
        ]
        rows = [(labels.get(name, name), counts) for name, counts in by_entity.items()]
        if len(rows) > 1:
            rows.append((self.tr("All"), total))
        self.setRowCount(len(rows))
        self.setColumnCount(len(columns))
        self.setHorizontalHeaderLabels([words for words, _ in columns])
        self.setVerticalHeaderLabels([words for words, _ in rows])
        for row, (_, counts) in enumerate(rows):
            for column, (_, number) in enumerate(columns):
                cell = QTableWidgetItem(QLocale().toString(number(counts)))
                cell.setTextAlignment(
                    Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter
                )
                self.setItem(row, column, cell)
        self.resizeRowsToContents()
        self.setFixedHeight(
            self.horizontalHeader().sizeHint().height() + self.verticalHeader().length() + 4
        )

    def _columns(self) -> tuple[tuple[str, Callable[[Counts], int]], ...]:
        return (
            (self.tr("Items"), lambda counts: counts.items),
            (self.tr("Moved"), lambda counts: counts.inserted),
            (self.tr("Brought up to date"), lambda counts: counts.updated),
            (self.tr("Twice in the browsers"), lambda counts: counts.duplicates),
            (self.tr("There already"), lambda counts: counts.unchanged - counts.duplicates),
            (self.tr("Left as they are there"), lambda counts: counts.skipped),
            (self.tr("Another version counts"), lambda counts: counts.superseded),
            (self.tr("Cannot be moved"), lambda counts: counts.rejected),
        )


_ALWAYS = 2
