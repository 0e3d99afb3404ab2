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

from desktop_migrator.model import Item, Rejection, Superseded

EXCLUDED_ITEM = "left-out"
IDENTITY_HASH_SIZE = 16
"""Bytes of a name."""

ItemOrRejection = Item | Rejection


def identity_hashes(outcome: ItemOrRejection | Superseded) -> tuple[bytes, ...]:
    """All names that an outcome is known by."""
    if isinstance(outcome, Rejection):
        source = outcome.source
        place = str(source.storage_key), source.key, source.position
        return (_identity_hash("rejection", outcome.entity, *place, outcome.raw),)
    if isinstance(outcome, Superseded):
        origin, source_id = outcome.source.storage_key.origin, outcome.source_id or ""
        return (_identity_hash("item", outcome.entity, origin, source_id),)
    known_as = [(outcome.source.storage_key.origin, outcome.source_id), *outcome.aliases]
    if not outcome.derived:  # then the id is the row's, whichever site it comes from
        known_as.append(("", outcome.source_id))
    return tuple(_item_hash(outcome, *each) for each in known_as)


def drop_excluded(
    outcomes: Iterable[ItemOrRejection],
    excluded_items: Collection[bytes],
    skipped_records: Counter[str],
) -> Iterator[ItemOrRejection]:
    """All but those that are left out, which are counted."""
    if not excluded_items:
        yield from outcomes
        return
    for outcome in outcomes:
        if is_excluded(outcome, excluded_items):
            skipped_records[EXCLUDED_ITEM] += 1
        else:
            yield outcome


def is_excluded(outcome: ItemOrRejection | Superseded, excluded_items: Collection[bytes]) -> bool:
    """Whether one of the names is the outcome's."""
    if any(name in excluded_items for name in identity_hashes(outcome)):
        return True
    # Whether an id fits depends on the table, which a preview without a database does not know.
    return (
        isinstance(outcome, Item) and _item_hash(outcome, "", outcome.source_id) in excluded_items
    )


def _item_hash(item: Item, origin: str, source_id: str) -> bytes:
    return _identity_hash("item", item.entity, origin, source_id)


def _identity_hash(*parts: str) -> bytes:
    digest = blake2b(digest_size=IDENTITY_HASH_SIZE)
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

    def drop_out_of_range(
        self, outcomes: Iterable[Item | Rejection], skipped_records: Counter[str]
    ) -> Iterator[Item | Rejection]:
        """All but the items known to be of another time, which are counted.

        An item's time is when it was last changed, or else made. One that says neither may belong
        here, as may a rejected one; so they stay.
        """
        if self == ALL_TIME:
            yield from outcomes
            return
        for outcome in outcomes:
            if self.may_contain(outcome):
                yield outcome
            else:
                skipped_records[OUT_OF_RANGE] += 1

    def may_contain(self, outcome: Item | Rejection) -> bool:
        """Whether the outcome is not known to be of another time."""
        if isinstance(outcome, Rejection):
            return True
        time = outcome.updated_at or outcome.created_at
        if time is None:
            return True
        return (self.start is None or self.start <= time) and (self.end is None or time < self.end)


ALL_TIME = Period()
