"""A conflict field by field: what the database has, what the browser has; or two browsers."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from PySide6.QtCore import QDateTime, QLocale, QSize, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from desktop_migrator.migration.preview.preview_store import escape_unprintable
from desktop_migrator.model import Conflict
from desktop_migrator.wizard import plain_text

_VISIBLE_ROWS = 5
_MAX_FIELDS = 200
_MOMENT = re.compile(r"(?:19|2\d)\d\d-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d", re.ASCII)
"""How a conflict spells one; long ago clocks had no time zones."""


class DifferencesTable(QTableWidget):
    def __init__(self) -> None:
        super().__init__(0, 3)
        self.setAccessibleName(self.tr("Fields that differ"))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setWordWrap(True)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        columns = self.horizontalHeader()
        columns.setHighlightSections(False)
        columns.setDefaultAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
        columns.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        columns.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.setMinimumHeight(_VISIBLE_ROWS * round(self.fontMetrics().height() * 1.7))
        self.show_conflict(None)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.minimumHeight())

    def show_conflict(
        self, conflict: Conflict | None, labels: Mapping[str, str] | None = None
    ) -> None:
        """`labels` are what people call the fields."""
        named = labels or {}
        row_time = conflict.row_time if conflict else None
        item_time = conflict.item_time if conflict else None
        versions = conflict.version_names if conflict else None
        if versions:
            first, second = (escape_unprintable(name) for name in versions)
        else:
            first, second = self.tr("In the database"), self.tr("In the browser")
        self.setHorizontalHeaderLabels(
            [self.tr("Field"), first + _changed_at(row_time), second + _changed_at(item_time)]
        )
        differences = conflict.differences[:_MAX_FIELDS] if conflict else ()
        self.setRowCount(len(differences))
        for row, difference in enumerate(differences):
            name = named.get(difference.name, difference.name)
            both = _local_times(difference.row, difference.item)
            for column, text in enumerate((name, *both)):
                shown = self.tr("(empty)") if text in (None, "") else text
                item = QTableWidgetItem(shown)
                if text in (None, ""):
                    item.setForeground(self.palette().placeholderText())
                item.setToolTip(plain_text.tip(shown))
                self.setItem(row, column, item)


def _changed_at(moment: datetime | None) -> str:
    return f"\n{_local_time(moment)}" if moment else ""


def _local_time(moment: datetime) -> str:
    local = QDateTime.fromSecsSinceEpoch(int(moment.timestamp()))
    return QLocale().toString(local, QLocale.FormatType.ShortFormat)


def _as_moment(text: str) -> datetime | None:
    if not _MOMENT.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:  # the 31st of September
        return None


def _local_times(*texts: str | None) -> Sequence[str | None]:
    """Moments as the person's clock has them, unless they would look alike then."""
    told = [
        _local_time(moment) if text and (moment := _as_moment(text)) else text for text in texts
    ]
    return told if len(set(told)) == len(told) else texts
