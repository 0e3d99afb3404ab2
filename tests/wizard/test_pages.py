"""The pages on Qt's offscreen platform, over real sample profiles and a real PostgreSQL."""

from pathlib import Path
from typing import Any

import psycopg
import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QLabel, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from desktop_migrator.browsers.discovery.os_folders import System
from desktop_migrator.errors import NothingToMigrate
from desktop_migrator.migration.wizard_options import WizardOptions
from desktop_migrator.migration.workspace.catalog import Catalog
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import RunResult, UndoResult
from desktop_migrator.postgres.builtin_server.server import BuiltinPostgres
from desktop_migrator.wizard.flow import BackupChoice, WizardStep, Workflow
from desktop_migrator.wizard.opening import PAGES
from desktop_migrator.wizard.pages.backup import BackupPage
from desktop_migrator.wizard.pages.destination import DestinationPage
from desktop_migrator.wizard.pages.find import FindPage
from desktop_migrator.wizard.pages.welcome import WelcomePage
from desktop_migrator.wizard.widgets.details import CollapsibleDetails
from desktop_migrator.wizard.window import WizardWindow
from tests.unit.browsers import trees
from tests.unit.browsers.test_running_browsers import LOCKER, process
from tests.wizard.conftest import OpenWindow, Person


def rows(workspace: Workspace, query: str) -> Any:
    with BuiltinPostgres(workspace.postgres).running() as url, psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
        return row[0] if row else None


def execute(workspace: Workspace, statement: str) -> None:
    with BuiltinPostgres(workspace.postgres).running() as url, psycopg.connect(url) as connection:
        connection.execute(statement.encode())


def answer_boxes(monkeypatch: pytest.MonkeyPatch, *, yes: bool) -> list[str]:
    """Answers every question box at once; returns the texts that were asked."""
    asked: list[str] = []
    role = QMessageBox.ButtonRole
    wanted = role.AcceptRole if yes else role.RejectRole
    pressed: list[QAbstractButton] = []

    def answered(box: QMessageBox) -> int:
        asked.append(box.text())
        pressed[:] = [each for each in box.buttons() if box.buttonRole(each) == wanted]
        return 0

    monkeypatch.setattr(QMessageBox, "exec", answered)
    monkeypatch.setattr(QMessageBox, "clickedButton", lambda _: pressed[0])
    return asked


def texts(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel))


