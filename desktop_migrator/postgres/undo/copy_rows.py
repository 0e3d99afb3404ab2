"""Rows of the app's tables as COPY gives them, in text format: for backups.

The text of every type reads back exactly under the session settings of `connect`, whatever the
type; nothing is decoded on the way.
"""

from collections.abc import Iterator, Sequence

import sqlalchemy
from psycopg import sql

from desktop_migrator.model import ColumnType, TargetEntity
from desktop_migrator.postgres.connection.errors import translate_errors
from desktop_migrator.postgres.load.table_writer import stored_user_id
from desktop_migrator.postgres.types import adapters

_BLOCK = 256 * 1024
_ROWS = sql.SQL("COPY (SELECT {columns} FROM {table} WHERE {condition}) TO STDOUT")


def columns_of(entity: TargetEntity) -> list[str]:
    """The columns in the order in which rows are given: all of the table's."""
    return [column.name for column in entity.table.columns]


def copy_user_rows(
    connection: sqlalchemy.Connection, entity: TargetEntity, user_id: str
) -> Iterator[bytes]:
    """All rows that are the user's, in the entity's table, which says whose its rows are."""
    name = entity.user_column or ""
    column = entity.table.column(name)
    # Without a cast where that can be, so that an index is used.
    plain = column is not None and column.type in {ColumnType.TEXT, ColumnType.UUID}
    condition = sql.SQL("{} = {}" if plain else "{}::text = {}").format(
        sql.Identifier(name), sql.Literal(stored_user_id(entity, user_id))
    )
    return _copy_out(connection, entity, condition)


def copy_rows_by_id(
    connection: sqlalchemy.Connection, entity: TargetEntity, ids: Sequence[str]
) -> Iterator[bytes]:
    """The rows with these ids, as texts."""
    id_column = entity.columns[0]
    condition = sql.SQL("{} = ANY({}{})").format(
        sql.Identifier(id_column.name), sql.Literal(list(ids)), adapters.ids_cast(id_column)
    )
    return _copy_out(connection, entity, condition)


def _copy_out(
    connection: sqlalchemy.Connection, entity: TargetEntity, condition: sql.Composable
) -> Iterator[bytes]:
    """Blocks of whole rows."""
    statement = _ROWS.format(
        columns=sql.SQL(", ").join(map(sql.Identifier, columns_of(entity))),
        table=adapters.table_name(entity.table),
        condition=condition,
    )
    block = bytearray()
    with translate_errors(), adapters.cursor(connection).copy(statement) as copy:
        for row in copy:
            block += row
            if len(block) >= _BLOCK:
                yield bytes(block)
                block.clear()
    if block:
        yield bytes(block)
