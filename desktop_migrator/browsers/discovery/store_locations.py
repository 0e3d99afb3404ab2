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
from desktop_migrator.browsers.discovery.safe_listing import Folders
from desktop_migrator.browsers.store_files import store_files
from desktop_migrator.model import Profile, Store, StoreFormat

ENGINES = {
    StoreFormat.CHROMIUM_LEVELDB: Engine.CHROMIUM,
    StoreFormat.CHROMIUM_SQLITE: Engine.CHROMIUM,
    StoreFormat.FIREFOX: Engine.FIREFOX,
    StoreFormat.FIREFOX_LEGACY: Engine.FIREFOX,
    StoreFormat.WEBKIT: Engine.WEBKIT,
}


@dataclass(frozen=True, slots=True)
class Place:
    """A store before its profile is known."""

    path: Path
    format: StoreFormat
    size: int
    modified: datetime

    @property
    def lock(self) -> Path:
        """The file that a process holds locked while it has the store open."""
        is_folder = self.format is StoreFormat.CHROMIUM_LEVELDB
        return self.path / "LOCK" if is_folder else self.path


def place(path: Path, store_format: StoreFormat) -> Place | None:
    """The store there; None if there is not a byte of one."""
    try:
        files = store_files(path, store_format).values()
    except OSError:
        return None
    size = sum(facts.st_size for facts in files)
    if not size:
        return None
    modified = max(facts.st_mtime for facts in files)
    return Place(path, store_format, size, _moment(modified))


def _moment(seconds: float) -> datetime:
    """A file's time; 1970 for what no calendar holds, since file systems keep such times too."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)


def stores_of(engine: Engine, folder: Path, folders: Folders) -> list[Place]:
    """The stores that lie in the folder as in a profile of that engine."""
    finders = {
        Engine.CHROMIUM: _chromium,
        Engine.FIREFOX: _firefox,
        Engine.WEBKIT: _webkit,
    }
    return finders[engine](folder, folders)


def _chromium(folder: Path, folders: Folders) -> list[Place]:
    names = folders.entries(folder)
    found: list[Place | None] = []
    leveldb, sqlite = folder / "Local Storage" / "leveldb", folder / "LocalStorage"
    if "Local Storage" in names and folders.entries(leveldb):
        found.append(place(leveldb, StoreFormat.CHROMIUM_LEVELDB))
    if "LocalStorage" in names and _format(sqlite, folders) is StoreFormat.CHROMIUM_SQLITE:
        found.append(place(sqlite, StoreFormat.CHROMIUM_SQLITE))
    return [store for store in found if store]


def _firefox(folder: Path, folders: Folders) -> list[Place]:
    names = folders.entries(folder)
    found: list[Place | None] = []
    if "storage" in names:
        found += [
            place(path, StoreFormat.FIREFOX)
            for path, _ in folders.glob(folder, "storage/default/*/ls/data.sqlite")
        ]
    for path in (folder / "storage" / "ls-archive.sqlite", folder / "webappsstore.sqlite"):
        legacy = place(path, StoreFormat.FIREFOX_LEGACY)
        if legacy and detect_format.holds_rows(path, "webappsstore2"):
            found.append(legacy)
    return [store for store in found if store]


def _webkit(folder: Path, folders: Folders) -> list[Place]:
    found = (
        place(path, StoreFormat.WEBKIT)
        for pattern in WEBKIT_STORES
        for path, _ in folders.glob(folder, pattern)
    )
    return [store for store in found if store]


def _format(path: Path, folders: Folders) -> StoreFormat | None:
    try:
        return detect_format.sqlite_format(path)
    except OSError as error:
        folders.report(path, error)
        return None


def running(browser: Browser, folder: Path, places: Sequence[Place]) -> bool:
    """Whether a process holds the profile or one of its stores now."""
    if any(lock_held(store.lock) for store in places):
        return True
    if browser.engine is Engine.CHROMIUM:
        # The user-data folder is the profile's parent, itself, or two up from a partition.
        return any(chromium_running(root) for root in (folder, *folder.parents[:2]))
    if browser.engine is Engine.FIREFOX:
        return firefox_running(folder)
    return webkit_running(folder, browser.processes)


def is_running(profile: Profile, stores: Sequence[Store]) -> bool:
    """Whether a process holds the profile or one of these stores, of which it has some, now."""
    known = next((browser for browser in BROWSERS if browser.id == profile.browser), None)
    browser = known or Browser(profile.browser, profile.browser_name, ENGINES[stores[0].format])
    there = [place(store.path, store.format) for store in stores]
    return running(browser, profile.path, [each for each in there if each])


def settle_backends(places: Sequence[Place]) -> tuple[Place | None, str]:
    """The backend left behind, if there are two, and why the other one is in use.

    The reason is empty where nothing is lost by leaving it.
    """
    by_format = {store.format: store for store in places}
    leveldb = by_format.get(StoreFormat.CHROMIUM_LEVELDB)
    sqlite = by_format.get(StoreFormat.CHROMIUM_SQLITE)
    if leveldb is None or sqlite is None:
        return None, ""
    if not detect_format.leveldb_holds_data(leveldb.path):
        return leveldb, ""
    if not detect_format.holds_rows(sqlite.path, "map_entries"):
        return sqlite, ""
    held = [store for store in (leveldb, sqlite) if lock_held(store.lock)]
    if len(held) == 1:
        return (leveldb if held[0] is sqlite else sqlite), "the browser has it open"
    if leveldb.modified != sqlite.modified:
        return min(leveldb, sqlite, key=lambda store: store.modified), "it was written last"
    return leveldb, "the browser moves data towards it"
