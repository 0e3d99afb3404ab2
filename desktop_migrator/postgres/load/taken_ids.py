"""Whether a unique violation is about nothing but the row's id.

Another person's row may have it that is not found: row-level security hides it, or a unique index
holds ids for equal that are spelled differently. A new id cures that. But where the row may be the
person's own, the item would be there twice.
"""

import psycopg
import sqlalchemy
from psycopg import sql
from psycopg.errors import UniqueViolation

from desktop_migrator.model import Item
from desktop_migrator.postgres.load.table_writer import TableWriter
from desktop_migrator.postgres.schema.policies import sees_all_rows_of
from desktop_migrator.postgres.types import adapters

# Columns of an index, those in its expressions too: an index depends on these, or its constraint.
_COLUMNS = """
SELECT a.attname::text, pg_catalog.pg_get_indexdef(i.indexrelid, 1, true), i.indnkeyatts
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum > 0
WHERE c.relname = %s AND t.relname = %s AND t.relnamespace::regnamespace::text = quote_ident(%s)
  AND (a.attnum = ANY (i.indkey) OR EXISTS (
    SELECT FROM pg_catalog.pg_depend d
    WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = i.indexrelid
      AND d.refobjid = i.indrelid AND d.refobjsubid = a.attnum))
"""


# The index's expression names the column, whichever row it is of.
_IS_OWN = sql.SQL(
    "SELECT EXISTS (SELECT FROM {table} WHERE {owner} = {user} AND ({key}) ="
    " (SELECT {key} FROM (SELECT {row_id}::{kind} AS {id}) AS wanted))"
)


def new_id_would_do(
    connection: sqlalchemy.Connection, writer: TableWriter, item: Item, cause: UniqueViolation
) -> bool:
    """Whether the key that clashed is the id's alone, and the row that has it surely another
    person's; none of ids that a table draws itself."""
    entity, cursor = writer.entity, adapters.cursor(connection)
    if entity.id_from_database or entity.user_column is None:
        return False
    diagnosis = cause.diag
    where = [diagnosis.constraint_name, diagnosis.table_name, diagnosis.schema_name]
    found = cursor.execute(_COLUMNS, where).fetchall()
    if len(found) != 1 or (found[0][0], found[0][2]) != (entity.id_column, 1):
        return False
    user = writer.stored_user_id
    if not sees_all_rows_of(connection, entity.table, entity.user_column, user):
        return False
    query = _IS_OWN.format(
        table=adapters.table_name(entity.table),
        owner=sql.Identifier(entity.user_column),
        user=sql.Literal(user),
        key=sql.SQL(found[0][1]),
        row_id=sql.Literal(str(item.id)),
        kind=sql.SQL(entity.columns[0].declared),
        id=sql.Identifier(entity.id_column),
    )
    savepoint = connection.begin_nested()
    try:
        row = cursor.execute(query).fetchone()
    except psycopg.Error:  # it cannot be told whose it is
        savepoint.rollback()
        return False
    savepoint.commit()
    return row == (False,)
