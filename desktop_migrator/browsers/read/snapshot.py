"""A private, consistent copy of a store, whether a browser uses it or not.

The source is opened for reading alone; its bytes and times stay as they are. A copy lies in a
folder of its own (0700, unpredictable name) below a root and goes when the context ends;
`remove_stale_snapshots` removes what a killed process left.

Why a copy is consistent though nothing is locked:

- SQLite (main file, `-wal`, `-journal`; `-shm` is only an index): after all files have been copied
  all are read again. If they read the same, all had these contents at one instant in between. The
  log alone may have grown: what was copied of it is then an earlier state, ended at a commit by
  SQLite's own checksums (https://sqlite.org/walformat.html), and its unchanged header says that it
  was not begun anew meanwhile. It is copied last, so that the main file holds nothing newer.
- LevelDB (leveldb's doc/impl.md): tables are written once, logs and MANIFEST only grow, and file
  numbers are never used again. If the same files, the same CURRENT and a MANIFEST of the same size
  are there before and after, the copy is one version of the database; a log that has grown gives
  an earlier state of it, which LevelDB recovers as after a crash. A copy without any growth is
  preferred, so that no half-written record is taken for damage.
"""

import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from desktop_migrator.browsers.store_files import open_regular, store_files
from desktop_migrator.errors import SnapshotFailed
from desktop_migrator.messages import Message
from desktop_migrator.model import Store, StoreFormat
from desktop_migrator.system import process_marker
from desktop_migrator.system.files import private_folder

_ATTEMPTS = 200
_ATTEMPTS_WITHOUT_GROWTH = 10
"""Attempts of these that wait for a LevelDB's log to rest."""
_PAUSE = 0.02
"""Seconds between attempts."""
_TABLES = (".ldb", ".sst")
_FREE_SPACE_RESERVE = 16 * 2**20
"""Bytes of the disk that stay free."""
_COPY_BLOCK = 2**20
_MAX_HOLES = 64 * 2**20
_MAX_DENSITY = 16
"""Bytes of a file for each that lies on the disk: some file systems compress."""
_SNAPSHOT_NAME = re.compile(rf"snapshot-({process_marker.PATTERN})-")


@contextmanager
def snapshot(store: Store, root: Path) -> Iterator[Path]:
    """Copy the store below `root` and give the copy's path: a LevelDB's folder, else the file.

    Raises SnapshotFailed.
    """
    try:
        private_folder(root)
        private = Path(
            tempfile.mkdtemp(prefix=f"snapshot-{process_marker.current_marker()}-", dir=root)
        )
    except OSError as error:
        raise SnapshotFailed(path=root, reason=error.strerror or str(error)) from error
    try:
        try:
            copy = _copy(store, private)
        except OSError as error:
            raise SnapshotFailed(path=store.path, reason=error.strerror or str(error)) from error
        yield copy
    finally:
        # What a virus scanner still holds open on Windows is removed at a later start.
        shutil.rmtree(private, ignore_errors=True)


def clone_snapshot(copy: Path, name: str) -> Path:
    """A private copy once more, for another process: LevelDB lets but one open a folder.

    It goes with the snapshot. Tables are written once, so that both share them where the file
    system can; what is read with SQLite is the copy itself. Raises SnapshotFailed.
    """
    if copy.is_file():
        return copy
    target = copy.with_name(name)
    try:
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(mode=0o700)
        for file in copy.iterdir():
            if file.suffix not in _TABLES:
                shutil.copyfile(file, target / file.name)
                continue
            try:
                os.link(file, target / file.name)
            except OSError:
                shutil.copyfile(file, target / file.name)
    except OSError as error:
        raise SnapshotFailed(path=copy, reason=error.strerror or str(error)) from error
    return target


def remove_stale_snapshots(root: Path) -> int:
    """Remove the snapshots of processes that are gone; how many."""
    removed = 0
    for folder in root.iterdir() if root.is_dir() else ():
        # The owner stands in the name, so that no folder is ever without one.
        owned = _SNAPSHOT_NAME.match(folder.name)
        if owned and not folder.is_symlink() and not process_marker.is_process_alive(owned[1]):
            shutil.rmtree(folder, ignore_errors=True)
            removed += not folder.exists()
    return removed


