"""localStorage of the Chromium family in a SQLite file (`LocalStorage`, from Chromium 152 on).

`maps(row_id, storage_key, last_accessed, last_modified, total_size)` lists the areas,
`map_entries(map_id, key, value)` holds their records, `meta` the layout's version, 1. A later
revision of the same version adds `value_compression_type` (0 none, 1 zstd, 2 snappy); what is
compressed is the text with its prefix byte.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from sqlite3 import Connection
from typing import Any

import zstandard

from desktop_migrator.browsers.area_change import AreaChange
from desktop_migrator.browsers.budget import MAX_VALUE, Budget
from desktop_migrator.browsers.encoding import (
    TooLargeError,
    UndecodableError,
    decode_prefixed,
    decompress_snappy,
    encode_prefixed,
    undecodable_reason,
)
from desktop_migrator.browsers.formats.chromium_leveldb import from_chromium_time, to_chromium_time
from desktop_migrator.browsers.formats.storage_key import format_chromium, parse_chromium
from desktop_migrator.browsers.large_value import LargeValue, large_value, shown_key
from desktop_migrator.browsers.sqlite.reader import SqliteFile, expect_bytes
from desktop_migrator.browsers.sqlite.salvage import LossCallback
from desktop_migrator.browsers.sqlite.writer import write_transaction
from desktop_migrator.errors import UnknownStorageFormat
from desktop_migrator.messages import Message
from desktop_migrator.model import Damage, Record, StorageKey, Store

_NONE, _ZSTD, _SNAPPY = 0, 1, 2
_CREATE_META = "CREATE TABLE meta(key LONGVARCHAR NOT NULL UNIQUE PRIMARY KEY, value LONGVARCHAR)"
_CREATE_MAPS = (
    "CREATE TABLE maps(row_id INTEGER PRIMARY KEY AUTOINCREMENT, storage_key BLOB NOT NULL,"
    " last_accessed INTEGER, last_modified INTEGER, total_size INTEGER)"
)
_CREATE_ENTRIES = {
    has_compression: f"CREATE TABLE map_entries(map_id INTEGER NOT NULL, {column}"
    " key BLOB NOT NULL, value BLOB NOT NULL, PRIMARY KEY(map_id, key)) WITHOUT ROWID"
    for has_compression, column in {
        True: "value_compression_type INTEGER NOT NULL,",
        False: "",
    }.items()
}
_AreaInfo = tuple[StorageKey, datetime | None]  # and when it was last modified


def read(
    store: Store, copy: Path, report: Callable[[Damage], None], *, budget: Budget | None = None
) -> Iterator[Record]:
    """Yields the live records of the private copy `copy`, its `-wal` included.

    Raises UnknownStorageFormat for another layout than version 1, StoreUnreadable where the
    file is no database at all.
    """

    def damaged(what: Message, lost: int | None) -> None:
        report(Damage(store, what, lost))

    def damaged_list(what: Message, _lost_rows: int | None) -> None:
        # Rows of a list are no records; records that lost their site are counted when met.
        damaged(what, 0)

    budget = budget or Budget.for_copy(copy)
    with closing(SqliteFile(copy, damaged, budget)) as file:
        entries_have = file.table_columns("map_entries", *_CREATE_ENTRIES.values())
        maps_have = file.table_columns("maps", _CREATE_MAPS)
        if not {"map_id", "key", "value"} <= set(entries_have) or not maps_have:
            raise UnknownStorageFormat(
                path=store.path, reason=Message("it has not localStorage's tables")
            )
        _check_version(store, file, damaged_list)
        areas = _areas(file, damaged_list)
        columns = ["map_id", "key", "value"]
        compressed = "value_compression_type" in entries_have
        if compressed:
            columns.append("value_compression_type")
        rows = file.rows("map_entries", columns, damaged, _CREATE_ENTRIES[compressed])
        yield from _records(store, areas, rows, report, budget)


def write(copy: Path, changes: Sequence[AreaChange], now: datetime) -> None:
    """Change areas of the private copy `copy`, in either revision of the layout.

    Times and metadata are as for `chromium_leveldb.write`. Raises StoreUnwritable.
    """
    with write_transaction(copy) as connection:
        names = connection.execute("SELECT name FROM pragma_table_info('map_entries')")
        compressed = b"value_compression_type" in {name for (name,) in names}
        for change in changes:
            _write_area(connection, change, to_chromium_time(now), compressed=compressed)


def _write_area(connection: Connection, change: AreaChange, now: int, *, compressed: bool) -> None:
    raw = format_chromium(change.storage_key, in_sqlite=True)
    found = connection.execute("SELECT row_id FROM maps WHERE storage_key = ?", (raw,)).fetchone()
    if found is None:
        cursor = connection.execute(
            "INSERT INTO maps (storage_key, last_accessed, last_modified, total_size)"
            " VALUES (?, ?, ?, 0)",
            (raw, now, now),
        )
        found = (cursor.lastrowid,)
    (map_id,) = found
    columns = "key, value, value_compression_type" if compressed else "key, value"
    rows = connection.execute(f"SELECT {columns} FROM map_entries WHERE map_id = ?", (map_id,))  # noqa: S608 - our own names
    records, size, going = len(change.puts), 0, []
    for key, value, *compression in rows:
        if change.affects_key(decode_prefixed(key)):
            going.append((map_id, key))
        else:
            is_packed = compression and compression[0] != _NONE
            records += 1
            size += len(key) + len(_decompress(value, compression[0]) if is_packed else value)
    connection.executemany("DELETE FROM map_entries WHERE map_id = ? AND key = ?", going)
    columns, places = ("map_id, key, value", "?, ?, ?")
    if compressed:
        columns, places = f"{columns}, value_compression_type", f"{places}, {_NONE}"
    for put_key, put_value in change.puts.items():
        key, value = encode_prefixed(put_key), encode_prefixed(put_value)
        connection.execute(
            f"INSERT INTO map_entries ({columns}) VALUES ({places})",  # noqa: S608 - our own names
            (map_id, key, value),
        )
        size += len(key) + len(value)
    if records:
        connection.execute(
            "UPDATE maps SET last_accessed = ?1, last_modified = ?1, total_size = ?2"
            " WHERE row_id = ?3",
            (now, size, map_id),
        )
    else:
        connection.execute("DELETE FROM maps WHERE row_id = ?", (map_id,))


def _records(
    store: Store,
    areas: dict[int, _AreaInfo],
    rows: Iterable[tuple[Any, ...]],
    report: Callable[[Damage], None],
    budget: Budget,
) -> Iterator[Record]:
    without_area = 0
    undecoded: Counter[Message] = Counter()
    for map_id, key, value, *compression in rows:
        if map_id not in areas:
            without_area += 1
            continue
        storage_key, modified = areas[map_id]
        try:
            is_packed = compression and compression[0] != _NONE
            text = _decompress(value, compression[0]) if is_packed else value
            if is_packed:
                budget.unpacked(len(text))
            # Latin-1, the usual case, is decoded here: a call costs as much again.
            record = Record(
                store,
                storage_key,
                key[1:].decode("latin-1") if key[:1] == b"\1" else decode_prefixed(key),
                text[1:].decode("latin-1") if text[:1] == b"\1" else decode_prefixed(text),
                modified,
            )
        except TooLargeError as error:
            report(large_value(store, error.size, storage_key, shown_key(key)))
        except ValueError as error:
            undecoded[undecodable_reason(error)] += 1
        except TypeError:  # NULL, a number, or what was not read
            if isinstance(value, LargeValue):
                report(large_value(store, value.size, storage_key, shown_key(key)))
            else:
                undecoded[Message("it is no text")] += 1
        else:
            yield record
    for reason, count in undecoded.items():
        what = Message("A record cannot be decoded: {reason}.", reason=reason)
        report(Damage(store, what, count))
    if without_area:
        what = Message("Records belong to a site that is no longer listed.")
        report(Damage(store, what, without_area))


def _check_version(store: Store, file: SqliteFile, on_damage: LossCallback) -> None:
    has_notes = file.table_columns("meta", _CREATE_META)
    rows = file.rows("meta", ["key", "value"], on_damage, _CREATE_META) if has_notes else ()
    metadata = dict(rows)
    if b"version" not in metadata:
        on_damage(Message("The version of the storage's layout is missing."), 0)
    elif metadata[b"version"] not in {b"1", 1}:
        raise UnknownStorageFormat(
            path=store.path, reason=Message("its SQLite layout is not version 1")
        )


def _areas(file: SqliteFile, on_damage: LossCallback) -> dict[int, _AreaInfo]:
    """The areas by map id."""
    areas = {}
    columns = ["row_id", "storage_key", "last_modified"]
    for row_id, raw, last_modified in file.rows("maps", columns, on_damage, _CREATE_MAPS):
        try:
            expect_bytes(raw)
            # SQLite keeps any kind of value in any column.
            time = last_modified if isinstance(last_modified, int) else 0
            areas[row_id] = (parse_chromium(raw), from_chromium_time(time))
        except ValueError:
            on_damage(Message("A site's name in the list of sites is damaged."), 0)
    return areas


def _decompress(value: bytes, kind: int) -> bytes:
    """The value as the browser wrote it, at most MAX_VALUE bytes; else ValueError."""
    try:
        if kind == _ZSTD:
            size = zstandard.get_frame_parameters(value).content_size
            if size == zstandard.CONTENTSIZE_UNKNOWN:
                size = len(zstandard.ZstdDecompressor().stream_reader(value).read(MAX_VALUE + 1))
            if size > MAX_VALUE:
                raise TooLargeError(size)
            return zstandard.ZstdDecompressor().decompress(
                value, max_output_size=MAX_VALUE, allow_extra_data=False
            )
        if kind == _SNAPPY:
            return decompress_snappy(value, MAX_VALUE)
    except zstandard.ZstdError as error:
        raise UndecodableError(Message("a compressed value is damaged")) from error
    raise UndecodableError(Message("its compression is unknown"))
