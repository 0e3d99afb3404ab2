"""Cycles of Python objects are collected in the UI's thread alone.

Python looks for them in whatever thread happens to make the next object. A window, page or dialog
that is part of a cycle would so be destroyed by the worker's thread, and Qt lets nobody but the
UI's thread destroy a widget: the process ends on the spot.
"""

import gc
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

_INTERVAL = 200
"""Milliseconds."""


class UiThreadGarbageCollector(QObject):
    """Collects as often as Python would, from now until `stop`; all that lives, only at rest.

    Nothing while `is_loading`: the engine's modules make so many objects that stay that a look
    through them takes longer than a turn may.
    """

    def __init__(
        self, is_idle: Callable[[], bool], is_loading: Callable[[], bool] = lambda: False
    ) -> None:
        super().__init__()
        self._is_idle, self._is_loading = is_idle, is_loading
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._collect)
        self._timer.start(_INTERVAL)
        gc.disable()

    def stop(self) -> None:
        self._timer.stop()
        gc.enable()

    def _collect(self) -> None:
        counts, thresholds = gc.get_count(), gc.get_threshold()
        if counts[0] <= thresholds[0] or self._is_loading():
            return
        generation = 0
        if counts[1] > thresholds[1]:
            generation = 1 if counts[2] <= thresholds[2] or not self._is_idle() else 2
        gc.collect(generation)
