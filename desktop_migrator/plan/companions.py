"""What is known beside a record: what decoders look up, which others make one item with it, and the
moment at which what expires has expired.

Some libraries keep in a record of its own when another one expires, or which others there are. One
`Companions` goes with all passes over the same sources, so that they agree on what is data.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from desktop_migrator.model import Record, StorageKey
from desktop_migrator.plan.decode.chain import ANY, DECODERS
from desktop_migrator.plan.decode.decoder import DecodeContext, Decoder
from desktop_migrator.plan.schema import Plan
from desktop_migrator.plan.wildcards import WildcardPattern

Place = tuple[Path, StorageKey, str]
"""The store's path, the area and the key."""

_LONGEST_KEPT = 64
"""Characters; times and numbers are shorter. Of longer ones it counts that they are there."""


class Companions(msgspec.Struct, frozen=True):
    now: datetime = msgspec.field(default_factory=lambda: datetime.now(UTC))
    values: dict[Place, str] = {}
    """Of the records that decoders may look up, longer ones as empty texts; and of those that make
    one item together."""
    combined: dict[tuple[Path, StorageKey], list[str]] = {}
    """The keys of the latter by their area, in order."""

    def context(self, record: Record) -> DecodeContext:
        store, area = record.store.path, record.storage_key
        return DecodeContext(record.key, self.now, lambda key: self.values.get((store, area, key)))


def find_companions(plan: Plan, read: Callable[[], Iterable[Record]]) -> Companions:
    """Those of the records that the plan's decoders may ask for.

    The records are read only where it has such decoders.
    """
    asking = list(_asking(plan))
    combining = [
        pattern
        for entity in plan.entities.values()
        for source in entity.sources
        if source.shape == "combined"
        for pattern in source.patterns
    ]
    found = Companions(values={}, combined={})
    if not (asking or combining):
        return found
    for record in read():
        area, value = (record.store.path, record.storage_key), record.value
        if any(pattern.match(record.key) is not None for pattern in combining):
            found.combined.setdefault(area, []).append(record.key)
        elif not _is_asked_for(record.key, asking):
            continue
        elif len(value) > _LONGEST_KEPT:
            value = ""
        found.values[*area, record.key] = value
    for keys in found.combined.values():
        keys.sort()
    return found


def _asking(plan: Plan) -> Iterator[tuple[Decoder, tuple[WildcardPattern, ...]]]:
    for entity in plan.entities.values():
        for source in entity.sources:
            for name in source.decode:
                if name != ANY and DECODERS[name].asked_by:
                    yield DECODERS[name], source.patterns


def _is_asked_for(key: str, asking: Iterable[tuple[Decoder, tuple[WildcardPattern, ...]]]) -> bool:
    return any(
        pattern.match(asker) is not None
        for decoder, patterns in asking
        if decoder.asked_by
        for asker in decoder.asked_by(key)
        for pattern in patterns
    )
