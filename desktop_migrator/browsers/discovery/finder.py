"""Gathers the folders that are profiles: where a browser keeps them, or by what lies in them."""

import os
from collections.abc import Set
from dataclasses import dataclass, field, replace
from pathlib import Path

from desktop_migrator.browsers.discovery import detect_format
from desktop_migrator.browsers.discovery.candidates import (
    ProfileCandidate,
    profile_folder,
    real_path,
    store_engine,
)
from desktop_migrator.browsers.discovery.found import Discovery
from desktop_migrator.browsers.discovery.os_folders import System
from desktop_migrator.browsers.discovery.profile_builder import ProfileBuilder
from desktop_migrator.browsers.discovery.profile_names import read_profiles_ini
from desktop_migrator.browsers.discovery.registry import (
    CHROMIUM_INTERNAL,
    CHROMIUM_PROFILES,
    ELECTRON_PROFILES,
    INTERNAL_PROFILES,
    RUNTIMES,
    Browser,
    Engine,
)
from desktop_migrator.browsers.discovery.safe_listing import FolderLister
from desktop_migrator.browsers.discovery.search import BELOW_DATA_FOLDERS, WHOLE_DISK, Walk
from desktop_migrator.browsers.discovery.store_locations import (
    OLD_CHROMIUM_FOLDER,
    WEBKIT_FOLDERS,
    find_stores,
    locate_store,
    webkit_root,
)
from desktop_migrator.messages import Message
from desktop_migrator.model import StoreFormat
from desktop_migrator.reporter import NullReporter, Reporter

SILENT = NullReporter()
_CONTENT_DEPTH = 3
"""Levels below a folder given by hand at which files of any name are looked into."""
_SIDE_FILES = ("-wal", "-shm", "-journal")
_UNKNOWN_BROWSER_NAMES = {
    Engine.CHROMIUM: "A browser like Chrome",
    Engine.FIREFOX: "A browser like Firefox",
    Engine.WEBKIT: "A browser like Safari",
}


@dataclass
class Finder:
    system: System
    reporter: Reporter = SILENT
    lister: FolderLister = field(default_factory=FolderLister)
    known_roots: dict[Path, Browser] = field(default_factory=dict)
    candidates: dict[Path, ProfileCandidate] = field(default_factory=dict)
    warnings: list[Message] = field(default_factory=list)

    def discovery(self) -> Discovery:
        builder = ProfileBuilder(self.system, self.lister)
        profiles = tuple(map(builder.build, self.candidates.values()))
        warnings = (*self.warnings, *builder.warnings)
        return Discovery(profiles, self.lister.unreadable, warnings)

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
        if real_path(folder).is_relative_to(real_path(root)):
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
                real_path(folder), ProfileCandidate(browser, folder, name, locations)
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
        is_webkits = folder.name != OLD_CHROMIUM_FOLDER
        if is_webkits and self._add_profile(self._browser(folder, Engine.WEBKIT), folder):
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
        folder = profile_folder(path, store_format)
        browser = RUNTIMES.get(store_format) or self._browser(
            folder, store_engine(path, store_format)
        )
        candidate = ProfileCandidate(browser, folder, "", [])
        candidate = self.candidates.setdefault(real_path(folder), candidate)
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


def _is_leveldb(folder: Path, *, explicit: bool) -> bool:
    try:
        # Deeper down lie Chromium's many other LevelDBs, which only their keys tell apart.
        known = explicit or folder.parent.name == "Local Storage"
        return detect_format.is_leveldb(folder) and (
            known or detect_format.has_localstorage_areas(folder)
        )
    except OSError:
        return False
