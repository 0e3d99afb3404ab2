"""Puts changed stores in the place of a profile's own, all of them or none, whatever happens.

Everything waits in a folder of its own in the profile, on the same disk. A journal in the
workspace says where that folder is and how far it went, so that `recover` finds it after a crash,
however that came about. Until the journal says `done` the old ones are put back.

A profile may be somebody else's, and a folder in it may say anything: what is moved or removed is
only what this workspace's own journal names, as far as it lies in that profile, its pieces in that
very folder, and the folder belongs to who made it.

At no moment is a store half old and half new: a folder is exchanged with another one in a single
call (Linux's renameat2, macOS' renamex_np), a file is renamed over another one. Where a system has
no such call, two renames stand for it, and between the two nothing is there for an instant.

Inodes of the file system (`st_dev`, `st_ino`) tell old from new, since renames keep them.
"""

import ctypes
import errno
import json
import logging
import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from desktop_migrator.browsers.store_files import SQLITE_SIDE_FILES, lies_within
from desktop_migrator.errors import ProfileBusy, StoreUnwritable
from desktop_migrator.messages import Message
from desktop_migrator.system import files, process_marker

_log = logging.getLogger(__name__)

_PREFIX = ".desktop-migrator-"
_SWAPPING, _DONE = "swapping", "done"
_AT_FDCWD = -100
_EXCHANGE = 2
"""RENAME_EXCHANGE of Linux' and RENAME_SWAP of macOS' call."""

FileSignature = dict[str, list[int]]
"""Size and time of each file of a store, by name."""


@dataclass(frozen=True, slots=True)
class _SwapEntry:
    """A file or folder, as the journal has it."""

    target: str
    new: str
    old: str
    new_node: list[int] | None
    old_node: list[int] | None
    """None: there was nothing."""
    facts: FileSignature
    """Of the new one."""


class Swap:
    """One profile's stores, about to be swapped; made by `swap_transaction`."""

    def __init__(self, work: Path, journal: Path) -> None:
        self._work = work
        self._journal = journal
        self._targets: list[Path] = []

    def stage(self, target: Path) -> Path:
        """Where the caller makes what is to lie at `target`, of whose kind it must be.

        Raises StoreUnwritable for what a link leads out of the profile, FileExistsError for a
        device or pipe.
        """
        files.refuse_what_is_no_file(target)
        if not lies_within(target, self._work.parent):
            reason = Message("a link leads out of the profile")
            raise StoreUnwritable(path=target, reason=reason)
        self._targets.append(target)
        return self._work / f"{len(self._targets) - 1}-new"

    def commit(self, check: Callable[[Sequence[Path]], None]) -> None:
        """Swap all; `check` gets where the old ones lie then, and what it raises undoes all.

        Raises OSError and whatever `check` raises.
        """
        entries = [self._prepare_entry(index, target) for index, target in enumerate(self._targets)]
        _write_journal(self._journal, self._work, _SWAPPING, entries)
        for entry in entries:
            _swap(entry)
            files.sync_folder(Path(entry.target).parent)
        check([old_store for old_store in map(_old_location, entries) if old_store])
        _write_journal(self._journal, self._work, _DONE, entries)

    def _prepare_entry(self, index: int, target: Path) -> _SwapEntry:
        new, old = (self._work / f"{index}-{word}" for word in ("new", "old"))
        _copy_ownership(new, target)
        _sync(new)
        return _SwapEntry(
            str(target), str(new), str(old), _inode(new), _inode(target), _file_signature(new)
        )


