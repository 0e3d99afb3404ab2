import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen

import pytest

from desktop_migrator.browsers.discovery.discover import OperatingSystem, System, discover
from desktop_migrator.browsers.discovery.running_browsers import (
    chromium_running,
    firefox_running,
    lock_held,
    webkit_running,
)
from tests.unit.browsers import trees

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX locks and symlinks")

LOCKER = """
import fcntl, sys, time
file = open(sys.argv[1], "r+b")
fcntl.lockf(file, fcntl.LOCK_EX, *map(int, sys.argv[2:]))
print("ready", flush=True)
time.sleep(600)
"""
LEVELDB_OPENER = """
import plyvel, sys, time
database = plyvel.DB(sys.argv[1])
print("ready", flush=True)
time.sleep(600)
"""
FILE_OPENER = """
import sys, time
file = open(sys.argv[1], "rb")
print("ready", flush=True)
time.sleep(600)
"""


@contextmanager
def process(code: str, *arguments: str, executable: str = sys.executable) -> Iterator[Popen[str]]:
    with Popen([executable, "-c", code, *arguments], stdout=PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            assert running.stdout.readline() == "ready\n"
            yield running
        finally:
            running.kill()


@pytest.fixture
def dead_pid() -> int:
    with Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    return gone.pid


def test_a_lock_shows_while_its_process_lives_and_no_longer(tmp_path: Path) -> None:
    path = tmp_path / "LOCK"
    path.touch()
    assert not lock_held(path)
    with process(LOCKER, str(path)) as holder:
        assert lock_held(path)
        assert lock_held(path), "asking must not take or break it"
        holder.kill()
        holder.wait()
        assert path.exists()
        assert not lock_held(path)


def test_a_lock_on_a_part_of_the_file_shows(tmp_path: Path) -> None:
    # SQLite locks a few bytes at 1 GiB, far behind the end of the file.
    path = tmp_path / "LocalStorage"
    path.touch()
    with process(LOCKER, str(path), "1", str(2**30)):
        assert lock_held(path)


def test_asking_leaves_the_file_as_it_is_and_the_lock_free_to_take(tmp_path: Path) -> None:
    profile = tmp_path / "Default"
    lock = trees.chromium_leveldb(profile) / "LOCK"
    before = trees.fingerprint(tmp_path)
    assert not lock_held(lock)
    assert trees.fingerprint(tmp_path) == before
    with process(LEVELDB_OPENER, str(lock.parent)):
        assert lock_held(lock)


@pytest.mark.parametrize("kind", ["missing", "folder", "fifo", "link"])
def test_what_is_no_lock_file_is_not_held(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "LOCK"
    if kind == "folder":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "link":
        path.symlink_to("/dev/zero")
    assert not lock_held(path)


def test_a_chromium_is_known_by_the_process_that_its_lock_names(tmp_path: Path) -> None:
    opened = tmp_path / "Local State"
    opened.touch()
    lock = tmp_path / "SingletonLock"
    with process(FILE_OPENER, str(opened)) as browser:
        lock.symlink_to(f"{socket.gethostname()}-{browser.pid}")
        assert chromium_running(tmp_path)
        browser.kill()
        browser.wait()
        assert not chromium_running(tmp_path)


def test_a_chromium_of_any_folder_is_known_by_its_name(tmp_path: Path) -> None:
    executable = tmp_path / "bin" / "chromium"
    executable.parent.mkdir()
    executable.symlink_to(sys.executable)
    with process(FILE_OPENER, os.devnull, executable=str(executable)) as browser:
        (tmp_path / "SingletonLock").symlink_to(f"{socket.gethostname()}-{browser.pid}")
        assert chromium_running(tmp_path)


def test_a_stale_lock_does_not_count(tmp_path: Path, dead_pid: int) -> None:
    host = socket.gethostname()
    for target in (
        f"{host}-{dead_pid}",
        f"{host}-{os.getpid()}",  # used again, by a process that is no browser
        f"another-{host}-{os.getpid()}",
        f"{host}-",
        f"{host}--1",
        f"{host}-999999999999999999999",
        f"{host}-²",
        "nonsense",
    ):
        lock = tmp_path / "SingletonLock"
        lock.symlink_to(target)
        assert not chromium_running(tmp_path), target
        lock.unlink()
    (tmp_path / "SingletonLock").write_text(f"{host}-1")
    assert not chromium_running(tmp_path)


def test_a_firefox_is_known_by_its_lock(tmp_path: Path, dead_pid: int) -> None:
    lock = tmp_path / ".parentlock"
    lock.touch()
    (tmp_path / "lock").symlink_to(f"127.0.1.1:+{dead_pid}")
    assert not firefox_running(tmp_path)
    with process(LOCKER, str(lock)):
        assert firefox_running(tmp_path)
    assert not firefox_running(tmp_path)


def test_a_firefox_without_file_locks_is_known_by_its_link(tmp_path: Path) -> None:
    opened = tmp_path / "places.sqlite"
    opened.touch()
    link = tmp_path / "lock"
    with process(FILE_OPENER, str(opened)) as browser:
        link.symlink_to(f"127.0.1.1:+{browser.pid}")
        assert not firefox_running(tmp_path), "it would hold the file lock as well"
        link.unlink()
        link.symlink_to(f"127.0.1.1:{browser.pid}")
        assert firefox_running(tmp_path)


def test_a_webkit_is_known_by_its_process_or_its_open_files(tmp_path: Path) -> None:
    opened = tmp_path / "data" / "localstorage.sqlite3"
    opened.parent.mkdir()
    opened.touch()
    executable = tmp_path / "WebKitNetworkProcess"
    executable.symlink_to(sys.executable)
    with process(FILE_OPENER, str(opened), executable=str(executable)):
        assert webkit_running(tmp_path / "data", ())
        assert not webkit_running(tmp_path / "other", ())
        assert webkit_running(tmp_path / "other", ("WebKitNetworkProcess",))
    assert not webkit_running(tmp_path / "data", ())


def test_a_found_profile_says_whether_its_browser_runs(tmp_path: Path) -> None:
    leveldb = trees.chromium_leveldb(tmp_path / ".config/google-chrome/Default")
    system = System.for_home(OperatingSystem.LINUX, tmp_path)
    with process(LEVELDB_OPENER, str(leveldb)):
        assert [found.profile.running for found in discover(system).profiles] == [True]
    assert [found.profile.running for found in discover(system).profiles] == [False]


def test_of_two_backends_the_one_held_open_is_in_use(tmp_path: Path) -> None:
    profile = tmp_path / ".config/google-chrome/Default"
    leveldb = trees.chromium_leveldb(profile)
    sqlite = trees.chromium_sqlite(profile)
    os.utime(sqlite, (4_000_000_000, 4_000_000_000))
    system = System.for_home(OperatingSystem.LINUX, tmp_path)
    with process(LEVELDB_OPENER, str(leveldb)):
        found = discover(system)
    assert [store.path for store in found.stores if store.is_active] == [leveldb]
    assert "the browser has it open" in str(found.warnings[0])
