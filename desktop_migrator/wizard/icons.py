"""The icons of resources/icons, in the theme's colours."""

from functools import cache

from PySide6.QtCore import QByteArray, QRectF, Qt, QTimer
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from desktop_migrator.system.resources import resource
from desktop_migrator.wizard import theme

_SIZES = (32, 64, 128)


def icon(name: str) -> QIcon:
    """An icon drawn with `currentColor`, which becomes the accent colour."""
    drawing = resource("icons", f"{name}.svg").read_text(encoding="utf-8")
    renderer = QSvgRenderer(
        QByteArray(drawing.replace("currentColor", theme.colours().accent).encode())
    )
    drawn = QIcon()
    for size in _SIZES:
        pixmap = QPixmap(size, size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        renderer.render(painter, QRectF(0, 0, size, size))
        painter.end()
        drawn.addPixmap(pixmap)
    return drawn


def find_browser_icons() -> None:
    """Look for all browsers' icons, one a turn: each look goes through the theme's folders."""
    browsers = iter(_DESKTOP_NAMES)

    def look() -> None:
        if browser := next(browsers, None):
            _theme_name(browser)
            QTimer.singleShot(0, look)

    look()


def browser_icon(browser_id: str) -> str | QIcon:
    """A browser's own icon if the desktop has it, else one of ours for its kind.

    Ours are no copies: the real ones are trade marks, and do not come with this program.
    """
    if name := _theme_name(browser_id):
        return QIcon.fromTheme(name)
    return "firefox-kind" if browser_id in _FIREFOX_BROWSERS else "browser"


@cache
def _theme_name(browser_id: str) -> str | None:
    names = _DESKTOP_NAMES.get(browser_id, (browser_id,))
    return next((name for name in names if QIcon.hasThemeIcon(name)), None)


_FIREFOX_BROWSERS = {"firefox", "librewolf"}
_DESKTOP_NAMES = {
    "brave": ("brave-browser", "com.brave.Browser"),
    "chrome": ("google-chrome", "com.google.Chrome"),
    "chromium": ("chromium", "chromium-browser"),
    "edge": ("microsoft-edge", "com.microsoft.Edge"),
    "gnome-web": ("org.gnome.Epiphany", "epiphany"),
    "firefox": ("firefox", "firefox-esr", "org.mozilla.firefox"),
    "librewolf": ("librewolf", "io.gitlab.librewolf-community"),
}
"""What the icons are called in desktops' themes."""
