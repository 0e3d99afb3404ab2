"""Whether the rows of a run are all there still, whoever has changed them since."""

from typing import LiteralString, cast

import psycopg
import sqlalchemy
from psycopg import sql

from desktop_migrator.model import Outcome
from desktop_migrator.postgres.bookkeeping.chunks import Action, Cursor
from desktop_migrator.postgres.bookkeeping.runs import Run
from desktop_migrator.postgres.schema.introspect import Relation, find_relation
from desktop_migrator.postgres.types import adapters

_CHUNKS = """
    SELECT target, columns[1], owner_column, ids, actions
    FROM desktop_migrator.chunks WHERE run = %s ORDER BY seq
"""
_ID_TYPE = """
    SELECT pg_catalog.format_type(atttypid, NULL) FROM pg_catalog.pg_attribute
    WHERE attrelid = %s AND attname = %s AND attnum > 0 AND NOT attisdropped
"""
# Compared in the column's own type, so that its index serves.
_COUNT = sql.SQL("SELECT count(*) FROM {table} WHERE {id} = ANY(%s::text[]::{type}[])")
_OF_OWNER = sql.SQL(" AND {owner}::text = %s")


def rows_present(connection: sqlalchemy.Connection, run: Run) -> bool:
    """False also where that cannot be told, as of a table that is no more.
    Of what fails, the caller's transaction has nothing left.
    """
    if run.outcome is not Outcome.COMPLETED:
        return False
    savepoint = connection.begin_nested()
    try:
        cursor = adapters.cursor(connection)
        for target, column, owner, ids, actions in cursor.execute(_CHUNKS, [run.id]).fetchall():
            lasting = {
                each for each, action in zip(ids, actions, strict=True) if action != Action.DELETED
            }
            relation = find_relation(connection, target)
            if relation is None or not _has_rows(cursor, relation, column, owner, run, lasting):
                return False
    except (psycopg.Error, sqlalchemy.exc.DBAPIError):
        return False
    finally:
        savepoint.rollback()
    return True


def _has_rows(
    cursor: Cursor,
    relation: Relation,
    column: str,
    owner: str | None,
    run: Run,
    ids: set[str],
) -> bool:
    found = cursor.execute(_ID_TYPE, [relation.oid, column]).fetchone()
    if found is None:
        return False
    query = _COUNT.format(
        table=adapters.escaped_identifier(relation.schema, relation.name),
        id=adapters.escaped_identifier(column),
        # The server's own spelling of a type, quoted where that is needed.
        type=sql.SQL(cast("LiteralString", found[0].replace("%", "%%"))),
    )
    values: list[object] = [list(ids)]
    if owner:
        query += _OF_OWNER.format(owner=adapters.escaped_identifier(owner))
        values.append(run.user_id)
    row = cursor.execute(query, values).fetchone()
    return row is not None and int(row[0]) == len(ids)
