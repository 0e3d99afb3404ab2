"""Which web sites have data that a plan knows, for people who did not say which one is meant."""

from collections import Counter
from collections.abc import Iterable

from desktop_migrator.model import Record
from desktop_migrator.plan.classified import Classified
from desktop_migrator.plan.classify import RecordClassifier
from desktop_migrator.plan.schema import Plan


class OriginGuess:
    """Counts records by origin as they are met."""

    def __init__(self) -> None:
        self._recognised: Counter[str] = Counter()
        self._matched_by_key: Counter[str] = Counter()

    def add(self, record: Record, classified: Classified) -> None:
        """A record that an entity names by key."""
        counts = self._recognised if classified.is_recognised else self._matched_by_key
        counts[record.storage_key.origin] += 1

    def ranked_origins(self) -> dict[str, int]:
        """For each origin, how many records an entity names by key and recognises by shape; the
        best first. If there are none, how many are named but not recognised: data that went bad."""
        return dict((self._recognised or self._matched_by_key).most_common())


def guess_origins(plan: Plan, records: Iterable[Record]) -> dict[str, int]:
    """Of the records, as `OriginGuess.ranked_origins` has them. What entities that take everything
    would take does not count, nor do origins that the plan is not for."""
    classifier = RecordClassifier(plan)
    guess = OriginGuess()
    for record in records:
        classified = classifier.classify_by_key(record)
        if classified is not None and classified.found:
            guess.add(record, classified)
    return guess.ranked_origins()