def test_a_whole_migration_and_its_undo(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    person.go_to(WizardStep.DONE)
    context = person.window.context
    result = context.result
    assert isinstance(result, RunResult)
    assert result.verified
    assert result.backup
    written = rows(context.workspace, "SELECT count(*) FROM tasks WHERE user_id = 'maria'")
    assert written == result.by_entity["tasks"].inserted > 0

    # The comparison before it was a dry run, of which there is nothing to take back.
    assert [run.run for run in Catalog(context.workspace.catalog).runs()] == [result.run]

    asked = answer_boxes(monkeypatch, yes=True)
    context.start_undo(result.run or "")
    person.wait(lambda: person.page.step is WizardStep.DONE)
    assert len(asked) == 1
    assert isinstance(context.result, UndoResult)
    assert rows(context.workspace, "SELECT count(*) FROM tasks") == 0


def test_cards_show_every_browser_and_leave_out_what_is_unticked(person: Person) -> None:
    person.go_to(WizardStep.FIND)
    page = person.page
    assert isinstance(page, FindPage)
    person.wait(page.isComplete)
    names = [card.button.text() for card in page.cards]
    assert set(names) == {"Chromium", "Google Chrome", "Mozilla Firefox", "GNOME Web"}
    before = person.window.context.answers.sources
    page.cards[0].set_checked(False)
    assert len(person.window.context.answers.sources) == len(before) - 1
    for card in page.cards:
        card.set_checked(False)
    assert not page.isComplete()


def test_a_computer_without_browsers_says_so_and_lets_a_folder_be_added(
    open_window: OpenWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    for name in ("HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(home))
    person = Person(open_window(WizardOptions(data_dir=tmp_path / "data")), qtbot)
    person.go_to(WizardStep.FIND)
    page = person.page
    person.wait(page.error_panel.isVisible)
    assert page.error_panel.error is not None
    assert page.error_panel.error.code == "DM-203"
    assert not page.isComplete()


def test_support_gets_code_and_step_and_nothing_else(person: Person) -> None:
    person.go_to(WizardStep.DESTINATION)
    page = person.page
    assert isinstance(page, DestinationPage)
    page.enter_address("postgresql://nobody:pw-marker@127.0.0.1:9/app")
    person.go_on()
    assert page.error_panel.error is not None
    assert page.error_panel.error.code == "DM-301"
    page.error_panel.copy_for_support()
    copied = QGuiApplication.clipboard().text()
    assert "Code: DM-301" in copied
    assert "Step: W4 destination" in copied
    assert "pw-marker" not in copied
    assert "pw-marker" not in person.window.context.answers.database


def test_going_without_a_backup_asks_twice(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    person.go_to(WizardStep.BACKUP)
    page = person.page
    assert isinstance(page, BackupPage)
    person.wait(lambda: page.operation is None)
    asked = answer_boxes(monkeypatch, yes=False)
    page.choose_backup(BackupChoice.NONE)
    assert len(asked) == 1
    assert person.window.context.answers.backup.choice is not BackupChoice.NONE
    asked = answer_boxes(monkeypatch, yes=True)
    page.choose_backup(BackupChoice.NONE)
    assert len(asked) == 2
    assert page.isComplete()


@pytest.mark.parametrize("entry", Workflow)
def test_the_first_page_offers_what_can_be_done(demo: WizardWindow, entry: Workflow) -> None:
    page = demo.page_for(WizardStep.WELCOME)
    assert isinstance(page, WelcomePage)
    offered = entry in page.offered_workflows
    assert offered is (entry not in {Workflow.RESUME, Workflow.RESTORE})  # nothing was left before


def test_an_open_browser_is_said_and_not_refused(person: Person) -> None:
    [home] = person.window.context.folders
    lock = home / ".mozilla" / "firefox" / "demo.default-release" / ".parentlock"
    lock.touch()
    with process(LOCKER, str(lock)):
        person.go_to(WizardStep.FIND)
        page = person.page
        assert isinstance(page, FindPage)
        person.wait(page.isComplete)
        notes = {card.button.text(): texts(card) for card in page.cards}
    assert "This browser is open." in notes.pop("Mozilla Firefox")
    assert not any("is open" in note for note in notes.values())


def test_browsers_without_anything_that_fits_are_shown_and_said(
    open_window: OpenWindow, qtbot: QtBot, home: Path, tmp_path: Path
) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text(
        'version = 1\nname = "other"\n[entities.notes]\ntable = "notes"\n'
        'id = { from = "id", type = "uuid" }\n'
        '[[entities.notes.sources]]\nkeys = ["nobody-has-it"]\n'
        '[entities.notes.columns]\ntitle = { from = "title", type = "text" }\n'
    )
    window = open_window(WizardOptions(data_dir=tmp_path / "data", plan=plan))
    window.context.folders = (home,)
    person = Person(window, qtbot)
    person.go_to(WizardStep.FIND)
    page = person.page
    assert isinstance(page, FindPage)
    person.wait(page.error_panel.isVisible)
    assert isinstance(page.error_panel.error, NothingToMigrate)
    assert [card.button.text() for card in page.sites.cards] == ["&Another web site …"]
    assert "another computer" in texts(page)


def test_the_same_item_in_several_profiles_is_moved_once(person: Person) -> None:
    person.go_to(WizardStep.DONE)
    result = person.window.context.result
    assert isinstance(result, RunResult)
    workspace = person.window.context.workspace
    written = rows(workspace, "SELECT count(*) FROM tasks")
    assert written == rows(workspace, "SELECT count(DISTINCT id) FROM tasks")
    assert result.by_entity["tasks"].items > written


@pytest.mark.usefixtures("german")
def test_every_page_has_details_that_say_where_things_are(person: Person) -> None:
    window = person.window
    root = str(window.context.workspace.root)
    for kind in PAGES.values():
        assert len(window.page_for(kind.step).findChildren(CollapsibleDetails)) == 1
    [details] = person.page.findChildren(CollapsibleDetails)
    assert root not in shown(details)
    details.set_expanded()
    assert f"Datenordner: {root}" in shown(details)
    person.go_to(WizardStep.DONE)
    result = window.context.result
    assert isinstance(result, RunResult)
    [details] = person.page.findChildren(CollapsibleDetails)
    details.set_expanded()
    assert f"Vorgang {result.run}\nSicherung {result.backup}" in shown(details)


def shown(widget: QWidget) -> str:
    labels = widget.findChildren(QLabel)
    return "\n".join(label.text() for label in labels if label.isVisible())


def test_the_whole_disk_is_searched_when_asked_and_can_be_stopped(
    open_window: OpenWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, disk = tmp_path / "home", tmp_path / "disk"
    home.mkdir()
    trees.chromium_leveldb(disk / "old/Acme")
    for name in ("HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(home))
    monkeypatch.setattr(System, "whole_disk", lambda _: ([disk], frozenset()))
    person = Person(open_window(WizardOptions(data_dir=tmp_path / "data")), qtbot)
    person.go_to(WizardStep.FIND)
    page = person.page
    assert isinstance(page, FindPage)
    person.wait(page.deep_button.isEnabled)
    assert not page.cards
    assert not page.stop_button.isVisible()

    page.deep_button.click()
    assert page.stop_button.isVisible()
    page.stop_button.click()
    person.wait(page.deep_button.isEnabled)
    assert not page.cards
    assert not page.stop_button.isVisible()

    page.deep_button.click()
    person.wait(page.deep_button.isEnabled)
    page.sites.choose("https://a.test")
    assert [card.button.text() for card in page.cards] == ["Acme"]