@contextmanager
def swap_transaction(home: Path, journals: Path) -> Iterator[Swap]:
    """A swap below `home`, a folder on the same disk as all that is to be swapped.

    Left by an exception, everything is as before. Raises ProfileBusy, StoreUnwritable.
    """
    recover(journals)
    home = Path(os.path.realpath(home))
    work = home / f"{_PREFIX}{process_marker.current_marker()}"
    journal = journals / work.name[len(_PREFIX) :]
    try:
        _ensure_no_other_swap(home, work)
        files.private_folder(journals)
        _write_journal(journal, work, "", [])
        work.mkdir(mode=0o700)
    except FileExistsError as error:
        raise ProfileBusy(path=home, process=os.getpid()) from error
    except OSError as error:
        raise StoreUnwritable(path=home, reason=error.strerror or str(error)) from error
    try:
        yield Swap(work, journal)
    except OSError as error:
        raise StoreUnwritable(path=home, reason=error.strerror or str(error)) from error
    finally:
        for note in _finish_or_roll_back(journal, work):
            _log.warning(note)
        if not work.exists():
            journal.unlink(missing_ok=True)


def recover(journals: Path) -> list[str]:
    """Undo the swaps of processes that are gone; sentences about what could not be undone."""
    notes = []
    files.remove_stale_partials(journals)
    for journal in sorted(journals.iterdir()) if journals.is_dir() else ():
        if not process_marker.is_marker(journal.name) or process_marker.is_process_alive(
            journal.name
        ):
            continue
        try:
            work = Path(_read_journal(journal)[0])
            if work.name == _PREFIX + journal.name:
                notes += _finish_or_roll_back(journal, work)
        except OSError as error:  # the disk is not there, or not writable: at another start
            notes.append(f"{journal} cannot be settled: {error.strerror}")
            continue
        except ValueError:
            notes.append(f"{journal} cannot be settled: it is damaged")
            continue
        if not os.path.lexists(work):
            journal.unlink()
    return notes


def _ensure_no_other_swap(home: Path, own: Path) -> None:
    """Raises ProfileBusy while another process works there.

    What one that is gone has left is settled by the workspace that knows of it, and by no other.
    """
    for other in home.glob(f"{_PREFIX}*"):
        marker = other.name[len(_PREFIX) :]
        if other == own or not process_marker.is_marker(marker):
            continue
        if process_marker.is_process_alive(marker):
            raise ProfileBusy(path=home, process=marker.partition("-")[0])


def _finish_or_roll_back(journal: Path, work: Path) -> list[str]:
    """Bring a swap to an end: it was done, or it is undone. Raises OSError, ValueError."""
    if not os.path.lexists(work):
        return []
    _, state, entries = _read_journal(journal)
    if not _is_own_folder(work) or not all(_stays_within(entry, work) for entry in entries):
        return [f"{work} is left alone: it is not as this program made it."]
    conflict_copy = work.with_name(work.name.replace(_PREFIX, "desktop-migrator-kept-"))
    notes = []
    if state == _SWAPPING:
        for entry in reversed(entries):
            if not _roll_back(entry):
                notes.append(
                    f"{entry.target}: a change of this storage was cut off, and it has been used"
                    f" since; so it stays changed. As it was before, it lies in {conflict_copy}."
                )
            files.sync_folder(Path(entry.target).parent)
    if not notes:
        # What a virus scanner still holds open on Windows goes at a later start.
        shutil.rmtree(work, ignore_errors=True)
    else:
        work.rename(conflict_copy)
    return notes


def _is_own_folder(work: Path) -> bool:
    facts = work.lstat()
    return stat.S_ISDIR(facts.st_mode) and (sys.platform == "win32" or facts.st_uid == os.geteuid())


def _stays_within(entry: _SwapEntry, work: Path) -> bool:
    pieces = Path(entry.new), Path(entry.old)
    return lies_within(Path(entry.target), work.parent) and all(
        piece.parent == work for piece in pieces
    )


def _swap(entry: _SwapEntry) -> None:
    target, new, old = Path(entry.target), Path(entry.new), Path(entry.old)
    if entry.old_node is None:
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, "something new lies there", str(target))
        new.rename(target)
        return
    if new.is_dir():
        try:
            _exchange(new, target)
        except OSError as error:
            if error.errno not in {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP}:
                raise
        else:
            return
    else:
        with suppress(OSError):  # a file system without hard links
            os.link(target, old)
    if not old.exists():
        target.rename(old)
    new.replace(target)


