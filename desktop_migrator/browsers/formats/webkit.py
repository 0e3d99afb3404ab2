"""WebKit's localStorage (Safari, GNOME Web, Tauri apps): table `ItemTable`, one file for each area.

Sources: WebKit's NetworkProcess/storage (SQLiteStorageArea, LocalStorageManager, and
OriginStorageManager for the layout), SecurityOriginData (the older file names) and
wtf/persistence (the file `origin`).

- Now: `<top hash>/<frame hash>/LocalStorage/localstorage.sqlite3`; the file `origin` beside
  `LocalStorage` holds the page's origin and the frame's. The page's whole origin becomes
  `StorageKey.top_level_site`, since that is what WebKit tells areas apart by.
- Older, and wherever an app sets a folder of its own: `<scheme>_<host>_<port>.localstorage`, where
  port 0 stands for the default.

Values are UTF-16LE and exact. Keys are UTF-8; WebKit writes U+FFFD for a lone surrogate in a key.
No record has a time; `Record.modified` is that of the file.
"""

import re
import sqlite3
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from desktop_migrator.browsers.area_change import AreaChange
from desktop_migrator.browsers.budget import Budget
from desktop_migrator.browsers.encoding import decode_utf16, encode_utf16
from desktop_migrator.browsers.large_value import LargeValue, large_value
from desktop_migrator.browsers.sqlite.reader import (
    SqliteFile,
    decode_rows,
    decode_text,
    encode_text,
    expect_bytes,
)
from desktop_migrator.browsers.sqlite.writer import write_transaction
from desktop_migrator.browsers.store_files import read_start
from desktop_migrator.errors import StoreUnreadable, StoreUnwritable, UnknownStorageFormat
from desktop_migrator.messages import Message
from desktop_migrator.model import Damage, Record, StorageKey, Store

_COLUMNS = ("key", "value")
_CREATE_TABLE = (
    "CREATE TABLE ItemTable (key TEXT UNIQUE ON CONFLICT REPLACE,"
    " value BLOB NOT NULL ON CONFLICT FAIL)"
)
_MAX_ORIGIN = 2**16
_NULL_STRING = 0xFFFFFFFF
_ESCAPE = re.compile(r"%(?:\+([0-9A-Fa-f]{4})|([0-9A-Fa-f]{2}))")
_FILE_NAME = re.compile(r"([a-z][a-z0-9+.-]*)_(.*)_([0-9]{1,5})\.localstorage")


def read(
    store: Store, copy: Path, report: Callable[[Damage], None], *, budget: Budget | None = None
) -> Iterator[Record]:
    """Yield the area's records. Raises StoreUnreadable and UnknownStorageFormat."""

    def damaged(what: Message, lost: int | None) -> None:
        report(Damage(store, what, lost))

    with closing(SqliteFile(copy, damaged, budget)) as file:
        try:
            columns = file.table_columns("ItemTable")
        except StoreUnreadable:
            columns = list(_COLUMNS)
        if not columns and file.is_empty:
            damaged(Message("the file is empty"), None)
            return
        if columns != list(_COLUMNS) or file.has_text_values("ItemTable", "value"):
            reason = Message("not the table of WebKit's localStorage, or one of before 2011")
            raise UnknownStorageFormat(path=store.path, reason=reason)
        storage_key = read_storage_key(store.path)
        rows = file.rows("ItemTable", _COLUMNS, damaged, _CREATE_TABLE)
        for key, value in decode_rows(rows, _decode, damaged):
            if isinstance(value, LargeValue):
                report(large_value(store, value.size, storage_key, key))
                continue
            yield Record(store, storage_key, key, value, store.modified)


def write(copy: Path, changes: Sequence[AreaChange], now: datetime) -> None:
    """Change the area of the private copy `copy`, in which nothing has a time.

    Raises StoreUnwritable.
    """
    with write_transaction(copy) as connection:
        for change in changes:
            keys = connection.execute("SELECT key FROM ItemTable")
            going = [(key,) for (key,) in keys if change.affects_key(decode_text(key))]
            connection.executemany("DELETE FROM ItemTable WHERE key = CAST(? AS TEXT)", going)
            connection.executemany(
                "INSERT INTO ItemTable (key, value) VALUES (CAST(? AS TEXT), ?)",
                [(encode_text(key), encode_utf16(value)) for key, value in change.puts.items()],
            )


