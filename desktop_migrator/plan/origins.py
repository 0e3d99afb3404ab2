"""Which web sites have data that a plan knows, for people who did not say which one is meant."""

from collections import Counter
from collections.abc import Iterable

from desktop_migrator.model import Record
from desktop_migrator.plan.schema import Plan
from desktop_migrator.plan.sources import Sorter


def fitting_origins(plan: Plan, records: Iterable[Record]) -> dict[str, int]:
    """For each origin, how many records an entity names by key and recognises by shape; the best
    first. What entities that take everything would take does not count, nor do origins that the
    plan is not for."""
    sorter = Sorter(plan)
    counts = Counter(
        record.storage_key.origin for record in records if sorter.specific(record) is not None
    )
    return dict(counts.most_common())
