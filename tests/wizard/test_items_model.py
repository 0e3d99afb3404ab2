"""The table's model against a plain list, watched by Qt's own model tester."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from desktop_migrator.migration.preview.preview_store import (
    NO_FILTER,
    Filter,
    PreviewState,
    PreviewStore,
)
from desktop_migrator.wizard import labels
from desktop_migrator.wizard.models import items
from desktop_migrator.wizard.models.items import ItemsModel
from tests.unit.migration.test_preview_store import Plain, entries, fill, filters, is_wanted

FATAL = QAbstractItemModelTester.FailureReportingMode.Fatal


@pytest.fixture
def preview() -> Iterator[PreviewStore]:
    with PreviewStore() as preview:
        yield preview


def numbered(count: int) -> list[Plain]:
    return [
        Plain(
            PreviewState.NEW if n % 3 else PreviewState.REJECTED, (str(n), f"Task {n}"), False, b""
        )
        for n in range(count)
    ]


def shown(model: ItemsModel) -> list[tuple[str, str, str]]:
    return [
        tuple(model.index(row, column).data() for column in range(3))
        for row in range(model.rowCount())
    ]


def expected(plain: list[Plain]) -> list[tuple[str, str, str]]:
    return [
        ("Left out" if each.left_out else labels.state_label(each.state), *each.cells)
        for each in plain
    ]


@settings(max_examples=40)
@given(entries, st.lists(filters | st.just(NO_FILTER), max_size=4), st.integers(1, 4))
def test_every_filter_shows_what_a_plain_list_would(
    qtbot: QtBot, plain: list[Plain], wanted: list[Filter], page: int
) -> None:
    with pytest.MonkeyPatch.context() as patch, PreviewStore() as preview:
        patch.setattr(items, "PAGE_SIZE", page)
        patch.setattr(items, "_MAX_CACHED_PAGES", 2)
        fill(preview, "tasks", plain)
        model = ItemsModel(preview, "tasks")
        tester = QAbstractItemModelTester(model, FATAL)
        assert shown(model) == expected(plain)
        for each in wanted:
            model.set_filter(each)
            qtbot.waitUntil(lambda: not model.is_searching)
            assert shown(model) == expected([one for one in plain if is_wanted(one, each)])
        del tester


def test_what_is_found_meanwhile_joins_at_the_end(qtbot: QtBot, preview: PreviewStore) -> None:
    plain = numbered(250)
    fill(preview, "tasks", plain[:130], step=100)
    model = ItemsModel(preview, "tasks")
    tester = QAbstractItemModelTester(model, FATAL)
    assert shown(model) == expected(plain[:130])
    fill(preview, "tasks", plain, first=130)
    model.append_new_rows()
    assert shown(model) == expected(plain)
    del tester


def test_of_all_pages_only_a_few_are_held(qtbot: QtBot, preview: PreviewStore) -> None:
    fill(preview, "tasks", numbered(5000), step=5000)
    model = ItemsModel(preview, "tasks")
    assert [row for _, row, _ in shown(model)] == [str(n) for n in range(5000)]
    assert len(model._pages) <= items._MAX_CACHED_PAGES


def test_the_check_mark_leaves_an_item_out_and_takes_it_in_again(
    qtbot: QtBot, preview: PreviewStore
) -> None:
    plain = numbered(5)
    fill(preview, "tasks", plain)
    model = ItemsModel(preview, "tasks")
    tester = QAbstractItemModelTester(model, FATAL)
    role = Qt.ItemDataRole.CheckStateRole
    for mark, left_out in (
        (Qt.CheckState.Unchecked, {plain[2].name}),
        (Qt.CheckState.Checked, set()),
    ):
        with qtbot.waitSignal(model.exclusion_changed):
            assert model.setData(model.index(2, 0), mark, role)
        assert preview.excluded_items() == left_out
        assert Qt.CheckState(model.index(2, 0).data(role)) == mark
    assert not model.setData(model.index(2, 1), Qt.CheckState.Unchecked, role)
    del tester


def test_many_are_excluded_as_they_are_shown(qtbot: QtBot, preview: PreviewStore) -> None:
    plain = numbered(9000)
    fill(preview, "tasks", plain, step=3000)
    model = ItemsModel(preview, "tasks")
    model.set_filter(Filter(PreviewState.REJECTED))
    qtbot.waitUntil(lambda: not model.is_searching)
    with qtbot.waitSignal(model.exclusion_changed):
        model.set_excluded([(0, 9), (100, 2999)], excluded=True)
        model.set_excluded([(5, 5)], excluded=False)
    rejected = [each for each in plain if each.state is PreviewState.REJECTED]
    gone = [*rejected[:5], *rejected[6:10], *rejected[100:]]
    assert preview.excluded_items() == {each.name for each in gone}


def test_a_search_given_up_for_another_leaves_nothing_behind(
    qtbot: QtBot, preview: PreviewStore
) -> None:
    plain = numbered(300)
    fill(preview, "tasks", plain, step=300)
    model = ItemsModel(preview, "tasks")
    tester = QAbstractItemModelTester(model, FATAL)
    model.set_filter(Filter(text="task 1"))
    model.set_filter(Filter(text="TASK 29"))
    qtbot.waitUntil(lambda: not model.is_searching)
    assert [title for _, _, title in shown(model)] == [
        "Task 29",
        *(f"Task {n}" for n in range(290, 300)),
    ]
    del tester
