"""Where the time of a migration goes: each phase of a dry run, measured by itself.

Each pass does what the one before did and one thing more, so that the phase's time is the
difference. A dry run leaves nothing, and holds nobody up: tables that are missing are temporary.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from desktop_migrator.migration.database.open_database import prepare_entities
from desktop_migrator.migration.maintenance.previous_run import MaintenanceRequest, extract_again
from desktop_migrator.migration.run.filters import ItemOrRejection
from desktop_migrator.migration.run.survey import survey
from desktop_migrator.migration.sources.open_sources import Sources
from desktop_migrator.model import ConflictPolicy, Item, TargetEntity
from desktop_migrator.postgres.bookkeeping.runs import start_run
from desktop_migrator.postgres.bookkeeping.trial import trial_transaction
from desktop_migrator.postgres.connection.engine import translate_errors
from desktop_migrator.postgres.load.batches import BatchLimits, iter_batches
from desktop_migrator.postgres.load.load_options import LoadOptions
from desktop_migrator.postgres.load.loader import Loader
from desktop_migrator.postgres.load.table_writer import TableWriter
from desktop_migrator.postgres.types import adapters
from desktop_migrator.postgres.verify.verify_run import verify
from desktop_migrator.reporter import Reporter


@dataclass(frozen=True, slots=True)
class Phase:
    name: str
    seconds: float
    share: float
    """Of all phases together."""


def measure_phases(
    connection: Connection,
    request: MaintenanceRequest,
    user_id: str,
    sources_and_origins: tuple[Sources, tuple[str, ...]],
    reporter: Reporter,
) -> list[Phase]:
    """read, extract, probe, write and verify, in that order."""
    with translate_errors(), trial_transaction(connection, user_id):
        passes = _Passes(connection, request, user_id, sources_and_origins, reporter)
        took = [
            _measure_seconds(each)
            for each in (passes.read, passes.extract, passes.probe, passes.write)
        ]
        steps = [later - before for before, later in zip([0.0, *took], took, strict=False)]
        steps.append(_measure_seconds(passes.verify))
    seconds = [max(0.0, step) for step in steps]
    total = sum(seconds) or 1.0
    names = ("read", "extract", "probe", "write", "verify")
    return [Phase(name, each, each / total) for name, each in zip(names, seconds, strict=True)]


def _measure_seconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


class _Passes:
    def __init__(
        self,
        connection: Connection,
        request: MaintenanceRequest,
        user_id: str,
        sources_and_origins: tuple[Sources, tuple[str, ...]],
        reporter: Reporter,
    ) -> None:
        self._connection = connection
        self._request = request
        self._user_id = user_id
        self._sources_and_origins = sources_and_origins
        self._reporter = reporter
        plan = request.plan
        sources, origins = sources_and_origins
        named = survey(plan, origins, sources, reporter).item_counts
        self._entities: Sequence[TargetEntity] = prepare_entities(
            connection, plan, named, create=True, trial=True, user_id=user_id
        )
        self._run = start_run(
            connection,
            user_id=user_id,
            plan=plan.name,
            plan_digest=bytes.fromhex(plan.digest),
            policy=ConflictPolicy.SKIP,
        )

    def read(self) -> None:
        for _ in self._sources_and_origins[0].records():
            pass

    def extract(self) -> None:
        for _ in extract_again(
            self._request, self._entities, self._user_id, self._sources_and_origins
        ):
            pass

    def probe(self) -> None:
        targets = {entity.name: TableWriter(entity, self._user_id) for entity in self._entities}
        cursor = adapters.cursor(self._connection)
        outcomes = extract_again(
            self._request, self._entities, self._user_id, self._sources_and_origins
        )
        for chunk in iter_batches(outcomes, targets, BatchLimits()):
            for _ in targets[chunk.entity].stream_for_update(cursor, chunk.items):
                pass

    def write(self) -> None:
        loader = Loader(
            self._connection,
            self._entities,
            LoadOptions(
                run=self._run,
                user_id=self._user_id,
                policy=ConflictPolicy.SKIP,
                dry_run=True,
            ),
            self._reporter,
        )
        loader.load(
            _first_of_each_row(
                extract_again(
                    self._request, self._entities, self._user_id, self._sources_and_origins
                )
            )
        )

    def verify(self) -> None:
        verify(self._connection, self._entities, self._run, self._reporter)


def _first_of_each_row(outcomes: Iterable[ItemOrRejection]) -> Iterator[ItemOrRejection]:
    """Without the same items of other browsers, as a run settles them before it loads."""
    seen: set[tuple[str, object]] = set()
    for outcome in outcomes:
        if isinstance(outcome, Item) and outcome.id is not None:
            key = outcome.entity, outcome.id
            if key in seen:
                continue
            seen.add(key)
        yield outcome
