"""The wizard opened with a kit: whose it is comes before everything else."""

import base64
import json
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from desktop_migrator.errors import KitChanged
from desktop_migrator.migration.desk.kits import make_kit
from desktop_migrator.migration.wizard_options import WizardOptions
from desktop_migrator.system.resources import resource
from desktop_migrator.vault.signatures import SigningKey
from desktop_migrator.wizard.flow import WizardStep
from desktop_migrator.wizard.pages.destination import DestinationPage
from desktop_migrator.wizard.widgets.kit_panel import KitPanel
from tests.wizard.conftest import OpenWindow, Person
from tests.wizard.pages import named

DESK = SigningKey.generate()
TRUST = "I know and trust them"


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    return tmp_path / "desk.dmkit"


def make(kit: Path, key: SigningKey | None = DESK, owner: str = "Acme support") -> None:
    make_kit(
        kit,
        owner=owner,
        plan_text=resource("plans", "default.toml").read_text("utf-8"),
        database="postgresql://app@db.acme.test:6432/app",
        contact="+49 30 1",
        message="We will call you.",
        key=key,
    )


def told(person: Person) -> str:
    panel = person.page.findChild(KitPanel)
    assert panel is not None
    return "\n".join(label.text() for label in panel.findChildren(QLabel) if label.isVisible())


@pytest.mark.parametrize(
    ("key", "warning"),
    [(DESK, "You have had nothing from them before."), (None, "nobody has signed this kit")],
)
def test_a_desk_that_nobody_knows_stops_everything_until_it_is_accepted(
    key: SigningKey | None,
    warning: str,
    kit: Path,
    open_window: OpenWindow,
    qtbot: QtBot,
    tmp_path: Path,
) -> None:
    make(kit, key)
    person = Person(open_window(WizardOptions(file=kit, data_dir=tmp_path / "data")), qtbot)
    for words in (
        "A kit by Acme support",
        "db.acme.test, port 6432",
        "the server proves who it is",
        "We will call you.",
        warning,
    ):
        assert words in told(person)
    assert not person.page.isComplete()
    named(person.page, QPushButton, TRUST).click()
    person.wait(person.page.isComplete)
    destination = person.window.page_for(WizardStep.DESTINATION)
    assert isinstance(destination, DestinationPage)
    destination.on_enter()
    address = "postgresql://app@db.acme.test:6432/app"
    assert person.window.context.answers.database == address


def test_a_desk_once_accepted_is_known_and_another_key_in_its_name_is_not(
    kit: Path, open_window: OpenWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    def sit() -> Person:
        return Person(open_window(WizardOptions(file=kit, data_dir=tmp_path / "data")), qtbot)

    make(kit)
    person = sit()
    named(person.page, QPushButton, TRUST).click()
    person.wait(person.page.isComplete)
    again = sit()
    assert again.page.isComplete()
    assert not again.page.findChildren(QPushButton, TRUST)
    make(kit, SigningKey.generate())
    other = sit()
    assert "whom you know by another key" in told(other)
    assert not other.page.isComplete()


def test_a_kit_that_was_changed_does_not_open(
    kit: Path, open_window: OpenWindow, tmp_path: Path
) -> None:
    make(kit)
    document = json.loads(kit.read_bytes())
    inner = base64.b64decode(document["payload"]).replace(b"db.acme.test", b"db.evil.test")
    document["payload"] = base64.b64encode(inner).decode()
    kit.write_text(json.dumps(document))
    with pytest.raises(KitChanged):
        open_window(WizardOptions(file=kit, data_dir=tmp_path / "data"))
