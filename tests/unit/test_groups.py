"""How the suite is divided among processes, when one of them ends in the midst of a test."""

import pytest

CONFTEST = """
from tests.groups import make_scheduler

def pytest_xdist_make_scheduler(config, log):
    return make_scheduler(config, log)
"""
FILES = 9


def test_a_process_that_ends_costs_one_test(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(CONFTEST)
    ordinary = "def test_one(): pass\ndef test_two(): pass\n"
    pytester.makepyfile(**{f"test_{number}": ordinary for number in range(FILES)})
    pytester.makepyfile(test_4=f"import os\n{ordinary}def test_ends(): os._exit(1)\n{ordinary}")
    words = ["--numprocesses=2", "--dist=loadgroup", "--no-loadscope-reorder"]
    ended = pytester.runpytest_subprocess(*words, "-p", "no:cacheprovider", timeout=100)
    ended.assert_outcomes(passed=2 * FILES, failed=1)
