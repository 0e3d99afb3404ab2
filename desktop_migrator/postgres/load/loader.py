"""Puts items into the target, a chunk a transaction, and writes down in it what was done.

Items come deduplicated, none twice (deduplicate.py). They are gathered into batches (batches.py),
each of which becomes a chunk: what chunk_writer.py makes of it, and what is kept aside of it, are
committed together or not at all.

A chunk's commit does not wait for the disk. After a crash of the server the last few may be gone,
each as a whole and with its record; so the last thing is a commit that makes all durable, before
which it is seen whether all are there.

A chunk that failed for a passing reason is tried again, on a new connection if need be. Where the
connection was lost before the commit was confirmed, the chunk's record tells whether it was done.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

import sqlalchemy

from desktop_migrator.errors import (
    AccountingMismatch,
    Cancelled,
    CommitsLost,
    ItemsRejected,
    RejectedAfterCommit,
    RunError,
)
from desktop_migrator.messages import Message
from desktop_migrator.model import Counts, Item, Rejection, Superseded, TargetEntity
from desktop_migrator.postgres.bookkeeping.chunks import Action
from desktop_migrator.postgres.bookkeeping.journal import JournalKey, journal_keys
from desktop_migrator.postgres.bookkeeping.quarantine import insert_aside
from desktop_migrator.postgres.connection.engine import invalidate_if_closed
from desktop_migrator.postgres.connection.errors import translate_errors
from desktop_migrator.postgres.connection.retry import cancellable_sleep
from desktop_migrator.postgres.load.batches import MAX_BATCH_BYTES, Batch, iter_batches
from desktop_migrator.postgres.load.checkpoint import (
    UNSTRIPED,
    Checkpoint,
    CompletedRows,
    committed_counts,
    last_checkpoint,
)
from desktop_migrator.postgres.load.chunk import Chunk
from desktop_migrator.postgres.load.chunk_writer import ChunkWriter
from desktop_migrator.postgres.load.conflicts import DecisionLookup, no_decisions
from desktop_migrator.postgres.load.load_options import LoadOptions
from desktop_migrator.postgres.load.load_order import dependency_levels
from desktop_migrator.postgres.load.observer import LoadObserver, tell_outcomes
from desktop_migrator.postgres.load.rejections import kept, too_large
from desktop_migrator.postgres.load.row_matching import IdFactory
from desktop_migrator.postgres.load.table_writer import Cursor
from desktop_migrator.postgres.types import adapters
from desktop_migrator.reporter import Reporter, Stage
from desktop_migrator.system.debug import debug_log

_log = debug_log("migration:load")


@dataclass(frozen=True, slots=True)
class _WrittenBatch:
    """A batch's chunk, and what was kept aside with it and not before the run was resumed."""

    chunk: Chunk
    rejections: list[Rejection]
    superseded: list[Superseded]
    aside: int
    """How many items were kept aside, those whose rows stay among them."""


