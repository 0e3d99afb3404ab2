"""The step of a load that writes: new rows by COPY, changed ones through a stage.

A row that the server refuses costs its neighbours nothing: they are written without it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import sqlalchemy
from psycopg.errors import UniqueViolation

from desktop_migrator.postgres.bookkeeping.chunks import Action, ChunkRecord
from desktop_migrator.postgres.bookkeeping.journal import JournalKey
from desktop_migrator.postgres.load.chunk import Chunk, RowOperation
from desktop_migrator.postgres.load.isolate_bad_rows import RowsRefusedError, isolate_bad_rows
from desktop_migrator.postgres.load.probe_rows import SelfReferences, probe_rows
from desktop_migrator.postgres.load.rejections import kept_by_trigger, rejected_by_database
from desktop_migrator.postgres.load.table_writer import ColumnSubset, Cursor, TableWriter
from desktop_migrator.postgres.load.taken_ids import new_id_would_do


def write_rows(
    connection: sqlalchemy.Connection,
    writer: TableWriter,
    chunk: Chunk,
    operations: Sequence[RowOperation],
    journal_keys: Iterator[JournalKey],
) -> None:
    """Write what was decided; enters it in the chunk with its records.

    A row that clashes with another one may have been inserted by somebody else since it was looked
    for, so its item is decided once more in the chunk's next round. Where it clashes again, with a
    row that is surely another person's, and by its id alone, it gets another id; otherwise it is
    rejected.
    """

    self_references = SelfReferences(chunk.cursor, writer)

    def refuse(operation: RowOperation, cause: BaseException) -> None:
        item = operation.item
        if isinstance(cause, UniqueViolation) and item.source not in chunk.retried:
            chunk.retried.add(item.source)
            chunk.ready.append(item)
        elif (
            isinstance(cause, UniqueViolation)
            and not item.derived
            and new_id_would_do(connection, writer, item, cause)
        ):
            chunk.owned_by_other.append(item)
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

    for part, written in isolate_bad_rows(connection, operations, write, refuse, probe):
        for operation in part:
            if id(operation) in written.kept_away:
                item = operation.item
                chunk.rejected.append((kept_by_trigger(item), item))
            else:
                chunk.done.append(operation)
        chunk.records += written.records
        chunk.trigger_times += written.trigger_times


MAX_COPIES = 8
"""Ways to fill columns up to which new rows go by a COPY each, the quickest for many rows alike."""


@dataclass(frozen=True, slots=True)
class _Written:
    records: list[ChunkRecord]
    kept_away: set[int]
    """`id`s of the operations that a trigger kept away without a word."""
    trigger_times: int
    """Rows of which triggers set the time of change."""


def _write(
    cursor: Cursor,
    writer: TableWriter,
    journal_keys: Iterator[JournalKey],
    operations: Sequence[RowOperation],
) -> _Written:
    """Raises RowsRefusedError with the position among the operations, where the server tells it."""
    parts: dict[tuple[ColumnSubset, bool], list[int]] = {}
    for position, operation in enumerate(operations):
        kind = operation.subset, operation.merged is not None
        parts.setdefault(kind, []).append(position)
    keys = {kind: next(journal_keys) for kind in parts}
    _insert(cursor, writer, operations, parts)
    kept_away = _update(cursor, writer, operations, parts, keys)
    writer.check_constraints(cursor)
    written = [each for place, each in enumerate(operations) if place not in kept_away]
    trigger_times = _adopt_trigger_times(cursor, writer, written)
    records = []
    for kind, positions in parts.items():
        if written := [operations[each] for each in positions if each not in kept_away]:
            records.append(_record(writer, keys[kind], kind[0], written))
    return _Written(records, {id(operations[position]) for position in kept_away}, trigger_times)


def _adopt_trigger_times(
    cursor: Cursor, writer: TableWriter, operations: Sequence[RowOperation]
) -> int:
    """Have the records say which time of change the rows have where triggers of the table set it,
    as many apps have them do; returns in how many rows."""
    name = writer.entity.updated_column
    changed = [
        operation
        for operation in operations
        if operation.action in {Action.INSERTED, Action.UPDATED}
        and any(column.name == name for column in operation.subset.columns)
    ]
    if not changed or not writer.has_triggers(cursor):
        return 0
    number = 0
    column = next(each for each in writer.entity.columns if each.name == name)
    times = writer.read_column(cursor, column, [str(operation.item.id) for operation in changed])
    for operation in changed:
        subset, row_id = operation.subset, str(operation.item.id)
        if row_id not in times:
            continue
        values = list(subset.project(operation.to_write.values))
        values[subset.columns.index(column)] = times[row_id]
        digest = subset.digest(values)
        if digest != operation.digest:
            number += 1
            # By the item's own digest a run that is resumed knows it.
            operation.fingerprint = operation.fingerprint or subset.fingerprint(operation.digest)
            operation.digest = digest
    return number


def _insert(
    cursor: Cursor,
    writer: TableWriter,
    operations: Sequence[RowOperation],
    parts: Mapping[tuple[ColumnSubset, bool], Sequence[int]],
) -> None:
    inserts = {
        kind: chosen
        for kind, positions in parts.items()
        if (chosen := _positions_of(Action.INSERTED, operations, positions))
    }
    if len(inserts) > MAX_COPIES:
        positions = [position for chosen in inserts.values() for position in chosen]
        with _position_among(positions):
            whole = [operations[position].item.values for position in positions]
            done = writer.insert_mixed(cursor, whole)
        if done:
            for (subset, _), chosen in inserts.items():
                for operation in (operations[position] for position in chosen):
                    operation.digest = subset.digest(subset.project(operation.item.values))
            return
    for (subset, _), chosen in inserts.items():
        with _position_among(chosen):
            rows = [subset.project(operations[position].item.values) for position in chosen]
            digests = writer.insert(cursor, subset, rows)
        for position, digest in zip(chosen, digests, strict=True):
            operations[position].digest = digest


def _update(
    cursor: Cursor,
    writer: TableWriter,
    operations: Sequence[RowOperation],
    parts: Mapping[tuple[ColumnSubset, bool], Sequence[int]],
    keys: Mapping[tuple[ColumnSubset, bool], JournalKey],
) -> set[int]:
    """Returns the positions of those that were kept away."""
    key_of = {
        position: keys[kind]
        for kind, positions in parts.items()
        for position in _positions_of(Action.UPDATED, operations, positions)
    }
    if not key_of:
        return set()
    ids = [str(operations[position].item.id) for position in key_of]
    with _position_among(key_of):
        rows = [operations[position].to_write.values for position in key_of]
        changed = writer.update(cursor, rows, ids, list(key_of.values()))
    if len(changed) == len(ids):
        return set()
    there = writer.read(cursor, ids)  # which spells their ids as the table does
    kept = there.keys() - changed
    return {position for position, row_id in zip(key_of, ids, strict=True) if row_id in kept}


def _positions_of(
    action: Action, operations: Sequence[RowOperation], positions: Sequence[int]
) -> list[int]:
    return [position for position in positions if operations[position].action is action]


def _record(
    writer: TableWriter, key: JournalKey, subset: ColumnSubset, operations: list[RowOperation]
) -> ChunkRecord:
    # What was written comes first: by the first row the record knows the state of all.
    order = (Action.INSERTED, Action.UPDATED, Action.UNCHANGED, Action.SKIPPED)
    ordered = sorted(operations, key=lambda operation: order.index(operation.action))
    if any(operation.fingerprint for operation in ordered):
        fingerprints = [each.fingerprint or subset.fingerprint(each.digest) for each in ordered]
    else:
        fingerprints = []
    return ChunkRecord(
        run=key.run,
        seq=key.seq,
        entity=writer.entity.name,
        target=writer.qualified_name,
        owner_column=owner.column if (owner := writer.entity.owner) else None,
        columns=tuple(column.name for column in subset.columns),
        ids=[str(operation.item.id) for operation in ordered],
        actions="".join(operation.action for operation in ordered),
        digests=b"".join(operation.digest for operation in ordered),
        merged=b"".join(fingerprints) or None,
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
