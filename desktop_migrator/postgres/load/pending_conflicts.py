"""Finds the conflicts that wait for an answer: a load up to each decision, without writing.

It takes no locks on rows. What it writes down of identities is the caller's to roll back.
"""

from collections.abc import Iterable, Iterator, Sequence

import sqlalchemy

from desktop_migrator.errors import Cancelled
from desktop_migrator.model import (
    Conflict,
    ConflictPolicy,
    Item,
    Rejection,
    Superseded,
    TargetEntity,
)
from desktop_migrator.postgres.connection.errors import ROW_ERRORS, translate_errors
from desktop_migrator.postgres.load.batches import BatchLimits, iter_batches
from desktop_migrator.postgres.load.checkpoint import CompletedRows
from desktop_migrator.postgres.load.conflicts import (
    ConflictResolver,
    DecisionLookup,
    build_conflict,
)
from desktop_migrator.postgres.load.references import ReferenceResolver
from desktop_migrator.postgres.load.row_matching import RowMatcher
from desktop_migrator.postgres.load.table_writer import Cursor, ExistingRow, TableWriter
from desktop_migrator.postgres.types import adapters
from desktop_migrator.reporter import Reporter, Stage


def find_pending_conflicts(
    connection: sqlalchemy.Connection,
    entities: Sequence[TargetEntity],
    outcomes: Iterable[Item | Rejection | Superseded],
    *,
    user_id: str,
    policy: ConflictPolicy,
    decisions: DecisionLookup,
    reporter: Reporter,
    total: int,
    completed: CompletedRows | None = None,
) -> Iterator[Conflict]:
    """The conflicts that need an answer and have none; `total` is for progress alone.

    What a former part of the run has done is no conflict any more. Raises Cancelled between two
    chunks and DatabaseError.
    """
    referred = {reference.entity for entity in entities for reference in entity.references}
    finders = {
        entity.name: _PendingConflictFinder(
            entity, user_id, policy, decisions, completed, is_referenced=entity.name in referred
        )
        for entity in entities
    }
    reporter.started(Stage.COMPARE, total)
    done = 0
    with translate_errors():
        for chunk in iter_batches(outcomes, finders, BatchLimits()):
            if reporter.cancelled:
                raise Cancelled
            yield from finders[chunk.entity].find(adapters.cursor(connection), chunk.items)
            done += len(chunk)
            reporter.advanced(Stage.COMPARE, done, total)
    if done < total:
        reporter.advanced(Stage.COMPARE, total, total)


class _PendingConflictFinder:
    def __init__(
        self,
        entity: TargetEntity,
        user_id: str,
        policy: ConflictPolicy,
        decisions: DecisionLookup,
        completed: CompletedRows | None,
        *,
        is_referenced: bool,
    ) -> None:
        self._is_referenced = is_referenced
        self._entity = entity
        self._resolver = ConflictResolver(entity, policy)
        self._decisions = decisions
        self._writer = TableWriter(entity, user_id)
        self._row_matcher = RowMatcher(entity, user_id)
        self._completed = completed
        self._reference_resolver = ReferenceResolver(entity, user_id)

    def find(self, cursor: Cursor, items: Sequence[Item]) -> Iterator[Conflict]:
        if not items or not (self._resolver.needs_decision or self._is_referenced):
            return
        # Writes down the ids of items that others refer to.
        own, clashing = self._row_matcher.resolve_ids(cursor, items)
        if not self._resolver.needs_decision:
            return
        known = own + self._row_matcher.use_existing_row_ids(cursor, clashing)
        known = [item for item in known if item.id is not None]  # else its row is still to be
        known = self._reference_resolver.assume_resolved(cursor, known, loaded=False)
        if self._completed:
            known = self._completed.not_done(cursor, self._writer, known)
        by_id = {str(item.id): item for item in known}
        found = {
            row_id: self._compare(by_id[row_id], row)
            for row_id, row in self._writer.stream(cursor, known)
            if row_id in by_id and not (row.owned_by_other or row.ambiguous_id)
        }
        yield from (conflict for row_id in by_id if (conflict := found.get(row_id)))

    def _compare(self, item: Item, existing: ExistingRow) -> Conflict | None:
        shape = self._writer.column_subset(item)
        row, new = shape.project(existing.values), shape.project(item.values)
        try:
            digest = shape.digest(new)
        except ROW_ERRORS:
            return None  # the load will reject it
        row_digest = shape.digest_row(row)
        name, row_id = self._entity.name, str(item.id)
        if digest == row_digest or self._decisions(name, row_id, row_digest, digest):
            return None
        times = self._resolver.timestamps
        return build_conflict(self._writer, times, item, existing.values, row_digest, digest)
