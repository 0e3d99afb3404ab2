"""What a chunk leaves in the bookkeeping, in the transaction that writes the chunk."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import psycopg
from psycopg import sql

from desktop_migrator.model import Item, Rejection
from desktop_migrator.postgres.types.text_escape import escape, identity_text, to_bytes

Cursor = psycopg.Cursor[tuple[Any, ...]]


class Action(StrEnum):
    """What became of a row, as a letter of `chunks.actions`."""

    INSERTED = "i"
    UPDATED = "u"
    UNCHANGED = "="
    SKIPPED = "s"
    DELETED = "d"


@dataclass(frozen=True, slots=True)
class Written:
    """Rows of one table of which the same columns were given."""

    seq: int
    """The number of their chunk."""
    columns: tuple[str, ...]
    ids: list[str]
    actions: str
    """A letter of `Action` for each row."""
    digests: bytes
    """The digest of what was sent, one after the other."""


_CHUNK = sql.SQL("""
INSERT INTO desktop_migrator.chunks (
    run, seq, entity, target, columns, ids, actions, digests,
    inserted, updated, unchanged, skipped, deleted, state
) VALUES (%s, %s, %s, %s, %s, %b, %s, %b, %s, %s, %s, %s, %s, ({state}))
""")


def chunk(
    cursor: Cursor,
    *,
    run: str,
    entity: str,
    target: str,
    state: sql.Composable,
    written: Written,
) -> None:
    """`state` is a query for the xmin of the rows just written, given the ids of one or none."""
    changed = written.actions.startswith((Action.INSERTED, Action.UPDATED))
    cursor.execute(
        _CHUNK.format(state=state),
        [
            run,
            written.seq,
            entity,
            target,
            list(written.columns),
            written.ids,
            written.actions,
            written.digests,
            *(written.actions.count(action) for action in Action),
            written.ids[:1] if changed else [],
        ],
    )


_QUARANTINE = """
INSERT INTO desktop_migrator.quarantine (
    run, number, entity, code, reason, remedy, source_id,
    browser, profile, store, storage_key, key, position, raw
) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


def quarantine(
    cursor: Cursor, *, run: str, numbers: Iterator[int], rejections: Sequence[Rejection]
) -> None:
    cursor.executemany(
        _QUARANTINE,
        [
            [
                run,
                number,
                rejection.entity,
                rejection.code,
                rejection.reason,
                rejection.remedy,
                None if rejection.source_id is None else identity_text(rejection.source_id),
                rejection.source.store.profile.browser,
                escape(rejection.source.store.profile.name),
                escape(str(rejection.source.store.path)),
                escape(str(rejection.source.storage_key)),
                escape(rejection.source.key),
                escape(rejection.source.position),
                to_bytes(rejection.raw),
            ]
            for rejection, number in zip(rejections, numbers, strict=False)
        ],
    )


_FORGET = """
DELETE FROM desktop_migrator.escaped_texts WHERE target = %s AND target_id = ANY(%b::text[])
"""
_ESCAPED = """
INSERT INTO desktop_migrator.escaped_texts (target, target_id, columns) VALUES (%s, %s, %s)
"""
_ESCAPED_TOO = """
INSERT INTO desktop_migrator.escaped_texts AS known (target, target_id, columns)
VALUES (%s, %s, %s)
ON CONFLICT (target, target_id) DO UPDATE
SET columns = ARRAY(SELECT DISTINCT unnest(known.columns || excluded.columns) ORDER BY 1)
"""


def escapes(
    cursor: Cursor, *, target: str, written: Sequence[Item], merged: Sequence[Item]
) -> None:
    """Which columns of the rows just written are escaped.

    What was known of a row is forgotten, but not where an item was merged into it.
    """
    cursor.execute(_FORGET, [target, [str(item.id) for item in written]])
    cursor.executemany(
        _ESCAPED,
        [[target, str(item.id), list(item.escaped)] for item in written if item.escaped],
    )
    cursor.executemany(
        _ESCAPED_TOO,
        [[target, str(item.id), list(item.escaped)] for item in merged if item.escaped],
    )
