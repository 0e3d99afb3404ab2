"""A run under way: what its steps work with, and what is known of it so far."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from uuid import uuid4

from sqlalchemy import Connection

from desktop_migrator.errors import InternalError
from desktop_migrator.migration.run import filters
from desktop_migrator.migration.run.decisions import Decisions
from desktop_migrator.migration.run.job import AsideCollector, Job
from desktop_migrator.migration.run.survey import Survey
from desktop_migrator.migration.sealed.backup_writer import RunBackup
from desktop_migrator.migration.sources.open_sources import Sources
from desktop_migrator.migration.workspace.audit_trail import AuditEvent, AuditTrail, PendingEntry
from desktop_migrator.migration.workspace.workspace import noting_only
from desktop_migrator.model import Counts, Item, Rejection, Source, Superseded, TargetEntity
from desktop_migrator.plan.accounting import Accounting
from desktop_migrator.plan.extract import Extractor
from desktop_migrator.postgres.bookkeeping.trial import trial_transaction
from desktop_migrator.postgres.connection.engine import translate_errors
from desktop_migrator.postgres.connection.retry import NO_RETRY, RetryPolicy
from desktop_migrator.postgres.load.batches import DEFAULT_LIMITS, BatchLimits
from desktop_migrator.postgres.load.deduplicate import Deduplicator, Undecided
from desktop_migrator.postgres.load.load_options import LoadOptions
from desktop_migrator.postgres.load.load_order import (
    dependency_levels,
    in_level_order,
    order_parents_first,
)
from desktop_migrator.postgres.load.observer import LoadObserver
from desktop_migrator.postgres.run_lock.run_lock import RunLock
from desktop_migrator.reporter import Reporter


@dataclass(frozen=True, slots=True)
class Registration:
    """The run as it stands in the bookkeeping."""

    id: str
    resumed: bool


class RunContext:
    """What the steps of a run work with: set once and never changed, but for what they count.

    In a dry run everything happens within `dry_run_transaction`, which is rolled back.
    """

    def __init__(
        self,
        job: Job,
        connection: Connection,
        sources: Sources,
        survey: Survey,
        user_id: str,
        reporter: Reporter,
        lock: RunLock,
        trail: AuditTrail,
        backup: RunBackup | None,
        observer: LoadObserver | None,
    ) -> None:
        self.job = job
        self.connection = connection
        self.sources = sources
        self.survey = survey
        self.user_id = user_id
        self.reporter = AsideCollector(reporter)
        self.lock = lock
        self.trail = trail
        self.backup = backup
        """None: nobody wants one."""
        self.observer = observer
        self.decisions = Decisions(job.decisions)
        self.new_id = str(uuid4())
        """The one that it gets in the bookkeeping unless a former run goes on."""
        self.extractors: list[Extractor] = []
        """Of each pass over the sources; what the last one counts is what the run tells."""
        self.counts: dict[str, Counts] = {}
        """By entity; what a load does is added to it chunk by chunk."""
        self.received: Counter[str] = Counter()
        """By entity, what the load accounts for of the items of its last pass over the sources."""
        self.held_back: list[Source] = []
        """Where versions of items lie that did not go since others count, which were not wanted."""
        self._registration: Registration | None = None
        self._pending_audit_entries: list[PendingEntry] = []

    @property
    def registration(self) -> Registration:
        """There is one once `is_registered`."""
        if self._registration is None:
            raise InternalError(kind="RunNotRegistered")
        return self._registration

    @property
    def is_registered(self) -> bool:
        return self._registration is not None

    def set_registration(self, registration: Registration) -> None:
        """Once, by the step that enters the run."""
        self._registration = registration

    @property
    def id(self) -> str:
        return self.registration.id

    @property
    def records(self) -> int:
        """Read so far, in the last pass over the sources."""
        return self.accounting.records

    @property
    def skipped_records(self) -> dict[str, int]:
        """Those of them that gave nothing, by why."""
        return dict(self.accounting.skipped)

    @property
    def accounting(self) -> Accounting:
        """Of the last pass over the sources."""
        return self.extractors[-1].accounting if self.extractors else Accounting()

    @contextmanager
    def dry_run_transaction(self) -> Iterator[None]:
        """For a dry run the one transaction that is rolled back; else nothing."""
        if not self.job.dry_run:
            yield
            return
        with translate_errors(), trial_transaction(self.connection, self.user_id):
            yield

    @contextmanager
    def trial(self) -> Iterator[None]:
        """A transaction that is rolled back, for what takes long before the run is entered; in a
        dry run a savepoint, which stays."""
        if self.job.dry_run:
            with translate_errors(), self.connection.begin_nested():
                yield
        else:
            with translate_errors(), trial_transaction(self.connection, self.user_id):
                yield

    @contextmanager
    def transaction_step(self) -> Iterator[None]:
        """A transaction of its own; in a dry run a savepoint."""
        self._pending_audit_entries.clear()
        begin = self.connection.begin_nested if self.job.dry_run else self.connection.begin
        with translate_errors(), begin():
            yield
        while self._pending_audit_entries:
            with noting_only(self.reporter):
                self.trail.append_local(self._pending_audit_entries.pop())

    def record_audit_event(self, outcome: str) -> None:
        """Into the audit trail, as the last thing in a step."""
        self._pending_audit_entries.append(
            self.trail.record_in_database(self.connection, self.audit_event(outcome))
        )

    def audit_event(self, outcome: str) -> AuditEvent:
        """What the audit trail says of it."""
        return AuditEvent(
            action="migrate",
            user_id=self.user_id,
            run=self.id,
            plan_digest=self.job.plan.digest,
            outcome=outcome,
            counts=None if outcome in {"begun", "resumed"} else asdict(self.totals()),
        )

    def extract_items(self, entities: Sequence[TargetEntity]) -> Iterator[Item | Rejection]:
        """What becomes of the sources' records: a pass over all of them."""
        extractor = Extractor(
            *(self.job.plan, entities, self.user_id, self.survey.origins, self.job.field_key),
            self.survey.companions,
        )
        self.extractors.append(extractor)
        outcomes = extractor.extract(self.sources.records())
        skipped = extractor.accounting.skipped
        return filters.drop_excluded(outcomes, self.job.excluded_items, skipped)

    def count_deduplicated(self, deduplicator: Deduplicator) -> None:
        """Once its pass is over."""
        self.count_duplicates(deduplicator.duplicates)
        if deduplicator.unwanted:
            self.accounting.skipped[filters.OUT_OF_RANGE] += deduplicator.unwanted
        self.held_back += deduplicator.held_back

    def deduplicator(
        self, entities: Sequence[TargetEntity], undecided: Undecided | None = None
    ) -> Deduplicator:
        """For one pass; decides between versions as the person did, and leaves out items of another
        time once it is known which of their versions counts."""
        return Deduplicator(
            *(entities, self.survey.duplicate_keys, self.job.policy, self.decisions.answer),
            undecided,
            self.job.period.may_contain,
        )

    def in_load_order(
        self, entities: Sequence[TargetEntity], deduplicator: Deduplicator
    ) -> Iterator[Iterator[Item | Rejection | Superseded]]:
        """The same without duplicates, in as many parts as it takes to have nothing before what it
        refers to. Each part is to be taken before the next one."""
        parts = in_level_order(dependency_levels(entities), lambda: self.extract_items(entities))
        for level, outcomes in parts:
            yield order_parents_first(deduplicator.deduplicate(outcomes), level)

    def count_duplicates(self, duplicates: Mapping[str, int]) -> None:
        """Items that equal another one of the sources, by entity: they are there unchanged."""
        self.received.update(duplicates)
        for name, number in duplicates.items():
            self.counts[name] += Counts(items=number, unchanged=number, duplicates=number)

    def totals(self) -> Counts:
        totals = Counts(records=self.records)
        for counts in self.counts.values():
            totals += counts
        return totals

    def fence_out_stale_sessions(self) -> None:
        """See `RunLock.fence_out_stale_sessions`."""
        self.lock.fence_out_stale_sessions(self.connection, self.id)

    def load_options(self, *, resume: bool) -> LoadOptions:
        """How its items are loaded, by this process alone."""
        job = self.job
        return LoadOptions(
            run=self.id,
            user_id=self.user_id,
            policy=job.policy,
            limits=BatchLimits(job.batch_size) if job.batch_size else DEFAULT_LIMITS,
            keep_going=job.continue_on_error,
            dry_run=job.dry_run,
            resume=resume,
            pause=job.batch_delay,
            fence=None if job.dry_run else self.lock.fence(self.id),
            retry_policy=self.retries,
        )

    @property
    def retries(self) -> RetryPolicy:
        """A dry run has but one transaction, which cannot be begun again in the middle."""
        return NO_RETRY if self.job.dry_run else self.job.retries

    @property
    def preserves_partial_data(self) -> bool:
        """Whether what is written stays where the run fails."""
        return self.job.preserve_partial or self.job.plan.on_failure.preserve_partial_data
