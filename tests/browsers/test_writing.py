"""What we clear from real browsers' profiles and put back is what their pages find then."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass

import pytest

from desktop_migrator.errors import BrowserRunning
from desktop_migrator.migration.backups.clear import ClearResult
from desktop_migrator.migration.backups.into_browser import RestoreToBrowserResult
from desktop_migrator.migration.workspace.workspace import Workspace
from tests.browsers.launch import Browser, Chromium, Firefox
from tests.browsers.lives import Area, State
from tests.browsers.round_trip import CLEARED, clear_from, cleared_origins, restore
from tests.browsers.site import Records, Site
from tests.browsers.test_reading import by_area, find, read
from tests.waiting import wait_until


@dataclass(frozen=True)
class Round:
    """A profile that was cleared, visited, restored and visited."""

    kind: type[Browser]
    state: State
    """The profile in the end, and what its pages read back before it was cleared."""
    before: dict[Area, Records]
    """What we read then."""
    cleared: dict[Area, Records]
    """What the pages read back after the clear; in the app one record was written then."""
    again: dict[Area, Records]
    """What they read back after the restore."""
    after: dict[Area, Records]
    """What we read then."""
    counts: tuple[ClearResult, RestoreToBrowserResult]


def visit(browser: Browser, areas: dict[Area, Records], site: Site) -> dict[Area, Records]:
    """Reads plain areas, and one that is framed, through their pages."""
    app, widget = (f"http://{name}.test:{site.ports[0]}" for name in ("app.demo", "widget"))
    framed = Area(widget, top_level_site="http://demo.test")
    found = {
        # Firefox and WebKit change some keys of this one at a restart: see hard_data.
        area: browser.session.visit(area.origin)
        for area in areas
        if area == Area(area.origin) and "hardest" not in area.origin
    }
    if framed in areas:
        found[framed] = browser.session.visit(app, frames=[widget])
    return found


def wait_until_closed(state: State) -> None:
    wait_until(lambda: not find(state).profile.running, "the browser does not end", 0.1)


@pytest.fixture(scope="session")
def round_(days: dict[str, State], site: Site, tmp_path_factory: pytest.TempPathFactory) -> Round:
    folder = tmp_path_factory.mktemp("writing")
    was = days["quit"]
    kind = next(
        each
        for each in (*Browser.__subclasses__(), *Chromium.__subclasses__())
        if each.format is was.format and each.__name__ != "ChromiumMovingToSqlite"
    )
    profile = folder / "profile"
    ignored = shutil.ignore_patterns("Singleton*", "lock", "*Cache*")
    shutil.copytree(was.profile, profile, ignore=ignored)
    state = State(was.format, profile, None, was.written, was.began, running=False)
    workspace = Workspace.open(folder / "data")
    before = by_area(read(state, folder))

    cleared = clear_from(profile, cleared_origins(site), workspace)
    with kind(site, profile) as browser:
        after_clear = visit(browser, was.written, site)
        after_clear[Area(cleared_origins(site)[0])] = browser.session.visit(
            cleared_origins(site)[0],
            [("setItem", "since", "the clear"), ("setItem", "tasks", "[]")],
        )
        with pytest.raises(BrowserRunning):
            restore(cleared.backup, workspace)
        browser.quit("the clear")
    wait_until_closed(state)
    restored = restore(cleared.backup, workspace)
    after = by_area(read(state, folder))
    with kind(site, profile) as browser:
        again = visit(browser, was.written, site)
        browser.quit()
    return Round(kind, state, before, after_clear, again, after, (cleared, restored))


def is_cleared(area: Area) -> bool:
    return any(area.origin.startswith(f"http://{name}.test") for name in CLEARED)


def is_app(area: Area, site: Site) -> bool:
    return area == Area(cleared_origins(site)[0])


def test_pages_find_cleared_areas_empty_and_all_others_as_they_were(
    round_: Round, site: Site
) -> None:
    other_port = f":{site.ports[1]}"
    for area, records in round_.cleared.items():
        if is_app(area, site):
            assert records == {"since": "the clear", "tasks": "[]"}
        elif is_cleared(area) and not area.origin.endswith(other_port):
            assert records == {}, area
        else:
            assert records == round_.state.written[area], area
    assert sum(is_cleared(area) for area in round_.cleared) >= 4


def test_pages_find_everything_again_after_the_restore(round_: Round, site: Site) -> None:
    for area, records in round_.again.items():
        expected = round_.state.written[area]
        if is_app(area, site):  # what was written since stays
            expected = expected | {"since": "the clear", "tasks": "[]"}
        assert records == expected, area
    assert round_.again.keys() == round_.cleared.keys()


def test_our_reader_finds_every_record_again(round_: Round, site: Site) -> None:
    expected = {
        area: records | {"since": "the clear", "tasks": "[]"} if is_app(area, site) else records
        for area, records in round_.before.items()
    }
    assert round_.after == expected


def test_every_record_is_counted(round_: Round, site: Site) -> None:
    cleared, restored = round_.counts
    gone = sum(
        len(records)
        for area, records in round_.before.items()
        if area.origin in cleared_origins(site)
    )
    assert cleared.records == gone
    assert restored.written.added == gone - 1
    assert restored.written.kept == 1
    assert restored.written.replaced == restored.written.deleted == 0


def test_firefox_counts_what_the_areas_use_as_before(round_: Round) -> None:
    if round_.kind is not Firefox:
        pytest.skip("a count of Firefox alone")

    def units(text: str) -> int:
        return len(text.encode("utf-16-le", "surrogatepass")) // 2

    with closing(sqlite3.connect(round_.state.profile / "storage.sqlite")) as database:
        counted = dict(database.execute("SELECT origin, usage FROM origin").fetchall())
    for area, records in round_.again.items():
        if area == Area(area.origin) and records:
            expected = sum(units(key) + units(value) for key, value in records.items())
            assert counted[area.origin] == expected, area
