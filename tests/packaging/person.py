"""Somebody with a mouse before the windows of a wine prefix."""

import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tests.waiting import wait_until

_LOOK_AGAIN = 0.15
_CLICK_AGAIN = 20.0
"""Seconds without an effect after which a click counts as lost, as some are on a busy machine."""
_HEADING = 55
"""Pixels at the head of an installer's page."""
_BOX = 10
"""Pixels, of a box that can be ticked."""
_LOOK_FOR = 30.0
"""Seconds after which a look at the screen is begun anew: such a program can wait for ever."""
_BUTTONS = 45
"""Pixels at a window's foot, whose buttons look otherwise under the mouse."""


class Person:
    """`environment` names the screen; `pictures` is the folder for what was seen."""

    def __init__(self, environment: dict[str, str], pictures: Path) -> None:
        self._environment = environment
        self._pictures = pictures
        pictures.mkdir(parents=True, exist_ok=True)

    def wait_for(self, title: str) -> None:
        """Until a window has this in its title, and nothing moves any more."""
        wait_until(lambda: self._find(title), f"there is no window {title}", _LOOK_AGAIN)
        seen = [b"", self._see("root")]

        def rests() -> bool:
            seen[:] = seen[1], self._see("root")
            return seen[0] == seen[1]

        wait_until(rests, f"{title} does not come to rest", _LOOK_AGAIN)

    def has_box(self, title: str) -> bool:
        """Whether a box with a question lies over the window, under the same title."""
        return len(self._all(title)) > 1

    def is_gone(self, title: str) -> bool:
        return not self._find(title)

    def click(
        self, title: str, x: int, y: int, until: Callable[[], object], failure: str = ""
    ) -> None:
        """At a place in pixels from the window's upper left corner, and wait for what comes."""
        last = time.monotonic() - _CLICK_AGAIN

        def clicked() -> bool:
            nonlocal last
            if until():
                return True
            if time.monotonic() - last >= _CLICK_AGAIN and (window := self._find(title)):
                last = time.monotonic()
                self._x("mousemove", "--window", window, str(x), str(y), "click", "1")
            return False

        wait_until(clicked, failure or f"nothing comes of a click in {title}", _LOOK_AGAIN)

    def turn(self, title: str, x: int, y: int) -> None:
        """Click on what shows another page, and wait for its heading: a caret blinks below."""
        width, _, left, top = self._size(self._find(title))
        self._change(title, x, y, f"{width}x{_HEADING}+{left}+{top}")

    def press(self, title: str, x: int, y: int) -> None:
        """Click on what has the window look otherwise, and wait for that."""
        self._change(title, x, y, self._place(title))

    def tick(self, title: str, x: int, y: int) -> None:
        """Click on a box, which is then ticked, or not any more."""
        _, _, left, top = self._size(self._find(title))
        around = _BOX // 2
        self._change(title, x, y, f"{_BOX}x{_BOX}+{left + x - around}+{top + y - around}")

    def _change(self, title: str, x: int, y: int, place: str) -> None:
        # A window may show something else under the mouse, before any click.
        self._x("mousemove", "--window", self._find(title), str(x), str(y))
        self.wait_for(title)
        before = self._see(place)
        self.click(title, x, y, lambda: self._see(place) != before, f"{title} stays as it is")
        self.wait_for(title)

    def picture(self, name: str, title: str = "") -> None:
        """Of a window, or of the screen."""
        file = str(self._pictures / f"{name}.png")
        self._import(self._place(title, foot=0) if title else "root", file)

    def _all(self, title: str) -> list[str]:
        return self._x("search", "--onlyvisible", "--name", title).split()

    def _find(self, title: str) -> str:
        """The window's number; that of the box that lies over it, if one does."""
        return min(self._all(title), key=lambda number: self._size(number)[0], default="")

    def _size(self, number: str) -> tuple[int, int, int, int]:
        """Width, height and place in pixels."""
        lines = self._x("getwindowgeometry", "--shell", number).splitlines()
        at = dict(line.split("=") for line in lines)
        return tuple(int(at.get(name, 0)) for name in ("WIDTH", "HEIGHT", "X", "Y"))  # type: ignore[return-value]

    def _place(self, title: str, foot: int = _BUTTONS) -> str:
        width, height, x, y = self._size(self._find(title))
        return f"{width}x{height - foot}+{x}+{y}"

    def _see(self, place: str) -> bytes:
        return self._import(place, "rgb:-")

    def _import(self, place: str, into: str) -> bytes:
        # A part of the whole screen: asked for a window that is gone, it would wait for a click.
        part = () if place == "root" else ("-crop", place, "+repage")
        return self._run("import", "-window", "root", *part, into)

    def _x(self, *words: str) -> str:
        return self._run("xdotool", *words).decode().strip()

    def _run(self, *command: str) -> bytes:
        """What it writes; nothing where it failed, since a window may be gone meanwhile."""
        seen: list[bytes] = []

        def ended() -> bool:
            with suppress(subprocess.TimeoutExpired):
                done = subprocess.run(
                    command,
                    env=self._environment,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    timeout=_LOOK_FOR,
                    check=False,
                )
                seen.append(done.stdout if done.returncode == 0 else b"")
            return bool(seen)

        wait_until(ended, f"{command[0]} does not end")
        return seen[0]
