"""Where the time of a migration goes: each phase of a dry run, measured by itself.

Each pass does what the one before did and one thing more, so that the phase's time is the
difference. A dry run leaves nothing; tables that are missing are made for it and gone again.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from desktop_migrator.migration.database.open_database import prepare_entities
from desktop_migrator.migration.maintenance.previous_run import Subject, extracted
from desktop_migrator.migration.run.survey import survey
from desktop_migrator.migration.sources.open_sources import Sources
from desktop_migrator.model import ConflictPolicy, TargetEntity
from desktop_migrator.postgres.bookkeeping.runs import start_run
from desktop_migrator.postgres.bookkeeping.schema import upgrade
from desktop_migrator.postgres.connection.engine import translated
from desktop_migrator.postgres.load.batches import ChunkLimits, chunks
from desktop_migrator.postgres.load.loader import Loader
from desktop_migrator.postgres.load.table_writer import Target
from desktop_migrator.postgres.types import adapters
from desktop_migrator.postgres.verify.verify_run import verify
from desktop_migrator.reporter import Reporter


@dataclass(frozen=True, slots=True)
class Phase:
    name: str
    seconds: float
    share: float
    """Of all phases together."""


def measure(
    connection: Connection,
    subject: Subject,
    user_id: str,
    found: tuple[Sources, tuple[str, ...]],
    reporter: Reporter,
) -> list[Phase]:
    """read, extract, probe, write and verify, in that order."""
    with translated(), connection.begin() as transaction:
        passes = _Passes(connection, subject, user_id, found, reporter)
        took = [_time(each) for each in (passes.read, passes.extract, passes.probe, passes.write)]
        steps = [later - before for before, later in zip([0.0, *took], took, strict=False)]
        steps.append(_time(passes.verify))
        transaction.rollback()
    seconds = [max(0.0, step) for step in steps]
    total = sum(seconds) or 1.0
    names = ("read", "extract", "probe", "write", "verify")
    return [Phase(name, each, each / total) for name, each in zip(names, seconds, strict=True)]


def _time(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


class _Passes:
    def __init__(
        self,
        connection: Connection,
        subject: Subject,
        user_id: str,
        found: tuple[Sources, tuple[str, ...]],
        reporter: Reporter,
    ) -> None:
        self._connection = connection
        self._subject = subject
        self._user_id = user_id
        self._found = found
        self._reporter = reporter
        plan = subject.plan
        sources, origins = found
        upgrade(connection)
        named = survey(plan, origins, sources, reporter).items
        self._entities: Sequence[TargetEntity] = prepare_entities(
            connection, plan, named, create=True
        )
        self._run = start_run(
            connection,
            user_id=user_id,
            plan=plan.name,
            plan_digest=bytes.fromhex(plan.digest),
            policy=ConflictPolicy.SKIP,
        )

    def read(self) -> None:
        for _ in self._found[0].records():
            pass

    def extract(self) -> None:
        for _ in extracted(self._subject, self._entities, self._user_id, self._found):
            pass

    def probe(self) -> None:
        targets = {entity.name: Target(entity, self._user_id) for entity in self._entities}
        cursor = adapters.cursor(self._connection)
        outcomes = extracted(self._subject, self._entities, self._user_id, self._found)
        for chunk in chunks(outcomes, targets, ChunkLimits()):
            targets[chunk.entity].lock(cursor, [str(item.id) for item in chunk.items])

    def write(self) -> None:
        loader = Loader(
            self._connection,
            self._entities,
            run=self._run,
            user_id=self._user_id,
            policy=ConflictPolicy.SKIP,
            reporter=self._reporter,
            dry_run=True,
        )
        loader.load(extracted(self._subject, self._entities, self._user_id, self._found))

    def verify(self) -> None:
        verify(self._connection, self._entities, self._run, self._reporter)
