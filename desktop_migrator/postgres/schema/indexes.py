"""Fills a table faster: its secondary indexes are left away meanwhile and made again in one go.

What is dropped is written down in `desktop_migrator.dropped_indexes` in the same transaction, so
that whatever happens in between, `rebuild_indexes` makes it again: at the block's end, at the next
run, by `repair`. Unique indexes and those of constraints stay, since they keep wrong rows out; so
do indexes that carry more than their definition says (a comment, a tablespace, a statistics target,
the mark of CLUSTER or of a replica identity).
"""

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psycopg
import sqlalchemy
from psycopg import sql
from psycopg.errors import LockNotAvailable
from sqlalchemy import delete, select, text

from desktop_migrator.errors import DatabaseBusy, DatabaseError, MigratorError
from desktop_migrator.messages import Message
from desktop_migrator.model import Table
from desktop_migrator.postgres.bookkeeping.tables import dropped_indexes
from desktop_migrator.postgres.connection.errors import translate_errors
from desktop_migrator.postgres.schema.create_tables import created_by_us
from desktop_migrator.postgres.types import adapters

# What the definitions leave unqualified is looked up in pg_catalog alone, when read and when run.
_SEARCH_PATH = text("SET LOCAL search_path = pg_catalog")
# Who waits for a table has everybody wait who comes later, so nobody does so for long.
_LOCK_TIMEOUT = text("SET LOCAL lock_timeout = '1s'")
_REBUILD_ATTEMPTS = 15
_REBUILD_PAUSE = 1.0
_RECORD_DROPPED = text("""
    INSERT INTO desktop_migrator.dropped_indexes (schema, name, definition, target)
    SELECT n.nspname, c.relname, pg_get_indexdef(c.oid), :target
    FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_class t ON t.oid = i.indrelid
    WHERE i.indrelid = to_regclass(:target) AND t.relkind = 'r' AND c.relkind = 'i'
      AND pg_has_role(t.relowner, 'USAGE')
      AND NOT i.indisunique AND NOT i.indisexclusion AND i.indisvalid AND i.indisready
      AND NOT i.indisclustered AND NOT i.indisreplident AND c.reltablespace = 0
      AND obj_description(c.oid, 'pg_class') IS NULL
      AND NOT c.relispartition
      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = c.oid)
      AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass
                      AND objid = c.oid AND deptype IN ('e', 'x'))
      AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attstattarget > 0)
    RETURNING schema, name
""")
_CHECK_DROPPED = text("""
    SELECT to_regclass(format('%I.%I', CAST(:schema AS text), CAST(:name AS text))) IS NOT NULL
           OR to_regclass(:target) IS NULL AS done,
           starts_with(:definition, format('CREATE INDEX %I ON ', CAST(:name AS text))) AS sound
""")


@dataclass(frozen=True, slots=True)
class DroppedIndex:
    schema: str
    name: str
    target: str
    """Its table, quoted and with its schema."""


@contextmanager
def without_secondary_indexes(
    connection: sqlalchemy.Connection,
    table: Table,
    *,
    any_table: bool = False,
    on_busy: Callable[[DatabaseBusy], None] | None = None,
) -> Iterator[None]:
    """Leaves the table's secondary indexes away while the block runs; then makes them again and
    analyses the table, also if the block fails.

    Does so with a table that this program made, or with any if `any_table`; else, and where the
    role does not own the table, nothing; nor where somebody is long at work in the table, such as
    a dry run. Where that is so at the block's end, the indexes wait for the next run or `repair`,
    and `on_busy` hears it in place of DatabaseBusy. The bookkeeping must be there, and no
    transaction open at either end of the block.
    """
    with translate_errors():
        with connection.begin():
            ours = any_table or created_by_us(connection, table)
        if ours:
            with suppress(LockNotAvailable):
                _drop_secondary_indexes(connection, table)
    try:
        yield
    except BaseException:
        connection.rollback()
        with suppress(MigratorError):  # the connection may be what failed; the next run rebuilds
            rebuild_indexes(connection, table)
        raise
    try:
        rebuild_indexes(connection, table)  # what an earlier block had to leave, too
    except DatabaseBusy as error:
        if on_busy is None:
            raise
        on_busy(error)
    if ours:
        with translate_errors(), connection.begin():
            analyze_table(connection, table)


def find_dropped_indexes(
    connection: sqlalchemy.Connection, table: Table | None = None
) -> list[DroppedIndex]:
    """The indexes that wait to be made again; those of one table where it is named."""
    columns = (dropped_indexes.c.schema, dropped_indexes.c.name, dropped_indexes.c.target)
    query = select(*columns).order_by(*columns)
    if table is not None:
        query = query.where(dropped_indexes.c.target == quoted_name(connection, table))
    return [DroppedIndex(*row) for row in connection.execute(query)]