def _roll_back(entry: _SwapEntry) -> bool:
    """Put the old one back where the new one lies; False if somebody has used that since."""
    target = Path(entry.target)
    current_inode = _inode(target)
    if current_inode is not None and current_inode == entry.old_node:
        return True
    if current_inode is not None and (
        current_inode != entry.new_node or _file_signature(target) != entry.facts
    ):
        return False
    old = _old_location(entry)
    if old is None:
        if current_inode is not None and entry.old_node is None:
            target.rename(entry.new)
        return True
    if current_inode is not None and old.is_dir():
        if old == Path(entry.new):
            _exchange(old, target)
            return True
        target.rename(entry.new)
    old.replace(target)
    return True


def _old_location(entry: _SwapEntry) -> Path | None:
    """Where the old one lies now, if it was moved or linked there."""
    locations = (Path(entry.old), Path(entry.new))
    return next((p for p in locations if entry.old_node and _inode(p) == entry.old_node), None)


def _inode(path: Path) -> list[int] | None:
    try:
        status = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return [status.st_dev, status.st_ino]


def _file_signature(path: Path) -> FileSignature:
    if path.is_dir():
        members = {str(p.relative_to(path)): p for p in path.rglob("*") if not p.is_dir()}
    else:
        members = {
            side: path.with_name(path.name + side)
            for side in ("", *SQLITE_SIDE_FILES)
            if os.path.lexists(path.with_name(path.name + side))
        }
    known = {name: file.lstat() for name, file in sorted(members.items())}
    return {name: [facts.st_size, facts.st_mtime_ns] for name, facts in known.items()}


def _write_journal(journal: Path, work: Path, state: str, entries: Sequence[_SwapEntry]) -> None:
    content = {"work": str(work), "state": state, "pieces": [asdict(entry) for entry in entries]}
    files.write_private(journal, json.dumps(content).encode("ascii"))


def _read_journal(journal: Path) -> tuple[str, str, list[_SwapEntry]]:
    """The folder, the state and the pieces. Raises OSError, and ValueError for what is none."""
    content: dict[str, Any] = json.loads(journal.read_bytes())
    try:
        pieces = [_SwapEntry(**entry) for entry in content["pieces"]]
        return content["work"], content["state"], pieces
    except (KeyError, TypeError) as error:
        raise ValueError("not a journal") from error


def _copy_ownership(new: Path, target: Path) -> None:
    """Give the new one the rights and the owner of the old one, else what its folder suggests."""
    known = target if target.exists() else target.parent
    folder = known if known.is_dir() else None
    file = known if folder is None else next(_files_in(known), None)
    for path in (new, *new.rglob("*")) if new.is_dir() else (new,):
        like = folder if path.is_dir() else file
        times = path.stat()
        if like is not None and (target.exists() or path.is_dir()):
            shutil.copystat(like, path)
        elif folder is not None:
            path.chmod(stat.S_IMODE(folder.stat().st_mode) & 0o666)
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        if sys.platform != "win32":
            wanted = (like or known).stat()
            if (times.st_uid, times.st_gid) != (wanted.st_uid, wanted.st_gid):
                os.chown(path, wanted.st_uid, wanted.st_gid)


def _files_in(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.iterdir()) if path.is_file() and not path.is_symlink())


def _sync(path: Path) -> None:
    for each in (path, *path.rglob("*")) if path.is_dir() else (path,):
        if each.is_dir():
            files.sync_folder(each)
        else:
            files.sync_file(each)


def _exchange(one: Path, other: Path) -> None:
    """Exchange two folders in one call. Raises OSError, ENOSYS where there is no such call."""
    library: Any = ctypes.CDLL(None, use_errno=True) if sys.platform != "win32" else None
    first, second = os.fsencode(one), os.fsencode(other)
    if hasattr(library, "renameat2"):
        failed = library.renameat2(_AT_FDCWD, first, _AT_FDCWD, second, _EXCHANGE)
    elif hasattr(library, "renamex_np"):
        failed = library.renamex_np(first, second, _EXCHANGE)
    else:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    if failed:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(one))
