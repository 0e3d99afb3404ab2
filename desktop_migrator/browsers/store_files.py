"""Which files make up a store, and the way to them.

Links are no part of a store, and none is followed out of a profile: not to read what is not this
person's, nor to write there. Pipes and devices would have a reader wait for ever.
"""

import errno
import os
import re
import stat
from pathlib import Path
from typing import BinaryIO

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


def lies_within(path: Path, folder: Path) -> bool:
    """Whether no link on the way leads from the folder elsewhere, nor is the path one itself.

    What is not there yet lies where it would be.
    """
    parent = Path(os.path.realpath(path.parent))
    return parent.is_relative_to(os.path.realpath(folder)) and not path.is_symlink()


def open_regular(path: Path) -> BinaryIO:
    """The file to read; OSError if it is a link, a pipe, a folder or another thing."""
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0)
    flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    descriptor = os.open(path, flags)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is not a regular file", str(path))
    return os.fdopen(descriptor, "rb")


def read_start(path: Path, length: int) -> bytes:
    """The file's first bytes, as many as that at most. Raises OSError as `open_regular`."""
    with open_regular(path) as file:
        return file.read(length)


def _lstat(path: Path) -> os.stat_result | None:
    # Not DirEntry.stat(): on Windows that is a directory's stale idea of an open file.
    try:
        facts = path.lstat()
    except FileNotFoundError:
        return None
    return facts if stat.S_ISREG(facts.st_mode) else None
