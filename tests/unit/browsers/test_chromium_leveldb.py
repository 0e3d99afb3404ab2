import shutil
from collections import defaultdict
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desktop_migrator.browsers.budget import MAX_VALUE
from desktop_migrator.browsers.encoding import decode_prefixed
from desktop_migrator.browsers.formats import chromium_leveldb
from desktop_migrator.errors import UnknownStorageFormat
from desktop_migrator.model import Record
from tests import recorded
from tests.unit.browsers.leveldb_stores import (
    key_of,
    layered_store,
    opened,
    read_all,
    salvaged,
    store_at,
)


def pages_own_readback(name: str) -> dict[str, dict[str, str]]:
    """Storage key -> records, as the pages themselves read them in the real browser."""
    found = recorded.areas(name)
    framed = "http://widget.test:3000 in http://app.demo.test:3000/"
    found["http://widget.test:3000/^0http://demo.test"] = found.pop(framed)
    return found


def by_area(records: list[Record]) -> dict[str, dict[str, str]]:
    areas: dict[str, dict[str, str]] = defaultdict(dict)
    for record in records:
        area = areas[str(record.storage_key)]
        assert record.key not in area
        area[record.key] = record.value
    return areas


def test_a_real_profile_reads_as_the_browser_itself_reads_it(tmp_path: Path) -> None:
    folder = recorded.unpack("chromium-leveldb", tmp_path) / "Default" / "Local Storage" / "leveldb"
    records, damages = read_all(folder)
    assert by_area(records) == pages_own_readback("chromium-leveldb")
    assert damages == []
    assert {record.modified.date().isoformat() for record in records if record.modified} == {
        "2026-11-23"
    }


def test_only_the_newest_versions_of_several_files_are_read(tmp_path: Path) -> None:
    store = layered_store(tmp_path / "leveldb")
    assert len(list(store.folder.glob("*.ldb"))) == 2
    records, damages = read_all(store.folder)
    prefix = len(key_of(0)) - len("key000") - 1
    assert {record.key: record.value for record in records} == {
        decode_prefixed(key[prefix:]): decode_prefixed(value)
        for key, value in store.records().items()
    }
    assert damages == []


@pytest.mark.needs("dfindexeddb")
def test_salvage_of_a_sound_store_equals_two_other_readers(tmp_path: Path) -> None:
    from dfindexeddb.leveldb.record import FolderReader  # noqa: PLC0415 - not always installed

    store = layered_store(tmp_path / "leveldb")
    peer: dict[bytes, tuple[int, bytes | None]] = {}
    for found in FolderReader(store.folder).GetRecords():
        entry = found.record
        value = entry.value if entry.record_type.value else None
        newest = peer.get(entry.key, (-1, None))
        peer[entry.key] = max(newest, (entry.sequence_number, value), key=lambda pair: pair[0])
    mine = salvaged(store.folder)
    assert mine == {key: value for key, (_, value) in peer.items() if value is not None}
    with opened(store.folder) as database:
        assert mine == dict(database)


def test_keys_and_values_keep_what_looks_like_structure(tmp_path: Path) -> None:
    site = b"_https://a.test\0"
    with opened(tmp_path) as database:
        database.put(b"VERSION", b"1")
        database.put(site, b"")
        database.put(site + b"\x01\0\0", b"\x01\0")
        database.put(site + b"\x01\x01", b"\x01caf\xe9")
        database.put(site + b"\0\0\xd8", b"\0\0\0")
    records, damages = read_all(tmp_path)
    assert {record.key: record.value for record in records} == {
        "": "",
        "\0\0": "\0",
        "\x01": "café",
        "\ud800": "\0",
    }
    assert damages == []


def test_times_come_from_the_areas_own_notes(tmp_path: Path) -> None:
    with opened(tmp_path) as database:
        # 2026-01-01 is 13411699200000000 microseconds after 1601; two areas have no usable time
        database.put(b"META:https://a.test", bytes.fromhex("0880809af5e8bbe9171001"))
        database.put(b"META:https://b.test", b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")
        for site in ("https://a.test", "https://b.test", "https://c.test"):
            database.put(key_of(1, site), b"\x01x")
    records, damages = read_all(tmp_path)
    assert [record.modified for record in records] == [
        datetime(2026, 1, 1, tzinfo=UTC),
        None,
        None,
    ]
    assert damages == []


def test_another_version_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path) as database:
        database.put(b"VERSION", b"2")
        database.put(key_of(1), b"\x01x")
    with pytest.raises(UnknownStorageFormat):
        read_all(tmp_path)


def test_what_cannot_be_understood_is_counted_and_the_rest_is_read(tmp_path: Path) -> None:
    with opened(tmp_path) as database:
        database.put(key_of(1), b"\x01right")
        database.put(key_of(2), b"\0odd")
        database.put(key_of(3), b"\x07prefix")
        database.put(key_of(1, "https://a.test/"), b"\x01SQLite's spelling")
        database.put(key_of(2, "https://a.test/"), b"\x01SQLite's spelling")
        database.put(b"namespace-1", b"")
    records, damages = read_all(tmp_path)
    assert [record.value for record in records] == ["right"]
    assert [damage.lost_records for damage in damages] == [2, 2, 1]


def test_a_stale_lock_and_an_empty_folder_are_nothing_special(tmp_path: Path) -> None:
    assert read_all(tmp_path) == ([], [])
    with opened(tmp_path / "used") as database:
        database.put(key_of(1), b"\x01x")
    shutil.copytree(tmp_path / "used", tmp_path / "copy")
    (tmp_path / "copy" / "LOCK").write_bytes(b"stale")
    records, damages = read_all(tmp_path / "copy")
    assert len(records) == 1
    assert damages == []


def test_reading_can_stop_early_and_lets_go_of_the_folder(tmp_path: Path) -> None:
    store = layered_store(tmp_path)
    records = chromium_leveldb.read(store_at(tmp_path), tmp_path, print)
    assert isinstance(records, Generator)
    assert next(records).key == "key000"
    records.close()
    with opened(store.folder) as database:  # refused while somebody else holds the folder
        assert database.get(b"VERSION") == b"1"


def test_a_value_larger_than_any_browsers_is_told_each_time(tmp_path: Path) -> None:
    """In the log it could be read, in the table that LevelDB makes of the log it is refused."""
    large = b"\x01" + b"x" * MAX_VALUE
    with opened(tmp_path / "leveldb") as database:
        database.put(b"VERSION", b"1")
        for number, value in enumerate((b"\x01a", large, b"\x01b")):
            database.put(key_of(number), value)
    for _ in range(2):
        records, damages = read_all(tmp_path / "leveldb")
        assert [record.value for record in records] == ["a", "b"]
        assert damages
