"""The letters of a PDF: Helvetica, which every program has, and for what it lacks a font within.

`resources/fonts/DejaVuSans.ttf` is DejaVu Sans 2.37 with Latin, Greek, Cyrillic, Armenian and
Georgian letters and common signs (`pyftsubset --unicodes=0020-007E,00A0-058F,10A0-10FF,1E00-1FFF,
2010-205E,2070-209F,20A0-20BF,2100-214F,2190-22FF,2713-2718 --layout-features= --no-hinting`). Other
letters come from the system's fonts, see shaped_paragraph.py.
"""

from functools import cache
from itertools import groupby
from xml.sax.saxutils import escape

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from desktop_migrator.system.resources import resource

LACKING = "?"
"""Stands for a letter that no font has."""
_WIDE = "DejaVuSans"


def replace_lacking(text: str) -> str:
    """The text with `LACKING` in place of letters that no font has."""
    return "".join(
        each if _in_helvetica(each) or ord(each) in _wide_letters() else LACKING for each in text
    )


def as_markup(text: str) -> str:
    """For ReportLab's `Paragraph`: each letter in a font that has it."""
    return "".join(
        escape(run) if plain else f'<font name="{_WIDE}">{escape(run)}</font>'
        for plain, run in ((plain, "".join(run)) for plain, run in groupby(text, _in_helvetica))
    )


def _in_helvetica(letter: str) -> bool:
    """Which has what Windows-1252 has."""
    try:
        letter.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


@cache
def _wide_letters() -> frozenset[int]:
    font = TTFont(_WIDE, resource("fonts", "DejaVuSans.ttf"))
    pdfmetrics.registerFont(font)
    return frozenset(font.face.charToGlyph)
