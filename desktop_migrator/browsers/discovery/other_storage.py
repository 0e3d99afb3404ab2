"""What else than localStorage a web site keeps in a profile: told, not read.

- Chromium: `IndexedDB/<scheme>_<host>_<port>.indexeddb.leveldb` and `.blob`, port 0 for the usual
  one; `Service Worker/CacheStorage/<hash>/index.txt`, which names its origin; the origin private
  file system in `File System/<number>`, whose LevelDB `Origins` has `ORIGIN:<scheme>_<host>_<port>`
  = `<number>` (content/browser/indexed_db/file_path_util.cc, cache_storage_manager.cc,
  storage/browser/file_system/sandbox_origin_database.cc).
- Firefox: `storage/default/<origin>/` with `idb`, `cache` and `fs`, the origin private file system
  (dom/quota).
"""

import os
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from desktop_migrator.browsers.budget import Budget
from desktop_migrator.browsers.discovery.safe_listing import FolderLister
from desktop_migrator.browsers.leveldb.salvage import salvage
from desktop_migrator.browsers.store_files import lies_within
from desktop_migrator.errors import StorageError
from desktop_migrator.messages import Message
from desktop_migrator.model import Profile

_MAX_FILES = 20_000
_MAX_INDEX_BYTES = 2**20
_CHROMIUM_NAME = re.compile(
    r"(?P<scheme>https?)_(?P<host>.+)_(?:0|(?P<port>[0-9]{1,5}))\.indexeddb\.(?:leveldb|blob)"
)
_FIREFOX_NAME = re.compile(r"(?P<scheme>https?)\+\+\+(?P<host>[^+^]+)(?:\+(?P<port>[0-9]{1,5}))?")
_FIREFOX_KINDS = {"idb": "IndexedDB", "cache": "Cache storage", "fs": "OPFS"}


@dataclass(frozen=True, slots=True)
class OtherStorage:
    profile: Profile
    origin: str
    kind: str
    """As developers call it: IndexedDB, Cache storage, OPFS."""
    size: int
    """Bytes on the disk, of the first 20,000 files."""
    modified: datetime

    @property
    def message(self) -> Message:
        return Message(
            "{browser}, profile {profile}: {origin} keeps {size:,.1f} KB in {kind}, last written on"
            " {day:%Y-%m-%d}. This program reads localStorage alone: if the app has moved its data"
            " there, ask its makers for a way to export it.",
            browser=self.profile.browser_name,
            profile=self.profile.name,
            origin=self.origin,
            size=self.size / 1024,
            kind=self.kind,
            day=self.modified,
        )


def find_other_storage(profile: Profile, origin: str) -> list[OtherStorage]:
    """What the profile holds of the origin besides localStorage, by kind. Never fails."""
    found = []
    for kind, folders in _folders(profile.path, origin).items():
        files = [facts for folder in folders for facts in _files(folder)]
        size = sum(facts.st_size for facts in files)
        if size:
            newest = max(facts.st_mtime for facts in files)
            modified = datetime.fromtimestamp(min(max(newest, 0), 2**33), UTC)
            found.append(OtherStorage(profile, origin, kind, size, modified))
    return found


def sites_elsewhere(profile: Profile) -> set[str]:
    """Origins that have IndexedDB, or in Firefox anything, in the profile, by their folders."""
    lister = FolderLister()
    found = {
        match
        for pattern, form in (("IndexedDB/*", _CHROMIUM_NAME), ("storage/default/*", _FIREFOX_NAME))
        for folder, _ in lister.glob(profile.path, pattern)
        if (match := form.fullmatch(folder.name))
    }
    return {
        f"{each['scheme']}://{each['host']}" + (f":{each['port']}" if each["port"] else "")
        for each in found
    }


def _folders(profile: Path, origin: str) -> dict[str, list[Path]]:
    lister, parts = FolderLister(), urlsplit(origin)
    try:
        port = parts.port or 0
    except ValueError:
        return {}
    name = f"{parts.scheme}_{parts.hostname or ''}_{port}"
    indexed_db = profile / "IndexedDB"
    folders = {
        "OPFS": _chromium_file_system(profile, name, lister),
        "IndexedDB": [indexed_db / f"{name}.indexeddb.{part}" for part in ("leveldb", "blob")],
        "Cache storage": [
            index.parent
            for index, _ in lister.glob(profile, "Service Worker/CacheStorage/*/index.txt")
            if f"{origin}/".encode() in _head(index)
        ],
    }
    area = profile / "storage" / "default" / origin.replace(":", "+").replace("/", "+")
    for folder, kind in _FIREFOX_KINDS.items():
        folders.setdefault(kind, []).append(area / folder)
    return folders


def _chromium_file_system(profile: Path, name: str, lister: FolderLister) -> list[Path]:
    """Where the bytes of the site's files lie; beside them are the lists of their names."""
    root = profile / "File System"
    origins = root / "Origins"
    if not lister.entries(origins) or not lies_within(origins, profile):
        return []
    key = b"ORIGIN:" + name.encode()
    try:
        check = Budget("Origins").check
        with closing(salvage(origins, lambda *_: None, lambda *_: None, check)) as found:
            number = dict(found.entries()).get(key, b"").decode("latin-1")
    except (OSError, ValueError, StorageError):
        return []
    if not number.isdigit():
        return []
    return [folder for folder, _ in lister.glob(root, f"{number}/*/*") if folder.name.isdigit()]


def _files(folder: Path) -> Iterator[os.stat_result]:
    seen = 0
    for place, _, names in os.walk(folder):
        for name in names:
            seen += 1
            if seen > _MAX_FILES:
                return
            try:
                yield (Path(place) / name).lstat()
            except OSError:
                continue


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_MAX_INDEX_BYTES)
    except OSError:
        return b""
