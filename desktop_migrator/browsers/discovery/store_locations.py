"""Where the stores of one profile lie, by its engine, and which of two backends is in use.

Which of Chromium's two backends is in use, when a profile has both: the only one that holds data;
else the one that a process holds locked; else the one written last; else SQLite, towards which
Chromium migrates.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from desktop_migrator.browsers.discovery import detect_format
from desktop_migrator.browsers.discovery.registry import BROWSERS, WEBKIT_STORES, Browser, Engine
from desktop_migrator.browsers.discovery.running_browsers import (
    chromium_running,
    firefox_running,
    lock_held,
    webkit_running,
)
from desktop_migrator.browsers.discovery.safe_listing import FolderLister
from desktop_migrator.browsers.store_files import lies_within, store_files
from desktop_migrator.messages import NOTHING, Message
from desktop_migrator.model import Profile, Store, StoreFormat

ENGINE_BY_FORMAT = {
    StoreFormat.CHROMIUM_LEVELDB: Engine.CHROMIUM,
    StoreFormat.CHROMIUM_SQLITE: Engine.CHROMIUM,
    StoreFormat.FIREFOX: Engine.FIREFOX,
    StoreFormat.FIREFOX_LEGACY: Engine.FIREFOX,
    StoreFormat.WEBKIT: Engine.WEBKIT,
    StoreFormat.NODE: Engine.RUNTIME,
    StoreFormat.DENO: Engine.RUNTIME,
}

OLD_CHROMIUM_FOLDER = "Local Storage"
OLD_CHROMIUM_STORES = f"{OLD_CHROMIUM_FOLDER}/*.localstorage"
"""Of before Chromium 60, in WebKit's format."""

WEBKIT_FOLDERS = frozenset({"LocalStorage", "localstorage", "local_storage"})
"""What WebKit's folders of stores are called."""


@dataclass(frozen=True, slots=True)
class StoreLocation:
    """A store before its profile is known."""

    path: Path
    format: StoreFormat
    size: int
    modified: datetime

    @property
    def lock_file(self) -> Path:
        """The file that a process holds locked while it has the store open."""
        is_folder = self.format is StoreFormat.CHROMIUM_LEVELDB
        return self.path / "LOCK" if is_folder else self.path


def locate_store(path: Path, store_format: StoreFormat) -> StoreLocation | None:
    """The store there; None if there is not a byte of one."""
    try:
        files = store_files(path, store_format).values()
    except OSError:
        return None
    size = sum(facts.st_size for facts in files)
    if not size:
        return None
    modified = max(facts.st_mtime for facts in files)
    return StoreLocation(path, store_format, size, _mtime(modified))


