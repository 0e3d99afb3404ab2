"""One life for each browser and backend, lived once and shared by all tests."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from desktop_migrator.migration.workspace.workspace import Workspace
from tests.browsers.launch import Chromium, ChromiumSqlite, Firefox, WebKit
from tests.browsers.lives import State, live, move
from tests.browsers.round_trip import clear_from, cleared_origins, restore
from tests.browsers.site import Site


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    with Site(0, 0) as site:
        yield site


@pytest.fixture(
    scope="session",
    params=[
        pytest.param(Chromium, marks=pytest.mark.needs("chromium"), id="chromium-leveldb"),
        pytest.param(ChromiumSqlite, marks=pytest.mark.needs("chromium"), id="chromium-sqlite"),
        pytest.param(Firefox, marks=pytest.mark.needs("firefox"), id="firefox"),
        pytest.param(WebKit, marks=pytest.mark.needs("webkit"), id="webkit"),
    ],
)
def days(
    request: pytest.FixtureRequest, site: Site, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, State]]:
    if issubclass(request.param, Chromium) and _is_wanted("moving", request.session):
        request.getfixturevalue("moving")  # so that its long wait is over when its turn comes
    folder = tmp_path_factory.mktemp(request.param.__name__)
    with live(request.param, site, folder) as days:
        yield days


@pytest.fixture(params=["quit", "killed", "running"])
def state(request: pytest.FixtureRequest, days: dict[str, State]) -> State:
    """A profile whose browser was quit, was killed, or is still running."""
    return days[request.param]


@pytest.fixture(scope="session")
def moving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Future[State]]:
    """A profile that Chromium moves to SQLite in the background, as it does after a minute.

    Some of its web sites were cleared and restored before that.
    """
    folder = tmp_path_factory.mktemp("moving")
    with Site(0, 0) as site, ThreadPoolExecutor(1) as background:

        def clear_and_restore(profile: Path) -> None:
            workspace = Workspace.open(folder / "data")
            cleared = clear_from(profile, cleared_origins(site), workspace)
            assert cleared.records > 1000
            assert restore(cleared.backup, workspace).written.added == cleared.records

        yield background.submit(move, site, folder / "profile", clear_and_restore)


def _is_wanted(fixture: str, session: pytest.Session) -> bool:
    return any(
        fixture in item.fixturenames for item in session.items if isinstance(item, pytest.Function)
    )
