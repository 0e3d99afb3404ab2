"""Walks over every page as a screen reader does; a control without a name fails."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QWidget,
)

from desktop_migrator.errors import NothingToMigrate
from desktop_migrator.migration.wizard_options import WizardOptions
from desktop_migrator.wizard import accessible_roles, app, keyboard, theme
from desktop_migrator.wizard.flow import WizardStep
from desktop_migrator.wizard.opening import PAGES, create_context
from desktop_migrator.wizard.pages.base import WizardPage
from desktop_migrator.wizard.widgets import basics
from desktop_migrator.wizard.widgets.card import Card
from desktop_migrator.wizard.window import WizardWindow
from tests.wizard.conftest import OpenWindow

CONTROLS = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
)


@pytest.fixture(scope="module")
def demo(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WizardWindow]:
    """On the sample profiles; one for all tests, which only look at its pages."""
    theme.apply_colours(qapp, theme.LIGHT)
    folder = tmp_path_factory.mktemp("demo")
    window = WizardWindow(create_context(WizardOptions(demo=True, data_dir=folder)))
    window.take_pages(PAGES)
    window.show()
    yield window
    window.context.worker.close()
    window.close()
    window.deleteLater()


def alternatives(button: QAbstractButton) -> list[QAbstractButton]:
    """It, and those that the arrow keys reach from it."""
    group = button.group()
    return group.buttons() if group else [button]


def controls(page: WizardPage) -> Iterator[QWidget]:
    for widget in page.findChildren(QWidget):
        if isinstance(widget, CONTROLS) and not _inner(widget, page):
            yield widget


def _inner(widget: QWidget, page: WizardPage) -> bool:
    """Whether it is a part of another control, as a box's list is."""
    above = widget.parentWidget()
    while above is not None and above is not page:
        if isinstance(above, CONTROLS):
            return True
        above = above.parentWidget()
    return False


def interface_of(widget: QWidget) -> QAccessibleInterface:
    interface = QAccessible.queryAccessibleInterface(widget)
    assert interface is not None
    return interface


@pytest.mark.parametrize("kind", PAGES.values(), ids=lambda kind: kind.step.name.lower())
def test_every_control_of_every_page_has_a_name(demo: WizardWindow, kind: type[WizardPage]) -> None:
    page = demo.page_for(kind.step)
    nameless = [
        f"{type(widget).__name__} {widget.objectName()}"
        for widget in controls(page)
        if not interface_of(widget).text(QAccessible.Text.Name).strip()
    ]
    assert nameless == []


@pytest.mark.parametrize("kind", PAGES.values(), ids=lambda kind: kind.step.name.lower())
def test_what_is_typed_into_has_a_label_with_a_shortcut(
    demo: WizardWindow, kind: type[WizardPage]
) -> None:
    page = demo.page_for(kind.step)
    buddies = {label.buddy() for label in page.findChildren(QLabel) if "&" in label.text()}
    fields = [
        widget
        for widget in controls(page)
        if isinstance(widget, (QLineEdit, QAbstractSpinBox, QComboBox))
    ]
    assert [widget.accessibleName() for widget in fields if widget not in buddies] == []


@pytest.mark.parametrize("kind", PAGES.values(), ids=lambda kind: kind.step.name.lower())
def test_every_button_can_be_reached_by_keyboard(
    demo: WizardWindow, kind: type[WizardPage]
) -> None:
    page = demo.page_for(kind.step)
    unreachable = [
        widget.text()
        for widget in page.findChildren(QAbstractButton)
        if widget.text()
        and not any(each.focusPolicy() & Qt.FocusPolicy.TabFocus for each in alternatives(widget))
    ]
    assert unreachable == []


def test_the_walk_finds_a_nameless_control(demo: WizardWindow) -> None:
    """The walk itself can fail."""
    page = demo.page_for(WizardStep.WELCOME)
    field = QLineEdit(page)
    assert not interface_of(field).text(QAccessible.Text.Name).strip()
    assert field in set(controls(page))
    shiboken6.delete(field)


@pytest.mark.parametrize("language", ["en", "de"])
def test_no_letter_stands_for_two_things_on_any_page_in_any_state(
    language: str, qapp: QApplication, open_window: OpenWindow, tmp_path: Path
) -> None:
    locale, direction = QLocale(), qapp.layoutDirection()
    kept = app.install_translators(qapp, language)
    window = open_window(WizardOptions(demo=True, data_dir=tmp_path, language=language))
    for kind in PAGES.values():
        page = window.page_for(kind.step)
        page.error_panel.show_error(NothingToMigrate(), ("&Try again", lambda: None))
        for shown in (False, True):  # as few and as many controls as there can be
            for widget in page.findChildren(QWidget):
                if shown and isinstance(widget, (QAbstractButton, QLabel)):
                    reveal(widget, page)
            page.settle_keys()
            assert shared_letters(page) == [], kind.step.name
    for translator in kept:
        qapp.removeTranslator(translator)
    QLocale.setDefault(locale)
    qapp.setLayoutDirection(direction)


def reveal(widget: QWidget, page: WizardPage) -> None:
    while widget is not page:
        widget.setVisible(True)
        above = widget.parentWidget()
        assert above is not None
        widget = above


def shared_letters(page: WizardPage) -> list[str]:
    texts = [each.text() for each in page.findChildren(QAbstractButton) if each.isVisibleTo(page)]
    texts += [
        each.text() for each in page.findChildren(QLabel) if each.buddy() and each.isVisibleTo(page)
    ]
    keys = [keyboard.letter(text) for text in texts]
    return sorted({key for key in keys if key and keys.count(key) > 1})


def test_the_letter_of_going_on_is_never_taken_from_it(demo: WizardWindow) -> None:
    taken = {"w"}
    labels = [QLabel("&Website"), QLabel("&Wie"), QLabel("R && &Web"), QLabel("ohne")]
    keyboard.assign_letters(labels, taken)
    assert [label.text() for label in labels] == ["W&ebsite", "W&ie", "&R && Web", "ohne"]


def test_screen_readers_are_told_headings_and_groups_and_no_words_twice(qapp: QApplication) -> None:
    accessible_roles.install()
    card = Card("Firefox", ("25 tasks", "last used yesterday"))
    group = basics.make_group("Browsers", basics.make_heading("What was found"), card)
    assert interface_of(group).role() is QAccessible.Role.Grouping
    assert interface_of(group).text(QAccessible.Text.Name) == "Browsers"
    [heading] = group.findChildren(accessible_roles.Heading)
    assert interface_of(heading).role() is QAccessible.Role.Heading
    assert interface_of(heading).text(QAccessible.Text.Name) == "What was found"
    said = interface_of(card.button).text(QAccessible.Text.Description)
    assert said == "25 tasks last used yesterday"
    lines = group.findChildren(accessible_roles.Silent)
    assert len(lines) == 2
    assert all(interface_of(line).state().invisible for line in lines)
