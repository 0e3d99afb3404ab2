"""A run under way: what its steps work with, and what is known of it so far."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from uuid import uuid4

from sqlalchemy import Connection

from desktop_migrator.migration.run import filters
from desktop_migrator.migration.run.decisions import Decisions
from desktop_migrator.migration.run.job import Job, Keeper
from desktop_migrator.migration.run.survey import Survey
from desktop_migrator.migration.sealed.backup_writer import RunBackup
from desktop_migrator.migration.sources.open_sources import Sources
from desktop_migrator.migration.workspace.audit_trail import AuditTrail, Deed, Kept
from desktop_migrator.model import Counts, Item, Rejection, TargetEntity, UndoResult
from desktop_migrator.plan.extract import Extractor
from desktop_migrator.postgres.connection.engine import translated
from desktop_migrator.postgres.connection.retry import ONCE, Retries
from desktop_migrator.postgres.load.deduplicate import Settler
from desktop_migrator.postgres.load.observer import Observer
from desktop_migrator.postgres.load.references import levels, parents_first
from desktop_migrator.postgres.run_lock.run_lock import RunLock
from desktop_migrator.reporter import Reporter


class UnderWay:
    """One run. In a dry run everything happens within `whole`, which is rolled back."""

    def __init__(
        self,
        job: Job,
        connection: Connection,
        sources: Sources,
        surveyed: Survey,
        user_id: str,
        reporter: Reporter,
        lock: RunLock,
        trail: AuditTrail,
        backup: RunBackup | None,
        observer: Observer | None,
    ) -> None:
        self.job = job
        self.connection = connection
        self.sources = sources
        self.surveyed = surveyed
        self.user_id = user_id
        self.reporter = Keeper(reporter)
        self.lock = lock
        self.trail = trail
        self.backup = backup
        """None: nobody wants one."""
        self.observer = observer
        self.decisions = Decisions(job.decisions)
        self.id = ""
        """In the bookkeeping; empty until it is entered there."""
        self.new_id = str(uuid4())
        """The one that it gets there unless a former run goes on."""
        self.resumed = False
        self.former = -1
        """The last chunk of the parts before this one."""
        self.looked_through = False
        self.extractor: Extractor | None = None
        """Of the last pass over the sources."""
        self.counts: dict[str, Counts] = {}
        """By entity."""
        self.verified = False
        self.undo: UndoResult | None = None
        self._recorded: list[Kept] = []

    @contextmanager
    def whole(self) -> Iterator[None]:
        """For a dry run the one transaction that is rolled back; else nothing."""
        if not self.job.dry_run:
            yield
            return
        with translated(), self.connection.begin() as transaction:
            yield
            transaction.rollback()

    @contextmanager
    def step(self) -> Iterator[None]:
        """A transaction of its own; in a dry run a savepoint."""
        self._recorded.clear()
        begin = self.connection.begin_nested if self.job.dry_run else self.connection.begin
        with translated(), begin():
            yield
        while self._recorded:
            self.trail.keep(self._recorded.pop())

    def record(self, outcome: str) -> None:
        """Into the audit trail, as the last thing in a step."""
        self._recorded.append(self.trail.record(self.connection, self.deed(outcome)))

    def deed(self, outcome: str) -> Deed:
        """What the audit trail says of it."""
        return Deed(
            action="migrate",
            user_id=self.user_id,
            run=self.id,
            plan_digest=self.job.plan.digest,
            outcome=outcome,
            counts=None if outcome in {"begun", "resumed"} else asdict(self.totals()),
        )

    def extracted(self, entities: Sequence[TargetEntity]) -> Iterator[Item | Rejection]:
        """What becomes of the sources' records: a pass over all of them."""
        self.extractor = Extractor(
            self.job.plan, entities, self.user_id, self.surveyed.origins, self.job.field_key
        )
        outcomes = self.extractor.extract(self.sources.records())
        left_aside = self.extractor.left_aside
        wanted = filters.select(outcomes, self.job.leave_out, left_aside)
        return self.job.period.select(wanted, left_aside)

    def in_order(
        self, entities: Sequence[TargetEntity], settler: Settler
    ) -> Iterator[Iterator[Item | Rejection]]:
        """The same, settled, in as many parts as it takes to have nothing before what it refers
        to; each is a pass of its own."""
        for level in levels(entities):
            names = {entity.name for entity in level}
            outcomes = (each for each in self.extracted(entities) if each.entity in names)
            yield parents_first(settler.settle(outcomes), level)

    def totals(self) -> Counts:
        totals = Counts(records=self.extractor.records if self.extractor else 0)
        for counts in self.counts.values():
            totals += counts
        return totals

    def settle(self) -> None:
        """See `RunLock.settle`."""
        self.lock.settle(self.connection, self.id)

    @property
    def retries(self) -> Retries:
        """A dry run has but one transaction, which cannot be begun again in the middle."""
        return ONCE if self.job.dry_run else self.job.retries

    @property
    def preserves(self) -> bool:
        """Whether what is written stays where the run fails."""
        return self.job.preserve_partial or self.job.plan.on_failure.preserve_partial_data
