"""Files for their owner's eyes alone, each whole or not there at all.

A file is written under another name in the same folder, with mode 0600 from its first byte,
synced, and renamed over its own name; then the folder is synced. So whenever the program or the
power stops, the name has the old content or the new one, and at most a partial file lies beside
it. That one's name says which process wrote it, so that `remove_stale_partials` removes it later.

"Synced" means that the system says that the disk has it. Windows has no modes, there a file is as
private as the folder that it lies in; and it writes its folders by itself. All functions raise
OSError.
"""

import errno
import hashlib
import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path
from typing import BinaryIO

from desktop_migrator.system import process_marker

_PARTIAL_NAME = re.compile(rf"\.partial-({process_marker.PATTERN})-.+\.part")
_READ_SIZE = 2**20
_NO_FOLDER_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.EACCES}
"""What file systems answer that cannot sync a folder, and a folder that may not be read."""


def private_folder(path: Path) -> Path:
    """The folder, made with mode 0700, as its parents are, if it is missing.

    One that exists keeps its mode.
    """
    missing = [each for each in (path, *path.parents) if not each.exists()]
    for each in reversed(missing):
        with suppress(FileExistsError):  # another process made it meanwhile
            each.mkdir(mode=0o700)
            if os.name != "nt":
                each.chmod(0o700)  # the umask may take from the owner too
    path.mkdir(mode=0o700, exist_ok=True)  # FileExistsError where a file lies there
    return path


def private_file(path: Path) -> Path:
    """The file, made empty with mode 0600 if it is missing; a looser mode is tightened."""
    try:
        open_new(path).close()
    except FileExistsError:
        if os.name != "nt" and stat.S_IMODE(path.stat().st_mode) & 0o077:
            path.chmod(0o600)
    return path


def write_private(path: Path, content: bytes) -> None:
    """Put a file in the place of what has that name, if anything: all of it, or nothing changes.

    A symbolic link of that name is replaced, not followed. FileExistsError for what is no file.
    """
    refuse_what_is_no_file(path)
    partial = partial_path(path)
    with _written(partial, content):
        rename_into_place(partial, path)


def write_output(path: Path, content: bytes) -> None:
    """As `write_private`, where a person named the path: into a device or pipe goes the content."""
    if is_device_or_pipe(path):
        with open_device_or_pipe(path) as file:
            file.write(content)
    else:
        write_private(path, content)


def is_device_or_pipe(path: Path) -> bool:
    """Whether what has that name, or what a link of that name leads to, takes a stream of bytes."""
    kind = _kind(path)
    return stat.S_ISCHR(kind) or stat.S_ISFIFO(kind)


def open_device_or_pipe(path: Path) -> BinaryIO:
    """To write into it; it waits for a pipe's reader. FileExistsError if it is something else."""
    file = os.fdopen(os.open(path, os.O_WRONLY | getattr(os, "O_BINARY", 0)), "wb")
    kind = os.fstat(file.fileno()).st_mode
    if not (stat.S_ISCHR(kind) or stat.S_ISFIFO(kind)):
        file.close()
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    return file


def _kind(path: Path) -> int:
    """The mode bits; 0 where nothing is, or nobody may look."""
    with suppress(OSError):
        return path.stat().st_mode
    return 0


def write_public(path: Path, content: bytes) -> None:
    """As `write_output`, for a file that is made to be handed out: others may read it."""
    if is_device_or_pipe(path):
        write_output(path, content)
        return
    partial = partial_path(path)
    with _written(partial, content):
        if os.name != "nt":
            partial.chmod(0o644)
        rename_into_place(partial, path)


def create_private(path: Path, content: bytes) -> None:
    """A new file, synced. FileExistsError if anything has that name, a dangling link too."""
    with _written(path, content):
        sync_folder(path.parent)


@contextmanager
def _written(path: Path, content: bytes) -> Iterator[None]:
    """A new file, which goes again if it or what is done with it fails."""
    file = open_new(path)
    try:
        with file:
            left = memoryview(content)
            while left:
                left = left[file.write(left) :]
            os.fsync(file.fileno())
        yield
    except BaseException:
        remove_quietly(path)
        raise


def open_new(path: Path) -> FileIO:
    """A new file of mode 0600 to write into, without a buffer. FileExistsError as above.

    The caller syncs it, and removes it if it does not get that far.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    file = os.fdopen(os.open(path, flags, 0o600), "wb", buffering=0)
    if os.name != "nt":
        os.fchmod(file.fileno(), 0o600)  # the umask may take from the owner too
    return file


def partial_path(path: Path) -> Path:
    """A name that is not in use, in the same folder, that says which process writes there.

    IsADirectoryError for `.` and `/`, which no file can be called.
    """
    if not path.name:
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    marker = process_marker.current_marker()
    return path.with_name(f".partial-{marker}-{secrets.token_hex(8)}.part")


def rename_into_place(partial: Path, path: Path) -> None:
    """Give a synced file its own name, for good.

    Raises as `write_private`.
    """
    refuse_what_is_no_file(path)
    partial.replace(path)
    sync_folder(path.parent)


def refuse_what_is_no_file(path: Path) -> None:
    """FileExistsError where a device, a pipe or a socket has that name, or what a link of that name
    leads to: others use it, and root could replace it."""
    kind = _kind(path)
    if kind and not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))


def remove_stale_partials(folder: Path) -> int:
    """Remove what processes that are gone have left half-written; how many files."""
    removed = 0
    for path in folder.iterdir() if folder.is_dir() else ():
        partial = _PARTIAL_NAME.fullmatch(path.name)
        if partial and not process_marker.is_process_alive(partial[1]):
            removed += remove_quietly(path)
    return removed


def remove_quietly(path: Path) -> bool:
    """Remove a file that is in nobody's way if it cannot be; whether it was there and is gone."""
    with suppress(OSError):
        path.unlink()
        return True
    return False


def sync_file(path: Path) -> None:
    """What was written to the file, by whomever."""
    with path.open("r+b") as file:  # Windows syncs only what may be written to
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """The names in the folder. Nothing where the system has no such call."""
    if os.name == "nt":
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise


def file_sha256(path: Path) -> str:
    """In hexadecimal, of a file of any size."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(_READ_SIZE):
            digest.update(part)
    return digest.hexdigest()


def os_error_reason(error: OSError) -> str:
    """In the system's words, without the path."""
    return error.strerror or type(error).__name__
