"""Outcomes of the plan gathered into batches: one entity, so many items, so many bytes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from desktop_migrator.errors import UsageError
from desktop_migrator.messages import Message
from desktop_migrator.model import AsideItem, Item, Rejection, Superseded

MAX_BATCH_BYTES = 64 * 1024 * 1024
"""Electric refuses transactions over 250 MiB; before-images and indexes need their share."""
_ROW_OVERHEAD_BYTES = 64


@dataclass(frozen=True, slots=True)
class BatchLimits:
    """How much goes into one transaction."""

    max_items: int = 2000
    max_bytes: int = 16 * 1024 * 1024

    def __post_init__(self) -> None:
        if self.max_items < 1 or not 1 <= self.max_bytes <= MAX_BATCH_BYTES:
            raise UsageError(
                reason=Message("A batch has at least one item and at most 64 MiB of data.")
            )


DEFAULT_LIMITS = BatchLimits()


@dataclass(slots=True)
class Batch:
    entity: str
    items: list[Item] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    superseded: list[Superseded] = field(default_factory=list)
    size_in_bytes: int = 0

    def __len__(self) -> int:
        return len(self.items) + len(self.rejections) + len(self.superseded)


def iter_batches(
    outcomes: Iterable[Item | Rejection | Superseded], entities: Iterable[str], limits: BatchLimits
) -> Iterator[Batch]:
    """Gather until a batch is full; an entity's outcomes keep their order.

    All open batches together hold no more than `limits.bytes`, however many entities there are; an
    item larger than that has a batch of its own.
    """
    waiting = {entity: Batch(entity) for entity in entities}
    held = 0
    for outcome in outcomes:
        size = estimated_size(outcome)
        while held and held + size > limits.max_bytes:
            largest = max(waiting.values(), key=lambda batch: batch.size_in_bytes)
            held -= largest.size_in_bytes
            waiting[largest.entity] = Batch(largest.entity)
            yield largest
        batch = waiting.get(outcome.entity)
        if batch is None:
            batch = waiting[outcome.entity] = Batch(outcome.entity)
        if isinstance(outcome, Item):
            batch.items.append(outcome)
        elif isinstance(outcome, Superseded):
            batch.superseded.append(outcome)
        else:
            batch.rejections.append(outcome)
        batch.size_in_bytes += size
        held += size
        if len(batch) >= limits.max_items:
            held -= batch.size_in_bytes
            waiting[batch.entity] = Batch(batch.entity)
            yield batch
    yield from (batch for batch in waiting.values() if len(batch))


def estimated_size(outcome: Item | AsideItem) -> int:
    """About how many bytes it sends to the server, at most."""
    if isinstance(outcome, AsideItem):
        return _ROW_OVERHEAD_BYTES + 4 * len(outcome.raw)
    size = _ROW_OVERHEAD_BYTES
    for value in outcome.values:
        kind = type(value)
        if kind is bytes:
            size += len(value)
        elif kind is str:
            size += len(value) if value.isascii() else 4 * len(value)
    return size
