"""Stores of every format, and how others than our readers and writers see what lies in them."""

import sqlite3
import struct
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cramjam
import plyvel

from desktop_migrator.model import StorageKey, Store, StoreFormat
from tests.unit.browsers import trees

Areas = dict[str, dict[str, str]]
"""Records by area, in the format's own spelling of it."""
OWN, OTHER = StorageKey("https://a.test"), StorageKey("https://b.test:8443")
FRAMED = StorageKey("https://a.test", top_level_site="https://top.test")


@dataclass(frozen=True)
class Format:
    """One format: a store that holds `k` = `value` of OWN, and a peer that reads it."""

    name: str
    format: StoreFormat
    make: Callable[[Path], Path]
    peer: Callable[[Path], Areas]
    spelled: Mapping[StorageKey, str]
    """The areas that one of its stores can hold."""

    def store(self, folder: Path) -> Store:
        folder.mkdir(parents=True, exist_ok=True)
        return trees.store_at(self.make(folder), self.format, profile=folder)

    def __str__(self) -> str:
        return self.name


def _chromium_text(raw: bytes) -> str:
    if not raw:
        return ""
    text = raw[1:]
    return {1: lambda: text.decode("latin-1"), 0: lambda: _utf16(text)}[raw[0]]()


def _utf16(raw: bytes) -> str:
    return raw.decode("utf-16-le", "surrogatepass")


