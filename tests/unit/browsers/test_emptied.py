"""What is left where a web site has removed all that it had."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import plyvel
import pytest

from desktop_migrator.browsers.discovery.discover import System, discover_path
from desktop_migrator.browsers.read.emptied import was_emptied
from desktop_migrator.browsers.read.read_stores import read_snapshots, snapshot_stores
from tests.unit.browsers import trees

ORIGIN = "https://a.test"


def _leveldb(profile: Path) -> None:
    folder = trees.chromium_leveldb(profile)
    with closing(plyvel.DB(str(folder))) as database:
        database.delete(b"META:https://a.test")
        database.delete(b"_https://a.test\0\1k")


def _sql(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(statement)


MAKERS: dict[str, Callable[[Path], None]] = {
    "leveldb": _leveldb,
    "sqlite": lambda profile: _sql(trees.chromium_sqlite(profile), "DELETE FROM map_entries"),
    "firefox": lambda profile: _sql(trees.firefox(profile), "DELETE FROM data"),
    "webkit": lambda profile: _sql(
        trees.webkit(profile / "https_a.test_0.localstorage"), "DELETE FROM ItemTable"
    ),
}


@pytest.mark.parametrize("kind", MAKERS)
def test_a_site_that_emptied_its_storage_is_known(kind: str, tmp_path: Path) -> None:
    MAKERS[kind](tmp_path / "p")
    stores = discover_path(tmp_path / "p", System.current()).stores
    with snapshot_stores(stores, tmp_path / "scratch", print) as copies:
        assert not list(read_snapshots(copies, print))  # LevelDB has had its way with the copy
        assert any(was_emptied(store, copy, ORIGIN) for store, copy in copies)
        assert not any(was_emptied(store, copy, "https://a.tes") for store, copy in copies)
