"""German, the longest of our languages, with text of twice its size on a small laptop's screen."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QLabel,
    QRadioButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop_migrator.migration.wizard_options import WizardOptions
from desktop_migrator.wizard.flow import WizardStep, Workflow
from desktop_migrator.wizard.pages.backup import BackupPage
from desktop_migrator.wizard.pages.base import WizardPage
from desktop_migrator.wizard.pages.welcome import WelcomePage
from tests.wizard.conftest import PASSPHRASE, OpenWindow, Person
from tests.wizard.pages import idle

LAPTOP = QSize(1366, 738)


@pytest.fixture
def large_german(qapp: QApplication, german: None) -> Iterator[None]:
    font, large = qapp.font(), qapp.font()
    large.setPointSizeF(2 * font.pointSizeF())
    qapp.setFont(large)
    yield
    qapp.setFont(font)


def cut_off(page: WizardPage) -> list[str]:
    """What the page has that is not to be read as a whole."""
    sideways = page._scroll.horizontalScrollBar().maximum()
    found = [f"{page.step.name} is {sideways} px too wide"] if sideways else []
    return found + [
        f"{page.step.name}: {type(widget).__name__} {getattr(widget, 'text', str)()}"
        for widget in page.window().findChildren(QWidget)
        if widget.isVisible() and not fits(widget)
    ]


def fits(widget: QWidget) -> bool:
    if isinstance(widget, QLabel) and widget.wordWrap():
        return widget.height() >= widget.heightForWidth(widget.width())
    if isinstance(widget, (QLabel, QRadioButton, QCheckBox)):
        return widget.width() >= widget.sizeHint().width()
    if isinstance(widget, QAbstractButton) and widget.text():
        return widget.width() >= widget.minimumSizeHint().width()
    return True


def walk(person: Person, entry: Workflow, until: WizardStep) -> list[str]:
    page = person.page
    assert isinstance(page, WelcomePage)
    page.choose_workflow(entry)
    found: list[str] = []
    while True:
        page = person.page
        if page.step is not WizardStep.MIGRATE:  # which goes on by itself
            person.wait(partial(idle, page))
        if isinstance(page, BackupPage):
            page.use_passphrase(PASSPHRASE, PASSPHRASE)
        person.lay_out()
        found += cut_off(page)
        if page.step is until:
            return found
        if page.step is WizardStep.MIGRATE:
            person.wait(partial(gone_by, person, page))
        else:
            person.go_on()


def gone_by(person: Person, page: WizardPage) -> bool:
    return person.page is not page


def test_nothing_is_cut_off(
    large_german: None, open_window: OpenWindow, qtbot: QtBot, demo_folder: Path
) -> None:
    window = open_window(WizardOptions(demo=True, data_dir=demo_folder, language="de"))
    window.resize(LAPTOP)
    person = Person(window, qtbot)
    found = walk(person, Workflow.MIGRATE, WizardStep.DONE)
    for entry, until in (
        (Workflow.UNDO, WizardStep.HISTORY),
        (Workflow.CAPTURE, WizardStep.CAPTURE_FILE),
        (Workflow.UPLOAD, WizardStep.CAPTURES),
    ):
        window.restart()
        found += walk(person, entry, until)
    assert not found, "\n".join(found)
