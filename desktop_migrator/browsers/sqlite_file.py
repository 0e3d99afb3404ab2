"""Rows of one table of a private copy of a browser's SQLite file.

The copy stands with its `-wal` or `-journal` beside it, and SQLite itself brings both in. Files
come from elsewhere: nothing that a schema could smuggle in is run (views, triggers, virtual
tables, generated columns, CHECK expressions, functions of the schema, extensions), and a value
over 64 MiB counts as damage. What SQLite cannot read is reported as damage.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from desktop_migrator.errors import StoreUnreadable

MAX_VALUE = 64 * 2**20
"""Bytes; browsers allow some 10 MiB for a whole area."""

Damaged = Callable[[str, int | None], None]
"""Takes a sentence for a person and how many rows are missing, None if that cannot be known."""


def has_table(copy: Path, table: str) -> bool:
    """Whether the file holds a real table (no view, no virtual table) of that name."""
    return bool(columns_of(copy, table))


def columns_of(copy: Path, table: str) -> list[str]:
    """The table's stored columns in declared order; empty if there is no such table."""
    with closing(_open(copy)) as connection:
        try:
            return _columns(connection, table)
        except sqlite3.Error as error:
            raise StoreUnreadable(path=copy, reason=str(error)) from error


def read_rows(
    copy: Path, table: str, columns: Sequence[str], damaged: Damaged
) -> Iterator[tuple[Any, ...]]:
    """Yield the table's rows lazily, the columns in the order asked for.

    INTEGER, REAL and NULL come as int, float and None, TEXT and BLOB both as bytes.
    """
    with closing(_open(copy)) as connection:
        stored = _columns(connection, table)
        if unknown := [column for column in columns if column not in stored]:
            raise StoreUnreadable(path=copy, reason=f"table {table} lacks {', '.join(unknown)}")
        names = ", ".join(map(_quoted, columns))
        try:
            yield from connection.execute(f"SELECT {names} FROM {_quoted(table)}")  # noqa: S608 - quoted
        except sqlite3.Error as error:
            damaged(str(error), None)


def _open(copy: Path) -> sqlite3.Connection:
    # as_uri() percent-encodes: Firefox's folder names hold % and ^.
    connection = sqlite3.connect(f"{copy.absolute().as_uri()}?mode=rw", uri=True)
    connection.text_factory = bytes
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE)
    for pragma in ("trusted_schema=OFF", "ignore_check_constraints=ON", "cell_size_check=ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    real = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ? AND rootpage > 0"
    if not connection.execute(real, (table,)).fetchone():
        return []
    return [
        name.decode()
        for _, name, _, _, _, _, hidden in connection.execute(
            f"PRAGMA table_xinfo({_quoted(table)})"
        )
        if not hidden  # hidden ones are generated, that is, computed by the schema
    ]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
