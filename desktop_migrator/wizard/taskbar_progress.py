"""How far the work is, on the window's entry in the taskbar or dock.

Windows is told by its ITaskbarList3; Linux desktops by the signal of Unity's launcher, which Plasma
and the docks of GNOME and Ubuntu look for. macOS has nothing of the kind for programs like this.
"""

import os
import sys
from typing import Any

from PySide6.QtWidgets import QWidget

if sys.platform == "win32":
    import ctypes
    import uuid
elif sys.platform == "linux":
    from PySide6.QtDBus import QDBusConnection, QDBusMessage

if sys.platform == "win32":

    class TaskbarProgress:
        _CLASS = "56FDF344-FD6D-11D0-958A-006097C9A090"
        _INTERFACE = "EA1AFB91-9E28-4B86-90E9-9E9F8A5EEFAF"
        _IN_PROCESS = 1
        _INIT, _SET_VALUE, _SET_STATE = 3, 9, 10
        """Places of its methods."""
        _NONE, _INDETERMINATE, _NORMAL = 0, 1, 2
        _STEPS = 1000

        def __init__(self, window: QWidget) -> None:
            self._window = window
            self._list = ctypes.c_void_p()
            failed = ctypes.windll.ole32.CoCreateInstance(
                uuid.UUID(self._CLASS).bytes_le,
                None,
                self._IN_PROCESS,
                uuid.UUID(self._INTERFACE).bytes_le,
                ctypes.byref(self._list),
            )
            if failed or self._call(self._INIT):
                self._list = ctypes.c_void_p()

        def show(self, fraction: float | None) -> None:
            """Of the work, from 0 to 1; None where nobody knows."""
            window = ctypes.c_void_p(int(self._window.window().winId()))
            if fraction is None:
                self._call(self._SET_STATE, window, ctypes.c_int(self._INDETERMINATE))
                return
            self._call(self._SET_STATE, window, ctypes.c_int(self._NORMAL))
            steps = ctypes.c_ulonglong(round(self._STEPS * fraction))
            self._call(self._SET_VALUE, window, steps, ctypes.c_ulonglong(self._STEPS))

        def clear(self) -> None:
            window = ctypes.c_void_p(int(self._window.window().winId()))
            self._call(self._SET_STATE, window, ctypes.c_int(self._NONE))

        def _call(self, method: int, *arguments: "ctypes._SimpleCData[Any]") -> int:
            if not self._list:
                return 0
            table = ctypes.cast(self._list, ctypes.POINTER(ctypes.POINTER(ctypes.c_void_p)))
            kinds = [type(argument) for argument in arguments]
            prototype = ctypes.WINFUNCTYPE(ctypes.c_long, ctypes.c_void_p, *kinds)
            return int(prototype(table[0][method])(self._list, *arguments))

elif sys.platform == "linux":

    class TaskbarProgress:
        _PATH = "/com/canonical/unity/launcherentry/1"
        _INTERFACE = "com.canonical.Unity.LauncherEntry"
        _ENTRY = "application://desktop-migrator.desktop"

        def __init__(self, window: QWidget) -> None:
            del window  # its .desktop file names it

        def show(self, fraction: float | None) -> None:
            """Of the work, from 0 to 1; None where nobody knows."""
            self._tell({"progress": fraction or 0.0, "progress-visible": fraction is not None})

        def clear(self) -> None:
            self._tell({"progress": 0.0, "progress-visible": False})

        def _tell(self, properties: dict[str, object]) -> None:
            # Without an address the library would start a bus of its own.
            if os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
                update = QDBusMessage.createSignal(self._PATH, self._INTERFACE, "Update")
                update.setArguments([self._ENTRY, properties])
                QDBusConnection.sessionBus().send(update)

else:

    class TaskbarProgress:
        def __init__(self, window: QWidget) -> None:
            pass

        def show(self, fraction: float | None) -> None:
            pass

        def clear(self) -> None:
            pass
