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
from desktop_migrator.postgres.load.chunk import Chunk, RowOperation
from desktop_migrator.postgres.load.isolate_bad_rows import RowsRefusedError, isolate_bad_rows
from desktop_migrator.postgres.load.probe_rows import SelfReferences, probe_rows
from desktop_migrator.postgres.load.rejections import rejected_by_database
from desktop_migrator.postgres.load.table_writer import ColumnSubset, Cursor, TableWriter


def write_rows(
    connection: sqlalchemy.Connection,
    writer: TableWriter,
    chunk: Chunk,
    operations: Sequence[RowOperation],
    journal_keys: Iterator[JournalKey],
) -> None:
    """Write what was decided; enters it in the chunk with its records.

    A row that clashes with another one may have been inserted by somebody else since it was looked
    for, so its item is decided once more in the chunk's next round; otherwise it is rejected.
    """

    self_references = SelfReferences(chunk.cursor, writer)

    def refuse(operation: RowOperation, cause: BaseException) -> None:
        item = operation.item
        if isinstance(cause, UniqueViolation) and item.source not in chunk.retried:
            chunk.retried.add(item.source)
            chunk.ready.append(item)
        elif chunk.is_trial and chunk.rejected and self_references.refused(cause):
            pass  # perhaps for want of what is rejected; all is tried again without that
        else:
            chunk.rejected.append((rejected_by_database(item, cause), item))

    write = partial(_write, chunk.cursor, writer, journal_keys)

    def probe(left: Sequence[RowOperation]) -> dict[int, BaseException]:
        refused = probe_rows(chunk.cursor, writer, left)
        early = {
            position: cause for position, cause in refused.items() if self_references.refused(cause)
        }
        certain = {place: cause for place, cause in refused.items() if place not in early}
        # What they want for may come after them, unless all is tried again anyway.
        return certain | early if chunk.is_trial and (certain or chunk.rejected) else certain

    for written, records in isolate_bad_rows(connection, operations, write, refuse, probe):
        chunk.done += written
        chunk.records += records


def _write(
    cursor: Cursor,
    writer: TableWriter,
    journal_keys: Iterator[JournalKey],
    operations: Sequence[RowOperation],
) -> list[ChunkRecord]:
    """Raises RowsRefusedError with the position among the operations, where the server tells it."""
    by_subset: dict[ColumnSubset, list[int]] = {}
    for position, operation in enumerate(operations):
        by_subset.setdefault(operation.subset, []).append(position)
    records = [
        _write_subset(cursor, writer, next(journal_keys), subset, operations, positions)
        for subset, positions in by_subset.items()
    ]
    writer.check_constraints(cursor)
    return records


def _write_subset(
    cursor: Cursor,
    writer: TableWriter,
    key: JournalKey,
    subset: ColumnSubset,
    operations: Sequence[RowOperation],
    positions: Sequence[int],
) -> ChunkRecord:
    by_action: dict[Action, list[int]] = {}
    for position in positions:
        by_action.setdefault(operations[position].action, []).append(position)
    inserts = by_action.get(Action.INSERTED, [])
    updates = by_action.get(Action.UPDATED, [])
    with _position_among(inserts):
        if inserts:
            rows = [subset.project(operations[position].item.values) for position in inserts]
            digests = writer.insert(cursor, subset, rows)
            for position, digest in zip(inserts, digests, strict=True):
                operations[position].digest = digest
    with _position_among(updates):
        if updates:
            rows = [subset.project(operations[position].to_write.values) for position in updates]
            ids = [str(operations[position].item.id) for position in updates]
            writer.update(cursor, subset, rows, ids, key)
    # What was written comes first: by the first row the record knows the state of all.
    ordered = [
        operations[position]
        for action in (Action.INSERTED, Action.UPDATED, Action.UNCHANGED, Action.SKIPPED)
        for position in by_action.get(action, ())
    ]
    return ChunkRecord(
        run=key.run,
        seq=key.seq,
        entity=writer.entity.name,
        target=writer.qualified_name,
        columns=tuple(column.name for column in subset.columns),
        ids=[str(operation.item.id) for operation in ordered],
        actions="".join(operation.action for operation in ordered),
        digests=b"".join(operation.digest for operation in ordered),
    )


@contextmanager
def _position_among(positions: Collection[int]) -> Iterator[None]:
    """Tells the position among all operations where a row of a statement was refused."""
    try:
        yield
    except RowsRefusedError as refusal:
        index = refusal.index
        position = None if index is None else list(positions)[index]
        raise RowsRefusedError(position, refusal.cause) from None
