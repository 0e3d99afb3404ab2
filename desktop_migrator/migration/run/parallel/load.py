"""Loads a run by several processes at once, where there is much to load.

Each owns a share of the records and a connection (worker.py). Their chunks have numbers of their
own (`Lane`), so that all else that reads the bookkeeping needs to know nothing of them. Items that
may be there twice are held back, settled here and loaded at the end. Whatever stops a process
stops all; what is committed by then stays, and the load goes on from there as a resumed run does.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from desktop_migrator.browsers.read.snapshot import twin
from desktop_migrator.errors import (
    Cancelled,
    CommitsLost,
    ItemsRejected,
    MigratorError,
    StoppedHalfway,
)
from desktop_migrator.migration.run.job import Job
from desktop_migrator.migration.run.parallel.load_worker import (
    Committed,
    Finished,
    Held,
    Message,
    Task,
    derivation,
    work,
)
from desktop_migrator.migration.run.parallel.workers import Team, make_ready, team
from desktop_migrator.migration.run.run_context import UnderWay
from desktop_migrator.migration.sources.open_sources import Sources
from desktop_migrator.model import Counts, Item, Rejection, Store, TargetEntity
from desktop_migrator.plan.extract import Extractor
from desktop_migrator.postgres.bookkeeping.row_ids import any_given
from desktop_migrator.postgres.connection.engine import address_of, renew, translated
from desktop_migrator.postgres.load.batches import ChunkLimits
from desktop_migrator.postgres.load.checkpoint import Checkpoint, Lane, counts_until_now, reached
from desktop_migrator.postgres.load.conflicts import asks
from desktop_migrator.postgres.load.deduplicate import Settler
from desktop_migrator.postgres.load.loader import STAGE, Loader
from desktop_migrator.postgres.load.references import levels
from desktop_migrator.postgres.types import adapters
from desktop_migrator.reporter import ForwardingReporter

LEAST_TEXT = 32 * 2**20
"""Characters from which on it pays to start processes, which takes half a second."""


def processes(run: UnderWay, entities: Sequence[TargetEntity]) -> int:
    """How many are to load; 1: this one alone.

    One alone settles what depends on the order of items: natural keys, references, rows that
    several items share, many items that are there twice, people's answers. It tells an observer,
    and keeps a delay between two transactions, and a dry run's only one.
    """
    job = run.job
    surveyed = run.surveyed
    most = min(job.max_concurrent, surveyed.loaded_records)
    if most < 2 or job.dry_run or job.batch_delay or surveyed.text < LEAST_TEXT:
        return 1
    if len(levels(entities)) > 1 or any(entity.references for entity in entities):
        return 1
    if surveyed.repeats.few is None or Settler(entities, surveyed.repeats).with_keys:
        return 1
    if run.sources.captures:  # whose keys stay in this process
        return 1
    if run.observer or any(asks(job.policy, entity.rule) for entity in entities):
        return 1
    with translated(), run.connection.begin():
        cursor = adapters.cursor(run.connection)
        given = any(any_given(cursor, run.user_id, entity.name) for entity in entities)
    return 1 if given or not make_ready() else most


def foresee(job: Job, sources: Sources) -> None:
    """Make ready for several processes if it looks as if they were needed."""
    if job.max_concurrent > 1 and sources.size >= LEAST_TEXT // 2:
        make_ready()


def load_together(run: UnderWay, entities: Sequence[TargetEntity], number: int) -> int:
    """Load by this many processes; returns how many items got new ids. Raises as `Loader.load`."""
    resume = run.resumed

    def attempt(again: bool) -> int:
        nonlocal resume
        resume = resume or again
        load = _Load(run, entities, number, resume=resume)
        try:
            return load.load()
        except MigratorError as error:
            if error.transient and load.committed and run.retries.attempts > 1:
                raise _GotOn(error) from None
            raise

    while True:
        try:
            return run.retries.run(attempt, run.reporter)
        except CommitsLost as lost:
            run.reporter.warned(f"{lost} They are done again.")
        except _GotOn as got_on:  # a new difficulty, so that its attempts are counted anew
            run.reporter.warned(f"{got_on.error} Going on from what was written.")
        resume = True


class _GotOn(Exception):
    """A passing failure after some chunks were committed."""

    def __init__(self, error: MigratorError) -> None:
        super().__init__()
        self.error = error


class _Load:
    """One attempt."""

    def __init__(
        self, run: UnderWay, entities: Sequence[TargetEntity], number: int, *, resume: bool
    ) -> None:
        self._run = run
        self._entities = tuple(entities)
        self._number = number
        self._resume = resume
        self._total = run.surveyed.total(entities)
        self._held: list[Held] = []
        self._renamed = 0
        self._errors: list[MigratorError] = []
        self._beyond = Checkpoint()
        self.committed = 0
        """Chunks of this attempt."""

    def load(self) -> int:
        run = self._run
        self._begin()
        run.reporter.started(STAGE, self._total)
        run.extractor = Extractor(run.job.plan, self._entities, run.user_id, run.surveyed.origins)
        with team(work, [self._task(share) for share in range(self._number)]) as processes:
            self._listen(processes)
        self._raise_first()
        self._load_held()
        return self._renamed

    def _begin(self) -> None:
        """Learn where the run stands, once nothing of it is under way."""
        run = self._run
        renew(run.connection)
        with translated(), run.connection.begin():
            if self._resume:
                run.settle()
            cursor = adapters.cursor(run.connection)
            self._beyond = reached(cursor, run.id)
            run.counts = {entity.name: Counts() for entity in self._entities}
            run.counts |= counts_until_now(cursor, run.id)

    def _task(self, share: int) -> Task:
        run = self._run
        job = run.job
        return Task(
            copies=[(store, _twin(store, copy, share)) for store, copy in run.sources.copies],
            plan=job.plan,
            origins=run.surveyed.origins,
            period=job.period,
            leave_out=job.leave_out,
            entities=self._entities,
            user_id=run.user_id,
            repeated=run.surveyed.repeats.few or frozenset(),
            address=address_of(run.connection),
            run=run.id,
            policy=job.policy,
            fence=run.lock.fence(run.id),
            limits=self._limits,
            keep_going=job.continue_on_error,
            resume=self._resume,
            share=share,
            of=self._number,
            part=run.surveyed.cuts.part(share, self._number),
            lane=self._lane(share),
        )

    def _lane(self, number: int) -> Lane:
        """The processes' by their shares; the last is this one's own."""
        return Lane(number, self._number + 1, self._beyond)

    @property
    def _limits(self) -> ChunkLimits:
        size = self._run.job.batch_size
        return ChunkLimits(size) if size else ChunkLimits()

    def _listen(self, processes: Team) -> None:
        """Take what they tell until all have ended."""
        stopping = False
        for message in processes.messages():
            if message is not None:
                self._take(message)
            if self._run.reporter.cancelled and not stopping:
                self._errors.append(Cancelled())
            if self._errors and not stopping:
                stopping = True
                processes.stop()

    def _take(self, message: Message | MigratorError) -> None:
        run = self._run
        match message:
            case Committed():
                self.committed += 1
                run.counts.setdefault(message.entity, Counts())
                run.counts[message.entity] += message.counts
                done = sum(counts.items for counts in run.counts.values())
                run.reporter.advanced(STAGE, done, self._total)
            case Rejection():
                run.reporter.rejected(message)
            case Held():
                self._held.append(message)
            case Finished():
                if run.extractor:
                    run.extractor.add(message.extracted)
                self._renamed += message.renamed
            case MigratorError():
                self._errors.append(message)
            case str():
                run.reporter.warned(message)

    def _raise_first(self) -> None:
        """What stopped one of them; the others were only told to."""
        if not self._errors:
            return
        found = [error for error in self._errors if not isinstance(error, Cancelled)]
        error = found[0] if found else self._errors[0]
        if isinstance(error, (ItemsRejected, StoppedHalfway)):
            self._raise_rejected(error)
        raise error

    def _raise_rejected(self, error: MigratorError) -> None:
        counts = self._run.counts.values()
        written = sum(each.inserted + each.updated for each in counts)
        kind = StoppedHalfway if written else ItemsRejected
        raise kind(**error.facts | {"written": written})

    def _load_held(self) -> None:
        """Settle and load what was held back, in the order of the sources."""
        if not self._held:
            return
        run = self._run
        self._held.sort(key=lambda held: held.order)
        settler = Settler(self._entities, run.surveyed.repeats)
        loader = Loader(
            run.connection,
            self._entities,
            run=run.id,
            user_id=run.user_id,
            policy=run.job.policy,
            derive=derivation(run.user_id, self._entities),
            reporter=_Quietly(run.reporter),
            limits=self._limits,
            keep_going=run.job.continue_on_error,
            fence=run.lock.fence(run.id),
            settle=run.settle,
            retries=run.retries,
            resume=self._resume,
            lane=self._lane(self._number),
            committed=self._committed_here,
        )
        items: Iterator[Item] = (held.item for held in self._held)
        try:
            loader.load(settler.settle(items))
        except (ItemsRejected, StoppedHalfway) as error:
            self._raise_rejected(error)
        for name, counts in settler.counts.items():
            run.counts[name] += counts
        self._renamed += loader.renamed
        run.reporter.advanced(STAGE, self._total, self._total)

    def _committed_here(self, entity: str, counts: Counts) -> None:
        self._take(Committed(entity, counts))


class _Quietly(ForwardingReporter):
    """Leaves the progress to who counts all."""

    def started(self, stage: str, total: int | None) -> None:
        pass

    def advanced(self, stage: str, current: int, total: int | None) -> None:
        pass


def _twin(store: Store, copy: Path, share: int) -> Path:
    return twin(copy, f"twin-{share}")
