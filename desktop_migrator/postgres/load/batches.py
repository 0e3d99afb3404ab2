"""Outcomes of the plan gathered into chunks: one entity, so many items, so many bytes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from desktop_migrator.errors import UsageError
from desktop_migrator.model import Item, Rejection

LARGEST_CHUNK = 64 * 1024 * 1024
"""Electric refuses transactions over 250 MiB; before-images and indexes need their share."""
_BYTES_A_ROW = 64


@dataclass(frozen=True, slots=True)
class ChunkLimits:
    """How much goes into one transaction."""

    items: int = 2000
    bytes: int = 16 * 1024 * 1024

    def __post_init__(self) -> None:
        if self.items < 1 or not 1 <= self.bytes <= LARGEST_CHUNK:
            raise UsageError(reason="A batch has at least one item and at most 64 MiB of data.")


@dataclass(slots=True)
class Chunk:
    entity: str
    items: list[Item] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    bytes: int = 0

    def __len__(self) -> int:
        return len(self.items) + len(self.rejections)


def chunks(
    outcomes: Iterable[Item | Rejection], entities: Iterable[str], limits: ChunkLimits
) -> Iterator[Chunk]:
    """Gather until a chunk is full; an entity's outcomes keep their order.

    All open chunks together hold no more than `limits.bytes`, however many entities there are; an
    item larger than that has a chunk of its own.
    """
    waiting = {entity: Chunk(entity) for entity in entities}
    held = 0
    for outcome in outcomes:
        size = size_of(outcome)
        while held and held + size > limits.bytes:
            largest = max(waiting.values(), key=lambda chunk: chunk.bytes)
            held -= largest.bytes
            waiting[largest.entity] = Chunk(largest.entity)
            yield largest
        chunk = waiting.get(outcome.entity)
        if chunk is None:
            chunk = waiting[outcome.entity] = Chunk(outcome.entity)
        if isinstance(outcome, Item):
            chunk.items.append(outcome)
        else:
            chunk.rejections.append(outcome)
        chunk.bytes += size
        held += size
        if len(chunk) >= limits.items:
            held -= chunk.bytes
            waiting[chunk.entity] = Chunk(chunk.entity)
            yield chunk
    yield from (chunk for chunk in waiting.values() if len(chunk))


def size_of(outcome: Item | Rejection) -> int:
    """About how many bytes it sends to the server, at most."""
    if isinstance(outcome, Rejection):
        return _BYTES_A_ROW + 4 * len(outcome.raw)
    size = _BYTES_A_ROW
    for value in outcome.values:
        kind = type(value)
        if kind is bytes:
            size += len(value)
        elif kind is str:
            size += len(value) if value.isascii() else 4 * len(value)
    return size


def rounds(items: Sequence[Item]) -> list[list[Item]]:
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
