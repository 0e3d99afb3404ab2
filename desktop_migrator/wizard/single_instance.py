"""One window for each person, data folder and screen: a second start hands its file to the first.

The first holds a lock, which the system frees however that process ends, and listens on the
loopback address. Where, and the token by which it knows its own person's other starts, lies in a
private file beside the lock. The window's own thread answers, so that a first one that is dead,
hangs or cannot be reached never keeps a second from opening a window of its own.
"""

import hmac
import os
import secrets
import socket
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import partial
from hashlib import sha256
from pathlib import Path

import msgspec

from desktop_migrator.system.file_lock import exclusive_lock
from desktop_migrator.system.files import private_folder, write_private
from desktop_migrator.wizard.worker import UiThreadBridge

if sys.platform == "win32":
    import ctypes

_PATIENCE = 5.0
"""Seconds after which a first window that does not answer counts as dead."""
_MAX_BYTES = 64 * 1024
_ANSWER = b"shown\n"
_SCREENS = ("DISPLAY", "WAYLAND_DISPLAY")
_ACTIVATION = ("XDG_ACTIVATION_TOKEN", "DESKTOP_STARTUP_ID")
"""What a desktop gives to a program that it starts, by which its window may come forward."""


Answer = Callable[[Path | None, Path | None], None]
"""Takes a file and a plan, which both may be missing, and shows the window."""


class _Place(msgspec.Struct):
    """Where the first one listens."""

    port: int
    token: str


class _Call(msgspec.Struct):
    token: str
    file: bytes | None
    """As the file system names it."""
    plan: bytes | None
    activation: dict[str, str]


class SingleInstance:
    def __init__(self, folder: Path) -> None:
        screen = "\0".join(os.environ.get(name, "") for name in _SCREENS)
        self._lock = folder / f"window-{sha256(screen.encode()).hexdigest()[:8]}.lock"
        self._place = self._lock.with_suffix(".json")
        self._held = ExitStack()

    def claim(self) -> bool:
        """Whether this start is the first, or cannot know of another."""
        try:
            private_folder(self._lock.parent)
            self._held.enter_context(exclusive_lock(self._lock))
        except TimeoutError:
            return False
        except (OSError, sqlite3.Error):
            pass  # what is wrong with the folder is told when it is opened
        return True

    def hand_over(self, file: Path | None, plan: Path | None) -> bool:
        """Whether the first start has taken these and shows its window."""
        if sys.platform == "win32":
            ctypes.windll.user32.AllowSetForegroundWindow(-1)  # only who is in front may allow it
        activation = {name: os.environ[name] for name in _ACTIVATION if name in os.environ}
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            with suppress(OSError, msgspec.DecodeError):
                place = msgspec.json.decode(self._place.read_bytes(), type=_Place)
                call = _Call(place.token, _name(file), _name(plan), activation)
                return _send(place.port, msgspec.json.encode(call) + b"\n", deadline)
            time.sleep(0.05)  # it has the lock, and does not listen yet
        return False

    def listen(self, answer: Answer) -> None:
        """Have the window's thread, which is this one, take what other starts hand over."""
        try:
            server = self._held.enter_context(socket.create_server(("127.0.0.1", 0)))
            place = _Place(server.getsockname()[1], secrets.token_urlsafe())
            write_private(self._place, msgspec.json.encode(place))
        except OSError:
            return  # then every start has a window
        threading.Thread(
            target=_serve, args=(server, place.token, UiThreadBridge(), answer), daemon=True
        ).start()

    def close(self) -> None:
        with suppress(OSError):
            self._place.unlink()
        self._held.close()


def _name(path: Path | None) -> bytes | None:
    return os.fsencode(path.absolute()) if path else None


def _path(name: bytes | None) -> Path | None:
    return Path(os.fsdecode(name)) if name else None


def _send(port: int, call: bytes, deadline: float) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), deadline - time.monotonic()) as first:
            first.sendall(call)
            return first.recv(len(_ANSWER)) == _ANSWER
    except TimeoutError:
        return False


def _serve(server: socket.socket, token: str, bridge: UiThreadBridge, answer: Answer) -> None:
    while True:
        try:
            caller, _ = server.accept()
        except OSError:
            return  # closed
        with caller, suppress(OSError):
            caller.settimeout(_PATIENCE)
            call = _receive(caller)
            if call and hmac.compare_digest(call.token.encode(), token.encode()):
                taken = threading.Event()
                bridge.post(partial(_take, call, answer, taken))
                if taken.wait(_PATIENCE):
                    caller.sendall(_ANSWER)


def _take(call: _Call, answer: Answer, taken: threading.Event) -> None:
    """In the window's thread."""
    taken.set()
    for name in _ACTIVATION:
        if name in call.activation:
            os.environ[name] = call.activation[name]  # Qt looks there
    answer(_path(call.file), _path(call.plan))


def _receive(caller: socket.socket) -> _Call | None:
    data = b""
    while not data.endswith(b"\n") and len(data) <= _MAX_BYTES:
        part = caller.recv(_MAX_BYTES)
        if not part:
            return None
        data += part
    try:
        return msgspec.json.decode(data, type=_Call)
    except msgspec.DecodeError:
        return None
