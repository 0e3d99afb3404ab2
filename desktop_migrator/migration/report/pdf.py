"""A run's report as PDF: the same words and numbers, for paper and for mail."""

from collections.abc import Iterator, Sequence
from io import BytesIO
from xml.sax.saxutils import escape

from reportlab.graphics.shapes import Drawing, Rect
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Table, TableStyle

from desktop_migrator.messages import Message, Translator
from desktop_migrator.migration.report import labels
from desktop_migrator.migration.report.run_facts import EntityFacts, RejectionGroup, RunFacts

_WIDTH = A4[0] - 40 * mm
_BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=10, leading=14, spaceAfter=4)
_SOFT = ParagraphStyle(
    "soft", _BODY, fontSize=8.5, leading=12, textColor=colors.HexColor("#5b6776")
)
_TITLE = ParagraphStyle("title", _BODY, fontName="Helvetica-Bold", fontSize=20, leading=25)
_LEAD = ParagraphStyle("lead", _BODY, fontSize=11.5, leading=16, spaceAfter=10)
_HEADING = ParagraphStyle(
    "heading", _BODY, fontName="Helvetica-Bold", fontSize=12.5, leading=16, spaceBefore=12
)


def as_pdf(facts: RunFacts, tr: Translator) -> bytes:
    file = BytesIO()
    document = SimpleDocTemplate(
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
    document.build(list(_story(facts, tr)))
    return file.getvalue()


def _story(facts: RunFacts, tr: Translator) -> Iterator[Flowable]:
    def heading(name: str) -> Flowable:
        return _paragraph(tr(labels.HEADINGS[name]), _HEADING)

    yield _paragraph(tr(labels.TITLES[facts.outcome]), _TITLE)
    yield _paragraph(tr(labels.headline(facts)), _LEAD)
    if facts.error:
        yield heading("error")
        yield _paragraph(f"{tr(facts.error.message)} ({facts.error.code})")
        yield _remedy(facts.error.hint_message, tr)
    if facts.entities:
        yield heading("entities")
        yield _counts(facts, tr)
    if facts.rejections:
        yield heading("rejections")
        yield from _groups(facts.rejections, tr)
        if facts.total("rejected") > facts.listed_rejections:
            yield _paragraph(tr(labels.more_rejections(facts)), _SOFT)
    if facts.superseded:
        yield heading("superseded")
        yield _paragraph(tr(labels.superseded(facts)))
        yield from _groups(facts.superseded, tr)
    yield heading("verification")
    yield _paragraph(tr(labels.verification(facts)))
    for damage in facts.damages:
        yield _paragraph(tr(labels.damaged(damage)))
    not_taken = labels.describe_not_taken(facts.not_taken)
    if facts.left_aside or not_taken:
        yield heading("skipped")
        for kind, number in sorted(facts.left_aside.items(), key=lambda each: -each[1]):
            yield _paragraph(tr(labels.describe_skipped(kind, number)))
        for line in not_taken:
            yield _paragraph(tr(line))
    if steps := labels.what_next(facts):
        yield heading("next")
        for number, step in enumerate(steps, 1):
            yield _paragraph(f"{number}. {tr(step)}")
    yield heading("details")
    yield _details(facts, tr)


def _groups(groups: Sequence[RejectionGroup], tr: Translator) -> Iterator[Flowable]:
    for group in groups:
        yield _paragraph(f"{tr.number(group.count)} × {group.entity}: {tr(group.reason_message)}")
        yield _remedy(group.remedy_message, tr)
        more = group.count - len(group.places)
        places = ", ".join(group.places) + (tr(labels.more_places(more)) if more else "")
        yield _paragraph(f"{places} ({group.code})", _SOFT)


def _remedy(remedy: Message, tr: Translator) -> Flowable:
    return _paragraph(f"{tr(labels.HEADINGS['remedy'])} {tr(remedy)}")


def _counts(facts: RunFacts, tr: Translator) -> Flowable:
    headings = [tr(labels.HEADINGS["kind"]), "", tr(labels.HEADINGS["items"])]
    rows: list[list[object]] = [[*headings, *map(tr, labels.COLUMNS.values())]]
    for entity in facts.entities:
        numbers = [tr.number(getattr(entity, column)) for column in ("items", *labels.COLUMNS)]
        rows.append([_paragraph(entity.name, _SOFT), _bar(entity), *numbers])
    columns = len(labels.COLUMNS)
    table = Table(
        rows, colWidths=[30 * mm, 38 * mm, 16 * mm, *([(_WIDTH - 84 * mm) / columns] * columns)]
    )
    style = [
        ("FONT", (0, 0), (-1, -1), "Helvetica", 8),
        ("TEXTCOLOR", (0, 0), (-1, 0), colors.HexColor("#5b6776")),
        ("ALIGN", (2, 0), (-1, -1), "RIGHT"),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("LINEABOVE", (0, 1), (-1, -1), 0.4, colors.HexColor("#dfe4ea")),
    ]
    for index, colour in enumerate(labels.COLOURS.values()):
        style.append(("TEXTCOLOR", (3 + index, 0), (3 + index, 0), colors.HexColor(colour)))
    table.setStyle(TableStyle(style))
    return table


def _bar(entity: EntityFacts) -> Drawing:
    width, height = 36 * mm, 3.2 * mm
    drawing = Drawing(width, height)
    begin = 0.0
    for column, colour in labels.COLOURS.items():
        length = width * int(getattr(entity, column)) / max(1, entity.items)
        if length:
            fill = colors.HexColor(colour)
            drawing.add(Rect(begin, 0, length, height, fillColor=fill, strokeColor=None))
            begin += length
    return drawing


def _details(facts: RunFacts, tr: Translator) -> Flowable:
    rows = labels.details(facts, tr)
    cells = [[_paragraph(name, _SOFT), _paragraph(value, _SOFT)] for name, value in rows.items()]
    table = Table(cells, colWidths=[25 * mm, _WIDTH - 25 * mm])
    table.setStyle(
        TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("TOPPADDING", (0, 0), (-1, -1), 1)])
    )
    return table


def _paragraph(text: str, style: ParagraphStyle = _BODY) -> Flowable:
    """The core fonts know Windows-1252 alone; what it lacks shows as a question mark."""
    shown = text.encode("cp1252", "replace").decode("cp1252")
    return Paragraph(escape(shown), style)
