"""Which texts of the target's rows are escaped, since PostgreSQL cannot hold them as they are."""

from collections.abc import Sequence
from typing import Any

import psycopg

from desktop_migrator.model import Item, RowOwner

Cursor = psycopg.Cursor[tuple[Any, ...]]

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


def escaped_target(table_name: str, owner: RowOwner | None) -> str:
    """What stands for a table there; where people's rows may have equal ids, for one's rows."""
    return table_name if owner is None else f"{table_name} ({owner.column} = {owner.user_id})"


def record_escaped_columns(
    cursor: Cursor, *, target: str, written_items: Sequence[Item], merged_items: Sequence[Item]
) -> None:
    """Which columns of the rows just written are escaped; `target` is as `escaped_target` has it.

    What was known of a row is forgotten, but not where an item was merged into it.
    """
    cursor.execute(_DELETE_ESCAPED, [target, [str(item.id) for item in written_items]])
    cursor.executemany(
        _INSERT_ESCAPED,
        [[target, str(item.id), list(item.escaped)] for item in written_items if item.escaped],
    )
    cursor.executemany(
        _MERGE_ESCAPED,
        [[target, str(item.id), list(item.escaped)] for item in merged_items if item.escaped],
    )
