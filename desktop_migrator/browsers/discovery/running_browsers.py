"""Whether a browser holds a profile now. Asks only: takes no lock, opens nothing for writing.

A file left behind by a crash proves nothing, so every sign is checked against living processes:
POSIX locks by F_GETLK, which also names holders inside a sandbox; Windows' share modes by
opening for reading; symlinks that name a process (Chromium's process_singleton_posix.cc, Firefox's
nsProfileLock.cpp) by looking at that process.
"""

import os
import socket
import struct
import sys
from collections.abc import Sequence
from pathlib import Path

import psutil

if sys.platform != "win32":
    import fcntl

_BROWSER_WORDS = (
    "chrom",
    "msedge",
    "microsoft-edge",
    "brave",
    "vivaldi",
    "opera",
    "electron",
    "firefox",
    "librewolf",
)


def chromium_running(user_data: Path) -> bool:
    """Whether a Chromium process owns the user-data folder."""
    if lock_held(user_data / "lockfile"):  # Windows
        return True
    host, _, pid = _read_link(user_data / "SingletonLock").rpartition("-")
    return host == socket.gethostname() and _is_browser(pid, user_data)


def firefox_running(profile: Path) -> bool:
    """Whether a Firefox process owns the profile."""
    if lock_held(profile / ".parentlock") or lock_held(profile / "parent.lock"):
        return True
    _, _, pid = _read_link(profile / "lock").rpartition(":")
    # "+": Firefox holds the POSIX lock as well, so that the link alone proves nothing.
    return not pid.startswith("+") and _is_browser(pid, profile)


def owner_of(profile: Path) -> psutil.Process | None:
    """The Chromium that has the profile open, where a link in it, or above it, names it."""
    roots = (profile, *profile.parents[:2])
    named = [_read_link(root / "SingletonLock").rpartition("-") for root in roots]
    pids = [pid for host, _, pid in named if host == socket.gethostname()]
    living = next((pid for pid in pids if _is_browser(pid, profile)), None)
    try:
        return psutil.Process(int(living)) if living else None
    except psutil.Error:
        return None


def ask_to_close(profile: Path) -> bool:
    """Ask the Chromium that has the profile open to end as its menu would; whether it was asked.

    It then saves all (shutdown_signal_handlers_posix.cc; seen with 156). Firefox takes the same
    signal for a kill and saves nothing (seen with ESR 153), and Windows has no such question:
    there nobody is asked. Nowhere is a browser ended against its will.
    """
    owner = owner_of(profile)
    if owner is None or sys.platform == "win32":
        return False
    try:
        owner.terminate()
    except psutil.Error:
        return False
    return True


def webkit_running(root: Path, names: Sequence[str]) -> bool:
    """Whether one of the named processes runs, or WebKit holds a file below the folder open."""
    for process in psutil.process_iter(["name"]):
        name = process.info["name"] or ""
        if name in names:
            return True
        if "webkit" in name.lower() and _has_open_file(process, root):
            return True
    return False


if sys.platform == "win32":

    def lock_held(path: Path) -> bool:
        """Whether another process holds the file: Windows then refuses to share it."""
        try:
            with path.open("rb"):
                return False
        except PermissionError:
            return path.is_file()
        except OSError:
            return False

else:
    # struct flock: Linux 64-bit {type, whence, start, len, pid}, BSD and macOS the other way round.
    _FLOCK = "=qqihh" if sys.platform == "darwin" else "@hhqqi4x"
    _TYPE = 3 if sys.platform == "darwin" else 0

    def lock_held(path: Path) -> bool:
        """Whether another process holds a POSIX write lock on any part of the file.

        Locks of this very process do not show, and asking drops them, as closing a file does.
        """
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:
            return False
        try:
            fields = [0, 0, 0, 0, 0]
            fields[_TYPE] = fcntl.F_RDLCK
            answer = fcntl.fcntl(descriptor, fcntl.F_GETLK, struct.pack(_FLOCK, *fields))
            return bool(struct.unpack(_FLOCK, answer)[_TYPE] != fcntl.F_UNLCK)
        except OSError:
            return False
        finally:
            os.close(descriptor)


def _read_link(path: Path) -> str:
    try:
        return str(path.readlink())
    except (OSError, ValueError):
        return ""


def _is_browser(pid: str, folder: Path) -> bool:
    # A process id is used again after a crash: the process must look like a browser, too.
    if not (pid.isascii() and pid.isdigit() and len(pid) < 10):
        return False
    try:
        process = psutil.Process(int(pid))
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        name = process.name().lower()
    except psutil.Error:
        return False
    return any(word in name for word in _BROWSER_WORDS) or _has_open_file(process, folder)


def _has_open_file(process: psutil.Process, folder: Path) -> bool:
    try:
        return any(Path(file.path).is_relative_to(folder) for file in process.open_files())
    except psutil.Error:
        return False
