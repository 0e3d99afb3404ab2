"""Rows of one table of a damaged SQLite file: all that are complete, and how many are not.

Every page is looked at, not only those that the table's root still leads to. A page below a lost
interior page counts as the table's if nothing else claims it, the file proves that it is no
deleted one (free list or pointer map), and its rows fit the table's layout and lie between the
keys of the lost page's neighbours. A row is given only if all its bytes are where the format has
them. Where the schema is lost, a table is the one root whose rows fit the browser's own statement.

What is lost is counted exactly where an index of the table is intact (it has one entry for each
row) or the damaged pages still say how many rows they held; otherwise the count is None. Bytes
changed inside a text leave no trace in a SQLite file: no reader can see them.
"""

import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import NamedTuple

from desktop_migrator.browsers.budget import MAX_VALUE
from desktop_migrator.browsers.large_value import LargeValue
from desktop_migrator.browsers.sqlite.pages import (
    INDEX_INTERIOR,
    INDEX_LEAF,
    TABLE_INTERIOR,
    TABLE_LEAF,
    DatabaseFile,
    Page,
    SqliteValue,
    decode_record,
)
from desktop_migrator.browsers.sqlite.wal import Check, no_check
from desktop_migrator.errors import StoreUnreadable
from desktop_migrator.messages import Message, plural

LossCallback = Callable[[Message, int | None], None]
"""Takes a sentence for a person and how many rows are missing, None if that cannot be known."""

_MAX_DEPTH = 20  # SQLite's own bound on the height of a b-tree
_MAX_SCHEMA_SQL = 100_000
_SCHEMA_SQL = "CREATE TABLE schema(type TEXT, name TEXT, tbl_name TEXT, rootpage INT, sql TEXT)"


def salvage_columns(
    copy: Path, table: str, create_tables: Sequence[str] = (), check: Check = no_check
) -> list[str]:
    """The table's stored columns, read from a damaged file; empty if there is no such table.

    Where the schema is lost, the first of the statements that fits any rows stands in for it.
    Raises StoreUnreadable if none does, so that nobody can tell.
    """
    salvage = _TableSalvage(DatabaseFile(copy, check=check))
    for found in (salvage.find_table(table), *map(salvage.guess_table, create_tables)):
        if found:
            return list(found[1].columns)
    if salvage.schema_faults:
        raise StoreUnreadable(path=copy, reason=salvage.schema_faults[0])
    return []


def salvage_rows(
    copy: Path,
    table: str,
    columns: Sequence[str],
    on_damage: LossCallback,
    create_table: str = "",
    check: Check = no_check,
) -> Iterator[tuple[SqliteValue, ...]]:
    """Yield the complete rows of the table, then report what is damaged and missing, once.

    A value that does not lie within the first `MAX_VALUE` bytes of its row is a LargeValue.
    `create_table` is the statement that browsers make this table with: it stands in for the
    file's own schema where that is lost.
    """
    salvage = _TableSalvage(DatabaseFile(copy, check=check))
    found = salvage.find_table(table) or salvage.guess_table(create_table)
    if (
        found
        and not set(columns) <= set(found[1].columns)
        and (known := _parse_layout(create_table))
    ):
        found = found[0], known  # the names of the columns are damaged
    if not found or not set(columns) <= set(found[1].columns):
        on_damage(Message("the part of the file that says where its tables lie is damaged"), None)
        return
    root, layout = found
    indexes = [layout.columns.index(column) for column in columns]
    tree, given = _BtreeScan(layout, layout.by_key), 0
    for row in salvage.rows(root, tree):
        given += 1
        yield tuple(row[index] for index in indexes)
    faults = [*salvage.schema_faults, *tree.faults]
    count = len(salvage.schema_faults) + tree.fault_count
    expected = salvage.count_by_index(table)
    lost = tree.lost_rows if expected is None or expected < given else expected - given
    if faults or lost:
        on_damage(_damage_message(table, faults, count), lost)


def _damage_message(table: str, faults: Sequence[Message], count: int) -> Message:
    if not faults:
        return Message("table {table} is damaged", table=table)
    return plural(
        "table {table} is damaged in {count} place, first: {fault}",
        "table {table} is damaged in {count} places, first: {fault}",
        count=count,
        table=table,
        fault=faults[0],
    )


# ---- the schema ---------------------------------------------------------------------------------


class _SchemaEntry(NamedTuple):
    kind: str
    name: str
    table: str
    sql: str
    root: int


