"""localStorage of Node.js and Deno, which scripts use as pages do: one SQLite file each, read only.

- Node.js (src/node_webstorage.cc): the file that `--localstorage-file` names;
  `nodejs_webstorage(key BLOB, value BLOB)`, both UTF-16LE and exact.
- Deno (ext/webstorage): `$DENO_DIR/location_data/<hash>/local_storage`, `data(key VARCHAR UNIQUE,
  value VARCHAR)` in UTF-8; Deno itself writes U+FFFD for lone surrogates. The folder's name is the
  SHA-256 of `--location`'s origin, else of the script's address, so that it cannot be turned back.

Neither file says whose it is: its area is `file://`, as that of all programs of this computer. No
record has a time; `Record.modified` is that of the file.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from desktop_migrator.browsers.area_change import AreaChange
from desktop_migrator.browsers.budget import Budget
from desktop_migrator.browsers.encoding import decode_utf16
from desktop_migrator.browsers.large_value import LargeValue, large_value
from desktop_migrator.browsers.sqlite.reader import (
    SqliteFile,
    decode_rows,
    decode_text,
    expect_bytes,
)
from desktop_migrator.errors import StoreUnreadable, StoreUnwritable, UnknownStorageFormat
from desktop_migrator.messages import Message
from desktop_migrator.model import Damage, Record, StorageKey, Store, StoreFormat

ORIGIN = "file://"
_COLUMNS = ("key", "value")
_TABLES = {StoreFormat.NODE: "nodejs_webstorage", StoreFormat.DENO: "data"}
_CREATE_TABLES = {
    StoreFormat.NODE: (
        "CREATE TABLE nodejs_webstorage(key BLOB NOT NULL, value BLOB NOT NULL, PRIMARY KEY(key))"
    ),
    StoreFormat.DENO: "CREATE TABLE data (key VARCHAR UNIQUE, value VARCHAR)",
}


def read(
    store: Store, copy: Path, report: Callable[[Damage], None], *, budget: Budget | None = None
) -> Iterator[Record]:
    """Yield the records. Raises StoreUnreadable and UnknownStorageFormat."""

    def damaged(what: Message, lost: int | None) -> None:
        report(Damage(store, what, lost))

    table, text = _TABLES[store.format], _TEXTS[store.format]

    def decode(key: bytes, value: bytes | LargeValue) -> tuple[str, str | LargeValue]:
        expect_bytes(key)
        if isinstance(value, LargeValue):
            return text(key), value
        expect_bytes(value)
        return text(key), text(value)

    storage_key = StorageKey(ORIGIN)
    with closing(SqliteFile(copy, damaged, budget)) as file:
        try:
            columns = file.table_columns(table)
        except StoreUnreadable:
            columns = list(_COLUMNS)
        if columns != list(_COLUMNS):
            reason = Message("it has not localStorage's tables")
            raise UnknownStorageFormat(path=store.path, reason=reason)
        rows = file.rows(table, _COLUMNS, damaged, _CREATE_TABLES[store.format])
        for key, value in decode_rows(rows, decode, damaged):
            if isinstance(value, LargeValue):
                report(large_value(store, value.size, storage_key, key))
                continue
            yield Record(store, storage_key, key, value, store.modified)


def write(copy: Path, changes: Sequence[AreaChange], now: datetime) -> None:
    """Raises StoreUnwritable: what scripts keep is theirs to change."""
    raise StoreUnwritable(
        path=copy, reason=Message("what Node.js and Deno keep is read, and never changed")
    )


_TEXTS: dict[StoreFormat, Callable[[bytes], str]] = {
    StoreFormat.NODE: decode_utf16,
    StoreFormat.DENO: decode_text,
}
