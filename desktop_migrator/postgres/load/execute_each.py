"""Many statements that may each fail, without waiting for an answer to each.

Each has a savepoint: after one that was done a new one stands in the old one's place, so that
`ROLLBACK TO` takes back the one that failed, and nothing of those before.
"""

import selectors
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

import psycopg
from psycopg import pq, sql
from psycopg.abc import Buffer
from psycopg.errors import error_from_result

_AT_ONCE = 256
"""After so many their answers are waited for, which the client has to hold till then."""
_SAVEPOINT = b"desktop_migrator_probe"


class Statement(NamedTuple):
    """As it is sent, its parameters `$1`, `$2` …"""

    text: bytes
    parameters: Sequence[Buffer | None] = ()
    """All of them binary."""


def with_literals(
    cursor: psycopg.Cursor[Any], query: sql.Composed, parameters: Mapping[str, Any]
) -> Statement:
    """A query whose parameters, which it has by name, stand in it."""
    return Statement(psycopg.ClientCursor(cursor.connection).mogrify(query, parameters).encode())


def execute_each(
    connection: psycopg.Connection[Any], statements: Iterable[Statement]
) -> Iterator[psycopg.Error | None]:
    """For each statement, in the caller's transaction, the error that it gave; what the others did
    stays.

    psycopg's own pipeline tells but the first error of many.
    """
    connection.execute(b"SAVEPOINT " + _SAVEPOINT)
    waiting = iter(statements)
    while some := list(islice(waiting, _AT_ONCE)):
        yield from _pipelined(connection, some)


def _pipelined(
    connection: psycopg.Connection[Any], statements: Sequence[Statement]
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
