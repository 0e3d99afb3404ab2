"""What a chunk leaves in the bookkeeping, in the transaction that writes the chunk."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import psycopg
from psycopg import sql

from desktop_migrator.model import Item, Rejection
from desktop_migrator.postgres.types.text_escape import escape_unstorable, identity_text, to_wtf8

Cursor = psycopg.Cursor[tuple[Any, ...]]


class Action(StrEnum):
    """What became of a row, as a letter of `chunks.actions`."""

    INSERTED = "i"
    UPDATED = "u"
    UNCHANGED = "="
    SKIPPED = "s"
    DELETED = "d"


@dataclass(frozen=True, slots=True)
class WrittenRows:
    """Rows of one table of which the same columns were given."""

    seq: int
    """The number of their chunk."""
    columns: tuple[str, ...]
    ids: list[str]
    actions: str
    """A letter of `Action` for each row."""
    digests: bytes
    """The digest of what was sent, one after the other."""


_INSERT_CHUNK = sql.SQL("""
INSERT INTO desktop_migrator.chunks (
    run, seq, entity, target, columns, ids, actions, digests,
    inserted, updated, unchanged, skipped, deleted, state
) VALUES (%s, %s, %s, %s, %s, %b, %s, %b, %s, %s, %s, %s, %s, ({state}))
""")


def insert_chunk_record(
    cursor: Cursor,
    *,
    run: str,
    entity: str,
    table_name: str,
    xmin_query: sql.Composable,
    rows: WrittenRows,
) -> None:
    """`state` is a query for the xmin of the rows just written, given the ids of one or none."""
    changed = rows.actions.startswith((Action.INSERTED, Action.UPDATED))
    cursor.execute(
        _INSERT_CHUNK.format(state=xmin_query),
        [
            run,
            rows.seq,
            entity,
            table_name,
            list(rows.columns),
            rows.ids,
            rows.actions,
            rows.digests,
            *(rows.actions.count(action) for action in Action),
            rows.ids[:1] if changed else [],
        ],
    )


_INSERT_REJECTION = """
INSERT INTO desktop_migrator.quarantine (
    run, number, entity, code, reason, remedy, source_id,
    browser, profile, store, storage_key, key, position, raw
) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


def insert_rejections(
    cursor: Cursor, *, run: str, numbers: Iterator[int], rejections: Sequence[Rejection]
) -> None:
    cursor.executemany(
        _INSERT_REJECTION,
        [
            [
                run,
                number,
                rejection.entity,
                rejection.code,
                str(rejection.reason),
                str(rejection.remedy),
                None if rejection.source_id is None else identity_text(rejection.source_id),
                rejection.source.store.profile.browser,
                escape_unstorable(rejection.source.store.profile.name),
                escape_unstorable(str(rejection.source.store.path)),
                escape_unstorable(str(rejection.source.storage_key)),
                escape_unstorable(rejection.source.key),
                escape_unstorable(rejection.source.position),
                to_wtf8(rejection.raw),
            ]
            for rejection, number in zip(rejections, numbers, strict=False)
        ],
    )


_DELETE_ESCAPED = """
DELETE FROM desktop_migrator.escaped_texts WHERE target = %s AND target_id = ANY(%b::text[])
"""
_INSERT_ESCAPED = """
INSERT INTO desktop_migrator.escaped_texts (target, target_id, columns) VALUES (%s, %s, %s)
"""
_MERGE_ESCAPED = """
INSERT INTO desktop_migrator.escaped_texts AS known (target, target_id, columns)
VALUES (%s, %s, %s)
ON CONFLICT (target, target_id) DO UPDATE
SET columns = ARRAY(SELECT DISTINCT unnest(known.columns || excluded.columns) ORDER BY 1)
"""


def record_escaped_columns(
    cursor: Cursor, *, table_name: str, written_items: Sequence[Item], merged_items: Sequence[Item]
) -> None:
    """Which columns of the rows just written are escaped.

    What was known of a row is forgotten, but not where an item was merged into it.
    """
    cursor.execute(_DELETE_ESCAPED, [table_name, [str(item.id) for item in written_items]])
    cursor.executemany(
        _INSERT_ESCAPED,
        [[table_name, str(item.id), list(item.escaped)] for item in written_items if item.escaped],
    )
    cursor.executemany(
        _MERGE_ESCAPED,
        [[table_name, str(item.id), list(item.escaped)] for item in merged_items if item.escaped],
    )
