"""The installer's pages, gone through by the mouse, with a stub in the program's place.

Pictures of all of them are left in dist/pictures.
"""

import subprocess
from collections.abc import Callable

import pytest

from tests.packaging.conftest import Build
from tests.packaging.person import Person
from tests.packaging.windows import UNINSTALLER, Windows
from tests.waiting import wait_until

pytestmark = pytest.mark.needs("makensis", "mingw", "wine", "xvfb")

SETUP = {"en": "Desktop Migrator Setup", "de": "Installation von Desktop Migrator"}
UNINSTALL = {"en": "Desktop Migrator Uninstall", "de": "Deinstallation von Desktop Migrator"}
LANGUAGE = "Installer Language"
NEXT = (421, 338)
DATABASE, SHORTCUT = (214, 163), (214, 178)
OWN_DATA = (214, 163)
RETRY, OK = (134, 60), (187, 60)


def choose(person: Person, language: str) -> None:
    person.wait_for(LANGUAGE)
    if language == "de":
        person.press(LANGUAGE, 312, 72)
        person.press(LANGUAGE, 150, 91)
    person.picture(f"installer-{language}-0-language", LANGUAGE)
    person.click(LANGUAGE, 174, 105, lambda: person.is_gone(LANGUAGE))


def has_ended(program: "subprocess.Popen[bytes]") -> Callable[[], bool]:
    return lambda: program.poll() is not None


@pytest.mark.parametrize("language", ["en", "de"])
def test_asks_on_each_page_and_opens_the_wizard(
    windows: Windows, person: Person, build: Build, language: str
) -> None:
    disk = windows.prefix / "drive_c"
    setup = windows.start(build())
    choose(person, language)
    title = SETUP[language]

    person.wait_for(title)
    person.picture(f"installer-{language}-1-welcome", title)
    person.turn(title, *NEXT)
    person.picture(f"installer-{language}-2-licence", title)
    person.turn(title, *NEXT)
    person.tick(title, *DATABASE)
    person.tick(title, *SHORTCUT)
    person.picture(f"installer-{language}-3-parts", title)
    person.turn(title, *NEXT)
    person.picture(f"installer-{language}-4-folder", title)
    person.turn(title, *NEXT)
    wait_until(
        (windows.user / "Desktop" / "Desktop Migrator.lnk").exists, "the shortcut is not made"
    )
    person.wait_for(title)
    person.picture(f"installer-{language}-5-finish", title)
    person.click(title, *NEXT, has_ended(setup))

    assert setup.returncode == 0
    wait_until((disk / "started.txt").exists, "the program did not start")
    assert not (windows.programs / "app" / "site-packages").exists()


def test_goes_on_when_the_running_program_is_closed(
    windows: Windows, person: Person, build: Build
) -> None:
    windows.run(build(), "/S")
    disk = windows.prefix / "drive_c"
    running = windows.start(windows.programs / "app" / "desktop-migrator.exe")
    wait_until((disk / "started.txt").exists, "the program did not start")
    setup = windows.start(build("0.2.0", {"fresh.txt": "of after"}))
    choose(person, "en")
    title = SETUP["en"]
    person.wait_for(title)
    for _ in range(3):
        person.turn(title, *NEXT)

    person.click(title, *NEXT, lambda: person.has_box(title))
    person.wait_for(title)
    person.picture("installer-en-running")
    windows.end("desktop-migrator.exe")
    wait_until(has_ended(running), "the program goes on")
    person.click(title, *RETRY, (windows.programs / "app" / "fresh.txt").exists)
    person.wait_for(title)
    person.click(title, *NEXT, has_ended(setup))
    assert setup.returncode == 0


def test_says_which_windows_it_needs(windows: Windows, person: Person, build: Build) -> None:
    windows.pretend("win81")

    setup = windows.start(build())
    person.wait_for(SETUP["en"])
    person.picture("installer-en-old-windows", SETUP["en"])
    person.click(SETUP["en"], *OK, has_ended(setup))

    assert setup.returncode == 1


@pytest.mark.parametrize("ticked", [False, True], ids=["kept", "ticked"])
def test_removes_backups_only_where_ticked(
    windows: Windows, person: Person, build: Build, ticked: bool
) -> None:
    windows.run(build(), "/S")
    backup = windows.local / "desktop-migrator" / "backups" / "one.dmbackup"
    backup.parent.mkdir(parents=True, exist_ok=True)
    backup.write_bytes(b"kept")
    title = UNINSTALL["en"]

    started = windows.start(windows.programs / UNINSTALLER)
    choose(person, "en")
    person.wait_for(title)
    person.picture("uninstaller-en-1-confirm", title)
    person.turn(title, *NEXT)
    if ticked:
        person.tick(title, *OWN_DATA)
    person.picture(f"uninstaller-en-2-parts-{'ticked' if ticked else 'kept'}", title)
    person.turn(title, *NEXT)
    person.picture("uninstaller-en-4-finish", title)
    person.click(title, *NEXT, lambda: person.is_gone(title))

    wait_until(has_ended(started), "the uninstaller goes on")
    assert started.returncode == 0
    assert not windows.programs.exists()
    assert backup.exists() != ticked
