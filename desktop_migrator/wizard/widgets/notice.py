"""Telling somebody who looks elsewhere that the work has ended."""

from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

_SECONDS = 10


def announce(window: QWidget, title: str, text: str) -> None:
    """A notification by the system, where it has such and the window is not in front."""
    if window.isActiveWindow():
        return
    QApplication.alert(window)
    if not (QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages()):
        return
    tray = QSystemTrayIcon(window.windowIcon(), window)
    tray.show()
    tray.showMessage(title, text, window.windowIcon(), _SECONDS * 1000)
