"""Ctrl-C: the first one asks the work to stop where nothing is half done, the second ends it."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from desktop_migrator.reporter import NullReporter


@contextmanager
def cancelling(reporter: NullReporter) -> Iterator[None]:
    def ask(number: int, frame: FrameType | None) -> None:
        if reporter.cancelled:
            signal.default_int_handler(number, frame)
        reporter.warned("Stopping after the step under way; press Ctrl-C again to stop at once.")
        reporter.cancel.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
