"""Fixtures: `write_profile` below the test's own folder, and `throwaway_postgres` for a session."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop_migrator.testing import database, stores


@pytest.fixture
def write_profile(tmp_path: Path) -> Callable[..., Path]:
    """Takes what a profile's pages hold and, by `store_format`, whose format it is in."""

    def write(areas: stores.Areas, *, store_format: str = "chromium-leveldb") -> Path:
        folder = tmp_path / f"{store_format}-{len([*tmp_path.iterdir()])}"
        return stores.write_profile(folder, areas, store_format=store_format)

    return write


@pytest.fixture(scope="session")
def throwaway_postgres() -> Iterator[str]:
    """The URL of a database that is gone when the tests end."""
    with database.throwaway_postgres() as url:
        yield url
