"""Values over the limit: told by site, key and size, in every format; what is beside them is read.

The limit is small here, since what counts is on which side of it a value is.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import cramjam
import plyvel
import pytest
import zstandard

from desktop_migrator.browsers.discovery.discover import System, discover_path
from desktop_migrator.browsers.leveldb import log, table
from desktop_migrator.browsers.read.read_stores import read_stores
from desktop_migrator.model import Damage
from tests.unit.browsers import trees

LIMIT = 20_000
SIZE = 50_000
BIG = b"x" * SIZE
OWNERS = (
    "leveldb.log",
    "leveldb.table",
    "leveldb.salvage",
    "sqlite.reader",
    "sqlite.salvage",
    "formats.firefox",
    "formats.chromium_sqlite",
    "large_value",
)


@pytest.fixture(autouse=True)
def _small_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in OWNERS:
        monkeypatch.setattr(f"desktop_migrator.browsers.{module}.MAX_VALUE", LIMIT)
    monkeypatch.setattr(table, "MAX_BLOCK_SIZE", LIMIT + 2**14)
    monkeypatch.setattr(table, "_MAX_LARGE_BLOCK", 3 * LIMIT)
    monkeypatch.setattr(log, "MAX_BATCH_SIZE", 3 * LIMIT)


def _leveldb(profile: Path, *, compact: bool, value: bytes = b"\1" + BIG) -> None:
    folder = trees.leveldb(profile / "Local Storage" / "leveldb", ["a", "z"])
    with closing(plyvel.DB(str(folder))) as database:
        database.put(b"_https://a.test\0\1m", b"\1what it was")
        if compact:
            database.compact_range()
        database.put(b"_https://a.test\0\1m", value)
        if compact:
            database.compact_range()


def _chromium(profile: Path, value: bytes, compression: int) -> None:
    path = trees.chromium_sqlite(profile, ["a", "z"])
    with closing(sqlite3.connect(path)) as database, database:
        row = (compression, b"\1m", value)
        database.execute("INSERT INTO map_entries VALUES (1, ?, ?, ?)", row)


def _firefox(profile: Path, value: bytes, compression: int) -> None:
    path = trees.firefox(profile, keys=["a", "z"])
    with closing(sqlite3.connect(path)) as database, database:
        row = (SIZE, compression, value)
        database.execute("INSERT INTO data VALUES ('m', ?, 1, ?, 0, ?)", row)


def _webkit(profile: Path) -> None:
    path = trees.webkit(profile / "https_a.test_0.localstorage", ["a", "z"])
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("INSERT INTO ItemTable VALUES ('m', ?)", (BIG,))


def _older_firefox(profile: Path) -> None:
    rows = [("tset.a.", key, "value") for key in "az"] + [("tset.a.", "m", BIG.decode())]
    trees.webappsstore(profile / "webappsstore.sqlite", rows)


SNAPPY = bytes(cramjam.snappy.compress_raw(BIG))
MAKERS: dict[str, Callable[[Path], None]] = {
    "leveldb, in the log": lambda profile: _leveldb(profile, compact=False),
    "leveldb, in a table": lambda profile: _leveldb(profile, compact=True),
    "sqlite": lambda profile: _chromium(profile, BIG, 0),
    "sqlite, zstd": lambda profile: _chromium(profile, zstandard.compress(BIG), 1),
    "sqlite, snappy": lambda profile: _chromium(profile, SNAPPY, 2),
    "firefox": lambda profile: _firefox(profile, BIG, 0),
    "firefox, snappy": lambda profile: _firefox(profile, SNAPPY, 1),
    "older firefox": _older_firefox,
    "webkit": _webkit,
}


def read(profile: Path, scratch: Path) -> tuple[dict[str, str], list[Damage]]:
    damages: list[Damage] = []
    stores = discover_path(profile, System.current()).stores
    records = {each.key: each.value for each in read_stores(stores, scratch, damages.append)}
    return records, damages


@pytest.mark.parametrize("kind", MAKERS)
def test_a_value_too_large_is_told_by_name_and_the_others_are_read(
    kind: str, tmp_path: Path
) -> None:
    MAKERS[kind](tmp_path / "Default")
    for _ in range(2):  # LevelDB's own reader would have changed the first copy
        records, (damage,) = read(tmp_path / "Default", tmp_path / "scratch")
        assert records == {"a": "value", "z": "value"}
        large = damage.too_large
        assert large
        assert large.storage_key
        assert (large.storage_key.origin, large.key) == ("https://a.test", "m")
        assert SIZE <= large.size <= SIZE + 1
        assert damage.lost_records == 0
        assert "The value of m of https://a.test" in str(damage.message)
        assert damage.concerns(["https://a.test"])
        assert not damage.concerns(["https://b.test"])


@pytest.mark.parametrize("compact", [False, True])
def test_what_is_too_large_to_be_looked_into_is_told_for_every_site(
    *, compact: bool, tmp_path: Path
) -> None:
    value = b"\1" + 2 * BIG
    _leveldb(tmp_path / "Default", compact=compact, value=value)
    records, (damage,) = read(tmp_path / "Default", tmp_path / "scratch")
    assert {"a", "z"} <= records.keys()
    assert damage.too_large
    assert damage.too_large.size >= len(value)
    assert damage.concerns(["https://whatever.test"])


def test_a_value_at_the_limit_is_a_record(tmp_path: Path) -> None:
    for number, compact in enumerate((False, True)):
        profile = tmp_path / f"Profile {number}"
        _leveldb(profile, compact=compact, value=b"\1" + b"x" * (LIMIT - 1))
        records, damages = read(profile, tmp_path / "scratch")
        assert len(records["m"]) == LIMIT - 1
        assert not damages
