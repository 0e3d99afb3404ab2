"""WebKit's stores, against what pages read back in WebKitGTK 2.50 and against files by hand."""

import shutil
import struct
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desktop_migrator.browsers.formats.webkit import read, read_storage_key
from desktop_migrator.errors import StoreUnreadable, UnknownStorageFormat
from desktop_migrator.model import Damage, Profile, Record, StorageKey, Store, StoreFormat
from tests import recorded
from tests.unit.browsers.trees import make_sqlite

CREATE = (
    "CREATE TABLE ItemTable (key TEXT UNIQUE ON CONFLICT REPLACE,"
    " value BLOB NOT NULL ON CONFLICT FAIL)"
)
MODIFIED = datetime(2026, 11, 23, tzinfo=UTC)


def read_all(path: Path, copy: Path) -> tuple[list[Record], list[tuple[str, int | None]]]:
    profile = Profile("safari", "Safari", "default", path.parent)
    store = Store(profile, StoreFormat.WEBKIT, path, 0, MODIFIED)
    damages: list[Damage] = []
    records = list(read(store, copy, damages.append))
    return records, [(str(damage.description), damage.lost_records) for damage in damages]


@pytest.mark.parametrize("pattern", ["localstorage.sqlite3", "*.localstorage"])
def test_a_real_profile_reads_as_its_pages_read_it(tmp_path: Path, pattern: str) -> None:
    found = {}
    for number, path in enumerate(recorded.unpack("webkit", tmp_path).rglob(pattern)):
        copy = tmp_path / f"copy{number}"
        shutil.copy(path, copy)
        records, damages = read_all(path, copy)
        assert not damages
        assert {record.modified for record in records} == {MODIFIED}
        (key,) = {record.storage_key for record in records}
        found[key] = {record.key: record.value for record in records}
        assert len(found[key]) == len(records)
    assert found == {
        StorageKey(origin): items for origin, items in recorded.areas("webkit").items()
    }


# ---- whose area it is ---------------------------------------------------------------------------


def string(text: str, *, latin1: bool = True) -> bytes:
    raw = text.encode("latin-1" if latin1 else "utf-16-le")
    return struct.pack("<IB", len(text), latin1) + raw


def origin_file(folder: Path, content: bytes) -> Path:
    store = folder / "frame" / "LocalStorage" / "localstorage.sqlite3"
    store.parent.mkdir(parents=True)
    (folder / "frame" / "origin").write_bytes(content)
    return store


def test_a_framed_area_keeps_the_origin_of_its_page(tmp_path: Path) -> None:
    top = string("https") + string("top.test", latin1=False) + b"\0"
    frame = string("https") + string("a.test") + b"\1" + struct.pack("<H", 8443)
    key = read_storage_key(origin_file(tmp_path, top + frame))
    assert key == StorageKey("https://a.test:8443", "https://top.test")


@pytest.mark.parametrize("cut", [0, 3, 10, 20, 35])
def test_a_damaged_origin_file_is_not_guessed_from(tmp_path: Path, cut: int) -> None:
    whole = (string("https") + string("a.test") + b"\0") * 2
    with pytest.raises(StoreUnreadable):
        read_storage_key(origin_file(tmp_path, whole[:cut]))


@pytest.mark.parametrize(
    "content",
    [
        (string("https") + string("a.test") + b"\0") * 2 + b"x",
        (b"\xff" * 8 + b"\0") * 2,
        struct.pack("<IB", 2**31, 1) + b"x" * 20,
    ],
)
def test_a_strange_origin_file_is_not_guessed_from(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(StoreUnreadable):
        read_storage_key(origin_file(tmp_path, content))


@pytest.mark.parametrize(
    ("name", "origin"),
    [
        ("https_a.test_0.localstorage", "https://a.test"),
        ("http_under_score.test_8080.localstorage", "http://under_score.test:8080"),
        ("http_[%3A%3A1]_3000.localstorage", "http://[::1]:3000"),
        ("file__0.localstorage", "file://"),
        ("tauri_localhost_0.localstorage", "tauri://localhost"),
    ],
)
def test_an_older_file_is_named_by_its_origin(tmp_path: Path, name: str, origin: str) -> None:
    assert read_storage_key(tmp_path / name) == StorageKey(origin)


# ---- the table ----------------------------------------------------------------------------------

NAME = "https_a.test_0.localstorage"


def test_half_a_code_unit_is_lost_and_told(tmp_path: Path) -> None:
    rows = "INSERT INTO ItemTable VALUES ('odd', x'610062'), ('ok', x'3dd800de')"
    path = make_sqlite(tmp_path / NAME, CREATE, rows)
    records, damages = read_all(path, path)
    assert [(record.key, record.value) for record in records] == [("ok", "😀")]
    assert damages == [("a text is damaged", 1)]


def test_keys_of_a_utf_16_file_read_exactly(tmp_path: Path) -> None:
    key = "CAST(x'610000d86200' AS TEXT)"
    path = make_sqlite(
        tmp_path / NAME,
        "PRAGMA encoding = 'UTF-16le'",
        CREATE,
        f"INSERT INTO ItemTable VALUES ({key}, x'7600')",
    )
    records, damages = read_all(path, path)
    assert [(record.key, record.value) for record in records] == [("a\ud800b", "v")]
    assert not damages


@pytest.mark.parametrize(
    "statements",
    [
        ("CREATE TABLE ItemTable (key TEXT, value BLOB, more)",),
        ("CREATE TABLE other (key TEXT, value BLOB)",),
        (CREATE, "INSERT INTO ItemTable VALUES ('k', 'text of old')"),
        ("CREATE TABLE t (a)", "CREATE VIEW ItemTable AS SELECT a AS key, a AS value FROM t"),
    ],
)
def test_another_table_is_refused(tmp_path: Path, statements: tuple[str, ...]) -> None:
    path = make_sqlite(tmp_path / NAME, *statements)
    with pytest.raises(UnknownStorageFormat):
        read_all(path, path)


def test_an_empty_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_bytes(b"")
    assert read_all(path, path) == ([], [("the file is empty", None)])
