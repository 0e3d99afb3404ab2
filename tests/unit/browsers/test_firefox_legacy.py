"""Firefox's older stores, in each schema that Firefox knew how to upgrade from."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from desktop_migrator.browsers.formats.firefox_legacy import read
from desktop_migrator.errors import UnknownStorageFormat
from desktop_migrator.model import Damage, Profile, Record, StorageKey, Store, StoreFormat

SCHEMA_2 = (
    "CREATE TABLE webappsstore2 (originAttributes TEXT, originKey TEXT, scope TEXT, key TEXT,"
    " value TEXT)",
    "CREATE UNIQUE INDEX origin_key_index ON webappsstore2(originAttributes, originKey, key)",
)
SCHEMA_0 = (
    "CREATE TABLE webappsstore2 (scope TEXT, key TEXT, value TEXT, secure INTEGER, owner TEXT)",
)


def make(path: Path, schema: tuple[str, ...], version: int, *rows: tuple[object, ...]) -> Path:
    with closing(sqlite3.connect(path)) as database:
        for statement in schema:
            database.execute(statement)
        for row in rows:
            marks = ", ".join("?" * len(row))
            database.execute(f"INSERT INTO webappsstore2 VALUES ({marks})", row)
        database.execute(f"PRAGMA user_version = {version}")
        database.commit()
    return path


def read_all(path: Path) -> tuple[list[Record], list[tuple[str, int | None]]]:
    profile = Profile("firefox", "Firefox", "default", path.parent)
    store = Store(profile, StoreFormat.FIREFOX_LEGACY, path, 0)
    damages: list[Damage] = []
    records = list(read(store, path, damages.append))
    return records, [(str(damage.description), damage.lost_records) for damage in damages]


@pytest.mark.parametrize(
    ("suffix", "origin_key", "storage_key"),
    [
        ("", "tset.a.:https:443", StorageKey("https://a.test")),
        ("", "tset.a.:http:80", StorageKey("http://a.test")),
        ("", "tset.a.:https:8443", StorageKey("https://a.test:8443")),
        ("", "tset.a.:http:443", StorageKey("http://a.test:443")),
        ("", "1.0.0.721.:http:8080", StorageKey("http://127.0.0.1:8080")),
        ("", "1::.:http:80", StorageKey("http://[::1]")),
        ("", "/u/emoh/.:file", StorageKey("file:///home/u/")),
        ("", "/sresU/:C/.:file", StorageKey("file:///C:/Users/")),
        ("", "dcba.:moz-extension", StorageKey("moz-extension://abcd")),
        (
            "^userContextId=2",
            "tset.a.:https:443",
            StorageKey("https://a.test", attributes=(("userContextId", "2"),)),
        ),
        (
            "^partitionKey=%28https%2Ctop.test%29",
            "tset.a.:https:443",
            StorageKey("https://a.test", "https://top.test"),
        ),
    ],
)
def test_origins_are_turned_round(
    tmp_path: Path, suffix: str, origin_key: str, storage_key: StorageKey
) -> None:
    path = make(tmp_path / "x", SCHEMA_2, 2, (suffix, origin_key, "", "k", "grün\0"))
    (record,), damages = read_all(path)
    assert (record.storage_key, record.key, record.value) == (storage_key, "k", "grün\0")
    assert not damages


@pytest.mark.parametrize(
    ("scope", "storage_key"),
    [
        ("tset.a.:https:443", StorageKey("https://a.test")),
        ("0:f:tset.a.:https:443", StorageKey("https://a.test")),
        (
            "1001:t:tset.a.:http:80",
            StorageKey("http://a.test", attributes=(("appId", "1001"), ("inBrowser", "1"))),
        ),
        (
            "1001:f:^appId=1001&addonId=101:tset.a.:https:443",
            StorageKey("https://a.test", attributes=(("addonId", "101"), ("appId", "1001"))),
        ),
    ],
)
def test_scopes_of_schema_0_read(tmp_path: Path, scope: str, storage_key: StorageKey) -> None:
    path = make(tmp_path / "x", SCHEMA_0, 0, (scope, "k", "v", 0, "a.test"))
    (record,), damages = read_all(path)
    assert (record.storage_key, record.key, record.value) == (storage_key, "k", "v")
    assert not damages


def test_rows_that_schema_0_added_to_a_newer_table_read(tmp_path: Path) -> None:
    rows = [
        ("", "tset.a.:https:443", "tset.a.:https:443", "new", "v"),
        (None, None, "tset.a.:https:443", "old", "v"),
    ]
    records, damages = read_all(make(tmp_path / "x", SCHEMA_2, 2, *rows))
    assert [(record.key, str(record.storage_key)) for record in records] == [
        ("new", "https://a.test"),
        ("old", "https://a.test"),
    ]
    assert not damages


def test_what_is_not_understood_is_lost_and_told(tmp_path: Path) -> None:
    rows = [
        ("", "nonsense", "", "k", "v"),
        ("nonsense", "tset.a.:https:443", "", "k", "v"),
        ("", "tset.a.:https:443", "", None, "v"),
        ("", "tset.a.:https:443", "", "ok", "v"),
    ]
    records, damages = read_all(make(tmp_path / "x", SCHEMA_2, 2, *rows))
    assert [record.key for record in records] == ["ok"]
    assert sum(lost or 0 for _, lost in damages) == 3


def test_an_unknown_schema_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownStorageFormat):
        read_all(make(tmp_path / "newer", SCHEMA_2, 3))
    with pytest.raises(UnknownStorageFormat):
        read_all(make(tmp_path / "other", ("CREATE TABLE webappsstore2 (a)",), 2))


def test_the_archive_with_its_own_version_table_reads_empty(tmp_path: Path) -> None:
    archive = (*SCHEMA_2, "CREATE TABLE database(version INTEGER NOT NULL DEFAULT 0)")
    assert read_all(make(tmp_path / "ls-archive.sqlite", archive, 2)) == ([], [])
