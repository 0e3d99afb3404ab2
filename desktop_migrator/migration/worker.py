"""One of several processes that load a run together, each its share of the records.

It reads the sources itself, writes by a connection of its own, and tells its parent what was
committed. Items that may be there twice it leaves to the parent. It stops between two chunks when
it is told to, and when the parent is gone; what it writes passes the run's fence, so that it
writes nothing for a run that somebody else has taken over.
"""

import gc
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any
from uuid import UUID

from desktop_migrator.browsers import reading
from desktop_migrator.errors import MigratorError
from desktop_migrator.migration import leave_out
from desktop_migrator.migration.period import Period
from desktop_migrator.model import (
    ConflictPolicy,
    Counts,
    Damage,
    Item,
    Record,
    Rejection,
    Store,
    TargetEntity,
)
from desktop_migrator.plan.extract import Extracted, Extractor
from desktop_migrator.plan.identity import derived_id
from desktop_migrator.plan.schema import Plan
from desktop_migrator.postgres.address import Address
from desktop_migrator.postgres.checkpoint import Lane
from desktop_migrator.postgres.chunks import ChunkLimits
from desktop_migrator.postgres.connect import engine_to, translated
from desktop_migrator.postgres.load import Loader
from desktop_migrator.postgres.lock import Fence
from desktop_migrator.postgres.settle import id_key
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
    lane: Lane


@dataclass(frozen=True, slots=True)
class Committed:
    entity: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class Held:
    """An item that is the parent's, with the number of its record among all."""

    record: int
    item: Item


@dataclass(frozen=True, slots=True)
class Finished:
    extracted: Extracted
    renamed: int
    error: tuple[type[MigratorError], dict[str, Any]] | None
    """Why it did not come to its end."""


Message = Committed | Held | Finished | Rejection | Damage | str
"""A text is a warning."""


def work(task: Task, pipe: Pipe) -> None:
    """The process's main function; sends `Message`s, `Finished` as the last."""
    gc.freeze()
    gc.disable()  # a chunk's objects make no cycles
    try:
        _Worker(task, pipe).work()
    except (BrokenPipeError, EOFError):  # the parent is gone
        return


class _Worker(NullReporter):
    """Also what the loader reports to."""

    def __init__(self, task: Task, pipe: Pipe) -> None:
        super().__init__()
        self._task = task
        self._pipe = pipe
        self._extractor = Extractor(task.plan, task.entities, task.user_id, task.origins)
        self._record = 0

    def work(self) -> None:
        error = None
        renamed = 0
        try:
            with (
                engine_to(self._task.address).connect() as connection,
                translated(),
            ):
                loader = self._loader(connection)
                loader.load(self._own(self._extracted()))
                renamed = loader.renamed
        except MigratorError as raised:
            error = (type(raised), raised.facts)
        self._send(Finished(self._extractor.counted, renamed, error))

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
        records = reading.read_copies(self._task.copies, self._send)
        try:
            outcomes = self._extractor.extract(self._share(records))
            left_aside = self._extractor.left_aside
            wanted = leave_out.select(outcomes, self._task.leave_out, left_aside)
            yield from self._task.period.select(wanted, left_aside)
        finally:
            records.close()

    def _share(self, records: Iterable[Record]) -> Iterator[Record]:
        """This process's records: each goes to where the least text has gone so far."""
        given = [0] * self._task.of
        for number, record in enumerate(records):
            share = given.index(min(given))
            given[share] += len(record.value)
            if share == self._task.share:
                self._record = number
                yield record

    def _own(self, outcomes: Iterable[Item | Rejection]) -> Iterator[Item | Rejection]:
        repeated = self._task.repeated
        if not repeated:
            yield from outcomes
            return
        for outcome in outcomes:
            if isinstance(outcome, Item) and id_key(outcome.entity, outcome.source_id) in repeated:
                self._send(Held(self._record, outcome))
            else:
                yield outcome


def derivation(user_id: str, entities: Iterable[TargetEntity]) -> Callable[[Item], UUID | str]:
    """What gives an item an id where its own is taken."""
    columns = {entity.name: entity.columns[0] for entity in entities}
    return lambda item: derived_id(columns[item.entity], user_id, item)
