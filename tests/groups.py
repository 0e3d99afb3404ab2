"""Which tests have to run in one process, and which are to begin first.

With several processes (`--dist loadgroup`) a group goes to one of them as a whole. A file is a
group, so that what its tests share is made once. Long files whose tests share nothing but a server
are divided by their tests; tests in real browsers by the browser, whose life they share.
"""

from typing import Any

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

DIVIDED = {
    "tests/conformance/test_policies.py",
    "tests/integration/faults/test_faults.py",
    "tests/integration/test_lock.py",
    "tests/integration/test_migrate_hard.py",
    "tests/integration/test_resume.py",
    "tests/integration/test_validate_and_repair.py",
    "tests/unit/browsers/test_leveldb_damage.py",
    "tests/unit/browsers/test_sqlite_salvage.py",
    "tests/unit/browsers/test_write_profile.py",
    "tests/wizard/test_pages.py",
}
BROWSERS = ("chromium-leveldb", "chromium-sqlite", "firefox", "webkit")
MOVE = "tests/browsers/test_the_move_to_sqlite.py"
"""Goes on in the background from the first of Chromium's tests to the last."""
CONSUMERS = "tests/consumers"
"""What the app that reads stands on is installed once."""
FIRST = (
    "tests/browsers chromium-leveldb",
    "tests/integration/faults/test_faults.py",
    "tests/browsers",
    "tests/packaging",
    "tests/wizard/xvfb",
    "tests/consumers",
    "tests/fuzz",
    "tests/wizard",
    "tests/integration",
    "tests/conformance",
)
"""How the names of groups begin, those first that take longest."""


def group(test: str) -> str:
    """By the test's id."""
    file, _, name = test.partition("::")
    if file == MOVE:
        return f"tests/browsers {BROWSERS[0]}"
    if file.startswith("tests/browsers/"):
        return f"tests/browsers {next((each for each in BROWSERS if each in name), '')}"
    if file.startswith(CONSUMERS):
        return CONSUMERS
    return f"{file} {name.partition('[')[0]}" if file in DIVIDED else file


def rank(name: str) -> int:
    """Smaller for a group that is to begin earlier."""
    return next((n for n, begins in enumerate(FIRST) if name.startswith(begins)), len(FIRST))


class GroupScheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Hands out whole groups, in the order in which they were collected."""

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid)

    def remove_node(self, node: Any) -> str | None:
        """The test in which the process ended, which has failed.

        xdist's own scheduler hands that test out again, and it would end one process after the
        other; and groups that are done, with which a process that gets one waits for ever.
        """
        crashed = None
        groups = self.assigned_work.get(node, {})
        for name, tests in list(groups.items()):
            if crashed is None:
                crashed = next((test for test, done in tests.items() if not done), None)
                if crashed is not None:
                    tests[crashed] = True
            if all(tests.values()):
                del groups[name]
        super().remove_node(node)
        return crashed


def make_scheduler(config: Any, log: Any) -> GroupScheduling | None:
    """None where the tests are to be divided otherwise."""
    # xdist's own groups come by a suffix of the test's id, which pytest 9.2 does not let it write.
    return GroupScheduling(config, log) if config.getvalue("dist") == "loadgroup" else None
