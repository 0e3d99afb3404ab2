"""What differs, field by field, as a person reads it."""

import time
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from desktop_migrator.model import Conflict, Difference
from desktop_migrator.wizard.widgets.differences import DifferencesTable


@pytest.fixture
def tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("row", "item", "shown"),
    [
        (  # nine hours later there, by German habits
            "2024-09-25 12:50:00.000+00:00",
            "2024-03-22 20:36:00.000+00:00",
            ["25.09.24 21:50", "23.03.24 05:36"],
        ),
        ("2024-09-25 12:50:00.000+00:00", None, ["25.09.24 21:50", "(leer)"]),
        (  # which would look alike
            "2024-09-25 12:50:00.001+00:00",
            "2024-09-25 12:50:00.002+00:00",
            ["2024-09-25 12:50:00.001+00:00", "2024-09-25 12:50:00.002+00:00"],
        ),
        (  # no moment at all
            "2024-09-31 12:50:00.000+00:00",
            "0001-01-01 00:00:00.000+14:00",
            ["2024-09-31 12:50:00.000+00:00", "0001-01-01 00:00:00.000+14:00"],
        ),
        ("2024-09-25", "at 12:50", ["2024-09-25", "at 12:50"]),
    ],
)
def test_moments_are_told_by_the_persons_clock(
    row: str, item: str | None, shown: list[str], german: None, tokyo: None, qtbot: QtBot
) -> None:
    table = DifferencesTable()
    qtbot.addWidget(table)
    differences = (Difference("updated_at", row, item),)
    table.show_conflict(Conflict("tasks", "1", differences, None, None, b"", b"", b""))
    cells = [table.item(0, column) for column in (1, 2)]
    assert [cell.text() for cell in cells if cell] == shown
