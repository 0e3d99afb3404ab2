"""A migration that is held up, stopped, cut off or left, as somebody at the window lives it."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from PySide6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from desktop_migrator.errors import Cancelled, Interrupted, MigratorError, SealedFileNotWritten
from desktop_migrator.migration.wizard_options import WizardOptions
from desktop_migrator.wizard.flow import WizardStep, Workflow
from desktop_migrator.wizard.pages import migrate
from desktop_migrator.wizard.pages.migrate import MigratePage
from desktop_migrator.wizard.pages.welcome import WelcomePage
from tests.integration.faults.servers import small_disk
from tests.wizard.app_server import PASSWORD, AppServer
from tests.wizard.conftest import OpenWindow, Person
from tests.wizard.pages import named
from tests.wizard.test_pages import answer_boxes

Sit = Callable[[], Person]
ROWS = """SELECT 'task', id::text, title, user_id FROM tasks
    UNION ALL SELECT 'environment', id::text, name, user_id FROM environments ORDER BY 1, 2"""
NOT_AT_REST = """SELECT FROM pg_stat_activity WHERE usename = 'ada'
    AND NOT (state = 'idle' AND state_change < now() - interval '0.5 seconds')"""
BUSY = "SELECT state, wait_event_type FROM pg_stat_activity WHERE usename = 'ada'"


@pytest.fixture
def sit(
    open_window: OpenWindow, qtbot: QtBot, app_server: AppServer, home: Path, tmp_path: Path
) -> Sit:
    """Opens the wizard for somebody who will move her data to the app's server."""

    def sit() -> Person:
        window = open_window(WizardOptions(data_dir=tmp_path / "data"))
        window.context.folders = (home,)
        answers = window.context.answers
        answers.user_id, answers.database = "maria", app_server.url
        return Person(window, qtbot)

    return sit


@pytest.fixture(scope="module")
def known() -> list[Any]:
    """The rows that nobody disturbed, once a test has made them."""
    return []


@pytest.fixture
def whole(known: list[Any], request: pytest.FixtureRequest) -> list[Any]:
    """The rows that nobody disturbed; none of them is there."""
    if not known:
        known += request.getfixturevalue("undisturbed")
    return known


@pytest.fixture
def undisturbed(sit: Sit, app_server: AppServer) -> list[Any]:
    """The rows of a migration; they are gone again."""
    person = sit()
    go_to_backup(person)
    person.go_to(WizardStep.DONE)
    person.window.close()
    rows = app_server.sql(ROWS)
    app_server.sql("TRUNCATE tasks, environments")
    app_server.sql("DROP SCHEMA desktop_migrator CASCADE")
    shutil.rmtree(person.window.context.workspace.root)
    assert rows
    return rows


def go_to_backup(person: Person) -> None:
    person.go_to(WizardStep.DESTINATION)
    named(person.page, QLineEdit, "Password").setText(PASSWORD)
    person.go_to(WizardStep.BACKUP)
    person.use_passphrase()


@contextmanager
def held_up(person: Person, server: AppServer) -> Iterator[MigratePage]:
    """The work, begun, which waits until the block ends for others who do not let tasks be
    written."""
    with psycopg.connect(server.administrator) as others:
        others.execute("LOCK TABLE tasks IN SHARE MODE")
        person.go_on()
        page = person.page
        assert isinstance(page, MigratePage)
        person.wait(lambda: ("active", "Lock") in server.sql(BUSY))
        yield page


def press(page: MigratePage, words: str) -> None:
    button = named(page, QPushButton, words)
    assert button.isVisible()
    assert button.isEnabled()
    button.click()


def failed(person: Person, page: MigratePage) -> MigratorError | None:
    person.wait(page.error_panel.isVisible)
    return page.error_panel.error


def test_a_connection_lost_in_mid_run_goes_on_where_it_stopped(
    sit: Sit, whole: list[Any], app_server: AppServer
) -> None:
    person = sit()
    go_to_backup(person)
    with held_up(person, app_server) as page:
        app_server.sql("ALTER DATABASE app CONNECTION LIMIT 0")
        app_server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename='ada'")
    assert isinstance(failed(person, page), Interrupted)
    assert app_server.sql(ROWS) != whole
    app_server.sql("ALTER DATABASE app CONNECTION LIMIT -1")
    press(page, "Go on where it stopped")
    person.wait(lambda: person.page.step is WizardStep.DONE)
    assert app_server.sql(ROWS) == whole


