"""The dialogs: asking before something that cannot be taken back, asking for a secret."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QInputDialog,
    QLabel,
    QLineEdit,
    QMessageBox,
    QSystemTrayIcon,
    QWidget,
)


def confirm(parent: QWidget, title: str, text: str, yes: str, no: str) -> bool:
    """Whether the person agrees; Escape and the default mean no."""
    box = QMessageBox(QMessageBox.Icon.Question, title, text, parent=parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    agree = box.addButton(yes, QMessageBox.ButtonRole.AcceptRole)
    refuse = box.addButton(no, QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(refuse)
    box.setEscapeButton(refuse)
    box.exec()
    return box.clickedButton() is agree


def inform(parent: QWidget, title: str, text: str) -> None:
    """Says something that there is nothing to decide about."""
    box = QMessageBox(QMessageBox.Icon.Information, title, text, parent=parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.exec()


def ask_secret(parent: QWidget, title: str, text: str) -> str | None:
    """What the person types, unseen; None if they would rather not, or type nothing."""
    dialog = QInputDialog(parent)
    dialog.setWindowTitle(title)
    dialog.setLabelText(text)
    dialog.setTextEchoMode(QLineEdit.EchoMode.Password)
    for label in dialog.findChildren(QLabel):
        label.setTextFormat(Qt.TextFormat.PlainText)
    agreed = dialog.exec() == QDialog.DialogCode.Accepted
    return dialog.textValue() or None if agreed else None


_NOTIFICATION_SECONDS = 10


def show_notification(window: QWidget, title: str, text: str) -> None:
    """A notification by the system, where it has such and the window is not in front."""
    if window.isActiveWindow():
        return
    QApplication.alert(window)
    if not (QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages()):
        return
    tray = QSystemTrayIcon(window.windowIcon(), window)
    tray.show()
    tray.showMessage(title, text, window.windowIcon(), _NOTIFICATION_SECONDS * 1000)
