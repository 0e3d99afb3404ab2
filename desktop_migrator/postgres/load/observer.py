"""What became of each item of a load, for somebody who looks on; a dry run has no other product."""

from collections import defaultdict, deque
from collections.abc import Sequence
from typing import Any, Protocol

from desktop_migrator.model import Answer, Conflict, ConflictPolicy, Item, Rejection, TargetEntity
from desktop_migrator.postgres.bookkeeping.chunks import Action
from desktop_migrator.postgres.load.batches import Chunk
from desktop_migrator.postgres.load.conflicts import Answers, Judge
from desktop_migrator.postgres.load.pending_conflicts import conflict_of
from desktop_migrator.postgres.load.table_writer import Target
from desktop_migrator.postgres.load.write_batch import Result


class Observer(Protocol):
    def began(self, entities: Sequence[TargetEntity]) -> None:
        """Which entities are loaded, bound to their tables."""

    def became(self, item: Item, action: Action, conflict: Conflict | None) -> None:
        """The item with its row's id; `conflict` if that row was there and differed."""

    def rejected(self, rejection: Rejection, item: Item | None) -> None:
        """`item` where the database refused it."""


class Watch:
    """Gathers what a chunk's attempt comes to, and tells it once that is committed."""

    def __init__(self, observer: Observer, entities: Sequence[TargetEntity]) -> None:
        self._observer = observer
        observer.began(entities)
        self._items: list[Item] = []
        self._conflicts: dict[tuple[str, str], Conflict] = {}

    def judge(self, target: Target, policy: ConflictPolicy, answers: Answers) -> Judge:
        return _WatchedJudge(target, policy, answers, self._conflicts)

    def begin(self) -> None:
        self._items.clear()
        self._conflicts.clear()

    def resolved(self, items: Sequence[Item]) -> None:
        """Items about to be written, with the ids of their rows."""
        self._items += items

    def tell(self, chunk: Chunk, result: Result) -> None:
        actions: dict[str, deque[str]] = defaultdict(deque)
        for written in result.written:
            for row_id, action in zip(written.ids, written.actions, strict=True):
                actions[row_id].append(action)
        for item in self._items:
            row_id = str(item.id)
            if actions[row_id]:
                conflict = self._conflicts.get((item.entity, row_id))
                self._observer.became(item, Action(actions[row_id].popleft()), conflict)
        read = {id(rejection) for rejection in chunk.rejections}
        refused = {each.source for each in result.rejected if id(each) not in read}
        items = {item.source: item for item in chunk.items if item.source in refused}
        for rejection in result.rejected:
            own = None if id(rejection) in read else items.get(rejection.source)
            self._observer.rejected(rejection, own)


class _WatchedJudge(Judge):
    def __init__(
        self,
        target: Target,
        policy: ConflictPolicy,
        answers: Answers,
        conflicts: dict[tuple[str, str], Conflict],
    ) -> None:
        super().__init__(target.entity, policy, answers)
        self._target = target
        self._conflicts = conflicts

    def answer(
        self, item: Item, row: Sequence[Any], row_digest: bytes, item_digest: bytes
    ) -> Answer:
        conflict = conflict_of(self._target, self.times, item, row, row_digest, item_digest)
        self._conflicts[conflict.entity, conflict.id] = conflict
        return super().answer(item, row, row_digest, item_digest)
