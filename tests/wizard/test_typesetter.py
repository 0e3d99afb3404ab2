"""Reports in letters that no font of ours has: of the system's fonts, shaped, still text.

`pdftotext` and `pdfinfo` are the oracles; DejaVu Sans, which has Hebrew and Arabic, is the font.
"""

import re

import pytest
from PySide6.QtWidgets import QApplication

from desktop_migrator.messages import verbatim
from desktop_migrator.migration.report.pdf import as_pdf
from desktop_migrator.wizard.typesetter import QtTypesetter
from tests.unit.migration.test_report import (
    ENGLISH,
    LONG,
    printed,
    rejection,
    result,
    structure,
    told,
)

pytestmark = pytest.mark.needs("pdftotext")

LACKING = "Letters that this PDF cannot show"


def report(*reasons: str) -> bytes:
    run = told(result(*(rejection(n, reason=verbatim(said)) for n, said in enumerate(reasons))))
    return as_pdf(run, ENGLISH, QtTypesetter)


def letters_of(pdf: bytes) -> str:
    """Without what `pdftotext` adds to say which way to read."""
    return re.sub("[\u202a-\u202e]", "", printed(pdf))


@pytest.mark.parametrize(
    "said",
    ["שלום עולם", "سلام عليكم لا إله", "ab \U0001d54f"],  # the second one has letters joined
)
def test_letters_of_the_systems_fonts_are_text(qapp: QApplication, said: str) -> None:
    pdf = report(said)
    text = letters_of(pdf)
    assert said in text
    assert LACKING not in text
    assert b"/ActualText" in pdf  # what is read out, in the order of speech


def test_a_paragraph_that_begins_on_the_right_is_set_from_there(qapp: QApplication) -> None:
    typesetter = QtTypesetter()
    [hebrew] = typesetter.set_lines("שלום", 20_000, bold=False)
    [english] = typesetter.set_lines("peace שלום", 20_000, bold=True)
    assert hebrew.right_to_left
    assert not english.right_to_left
    assert [each.text for each in hebrew.clusters] == list(reversed("שלום"))
    assert "".join(each.text for each in english.clusters[:6]) == "peace "


def test_lines_and_pages_are_broken_between_words(qapp: QApplication) -> None:
    tree = re.sub(r'"\n +"', "", structure(report(f"{LONG} שלום")))
    assert " ".join(f"word{number}" for number in range(700)) in re.sub(" +", " ", tree)


def test_what_no_font_of_the_system_has_is_said(qapp: QApplication) -> None:
    """Private letters, halves of letters; and of a script that no font here has the rules of."""
    text = letters_of(report("שלום \ue123 \ud800 \U0001f9ff\U0001fae0"))
    assert "? ?" in text
    assert text.count(LACKING) == 1
