"""The same item of the browser is the same row, whichever day or profile it comes from.

A derived id has the item's creation time in it, which another copy of the item may lack or spell
otherwise. So the id that an item was first given is written down and used ever after. So are the
ids of rows that items were given though their own ids fit: of the row that has their natural key,
or a new one where theirs is another user's; and those that the database has drawn.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec
import psycopg

from desktop_migrator.model import Column, ColumnType, Item, TargetEntity
from desktop_migrator.postgres.types.text_escape import identity_text


class AssignmentReason(StrEnum):
    """Why an item was given a row's id that is neither its own nor derived."""

    NATURAL_KEY = "key"
    OWNED_BY_OTHER_USER = "taken"


INTEGER_TYPES = {ColumnType.SMALLINT, ColumnType.INTEGER, ColumnType.BIGINT}

_INSERT_DERIVED = """
INSERT INTO desktop_migrator.identities (user_id, entity, origin, source_id, target_id)
SELECT %s, %s, origin, source_id, target_id
FROM unnest(%b::text[], %b::text[], %b::text[]) AS new (origin, source_id, target_id)
ON CONFLICT DO NOTHING
"""
_UPSERT_DRAWN = """
INSERT INTO desktop_migrator.identities (user_id, entity, origin, source_id, target_id)
SELECT %s, %s, origin, source_id, target_id
FROM unnest(%b::text[], %b::text[], %b::text[]) AS new (origin, source_id, target_id)
ON CONFLICT (user_id, entity, origin, source_id)
DO UPDATE SET target_id = excluded.target_id, reason = excluded.reason
"""
# OFFSET keeps it from being made a join: without statistics (a table just filled has none) that
# compares every row with every row. This is always a search of the primary key for each item.
_LOOKUP = """
SELECT wanted.origin, wanted.source_id, found.target_id
FROM unnest(%b::text[], %b::text[]) AS wanted (origin, source_id),
     LATERAL (SELECT target_id FROM desktop_migrator.identities AS known
              WHERE known.user_id = %s AND known.entity = %s
                AND known.origin = wanted.origin AND known.source_id = wanted.source_id
              OFFSET 0) AS found
"""
_HAS_ASSIGNED = """
SELECT EXISTS (SELECT FROM desktop_migrator.identities
               WHERE user_id = %s AND entity = %s AND reason <> 'derived')
"""
_ASSIGN = """
INSERT INTO desktop_migrator.identities (user_id, entity, origin, source_id, target_id, reason)
VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (user_id, entity, origin, source_id)
DO UPDATE SET target_id = excluded.target_id, reason = excluded.reason
"""


def resolve_row_ids(
    cursor: psycopg.Cursor[tuple[Any, ...]],
    user_id: str,
    entity: TargetEntity,
    items: Sequence[Item],
    *,
    may_have_assigned_ids: bool = True,
) -> list[Item]:
    """The items with the ids they were given first, those met for the first time written down.

    Where the database draws the ids, those met for the first time have none yet.
    `may_have_assigned_ids` says whether ids may have been given to items whose own ids fit.
    """
    if entity.id_from_database:
        known = _known_ids(cursor, user_id, entity, items)
        return [with_row_id(item, known.get(item_key(item)), entity.columns[0]) for item in items]
    keys = [item_key(item) if item.derived or may_have_assigned_ids else None for item in items]
    first_ids: dict[tuple[str, str], str] = {}
    for key, item in zip(keys, items, strict=True):
        if key and item.derived:
            first_ids.setdefault(key, str(item.id))
    missing = 0
    if first_ids:
        origins, source_ids = (list(part) for part in zip(*first_ids, strict=True))
        ids = list(first_ids.values())
        cursor.execute(_INSERT_DERIVED, [user_id, entity.name, origins, source_ids, ids])
        missing = len(ids) - cursor.rowcount
    if missing or may_have_assigned_ids:
        known = lookup_row_ids(cursor, user_id, entity.name, list(filter(None, keys)))
        first_ids |= _fitting(cursor, user_id, entity, first_ids, known)
    return [
        with_row_id(item, first_ids[key], entity.columns[0]) if key in first_ids else item
        for key, item in zip(keys, items, strict=True)
    ]


