"""The wizard opened with a kit: whose it is comes before everything else."""

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path

import keyring
import psycopg
import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from desktop_migrator.errors import AuthenticationFailed, KitChanged, KitCodeWrong, KitEnded
from desktop_migrator.migration.database.open_database import open_database, prepare_entities
from desktop_migrator.migration.desk.invitations import Invitation, Kitting, invite, revoke
from desktop_migrator.migration.desk.kits import make_kit, open_kit, trust_desk
from desktop_migrator.migration.wizard_options import WizardOptions
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import RunResult
from desktop_migrator.plan.schema import load_plan
from desktop_migrator.system.resources import resource
from desktop_migrator.vault.keys import PrivateKey
from desktop_migrator.vault.signatures import SigningKey
from desktop_migrator.wizard.flow import Requirement, WizardStep, Workflow, unmet_requirement
from desktop_migrator.wizard.operations import CaptureResult
from desktop_migrator.wizard.pages.destination import DestinationPage
from desktop_migrator.wizard.pages.kit import KitPage
from desktop_migrator.wizard.widgets.kit_panel import KitPanel
from tests import kept_keyring
from tests.recorded import APP
from tests.recording_reporter import RecordingReporter
from tests.wizard.conftest import PASSPHRASE, OpenWindow, Person
from tests.wizard.pages import named

DESK = SigningKey.generate()
TRUST = "I know and trust them"


@pytest.fixture(autouse=True)
def nobodys_browsers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path))


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
    page = person.page
    assert page.step is WizardStep.KIT
    assert unmet_requirement(page.step, page.answers) is Requirement.KIT
    person.lay_out()
    trust = named(page, QPushButton, TRUST)
    assert person.window.focusWidget() is not trust
    trust.click()
    assert unmet_requirement(page.step, page.answers) is not Requirement.KIT
    person.wait(lambda: page.operation is None)
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
    person.wait(lambda: person.page.operation is None)
    again = sit()
    assert not again.page.answers.kit_not_accepted
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


@pytest.fixture
def new_kit(kit: Path) -> Path:
    """For the app of the sample profiles, whose database is on this computer."""
    text = resource("plans", "default.toml").read_text("utf-8")
    make_kit(
        kit,
        owner="Acme Tasks",
        plan_text=text.replace("origins = []", f'origins = ["{APP}"]'),
        database="builtin",
        recipients=[PrivateKey.generate().public_key],
        key=DESK,
    )
    return kit


@pytest.fixture
def desk_kit(new_kit: Path, tmp_path: Path) -> Path:
    """The same, of a desk that was accepted."""
    workspace = Workspace.open(tmp_path / "data")
    trust_desk(open_kit(new_kit, workspace), workspace)
    return new_kit


class Effort(QObject):
    """What a person has to do: presses of buttons, and fields that are filled."""

    def __init__(self) -> None:
        super().__init__()
        self.clicks = 0
        self.fields: set[QObject] = set()
        QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.MouseButtonRelease and isinstance(watched, QAbstractButton):
            self.clicks += 1
        if event.type() is QEvent.Type.KeyPress and isinstance(watched, QLineEdit):
            self.fields.add(watched)
        return False


def press(button: QAbstractButton) -> None:
    assert button.isEnabled()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


@pytest.fixture
def keychain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    before = keyring.get_keyring()
    monkeypatch.setenv("DM_TEST_KEYRING", str(tmp_path / "keyring.json"))
    keyring.set_keyring(kept_keyring.Keyring())  # type: ignore[no-untyped-call]
    yield
    keyring.set_keyring(before)


@pytest.mark.usefixtures("keychain")
def test_a_kit_migrates_from_one_page_in_four_clicks_one_text_and_two_decisions(
    new_kit: Path,
    home: Path,
    open_window: OpenWindow,
    qtbot: QtBot,
    demo_folder: Path,
) -> None:
    """Where the computer has a keychain and the kit's database asks for no password of hers."""
    window = open_window(WizardOptions(file=new_kit, data_dir=demo_folder))
    window.context.folders = (home,)
    person = Person(window, qtbot)
    page = person.page
    assert isinstance(page, KitPage)
    page.on_enter()
    person.wait(lambda: page.operation is None)
    assert re.match(r"\d+ tasks, .*\d forms?.* in .+ and ", page._found.text())
    effort = Effort()
    press(named(page, QPushButton, TRUST))  # the first decision
    person.wait(lambda: page.operation is None)
    QTest.keyClicks(page._person, "maria")
    press(window.button(window.WizardButton.NextButton))
    person.wait(lambda: person.page.step is WizardStep.CONFLICTS and person.page.isComplete())
    press(window.button(window.WizardButton.CommitButton))  # the second: which version counts
    person.wait(lambda: person.page.step is WizardStep.DONE or person.page.error_panel.isVisible())
    result = window.context.result
    assert isinstance(result, RunResult), person.page.error_panel.support_text()
    assert result.verified
    assert window.visitedIds() == [
        WizardStep.KIT,
        WizardStep.CONFLICTS,
        WizardStep.MIGRATE,
        WizardStep.DONE,
    ]
    press(window.button(window.WizardButton.FinishButton))
    assert not window.isVisible()
    assert (effort.clicks, len(effort.fields)) == (4, 1)


