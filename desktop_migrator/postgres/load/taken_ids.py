"""Whether a unique violation is about nothing but the row's id.

A row that cannot be seen may have it: row-level security hides other people's rows, and a unique
index may hold ids for equal that are spelled differently. A new id cures that.
"""

from typing import Any

import psycopg
from psycopg.errors import UniqueViolation

from desktop_migrator.model import TargetEntity

Cursor = psycopg.Cursor[tuple[Any, ...]]

# Columns of an index, those in its expressions too: an index depends on these, or its constraint.
_COLUMNS = """
SELECT a.attname::text
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


def new_id_would_do(cursor: Cursor, entity: TargetEntity, cause: UniqueViolation) -> bool:
    """Whether the key that clashed is the id's alone; none of ids that a table draws itself."""
    if entity.id_from_database:
        return False
    diagnosis = cause.diag
    where = [diagnosis.constraint_name, diagnosis.table_name, diagnosis.schema_name]
    return [name for (name,) in cursor.execute(_COLUMNS, where)] == [entity.id_column]
