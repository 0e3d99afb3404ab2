"""Folders that are profiles, before anybody has looked at what they are called."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from desktop_migrator.browsers.discovery.registry import Browser, Engine
from desktop_migrator.browsers.discovery.store_locations import (
    ENGINE_BY_FORMAT,
    OLD_CHROMIUM_STORES,
    StoreLocation,
)
from desktop_migrator.model import StoreFormat


@dataclass
class ProfileCandidate:
    browser: Browser
    folder: Path
    name: str
    """As whoever listed it calls it; empty: nobody."""
    locations: list[StoreLocation]
    is_old_revision: bool = False
    """Whether a snap has left it behind."""


def real_path(path: Path) -> Path:
    # Unlike Path.resolve() this bears a loop of links.
    return Path(os.path.realpath(path))


def leave_old_revisions(candidates: Mapping[Path, ProfileCandidate]) -> None:
    """A snap keeps whole copies of its data for former revisions: only the present one counts,
    since what was deleted since must not come back."""
    by_place: dict[tuple[Path, Path], list[Path]] = {}
    for folder in candidates:
        revision = next((up for up in folder.parents if _is_snap_revision(up)), None)
        if revision:
            place = (revision.parent, folder.relative_to(revision))
            by_place.setdefault(place, []).append(revision)
    for (snap, below), revisions in by_place.items():
        current = real_path(snap / "current")
        present = max(revisions, key=lambda revision: (revision == current, int(revision.name)))
        for revision in revisions:
            if revision != present:
                candidates[revision / below].is_old_revision = True


def _is_snap_revision(folder: Path) -> bool:
    return folder.name.isdigit() and folder.parent.parent.name == "snap"


_USUAL_PLACES = (
    (StoreFormat.CHROMIUM_LEVELDB, "Local Storage/leveldb", 1),
    (StoreFormat.FIREFOX, "storage/default/*/ls/data.sqlite", 4),
    (StoreFormat.FIREFOX_LEGACY, "storage/ls-archive.sqlite", 1),
    (StoreFormat.WEBKIT, "LocalStorage/localstorage.sqlite3", 3),
    (StoreFormat.WEBKIT, OLD_CHROMIUM_STORES, 1),
)


def profile_folder(path: Path, store_format: StoreFormat) -> Path:
    """The profile to which a store found by itself belongs, if it lies where such stores lie."""
    for usual_format, usual, depth in _USUAL_PLACES:
        if store_format is usual_format and path.match(usual) and len(path.parents) > depth:
            return path.parents[depth]
    return path if store_format is StoreFormat.CHROMIUM_LEVELDB else path.parent


def store_engine(path: Path, store_format: StoreFormat) -> Engine:
    """The engine whose profile a store found by itself belongs to."""
    of_chromium = store_format is StoreFormat.WEBKIT and path.match(OLD_CHROMIUM_STORES)
    return Engine.CHROMIUM if of_chromium else ENGINE_BY_FORMAT[store_format]
