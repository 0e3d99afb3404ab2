"""Puts items into the target, a chunk a transaction, and writes down in it what was done.

Items come settled, none twice (settle.py). For each chunk: the ids are looked up, the rows that
exist are read and locked, each item is decided (new, unchanged, conflict), new rows go in by
binary COPY, others are changed through a temporary stage, and the chunk's record and its rejections
are written: all of it or nothing. A row that the server refuses costs its neighbours nothing: the
chunk goes back to a savepoint and is repeated without it.

A chunk's commit does not wait for the disk. After a crash of the server the last few may be gone,
each as a whole and with its record; so the last thing is a commit that makes all durable, before
which it is seen whether all are there.

A chunk that failed for a passing reason is tried again, on a new connection if need be. Where the
connection was lost before the commit was confirmed, the chunk's record tells whether it was done.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count
from typing import Any
from uuid import UUID

import sqlalchemy
from psycopg.errors import UniqueViolation

from desktop_migrator.errors import (
    Cancelled,
    CommitsLost,
    ItemsRejected,
    RejectedAfterCommit,
    RunError,
)
from desktop_migrator.model import ConflictPolicy, Counts, Item, Rejection, TargetEntity
from desktop_migrator.postgres.bookkeeping import chunks as chunk_records
from desktop_migrator.postgres.bookkeeping.journal import JournalKey, journal_keys
from desktop_migrator.postgres.connection.engine import invalidate_if_closed
from desktop_migrator.postgres.connection.errors import translate_errors
from desktop_migrator.postgres.connection.retry import NO_RETRY, RetryPolicy, cancellable_sleep
from desktop_migrator.postgres.load.batches import (
    MAX_BATCH_BYTES,
    Batch,
    BatchLimits,
    iter_batches,
    rounds_with_unique_ids,
)
from desktop_migrator.postgres.load.checkpoint import (
    UNSTRIPED,
    Checkpoint,
    CompletedRows,
    SequenceStripe,
    committed_counts,
    last_checkpoint,
)
from desktop_migrator.postgres.load.conflicts import ConflictResolver, DecisionLookup, no_decisions
from desktop_migrator.postgres.load.observer import LoadObserver, OutcomeRecorder
from desktop_migrator.postgres.load.references import ReferenceResolver, dependency_levels
from desktop_migrator.postgres.load.rejections import (
    owned_by_other_user,
    rejected_by_database,
    too_large,
)
from desktop_migrator.postgres.load.row_matching import IdFactory, RowMatcher
from desktop_migrator.postgres.load.table_writer import Cursor, RowsRefusedError, TableWriter
from desktop_migrator.postgres.load.write_batch import WriteResult, write_batch
from desktop_migrator.postgres.run_lock.run_lock import Fence
from desktop_migrator.postgres.types import adapters
from desktop_migrator.reporter import Reporter, Stage


class Loader:
    """Loads into some entities' tables for one run; see `load`.

    The run must stand in the bookkeeping. `connection` must have no transaction open, unless it
    is a dry run: that works in the caller's transaction, with savepoints where it would commit.

    `observer` is told what becomes of each item, once its chunk is committed.

    With `resume` the run goes on where it stands. `settle` is called in a transaction after
    another has failed; see `RunLock.settle`. `pause` is in seconds, between two chunks. Without
    `derive`, items whose ids are taken are rejected. `lane` is for one of several loaders that
    share a run and no item; `committed` hears each chunk's entity and counts.
    """

    def __init__(
        self,
        connection: sqlalchemy.Connection,
        entities: Iterable[TargetEntity],
        *,
        run: UUID | str,
        user_id: str,
        policy: ConflictPolicy,
        decisions: DecisionLookup = no_decisions,
        make_id: IdFactory | None = None,
        reporter: Reporter,
        limits: BatchLimits | None = None,
        keep_going: bool = True,
        dry_run: bool = False,
        fence: Fence | None = None,
        fence_out: Callable[[], None] | None = None,
        retry_policy: RetryPolicy = NO_RETRY,
        resume: bool = False,
        pause: float = 0.0,
        observer: LoadObserver | None = None,
        stripe: SequenceStripe = UNSTRIPED,
        on_commit: Callable[[str, Counts], None] | None = None,
    ) -> None:
        self._connection = connection
        self._writers = {
            entity.name: TableWriter(entity, user_id)
            for level in dependency_levels(list(entities))
            for entity in level
        }
        self._run = str(run)
        self._user_id = user_id
        self._policy = policy
        bound = [target.entity for target in self._writers.values()]
        self._recorder = OutcomeRecorder(observer, bound) if observer else None
        self._conflict_resolvers = {
            name: self._recorder.conflict_resolver(target, policy, decisions)
            if self._recorder
            else ConflictResolver(target.entity, policy, decisions)
            for name, target in self._writers.items()
        }
        self._make_id = make_id
        self._row_matchers = {
            name: RowMatcher(target.entity, user_id) for name, target in self._writers.items()
        }
        self._reference_resolvers = {
            name: ReferenceResolver(target.entity, user_id)
            for name, target in self._writers.items()
        }
        self._reporter = reporter
        self._limits = limits or BatchLimits()
        self._keep_going = keep_going
        self._dry_run = dry_run
        self._fence = fence
        self._fence_out = fence_out
        self._retry_policy = retry_policy
        self._must_resume = resume
        self._pause = pause
        self._begin = connection.begin_nested if dry_run else connection.begin
        self._written_keys: set[tuple[str, Any]] = set()
        """Tables and ids met so far, where several items may be one row."""
        self._pending_keys: set[tuple[str, Any]] = set()
        """The same of the chunk under way."""
        self._stripe = stripe
        self._on_commit = on_commit
        self._checkpoint = stripe.initial_checkpoint
        """After the last chunk that is known to be committed."""
        self._journal_keys = self._next_journal_keys()
        self._completed: CompletedRows | None = None
        self.derived_ids = 0
        """Items whose ids were taken and that got others."""
        self.null_references = 0
        """References left empty since what they refer to has no row."""
        self.counts: dict[str, Counts] = {name: Counts() for name in self._writers}
        """By entity, of the chunks that are committed; `items` counts rejections too."""

    def load(
        self, outcomes: Iterable[Item | Rejection], total: int | None = None
    ) -> dict[str, Counts]:
        """Load all items and keep all rejections; returns `counts`. `total` is for progress alone.

        Items come after those that they refer to; if these are many, by a call of their own.
        Raises Cancelled between two chunks, LockLost where the run is no longer alone,
        DatabaseError where more than a row is at fault and, unless it is to keep going,
        ItemsRejected for a chunk with a rejection, which is rolled back; StoppedHalfway if chunks
        before it have been committed, which stay. CommitsLost if the server forgot some of them.
        """
        if self._must_resume:
            self._retry_policy.run(self._resume_from_checkpoint, self._reporter)
            self._must_resume = False
        self._reporter.started(Stage.LOAD, total)
        for number, chunk in enumerate(iter_batches(outcomes, self._writers, self._limits)):
            if number:
                cancellable_sleep(self._pause, self._reporter)
            if self._reporter.cancelled:
                raise Cancelled
            result = self._commit_batch(chunk)
            self._checkpoint = self._checkpoint_after(result)
            self._written_keys |= self._pending_keys
            self.derived_ids += len(result.owned_by_other) if self._make_id else 0
            self.null_references += result.null_references
            self.counts[chunk.entity] = self.counts.get(chunk.entity, Counts())
            self.counts[chunk.entity] += result.counts
            for rejection in result.rejected:
                self._reporter.rejected(rejection)
            if self._recorder:
                self._recorder.flush(chunk, result)
            if self._on_commit:
                self._on_commit(chunk.entity, result.counts)
            done = sum(counts.items for counts in self.counts.values())
            self._reporter.advanced(Stage.LOAD, done, total)
            del chunk, result  # before the next one is gathered
        if not self._dry_run:
            self._retry_policy.run(self._flush_commits, self._reporter)
        return self.counts

    def _flush_commits(self, retry: bool) -> None:
        """Have the disk hold all chunks, which a commit that waits for it does.

        Raises CommitsLost where the server, restarted since, has forgotten some.
        """
        if retry:
            self._reload_checkpoint()
        with translate_errors(), self._begin():
            cursor = adapters.cursor(self._connection)
            cursor.execute("SET LOCAL synchronous_commit = on")
            cursor.execute("SELECT pg_logical_emit_message(true, 'desktop_migrator', 'loaded')")
            now = last_checkpoint(cursor, self._run, self._stripe)
        if now != self._checkpoint:
            raise CommitsLost

    def _resume_from_checkpoint(self, _retry: bool) -> None:
        """Learn where the run stands."""
        self._completed = None
        self._checkpoint = self._reload_checkpoint()
        self._journal_keys = self._next_journal_keys()
        done = CompletedRows(
            self._run, self._checkpoint if self._stripe is UNSTRIPED else self._stripe.start_after
        )
        with translate_errors(), self._begin():
            cursor = adapters.cursor(self._connection)
            self.counts |= committed_counts(cursor, self._run)
            done.create_temp_table(cursor)
        self._completed = done

    def _next_journal_keys(self) -> Iterator[JournalKey]:
        return journal_keys(
            self._run, self._checkpoint.chunk + self._stripe.stride, self._stripe.stride
        )

    def _commit_batch(self, batch: Batch) -> WriteResult:
        """The chunk in a transaction, exactly once however often that is tried."""
        result: WriteResult | None = None
        """Of the attempt before, should it have come as far as to its commit."""

        def attempt(again: bool) -> WriteResult:
            nonlocal result
            if again:
                now = self._reload_checkpoint()
                if result and now == self._checkpoint_after(result):
                    return result
                if now != self._checkpoint:
                    raise CommitsLost
            result = None
            with translate_errors(), self._begin():
                result = self._store_batch(batch)
                if result.rejected and not self._keep_going:
                    raise self._rejection_error(batch.entity, result.rejected)
            return result

        return self._retry_policy.run(attempt, self._reporter)

    def _reload_checkpoint(self) -> Checkpoint:
        """Where the run stands, on a connection that works, once nothing of it is under way."""
        invalidate_if_closed(self._connection)
        with translate_errors(), self._begin():
            if self._fence_out:
                self._fence_out()
            cursor = adapters.cursor(self._connection)
            if self._completed:
                self._completed.create_temp_table(cursor)
            return last_checkpoint(cursor, self._run, self._stripe)

    def _checkpoint_after(self, result: WriteResult) -> Checkpoint:
        """Where the run stands once this is committed."""
        chunk = max(
            (written.seq for written in result.written_rows), default=self._checkpoint.chunk
        )
        rejected = self._stripe.stride * result.counts.rejected
        return Checkpoint(chunk, self._checkpoint.rejection + rejected)

    def _rejection_error(self, entity: str, rejected: Sequence[Rejection]) -> RunError:
        for rejection in rejected:
            self._reporter.rejected(rejection)
        written = sum(counts.inserted + counts.updated for counts in self.counts.values())
        self.counts.setdefault(entity, Counts()).rejected += len(rejected)
        kind = RejectedAfterCommit if written and not self._dry_run else ItemsRejected
        return kind(count=len(rejected), written=written, reason=rejected[0].reason)

    def _store_batch(self, batch: Batch) -> WriteResult:
        cursor = adapters.cursor(self._connection)
        cursor.execute("SET LOCAL synchronous_commit = off")
        if self._fence:
            self._fence.check(cursor)
        self._pending_keys = set()
        if self._recorder:
            self._recorder.begin_batch()
        result = WriteResult(rejected=list(batch.rejections))
        if batch.items:
            target = self._writers[batch.entity]
            if batch.size_in_bytes > MAX_BATCH_BYTES:
                result.rejected += [too_large(item) for item in batch.items]
            else:
                self._load_items(cursor, target, batch.items, result)
        new = [
            each
            for each in result.rejected
            if not (self._completed and self._completed.has_rejection(each))
        ]
        numbers = count(self._checkpoint.rejection + self._stripe.stride, self._stripe.stride)
        chunk_records.insert_rejections(cursor, run=self._run, numbers=numbers, rejections=new)
        counts = result.counts
        counts.rejected = len(new)
        counts.items = counts.inserted + counts.updated + counts.unchanged + counts.skipped
        counts.items += counts.rejected
        return result

    def _load_items(
        self, cursor: Cursor, writer: TableWriter, items: Sequence[Item], result: WriteResult
    ) -> None:
        adoption = self._row_matchers[writer.entity.name]
        links = self._reference_resolvers[writer.entity.name]
        own, clashing = adoption.resolve_ids(
            cursor, result.accept_resolved(links.resolve_foreign(cursor, items))
        )
        waiting = self._write_resolved(cursor, writer, own, result)
        if clashing:
            clashing = adoption.use_existing_row_ids(cursor, clashing)
            waiting = self._write_resolved(cursor, writer, [*clashing, *waiting], result)
        adoption.store_aliases(cursor, [*own, *clashing])
        if result.owned_by_other and self._make_id:
            renamed = adoption.with_derived_ids(cursor, result.owned_by_other, self._make_id)
            waiting = self._write_resolved(cursor, writer, [*renamed, *waiting], result)
        else:
            result.rejected += [owned_by_other_user(item) for item in result.owned_by_other]
        while waiting:
            left = result.accept_resolved(links.resolve_dangling(cursor, waiting))
            waiting = self._write_resolved(cursor, writer, left, result)
        for written in result.written_rows:
            chunk_records.insert_chunk_record(
                cursor,
                run=self._run,
                entity=writer.entity.name,
                table_name=writer.qualified_name,
                xmin_query=writer.xmin_query,
                rows=written,
            )
        if any(item.escaped for item in result.written_items) or result.counts.updated:
            chunk_records.record_escaped_columns(
                cursor,
                table_name=writer.qualified_name,
                written_items=result.written_items,
                merged_items=result.merged_items,
            )

    def _write_resolved(
        self, cursor: Cursor, writer: TableWriter, items: Sequence[Item], result: WriteResult
    ) -> list[Item]:
        """Write the items whose references are settled; returns the others.

        An item that the server refuses may be one that others written with it refer to: then all
        are written again without it.
        """
        links = self._reference_resolvers[writer.entity.name]
        if not links.is_self_referencing:
            self._write_items(cursor, writer, items, result)
            return []
        left = list(items)
        met = frozenset(self._pending_keys)
        while True:
            linked = links.resolve_self(cursor, left)
            part = WriteResult()
            with self._connection.begin_nested() as savepoint:
                self._write_items(cursor, writer, linked.ready, part)
                refused = {rejection.source for rejection in part.rejected}
                if not refused:
                    result.add(part)
                    return linked.waiting
                savepoint.rollback()
            self._pending_keys = set(met)
            result.rejected += part.rejected
            left = [item for item in left if item.source not in refused]

    def _write_items(
        self, cursor: Cursor, writer: TableWriter, items: Sequence[Item], result: WriteResult
    ) -> None:
        if self._recorder:
            self._recorder.add_items(items)
        for judge, turn in self._split_duplicate_ids(writer, items):
            left = self._completed.not_done(cursor, writer, turn) if self._completed else turn
            self._isolate_bad_rows(cursor, writer, judge, left, result)

    def _split_duplicate_ids(
        self, writer: TableWriter, items: Sequence[Item]
    ) -> Iterator[tuple[ConflictResolver, list[Item]]]:
        """The items in turns without an id twice, each with who decides its conflicts.

        What the run itself has written, or found to be so, it does not overwrite again: of an
        item that it meets twice, the first one counts.
        """
        judge = self._conflict_resolvers[writer.entity.name]
        if not self._row_matchers[writer.entity.name].many_items_per_row:
            yield judge, list(items)
            return
        for turn in rounds_with_unique_ids(items):
            if self._policy is ConflictPolicy.SKIP:
                yield judge, turn
                continue
            first: list[Item] = []
            again: list[Item] = []
            for item in turn:
                key = writer.qualified_name, item.id
                (again if key in self._written_keys or key in self._pending_keys else first).append(
                    item
                )
            self._pending_keys.update((writer.qualified_name, item.id) for item in first)
            if first:
                yield judge, first
            if again:
                yield ConflictResolver(writer.entity, ConflictPolicy.SKIP), again

    def _isolate_bad_rows(
        self,
        cursor: Cursor,
        writer: TableWriter,
        resolver: ConflictResolver,
        items: list[Item],
        result: WriteResult,
    ) -> None:
        """Write all items but those that the server refuses, in order."""
        pending = [(items, False)]
        while pending:
            batch, again = pending.pop()
            if not batch:
                continue
            try:
                with self._connection.begin_nested():
                    written = write_batch(cursor, writer, resolver, batch, self._journal_keys)
            except RowsRefusedError as refusal:
                pending += reversed(self._bisect(writer, batch, again, refusal, result))
            else:
                result.add(written)

    def _bisect(
        self,
        writer: TableWriter,
        items: list[Item],
        retried: bool,
        error: RowsRefusedError,
        result: WriteResult,
    ) -> list[tuple[list[Item], bool]]:
        """Reject the bad item if it is known; returns what is to be tried, and whether again.

        A row that clashes may have been inserted by somebody else since its id was looked up, so
        that it is tried once more by itself.
        """
        index = 0 if len(items) == 1 else error.index
        if index is None:
            half = len(items) // 2
            return [(items[:half], False), (items[half:], False)]
        bad = items[index : index + 1]
        if isinstance(error.cause, UniqueViolation) and not retried:
            return [(items[:index], False), (bad, True), (items[index + 1 :], False)]
        result.rejected += [rejected_by_database(item, error.cause) for item in bad]
        return [(items[:index], False), (items[index + 1 :], False)]
