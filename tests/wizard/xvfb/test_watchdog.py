"""The watchdog bites: neither a handler that computes nor one that waits escapes it, and what a
busy machine does to the window is no stall."""

import os
import re
import subprocess
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from tests.wizard.xvfb.watchdog import MAX_COMPUTING, MAX_WAITING, Watchdog


def compute(seconds: float = 10 * MAX_COMPUTING) -> None:
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


def sleep() -> None:
    time.sleep(10 * MAX_WAITING)


def keep_the_interpreter() -> None:
    """For a second of another thread's processor time or more."""
    other = threading.Thread(target=lambda: re.match(r"(a?){25}a{25}$", "a" * 25))
    other.start()


@pytest.fixture
def watchdog(qtbot: QtBot) -> Iterator[Watchdog]:
    watchdog = Watchdog()
    yield watchdog
    watchdog.stop()


@pytest.mark.parametrize(
    ("work", "figure"),
    [(compute, "computing"), (sleep, "asleep"), (keep_the_interpreter, "kept_out")],
)
def test_a_slow_handler_is_a_stall(
    watchdog: Watchdog, qtbot: QtBot, work: Callable[[], None], figure: str
) -> None:
    watchdog.begin_turn()
    QTimer.singleShot(0, work)
    qtbot.waitUntil(lambda: bool(watchdog.stalls))
    stall = watchdog.stalls[0]
    limit = MAX_COMPUTING if figure == "computing" else MAX_WAITING
    assert getattr(stall, figure) > limit, stall
    if work is sleep:
        assert "in sleep" in stall.during


@pytest.fixture
def busy_machine() -> Iterator[None]:
    spinning = ["sh", "-c", "while :; do :; done"]
    programs = [subprocess.Popen(spinning) for _ in range(3 * len(os.sched_getaffinity(0)))]
    yield
    for program in programs:
        program.kill()
        program.wait()


def test_a_window_that_others_keep_from_the_processor_does_not_stall(
    busy_machine: None, watchdog: Watchdog, qtbot: QtBot
) -> None:
    for _ in range(10):
        QTimer.singleShot(0, lambda: compute(MAX_COMPUTING / 2))
        qtbot.wait(50)
    assert not watchdog.stalls, watchdog.stalls[0]
