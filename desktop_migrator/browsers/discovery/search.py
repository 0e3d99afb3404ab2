"""Walking through folders in search of places where programs keep web storage.

A place is known by the names in its listing alone, so that most folders cost one look. Symbolic
links and Windows' junctions are not followed. A bounded walk goes level by level, so that what a
limit cuts off lies deepest; one without limits goes branch by branch, which needs little memory.
"""

import os
import stat
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from desktop_migrator.browsers.discovery.safe_listing import MAX_ENTRIES
from desktop_migrator.errors import Cancelled
from desktop_migrator.reporter import Reporter, Stage

SIGNS = frozenset(
    {
        "Local Storage",
        "LocalStorage",
        "localstorage",
        "local_storage",
        "storage",
        "webappsstore.sqlite",
    }
)
"""Names beside which, or below which, an engine keeps localStorage; and any `*.localstorage`."""

_NEVER_ENTERED = frozenset(
    {
        "node_modules",
        "site-packages",
        "__pycache__",
        ".git",
        "Trash",
        ".Trash",
        "$Recycle.Bin",
        "$RECYCLE.BIN",
        "System Volume Information",
        "steamapps",
        "Code Cache",
        "GPUCache",
        "Service Worker",
        "desktop-migrator",  # our own copies of browsers' stores
    }
)
_CHECK_EVERY = 256
"""Folders between two looks at the clock and at whether somebody cancelled."""


@dataclass(frozen=True, slots=True)
class Limits:
    folders: float = float("inf")
    entries: float = float("inf")
    """Files and folders that are listed, all in all."""
    seconds: float = float("inf")
    depth: int = 64
    """Levels below the starting folders."""


BELOW_DATA_FOLDERS = Limits(folders=120_000, entries=2_000_000, seconds=10, depth=13)
WHOLE_DISK = Limits()

Visit = Callable[[str, dict[str, os.DirEntry[str]], int], Set[str] | None]
"""Gets a folder with a sign, its entries by name and its depth; says which of them need no look,
None for all."""


class Walk:
    """One search; what stood in its way."""

    def __init__(self, limits: Limits, reporter: Reporter, *, look_into: int = -1) -> None:
        """Folders down to the depth `look_into` are visited whether they have a sign or not."""
        self.truncated = False
        self.visited = 0
        self.unreadable: list[tuple[str, OSError]] = []
        self._limits = limits
        self._reporter = reporter
        self._look_into = look_into
        self._listed = 0
        self._ends = 0.0

    def run(self, starts: Iterable[Path], visit: Visit, skip: Set[str] = frozenset()) -> None:
        """Visit what is found below the starts, but for the real paths in `skip`.

        Raises Cancelled.
        """
        bounded = self._limits.folders < float("inf")
        self._ends = time.monotonic() + self._limits.seconds
        pending = deque((start, 0) for start in _outermost(starts))
        while pending:
            folder, depth = pending.popleft() if bounded else pending.pop()
            if folder in skip:
                continue
            if self._is_over():
                self.truncated = True
                return
            self.visited += 1
            entries = self._list(folder)
            below = [
                entry for entry in entries if _is_folder(entry) and entry.name not in _NEVER_ENTERED
            ]
            if depth <= self._look_into or any(
                entry.name in SIGNS or entry.name.endswith(".localstorage") for entry in entries
            ):
                entries.sort(key=lambda entry: entry.name)
                known = visit(folder, {entry.name: entry for entry in entries}, depth)
                if known is None:
                    continue
                below = [entry for entry in below if entry.name not in known]
            if depth < self._limits.depth:
                pending += [(entry.path, depth + 1) for entry in below]

    def _is_over(self) -> bool:
        """Whether a limit is reached. Raises Cancelled."""
        if self.visited % _CHECK_EVERY == 0:
            if self._reporter.cancelled:
                raise Cancelled
            self._reporter.advanced(Stage.FIND, self.visited, None)
            if time.monotonic() > self._ends:
                return True
        return self.visited >= self._limits.folders or self._listed >= self._limits.entries

    def _list(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as found:
                entries = list(islice(found, MAX_ENTRIES))
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            self.unreadable.append((folder, error))
            return []
        self._listed += len(entries)
        return entries


def _outermost(starts: Iterable[Path]) -> list[str]:
    """The starts' real paths, but for those that lie below another one."""
    real = sorted({os.path.realpath(start) for start in starts})
    outermost: list[str] = []
    for path in real:
        if not any(path.startswith(one.rstrip(os.sep) + os.sep) for one in outermost):
            outermost.append(path)
    return outermost


if sys.platform == "win32":

    def _is_folder(entry: os.DirEntry[str]) -> bool:
        try:
            facts = entry.stat(follow_symlinks=False)  # Windows has it with the name
        except OSError:
            return False
        return (
            stat.S_ISDIR(facts.st_mode) and facts.st_reparse_tag != stat.IO_REPARSE_TAG_MOUNT_POINT
        )

else:

    def _is_folder(entry: os.DirEntry[str]) -> bool:
        try:
            return entry.is_dir(follow_symlinks=False)
        except OSError:
            return False
