"""PDF with a structure that screen readers follow: headings, paragraphs, tables, figures.

ReportLab draws, and knows nothing of structure; the marks around what is drawn and the tree that
names them (ISO 32000-1, 14.7 and 14.8) are made here.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

from reportlab.graphics.shapes import Drawing
from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, Table

from desktop_migrator.migration.report.shaped_paragraph import OutlineFonts

_BLANKS = re.compile(r"[ \t\n\r\f\v]+")


@dataclass(slots=True)
class Element:
    """A node of the structure tree: `P`, `H1`, `Table` …"""

    tag: str
    alternative: str = ""
    """What a picture shows, in words."""
    said: str = ""
    """What is read out in place of what is drawn, which may stand in another order."""
    scope: str = "Column"
    """What a `TH` is the heading of: its column or its row."""
    children: "list[Element]" = field(default_factory=list)
    marks: list[tuple[Any, int]] = field(default_factory=list)
    """Where it is drawn: a reference to the page, and the mark's number on it."""

    def add(self, tag: str, alternative: str = "") -> "Element":
        child = Element(tag, alternative)
        self.children.append(child)
        return child


class TaggedCanvas(Canvas):  # type: ignore[misc] # ReportLab has no types
    """Writes the tree of `document` when it is saved."""

    def __init__(self, *settings: Any, document: Element, **named: Any) -> None:
        super().__init__(*settings, **named)
        self._tree = document
        self._marks: list[list[Element]] = [[]]
        """For each page, the elements by their marks' numbers."""
        self.outline_fonts = OutlineFonts()

    def begin_element(self, element: Element) -> None:
        on_page = self._marks[-1]
        element.marks.append((self._doc.thisPageRef(), len(on_page)))
        self._code.append(f"/{element.tag} <</MCID {len(on_page)}>> BDC")
        on_page.append(element)

    def begin_artifact(self) -> None:
        """What only decorates."""
        self._code.append("/Artifact BMC")

    def end_element(self) -> None:
        self._code.append("EMC")

    def showPage(self) -> None:
        super().showPage()
        page = self._doc.Pages.pages[-1]
        page.__NoDefault__ = [*page.__NoDefault__, "StructParents", "Tabs"]
        page.StructParents, page.Tabs = len(self._marks) - 1, pdfdoc.PDFName("S")
        self._marks.append([])

    def save(self) -> None:
        if self._code:
            self.showPage()
        self._marks.pop()
        references: dict[int, Any] = {}
        root = pdfdoc.PDFDictionary({"Type": pdfdoc.PDFName("StructTreeRoot")})
        parent = self._doc.Reference(root)
        root["K"] = self._write(self._tree, parent, references)
        pages = (
            (number, pdfdoc.PDFArray([references[id(element)] for element in elements]))
            for number, elements in enumerate(self._marks)
        )
        tree = pdfdoc.PDFArray([entry for page in pages for entry in page])
        root["ParentTree"] = pdfdoc.PDFDictionary({"Nums": tree})
        catalog = self._doc.Catalog
        catalog.StructTreeRoot = root
        catalog.MarkInfo = pdfdoc.PDFDictionary({"Marked": pdfdoc.PDFtrue})
        self.setViewerPreference("DisplayDocTitle", "true")
        self.outline_fonts.write(self._doc)
        super().save()

    def _write(self, element: Element, parent: Any, references: dict[int, Any]) -> Any:
        node = pdfdoc.PDFDictionary(
            {
                "Type": pdfdoc.PDFName("StructElem"),
                "S": pdfdoc.PDFName(element.tag),
                "P": parent,
            }
        )
        if element.alternative:
            node["Alt"] = pdfdoc.PDFString(element.alternative)
        if element.said:
            node["ActualText"] = pdfdoc.PDFString(element.said)
        if element.tag == "TH":
            scope = {"O": pdfdoc.PDFName("Table"), "Scope": pdfdoc.PDFName(element.scope)}
            node["A"] = pdfdoc.PDFDictionary(scope)
        references[id(element)] = reference = self._doc.Reference(node)
        marks = [
            pdfdoc.PDFDictionary({"Type": pdfdoc.PDFName("MCR"), "Pg": page, "MCID": number})
            for page, number in element.marks
        ]
        children = [self._write(child, reference, references) for child in element.children]
        node["K"] = pdfdoc.PDFArray([*marks, *children])
        return reference


def canvas_maker(document: Element) -> Callable[..., TaggedCanvas]:
    """For `SimpleDocTemplate.build`."""
    return lambda *settings, **named: TaggedCanvas(*settings, document=document, **named)


class TaggedParagraph(Paragraph):  # type: ignore[misc]
    element: Element | None = None
    _unread: StringIO
    """The text, as far as no line has drawn it; its parts on two pages read on in the same one."""

    def tag(self, text: str, element: Element) -> None:
        """`text` is what it says, without markup."""
        self._unread, self.element = StringIO(_BLANKS.sub(" ", text).strip(), newline=""), element

    def draw(self) -> None:
        if self.element:
            self._end_lines_with_blanks()
            self.canv.begin_element(self.element)
        super().draw()
        if self.element:
            self.canv.end_element()

    def _end_lines_with_blanks(self) -> None:
        """ReportLab leaves away the blank at which it breaks a line, by which who listens, and who
        copies, would have two words as one."""
        for line in self.blPara.lines:
            fragments = getattr(line, "words", None)  # of several fonts; else (width, words)
            said = " ".join(line[1]) if fragments is None else "".join(f.text for f in fragments)
            self._unread.read(len(said.strip(" ")))
            if self._unread.read(1) == " " and not said.endswith(" "):
                if fragments is None:
                    line[1][-1] += " "
                else:
                    fragments[-1].text += " "

    def split(self, width: float, height: float) -> list[Flowable]:
        parts: list[Flowable] = super().split(width, height)
        for part in parts:
            part.element = self.element
            part._unread = self._unread  # noqa: SLF001 - of the same class
        return parts


class TaggedFigure(Flowable):  # type: ignore[misc]
    """A drawing; without an `element` it only decorates."""

    def __init__(self, drawing: Drawing, element: Element | None = None) -> None:
        super().__init__()
        self._drawing, self._element = drawing, element
        self.width, self.height = drawing.width, drawing.height

    def draw(self) -> None:
        if self._element:
            self.canv.begin_element(self._element)
        else:
            self.canv.begin_artifact()
        self._drawing.drawOn(self.canv, 0, 0)
        self.canv.end_element()


class TaggedTable(Table):  # type: ignore[misc]
    """Its cells are tagged themselves; its lines only decorate."""

    def _drawLines(self) -> None:
        self.canv.begin_artifact()
        super()._drawLines()
        self.canv.end_element()
