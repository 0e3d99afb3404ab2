"""From a computer, or from a path given by hand, to profiles and their stores.

Nothing is opened for writing and no lock is taken, so that looking changes nothing. What cannot be
looked into is reported and skipped. A folder reached twice, through whatever links, counts once.
"""

import os
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from desktop_migrator.browsers.discovery import detect_format
from desktop_migrator.browsers.discovery.app_names import AppNames
from desktop_migrator.browsers.discovery.os_folders import OperatingSystem, System
from desktop_migrator.browsers.discovery.profile_groups import read_profile_groups
from desktop_migrator.browsers.discovery.profile_names import (
    ProfileInfo,
    read_local_state,
    read_profiles_ini,
)
from desktop_migrator.browsers.discovery.registry import (
    BROWSERS,
    CHROMIUM_INTERNAL,
    CHROMIUM_PROFILES,
    ELECTRON_PROFILES,
    INTERNAL_PROFILES,
    Browser,
    Engine,
)
from desktop_migrator.browsers.discovery.safe_listing import FolderLister, UnreadablePath
from desktop_migrator.browsers.discovery.search import BELOW_DATA_FOLDERS, WHOLE_DISK, Walk
from desktop_migrator.browsers.discovery.store_locations import (
    ENGINE_BY_FORMAT,
    WEBKIT_FOLDERS,
    StoreLocation,
    find_inactive_backend,
    find_stores,
    is_browser_running,
    locate_store,
    webkit_root,
)
from desktop_migrator.errors import SourceNotFound, StoreUnreadable
from desktop_migrator.messages import Message
from desktop_migrator.model import Profile, Store, StoreFormat
from desktop_migrator.reporter import NullReporter, Reporter

__all__ = [
    "Discovery",
    "FoundProfile",
    "OperatingSystem",
    "System",
    "UnreadablePath",
    "discover",
    "discover_path",
    "discover_paths",
]

_CONTENT_DEPTH = 3
"""Levels below a folder given by hand at which files of any name are looked into."""
_MAX_HOME_DISTANCE = 8
"""Levels above a folder given by hand at which a home is looked for."""
SILENT = NullReporter()
_SIDE_FILES = ("-wal", "-shm", "-journal")
_UNKNOWN_BROWSER_NAMES = {
    Engine.CHROMIUM: "A browser like Chrome",
    Engine.FIREFOX: "A browser like Firefox",
    Engine.WEBKIT: "A browser like Safari",
}


@dataclass(frozen=True, slots=True)
class FoundProfile:
    profile: Profile
    stores: tuple[Store, ...]


@dataclass(frozen=True, slots=True)
class Discovery:
    profiles: tuple[FoundProfile, ...]
    unreadable: tuple[UnreadablePath, ...] = ()
    warnings: tuple[Message, ...] = ()

    @property
    def stores(self) -> tuple[Store, ...]:
        """All stores, those not in use included."""
        return tuple(store for found in self.profiles for store in found.stores)


def discover(system: System, reporter: Reporter = SILENT, *, whole_disk: bool = False) -> Discovery:
    """Every profile that has a store: of every browser in the registry, and of whatever else
    keeps one where programs keep their data, or anywhere on the disk. Raises Cancelled."""
    finder = _Finder(system, reporter)
    named_roots = set()
    for browser, root in _browser_roots(system, finder.lister):
        if finder.add_root(browser, root) and browser.name:
            named_roots.add(os.path.realpath(root))
    finder.search_data_folders(named_roots)
    if whole_disk:
        finder.search_whole_disk(named_roots)
    finder.leave_old_revisions()
    return finder.discovery()


def discover_paths(paths: Iterable[Path], system: System) -> Discovery:
    """The profiles and stores at several paths; what is reached through several counts once.

    A store that one of the paths names itself is in use, even if its profile left it behind.
    Raises as `discover_path`.
    """
    found = [discover_path(path, system) for path in paths]
    profiles: dict[Path, FoundProfile] = {}
    for each in (profile for discovery in found for profile in discovery.profiles):
        folder = _real_path(each.profile.path)
        profiles[folder] = _merge_profiles(profiles[folder], each) if folder in profiles else each
    return Discovery(
        profiles=tuple(profiles.values()),
        unreadable=tuple(dict.fromkeys(each for one in found for each in one.unreadable)),
        warnings=tuple(dict.fromkeys(each for one in found for each in one.warnings)),
    )


def _merge_profiles(one: FoundProfile, other: FoundProfile) -> FoundProfile:
    stores: dict[Path, Store] = {}
    for store in (*one.stores, *other.stores):
        path = _real_path(store.path)
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
    finder = _Finder(system)
    for computer in (system, *_assumed_systems(path)):
        for browser, root in _browser_roots(computer, FolderLister()):
            finder.known_roots.setdefault(_real_path(root), browser)
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


