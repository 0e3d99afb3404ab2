"""The step of a load that writes: new rows by COPY, changed ones through a stage.

A row that the server refuses costs its neighbours nothing: they are written without it.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

import sqlalchemy
from psycopg.errors import UniqueViolation

from desktop_migrator.postgres.bookkeeping.chunks import Action, ChunkRecord
from desktop_migrator.postgres.bookkeeping.journal import JournalKey
from desktop_migrator.postgres.load.chunk import Chunk, Decision
from desktop_migrator.postgres.load.isolate_bad_rows import RowsRefusedError, isolate_bad_rows
from desktop_migrator.postgres.load.rejections import rejected_by_database
from desktop_migrator.postgres.load.table_writer import ColumnSubset, Cursor, TableWriter


def write_rows(
    connection: sqlalchemy.Connection,
    writer: TableWriter,
    chunk: Chunk,
    decisions: Sequence[Decision],
    journal_keys: Iterator[JournalKey],
) -> None:
    """Write what was decided; enters it in the chunk with its records.

    A row that clashes with another one may have been inserted by somebody else since it was looked
    for, so its item is decided once more in the chunk's next round; otherwise it is rejected.
    """

    def refuse(decision: Decision, cause: BaseException) -> None:
        item = decision.item
        if isinstance(cause, UniqueViolation) and item.source not in chunk.retried:
            chunk.retried.add(item.source)
            chunk.ready.append(item)
        else:
            chunk.rejected.append((rejected_by_database(item, cause), item))

    write = partial(_write, chunk.cursor, writer, journal_keys)
    for written, records in isolate_bad_rows(connection, decisions, write, refuse):
        chunk.done += written
        chunk.records += records


def _write(
    cursor: Cursor,
    writer: TableWriter,
    journal_keys: Iterator[JournalKey],
    decisions: Sequence[Decision],
) -> list[ChunkRecord]:
    """Raises RowsRefusedError with the position among the decisions, where the server tells it."""
    by_subset: dict[ColumnSubset, list[int]] = {}
    for position, decision in enumerate(decisions):
        by_subset.setdefault(decision.subset, []).append(position)
    records = [
        _write_subset(cursor, writer, next(journal_keys), subset, decisions, positions)
        for subset, positions in by_subset.items()
    ]
    writer.check_constraints(cursor)
    return records


def _write_subset(
    cursor: Cursor,
    writer: TableWriter,
    key: JournalKey,
    subset: ColumnSubset,
    decisions: Sequence[Decision],
    positions: Sequence[int],
) -> ChunkRecord:
    by_action: dict[Action, list[int]] = {}
    for position in positions:
        by_action.setdefault(decisions[position].action, []).append(position)
    inserts = by_action.get(Action.INSERTED, [])
    updates = by_action.get(Action.UPDATED, [])
    with _position_among(inserts):
        if inserts:
            rows = [subset.project(decisions[position].item.values) for position in inserts]
            digests = writer.insert(cursor, subset, rows)
            for position, digest in zip(inserts, digests, strict=True):
                decisions[position].digest = digest
    with _position_among(updates):
        if updates:
            rows = [subset.project(decisions[position].to_write.values) for position in updates]
            ids = [str(decisions[position].item.id) for position in updates]
            writer.update(cursor, subset, rows, ids, key)
    # What was written comes first: by the first row the record knows the state of all.
    ordered = [
        decisions[position]
        for action in (Action.INSERTED, Action.UPDATED, Action.UNCHANGED, Action.SKIPPED)
        for position in by_action.get(action, ())
    ]
    return ChunkRecord(
        run=key.run,
        seq=key.seq,
        entity=writer.entity.name,
        target=writer.qualified_name,
        columns=tuple(column.name for column in subset.columns),
        ids=[str(decision.item.id) for decision in ordered],
        actions="".join(decision.action for decision in ordered),
        digests=b"".join(decision.digest for decision in ordered),
    )


@contextmanager
def _position_among(positions: Collection[int]) -> Iterator[None]:
    """Tells the position among all decisions where a row of a statement was refused."""
    try:
        yield
    except RowsRefusedError as refusal:
        index = refusal.index
        position = None if index is None else list(positions)[index]
        raise RowsRefusedError(position, refusal.cause) from None
