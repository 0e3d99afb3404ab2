"""One of several processes that load a run together, each its share of the records.

It reads the sources itself, writes by a connection of its own, and tells its parent what was
committed. Items that may be there twice it leaves to the parent. It stops between two chunks when
it is told to, and when the parent is gone; what it writes passes the run's fence, so that it
writes nothing for a run that somebody else has taken over.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any
from uuid import UUID

from desktop_migrator.browsers.formats.chromium_leveldb import KeyRange
from desktop_migrator.browsers.read import read_stores
from desktop_migrator.messages import Message
from desktop_migrator.migration.run import filters
from desktop_migrator.migration.run.filters import Period
from desktop_migrator.model import (
    Counts,
    Item,
    Record,
    Rejection,
    Store,
    TargetEntity,
)
from desktop_migrator.plan.accounting import Accounting
from desktop_migrator.plan.companions import Companions
from desktop_migrator.plan.envelope import FieldKey
from desktop_migrator.plan.extract import Extractor
from desktop_migrator.plan.identity import derived_id
from desktop_migrator.plan.schema import Plan
from desktop_migrator.postgres.connection.address import Address
from desktop_migrator.postgres.connection.engine import create_engine_for, translate_errors
from desktop_migrator.postgres.load.deduplicate import identity_key
from desktop_migrator.postgres.load.load_options import LoadOptions
from desktop_migrator.postgres.load.loader import Loader
from desktop_migrator.reporter import NullReporter


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadTask:
    """What one process is to load."""

    copies: Sequence[tuple[Store, Path]]
    plan: Plan
    origins: tuple[str, ...]
    companions: Companions
    period: Period
    excluded_items: frozenset[bytes]
    entities: tuple[TargetEntity, ...]
    options: LoadOptions
    deferred_keys: frozenset[Hashable]
    """Keys, as `identity_key` has them, of items that are the parent's."""
    address: Address
    field_key: FieldKey | None = field(repr=False)
    """Protects sensitive fields. Like all of this it comes through the pipe by which the process
    gets its task, never by its arguments or environment."""
    share: int
    share_count: int
    """How many shares there are."""
    key_ranges: Mapping[Store, KeyRange]
    """What is this share of the stores that can be cut; the records of others are dealt out."""


@dataclass(frozen=True, slots=True)
class ChunkCommitted:
    entity: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class DeferredItem:
    """An item that is the parent's."""

    source_order: tuple[int, int, int]
    """Of its record among all: number of the store, share if that is cut, number in it."""
    item: Item


@dataclass(frozen=True, slots=True)
class WorkerFinished:
    accounting: Accounting
    received: Counter[str]
    derived_ids: int


WorkerMessage = ChunkCommitted | DeferredItem | WorkerFinished | Rejection | Message
"""A message is a warning."""


def load_worker_main(task: LoadTask, pipe: Pipe) -> None:
    """The process's main function.

    Sends `WorkerMessage`s, `WorkerFinished` as the last one, also when it fails.
    """
    _LoadWorker(task, pipe).run()


class _LoadWorker(NullReporter):
    """Also what the loader reports to."""

    def __init__(self, task: LoadTask, pipe: Pipe) -> None:
        super().__init__()
        self._task = task
        self._pipe = pipe
        self._extractor = Extractor(
            *(task.plan, task.entities, task.options.user_id, task.origins, task.field_key),
            task.companions,
        )
        self._source_order = (0, 0, 0)

    def run(self) -> None:
        renamed = 0
        received: Counter[str] = Counter()
        try:
            with (
                translate_errors(),
                create_engine_for(self._task.address).connect() as connection,
            ):
                loader = self._loader(connection)
                # Versions of items are told apart before those of another time are left out.
                items = self._send_deferred(self._extract_items())
                left_aside = self._extractor.accounting.skipped
                loader.load(self._task.period.drop_out_of_range(items, left_aside))
                renamed = loader.derived_ids
                received = loader.received
        finally:
            self._send(WorkerFinished(self._extractor.accounting, received, renamed))

    def rejected(self, rejection: Rejection) -> None:
        self._send(rejection)

    def warned(self, message: Message) -> None:
        self._send(message)

    @property
    def cancelled(self) -> bool:
        """Whatever the parent says means to stop; so does its end."""
        return self._pipe.poll()

    def _send(self, message: WorkerMessage) -> None:
        self._pipe.send(message)

    def _loader(self, connection: Any) -> Loader:
        task = self._task
        return Loader(
            connection,
            task.entities,
            task.options,
            self,
            make_id=id_maker(task.options.user_id, task.entities),
            on_commit=lambda entity, counts: self._send(ChunkCommitted(entity, counts)),
        )

    def _extract_items(self) -> Iterator[Item | Rejection]:
        # What is lost in damaged stores the parent has told when it read them.
        records = read_stores.read_snapshots(
            self._task.copies, lambda _: None, self._task.key_ranges
        )
        try:
            outcomes = self._extractor.extract(self._own_records(records))
            left_aside = self._extractor.accounting.skipped
            yield from filters.drop_excluded(outcomes, self._task.excluded_items, left_aside)
        finally:
            records.close()

    def _own_records(self, records: Iterable[Record]) -> Iterator[Record]:
        """This process's records: those that are dealt out go to where the least text has gone."""
        task = self._task
        stores = {store: number for number, (store, _) in enumerate(task.copies)}
        store, number, cut = None, -1, False
        given = [0] * task.share_count
        for index, record in enumerate(records):
            if record.store is not store:
                store = record.store
                number, cut = stores[store], store in task.key_ranges
            if not cut:
                share = given.index(min(given))
                given[share] += len(record.value)
                if share != task.share:
                    continue
            self._source_order = number, task.share if cut else 0, index
            yield record

    def _send_deferred(self, outcomes: Iterable[Item | Rejection]) -> Iterator[Item | Rejection]:
        repeated = self._task.deferred_keys
        if not repeated:
            yield from outcomes
            return
        for outcome in outcomes:
            if (
                isinstance(outcome, Item)
                and identity_key(outcome.entity, outcome.source_id) in repeated
            ):
                self._send(DeferredItem(self._source_order, outcome))
            else:
                yield outcome


def id_maker(user_id: str, entities: Iterable[TargetEntity]) -> Callable[[Item], UUID | str]:
    """What gives an item an id where its own is taken."""
    columns = {entity.name: entity.columns[0] for entity in entities}
    return lambda item: derived_id(columns[item.entity], user_id, item)
