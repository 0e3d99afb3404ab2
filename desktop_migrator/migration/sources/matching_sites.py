"""What each browser profile holds, and how much of it fits the plan: for choosing among them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from desktop_migrator.browsers.discovery.discover import Unreadable
from desktop_migrator.browsers.read import read_stores
from desktop_migrator.errors import Cancelled
from desktop_migrator.migration.sources.open_sources import find_sources
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import Damage, Profile, Record, Store
from desktop_migrator.plan.classify import Found, Sorter
from desktop_migrator.plan.schema import Plan
from desktop_migrator.reporter import Reporter

STAGE = "find"


@dataclass(frozen=True, slots=True)
class Site:
    """A web site's data in one profile."""

    origin: str
    records: int = 0
    fitting: int = 0
    """Records that the plan names and recognises by their shape."""
    modified: datetime | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One profile."""

    profile: Profile
    size: int
    """Bytes of its stores in use."""
    sites: tuple[Site, ...]
    damages: tuple[Damage, ...]

    @property
    def fitting(self) -> int:
        return sum(site.fitting for site in self.sites)


@dataclass(frozen=True, slots=True)
class Findings:
    profiles: tuple[Finding, ...]
    """Those with the most that fits first."""
    unreadable: tuple[Unreadable, ...]
    warnings: tuple[str, ...]

    @property
    def sites(self) -> tuple[Site, ...]:
        """All web sites of all profiles, those with the most that fits first."""
        sums: dict[str, Site] = {}
        for finding in self.profiles:
            for site in finding.sites:
                sums[site.origin] = _added(sums.get(site.origin, Site(site.origin)), site)
        return tuple(sorted(sums.values(), key=lambda site: (-site.fitting, -site.records)))


def find(
    plan: Plan,
    folders: Sequence[Path],
    also: Sequence[Path],
    workspace: Workspace,
    reporter: Reporter,
) -> Findings:
    """Looks into the folders, or every browser of this person, and into `also`.

    Raises Cancelled, and as `discover.open_source` for a folder named by hand.
    """
    found = [find_sources(folders), *([find_sources(also)] if also else [])]
    profiles = {each.profile.path: each for one in found for each in one.profiles}
    reporter.started(STAGE, len(profiles))
    findings: list[Finding] = []
    for number, each in enumerate(profiles.values(), 1):
        if reporter.cancelled:
            raise Cancelled
        findings.append(_look_into(plan, each.profile, each.stores, workspace, reporter))
        reporter.advanced(STAGE, number, len(profiles))
    return Findings(
        profiles=tuple(sorted(findings, key=lambda finding: -finding.fitting)),
        unreadable=tuple(each for one in found for each in one.unreadable),
        warnings=tuple(each for one in found for each in one.warnings),
    )


def _look_into(
    plan: Plan, profile: Profile, stores: Sequence[Store], workspace: Workspace, reporter: Reporter
) -> Finding:
    sites: dict[str, Site] = {}
    damages: list[Damage] = []
    sorter = Sorter(plan)
    for record in read_stores.read_stores(stores, workspace.snapshots, damages.append):
        if reporter.cancelled:
            raise Cancelled
        origin = record.storage_key.origin
        sites[origin] = _added(sites.get(origin, Site(origin)), _one(record, sorter))
    return Finding(
        profile=profile,
        size=sum(store.size for store in stores if store.in_use),
        sites=tuple(sorted(sites.values(), key=lambda site: (-site.fitting, site.origin))),
        damages=tuple(damages),
    )


def _one(record: Record, sorter: Sorter) -> Site:
    fits = isinstance(sorter.specific(record), Found)
    return Site(record.storage_key.origin, 1, int(fits), record.modified)


def _added(one: Site, other: Site) -> Site:
    times = [time for time in (one.modified, other.modified) if time]
    return replace(
        one,
        records=one.records + other.records,
        fitting=one.fitting + other.fitting,
        modified=max(times, default=None),
    )
