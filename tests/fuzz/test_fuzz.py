"""The fuzzers, for a bounded time."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

SECONDS = 20
APART = ["sh", "-c", '"$@"; exit', "sh"]
"""By a shell: Linux takes what a parent held for what its child did, and the fuzzer has a limit."""


@pytest.mark.needs("atheris")
@pytest.mark.parametrize("fuzzer", ["container_reader"])
def test_nothing_unexpected_is_found(fuzzer: str, tmp_path: Path) -> None:
    corpus, found = tmp_path / "corpus", tmp_path / "found"
    corpus.mkdir()
    found.mkdir()
    done = subprocess.run(
        [
            *APART,
            *(sys.executable, "-m", f"tests.fuzz.{fuzzer}", corpus),
            *(f"-artifact_prefix={found}/", f"-max_total_time={SECONDS}"),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert list(found.iterdir()) == []
    runs = re.search(r"Done (\d+) runs", done.stderr)
    assert runs
    assert int(runs[1]) > 1000
