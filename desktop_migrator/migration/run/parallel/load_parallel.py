"""Loads a run by several processes at once, where there is much to load.

Each owns a share of the records and a connection (load_worker.py). Their chunks have numbers of
their own (`SequenceStripe`), so that all else that reads the bookkeeping needs to know nothing of
them. Items that may be there twice are held back, deduplicated here and loaded at the end. Whatever
stops a process stops all; what is committed by then stays, and the load goes on from there as a
resumed run does.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from desktop_migrator.browsers.read.snapshot import clone_snapshot
from desktop_migrator.errors import (
    Cancelled,
    CommitsLost,
    ItemsRejected,
    MigratorError,
    RejectedAfterCommit,
)
from desktop_migrator.messages import Message
from desktop_migrator.migration.run.job import Job
from desktop_migrator.migration.run.parallel.load_worker import (
    ChunkCommitted,
    DeferredItem,
    LoadTask,
    WorkerFinished,
    WorkerMessage,
    id_maker,
    load_worker_main,
)
from desktop_migrator.migration.run.parallel.workers import (
    WorkerPool,
    start_forkserver,
    worker_pool,
)
from desktop_migrator.migration.run.run_context import RunContext
from desktop_migrator.migration.sources.open_sources import Sources
from desktop_migrator.model import Counts, Item, Rejection, Store, TargetEntity
from desktop_migrator.plan.extract import Extractor
from desktop_migrator.postgres.bookkeeping.row_ids import has_assigned_ids
from desktop_migrator.postgres.connection.engine import (
    address_of,
    free_connections,
    invalidate_if_closed,
    translate_errors,
)
from desktop_migrator.postgres.connection.retry import NO_RETRY
from desktop_migrator.postgres.load.checkpoint import (
    Checkpoint,
    SequenceStripe,
    committed_counts,
    last_checkpoint,
)
from desktop_migrator.postgres.load.conflicts import needs_decision
from desktop_migrator.postgres.load.load_options import LoadOptions
from desktop_migrator.postgres.load.load_order import dependency_levels, shared_tables
from desktop_migrator.postgres.load.loader import Loader
from desktop_migrator.postgres.load.natural_keys import has_other_unique_keys
from desktop_migrator.postgres.types import adapters
from desktop_migrator.reporter import ForwardingReporter, Stage

MIN_CHARACTERS_FOR_PARALLEL = 32 * 2**20
"""Characters from which on it pays to start processes, which takes half a second."""


def process_count(run: RunContext, entities: Sequence[TargetEntity]) -> int:
    """How many are to load; 1: this one alone.

    One alone decides what depends on the order of items: unique keys, references, rows that
    several items share, many items that are there twice, people's answers. It tells an observer,
    and keeps a delay between two transactions, and a dry run's only one. There are no more than
    the server still lets this role connect.
    """
    job = run.job
    surveyed = run.survey
    most = min(job.max_concurrent, surveyed.records_to_load)
    if (
        most < 2
        or job.dry_run
        or job.batch_delay
        or surveyed.text_length < MIN_CHARACTERS_FOR_PARALLEL
        or _depends_on_order(run, entities)
        or run.sources.captures  # whose keys stay in this process
        or run.observer
    ):
        return 1
    with translate_errors(), run.connection.begin():
        cursor = adapters.cursor(run.connection)
        given = any(has_assigned_ids(cursor, run.user_id, entity.name) for entity in entities)
        most = min(most, free_connections(run.connection))
    return 1 if given or most < 2 or not start_forkserver() else most


def _depends_on_order(run: RunContext, entities: Sequence[TargetEntity]) -> bool:
    return (
        len(dependency_levels(entities)) > 1
        or any(entity.references for entity in entities)
        or bool(shared_tables(entities))
        or run.survey.duplicate_keys.exact_keys is None
        or any(map(has_other_unique_keys, entities))
        or any(needs_decision(run.job.policy, entity.rule) for entity in entities)
    )


def prestart_workers(job: Job, sources: Sources) -> None:
    """Make ready for several processes if it looks as if they were needed."""
    if job.max_concurrent > 1 and sources.size >= MIN_CHARACTERS_FOR_PARALLEL // 2:
        start_forkserver()


def load_parallel(run: RunContext, entities: Sequence[TargetEntity], worker_count: int) -> int:
    """Load by this many processes; returns how many items got new ids. Raises as `Loader.load`."""
    resume = run.registration.resumed

    def attempt(retrying: bool) -> int:
        nonlocal resume
        resume = resume or retrying
        load = _ParallelLoad(run, entities, worker_count, resume=resume)
        try:
            return load.load()
        except MigratorError as error:
            if error.transient and load.committed and run.retries.attempts > 1:
                raise _ProgressBeforeFailure(error) from None
            raise

    while True:
        try:
            return run.retries.run(attempt, run.reporter)
        except CommitsLost as lost:
            run.reporter.warned(Message("{lost} They are done again.", lost=lost.message))
        except (
            _ProgressBeforeFailure
        ) as got_on:  # a new difficulty, so that its attempts are counted anew
            run.reporter.warned(
                Message("{error} Going on from what was written.", error=got_on.error.message)
            )
        resume = True


class _ProgressBeforeFailure(Exception):
    """A passing failure after some chunks were committed."""

    def __init__(self, error: MigratorError) -> None:
        super().__init__()
        self.error = error


class _ParallelLoad:
    """One attempt."""

    def __init__(
        self, run: RunContext, entities: Sequence[TargetEntity], worker_count: int, *, resume: bool
    ) -> None:
        self._run = run
        self._entities = tuple(entities)
        self._worker_count = worker_count
        self._resume = resume
        self._total = run.survey.item_total(entities)
        self._deferred: list[DeferredItem] = []
        self._derived_ids = 0
        self._errors: list[MigratorError] = []
        self._start_after = Checkpoint()
        self._told: set[Message] = set()
        self.committed = 0
        """Chunks of this attempt."""

    def load(self) -> int:
        run = self._run
        self._begin()
        run.reporter.started(Stage.LOAD, self._total)
        extractor = Extractor(run.job.plan, self._entities, run.user_id, run.survey.origins)
        run.extractors.append(extractor)  # adds up what the processes' own have counted
        with worker_pool(
            load_worker_main, [self._task(share) for share in range(self._worker_count)]
        ) as processes:
            self._receive_messages(processes)
        self._raise_first_error()
        self._load_deferred()
        return self._derived_ids

    def _begin(self) -> None:
        """Learn where the run stands, once nothing of it is under way."""
        run = self._run
        invalidate_if_closed(run.connection)
        with translate_errors(), run.connection.begin():
            if self._resume:
                run.fence_out_stale_sessions()
            cursor = adapters.cursor(run.connection)
            self._start_after = last_checkpoint(cursor, run.id)
            run.received.clear()
            run.counts.clear()
            run.counts |= {entity.name: Counts() for entity in self._entities}
            run.counts |= committed_counts(cursor, run.id)

    def _task(self, share: int) -> LoadTask:
        run = self._run
        job = run.job
        return LoadTask(
            copies=[
                (store, _clone_snapshot(store, copy, share)) for store, copy in run.sources.copies
            ],
            plan=job.plan,
            origins=run.survey.origins,
            companions=run.survey.companions,
            period=job.period,
            excluded_items=job.excluded_items,
            entities=self._entities,
            options=replace(self._options(share), retry_policy=NO_RETRY),
            deferred_keys=run.survey.duplicate_keys.exact_keys or frozenset(),
            address=address_of(run.connection),
            field_key=job.field_key,
            share=share,
            share_count=self._worker_count,
            key_ranges=run.survey.partitioner.key_ranges(share, self._worker_count),
        )

    def _options(self, number: int) -> LoadOptions:
        """The processes' by their shares; the last is this one's own."""
        stripe = SequenceStripe(number, self._worker_count + 1, self._start_after)
        return replace(self._run.load_options(resume=self._resume), stripe=stripe)

    def _receive_messages(self, pool: WorkerPool) -> None:
        """Take what they tell until all have ended."""
        stopping = False
        for message in pool.messages():
            if message is not None:
                self._handle_message(message)
            if self._run.reporter.cancelled and not stopping:
                self._errors.append(Cancelled())
            if self._errors and not stopping:
                stopping = True
                pool.stop()

    def _handle_message(self, message: WorkerMessage | MigratorError) -> None:
        run = self._run
        match message:
            case ChunkCommitted():
                self.committed += 1
                run.counts.setdefault(message.entity, Counts())
                run.counts[message.entity] += message.counts
                done = sum(counts.items for counts in run.counts.values())
                run.reporter.advanced(Stage.LOAD, done, self._total)
            case Rejection():
                run.reporter.rejected(message)
            case DeferredItem():
                self._deferred.append(message)
            case WorkerFinished():
                run.extractors[-1].accounting += message.accounting
                run.received += message.received
                self._derived_ids += message.derived_ids
            case MigratorError():
                self._errors.append(message)
            case Message() if message not in self._told:  # each may come upon the same
                self._told.add(message)
                run.reporter.warned(message)

    def _raise_first_error(self) -> None:
        """What stopped one of them; the others were only told to."""
        if not self._errors:
            return
        found = [error for error in self._errors if not isinstance(error, Cancelled)]
        error = found[0] if found else self._errors[0]
        if isinstance(error, (ItemsRejected, RejectedAfterCommit)):
            self._raise_rejected(error)
        raise error

    def _raise_rejected(self, error: MigratorError) -> None:
        counts = self._run.counts.values()
        written = sum(each.inserted + each.updated for each in counts)
        kind = RejectedAfterCommit if written else ItemsRejected
        raise kind(**error.facts | {"written": written})

    def _load_deferred(self) -> None:
        """Deduplicate and load what was held back, in the order of the sources."""
        if not self._deferred:
            return
        run = self._run
        self._deferred.sort(key=lambda held: held.source_order)
        deduplicator = run.deduplicator(self._entities)
        loader = Loader(
            run.connection,
            self._entities,
            self._options(self._worker_count),
            _NoProgress(run.reporter),
            make_id=id_maker(run.user_id, self._entities),
            on_commit=self._on_committed,
            fence_out=run.fence_out_stale_sessions,
        )
        items: Iterator[Item] = (held.item for held in self._deferred)
        try:
            loader.load(deduplicator.deduplicate(items))
        except (ItemsRejected, RejectedAfterCommit) as error:
            self._raise_rejected(error)
        run.received += loader.received
        run.count_deduplicated(deduplicator)
        self._derived_ids += loader.derived_ids
        run.reporter.advanced(Stage.LOAD, self._total, self._total)

    def _on_committed(self, entity: str, counts: Counts) -> None:
        self._handle_message(ChunkCommitted(entity, counts))


class _NoProgress(ForwardingReporter):
    """Leaves the progress to who counts all."""

    def started(self, stage: str, total: int | None) -> None:
        pass

    def advanced(self, stage: str, current: int, total: int | None) -> None:
        pass


def _clone_snapshot(store: Store, copy: Path, share: int) -> Path:
    return clone_snapshot(copy, f"twin-{share}")
