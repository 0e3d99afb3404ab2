"""Profiles with a localStorage in each browser's own format, written from a mapping.

The formats are those of desktop_migrator/browsers/formats, whose modules name their sources.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import plyvel

from desktop_migrator.browsers.encoding import encode_prefixed, encode_utf16

Areas = Mapping[str, Mapping[str, Any]]
"""By origin (`https://app.example.com`) the values by key; what is no text is written as JSON."""

_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


def write_profile(folder: Path, areas: Areas, *, store_format: str = "chromium-leveldb") -> Path:
    """Write a new profile for `--source`, in one of `FORMATS`; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    _WRITERS[store_format](
        folder,
        {
            origin: {key: _text(value) for key, value in values.items()}
            for origin, values in areas.items()
        },
    )
    return folder


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


_Texts = Mapping[str, Mapping[str, str]]


def _chromium_time() -> int:
    """Microseconds since 1601."""
    return (datetime.now(UTC) - _EPOCH) // timedelta(microseconds=1)


def _varint(number: int) -> bytes:
    """Of a protocol buffer."""
    raw = bytearray()
    while number > 0x7F:
        raw.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*raw, number])


def _size(texts: Mapping[str, str]) -> int:
    return sum(len(encode_prefixed(key)) + len(encode_prefixed(texts[key])) for key in texts)


def _write_chromium_leveldb(folder: Path, areas: _Texts) -> None:
    store = folder / "Local Storage" / "leveldb"
    store.mkdir(parents=True)
    with closing(plyvel.DB(str(store), create_if_missing=True)) as database:
        database.put(b"VERSION", b"1")
        for origin, texts in areas.items():
            meta = b"\x08" + _varint(_chromium_time()) + b"\x10" + _varint(_size(texts))
            database.put(b"META:" + origin.encode(), meta)
            for key, text in texts.items():
                place = b"_" + origin.encode() + b"\0" + encode_prefixed(key)
                database.put(place, encode_prefixed(text))


def _write_chromium_sqlite(folder: Path, areas: _Texts) -> None:
    with _new_database(folder / "LocalStorage") as database:
        database.executescript(
            "CREATE TABLE meta(key LONGVARCHAR NOT NULL UNIQUE PRIMARY KEY, value LONGVARCHAR);"
            "INSERT INTO meta VALUES ('version', '1'), ('last_compatible_version', '1');"
            "CREATE TABLE maps(row_id INTEGER PRIMARY KEY AUTOINCREMENT, storage_key BLOB NOT NULL,"
            " last_accessed INTEGER, last_modified INTEGER, total_size INTEGER);"
            "CREATE UNIQUE INDEX maps_by_storage_key ON maps(storage_key);"
            "CREATE TABLE map_entries(map_id INTEGER NOT NULL, key BLOB NOT NULL,"
            " value BLOB NOT NULL, PRIMARY KEY(map_id, key)) WITHOUT ROWID;"
        )
        for number, (origin, texts) in enumerate(areas.items(), 1):
            now = _chromium_time()
            place = f"{origin}/".encode()
            database.execute(
                "INSERT INTO maps VALUES (?, ?, ?, ?, ?)", (number, place, now, now, _size(texts))
            )
            database.executemany(
                "INSERT INTO map_entries VALUES (?, ?, ?)",
                [(number, encode_prefixed(key), encode_prefixed(texts[key])) for key in texts],
            )


def _write_firefox(folder: Path, areas: _Texts) -> None:
    for origin, texts in areas.items():
        area = folder / "storage" / "default" / origin.replace(":", "+").replace("/", "+")
        (area / "ls").mkdir(parents=True)
        group = origin.rpartition("/")[2].partition(":")[0]
        (area / ".metadata-v2").write_bytes(
            bytes(17)
            + b"".join(
                len(text).to_bytes(4, "big") + text.encode() + b"\0" for text in ("", group, origin)
            )
        )
        with _new_database(area / "ls" / "data.sqlite") as database:
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
                "INSERT INTO data VALUES (?, ?, ?, 0, 0, ?)",
                [(key, len(encode_utf16(text)) // 2, *_firefox_value(text))
                 for key, text in texts.items()],
            )  # fmt: skip


def _firefox_value(text: str) -> tuple[int, bytes]:
    """With its conversion: 1 for UTF-8, 0 for UTF-16 as it is, halves of pairs among it."""
    try:
        return 1, text.encode()
    except UnicodeEncodeError:
        return 0, encode_utf16(text)


def _write_webkit(folder: Path, areas: _Texts) -> None:
    for origin, texts in areas.items():
        scheme, _, host = origin.partition("://")
        name, _, port = host.partition(":")
        with _new_database(folder / f"{scheme}_{name}_{port or 0}.localstorage") as database:
            database.execute(
                "CREATE TABLE ItemTable"
                " (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB NOT NULL ON CONFLICT FAIL)"
            )
            database.executemany(
                "INSERT INTO ItemTable VALUES (?, ?)",
                [(key, encode_utf16(text)) for key, text in texts.items()],
            )


@contextmanager
def _new_database(path: Path) -> Iterator[sqlite3.Connection]:
    """Committed and closed at the end."""
    with closing(sqlite3.connect(path)) as connection, connection:
        yield connection


_WRITERS: dict[str, Callable[[Path, _Texts], None]] = {
    "chromium-leveldb": _write_chromium_leveldb,
    "chromium-sqlite": _write_chromium_sqlite,
    "firefox": _write_firefox,
    "webkit": _write_webkit,
}
FORMATS = tuple(_WRITERS)
"""Those that can be written."""
