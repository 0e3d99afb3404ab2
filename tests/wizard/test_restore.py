"""An older backup put back from the wizard, into the database and into the browser."""

import pytest
from PySide6.QtWidgets import QPushButton

from desktop_migrator.migration.backups.into_browser import RestoreToBrowserResult
from desktop_migrator.migration.backups.restore import RestoreToDatabaseResult
from desktop_migrator.model import ConflictPolicy, UndoResult
from desktop_migrator.wizard.flow import RestoreDestination, WizardStep, Workflow
from desktop_migrator.wizard.pages.done import DonePage
from desktop_migrator.wizard.pages.history import HistoryPage
from desktop_migrator.wizard.pages.restore import RestorePage
from desktop_migrator.wizard.pages.welcome import WelcomePage
from desktop_migrator.wizard.widgets.card import Card
from tests.unit.browsers.test_running_browsers import LOCKER, process
from tests.wizard.conftest import PASSPHRASE, Person
from tests.wizard.pages import named
from tests.wizard.test_clear_old_data import in_firefox
from tests.wizard.test_pages import answer_boxes, execute, rows, texts


def choose_backup(person: Person) -> RestorePage:
    """From the first page to the newest backup, opened with its passphrase."""
    page = person.page
    assert isinstance(page, WelcomePage)
    page.choose_workflow(Workflow.UNDO)
    person.go_on()
    past = person.page
    assert isinstance(past, HistoryPage)
    person.wait(lambda: past.operation is None)
    backups = [card for card in past.findChildren(Card) if card.button.text().startswith("Backup")]
    backups[0].set_checked()
    person.go_on()
    restore = person.page
    assert isinstance(restore, RestorePage)
    person.wait(lambda: restore.waits_for_key)
    restore.unlock_with(PASSPHRASE)
    person.wait(lambda: restore.operation is None and bool(restore._preview_label.text()))
    return restore


def migrated(person: Person) -> int:
    person.go_to(WizardStep.DONE)
    written = rows(person.window.context.workspace, "SELECT count(*) FROM tasks")
    assert written > 0
    person.window.restart()
    return int(written)


def test_a_backup_takes_its_run_back_after_a_preview(person: Person) -> None:
    migrated(person)
    workspace = person.window.context.workspace
    page = choose_backup(person)
    assert page.answers.restore.destination is RestoreDestination.DATABASE
    added = rows(workspace, "SELECT sum(inserted) FROM desktop_migrator.chunks")
    assert f"{added} row(s) that the migration added will be removed." in page._preview_label.text()
    person.go_to(WizardStep.DONE)
    assert isinstance(person.window.context.result, UndoResult)
    assert rows(workspace, "SELECT count(*) FROM tasks") == 0


def test_a_database_that_forgot_the_run_gets_the_backups_rows(person: Person) -> None:
    count = migrated(person)
    workspace = person.window.context.workspace
    # A second migration changes what the first one wrote, so that its backup holds rows.
    execute(workspace, "UPDATE tasks SET title = title || ' (mine)'")
    page = person.page
    assert isinstance(page, WelcomePage)
    page.choose_workflow(Workflow.MIGRATE)
    person.go_to(WizardStep.CONFLICTS)
    person.wait(lambda: person.page.operation is None)
    person.page.answers.policy = ConflictPolicy.OVERWRITE
    person.go_to(WizardStep.DONE)
    person.window.restart()
    execute(workspace, "TRUNCATE desktop_migrator.runs CASCADE")
    execute(workspace, "DELETE FROM tasks")

    page = choose_backup(person)
    assert "no longer knows the migration" in page._preview_label.text()
    person.go_to(WizardStep.DONE)
    assert isinstance(person.window.context.result, RestoreToDatabaseResult)
    assert rows(workspace, "SELECT count(*) FROM tasks WHERE title LIKE '%(mine)'") == count


def test_a_backup_goes_back_into_the_browser(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    person.go_to(WizardStep.DONE)
    done = person.page
    assert isinstance(done, DonePage)
    [home] = person.window.context.folders
    before = in_firefox(home)
    answer_boxes(monkeypatch, yes=True)
    done.clear_old_data._clear_button.click()
    person.wait(lambda: done.operation is None)
    assert b"tasks" not in in_firefox(home)
    person.window.restart()

    page = choose_backup(person)
    page._browser_card.set_checked()
    person.wait(lambda: page.operation is None)
    assert "Mozilla Firefox" in page._preview_label.text()
    person.go_to(WizardStep.DONE)
    assert isinstance(person.window.context.result, RestoreToBrowserResult)
    assert in_firefox(home) == before


def test_a_browser_that_is_open_has_to_be_closed_first(person: Person) -> None:
    migrated(person)
    [home] = person.window.context.folders
    lock = home / ".mozilla" / "firefox" / "demo.default-release" / ".parentlock"
    lock.touch()
    with process(LOCKER, str(lock)):
        page = choose_backup(person)
        page._browser_card.set_checked()
        person.wait(lambda: page.operation is None)
        assert "Mozilla Firefox is running: close all of its windows first." in texts(page)
        assert not page.isComplete()
    named(page, QPushButton, "Look again").click()
    person.wait(page.isComplete)
    assert "is running" not in texts(page)


def test_a_wrong_passphrase_opens_nothing_and_another_may_be_typed(person: Person) -> None:
    migrated(person)
    page = choose_backup(person)
    page.on_enter()
    person.wait(lambda: page.waits_for_key)
    page.unlock_with("not the passphrase")
    person.wait(page.error_panel.isVisible)
    assert page.error_panel.error is not None
    assert page.error_panel.error.code == "DM-401"
    assert not page.isComplete()
    page.unlock_with(PASSPHRASE)
    person.wait(page.isComplete)
