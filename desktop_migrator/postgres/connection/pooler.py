"""Whether there is a connection pooler in between, and a session stays the same behind it."""

from enum import StrEnum

import psycopg
import sqlalchemy


class Pooling(StrEnum):
    """How a way to the database is shared."""

    NONE = "none"
    SESSIONS = "sessions"
    TRANSACTIONS = "transactions"
    """Each transaction may have another session, so that neither locks nor settings hold."""


def find_pooling(connection: psycopg.Connection, engine: sqlalchemy.Engine) -> Pooling:
    """Of a connection in autocommit; `engine` makes another one that goes the same way."""
    backend = backend_pid(connection)
    if backend == connection.info.backend_pid:
        return Pooling.NONE
    with engine.connect() as other:
        its = other.scalar(sqlalchemy.select(sqlalchemy.func.pg_backend_pid()))
        shared = backend == its or backend != backend_pid(connection)
    return Pooling.TRANSACTIONS if shared else Pooling.SESSIONS


def backend_pid(connection: psycopg.Connection) -> int:
    """The server's process that answers now."""
    row = connection.execute("SELECT pg_backend_pid()").fetchone()
    return int(row[0]) if row else 0
