"""Which web sites have data that a plan knows, for people who did not say which one is meant."""

from collections import Counter
from collections.abc import Iterable

from desktop_migrator.model import Record
from desktop_migrator.plan.schema import Plan
from desktop_migrator.plan.sources import Found, Sorter


def fitting_origins(plan: Plan, records: Iterable[Record]) -> dict[str, int]:
    """For each origin, how many records an entity names by key and recognises by shape; the best
    first. If there are none, how many are named but not recognised: data that went bad. What
    entities that take everything would take does not count, nor do origins that the plan is not
    for."""
    sorter = Sorter(plan)
    recognised: Counter[str] = Counter()
    named: Counter[str] = Counter()
    for record in records:
        sorted_out = sorter.specific(record)
        if sorted_out:
            counts = recognised if isinstance(sorted_out, Found) else named
            counts[record.storage_key.origin] += 1
    return dict((recognised or named).most_common())
