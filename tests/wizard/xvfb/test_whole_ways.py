"""Whole ways through the wizard by mouse and keyboard, into a real PostgreSQL."""

from pathlib import Path

import pytest

from tests.wizard.app_server import PASSWORD, AppServer
from tests.wizard.xvfb.conftest import SitDown
from tests.wizard.xvfb.person import Person

pytestmark = pytest.mark.needs("xvfb")

PASSPHRASE = "correct horse battery"
ROWS = "SELECT t::text FROM tasks t UNION ALL SELECT e::text FROM environments e ORDER BY 1"


def reach(person: Person, server: AppServer) -> None:
    """Fill in which server it is, by the keyboard alone once the first field has the focus."""
    person.wait_for("DESTINATION")
    person.fill("Your id in the app", "maria")
    person.fill("Host", "127.0.0.1")
    person.press("Tab")
    person.press("ctrl+a")
    person.type(str(server.port))
    for text in ("app", "ada", PASSWORD):
        person.press("Tab")
        person.type(text)
    person.press("Tab")
    person.press("End")  # of the choices for the connection's security: none


def back_up(person: Person) -> None:
    person.fill("Passphrase", PASSPHRASE)
    person.fill("The same again", PASSPHRASE)


def marias(server: AppServer) -> list[int]:
    """How many tasks and environments are hers."""
    return [
        server.sql(f"SELECT count(*) FROM {table} WHERE user_id = 'maria'")[0][0]
        for table in ("tasks", "environments")
    ]


def test_a_migration_and_its_undo(app_server: AppServer, sit_down: SitDown) -> None:
    app_server.sql("INSERT INTO tasks (id, title, user_id) VALUES (gen_random_uuid(), 'Mine', 'x')")
    before = app_server.sql(ROWS)
    person = sit_down()
    person.click("Move my data now")
    person.go_on("FIND")
    person.go_on("REVIEW")
    person.go_on("DESTINATION")
    reach(person, app_server)
    person.go_on("CONFLICTS")
    person.go_on("BACKUP")
    back_up(person)
    person.go_on("DONE", "alt+s", "Start now")
    tasks, environments = marias(app_server)
    assert tasks > 0
    assert environments > 0
    [[verified]] = app_server.sql("SELECT outcome FROM desktop_migrator.runs")
    assert verified == "completed"
    person.close()

    person = sit_down()
    person.click("Undo or restore")
    person.go_on("HISTORY")
    person.click("", "RadioButton")
    person.wait(lambda: person.find("Start now") is not None)
    person.press("alt+s")
    person.answer(PASSWORD)
    person.wait_for("DONE")
    assert app_server.sql(ROWS) == before


def test_a_capture_and_its_upload(app_server: AppServer, sit_down: SitDown, home: Path) -> None:
    person = sit_down()
    person.press("alt+s")  # Save it in a file for later
    person.go_on("FIND")
    person.go_on("CAPTURE_FILE")
    back_up(person)
    person.go_on("DONE", "alt+s", "Start now")
    person.close()
    [capture] = home.rglob("*.dmcapture")
    assert marias(app_server) == [0, 0]

    person = sit_down(capture)
    person.go_on("CAPTURES")
    person.fill("Passphrase of the files", PASSPHRASE)
    person.go_on("DESTINATION")
    reach(person, app_server)
    person.go_on("BACKUP")
    back_up(person)
    person.go_on("DONE", "alt+s", "Start now")
    assert all(marias(app_server))
