"""Finds when the window did not answer because of what the program did, however busy the machine.

A timer of the UI's thread ticks every few milliseconds; a tick, and each key and click that comes
to the window, ends one turn of its loop and begins the next. Turns are judged by figures that other
programs do not raise:

- *computing*, the processor time of the UI's thread, which stands still while the thread waits for
  a processor. A processor that others use too is slower, so it is counted at the best pace that the
  thread itself has shown;
- *asleep*, for how long the thread was late and neither computed nor could have: it slept, or
  waited for a server or a lock. Whom it waits for may itself wait for a processor, so the waits of
  all threads of the program and of the screen's server are taken off, as the kernel tells them,
  and where one of them has ended in the meantime nothing is said;
- *kept out*, the same without the other threads' waits, but at most what these computed: one of
  them keeps the interpreter.

On a busy machine what is taken off is too much rather than too little: it may hide a stall that a
quiet one shows, and invents none. What the kernel does not tell is small, and `MAX_WAITING` leaves
room for it. What the clock alone says is kept for the report.
"""

import os
import sys
import threading
import time
import traceback
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QWindow

from tests.wizard.xvfb.kernel_times import KernelTimes

MAX_COMPUTING = 0.1
"""From which a person notices; some 40 ms are usual. The rest is for memory that other programs
push out of the processor's caches, which the pace does not show."""
MAX_WAITING = 0.2
_TICK = 0.01
_LATE = 0.025
"""Seconds after which the thread is looked at."""
_INPUT = {
    QEvent.Type.KeyPress,
    QEvent.Type.KeyRelease,
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseButtonRelease,
    QEvent.Type.Wheel,
}


def _pace() -> float:
    """Seconds for a trifle: the best of three, since an interruption would count as well."""

    def once() -> float:
        began = time.thread_time()
        for _ in range(1000):
            pass
        return time.thread_time() - began

    return min(once() for _ in range(3))


@dataclass(frozen=True)
class Turn:
    """What the UI's thread did from one tick to the next, in seconds."""

    computing: float = 0.0
    asleep: float = 0.0
    kept_out: float = 0.0
    late: float = 0.0
    """By the clock, whatever the reason."""
    during: str = ""
    """What the thread was doing, seen once in the middle; empty where nobody saw."""

    @property
    def is_stall(self) -> bool:
        return self.computing > MAX_COMPUTING or max(self.asleep, self.kept_out) > MAX_WAITING

    def __str__(self) -> str:
        figures = (self.computing, self.asleep, self.kept_out, self.late)
        return "computing {:.0f} ms, asleep {:.0f} ms, kept out {:.0f} ms, late {:.0f} ms".format(
            *(1000 * figure for figure in figures)
        )


class Watchdog(QObject):
    """Watches the thread that makes it; `others` are processes that this thread waits for."""

    def __init__(self, others: Iterable[int] = ()) -> None:
        super().__init__()
        self.stalls: list[Turn] = []
        self.busiest = Turn()
        """By what it computed."""
        self.latest = Turn()
        """By the clock."""
        self._thread = threading.get_ident()
        self._best_pace = self._pace = _pace()
        self._windows: set[QWindow] = set()
        self._kernel = KernelTimes([os.getpid(), *others])
        self._ended = threading.Event()
        self._looking = threading.Thread(target=self._look, daemon=True)
        self.begin_turn()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.end_turn)
        self._timer.start(int(_TICK * 1000))
        self._looking.start()

    def stop(self) -> None:
        self._timer.stop()
        self._ended.set()
        self._looking.join()

    def watch(self, window: QWindow) -> None:
        """Tell the turns of what is typed and clicked there from each other."""
        if window not in self._windows:
            self._windows.add(window)
            window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _INPUT:
            self.end_turn()
        return False

    def end_turn(self) -> None:
        """Judge what the thread did since the last turn's end."""
        late = max(0.0, time.perf_counter() - self._ticked - _TICK)
        computed = time.thread_time() - self._computed
        others_computed = time.process_time() - self._all_computed - computed
        waited = self._kernel.since()
        waited.threads.pop(self._looking.native_id or 0, None)
        waiting = late - computed - waited.machine
        asleep = 0.0 if waited.ended else waiting - sum(waited.threads.values())
        waiting -= waited.threads.get(threading.get_native_id(), 0.0)
        before, self._pace = self._pace, _pace()
        self._best_pace = min(self._best_pace, self._pace)
        turn = Turn(
            computing=computed * self._best_pace / ((before + self._pace) / 2),
            asleep=max(0.0, asleep),
            kept_out=max(0.0, min(waiting, others_computed)),
            late=late,
            during=self._seen,
        )
        self.busiest = max(self.busiest, turn, key=lambda each: each.computing)
        self.latest = max(self.latest, turn, key=lambda each: each.late)
        if turn.is_stall:
            self.stalls.append(turn)
        self.begin_turn()

    def begin_turn(self) -> None:
        """What came since the last turn's end does not count."""
        self._kernel.since()
        self._ticked, self._seen = time.perf_counter(), ""
        self._computed, self._all_computed = time.thread_time(), time.process_time()

    def _look(self) -> None:
        """Remember what the UI's thread does while it is late."""
        while not self._ended.wait(_TICK):
            if time.perf_counter() - self._ticked - _TICK > _LATE and not self._seen:
                frame = sys._current_frames().get(self._thread)
                with suppress(AttributeError):  # it goes on meanwhile, and its frames with it
                    self._seen = "".join(traceback.format_stack(frame)[-6:])
