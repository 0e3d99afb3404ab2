"""A run's report as PDF: the same words and numbers, for paper and for mail."""

from collections.abc import Iterator
from io import BytesIO
from xml.sax.saxutils import escape

from reportlab.graphics.shapes import Drawing, Rect
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Table, TableStyle

from desktop_migrator.migration.report import labels
from desktop_migrator.migration.report.run_facts import EntityFacts, RunFacts

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


def as_pdf(facts: RunFacts) -> bytes:
    file = BytesIO()
    document = SimpleDocTemplate(
        file,
        pagesize=A4,
        leftMargin=20 * mm,
        rightMargin=20 * mm,
        topMargin=18 * mm,
        bottomMargin=18 * mm,
        title=labels.TITLES[facts.outcome],
        author="Desktop Migrator",
    )
    document.build(list(_story(facts)))
    return file.getvalue()


def _story(facts: RunFacts) -> Iterator[Flowable]:
    yield _paragraph(labels.TITLES[facts.outcome], _TITLE)
    yield _paragraph(labels.headline(facts), _LEAD)
    if facts.error:
        yield _paragraph("What stopped it", _HEADING)
        yield _paragraph(f"{facts.error.text} ({facts.error.code})")
        yield _paragraph(f"What to do: {facts.error.hint}")
    if facts.entities:
        yield _paragraph("What became of each kind of item", _HEADING)
        yield _counts(facts)
    if facts.rejections:
        yield _paragraph("What could not go, and what to do about it", _HEADING)
        yield from _rejections(facts)
    yield _paragraph("Verification", _HEADING)
    yield _paragraph(labels.verification(facts))
    for damage in facts.damages:
        yield _paragraph(f"Damaged: {damage.message}")
    if facts.left_aside:
        yield _paragraph("What stayed in the browser", _HEADING)
        for kind, number in sorted(facts.left_aside.items(), key=lambda each: -each[1]):
            yield _paragraph(labels.describe_skipped(kind, number))
    if steps := labels.what_next(facts):
        yield _paragraph("What you can do next", _HEADING)
        for number, step in enumerate(steps, 1):
            yield _paragraph(f"{number}. {step}")
    yield _paragraph("Details for the support desk", _HEADING)
    yield _details(facts)


def _rejections(facts: RunFacts) -> Iterator[Flowable]:
    for group in facts.rejections:
        yield _paragraph(f"{group.count:,} × {group.entity}: {group.reason}")
        yield _paragraph(f"What to do: {group.remedy}")
        more = group.count - len(group.places)
        places = ", ".join(group.places) + (f" and {more:,} more" if more else "")
        yield _paragraph(f"{places} ({group.code})", _SOFT)
    if facts.total("rejected") > facts.listed_rejections:
        yield _paragraph(
            f"These are the first {facts.listed_rejections:,}; all "
            f"{facts.total('rejected'):,} are kept in the database.",
            _SOFT,
        )


def _counts(facts: RunFacts) -> Flowable:
    rows: list[list[object]] = [["Kind", "", "Items", *labels.COLUMNS.values()]]
    for entity in facts.entities:
        numbers = [f"{getattr(entity, column):,}" for column in labels.COLUMNS]
        rows.append([_paragraph(entity.name, _SOFT), _bar(entity), f"{entity.items:,}", *numbers])
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


def _details(facts: RunFacts) -> Flowable:
    rows = {
        "Run": facts.run,
        "Begun": f"{facts.started:%Y-%m-%d %H:%M} UTC, took {facts.seconds:.1f} s",
        "From": ", ".join(facts.origins),
        "To": facts.database,
        "For": facts.user_id,
        "Plan": facts.plan,
        "Backup": facts.backup or "none",
        "Program": f"Desktop Migrator {facts.tool_version}",
    }
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
