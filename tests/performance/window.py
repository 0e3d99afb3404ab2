"""The wizard's worst turns of its event loop, by the clock and by what the thread computed.

Taken from the ways that tests/wizard/xvfb goes through the whole wizard.
"""

import subprocess
import sys

from tests.wizard.xvfb.conftest import TURNS

_WAYS = "tests/wizard/xvfb/test_whole_ways.py"


def run() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", _WAYS]
    output = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    _, _, table = output.partition(f" {TURNS} ")
    print(f"\n{TURNS.capitalize()}, through {_WAYS}")
    for line in table.splitlines():
        if line.startswith(("busiest: ", "latest: ")):
            print(f"  {line}")


if __name__ == "__main__":
    run()
