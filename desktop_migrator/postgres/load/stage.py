"""Rows that fill different columns, sent through one temporary table, however many ways there are
to fill them: each way by a table of its own would be slow, and take a lock that stays until the
transaction's end."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import psycopg
from psycopg import sql

from desktop_migrator.model import Column, ColumnType, Table
from desktop_migrator.postgres.types import adapters

Cursor = psycopg.Cursor[tuple[Any, ...]]

STAGE = sql.Identifier("desktop_migrator_stage")
_FILLED = Column("desktop_migrator_filled", ColumnType.TEXT)
_UNTYPED = {ColumnType.ENUM, ColumnType.OTHER}
_DEFAULTS = """
    SELECT a.attname, pg_catalog.pg_get_expr(d.adbin, d.adrelid)
    FROM pg_catalog.pg_attribute a
    JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = %s::regclass AND NOT a.attisdropped AND a.attgenerated = ''
"""


@dataclass(frozen=True, slots=True)
class Stage:
    """A temporary table of these columns, and of a text that says which of them a row fills.

    Where all rows fill all of them there is no such text.
    """

    table: Table
    columns: tuple[Column, ...]
    """The id's first."""
    mixed: bool

    @classmethod
    def of_rows(
        cls, table: Table, columns: Sequence[Column], rows: Sequence[Sequence[Any]]
    ) -> "Stage":
        """`rows` have a value of each of the columns, UNSET where they leave it alone."""
        filled = [
            index
            for index in range(len(columns))
            if any(row[index] is not msgspec.UNSET for row in rows)
        ]
        mixed = any(row[index] is msgspec.UNSET for row in rows for index in filled)
        return cls(table, tuple(columns[index] for index in filled), mixed)

    @property
    def copied_columns(self) -> tuple[Column, ...]:
        return (*self.columns, _FILLED) if self.mixed else self.columns

    def create(self, cursor: Cursor) -> None:
        cursor.execute(
            sql.SQL(
                "CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA"
            ).format(
                STAGE,
                sql.SQL(", ").join(map(self._declaration, self.copied_columns)),
                adapters.table_name(self.table),
            )
        )

    def drop(self, cursor: Cursor) -> None:
        cursor.execute(sql.SQL("DROP TABLE {}").format(STAGE))

    def staged_rows(
        self, columns: Sequence[Column], rows: Sequence[Sequence[Any]]
    ) -> Iterator[Sequence[Any]]:
        """The rows as they are copied in."""
        positions = [index for index, column in enumerate(columns) if column in self.columns]
        for row in rows:
            values = [row[index] for index in positions]
            if not self.mixed:
                yield values
                continue
            marks = "".join("0" if value is msgspec.UNSET else "1" for value in values)
            yield [*(None if value is msgspec.UNSET else value for value in values), marks]

    def assignments(self) -> sql.Composed:
        """For `UPDATE … AS target … FROM stage`: what is not filled stays as it is."""
        return sql.SQL(", ").join(
            sql.SQL("{} = {}").format(
                adapters.escaped_identifier(column.name),
                self._value(index, column, sql.SQL("target.{}")),
            )
            for index, column in enumerate(self.columns)
            if index
        )

    def insertion(self, cursor: Cursor) -> sql.Composed | None:
        """A statement that inserts the rows, their other columns as the table has them by default.

        None where a default is an identity's or a domain's, which no statement can name.
        """
        quoted = adapters.table_name(self.table).as_string(cursor)
        defaults: dict[str, str] = dict(cursor.execute(_DEFAULTS, [quoted]).fetchall())
        if self.mixed and any(
            column.has_default and column.name not in defaults for column in self.columns
        ):
            return None
        # Without parameters, so that no % of a default is taken for one.
        values: list[sql.Composable] = [
            self._value(index, column, sql.SQL(defaults.get(column.name, "NULL")), escaped=False)
            for index, column in enumerate(self.columns)
        ]
        return sql.SQL(
            "INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM {} AS stage"
        ).format(
            adapters.table_name(self.table),
            adapters.column_names(self.columns),
            sql.SQL(", ").join(values),
            STAGE,
        )

    def _declaration(self, column: Column) -> sql.Composed:
        if column is _FILLED:
            return sql.SQL("NULL::text AS {}").format(sql.Identifier(column.name))
        if self.mixed and not column.nullable and column.type not in _UNTYPED:
            # It may be a domain, which would refuse what is not filled.
            return sql.SQL("NULL::{} AS {}").format(
                sql.SQL(column.declared), sql.Identifier(column.name)
            )
        return sql.SQL("{}").format(sql.Identifier(column.name))

    def _value(
        self, index: int, column: Column, otherwise: sql.SQL, *, escaped: bool = True
    ) -> sql.Composed:
        identifier = adapters.escaped_identifier if escaped else sql.Identifier
        name = identifier(column.name)
        if not self.mixed or not index:
            return sql.SQL("stage.{}").format(name)
        return sql.SQL("CASE substr(stage.{}, {}, 1) WHEN '1' THEN stage.{} ELSE {} END").format(
            identifier(_FILLED.name),
            sql.Literal(index + 1),
            name,
            otherwise.format(name) if escaped else otherwise,
        )
