"""The fuzzers, for a bounded number of inputs."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import PATIENCE

APART = ["sh", "-c", '"$@"; exit', "sh"]
"""By a shell: Linux takes what a parent held for what its child did, and the fuzzer has a limit."""


@pytest.mark.needs("atheris")
@pytest.mark.parametrize(
    ("fuzzer", "inputs"), [("container_reader", 40_000), ("store_readers", 500)]
)
def test_nothing_unexpected_is_found(fuzzer: str, inputs: int, tmp_path: Path) -> None:
    corpus, found = tmp_path / "corpus", tmp_path / "found"
    corpus.mkdir()
    found.mkdir()
    done = subprocess.run(
        [
            *APART,
            *(sys.executable, "-m", f"tests.fuzz.{fuzzer}", corpus),
            *(f"-artifact_prefix={found}/", f"-runs={inputs}"),
        ],
        capture_output=True,
        text=True,
        timeout=3 * PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert list(found.iterdir()) == []
    assert f"Done {inputs} runs" in done.stderr