def _utf8(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogatepass")


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    uri = f"{path.as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as database:
        database.text_factory = bytes
        assert database.execute("PRAGMA integrity_check").fetchall() == [(b"ok",)]
        return database.execute(query).fetchall()


def _leveldb(path: Path) -> Areas:
    areas: Areas = {}
    with closing(plyvel.DB(str(path), paranoid_checks=True)) as database:
        for key, value in database.iterator(prefix=b"_"):
            area, _, text = key[1:].partition(b"\0")
            area_records = areas.setdefault(area.decode(), {})
            assert _chromium_text(text) not in area_records
            area_records[_chromium_text(text)] = _chromium_text(value)
    return areas


def _sqlite(path: Path) -> Areas:
    areas: Areas = {}
    query = "SELECT storage_key, key, value FROM map_entries JOIN maps ON row_id = map_id"
    for area, key, value in rows(path, query):
        area_records = areas.setdefault(area.decode(), {})
        assert _chromium_text(key) not in area_records
        area_records[_chromium_text(key)] = _chromium_text(value)
    return areas


def _firefox(path: Path) -> Areas:
    ((origin,),) = rows(path, "SELECT origin FROM database")
    records = {}
    columns = "key, value, conversion_type, compression_type, utf16_length"
    for key, value, conversion, compression, length in rows(path, f"SELECT {columns} FROM data"):
        raw = bytes(cramjam.snappy.decompress_raw(value)) if compression else value
        text = _utf8(raw) if conversion else _utf16(raw)
        assert len(text.encode("utf-16-le", "surrogatepass")) == 2 * int(length)
        records[_utf8(key)] = text
    return {origin.decode(): records} if records else {}


def _legacy(path: Path) -> Areas:
    areas: Areas = {}
    query = "SELECT originAttributes || originKey, scope, key, value FROM webappsstore2"
    for area, scope, key, value in rows(path, query):
        assert scope == area
        areas.setdefault(area.decode(), {})[_utf8(key)] = _utf8(value)
    return areas


def _webkit(path: Path) -> Areas:
    records = {
        _utf8(key): _utf16(value) for key, value in rows(path, "SELECT key, value FROM ItemTable")
    }
    return {path.name: records} if records else {}


def _sqlite_of_152(folder: Path) -> Path:
    """The revision without a column for compression, its columns as in a browser."""
    path = trees.make_sqlite(
        folder / "LocalStorage",
        "CREATE TABLE meta(key LONGVARCHAR NOT NULL UNIQUE PRIMARY KEY, value LONGVARCHAR)",
        "INSERT INTO meta VALUES ('version', '1'), ('last_compatible_version', '1')",
        "CREATE TABLE maps(row_id INTEGER PRIMARY KEY AUTOINCREMENT, storage_key BLOB NOT NULL,"
        " last_accessed INTEGER, last_modified INTEGER, total_size INTEGER)",
        "CREATE UNIQUE INDEX maps_by_storage_key ON maps(storage_key)",
        "CREATE TABLE map_entries(map_id INTEGER NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL,"
        " PRIMARY KEY(map_id, key)) WITHOUT ROWID",
        "INSERT INTO maps VALUES (1, CAST('https://a.test/' AS BLOB), 1, 1, 8)",
        "INSERT INTO map_entries VALUES (1, x'016b', x'0176616c7565')",
    )
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = WAL")
    return path


def _legacy_store(folder: Path) -> Path:
    path = trees.webappsstore(folder / "webappsstore.sqlite", [("tset.a.", "k", "value")])
    return trees.make_sqlite(
        path,
        "PRAGMA user_version = 2",
        "CREATE UNIQUE INDEX origin_key_index ON webappsstore2(originAttributes, originKey, key)",
    )


_LEVELDB_AREAS = {key: str(key) for key in (OWN, OTHER, FRAMED)}
_SQLITE_AREAS = {
    OWN: "https://a.test/",
    OTHER: "https://b.test:8443/",
    FRAMED: "https://a.test/^0https://top.test",
}

FORMATS = (
    Format(
        "chromium-leveldb",
        StoreFormat.CHROMIUM_LEVELDB,
        trees.chromium_leveldb,
        _leveldb,
        _LEVELDB_AREAS,
    ),
    Format(
        "chromium-sqlite",
        StoreFormat.CHROMIUM_SQLITE,
        trees.chromium_sqlite,
        _sqlite,
        _SQLITE_AREAS,
    ),
    Format(
        "chromium-sqlite-152",
        StoreFormat.CHROMIUM_SQLITE,
        _sqlite_of_152,
        _sqlite,
        _SQLITE_AREAS,
    ),
    Format("firefox", StoreFormat.FIREFOX, trees.firefox, _firefox, {OWN: "https://a.test"}),
    Format(
        "firefox-legacy",
        StoreFormat.FIREFOX_LEGACY,
        _legacy_store,
        _legacy,
        {OWN: "tset.a.:https:443", OTHER: "tset.b.:https:8443"},
    ),
    Format(
        "webkit",
        StoreFormat.WEBKIT,
        lambda folder: trees.webkit(folder / "https_a.test_0.localstorage"),
        _webkit,
        {OWN: "https_a.test_0.localstorage"},
    ),
)


def chromium_notes(path: Path, format_: StoreFormat) -> dict[str, tuple[datetime, datetime, int]]:
    """When each area was last modified and accessed, and its size, as Chromium notes them."""
    if format_ is StoreFormat.CHROMIUM_SQLITE:
        query = "SELECT storage_key, last_modified, last_accessed, total_size FROM maps"
        found = {area.decode(): tuple(map(int, rest)) for area, *rest in rows(path, query)}
    else:
        found = {}
        with closing(plyvel.DB(str(path))) as database:
            for key, value in database.iterator(prefix=b"META:"):
                modified, size = _protobuf(value)
                (accessed,) = _protobuf(database.get(b"METAACCESS:" + key[5:]))
                found[key[5:].decode()] = (modified, accessed, size)
            accesses = list(database.iterator(prefix=b"METAACCESS:", include_value=False))
            assert {key[11:].decode() for key in accesses} == set(found)
    epoch = datetime(1601, 1, 1, tzinfo=UTC)
    return {
        area: (epoch + timedelta(microseconds=one), epoch + timedelta(microseconds=two), size)
        for area, (one, two, size) in found.items()
    }


def _protobuf(message: bytes) -> list[int]:
    """The values of fields 1, 2 … that are all varints."""
    values: list[int] = []
    position = 0
    while position < len(message):
        assert message[position] == (len(values) + 1) << 3
        position += 1
        number = shift = 0
        while True:
            byte = message[position]
            position += 1
            number |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        values.append(number)
    return values


def metadata(file: bytes) -> tuple[datetime, str, str, str]:
    """Time, suffix, group and origin of a `.metadata-v2`."""
    (time,) = struct.unpack_from(">q", file)
    texts, position = [], 17
    for _ in range(3):
        (length,) = struct.unpack_from(">I", file, position)
        texts.append(file[position + 4 : position + 4 + length].decode())
        position += 4 + length
    assert file[position:] == b"\0"
    epoch = datetime.fromtimestamp(0, UTC)
    suffix, group, origin = texts
    return epoch + timedelta(microseconds=time), suffix, group, origin
