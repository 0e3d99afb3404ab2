"""Waiting for what must come; the limit ends a test that hangs and judges no speed."""

import time
from collections.abc import Callable

PATIENCE = 180.0
"""Seconds; only how long a failure takes, however busy the machine."""


def wait_until(
    met: Callable[[], object], failure: str | Callable[[], str], pause: float = 0.02
) -> None:
    """Return once `met` does, asking again after `pause` seconds; else fail with `failure`."""
    end = time.monotonic() + PATIENCE
    while not met():
        assert time.monotonic() < end, failure if isinstance(failure, str) else failure()
        time.sleep(pause)