@dataclass(frozen=True, slots=True)
class _TableLayout:
    """How a table's rows lie in its records."""

    columns: tuple[str, ...]
    """As declared, but for generated ones, which are not stored always."""
    order: tuple[int, ...]
    """For each value of a record, its column."""
    integer: frozenset[int]
    text: frozenset[int]
    required: frozenset[int]
    defaults: tuple[SqliteValue, ...]
    """What a record ends before, since the column was added later."""
    rowid_column: int | None
    """The column that is another name for the rowid."""
    by_key: bool
    """WITHOUT ROWID: the rows lie in an index b-tree."""

    def row(self, rowid: int | None, record: list[SqliteValue] | None) -> list[SqliteValue] | None:
        """The record's values by column; None if this table cannot hold such a record."""
        if record is None or len(record) > len(self.order):
            return None
        row = list(self.defaults)
        for column, value in zip(self.order, record, strict=False):
            row[column] = value
        if self.rowid_column is not None:
            if row[self.rowid_column] is not None:
                return None  # SQLite writes NULL there
            row[self.rowid_column] = rowid
        for column, value in enumerate(row):
            if value is None:
                if column in self.required:
                    return None
            elif (column in self.integer and isinstance(value, bytes | LargeValue)) or (
                column in self.text and not isinstance(value, bytes | LargeValue)
            ):
                return None
        return row


def _parse_layout(sql: str) -> _TableLayout | None:
    """Let SQLite parse a CREATE TABLE statement of unknown origin, in an empty database."""
    if len(sql) > _MAX_SCHEMA_SQL:
        return None
    with closing(sqlite3.connect(":memory:")) as connection:
        forbidden = {
            sqlite3.SQLITE_SELECT,
            sqlite3.SQLITE_ATTACH,
            sqlite3.SQLITE_PRAGMA,
            sqlite3.SQLITE_FUNCTION,
            sqlite3.SQLITE_CREATE_VTABLE,
        }
        connection.set_authorizer(
            lambda action, *_: sqlite3.SQLITE_DENY if action in forbidden else sqlite3.SQLITE_OK
        )
        try:
            connection.execute(sql)
        except (sqlite3.Error, sqlite3.Warning, ValueError):
            return None
        connection.set_authorizer(None)
        made = connection.execute(
            "SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
            " AND name NOT LIKE 'sqlite@_%' ESCAPE '@'"
        ).fetchone()
        if not made:
            return None
        name, by_key = made
        info = connection.execute("SELECT * FROM pragma_table_xinfo(?)", (name,)).fetchall()
        key_index = connection.execute(
            "SELECT name FROM pragma_index_list(?) WHERE origin = 'pk'", (name,)
        ).fetchone()
        order = list(range(len(info)))
        if by_key:
            order = [
                column
                for (column,) in connection.execute(
                    "SELECT cid FROM pragma_index_xinfo(?)", key_index
                )
            ]
    if any(hidden for *_, hidden in info):
        return None  # no browser has generated columns
    keys = [cid for cid, _, _, _, _, key, _ in info if key]
    known = {cid: _parse_default(default) for cid, _, _, _, default, _, _ in info}
    return _TableLayout(
        columns=tuple(column[1] for column in info),
        order=tuple(order),
        integer=frozenset(c[0] for c in info if c[2].upper() in {"INTEGER", "INT"}),
        text=frozenset(c[0] for c in info if re.search("CHAR|TEXT", c[2].upper())),
        required=frozenset(
            c[0] for c in info if c[3] or (c[4] is not None and known[c[0]] is None)
        ),
        defaults=tuple(known.values()),
        rowid_column=keys[0] if len(keys) == 1 and not key_index else None,
        by_key=bool(by_key),
    )


def _parse_default(sql: str | None) -> SqliteValue:
    return int(sql) if sql and re.fullmatch(r"[+-]?\d{1,18}", sql) else None


# ---- the pages ----------------------------------------------------------------------------------


@dataclass(slots=True)
class _BtreeScan:
    """What came up in one b-tree."""

    layout: _TableLayout | None
    by_key: bool
    entries: int = 0
    faults: list[Message] = field(default_factory=list)
    """The first one: of a hostile file there are as many as it has bytes."""
    fault_count: int = 0
    missing_ranges: list[tuple[float, float]] = field(default_factory=list)
    """Rowids (above, up to) of subtrees that nothing leads to any more."""
    lost_rows: int | None = 0

    def add_fault(self, what: Message, lost: int | None) -> None:
        self.fault_count += 1
        if not self.faults:
            self.faults.append(what)
        self.lost_rows = None if self.lost_rows is None or lost is None else self.lost_rows + lost

    @property
    def kinds(self) -> set[int]:
        return {INDEX_LEAF, INDEX_INTERIOR} if self.by_key else {TABLE_LEAF, TABLE_INTERIOR}


