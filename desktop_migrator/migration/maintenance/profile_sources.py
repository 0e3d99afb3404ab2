"""What the sources hold, by names of keys, kinds and sizes: no value, and no key of other sites."""

import heapq
from collections.abc import Collection
from dataclasses import dataclass, field

from desktop_migrator.migration.sources.open_sources import Sources
from desktop_migrator.model import Record
from desktop_migrator.plan.classify import Failed, Found, Sorter
from desktop_migrator.plan.schema import Plan
from desktop_migrator.plan.shapes import kind_of, shape_of

_SHOWN = 20


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
    sorter = Sorter(plan)
    profiles: dict[str, OriginProfile] = {}
    for record in sources.records():
        origin = record.storage_key.origin
        profile = profiles.setdefault(origin, OriginProfile(origin))
        profile.records += 1
        profile.bytes += _size(record)
        named = sorter.specific(record) is not None
        profile.fits = profile.fits or (origin in origins if origins else named)
    for record in sources.records():
        profile = profiles[record.storage_key.origin]
        if profile.fits:
            _look(sorter, record, profile)
    return sorted(profiles.values(), key=lambda each: (not each.fits, -each.bytes))


def _look(sorter: Sorter, record: Record, profile: OriginProfile) -> None:
    use = sorter.sort(record)
    size = _size(record)
    name = use if isinstance(use, str) else use.entity
    profile.by_use[name] = profile.by_use.get(name, 0) + size
    kind = kind_of(record.value)
    profile.kinds[kind] = profile.kinds.get(kind, 0) + 1
    looked = KeyProfile(record.key, size, shape_of(record.value))
    _keep(profile.biggest, looked)
    if isinstance(use, Found | Failed) and sorter.specific(record) is None:
        _keep(profile.unknown, looked)


def _keep(largest: list[KeyProfile], new: KeyProfile) -> None:
    largest[:] = heapq.nlargest(_SHOWN, [*largest, new], key=lambda each: each.bytes)


def _size(record: Record) -> int:
    return sum(
        len(text.encode("utf-16-le", "surrogatepass")) for text in (record.key, record.value)
    )