def _copy(store: Store, private: Path) -> Path:
    target = private / "copy"
    _copy_consistently(store, target)
    return target if store.format is StoreFormat.CHROMIUM_LEVELDB else target / store.path.name


def _copy_consistently(store: Store, target: Path) -> None:
    is_leveldb = store.format is StoreFormat.CHROMIUM_LEVELDB
    source = store.path if is_leveldb else store.path.parent
    target.mkdir(mode=0o700, parents=True)
    for attempt in range(_ATTEMPTS):
        if attempt:
            time.sleep(_PAUSE)
        before = store_files(store.path, store.format)
        if not before:
            raise SnapshotFailed(
                path=store.path, reason=Message("it holds no files of a local storage")
            )
        _check_holes(store.path, before)
        _check_space(store.path, target, before)
        try:
            copied = _remove_outdated(target, before)
            for name in sorted(before.keys() - copied):  # an SQLite log after its main file
                _copy_file(source / name, target / name)
            after = store_files(store.path, store.format)
            if before.keys() != after.keys():
                continue
            reread = set(before)
            if is_leveldb:
                if not _is_same_version(
                    before, after, allow_growth=attempt >= _ATTEMPTS_WITHOUT_GROWTH
                ):
                    continue
                reread &= {"CURRENT"}
            if all(_is_unchanged(source / name, target / name) for name in reread):
                return
        except FileNotFoundError:  # a browser at work removes files
            continue
    raise SnapshotFailed(path=store.path, reason=Message("the browser kept changing it"))


def _remove_outdated(target: Path, files: dict[str, os.stat_result]) -> set[str]:
    """Remove what an earlier attempt copied, but for tables, which never change once written."""
    kept = set()
    for copy in target.iterdir():
        facts = files.get(copy.name)
        if facts and copy.suffix in _TABLES and copy.stat().st_size == facts.st_size:
            kept.add(copy.name)
        else:
            copy.unlink()
    return kept


def _is_same_version(
    before: dict[str, os.stat_result], after: dict[str, os.stat_result], *, allow_growth: bool
) -> bool:
    for name, facts in before.items():
        if facts.st_ino != after[name].st_ino:
            return False
        grown = after[name].st_size - facts.st_size
        if grown and not (allow_growth and grown > 0 and name.endswith(".log")):
            return False
    return True


def _is_unchanged(source: Path, copy: Path) -> bool:
    """Whether the source reads as the copy; of a write-ahead log, whether it begins so."""
    with open_regular(source) as original, copy.open("rb") as copied:
        while chunk := copied.read(_COPY_BLOCK):
            if original.read(len(chunk)) != chunk:
                return False
        return source.name.endswith("-wal") or not original.read(1)


def _copy_file(source: Path, target: Path) -> None:
    with open_regular(source) as original, target.open("xb") as copy:
        shutil.copyfileobj(original, copy, _COPY_BLOCK)


def _check_holes(path: Path, files: dict[str, os.stat_result]) -> None:
    """Raises SnapshotFailed for files that take far more room in a copy than they do there."""
    for facts in files.values():
        stored = facts.st_size if sys.platform == "win32" else 512 * facts.st_blocks
        if facts.st_size > _MAX_HOLES + _MAX_DENSITY * stored:
            raise SnapshotFailed(
                path=path, reason=Message("it is mostly holes, as no browser writes it")
            )


def _check_space(path: Path, target: Path, files: dict[str, os.stat_result]) -> None:
    # A reader that brings in a log writes as much again.
    needed = 2 * sum(facts.st_size for facts in files.values()) + _FREE_SPACE_RESERVE
    free = shutil.disk_usage(target).free
    if free < needed:
        raise SnapshotFailed(
            path=path,
            reason=Message(
                "{needed} MB are needed on the disk, {free} MB are free",
                needed=needed // 2**20,
                free=free // 2**20,
            ),
        )
