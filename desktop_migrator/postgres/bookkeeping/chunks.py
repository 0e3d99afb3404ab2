"""What a run did to rows, a chunk at a time, and how much of that is not undone.

A chunk's record is written in the transaction that writes its rows, and is what resuming,
verification and undo go by.

A row's *state* is its xmin, the transaction that wrote it. While that is the chunk's, nobody has
touched the row since. A row that undo has put back exactly is in the state of before again, which
`restored` remembers; so runs that changed the same row can be undone one after the other. The
number means nothing in another cluster, where a dump was restored.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from desktop_migrator.model import RowOwner

Cursor = psycopg.Cursor[tuple[Any, ...]]


class Action(StrEnum):
    """What became of a row, as a letter of `chunks.actions`."""

    INSERTED = "i"
    UPDATED = "u"
    UNCHANGED = "="
    SKIPPED = "s"
    DELETED = "d"


CHANGING_ACTIONS = (Action.INSERTED, Action.UPDATED, Action.DELETED)

_INSERT_CHUNK = sql.SQL("""
    INSERT INTO desktop_migrator.chunks (
        run, seq, entity, target, columns, ids, actions, digests,
        inserted, updated, unchanged, skipped, deleted, undoes_run, undoes_seq, restored, merged,
        owner_column, state
    ) VALUES (%s, %s, %s, %s, %s, %b, %s, %b, %s, %s, %s, %s, %s, %s, %s, %s, %b, %s, ({state}))
""")
_SELECT_CHUNK = """
    SELECT run::text, seq, entity, target, columns, ids, actions, digests, state, cluster,
           cluster = (SELECT system_identifier FROM pg_control_system()) AS same_cluster,
           undoes_run::text, undoes_seq, owner_column,
           (SELECT user_id FROM desktop_migrator.runs WHERE id = run) AS user_id
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkRecord:
    """Rows of one table of which the same columns were given, in the order of `ids`."""

    run: str
    seq: int
    """Its number in the run."""
    entity: str
    target: str
    """The table's name, with its schema if the plan gives one."""
    columns: Sequence[str]
    """The id's first."""
    ids: list[str]
    actions: str
    """A letter of `Action` for each row; of an undo, a letter of `KeptReason` for rows kept."""
    digests: bytes = b""
    """The digest of what was sent, `DIGEST_SIZE` bytes a row; an undo sends nothing."""
    state: int | None = None
    cluster: int | None = None
    """The system identifier of the cluster that the states speak of; filled in by the server."""
    same_cluster: bool = True
    """Whether this is that cluster."""
    undoes_run: str | None = None
    undoes_seq: int | None = None
    """The chunk that this one takes back."""
    restored: list[int | None] | None = None
    """For each row the state that it is in again; None: not exactly."""
    merged: bytes | None = None
    """Where items were merged with their rows: each item's fingerprint, `DIGEST_SIZE` bytes."""

    owner_column: str | None = None
    """The one in which the person stands, where several people's rows may have one id."""
    user_id: str | None = None
    """The run's; filled in by the server."""

    @property
    def key(self) -> tuple[str, int]:
        return self.run, self.seq

    @property
    def owner(self) -> RowOwner | None:
        """Among whose rows the ids are looked for, of a record that was read."""
        if self.owner_column is None or self.user_id is None:
            return None
        return RowOwner(self.owner_column, self.user_id)


def insert_chunk(
    cursor: Cursor, record: ChunkRecord, xmin_query: sql.Composable | None = None
) -> None:
    """`xmin_query` gives the state, given the id of one of the rows or none; else the record does.

    Raises psycopg.Error, a UniqueViolation among them where the run has a chunk of this number.
    """
    numbers = {action: record.actions.count(action) for action in Action}
    numbers[Action.SKIPPED] = 0
    numbers[Action.SKIPPED] = len(record.ids) - sum(numbers.values())
    changed = record.actions.startswith((Action.INSERTED, Action.UPDATED))
    cursor.execute(
        _INSERT_CHUNK.format(state=xmin_query or sql.Placeholder()),
        [
            *(record.run, record.seq, record.entity, record.target, list(record.columns)),
            *(record.ids, record.actions, record.digests),
            *(numbers[action] for action in Action),
            *(record.undoes_run, record.undoes_seq, record.restored, record.merged),
            record.owner_column,
            record.state if xmin_query is None else record.ids[:1] if changed else [],
        ],
    )


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
