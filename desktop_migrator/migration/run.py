"""The main job: records of the chosen sources become verified rows of the target.

The sources are copied once and read three times: to see what there is, to check every item
against the target's tables before anything is written, and to load. Where the person is to decide
conflicts, they are found and asked about before that. A dry run is the same code in one transaction
that is rolled back.
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from itertools import islice
from uuid import UUID

from sqlalchemy import Connection

from desktop_migrator.errors import (
    Cancelled,
    CommitsLost,
    ConflictsWait,
    DatabaseError,
    Interrupted,
    ItemsRejected,
    MigratorError,
    StoppedHalfway,
    TakenBack,
    TooManyConflicts,
    TooManyRejected,
    UsageError,
    VerificationFailed,
)
from desktop_migrator.migration import logs, questions
from desktop_migrator.migration.audit import AuditTrail, Deed, Kept
from desktop_migrator.migration.catalog import Catalog
from desktop_migrator.migration.decisions import Decisions
from desktop_migrator.migration.job import Job, Keeper, outcome
from desktop_migrator.migration.memory import peak_memory_mb
from desktop_migrator.migration.sources import Sources, open_sources
from desktop_migrator.migration.survey import Survey, choose_origins, survey
from desktop_migrator.migration.target import (
    check_named,
    open_database,
    person_id,
    prepare_entities,
    printable,
)
from desktop_migrator.migration.undo import undo_runs
from desktop_migrator.migration.workspace import Workspace
from desktop_migrator.model import (
    Conflict,
    Counts,
    Item,
    Outcome,
    Rejection,
    RunResult,
    TargetEntity,
    UndoResult,
)
from desktop_migrator.plan.extract import Extractor
from desktop_migrator.plan.identity import derived_id
from desktop_migrator.postgres import wire
from desktop_migrator.postgres.bookkeeping.runs import (
    Run,
    find_run,
    finish_run,
    reopen_run,
    start_run,
    unfinished_run,
)
from desktop_migrator.postgres.bookkeeping.schema import upgrade
from desktop_migrator.postgres.checkpoint import done_until_now, reached
from desktop_migrator.postgres.chunks import ChunkLimits
from desktop_migrator.postgres.conflicts import asks
from desktop_migrator.postgres.connect import renew, translated
from desktop_migrator.postgres.load import STAGE, Loader
from desktop_migrator.postgres.lock import RunLock, hold
from desktop_migrator.postgres.open_conflicts import open_conflicts
from desktop_migrator.postgres.retry import ONCE, Retries
from desktop_migrator.postgres.settle import Settler
from desktop_migrator.postgres.verify import Verification, verify
from desktop_migrator.reporter import Reporter

log = logging.getLogger(__name__)

_MOST_QUESTIONS = 20_000
"""Conflicts that a person can be asked about in one run."""


def migrate(job: Job, workspace: Workspace, reporter: Reporter) -> RunResult:
    """Runs the job and says what came of it.

    Errors before the run has begun (nothing found, no connection, plan and tables do not fit) are
    raised; later ones stand in the result, together with what was done until then.
    """
    began = time.perf_counter()
    check_named(job.plan, job.person)
    catalog = Catalog(workspace.catalog)
    with open_sources(job.sources, workspace.snapshots, reporter) as sources:
        origins = choose_origins(job.plan, job.origins, sources, reporter)
        surveyed = survey(job.plan, origins, sources)
        with (
            open_database(job.database, workspace, reporter) as engine,
            engine.connect() as connection,
        ):
            with translated(), connection.begin():
                user_id = person_id(connection, job.plan, job.person, reporter)
            with hold(engine, user_id, job.plan.name) as lock:
                trail = AuditTrail(workspace.catalog)
                run = _Run(job, connection, sources, origins, user_id, reporter, lock, trail)
                with run.whole():
                    error = run.go(surveyed, catalog)
            result = replace(
                run.result(error),
                seconds=time.perf_counter() - began,
                peak_memory_mb=peak_memory_mb(),
            )
    if result.run:
        catalog.finish(result)
    logs.write_run(workspace.logs, result)
    return result


class _Run:
    """One run's steps, and what is known of it so far."""

    def __init__(
        self,
        job: Job,
        connection: Connection,
        sources: Sources,
        origins: Sequence[str],
        user_id: str,
        reporter: Reporter,
        lock: RunLock,
        trail: AuditTrail,
    ) -> None:
        self._lock = lock
        self._trail = trail
        self._recorded: list[Kept] = []
        self._job = job
        self._connection = connection
        self._sources = sources
        self._origins = origins
        self._user_id = user_id
        self._reporter = Keeper(reporter)
        self._id: str | None = None
        self._counts: dict[str, Counts] = {}
        self._extractor: Extractor | None = None
        self._decisions = Decisions(job.decisions)
        self._looked_through = False
        self._verified = False
        self._undo: UndoResult | None = None
        self._resumed = False
        self._former = -1
        """The last chunk of the parts before this one."""

    @contextmanager
    def whole(self) -> Iterator[None]:
        """For a dry run the one transaction that is rolled back; else nothing."""
        if not self._job.dry_run:
            yield
            return
        with translated(), self._connection.begin() as transaction:
            yield
            transaction.rollback()

    def go(self, surveyed: Survey, catalog: Catalog) -> MigratorError | None:
        """Checks, loads and verifies; returns what stopped it."""
        try:
            if self._asks(surveyed):
                conflicts = self._open_conflicts(surveyed)
                questions.settle(conflicts, self._decisions, self._reporter)
            with self._step():  # tables, bookkeeping and run, or none of them
                entities = self._prepare(surveyed)
                self._look_through(entities, surveyed)
                self._begin()
        except (ItemsRejected, Cancelled, ConflictsWait, TooManyConflicts) as error:
            return error
        catalog.begin(
            self._id or "",
            user_id=self._user_id,
            database=printable(self._job.database),
            plan=self._job.plan.name,
            origins=self._origins,
        )
        stopped: MigratorError | None = None
        try:
            self._load(entities, surveyed)
            self._check_threshold()
            self._verify(entities)
        except (StoppedHalfway, TooManyRejected) as error:
            stopped = error if self._preserves else self._take_back(error)
        except MigratorError as error:
            stopped = self._explained(error)
        try:
            self._finish(outcome(stopped, self._job), after_error=stopped is not None)
        except MigratorError as error:
            stopped = stopped or self._explained(error)
        return stopped

    def _explained(self, error: MigratorError) -> MigratorError:
        if isinstance(error, DatabaseError) and not self._job.dry_run:
            return Interrupted(reason=f"{str(error).rstrip('.')}.", remedy=error.hint)
        return error

    def result(self, error: MigratorError | None) -> RunResult:
        return RunResult(
            run=self._id,
            outcome=outcome(error, self._job),
            counts=self._totals(),
            by_entity=self._counts,
            left_aside=dict(self._extractor.left_aside) if self._extractor else {},
            damages=self._sources.damages,
            verified=self._verified,
            seconds=0.0,
            peak_memory_mb=0.0,
            error=error,
            undo=self._undo,
            rejections=tuple(self._reporter.kept),
        )

    def _totals(self) -> Counts:
        totals = Counts(records=self._extractor.records if self._extractor else 0)
        for counts in self._counts.values():
            totals += counts
        return totals

    @contextmanager
    def _step(self) -> Iterator[None]:
        """A transaction of its own; in a dry run a savepoint."""
        self._recorded.clear()
        begin = self._connection.begin_nested if self._job.dry_run else self._connection.begin
        with translated(), begin():
            yield
        while self._recorded:
            self._trail.keep(self._recorded.pop())

    def _prepare(self, surveyed: Survey) -> tuple[TargetEntity, ...]:
        job = self._job
        if unknown := (job.include | job.exclude) - job.plan.entities.keys():
            raise UsageError(
                reason=f"The plan has no {', '.join(sorted(unknown))}; it has "
                f"{', '.join(job.plan.entities)}."
            )
        wanted = ((job.include or job.plan.entities.keys()) - job.exclude) & surveyed.items.keys()
        return prepare_entities(self._connection, job.plan, wanted, create=job.create_tables)

    def _asks(self, surveyed: Survey) -> bool:
        """Whether the person may be needed to decide conflicts."""
        rules = {self._job.plan.entities[name].conflict for name in surveyed.items}
        return not self._job.dry_run and any(asks(self._job.policy, rule) for rule in rules)

    def _open_conflicts(self, surveyed: Survey) -> list[Conflict]:
        """Those that the decisions do not answer; in a transaction of its own, rolled back.

        Raises TooManyConflicts, and as `_look_through`.
        """
        with translated(), self._connection.begin() as trial:
            entities = self._prepare(surveyed)
            self._look_through(entities, surveyed)
            upgrade(self._connection)
            former = self._unfinished()
            found = open_conflicts(
                self._connection,
                entities,
                Settler(entities, surveyed.repeats).settle(self._extracted(entities)),
                user_id=self._user_id,
                policy=self._job.policy,
                answers=self._decisions.answer,
                reporter=self._reporter,
                total=surveyed.total(entities),
                former=done_until_now(self._connection, former.id) if former else None,
            )
            conflicts = list(islice(found, _MOST_QUESTIONS + 1))
            trial.rollback()
        if len(conflicts) > _MOST_QUESTIONS:
            raise TooManyConflicts(count=_MOST_QUESTIONS)
        for conflict in conflicts:
            self._counts.setdefault(conflict.entity, Counts()).conflicts += 1
        return conflicts

    def _look_through(self, entities: Sequence[TargetEntity], surveyed: Survey) -> None:
        """Once, before anything is written: note natural keys and, where a rejection is to stop
        the run, raise ItemsRejected if an item cannot go."""
        if self._looked_through:
            return
        self._looked_through = True
        settler = Settler(entities, surveyed.repeats)
        if not self._job.continue_on_error:
            self._check(entities, surveyed.records, settler)
        elif keyed := [entity for entity in entities if entity.name in settler.with_keys]:
            for each in self._extracted(keyed):
                if isinstance(each, Item):
                    settler.note(each)

    def _check(self, entities: Sequence[TargetEntity], records: int, settler: Settler) -> None:
        self._reporter.started("check", records)
        rejected = 0
        for each in self._extracted(entities):
            if isinstance(each, Rejection):
                rejected += 1
                self._reporter.rejected(each)
                self._counts.setdefault(each.entity, Counts()).rejected += 1
            else:
                settler.note(each)
            if self._reporter.cancelled:
                raise Cancelled
            if self._extractor:  # without the record that is under way
                self._reporter.advanced("check", self._extractor.records - 1, records)
        self._reporter.advanced("check", records, records)
        if rejected:
            raise ItemsRejected(count=rejected, written=0, reason=self._reporter.kept[0].reason)

    def _extracted(self, entities: Sequence[TargetEntity]) -> Iterator[Item | Rejection]:
        self._extractor = Extractor(self._job.plan, entities, self._user_id, self._origins)
        outcomes = self._extractor.extract(self._sources.records())
        return self._job.period.select(outcomes, self._extractor.left_aside)

    def _begin(self) -> None:
        upgrade(self._connection)
        former = self._unfinished()
        if former is None and self._job.resume:
            self._reporter.warned("There is no run to go on with, so a new one begins.")
        if former:
            self._id = former.id
            reopen_run(self._connection, former.id)
        else:
            self._id = start_run(
                self._connection,
                user_id=self._user_id,
                plan=self._job.plan.name,
                plan_digest=bytes.fromhex(self._job.plan.digest),
                policy=self._job.policy,
                origins=self._origins,
            )
        if self._job.dry_run:
            return
        if before := self._lock.enter(self._connection, self._id):
            self._reporter.warned(
                f"A run on {before.host}, process {before.process}, was cut off after "
                f"{before.heartbeat:%Y-%m-%d %H:%M} UTC; this one takes its place."
            )
        self._resumed = former is not None
        self._former = reached(wire.cursor(self._connection), self._id).chunk
        self._record("resumed" if former else "begun")

    def _unfinished(self) -> Run | None:
        """The run to go on with. Raises UsageError where this would be another one."""
        job = self._job
        if not job.resume:
            return None
        run = unfinished_run(self._connection, self._user_id, job.plan.name)
        if run is None:
            return None
        if run.plan_digest.hex() != job.plan.digest:
            raise UsageError(
                reason="The plan has changed since the run that is to go on. Give the plan as it "
                "was, or leave --resume away: what was written is not written again."
            )
        if run.policy != job.policy:
            raise UsageError(reason=f"The run that is to go on has --conflict {run.policy}.")
        return run

    def _record(self, outcome: str) -> None:
        """Into the audit trail, as the last thing in a step."""
        deed = Deed(
            action="migrate",
            user_id=self._user_id,
            run=self._id,
            plan_digest=self._job.plan.digest,
            outcome=outcome,
            counts=None if outcome in {"begun", "resumed"} else asdict(self._totals()),
        )
        self._recorded.append(self._trail.record(self._connection, deed))

    def _load(self, entities: Sequence[TargetEntity], surveyed: Survey) -> None:
        resume = self._resumed
        while True:
            try:
                self._load_from(entities, surveyed, resume=resume)
            except CommitsLost as lost:
                self._reporter.warned(f"{lost} They are done again.")
                resume = True
            else:
                break
        for warning in self._notes():
            self._reporter.warned(warning)

    def _load_from(
        self, entities: Sequence[TargetEntity], surveyed: Survey, *, resume: bool
    ) -> None:
        """From the beginning, or from where the run stands."""
        settler = Settler(entities, surveyed.repeats)
        loader = Loader(
            self._connection,
            entities,
            run=self._id or "",
            user_id=self._user_id,
            policy=self._job.policy,
            answers=self._decisions.answer,
            derive=self._derivation(entities),
            reporter=self._reporter,
            limits=ChunkLimits(self._job.batch_size) if self._job.batch_size else None,
            keep_going=self._job.continue_on_error,
            dry_run=self._job.dry_run,
            fence=None if self._job.dry_run else self._lock.fence(self._id or ""),
            settle=self._settle,
            retries=self._retries,
            resume=resume,
            pause=self._job.batch_delay,
        )
        self._counts = loader.counts
        total = surveyed.total(entities)
        loader.load(settler.settle(self._extracted(entities)), total)
        for name, counts in settler.counts.items():
            if counts.items:
                self._counts[name] += counts
                self._reporter.advanced(STAGE, total, total)
        if loader.renamed:
            self._reporter.warned(
                f"Items with ids that rows of other people have got new ones: {loader.renamed:,}."
            )

    def _derivation(self, entities: Sequence[TargetEntity]) -> Callable[[Item], UUID | str]:
        """What gives an item an id where its own is taken."""
        columns = {entity.name: entity.columns[0] for entity in entities}
        return lambda item: derived_id(columns[item.entity], self._user_id, item)

    @property
    def _retries(self) -> Retries:
        """A dry run has but one transaction, which cannot be begun again in the middle."""
        return ONCE if self._job.dry_run else self._job.retries

    def _settle(self) -> None:
        self._lock.settle(self._connection, self._id or "")

    @property
    def _preserves(self) -> bool:
        return self._job.preserve_partial or self._job.plan.on_failure.preserve_partial_data

    def _check_threshold(self) -> None:
        """Raises TooManyRejected; a dry run only warns."""
        threshold = self._job.rollback_threshold
        if threshold is None:
            threshold = self._job.plan.on_failure.rollback_threshold
        totals = self._totals()
        if self._preserves or totals.rejected <= threshold * totals.items:
            return
        if not self._job.dry_run:
            raise TooManyRejected(
                count=totals.rejected,
                items=totals.items,
                percent=100 * threshold,
                reason=self._reporter.kept[0].reason if self._reporter.kept else "",
            )
        self._reporter.warned(
            f"{totals.rejected:,} of {totals.items:,} items are rejected: the run itself would "
            "take back what it writes."
        )

    def _take_back(self, error: MigratorError) -> MigratorError:
        """Undo what was written; returns why the run ended."""
        try:
            with translated(), self._connection.begin():
                run = find_run(self._connection, self._id or "")
            fence = self._lock.fence(self._id or "")
            undo = undo_runs(
                self._connection,
                [run] if run else [],
                self._trail,
                self._reporter,
                check=fence.check,
            )
        except MigratorError as failed:
            return failed
        self._undo = undo
        for name, counts in undo.by_entity.items():
            self._counts[name].inserted -= counts.deleted
            self._counts[name].updated -= counts.restored
        if undo.error:
            return undo.error
        return TakenBack(**error.facts) if isinstance(error, StoppedHalfway) else error

    def _verify(self, entities: Sequence[TargetEntity]) -> None:
        def attempt(again: bool) -> Verification:
            if again:
                renew(self._connection)
            with self._step():
                return verify(
                    self._connection, entities, self._id or "", self._reporter, self._former
                )

        verification = self._retries.run(attempt, self._reporter)
        if verification.changed:
            self._reporter.warned(
                f"{verification.changed:,} rows that were written before the run was cut off have "
                "been changed since, and stay so."
            )
        if not verification.ok:
            raise VerificationFailed(
                reason=f"{verification.missing:,} rows are missing and {verification.different:,} "
                f"differ, of {verification.checked:,}"
            )
        self._verified = True

    def _finish(self, how: Outcome, *, after_error: bool = False) -> None:
        run = self._id or ""

        def attempt(again: bool) -> None:
            if again or after_error:
                renew(self._connection)  # it may be what failed
            with self._step():
                if not self._job.dry_run:
                    self._settle()
                    if again and (entered := find_run(self._connection, run)) and entered.finished:
                        return
                finish_run(self._connection, run, how, self._counts)
                if not self._job.dry_run:
                    self._record(how)

        (ONCE if after_error else self._retries).run(attempt, self._reporter)

    def _notes(self) -> Iterator[str]:
        extractor = self._extractor
        if extractor is None:
            return
        if extractor.duplicates:
            yield f"{extractor.duplicates:,} items stood twice in their record and went once."
        if number := extractor.warnings["big-integer"]:
            yield f"{number:,} items hold integers beyond 2^53, which JavaScript reads inexactly."
        if number := extractor.warnings["data-beside-items"]:
            yield f"{number:,} records hold more than the items taken from them."
        if number := extractor.left_aside["partitioned"]:
            yield f"{number:,} records of the site lie framed in other sites; they were left aside."
