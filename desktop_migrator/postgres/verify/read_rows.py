"""The rows that a run wrote and that are not taken back, as they are now."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy
from psycopg import sql

from desktop_migrator.model import TargetEntity
from desktop_migrator.postgres.bookkeeping.chunks import (
    Action,
    changed_chunk_keys,
    read_chunk,
    undoable_changes,
)
from desktop_migrator.postgres.types import adapters

_SELECT_ROWS = sql.SQL("""
    SELECT to_jsonb(app_row)::text FROM {table} app_row
    WHERE app_row.{id}::text = ANY(%s) ORDER BY app_row.{id}
""")


def rows_of_runs(
    connection: sqlalchemy.Connection, entity: TargetEntity, runs: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """Each row once, as PostgreSQL's own JSON of it, a chunk at a time. Raises psycopg.Error."""
    names = [name for name in (entity.table.schema, entity.table.name) if name]
    query = _SELECT_ROWS.format(
        table=adapters.escaped_identifier(*names), id=adapters.escaped_identifier(entity.id_column)
    )
    cursor = adapters.cursor(connection)
    met: set[str] = set()
    for run in runs:
        for key in changed_chunk_keys(cursor, run)[::-1]:
            chunk = read_chunk(cursor, key)
            if chunk.entity != entity.name:
                continue
            changes = undoable_changes(cursor, key, chunk.ids, chunk.actions)
            ids = [each for each, action in changes.items() if action is not Action.DELETED]
            wanted = [each for each in ids if each not in met]
            met.update(wanted)
            for (text,) in cursor.execute(query, [wanted]).fetchall():
                yield json.loads(text)
