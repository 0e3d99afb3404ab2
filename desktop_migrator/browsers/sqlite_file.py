"""Rows of one table of a private copy of a browser's SQLite file.

The copy stands with its `-wal` or `-journal` beside it, and SQLite itself brings both in. Files
come from elsewhere: nothing that a schema could smuggle in is run (views, triggers, virtual
tables, CHECK expressions, functions, extensions), and a value over 64 MiB counts as damage. A file
that SQLite finds faulty is read by `sqlite_salvage` instead, from its first row on.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, TypeVar

from desktop_migrator.browsers.sqlite_format import DatabaseFile, read_wal, wal_file
from desktop_migrator.browsers.sqlite_salvage import (
    MAX_VALUE,
    Damaged,
    salvage_columns,
    salvage_rows,
)
from desktop_migrator.errors import StoreUnreadable

Decoded = TypeVar("Decoded")

_FAULTS = (sqlite3.Error, UnicodeDecodeError)
"""What a damaged file raises; the second where an error message quotes damaged bytes."""

_SUPER_JOURNAL = bytes.fromhex("d9d505f920a163d7")


def has_table(copy: Path, table: str) -> bool:
    """Whether the file holds a real table (no view, no virtual table) of that name."""
    return bool(columns_of(copy, table))


def columns_of(copy: Path, table: str) -> list[str]:
    """The table's stored columns in declared order; empty if there is no such table.

    Raises StoreUnreadable where damage makes it impossible to tell.
    """
    try:
        with closing(_open(copy)) as connection:
            real = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ? AND rootpage > 0"
            if not connection.execute(real, (table,)).fetchone():
                return []
            columns = connection.execute("SELECT name FROM pragma_table_info(?)", (table,))
            return [name.decode(errors="replace") for (name,) in columns]
    except _FAULTS:
        return salvage_columns(copy, table)


def holds_text(copy: Path, table: str, column: str) -> bool:
    """Whether any value of the column is TEXT; False too where damage hides it."""
    try:
        with closing(_open(copy)) as connection:
            query = f"SELECT 1 FROM [{table}] WHERE typeof([{column}]) = 'text' LIMIT 1"  # noqa: S608 - our own names
            return connection.execute(query).fetchone() is not None
    except _FAULTS:
        return False


def user_version(copy: Path) -> int | None:
    """The number by which a program marks its schema; None where damage hides it."""
    try:
        with closing(_open(copy)) as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            return int(version)
    except _FAULTS:
        return None


def read_rows(
    copy: Path, table: str, columns: Sequence[str], damaged: Damaged, create_table: str = ""
) -> Iterator[tuple[Any, ...]]:
    """Yield the table's rows lazily, the columns in the order asked for.

    INTEGER, REAL and NULL come as int, float and None; TEXT and BLOB both as bytes, TEXT in UTF-8.
    What is damaged is told to `damaged`; `create_table` is as for `salvage_rows`.
    """
    wal = wal_file(copy)
    if wal.exists() and (damage := read_wal(wal.read_bytes()).damage):
        damaged(damage, None)
    select = _sound_select(copy, table, columns)
    if not select:
        yield from salvage_rows(copy, table, columns, damaged, create_table)
        return
    try:
        with closing(_open(copy)) as connection:
            yield from connection.execute(select)
    except _FAULTS as error:
        raise StoreUnreadable(path=copy, reason=str(error)) from error


def decode_rows(
    rows: Iterable[tuple[Any, ...]],
    decode: Callable[..., Decoded],
    damaged: Damaged,
) -> Iterator[Decoded]:
    """Yield `decode(*row)`; rows for which it raises ValueError are told as lost, by reason."""
    lost: Counter[str] = Counter()
    for row in rows:
        try:
            decoded = decode(*row)
        except ValueError as error:
            lost["a text is damaged" if isinstance(error, UnicodeError) else str(error)] += 1
        else:
            yield decoded
    for reason, count in lost.items():
        damaged(reason, count)


def expect_bytes(*values: object) -> None:
    """Raise ValueError unless all are TEXT or BLOB, as browsers write them."""
    if not all(isinstance(value, bytes) for value in values):
        raise ValueError("a value is of a wrong type")


def decode_text(text: bytes) -> str:
    """TEXT as `read_rows` gives it, lone surrogates included; ValueError if it is none."""
    try:
        return text.decode()
    except UnicodeDecodeError:
        units = text.decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass")
        return units.decode("utf-16-le", "surrogatepass")


def _sound_select(copy: Path, table: str, columns: Sequence[str]) -> str | None:
    """The statement that reads the rows, if SQLite can run it without a complaint."""
    # In brackets, since SQLite takes an unknown name in quotes for a text.
    names = [f"[{column}]" for column in columns]
    source = f"FROM [{table}]"
    try:
        with closing(_open(copy)) as connection:
            encoding = connection.execute("PRAGMA encoding").fetchone()
            check = connection.execute("PRAGMA quick_check(1)").fetchone()
            # The check passes over rows whose record is malformed or too large: touch every byte.
            sizes = ", ".join(f"sum(length(CAST({name} AS BLOB)))" for name in names)
            connection.execute(f"SELECT {sizes} {source}").fetchone()
    except _FAULTS:
        return None
    # SQLite would turn UTF-16 into UTF-8 and lose lone surrogates; the salvage reader does not.
    sound = (
        encoding == (b"UTF-8",) and check == (b"ok",) and not DatabaseFile(copy).has_wiped_page()
    )
    return f"SELECT {', '.join(names)} {source}" if sound else None


def _open(copy: Path) -> sqlite3.Connection:
    journal = copy.with_name(copy.name + "-journal")
    if journal.exists():
        _roll_back(copy, journal)
    # Read-only, since the last writer to close would merge the log into the file and delete it.
    connection = sqlite3.connect(f"{copy.absolute().as_uri()}?mode=ro", uri=True)
    connection.text_factory = bytes
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE)
    for pragma in ("trusted_schema=OFF", "ignore_check_constraints=ON", "cell_size_check=ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _roll_back(copy: Path, journal: Path) -> None:
    """Let SQLite undo the unfinished transaction of a journal in the copy."""
    content = journal.read_bytes()
    if content.endswith(_SUPER_JOURNAL):
        # A transaction over several files names a further journal, which SQLite would read and
        # delete, wherever it lies. Without the name the transaction counts as unfinished.
        length = int.from_bytes(content[-16:-12], "big")
        journal.write_bytes(content[: max(len(content) - 20 - length, 0)])
    with (
        suppress(*_FAULTS),
        closing(sqlite3.connect(f"{copy.absolute().as_uri()}?mode=rw", uri=True)) as connection,
    ):
        connection.execute("SELECT count(*) FROM sqlite_master")
    journal.unlink(missing_ok=True)
