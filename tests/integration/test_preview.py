"""What a preview finds; the oracles are the pages' own answers and what PostgreSQL holds after."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import psycopg
import pytest

from desktop_migrator.migration.database.person import Person
from desktop_migrator.migration.preview.build_preview import preview_against_database, preview_plan
from desktop_migrator.migration.preview.preview_store import Filter, PreviewState, PreviewStore
from desktop_migrator.migration.run.job import Job
from desktop_migrator.migration.run.migrate import migrate
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import Outcome
from desktop_migrator.plan.schema import load_plan
from desktop_migrator.reporter import NullReporter
from tests.integration.command_line import CommandLine
from tests.integration.conftest import fetch
from tests.integration.webkit_store import store_of
from tests.recorded import read_back, unpack

PLAN = load_plan(None)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.open(tmp_path / "data dir")


def task(number: int, **fields: object) -> dict[str, object]:
    return {
        "id": f"0190a1b2-c3d4-7e5f-8a6b-{number:012}",
        "title": f"Task {number}",
        "status": "todo",
        "createdAt": "2026-01-01T10:00:00.000Z",
    } | fields


def job_of(database: str, store: Path, **settings: Any) -> Job:
    person = Person("u1")
    return Job(plan=PLAN, database=database, person=person, sources=(store,), **settings)


def titles(findings: PreviewStore, state: PreviewState) -> set[str]:
    return {
        finding.cells[1]
        for places in findings.search("tasks", Filter(state))
        for finding in findings.rows_at("tasks", places)
    }


def test_the_states_are_what_the_database_says_and_what_is_excluded_stays_out(
    tmp_path: Path, workspace: Workspace, database: str
) -> None:
    tasks = [task(n) for n in range(6)]
    tasks[1]["title"] = "T" * 256  # a rejection by the plan
    store = store_of(tmp_path, {"tasks": tasks})
    job = job_of(database, store, continue_on_error=True, create_tables=True)
    with psycopg.connect(database, autocommit=True) as sql:
        (tmp_path / "former").mkdir()
        first = store_of(tmp_path / "former", {"tasks": tasks[2:4]})
        former = job_of(database, first, create_tables=True)
        assert migrate(former, workspace, NullReporter()).outcome is Outcome.COMPLETED
        sql.execute("UPDATE tasks SET title = 'Edited' WHERE title = 'Task 3'")
        sql.execute("ALTER TABLE tasks ADD CONSTRAINT no_fives CHECK (title <> 'Task 5') NOT VALID")
        before = fetch(sql, "SELECT t::text, xmin::text FROM tasks t ORDER BY 1")
        with PreviewStore() as findings:
            result = preview_against_database(job, workspace, NullReporter(), findings)
            assert result.outcome is Outcome.DRY_RUN
            assert fetch(sql, "SELECT t::text, xmin::text FROM tasks t ORDER BY 1") == before
            assert titles(findings, PreviewState.NEW) == {"Task 0", "Task 4"}
            assert titles(findings, PreviewState.SAME) == {"Task 2"}
            assert titles(findings, PreviewState.DIFFERS) == {"Task 3"}
            assert findings.entity_summary("tasks").counts[PreviewState.REJECTED] == 2
            [(place, conflict, answer)] = findings.conflicts_with_answers("tasks")
            assert conflict.fields == ("title",)
            assert (conflict.differences[0].row, conflict.differences[0].item) == (
                "Edited",
                "Task 3",
            )
            assert answer is None
            assert findings.conflict("tasks", place)[0] == conflict
            for state, cell in ((PreviewState.NEW, 1), (PreviewState.REJECTED, 0)):
                for places in findings.search("tasks", Filter(state)):
                    gone = [
                        f for f in findings.rows_at("tasks", places) if f.cells[cell] != "Task 4"
                    ]
                    findings.set_excluded("tasks", [f.index for f in gone], excluded=True)
            left_out = findings.excluded_items()
        again = job_of(database, store, excluded_items=left_out, rollback_threshold=0.0)
        with PreviewStore() as findings:  # another preview knows them, by their names alone
            preview_against_database(again, workspace, NullReporter(), findings)
            assert findings.entity_summary("tasks").excluded_count == 3
            assert findings.excluded_items() == left_out
        result = migrate(again, workspace, NullReporter())  # without the two that were rejected
        assert result.outcome is Outcome.COMPLETED, result.error
        assert result.skipped_records["left-out"] == 3
        found = fetch(sql, "SELECT title FROM tasks ORDER BY 1")
        assert found == [("Edited",), ("Task 2",), ("Task 4",)]


def test_without_a_database_the_findings_are_what_the_page_read_back(
    tmp_path: Path, workspace: Workspace
) -> None:
    profile = unpack("chromium-leveldb", tmp_path)
    with PreviewStore() as findings:
        preview_plan(PLAN, [profile], (), "u1", workspace, NullReporter(), findings)
        tasks = [(each, detail) for each, detail in findings.rows_with_details("tasks")]
        read = {task["title"]: task for task in read_back("chromium-leveldb", "tasks")}
        assert {finding.state for finding, _ in tasks} == {PreviewState.FOUND}
        assert len(tasks) == len(read)
        for _, detail in tasks:
            assert detail.after is not None
            title = detail.after["title"]
            assert json.loads(detail.before)["title"] == title
            assert json.loads(detail.before) == read.pop(title)
        assert not read


def test_the_command_tells_each_items_state(
    desktop_migrator: CommandLine, tmp_path: Path, database: str
) -> None:
    words: list[Any] = ["--source", store_of(tmp_path, {"tasks": [task(1), task(2)]})]
    words += ["--database", database, "--user-id", "u1"]
    assert desktop_migrator("migrate", *words, "--create-tables").exit_code == 0
    with psycopg.connect(database, autocommit=True) as sql:
        sql.execute("DELETE FROM tasks WHERE title = 'Task 1'")
    ended = desktop_migrator("preview", "--json", *words)
    assert ended.exit_code == 0, ended.err
    items = [event for event in ended.events if event["event"] == "item"]
    states = {event["columns"]["title"]: event["state"] for event in items}
    assert states == {"Task 1": "new", "Task 2": "same"}
    events = Counter(event["event"] for event in ended.events)
    assert events["previewed"] == events["finished"] == 1
    shown = desktop_migrator("preview", *words)
    assert "Task 1" in shown.out
    assert "in the database" in shown.out


@pytest.mark.parametrize("compared", [False, True])
def test_what_the_apps_own_library_would_misread_is_told_beforehand(
    tmp_path: Path, desktop_migrator: CommandLine, database: str, compared: bool
) -> None:
    environment = {"id": "1", "name": "n", "config": "123", "createdAt": "0001-01-01T00:00:00Z"}
    store = store_of(tmp_path, {"environments": [environment]})
    words = ["--database", database, "--user-id", "u1"] if compared else []
    told = desktop_migrator("preview", "--json", "--source", store, *words)
    assert told.exit_code == 0
    warnings = [event["text"] for event in told.events if event["event"] == "warning"]
    assert [text for text in warnings if "Drizzle 0.45" in text]
    assert [text for text in warnings if "before the year 100" in text]
