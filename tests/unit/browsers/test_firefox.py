"""Firefox's data.sqlite, against what pages read back and against files made by hand."""

import re
import shutil
import sqlite3
import struct
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import cramjam
import pytest

from desktop_migrator.browsers.formats.firefox import read, read_storage_key
from desktop_migrator.errors import StoreUnreadable, UnknownStorageFormat
from desktop_migrator.model import Damage, Profile, StorageKey, Store, StoreFormat
from tests import recorded
from tests.unit.browsers.trees import make_sqlite

SCHEMA_5 = (
    "CREATE TABLE data(key TEXT PRIMARY KEY, utf16_length INTEGER NOT NULL,"
    " conversion_type INTEGER NOT NULL, compression_type INTEGER NOT NULL,"
    " last_access_time INTEGER NOT NULL DEFAULT 0, value BLOB NOT NULL)"
)
INSERT_5 = (
    "INSERT INTO data(key, utf16_length, conversion_type, compression_type, value)"
    " VALUES (CAST(? AS TEXT), ?, ?, ?, ?)"
)
MODIFIED = datetime(2026, 11, 23, tzinfo=UTC)


def store_at(path: Path) -> Store:
    profile = Profile("firefox", "Firefox", "default", path.parent)
    return Store(profile, StoreFormat.FIREFOX, path, path.stat().st_size, MODIFIED)


def read_all(path: Path) -> tuple[dict[str, str], list[tuple[str, int | None]]]:
    damages: list[Damage] = []
    records = list(read(store_at(path), path, damages.append))
    assert all(record.modified == MODIFIED for record in records)
    found = {record.key: record.value for record in records}
    assert len(found) == len(records)
    return found, [(str(damage.description), damage.lost_records) for damage in damages]


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Path]:
    """Makes a data.sqlite of an origin's folder from statements."""

    def build(*statements: str | tuple[str, tuple[object, ...]], version: int = 80) -> Path:
        path = tmp_path / "storage" / "default" / "https+++a.test" / "ls" / "data.sqlite"
        path.parent.mkdir(parents=True)
        with closing(sqlite3.connect(path)) as database:
            database.execute("PRAGMA page_size = 1024")
            for statement in statements:
                database.execute(*([statement] if isinstance(statement, str) else statement))
            database.execute(f"PRAGMA user_version = {version}")
            database.commit()
        return path

    return build


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recorded.unpack("firefox", tmp_path_factory.mktemp("recorded"))


def test_a_real_profile_reads_as_its_pages_read_it(profile: Path, tmp_path: Path) -> None:
    found = {}
    for number, path in enumerate(profile.rglob("data.sqlite")):
        copy = tmp_path / str(number) / "data.sqlite"
        copy.parent.mkdir()
        shutil.copy(path, copy)
        damages: list[Damage] = []
        records = list(read(store_at(path), copy, damages.append))
        assert not damages
        assert len({record.storage_key for record in records}) == 1
        found[records[0].storage_key] = {record.key: record.value for record in records}
        assert len(found[records[0].storage_key]) == len(records)
    assert found == {
        StorageKey("http://widget.test:3000", "http://demo.test")
        if " in " in area
        else StorageKey(area): items
        for area, items in recorded.areas("firefox").items()
    }


def test_every_kind_of_value_reads_exactly(make: Callable[..., Path]) -> None:
    long = "grün " * 300
    lone = "a\ud800z" + "x" * 500
    values = {
        "utf-8": ("é\0☃", 1, 0),
        "utf-16": ("a\ud800b\0", 0, 0),
        "snappy utf-8": (long, 1, 1),
        "snappy utf-16": (lone, 0, 1),
        "empty as text": ("", 1, 0),
    }
    rows = []
    for key, (text, conversion, compression) in values.items():
        raw = text.encode() if conversion else text.encode("utf-16-le", "surrogatepass")
        stored = bytes(cramjam.snappy.compress_raw(raw)) if compression else raw
        length = len(text.encode("utf-16-le", "surrogatepass")) // 2
        rows.append((INSERT_5, (key.encode(), length, conversion, compression, stored or "")))
    found, damages = read_all(make(SCHEMA_5, *rows))
    assert found == {key: value[0] for key, value in values.items()}
    assert not damages


@pytest.mark.parametrize("key", ["", "\0", "x\0y", "\ud800", "a\udc00", "\uffff", "é\ud800", "😀"])
def test_keys_read_as_they_lie_on_the_disk(make: Callable[..., Path], key: str) -> None:
    raw = key.encode("utf-8", "surrogatepass")
    found, damages = read_all(make(SCHEMA_5, (INSERT_5, (raw, 1, 1, 0, b"v"))))
    assert found == {key: "v"}
    assert not damages


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ((b"k", 1, 1, 7, b"v"), "unknown kind of compression"),
        ((b"k", 1, 7, 0, b"v"), "unknown kind of text"),
        ((b"k", 5, 1, 0, b"v"), "a value is not as long as it was written"),
        ((b"k", 1, 1, 0, b"\xff"), "a text is damaged"),
        ((b"k", 1, 1, 0, 7), "a value is of a wrong type"),
        ((b"\xff", 1, 1, 0, b"v"), "a text is damaged"),
        ((b"k", 1, 0, 0, b"v"), "a text is damaged"),
        ((b"k", 1, 1, 1, b"\x09no snappy"), "a compressed value is damaged"),
        ((b"k", 1, 1, 1, b"\xff\xff\xff\xff\x0f"), "a compressed value is damaged"),
    ],
)
def test_a_record_that_is_not_understood_is_lost_and_told(
    make: Callable[..., Path], row: tuple[object, ...], what: str
) -> None:
    found, damages = read_all(make(SCHEMA_5, (INSERT_5, row), (INSERT_5, (b"ok", 1, 1, 0, b"v"))))
    assert found == {"ok": "v"}
    assert damages == [(what, 1)]


