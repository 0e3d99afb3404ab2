"""A run's report as PDF: the same words and numbers as on the HTML page, for paper and for mail.

The first pages are for the person whose data it is, those behind them for the support desk.
"""

from collections.abc import Iterator, Sequence
from functools import cache, partial
from io import BytesIO
from typing import Any

from reportlab.graphics.shapes import Drawing, Line, Rect
from reportlab.lib import colors
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, PageBreak, SimpleDocTemplate, TableStyle

from desktop_migrator.messages import Message, Translator
from desktop_migrator.migration.report import labels, pdf_fonts
from desktop_migrator.migration.report.run_facts import EntityFacts, RejectionGroup, RunFacts
from desktop_migrator.migration.report.shaped_paragraph import ShapedParagraph
from desktop_migrator.migration.report.tagged_pdf import (
    Element,
    TaggedFigure,
    TaggedParagraph,
    TaggedTable,
    canvas_maker,
)
from desktop_migrator.migration.report.typesetting import FindTypesetter, no_typesetter

_WIDTH = A4[0] - 40 * mm
_BAR = 3.6 * mm
_GAP = 0.4 * mm
_HATCH = 1.2 * mm
"""Between two lines of a pattern."""
_BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=10, leading=14, spaceAfter=4)
_SOFT = ParagraphStyle(
    "soft", _BODY, fontSize=8.5, leading=12, textColor=colors.HexColor("#5b6776")
)
_NUMBER = ParagraphStyle("number", _SOFT, alignment=TA_RIGHT)
_TITLE = ParagraphStyle("title", _BODY, fontName="Helvetica-Bold", fontSize=20, leading=25)
_LEAD = ParagraphStyle("lead", _BODY, fontSize=11.5, leading=16, spaceAfter=10)
_HEADING = ParagraphStyle(
    "heading", _BODY, fontName="Helvetica-Bold", fontSize=12.5, leading=16, spaceBefore=12
)


def as_pdf(
    facts: RunFacts, tr: Translator, find_typesetter: FindTypesetter = no_typesetter
) -> bytes:
    """`find_typesetter` is asked only where there are letters that no font of ours has."""
    file, document = BytesIO(), Element("Document")
    pages = SimpleDocTemplate(
        file,
        pagesize=A4,
        leftMargin=20 * mm,
        rightMargin=20 * mm,
        topMargin=18 * mm,
        bottomMargin=18 * mm,
        title=tr(labels.TITLES[facts.outcome]),
        author="Desktop Migrator",
        lang=tr.language,
    )
    story = _Story(facts, tr, document, find_typesetter)
    content = [*story.for_the_person(), PageBreak(), *story.for_the_desk()]
    pages.build(content, canvasmaker=canvas_maker(document))
    return file.getvalue()


