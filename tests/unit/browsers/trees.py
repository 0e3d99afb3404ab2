"""Folder trees as browsers leave them, with real stores of each format in them."""

import hashlib
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import plyvel

from desktop_migrator.model import Profile, Store, StoreFormat


def make_sqlite(path: Path, *statements: str) -> Path:
    with closing(sqlite3.connect(path)) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()
    return path


def leveldb(folder: Path, keys: Iterable[str] = ("k",)) -> Path:
    """A Chromium localStorage LevelDB with these keys of one origin."""
    folder.mkdir(parents=True, exist_ok=True)
    with closing(plyvel.DB(str(folder), create_if_missing=True)) as database:
        database.put(b"VERSION", b"1")
        database.put(b"META:https://a.test", b"\x08\x01\x10\x02")
        for key in keys:
            database.put(b"_https://a.test\0\1" + key.encode("latin-1"), b"\1value")
    return folder


def chromium_leveldb(profile: Path) -> Path:
    return leveldb(profile / "Local Storage" / "leveldb")


def chromium_sqlite(
    profile: Path, keys: Iterable[str] = ("k",), *, name: str = "LocalStorage"
) -> Path:
    path = _file(profile, name)
    with closing(sqlite3.connect(path)) as database:
        database.executescript(
            "CREATE TABLE meta(key LONGVARCHAR NOT NULL UNIQUE PRIMARY KEY, value LONGVARCHAR);"
            "INSERT INTO meta VALUES ('version', '1'), ('last_compatible_version', '1');"
            "CREATE TABLE maps(row_id INTEGER PRIMARY KEY AUTOINCREMENT, storage_key BLOB NOT NULL"
            " UNIQUE, last_accessed INTEGER NOT NULL, last_modified INTEGER NOT NULL,"
            " total_size INTEGER NOT NULL);"
            "CREATE TABLE map_entries(map_id INTEGER NOT NULL, value_compression_type INTEGER NOT"
            " NULL, key BLOB NOT NULL, value BLOB NOT NULL, PRIMARY KEY(map_id, key))"
            " WITHOUT ROWID;"
        )
        for key in keys:
            database.execute(
                "INSERT OR IGNORE INTO maps VALUES (1, CAST('https://a.test/' AS BLOB), 0, 0, 0)"
            )
            database.execute(
                "INSERT INTO map_entries VALUES (1, 0, ?, ?)", (b"\1" + key.encode(), b"\1value")
            )
        database.commit()
    return path


def firefox(profile: Path, origin: str = "https://a.test", keys: Iterable[str] = ("k",)) -> Path:
    """One origin's data.sqlite, with the metadata file beside its folder."""
    folder = profile / "storage" / "default" / origin.replace(":", "+").replace("/", "+")
    path = _file(folder / "ls", "data.sqlite")
    group = origin.rpartition("/")[2].encode()
    (folder / ".metadata-v2").write_bytes(
        bytes(17)
        + b"".join(
            len(part).to_bytes(4, "big") + part + b"\0" for part in (b"", group, origin.encode())
        )
    )
    with closing(sqlite3.connect(path)) as database:
        database.executescript(
            "PRAGMA user_version = 80;"
            "CREATE TABLE database(origin TEXT NOT NULL, usage INTEGER NOT NULL DEFAULT 0,"
            " last_vacuum_time INTEGER NOT NULL DEFAULT 0, last_analyze_time INTEGER NOT NULL"
            " DEFAULT 0, last_vacuum_size INTEGER NOT NULL DEFAULT 0);"
            "CREATE TABLE data(key TEXT PRIMARY KEY, utf16_length INTEGER NOT NULL,"
            " conversion_type INTEGER NOT NULL, compression_type INTEGER NOT NULL,"
            " last_access_time INTEGER NOT NULL DEFAULT 0, value BLOB NOT NULL);"
        )
        database.execute("INSERT INTO database(origin) VALUES (?)", (origin,))
        database.executemany(
            "INSERT INTO data VALUES (?, 5, 1, 0, 0, ?)", [(key, b"value") for key in keys]
        )
        database.commit()
    return path


def webappsstore(path: Path, rows: Iterable[tuple[str, str, str]] = ()) -> Path:
    """Firefox's legacy store; a row is the origin's host reversed (`tset.a.`), key and value."""
    with closing(sqlite3.connect(_file(path.parent, path.name))) as database:
        database.execute(
            "CREATE TABLE webappsstore2(originAttributes TEXT, originKey TEXT, scope TEXT,"
            " key TEXT, value TEXT)"
        )
        database.executemany(
            "INSERT INTO webappsstore2 VALUES ('', ?, ?, ?, ?)",
            [(f"{host}:https:443", f"{host}:https:443", key, value) for host, key, value in rows],
        )
        database.commit()
    return path


def webkit(path: Path, keys: Iterable[str] = ("k",)) -> Path:
    with closing(sqlite3.connect(_file(path.parent, path.name))) as database:
        database.execute(
            "CREATE TABLE ItemTable(key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB NOT NULL)"
        )
        database.executemany(
            "INSERT INTO ItemTable VALUES (?, ?)",
            [(key, "value".encode("utf-16-le")) for key in keys],
        )
        database.commit()
    return path


def store_at(path: Path, store_format: StoreFormat, *, profile: Path | None = None) -> Store:
    owner = Profile("other", "Other browser", "test", profile or path.parent)
    return Store(owner, store_format, path, 1, datetime.now(UTC))


def fingerprint(root: Path) -> dict[str, tuple[str, int, int]]:
    """Every file's and folder's content hash, mtime and mode below the root."""
    return {
        str(path.relative_to(root)): (
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "",
            path.lstat().st_mtime_ns,
            path.lstat().st_mode,
        )
        for path in sorted(root.rglob("*"))
    }


def _file(folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder / name
