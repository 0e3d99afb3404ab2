"""How far a page can be ahead of its disk, by engine."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desktop_migrator.browsers.discovery.unwritten import warn_of_unwritten
from desktop_migrator.model import Profile, Store, StoreFormat

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("store_format", "seconds", "running", "warned"),
    [
        (StoreFormat.CHROMIUM_LEVELDB, 60, True, True),
        (StoreFormat.CHROMIUM_SQLITE, 60, True, True),
        (StoreFormat.CHROMIUM_LEVELDB, 70, True, False),
        (StoreFormat.CHROMIUM_LEVELDB, 1, False, False),
        (StoreFormat.FIREFOX, 4, True, True),
        (StoreFormat.FIREFOX, 10, True, False),
    ],
)
def test_a_running_browser_that_wrote_lately_may_not_have_written_all(
    store_format: StoreFormat, seconds: int, *, running: bool, warned: bool
) -> None:
    profile = Profile("any", "Any", "Me", Path("/p"), running=running)
    store = Store(profile, store_format, Path("/p/s"), 1, NOW - timedelta(seconds=seconds))
    assert len(warn_of_unwritten([store, store], NOW)) == int(warned)
