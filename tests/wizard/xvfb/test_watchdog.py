"""The watchdog bites: neither a slow handler nor a thread that keeps the interpreter escapes it."""

import re
import time
from collections.abc import Callable

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from tests.wizard.xvfb.watchdog import Watchdog

HALF_A_SECOND = 0.5


def wait() -> None:
    time.sleep(HALF_A_SECOND)


def compute() -> None:
    """Does not let go of the interpreter before it is done."""
    assert re.match(r"(a?){24}a{24}$", "a" * 24)


@pytest.mark.parametrize("work", [wait, compute])
def test_a_slow_handler_is_a_stall(qtbot: QtBot, work: Callable[[], None]) -> None:
    watchdog = Watchdog()
    qtbot.wait(100)
    assert watchdog.longest.seconds < HALF_A_SECOND
    began = time.perf_counter()
    QTimer.singleShot(0, work)
    qtbot.waitUntil(lambda: bool(watchdog.stalls))
    took = time.perf_counter() - began
    assert 0.05 < watchdog.longest.seconds <= took
    if work is wait:
        assert "in wait" in watchdog.longest.during