class Loader:
    """Loads into some entities' tables for one run; see `load`.

    The run must stand in the bookkeeping. `connection` must have no transaction open, unless it
    is a dry run: that works in the caller's transaction, with savepoints where it would commit.

    `make_id` gives an item whose id is another user's an id that no other item can have; without
    it such items are rejected. `observer` is told what becomes of each item, and `on_commit` each
    chunk's entity and counts, once the chunk is committed. `fence_out` is called in a transaction
    after another has failed; see `RunLock.fence_out_stale_sessions`. `counts` is emptied, and what
    the loader does is counted in it.
    """

    def __init__(
        self,
        connection: sqlalchemy.Connection,
        entities: Iterable[TargetEntity],
        options: LoadOptions,
        reporter: Reporter,
        *,
        make_id: IdFactory | None = None,
        decisions: DecisionLookup = no_decisions,
        observer: LoadObserver | None = None,
        on_commit: Callable[[str, Counts], None] | None = None,
        fence_out: Callable[[], None] | None = None,
        counts: dict[str, Counts] | None = None,
    ) -> None:
        self._connection = connection
        self._begin = connection.begin_nested if options.dry_run else connection.begin
        self._options = options
        self._reporter = reporter
        self._observer = observer
        self._on_commit = on_commit
        self._fence_out = fence_out
        in_order = [each for level in dependency_levels(list(entities)) for each in level]
        self._writer = ChunkWriter(
            connection,
            in_order,
            options,
            make_id=make_id,
            decisions=decisions,
            observed=observer is not None,
        )
        if observer:
            observer.on_begin(in_order)
        self._targets_with_own_times = {entity.name: entity for entity in in_order}
        """Those that may turn out to set their rows' times of change, of which nobody knows yet."""
        self._must_resume = options.resume
        self._completed: CompletedRows | None = None
        """What the run did before it was resumed."""
        self._checkpoint = options.stripe.initial_checkpoint
        """After the last chunk that is known to be committed."""
        self._journal_keys = self._next_journal_keys()
        self.derived_ids = 0
        """Items whose ids were taken and that got others."""
        self.null_references = 0
        """References left empty since what they refer to has no row."""
        self.received: Counter[str] = Counter()
        """By entity, all that came to it and of which it is committed what became of it."""
        self.counts: dict[str, Counts] = {} if counts is None else counts
        self.counts.clear()
        self.counts |= {entity.name: Counts() for entity in in_order}
        """By entity, of the chunks that are committed; `items` counts what is kept aside."""

    def load(
        self, outcomes: Iterable[Item | Rejection | Superseded], total: int | None = None
    ) -> dict[str, Counts]:
        """Load items, keep the others aside; returns `counts`. `total` is for progress alone.

        Items come after those that they refer to; if these are many, by a call of their own.

        Raises Cancelled between two chunks; LockLost where the run is no longer alone;
        DatabaseError where more than a row is at fault; CommitsLost if the server forgot chunks;
        AccountingMismatch if nobody knows what became of an item.
        Unless it is to keep going, a rejection raises ItemsRejected and rolls its chunk back, or
        RejectedAfterCommit if chunks before it have been committed, which stay.
        """
        if self._must_resume:
            self._options.retry_policy.run(self._resume, self._reporter)
            self._must_resume = False
        self._reporter.started(Stage.LOAD, total)
        for number, batch in enumerate(iter_batches(outcomes, self.counts, self._options.limits)):
            if number:
                cancellable_sleep(self._options.pause, self._reporter)
            if self._reporter.cancelled:
                raise Cancelled
            written = self._commit(batch)
            self._account_for(batch, written)
            done = sum(counts.items for counts in self.counts.values())
            self._reporter.advanced(Stage.LOAD, done, total)
            del batch, written  # before the next one is gathered
        if not self._options.dry_run:
            self._options.retry_policy.run(self._flush_commits, self._reporter)
        return self.counts

    def _account_for(self, batch: Batch, written: _WrittenBatch) -> None:
        """Take notice of a chunk that is committed."""
        chunk = written.chunk
        self._checkpoint = self._checkpoint_after(written)
        self.received[batch.entity] += len(batch)
        self._writer.committed(chunk)
        self.derived_ids += chunk.derived_ids
        if chunk.trigger_times:
            self._warn_of_trigger_times(batch.entity)
        self.null_references += chunk.null_references
        counts = chunk.counts()
        counts.rejected = len(written.rejections)
        counts.superseded = len(written.superseded)
        counts.items = counts.accounted
        self.counts.setdefault(batch.entity, Counts())
        self.counts[batch.entity] += counts
        _log.debug("chunk %d of %s: %s", self._checkpoint.chunk, batch.entity, counts)
        for rejection in _all_rejections(batch, chunk):
            self._reporter.rejected(rejection)
        for each in _all_superseded(batch, chunk):
            self._reporter.superseded(each)
        if self._observer:
            tell_outcomes(self._observer, batch, chunk)
        if self._on_commit:
            self._on_commit(batch.entity, counts)

    def _warn_of_trigger_times(self, entity: str) -> None:
        """Once, that rows do not have the items' own times of change."""
        target = self._targets_with_own_times.pop(entity, None)
        if target is not None:
            self._reporter.warned(
                Message(
                    "A trigger of the table {table} sets {column}: rows have the time at which "
                    "they were written there, not the browser's.",
                    table=target.table.name,
                    column=target.updated_column or "",
                )
            )

    def _commit(self, batch: Batch) -> _WrittenBatch:
        """The batch as a chunk in a transaction, exactly once however often that is tried."""
        last: _WrittenBatch | None = None
        """Of the attempt before, should it have come as far as to its commit."""

        def attempt(again: bool) -> _WrittenBatch:
            nonlocal last
            if again:
                now = self._reload_checkpoint()
                if last and now == self._checkpoint_after(last):
                    return last
                if now != self._checkpoint:
                    raise CommitsLost
            last = None
            with translate_errors(), self._begin():
                last = self._write(batch)
                rejections = _all_rejections(batch, last.chunk)
                if rejections and not self._options.keep_going:
                    raise self._stopped(batch.entity, rejections)
            return last

        return self._options.retry_policy.run(attempt, self._reporter)

    def _write(self, batch: Batch) -> _WrittenBatch:
        cursor = adapters.cursor(self._connection)
        cursor.execute("SET LOCAL synchronous_commit = off")
        if self._options.fence:
            self._options.fence.check(cursor)
        if batch.size_in_bytes > MAX_BATCH_BYTES:
            chunk = Chunk(cursor, new=[])
            chunk.rejected += [(too_large(item), item) for item in batch.items]
        elif not batch.items:  # what is kept aside alone, perhaps of what has no table
            chunk = Chunk(cursor, new=[])
        else:
            chunk = self._writer.write(
                cursor, batch.entity, batch.items, self._journal_keys, self._completed
            )
        if chunk.settled != len(batch.items):
            raise AccountingMismatch(
                entity=batch.entity, expected=len(batch.items), accounted=chunk.settled
            )
        return self._keep_aside(cursor, batch, chunk)

    def _keep_aside(self, cursor: Cursor, batch: Batch, chunk: Chunk) -> _WrittenBatch:
        rejections, superseded = _all_rejections(batch, chunk), _all_superseded(batch, chunk)
        if done := self._completed:
            rejections = [each for each in rejections if not done.has_aside(each)]
            superseded = [each for each in superseded if not done.has_aside(each)]
        stay = [kept(each.item) for each in chunk.done if each.action is Action.SKIPPED]
        items = [*rejections, *superseded, *stay]
        step = self._options.stripe.stride
        numbers = count(self._checkpoint.rejection + step, step)
        insert_aside(cursor, run=self._options.run, numbers=numbers, items=items)
        return _WrittenBatch(chunk, rejections, superseded, len(items))

    def _checkpoint_after(self, written: _WrittenBatch) -> Checkpoint:
        """Where the run stands once this is committed."""
        seq = max((record.seq for record in written.chunk.records), default=self._checkpoint.chunk)
        aside = self._options.stripe.stride * written.aside
        return Checkpoint(seq, self._checkpoint.rejection + aside)

    def _stopped(self, entity: str, rejections: Sequence[Rejection]) -> RunError:
        for rejection in rejections:
            self._reporter.rejected(rejection)
        written = sum(counts.inserted + counts.updated for counts in self.counts.values())
        self.counts.setdefault(entity, Counts()).rejected += len(rejections)
        stays = written and not self._options.dry_run
        error_type = RejectedAfterCommit if stays else ItemsRejected
        return error_type(count=len(rejections), written=written, reason=rejections[0].reason)

    def _resume(self, _again: bool) -> None:
        """Learn where the run stands."""
        run, stripe = self._options.run, self._options.stripe
        self._completed = None
        self._checkpoint = self._reload_checkpoint()
        self._journal_keys = self._next_journal_keys()
        completed = CompletedRows(
            run, self._checkpoint if stripe is UNSTRIPED else stripe.start_after
        )
        with translate_errors(), self._begin():
            cursor = adapters.cursor(self._connection)
            self.counts |= committed_counts(cursor, run)
            completed.create_temp_table(cursor)
        self._completed = completed

    def _next_journal_keys(self) -> Iterator[JournalKey]:
        step = self._options.stripe.stride
        return journal_keys(self._options.run, self._checkpoint.chunk + step, step)

    def _reload_checkpoint(self) -> Checkpoint:
        """Where the run stands, on a connection that works, once nothing of it is under way."""
        invalidate_if_closed(self._connection)
        with translate_errors(), self._begin():
            if self._fence_out:
                self._fence_out()
            cursor = adapters.cursor(self._connection)
            if self._completed:
                self._completed.create_temp_table(cursor)
            return last_checkpoint(cursor, self._options.run, self._options.stripe)

    def _flush_commits(self, again: bool) -> None:
        """Have the disk hold all chunks, which a commit that waits for it does.

        Raises CommitsLost where the server, restarted since, has forgotten some.
        """
        if again:
            self._reload_checkpoint()
        with translate_errors(), self._begin():
            cursor = adapters.cursor(self._connection)
            cursor.execute("SET LOCAL synchronous_commit = on")
            cursor.execute("SELECT pg_logical_emit_message(true, 'desktop_migrator', 'loaded')")
            now = last_checkpoint(cursor, self._options.run, self._options.stripe)
        if now != self._checkpoint:
            raise CommitsLost


def _all_rejections(batch: Batch, chunk: Chunk) -> list[Rejection]:
    return [*batch.rejections, *(rejection for rejection, _ in chunk.rejected)]


def _all_superseded(batch: Batch, chunk: Chunk) -> list[Superseded]:
    return [*batch.superseded, *(superseded for superseded, _ in chunk.superseded)]
