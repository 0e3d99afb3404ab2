"""The recovery key: hidden until asked for, to be printed or copied."""

from PySide6.QtGui import QGuiApplication, QTextDocument
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop_migrator.wizard import theme
from desktop_migrator.wizard.widgets import basics


class RecoveryKeyView(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._text = ""
        self._key_label = basics.make_label()
        self._key_label.setStyleSheet("font-family: monospace;")
        self._key_label.hide()
        self._show_button = QPushButton(self.tr("&Show recovery key"))
        self._show_button.setAccessibleDescription(
            self.tr("Who reads the recovery key can open your backups")
        )
        self._show_button.clicked.connect(self._toggle_key)
        self._print_button = QPushButton(self.tr("P&rint recovery key …"))
        self._print_button.setAccessibleDescription(
            self.tr("Prints it on a page to keep in a safe place")
        )
        self._print_button.clicked.connect(self._print_key)
        self._copy_button = QPushButton(self.tr("C&opy recovery key"))
        self._copy_button.setAccessibleDescription(self.tr("For your password manager"))
        self._copy_button.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._text))
        row = QHBoxLayout()
        row.setSpacing(theme.TIGHT)
        for button in (self._show_button, self._print_button, self._copy_button):
            row.addWidget(button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.TIGHT)
        column.addLayout(row)
        column.addWidget(self._key_label)

    def show_key(self, text: str) -> None:
        self._text = text
        self._key_label.setText(text)

    def _toggle_key(self) -> None:
        self._key_label.setVisible(self._key_label.isHidden())

    def _print_key(self) -> None:
        printer = QPrinter()
        if QPrintDialog(printer, self).exec() == QDialog.DialogCode.Accepted:
            page = QTextDocument()
            page.setPlainText(
                self.tr("Recovery key of Desktop Migrator's backups") + f"\n\n{self._text}\n"
            )
            page.print_(printer)
