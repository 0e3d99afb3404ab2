"""Finds a person's id in the app's own tables."""

import sqlalchemy
from sqlalchemy import Connection, Text, cast, column, func, select

from desktop_migrator.errors import PlanDoesNotFit, TableMissing, UserAmbiguous, UserNotFound
from desktop_migrator.messages import Message
from desktop_migrator.postgres.connection.errors import translate_errors
from desktop_migrator.postgres.schema.introspect import Relation, find_relation

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
