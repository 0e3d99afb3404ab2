"""A person's id, as the app's own tables have it."""

from collections.abc import Iterable
from uuid import UUID

import sqlalchemy
from sqlalchemy import Connection, Text, cast, column, func, select

from desktop_migrator.errors import PlanDoesNotFit, TableMissing, UserAmbiguous, UserNotFound
from desktop_migrator.messages import Message
from desktop_migrator.model import ForeignKey
from desktop_migrator.postgres.connection.errors import translate_errors
from desktop_migrator.postgres.schema.introspect import Relation, find_relation

_UUID_COLUMNS = sqlalchemy.text("""
    SELECT a.attname FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = :oid AND a.attnum > 0 AND NOT a.attisdropped
      AND 'uuid'::regtype IN (t.oid, t.typbasetype)
""")
_MAY_BE_LOOKED_UP = sqlalchemy.text("""
    SELECT pg_catalog.has_column_privilege(CAST(:oid AS oid), CAST(:name AS text), 'SELECT')
           AND NOT pg_catalog.row_security_active(CAST(:oid AS oid))
""")
_COLUMN_NAMES = sqlalchemy.text(
    "SELECT attname FROM pg_catalog.pg_attribute"
    " WHERE attrelid = :oid AND attnum > 0 AND NOT attisdropped"
)


def lookup_user(connection: Connection, table: str, match: str, id_column: str, value: str) -> str:
    """The id, as text, in the one row of `table` whose `match` column is `value`.

    Exactly as written if there is such a row, else whatever the letters' case. Blanks around the
    value do not count. `table` may be a view. Raises `UserNotFound`, `UserAmbiguous`,
    `TableMissing` and, for a column that is missing, `PlanDoesNotFit`.
    """
    value = value.strip()
    with translate_errors():
        relation = find_relation(connection, table)
        if relation is None:
            raise TableMissing(table=table)
        _require_columns(connection, relation, match, id_column)
        source = sqlalchemy.table(
            relation.name, column(match), column(id_column), schema=relation.schema
        )
        id_text = cast(source.c[id_column], Text)
        found = cast(source.c[match], Text)
        wanted = sqlalchemy.bindparam("value", value, Text)
        conditions = (found == wanted, func.lower(found) == func.lower(wanted))
        for condition in conditions if _storable(value) else ():
            query = select(id_text).where(condition, id_text.is_not(None)).distinct().limit(2)
            ids = connection.scalars(query).all()
            if len(ids) > 1:
                raise UserAmbiguous(table=table, column=match)
            if ids:
                return str(ids[0])
    raise UserNotFound(table=table, column=match)


def canonical_uuid(text: str) -> str | None:
    """The one spelling that PostgreSQL gives a UUID; None for what is none."""
    try:
        return str(UUID(text.strip()))
    except ValueError:
        return None


def uuid_columns(connection: Connection, table: str) -> set[str] | None:
    """The names of a table's columns of type uuid; None if there is no such table."""
    relation = find_relation(connection, table)
    if relation is None:
        return None
    return set(connection.scalars(_UUID_COLUMNS, {"oid": relation.oid}))


def require_user(connection: Connection, keys: Iterable[ForeignKey], value: object) -> None:
    """Raises UserNotFound unless the rows to which a person's rows must refer are there.

    `keys` are foreign keys of one column, the user's. What this role may not see is not asked for.
    """
    for key in keys:
        relation = find_relation(connection, f"{key.schema}.{key.table}")
        [name] = key.referred_columns
        if relation is None or not connection.scalar(
            _MAY_BE_LOOKED_UP, {"oid": relation.oid, "name": name}
        ):
            continue
        users = sqlalchemy.table(relation.name, column(name), schema=relation.schema)
        there = select(sqlalchemy.literal(1)).select_from(users).where(users.c[name] == value)
        if connection.scalar(there.limit(1)) is None:
            raise UserNotFound(table=relation.name, column=name)


def _require_columns(connection: Connection, relation: Relation, *names: str) -> None:
    there = set(connection.scalars(_COLUMN_NAMES, {"oid": relation.oid}))
    for name in names:
        if name not in there:
            raise PlanDoesNotFit(
                reason=Message(
                    "The table {relation} has no column {name}.", relation=relation.name, name=name
                ),
                remedy=Message("Correct `user.lookup` in the plan."),
            )


def _storable(value: str) -> bool:
    """Whether PostgreSQL could hold the text at all."""
    return "\0" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)
