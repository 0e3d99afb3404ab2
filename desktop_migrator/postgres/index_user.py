"""An index on the column that says whose a row is, made while the app goes on working."""

import hashlib

import psycopg
import sqlalchemy
from psycopg import sql

from desktop_migrator.model import Table
from desktop_migrator.postgres import wire
from desktop_migrator.postgres.failures import translated

_PREFIX = "desktop_migrator_"
_LONGEST = 63
_NO_LIMIT = "SET statement_timeout = 0"


def index_name(table: Table, column: str) -> str:
    """The name that says that it is ours; PostgreSQL's names have 63 bytes."""
    name = f"{_PREFIX}{table.name}_{column}"
    if len(name.encode()) <= _LONGEST:
        return name
    return _PREFIX + hashlib.sha256(f"{table.name}.{column}".encode()).hexdigest()[:32]


def statement(table: Table, column: str) -> str:
    """The SQL of `create`, to be shown."""
    return _create(table, column).as_string(None)


def create(engine: sqlalchemy.Engine, table: Table, column: str) -> None:
    """CREATE INDEX CONCURRENTLY; what is left of one that failed is dropped, before and after.

    Takes a connection of its own, since it cannot run in a transaction.
    """
    drop = sql.SQL("DROP INDEX CONCURRENTLY IF EXISTS {}").format(
        sql.Identifier(*filter(None, (table.schema, index_name(table, column))))
    )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        cursor = wire.cursor(connection)
        with translated():
            cursor.execute(_NO_LIMIT)
            cursor.execute(drop)
            try:
                cursor.execute(_create(table, column))
            except psycopg.Error:
                cursor.execute(drop)
                raise


def _create(table: Table, column: str) -> sql.Composed:
    return sql.SQL("CREATE INDEX CONCURRENTLY {} ON {} ({})").format(
        sql.Identifier(index_name(table, column)), wire.table_name(table), sql.Identifier(column)
    )
