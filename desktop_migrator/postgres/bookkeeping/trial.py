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

from desktop_migrator.postgres.bookkeeping.schema import (
    SchemaVersion,
    require_upgrade_privilege,
    schema_version,
    translate_missing_privilege,
    upgrade,
)
from desktop_migrator.postgres.bookkeeping.tables import SCHEMA, identities, metadata
from desktop_migrator.postgres.bookkeeping.types import Image
from desktop_migrator.postgres.types import adapters

_IDENTITY_COLUMNS = text("""
    SELECT attname FROM pg_catalog.pg_attribute
    WHERE attrelid = to_regclass(:table) AND attnum > 0 AND NOT attisdropped
""")
_COPY_IDENTITIES = sql.SQL("INSERT INTO {} ({columns}) SELECT {columns} FROM {} WHERE user_id = %s")


@contextmanager
def trial_transaction(connection: sqlalchemy.Connection, user_id: str) -> Iterator[None]:
    """A transaction, rolled back at the block's end, in which runs can be entered and loaded.

    It holds none of the locks that are everybody's. Of an old bookkeeping it knows the identities
    of the person. Raises PermissionMissing where `upgrade` would.
    """
    with connection.begin() as transaction:
        with translate_missing_privilege():
            found = schema_version(connection)
        if found.is_current:
            yield
        elif not found.is_known:
            upgrade(connection)  # says what is wrong with it
            yield
        else:
            with _temporary_bookkeeping(connection, found, user_id):
                yield
        transaction.rollback()


@contextmanager
def _temporary_bookkeeping(
    connection: sqlalchemy.Connection, version: SchemaVersion, user_id: str
) -> Iterator[None]:
    require_upgrade_privilege(connection, version)
    old = connection.scalars(_IDENTITY_COLUMNS, {"table": str(identities)}).all()
    driver = adapters.driver_connection(connection)
    driver.cursor_factory = _RedirectingCursor
    try:
        connection.execute(text(Image.CREATE))
        metadata.create_all(connection, checkfirst=False)
        if old:
            _copy_identities(connection, [c.name for c in identities.c if c.name in old], user_id)
        yield
    finally:
        driver.cursor_factory = psycopg.Cursor


def _copy_identities(connection: sqlalchemy.Connection, columns: list[str], user_id: str) -> None:
    adapters.cursor(connection).execute(
        _COPY_IDENTITIES.format(
            sql.SQL(f"{SCHEMA}.{identities.name}"),
            sql.Identifier(SCHEMA, identities.name),  # quoted, and so not sent elsewhere
            columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
        ),
        [user_id],
    )


class _RedirectingCursor(psycopg.Cursor[Any]):
    """Sends `desktop_migrator.runs` to `pg_temp.desktop_migrator_runs`; so with all its tables.

    What never concerns the bookkeeping, `copy` and `stream`, passes as it is.
    """

    def execute(self, query: Query, params: Any = None, **options: Any) -> "_RedirectingCursor":
        return super().execute(self._redirected(query), params, **options)

    def executemany(self, query: Query, params_seq: Any, **options: Any) -> None:
        super().executemany(self._redirected(query), params_seq, **options)

    def _redirected(self, query: Query) -> bytes:
        if isinstance(query, sql.Composable):
            query = query.as_bytes(self)
        written = query if isinstance(query, bytes) else str(query).encode()
        return written.replace(b"desktop_migrator.", b"pg_temp.desktop_migrator_")
