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
    RunError,
    StoppedHalfway,
)
from desktop_migrator.model import ConflictPolicy, Counts, Item, Rejection, TargetEntity
from desktop_migrator.postgres.bookkeeping import chunks as chunk_records
from desktop_migrator.postgres.bookkeeping.journal import Entry, entries
from desktop_migrator.postgres.connection.engine import renew
from desktop_migrator.postgres.connection.errors import translated
from desktop_migrator.postgres.connection.retry import ONCE, Retries, wait
from desktop_migrator.postgres.load.batches import LARGEST_CHUNK, Chunk, ChunkLimits, chunks, rounds
from desktop_migrator.postgres.load.checkpoint import (
    ALONE,
    Checkpoint,
    Done,
    Lane,
    counts_until_now,
    reached,
)
from desktop_migrator.postgres.load.conflicts import Answers, Judge, unanswered
from desktop_migrator.postgres.load.observer import Observer, Watch
from desktop_migrator.postgres.load.references import Links, levels
from desktop_migrator.postgres.load.rejections import foreign, refused, too_large
from desktop_migrator.postgres.load.row_matching import Adoption, Derive
from desktop_migrator.postgres.load.table_writer import Cursor, RowsRefusedError, Target
from desktop_migrator.postgres.load.write_batch import Result, write
from desktop_migrator.postgres.run_lock.run_lock import Fence
from desktop_migrator.postgres.types import adapters
from desktop_migrator.reporter import Reporter

