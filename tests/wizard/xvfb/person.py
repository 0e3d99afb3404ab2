"""Somebody before a screen: sees what a window shows, moves the mouse and presses keys."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.processes import running
from tests.waiting import PATIENCE, wait_until
from tests.wizard.xvfb.watchdog import Turn

_LOOK_AGAIN = 0.1

Thing = dict[str, Any]


@dataclass(frozen=True)
class Screen:
    display: str
    process: int


@contextmanager
def virtual_screen() -> Iterator[Screen]:
    ready, told = os.pipe()
    command = ["Xvfb", "-displayfd", str(told), "-screen", "0", "1280x900x24", "-nolisten", "tcp"]
    with running(command, pass_fds=(told,), stderr=subprocess.DEVNULL) as server:
        os.close(told)
        with os.fdopen(ready) as number:
            display = f":{number.readline().strip()}"
        yield Screen(display, server.pid)


class Person:
    """At a wizard that was just started; what the watchdog saw is known since the last look."""

    def __init__(self, screen: Screen, home: Path, *file: Path) -> None:
        self._socket = home / f"window-{time.monotonic_ns()}"
        self._environment = os.environ | {
            "DISPLAY": screen.display,
            "QT_QPA_PLATFORM": "xcb",
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home / ".config"),
            "XDG_DATA_HOME": str(home / ".local" / "share"),
            "XDG_CACHE_HOME": str(home / ".cache"),
        }
        data = home / "program"
        arguments = map(str, (self._socket, data, screen.process, *file))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.wizard.xvfb.shown", *arguments], env=self._environment
        )
        self.stalls: list[Turn] = []
        self.busiest = self.latest = Turn()
        self.wait(self._socket.exists)
        self.wait_for("WELCOME")

    # ---- seeing ---------------------------------------------------------------------------------

    def look(self) -> dict[str, Any]:
        with socket.socket(socket.AF_UNIX) as asking:
            asking.settimeout(PATIENCE)
            asking.connect(str(self._socket))
            parts = b"".join(iter(lambda: asking.recv(65536), b""))
        seen: dict[str, Any] = json.loads(parts)
        self.stalls = [Turn(**each) for each in seen["stalls"]]
        self.busiest, self.latest = Turn(**seen["busiest"]), Turn(**seen["latest"])
        return seen

    def find(self, name: str, kind: str = "") -> Thing | None:
        """The first thing to be seen and used with a name, as a screen reader says it, if any."""
        for thing in self.look()["things"]:
            if name in {"", thing["name"]} and thing["enabled"] and kind in thing["kind"]:
                return dict(thing)
        return None

    def wait(self, met: Callable[[], bool]) -> None:
        def met_or_ended() -> bool:
            assert self._process.poll() is None, "the program has ended"
            return met()

        wait_until(met_or_ended, self._told, _LOOK_AGAIN)

    def wait_for(self, page: str) -> None:
        def there() -> bool:
            seen = self.look()
            return seen["page"] == page and not seen["working"]

        self.wait(there)

    def _told(self) -> str:
        seen = self.look()
        names = [thing["name"] for thing in seen["things"] if thing["name"]]
        return f"On {seen['page']}: {names}\n{seen['error']}"

    # ---- acting ---------------------------------------------------------------------------------

    def click(self, name: str, kind: str = "") -> None:
        """With the mouse, after scrolling to it if need be."""
        self.wait(lambda: self.find(name, kind) is not None)
        self.wait(lambda: self._in_sight(name, kind))
        thing = self.find(name, kind)
        assert thing
        x, y = thing["place"]
        self._x("mousemove", str(x), str(y), "click", "1")

    def _in_sight(self, name: str, kind: str) -> bool:
        """Turns the wheel if it is not."""
        thing = self.find(name, kind)
        if thing and thing["place"] and thing["whole"]:
            return True
        self._x("mousemove", "700", "400", "click", "5")
        return False

    def press(self, keys: str) -> None:
        self._x("windowfocus", "--sync", str(self.look()["window"]), "key", "--delay", "20", keys)

    def type(self, text: str) -> None:
        self._x("type", "--delay", "8", text)

    def fill(self, name: str, text: str) -> None:
        """Click into a field and type."""
        self._x("windowfocus", "--sync", str(self.look()["window"]))
        self.click(name, "LineEdit")
        self.press("ctrl+a")
        self.type(text)
        self.wait(lambda: (self.find(name, "LineEdit") or {}).get("value") == text)

    def answer(self, text: str) -> None:
        """Into the box that asks for something."""
        self.wait(lambda: self.find("OK") is not None)
        self._x("windowfocus", "--sync", str(self.look()["window"]))
        self.type(text)
        self.press("Return")

    def go_on(self, page: str, keys: str = "alt+c", button: str = "Continue") -> None:
        """Continue by the keyboard once that is possible, and wait for the next page."""
        self.wait(lambda: self.find(button) is not None)
        self.press(keys)
        self.wait_for(page)

    def close(self) -> None:
        """By the last page's button."""
        self.look()
        self.press("alt+l")
        assert self._process.wait(PATIENCE) == 0

    def end(self) -> None:
        """However far it came."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def _x(self, *command: str) -> None:
        subprocess.run(["xdotool", *command], env=self._environment, check=True)
