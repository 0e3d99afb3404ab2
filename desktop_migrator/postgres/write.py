"""Writes items with distinct ids into one table: decides each, then new rows and changed ones."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from desktop_migrator.model import ConflictPolicy, Counts, Item, Rejection
from desktop_migrator.postgres.record import Action, Written
from desktop_migrator.postgres.refusal import ROW_ERRORS
from desktop_migrator.postgres.rejections import foreign
from desktop_migrator.postgres.target import Cursor, Found, RowsRefusedError, Shape, Target


@dataclass(slots=True)
class Result:
    """What became of some items of one entity."""

    written: list[Written] = field(default_factory=list)
    touched: list[Item] = field(default_factory=list)
    """Those whose rows were inserted or updated."""
    rejected: list[Rejection] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)

    def add(self, other: "Result") -> None:
        self.written += other.written
        self.touched += other.touched
        self.rejected += other.rejected
        self.counts += other.counts


@dataclass(slots=True)
class _Group:
    """Items that fill the same columns, by position, with the digests of those that exist."""

    inserts: list[int] = field(default_factory=list)
    updates: dict[int, bytes] = field(default_factory=dict)
    unchanged: dict[int, bytes] = field(default_factory=dict)
    skipped: dict[int, bytes] = field(default_factory=dict)


def write(cursor: Cursor, target: Target, policy: ConflictPolicy, items: Sequence[Item]) -> Result:
    """Decide and write; the caller has set a savepoint.

    Raises RowsRefusedError with the position among `items` where the server says which it is.
    """
    result = Result()
    ids = [str(item.id) for item in items]
    existing = target.lock(cursor, ids)
    groups: dict[Shape, _Group] = {}
    for position, item in enumerate(items):
        found = existing.get(ids[position])
        if found is not None and found.foreign:
            result.rejected.append(foreign(item))
            continue
        shape = target.shape(item)
        group = groups.get(shape)
        if group is None:
            group = groups[shape] = _Group()
        if found is None:
            group.inserts.append(position)
        else:
            _decide(policy, shape, group, position, item, found)
    for shape, group in groups.items():
        result.written.append(_write_group(cursor, target, items, ids, shape, group))
        result.touched += [items[position] for position in (*group.inserts, *group.updates)]
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
    policy: ConflictPolicy, shape: Shape, group: _Group, position: int, item: Item, found: Found
) -> None:
    try:
        digest = shape.digest(shape.pick(item.values))
    except ROW_ERRORS as error:
        raise RowsRefusedError(position, error) from None
    if digest == shape.digest_of_row(shape.pick(found.values)):
        group.unchanged[position] = digest
    elif policy is ConflictPolicy.OVERWRITE:
        group.updates[position] = digest
    else:
        group.skipped[position] = digest


def _write_group(
    cursor: Cursor,
    target: Target,
    items: Sequence[Item],
    ids: Sequence[str],
    shape: Shape,
    group: _Group,
) -> Written:
    digests: list[bytes] = []
    with _positions(group.inserts):
        if group.inserts:
            rows = [shape.pick(items[position].values) for position in group.inserts]
            digests = target.insert(cursor, shape, rows)
    with _positions(group.updates):
        if group.updates:
            rows = [shape.pick(items[position].values) for position in group.updates]
            target.update(cursor, shape, rows)
    decided = (
        (Action.UPDATED, group.updates),
        (Action.UNCHANGED, group.unchanged),
        (Action.SKIPPED, group.skipped),
    )
    order = [*group.inserts, *(position for _, part in decided for position in part)]
    return Written(
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
