"""Firefox's older localStorage: `webappsstore2` in webappsstore.sqlite and ls-archive.sqlite.

Sources: Firefox's dom/storage/StorageDBUpdater.cpp (schemas 0 to 2) and StorageUtils.cpp (the
spelling of an origin). An origin lies reversed: `tset.a.:https:443`, for a file its folder:
`/u/emoh/.:file`. Schema 0 keeps it in `scope`, where `1001:t:` or a whole suffix may come first;
the app ids of that prefix belong to Firefox OS, and stay as attributes of the storage key. Tables
of Firefox 3.0 and before (`webappsstore`, `moz_webappsstore`) do not hold localStorage.

Text is SQLite's UTF-8 (see `firefox` on keys; values suffer the same here). No record has a time;
`Record.modified` is that of the file.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from sqlite3 import Connection
from urllib.parse import urlencode, urlsplit

from desktop_migrator.browsers.area_change import AreaChange
from desktop_migrator.browsers.budget import Budget
from desktop_migrator.browsers.encoding import UndecodableError
from desktop_migrator.browsers.formats.storage_key import storage_key_from_suffix
from desktop_migrator.browsers.large_value import LargeValue, large_value
from desktop_migrator.browsers.sqlite.reader import (
    SqliteFile,
    decode_rows,
    decode_text,
    encode_text,
    expect_bytes,
)
from desktop_migrator.browsers.sqlite.writer import write_transaction
from desktop_migrator.errors import StoreUnreadable, StoreUnwritable, UnknownStorageFormat
from desktop_migrator.messages import Message
from desktop_migrator.model import Damage, Record, StorageKey, Store

_NEWEST_SCHEMA = 2
_CREATE_TABLE = (
    "CREATE TABLE webappsstore2(originAttributes TEXT, originKey TEXT, scope TEXT, key TEXT,"
    " value TEXT)"
)
_COLUMNS = ("scope", "key", "value")
_COLUMNS_SPLIT = (*_COLUMNS, "originAttributes", "originKey")
_DEFAULT_PORTS = {"http": "80", "https": "443"}
_SCOPE_PREFIX = re.compile(r"([0-9]+):([tf]):(?:(\^[^:]*):)?")
_KEY = re.compile(r"(?P<reversed>.+)\.:(?P<scheme>[a-z][a-z0-9+.-]*)(?::(?P<port>[0-9]+))?")


def read(
    store: Store, copy: Path, report: Callable[[Damage], None], *, budget: Budget | None = None
) -> Iterator[Record]:
    """Yield the records of all areas. Raises StoreUnreadable and UnknownStorageFormat."""

    def damaged(what: Message, lost: int | None) -> None:
        report(Damage(store, what, lost))

    with closing(SqliteFile(copy, damaged, budget)) as file:
        version = file.user_version or 0
        columns = _columns(file)
        if columns is None and file.is_empty:
            damaged(Message("the file is empty"), None)
            return
        if columns is None or version > _NEWEST_SCHEMA:
            reason = Message(
                "schema {version} of Firefox's older localStorage is not known", version=version
            )
            raise UnknownStorageFormat(path=store.path, reason=reason)
        rows = file.rows("webappsstore2", columns, damaged, _CREATE_TABLE)
        for storage_key, key, value in decode_rows(rows, _decode, damaged):
            if isinstance(value, LargeValue):
                report(large_value(store, value.size, storage_key, key))
                continue
            yield Record(store, storage_key, key, value, store.modified)


def write(copy: Path, changes: Sequence[AreaChange], now: datetime) -> None:
    """Change areas of the private copy `copy`, in which nothing has a time.

    Raises StoreUnwritable, also for schemas before 2 and for areas that this storage cannot name.
    """
    with write_transaction(copy) as connection:
        if connection.execute("PRAGMA user_version").fetchone() != (_NEWEST_SCHEMA,):
            raise StoreUnwritable(path=copy, reason=Message("an older Firefox wrote it"))
        for change in changes:
            _write_area(connection, change)


def _write_area(connection: Connection, change: AreaChange) -> None:
    columns = "scope, key, value, originAttributes, originKey"
    going = []
    for row_id, *row in connection.execute(f"SELECT rowid, {columns} FROM webappsstore2"):  # noqa: S608 - our own names
        storage_key, key, _ = _decode(*row)
        if storage_key == change.storage_key and change.affects_key(key):
            going.append((row_id,))
    connection.executemany("DELETE FROM webappsstore2 WHERE rowid = ?", going)
    if change.puts:
        suffix, origin_key = _format_origin_key(change.storage_key)
        scope = f"0:f:{suffix}:{origin_key}" if suffix else origin_key
        connection.executemany(
            f"INSERT INTO webappsstore2 ({columns})"  # noqa: S608 - our own names
            " VALUES (?, CAST(? AS TEXT), CAST(? AS TEXT), ?, ?)",
            [
                (scope, encode_text(key), encode_text(value), suffix, origin_key)
                for key, value in change.puts.items()
            ],
        )


def _format_origin_key(key: StorageKey) -> tuple[str, str]:
    """The columns originAttributes and originKey; ValueError for an area that has none."""
    suffix = "^" * bool(key.attributes) + urlencode(key.attributes)
    parts = urlsplit(key.origin)
    if parts.scheme == "file":
        origin_key = f"{parts.path[::-1]}.:file"
    else:
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme, "")
        origin_key = f"{(parts.hostname or '')[::-1]}.:{parts.scheme}:{port}".rstrip(":")
    if _parse_origin_key(origin_key, suffix) != key:
        raise ValueError("an area that this storage cannot name")
    return suffix, origin_key


def _columns(file: SqliteFile) -> tuple[str, ...] | None:
    try:
        stored = set(file.table_columns("webappsstore2"))
    except StoreUnreadable:
        return _COLUMNS_SPLIT
    return next((c for c in (_COLUMNS_SPLIT, _COLUMNS) if stored.issuperset(c)), None)


def _decode(
    scope: bytes | None,
    key: bytes,
    value: bytes | LargeValue,
    suffix: bytes | None = None,
    origin_key: bytes | None = None,
) -> tuple[StorageKey, str, str | LargeValue]:
    expect_bytes(key)
    if origin_key is None:  # written by schema 0, perhaps into a table of a newer one
        storage_key = _parse_scope(_text(scope))
    else:
        storage_key = _parse_origin_key(_text(origin_key), _text(suffix))
    if isinstance(value, LargeValue):
        return storage_key, decode_text(key), value
    expect_bytes(value)
    return storage_key, decode_text(key), decode_text(value)


def _text(value: bytes | None) -> str:
    expect_bytes(value or b"")
    return (value or b"").decode()


@lru_cache(maxsize=256)
def _parse_scope(text: str) -> StorageKey:
    prefix = _SCOPE_PREFIX.match(text)
    if not prefix:
        return _parse_origin_key(text, "")
    app, in_browser, suffix = prefix.groups()
    attributes = [f"appId={app}"] * (app != "0") + ["inBrowser=1"] * (in_browser == "t")
    return _parse_origin_key(
        text[prefix.end() :], suffix or "^" * bool(attributes) + "&".join(attributes)
    )


@lru_cache(maxsize=256)
def _parse_origin_key(origin_key: str, suffix: str) -> StorageKey:
    """The key of a reversed origin such as `tset.a.:https:443`."""
    match = _KEY.fullmatch(origin_key)
    if not match:
        raise UndecodableError(Message("a record of an unknown web site"))
    scheme, port = match["scheme"], match["port"]
    host = match["reversed"][::-1]
    if ":" in host and scheme != "file":
        host = f"[{host}]"  # an IPv6 address
    shown_port = f":{port}" if port and port != _DEFAULT_PORTS.get(scheme) else ""
    return storage_key_from_suffix(f"{scheme}://{host}{shown_port}", suffix)