STAGE = "load"


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
        answers: Answers = unanswered,
        derive: Derive | None = None,
        reporter: Reporter,
        limits: ChunkLimits | None = None,
        keep_going: bool = True,
        dry_run: bool = False,
        fence: Fence | None = None,
        settle: Callable[[], None] | None = None,
        retries: Retries = ONCE,
        resume: bool = False,
        pause: float = 0.0,
        observer: Observer | None = None,
        lane: Lane = ALONE,
        committed: Callable[[str, Counts], None] | None = None,
    ) -> None:
        self._connection = connection
        self._targets = {
            entity.name: Target(entity, user_id)
            for level in levels(list(entities))
            for entity in level
        }
        self._run = str(run)
        self._user_id = user_id
        self._policy = policy
        bound = [target.entity for target in self._targets.values()]
        self._watch = Watch(observer, bound) if observer else None
        self._judges = {
            name: self._watch.judge(target, policy, answers)
            if self._watch
            else Judge(target.entity, policy, answers)
            for name, target in self._targets.items()
        }
        self._derive = derive
        self._adoptions = {
            name: Adoption(target.entity, user_id) for name, target in self._targets.items()
        }
        self._links = {
            name: Links(target.entity, user_id) for name, target in self._targets.items()
        }
        self._reporter = reporter
        self._limits = limits or ChunkLimits()
        self._keep_going = keep_going
        self._dry_run = dry_run
        self._fence = fence
        self._settle = settle
        self._retries = retries
        self._resume = resume
        self._pause = pause
        self._begin = connection.begin_nested if dry_run else connection.begin
        self._met: set[tuple[str, Any]] = set()
        """Tables and ids met so far, where several items may be one row."""
        self._meeting: set[tuple[str, Any]] = set()
        """The same of the chunk under way."""
        self._lane = lane
        self._committed = committed
        self._checkpoint = lane.start
        """After the last chunk that is known to be committed."""
        self._entries = self._next_entries()
        self._done: Done | None = None
        self.renamed = 0
        """Items whose ids were taken and that got others."""
        self.nulled = 0
        """References left empty since what they refer to has no row."""
        self.counts: dict[str, Counts] = {name: Counts() for name in self._targets}
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
        if self._resume:
            self._retries.run(self._go_on, self._reporter)
            self._resume = False
        self._reporter.started(STAGE, total)
        for number, chunk in enumerate(chunks(outcomes, self._targets, self._limits)):
            if number:
                wait(self._pause, self._reporter)
            if self._reporter.cancelled:
                raise Cancelled
            result = self._commit(chunk)
            self._checkpoint = self._after(result)
            self._met |= self._meeting
            self.renamed += len(result.taken) if self._derive else 0
            self.nulled += result.nulled
            self.counts[chunk.entity] = self.counts.get(chunk.entity, Counts())
            self.counts[chunk.entity] += result.counts
            for rejection in result.rejected:
                self._reporter.rejected(rejection)
            if self._watch:
                self._watch.tell(chunk, result)
            if self._committed:
                self._committed(chunk.entity, result.counts)
            done = sum(counts.items for counts in self.counts.values())
            self._reporter.advanced(STAGE, done, total)
            del chunk, result  # before the next one is gathered
        if not self._dry_run:
            self._retries.run(self._make_durable, self._reporter)
        return self.counts

    def _make_durable(self, again: bool) -> None:
        """Have the disk hold all chunks, which a commit that waits for it does.

        Raises CommitsLost where the server, restarted since, has forgotten some.
        """
        if again:
            self._settled()
        with translated(), self._begin():
            cursor = adapters.cursor(self._connection)
            cursor.execute("SET LOCAL synchronous_commit = on")
            cursor.execute("SELECT pg_logical_emit_message(true, 'desktop_migrator', 'loaded')")
            now = reached(cursor, self._run, self._lane)
        if now != self._checkpoint:
            raise CommitsLost

    def _go_on(self, _again: bool) -> None:
        """Learn where the run stands."""
        self._done = None
        self._checkpoint = self._settled()
        self._entries = self._next_entries()
        done = Done(self._run, self._checkpoint if self._lane is ALONE else self._lane.beyond)
        with translated(), self._begin():
            cursor = adapters.cursor(self._connection)
            self.counts |= counts_until_now(cursor, self._run)
            done.prepare(cursor)
        self._done = done

    def _next_entries(self) -> Iterator[Entry]:
        return entries(self._run, self._checkpoint.chunk + self._lane.of, self._lane.of)

    def _commit(self, chunk: Chunk) -> Result:
        """The chunk in a transaction, exactly once however often that is tried."""
        result: Result | None = None
        """Of the attempt before, should it have come as far as to its commit."""

        def attempt(again: bool) -> Result:
            nonlocal result
            if again:
                now = self._settled()
                if result and now == self._after(result):
                    return result
                if now != self._checkpoint:
                    raise CommitsLost
            result = None
            with translated(), self._begin():
                result = self._store(chunk)
                if result.rejected and not self._keep_going:
                    raise self._stopped(chunk.entity, result.rejected)
            return result

        return self._retries.run(attempt, self._reporter)

    def _settled(self) -> Checkpoint:
        """Where the run stands, on a connection that works, once nothing of it is under way."""
        renew(self._connection)
        with translated(), self._begin():
            if self._settle:
                self._settle()
            cursor = adapters.cursor(self._connection)
            if self._done:
                self._done.prepare(cursor)
            return reached(cursor, self._run, self._lane)

    def _after(self, result: Result) -> Checkpoint:
        """Where the run stands once this is committed."""
        chunk = max((written.seq for written in result.written), default=self._checkpoint.chunk)
        rejected = self._lane.of * result.counts.rejected
        return Checkpoint(chunk, self._checkpoint.rejection + rejected)

    def _stopped(self, entity: str, rejected: Sequence[Rejection]) -> RunError:
        for rejection in rejected:
            self._reporter.rejected(rejection)
        written = sum(counts.inserted + counts.updated for counts in self.counts.values())
        self.counts.setdefault(entity, Counts()).rejected += len(rejected)
        kind = StoppedHalfway if written and not self._dry_run else ItemsRejected
        return kind(count=len(rejected), written=written, reason=rejected[0].reason)

    def _store(self, chunk: Chunk) -> Result:
        cursor = adapters.cursor(self._connection)
        cursor.execute("SET LOCAL synchronous_commit = off")
        if self._fence:
            self._fence.check(cursor)
        self._meeting = set()
        if self._watch:
            self._watch.begin()
        result = Result(rejected=list(chunk.rejections))
        if chunk.items:
            target = self._targets[chunk.entity]
            if chunk.bytes > LARGEST_CHUNK:
                result.rejected += [too_large(item) for item in chunk.items]
            else:
                self._load_items(cursor, target, chunk.items, result)
        new = [each for each in result.rejected if not (self._done and self._done.holds(each))]
        numbers = count(self._checkpoint.rejection + self._lane.of, self._lane.of)
        chunk_records.quarantine(cursor, run=self._run, numbers=numbers, rejections=new)
        counts = result.counts
        counts.rejected = len(new)
        counts.items = counts.inserted + counts.updated + counts.unchanged + counts.skipped
        counts.items += counts.rejected
        return result

    def _load_items(
        self, cursor: Cursor, target: Target, items: Sequence[Item], result: Result
    ) -> None:
        adoption = self._adoptions[target.entity.name]
        links = self._links[target.entity.name]
        own, clashing = adoption.resolve(cursor, result.linked(links.outward(cursor, items)))
        waiting = self._write_linked(cursor, target, own, result)
        if clashing:
            clashing = adoption.adopt(cursor, clashing)
            waiting = self._write_linked(cursor, target, [*clashing, *waiting], result)
        adoption.remember(cursor, [*own, *clashing])
        if result.taken and self._derive:
            renamed = adoption.renamed(cursor, result.taken, self._derive)
            waiting = self._write_linked(cursor, target, [*renamed, *waiting], result)
        else:
            result.rejected += [foreign(item) for item in result.taken]
        while waiting:
            left = result.linked(links.in_vain(cursor, waiting))
            waiting = self._write_linked(cursor, target, left, result)
        for written in result.written:
            chunk_records.chunk(
                cursor,
                run=self._run,
                entity=target.entity.name,
                target=target.name,
                state=target.state,
                written=written,
            )
        if any(item.escaped for item in result.touched) or result.counts.updated:
            chunk_records.escapes(
                cursor, target=target.name, written=result.touched, merged=result.merged
            )

    def _write_linked(
        self, cursor: Cursor, target: Target, items: Sequence[Item], result: Result
    ) -> list[Item]:
        """Write the items whose references are settled; returns the others.

        An item that the server refuses may be one that others written with it refer to: then all
        are written again without it.
        """
        links = self._links[target.entity.name]
        if not links.within:
            self._write(cursor, target, items, result)
            return []
        left = list(items)
        met = frozenset(self._meeting)
        while True:
            linked = links.inward(cursor, left)
            part = Result()
            with self._connection.begin_nested() as savepoint:
                self._write(cursor, target, linked.ready, part)
                refused = {rejection.source for rejection in part.rejected}
                if not refused:
                    result.add(part)
                    return linked.waiting
                savepoint.rollback()
            self._meeting = set(met)
            result.rejected += part.rejected
            left = [item for item in left if item.source not in refused]

    def _write(self, cursor: Cursor, target: Target, items: Sequence[Item], result: Result) -> None:
        if self._watch:
            self._watch.resolved(items)
        for judge, turn in self._turns(target, items):
            left = self._done.left(cursor, target, turn) if self._done else turn
            self._isolate(cursor, target, judge, left, result)

    def _turns(self, target: Target, items: Sequence[Item]) -> Iterator[tuple[Judge, list[Item]]]:
        """The items in turns without an id twice, each with who decides its conflicts.

        What the run itself has written, or found to be so, it does not overwrite again: of an
        item that it meets twice, the first one counts.
        """
        judge = self._judges[target.entity.name]
        if not self._adoptions[target.entity.name].shares:
            yield judge, list(items)
            return
        for turn in rounds(items):
            if self._policy is ConflictPolicy.SKIP:
                yield judge, turn
                continue
            first: list[Item] = []
            again: list[Item] = []
            for item in turn:
                key = target.name, item.id
                (again if key in self._met or key in self._meeting else first).append(item)
            self._meeting.update((target.name, item.id) for item in first)
            if first:
                yield judge, first
            if again:
                yield Judge(target.entity, ConflictPolicy.SKIP), again

    def _isolate(
        self,
        cursor: Cursor,
        target: Target,
        judge: Judge,
        items: list[Item],
        result: Result,
    ) -> None:
        """Write all items but those that the server refuses, in order."""
        pending = [(items, False)]
        while pending:
            batch, again = pending.pop()
            if not batch:
                continue
            try:
                with self._connection.begin_nested():
                    written = write(cursor, target, judge, batch, self._entries)
            except RowsRefusedError as refusal:
                pending += reversed(self._narrow(target, batch, again, refusal, result))
            else:
                result.add(written)

    def _narrow(
        self,
        target: Target,
        batch: list[Item],
        again: bool,
        refusal: RowsRefusedError,
        result: Result,
    ) -> list[tuple[list[Item], bool]]:
        """Reject the bad item if it is known; returns what is to be tried, and whether again.

        A row that clashes may have been inserted by somebody else since its id was looked up, so
        that it is tried once more by itself.
        """
        index = 0 if len(batch) == 1 else refusal.index
        if index is None:
            half = len(batch) // 2
            return [(batch[:half], False), (batch[half:], False)]
        bad = batch[index : index + 1]
        if isinstance(refusal.cause, UniqueViolation) and not again:
            return [(batch[:index], False), (bad, True), (batch[index + 1 :], False)]
        result.rejected += [refused(item, refusal.cause) for item in bad]
        return [(batch[:index], False), (batch[index + 1 :], False)]
