"""The system's fonts and Qt's shaping, for reports in letters that no font of ours has.

Needs no window: a command line has an application of its own made, without a screen where Qt can.
"""

import os
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise

from PySide6.QtCore import QLoggingCategory, Qt
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QGuiApplication,
    QPainterPath,
    QRawFont,
    QTextLayout,
    QTextLine,
    QTextOption,
)

from desktop_migrator.migration.report.typesetting import UNIT, Cluster, Glyph, ShapedLine

_FAMILIES = ["Helvetica", "Arial", "Liberation Sans", "DejaVu Sans"]
"""Which go with the other paragraphs; letters that these lack come from any font of the system."""
_ENDLESS = 1e9
_BLANK = Glyph("", (0, 0, 0, 0), UNIT // 4)
_UNITS = "utf-16-le"
"""Qt counts letters in units of two bytes."""
_BROKEN_AT = " ".encode(_UNITS)
"""Where a line ends: who listens, and who copies, would have two words as one without it."""


@dataclass(slots=True)
class _Part:
    """Glyphs of one font that say something together."""

    font: QRawFont
    text: str
    right_to_left: bool
    glyphs: list[tuple[int, int, int]] = field(default_factory=list)
    """Each one's number in the font, and its place."""

    @property
    def is_drawn(self) -> bool:
        """A font without tables is Qt's boxes, which has no name to ask for either."""
        has_outlines = self.font.fontTable("head").size() > 0
        return has_outlines and all(index for index, _, _ in self.glyphs)


class QtTypesetter:
    """Sets lines by `QTextLayout`."""

    def __init__(self) -> None:
        self._application = QGuiApplication.instance() or _application_without_screen()
        self._glyphs: dict[tuple[str, str, int, int], Glyph] = {}

    def replace_lacking(self, text: str, by: str) -> str:
        metrics = QFontMetricsF(_font(bold=False))
        known = "".join(
            each if each.isspace() or metrics.inFontUcs4(ord(each)) else by for each in text
        )
        # A font may have the letters and not the rules of their script: Qt draws boxes then.
        lacking = {
            part.text
            for line in _lay_out(known, _ENDLESS, bold=False)
            for part in _parts(line, known)
            if not part.is_drawn and not part.text.isspace()
        }
        for said in lacking:
            known = known.replace(said, by * len(said))
        return known

    def set_lines(self, text: str, width: float, *, bold: bool) -> list[ShapedLine]:
        return [self._shape(line, text) for line in _lay_out(text, width, bold=bold)]

    def _shape(self, line: QTextLine, text: str) -> ShapedLine:
        clusters = []
        for part in _parts(line, text):
            glyphs = tuple((self._glyph(part.font, number), x, y) for number, x, y in part.glyphs)
            clusters += (
                _split(Cluster(part.text, glyphs))
                if part.right_to_left
                else [Cluster(part.text, glyphs)]
            )
        width, right_to_left = round(line.naturalTextWidth()), _is_right_to_left(text)
        end = line.textStart() + line.textLength()
        if text.encode(_UNITS, "replace")[2 * end - 2 : 2 * end] == _BROKEN_AT:
            place = -_BLANK.advance if right_to_left else width
            clusters.append(Cluster(" ", ((_BLANK, place, 0),)))
        clusters.sort(key=lambda each: each.glyphs[0][1])
        return ShapedLine(tuple(clusters), width, right_to_left)

    def _glyph(self, font: QRawFont, number: int) -> Glyph:
        key = font.familyName(), font.styleName(), font.weight(), number
        if key not in self._glyphs:
            path = font.pathForGlyph(number)
            box = path.boundingRect()
            self._glyphs[key] = Glyph(
                _as_operators(path),
                (round(box.left()), round(-box.bottom()), round(box.right()), round(-box.top())),
                round(font.advancesForGlyphIndexes([number])[0].x()),
            )
        return self._glyphs[key]


def _application_without_screen() -> QGuiApplication:
    if sys.platform != "win32":  # where the fonts are the screen's
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    QLoggingCategory.setFilterRules("qt.text.font.db=false")  # on fonts that lack a script's rules
    return QGuiApplication(sys.argv[:1])


def _font(*, bold: bool) -> QFont:
    """Of a size at which a pixel is a unit."""
    font = QFont(_FAMILIES)
    font.setPixelSize(UNIT)
    font.setBold(bold)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


def _lay_out(text: str, width: float, *, bold: bool) -> Iterator[QTextLine]:
    """The lines, each of which is only there until the next one."""
    layout = QTextLayout(text, _font(bold=bold))
    direction = Qt.LayoutDirection
    option = QTextOption()
    option.setTextDirection(
        direction.RightToLeft if _is_right_to_left(text) else direction.LeftToRight
    )
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.beginLayout()
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
    layout.endLayout()
    for number in range(layout.lineCount()):
        yield layout.lineAt(number)


def _is_right_to_left(text: str) -> bool:
    """As its first letter says that has a direction."""
    kinds = (unicodedata.bidirectional(each) for each in text)
    return next((kind for kind in kinds if kind in {"L", "R", "AL"}), "L") != "L"


def _parts(line: QTextLine, text: str) -> Iterator[_Part]:
    left, base = line.naturalTextRect().left(), line.y() + line.ascent()
    runs = line.glyphRuns(-1, -1, QTextLayout.GlyphRunRetrievalFlag.RetrieveAll)
    begins = {begin for run in runs for begin in run.stringIndexes()}
    ends = dict(pairwise(sorted({*begins, line.textStart() + line.textLength()})))
    units = text.encode(_UNITS, "replace")
    for run in runs:
        parts: dict[int, _Part] = {}
        for number, place, begin in zip(
            run.glyphIndexes(), run.positions(), run.stringIndexes(), strict=True
        ):
            said = units[2 * begin : 2 * ends[begin]].decode(_UNITS, "replace")
            part = parts.setdefault(begin, _Part(run.rawFont(), said, run.isRightToLeft()))
            part.glyphs.append((number, round(place.x() - left), round(base - place.y())))
        yield from parts.values()


def _split(cluster: Cluster) -> list[Cluster]:
    """A glyph that joins letters, as one for each of them, of which the left one draws all.

    Who reads a PDF takes letters from where they lie, and would have those of one glyph, which it
    reads from left to right, in the wrong order.
    """
    letters = len(cluster.text)
    if len(cluster.glyphs) > 1 or letters < 2:
        return [cluster]
    [(glyph, x, y)] = cluster.glyphs
    width = glyph.advance // letters
    drawn, blank = replace(glyph, advance=width), replace(_BLANK, advance=width)
    return [
        Cluster(letter, ((blank if at else drawn, x + at * width, y),))
        for at, letter in enumerate(reversed(cluster.text))
    ]


def _as_operators(path: QPainterPath) -> str:
    """For a PDF, in which y grows upwards."""
    elements = [path.elementAt(at) for at in range(path.elementCount())]
    places = [f"{element.x:.0f} {-element.y:.0f}" for element in elements]
    kinds = QPainterPath.ElementType
    operators = []
    for at, element in enumerate(elements):
        if element.type is kinds.MoveToElement:
            operators.append(f"{places[at]} m")
        elif element.type is kinds.LineToElement:
            operators.append(f"{places[at]} l")
        elif element.type is kinds.CurveToElement:  # what follows it are its other two points
            operators.append(f"{' '.join(places[at : at + 3])} c")
    return "\n".join(operators)
