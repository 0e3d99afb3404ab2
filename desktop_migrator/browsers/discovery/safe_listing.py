"""Looking into folders that may be unreadable, endless or damaged, without ever failing."""

import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from desktop_migrator.messages import Message

MAX_ENTRIES = 100_000
"""Entries of one folder that are looked at; a browser's own folders hold a few thousand."""

_INVALID_NAME = 123
"""Windows' code for a name that no folder can have; wine's also for what is a file."""


@dataclass(frozen=True, slots=True)
class UnreadablePath:
    """A folder or file that may hold browser storage and could not be looked into."""

    path: Path
    reason: str | Message


class FolderLister:
    def __init__(self) -> None:
        self._unreadable: dict[Path, UnreadablePath] = {}

    @property
    def unreadable(self) -> tuple[UnreadablePath, ...]:
        return tuple(self._unreadable.values())

    def record_unreadable(self, path: Path, error: OSError | ValueError) -> None:
        reason = getattr(error, "strerror", None) or str(error)
        self._unreadable.setdefault(path, UnreadablePath(path, reason))

    def record_link(self, path: Path) -> None:
        """What is not read since it lies elsewhere, perhaps with what is somebody else's."""
        reason = Message("a link leads out of the profile, and is not followed")
        self._unreadable.setdefault(path, UnreadablePath(path, reason))

    def entries(self, folder: Path) -> dict[str, os.DirEntry[str]]:
        """The folder's entries by name, sorted; none if there is no such folder."""
        try:
            with os.scandir(folder) as entries:
                found = list(itertools.islice(entries, MAX_ENTRIES))
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except OSError as error:
            if getattr(error, "winerror", None) != _INVALID_NAME:
                self.record_unreadable(folder, error)
            return {}
        return {entry.name: entry for entry in sorted(found, key=lambda entry: entry.name)}

    def glob(self, base: Path, pattern: str) -> Iterator[tuple[Path, str]]:
        """Paths below `base` that may exist, each with what the pattern's last `*` stands for.

        Only names with `*` are looked up: a path without any is given back as it stands.
        """
        first, _, rest = pattern.partition("/")
        if "*" in first:
            names = [name for name in self.entries(base) if fnmatchcase(name, first)]
        else:
            names = [first]
        for name in names:
            starred = name if "*" in first else ""
            if not rest:
                yield base / name, starred
                continue
            for path, deeper in self.glob(base / name, rest):
                yield path, deeper or starred