def rebuild_indexes(
    connection: sqlalchemy.Connection, table: Table | None = None
) -> list[DroppedIndex]:
    """Make again what was dropped and is not there, each in a transaction of its own.

    Returns what it made. A table that is gone needs no indexes. Raises DatabaseBusy where somebody
    is long at work in a table.
    """
    with translate_errors():
        with connection.begin():
            waiting = find_dropped_indexes(connection, table)
        return [index for index in waiting if _try_rebuild_index(connection, index)]


def analyze_table(connection: sqlalchemy.Connection, table: Table) -> None:
    """Fresh statistics for the planner; where the role may not, the server only warns."""
    adapters.cursor(connection).execute(sql.SQL("ANALYZE {}").format(adapters.table_name(table)))


def quoted_name(connection: sqlalchemy.Connection, table: Table) -> str:
    """As SQL and `to_regclass` take it."""
    return adapters.table_name(table).as_string(adapters.cursor(connection).connection)


def _drop_secondary_indexes(connection: sqlalchemy.Connection, table: Table) -> None:
    """Raises LockNotAvailable where somebody is long at work in the table."""
    with connection.begin():
        target = quoted_name(connection, table)
        connection.execute(_SEARCH_PATH)
        connection.execute(_LOCK_TIMEOUT)
        names = connection.execute(_RECORD_DROPPED, {"target": target}).all()
        cursor = adapters.cursor(connection)
        for schema, name in names:
            cursor.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(schema, name)))


def _try_rebuild_index(connection: sqlalchemy.Connection, index: DroppedIndex) -> bool:
    for _ in range(_REBUILD_ATTEMPTS - 1):
        try:
            return _rebuild_index(connection, index)
        except LockNotAvailable:
            time.sleep(_REBUILD_PAUSE)
    return _rebuild_index(connection, index)


def _rebuild_index(connection: sqlalchemy.Connection, index: DroppedIndex) -> bool:
    with connection.begin():
        connection.execute(_SEARCH_PATH)
        connection.execute(_LOCK_TIMEOUT)
        definition = connection.scalar(
            delete(dropped_indexes)
            .where(dropped_indexes.c.schema == index.schema, dropped_indexes.c.name == index.name)
            .returning(dropped_indexes.c.definition)
        )
        if definition is None:  # somebody else has made it meanwhile
            return False
        facts = {"schema": index.schema, "name": index.name, "target": index.target}
        done, sound = connection.execute(_CHECK_DROPPED, facts | {"definition": definition}).one()
        if done:
            return False
        if not sound:
            raise DatabaseError(
                reason=Message("What is written down of {index} makes no index.", index=index.name)
            )
        # Prepared, the server takes one statement and no more; it runs the expressions of an
        # index with the rights of the table's owner, whoever wrote the definition down.
        adapters.cursor(connection).execute(definition.encode(), prepare=True)
        return True


_NAME_PREFIX = "desktop_migrator_"
_MAX_NAME_BYTES = 63
_NO_LIMIT = "SET statement_timeout = 0"


def index_name(table: Table, column: str) -> str:
    """The name that says that it is ours; PostgreSQL's names have 63 bytes."""
    name = f"{_NAME_PREFIX}{table.name}_{column}"
    if len(name.encode()) <= _MAX_NAME_BYTES:
        return name
    return _NAME_PREFIX + hashlib.sha256(f"{table.name}.{column}".encode()).hexdigest()[:32]


def create_index_statement(table: Table, column: str) -> str:
    """The SQL of `create`, to be shown."""
    return _create_index_sql(table, column).as_string(None)


def create_user_index(engine: sqlalchemy.Engine, table: Table, column: str) -> None:
    """CREATE INDEX CONCURRENTLY; what is left of one that failed is dropped, before and after.

    Takes a connection of its own, since it cannot run in a transaction.
    """
    drop = sql.SQL("DROP INDEX CONCURRENTLY IF EXISTS {}").format(
        sql.Identifier(*filter(None, (table.schema, index_name(table, column))))
    )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        cursor = adapters.cursor(connection)
        with translate_errors():
            cursor.execute(_NO_LIMIT)
            cursor.execute(drop)
            try:
                cursor.execute(_create_index_sql(table, column))
            except psycopg.Error:
                cursor.execute(drop)
                raise


def _create_index_sql(table: Table, column: str) -> sql.Composed:
    return sql.SQL("CREATE INDEX CONCURRENTLY {} ON {} ({})").format(
        sql.Identifier(index_name(table, column)),
        adapters.table_name(table),
        sql.Identifier(column),
    )
