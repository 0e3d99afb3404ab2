"""Ids for new rows, drawn as the table would draw them itself: from the sequence of a serial or
identity column, else from the column's default.

They are drawn before the rows are written, since what refers to a row, and the bookkeeping, must
know its id. What is drawn and not used is a gap, as a transaction that is rolled back leaves one.
"""

from typing import Any

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
_DRAW = sql.SQL("SELECT ({})::{}::text FROM generate_series(1, {})")


class IdSource:
    """Of one table's id column."""

    def __init__(self, table: Table, column: Column) -> None:
        self._table = table
        self._column = column
        self._expression: sql.Composable | None = None

    def draw(self, cursor: Cursor, number: int) -> list[str]:
        """So many new ids, as texts, by one statement.

        Raises PlanDoesNotFit for a column that nothing fills by itself, and psycopg.Error.
        """
        if not number:
            return []
        if self._expression is None:
            self._expression = self._find_expression(cursor)
        # No parameters, so that no % in the default is taken for one.
        kind = sql.SQL(self._column.declared)  # which refuses a number that it cannot hold
        rows = cursor.execute(_DRAW.format(self._expression, kind, sql.Literal(number)))
        return [text for (text,) in rows.fetchall()]

    def _find_expression(self, cursor: Cursor) -> sql.Composable:
        name = adapters.table_name(self._table).as_string(cursor)
        sequence, default = cursor.execute(_HOW, [name, name, self._column.name]).fetchone() or (
            None,
            None,
        )
        if sequence is not None and (default is None or default.startswith("nextval(")):
            return sql.SQL("nextval({}::regclass)").format(sql.Literal(sequence))
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
        return sql.SQL(default)
