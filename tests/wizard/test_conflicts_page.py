"""Conflicts answered in the page: what PostgreSQL holds afterwards is the oracle."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pytestqt.qtbot import QtBot

from desktop_migrator.migration.run.migrate import migrate
from desktop_migrator.model import MergeRule, Outcome, Resolution
from desktop_migrator.plan.schema import load_plan
from desktop_migrator.reporter import NullReporter
from desktop_migrator.wizard.flow import (
    BackupChoice,
    Requirement,
    WizardStep,
    Workflow,
    unmet_requirement,
)
from desktop_migrator.wizard.operations import build_job
from desktop_migrator.wizard.pages.conflicts import ConflictsPage
from tests.integration.conftest import fetch
from tests.integration.test_conflicts import environment, two_browsers
from tests.integration.webkit_store import store_of
from tests.recorded import APP
from tests.wizard.pages import Opened, open_page

PLAN = load_plan(None)
ENVIRONMENTS = [environment(n, url="new", port=n) for n in range(1, 5)]
TASKS = [
    {"id": str(n), "title": f"Task {n}", "status": "todo", "createdAt": "2026-01-01T10:00:00.000Z"}
    for n in (1, 2)
]


@dataclass
class Case:
    opened: Opened
    sql: psycopg.Connection[Any]
    qtbot: QtBot

    @property
    def page(self) -> ConflictsPage:
        assert isinstance(self.opened.page, ConflictsPage)
        return self.opened.page

    def enter(self) -> None:
        self.page.initializePage()
        self.qtbot.waitUntil(lambda: self.page.operation is None)
        assert self.page.error_panel.error is None

    def choose(self, row: int) -> None:
        model = self.page.conflict_list.model
        assert model
        self.qtbot.waitUntil(lambda: not model.is_searching)
        self.page.conflict_list.table.setCurrentIndex(model.index(row, 1))

    def answer(self, row: int, answer: Resolution, *, alike: bool = False) -> None:
        self.choose(row)
        self.page.conflict_list.alike_box.setChecked(alike)
        self.page.conflict_list.answers.buttons[answer].click()

    def migrate(self) -> None:
        """Leave the page and do what the answers say."""
        assert unmet_requirement(WizardStep.CONFLICTS, self.opened.answers) is None
        gone_on: list[bool] = []
        self.page.next_page = lambda: gone_on.append(True)  # type: ignore[method-assign]
        if not self.page.on_next():
            self.qtbot.waitUntil(lambda: bool(gone_on))
            assert self.page.on_next()
        result = migrate(
            build_job(self.opened.answers, PLAN), self.opened.context.workspace, NullReporter()
        )
        assert result.outcome is Outcome.COMPLETED, result.error

    def configs(self) -> dict[str, Any]:
        return dict(fetch(self.sql, "SELECT name, config FROM environments"))

    def rule(self, entity: str, rule: MergeRule) -> None:
        combo = self.page._rule_combos[entity]
        combo.setCurrentIndex(combo.findData(rule))


@pytest.fixture
def case(qtbot: QtBot, tmp_path: Path, database: str) -> Iterator[Case]:
    """Environments and tasks migrated before and changed in the database since."""
    opened = open_page(qtbot, ConflictsPage, tmp_path / "data dir", PLAN)
    answers = opened.answers
    answers.workflow, answers.origins = Workflow.MIGRATE, (APP,)
    answers.sources = (store_of(tmp_path, {"environments": ENVIRONMENTS, "tasks": TASKS}),)
    answers.user_id, answers.database, answers.create_tables = "u1", database, True
    answers.backup.choice = BackupChoice.NONE
    migrate(build_job(answers, PLAN), opened.context.workspace, NullReporter())
    with psycopg.connect(database, autocommit=True) as sql:
        sql.execute("""UPDATE environments SET config = '{"url": "old", "debug": true}'""")
        sql.execute("UPDATE environments SET is_active = true WHERE name = 'Environment 4'")
        sql.execute("UPDATE tasks SET title = 'Edited' WHERE title = 'Task 1'")
        yield Case(opened, sql, qtbot)


OLD = {"url": "old", "debug": True}


def test_each_is_decided_by_itself_and_all_alike_at_once(case: Case) -> None:
    case.enter()
    assert unmet_requirement(WizardStep.CONFLICTS, case.opened.answers) is Requirement.CONFLICTS
    assert case.opened.answers.undecided_conflicts == 4
    case.choose(0)
    table = case.page.conflict_list.differences.model()
    [cells] = [
        [table.index(row, column).data() for column in range(3)] for row in range(table.rowCount())
    ]
    assert cells[0] == "Settings"
    assert list(map(json.loads, cells[1:])) == [OLD, {"url": "new", "port": 1}]
    case.answer(0, Resolution.REPLACE, alike=True)
    case.answer(1, Resolution.MERGE)
    assert case.opened.answers.undecided_conflicts == 1
    assert not case.page.isComplete()
    model = case.page.conflict_list.model
    assert model is not None
    assert [model.index(row, 0).data() for row in range(model.rowCount())] == [
        "The browser's", "Both, merged", "The browser's", "Not decided",
    ]  # fmt: skip
    case.answer(3, Resolution.KEEP)
    assert case.page.isComplete()
    case.migrate()
    assert case.configs() == {
        "Environment 1": {"url": "new", "port": 1},
        "Environment 2": OLD | {"port": 2},
        "Environment 3": {"url": "new", "port": 3},
        "Environment 4": OLD,
    }


@pytest.mark.parametrize(
    ("rule", "config"),
    [
        (MergeRule.KEEP, OLD),
        (MergeRule.OVERWRITE, {"url": "new", "port": 1}),
        (MergeRule.FIELDS, OLD | {"port": 1}),
    ],
)
def test_a_rule_holds_for_its_kind_alone(case: Case, rule: MergeRule, config: object) -> None:
    case.enter()
    case.rule("environments", rule)
    case.rule("tasks", MergeRule.OVERWRITE)
    assert case.page.isComplete()
    case.migrate()
    assert case.configs()["Environment 1"] == config
    assert fetch(case.sql, "SELECT title FROM tasks ORDER BY 1") == [("Task 1",), ("Task 2",)]


def test_answers_are_kept_for_the_next_time_and_hold_only_for_what_they_were_given(
    case: Case,
) -> None:
    case.enter()
    case.answer(0, Resolution.KEEP, alike=True)
    case.answer(3, Resolution.KEEP)
    case.migrate()
    case.sql.execute(
        """UPDATE environments SET config = '{"url": "newer"}' WHERE name = 'Environment 2'"""
    )
    case.opened.answers.create_tables = False  # another question to the database
    case.enter()
    assert case.opened.answers.undecided_conflicts == 1
    case.answer(1, Resolution.REPLACE)
    case.migrate()
    assert case.configs() == {
        "Environment 1": OLD,
        "Environment 2": {"url": "new", "port": 2},
        "Environment 3": OLD,
        "Environment 4": OLD,
    }


def test_what_is_excluded_is_no_conflict(case: Case) -> None:
    case.opened.answers.excluded_entities = frozenset({"environments"})
    case.enter()
    assert case.page._rule_combos.keys() == {"tasks"}
    assert case.page.isComplete()


def test_a_database_that_cannot_be_reached_is_told_in_the_page(case: Case) -> None:
    case.opened.answers.database = "postgresql://nobody@localhost:1/none"
    case.page.initializePage()
    case.qtbot.waitUntil(lambda: case.page.operation is None)
    assert case.page.error_panel.error is not None
    assert case.page.error_panel.error.code == "DM-301"
    assert not case.page.isComplete()


# ---- versions in two browsers --------------------------------------------------------------------


@pytest.fixture
def two(case: Case, tmp_path: Path) -> Case:
    """The four environments in two browsers: two in one version, two in two; all differ from the
    database's."""
    stores = two_browsers(
        tmp_path,
        {"environments": ENVIRONMENTS},
        {"environments": [*ENVIRONMENTS[:2], *(environment(n, url="last") for n in (3, 4))]},
    )
    case.opened.answers.sources = tuple(Path(str(each)) for each in stores[1::2])
    return case


