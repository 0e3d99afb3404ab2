import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import cramjam
import pytest
import zstandard

from desktop_migrator.browsers.formats import chromium_sqlite
from desktop_migrator.errors import StoreUnreadable, UnknownStorageFormat
from desktop_migrator.model import Damage, Profile, Record, Store, StoreFormat
from tests import recorded
from tests.unit.browsers.test_chromium_leveldb import by_area, pages_own_readback

MAPS = (
    "CREATE TABLE maps(row_id INTEGER PRIMARY KEY AUTOINCREMENT, storage_key BLOB NOT NULL,"
    " last_accessed INTEGER, last_modified INTEGER, total_size INTEGER)"
)
META = "CREATE TABLE meta(key LONGVARCHAR NOT NULL UNIQUE PRIMARY KEY, value LONGVARCHAR)"
ENTRIES = (
    "CREATE TABLE map_entries(map_id INTEGER NOT NULL, value_compression_type INTEGER NOT NULL,"
    " key BLOB NOT NULL, value BLOB NOT NULL, PRIMARY KEY(map_id, key)) WITHOUT ROWID"
)
EARLIER_ENTRIES = ENTRIES.replace("value_compression_type INTEGER NOT NULL,", "")
TEXT = "a text that is worth compressing; " * 9
Entry = tuple[int, int, bytes, bytes]


def read_all(file: Path) -> tuple[list[Record], list[Damage]]:
    profile = Profile("chromium", "Chromium", "Default", file.parent)
    store = Store(profile, StoreFormat.CHROMIUM_SQLITE, file, size=0)
    damages: list[Damage] = []
    return list(chromium_sqlite.read(store, file, damages.append)), damages


def make_store(
    file: Path, entries: list[Entry], *, version: str = "1", layout: str = ENTRIES
) -> Path:
    """One area, `https://a.test`, with number 1."""
    with closing(sqlite3.connect(file)) as database, database:
        for statement in (MAPS, META, layout):
            database.execute(statement)
        database.execute("INSERT INTO meta VALUES ('version', ?)", (version,))
        database.execute(
            "INSERT INTO maps VALUES (1, ?, ?, ?, 1)", (b"https://a.test/", 1, 13411699200000000)
        )
        database.executemany(
            "INSERT INTO map_entries(map_id, value_compression_type, key, value)"
            " VALUES (?, ?, ?, ?)"
            if layout == ENTRIES
            else "INSERT INTO map_entries(map_id, key, value) VALUES (?1, ?3, ?4)",
            entries,
        )
    return file


def test_a_real_profile_reads_as_the_browser_itself_reads_it(tmp_path: Path) -> None:
    profile = recorded.unpack("chromium-sqlite", tmp_path) / "Default"
    records, damages = read_all(profile / "LocalStorage")
    assert by_area(records) == pages_own_readback("chromium-sqlite")
    assert damages == []
    assert {str(record.modified)[:10] for record in records} == {"2026-11-23"}


def test_what_still_lies_in_the_wal_is_read(tmp_path: Path) -> None:
    file = make_store(tmp_path / "LocalStorage", [])
    with closing(sqlite3.connect(file, isolation_level=None)) as browser:
        browser.execute("PRAGMA journal_mode = WAL")
        browser.execute("INSERT INTO map_entries VALUES (1, 0, x'016b', x'0176')")
        (tmp_path / "copy").mkdir()
        for name in ("LocalStorage", "LocalStorage-wal"):
            shutil.copy(tmp_path / name, tmp_path / "copy" / name)
    records, damages = read_all(tmp_path / "copy" / "LocalStorage")
    assert [(record.key, record.value) for record in records] == [("k", "v")]
    assert damages == []


@pytest.mark.parametrize(
    ("kind", "pack"),
    [
        (0, bytes),
        (1, zstandard.ZstdCompressor().compress),
        (1, zstandard.ZstdCompressor(write_content_size=False).compress),
        (2, lambda raw: bytes(cramjam.snappy.compress_raw(raw))),
    ],
)
def test_every_compression_is_unpacked(
    tmp_path: Path, kind: int, pack: Callable[[bytes], bytes]
) -> None:
    latin, utf16 = b"\x01" + TEXT.encode(), b"\0" + TEXT.encode("utf-16-le")
    entries = [(1, kind, b"\x01a", pack(latin)), (1, kind, b"\x01b", pack(utf16))]
    records, damages = read_all(make_store(tmp_path / "LocalStorage", entries))
    assert [record.value for record in records] == [TEXT, TEXT]
    assert damages == []


def test_the_earlier_layout_without_compression_is_read(tmp_path: Path) -> None:
    entries = [(1, 0, b"\x01k", b"\x01v"), (1, 0, b"", b"")]
    file = make_store(tmp_path / "LocalStorage", entries, layout=EARLIER_ENTRIES)
    records, damages = read_all(file)
    assert [(record.key, record.value) for record in records] == [("", ""), ("k", "v")]
    assert damages == []


