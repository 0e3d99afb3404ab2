"""A run held against what its sources hold now, item by item. Changes nothing.

What differs is told apart: rows that are not as they were sent (see row_state.py), items that the
browser has changed since, that were kept in a conflict, that were never sent, and rows whose item
the browser no longer has.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec
import sqlalchemy

from desktop_migrator.model import Item, Rejection, TargetEntity
from desktop_migrator.postgres.bookkeeping.row_ids import resolve_row_ids
from desktop_migrator.postgres.bookkeeping.runs import Run
from desktop_migrator.postgres.connection.errors import translate_errors
from desktop_migrator.postgres.load.batches import BatchLimits, iter_batches
from desktop_migrator.postgres.load.references import ReferenceResolver
from desktop_migrator.postgres.load.table_writer import TableWriter
from desktop_migrator.postgres.types import adapters
from desktop_migrator.postgres.verify.row_state import (
    MUST_MATCH,
    RowStates,
    SentRow,
    current_digests,
    last_sent_rows,
    sent_ids,
)


@dataclass(slots=True)
class SourceComparison:
    """One entity, in numbers of items."""

    items: int = 0
    equal: int = 0
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
    gone_from_source: int = 0
    """Rows that were sent and whose item the browser no longer has."""

    @property
    def ok(self) -> bool:
        return not (self.missing or self.damaged or self.unsent)


@dataclass(slots=True)
class _ComparedIds:
    """An entity's items so far, by the ids of their rows."""

    equal: set[str] = field(default_factory=set)
    differing: dict[str, datetime | None] = field(default_factory=dict)
    """Those whose row is not like them or not there, with the item's own time."""


class SourceComparer:
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
        self._compared = {name: _ComparedIds() for name in self._entities}
        self.results = {name: SourceComparison() for name in self._entities}

    def compare_outcomes(self, outcomes: Iterable[Item | Rejection]) -> None:
        with translate_errors():
            for chunk in iter_batches(outcomes, self._entities, BatchLimits()):
                self.results[chunk.entity].rejected += len(chunk.rejections)
                if chunk.items:
                    self._compare(self._entities[chunk.entity], chunk.items)

    def _compare(self, entity: TargetEntity, items: Sequence[Item]) -> None:
        met = self._compared[entity.name]
        for item, alike in compare_items(self._connection, entity, self._user_id, items):
            if item.id is None:  # the database has drawn none, so that it was never sent
                kind = self._unsent_kind(item.updated_at)
                result = self.results[entity.name]
                result.items += 1
                setattr(result, kind, getattr(result, kind) + 1)
                continue
            row_id = str(item.id)
            if alike:
                met.equal.add(row_id)
                met.differing.pop(row_id, None)
            elif row_id not in met.equal:
                met.differing[row_id] = item.updated_at

    def finish(self, rows: Mapping[str, RowStates]) -> dict[str, SourceComparison]:
        """The numbers by entity; `rows` is what `row_state.compare_rows` found."""
        with translate_errors():
            for name, entity in self._entities.items():
                self._summarize(entity, self._compared[name], rows[name], self.results[name])
        return self.results

    def _summarize(
        self,
        entity: TargetEntity,
        compared_ids: _ComparedIds,
        rows: RowStates,
        result: SourceComparison,
    ) -> None:
        result.items += len(compared_ids.equal) + len(compared_ids.differing)
        result.equal = len(compared_ids.equal)
        sent = last_sent_rows(self._connection, entity, self._run, sorted(compared_ids.differing))
        found = current_digests(self._connection, entity, sent)
        there = found.keys() | _existing_ids(
            self._connection, entity, compared_ids.differing.keys() - sent.keys()
        )
        for row_id, time in compared_ids.differing.items():
            kind = self._classify(row_id, time, rows, sent.get(row_id), there)
            setattr(result, kind, getattr(result, kind) + 1)
        for ids in sent_ids(self._connection, entity, self._run):
            result.gone_from_source += len(ids - compared_ids.equal - compared_ids.differing.keys())

    def _classify(
        self,
        row_id: str,
        time: datetime | None,
        rows: RowStates,
        sent: SentRow | None,
        existing_ids: Collection[str],
    ) -> str:
        if row_id in rows.missing:
            return "missing"
        if row_id in rows.damaged:
            return "damaged"
        if row_id in rows.changed:
            return "changed"
        if sent is not None:
            return "newer" if sent.action in MUST_MATCH and not sent.undone else "kept"
        if row_id in existing_ids:
            return "kept"
        return self._unsent_kind(time)

    def _unsent_kind(self, time: datetime | None) -> str:
        return "since" if time is not None and time > self._run.started else "unsent"


def compare_items(
    connection: sqlalchemy.Connection,
    entity: TargetEntity,
    user_id: str,
    items: Sequence[Item],
) -> Iterator[tuple[Item, bool]]:
    """Each item with the id that its row has, None where no id was drawn for it yet, and whether
    the row is there and like the item."""
    target = TableWriter(entity, user_id)
    savepoint = connection.begin_nested()
    try:  # ids of items that were never sent are not to be written down
        cursor = adapters.cursor(connection)
        resolved = resolve_row_ids(cursor, user_id, entity, items, may_have_assigned_ids=True)
        resolved = ReferenceResolver(entity, user_id).assume_resolved(cursor, resolved, loaded=True)
    finally:
        savepoint.rollback()
    wanted: dict[str, SentRow] = {}
    for item in resolved:
        if item.id is not None:
            wanted[str(item.id)] = to_sent_row(target, item)
    found = current_digests(connection, entity, wanted)
    for item in resolved:
        if item.id is None:
            yield item, False
            continue
        mine = to_sent_row(target, item)
        row_id = str(item.id)
        if mine.columns != wanted[row_id].columns:  # twice in this chunk, of different columns
            alike = current_digests(connection, entity, {row_id: mine}).get(row_id) == mine.digest
        else:
            alike = found.get(row_id) == mine.digest
        yield item, alike


def to_sent_row(writer: TableWriter, item: Item) -> SentRow:
    """What a chunk's record would say of the item."""
    shape = writer.column_subset(item)
    filled = [value for value in item.values if value is not msgspec.UNSET]
    names = tuple(column.name for column in shape.columns)
    return SentRow("", shape.digest(filled), names, undone=False)


def _existing_ids(
    connection: sqlalchemy.Connection, entity: TargetEntity, ids: Collection[str]
) -> set[str]:
    key = (entity.id_column,)
    return set(
        current_digests(connection, entity, {each: SentRow("", b"", key, False) for each in ids})
    )


def items_as_sent(
    connection: sqlalchemy.Connection,
    entity: TargetEntity,
    user_id: str,
    items: Sequence[Item],
    wanted: Mapping[str, SentRow],
) -> list[tuple[str, Item]]:
    """Those of the items that are exactly what was sent for one of the wanted rows, with its id."""
    target = TableWriter(entity, user_id)
    savepoint = connection.begin_nested()
    try:
        cursor = adapters.cursor(connection)
        resolved = resolve_row_ids(cursor, user_id, entity, items, may_have_assigned_ids=True)
        resolved = ReferenceResolver(entity, user_id).assume_resolved(cursor, resolved, loaded=True)
    finally:
        savepoint.rollback()
    exact = []
    for item, with_id in zip(items, resolved, strict=True):
        if with_id.id is None:
            continue
        sent, mine = wanted.get(str(with_id.id)), to_sent_row(target, with_id)
        if sent and (sent.digest, sent.columns) == (mine.digest, mine.columns):
            exact.append((str(with_id.id), item))
    return exact
