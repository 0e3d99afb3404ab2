"""The window's size: as it was left, and never larger than the screen that there is now."""

from contextlib import suppress
from pathlib import Path

import msgspec
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QStyle, QWidget

from desktop_migrator.system.files import write_private

_FILE = "window.json"
_USUAL = QSize(980, 700)
_USUAL_LINE_HEIGHT = 16
"""The height of a line of text with which it has that size; with larger text it is larger."""
_BORDER = 8
"""Pixels that a window manager draws at a side; what it really draws is known too late."""


class _Size(msgspec.Struct):
    width: int
    height: int
    maximized: bool = False


def restore(window: QWidget, folder: Path) -> None:
    """Give a window its size before it is shown."""
    scale = max(1.0, window.fontMetrics().height() / _USUAL_LINE_HEIGHT)
    size, maximized = _USUAL * scale, False
    with suppress(OSError, msgspec.DecodeError):
        left = msgspec.json.decode((folder / _FILE).read_bytes(), type=_Size)
        size, maximized = QSize(left.width, left.height), left.maximized
    title = window.style().pixelMetric(QStyle.PixelMetric.PM_TitleBarHeight)
    frame = QSize(2 * _BORDER, title + 2 * _BORDER)
    window.resize(size.boundedTo(window.screen().availableGeometry().size() - frame))
    if maximized:
        window.setWindowState(Qt.WindowState.WindowMaximized)


def remember(window: QWidget, folder: Path) -> None:
    size = window.normalGeometry().size() if window.isMaximized() else window.size()
    state = _Size(size.width(), size.height(), window.isMaximized())
    with suppress(OSError):  # it is a comfort
        write_private(folder / _FILE, msgspec.json.encode(state))
