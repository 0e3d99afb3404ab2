"""The one bar of the work, and what is said of it: never backwards, never a time that is untrue."""

import pytest
from pytestqt.qtbot import QtBot

from desktop_migrator.migration.progress import Progress
from desktop_migrator.reporter import Stage
from desktop_migrator.wizard.widgets import stage_progress
from desktop_migrator.wizard.widgets.stage_progress import StageProgress, progress_sentence

STAGES = (Stage.CHECK, Stage.BACKUP, Stage.LOAD, Stage.VERIFY)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    words: list[str] = []
    monkeypatch.setattr(stage_progress, "announce", lambda _, told: words.append(told))
    return words


def test_one_bar_grows_over_all_stages_and_its_quarters_are_said_once(
    qtbot: QtBot, said: list[str]
) -> None:
    progress = StageProgress()
    qtbot.addWidget(progress)
    progress.restart(STAGES)
    seen = []
    for stage in (*STAGES, Stage.CHECK):  # which looks once more
        for current in range(0, 101, 10):
            progress.show_progress(Progress(stage, current, 100, float(current), None))
            seen.append(progress.fraction)
    assert seen == sorted(seen)
    assert seen[0] == 0
    assert seen[-1] == 1
    assert [words for words in said if "%" in words] == ["25 % done", "50 % done", "75 % done"]


@pytest.mark.parametrize(
    ("stage", "words"), [(Stage.LOAD, "has not answered for 12"), (Stage.BACKUP, "Still at it")]
)
def test_silence_is_told_instead_of_a_time_left(qtbot: QtBot, stage: Stage, words: str) -> None:
    progress = StageProgress()
    qtbot.addWidget(progress)
    progress.restart(STAGES)
    progress.show_progress(Progress(stage, 4_000, 20_000, 20.0, 5.0))
    progress.show_silence(12)
    assert words in progress.status
    assert "left" not in progress.status


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1.0, "noch etwa 1 Sekunde"), (90.0, "noch etwa 2 Minuten"), (3700.0, "noch etwa 1 Stunde")],
)
def test_the_time_left_is_said_in_german(seconds: float, words: str) -> None:
    said = progress_sentence(Progress(Stage.LOAD, 1000, 1_000_000, 0.1, seconds))
    assert said.endswith(f"1.000 von 1.000.000 – {words}")
