"""The step of a load that decides: for each item, what is to become of it and its row.

The rows are locked until the chunk's transaction ends, so that what is decided stays true.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

from desktop_migrator.model import ConflictPolicy, Item, Rejection, Resolution, Superseded
from desktop_migrator.postgres.bookkeeping.chunks import Action
from desktop_migrator.postgres.connection.errors import ROW_ERRORS
from desktop_migrator.postgres.load.chunk import Chunk, RowOperation
from desktop_migrator.postgres.load.conflicts import (
    ConflictResolver,
    DecisionLookup,
    build_conflict,
)
from desktop_migrator.postgres.load.rejections import (
    ambiguous_id,
    owned_by_other_user,
    rejected_by_database,
    superseded_by_row,
)
from desktop_migrator.postgres.load.table_writer import ExistingRow, TableWriter
from desktop_migrator.postgres.types.merge import merge_values


class Decider:
    """Of one entity's items. What the run has written itself it does not overwrite again: of items
    that are one row the first one counts, and others that differ are superseded."""

    def __init__(
        self,
        writer: TableWriter,
        policy: ConflictPolicy,
        decisions: DecisionLookup,
        *,
        observed: bool,
    ) -> None:
        """With `observed` each operation on a row that differs tells its conflict."""
        self._writer = writer
        self._policy = policy
        self._resolver = ConflictResolver(writer.entity, policy, decisions)
        self._observed = observed
        self._only_compares = not (observed or self._resolver.needs_decision)

    def decide(self, chunk: Chunk, items: Sequence[Item]) -> list[RowOperation]:
        """Rejects what cannot be decided, and puts aside in the chunk what is owned by others and
        what is superseded.

        `items` have distinct ids.
        """
        by_id = {str(item.id): item for item in items}
        found = {
            row_id: self._decide(chunk, by_id[row_id], row)
            for row_id, row in self._writer.stream_for_update(
                chunk.cursor, items, to_compare=self._only_compares
            )
            if row_id in by_id
        }
        operations = []
        for row_id, item in by_id.items():
            verdict = found.get(row_id)
            if verdict is None:
                verdict = RowOperation(item, Action.INSERTED, self._writer.column_subset(item))
            if isinstance(verdict, RowOperation):
                operations.append(verdict)
            elif isinstance(verdict, Rejection):
                chunk.rejected.append((verdict, item))
            elif isinstance(verdict, Superseded):
                chunk.superseded.append((verdict, item))
            else:
                chunk.owned_by_other.append(item)
        return operations

    def _decide(
        self, chunk: Chunk, item: Item, row: ExistingRow
    ) -> RowOperation | Rejection | Superseded | Literal["owned-by-other"]:
        """Of an item whose row is there. Keeps nothing of the row but what is to be written."""
        if row.ambiguous_id:
            return ambiguous_id(item)
        if row.owned_by_other:
            return owned_by_other_user(item) if item.derived else "owned-by-other"
        try:
            operation = self._compare(item, row)
        except ROW_ERRORS as error:
            return rejected_by_database(item, error)
        if operation.action is not Action.UNCHANGED and self._is_decided(chunk, item):
            return superseded_by_row(item)
        return operation

    def _is_decided(self, chunk: Chunk, item: Item) -> bool:
        """Whether another item of the run is its row."""
        key = self._writer.qualified_name, item.id
        return key in chunk.decided_rows or key in chunk.rows_decided_before

    def _compare(self, item: Item, row: ExistingRow) -> RowOperation:
        """Raises one of ROW_ERRORS for values that the database cannot hold."""
        subset = self._writer.column_subset(item)
        digest = subset.digest(subset.project(item.values))
        row_digest = subset.digest_row(subset.project(row.values))
        if digest == row_digest:
            return RowOperation(item, Action.UNCHANGED, subset, digest)
        resolution = self._resolver.resolve(item, row.values, row_digest, digest)
        operation = RowOperation(item, Action.SKIPPED, subset, digest)
        if self._observed:
            operation.conflict = build_conflict(
                self._writer, self._resolver.timestamps, item, row.values, row_digest, digest
            )
        if resolution is Resolution.REPLACE:
            operation.action = Action.UPDATED
        elif resolution is Resolution.MERGE and (merged := self._merge(item, row)) is not None:
            operation.action = Action.UPDATED
            operation.merged = merged
            operation.fingerprint = subset.fingerprint(digest)
            operation.subset = self._writer.column_subset(merged)
            operation.digest = operation.subset.digest(operation.subset.project(merged.values))
        return operation

    def _merge(self, item: Item, row: ExistingRow) -> Item | None:
        """The item with only what is to be written over its row; None if that is nothing."""
        columns = self._writer.entity.columns[1:]
        try:
            changes = merge_values(columns, row.values[1:], item.values[1:])
        except RecursionError:
            return None  # JSON of the row that is too deep to be read stays as it is
        written = {
            column.name
            for column, value in zip(columns, changes, strict=True)
            if value is not msgspec.UNSET
        }
        if not written:
            return None
        return msgspec.structs.replace(
            item,
            values=(item.values[0], *changes),
            escaped=tuple(name for name in item.escaped if name in written),
        )
