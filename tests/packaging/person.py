"""Somebody with a mouse before the windows of a wine prefix."""

import subprocess
from pathlib import Path

from tests.waiting import PATIENCE, wait_until

_LOOK_AGAIN = 0.15
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

    def wait_for_box(self, title: str) -> None:
        """Until a box with a question lies over the window, under the same title."""
        wait_until(lambda: len(self._all(title)) > 1, f"nothing over {title}", _LOOK_AGAIN)
        self.wait_for(title)

    def wait_until_gone(self, title: str) -> None:
        wait_until(lambda: not self._find(title), f"{title} is still there", _LOOK_AGAIN)

    def click(self, title: str, x: int, y: int) -> None:
        """At a place in pixels from the window's upper left corner."""
        self._x("mousemove", "--window", self._find(title), str(x), str(y), "click", "1")

    def turn(self, title: str, x: int, y: int) -> None:
        """Click, and wait until the window shows something else."""
        place = self._place(title)
        before = self._see(place)
        self.click(title, x, y)
        wait_until(lambda: self._see(place) != before, f"{title} stays as it is", _LOOK_AGAIN)
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
        return subprocess.run(
            ["import", "-window", "root", *part, into],
            env=self._environment,
            stdout=subprocess.PIPE,
            check=True,
            timeout=PATIENCE,
        ).stdout

    def _x(self, *words: str) -> str:
        done = subprocess.run(
            ["xdotool", *words],
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=False,  # a window may be gone meanwhile
            timeout=PATIENCE,
        )
        return done.stdout.strip()
