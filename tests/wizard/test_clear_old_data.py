"""Clearing the browser's old data from the last page and putting it back; peers read the stores."""

import sqlite3
from pathlib import Path

import pytest

from desktop_migrator.wizard.flow import WizardStep
from desktop_migrator.wizard.pages import clear_old_data
from desktop_migrator.wizard.pages.done import DonePage
from tests.wizard.conftest import PASSPHRASE, Person
from tests.wizard.test_pages import answer_boxes


def in_firefox(home: Path) -> set[bytes]:
    """The keys of the app's web site, read by SQLite from a copy."""
    [database] = home.rglob("http+++app.demo.test+3000/ls/data.sqlite")
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        connection.text_factory = bytes
        return {key for (key,) in connection.execute("SELECT key FROM data")}


def test_old_data_goes_once_agreed_to_and_comes_back(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    person.go_to(WizardStep.DONE)
    page = person.page
    assert isinstance(page, DonePage)
    [home] = person.window.context.folders
    before = in_firefox(home)
    assert b"tasks" in before

    asked = answer_boxes(monkeypatch, yes=False)
    page.clear_old_data._clear_button.click()
    assert len(asked) == 1
    assert in_firefox(home) == before

    answer_boxes(monkeypatch, yes=True)
    page.clear_old_data._clear_button.click()
    person.wait(lambda: page.operation is None)
    assert page.error_panel.error is None, page.error_panel.support_text()
    assert b"tasks" not in in_firefox(home)

    page.clear_old_data._restore_button.click()
    person.wait(lambda: page.operation is None)
    assert page.error_panel.error is None, page.error_panel.support_text()
    assert in_firefox(home) == before
    assert page.clear_old_data._clear_button.isVisibleTo(page)


def test_what_was_cleared_is_put_back_after_an_undo(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    person.go_to(WizardStep.DONE)
    page = person.page
    assert isinstance(page, DonePage)
    [home] = person.window.context.folders
    before = in_firefox(home)
    answer_boxes(monkeypatch, yes=True)
    page.clear_old_data._clear_button.click()
    person.wait(lambda: page.operation is None)
    assert "tasks" in page.clear_old_data._note.text()  # an item of it was rejected: it stays
    cleared = before - in_firefox(home)
    assert cleared

    asked = answer_boxes(monkeypatch, yes=True)
    page._undo_button.click()
    assert "You have also cleared the browser." in asked[0]
    person.wait(lambda: person.page.step is WizardStep.DONE)
    undone = person.page
    assert isinstance(undone, DonePage)
    assert "the app has it nowhere" in undone.accessibleDescription()
    assert undone.clear_old_data.isVisibleTo(undone)
    typed: list[str] = []

    def passphrase(_parent: object, _title: str, words: str) -> str:
        typed.append(words)
        return PASSPHRASE

    monkeypatch.setattr(clear_old_data, "ask_secret", passphrase)
    undone.clear_old_data._restore_button.click()
    person.wait(lambda: in_firefox(home) == before)
    person.wait(lambda: undone.operation is None)
    assert "so is your browser's data" in undone.accessibleDescription()
    assert undone.error_panel.error is None, undone.error_panel.support_text()
