"""What root's built-in servers leave below `ROOT_HOME`, and when that ends.

A place there stands for a folder that the server's account cannot reach: whoever removes that
folder removes neither the data nor the server. So a place notes whose it is, and the next server
that root starts ends those whose owner is gone. Data go with them only where they were made to be
temporary; other folders may have been moved, and their data are found nowhere else. Copies of
programs go as soon as a newer one is there and no server runs from them.
"""

import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec
import psutil

from desktop_migrator.errors import BuiltinDatabaseFailed
from desktop_migrator.postgres.builtin_server import os_account

_NOTE = "stands-for.json"
_MAX_NOTE = 2**16
_TEMPORARY = (tempfile.gettempdir(), "/tmp", "/var/tmp", "/dev/shm")  # noqa: S108 - to know them


class _Note(msgspec.Struct):
    folder: str
    device: int
    """Of the disk on which it lay, since a disk may be away for a while."""


def note_place(place: Path, folder: Path) -> None:
    """Note that the place stands for the folder, whose parent is the owner's own."""
    note = place / _NOTE
    if place != folder and not note.exists():
        device = _nearest(folder.parent).stat().st_dev
        note.write_bytes(msgspec.json.encode(_Note(str(folder), device)))


def end_orphans(own: Path, stop: Callable[[Path], bool]) -> None:
    """End what nobody can reach any more, but for `own`.

    `stop` ends the server of a place unless it is in use; whether none runs there any more.
    """
    home = os_account.ROOT_HOME
    if home not in own.parents:
        return
    for place in sorted(home.iterdir()):
        folder = _gone(place)
        if folder is None or place == own:
            continue
        with suppress(OSError, BuiltinDatabaseFailed):
            if stop(place) and _is_temporary(folder):
                shutil.rmtree(place)


def remove_old_programs(current: Path) -> None:
    """Remove the copies of programs beside the current one from which no server runs."""
    if os_account.ROOT_HOME not in current.parents:
        return
    copies = [
        copy
        for copy in os_account.ROOT_HOME.glob("binaries-*")
        if copy not in current.parents and copy != current
    ]
    if not copies:
        return
    running = [each.info["exe"] or "" for each in psutil.process_iter(["exe"])]
    for copy in copies:
        if not any(program.startswith(f"{copy}{os.sep}") for program in running):
            shutil.rmtree(copy, ignore_errors=True)


def _gone(place: Path) -> Path | None:
    """The folder that the place stands for, if its owner has removed it."""
    note = place / _NOTE
    try:
        if not note.is_file() or note.stat().st_size > _MAX_NOTE:
            return None
        known = msgspec.json.decode(note.read_bytes(), type=_Note)
        owner = Path(known.folder).parent
        there = owner.exists() or _nearest(owner).stat().st_dev != known.device
    except (OSError, ValueError, msgspec.DecodeError):
        return None
    return None if there else Path(known.folder)


def _nearest(folder: Path) -> Path:
    return next(part for part in (folder, *folder.parents) if part.is_dir())


def _is_temporary(folder: Path) -> bool:
    return any(folder.is_relative_to(temporary) for temporary in _TEMPORARY)
