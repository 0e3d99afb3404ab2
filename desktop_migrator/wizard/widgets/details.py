"""'Show details': what only some people want to see, folded away until asked for."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from desktop_migrator.wizard import theme

_ARROW_SIZE = 12


class CollapsibleDetails(QWidget):
    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self._content = content
        self._button = QToolButton()
        self._button.setProperty("role", "details")
        self._button.setCheckable(True)
        side = theme.scaled(_ARROW_SIZE)
        self._button.setIconSize(QSize(side, side))
        self._button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._button.toggled.connect(self._set_content_visible)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.TIGHT)
        column.addWidget(self._button, alignment=Qt.AlignmentFlag.AlignLeading)
        column.addWidget(content)
        self._set_content_visible(False)

    def set_expanded(self, expanded: bool = True) -> None:
        self._button.setChecked(expanded)

    def _set_content_visible(self, shown: bool) -> None:
        self._content.setVisible(shown)
        mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        closed = Qt.ArrowType.LeftArrow if mirrored else Qt.ArrowType.RightArrow
        self._button.setArrowType(Qt.ArrowType.DownArrow if shown else closed)
        self._button.setText(self.tr("Hide details") if shown else self.tr("Show details"))
        self._button.setAccessibleName(self._button.text())
        self._button.setAccessibleDescription(
            self.tr("Opens and closes the technical details of this step")
        )
