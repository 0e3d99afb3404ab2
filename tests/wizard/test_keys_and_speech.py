"""Keys and a screen reader: where the focus is, what Enter and Escape do, and what is said."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton

from desktop_migrator.errors import NothingToMigrate
from desktop_migrator.wizard import announcements
from desktop_migrator.wizard.flow import WizardStep
from desktop_migrator.wizard.pages.backup import BackupPage
from desktop_migrator.wizard.pages.destination import DestinationPage
from tests.wizard.conftest import Person
from tests.wizard.pages import named
from tests.wizard.test_pages import answer_boxes

ADDRESS = "postgresql://ada:sesame%20open@127.0.0.1:55987/app?sslmode=disable"


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    words: list[str] = []

    class Bus:
        AnnouncementPoliteness = QAccessible.AnnouncementPoliteness

        @staticmethod
        def updateAccessibility(event: QAccessibleAnnouncementEvent) -> None:
            words.append(event.message())

    monkeypatch.setattr(announcements, "QAccessible", Bus)
    return words


def test_a_whole_migration_by_enter_alone_with_all_of_it_said(
    person: Person, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    window = person.window
    QGuiApplication.clipboard().setText("what was copied before")
    while person.page.step is not WizardStep.DONE:
        page = person.page
        if isinstance(page, BackupPage):
            person.use_passphrase()
        person.wait(lambda page=page: person.page is not page or page.isComplete())  # type: ignore[misc]
        if person.page is not page:
            continue
        person.lay_out()
        focused = window.focusWidget()
        assert focused is not None, page.step.name
        assert focused.isVisible(), page.step.name
        assert focused is not page.error_panel._copy_button
        if page.step is WizardStep.MIGRATE:
            continue
        window.setFocus()
        QTest.keyClick(window, Qt.Key.Key_Return)
        person.wait(
            lambda page=page: person.page is not page or page.operation is not None  # type: ignore[misc]
        )
        person.wait(
            lambda page=page: person.page is not page or page.error_panel.isVisible()  # type: ignore[misc]
        )
    assert QGuiApplication.clipboard().text() == "what was copied before"
    person.wait(lambda: any(words.startswith("Your data has moved") for words in said))
    spoken = "\n".join(said)
    for words in ("Where is your data?", "Moving your data", "50 % done", "Your data has moved"):
        assert words in spoken


def test_what_was_entered_is_not_lost_to_escape_without_a_question(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    person.go_to(WizardStep.DESTINATION)
    asked = answer_boxes(monkeypatch, yes=False)
    QTest.keyClick(person.window, Qt.Key.Key_Escape)
    assert len(asked) == 1
    assert person.window.isVisible()
    answer_boxes(monkeypatch, yes=True)
    QTest.keyClick(person.window, Qt.Key.Key_Escape)
    assert not person.window.isVisible()


def test_an_address_is_read_when_it_is_whole_and_not_letter_by_letter(person: Person) -> None:
    person.go_to(WizardStep.DESTINATION)
    page = person.page
    assert isinstance(page, DestinationPage)
    person.wait(lambda: page.operation is None)
    page._server.set_checked()
    person.lay_out()
    field = named(page, QLineEdit, "Paste an address")
    field.setFocus()
    for sign in ADDRESS:
        QTest.keyClicks(field, sign)
        assert page.error_panel.isHidden()
    assert field.text() == ADDRESS
    named(page, QLineEdit, "Host").setFocus()
    values = {name: named(page, QLineEdit, name).text() for name in ("Host", "Port", "User")}
    assert values == {"Host": "127.0.0.1", "Port": "55987", "User": "ada"}
    assert named(page, QLineEdit, "Database name").text() == "app"
    assert named(page, QLineEdit, "Password").text() == "sesame open"
    assert "sesame" not in field.text()


def test_the_focus_stays_where_something_was_pressed(person: Person) -> None:
    person.go_to(WizardStep.DESTINATION)
    page = person.page
    person.wait(lambda: page.operation is None)
    person.lay_out()
    test = named(page, QPushButton, "Test connection")
    test.setFocus()
    QTest.keyClick(test, Qt.Key.Key_Space)
    person.wait(lambda: page.operation is None)
    assert person.window.focusWidget() is test


def test_an_error_is_said_at_once_and_copied_anew_each_time(
    person: Person, said: list[str]
) -> None:

    panel = person.page.error_panel
    panel.show_error(NothingToMigrate())
    assert any("nothing to migrate" in words.lower() for words in said)
    panel.copy_for_support()
    assert panel._copy_button.text() == "Copied"
    panel.show_error(NothingToMigrate())
    assert panel._copy_button.text() != "Copied"
