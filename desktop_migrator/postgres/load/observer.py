"""What became of each item of a load, for somebody who looks on; a dry run has no other product."""

from collections.abc import Sequence
from typing import Protocol

from desktop_migrator.model import (
    Conflict,
    Item,
    Rejection,
    Resolution,
    Superseded,
    TargetEntity,
)
from desktop_migrator.postgres.bookkeeping.chunks import Action
from desktop_migrator.postgres.load.batches import Batch
from desktop_migrator.postgres.load.chunk import Chunk


class LoadObserver(Protocol):
    def on_begin(self, entities: Sequence[TargetEntity]) -> None:
        """Which entities are loaded, bound to their tables."""

    def on_row(self, item: Item, action: Action, conflict: Conflict | None) -> None:
        """The item with its row's id; `conflict` if that row was there and differed."""

    def on_rejection(self, rejection: Rejection, item: Item | None) -> None:
        """`item` where the database refused it."""

    def on_versions(self, conflict: Conflict) -> Resolution | None:
        """Two items of which one counts, and that differ, where nobody has decided; told before
        what becomes of them. The answer counts."""

    def on_superseded(self, superseded: Superseded, item: Item | None) -> None:
        """`item` where another one of the run is its row; else it was known before the load."""


def tell_outcomes(observer: LoadObserver, batch: Batch, chunk: Chunk) -> None:
    """Once the chunk is committed."""
    for operation in chunk.done:
        observer.on_row(operation.item, operation.action, operation.conflict)
    for rejection in batch.rejections:
        observer.on_rejection(rejection, None)
    for rejection, item in chunk.rejected:
        observer.on_rejection(rejection, item)
    for each in batch.superseded:
        observer.on_superseded(each, None)
    for each, item in chunk.superseded:
        observer.on_superseded(each, item)
