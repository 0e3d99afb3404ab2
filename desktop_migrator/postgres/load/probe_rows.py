"""Which of many rows the server refuses, and why: each is written for itself, then all of it is
taken back.

That costs more than to write them at once, but the same for each row, however many are refused; and
as the rows are sent without waiting for an answer to each, hardly more round trips than at once.
Each has a savepoint: after a row that was taken a new one stands in the old one's place, so that
`ROLLBACK TO` takes back the row that was not, and nothing of one that was.
"""

import selectors
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import psycopg
from psycopg import pq, sql
from psycopg.abc import Transformer
from psycopg.adapt import PyFormat
from psycopg.adapt import Transformer as NewTransformer
from psycopg.errors import ForeignKeyViolation, error_from_result

from desktop_migrator.postgres.bookkeeping.chunks import Action
from desktop_migrator.postgres.connection.errors import ROW_ERRORS, refuses_row
from desktop_migrator.postgres.load.chunk import RowOperation
from desktop_migrator.postgres.load.isolate_bad_rows import RowsRefusedError
from desktop_migrator.postgres.load.table_writer import ColumnSubset, Cursor, TableWriter
from desktop_migrator.postgres.types import adapters

_ROWS_AT_ONCE = 256
"""After so many their answers are waited for, which the client has to hold till then."""
_SAVEPOINT = b"desktop_migrator_probe"
_SELF_REFERENCES = """
SELECT conname FROM pg_constraint
WHERE contype = 'f' AND conrelid = %s::regclass AND confrelid = conrelid
"""

_Statement = tuple[bytes, Sequence[Any]]
"""A statement and its parameters as they are sent, all of them binary."""


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

    def encoded() -> Iterator[_Statement]:
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
    for index, error in enumerate(_execute_each(cursor.connection, encoded())):
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

    def of(self, operation: RowOperation) -> _Statement | None:
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
        return text, transformer.dump_sequence(values, [PyFormat.BINARY] * len(values))

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


def _execute_each(
    connection: psycopg.Connection[Any], statements: Iterable[_Statement]
) -> Iterator[psycopg.Error | None]:
    """For each statement the error that it gave; what the others did stays.

    psycopg's own pipeline tells but the first error of many.
    """
    connection.execute(b"SAVEPOINT " + _SAVEPOINT)
    waiting = iter(statements)
    while some := list(islice(waiting, _ROWS_AT_ONCE)):
        yield from _pipelined(connection, some)


def _pipelined(
    connection: psycopg.Connection[Any], statements: Sequence[_Statement]
) -> list[psycopg.Error | None]:
    pgconn = connection.pgconn
    try:
        pgconn.enter_pipeline_mode()
        for text, values in statements:
            formats = [pq.Format.BINARY] * len(values)
            pgconn.send_query_params(text, values, param_formats=formats)
            pgconn.send_query_params(b"RELEASE " + _SAVEPOINT, None)
            pgconn.send_query_params(b"SAVEPOINT " + _SAVEPOINT, None)
            pgconn.pipeline_sync()
            pgconn.send_query_params(b"ROLLBACK TO " + _SAVEPOINT, None)
            pgconn.pipeline_sync()
        _flush(pgconn)
        errors = []
        for _ in statements:
            errors.append(_first_error(pgconn))
            if (fatal := _first_error(pgconn)) is not None:
                raise fatal
        pgconn.exit_pipeline_mode()
    except BaseException:
        connection.close()  # nobody knows what it would answer next
        raise
    return errors


def _flush(pgconn: pq.abc.PGconn) -> None:
    """Send all, and take in what is answered meanwhile, lest both sides wait for each other."""
    while pgconn.flush():
        _wait(pgconn, selectors.EVENT_READ | selectors.EVENT_WRITE)
        pgconn.consume_input()


def _first_error(pgconn: pq.abc.PGconn) -> psycopg.Error | None:
    """Of the statements up to the next synchronisation."""
    error = None
    while True:
        while pgconn.is_busy():
            _wait(pgconn, selectors.EVENT_READ)
            pgconn.consume_input()
        result = pgconn.get_result()
        if result is None:  # the end of a statement's answer
            if pgconn.status == pq.ConnStatus.BAD:
                raise error or psycopg.OperationalError("the connection is lost")
        elif result.status == pq.ExecStatus.PIPELINE_SYNC:
            return error
        elif result.status == pq.ExecStatus.FATAL_ERROR and error is None:
            error = error_from_result(result)


def _wait(pgconn: pq.abc.PGconn, events: int) -> None:
    with selectors.DefaultSelector() as selector:
        selector.register(pgconn.socket, events)
        selector.select()
