"""The Review page on profiles that real browsers made; what pages read back is the oracle."""

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop_migrator.migration.preview.preview_store import PreviewState
from desktop_migrator.plan.schema import load_plan
from desktop_migrator.wizard import labels
from desktop_migrator.wizard.flow import Workflow
from desktop_migrator.wizard.pages.review import ReviewPage
from tests.integration.test_migrate import TASKS
from tests.integration.webkit_store import store_of
from tests.recorded import APP, read_back, unpack
from tests.wizard.pages import Opened, open_page


@pytest.fixture
def opened(qtbot: QtBot, tmp_path: Path) -> Opened:
    return open_page(qtbot, ReviewPage, tmp_path / "data dir", load_plan(None))


def look(qtbot: QtBot, opened: Opened, source: Path) -> ReviewPage:
    page = opened.page
    assert isinstance(page, ReviewPage)
    opened.answers.workflow = Workflow.MIGRATE
    opened.answers.sources, opened.answers.origins = (source,), (APP,)
    page.initializePage()
    qtbot.waitUntil(lambda: page.operation is None)
    assert page.error_panel.error is None
    return page


def column(page: ReviewPage, number: int) -> list[str]:
    model = page._table.model()
    return [model.index(row, number).data() for row in range(model.rowCount())]


def choose(page: ReviewPage, qtbot: QtBot, data: object) -> None:
    page._state_filter.setCurrentIndex(page._state_filter.findData(data))
    qtbot.waitUntil(lambda: page._model is not None and not page._model.is_searching)


def test_a_tab_for_each_kind_with_what_the_page_read_back(
    qtbot: QtBot, opened: Opened, tmp_path: Path
) -> None:
    page = look(qtbot, opened, unpack("firefox", tmp_path))
    tabs = {page._tabs.tabData(i): page._tabs.tabText(i) for i in range(page._tabs.count())}
    named = {"tasks": "Tasks", "environments": "Environments", "formData": "Forms"}
    for entity, label in named.items():
        assert tabs[entity] == f"{label} ({len(read_back('firefox', entity))})"
    page._tabs.setCurrentIndex(list(tabs).index("environments"))
    names = {each["name"] for each in read_back("firefox", "environments")}
    assert set(column(page, 2)) == names


def test_search_finds_what_the_cells_hold_whatever_the_case(
    qtbot: QtBot, opened: Opened, tmp_path: Path
) -> None:
    page = look(qtbot, opened, unpack("firefox", tmp_path))
    [environment, *_] = read_back("firefox", "environments")
    page._tabs.setCurrentIndex(1)
    name = environment["name"]
    QTest.keyClicks(page._search, name.upper())
    qtbot.waitUntil(lambda: page._count_label.text() == "1 item(s)")
    assert column(page, 2) == [name]
    page._search.clear()
    qtbot.waitUntil(lambda: len(column(page, 2)) > 1)


def test_before_and_after_stand_side_by_side(qtbot: QtBot, opened: Opened, tmp_path: Path) -> None:
    page = look(qtbot, opened, unpack("firefox", tmp_path))
    page._tabs.setCurrentIndex(1)
    assert not page._detail._before.isVisible()  # an empty box says nothing
    page._table.selectRow(0)
    assert page._detail._before.isVisible()
    exact = page._technical.text()
    before, _ = json.JSONDecoder().raw_decode(exact[exact.index("{") :])
    [read] = [each for each in read_back("firefox", "environments") if each["id"] == before["id"]]
    secret = read["config"]["githubToken"]
    assert before == read | {"config": read["config"] | {"githubToken": "[encrypted]"}}
    assert secret not in page._detail._after.toPlainText()
    after = page._detail._after.toPlainText()
    assert f"Name: {before['name']}" in after
    assert f"name: {before['name']}" in page._detail._before.toPlainText()
    assert "id: " not in after
    hidden = [page._table.isColumnHidden(n) for n in range(page._table.model().columnCount())]
    headings = [page._table.model().headerData(n, Qt.Orientation.Horizontal) for n in range(3)]
    assert headings[1:] == ["Kept as", "Name"]
    assert hidden[:3] == [False, True, False]  # ids and JSON say nothing to most people


def test_what_cannot_go_is_told_with_reason_and_remedy(
    qtbot: QtBot, opened: Opened, tmp_path: Path
) -> None:
    page = look(qtbot, opened, store_of(tmp_path, {"tasks": TASKS}))
    choose(page, qtbot, PreviewState.REJECTED)
    assert column(page, 1) == ["2", "3", "4", "5"]
    long, date, untitled, state = column(page, 2)
    assert long.startswith("xxx")
    assert date.startswith("Bad date: ")  # by which she knows it, then why
    assert "title" in untitled
    assert state.startswith("Bad status: ")
    assert set(column(page, 0)) == {labels.state_label(PreviewState.REJECTED)}
    page._table.selectRow(0)
    assert "title" in page._detail._reason.text()
    assert page._detail._remedy.text()
    assert page._detail._rejection_box.isVisibleTo(page)
    choose(page, qtbot, None)
    assert column(page, 1) == ["1", "2", "3", "4", "5"]


def test_what_is_excluded_is_known_to_the_run_and_when_the_page_is_seen_again(
    qtbot: QtBot, opened: Opened, tmp_path: Path
) -> None:
    tasks = [{**TASKS[0], "id": str(n), "title": f"Task {n}"} for n in range(5)]
    store = store_of(tmp_path, {"tasks": tasks})
    page = look(qtbot, opened, store)
    page._table.selectRow(1)
    page._exclude_button.click()
    page._table.setCurrentIndex(page._table.model().index(3, 0))
    QTest.keyClick(page._table, Qt.Key.Key_Space)
    assert column(page, 0) == [
        labels.state_label(PreviewState.FOUND) if n not in (1, 3) else "Left out" for n in range(5)
    ]
    page._table.selectRow(3)
    page._include_button.click()
    assert page.validatePage()
    names = opened.answers.excluded_items
    assert names
    opened.answers.user_id = "4711"  # so that ids are other ones
    look(qtbot, opened, store)
    assert column(page, 0)[1] == "Left out"
    choose(page, qtbot, "left out")
    assert column(page, 2) == ["Task 1"]
    assert page.validatePage()
    assert opened.answers.excluded_items == names


def test_a_whole_kind_can_stay_behind(qtbot: QtBot, opened: Opened, tmp_path: Path) -> None:
    page = look(qtbot, opened, unpack("firefox", tmp_path))
    page._tabs.setCurrentIndex(1)
    page._exclude_entity_box.click()
    assert opened.answers.excluded_entities == {"environments"}
    assert not page._table.isEnabled()
    page._tabs.setCurrentIndex(0)
    assert page._table.isEnabled()
    page._tabs.setCurrentIndex(1)
    page._exclude_entity_box.click()
    assert opened.answers.excluded_entities == frozenset()


def test_a_capture_takes_whole_records_so_nothing_is_excluded_there(
    qtbot: QtBot, opened: Opened, tmp_path: Path
) -> None:
    page = opened.page
    opened.answers.workflow = Workflow.CAPTURE
    opened.answers.sources, opened.answers.origins = (unpack("firefox", tmp_path),), (APP,)
    page.initializePage()
    qtbot.waitUntil(lambda: page.operation is None)
    assert isinstance(page, ReviewPage)
    assert not page._exclude_button.isVisibleTo(page)
    index = page._table.model().index(0, 0)
    assert index.data(Qt.ItemDataRole.CheckStateRole) is None
