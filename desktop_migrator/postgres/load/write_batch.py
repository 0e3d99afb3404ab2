"""Writes items with distinct ids into one table: decides each, then new rows and changed ones."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import msgspec

from desktop_migrator.model import Counts, Item, Rejection, Resolution
from desktop_migrator.postgres.bookkeeping.chunks import Action, WrittenRows
from desktop_migrator.postgres.bookkeeping.journal import JournalKey
from desktop_migrator.postgres.connection.errors import ROW_ERRORS
from desktop_migrator.postgres.load.conflicts import ConflictResolver
from desktop_migrator.postgres.load.references import ResolvedReferences
from desktop_migrator.postgres.load.rejections import ambiguous_id, owned_by_other_user
from desktop_migrator.postgres.load.table_writer import (
    ColumnSubset,
    Cursor,
    ExistingRow,
    RowsRefusedError,
    TableWriter,
)
from desktop_migrator.postgres.types.merge import merge_values


@dataclass(slots=True)
class WriteResult:
    """What became of some items of one entity."""

    written_rows: list[WrittenRows] = field(default_factory=list)
    written_items: list[Item] = field(default_factory=list)
    """Those whose rows were inserted or replaced."""
    merged_items: list[Item] = field(default_factory=list)
    """Those merged into rows, UNSET in the columns that were not written."""
    rejected: list[Rejection] = field(default_factory=list)
    owned_by_other: list[Item] = field(default_factory=list)
    """Those whose own ids are those of rows that are not this user's; they were not written."""
    null_references: int = 0
    """References that were left empty."""
    counts: Counts = field(default_factory=Counts)

    def accept_resolved(self, resolved: ResolvedReferences) -> list[Item]:
        """The items that can be written; enters what became of the others."""
        self.rejected += resolved.rejected
        self.null_references += resolved.null_references
        return resolved.ready

    def add(self, other: "WriteResult") -> None:
        self.written_rows += other.written_rows
        self.written_items += other.written_items
        self.merged_items += other.merged_items
        self.rejected += other.rejected
        self.owned_by_other += other.owned_by_other
        self.null_references += other.null_references
        self.counts += other.counts


@dataclass(slots=True)
class _SubsetGroup:
    """Items that fill the same columns, by position, with the digests of those that exist."""

    inserts: list[int] = field(default_factory=list)
    updates: dict[int, bytes] = field(default_factory=dict)
    unchanged: dict[int, bytes] = field(default_factory=dict)
    skipped: dict[int, bytes] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.inserts or self.updates or self.unchanged or self.skipped)


def write_batch(
    cursor: Cursor,
    writer: TableWriter,
    resolver: ConflictResolver,
    items: Sequence[Item],
    journal_keys: Iterator[JournalKey],
) -> WriteResult:
    """Decide and write; the caller has set a savepoint.

    Raises RowsRefusedError with the position among `items` where the server says which it is.
    """
    result = WriteResult()
    items = list(items)
    ids = [str(item.id) for item in items]
    merged: set[int] = set()
    existing = writer.read_for_update(cursor, ids)
    groups: dict[ColumnSubset, _SubsetGroup] = {}
    for position, item in enumerate(items):
        found = existing.get(ids[position])
        if found is not None and found.ambiguous_id:
            result.rejected.append(ambiguous_id(item))
            continue
        if found is not None and found.owned_by_other:
            if item.derived:
                result.rejected.append(owned_by_other_user(item))
            else:
                result.owned_by_other.append(item)
            continue
        shape = writer.column_subset(item)
        group = groups.get(shape)
        if group is None:
            group = groups[shape] = _SubsetGroup()
        if found is None:
            group.inserts.append(position)
        elif _assign_to_group(resolver, shape, group, position, item, found) is Resolution.MERGE:
            change = _merge_change(writer, item, found)
            if change is not None:
                del group.skipped[position]
                merged.add(position)
                items[position] = change
                part = writer.column_subset(change)
                digest = part.digest(part.project(change.values))
                groups.setdefault(part, _SubsetGroup()).updates[position] = digest
    for shape, group in groups.items():
        if not group:
            continue  # all its items were merged, in another shape
        entry = next(journal_keys)
        result.written_rows.append(_write_group(cursor, writer, items, ids, shape, group, entry))
        changed = (*group.inserts, *group.updates)
        result.written_items += [items[position] for position in changed if position not in merged]
        result.merged_items += [items[position] for position in changed if position in merged]
        result.counts += Counts(
            inserted=len(group.inserts),
            updated=len(group.updates),
            unchanged=len(group.unchanged),
            skipped=len(group.skipped),
            conflicts=len(group.updates) + len(group.skipped),
        )
    writer.check_constraints(cursor)
    return result