@pytest.mark.parametrize(("version", "extra"), [(16, 0), (32, 0), (48, 1), (64, 1)])
def test_older_schemas_read(make: Callable[..., Path], version: int, extra: int) -> None:
    length = ", utf16Length INTEGER NOT NULL DEFAULT 0" * extra
    snappy = bytes(cramjam.snappy.compress_raw(b"long " * 100))
    path = make(
        "CREATE TABLE data(key TEXT PRIMARY KEY, value TEXT NOT NULL,"
        " compressed INTEGER NOT NULL DEFAULT 0,"
        f" lastAccessTime INTEGER NOT NULL DEFAULT 0{length})",
        "INSERT INTO data(key, value) VALUES ('plain', 'grün')",
        ("INSERT INTO data(key, value, compressed) VALUES ('snappy', ?, 1)", (snappy,)),
        *["UPDATE data SET utf16Length = CASE key WHEN 'plain' THEN 4 ELSE 500 END"] * extra,
        version=version,
    )
    assert read_all(path) == ({"plain": "grün", "snappy": "long " * 100}, [])


@pytest.mark.parametrize(
    ("statement", "version"),
    [(SCHEMA_5, 96), (SCHEMA_5, 81), (SCHEMA_5, 64), ("CREATE TABLE data(key, body)", 80)],
)
def test_an_unknown_schema_is_refused(
    make: Callable[..., Path], statement: str, version: int
) -> None:
    with pytest.raises(UnknownStorageFormat):
        read_all(make(statement, version=version))


def test_an_empty_file_is_told(make: Callable[..., Path]) -> None:
    path = make(SCHEMA_5)
    path.write_bytes(b"")
    assert read_all(path) == ({}, [("the file is empty", None)])


def test_a_file_without_its_first_page_still_reads(profile: Path, tmp_path: Path) -> None:
    path = profile / "storage" / "default" / "http+++n0.misc.test+3000" / "ls" / "data.sqlite"
    whole, _ = read_all(path)
    copy = tmp_path / "data.sqlite"
    copy.write_bytes(bytes(1024) + path.read_bytes()[1024:])
    damages: list[Damage] = []
    records = list(read(store_at(path), copy, damages.append))
    assert {record.key: record.value for record in records} == whole
    assert damages


# ---- whose area it is ---------------------------------------------------------------------------


def metadata(origin: str, suffix: str = "") -> bytes:
    texts = (suffix.encode(), b"a.test", origin.encode())
    packed = b"".join(struct.pack(">I", len(text)) + text for text in texts)
    return struct.pack(">qBII", 1, 0, 1, 0) + packed + b"\0"


def test_the_origin_comes_from_the_metadata_first(make: Callable[..., Path]) -> None:
    path = make("CREATE TABLE database(origin TEXT)", "INSERT INTO database VALUES ('https://b')")
    suffix = "^partitionKey=%28https%2Ctop.test%29"
    (path.parent.parent / ".metadata-v2").write_bytes(metadata(f"https://c.test{suffix}", suffix))
    assert read_storage_key(path, path) == StorageKey("https://c.test", "https://top.test")


@pytest.mark.parametrize("right", ["http://[::1]:8080", "https://a.test^userContextId=2"])
def test_a_changed_letter_in_the_metadata_is_outvoted(tmp_path: Path, right: str) -> None:
    folder = tmp_path / re.sub("[/:]", "+", right)
    (folder / "ls").mkdir(parents=True)
    path = make_sqlite(
        folder / "ls" / "data.sqlite",
        "CREATE TABLE database(origin TEXT)",
        f"INSERT INTO database VALUES ('{right}')",
    )
    suffix = right.partition("^")[1] + right.partition("^")[2]
    changed = right.replace("http", "htvp")
    (folder / ".metadata-v2").write_bytes(metadata(changed, suffix))
    assert str(read_storage_key(path, path)) == right
    (folder / ".metadata-v2").write_bytes(metadata(right, suffix))
    make_sqlite(path, f"UPDATE database SET origin = '{changed}'")
    assert str(read_storage_key(path, path)) == right


@pytest.mark.parametrize(
    "content", [b"", b"\xff" * 50, metadata("https://c.test")[:30], metadata("https://c", "^x=1")]
)
def test_the_origin_comes_from_the_database_where_the_metadata_is_damaged(
    make: Callable[..., Path], content: bytes
) -> None:
    path = make("CREATE TABLE database(origin TEXT)", "INSERT INTO database VALUES ('https://b')")
    (path.parent.parent / ".metadata-v2").write_bytes(content)
    assert read_storage_key(path, path) == StorageKey("https://b")


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("https+++a.test", StorageKey("https://a.test")),
        ("http+++127.0.0.1+8765", StorageKey("http://127.0.0.1:8765")),
        ("http+++[++1]+8765", StorageKey("http://[::1]:8765")),
        (
            "https+++a.test^userContextId=2",
            StorageKey("https://a.test", attributes=(("userContextId", "2"),)),
        ),
    ],
)
def test_the_origin_comes_from_the_folder_at_last(
    tmp_path: Path, name: str, key: StorageKey
) -> None:
    assert read_storage_key(tmp_path / name / "ls" / "data.sqlite") == key


def test_a_folder_name_that_could_mean_several_origins_is_not_guessed(tmp_path: Path) -> None:
    with pytest.raises(StoreUnreadable):
        read_storage_key(tmp_path / "file++++home+a+b" / "ls" / "data.sqlite")
