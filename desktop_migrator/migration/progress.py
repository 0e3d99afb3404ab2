"""Progress with percentage and time left, thinned out to what a person or a pipe can take."""

import time
from abc import ABC, abstractmethod
from dataclasses import dataclass

from desktop_migrator.reporter import NullReporter, Stage

_INTERVAL = 0.1
"""Seconds between two reports of one stage."""


@dataclass(frozen=True, slots=True)
class Progress:
    stage: Stage
    current: int
    total: int | None
    percentage: float | None
    eta: float | None
    """Seconds left at the stage's average pace so far; None while nothing can be said."""


class ProgressReporter(NullReporter, ABC):
    """Turns `started` and `advanced` into `show(Progress)`, at most ten a second a stage.

    The first and the last report of a stage always come through. The faces derive from it.
    """

    def __init__(self) -> None:
        super().__init__()
        self._began = 0.0
        self._shown = 0.0
        self._complete = False
        """Whether the end of the stage was shown, at which it may stay for a while."""

    @abstractmethod
    def show(self, progress: Progress) -> None:
        """Bring it before the person."""

    def started(self, stage: Stage, total: int | None) -> None:
        self._began = time.monotonic()
        self._complete = False
        self._emit(stage, 0, total)

    def advanced(self, stage: Stage, current: int, total: int | None) -> None:
        complete = current == total
        due = time.monotonic() - self._shown >= _INTERVAL
        if due or (complete and not self._complete):
            self._complete = complete
            self._emit(stage, current, total)

    def _emit(self, stage: Stage, current: int, total: int | None) -> None:
        self._shown = time.monotonic()
        percentage = eta = None
        if total is not None:
            percentage = 100.0 * current / total if total else 100.0
            if current:
                elapsed = self._shown - self._began
                eta = round(elapsed / current * (total - current), 1)
        self.show(Progress(stage, current, total, percentage and round(percentage, 1), eta))
