"""What a browser held is shown as it is: nothing of it becomes markup, wherever it can be seen."""

import json
import re
from pathlib import Path

import pytest
from PySide6 import QtGui
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QDialog, QInputDialog, QLabel, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

import desktop_migrator.wizard
from desktop_migrator.plan.schema import load_plan
from desktop_migrator.wizard import plain_text
from desktop_migrator.wizard.flow import Workflow
from desktop_migrator.wizard.pages.review import ReviewPage
from desktop_migrator.wizard.widgets import prompts
from tests.unit.browsers import hostile_stores
from tests.wizard.pages import open_page

PROBE = "<b>probe</b>"
_HERE = Path(desktop_migrator.wizard.__file__).parent


def as_shown(tooltip: str) -> str:
    """What Qt shows of a tooltip: HTML, if it takes it for such."""
    if not QtGui.Qt.mightBeRichText(tooltip):
        return tooltip
    document = QTextDocument()
    document.setHtml(tooltip)
    return document.toPlainText()


def labels_that_guess(widget: QWidget) -> list[str]:
    """The labels that would take a text for HTML if it looks like it."""
    return [
        label.text()
        for label in widget.findChildren(QLabel)
        if label.textFormat() is not Qt.TextFormat.PlainText
    ]


def test_labels_tips_and_dialogs_are_made_in_one_place_each() -> None:
    forbidden = re.compile(
        r"\bQLabel\(|QMessageBox[.(]|QInputDialog[.(]|QErrorMessage|QProgressDialog|QTextBrowser"
        r"|QTextEdit|setHtml|appendHtml|setToolTip\((?!plain_text\.tip\()|setWhatsThis|setStatusTip"
    )
    for file in _HERE.rglob("*.py"):
        if file.name in {"basics.py", "prompts.py"}:
            continue
        found = forbidden.search(file.read_text(encoding="utf-8"))
        assert not found, f"{file.name}: {found[0] if found else ''}"


def test_every_cell_and_tip_of_a_hostile_item_is_what_the_browser_held(
    qtbot: QtBot, tmp_path: Path
) -> None:
    task = {"id": PROBE, "title": PROBE, "status": PROBE, "description": PROBE, "more": PROBE}
    good = task | {"id": "1", "status": "todo"}
    value = b"\1" + json.dumps([task, good]).encode()
    path = hostile_stores.sqlite(tmp_path / PROBE.replace("/", "_") / "LocalStorage",
        hostile_stores.ENTRIES,
        f"INSERT INTO map_entries VALUES (1, 0, x'01' || CAST('tasks' AS BLOB), x'{value.hex()}')",
    )  # fmt: skip
    opened = open_page(qtbot, ReviewPage, tmp_path / "data", load_plan(None))
    page = opened.page
    assert isinstance(page, ReviewPage)
    opened.answers.workflow = Workflow.MIGRATE
    opened.answers.sources, opened.answers.origins = (path,), ("https://a.test",)
    page.initializePage()
    qtbot.waitUntil(lambda: page.operation is None)
    assert page.error_panel.error is None
    model = page._table.model()
    cells = [
        model.index(row, column)
        for row in range(model.rowCount())
        for column in range(model.columnCount())
    ]
    assert any(PROBE in str(cell.data()) for cell in cells)
    for cell in cells:
        tip = cell.data(Qt.ItemDataRole.ToolTipRole)
        assert as_shown(tip or "") == str(cell.data() or "")
    for row in range(model.rowCount()):
        page._table.selectRow(row)
    assert labels_that_guess(page) == []


def test_a_tip_shows_just_its_text() -> None:
    for text in (PROBE, "a\nb", "a  b", "<img src='x'>", "&lt;", "", "plain"):
        assert as_shown(plain_text.tip(text)) == text


def test_dialogs_show_just_their_text(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    seen: list[str] = []

    def look(dialog: QDialog) -> int:
        text = dialog.text() if isinstance(dialog, QMessageBox) else dialog.labelText()  # type: ignore[attr-defined]
        seen.append(text)
        shown = [label for label in dialog.findChildren(QLabel) if label.text() == PROBE]
        assert shown
        assert all(label.textFormat() is Qt.TextFormat.PlainText for label in shown)
        return 0

    for kind in (QMessageBox, QInputDialog):
        monkeypatch.setattr(kind, "exec", look)
    prompts.confirm(parent, PROBE, PROBE, "yes", "no")
    assert prompts.ask_secret(parent, PROBE, PROBE) is None
    prompts.inform(parent, PROBE, PROBE)
    assert seen == [PROBE] * 3
