"""Keys of a page: its letters, of which none stands for two things, and the way of the Tab key.

Texts and translations only propose letters. What is on the page at the moment decides, so that
there is no clash in any language and any state of the page.
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QLayout, QWidget

_MARK = "&"


def assign_letters(controls: Iterable[QAbstractButton | QLabel], taken: set[str]) -> None:
    """Give each text with a marked letter one of its own; `taken` are others' and grows.

    A text whose letters are all taken goes without.
    """
    for control in controls:
        text = control.text()
        plain, at = _parse(text)
        if at < 0:
            continue
        chosen = next(
            (place for place in _places(plain, at) if plain[place].lower() not in taken), -1
        )
        if chosen >= 0:
            taken.add(plain[chosen].lower())
        marked = _marked(plain, chosen)
        if marked != text:
            control.setText(marked)


def letter(text: str) -> str:
    """The letter that is marked, in lower case; empty if there is none."""
    plain, at = _parse(text)
    return plain[at].lower() if at >= 0 else ""


def tab_order(layout: QLayout | None) -> Iterator[QWidget]:
    """What can be focused, as it is seen: from the top down, in the direction of reading."""
    if layout is None:
        return
    for index in range(layout.count()):
        item = layout.itemAt(index)
        if item is None:
            continue
        if inner := item.layout():
            yield from tab_order(inner)
        elif widget := item.widget():
            yield from _controls_of(widget)


def set_tab_order(widgets: list[QWidget]) -> None:
    for before, after in pairwise(widgets):
        QWidget.setTabOrder(before, after)


def _controls_of(widget: QWidget) -> Iterator[QWidget]:
    if widget.isHidden() or not widget.isEnabled():
        return
    if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None:
        yield widget
    yield from tab_order(widget.layout())


def _parse(text: str) -> tuple[str, int]:
    """The text as it is shown, and where the marked letter is; -1 if there is none."""
    plain, at = "", -1
    signs = iter(text)
    for sign in signs:
        shown = next(signs, "") if sign == _MARK else sign
        if sign == _MARK and shown not in ("", _MARK) and at < 0:
            at = len(plain)
        plain += shown
    return plain, at


def _marked(plain: str, at: int) -> str:
    double = _MARK * 2
    if at < 0:
        return plain.replace(_MARK, double)
    return f"{plain[:at].replace(_MARK, double)}{_MARK}{plain[at:].replace(_MARK, double)}"


def _places(plain: str, proposed: int) -> Iterator[int]:
    """The letters of the text, the best first: the one proposed, beginnings of words, others."""
    yield proposed
    letters = [place for place, sign in enumerate(plain) if sign.isalnum()]
    yield from (place for place in letters if place == 0 or not plain[place - 1].isalnum())
    yield from letters
