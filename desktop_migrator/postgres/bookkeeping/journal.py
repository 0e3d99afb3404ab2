"""What undo goes by: rows as they were before a chunk changed them, and who wrote them last.

`keeping` makes an UPDATE or DELETE write the rows it changes into `desktop_migrator.journal`, in
the same statement and without sending them anywhere. A row's columns are kept as text by the
server's own output, which reads back exactly under the session settings of `connect`.

A row's *state* is its xmin, the transaction that wrote it. While that is the chunk's, nobody has
touched the row since. A row that undo has put back exactly is in the state of before again, which
`chunks.restored` remembers; so runs that changed the same row can be undone one after the other.
The number means nothing in another cluster, where a dump was restored.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from desktop_migrator.model import Column
from desktop_migrator.postgres.bookkeeping.chunks import Action
from desktop_migrator.postgres.types import adapters

Cursor = psycopg.Cursor[tuple[Any, ...]]

CHANGING_ACTIONS = (Action.INSERTED, Action.UPDATED, Action.DELETED)

_JOURNALED_CHANGE = sql.SQL("""
    WITH changed AS ({change})
    INSERT INTO desktop_migrator.journal (run, seq, columns, ids, images)
    SELECT %(run)s::uuid, %(seq)s::int, %(columns)s::text[], array_agg(before.id),
           array_agg(ROW(before.texts, before.state, before.escaped)::desktop_migrator.image)
    FROM (SELECT target.{id}::text AS id, target.xmin::text::bigint AS state,
                 ARRAY[{texts}] AS texts, escaped.columns AS escaped
          FROM {table} AS target
          LEFT JOIN desktop_migrator.escaped_texts AS escaped
            ON escaped.target = %(target)s AND escaped.target_id = target.{id}::text
          WHERE target.{id} = ANY({ids})) AS before
    JOIN changed ON changed.id = before.id
    HAVING count(*) > 0
    RETURNING ids
""")
_SELECT_CHUNK = """
    SELECT run::text, seq, entity, target, columns, ids, actions, digests, state, cluster,
           cluster = (SELECT system_identifier FROM pg_control_system()) AS same_cluster,
           undoes_run::text, undoes_seq
    FROM desktop_migrator.chunks WHERE run = %s AND seq = %s
"""
_SELECT_CHANGED_CHUNKS = """
    SELECT run::text, seq FROM desktop_migrator.chunks
    WHERE run = %s AND inserted + updated + deleted > 0 ORDER BY seq DESC
"""
_SELECT_ROW_ACTIONS = "SELECT ids, actions FROM desktop_migrator.chunks WHERE run = %s AND seq = %s"
_SELECT_UNDOING_CHUNKS = """
    SELECT run::text, seq, ids, actions FROM desktop_migrator.chunks
    WHERE undoes_run = %s AND undoes_seq = %s
"""
_SELECT_RESTORED = """
    SELECT state, ids, restored FROM desktop_migrator.chunks
    WHERE state = ANY(%s) AND target = %s AND cluster = %s AND restored IS NOT NULL
"""
_SELECT_BEFORE_IMAGES = """
    SELECT journal.columns, image.id, image.state
    FROM desktop_migrator.journal, unnest(journal.ids, journal.images)
         AS image (id, texts, state, escaped)
    WHERE run = %s AND seq = %s
"""


@dataclass(frozen=True, slots=True)
class ChunkRecord:
    """A chunk's record, as undo reads it."""

    run: str
    seq: int
    entity: str
    target: str
    columns: list[str]
    ids: list[str]
    actions: str
    digests: bytes
    state: int | None
    cluster: int
    same_cluster: bool
    """Whether this is the cluster that the states speak of."""
    undoes_run: str | None
    undoes_seq: int | None

    @property
    def key(self) -> tuple[str, int]:
        return self.run, self.seq


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
        self, table_name: str, columns: Sequence[str], ids: list[str]
    ) -> dict[str, Any]:
        """Those of `keeping`."""
        return {
            "run": self.run,
            "seq": self.seq,
            "target": table_name,
            "columns": list(columns),
            "ids": ids,
        }


def journal_keys(run: str, first: int = 0, step: int = 1) -> Iterator[JournalKey]:
    """The run's, one for each chunk, in order."""
    return (JournalKey(run, seq) for seq in count(first, step))


