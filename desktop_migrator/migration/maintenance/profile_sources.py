"""What the sources hold, by names of keys, kinds and sizes: no value, and no key of other sites."""

import heapq
from collections.abc import Collection
from dataclasses import dataclass, field

from desktop_migrator.migration.sources.open_sources import Sources
from desktop_migrator.model import Record
from desktop_migrator.plan.classified import SkipReason
from desktop_migrator.plan.classify import RecordClassifier
from desktop_migrator.plan.companions import find_companions
from desktop_migrator.plan.schema import Plan
from desktop_migrator.plan.shapes import value_kind, value_shape

_MAX_LISTED_KEYS = 20


@dataclass(frozen=True, slots=True)
class KeyProfile:
    key: str
    bytes: int
    shape: str


@dataclass(slots=True)
class OriginProfile:
    """One web site's records; sizes in bytes as browsers count them, two a UTF-16 code unit."""

    origin: str
    records: int = 0
    bytes: int = 0
    fits: bool = False
    """Whether the plan names one of its keys; else nothing below is filled."""
    by_use: dict[str, int] = field(default_factory=dict)
    """Bytes by what becomes of them: an entity, or the word for leaving them aside."""
    kinds: dict[str, int] = field(default_factory=dict)
    """Records by the kind of their value."""
    unknown: list[KeyProfile] = field(default_factory=list)
    """Keys that the plan does not name, the largest first."""
    biggest: list[KeyProfile] = field(default_factory=list)

    def share(self, use: str) -> float:
        return self.by_use.get(use, 0) / self.bytes if self.bytes else 0.0


def profile_sources(
    plan: Plan, sources: Sources, origins: Collection[str] = ()
) -> list[OriginProfile]:
    """Every web site with its sizes; the named ones, else those that fit the plan, in full."""
    classifier = RecordClassifier(plan, companions=find_companions(plan, sources.records))
    profiles: dict[str, OriginProfile] = {}
    for record in sources.records():
        origin = record.storage_key.origin
        profile = profiles.setdefault(origin, OriginProfile(origin))
        profile.records += 1
        profile.bytes += _size(record)
        named = classifier.classify_by_key(record) is not None
        profile.fits = profile.fits or (origin in origins if origins else named)
    for record in sources.records():
        profile = profiles[record.storage_key.origin]
        if profile.fits:
            _add_to_profile(classifier, record, profile)
    return sorted(profiles.values(), key=lambda each: (not each.fits, -each.bytes))


def _add_to_profile(classifier: RecordClassifier, record: Record, profile: OriginProfile) -> None:
    use = classifier.classify(record)
    size = _size(record)
    name = use.aside or (use.found[0].entity if use.found else SkipReason.UNMATCHED)
    profile.by_use[name] = profile.by_use.get(name, 0) + size
    kind = value_kind(record.value)
    profile.kinds[kind] = profile.kinds.get(kind, 0) + 1
    looked = KeyProfile(record.key, size, value_shape(record.value))
    _keep_largest(profile.biggest, looked)
    if use.found and classifier.classify_by_key(record) is None:
        _keep_largest(profile.unknown, looked)


def _keep_largest(largest: list[KeyProfile], new: KeyProfile) -> None:
    largest[:] = heapq.nlargest(_MAX_LISTED_KEYS, [*largest, new], key=lambda each: each.bytes)


def _size(record: Record) -> int:
    return sum(
        len(text.encode("utf-16-le", "surrogatepass")) for text in (record.key, record.value)
    )