BOMB = b"\0" * (65 * 2**20)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (0, b"\0odd"),
        (0, b"\x05unknown prefix"),
        (1, b"no zstd"),
        (1, zstandard.ZstdCompressor().compress(TEXT.encode())[:-2]),
        (1, zstandard.ZstdCompressor().compress(TEXT.encode()) + b"more"),
        (2, b"\xff\xff\xff\xff\x0fno snappy"),
        (3, b"\x01what is 3?"),
    ],
)
def test_a_value_that_cannot_be_decoded_is_reported_and_costs_no_other(
    tmp_path: Path, kind: int, value: bytes
) -> None:
    entries = [(1, kind, b"\x01bad", value), (1, 0, b"\x01good", b"\x01v")]
    records, damages = read_all(make_store(tmp_path / "LocalStorage", entries))
    assert [record.key for record in records] == ["good"]
    assert [damage.lost_records for damage in damages] == [1]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (1, zstandard.ZstdCompressor().compress(BOMB)),
        (1, zstandard.ZstdCompressor(write_content_size=False).compress(BOMB)),
        (2, bytes(cramjam.snappy.compress_raw(BOMB))),
    ],
)
def test_a_value_that_unpacks_to_too_much_is_left_and_told(
    tmp_path: Path, kind: int, value: bytes
) -> None:
    entries = [(1, kind, b"\x01bad", value), (1, 0, b"\x01good", b"\x01v")]
    records, (damage,) = read_all(make_store(tmp_path / "LocalStorage", entries))
    assert [record.key for record in records] == ["good"]
    assert damage.too_large
    assert damage.too_large.key == "bad"


def test_records_of_an_unlisted_area_are_counted(tmp_path: Path) -> None:
    entries = [(1, 0, b"\x01k", b"\x01v"), (2, 0, b"\x01k", b"\x01v"), (7, 0, b"\x01k", b"\x01v")]
    records, damages = read_all(make_store(tmp_path / "LocalStorage", entries))
    assert len(records) == 1
    assert [damage.lost_records for damage in damages] == [2]


def test_areas_without_records_or_times_are_fine(tmp_path: Path) -> None:
    file = make_store(tmp_path / "LocalStorage", [(9, 0, b"\x01k", b"\x01v")])
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("INSERT INTO maps VALUES (9, ?, NULL, NULL, NULL)", (b"file:///",))
    records, damages = read_all(file)
    assert [(str(record.storage_key), record.modified) for record in records] == [("file://", None)]
    assert damages == []


@pytest.mark.parametrize("name", [5, 1.5, "of text", None])
def test_a_site_whose_name_is_no_bytes_costs_no_other(tmp_path: Path, name: object) -> None:
    entries = [(1, 0, b"\1k", b"\1v"), (2, 0, b"\1lost", b"\1v")]
    file = make_store(tmp_path / "LocalStorage", entries)
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("ALTER TABLE maps RENAME TO old")
        database.execute(MAPS.replace(" NOT NULL", ""))
        database.execute("INSERT INTO maps SELECT * FROM old")
        database.execute("INSERT INTO maps VALUES (2, ?, 1, 1, 1)", (name,))
    records, damages = read_all(file)
    assert [record.key for record in records] == ["k"]
    assert sum(damage.lost_records or 0 for damage in damages) == 1


@pytest.mark.parametrize("time", [b"\0", "yesterday", 1e300])
def test_a_time_that_is_no_number_of_microseconds_is_no_time(tmp_path: Path, time: object) -> None:
    file = make_store(tmp_path / "LocalStorage", [(1, 0, b"\1k", b"\1v")])
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("UPDATE maps SET last_modified = ?", (time,))
    (record,), damages = read_all(file)
    assert record.modified is None
    assert damages == []


def test_another_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownStorageFormat):
        read_all(make_store(tmp_path / "LocalStorage", [], version="2"))


def test_another_database_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "LocalStorage"
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("CREATE TABLE ItemTable(key TEXT, value BLOB)")
    with pytest.raises(UnknownStorageFormat):
        read_all(file)


def test_a_damaged_list_of_sites_is_not_taken_for_lost_records_twice(tmp_path: Path) -> None:
    entries = [(1, 0, b"\x01k", b"\x01v"), (1, 0, b"\x01l", b"\x01v")]
    file = make_store(tmp_path / "LocalStorage", entries)
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("UPDATE maps SET storage_key = 'nonsense'")
    records, damages = read_all(file)
    assert records == []
    assert [damage.lost_records for damage in damages] == [0, 2]


@pytest.mark.parametrize("filling", [b"\0", b"\xff"])
def test_a_real_profile_is_read_without_its_first_page(tmp_path: Path, filling: bytes) -> None:
    """Which holds the schema: where tables begin is told from their rows."""
    file = recorded.unpack("chromium-sqlite", tmp_path) / "Default" / "LocalStorage"
    file.write_bytes(filling * 4096 + file.read_bytes()[4096:])
    records, damages = read_all(file)
    assert by_area(records) == pages_own_readback("chromium-sqlite")
    assert {damage.lost_records for damage in damages} == {0}


@pytest.mark.parametrize("layout", [ENTRIES, EARLIER_ENTRIES])
def test_without_the_first_page_no_deleted_record_comes_back(tmp_path: Path, layout: str) -> None:
    entries = [(1, 0, b"\x01%d" % n, b"\x01" + b"v" * 300) for n in range(400)]
    file = make_store(tmp_path / "LocalStorage", entries, layout=layout)
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("PRAGMA secure_delete=OFF")
        database.execute("DELETE FROM map_entries WHERE key > CAST('\x0115' AS BLOB)")
        live = {key[1:].decode() for (key,) in database.execute("SELECT key FROM map_entries")}
    file.write_bytes(bytes(4096) + file.read_bytes()[4096:])
    try:
        records, _ = read_all(file)
    except StoreUnreadable:
        return
    assert {record.key for record in records} <= live
