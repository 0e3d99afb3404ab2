"""Three days in the life of a browser profile, and what its pages read back on each.

Day one ends with the browser quit, day two with it killed; on day three it runs on. Each day begins
with a copy of the profile, so that all three can be looked at afterwards.
"""

import shutil
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from desktop_migrator.model import StoreFormat
from tests.browsers import hard_data
from tests.browsers.launch import Browser, Chromium, ChromiumMovingToSqlite, Firefox, WebKit
from tests.browsers.site import Operation, Records, Session, Site


@dataclass(frozen=True)
class Area:
    """What tells one area from another, as a person at the browser knows it."""

    origin: str
    top_level_site: str | None = None
    cross_site_ancestor: bool = False
    anonymous: bool = False
    container: int | None = None


@dataclass(frozen=True)
class State:
    """A profile as one day left it."""

    format: StoreFormat
    profile: Path
    lock: Path | None
    """The link that the running browser keeps in the profile, if it is of that kind."""
    written: dict[Area, Records]
    """What the pages read back, every area that was ever written; cleared ones are empty."""
    began: datetime
    """When the first page of the first day opened."""
    running: bool


@dataclass
class Diary:
    """Visits pages and keeps what they read back."""

    browser: Browser
    written: dict[Area, Records]
    marks: list[str] = field(default_factory=list)

    def visit(
        self,
        area: Area,
        operations: Sequence[Operation] = (),
        *,
        top: str = "",
        frames: Sequence[str] = (),
        session: Session | None = None,
    ) -> None:
        """Operates on an area: that of the page itself, or that of the innermost frame of `top`."""
        session = session or self.browser.session
        self.written[area] = session.visit(top or area.origin, operations, frames)

    def mark(self) -> Operation:
        """Writes a text by whose arrival on disk the area's saving can be told."""
        self.marks.append(uuid.uuid4().hex)
        return ("setItem", "mark", self.marks[-1])

    def wait_until_saved(self) -> None:
        self.browser.wait_until_saved(*self.marks)


@contextmanager
def live(kind: type[Browser], site: Site, folder: Path) -> Iterator[dict[str, State]]:
    """Lives the three days; inside the context the last one goes on."""
    began = datetime.now(UTC)
    written: dict[Area, Records] = {}

    def state(day: str, *, running: bool) -> State:
        profile = folder / day
        lock = profile / kind.lock if kind.lock else None
        return State(kind.format, profile, lock, dict(written), began, running)

    with kind(site, folder / "quit") as browser:
        diary = Diary(browser, written)
        _first_day(diary, site)
        browser.quit(*diary.marks)
    after_quit = state("quit", running=False)

    _copy(folder / "quit", folder / "killed")
    with kind(site, folder / "killed") as browser:
        _later_day(Diary(browser, written), site, turn=3)
        browser.kill()
    after_kill = state("killed", running=False)

    _copy(folder / "killed", folder / "running")
    with kind(site, folder / "running") as browser:
        _later_day(Diary(browser, written), site, turn=4)
        yield {
            "quit": after_quit,
            "killed": after_kill,
            "running": state("running", running=True),
        }


def move(site: Site, folder: Path, meanwhile: Callable[[Path], None]) -> State:
    """A profile whose browser has moved its LevelDB into SQLite by itself, and still knows all.

    `meanwhile` is done to the profile before that.
    """
    began = datetime.now(UTC)
    written: dict[Area, Records] = {}
    with Chromium(site, folder) as browser:
        _first_day(Diary(browser, written), site)
        browser.quit()
    meanwhile(folder)
    with ChromiumMovingToSqlite(site, folder) as browser:
        browser.move()
        browser.quit()
    with ChromiumMovingToSqlite(site, folder) as browser:
        _visit_again(Diary(browser, written))
        browser.quit()
    return State(ChromiumMovingToSqlite.format, folder, None, written, began, running=False)


def _copy(profile: Path, to: Path) -> None:
    locks_and_caches = shutil.ignore_patterns("Singleton*", "lock", "*Cache*")
    shutil.copytree(profile, to, ignore=locks_and_caches)


def _first_day(diary: Diary, site: Site) -> None:
    port, other_port = site.ports
    app, hub = f"http://app.demo.test:{port}", f"http://hub.demo.test:{port}"
    widget = f"http://widget.test:{port}"

    for name, records in {
        "app.demo": hard_data.app_data(),
        "hard": hard_data.hard(),
        "hardest": hard_data.hardest(),
        "big": hard_data.big(),
        "many": hard_data.many(),
        "cleared": hard_data.hard(),
        "emptied": {"only": "one"},
    }.items():
        diary.visit(Area(f"http://{name}.test:{port}"), hard_data.writing(records))
    diary.visit(Area(f"http://app.demo.test:{other_port}"), [("setItem", "tasks", "[]")])
    for turn in range(3):
        diary.visit(Area(f"http://churn.test:{port}"), hard_data.churning(turn))

    diary.visit(Area(widget), [diary.mark()])
    if isinstance(diary.browser, WebKit):
        return  # WebKitGTK keeps framed areas in memory alone
    framed = Area(widget, top_level_site="http://demo.test")
    diary.visit(framed, [diary.mark()], top=app, frames=[widget])
    # The frame's own site is on top, but another one lies between.
    between = Area(hub, cross_site_ancestor=True)
    diary.visit(between, [diary.mark()], top=app, frames=[widget, hub])
    if isinstance(diary.browser, Chromium):
        anonymous = Area(widget, anonymous=True)
        diary.visit(anonymous, [diary.mark()], top=app, frames=[f"{widget}#anonymous"])
    if isinstance(diary.browser, Firefox):
        session = diary.browser.open_container(2)
        diary.visit(Area(app, container=2), [diary.mark()], session=session)
        framed = replace(framed, container=2)
        diary.visit(framed, [diary.mark()], top=app, frames=[widget], session=session)


def _later_day(diary: Diary, site: Site, turn: int) -> None:
    port, _ = site.ports
    _visit_again(diary)
    diary.visit(Area(f"http://cleared.test:{port}"), [("clear",)])
    diary.visit(Area(f"http://emptied.test:{port}"), [("removeItem", "only")])
    diary.visit(Area(f"http://churn.test:{port}"), hard_data.churning(turn))
    diary.visit(Area(f"http://hard.test:{port}"), [("setItem", "day", f"\ud83d{turn}")])
    for name in ("churn", "hard", "news"):
        diary.visit(Area(f"http://{name}.test:{port}"), [diary.mark()])
    diary.wait_until_saved()


def _visit_again(diary: Diary) -> None:
    before = dict(diary.written)
    for area in before:
        if area == Area(area.origin) and "hardest" not in area.origin:
            diary.visit(area)
    changed = [area for area in before if diary.written[area] != before[area]]
    assert not changed, f"the browser forgot overnight: {changed}"
