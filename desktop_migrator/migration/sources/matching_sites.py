"""What each browser profile holds, and how much of it fits the plan: for choosing among them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from desktop_migrator.browsers.discovery.discover import UnreadablePath
from desktop_migrator.browsers.read import read_stores
from desktop_migrator.errors import Cancelled
from desktop_migrator.messages import Message
from desktop_migrator.migration.sources.open_sources import find_sources
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
    modified: datetime | None = None


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


@dataclass(frozen=True, slots=True)
class SiteScan:
    profiles: tuple[ProfileScan, ...]
    """Those with the most that fits first."""
    unreadable: tuple[UnreadablePath, ...]
    warnings: tuple[Message, ...]

    @property
    def sites(self) -> tuple[SiteMatch, ...]:
        """All web sites of all profiles, those with the most that fits first."""
        sums: dict[str, SiteMatch] = {}
        for finding in self.profiles:
            for site in finding.sites:
                sums[site.origin] = _merged(sums.get(site.origin, SiteMatch(site.origin)), site)
        return tuple(
            sorted(sums.values(), key=lambda site: (-site.matching_records, -site.records))
        )


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
    return SiteScan(
        profiles=tuple(sorted(findings, key=lambda finding: -finding.matching_records)),
        unreadable=tuple(each for one in found for each in one.unreadable),
        warnings=tuple(each for one in found for each in one.warnings),
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
    fits = classified is not None and classified.is_recognised
    return SiteMatch(record.storage_key.origin, 1, int(fits), record.modified)


def _merged(one: SiteMatch, other: SiteMatch) -> SiteMatch:
    times = [time for time in (one.modified, other.modified) if time]
    return replace(
        one,
        records=one.records + other.records,
        matching_records=one.matching_records + other.matching_records,
        modified=max(times, default=None),
    )
