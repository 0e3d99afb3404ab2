"""Rows of one table of a private copy of a browser's SQLite file.

The copy stands with its `-wal` or `-journal` beside it, and SQLite itself brings both in. Files
come from elsewhere: nothing that a schema could smuggle in is run (views, triggers, virtual
tables, CHECK expressions, functions, extensions), and a value over 64 MiB counts as damage. What
SQLite finds faulty is read by salvage.py instead.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from desktop_migrator.browsers.encoding import UndecodableError, undecodable_reason
from desktop_migrator.browsers.sqlite.pages import DatabaseFile
from desktop_migrator.browsers.sqlite.salvage import (
    MAX_VALUE,
    LossCallback,
    salvage_columns,
    salvage_rows,
)
from desktop_migrator.browsers.sqlite.wal import indexed_frame_count, read_wal, repair_wal, wal_file
from desktop_migrator.messages import Message

Decoded = TypeVar("Decoded")

_DAMAGE_ERRORS = (sqlite3.Error, UnicodeDecodeError)
"""What a damaged file raises; the second where an error message quotes damaged bytes."""

_SUPER_JOURNAL = bytes.fromhex("d9d505f920a163d7")


class SqliteFile:
    """A private copy, opened once for all that is to be read of it; to be closed.

    What is damaged is told: of the write-ahead log to `on_damage`, of a table where it is read.
    """

    def __init__(self, copy: Path, on_damage: LossCallback) -> None:
        log = wal_file(copy)
        content = log.read_bytes() if log.exists() else b""
        if content and not copy.stat().st_size:
            copy = _with_repaired_wal(copy, content, on_damage)  # SQLite would delete the log
        self._copy = copy
        self._connection = _open(copy)
        if content and read_wal(content, self._valid_frames).damaged:
            self.close()
            self._copy = _with_repaired_wal(copy, content, on_damage)
            self._connection = _open(self._copy)
            del self._valid_frames

    def close(self) -> None:
        self._connection.close()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was ever written to the file."""
        return not self._copy.stat().st_size

    def has_table(self, table: str) -> bool:
        """Whether the file holds a real table (no view, no virtual table) of that name."""
        return bool(self.table_columns(table))

    def table_columns(self, table: str, *create_tables: str) -> list[str]:
        """The table's stored columns in declared order; empty if there is no such table.

        `create_tables` are as for `salvage_columns`. Raises StoreUnreadable where damage makes it
        impossible to tell.
        """
        real = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ? AND rootpage > 0"
        names = "SELECT name FROM pragma_table_info(?)"
        try:
            if not self._connection.execute(real, (table,)).fetchone():
                return []
            columns = self._connection.execute(names, (table,))
            return [name.decode(errors="replace") for (name,) in columns]
        except _DAMAGE_ERRORS:
            return salvage_columns(self._copy, table, create_tables)

    def has_text_values(self, table: str, column: str) -> bool:
        """Whether any value of the column is TEXT; False too where damage hides it."""
        query = f"SELECT 1 FROM [{table}] WHERE typeof([{column}]) = 'text' LIMIT 1"  # noqa: S608 - our own names
        try:
            return self._connection.execute(query).fetchone() is not None
        except _DAMAGE_ERRORS:
            return False

    @property
    def user_version(self) -> int | None:
        """The number by which a program marks its schema; None where damage hides it."""
        try:
            (version,) = self._connection.execute("PRAGMA user_version").fetchone()
            return int(version)
        except _DAMAGE_ERRORS:
            return None

    def rows(
        self, table: str, columns: Sequence[str], on_damage: LossCallback, create_table: str = ""
    ) -> Iterator[tuple[Any, ...]]:
        """Yield the table's rows lazily, the columns in the order asked for.

        INTEGER, REAL and NULL come as int, float and None; TEXT and BLOB both as bytes, TEXT in
        UTF-8. `create_table` is as for `salvage_rows`.
        """
        # In brackets, since SQLite takes an unknown name in quotes for a text.
        select = f"SELECT {', '.join(f'[{column}]' for column in columns)} FROM [{table}]"  # noqa: S608 - our own names
        given = 0
        if self._is_intact:
            try:
                for row in self._connection.execute(select):
                    yield row
                    given += 1
            except _DAMAGE_ERRORS:  # a malformed row, which SQLite's check passes over
                pass
            else:
                return
        known = Counter(map(hash, self._first_rows(select, given)))
        for row in salvage_rows(self._copy, table, columns, on_damage, create_table):
            if known[hash(row)]:
                known[hash(row)] -= 1
            else:
                yield row

    def _first_rows(self, select: str, count: int) -> Iterator[tuple[Any, ...]]:
        return islice(self._connection.execute(select), count) if count else iter(())

    @cached_property
    def _is_intact(self) -> bool:
        """Whether SQLite finds no fault with the file's structure."""
        try:
            encoding = self._connection.execute("PRAGMA encoding").fetchone()
            check = self._connection.execute("PRAGMA quick_check(1)").fetchone()
        except _DAMAGE_ERRORS:
            return False
        # SQLite would turn UTF-16 into UTF-8 and lose lone surrogates; the salvage does not.
        return (
            encoding == (b"UTF-8",)
            and check == (b"ok",)
            and not DatabaseFile(self._copy, self._valid_frames).has_zeroed_page()
        )

    @cached_property
    def _valid_frames(self) -> int:
        """Frames of the write-ahead log whose checksums SQLite has found right."""
        with suppress(*_DAMAGE_ERRORS):
            self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        return indexed_frame_count(self._copy)