def create(staged: Path, store_path: Path, storage_key: StorageKey, now: datetime) -> None:
    """Make an empty store at `staged` that is to lie at `store_path`, with its file `origin`.

    Raises StoreUnwritable where the path is not that of the area.
    """
    staged.parent.mkdir(parents=True, exist_ok=True)
    if _FILE_NAME.fullmatch(store_path.name):
        if read_storage_key(store_path) != storage_key:
            raise StoreUnwritable(path=store_path, reason=Message("the file is another web site's"))
    else:
        beside = staged.parent.parent / "origin"
        if beside.parent.name == store_path.parent.parent.name and not beside.exists():
            beside.write_bytes(_encode_origin_file(storage_key))
    with closing(sqlite3.connect(staged)) as connection, connection:
        connection.execute(_CREATE_TABLE)


def read_storage_key(store_path: Path) -> StorageKey:
    """Whose area a file is, by its neighbour `origin` or its name. Raises StoreUnreadable."""
    try:
        if match := _FILE_NAME.fullmatch(store_path.name):
            scheme, host, port = match.groups()
            return StorageKey(_format_origin(scheme, _ESCAPE.sub(_unescaped, host), int(port)))
        return _decode_origin_file(read_start(store_path.parent.parent / "origin", _MAX_ORIGIN))
    except (OSError, ValueError, struct.error) as error:
        raise StoreUnreadable(
            path=store_path, reason=Message("nothing tells its web site")
        ) from error


def _decode(key: bytes, value: bytes | LargeValue) -> tuple[str, str | LargeValue]:
    if isinstance(value, LargeValue):
        expect_bytes(key)
        return decode_text(key), value
    expect_bytes(key, value)
    return decode_text(key), decode_utf16(value)


def _decode_origin_file(data: bytes) -> StorageKey:
    """The origins of the page and of the frame, each as scheme, host and optional port."""
    origins, position = [], 0
    for _ in range(2):
        scheme, position = _read_string(data, position)
        host, position = _read_string(data, position)
        (has_port,) = struct.unpack_from("<B", data, position)
        port = 0
        position += 1
        if has_port:
            (port,) = struct.unpack_from("<H", data, position)
            position += 2
        origins.append(_format_origin(scheme, host, port))
    if position != len(data):
        raise ValueError("not a file of two origins")
    top, frame = origins
    return StorageKey(frame, None if top == frame else top)


def _encode_origin_file(key: StorageKey) -> bytes:
    data = b""
    for origin in (key.top_level_site or key.origin, key.origin):
        parts = urlsplit(origin)
        for text in (parts.scheme, parts.hostname or ""):
            data += struct.pack("<IB", len(text), 1) + text.encode("latin-1")
        data += b"\0" if parts.port is None else b"\1" + struct.pack("<H", parts.port)
    return data


def _read_string(data: bytes, position: int) -> tuple[str, int]:
    """A WTF::String: length, whether Latin-1, code units; a null string is its length alone."""
    (length,) = struct.unpack_from("<I", data, position)
    position += 4
    if length == _NULL_STRING:
        return "", position
    is_latin1 = data[position : position + 1] == b"\1"
    start = position + 1
    end = start + (length if is_latin1 else 2 * length)
    if end > len(data):
        raise ValueError("cut off")
    text = data[start:end]
    return text.decode("latin-1") if is_latin1 else decode_utf16(text), end


def _format_origin(scheme: str, host: str, port: int) -> str:
    if not scheme:
        raise ValueError("an opaque origin")
    return f"{scheme}://{host}{f':{port}' if port else ''}"


def _unescaped(match: re.Match[str]) -> str:
    return chr(int(match[1] or match[2], 16))
