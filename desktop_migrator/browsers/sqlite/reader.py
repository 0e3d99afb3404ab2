"""Rows of one table of a private copy of a browser's SQLite file.

The copy stands with its `-wal` or `-journal` beside it, and SQLite itself brings both in. What
SQLite finds faulty is read by salvage.py instead.

Files come from elsewhere: nothing that a schema could smuggle in is run. Views, triggers and
virtual tables are not looked at, tables with computed columns refused, and an authorizer lets
through no functions but our own two; so no expression of the file's is ever worked out. A schema
larger than any browser's is refused before SQLite reads it, a value over `MAX_VALUE` comes
as a LargeValue, and the store's `Budget` ends what takes too long, within SQLite too.
"""

import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from desktop_migrator.browsers.budget import MAX_VALUE, Budget
from desktop_migrator.browsers.encoding import UndecodableError, undecodable_reason
from desktop_migrator.browsers.large_value import LargeValue
from desktop_migrator.browsers.sqlite.pages import DatabaseFile
from desktop_migrator.browsers.sqlite.salvage import (
    LossCallback,
    salvage_columns,
    salvage_rows,
)
from desktop_migrator.browsers.sqlite.wal import (
    Log,
    indexed_frame_count,
    open_wal,
    read_wal,
    repair_wal,
    wal_file,
)
from desktop_migrator.errors import StoreUnreadable, UnknownStorageFormat
from desktop_migrator.messages import Message

Decoded = TypeVar("Decoded")

_DAMAGE_ERRORS = (sqlite3.Error, UnicodeDecodeError)
"""What a damaged file raises; the second where an error message quotes damaged bytes."""

_TICK = 20_000
"""Steps of SQLite's machine between two looks at the budget: a few milliseconds."""
_MAX_SCHEMA_ENTRIES = 500
_MAX_SCHEMA_BYTES = 2**20
_FUNCTIONS = {"typeof", "count"}
"""Those of this module's own statements."""
_PRAGMAS = {"encoding", "quick_check", "user_version", "table_xinfo", "schema_version"}
_JOURNAL_SLACK = 2**20

_SUPER_JOURNAL = bytes.fromhex("d9d505f920a163d7")


class SqliteFile:
    """A private copy, opened once for all that is to be read of it; to be closed.

    What is damaged is told: of the write-ahead log to `on_damage`, of a table where it is read.
    """

    def __init__(self, copy: Path, on_damage: LossCallback, budget: Budget | None = None) -> None:
        """Without `budget` a usual one. Raises StoreUnreadable, UnknownStorageFormat."""
        self._budget = budget or Budget.for_copy(copy)
        log = open_wal(copy)
        if len(log) and not copy.stat().st_size:
            copy = _with_repaired_wal(copy, log, on_damage, self._budget)  # SQLite deletes the log
        self._copy = copy
        self._connection = _open(copy, self._budget)
        try:
            if len(log) and read_wal(log, self._valid_frames, self._budget.check).damaged:
                self.close()
                self._copy = _with_repaired_wal(copy, log, on_damage, self._budget)
                self._connection = _open(self._copy, self._budget)
                del self._valid_frames
            self._refuse_large_schema()
        except BaseException:
            self.close()
            raise

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
        try:
            if not self._connection.execute(real, (table,)).fetchone():
                return []
            columns = self._connection.execute(f"PRAGMA table_xinfo([{table}])").fetchall()
        except _DAMAGE_ERRORS:
            self._budget.check()
            return salvage_columns(self._copy, table, create_tables, self._budget.check)
        if any(hidden for *_, hidden in columns):
            raise self._not_a_browsers(Message("a table has computed columns"))
        return [name.decode(errors="replace") for _, name, *_ in columns]

    def has_text_values(self, table: str, column: str) -> bool:
        """Whether any value of the column is TEXT; False too where damage hides it."""
        query = f"SELECT 1 FROM [{table}] WHERE typeof([{column}]) = 'text' LIMIT 1"  # noqa: S608 - our own names
        try:
            return self._connection.execute(query).fetchone() is not None
        except _DAMAGE_ERRORS:
            self._budget.check()
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
        UTF-8, but for what is too large: LargeValue. `create_table` is as for `salvage_rows`.
        """
        # In brackets, since SQLite takes an unknown name in quotes for a text.
        select = f"SELECT {', '.join(f'[{column}]' for column in columns)} FROM [{table}]"  # noqa: S608 - our own names
        given = 0
        if self._is_intact and self.table_columns(table):
            try:
                for row in self._connection.execute(select):
                    yield row
                    given += 1
            except _DAMAGE_ERRORS:  # a malformed row, which SQLite's check passes over
                self._budget.check()
            else:
                return
        known = Counter(map(hash, self._first_rows(select, given)))
        check = self._budget.check
        for row in salvage_rows(self._copy, table, columns, on_damage, create_table, check):
            if known[hash(row)]:
                known[hash(row)] -= 1
            else:
                yield row

    def _first_rows(self, select: str, count: int) -> Iterator[tuple[Any, ...]]:
        return islice(self._connection.execute(select), count) if count else iter(())

    @cached_property
    def _is_intact(self) -> bool:
        """Whether SQLite finds no fault with the file's structure."""
        file = DatabaseFile(self._copy, self._valid_frames, self._budget.check)
        if file.lacks_pages:
            return False  # and SQLite would go through them all
        virtual = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND rootpage = 0"
        try:
            if self._connection.execute(virtual).fetchone():
                return False  # SQLite's check would have them check themselves
            encoding = self._connection.execute("PRAGMA encoding").fetchone()
            check = self._connection.execute("PRAGMA quick_check(1)").fetchone()
        except _DAMAGE_ERRORS:
            self._budget.check()
            return False
        # SQLite would turn UTF-16 into UTF-8 and lose lone surrogates; the salvage does not.
        return encoding == (b"UTF-8",) and check == (b"ok",) and not file.has_zeroed_page()

    @cached_property
    def _valid_frames(self) -> int:
        """Frames of the write-ahead log whose checksums SQLite has found right."""
        with suppress(*_DAMAGE_ERRORS):
            # Looks at the log, and not yet at the schema.
            self._connection.execute("PRAGMA schema_version").fetchone()
        return indexed_frame_count(self._copy)

    def _refuse_large_schema(self) -> None:
        """Raises UnknownStorageFormat where SQLite would have more to keep than a browser's."""
        file = DatabaseFile(self._copy, self._valid_frames, self._budget.check)
        entries, size, pages, seen = 0, 0, [1], set[int]()
        while pages:
            number = pages.pop()
            page = None if number in seen else file.btree_page(number)
            seen.add(number)
            for cell in page.cells if page else ():
                if cell is not None and cell.left_child is not None:
                    pages.append(cell.left_child)
                elif cell is not None:
                    entries, size = entries + 1, size + cell.payload_size
            if page and page.right_child is not None:
                pages.append(page.right_child)
            if max(entries, len(seen)) > _MAX_SCHEMA_ENTRIES or size > _MAX_SCHEMA_BYTES:
                raise self._not_a_browsers(Message("its list of tables is too large"))

    def _not_a_browsers(self, what: Message) -> UnknownStorageFormat:
        reason = Message("{what}, as no browser makes it", what=what)
        return UnknownStorageFormat(path=self._copy.name, reason=reason)


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
        if isinstance(value, LargeValue):
            raise UndecodableError(Message("a text is too large"))
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


