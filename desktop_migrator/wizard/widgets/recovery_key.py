"""The recovery key: hidden until asked for, to be printed or copied."""

from PySide6.QtGui import QGuiApplication, QTextDocument
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop_migrator.wizard import theme
from desktop_migrator.wizard.widgets import basics


class RecoveryKey(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._text = ""
        self._shown = basics.text()
        self._shown.setStyleSheet("font-family: monospace;")
        self._shown.hide()
        self._show = QPushButton(self.tr("&Show recovery key"))
        self._show.setAccessibleDescription(
            self.tr("Who reads the recovery key can open your backups")
        )
        self._show.clicked.connect(self._reveal)
        self._print = QPushButton(self.tr("P&rint recovery key …"))
        self._print.setAccessibleDescription(self.tr("Prints it on a page to keep in a safe place"))
        self._print.clicked.connect(self._print_key)
        self._copy = QPushButton(self.tr("C&opy recovery key"))
        self._copy.setAccessibleDescription(self.tr("For your password manager"))
        self._copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._text))
        row = QHBoxLayout()
        row.setSpacing(theme.TIGHT)
        for button in (self._show, self._print, self._copy):
            row.addWidget(button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.TIGHT)
        column.addLayout(row)
        column.addWidget(self._shown)

    def show_key(self, text: str) -> None:
        self._text = text
        self._shown.setText(text)

    def _reveal(self) -> None:
        self._shown.setVisible(self._shown.isHidden())

    def _print_key(self) -> None:
        printer = QPrinter()
        if QPrintDialog(printer, self).exec() == QDialog.DialogCode.Accepted:
            page = QTextDocument()
            page.setPlainText(
                self.tr("Recovery key of Desktop Migrator's backups") + f"\n\n{self._text}\n"
            )
            page.print_(printer)
