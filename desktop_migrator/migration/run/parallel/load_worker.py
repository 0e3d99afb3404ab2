"""One of several processes that load a run together, each its share of the records.

It reads the sources itself, writes by a connection of its own, and tells its parent what was
committed. Items that may be there twice it leaves to the parent. It stops between two chunks when
it is told to, and when the parent is gone; what it writes passes the run's fence, so that it
writes nothing for a run that somebody else has taken over.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any
from uuid import UUID

from desktop_migrator.browsers.formats.chromium_leveldb import KeyRange
from desktop_migrator.browsers.read import read_stores
from desktop_migrator.migration.run import filters
from desktop_migrator.migration.run.filters import Period
from desktop_migrator.model import (
    ConflictPolicy,
    Counts,
    Item,
    Record,
    Rejection,
    Store,
    TargetEntity,
)
from desktop_migrator.plan.extract import Extracted, Extractor
from desktop_migrator.plan.identity import derived_id
from desktop_migrator.plan.schema import Plan
from desktop_migrator.postgres.connection.address import Address
from desktop_migrator.postgres.connection.engine import engine_to, translated
from desktop_migrator.postgres.load.batches import ChunkLimits
from desktop_migrator.postgres.load.checkpoint import Lane
from desktop_migrator.postgres.load.deduplicate import id_key
from desktop_migrator.postgres.load.loader import Loader
from desktop_migrator.postgres.run_lock.run_lock import Fence
from desktop_migrator.reporter import NullReporter


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What one process is to load."""

    copies: Sequence[tuple[Store, Path]]
    plan: Plan
    origins: tuple[str, ...]
    period: Period
    leave_out: frozenset[bytes]
    entities: tuple[TargetEntity, ...]
    user_id: str
    repeated: frozenset[Hashable]
    """Keys, as `id_key` has them, of items that are the parent's."""
    address: Address
    run: str
    policy: ConflictPolicy
    fence: Fence
    limits: ChunkLimits
    keep_going: bool
    resume: bool
    share: int
    of: int
    """How many shares there are."""
    part: Mapping[Store, KeyRange]
    """What is this share of the stores that can be cut; the records of others are dealt out."""
    lane: Lane


@dataclass(frozen=True, slots=True)
class Committed:
    entity: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class Held:
    """An item that is the parent's."""

    order: tuple[int, int, int]
    """Of its record among all: number of the store, share if that is cut, number in it."""
    item: Item


@dataclass(frozen=True, slots=True)
class Finished:
    extracted: Extracted
    renamed: int


Message = Committed | Held | Finished | Rejection | str
"""A text is a warning."""


def work(task: Task, pipe: Pipe) -> None:
    """The process's main function; sends `Message`s, `Finished` as the last, also when it fails."""
    _Worker(task, pipe).work()


class _Worker(NullReporter):
    """Also what the loader reports to."""

    def __init__(self, task: Task, pipe: Pipe) -> None:
        super().__init__()
        self._task = task
        self._pipe = pipe
        self._extractor = Extractor(task.plan, task.entities, task.user_id, task.origins)
        self._order = (0, 0, 0)

    def work(self) -> None:
        renamed = 0
        try:
            with (
                engine_to(self._task.address).connect() as connection,
                translated(),
            ):
                loader = self._loader(connection)
                loader.load(self._own(self._extracted()))
                renamed = loader.renamed
        finally:
            self._send(Finished(self._extractor.counted, renamed))

    def rejected(self, rejection: Rejection) -> None:
        self._send(rejection)

    def warned(self, text: str) -> None:
        self._send(text)

    @property
    def cancelled(self) -> bool:
        """Whatever the parent says means to stop; so does its end."""
        return self._pipe.poll()

    def _send(self, message: Message) -> None:
        self._pipe.send(message)

    def _loader(self, connection: Any) -> Loader:
        task = self._task
        return Loader(
            connection,
            task.entities,
            run=task.run,
            user_id=task.user_id,
            policy=task.policy,
            derive=derivation(task.user_id, task.entities),
            reporter=self,
            limits=task.limits,
            keep_going=task.keep_going,
            fence=task.fence,
            resume=task.resume,
            lane=task.lane,
            committed=lambda entity, counts: self._send(Committed(entity, counts)),
        )

    def _extracted(self) -> Iterator[Item | Rejection]:
        # What is lost in damaged stores the parent has told when it read them.
        records = read_stores.read_copies(self._task.copies, lambda _: None, self._task.part)
        try:
            outcomes = self._extractor.extract(self._share(records))
            left_aside = self._extractor.left_aside
            wanted = filters.select(outcomes, self._task.leave_out, left_aside)
            yield from self._task.period.select(wanted, left_aside)
        finally:
            records.close()

    def _share(self, records: Iterable[Record]) -> Iterator[Record]:
        """This process's records: those that are dealt out go to where the least text has gone."""
        task = self._task
        stores = {store: number for number, (store, _) in enumerate(task.copies)}
        store, number, cut = None, -1, False
        given = [0] * task.of
        for index, record in enumerate(records):
            if record.store is not store:
                store = record.store
                number, cut = stores[store], store in task.part
            if not cut:
                share = given.index(min(given))
                given[share] += len(record.value)
                if share != task.share:
                    continue
            self._order = number, task.share if cut else 0, index
            yield record

    def _own(self, outcomes: Iterable[Item | Rejection]) -> Iterator[Item | Rejection]:
        repeated = self._task.repeated
        if not repeated:
            yield from outcomes
            return
        for outcome in outcomes:
            if isinstance(outcome, Item) and id_key(outcome.entity, outcome.source_id) in repeated:
                self._send(Held(self._order, outcome))
            else:
                yield outcome


def derivation(user_id: str, entities: Iterable[TargetEntity]) -> Callable[[Item], UUID | str]:
    """What gives an item an id where its own is taken."""
    columns = {entity.name: entity.columns[0] for entity in entities}
    return lambda item: derived_id(columns[item.entity], user_id, item)
