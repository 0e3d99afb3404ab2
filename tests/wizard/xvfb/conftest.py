"""A screen and somebody at it."""

import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import desktop_migrator
from tests.summary import tell
from tests.wizard.xvfb.person import Person, screen

SitDown = Callable[..., Person]


@pytest.fixture(scope="session")
def compiled() -> None:
    """Installed programs have their modules compiled; compiling one holds the interpreter."""
    folders = [sysconfig.get_path("purelib"), str(Path(desktop_migrator.__file__).parent)]
    command = [sys.executable, "-m", "compileall", "-q", "-j", "2", *folders]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=False)


@pytest.fixture(scope="session")
def stalls(pytestconfig: pytest.Config, compiled: None) -> Iterator[list[tuple[float, str]]]:
    """The longest time that each window did not answer; the longest is told at the end."""
    stalls: list[tuple[float, str]] = []
    yield stalls
    seconds, during = max(stalls, default=(0.0, ""))
    tell(pytestconfig, "the window's longest stall", [f"{seconds * 1000:.0f} ms", during])


@pytest.fixture
def sit_down(home: Path, stalls: list[tuple[float, str]]) -> Iterator[SitDown]:
    """Starts the wizard, as somebody who then sits before it, and in the end looks whether the
    window always answered."""
    sat: list[Person] = []
    with screen() as display:

        def sit(*file: Path) -> Person:
            sat.append(Person(display, home, *file))
            return sat[-1]

        try:
            yield sit
        finally:
            for person in sat:
                person.end()
    stalls += [person.longest for person in sat]
    for person in sat:
        assert not person.stalls, "\n\n".join(
            f"{seconds * 1000:.0f} ms\n{during}" for seconds, during in person.stalls
        )
