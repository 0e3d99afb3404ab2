"""What each browser profile holds, and how much of it fits the plan: for choosing among them."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import reduce
from pathlib import Path

from desktop_migrator.browsers.discovery.discover import UnreadablePath
from desktop_migrator.browsers.read import read_stores
from desktop_migrator.errors import Cancelled
from desktop_migrator.messages import Message
from desktop_migrator.migration.sources.open_sources import find_sources, named_elsewhere
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import Damage, Profile, Record, Store
from desktop_migrator.plan.classify import RecordClassifier
from desktop_migrator.plan.schema import Plan
from desktop_migrator.reporter import Reporter, Stage


@dataclass(frozen=True, slots=True)
class SiteMatch:
    """A web site's data in one profile."""

    origin: str
    records: int = 0
    matching_records: int = 0
    """Records that the plan names and recognises by their shape."""
    items: Mapping[str, int] = field(default_factory=dict)
    """What lies in these, by entity; the same item in two browsers counts twice."""
    modified: datetime | None = None

    @property
    def total_items(self) -> int:
        return sum(self.items.values())


@dataclass(frozen=True, slots=True)
class App:
    """What the person chooses among: a web site, or several that the plan says are one app."""

    origins: tuple[str, ...]
    """The likeliest first."""
    match: SiteMatch
    """Of all of them, in all profiles."""


@dataclass(frozen=True, slots=True)
class ProfileScan:
    """One profile."""

    profile: Profile
    size: int
    """Bytes of its stores in use."""
    sites: tuple[SiteMatch, ...]
    damages: tuple[Damage, ...]

    @property
    def matching_records(self) -> int:
        return sum(site.matching_records for site in self.sites)

    def match(self, origins: Collection[str]) -> SiteMatch | None:
        """What it holds of an app; None if it holds nothing."""
        sites = [site for site in self.sites if site.origin in origins]
        return reduce(_merged, sites) if sites else None


@dataclass(frozen=True, slots=True)
class SiteScan:
    profiles: tuple[ProfileScan, ...]
    """Those with the most that fits first."""
    unreadable: tuple[UnreadablePath, ...]
    warnings: tuple[Message, ...]

    def apps(self, plan: Plan) -> tuple[App, ...]:
        """All that may be chosen under the plan, the likeliest first: where the most that it takes
        lies, then what was used last, then what is on the web and not on this computer.

        Where the plan names web sites there are no others.
        """
        sums: dict[str, list[SiteMatch]] = {}
        for finding in self.profiles:
            for site in finding.sites:
                if plan.source.names(site.origin):
                    sums.setdefault(plan.source.app_origin(site.origin), []).append(site)
        apps = [
            App(
                tuple(dict.fromkeys(site.origin for site in sorted(sites, key=_likelihood))),
                reduce(_merged, sites),
            )
            for sites in sums.values()
        ]
        return tuple(sorted(apps, key=lambda app: _likelihood(app.match)))


def scan_sites(
    plan: Plan,
    folders: Sequence[Path],
    extra_folders: Sequence[Path],
    workspace: Workspace,
    reporter: Reporter,
    *,
    whole_disk: bool = False,
) -> SiteScan:
    """Looks into the folders, or every browser of this person, and into `extra_folders`.

    `whole_disk` looks for browsers everywhere, which takes minutes.

    Raises Cancelled, and as `discover_path` for a folder named by hand.
    """
    found = [find_sources(folders, reporter, whole_disk=whole_disk)]
    if extra_folders:
        found.append(find_sources(extra_folders, reporter))
    profiles = {each.profile.path: each for one in found for each in one.profiles}
    reporter.started(Stage.FIND, len(profiles))
    findings: list[ProfileScan] = []
    for number, each in enumerate(profiles.values(), 1):
        if reporter.cancelled:
            raise Cancelled
        findings.append(_scan_profile(plan, each.profile, each.stores, workspace, reporter))
        reporter.advanced(Stage.FIND, number, len(profiles))
    elsewhere = (
        each.message
        for finding in findings
        for each in named_elsewhere(finding.profile, plan)
        if not any(site.origin == each.origin and site.matching_records for site in finding.sites)
    )
    return SiteScan(
        profiles=tuple(sorted(findings, key=lambda finding: -finding.matching_records)),
        unreadable=tuple(each for one in found for each in one.unreadable),
        warnings=(*(each for one in found for each in one.warnings), *elsewhere),
    )


def _scan_profile(
    plan: Plan, profile: Profile, stores: Sequence[Store], workspace: Workspace, reporter: Reporter
) -> ProfileScan:
    sites: dict[str, SiteMatch] = {}
    damages: list[Damage] = []
    classifier = RecordClassifier(plan)
    for record in read_stores.read_stores(stores, workspace.snapshots, damages.append):
        if reporter.cancelled:
            raise Cancelled
        origin = record.storage_key.origin
        sites[origin] = _merged(
            sites.get(origin, SiteMatch(origin)), _site_of_record(record, classifier)
        )
    return ProfileScan(
        profile=profile,
        size=sum(store.size for store in stores if store.is_active),
        sites=tuple(sorted(sites.values(), key=lambda site: (-site.matching_records, site.origin))),
        damages=tuple(damages),
    )


def _site_of_record(record: Record, classifier: RecordClassifier) -> SiteMatch:
    classified = classifier.classify_by_key(record)
    items: Counter[str] = Counter()
    for found in classified.items if classified else ():
        if not found.is_rest:  # of the record's items, and no item by itself
            items[found.entity] += len(found.items)
    return SiteMatch(record.storage_key.origin, 1, int(bool(items)), items, record.modified)


def _merged(one: SiteMatch, other: SiteMatch) -> SiteMatch:
    times = [time for time in (one.modified, other.modified) if time]
    return replace(
        one,
        records=one.records + other.records,
        matching_records=one.matching_records + other.matching_records,
        items=Counter(one.items) + Counter(other.items) if other.items else one.items,
        modified=max(times, default=None),
    )


def _likelihood(site: SiteMatch) -> tuple[int, float, bool, int, str]:
    used = site.modified.timestamp() if site.modified else 0.0
    is_web = site.origin.startswith("https:")
    return -site.total_items, -used, not is_web, -site.records, site.origin
