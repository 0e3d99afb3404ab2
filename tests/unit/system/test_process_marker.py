"""Whose work a marker is, as seen from the same place and from elsewhere."""

import os

import pytest

from desktop_migrator.system import process_marker
from desktop_migrator.system.process_marker import _Place, current_marker, is_process_alive

HERE = _Place("aaaaaaaa", "bbbbbbbb", "cccccccc")
GONE = "99999999-1"


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_marker, "_here", lambda: HERE)
    monkeypatch.setattr(process_marker, "_ON_LINUX", True)


def test_this_process_lives_and_says_where() -> None:
    assert current_marker().startswith(f"{os.getpid()}-")
    assert current_marker().endswith("-aaaaaaaa.bbbbbbbb.cccccccc")
    assert process_marker.is_marker(current_marker())
    assert is_process_alive(current_marker())


@pytest.mark.parametrize(
    ("place", "alive"),
    [
        ("", False),
        ("-aaaaaaaa.bbbbbbbb.cccccccc", False),
        ("-aaaaaaaa.bbbbbbbb.dddddddd", True),  # another container on this computer
        ("-dddddddd.bbbbbbbb.cccccccc", False),  # the same one, which has a new name
        ("-aaaaaaaa.dddddddd.cccccccc", False),  # this computer, before it was started anew
        ("-dddddddd.dddddddd.cccccccc", True),  # another computer, with the same home
    ],
)
def test_whoever_cannot_be_seen_from_here_counts_as_alive(place: str, alive: bool) -> None:
    assert is_process_alive(GONE + place) is alive
