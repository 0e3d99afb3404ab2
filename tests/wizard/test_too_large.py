"""What is too large to be moved is named on the last page."""

import sqlite3
from contextlib import closing

import cramjam

from desktop_migrator.browsers.budget import MAX_VALUE
from desktop_migrator.wizard.flow import WizardStep
from desktop_migrator.wizard.pages.done import DonePage
from tests.wizard.conftest import Person


def test_a_value_that_stays_in_the_browser_is_named_at_the_end(person: Person) -> None:
    [home] = person.window.context.folders
    [store] = home.rglob("http+++app.demo.test+3000/ls/data.sqlite")
    packed = bytes(cramjam.snappy.compress_raw(b"x" * (MAX_VALUE + 1)))
    with closing(sqlite3.connect(store)) as database, database:
        row = ("big-thing", MAX_VALUE + 1, packed)
        database.execute("INSERT INTO data VALUES (?, ?, 1, 1, 0, ?)", row)
    person.go_to(WizardStep.DONE)
    page = person.page
    assert isinstance(page, DonePage)
    assert "big-thing" in page._summary.text()
    assert "in no backup" in page._summary.text()
