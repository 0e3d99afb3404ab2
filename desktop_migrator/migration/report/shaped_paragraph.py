"""Paragraphs of letters that are drawn by their outlines, whatever font of the system has them.

Their glyphs become Type 3 fonts (ISO 32000-1, 9.6.5), so that what is drawn is still text: who
searches, copies or listens finds its letters, by the map of each font, or by the `ActualText` of
glyphs that say something only together.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

from desktop_migrator.migration.report.typesetting import UNIT, Glyph, ShapedLine, Typesetter

_MOST_GLYPHS = 255
"""That a simple font can have: a code is a byte, and none is 0."""


class OutlineFonts:
    """The Type 3 fonts of one document."""

    def __init__(self) -> None:
        self._fonts: list[dict[tuple[Glyph, str], int]] = [{}]

    def code(self, glyph: Glyph, text: str) -> tuple[str, int]:
        """The name of the font that has the glyph as one that says `text`, and its code there."""
        key = glyph, text
        for number, font in enumerate(self._fonts):
            if key in font:
                return _name(number), font[key]
        if len(self._fonts[-1]) == _MOST_GLYPHS:
            self._fonts.append({})
        font = self._fonts[-1]
        font[key] = len(font) + 1
        return _name(len(self._fonts) - 1), font[key]

    def write(self, document: Any) -> None:
        """Into ReportLab's document, before it is saved."""
        fonts = document.idToObject[pdfdoc.BasicFonts].dict
        for number, font in enumerate(self._fonts):
            if font:
                fonts[_name(number)] = document.Reference(_font(font, document))


def _name(number: int) -> str:
    return f"Outlines{number}"


def _font(font: dict[tuple[Glyph, str], int], document: Any) -> Any:
    glyphs = [(glyph, text, f"g{code}") for (glyph, text), code in font.items()]
    boxes = [glyph.box for glyph, _, _ in glyphs]
    box = [*(min(each[at] for each in boxes) for at in (0, 1)),
           *(max(each[at] for each in boxes) for at in (2, 3))]  # fmt: skip
    encoding = {
        "Type": pdfdoc.PDFName("Encoding"),
        "Differences": pdfdoc.PDFArray([1, *(pdfdoc.PDFName(name) for _, _, name in glyphs)]),
    }
    drawn = {
        name: document.Reference(pdfdoc.PDFStream(content=_drawing(glyph)))
        for glyph, _, name in glyphs
    }
    return pdfdoc.PDFDictionary(
        {
            "Type": pdfdoc.PDFName("Font"),
            "Subtype": pdfdoc.PDFName("Type3"),
            "FontBBox": pdfdoc.PDFArray(box),
            "FontMatrix": pdfdoc.PDFArray([1 / UNIT, 0, 0, 1 / UNIT, 0, 0]),
            "Resources": pdfdoc.PDFDictionary({}),
            "CharProcs": pdfdoc.PDFDictionary(drawn),
            "Encoding": pdfdoc.PDFDictionary(encoding),
            "FirstChar": 1,
            "LastChar": len(glyphs),
            "Widths": pdfdoc.PDFArray([glyph.advance for glyph, _, _ in glyphs]),
            "ToUnicode": document.Reference(
                pdfdoc.PDFStream(content=_letters_of(text for _, text, _ in glyphs))
            ),
        }
    )


def _drawing(glyph: Glyph) -> str:
    left, bottom, right, top = glyph.box
    return f"{glyph.advance} 0 {left} {bottom} {right} {top} d1\n{glyph.outline}\nf\n"


def _letters_of(texts: Iterable[str]) -> str:
    """A CMap: which letters each code stands for."""
    lines = [f"<{code:02x}> <{_utf16(text)}>" for code, text in enumerate(texts, 1) if text]
    parts = [lines[begin : begin + 100] for begin in range(0, len(lines), 100)]
    mapped = "\n".join(
        f"{len(each)} beginbfchar\n{chr(10).join(each)}\nendbfchar" for each in parts
    )
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        f"1 begincodespacerange\n<00> <ff>\nendcodespacerange\n{mapped}\n"
        "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    )


def _utf16(text: str) -> str:
    return text.encode("utf-16-be", "replace").hex()


class ShapedParagraph(Flowable):  # type: ignore[misc] # ReportLab has no types
    """As ReportLab's `Paragraph`, in the system's letters.

    `element` is its place in the document's structure, for a `TaggedCanvas`.
    """

    def __init__(
        self, text: str, style: ParagraphStyle, typesetter: Typesetter, element: Any = None
    ) -> None:
        super().__init__()
        self.style = style
        self._text, self._typesetter, self._element = text, typesetter, element
        self._lines: Sequence[ShapedLine] = ()
        self._set_for: float | None = None
        """The width that the lines are of."""

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        style = self.style
        if self._set_for != width:
            room = width / style.fontSize * UNIT
            bold = "Bold" in style.fontName
            self._lines = self._typesetter.set_lines(self._text, room, bold=bold)
            self._set_for = width
        self.width, self.height = width, len(self._lines) * style.leading
        return self.width, self.height

    def split(self, width: float, height: float) -> list[Flowable]:
        self.wrap(width, height)
        fit = int(height / self.style.leading)
        if not 0 < fit < len(self._lines):
            return [self] if fit else []
        return [self._part(self._lines[:fit]), self._part(self._lines[fit:])]

    def _part(self, lines: Sequence[ShapedLine]) -> "ShapedParagraph":
        part = ShapedParagraph(self._text, self.style, self._typesetter, self._element)
        part._lines, part._set_for = lines, self._set_for
        return part

    def draw(self) -> None:
        canvas, style = self.canv, self.style
        if self._element:
            canvas.begin_element(self._element)
        canvas.setFillColor(style.textColor)
        for number, line in enumerate(self._lines):
            free = self.width - line.width * style.fontSize / UNIT
            below = self.height - number * style.leading - style.fontSize
            _draw_line(canvas, line, free if line.right_to_left else 0, below, style.fontSize)
        if self._element:
            canvas.end_element()


def _draw_line(canvas: Canvas, line: ShapedLine, left: float, base: float, size: float) -> None:
    code: list[str] = canvas._code  # noqa: SLF001 - as tagged_pdf.py does
    fonts: OutlineFonts = canvas.outline_fonts
    for cluster in line.clusters:
        together = len(cluster.glyphs) > 1
        if together:
            code.append(f"/Span <</ActualText <feff{_utf16(cluster.text)}>>> BDC")
        code.append("BT")
        for glyph, x, y in cluster.glyphs:
            font, number = fonts.code(glyph, "" if together else cluster.text)
            across, up = left + x * size / UNIT, base + y * size / UNIT
            code.append(f"/{font} {size:.2f} Tf 1 0 0 1 {across:.2f} {up:.2f} Tm <{number:02x}> Tj")
        code.append("ET")
        if together:
            code.append("EMC")
