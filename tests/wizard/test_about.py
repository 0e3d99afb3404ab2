"""What the program says of itself: licences, and newer versions where a kit names an address."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from desktop_migrator import __version__
from desktop_migrator.migration.desk.kits import make_kit
from desktop_migrator.migration.wizard_options import WizardOptions
from desktop_migrator.system.resources import resource
from desktop_migrator.wizard.widgets.about_dialog import AboutDialog
from tests.update_site import DESK, PAGE, Put, Site, put, site, web_server
from tests.wizard.conftest import OpenWindow
from tests.wizard.pages import named

__all__ = ["put", "site", "web_server"]  # fixtures


@pytest.fixture
def about(
    open_window: OpenWindow, site: Site, tmp_path: Path, qtbot: QtBot
) -> Iterator[AboutDialog]:
    """Opened with a kit whose desk is accepted."""
    kit = tmp_path / "desk.dmkit"
    plan = resource("plans", "default.toml").read_text("utf-8")
    make_kit(kit, owner="Acme", plan_text=plan, updates=site.channel().address, key=DESK)
    window = open_window(WizardOptions(file=kit, data_dir=tmp_path / "data"))
    window.context.answers.kit_not_accepted = False
    dialog = AboutDialog(window, window.context)
    dialog.show()
    yield dialog
    dialog.done(0)


def told(about: AboutDialog, qtbot: QtBot) -> str:
    named(about, QPushButton, "Check for updates").click()
    qtbot.waitUntil(named(about, QPushButton, "Check for updates").isEnabled)
    return about.answer


def test_the_licences_of_others_are_shown(about: AboutDialog, qtbot: QtBot) -> None:
    shown = named(about, QPlainTextEdit, "The work of others in this program")
    qtbot.waitUntil(lambda: bool(shown.toPlainText()))
    for words in ("GNU LESSER GENERAL PUBLIC LICENSE", "PySide6_Essentials", "SQLAlchemy"):
        assert words in shown.toPlainText()


def test_nothing_is_asked_until_somebody_asks(
    about: AboutDialog, site: Site, put: Put, qtbot: QtBot
) -> None:
    put()
    assert not site.asked
    assert told(about, qtbot) == "Version 99.0.1 is there. Faster."
    button = named(about, QPushButton, "Open its page")
    assert (button.isVisible(), button.accessibleDescription()) == (True, PAGE)
    put(version=__version__)
    assert told(about, qtbot) == "You have the newest version."
    assert not button.isVisible()
    put(valid_until="2026-01-31T12:00:00Z")
    assert "(DM-603)" in told(about, qtbot)


def test_the_address_of_a_desk_that_nobody_has_accepted_is_not_asked(
    about: AboutDialog, site: Site, qtbot: QtBot
) -> None:
    about.context.answers.kit_not_accepted = True
    assert "(DM-604)" in told(about, qtbot)
    assert not site.asked