def fields_shown(case: Case) -> list[str]:
    header = case.page.conflict_list.differences.horizontalHeaderItem
    cells = [header(column) for column in range(3)]
    return [cell.text() for cell in cells if cell]


def test_the_person_says_which_browsers_version_counts_and_then_whether_it_or_the_row(
    two: Case,
) -> None:
    two.enter()
    two.rule("environments", MergeRule.PROMPT)
    # Two rows and two pairs; the rows of the versions that count till now, too.
    assert two.opened.answers.undecided_conflicts == 6
    pairs = []
    for row in range(6):
        two.choose(row)
        if "browser 2" in fields_shown(two)[1]:
            assert "browser 1" in fields_shown(two)[2]
            assert "browser 2" in two.page.conflict_list.answers.buttons[Resolution.KEEP].text()
            assert "browser 1" in two.page.conflict_list.answers.buttons[Resolution.REPLACE].text()
            pairs.append(row)
        else:
            two.answer(row, Resolution.KEEP)
    assert len(pairs) == 2
    two.answer(pairs[0], Resolution.REPLACE)
    two.answer(pairs[1], Resolution.KEEP)
    assert two.page.isComplete()
    # The version chosen meets its row, which nobody has been asked about.
    assert not two.page.on_next()
    two.qtbot.waitUntil(lambda: two.opened.answers.undecided_conflicts == 1)
    two.qtbot.waitUntil(lambda: two.page.operation is None)
    assert not two.page.isComplete()
    again = two.page.conflict_list.model
    assert again
    two.qtbot.waitUntil(lambda: not again.is_searching)
    for row in range(again.rowCount()):
        two.choose(row)
        if "Not decided" in two.page.conflict_list.decision_label.text():
            two.answer(row, Resolution.REPLACE)
    two.migrate()
    assert two.configs() == {
        "Environment 1": OLD,
        "Environment 2": OLD,
        "Environment 3": {"url": "new", "port": 3},
        "Environment 4": OLD,
    }


def test_once_versions_and_rows_are_decided_the_page_goes_on(two: Case) -> None:
    two.sql.execute("DELETE FROM environments")
    two.enter()
    two.rule("environments", MergeRule.PROMPT)
    assert two.opened.answers.undecided_conflicts == 2
    two.answer(0, Resolution.REPLACE, alike=True)
    two.migrate()
    assert two.configs()["Environment 3"] == {"url": "new", "port": 3}
    assert two.configs()["Environment 4"] == {"url": "new", "port": 4}
