"""Private files: old or new and never half, seen by their owner alone, whatever fails."""

import errno
import os
import signal
import socket
import stat
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desktop_migrator.system import files, process_marker

DEAD = "4194304-1"
"""A marker whose process cannot run: Linux' ids end below."""
STEPS = ("open", "write", "fsync", "replace", "fsync folder")


class Failing:
    """Counts the calls to the system that a write makes, and fails at one of them."""

    def __init__(self, at: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self._at = at
        self.seen: list[str] = []
        for owner, name in ((os, "open"), (os, "fsync"), (Path, "replace")):
            monkeypatch.setattr(owner, name, self._step(getattr(owner, name)))
        opened = files.open_new
        monkeypatch.setattr(files, "open_new", lambda path: self._spied(opened(path)))

    def _fail(self, step: str) -> None:
        self.seen.append(step)
        if step == self._at:
            raise OSError(errno.EIO, "injected")

    def _step(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            name = real.__name__
            if name == "fsync" and stat.S_ISDIR(os.fstat(arguments[0]).st_mode):
                name = "fsync folder"
            if name != "open" or arguments[1] & os.O_CREAT:
                self._fail(name)
            return real(*arguments, **named)

        return call

    def _spied(self, file: Any) -> Any:
        failing = self

        class Spy:
            def write(self, data: memoryview) -> int:
                if len(data) < 5:  # the second call: a disk that took a part and then is full
                    failing._fail("write")
                return int(file.write(data[:3]))

            def fileno(self) -> int:
                return int(file.fileno())

            def __enter__(self) -> "Spy":
                return self

            def __exit__(self, *_: object) -> None:
                file.close()

        return Spy()


def listing(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("before", [None, b"old"])
def test_a_file_is_its_owners_alone_whatever_was_there(
    tmp_path: Path, before: bytes | None
) -> None:
    path = tmp_path / "file"
    if before is not None:
        path.write_bytes(before)
        path.chmod(0o644)
    umask = os.umask(0)
    try:
        files.write_private(path, b"new" * 100_000)
    finally:
        os.umask(umask)
    assert listing(tmp_path) == {"file": b"new" * 100_000}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("step", STEPS)
def test_what_fails_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    failing = Failing(step, monkeypatch)
    with pytest.raises(OSError, match="injected"):
        files.write_private(path, b"newer")
    # Once the name is given, only its being on the disk for good is in doubt.
    assert listing(tmp_path) == {"file": b"newer" if step == "fsync folder" else b"old"}
    assert tuple(failing.seen) == STEPS[: STEPS.index(step) + 1]


@pytest.mark.parametrize("step", [step for step in STEPS if step != "replace"])
def test_a_new_file_that_fails_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    Failing(step, monkeypatch)
    with pytest.raises(OSError, match="injected"):
        files.create_private(tmp_path / "file", b"newer")
    assert listing(tmp_path) == {}


def test_a_folder_in_the_way_stays_and_nothing_beside_it(tmp_path: Path) -> None:
    (tmp_path / "file").mkdir()
    with pytest.raises(IsADirectoryError):
        files.write_private(tmp_path / "file", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_link_at_the_final_name_is_replaced_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"theirs")
    (tmp_path / "file").symlink_to("elsewhere")
    files.write_private(tmp_path / "file", b"new")
    assert listing(tmp_path) == {"file": b"new", "elsewhere": b"theirs"}
    assert not (tmp_path / "file").is_symlink()


@pytest.mark.parametrize("target", ["elsewhere", "missing"])
def test_a_link_at_the_partial_name_is_neither_followed_nor_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    (tmp_path / "elsewhere").write_bytes(b"theirs")
    partial = tmp_path / "partial"
    partial.symlink_to(target)
    monkeypatch.setattr(files, "partial_path", lambda _: partial)
    with pytest.raises(FileExistsError):
        files.write_private(tmp_path / "file", b"new")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["elsewhere", "partial"]
    assert (tmp_path / "elsewhere").read_bytes() == b"theirs"
    assert partial.is_symlink()


@pytest.mark.parametrize("target", ["elsewhere", "missing"])
def test_a_new_file_takes_nobodys_name(tmp_path: Path, target: str) -> None:
    (tmp_path / "elsewhere").write_bytes(b"theirs")
    (tmp_path / "link").symlink_to(target)
    for name in ("elsewhere", "link"):
        with pytest.raises(FileExistsError):
            files.create_private(tmp_path / name, b"new")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["elsewhere", "link"]
    assert (tmp_path / "elsewhere").read_bytes() == b"theirs"
    files.create_private(tmp_path / "new", b"new")
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o600


KILLED = textwrap.dedent("""
    import os, signal, sys
    from pathlib import Path
    from desktop_migrator.system import files

    lines, line = 0, int(sys.argv[2])

    def trace(frame, event, argument):
        global lines
        if frame.f_code.co_filename != files.__file__:
            return None
        if event == "line":
            lines += 1
            if lines == line:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    sys.settrace(trace)
    files.write_private(Path(sys.argv[1]), b"new")
    sys.settrace(None)
""")


def test_a_process_killed_at_any_line_leaves_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "file"
    found, line, killed = [], 0, True
    partials = 0
    while killed:
        line += 1
        path.write_bytes(b"old")
        done = subprocess.run([sys.executable, "-c", KILLED, path, str(line)], check=False)
        killed = done.returncode == -signal.SIGKILL
        assert killed or done.returncode == 0
        found.append(path.read_bytes())
        partials += files.remove_stale_partials(tmp_path)
        assert [each.name for each in tmp_path.iterdir()] == ["file"]
    assert set(found) == {b"old", b"new"}
    assert found == sorted(found, reverse=True)  # from one line on, always the new one
    assert partials > 3


def test_only_partial_files_of_processes_that_are_gone_are_removed(tmp_path: Path) -> None:
    stays = files.partial_path(tmp_path / "file")
    assert process_marker.current_marker() in stays.name
    others = [tmp_path / name for name in ("file", ".partial-x.part", f".partial-{DEAD}-a")]
    gone = [tmp_path / f".partial-{DEAD}-{name}.part" for name in ("a", "b.dmbackup")]
    for path in (stays, *others, *gone):
        path.write_bytes(b"")
    assert files.remove_stale_partials(tmp_path) == 2
    assert sorted(tmp_path.iterdir()) == sorted([stays, *others])
    assert files.remove_stale_partials(tmp_path / "missing") == 0


def test_a_private_folder_keeps_the_mode_it_was_given(tmp_path: Path) -> None:
    made = files.private_folder(tmp_path / "a" / "b")
    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    made.chmod(0o750)
    assert files.private_folder(made) == made
    assert stat.S_IMODE(made.stat().st_mode) == 0o750


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP, errno.EACCES])
def test_a_folder_that_cannot_be_synced_does_not_count_as_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    real = os.fsync

    def fsync(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(number, "not here")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    files.write_private(tmp_path / "file", b"new")
    assert listing(tmp_path) == {"file": b"new"}


def test_a_digest_is_the_one_that_coreutils_computes(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(range(256)) * 5000)
    output = subprocess.run(["sha256sum", path], capture_output=True, check=True, text=True)
    assert files.file_sha256(path) == output.stdout.split()[0]


def test_a_reason_has_no_path_in_it(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as failure:
        files.file_sha256(tmp_path / "missing")
    assert files.os_error_reason(failure.value) == os.strerror(errno.ENOENT)
    assert files.os_error_reason(TimeoutError()) == "TimeoutError"


@pytest.mark.skipif(sys.platform == "win32", reason="its pipes have no paths")
@pytest.mark.parametrize("by_link", [False, True])
def test_a_pipe_is_written_into_and_never_replaced(tmp_path: Path, by_link: bool) -> None:
    """So is a device such as `/dev/null`, and `/dev/stdout`, which is a link to one."""
    pipe, link = tmp_path / "pipe", tmp_path / "link"
    os.mkfifo(pipe)
    link.symlink_to(pipe)
    path = link if by_link else pipe
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        for write in (files.write_output, files.write_public):
            write(path, b"a line\n")
        with pytest.raises(FileExistsError):
            files.write_private(path, b"the program's own")
        assert os.read(reader, 100) == b"a line\na line\n"
    finally:
        os.close(reader)
    assert (pipe.is_fifo(), link.is_symlink()) == (True, True)
    assert {each.name for each in tmp_path.iterdir()} == {"pipe", "link"}


@pytest.mark.skipif(sys.platform == "win32", reason="it has no sockets with paths")
def test_a_socket_is_neither_replaced_nor_written_into(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        for write in (files.write_output, files.write_private, files.write_public):
            with pytest.raises(FileExistsError):
                write(path, b"x")
    assert path.is_socket()


@pytest.mark.parametrize("name", [".", "folder"])
def test_a_folder_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    for write in (files.write_output, files.write_private, files.write_public):
        with pytest.raises(OSError):  # noqa: PT011 - which one is the system's to say
            write(Path(name), b"x")
    assert [each.name for each in tmp_path.iterdir()] == ["folder"]
