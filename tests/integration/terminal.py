"""A pseudo-terminal with the program in it, for tests that press keys."""

import os
import pty
import re
import select
import subprocess
import termios
import time
from collections.abc import Callable, Sequence
from typing import Self

from tests.waiting import PATIENCE

_CONTROL = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[=>]|\r")


class Terminal:
    """Runs a command with its three streams on a terminal of 100 columns."""

    def __init__(self, command: Sequence[str]) -> None:
        self._ours, theirs = pty.openpty()
        termios.tcsetwinsize(self._ours, (50, 100))
        environment = os.environ | {"TERM": "xterm-256color", "NO_COLOR": "1"}
        environment.pop("COLUMNS", None)
        self._process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment
        )
        os.close(theirs)
        self._raw = b""
        self._seen = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._ours)

    @property
    def text(self) -> str:
        """All that was printed, without escape codes."""
        return _CONTROL.sub("", self._raw.decode("utf-8", "replace"))

    def press(self, key: str, after: str) -> None:
        """Press a key once the text shows that was not there yet, and a key is waited for."""
        self._read_until(lambda: after in self.text[self._seen :])
        self._read_until(lambda: not termios.tcgetattr(self._ours)[3] & termios.ICANON)
        self._seen = len(self.text)
        os.write(self._ours, key.encode())

    def exit_code(self) -> int:
        """Once the program has ended."""
        self._read_until(lambda: self._process.poll() is not None)
        return self._process.returncode

    def _read_until(self, done: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not done():
            assert time.monotonic() < deadline, self.text
            ready, _, _ = select.select([self._ours], [], [], 0.02)
            if ready:
                try:
                    self._raw += os.read(self._ours, 65536)
                except OSError:  # the program has closed its side
                    self._process.wait(PATIENCE)
