"""The table in which findings are shown, many at once."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from desktop_migrator.wizard.models.items import ItemsModel

_SAMPLED_ROWS = 50
_MAX_COLUMN_CHARACTERS = 40
"""Letters."""
_CELL_PADDING = 20


class ItemTable(QTableView):
    current_row_changed = Signal(int)
    """The current row; -1 for none."""
    toggle_requested = Signal()
    """The person pressed the space bar: the rows marked go, or stay."""

    def __init__(self, visible_rows: int = 6, *, show_states: bool = True) -> None:
        """`visible_rows` are seen at least; the first column only `show_states`."""
        super().__init__()
        self._show_states = show_states
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setWordWrap(False)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        rows = self.verticalHeader()
        rows.hide()
        # One height for all: to ask each row would mean to read it.
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        height = round(self.fontMetrics().height() * 1.7)
        rows.setDefaultSectionSize(height)
        self.setMinimumHeight((visible_rows + 1) * height)
        columns = self.horizontalHeader()
        columns.setStretchLastSection(True)
        columns.setHighlightSections(False)
        columns.setDefaultAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)

    def show_states(self, shown: bool) -> None:
        """Whether the first column shows."""
        self._show_states = shown
        self._resize_columns()

    def set_items_model(self, model: ItemsModel) -> None:
        before = self.selectionModel()
        self.setModel(model)
        if before is not None:
            before.deleteLater()
        self.selectionModel().currentRowChanged.connect(
            lambda current, _: self.current_row_changed.emit(current.row())
        )
        model.modelReset.connect(self._resize_columns)
        model.search_finished.connect(self._resize_columns)
        self._resize_columns()

    def _resize_columns(self) -> None:
        """Columns as wide as what is seen at first; those that are empty there do not show."""
        model = self.model()
        if not isinstance(model, ItemsModel) or model.is_searching:
            return
        rows = range(min(model.rowCount(), _SAMPLED_ROWS))
        metrics = self.fontMetrics()
        widest = _MAX_COLUMN_CHARACTERS * metrics.averageCharWidth()
        technical = model.technical_columns
        for column in range(model.columnCount()):
            cells = [str(model.index(row, column).data()) for row in rows]
            shown = any(cells) if column else self._show_states
            self.setColumnHidden(column, column in technical or (bool(rows) and not shown))
            heading = str(model.headerData(column, Qt.Orientation.Horizontal))
            width = max(metrics.horizontalAdvance(text) for text in (heading, *cells))
            mark = 2 * metrics.height() if column == 0 else 0
            self.setColumnWidth(column, min(width + mark, widest) + _CELL_PADDING)

    def sizeHint(self) -> QSize:
        """No higher than it must be: what room there is, the page shares out."""
        return QSize(super().sizeHint().width(), self.minimumHeight())

    def selected_ranges(self) -> list[tuple[int, int]]:
        """The rows selected, as ranges with both ends."""
        selection = self.selectionModel().selection()
        parts = [selection.at(index) for index in range(selection.count())]
        return [(part.top(), part.bottom()) for part in parts]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self.toggle_requested.emit()
        else:
            super().keyPressEvent(event)
