"""Puts items into the target, a chunk a transaction, and writes down in it what was done.

For each chunk: the ids are settled, the rows that exist are read and locked, each item is decided
(new, unchanged, conflict), new rows go in by binary COPY, others are changed through a temporary
stage, and the chunk's record and its rejections are written: all of it or nothing. A row that the
server refuses costs its neighbours nothing: the chunk goes back to a savepoint and is repeated
without it.

A chunk's commit does not wait for the disk. After a crash of the server the last few may be gone,
each as a whole and with its record; `bookkeeping.finish_run`, once committed, makes all durable.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy
from psycopg.errors import UniqueViolation

from desktop_migrator.errors import Cancelled, ItemsRejected, RunError, StoppedHalfway
from desktop_migrator.model import ConflictPolicy, Counts, Item, Rejection, TargetEntity
from desktop_migrator.postgres import record, wire
from desktop_migrator.postgres.chunks import LARGEST_CHUNK, Chunk, ChunkLimits, chunks, rounds
from desktop_migrator.postgres.conflicts import Answers, Judge, unanswered
from desktop_migrator.postgres.failures import translated
from desktop_migrator.postgres.identities import resolve
from desktop_migrator.postgres.journal import entries
from desktop_migrator.postgres.lock import Fence
from desktop_migrator.postgres.rejections import refused, too_large
from desktop_migrator.postgres.target import Cursor, RowsRefusedError, Target
from desktop_migrator.postgres.write import Result, write
from desktop_migrator.reporter import Reporter

STAGE = "load"


class Loader:
    """Loads into some entities' tables for one run; see `load`.

    The run must stand in the bookkeeping. `connection` must have no transaction open, unless it
    is a dry run: that works in the caller's transaction, with savepoints where it would commit.
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
        reporter: Reporter,
        limits: ChunkLimits | None = None,
        keep_going: bool = True,
        dry_run: bool = False,
        fence: Fence | None = None,
    ) -> None:
        self._connection = connection
        self._targets = {entity.name: Target(entity, user_id) for entity in entities}
        self._run = str(run)
        self._user_id = user_id
        self._policy = policy
        self._judges = {
            entity.entity.name: Judge(entity.entity, policy, answers)
            for entity in self._targets.values()
        }
        self._reporter = reporter
        self._limits = limits or ChunkLimits()
        self._keep_going = keep_going
        self._dry_run = dry_run
        self._fence = fence
        self._begin = connection.begin_nested if dry_run else connection.begin
        self._met: set[tuple[str, Any]] = set()
        """Tables and ids met so far; where rows are never overwritten, none are kept."""
        self._entries = entries(self._run)
        self._rejected = 0
        self.counts: dict[str, Counts] = {name: Counts() for name in self._targets}
        """By entity, of the chunks that are committed; `items` counts rejections too."""

    def load(
        self, outcomes: Iterable[Item | Rejection], total: int | None = None
    ) -> dict[str, Counts]:
        """Load all items and keep all rejections; returns `counts`. `total` is for progress alone.

        Raises Cancelled between two chunks, LockLost where the run is no longer alone,
        DatabaseError where more than a row is at fault and, unless it is to keep going,
        ItemsRejected for a chunk with a rejection, which is rolled back; StoppedHalfway if chunks
        before it have been committed, which stay.
        """
        self._reporter.started(STAGE, total)
        for chunk in chunks(outcomes, self._targets, self._limits):
            if self._reporter.cancelled:
                raise Cancelled
            with translated(), self._begin():
                result = self._store(chunk)
                if result.rejected and not self._keep_going:
                    raise self._stopped(chunk.entity, result.rejected)
            self.counts[chunk.entity] = self.counts.get(chunk.entity, Counts())
            self.counts[chunk.entity] += result.counts
            for rejection in result.rejected:
                self._reporter.rejected(rejection)
            done = sum(counts.items for counts in self.counts.values())
            self._reporter.advanced(STAGE, done, total)
        return self.counts

    def _stopped(self, entity: str, rejected: Sequence[Rejection]) -> RunError:
        for rejection in rejected:
            self._reporter.rejected(rejection)
        written = sum(counts.inserted + counts.updated for counts in self.counts.values())
        self.counts.setdefault(entity, Counts()).rejected += len(rejected)
        kind = StoppedHalfway if written and not self._dry_run else ItemsRejected
        return kind(count=len(rejected), written=written, reason=rejected[0].reason)

    def _store(self, chunk: Chunk) -> Result:
        cursor = wire.cursor(self._connection)
        cursor.execute("SET LOCAL synchronous_commit = off")
        if self._fence:
            self._fence.check(cursor)
        result = Result(rejected=list(chunk.rejections))
        if chunk.items:
            target = self._targets[chunk.entity]
            if chunk.bytes > LARGEST_CHUNK:
                result.rejected += [too_large(item) for item in chunk.items]
            else:
                self._load_items(cursor, target, chunk.items, result)
        record.quarantine(
            cursor, run=self._run, first_number=self._rejected, rejections=result.rejected
        )
        self._rejected += len(result.rejected)
        result.counts.rejected = len(result.rejected)
        result.counts.items = len(chunk)
        return result

    def _load_items(
        self, cursor: Cursor, target: Target, items: Sequence[Item], result: Result
    ) -> None:
        resolved = resolve(cursor, self._user_id, target.entity, items)
        for judge, turn in self._turns(target, resolved):
            self._isolate(cursor, target, judge, turn, result)
        for written in result.written:
            record.chunk(
                cursor,
                run=self._run,
                entity=target.entity.name,
                target=target.name,
                state=target.state,
                written=written,
            )
        if any(item.escaped for item in result.touched) or result.counts.updated:
            record.escapes(
                cursor, target=target.name, written=result.touched, merged=result.merged
            )

    def _turns(
        self, target: Target, items: Sequence[Item]
    ) -> Iterator[tuple[Judge, list[Item]]]:
        """The items in turns without an id twice, each with who decides its conflicts.

        What the run itself has written, or found to be so, it does not overwrite again: of an
        item that it meets twice, the first one counts.
        """
        judge = self._judges[target.entity.name]
        for turn in rounds(items):
            if self._policy is ConflictPolicy.SKIP:
                yield judge, turn
                continue
            first = [item for item in turn if (target.name, item.id) not in self._met]
            again = [item for item in turn if (target.name, item.id) in self._met]
            self._met.update((target.name, item.id) for item in first)
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
