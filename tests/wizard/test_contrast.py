"""Edges and the focus, measured on pixels: a contrast of 3 at least, as WCAG 2.2 asks (1.4.11)."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QButtonGroup,
    QComboBox,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop_migrator.wizard import theme
from desktop_migrator.wizard.theme import Colours
from desktop_migrator.wizard.widgets.card import Card

WANTED = 3.0


@pytest.fixture(autouse=True)
def light_again(qapp: QApplication) -> Iterator[None]:
    yield
    theme.apply_colours(qapp, theme.LIGHT)


def luminance(colour: QColor) -> float:
    """WCAG's relative luminance."""
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: QColor, other: QColor) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def black_on_white() -> Colours:
    palette = QPalette()
    for role, colour in (
        (QPalette.ColorRole.Window, "#000000"),
        (QPalette.ColorRole.WindowText, "#ffffff"),
        (QPalette.ColorRole.Highlight, "#ffff00"),
        (QPalette.ColorRole.HighlightedText, "#000000"),
    ):
        palette.setColor(role, QColor(colour))
    return theme.contrast_colours(palette)


SCHEMES = {"light": theme.LIGHT, "dark": theme.DARK, "contrast": black_on_white()}


def show(qtbot: QtBot, *widgets: QWidget) -> QWidget:
    window = QWidget()
    column = QVBoxLayout(window)
    for widget in widgets:
        column.addWidget(widget)
    qtbot.addWidget(window)
    window.resize(400, 300)
    window.show()
    QApplication.processEvents()
    return window


def picture(window: QWidget) -> QImage:
    QApplication.processEvents()
    return window.grab().toImage()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_what_can_be_used_has_an_edge_that_is_seen(
    scheme: str, qapp: QApplication, qtbot: QtBot
) -> None:
    theme.apply_colours(qapp, SCHEMES[scheme])
    group = QButtonGroup()
    bar = QProgressBar()
    bar.setTextVisible(False)
    widgets = [QLineEdit(), QComboBox(), QPushButton("x"), bar, Card("Not chosen", group=group)]
    window = show(qtbot, *widgets)
    window.activateWindow()
    window.setFocus()
    image = picture(window)
    for widget in widgets:
        left = widget.mapTo(window, QPoint(0, widget.height() // 2))
        ground = image.pixelColor(left - QPoint(3, 0))
        edge = max(
            contrast(ground, image.pixelColor(left + QPoint(inwards, 0))) for inwards in range(3)
        )
        assert edge >= WANTED, (scheme, type(widget).__name__)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_focus_of_a_chosen_card_is_seen(scheme: str, qapp: QApplication, qtbot: QtBot) -> None:
    theme.apply_colours(qapp, SCHEMES[scheme])
    group = QButtonGroup()
    card, elsewhere = Card("Chosen", ("words",), group=group), QLineEdit()
    window = show(qtbot, card, elsewhere)
    window.activateWindow()
    card.set_checked()
    elsewhere.setFocus(Qt.FocusReason.OtherFocusReason)
    before = picture(window)
    card.button.setFocus(Qt.FocusReason.OtherFocusReason)
    after = picture(window)
    at = card.mapTo(window, QPoint(0, card.height() // 2))
    changed = max(
        contrast(before.pixelColor(at + QPoint(x, 0)), after.pixelColor(at + QPoint(x, 0)))
        for x in range(8)
    )
    assert changed >= WANTED, scheme
