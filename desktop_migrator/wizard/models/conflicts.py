"""One entity's findings that differ, with what the person has decided about each."""

from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from desktop_migrator.model import Resolution
from desktop_migrator.wizard import plain_text, theme
from desktop_migrator.wizard.models.items import ItemsModel


class ConflictsModel(ItemsModel):
    """The first column is the decision."""

    def refresh_decisions(self) -> None:
        if rows := self.rowCount():
            self.dataChanged.emit(self.index(0, 0), self.index(rows - 1, 0))

    def cell_text(self, row: int, column: int) -> str:
        if column:
            return super().cell_text(row, column)
        conflict, answer = self._preview_store.conflict(self.entity, self.source_row(row))
        if answer is None:
            return self.tr("Not decided")
        if answer is Resolution.MERGE:
            return self.tr("Both, merged")
        if versions := conflict.version_names:
            return plain_text.shortened_name(versions[0 if answer is Resolution.KEEP else 1])
        if answer is Resolution.KEEP:
            return self.tr("The database's")
        return self.tr("The browser's")

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if (
            section
            or orientation is not Qt.Orientation.Horizontal
            or role != Qt.ItemDataRole.DisplayRole
        ):
            return super().headerData(section, orientation, role)
        return self.tr("What counts")

    def data(
        self,
        index: QModelIndex | QPersistentModelIndex,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if role == Qt.ItemDataRole.ForegroundRole and index.isValid() and not index.column():
            _, answer = self._preview_store.conflict(self.entity, self.source_row(index.row()))
            return QColor(theme.colours().warning) if answer is None else None
        return super().data(index, role)
