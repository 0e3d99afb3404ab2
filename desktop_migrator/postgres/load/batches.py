"""Outcomes of the plan gathered into chunks: one entity, so many items, so many bytes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from desktop_migrator.errors import UsageError
from desktop_migrator.messages import Message
from desktop_migrator.model import Item, Rejection

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


@dataclass(slots=True)
class Batch:
    entity: str
    items: list[Item] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    size_in_bytes: int = 0

    def __len__(self) -> int:
        return len(self.items) + len(self.rejections)


def iter_batches(
    outcomes: Iterable[Item | Rejection], entities: Iterable[str], limits: BatchLimits
) -> Iterator[Batch]:
    """Gather until a chunk is full; an entity's outcomes keep their order.

    All open chunks together hold no more than `limits.bytes`, however many entities there are; an
    item larger than that has a chunk of its own.
    """
    waiting = {entity: Batch(entity) for entity in entities}
    held = 0
    for outcome in outcomes:
        size = estimated_size(outcome)
        while held and held + size > limits.max_bytes:
            largest = max(waiting.values(), key=lambda chunk: chunk.size_in_bytes)
            held -= largest.size_in_bytes
            waiting[largest.entity] = Batch(largest.entity)
            yield largest
        chunk = waiting.get(outcome.entity)
        if chunk is None:
            chunk = waiting[outcome.entity] = Batch(outcome.entity)
        if isinstance(outcome, Item):
            chunk.items.append(outcome)
        else:
            chunk.rejections.append(outcome)
        chunk.size_in_bytes += size
        held += size
        if len(chunk) >= limits.max_items:
            held -= chunk.size_in_bytes
            waiting[chunk.entity] = Batch(chunk.entity)
            yield chunk
    yield from (chunk for chunk in waiting.values() if len(chunk))


def estimated_size(outcome: Item | Rejection) -> int:
    """About how many bytes it sends to the server, at most."""
    if isinstance(outcome, Rejection):
        return _ROW_OVERHEAD_BYTES + 4 * len(outcome.raw)
    size = _ROW_OVERHEAD_BYTES
    for value in outcome.values:
        kind = type(value)
        if kind is bytes:
            size += len(value)
        elif kind is str:
            size += len(value) if value.isascii() else 4 * len(value)
    return size


def rounds_with_unique_ids(items: Sequence[Item]) -> list[list[Item]]:
    """The items such that no round has an id twice: the second of an id is in the second round.

    Rounds written one after the other come to the same as the items written one after the other.
    """
    if len({item.id for item in items}) == len(items):
        return [list(items)]
    seen: dict[Any, int] = {}
    result: list[list[Item]] = []
    for item in items:
        turn = seen.get(item.id, 0)
        seen[item.id] = turn + 1
        if turn == len(result):
            result.append([])
        result[turn].append(item)
    return result