def _assign_to_group(
    resolver: ConflictResolver,
    subset: ColumnSubset,
    group: _SubsetGroup,
    position: int,
    item: Item,
    existing: ExistingRow,
) -> Resolution | None:
    """Enters the item in its group; what is to be merged among those that are kept."""
    try:
        digest = subset.digest(subset.project(item.values))
    except ROW_ERRORS as error:
        raise RowsRefusedError(position, error) from None
    row_digest = subset.digest_row(subset.project(existing.values))
    if digest == row_digest:
        group.unchanged[position] = digest
        return None
    answer = resolver.resolve(item, existing.values, row_digest, digest)
    if answer is Resolution.REPLACE:
        group.updates[position] = digest
    else:
        group.skipped[position] = digest
    return answer


def _merge_change(writer: TableWriter, item: Item, existing: ExistingRow) -> Item | None:
    """The item with only what is to be written over its row; None if that is nothing."""
    columns = writer.entity.columns[1:]
    try:
        changes = merge_values(columns, existing.values[1:], item.values[1:])
    except RecursionError:
        return None  # JSON of the row that is too deep to be read stays as it is
    written = {
        column.name
        for column, value in zip(columns, changes, strict=True)
        if value is not msgspec.UNSET
    }
    if not written:
        return None
    return msgspec.structs.replace(
        item,
        values=(item.values[0], *changes),
        escaped=tuple(name for name in item.escaped if name in written),
    )


def _write_group(
    cursor: Cursor,
    writer: TableWriter,
    items: Sequence[Item],
    ids: Sequence[str],
    subset: ColumnSubset,
    group: _SubsetGroup,
    journal_key: JournalKey,
) -> WrittenRows:
    digests: list[bytes] = []
    with _translate_error_position(group.inserts):
        if group.inserts:
            rows = [subset.project(items[position].values) for position in group.inserts]
            digests = writer.insert(cursor, subset, rows)
    with _translate_error_position(group.updates):
        if group.updates:
            rows = [subset.project(items[position].values) for position in group.updates]
            updated = [ids[position] for position in group.updates]
            writer.update(cursor, subset, rows, updated, journal_key)
    decided = (
        (Action.UPDATED, group.updates),
        (Action.UNCHANGED, group.unchanged),
        (Action.SKIPPED, group.skipped),
    )
    order = [*group.inserts, *(position for _, part in decided for position in part)]
    return WrittenRows(
        seq=journal_key.seq,
        columns=tuple(column.name for column in subset.columns),
        ids=[ids[position] for position in order],
        actions=Action.INSERTED * len(group.inserts)
        + "".join(action * len(part) for action, part in decided),
        digests=b"".join((*digests, *(digest for _, part in decided for digest in part.values()))),
    )


@contextmanager
def _translate_error_position(rows: Collection[int]) -> Iterator[None]:
    """Tell the position among all items, where a row of a statement was refused."""
    try:
        yield
    except RowsRefusedError as refusal:
        index = refusal.index
        position = None if index is None else list(rows)[index]
        raise RowsRefusedError(position, refusal.cause) from None
