"""Tries again what failed for a passing reason: a lost connection, a deadlock, a busy server."""

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from desktop_migrator.errors import Cancelled, MigratorError, UsageError
from desktop_migrator.messages import Message
from desktop_migrator.reporter import Reporter

Result = TypeVar("Result")

_MAX_PAUSE = 60.0
_POLL = 0.05


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often something is tried, and how long to wait before it is tried again."""

    attempts: int = 3
    pause: float = 1.0
    """Seconds before the second attempt; each further pause is twice as long, up to a minute.
    Up to half of a pause is left out at random, lest many come back at the same moment."""

    def __post_init__(self) -> None:
        if self.attempts < 1 or self.pause < 0:
            raise UsageError(
                reason=Message("There is at least one attempt, and no pause is negative.")
            )

    def run(self, operation: Callable[[bool], Result], reporter: Reporter) -> Result:
        """The result of `step(again)`, where `again` tells that it was called and failed before.

        Raises the last attempt's error, one that is not transient at once, and Cancelled.
        """
        again = False
        for pause in self._pauses():
            try:
                return operation(again)
            except MigratorError as error:
                if not error.transient:
                    raise
                reporter.warned(
                    Message(
                        "{error} Trying again in {pause:.1f} seconds.",
                        error=error.message,
                        pause=pause,
                    )
                )
            cancellable_sleep(pause, reporter)
            again = True
        return operation(again)

    def _pauses(self) -> Iterator[float]:
        for number in range(self.attempts - 1):
            longest = min(self.pause * 2**number, _MAX_PAUSE)
            yield longest * random.uniform(0.5, 1)  # noqa: S311 - nothing to be kept secret


DEFAULT_RETRY = RetryPolicy()
NO_RETRY = RetryPolicy(attempts=1)


def cancellable_sleep(seconds: float, reporter: Reporter) -> None:
    """Raises Cancelled as soon as the person wants no more."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if reporter.cancelled:
            raise Cancelled
        time.sleep(min(left, _POLL))
