"""A transaction that is rolled back in the end, such as a dry run's, with a bookkeeping of its own.

Where the bookkeeping is missing or old, making or upgrading it within the transaction would have
everybody else wait until that ends: PostgreSQL lets nobody else make a schema of the same name, or
read a table that is being altered. So such a transaction gets temporary tables in its stead, which
are its session's alone, and its statements are sent to them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import sqlalchemy
from psycopg import sql
from psycopg.abc import Query
from sqlalchemy import text

from desktop_migrator.postgres.bookkeeping.schema_upgrade import (
    require_upgrade_privilege,
    schema_version,
    translate_missing_privilege,
    upgrade,
)
from desktop_migrator.postgres.bookkeeping.tables import identities, metadata
from desktop_migrator.postgres.bookkeeping.types import Image
from desktop_migrator.postgres.types import adapters

_IDENTITY_COLUMNS = text("""
    SELECT attname FROM pg_catalog.pg_attribute
    WHERE attrelid = to_regclass(:table) AND attnum > 0 AND NOT attisdropped
""")
_DROP_COPY = "DROP TABLE IF EXISTS pg_temp.desktop_migrator_known"
_COPY_IDENTITIES = sql.SQL("""
    CREATE TEMPORARY TABLE desktop_migrator_known AS
    SELECT {} FROM desktop_migrator.identities WHERE user_id = %s
""")
_INSERT_IDENTITIES = sql.SQL("""
    INSERT INTO desktop_migrator.identities ({columns})
    SELECT {columns} FROM pg_temp.desktop_migrator_known
""")


@contextmanager
def trial_transaction(connection: sqlalchemy.Connection, user_id: str) -> Iterator[None]:
    """A transaction, rolled back at the block's end, in which runs can be entered and loaded.

    It holds none of the locks that are everybody's. Of an old bookkeeping it knows the identities
    of the person. Raises PermissionMissing where `upgrade` would.
    """
    with connection.begin(), translate_missing_privilege():
        found = schema_version(connection)
        if not found.is_known:
            upgrade(connection)  # says what is wrong with it
        if not found.is_current:
            require_upgrade_privilege(connection)
        columns = [] if found.is_current else _copy_identities(connection, user_id)
    with connection.begin() as transaction:
        if found.is_current:
            yield
        else:
            with _temporary_bookkeeping(connection, columns):
                yield
        transaction.rollback()


def _copy_identities(connection: sqlalchemy.Connection, user_id: str) -> list[str]:
    """Into a temporary table; returns its columns, none where there are no identities.

    Not within the trial, until whose end nobody could alter the table that is read.
    """
    old = set(connection.scalars(_IDENTITY_COLUMNS, {"table": str(identities)}))
    columns = [column.name for column in identities.c if column.name in old]
    if columns:
        cursor = adapters.cursor(connection)
        cursor.execute(_DROP_COPY)
        cursor.execute(_COPY_IDENTITIES.format(_names(columns)), [user_id])
    return columns


@contextmanager
def _temporary_bookkeeping(
    connection: sqlalchemy.Connection, known_columns: list[str]
) -> Iterator[None]:
    driver = adapters.driver_connection(connection)
    factory = driver.cursor_factory
    driver.cursor_factory = _RedirectingCursor
    try:
        connection.execute(text(Image.CREATE))
        metadata.create_all(connection, checkfirst=False)
        if known_columns:
            adapters.cursor(connection).execute(
                _INSERT_IDENTITIES.format(columns=_names(known_columns))
            )
        yield
    finally:
        driver.cursor_factory = factory


def _names(columns: list[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


class _RedirectingCursor(psycopg.Cursor[Any]):
    """Sends `desktop_migrator.runs` to `pg_temp.desktop_migrator_runs`; so with all its tables.

    What never concerns the bookkeeping, `stream` and `copy` into other tables, passes as it is.
    """

    def execute(self, query: Query, params: Any = None, **options: Any) -> "_RedirectingCursor":
        return super().execute(self._redirected(query), params, **options)

    def executemany(self, query: Query, params_seq: Any, **options: Any) -> None:
        super().executemany(self._redirected(query), params_seq, **options)

    @contextmanager
    def copy(self, statement: Query, params: Any = None, **options: Any) -> Iterator[psycopg.Copy]:
        if isinstance(statement, str) and "COPY desktop_migrator." in statement:
            statement = self._redirected(statement)
        with super().copy(statement, params, **options) as copy:
            yield copy

    def _redirected(self, query: Query) -> bytes:
        if isinstance(query, sql.Composable):
            query = query.as_bytes(self)
        written = query if isinstance(query, bytes) else str(query).encode()
        return written.replace(b"desktop_migrator.", b"pg_temp.desktop_migrator_")