def _open(copy: Path, budget: Budget) -> sqlite3.Connection:
    journal = copy.with_name(copy.name + "-journal")
    if journal.exists():
        _roll_back_journal(copy, journal, budget)
    # Read-only, since the last writer to close would merge the log into the file and delete it.
    connection = sqlite3.connect(f"{copy.absolute().as_uri()}?mode=ro", uri=True)
    connection.text_factory = bytes
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE)
    for pragma in ("trusted_schema=OFF", "ignore_check_constraints=ON", "cell_size_check=ON"):
        connection.execute(f"PRAGMA {pragma}")
    connection.set_authorizer(_authorize)
    connection.set_progress_handler(budget.tick, _TICK)
    return connection


def _authorize(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    """Lets through what this module asks, and nothing that a schema asks."""
    if action in {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ}:
        return sqlite3.SQLITE_OK
    allowed = (action == sqlite3.SQLITE_FUNCTION and second in _FUNCTIONS) or (
        action == sqlite3.SQLITE_PRAGMA and first in _PRAGMAS
    )
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def _with_repaired_wal(copy: Path, log: Log, on_damage: LossCallback, budget: Budget) -> Path:
    """A second copy, whose log SQLite reads to its end; so the first can be read once more."""
    folder = copy.parent / "repaired"
    folder.mkdir(exist_ok=True)
    repaired = folder / copy.name
    # A file of no length would have its log deleted: page 1 lies in there.
    shutil.copyfile(copy, repaired)
    if not repaired.stat().st_size:
        repaired.write_bytes(bytes(512))
    with wal_file(repaired).open("wb") as file:
        repair = repair_wal(log, file, budget.check)
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
    return repaired


def _roll_back_journal(copy: Path, journal: Path, budget: Budget) -> None:
    """Let SQLite undo the unfinished transaction of a journal in the copy."""
    size = journal.stat().st_size
    with journal.open("r+b") as file:
        file.seek(max(size - 16, 0))
        end = file.read(16)
        if end.endswith(_SUPER_JOURNAL):
            # A transaction over several files names a further journal, which SQLite would read and
            # delete, wherever it lies. Without the name the transaction counts as unfinished.
            file.truncate(max(size - 20 - int.from_bytes(end[:4], "big"), 0))
    most = copy.stat().st_size + size + _JOURNAL_SLACK
    with (
        suppress(*_DAMAGE_ERRORS),
        closing(sqlite3.connect(f"{copy.absolute().as_uri()}?mode=rw", uri=True)) as connection,
    ):
        connection.set_progress_handler(budget.tick, _TICK)
        connection.execute("PRAGMA schema_version").fetchone()
    journal.unlink(missing_ok=True)
    if copy.stat().st_size > most:  # a length that the journal alone claims
        reason = Message("its journal claims more than it holds")
        raise StoreUnreadable(path=copy.name, reason=reason)
