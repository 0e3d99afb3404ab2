"""Which web sites have data that a plan knows, for people who did not say which one is meant."""

from collections import Counter
from collections.abc import Iterable

from desktop_migrator.model import Record
from desktop_migrator.plan.classify import Failed, Found, Sorter
from desktop_migrator.plan.schema import Plan


class Fitting:
    """Counts records by origin as they are met."""

    def __init__(self) -> None:
        self._recognised: Counter[str] = Counter()
        self._named: Counter[str] = Counter()

    def note(self, record: Record, sorted_out: Found | Failed) -> None:
        """A record that an entity names by key."""
        counts = self._recognised if isinstance(sorted_out, Found) else self._named
        counts[record.storage_key.origin] += 1

    def origins(self) -> dict[str, int]:
        """For each origin, how many records an entity names by key and recognises by shape; the
        best first. If there are none, how many are named but not recognised: data that went bad."""
        return dict((self._recognised or self._named).most_common())


def fitting_origins(plan: Plan, records: Iterable[Record]) -> dict[str, int]:
    """Of the records, as `Fitting` has them. What entities that take everything would take does
    not count, nor do origins that the plan is not for."""
    sorter = Sorter(plan)
    fitting = Fitting()
    for record in records:
        sorted_out = sorter.specific(record)
        if sorted_out:
            fitting.note(record, sorted_out)
    return fitting.origins()