class _TableSalvage:
    """The file's b-trees, and which pages they take."""

    def __init__(self, file: DatabaseFile) -> None:
        self._file = file
        self._used_pages, self._free_list_whole = file.free_pages()
        tree = _BtreeScan(_parse_layout(_SCHEMA_SQL), by_key=False)
        self._schema = [
            _SchemaEntry(_text(kind), _text(name), _text(table), _text(sql), root)
            for kind, name, table, root, sql in self._rows(1, tree)
            if isinstance(root, int) and root
        ]
        self.schema_faults = [Message("the schema: {fault}", fault=fault) for fault in tree.faults]

    def find_table(self, table: str) -> tuple[int, _TableLayout] | None:
        """The table's root page and layout, by the file's own schema."""
        for entry in self._schema:
            if (
                entry.kind == "table"
                and entry.name == table
                and (layout := _parse_layout(entry.sql))
            ):
                return entry.root, layout
        return None

    def guess_table(self, create_table: str) -> tuple[int, _TableLayout] | None:
        """The one root whose rows fit the statement, where the schema is lost."""
        layout = _parse_layout(create_table)
        if not layout or not self.schema_faults:
            return None
        for roots in (self._mapped_roots, self._unreferenced_roots):
            fitting = [root for root in roots() if self._root_fits_layout(layout, root)]
            if len(fitting) == 1:
                return fitting[0], layout
        return None

    def _mapped_roots(self) -> Iterator[int]:
        """The roots that the pointer map lists, if the file has one."""
        known = {entry.root for entry in self._schema} | self._used_pages
        for number in range(3, self._file.page_count + 1):
            if self._file.pointer_map_entry(number) == (1, 0) and number not in known:
                yield number

    def _unreferenced_roots(self) -> Iterator[int]:
        """The pages of b-trees to which no other page leads."""
        pages: list[int] = []
        known: set[int | None] = {entry.root for entry in self._schema}
        for number in range(2, self._file.page_count + 1):
            page = None if number in self._used_pages else self._file.btree_page(number)
            if page:
                pages.append(number)
                known |= {page.right_child, *(cell.left_child for cell in page.cells if cell)}
        yield from (number for number in pages if number not in known)

    def _root_fits_layout(self, layout: _TableLayout, root: int) -> bool:
        before, tree = set(self._used_pages), _BtreeScan(layout, layout.by_key)
        holds = 2 * sum(1 for _ in self._rows(root, tree)) > tree.entries
        self._used_pages = before
        return holds

    def rows(self, root: int, tree: _BtreeScan) -> Iterator[list[SqliteValue]]:
        """The table's rows, last those of pages that its root no longer leads to."""
        self._other_trees = {
            entry: self._claim_pages(entry) for entry in self._schema if entry.root != root
        }
        yield from self._rows(root, tree)
        if tree.missing_ranges:
            yield from self._orphan_rows(tree)

    def count_by_index(self, table: str) -> int | None:
        """How many rows the table has, by an intact index of it; after `rows`."""
        for entry, tree in self._other_trees.items():
            partial = re.search(r"\bwhere\b", entry.sql, re.IGNORECASE)
            if entry.kind == "index" and entry.table == table and not partial and not tree.faults:
                return tree.entries
        return None

    def _claim_pages(self, entry: _SchemaEntry) -> _BtreeScan:
        self._file.check()
        is_table = entry.kind == "table"
        by_key = re.search(r"without\s+rowid", entry.sql, re.IGNORECASE) or not is_table
        tree = _BtreeScan(_parse_layout(entry.sql) if is_table else None, bool(by_key))
        for page, *_ in self._pages(entry.root, tree):
            for cell in page.cells:
                if cell and (page.is_leaf or page.kind == INDEX_INTERIOR):
                    tree.entries += 1
                    self._file.payload(cell, self._used_pages, 0)
        return tree

    def _pages(
        self, number: int, tree: _BtreeScan, above: float = -inf, up_to: float = inf, depth: int = 0
    ) -> Iterator[tuple[Page, float, float]]:
        """The pages of a b-tree from its root on, each with the rowids that it may hold."""
        page = None
        if number not in self._used_pages and depth < _MAX_DEPTH:
            page = self._file.btree_page(number)
        if not page or page.kind not in tree.kinds or not _rowids_in_range(page, above, up_to):
            tree.add_fault(Message("page {number} is damaged or missing", number=number), None)
            tree.missing_ranges.append((above, up_to))
            return
        self._used_pages.add(number)
        if not page.intact:
            tree.add_fault(
                Message("page {number} is damaged", number=number),
                page.lost_cells if page.is_leaf else None,
            )
        yield page, above, up_to
        if page.right_child is None:
            return
        low, skipped = above, False
        for child, rowid in [
            *((cell.left_child, cell.rowid) if cell else (None, None) for cell in page.cells),
            (page.right_child, None),
        ]:
            if child is None:
                skipped = True
                continue
            high = up_to if rowid is None else rowid
            if skipped:
                tree.missing_ranges.append((low, high))
            yield from self._pages(child, tree, low, high, depth + 1)
            low, skipped = high, False

    def _rows(self, root: int, tree: _BtreeScan) -> Iterator[list[SqliteValue]]:
        for page, above, up_to in self._pages(root, tree):
            if page.is_leaf or page.kind == INDEX_INTERIOR:
                yield from self._page_rows(page, tree, self._used_pages, (above, up_to))

    def _page_rows(
        self,
        page: Page,
        tree: _BtreeScan,
        used: set[int],
        rowids: tuple[float, float] = (-inf, inf),
    ) -> Iterator[list[SqliteValue]]:
        if not (layout := tree.layout):
            return
        cells = [cell for cell in page.cells if cell]
        above, up_to = rowids
        row_order = [above, *(cell.rowid or 0 for cell in cells), up_to + 1]
        for place, cell in enumerate(cells):
            tree.entries += 1
            ordered = (
                page.kind != TABLE_LEAF
                or row_order[place] < row_order[place + 1] < row_order[place + 2]
            )
            payload = self._file.payload(cell, used, MAX_VALUE)
            record = (
                None
                if payload is None
                else decode_record(payload, self._file.encoding, cell.payload_size)
            )
            row = layout.row(cell.rowid, record)
            if row is None or not (ordered or layout.rowid_column is None):
                tree.add_fault(Message("a row is damaged"), 1)
            else:
                yield row

    def _orphan_rows(self, tree: _BtreeScan) -> Iterator[list[SqliteValue]]:
        kinds = tree.kinds - {TABLE_INTERIOR}
        rivals = [
            other.layout
            for other in self._other_trees.values()
            if other.missing_ranges and other.kinds == tree.kinds
        ]
        for number in range(2, self._file.page_count + 1):
            page = None if number in self._used_pages else self._file.btree_page(number)
            if not page or page.kind not in kinds or not self._is_live(number):
                continue
            if not any(
                _rowids_in_range(page, above, up_to, wholly=True)
                for above, up_to in tree.missing_ranges
            ):
                continue
            trial, used = _BtreeScan(tree.layout, tree.by_key), {number}
            rows = list(self._page_rows(page, trial, used))
            claimed = any(layout is None or _rows_fit(layout, rows) for layout in rivals)
            if trial.faults or claimed or not used.isdisjoint(self._used_pages):
                continue
            self._used_pages |= used
            tree.entries += trial.entries
            if not page.intact:
                tree.add_fault(Message("page {number} is damaged", number=number), page.lost_cells)
            yield from rows

    def _is_live(self, number: int) -> bool:
        """Whether the file proves that this page is in use."""
        if self._file.auto_vacuum or not self._file.btree_page(1):
            pointer = self._file.pointer_map_entry(number)
            return pointer is not None and pointer[0] == 5
        return self._free_list_whole


def _rowids_in_range(page: Page, above: float, up_to: float, *, wholly: bool = False) -> bool:
    """Whether the rows of a page (or at least half of them) have rowids of this range."""
    rowids = [cell.rowid for cell in page.cells if cell and cell.rowid is not None]
    inside = sum(above < rowid <= up_to for rowid in rowids)
    return inside == len(rowids) if wholly else inside * 2 >= len(rowids)


def _rows_fit(layout: _TableLayout, rows: list[list[SqliteValue]]) -> bool:
    return all(layout.row(0, row) is not None for row in rows)


def _text(value: SqliteValue) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""
