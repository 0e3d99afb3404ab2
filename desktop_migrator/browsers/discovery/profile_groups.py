"""The names of Firefox's profile groups.

With the profile selector (Firefox 138 on) profiles.ini has one entry for a group, whose `StoreID`
names a database `Profile Groups/<StoreID>.sqlite` beside it; its table `Profiles` has each
profile's folder and name (toolkit/profile's nsToolkitProfileService and SelectableProfileService).
It may lie in its write-ahead log alone, so that a private copy is opened.
"""

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from desktop_migrator.browsers.discovery.safe_listing import FolderLister
from desktop_migrator.browsers.store_files import store_files
from desktop_migrator.model import StoreFormat

_MAX_BYTES = 16 * 2**20
_MAX_PROFILES = 1000


def read_profile_groups(root: Path, lister: FolderLister) -> dict[Path, str]:
    """Names by profile folder; empty where there are no groups. Never fails."""
    names: dict[Path, str] = {}
    for path, _ in lister.glob(root, "Profile Groups/*.sqlite"):
        try:
            names |= {root / folder: name for folder, name in _read(path)}
        except (OSError, sqlite3.Error, ValueError):
            continue
    return names


def _read(path: Path) -> list[tuple[str, str]]:
    files = store_files(path, StoreFormat.FIREFOX)
    if sum(facts.st_size for facts in files.values()) > _MAX_BYTES:
        return []
    with tempfile.TemporaryDirectory(prefix="desktop-migrator-") as private:
        for name in files:
            (Path(private) / name).write_bytes(path.with_name(name).read_bytes())
        with closing(sqlite3.connect(Path(private) / path.name)) as connection:
            connection.execute("PRAGMA trusted_schema=OFF")
            rows = connection.execute(
                "SELECT path, name FROM Profiles LIMIT ?", (_MAX_PROFILES,)
            ).fetchall()
    return [(str(folder), str(name)) for folder, name in rows if folder and name]
