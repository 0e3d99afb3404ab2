"""Finds when the window did not answer: the UI's thread was away from its events for long.

A timer of that thread ticks every few milliseconds; what lies between two ticks beyond that is a
stall: a slow handler, or the interpreter's lock held by another thread. What the thread waited for
a processor, because the whole machine was busy, is told by the kernel and taken off.
"""

import sys
import threading
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer

_TICK = 0.01
_LONG = 0.05


@dataclass(frozen=True)
class Stall:
    seconds: float
    during: str
    """What the thread was doing, seen once in the middle; empty where nobody saw."""


class Watchdog(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.stalls: list[Stall] = []
        """Those that were too long."""
        self.longest = Stall(0.0, "")
        self._thread = threading.get_ident()
        self._schedule = Path(f"/proc/self/task/{threading.get_native_id()}/schedstat")
        self._ticked, self._waited = time.perf_counter(), self._waiting()
        self._seen = ""
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start(int(_TICK * 1000))
        threading.Thread(target=self._look, daemon=True).start()

    def _tick(self) -> None:
        now, waiting = time.perf_counter(), self._waiting()
        stall = now - self._ticked - _TICK - (waiting - self._waited)
        if stall > self.longest.seconds:
            self.longest = Stall(stall, self._seen)
        if stall > _LONG:
            self.stalls.append(Stall(stall, self._seen))
        self._ticked, self._waited, self._seen = time.perf_counter(), waiting, ""

    def _waiting(self) -> float:
        """Seconds that the thread could run and did not."""
        try:
            return int(self._schedule.read_text().split()[1]) / 1e9
        except OSError:  # a kernel that does not tell
            return 0.0

    def _look(self) -> None:
        """Remember what the UI's thread does while it is late."""
        while True:
            time.sleep(_TICK)
            late = time.perf_counter() - self._ticked - _TICK
            if late > _LONG / 2 and not self._seen:
                frame = sys._current_frames().get(self._thread)
                self._seen = "".join(traceback.format_stack(frame)[-6:])
