"""Whether there is a screen to show a window on; looked into before Qt, which would abort without.

Only on Linux and the like can there be none: their programs reach the screen through a socket that
may be dead, and through libraries that may be missing.
"""

import ctypes
import importlib.util
import os
import socket
import sys
from pathlib import Path

from desktop_migrator.errors import NoScreen, WindowLibraryMissing
from desktop_migrator.messages import Message

_OTHER_PLATFORMS = "QT_QPA_PLATFORM"
"""By it somebody chooses how Qt draws: without a screen at all, for instance."""


def check_screen() -> None:
    """Raises NoScreen and WindowLibraryMissing."""
    if sys.platform in {"win32", "darwin"}:
        return
    named = os.environ.get(_OTHER_PLATFORMS) or "wayland;xcb"
    platforms = {name.partition(":")[0] for name in named.split(";")}
    if not platforms <= {"wayland", "xcb"} or ("wayland" in platforms and _wayland_answers()):
        return
    display = os.environ.get("DISPLAY", "")
    if not display:
        raise NoScreen(reason=Message("Neither DISPLAY nor WAYLAND_DISPLAY leads to one."))
    if not _x_answers():
        raise NoScreen(reason=Message("The screen {display} does not answer.", display=display))
    _load_x_plugin()


def _wayland_answers() -> bool:
    if os.environ.get("WAYLAND_SOCKET"):
        return True
    name = os.environ.get("WAYLAND_DISPLAY")
    if not name:
        return False
    path = Path(os.environ.get("XDG_RUNTIME_DIR", "/"), name)  # an absolute name stays as it is
    with socket.socket(socket.AF_UNIX) as compositor:
        try:
            compositor.connect(str(path))
        except OSError:
            return False
    return True


def _x_answers() -> bool:
    """Whether the X server of DISPLAY takes a connection of this person's, as Qt will make one."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError as error:
        raise WindowLibraryMissing(reason=str(error)) from None
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = (ctypes.c_char_p, ctypes.c_void_p)
    xcb.xcb_connection_has_error.argtypes = (ctypes.c_void_p,)
    xcb.xcb_disconnect.argtypes = (ctypes.c_void_p,)
    connection = xcb.xcb_connect(None, None)
    failed = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    return not failed


def _load_x_plugin() -> None:
    """What Qt will load next; it would not say which library the plugin misses."""
    for folder in _qt_folders():
        plugin = Path(folder, "Qt", "plugins", "platforms", "libqxcb.so")
        if plugin.is_file():
            try:
                ctypes.CDLL(str(plugin))
            except OSError as error:
                raise WindowLibraryMissing(reason=str(error)) from None


def _qt_folders() -> list[str]:
    spec = importlib.util.find_spec("PySide6")
    return list(spec.submodule_search_locations or ()) if spec else []
