"""Items that the person does not want migrated, known by names that hold no user value.

An item is named by its identity, which is the same whichever browser it is found in; what cannot
become an item, by its place and its text. So what was left out in a preview is left out by the run,
though other items have come or gone in between.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from desktop_migrator.model import Item, Rejection

LEFT_OUT = "left-out"
NAME_SIZE = 16
"""Bytes of a name."""

Outcome = Item | Rejection


def names(outcome: Outcome) -> tuple[bytes, ...]:
    """All names that an outcome is known by."""
    if isinstance(outcome, Rejection):
        source = outcome.source
        place = str(source.storage_key), source.key, source.position
        return (_name("rejection", outcome.entity, *place, outcome.raw),)
    known_as = [(outcome.source.storage_key.origin, outcome.source_id), *outcome.same_as]
    if not outcome.derived:  # then the id is the row's, whichever site it comes from
        known_as.append(("", outcome.source_id))
    return tuple(_of_item(outcome, *each) for each in known_as)


def select(
    outcomes: Iterable[Outcome], left_out: Collection[bytes], left_aside: Counter[str]
) -> Iterator[Outcome]:
    """All but those that are left out, which are counted."""
    if not left_out:
        yield from outcomes
        return
    for outcome in outcomes:
        if is_left_out(outcome, left_out):
            left_aside[LEFT_OUT] += 1
        else:
            yield outcome


def is_left_out(outcome: Outcome, left_out: Collection[bytes]) -> bool:
    """Whether one of the names is the outcome's."""
    if any(name in left_out for name in names(outcome)):
        return True
    # Whether an id fits depends on the table, which a preview without a database does not know.
    return isinstance(outcome, Item) and _of_item(outcome, "", outcome.source_id) in left_out


def _of_item(item: Item, origin: str, source_id: str) -> bytes:
    return _name("item", item.entity, origin, source_id)


def _name(*parts: str) -> bytes:
    digest = blake2b(digest_size=NAME_SIZE)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.digest()


OUT_OF_RANGE = "out-of-range"


@dataclass(frozen=True, slots=True)
class Period:
    """From a moment on, which belongs to it, until another, which does not; None: no bound."""

    start: datetime | None = None
    end: datetime | None = None

    def select(
        self, outcomes: Iterable[Item | Rejection], left_aside: Counter[str]
    ) -> Iterator[Item | Rejection]:
        """All but the items known to be of another time, which are counted.

        An item's time is when it was last changed, or else made. One that says neither may belong
        here, as may a rejected one; so they stay.
        """
        if self == ALWAYS:
            yield from outcomes
            return
        for outcome in outcomes:
            if isinstance(outcome, Rejection) or self._may_hold(outcome):
                yield outcome
            else:
                left_aside[OUT_OF_RANGE] += 1

    def _may_hold(self, item: Item) -> bool:
        time = item.updated_at or item.created_at
        if time is None:
            return True
        return (self.start is None or self.start <= time) and (self.end is None or time < self.end)


ALWAYS = Period()
