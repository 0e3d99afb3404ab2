"""A screen and somebody at it."""

import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import desktop_migrator
from tests.summary import tell
from tests.wizard.xvfb.person import Person, virtual_screen
from tests.wizard.xvfb.watchdog import Turn

SitDown = Callable[..., Person]
TURNS = "the window's worst turns"


@pytest.fixture(scope="session")
def compiled() -> None:
    """Installed programs have their modules compiled; compiling one holds the interpreter."""
    folders = [sysconfig.get_path("purelib"), str(Path(desktop_migrator.__file__).parent)]
    command = [sys.executable, "-m", "compileall", "-q", "-j", "2", *folders]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=False)


@pytest.fixture(scope="session")
def turns(pytestconfig: pytest.Config, compiled: None) -> Iterator[list[Turn]]:
    """The windows' worst turns; the worst of all are told at the end."""
    turns: list[Turn] = []
    yield turns
    busiest = max(turns, default=Turn(), key=lambda each: each.computing)
    latest = max(turns, default=Turn(), key=lambda each: each.late)
    lines = [f"busiest: {busiest}", busiest.during, f"latest: {latest}", latest.during]
    tell(pytestconfig, TURNS, lines)


@pytest.fixture
def sit_down(home: Path, turns: list[Turn]) -> Iterator[SitDown]:
    """Starts the wizard, as somebody who then sits before it, and in the end looks whether the
    window always answered."""
    sat: list[Person] = []
    with virtual_screen() as screen:

        def sit(*file: Path) -> Person:
            sat.append(Person(screen, home, *file))
            return sat[-1]

        try:
            yield sit
        finally:
            for person in sat:
                person.end()
    for person in sat:
        turns += [person.busiest, person.latest]
        assert not person.stalls, "\n\n".join(f"{each}\n{each.during}" for each in person.stalls)
