"""A new passphrase, typed twice."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFormLayout, QLabel, QLineEdit, QWidget

from desktop_migrator.wizard import theme
from desktop_migrator.wizard.flow import SHORTEST_PASSPHRASE
from desktop_migrator.wizard.widgets import basics


class NewPassphrase(QWidget):
    typed = Signal(str, str)
    """Both texts, whenever one changes."""

    def __init__(self, promise: str) -> None:
        """`promise` is what is said once both are alike."""
        super().__init__()
        self._promise = promise
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(theme.GAP)
        form.setVerticalSpacing(theme.TIGHT)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self._first, self._second = QLineEdit(), QLineEdit()
        for words, field in (
            (self.tr("Pass&phrase"), self._first),
            (self.tr("The same &again"), self._second),
        ):
            field.setEchoMode(QLineEdit.EchoMode.Password)
            field.textChanged.connect(lambda _: self._changed())
            label = QLabel(words)
            label.setBuddy(field)
            field.setAccessibleName(words.replace("&", ""))
            form.addRow(label, field)
        self._verdict = basics.text(role="faint")
        form.addRow("", self._verdict)
        self._changed()

    def enter(self, first: str, second: str) -> None:
        self._first.setText(first)
        self._second.setText(second)

    def _changed(self) -> None:
        first, second = self._first.text(), self._second.text()
        if len(first) < SHORTEST_PASSPHRASE:
            words = self.tr("At least %n character(s).", "", SHORTEST_PASSPHRASE)
        elif first != second:
            words = self.tr("The two are not the same yet.")
        else:
            words = self._promise
        self._verdict.setText(words)
        self.typed.emit(first, second)
