"""Items of a time: those that were changed from one moment on, or until another."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from desktop_migrator.model import Item, Rejection

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
