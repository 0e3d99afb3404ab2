"""A new passphrase, typed twice."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFormLayout, QLineEdit, QVBoxLayout, QWidget

from desktop_migrator.wizard import theme
from desktop_migrator.wizard.flow import MIN_PASSPHRASE_LENGTH
from desktop_migrator.wizard.widgets import basics


class NewPassphraseForm(QWidget):
    passphrase_changed = Signal(str, str)
    """Both texts, whenever one changes."""

    def __init__(self, valid_hint: str) -> None:
        """`valid_hint` is what is said once both are alike."""
        super().__init__()
        self._valid_hint = valid_hint
        column, form = QVBoxLayout(self), QFormLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.TIGHT)
        column.addLayout(form)
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
            label = basics.make_caption(words, field)
            field.setAccessibleName(words.replace("&", ""))
            form.addRow(label, field)
        self._hint = basics.make_label(role="faint")
        column.addWidget(self._hint)  # a form would keep room for it as if it were narrow
        self._changed()

    def set_passphrase(self, passphrase: str, confirmation: str) -> None:
        self._first.setText(passphrase)
        self._second.setText(confirmation)

    def _changed(self) -> None:
        first, second = self._first.text(), self._second.text()
        if len(first) < MIN_PASSPHRASE_LENGTH:
            words = self.tr("At least %Ln character(s).", "", MIN_PASSPHRASE_LENGTH)
        elif first != second:
            words = self.tr("The two are not the same yet.")
        else:
            words = self._valid_hint
        self._hint.setText(words)
        self.passphrase_changed.emit(first, second)
