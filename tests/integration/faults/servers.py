"""A server that crashes when told to, and a disk that is full when told to."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from desktop_migrator.postgres.builtin_server.server import BuiltinPostgres


@dataclass(frozen=True)
class CrashingServer:
    server: BuiltinPostgres

    def crash(self) -> None:
        """As `pg_ctl stop -m immediate` does, then start again."""
        number = int((self.server.data / "postmaster.pid").read_text().split("\n")[0])
        postmaster = psutil.Process(number)
        postmaster.send_signal(signal.SIGQUIT)
        postmaster.wait()
        self.server.start()


@dataclass(frozen=True)
class SmallDisk:
    """A file system of its own, of a few megabytes."""

    path: Path

    @contextmanager
    def filled_but(self, left: int) -> Iterator[None]:
        """While the block runs, only so many bytes are free."""
        ballast = self.path / "ballast"
        with ballast.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(self.path).free - left)
        yield
        ballast.unlink()


@contextmanager
def small_disk(mount: Path) -> Iterator[SmallDisk]:
    """Mounted on this folder while the block runs; a skip where that is not allowed."""
    mount.mkdir(exist_ok=True)
    tmpfs = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(mount)]
    if subprocess.run(tmpfs, capture_output=True, check=False).returncode:
        pytest.skip("not allowed here: to mount a small file system")
    try:
        yield SmallDisk(mount)
    finally:
        subprocess.run(["umount", str(mount)], check=True)