def _mtime(seconds: float) -> datetime:
    """A file's time; 1970 for what no calendar holds, since file systems keep such times too."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)


def find_stores(engine: Engine, folder: Path, lister: FolderLister) -> list[StoreLocation]:
    """The stores that lie in the folder as in a profile of that engine.

    What a link in the profile leads elsewhere is told to the lister, and left.
    """
    finders = {
        Engine.CHROMIUM: _find_chromium_stores,
        Engine.FIREFOX: _find_firefox_stores,
        Engine.WEBKIT: _find_webkit_stores,
    }
    inside = []
    for store in finders[engine](folder, lister):
        if lies_within(store.path, folder):
            inside.append(store)
        else:
            lister.record_link(store.path)
    return inside


def _find_chromium_stores(folder: Path, lister: FolderLister) -> list[StoreLocation]:
    names = lister.entries(folder)
    found: list[StoreLocation | None] = []
    leveldb, sqlite = folder / "Local Storage" / "leveldb", folder / "LocalStorage"
    if "Local Storage" in names and lister.entries(leveldb):
        found.append(locate_store(leveldb, StoreFormat.CHROMIUM_LEVELDB))
    if "LocalStorage" in names and _detect_format(sqlite, lister) is StoreFormat.CHROMIUM_SQLITE:
        found.append(locate_store(sqlite, StoreFormat.CHROMIUM_SQLITE))
    if "Local Storage" in names:
        found += [
            locate_store(path, StoreFormat.WEBKIT)
            for path, _ in lister.glob(folder, OLD_CHROMIUM_STORES)
        ]
    return [store for store in found if store]


def _find_firefox_stores(folder: Path, lister: FolderLister) -> list[StoreLocation]:
    names = lister.entries(folder)
    found: list[StoreLocation | None] = []
    if "storage" in names:
        found += [
            locate_store(path, StoreFormat.FIREFOX)
            for path, _ in lister.glob(folder, "storage/default/*/ls/data.sqlite")
        ]
    for path in (folder / "storage" / "ls-archive.sqlite", folder / "webappsstore.sqlite"):
        legacy = locate_store(path, StoreFormat.FIREFOX_LEGACY)
        if legacy and detect_format.has_rows(path, "webappsstore2"):
            found.append(legacy)
    return [store for store in found if store]


def _find_webkit_stores(folder: Path, lister: FolderLister) -> list[StoreLocation]:
    found = (
        locate_store(path, StoreFormat.WEBKIT)
        for pattern in WEBKIT_STORES
        for path, _ in lister.glob(folder, pattern)
    )
    return [store for store in found if store]


def webkit_root(folder: Path, lister: FolderLister) -> Path | None:
    """The WebKit data folder to which the stores in the folder, or right below it, belong."""
    for pattern in ("*.localstorage", *(f"{name}/*" for name in sorted(WEBKIT_FOLDERS))):
        for path, _ in lister.glob(folder, pattern):
            if path.suffix == ".localstorage" or path.name == "localstorage.sqlite3":
                return _above_webkit_store(path)
    return None


def _above_webkit_store(path: Path) -> Path:
    """The folder from which the longest of the usual ways leads to the store."""
    ways = [pattern.removeprefix("./") for pattern in WEBKIT_STORES]
    for way in sorted(ways, key=lambda way: -way.count("/")):
        depth = way.count("/")
        if path.match(way) and len(path.parents) > depth:
            return path.parents[depth]
    return path.parent


def _detect_format(path: Path, lister: FolderLister) -> StoreFormat | None:
    try:
        return detect_format.detect_sqlite_format(path)
    except OSError as error:
        lister.record_unreadable(path, error)
        return None


def is_browser_running(browser: Browser, folder: Path, locations: Sequence[StoreLocation]) -> bool:
    """Whether a process holds the profile or one of its stores now."""
    if any(lock_held(store.lock_file) for store in locations):
        return True
    if browser.engine is Engine.CHROMIUM:
        # The user-data folder is the profile's parent, itself, or two up from a partition.
        return any(chromium_running(root) for root in (folder, *folder.parents[:2]))
    if browser.engine is Engine.RUNTIME:
        return False
    if browser.engine is Engine.FIREFOX:
        return firefox_running(folder)
    return webkit_running(folder, browser.processes)


def is_profile_running(profile: Profile, stores: Sequence[Store]) -> bool:
    """Whether a process holds the profile or one of these stores, of which it has some, now."""
    known = next((browser for browser in BROWSERS if browser.id == profile.browser), None)
    browser = known or Browser(
        profile.browser, profile.browser_name, ENGINE_BY_FORMAT[stores[0].format]
    )
    there = [locate_store(store.path, store.format) for store in stores]
    return is_browser_running(browser, profile.path, [each for each in there if each])


def find_inactive_backend(
    locations: Sequence[StoreLocation],
) -> tuple[StoreLocation | None, Message]:
    """The inactive backend, if there are two, and why the other one is in use.

    The reason is empty where nothing is lost by leaving it.
    """
    by_format = {store.format: store for store in locations}
    leveldb = by_format.get(StoreFormat.CHROMIUM_LEVELDB)
    sqlite = by_format.get(StoreFormat.CHROMIUM_SQLITE)
    if leveldb is None or sqlite is None:
        return None, NOTHING
    if not detect_format.leveldb_has_data(leveldb.path):
        return leveldb, NOTHING
    if not detect_format.has_rows(sqlite.path, "map_entries"):
        return sqlite, NOTHING
    held = [store for store in (leveldb, sqlite) if lock_held(store.lock_file)]
    if len(held) == 1:
        return (leveldb if held[0] is sqlite else sqlite), Message("the browser has it open")
    if leveldb.modified != sqlite.modified:
        return min(leveldb, sqlite, key=lambda store: store.modified), Message(
            "it was written last"
        )
    return leveldb, Message("the browser moves data towards it")
