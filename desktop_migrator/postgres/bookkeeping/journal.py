"""What undo goes by: rows as they were before a chunk changed them.

`with_before_images` makes an UPDATE or DELETE write the rows it changes into
`desktop_migrator.journal`, in the same statement and without sending them anywhere. A row's columns
are kept as text by the server's own output, which reads back exactly under the session settings of
connection/engine.py.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import psycopg
from psycopg import sql

from desktop_migrator.model import Column, RowKey
from desktop_migrator.postgres.types import adapters

Cursor = psycopg.Cursor[tuple[Any, ...]]

_JOURNALED_CHANGE = sql.SQL("""
    WITH changed AS ({change})
    INSERT INTO desktop_migrator.journal (run, seq, columns, ids, images)
    SELECT %(run)s::uuid, coalesce(part.seq, %(seq)s::int), %(columns)s::text[],
           array_agg(before.id),
           array_agg(ROW(before.texts, before.state, before.escaped)::desktop_migrator.image)
    FROM (SELECT target.{id}::text AS id, target.xmin::text::bigint AS state,
                 ARRAY[{texts}] AS texts, escaped.columns AS escaped
          FROM {table} AS target
          LEFT JOIN desktop_migrator.escaped_texts AS escaped
            ON escaped.target = %(target)s AND escaped.target_id = target.{id}::text
          WHERE {these}) AS before
    JOIN changed ON changed.id = before.id
    LEFT JOIN unnest(%(part_ids)b::text[], %(part_seqs)b::int[]) AS part (id, seq)
      ON part.id = before.id
    GROUP BY coalesce(part.seq, %(seq)s::int)
    RETURNING ids
""")
_SELECT_BEFORE_IMAGES = """
    SELECT journal.columns, image.id, image.state
    FROM desktop_migrator.journal, unnest(journal.ids, journal.images)
         AS image (id, texts, state, escaped)
    WHERE run = %s AND seq = %s
"""


@dataclass(frozen=True, slots=True)
class BeforeImages:
    """What the journal has of a chunk, without the images themselves."""

    columns: list[str] = field(default_factory=list)
    xmins: dict[str, int] = field(default_factory=dict)
    """By id."""


@dataclass(frozen=True, slots=True)
class JournalKey:
    """Where a chunk's before-images go."""

    run: str
    seq: int

    def query_parameters(
        self,
        escaped_target: str,
        columns: Sequence[str],
        ids: list[str],
        parts: Mapping[str, int] | None = None,
    ) -> dict[str, Any]:
        """Those of `with_before_images`; `escaped_target` is as in escaped_texts.py, and `parts`
        are the chunks of rows that are not this one's."""
        return {
            "run": self.run,
            "seq": self.seq,
            "target": escaped_target,
            "columns": list(columns),
            "ids": ids,
            "part_ids": list(parts or ()),
            "part_seqs": list((parts or {}).values()),
        }


def journal_keys(run: str, first: int = 0, step: int = 1) -> Iterator[JournalKey]:
    """The run's, one for each chunk, in order."""
    return (JournalKey(run, seq) for seq in count(first, step))


def with_before_images(
    statement: sql.Composable, table: sql.Composable, row_key: RowKey, columns: Iterable[str]
) -> sql.Composed:
    """A statement that does `statement` and journals these columns of the rows that it changed.

    The change, of the table as `target`, returns the text of a row's id as `id`. Parameters:
    those of a `JournalKey`, for ids of all rows that may change, and the change's own, by name. The
    result has the ids of those changed, a row for each chunk that has some.
    """
    texts = (
        sql.SQL("target.{}::text").format(adapters.escaped_identifier(name)) for name in columns
    )
    return _JOURNALED_CHANGE.format(
        change=statement,
        id=adapters.escaped_identifier(row_key.id_column.name),
        texts=sql.SQL(", ").join(texts),
        table=table,
        these=adapters.having_ids(row_key, ids_parameter(row_key.id_column)),
    )


def ids_parameter(id_column: Column) -> sql.Composed:
    """The parameter `ids`, of the id column's type."""
    return sql.SQL("%(ids)b{}").format(adapters.ids_cast(id_column))


def read_before_images(cursor: Cursor, key: tuple[str, int]) -> BeforeImages:
    before = BeforeImages()
    for columns, row_id, state in cursor.execute(_SELECT_BEFORE_IMAGES, key):
        before.columns[:] = columns
        before.xmins[row_id] = state
    return before
