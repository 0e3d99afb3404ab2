"""What there is: browsers, profiles, stores and the web sites that keep data in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

from desktop_migrator.browsers.discovery.discover import SILENT, UnreadablePath
from desktop_migrator.browsers.read import read_stores
from desktop_migrator.errors import Cancelled
from desktop_migrator.messages import Message
from desktop_migrator.migration.sealed.captures import Capture, UnlockKey, open_captures
from desktop_migrator.migration.sources.open_sources import NO_UNLOCK_KEY, find_captures_and_stores
from desktop_migrator.model import Damage, Profile, Store
from desktop_migrator.reporter import Reporter
from desktop_migrator.system.times import rfc3339


@dataclass(frozen=True, slots=True)
class ScannedStore:
    store: Store
    areas: tuple[read_stores.AreaUsage, ...]
    damages: tuple[Damage, ...]


@dataclass(frozen=True, slots=True)
class ScannedProfile:
    profile: Profile
    stores: tuple[ScannedStore, ...]
    capture: Path | None = None
    """The capture that holds it, if it is not on this computer."""


@dataclass(frozen=True, slots=True)
class Scan:
    profiles: tuple[ScannedProfile, ...]
    unreadable: tuple[UnreadablePath, ...]
    warnings: tuple[Message, ...]


def scan(
    folders: Sequence[Path],
    snapshot_root: Path,
    reporter: Reporter,
    unlock_key: UnlockKey = NO_UNLOCK_KEY,
    *,
    whole_disk: bool = False,
) -> Scan:
    """Raises Cancelled, and as `open_captures` for captures among the folders."""
    progress = reporter if whole_disk else SILENT
    sealed, found = find_captures_and_stores(folders, progress, whole_disk=whole_disk)
    profiles = []
    for each in found.profiles:
        if reporter.cancelled:
            raise Cancelled
        stores = tuple(_scan_store(store, snapshot_root) for store in each.stores)
        profiles.append(ScannedProfile(each.profile, stores))
    for capture in open_captures(sealed, unlock_key, reporter):
        profiles += _scan_capture(capture)
    return Scan(
        profiles=tuple(profiles),
        unreadable=found.unreadable,
        warnings=found.warnings,
    )


def _scan_store(store: Store, snapshot_root: Path) -> ScannedStore:
    damages: list[Damage] = []
    areas = read_stores.measure_areas(
        read_stores.read_stores([store], snapshot_root, damages.append)
    )
    return ScannedStore(store, tuple(areas), tuple(damages))


def _scan_capture(capture: Capture) -> list[ScannedProfile]:
    """What a capture holds, by the profiles it was taken from."""
    stores: dict[Profile, list[ScannedStore]] = {}
    # A capture holds each store's records together, as they were read.
    for store, records in groupby(capture.records(), key=attrgetter("store")):
        areas = tuple(read_stores.measure_areas(records))
        stores.setdefault(store.profile, []).append(ScannedStore(store, areas, ()))
    return [
        ScannedProfile(profile, tuple(found), capture.path) for profile, found in stores.items()
    ]


def as_json(scanned: Scan) -> dict[str, Any]:
    """The shape that `scan --json` prints."""
    return {
        "profiles": [
            {
                "browser": each.profile.browser,
                "browser_name": each.profile.browser_name,
                "profile": each.profile.name,
                "path": str(each.profile.path),
                "running": each.profile.running,
                "last_used": _iso(each.profile.last_used),
                "capture": str(each.capture) if each.capture else None,
                "stores": [_store_json(store) for store in each.stores],
            }
            for each in scanned.profiles
        ],
        "unreadable": [
            {"path": str(each.path), "reason": str(each.reason)} for each in scanned.unreadable
        ],
        "warnings": [str(each) for each in scanned.warnings],
    }


def _store_json(scanned: ScannedStore) -> dict[str, Any]:
    store = scanned.store
    return {
        "format": store.format,
        "path": str(store.path),
        "size": store.size,
        "modified": _iso(store.modified),
        "in_use": store.is_active,
        "origins": [
            {
                "origin": area.storage_key.origin,
                "storage_key": str(area.storage_key),
                "top_level_site": area.storage_key.top_level_site,
                "records": area.records,
                "bytes": area.bytes,
                "modified": _iso(area.modified),
            }
            for area in scanned.areas
        ],
        "damages": [
            {"what": str(damage.description), "lost_records": damage.lost_records}
            for damage in scanned.damages
        ],
    }


def _iso(moment: datetime | None) -> str | None:
    return rfc3339(moment) if moment else None
