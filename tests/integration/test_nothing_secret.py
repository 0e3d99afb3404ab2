"""While a run is under way, nobody else on the computer finds its password."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path

import psutil
import pytest

from tests.integration.command_line import CommandLine
from tests.integration.conftest import PASSWORD
from tests.integration.test_parallel import PLAN, make_store, task

ENOUGH_FOR_TWO_PROCESSES = 34 * 2**20
WITH_CORE_DUMPS = 'ulimit -S -c "$(ulimit -H -c)"; exec "$@"'


@pytest.fixture
def private() -> Iterator[Path]:
    """A folder for what is ours to know: the password file lies where nothing is looked for."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def seen(process: psutil.Process) -> Iterator[bytes]:
    """What the system shows of a process."""
    with suppress(psutil.Error, OSError):
        for name in ("cmdline", "environ", "comm"):
            yield (Path("/proc") / str(process.pid) / name).read_bytes()


@pytest.fixture
def temporary() -> Iterator[Path]:
    """For the program's temporary files; with a path short enough for a socket's."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        yield Path(folder)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_no_process_and_no_file_of_a_run_shows_the_password(
    desktop_migrator: CommandLine,
    guarded: str,
    tmp_path: Path,
    private: Path,
    temporary: Path,
) -> None:
    filler = {f"filler{number}": "n" * 1000 for number in range(40)}
    store = make_store(
        tmp_path / "store",
        {
            f"tasks-{first}": [task(first * 50 + each, title="T", **filler) for each in range(50)]
            for first in range(ENOUGH_FOR_TWO_PROCESSES // 40_000 // 50 + 1)
        },
    )
    plan = tmp_path / "plan.toml"
    plan.write_text(PLAN)
    passwords = private / "pgpass"
    passwords.write_text(f"*:*:*:ada:{PASSWORD}\n")
    passwords.chmod(0o600)
    words = ["--plan", plan, "migrate", "--source", store, "--database", guarded, "--json"]
    words += ["--user-id", "u1", "--create-tables", "--max-concurrent", "2"]
    searched = set[int]()
    shown = bytearray()
    limits = set[int]()
    with subprocess.Popen(
        ["sh", "-c", WITH_CORE_DUMPS, "sh", *desktop_migrator.command(*words)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"PGPASSFILE": str(passwords), "TMPDIR": str(temporary)},
    ) as running:
        assert running.stdout
        assert running.stderr
        told = ""
        for line in running.stdout:
            told += line
            main = psutil.Process(running.pid)
            with suppress(psutil.Error):
                for each in [main, *main.children(recursive=True)]:
                    searched.add(each.pid)
                    limits.add(each.rlimit(psutil.RLIMIT_CORE)[0])
                    shown += b"".join(seen(each))
            # Files and whole folders vanish meanwhile.
            for folder, _, names in chain(os.walk(tmp_path), os.walk(temporary)):
                for path in (Path(folder) / name for name in names):
                    with suppress(FileNotFoundError):
                        if path.is_file() and path.parent != store:
                            assert PASSWORD.encode() not in path.read_bytes(), path
        told += running.stderr.read()
    assert running.returncode == 0, told
    assert PASSWORD not in told
    assert str(passwords).encode() in shown  # which they were told by their environment
    assert PASSWORD.encode() not in shown
    assert len(searched) >= 3  # two processes that load, at least
    assert limits == {0}
