"""Which files make up a store. Links are no part of one: nothing is followed out of it."""

import os
import re
import stat
from pathlib import Path

from desktop_migrator.model import StoreFormat

LEVELDB_FILE = re.compile(r"CURRENT|MANIFEST-\d+|\d+\.(?:ldb|sst|log)")
"""The files that hold a LevelDB's state; `LOCK` and the text logs `LOG*` hold none."""

SQLITE_SIDE_FILES = ("-wal", "-journal")
"""What SQLite keeps beside a file until it is brought in. `-shm` is an index into the first."""


def store_files(path: Path, store_format: StoreFormat) -> dict[str, os.stat_result]:
    """The store's regular files by name, all of one folder. Raises OSError."""
    if store_format is StoreFormat.CHROMIUM_LEVELDB:
        with os.scandir(path) as entries:
            found = {
                entry.name: _lstat(path / entry.name)
                for entry in entries
                if LEVELDB_FILE.fullmatch(entry.name)
            }
    else:
        names = (path.name, *(path.name + side for side in SQLITE_SIDE_FILES))
        found = {name: _lstat(path.with_name(name)) for name in names}
    return {name: facts for name, facts in sorted(found.items()) if facts is not None}


def _lstat(path: Path) -> os.stat_result | None:
    # Not DirEntry.stat(): on Windows that is a directory's stale idea of an open file.
    try:
        facts = path.lstat()
    except FileNotFoundError:
        return None
    return facts if stat.S_ISREG(facts.st_mode) else None
