"""What the support desk may ask for, to be read to it or copied into a letter."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from desktop_migrator.wizard import theme
from desktop_migrator.wizard.widgets import basics


class SupportLines(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._label = basics.make_label(role="faint")
        self._button = QPushButton()
        self._button.clicked.connect(self._copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.TIGHT)
        column.addWidget(self._label)
        column.addWidget(self._button, alignment=Qt.AlignmentFlag.AlignLeading)
        self.show_lines(())

    def show_lines(self, lines: Sequence[str]) -> None:
        self._label.setText("\n".join(lines))
        self._button.setText(self.tr("Cop&y these details"))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._label.text())
        self._button.setText(self.tr("Copied"))
