"""A few random histories; many more: `python -m tests.integration.histories`."""

from pathlib import Path

from tests.integration import histories


def test_what_histories_leave_is_what_the_model_says(database: str, tmp_path: Path) -> None:
    figures = histories.play(database, tmp_path, range(6))
    assert figures["histories"] == 6
    assert {"resumed", "undos", "edits"} <= figures.keys()
