"""A run held against what its sources hold now, item by item. Changes nothing.

What differs is told apart: rows that are not as they were sent (see `integrity`), items that the
browser has changed since, that were kept in a conflict, that were never sent, and rows whose item
the browser no longer has.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec
import sqlalchemy

from desktop_migrator.model import Item, Rejection, TargetEntity
from desktop_migrator.postgres.bookkeeping.row_ids import resolve
from desktop_migrator.postgres.bookkeeping.runs import Run
from desktop_migrator.postgres.connection.errors import translated
from desktop_migrator.postgres.load.batches import ChunkLimits, chunks
from desktop_migrator.postgres.load.references import Links
from desktop_migrator.postgres.load.table_writer import Target
from desktop_migrator.postgres.types import adapters
from desktop_migrator.postgres.verify.row_state import (
    JUDGED,
    Rows,
    Sent,
    digests,
    last_sent,
    sent_ids,
)


@dataclass(slots=True)
class Against:
    """One entity, in numbers of items."""

    items: int = 0
    as_sent: int = 0
    missing: int = 0
    """Sent, and the row is gone."""
    damaged: int = 0
    """Sent, and the row differs though its own time says that nobody changed it."""
    changed: int = 0
    """Sent, and the app has changed the row since."""
    newer: int = 0
    """The row is as it was sent; the browser's item is another one by now, or was merged."""
    kept: int = 0
    """Kept in a conflict, or not this run's to judge."""
    unsent: int = 0
    """Not in the database, though not newer than the run as far as it says."""
    since: int = 0
    """Not in the database, and newer than the run."""
    rejected: int = 0
    extra: int = 0
    """Rows that were sent and whose item the browser no longer has."""

    @property
    def ok(self) -> bool:
        return not (self.missing or self.damaged or self.unsent)


@dataclass(slots=True)
class _Met:
    """An entity's items so far, by the ids of their rows."""

    equal: set[str] = field(default_factory=set)
    other: dict[str, datetime | None] = field(default_factory=dict)
    """Those whose row is not like them or not there, with the item's own time."""


class Comparison:
    """Takes the items of the sources, then says what they come to."""

    def __init__(
        self,
        connection: sqlalchemy.Connection,
        entities: Iterable[TargetEntity],
        run: Run,
        user_id: str,
    ) -> None:
        self._connection = connection
        self._run = run
        self._user_id = user_id
        self._entities = {entity.name: entity for entity in entities}
        self._met = {name: _Met() for name in self._entities}
        self.results = {name: Against() for name in self._entities}

    def take(self, outcomes: Iterable[Item | Rejection]) -> None:
        with translated():
            for chunk in chunks(outcomes, self._entities, ChunkLimits()):
                self.results[chunk.entity].rejected += len(chunk.rejections)
                if chunk.items:
                    self._compare(self._entities[chunk.entity], chunk.items)

    def _compare(self, entity: TargetEntity, items: Sequence[Item]) -> None:
        met = self._met[entity.name]
        for item, alike in compared(self._connection, entity, self._user_id, items):
            row_id = str(item.id)
            if alike:
                met.equal.add(row_id)
                met.other.pop(row_id, None)
            elif row_id not in met.equal:
                met.other[row_id] = item.updated_at

    def finish(self, rows: Mapping[str, Rows]) -> dict[str, Against]:
        """The numbers by entity; `rows` is what `integrity.compare_rows` found."""
        with translated():
            for name, entity in self._entities.items():
                self._judge(entity, self._met[name], rows[name], self.results[name])
        return self.results

    def _judge(self, entity: TargetEntity, met: _Met, rows: Rows, result: Against) -> None:
        result.items = len(met.equal) + len(met.other)
        result.as_sent = len(met.equal)
        sent = last_sent(self._connection, entity, self._run, sorted(met.other))
        found = digests(self._connection, entity, sent)
        there = found.keys() | _there(self._connection, entity, met.other.keys() - sent.keys())
        for row_id, time in met.other.items():
            kind = self._kind(row_id, time, rows, sent.get(row_id), there)
            setattr(result, kind, getattr(result, kind) + 1)
        for ids in sent_ids(self._connection, entity, self._run):
            result.extra += len(ids - met.equal - met.other.keys())

    def _kind(
        self,
        row_id: str,
        time: datetime | None,
        rows: Rows,
        sent: Sent | None,
        there: Collection[str],
    ) -> str:
        if row_id in rows.missing:
            return "missing"
        if row_id in rows.damaged:
            return "damaged"
        if row_id in rows.changed:
            return "changed"
        if sent is not None:
            return "newer" if sent.action in JUDGED and not sent.taken_back else "kept"
        if row_id in there:
            return "kept"
        return "since" if time is not None and time > self._run.started else "unsent"


def compared(
    connection: sqlalchemy.Connection,
    entity: TargetEntity,
    user_id: str,
    items: Sequence[Item],
) -> Iterator[tuple[Item, bool]]:
    """Each item with the id that its row has, and whether the row is there and like the item."""
    target = Target(entity, user_id)
    savepoint = connection.begin_nested()
    try:  # ids of items that were never sent are not to be written down
        cursor = adapters.cursor(connection)
        resolved = resolve(cursor, user_id, entity, items, given=True)
        resolved = Links(entity, user_id).supposed(cursor, resolved, loaded=True)
    finally:
        savepoint.rollback()
    wanted: dict[str, Sent] = {}
    for item in resolved:
        wanted[str(item.id)] = as_sent(target, item)
    found = digests(connection, entity, wanted)
    for item in resolved:
        mine = as_sent(target, item)
        row_id = str(item.id)
        if mine.columns != wanted[row_id].columns:  # twice in this chunk, of different columns
            alike = digests(connection, entity, {row_id: mine}).get(row_id) == mine.digest
        else:
            alike = found.get(row_id) == mine.digest
        yield item, alike


def as_sent(target: Target, item: Item) -> Sent:
    """What a chunk's record would say of the item."""
    shape = target.shape(item)
    filled = [value for value in item.values if value is not msgspec.UNSET]
    names = tuple(column.name for column in shape.columns)
    return Sent("", shape.digest(filled), names, taken_back=False)


def _there(
    connection: sqlalchemy.Connection, entity: TargetEntity, ids: Collection[str]
) -> set[str]:
    key = (entity.id_column,)
    return set(digests(connection, entity, {each: Sent("", b"", key, False) for each in ids}))


def as_were(
    connection: sqlalchemy.Connection,
    entity: TargetEntity,
    user_id: str,
    items: Sequence[Item],
    wanted: Mapping[str, Sent],
) -> list[Item]:
    """Those of the items that are exactly what was sent for one of the wanted rows."""
    target = Target(entity, user_id)
    savepoint = connection.begin_nested()
    try:
        cursor = adapters.cursor(connection)
        resolved = resolve(cursor, user_id, entity, items, given=True)
        resolved = Links(entity, user_id).supposed(cursor, resolved, loaded=True)
    finally:
        savepoint.rollback()
    exact = []
    for item, with_id in zip(items, resolved, strict=True):
        sent, mine = wanted.get(str(with_id.id)), as_sent(target, with_id)
        if sent and (sent.digest, sent.columns) == (mine.digest, mine.columns):
            exact.append(item)
    return exact