def test_a_database_that_falls_silent_is_told_with_no_time_left(
    sit: Sit, whole: list[Any], app_server: AppServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "_MAX_SILENCE", 1)
    person = sit()
    go_to_backup(person)
    with held_up(person, app_server) as page:
        person.wait(lambda: "The database has not answered for" in page.status)
        assert "nothing is half done" in page.status
        assert "left" not in page.status
    person.wait(lambda: person.page.step is WizardStep.DONE)
    assert app_server.sql(ROWS) == whole


def test_a_pause_holds_no_transaction_open(
    sit: Sit, whole: list[Any], app_server: AppServer
) -> None:
    person = sit()
    go_to_backup(person)
    with held_up(person, app_server) as page:
        press(page, "Pause")
    person.wait(lambda: app_server.sql(NOT_AT_REST) == [])
    assert person.page is page
    press(page, "Go on")
    person.wait(lambda: person.page.step is WizardStep.DONE)
    assert app_server.sql(ROWS) == whole


def test_what_was_stopped_goes_on_later(
    sit: Sit, whole: list[Any], app_server: AppServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = sit()
    go_to_backup(person)
    asked = answer_boxes(monkeypatch, yes=True)
    with held_up(person, app_server) as page:
        press(page, "Stop")
    assert len(asked) == 1
    assert isinstance(failed(person, page), Cancelled)
    press(page, "Go on where it stopped")
    person.wait(lambda: person.page.step is WizardStep.DONE)
    assert app_server.sql(ROWS) == whole


@pytest.mark.parametrize("entry", [Workflow.RESUME, Workflow.UNDO])
def test_who_closed_the_window_finishes_or_takes_back_another_time(
    entry: Workflow,
    sit: Sit,
    whole: list[Any],
    app_server: AppServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    person = sit()
    go_to_backup(person)
    asked_to_close = answer_boxes(monkeypatch, yes=True)
    with held_up(person, app_server):
        if entry is Workflow.UNDO:
            person.window.stop_and_close()  # as on a signal
        else:
            person.window.close()
        assert person.window.isVisible()
    assert len(asked_to_close) == (entry is Workflow.RESUME)
    person.wait(lambda: not person.window.isVisible())
    assert app_server.sql(ROWS) != whole

    asked: list[str] = []

    def answered(_parent: object, _title: str, words: str) -> str:
        asked.append(words)
        return PASSWORD

    monkeypatch.setattr(migrate, "ask_secret", answered)
    again = sit()
    page = again.page
    assert isinstance(page, WelcomePage)
    assert Workflow.RESUME in page.offered_workflows
    if entry is Workflow.UNDO:
        page.choose_undo_unfinished()
    again.go_on()
    again.wait(lambda: again.page.step is WizardStep.DONE)
    assert app_server.sql(ROWS) == (whole if entry is Workflow.RESUME else [])
    assert asked == ["The database's password:"]  # and no passphrase: the backup is there
    assert len(list(again.window.context.workspace.backups.glob("*.dmbackup"))) == 1


def test_who_would_rather_not_close_sees_the_end(
    sit: Sit, whole: list[Any], app_server: AppServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = sit()
    go_to_backup(person)
    answer_boxes(monkeypatch, yes=False)
    with held_up(person, app_server):
        person.window.close()
    person.wait(lambda: person.page.step is WizardStep.DONE)
    assert person.window.isVisible()
    assert app_server.sql(ROWS) == whole


def test_a_disk_that_is_full_stops_the_run_before_anything_is_written(
    sit: Sit, whole: list[Any], app_server: AppServer
) -> None:
    person = sit()
    go_to_backup(person)
    backups = person.window.context.workspace.backups
    with small_disk(backups) as disk:
        with disk.filled_but(4096):
            person.go_on()
            page = person.page
            assert isinstance(page, MigratePage)
            assert isinstance(failed(person, page), SealedFileNotWritten)
            assert app_server.sql(ROWS) == []
            assert not list(backups.glob("*.dmbackup"))
        press(page, "Try again")
        person.wait(lambda: person.page.step is WizardStep.DONE)
        assert app_server.sql(ROWS) == whole
        assert len(list(backups.glob("*.dmbackup"))) == 1