class _Story:
    """What is on the pages, with its place in the document's structure."""

    def __init__(
        self, facts: RunFacts, tr: Translator, document: Element, find_typesetter: FindTypesetter
    ) -> None:
        self._facts, self._tr, self._document = facts, tr, document
        self._find_typesetter = cache(find_typesetter)
        self._lacks_letters = False

    def for_the_person(self) -> Iterator[Flowable]:
        facts, tr = self._facts, self._tr
        yield self._paragraph(tr(labels.TITLES[facts.outcome]), _TITLE, "H1")
        yield self._paragraph(tr(labels.headline(facts)), _LEAD)
        if facts.error:
            yield self._heading("error")
            yield self._paragraph(f"{tr(facts.error.message)} ({facts.error.code})")
            yield self._remedy(facts.error.hint_message)
        if facts.entities:
            yield self._heading("numbers")
            numbers = labels.numbers(facts).items()
            yield self._paragraph(", ".join(f"{tr.number(n)} {tr(name)}" for name, n in numbers))
            yield self._heading("entities")
            yield self._bars()
            yield self._legend()
        if facts.rejections:
            yield self._heading("rejections")
            yield from self._reasons(facts.rejections)
            if facts.total("rejected") > facts.listed_rejections:
                yield self._paragraph(tr(labels.more_rejections(facts)), _SOFT)
            yield self._paragraph(tr(labels.NOT_LOST), _SOFT)
        if facts.superseded:
            yield self._heading("superseded")
            yield self._paragraph(tr(labels.superseded(facts)))
            yield from self._reasons(facts.superseded)
        yield self._heading("verification")
        yield self._paragraph(tr(labels.verification(facts)))
        for damage in facts.damages:
            yield self._paragraph(tr(labels.damaged(damage)))
        if steps := labels.what_next(facts):
            yield self._heading("next")
            for number, step in enumerate(steps, 1):
                yield self._paragraph(f"{number}. {tr(step)}")
        yield from self._lacking_letters()

    def for_the_desk(self) -> Iterator[Flowable]:
        facts, tr = self._facts, self._tr
        yield self._heading("details")
        yield self._details()
        if facts.entities:
            yield self._heading("entities")
            yield self._counts()
        not_taken = labels.describe_not_taken(facts.not_taken)
        if facts.left_aside or not_taken:
            yield self._heading("skipped")
            for kind, number in sorted(facts.left_aside.items(), key=lambda each: -each[1]):
                yield self._paragraph(tr(labels.describe_skipped(kind, number)))
            for line in not_taken:
                yield self._paragraph(tr(line))
        if groups := facts.rejections + facts.superseded:
            yield self._heading("places")
            for group in groups:
                more = group.count - len(group.places)
                places = ", ".join(group.places) + (tr(labels.more_places(more)) if more else "")
                kind = facts.label(group.entity, tr.language)
                yield self._paragraph(
                    f"{tr.number(group.count)} × {kind}: {places} ({group.code})", _SOFT
                )
        yield from self._lacking_letters()

    # ---- parts ----------------------------------------------------------------------------------

    def _heading(self, name: str) -> Flowable:
        return self._paragraph(self._tr(labels.HEADINGS[name]), _HEADING, "H2")

    def _paragraph(
        self,
        text: str,
        style: ParagraphStyle = _BODY,
        tag: str = "P",
        parent: Element | None = None,
    ) -> Flowable:
        said = text.replace("`", "")
        element = (parent or self._document).add(tag)
        shown = pdf_fonts.replace_lacking(said)
        if shown != said and (typesetter := self._find_typesetter()):
            shown = typesetter.replace_lacking(said, pdf_fonts.LACKING)
            self._lacks_letters |= shown != said
            element.said = shown
            return ShapedParagraph(shown, style, typesetter, element)
        self._lacks_letters |= shown != said
        paragraph = TaggedParagraph(pdf_fonts.as_markup(shown), style)
        paragraph.tag(shown, element)
        return paragraph

    def _lacking_letters(self) -> Iterator[Flowable]:
        if self._lacks_letters:
            self._lacks_letters = False
            yield self._paragraph(self._tr(labels.LACKING_LETTERS), _SOFT)

    def _reasons(self, groups: Sequence[RejectionGroup]) -> Iterator[Flowable]:
        tr = self._tr
        for group in groups:
            kind = self._facts.label(group.entity, tr.language)
            yield self._paragraph(f"{tr.number(group.count)} × {kind}: {tr(group.reason_message)}")
            yield self._remedy(group.remedy_message)

    def _remedy(self, remedy: Message) -> Flowable:
        return self._paragraph(f"{self._tr(labels.HEADINGS['remedy'])} {self._tr(remedy)}")

    def _bars(self) -> Flowable:
        """A bar for each kind of item, all of one scale, with its name and its number."""
        table, rows = self._document.add("Table"), []
        for entity in (each for each in self._facts.entities if each.items):
            row = table.add("TR")
            name = self._paragraph(entity.label(self._tr.language), _SOFT, "TD", row)
            figure = row.add("TD").add("Figure", labels.describe_bar(entity, self._tr))
            bar = TaggedFigure(_draw_bar(entity, self._facts.most, 112 * mm), figure)
            rows.append([name, bar, self._cell(entity.items, row)])
        return _table(rows, [38 * mm, 114 * mm, _WIDTH - 152 * mm])

    def _legend(self) -> Flowable:
        """What the parts of the bars are, with how they are drawn."""
        cells: list[Flowable] = []
        paragraph = self._document.add("P")
        for column, heading in labels.COLUMNS.items():
            if self._facts.total(column):
                swatch = Drawing(6 * mm, _BAR)
                _draw_part(swatch, column, 0, 6 * mm)
                cells.append(TaggedFigure(swatch))
                cells.append(self._paragraph(self._tr(heading), _SOFT, "Span", paragraph))
        widths = [8 * mm, (_WIDTH - 48 * mm) / 6] * (len(cells) // 2)
        return _table([cells], widths, lines=False) if cells else self._paragraph("")

    def _counts(self) -> Flowable:
        tr, table = self._tr, self._document.add("Table")
        head = table.add("TR")
        kind = self._paragraph(tr(labels.HEADINGS["kind"]), _SOFT, "TH", head)
        headings = [labels.HEADINGS["items"], *labels.COLUMNS.values()]
        rows = [[kind, *(self._paragraph(tr(each), _NUMBER, "TH", head) for each in headings)]]
        for entity in self._facts.entities:
            row = table.add("TR")
            name = self._paragraph(entity.label(tr.language), _SOFT, "TD", row)
            numbers = (int(getattr(entity, column)) for column in ("items", *labels.COLUMNS))
            rows.append([name, *map(partial(self._cell, row=row), numbers)])
        columns = len(headings)
        return _table(rows, [36 * mm, *([(_WIDTH - 36 * mm) / columns] * columns)])

    def _cell(self, number: int, row: Element) -> Flowable:
        return self._paragraph(self._tr.number(number), _NUMBER, "TD", row)

    def _details(self) -> Flowable:
        table, rows = self._document.add("Table"), []
        for name, value in labels.details(self._facts, self._tr).items():
            row = table.add("TR")
            heading = self._paragraph(name, _SOFT, "TH", row)
            row.children[0].scope = "Row"
            rows.append([heading, self._paragraph(value, _SOFT, "TD", row)])
        return _table(rows, [25 * mm, _WIDTH - 25 * mm], lines=False)


def _table(rows: list[list[Flowable]], widths: list[float], *, lines: bool = True) -> Flowable:
    table = TaggedTable(rows, colWidths=widths, hAlign="LEFT")
    style: list[tuple[Any, ...]] = [("VALIGN", (0, 0), (-1, -1), "MIDDLE" if lines else "TOP")]
    style += [("TOPPADDING", (0, 0), (-1, -1), 1), ("LEFTPADDING", (0, 0), (-1, -1), 1)]
    style += [("RIGHTPADDING", (0, 0), (-1, -1), 1)]
    if lines:
        style.append(("LINEABOVE", (0, 1), (-1, -1), 0.4, colors.HexColor("#dfe4ea")))
    table.setStyle(TableStyle(style))
    return table


# ---- bars ---------------------------------------------------------------------------------------


def _draw_bar(entity: EntityFacts, most: int, width: float) -> Drawing:
    drawing = Drawing(width, _BAR)
    for column, begin, length, _ in labels.bar_parts(entity, most):
        _draw_part(drawing, column, width * begin / 100, width * length / 100 - _GAP)
    return drawing


def _draw_part(drawing: Drawing, column: str, begin: float, length: float) -> None:
    """In its colour, and hatched: colours alone say nothing to many, and on many printers."""
    length = max(length, _GAP)
    fill = colors.HexColor(labels.COLOURS[column])
    drawing.add(Rect(begin, 0, length, _BAR, fillColor=fill, strokeColor=None))
    for x1, y1, x2, y2 in _hatching(column, length):
        white = colors.white
        drawing.add(Line(begin + x1, y1, begin + x2, y2, strokeColor=white, strokeWidth=0.6))


def _hatching(column: str, length: float) -> Iterator[tuple[float, float, float, float]]:
    steps = [_HATCH * number for number in range(1, int(length / _HATCH) + 1)]
    slants = [x for x in steps if x + _BAR <= length]
    if column in {"updated", "rejected"}:
        yield from ((x, 0, x + _BAR, _BAR) for x in slants)
    if column in {"superseded", "rejected"}:
        yield from ((x, _BAR, x + _BAR, 0) for x in slants)
    if column == "skipped":
        yield from ((x, 0, x, _BAR) for x in steps if x < length)
    if column == "unchanged":
        yield from ((0, y, length, y) for y in (_BAR / 3, 2 * _BAR / 3))