def test_without_its_database_a_kit_offers_a_file_for_the_desk_alone(
    desk_kit: Path,
    home: Path,
    open_window: OpenWindow,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window = open_window(WizardOptions(file=desk_kit, data_dir=tmp_path / "data"))
    window.context.folders = (home,)
    window.context.answers.database = "postgresql://app@127.0.0.1:9/app"
    person = Person(window, qtbot)
    page = person.page
    assert isinstance(page, KitPage)
    page.on_enter()
    person.wait(lambda: page.operation is None)
    page._person.setText("maria")
    page._passphrase.set_passphrase(PASSPHRASE, PASSPHRASE)
    person.go_on()
    assert page.error_panel.error is not None
    [instead] = [
        each
        for each in page.error_panel.findChildren(QPushButton)
        if "file instead" in each.accessibleName()
    ]
    instead.click()
    person.wait(lambda: person.page.step is WizardStep.DONE)
    result = window.context.result
    assert isinstance(result, CaptureResult)
    assert result.path.is_file()
    assert window.context.answers.workflow is Workflow.CAPTURE


@pytest.fixture
def invited(kit: Path, database: str, tmp_path: Path) -> Iterator[Invitation]:
    """Maria's, into a database that has the app's tables."""
    text = resource("plans", "default.toml").read_text("utf-8")
    workspace = Workspace.open(tmp_path / "desk")
    reporter = RecordingReporter()
    with open_database(database, workspace, reporter) as engine, engine.begin() as connection:
        plan = load_plan(None)
        prepare_entities(connection, plan, [*plan.entities], create=True)
    yield invite(
        Kitting(
            path=kit,
            owner="Acme Tasks",
            plan_text=text.replace("origins = []", f'origins = ["{APP}"]'),
            recipients=[PrivateKey.generate().public_key],
        ),
        database,
        "maria",
        1,
        apply=True,
        workspace=workspace,
        reporter=reporter,
    )
    revoke(database, "maria", apply=True, workspace=workspace, reporter=reporter)


def test_a_personal_kit_asks_for_its_code_alone_and_leaves_no_password(
    invited: Invitation,
    kit: Path,
    database: str,
    home: Path,
    open_window: OpenWindow,
    qtbot: QtBot,
    tmp_path: Path,
) -> None:
    code = invited.code
    assert code
    window = open_window(WizardOptions(file=kit, data_dir=tmp_path / "data"))
    window.context.folders = (home,)
    person = Person(window, qtbot)
    page = person.page
    assert isinstance(page, KitPage)
    page.on_enter()
    person.wait(lambda: page.operation is None)
    assert not page.findChildren(QPushButton, TRUST)
    assert not page._person.isVisible()
    assert not page._password.isVisible()
    page._passphrase.set_passphrase(PASSPHRASE, PASSPHRASE)
    QTest.keyClicks(page._code, code[:-1])
    assert unmet_requirement(page.step, page.answers) is Requirement.CODE
    QTest.keyClicks(page._code, str((int(code[-1]) + 1) % 10))
    start = window.button(window.WizardButton.NextButton)
    press(start)
    person.wait(lambda: isinstance(page.error_panel.error, KitCodeWrong))
    assert page.answers.password is None
    page._code.clear()
    effort = Effort()
    QTest.keyClicks(page._code, code)
    press(start)
    person.wait(lambda: person.page.step is WizardStep.CONFLICTS and person.page.isComplete())
    press(window.button(window.WizardButton.CommitButton))
    person.wait(lambda: person.page.step is WizardStep.DONE or person.page.error_panel.isVisible())
    result = window.context.result
    assert isinstance(result, RunResult), person.page.error_panel.support_text()
    assert result.verified
    press(window.button(window.WizardButton.FinishButton))
    assert (effort.clicks, len(effort.fields)) == (3, 1)
    with psycopg.connect(database) as sql:
        who = sql.execute(
            "SELECT DISTINCT a.role, r.user_id FROM desktop_migrator.audit a"
            " JOIN desktop_migrator.runs r ON r.id = a.run"
        ).fetchall()
    assert who == [(invited.role, "maria")]
    password = page.answers.password
    assert password
    kept = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
    assert kept
    assert not [path for path in kept if password.encode() in path.read_bytes()]


def test_a_personal_kit_that_was_revoked_says_so(
    invited: Invitation,
    kit: Path,
    home: Path,
    open_window: OpenWindow,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> None:
        raise AuthenticationFailed(user="maria")

    monkeypatch.setattr("desktop_migrator.wizard.pages.kit.open_database", refuse)
    window = open_window(WizardOptions(file=kit, data_dir=tmp_path / "data"))
    window.context.folders = (home,)
    person = Person(window, qtbot)
    page = person.page
    assert isinstance(page, KitPage)
    page.on_enter()
    person.wait(lambda: page.operation is None)
    page._passphrase.set_passphrase(PASSPHRASE, PASSPHRASE)
    page._code.setText(invited.code or "")
    press(window.button(window.WizardButton.NextButton))
    person.wait(lambda: isinstance(page.error_panel.error, KitEnded))
