"""Ids for new rows, drawn as the table would draw them itself: from the sequence of a serial or
identity column, else from the column's default.

They are drawn before the rows are written, since what refers to a row, and the bookkeeping, must
know its id. What is drawn and not used is a gap, as a transaction that is rolled back leaves one.
"""

from collections.abc import Collection
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

from desktop_migrator.errors import PlanDoesNotFit
from desktop_migrator.messages import Message
from desktop_migrator.model import Column, Table
from desktop_migrator.postgres.types import adapters

Cursor = psycopg.Cursor[tuple[Any, ...]]

_HOW = """
SELECT pg_catalog.pg_get_serial_sequence(%s, a.attname::text),
       coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid), t.typdefault)
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = %s::regclass AND a.attname = %s AND NOT a.attisdropped
"""
_SEQUENCE = """
SELECT pg_catalog.pg_sequence_last_value(seqrelid), seqincrement, seqcycle
FROM pg_catalog.pg_sequence WHERE seqrelid = %s::regclass
"""
_DRAW = sql.SQL("SELECT ({})::{}::text FROM generate_series(1, {})")


class _Default(NamedTuple):
    """What fills the column by itself."""

    expression: sql.Composable
    sequence: str | None
    """The one that is all of it, quoted."""
    may_repeat: bool
    """Whether ids may come again that were drawn before, so that nobody knows which."""


class IdSource:
    """Of one table's id column."""

    def __init__(self, table: Table, column: Column) -> None:
        self._table = table
        self._column = column
        self._default: _Default | None = None

    def draw(self, cursor: Cursor, number: int) -> list[str]:
        """So many new ids, as texts, by one statement.

        Raises PlanDoesNotFit for a column that nothing fills by itself, and psycopg.Error.
        """
        if not number:
            return []
        # No parameters, so that no % in the default is taken for one.
        kind = sql.SQL(self._column.declared)  # which refuses a number that it cannot hold
        expression = self._find_default(cursor).expression
        rows = cursor.execute(_DRAW.format(expression, kind, sql.Literal(number)))
        return [text for (text,) in rows.fetchall()]

    def spent(self, cursor: Cursor, ids: Collection[str]) -> set[str]:
        """Those of the ids, drawn once, that will not be drawn again: nothing ever clashes with a
        row that has one of them.

        The others are those of a sequence that counts from its beginning again. Raises as `draw`.
        """
        default = self._find_default(cursor) if ids else None
        if default is None or default.may_repeat:
            return set()
        if default.sequence is None:
            return set(ids)
        row = cursor.execute(_SEQUENCE, [default.sequence]).fetchone()
        last, step, cycles = row or (None, 1, True)
        if last is None or cycles:
            return set()
        return {each for each in ids if (int(each) <= last if step > 0 else int(each) >= last)}

    def _find_default(self, cursor: Cursor) -> _Default:
        if self._default is None:
            self._default = self._read_default(cursor)
        return self._default

    def _read_default(self, cursor: Cursor) -> _Default:
        name = adapters.table_name(self._table).as_string(cursor)
        sequence, default = cursor.execute(_HOW, [name, name, self._column.name]).fetchone() or (
            None,
            None,
        )
        if sequence is not None and (default is None or default.startswith("nextval(")):
            expression = sql.SQL("nextval({}::regclass)").format(sql.Literal(sequence))
            return _Default(expression, sequence, may_repeat=False)
        if default is None:
            raise PlanDoesNotFit(
                reason=Message(
                    "Nothing draws ids for the column {table}.{column}.",
                    table=self._table.name,
                    column=self._column.name,
                ),
                remedy=Message(
                    "Give the column a sequence or a default, or let the plan make the ids."
                ),
            )
        return _Default(sql.SQL(default), None, may_repeat="nextval(" in default)
