"""The same item of the browser is the same row, whichever day or profile it comes from.

A derived id has the item's creation time in it, which another copy of the item may lack or spell
otherwise. So the id that an item was first given is written down and used ever after.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
import psycopg

from desktop_migrator.model import Column, ColumnType, Item, TargetEntity
from desktop_migrator.postgres.exact import identity_text

_INTEGERS = {ColumnType.SMALLINT, ColumnType.INTEGER, ColumnType.BIGINT}

_RECORD = """
INSERT INTO desktop_migrator.identities (user_id, entity, origin, source_id, target_id)
SELECT %s, %s, origin, source_id, target_id
FROM unnest(%b::text[], %b::text[], %b::text[]) AS new (origin, source_id, target_id)
ON CONFLICT DO NOTHING
"""
# No join, which without statistics (a table just filled has none) is made by comparing every row
# with every row; this is always a search of the primary key, and finds more where origins differ.
_LOOK_UP = """
SELECT origin, source_id, target_id
FROM desktop_migrator.identities
WHERE user_id = %s AND entity = %s AND origin = ANY(%b::text[]) AND source_id = ANY(%b::text[])
"""


def resolve(
    cursor: psycopg.Cursor[tuple[Any, ...]],
    user_id: str,
    entity: TargetEntity,
    items: Sequence[Item],
) -> list[Item]:
    """The items with the ids they were given first, those met for the first time written down."""
    keys = [
        (item.source.storage_key.origin, identity_text(item.source_id)) if item.derived else None
        for item in items
    ]
    first_ids: dict[tuple[str, str], str] = {}
    for key, item in zip(keys, items, strict=True):
        if key:
            first_ids.setdefault(key, str(item.id))
    if not first_ids:
        return list(items)
    origins, source_ids = (list(part) for part in zip(*first_ids, strict=True))
    ids = list(first_ids.values())
    cursor.execute(_RECORD, [user_id, entity.name, origins, source_ids, ids])
    if cursor.rowcount < len(ids):
        cursor.execute(_LOOK_UP, [user_id, entity.name, list(set(origins)), source_ids])
        first_ids = {(origin, source_id): target for origin, source_id, target in cursor}
    return [
        _with_id(item, first_ids[key], entity.columns[0]) if key else item
        for key, item in zip(keys, items, strict=True)
    ]


def _with_id(item: Item, text: str, id_column: Column) -> Item:
    if str(item.id) == text:
        return item
    row_id: UUID | str | int = text
    if id_column.type is ColumnType.UUID:
        row_id = UUID(text)
    elif id_column.type in _INTEGERS:
        row_id = int(text)
    return msgspec.structs.replace(item, id=row_id, values=(row_id, *item.values[1:]))
