"""Writes items with distinct ids into one table: decides each, then new rows and changed ones."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import msgspec

from desktop_migrator.model import Answer, Counts, Item, Rejection
from desktop_migrator.postgres.bookkeeping.chunks import Action, Written
from desktop_migrator.postgres.bookkeeping.journal import Entry
from desktop_migrator.postgres.connection.errors import ROW_ERRORS
from desktop_migrator.postgres.load.conflicts import Judge
from desktop_migrator.postgres.load.references import Linked
from desktop_migrator.postgres.load.rejections import foreign, several
from desktop_migrator.postgres.load.table_writer import (
    Cursor,
    Found,
    RowsRefusedError,
    Shape,
    Target,
)
from desktop_migrator.postgres.types.merge import merge_values


@dataclass(slots=True)
class Result:
    """What became of some items of one entity."""

    written: list[Written] = field(default_factory=list)
    touched: list[Item] = field(default_factory=list)
    """Those whose rows were inserted or replaced."""
    merged: list[Item] = field(default_factory=list)
    """Those merged into rows, UNSET in the columns that were not written."""
    rejected: list[Rejection] = field(default_factory=list)
    taken: list[Item] = field(default_factory=list)
    """Those whose own ids are those of rows that are not this user's; they were not written."""
    nulled: int = 0
    """References that were left empty."""
    counts: Counts = field(default_factory=Counts)

    def linked(self, linked: Linked) -> list[Item]:
        """The items that can be written; enters what became of the others."""
        self.rejected += linked.rejected
        self.nulled += linked.nulled
        return linked.ready

    def add(self, other: "Result") -> None:
        self.written += other.written
        self.touched += other.touched
        self.merged += other.merged
        self.rejected += other.rejected
        self.taken += other.taken
        self.nulled += other.nulled
        self.counts += other.counts


@dataclass(slots=True)
class _Group:
    """Items that fill the same columns, by position, with the digests of those that exist."""

    inserts: list[int] = field(default_factory=list)
    updates: dict[int, bytes] = field(default_factory=dict)
    unchanged: dict[int, bytes] = field(default_factory=dict)
    skipped: dict[int, bytes] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.inserts or self.updates or self.unchanged or self.skipped)


def write(
    cursor: Cursor,
    target: Target,
    judge: Judge,
    items: Sequence[Item],
    entries: Iterator[Entry],
) -> Result:
    """Decide and write; the caller has set a savepoint.

    Raises RowsRefusedError with the position among `items` where the server says which it is.
    """
    result = Result()
    items = list(items)
    ids = [str(item.id) for item in items]
    merged: set[int] = set()
    existing = target.lock(cursor, ids)
    groups: dict[Shape, _Group] = {}
    for position, item in enumerate(items):
        found = existing.get(ids[position])
        if found is not None and found.several:
            result.rejected.append(several(item))
            continue
        if found is not None and found.foreign:
            if item.derived:
                result.rejected.append(foreign(item))
            else:
                result.taken.append(item)
            continue
        shape = target.shape(item)
        group = groups.get(shape)
        if group is None:
            group = groups[shape] = _Group()
        if found is None:
            group.inserts.append(position)
        elif _decide(judge, shape, group, position, item, found) is Answer.MERGE:
            change = _change(target, item, found)
            if change is not None:
                del group.skipped[position]
                merged.add(position)
                items[position] = change
                part = target.shape(change)
                digest = part.digest(part.pick(change.values))
                groups.setdefault(part, _Group()).updates[position] = digest
    for shape, group in groups.items():
        if not group:
            continue  # all its items were merged, in another shape
        entry = next(entries)
        result.written.append(_write_group(cursor, target, items, ids, shape, group, entry))
        changed = (*group.inserts, *group.updates)
        result.touched += [items[position] for position in changed if position not in merged]
        result.merged += [items[position] for position in changed if position in merged]
        result.counts += Counts(
            inserted=len(group.inserts),
            updated=len(group.updates),
            unchanged=len(group.unchanged),
            skipped=len(group.skipped),
            conflicts=len(group.updates) + len(group.skipped),
        )
    target.check_constraints(cursor)
    return result


def _decide(
    judge: Judge, shape: Shape, group: _Group, position: int, item: Item, found: Found
) -> Answer | None:
    """Enters the item in its group; what is to be merged among those that are kept."""
    try:
        digest = shape.digest(shape.pick(item.values))
    except ROW_ERRORS as error:
        raise RowsRefusedError(position, error) from None
    row_digest = shape.digest_of_row(shape.pick(found.values))
    if digest == row_digest:
        group.unchanged[position] = digest
        return None
    answer = judge.answer(item, found.values, row_digest, digest)
    if answer is Answer.REPLACE:
        group.updates[position] = digest
    else:
        group.skipped[position] = digest
    return answer


def _change(target: Target, item: Item, found: Found) -> Item | None:
    """The item with only what is to be written over its row; None if that is nothing."""
    columns = target.entity.columns[1:]
    try:
        changes = merge_values(columns, found.values[1:], item.values[1:])
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
    target: Target,
    items: Sequence[Item],
    ids: Sequence[str],
    shape: Shape,
    group: _Group,
    entry: Entry,
) -> Written:
    digests: list[bytes] = []
    with _positions(group.inserts):
        if group.inserts:
            rows = [shape.pick(items[position].values) for position in group.inserts]
            digests = target.insert(cursor, shape, rows)
    with _positions(group.updates):
        if group.updates:
            rows = [shape.pick(items[position].values) for position in group.updates]
            updated = [ids[position] for position in group.updates]
            target.update(cursor, shape, rows, updated, entry)
    decided = (
        (Action.UPDATED, group.updates),
        (Action.UNCHANGED, group.unchanged),
        (Action.SKIPPED, group.skipped),
    )
    order = [*group.inserts, *(position for _, part in decided for position in part)]
    return Written(
        seq=entry.seq,
        columns=tuple(column.name for column in shape.columns),
        ids=[ids[position] for position in order],
        actions=Action.INSERTED * len(group.inserts)
        + "".join(action * len(part) for action, part in decided),
        digests=b"".join((*digests, *(digest for _, part in decided for digest in part.values()))),
    )


@contextmanager
def _positions(rows: Collection[int]) -> Iterator[None]:
    """Tell the position among all items, where a row of a statement was refused."""
    try:
        yield
    except RowsRefusedError as refusal:
        index = refusal.index
        position = None if index is None else list(rows)[index]
        raise RowsRefusedError(position, refusal.cause) from None