def _fitting(
    cursor: psycopg.Cursor[tuple[Any, ...]],
    user_id: str,
    entity: TargetEntity,
    own_ids: Mapping[tuple[str, str], str],
    known: Mapping[tuple[str, str], str],
) -> dict[tuple[str, str], str]:
    """The known ids that the id column can hold; it may have had another type once, or another
    plan's entity of the same name has. Of others, the items' own are written down in their place.
    """
    fitting = {key: text for key, text in known.items() if _fits(text, entity.columns[0])}
    record_drawn_ids(
        cursor,
        user_id,
        entity.name,
        {key: own_ids[key] for key in known.keys() - fitting.keys() if key in own_ids},
    )
    return fitting


def item_key(item: Item) -> tuple[str, str]:
    """By which the identities know it: its origin and source id."""
    return item.scope, identity_text(item.source_id)


def _known_ids(
    cursor: psycopg.Cursor[tuple[Any, ...]],
    user_id: str,
    entity: TargetEntity,
    items: Sequence[Item],
) -> dict[tuple[str, str], str]:
    """Those that the id column can hold; it may have had another type once."""
    if not items:
        return {}
    known = lookup_row_ids(cursor, user_id, entity.name, {item_key(item) for item in items})
    return {key: text for key, text in known.items() if _fits(text, entity.columns[0])}


def _fits(id_text: str, id_column: Column) -> bool:
    if id_column.max_length is not None and len(id_text) > id_column.max_length:
        return False
    try:
        _parsed(id_text, id_column)
    except ValueError:
        return False
    return True


def record_drawn_ids(
    cursor: psycopg.Cursor[tuple[Any, ...]],
    user_id: str,
    entity: str,
    ids: Mapping[tuple[str, str], str],
) -> None:
    """Write down the ids that the database drew, by `item_key`, in place of former ones."""
    if ids:
        origins, source_ids = (list(part) for part in zip(*ids, strict=True))
        parameters = [user_id, entity, origins, source_ids, list(ids.values())]
        cursor.execute(_UPSERT_DRAWN, parameters)


def lookup_row_ids(
    cursor: psycopg.Cursor[tuple[Any, ...]],
    user_id: str,
    entity: str,
    keys: Collection[tuple[str, str]],
) -> dict[tuple[str, str], str]:
    """The row's id for each origin and source id (as `identity_text`) that has one written down."""
    origins, source_ids = (list(part) for part in zip(*keys, strict=True))
    cursor.execute(_LOOKUP, [origins, source_ids, user_id, entity])
    return {(origin, source_id): target for origin, source_id, target in cursor}


def has_assigned_ids(cursor: psycopg.Cursor[tuple[Any, ...]], user_id: str, entity: str) -> bool:
    """Whether items of this entity were given ids for another reason than that theirs do not
    fit."""
    row = cursor.execute(_HAS_ASSIGNED, [user_id, entity]).fetchone()
    return row is not None and bool(row[0])


def assign_ids(
    cursor: psycopg.Cursor[tuple[Any, ...]],
    user_id: str,
    entity: str,
    ids: Iterable[tuple[str, str, str]],
    reason: AssignmentReason,
) -> None:
    """Write down the row's id for each origin and source id."""
    cursor.executemany(
        _ASSIGN,
        [
            [user_id, entity, origin, identity_text(source_id), row_id, reason]
            for origin, source_id, row_id in ids
        ],
    )


def with_row_id(item: Item, id_text: str | None, id_column: Column) -> Item:
    """The item for the row whose id has this text; None: for a row without an id yet."""
    if item.id is None if id_text is None else item.id is not None and str(item.id) == id_text:
        return item
    row_id = None if id_text is None else _parsed(id_text, id_column)
    return msgspec.structs.replace(item, id=row_id, values=(row_id, *item.values[1:]))


def _parsed(id_text: str, id_column: Column) -> UUID | str | int:
    """Raises ValueError."""
    if id_column.type is ColumnType.UUID:
        return UUID(id_text)
    return int(id_text) if id_column.type in INTEGER_TYPES else id_text
