"""Which of many rows the server refuses, and why: each is written for itself, then all of it is
taken back.

That costs more than to write them at once, but the same for each row, however many are refused; and
as the rows are sent without waiting for an answer to each, hardly more round trips than at once.
"""

from collections.abc import Iterator, Sequence

import psycopg
from psycopg import pq, sql
from psycopg.abc import Transformer
from psycopg.adapt import PyFormat
from psycopg.adapt import Transformer as NewTransformer
from psycopg.errors import ForeignKeyViolation

from desktop_migrator.postgres.bookkeeping.chunks import Action
from desktop_migrator.postgres.connection.errors import ROW_ERRORS, refuses_row
from desktop_migrator.postgres.load.chunk import RowOperation
from desktop_migrator.postgres.load.execute_each import Statement, execute_each
from desktop_migrator.postgres.load.isolate_bad_rows import RowsRefusedError
from desktop_migrator.postgres.load.table_writer import ColumnSubset, Cursor, TableWriter
from desktop_migrator.postgres.types import adapters

_SELF_REFERENCES = """
SELECT conname FROM pg_constraint
WHERE contype = 'f' AND conrelid = %s::regclass AND confrelid = conrelid
"""


def probe_rows(
    cursor: Cursor, writer: TableWriter, operations: Sequence[RowOperation]
) -> dict[int, BaseException]:
    """The positions of the operations that are refused if they come one by one, in their order.

    Leaves its work behind: the caller rolls back. Raises psycopg.Error where more than a row is at
    fault.
    """
    refused: dict[int, BaseException] = {}
    statements = _Statements(cursor, writer)
    sent: list[int] = []

    def encoded() -> Iterator[Statement]:
        for position, operation in enumerate(operations):
            try:
                statement = statements.of(operation)
            except ROW_ERRORS as error:
                refused[position] = error
                continue
            if statement is not None:
                sent.append(position)
                yield statement

    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for index, error in enumerate(execute_each(cursor.connection, encoded())):
        if isinstance(error, psycopg.DataError) and not error.diag.column_name:
            refused[sent[index]] = _copy_error(cursor, writer, operations[sent[index]]) or error
        elif error is not None:
            if not refuses_row(error):
                raise error
            refused[sent[index]] = error
    return refused


def _copy_error(
    cursor: Cursor, writer: TableWriter, operation: RowOperation
) -> BaseException | None:
    """What COPY says of a value, of which it names the column."""
    row = operation.subset.project(operation.to_write.values)
    try:
        with cursor.connection.transaction(force_rollback=True):
            writer.insert(cursor, operation.subset, [row])
    except RowsRefusedError as refusal:
        return refusal.cause if isinstance(refusal.cause, psycopg.DataError) else None
    return None


class SelfReferences:
    """The foreign keys of a table to itself, asked for when they are needed."""

    def __init__(self, cursor: Cursor, writer: TableWriter) -> None:
        self._cursor = cursor
        self._table = adapters.table_name(writer.entity.table)
        self._constraints: set[str] | None = None

    def refused(self, cause: BaseException) -> bool:
        """Whether a row was refused for want of another one of its table."""
        if not isinstance(cause, ForeignKeyViolation):
            return False
        if self._constraints is None:
            name = self._table.as_string(self._cursor)
            self._constraints = {row[0] for row in self._cursor.execute(_SELF_REFERENCES, [name])}
        return cause.diag.constraint_name in self._constraints


class _Statements:
    """Those that write one row each."""

    def __init__(self, cursor: Cursor, writer: TableWriter) -> None:
        self._cursor = cursor
        self._table = adapters.table_name(writer.entity.table)
        self._key = writer.entity.row_key
        self._made: dict[tuple[ColumnSubset, Action], tuple[bytes, Transformer]] = {}

    def of(self, operation: RowOperation) -> Statement | None:
        """None: nothing is written. Raises one of ROW_ERRORS for what cannot be sent."""
        subset, action = operation.subset, operation.action
        if action not in {Action.INSERTED, Action.UPDATED}:
            return None
        if action is Action.UPDATED and len(subset.columns) == 1:
            return None
        made = self._made.get((subset, action))
        if made is None:
            made = self._made[subset, action] = self._make(subset, action)
        text, transformer = made
        values = subset.project(operation.to_write.values)
        dumped = transformer.dump_sequence(values, [PyFormat.BINARY] * len(values))
        return Statement(text, dumped)

    def _make(self, subset: ColumnSubset, action: Action) -> tuple[bytes, Transformer]:
        names = [sql.Identifier(column.name) for column in subset.columns]
        places = [sql.SQL(f"${number}") for number in range(1, len(names) + 1)]
        if action is Action.INSERTED:
            # COPY fills columns that are always drawn, too.
            statement = sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE VALUES ({})").format(
                self._table, sql.SQL(", ").join(names), sql.SQL(", ").join(places)
            )
        else:
            changes = [
                sql.SQL("{} = {}").format(name, place)
                for name, place in zip(names[1:], places[1:], strict=True)
            ]
            statement = sql.SQL("UPDATE {} AS target SET {} WHERE {} = $1{}").format(
                self._table,
                sql.SQL(", ").join(changes),
                names[0],
                adapters.and_owned(self._key, "target", escaped=False),
            )
        transformer: Transformer = NewTransformer.from_context(self._cursor)
        types = self._cursor.adapters.types
        oids = [types.get_oid(name) for name in adapters.copy_types(subset.columns)]
        transformer.set_dumper_types(oids, pq.Format.BINARY)
        return statement.as_bytes(self._cursor), transformer
