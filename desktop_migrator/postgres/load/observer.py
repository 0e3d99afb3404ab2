"""What became of each item of a load, for somebody who looks on; a dry run has no other product."""

from collections import defaultdict, deque
from collections.abc import Sequence
from typing import Any, Protocol

from desktop_migrator.model import (
    Conflict,
    ConflictPolicy,
    Item,
    Rejection,
    Resolution,
    TargetEntity,
)
from desktop_migrator.postgres.bookkeeping.chunks import Action
from desktop_migrator.postgres.load.batches import Batch
from desktop_migrator.postgres.load.conflicts import ConflictResolver, DecisionLookup
from desktop_migrator.postgres.load.pending_conflicts import build_conflict
from desktop_migrator.postgres.load.table_writer import TableWriter
from desktop_migrator.postgres.load.write_batch import WriteResult


class LoadObserver(Protocol):
    def on_begin(self, entities: Sequence[TargetEntity]) -> None:
        """Which entities are loaded, bound to their tables."""

    def on_row(self, item: Item, action: Action, conflict: Conflict | None) -> None:
        """The item with its row's id; `conflict` if that row was there and differed."""

    def on_rejection(self, rejection: Rejection, item: Item | None) -> None:
        """`item` where the database refused it."""


class OutcomeRecorder:
    """Gathers what a chunk's attempt comes to, and tells it once that is committed."""

    def __init__(self, observer: LoadObserver, entities: Sequence[TargetEntity]) -> None:
        self._observer = observer
        observer.on_begin(entities)
        self._items: list[Item] = []
        self._conflicts: dict[tuple[str, str], Conflict] = {}

    def conflict_resolver(
        self, writer: TableWriter, policy: ConflictPolicy, decisions: DecisionLookup
    ) -> ConflictResolver:
        return _RecordingConflictResolver(writer, policy, decisions, self._conflicts)

    def begin_batch(self) -> None:
        self._items.clear()
        self._conflicts.clear()

    def add_items(self, items: Sequence[Item]) -> None:
        """Items about to be written, with the ids of their rows."""
        self._items += items

    def flush(self, batch: Batch, result: WriteResult) -> None:
        actions: dict[str, deque[str]] = defaultdict(deque)
        for written in result.written_rows:
            for row_id, action in zip(written.ids, written.actions, strict=True):
                actions[row_id].append(action)
        for item in self._items:
            row_id = str(item.id)
            if actions[row_id]:
                conflict = self._conflicts.get((item.entity, row_id))
                self._observer.on_row(item, Action(actions[row_id].popleft()), conflict)
        read = {id(rejection) for rejection in batch.rejections}
        refused = {each.source for each in result.rejected if id(each) not in read}
        items = {item.source: item for item in batch.items if item.source in refused}
        for rejection in result.rejected:
            own = None if id(rejection) in read else items.get(rejection.source)
            self._observer.on_rejection(rejection, own)


class _RecordingConflictResolver(ConflictResolver):
    def __init__(
        self,
        writer: TableWriter,
        policy: ConflictPolicy,
        decisions: DecisionLookup,
        conflicts: dict[tuple[str, str], Conflict],
    ) -> None:
        super().__init__(writer.entity, policy, decisions)
        self._writer = writer
        self._conflicts = conflicts

    def resolve(
        self, item: Item, row: Sequence[Any], row_digest: bytes, item_digest: bytes
    ) -> Resolution:
        conflict = build_conflict(self._writer, self.timestamps, item, row, row_digest, item_digest)
        self._conflicts[conflict.entity, conflict.id] = conflict
        return super().resolve(item, row, row_digest, item_digest)