@dataclass
class _ProfileCandidate:
    browser: Browser
    folder: Path
    name: str
    locations: list[StoreLocation]
    is_old_revision: bool = False


@dataclass
class _Finder:
    system: System
    reporter: Reporter = SILENT
    lister: FolderLister = field(default_factory=FolderLister)
    known_roots: dict[Path, Browser] = field(default_factory=dict)
    candidates: dict[Path, _ProfileCandidate] = field(default_factory=dict)
    warnings: list[Message] = field(default_factory=list)
    local_states: dict[Path, dict[str, ProfileInfo]] = field(default_factory=dict)
    profile_groups: dict[Path, dict[Path, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.app_names = AppNames(self.system)

    def discovery(self) -> Discovery:
        profiles = tuple(self._build_profile(candidate) for candidate in self.candidates.values())
        return Discovery(profiles, self.lister.unreadable, tuple(self.warnings))

    # ---- by layout ------------------------------------------------------------------------------

    def add_root(self, browser: Browser, root: Path) -> bool:
        """Add the root's profiles; whether it has any."""
        if browser.engine is Engine.CHROMIUM:
            folders = [
                (folder, "")
                for pattern in browser.profiles
                for folder, _ in self.lister.glob(root, pattern)
                if folder == root or folder.name not in INTERNAL_PROFILES
            ]
        elif browser.engine is Engine.FIREFOX:
            folders = [(listed.path, listed.name) for listed in read_profiles_ini(root)]
            # Profiles that profiles.ini has forgotten still hold data.
            for pattern in ("Profiles/*", "*"):
                folders += [(folder, "") for folder, _ in self.lister.glob(root, pattern)]
        else:
            folders = [(root, "")]
        added = [self._add_profile(browser, folder, name, root) for folder, name in folders]
        return any(added)

    def _is_anothers(self, folder: Path, root: Path) -> bool:
        """Whether a link, or a path that profiles.ini spells out, leads to somebody else's data.

        People do keep a profile on another disk; but then it is theirs.
        """
        if _real_path(folder).is_relative_to(_real_path(root)):
            return False
        try:
            return folder.stat().st_uid != root.stat().st_uid
        except (OSError, ValueError):
            return False  # nothing is there

    def _add_profile(
        self, browser: Browser, folder: Path, name: str = "", root: Path | None = None
    ) -> bool:
        if root is not None and self._is_anothers(folder, root):
            self.lister.record_link(folder)
            return False
        try:
            locations = find_stores(browser.engine, folder, self.lister)
        except (OSError, ValueError) as error:  # names that no file system has, for one
            self.lister.record_unreadable(folder, error)
            return False
        if locations:
            self.candidates.setdefault(
                _real_path(folder), _ProfileCandidate(browser, folder, name, locations)
            )
        return bool(locations)

    # ---- by content -----------------------------------------------------------------------------

    def search(self, start: Path) -> None:
        """Add what the folder is, else what lies below it: a few levels by content, all by name."""

        def visit(folder: str, names: dict[str, os.DirEntry[str]], depth: int) -> Set[str] | None:
            if depth > _CONTENT_DEPTH:
                return self._visit(folder, names, depth)
            known = self._add_by_content(Path(folder), explicit=depth == 0)
            return None if known else frozenset()

        walk = Walk(BELOW_DATA_FOLDERS, self.reporter, look_into=_CONTENT_DEPTH)
        walk.run([start], visit)
        if walk.truncated:
            self.warnings.append(
                Message("{start} holds too many folders; not all were searched.", start=str(start))
            )
        for folder, error in walk.unreadable:
            self.lister.record_unreadable(Path(folder), error)

    def search_data_folders(self, skip: Set[str]) -> None:
        """Add what lies where programs keep their data, but for the folders in `skip`."""
        walk = Walk(BELOW_DATA_FOLDERS, self.reporter)
        walk.run(self.system.data_folders(), self._visit, skip)
        if walk.truncated:
            self.warnings.append(
                Message(
                    "This computer holds more folders than are looked into at once, so that not"
                    " every app was looked for. A search of the whole disk finds them all; a folder"
                    " that you name is always looked into."
                )
            )
        self._tell_unreadable(walk)

    def search_whole_disk(self, skip: Set[str]) -> None:
        starts, aside = self.system.whole_disk()
        walk = Walk(WHOLE_DISK, self.reporter)
        walk.run(starts, self._visit, skip | aside)
        self._tell_unreadable(walk)

    def _tell_unreadable(self, walk: Walk) -> None:
        if walk.unreadable:
            folder, error = walk.unreadable[0]
            self.warnings.append(
                Message(
                    "{count:,} folders may not be looked into, first of all {path}: {reason}",
                    count=len(walk.unreadable),
                    path=folder,
                    reason=error.strerror or str(error),
                )
            )

    def _visit(self, path: str, names: dict[str, os.DirEntry[str]], _: int) -> Set[str] | None:
        """Add the profile that the folder is by its names."""
        folder = Path(path)
        if "Local Storage" in names or "LocalStorage" in names:
            browser = self._app_browser(folder, Engine.CHROMIUM)
            if self._add_profile(browser, folder):
                return CHROMIUM_INTERNAL
        has_firefox_names = "storage" in names or "webappsstore.sqlite" in names
        if has_firefox_names and self._add_profile(
            self._app_browser(folder, Engine.FIREFOX), folder
        ):
            return None
        root = webkit_root(folder, self.lister)
        if root and self._add_profile(self._app_browser(root, Engine.WEBKIT), root):
            return WEBKIT_FOLDERS
        return frozenset()

    def _app_browser(self, folder: Path, engine: Engine) -> Browser:
        """The registry's browser in whose root the folder lies, else an app."""
        known = self._known_browser(folder, engine)
        if known:
            return known
        kinds = {
            Engine.CHROMIUM: "chromium-app",
            Engine.FIREFOX: "firefox-app",
            Engine.WEBKIT: "webkit-app",
        }
        parts = set(folder.parts)
        kind = "webview2" if "EBWebView" in parts else kinds[engine]
        return Browser("qtwebengine" if "QtWebEngine" in parts else kind, "", engine)

    def leave_old_revisions(self) -> None:
        """A snap keeps whole copies of its data for former revisions: only the present one counts,
        since what was deleted since must not come back."""
        by_place: dict[tuple[Path, Path], list[Path]] = {}
        for folder in self.candidates:
            revision = next((up for up in folder.parents if _is_snap_revision(up)), None)
            if revision:
                place = (revision.parent, folder.relative_to(revision))
                by_place.setdefault(place, []).append(revision)
        for (snap, below), revisions in by_place.items():
            current = _real_path(snap / "current")
            present = max(revisions, key=lambda revision: (revision == current, int(revision.name)))
            for revision in revisions:
                if revision != present:
                    self.candidates[revision / below].is_old_revision = True

    def _add_by_content(self, folder: Path, *, explicit: bool) -> bool:
        """Add what the folder is; whether that decides it, so that nothing below matters."""
        names = self.lister.entries(folder)
        if "profiles.ini" in names and self.add_root(self._firefox(folder), folder):
            return True
        if "Local State" in names or "Local Storage" in names or "LocalStorage" in names:
            chromium = self._browser(folder, Engine.CHROMIUM)
            patterns = (*CHROMIUM_PROFILES, *ELECTRON_PROFILES)
            if self.add_root(replace(chromium, profiles=patterns), folder):
                return True
        if self._add_profile(self._firefox(folder), folder):
            return True
        # Only now: in the root of a profile some programs keep a LevelDB of their own.
        if _is_leveldb(folder, explicit=explicit):
            return self._add_store(folder, StoreFormat.CHROMIUM_LEVELDB)
        if self._add_profile(self._browser(folder, Engine.WEBKIT), folder):
            return True
        for name, entry in names.items():
            if entry.is_file(follow_symlinks=False) and not name.endswith(_SIDE_FILES):
                self.add_file(folder / name)
        return False

    def add_file(self, path: Path) -> None:
        """Add the store that the SQLite file is, if it is one."""
        try:
            store_format = detect_format.detect_sqlite_format(path)
        except OSError as error:
            self.lister.record_unreadable(path, error)
            return
        if store_format:
            self._add_store(path, store_format)

    def _add_store(self, path: Path, store_format: StoreFormat) -> bool:
        store = locate_store(path, store_format)
        if store is None:
            return False
        folder = _profile_folder(path, store_format)
        candidate = _ProfileCandidate(
            self._browser(folder, ENGINE_BY_FORMAT[store_format]), folder, "", []
        )
        candidate = self.candidates.setdefault(_real_path(folder), candidate)
        if store not in candidate.locations:
            candidate.locations.append(store)
        return True

    def _firefox(self, folder: Path) -> Browser:
        return self._browser(folder, Engine.FIREFOX)

    def _browser(self, folder: Path, engine: Engine) -> Browser:
        """The registry's browser in whose root the folder lies, else a nameless one."""
        return self._known_browser(folder, engine) or Browser(
            "other", _UNKNOWN_BROWSER_NAMES[engine], engine
        )

    def _known_browser(self, folder: Path, engine: Engine) -> Browser | None:
        for root in (folder, *folder.parents):
            known = self.known_roots.get(root)
            if known and known.engine is engine:
                return known
        return None

    # ---- the result -----------------------------------------------------------------------------

    def _build_profile(self, candidate: _ProfileCandidate) -> FoundProfile:
        folder, locations = candidate.folder, candidate.locations
        info = self._profile_info(folder) if candidate.browser.engine is Engine.CHROMIUM else None
        used: list[datetime] = [store.modified for store in locations]
        if info and info.last_active:
            used.append(info.last_active)
        profile = Profile(
            browser=candidate.browser.id,
            browser_name=candidate.browser.name
            or self.app_names.name(folder, candidate.browser.engine),
            name=self._group_name(candidate)
            or candidate.name
            or (info.name if info else "")
            or _profiles_ini_name(folder)
            or folder.name,
            path=folder,
            last_used=max(used),
            running=is_browser_running(candidate.browser, folder, locations),
        )
        inactive = self._inactive_backend(profile, locations)
        stores = tuple(
            Store(
                profile,
                store.format,
                store.path,
                store.size,
                store.modified,
                is_active=store is not inactive and not candidate.is_old_revision,
            )
            for store in locations
        )
        return FoundProfile(profile, stores)

    def _group_name(self, candidate: _ProfileCandidate) -> str:
        """What Firefox's own database of profiles calls it, which is newer than profiles.ini."""
        if candidate.browser.engine is not Engine.FIREFOX:
            return ""
        for root in candidate.folder.parents[:2]:
            if root not in self.profile_groups:
                self.profile_groups[root] = read_profile_groups(root, self.lister)
            if name := self.profile_groups[root].get(candidate.folder):
                return name
        return ""

    def _profile_info(self, folder: Path) -> ProfileInfo | None:
        if folder.parent not in self.local_states:
            self.local_states[folder.parent] = read_local_state(folder.parent)
        return self.local_states[folder.parent].get(folder.name)

    def _inactive_backend(
        self, profile: Profile, locations: Sequence[StoreLocation]
    ) -> StoreLocation | None:
        inactive, reason = find_inactive_backend(locations)
        if inactive and reason:
            names = {
                StoreFormat.CHROMIUM_LEVELDB: "LevelDB",
                StoreFormat.CHROMIUM_SQLITE: "SQLite",
            }
            used = next(store for store in locations if store is not inactive)
            self.warnings.append(
                Message(
                    "{browser}, profile {profile}: two local storages hold data. "
                    "The one in {used} is taken since {reason}; to read the other "
                    "one, name it: {path}",
                    browser=profile.browser_name,
                    profile=profile.name,
                    used=names[used.format],
                    reason=reason,
                    path=str(inactive.path),
                )
            )
        return inactive


def _is_snap_revision(folder: Path) -> bool:
    return folder.name.isdigit() and folder.parent.parent.name == "snap"


def _real_path(path: Path) -> Path:
    # Unlike Path.resolve() this bears a loop of links.
    return Path(os.path.realpath(path))


def _is_leveldb(folder: Path, *, explicit: bool) -> bool:
    try:
        # Deeper down lie Chromium's many other LevelDBs, which only their keys tell apart.
        known = explicit or folder.parent.name == "Local Storage"
        return detect_format.is_leveldb(folder) and (
            known or detect_format.has_localstorage_areas(folder)
        )
    except OSError:
        return False


def _profile_folder(path: Path, store_format: StoreFormat) -> Path:
    """The profile to which a store found by itself belongs, if it lies where such stores lie."""
    depths = {
        StoreFormat.CHROMIUM_LEVELDB: ("Local Storage/leveldb", 1),
        StoreFormat.FIREFOX: ("storage/default/*/ls/data.sqlite", 4),
        StoreFormat.FIREFOX_LEGACY: ("storage/ls-archive.sqlite", 1),
        StoreFormat.WEBKIT: ("LocalStorage/localstorage.sqlite3", 3),
    }
    usual, depth = depths.get(store_format, ("", 0))
    if usual and path.match(usual) and len(path.parents) > depth:
        return path.parents[depth]
    return path if store_format is StoreFormat.CHROMIUM_LEVELDB else path.parent


def _profiles_ini_name(folder: Path) -> str:
    """What the profiles.ini above calls a Firefox profile."""
    for root in folder.parents[:2]:
        for listed in read_profiles_ini(root):
            if _real_path(listed.path) == _real_path(folder):
                return listed.name
    return ""