def with_before_images(
    statement: sql.Composable, table: sql.Composable, id_column: Column, columns: Iterable[str]
) -> sql.Composed:
    """A statement that does `change` and journals these columns of the rows that it changed.

    The change, of the table as `target`, returns the text of a row's id as `id`. Parameters:
    those of an `Entry`, for ids of all rows that may change, and the change's own, by name. The
    result's one row is the ids of those changed; there is no row if none was.
    """
    texts = (
        sql.SQL("target.{}::text").format(adapters.escaped_identifier(name)) for name in columns
    )
    return _JOURNALED_CHANGE.format(
        change=statement,
        id=adapters.escaped_identifier(id_column.name),
        texts=sql.SQL(", ").join(texts),
        table=table,
        ids=ids_parameter(id_column),
    )


def ids_parameter(id_column: Column) -> sql.Composed:
    """The parameter `ids`, of the id column's type."""
    return sql.SQL("%(ids)b{}").format(adapters.ids_cast(id_column))


def changed_chunk_keys(cursor: Cursor, run: str) -> list[tuple[str, int]]:
    """Keys of the chunks in which a run changed something, the newest first."""
    return [(run, seq) for run, seq in cursor.execute(_SELECT_CHANGED_CHUNKS, [run])]


def read_chunk(cursor: Cursor, key: tuple[str, int]) -> ChunkRecord:
    """Raises psycopg.ProgrammingError if there is none."""
    found = (
        cursor.connection.cursor(row_factory=class_row(ChunkRecord))
        .execute(_SELECT_CHUNK, key)
        .fetchone()
    )
    if found is None:
        raise psycopg.ProgrammingError("a chunk that was listed is gone")
    return found


def read_before_images(cursor: Cursor, key: tuple[str, int]) -> BeforeImages:
    before = BeforeImages()
    for columns, row_id, state in cursor.execute(_SELECT_BEFORE_IMAGES, key):
        before.columns[:] = columns
        before.xmins[row_id] = state
    return before


def undoable_changes(
    cursor: Cursor, key: tuple[str, int], ids: Sequence[str], actions: str
) -> dict[str, Action]:
    """What a chunk did to rows and is not undone; the undoing can be undone too."""
    result = {
        row_id: Action(action)
        for row_id, action in zip(ids, actions, strict=True)
        if action in CHANGING_ACTIONS
    }
    for run, seq, undone_ids, undone_actions in cursor.execute(
        _SELECT_UNDOING_CHUNKS, key
    ).fetchall():
        for row_id in undoable_changes(cursor, (run, seq), undone_ids, undone_actions):
            result.pop(row_id, None)
    return result


def undoable_counts(cursor: Cursor, run: str) -> Counter[Action]:
    """How many rows a run did something to that is not undone, by what it did."""
    left: Counter[Action] = Counter()
    for key in changed_chunk_keys(cursor, run):
        [(ids, actions)] = cursor.execute(_SELECT_ROW_ACTIONS, key).fetchall()
        left.update(undoable_changes(cursor, key, ids, actions).values())
    return left


def has_undoable(cursor: Cursor, run: str) -> bool:
    """Whether a run did something to rows that is not undone."""
    for key in changed_chunk_keys(cursor, run):
        [(ids, actions)] = cursor.execute(_SELECT_ROW_ACTIONS, key).fetchall()
        if undoable_changes(cursor, key, ids, actions):
            return True
    return False


def unchanged_since(
    cursor: Cursor, chunk: ChunkRecord, current_xmins: Mapping[str, int]
) -> set[str]:
    """The ids of rows, of those present with their states, that are as the chunk left them."""
    result: set[str] = set()
    states = dict(current_xmins) if chunk.same_cluster else {}
    while states:
        result |= {row_id for row_id, state in states.items() if state == chunk.state}
        others = list({state for state in states.values() if state != chunk.state})
        restored = {
            (row_id, state): before
            for state, ids, befores in cursor.execute(
                _SELECT_RESTORED, [others, chunk.target, chunk.cluster]
            )
            for row_id, before in zip(ids, befores, strict=True)
            if before is not None
        }
        states = {
            row_id: restored[row_id, state]
            for row_id, state in states.items()
            if (row_id, state) in restored
        }
    return result
