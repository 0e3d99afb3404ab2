"""From a computer, or from a path given by hand, to profiles and their stores.

Nothing is opened for writing and no lock is taken, so that looking changes nothing. What cannot be
looked into is reported and skipped. A folder reached twice, through whatever links, counts once.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from desktop_migrator.browsers.discovery.candidates import leave_old_revisions, real_path
from desktop_migrator.browsers.discovery.detect_format import is_session_storage
from desktop_migrator.browsers.discovery.finder import SILENT, Finder
from desktop_migrator.browsers.discovery.found import Discovery, FoundProfile
from desktop_migrator.browsers.discovery.os_folders import OperatingSystem, System
from desktop_migrator.browsers.discovery.registry import BROWSERS, Browser
from desktop_migrator.browsers.discovery.safe_listing import FolderLister, UnreadablePath
from desktop_migrator.errors import SourceNotFound, StoreUnreadable
from desktop_migrator.messages import Message
from desktop_migrator.model import Store
from desktop_migrator.reporter import Reporter

__all__ = [
    "SILENT",
    "Discovery",
    "FoundProfile",
    "OperatingSystem",
    "System",
    "UnreadablePath",
    "discover",
    "discover_path",
    "discover_paths",
]

_MAX_HOME_DISTANCE = 8
"""Levels above a folder given by hand at which a home is looked for."""


def discover(system: System, reporter: Reporter = SILENT, *, whole_disk: bool = False) -> Discovery:
    """Every profile that has a store: of every browser in the registry, and of whatever else
    keeps one where programs keep their data, or anywhere on the disk. Raises Cancelled."""
    finder = Finder(system, reporter)
    named_roots = set()
    for browser, root in _browser_roots(system, finder.lister):
        if finder.add_root(browser, root) and browser.name:
            named_roots.add(os.path.realpath(root))
    finder.search_data_folders(named_roots)
    if whole_disk:
        finder.search_whole_disk(named_roots)
    leave_old_revisions(finder.candidates)
    return finder.discovery()


def discover_paths(paths: Iterable[Path], system: System) -> Discovery:
    """The profiles and stores at several paths; what is reached through several counts once.

    A store that one of the paths names itself is in use, even if its profile left it behind.
    Raises as `discover_path`.
    """
    found = [discover_path(path, system) for path in paths]
    profiles: dict[Path, FoundProfile] = {}
    for each in (profile for discovery in found for profile in discovery.profiles):
        folder = real_path(each.profile.path)
        profiles[folder] = _merge_profiles(profiles[folder], each) if folder in profiles else each
    return Discovery(
        profiles=tuple(profiles.values()),
        unreadable=tuple(dict.fromkeys(each for one in found for each in one.unreadable)),
        warnings=tuple(dict.fromkeys(each for one in found for each in one.warnings)),
    )


def _merge_profiles(one: FoundProfile, other: FoundProfile) -> FoundProfile:
    stores: dict[Path, Store] = {}
    for store in (*one.stores, *other.stores):
        path = real_path(store.path)
        if path not in stores or store.is_active:
            stores[path] = replace(store, profile=one.profile)
    return replace(one, stores=tuple(stores.values()))


def discover_path(path: Path, system: System) -> Discovery:
    """The profiles and stores at a path given by hand; what it is shows in its content.

    A profile, a user-data folder, a Firefox root, one store, or a folder with any of these a few
    levels below. Raises SourceNotFound, or StoreUnreadable if the path may not be read.
    """
    try:
        path = path.resolve(strict=True)
    except (FileNotFoundError, NotADirectoryError, RuntimeError) as error:  # a loop of links
        raise SourceNotFound(path=path) from error
    except OSError as error:
        raise StoreUnreadable(path=path, reason=error.strerror or str(error)) from error
    if is_session_storage(path):
        reason = Message("it is session storage, which ends with its tab and is not read")
        raise StoreUnreadable(path=path, reason=reason)
    finder = Finder(system)
    for computer in (system, *_assumed_systems(path)):
        for browser, root in _browser_roots(computer, FolderLister()):
            finder.known_roots.setdefault(real_path(root), browser)
    if path.is_dir():
        finder.search(path)
    else:
        finder.add_file(path)
    discovery = finder.discovery()
    if not discovery.profiles:
        for unreadable in discovery.unreadable:
            raise StoreUnreadable(path=unreadable.path, reason=unreadable.reason)
        raise SourceNotFound(path=path)
    return discovery


def _assumed_systems(path: Path) -> Iterator[System]:
    """Each folder above as somebody's home: a profile copied with its folders keeps its browser."""
    for home in (path, *list(path.parents)[:_MAX_HOME_DISTANCE]):
        for os_ in OperatingSystem:
            yield System.for_home(os_, home)


def _browser_roots(system: System, lister: FolderLister) -> Iterator[tuple[Browser, Path]]:
    for browser in BROWSERS:
        for base, pattern in system.browser_roots(browser):
            for root, _ in lister.glob(base, pattern):
                yield browser, root