def decode_rows(
    rows: Iterable[tuple[Any, ...]],
    decode: Callable[..., Decoded],
    on_damage: LossCallback,
) -> Iterator[Decoded]:
    """Yield `decode(*row)`; rows for which it raises ValueError are told as lost, by reason."""
    lost: Counter[Message] = Counter()
    for row in rows:
        try:
            decoded = decode(*row)
        except ValueError as error:
            lost[undecodable_reason(error)] += 1
        else:
            yield decoded
    for reason, count in lost.items():
        on_damage(reason, count)


def expect_bytes(*values: object) -> None:
    """Raise ValueError unless all are TEXT or BLOB, as browsers write them."""
    for value in values:
        if not isinstance(value, bytes):
            raise UndecodableError(Message("a value is of a wrong type"))


def decode_text(text: bytes) -> str:
    """TEXT as `SqliteFile.rows` gives it, lone surrogates included; ValueError if it is none."""
    try:
        return text.decode()
    except UnicodeDecodeError:
        units = text.decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass")
        return units.decode("utf-16-le", "surrogatepass")


def encode_text(text: str) -> bytes:
    """What `decode_text` reads: for SQLite as `CAST(? AS TEXT)`, since it takes no other way in."""
    return text.encode("utf-8", "surrogatepass")


def _open(copy: Path) -> sqlite3.Connection:
    journal = copy.with_name(copy.name + "-journal")
    if journal.exists():
        _roll_back_journal(copy, journal)
    # Read-only, since the last writer to close would merge the log into the file and delete it.
    connection = sqlite3.connect(f"{copy.absolute().as_uri()}?mode=ro", uri=True)
    connection.text_factory = bytes
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE)
    for pragma in ("trusted_schema=OFF", "ignore_check_constraints=ON", "cell_size_check=ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _with_repaired_wal(copy: Path, log: bytes, on_damage: LossCallback) -> Path:
    """A second copy, whose log SQLite reads to its end; so the first can be read once more."""
    repair = repair_wal(log)
    if repair.damaged_headers:
        on_damage(Message("the write-ahead log is damaged, but what it holds could be read"), 0)
    if repair.blanked_frames:
        on_damage(
            Message("the write-ahead log is damaged; what it held is counted with its table"), 0
        )
    if repair.truncated:
        on_damage(
            Message(
                "the write-ahead log is damaged or cut; what was written after that is missing"
            ),
            None,
        )
    folder = copy.parent / "repaired"
    folder.mkdir(exist_ok=True)
    repaired = folder / copy.name
    # A file of no length would have its log deleted: page 1 lies in there.
    repaired.write_bytes(copy.read_bytes() or bytes(512))
    wal_file(repaired).write_bytes(repair.log)
    return repaired


def _roll_back_journal(copy: Path, journal: Path) -> None:
    """Let SQLite undo the unfinished transaction of a journal in the copy."""
    content = journal.read_bytes()
    if content.endswith(_SUPER_JOURNAL):
        # A transaction over several files names a further journal, which SQLite would read and
        # delete, wherever it lies. Without the name the transaction counts as unfinished.
        length = int.from_bytes(content[-16:-12], "big")
        journal.write_bytes(content[: max(len(content) - 20 - length, 0)])
    with (
        suppress(*_DAMAGE_ERRORS),
        closing(sqlite3.connect(f"{copy.absolute().as_uri()}?mode=rw", uri=True)) as connection,
    ):
        connection.execute("SELECT count(*) FROM sqlite_master")
    journal.unlink(missing_ok=True)
