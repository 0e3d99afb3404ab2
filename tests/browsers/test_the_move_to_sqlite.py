"""Chromium moves from LevelDB to SQLite by itself; nothing may be missed or read twice then."""

from concurrent.futures import Future
from pathlib import Path

import pytest

from tests.browsers.lives import State
from tests.browsers.test_reading import by_area, expected, find, read


@pytest.mark.needs("chromium")
def test_what_the_browser_moved_to_sqlite_is_read_from_there(
    moving: Future[State], tmp_path: Path
) -> None:
    state = moving.result()
    assert {store.format for store in find(state).stores if store.is_active} == {state.format}
    found, wanted = by_area(read(state, tmp_path / "snapshots")), expected(state)
    assert found.keys() == wanted.keys()
    for area in wanted:
        assert found[area] == wanted[area], area
