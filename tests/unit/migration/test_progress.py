"""Progress with percentage and time left."""

import pytest

from desktop_migrator.migration.progress import Progress, ProgressReporter
from desktop_migrator.reporter import Stage


class Shown(ProgressReporter):
    def __init__(self) -> None:
        super().__init__()
        self.shown: list[Progress] = []

    def show(self, progress: Progress) -> None:
        self.shown.append(progress)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    return now


def test_the_time_left_follows_from_the_pace_so_far(clock: list[float]) -> None:
    reporter = Shown()
    reporter.started(Stage.LOAD, 400)
    clock[0] += 10
    reporter.advanced(Stage.LOAD, 100, 400)
    assert reporter.shown == [
        Progress(Stage.LOAD, 0, 400, 0.0, None),
        Progress(Stage.LOAD, 100, 400, 25.0, 30.0),
    ]


def test_the_first_and_the_last_report_always_show_and_others_ten_times_a_second(
    clock: list[float],
) -> None:
    reporter = Shown()
    reporter.started(Stage.LOAD, 1000)
    for current in range(1, 1001):
        clock[0] += 0.001
        reporter.advanced(Stage.LOAD, current, 1000)
    currents = [each.current for each in reporter.shown]
    assert (currents[0], currents[-1]) == (0, 1000)
    assert len(currents) <= 12
    assert reporter.shown[-1].percentage == 100.0


def test_without_a_total_nothing_is_guessed() -> None:
    reporter = Shown()
    reporter.started(Stage.LOAD, None)
    assert reporter.shown == [Progress(Stage.LOAD, 0, None, None, None)]


def test_a_stage_with_nothing_to_do_is_done() -> None:
    reporter = Shown()
    reporter.started(Stage.LOAD, 0)
    assert reporter.shown[0].percentage == 100.0
