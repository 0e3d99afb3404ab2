#!/usr/bin/env bash
# pytest-xdist 3.8.0 with pytest 9.2.0: `--dist loadgroup` does not keep a group together.
# Tests marked with one xdist_group are to run in one process. xdist tells the scheduler the group
# by a suffix of the test's id, and pytest 9.2 does not let it change the id: all tests are dealt
# out one by one, without an error or a warning.
# Seen: the eight tests of one group ran in both processes.
set -euo pipefail
cd "$(mktemp -d)"
trap 'rm -rf "$PWD"' EXIT
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pytest==9.2.0 pytest-xdist==3.8.0 2>/dev/null
cat > test_group.py <<'P'
import os, time
import pytest

@pytest.mark.xdist_group("one")
@pytest.mark.parametrize("number", range(8))
def test_it(number):
    time.sleep(0.2)
    with open("processes", "a") as file:
        file.write(os.environ["PYTEST_XDIST_WORKER"] + "\n")
P
venv/bin/python -m pytest -q -n 2 --dist loadgroup test_group.py
processes=$(sort -u processes | wc -l)
echo "processes that ran tests of the one group: $processes"
[ "$processes" = 2 ] || { echo "this has changed: the group is kept together"; exit 1; }
