"""Relationships between items: rows refer to each other as the browser's items do."""

import shutil
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from tests.integration.command_line import CommandLine, Ended
from tests.integration.conftest import fetch
from tests.integration.webkit_store import store_of

PLAN = """
version = 1
name = "projects"

[entities.tasks]
table = "tasks"
sources = [{ keys = ["a-tasks"] }]

[entities.tasks.columns]
title = { from = "title", type = "text" }
project_id = { from = "project", type = "uuid", references = "projects" }
parent_id = { from = "parent", type = "uuid", references = "tasks" }
user_id = { from = "$user", type = "text" }

[entities.projects]
table = "projects"
unique = [["user_id", "name"]]
identity = [["user_id", "name"]]
sources = [{ keys = ["b-projects"] }]

[entities.projects.columns]
name = { from = "name", type = "text" }
user_id = { from = "$user", type = "text" }
"""
WITHOUT = PLAN.replace(', references = "projects"', "").replace(', references = "tasks"', "")
KEPT = "0b5e3c1a-6d0f-4c1e-9a39-1f0c7e5c2a11"
TABLES = """
CREATE TABLE projects (id uuid PRIMARY KEY, name text, user_id text, UNIQUE (user_id, name));
CREATE TABLE tasks (
  id uuid PRIMARY KEY, title text, project_id uuid NOT NULL REFERENCES projects,
  parent_id uuid REFERENCES tasks, user_id text)
"""
RELATED = """
SELECT t.title, p.name, parent.title FROM tasks t LEFT JOIN projects p ON p.id = t.project_id
LEFT JOIN tasks parent ON parent.id = t.parent_id ORDER BY t.title
"""


class Scene:
    """A store of projects and tasks, and what the app would say of how they belong together."""

    def __init__(self, folder: Path, database: str, command: CommandLine) -> None:
        self.projects: list[dict[str, Any]] = [
            {"id": "p1", "name": "Home"},
            {"id": KEPT, "name": "Work"},
        ]
        # The first refers to the last, and so on: each comes before its parent.
        self.tasks: list[dict[str, Any]] = [
            {"id": n, "title": f"Task {n}", "project": ("p1", KEPT)[n % 2], "parent": n + 1}
            for n in range(1, 8)
        ]
        self.tasks.append({"id": "8", "title": "Task 8", "project": KEPT, "parent": None})
        self.plan = PLAN
        self.user = "u1"
        self._folder = folder
        self._command = command
        self._database = database

    @property
    def related(self) -> list[Any]:
        names = {project["id"]: project["name"] for project in self.projects}
        titles = {str(task["id"]): task["title"] for task in self.tasks}
        return sorted(
            (task["title"], names.get(task["project"]), titles.get(str(task["parent"])))
            for task in self.tasks
        )

    def __call__(self, command: str, *words: object) -> Ended:
        path = self._folder / "plan.toml"
        path.write_text(self.plan)
        store = self._folder / "store"
        shutil.rmtree(store, ignore_errors=True)
        store_of(store, {"a-tasks": self.tasks, "b-projects": self.projects})
        where = ("--database", self._database, "--user-id", self.user, "--source", store)
        return self._command("--plan", path, "--json", command, *where, *words)

    def undo(self, run: str) -> Ended:
        return self._command("rollback", "--database", self._database, "--run", run, "--yes")


@pytest.fixture
def scene(tmp_path: Path, database: str, desktop_migrator: CommandLine) -> Scene:
    return Scene(tmp_path, database, desktop_migrator)


@pytest.mark.parametrize("batch", [2, 100])
def test_rows_refer_to_each_other_as_the_items_do(
    scene: Scene, sql: psycopg.Connection[Any], batch: int
) -> None:
    first = scene("migrate", "--create-tables", "--batch-size", batch)
    assert first.exit_code == 0, first.err
    assert fetch(sql, RELATED) == scene.related
    assert first.last["counts"]["inserted"] == 10
    assert sum(first.last["left_aside"].values()) == 0
    again = scene("migrate", "--conflict", "overwrite")
    assert (again.exit_code, again.last["counts"]["unchanged"]) == (0, 10)
    assert scene("validate").exit_code == 0


@pytest.mark.parametrize("plan", [PLAN, WITHOUT], ids=["plan", "foreign keys alone"])
def test_foreign_keys_hold_and_say_what_refers_to_what(
    scene: Scene, sql: psycopg.Connection[Any], plan: str
) -> None:
    sql.execute(TABLES.encode())
    scene.plan = plan
    ended = scene("migrate", "--batch-size", 3)
    assert ended.exit_code == 0, ended.err
    assert fetch(sql, RELATED) == scene.related


def test_a_circle_of_items_goes_in_as_a_whole(scene: Scene, sql: psycopg.Connection[Any]) -> None:
    sql.execute(TABLES.encode())
    scene.tasks[-1]["parent"] = 1
    assert scene("migrate").exit_code == 0
    assert fetch(sql, RELATED) == scene.related


@pytest.mark.parametrize("batch", [3, 100])
def test_a_second_person_of_the_same_browser_gets_all_items_too(
    scene: Scene, sql: psycopg.Connection[Any], batch: int
) -> None:
    """Whose items refer to each other by ids that are those of the first one's rows."""
    ids = {number: str(UUID(int=number)) for number in range(1, 9)}
    for task in scene.tasks:
        task["id"], task["parent"] = ids[int(task["id"])], ids.get(task["parent"])
    assert scene("migrate", "--create-tables", "--batch-size", batch).exit_code == 0
    scene.user = "u2"
    second = scene("migrate", "--batch-size", batch)
    assert second.exit_code == 0, second.err
    assert second.last["counts"]["inserted"] == 10
    assert fetch(sql, RELATED) == sorted(scene.related * 2, key=lambda row: str(row[0]))


def test_what_refers_to_nothing_is_rejected_with_all_that_refers_to_it(
    scene: Scene, sql: psycopg.Connection[Any]
) -> None:
    scene.tasks[3]["project"] = "gone"  # the fourth, to which the first three lead
    ended = scene("migrate", "--create-tables", "--continue-on-error", "--preserve-partial")
    assert ended.exit_code == 3
    assert [title for title, _, _ in fetch(sql, RELATED)] == [f"Task {n}" for n in range(5, 9)]
    rejected = [event for event in ended.events if event["event"] == "rejected"]
    assert {event["code"] for event in rejected} == {"dangling"}
    assert len(rejected) == 4
    assert "refers to an item of projects that is not in the database" in rejected[0]["reason"]
    # Once it is there, the quarantined ones go in.
    scene.projects.append({"id": "gone", "name": "Found"})
    assert scene("migrate", "--conflict", "overwrite").exit_code == 0
    assert fetch(sql, RELATED) == scene.related


def test_what_refers_to_nothing_stays_empty_where_the_plan_says_so(
    scene: Scene, sql: psycopg.Connection[Any]
) -> None:
    scene.plan = PLAN.replace('"projects" }', '"projects", dangling = "null" }').replace(
        '"tasks" }', '"tasks", dangling = "null" }'
    )
    scene.tasks[0]["project"] = "gone"
    scene.tasks[7]["parent"] = "0b5e3c1a-6d0f-4c1e-9a39-1f0c7e5c2a99"
    ended = scene("migrate", "--create-tables")
    assert ended.exit_code == 0, ended.err
    assert fetch(sql, RELATED) == scene.related
    assert fetch(sql, "SELECT count(*) FROM tasks WHERE parent_id IS NULL") == [(1,)]
    warned = [event["text"] for event in ended.events if event["event"] == "warning"]
    assert any("References left empty" in each and each.endswith("2.") for each in warned)
    assert scene("validate").exit_code == 0
    assert scene("migrate").last["counts"]["unchanged"] == 10


def test_an_item_that_the_database_refuses_takes_its_children_with_it(
    scene: Scene, sql: psycopg.Connection[Any]
) -> None:
    sql.execute(
        b"CREATE TABLE projects (id uuid PRIMARY KEY, name text, user_id text);"
        b"CREATE TABLE tasks (id uuid PRIMARY KEY, title text CHECK (title <> 'Task 3'),"
        b" project_id uuid, parent_id uuid, user_id text)"
    )
    ended = scene("migrate", "--continue-on-error", "--preserve-partial")
    assert ended.exit_code == 3
    assert fetch(sql, "SELECT title FROM tasks ORDER BY 1") == [(f"Task {n}",) for n in range(4, 9)]
    codes = [event["code"] for event in ended.events if event["event"] == "rejected"]
    assert sorted(codes) == ["dangling", "dangling", "refused-by-database"]


def test_a_row_of_another_person_is_not_what_is_meant(
    scene: Scene, sql: psycopg.Connection[Any]
) -> None:
    sql.execute(TABLES.encode())
    sql.execute("INSERT INTO projects VALUES (%s, 'Theirs', 'somebody else')", [KEPT])
    assert scene("migrate").exit_code == 0
    # The person's own project got another id, and the tasks refer to that.
    assert fetch(sql, RELATED) == scene.related
    scene.user, scene.projects = "u2", []
    for task in scene.tasks:
        task |= {"id": f"other-{task['id']}", "project": KEPT, "parent": None}
    ended = scene("migrate", "--continue-on-error", "--preserve-partial")
    assert ended.last["counts"]["rejected"] == len(scene.tasks)


def test_a_row_that_has_the_natural_key_is_what_is_referred_to(
    scene: Scene, sql: psycopg.Connection[Any]
) -> None:
    sql.execute(TABLES.encode())
    sql.execute("INSERT INTO projects VALUES (gen_random_uuid(), 'Home', 'u1')")
    assert scene("migrate").exit_code == 0
    assert fetch(sql, RELATED) == scene.related
    assert fetch(sql, "SELECT count(*) FROM projects") == [(2,)]


def test_undo_takes_back_rows_that_refer_to_each_other(
    scene: Scene, sql: psycopg.Connection[Any]
) -> None:
    sql.execute(TABLES.encode())
    run = scene("migrate", "--batch-size", 2).last["run"]
    undone = scene.undo(run)
    assert undone.exit_code == 0, undone.err
    assert fetch(sql, "SELECT (SELECT count(*) FROM tasks), (SELECT count(*) FROM projects)") == [
        (0, 0)
    ]


def test_validate_finds_orphans_that_no_foreign_key_keeps_away(
    scene: Scene, sql: psycopg.Connection[Any]
) -> None:
    scene("migrate", "--create-tables")
    sql.execute("DELETE FROM projects WHERE id = %s", [KEPT])
    ended = scene("validate")
    assert ended.exit_code == 1
    [check] = [
        check
        for check in ended.last["checks"]
        if check["name"] == "tasks: project_id refers to projects"
    ]
    assert not check["ok"]
    assert check["detail"] == "5 rows refer to rows that are gone"


def test_conflicts_of_items_that_refer_to_others_are_those_of_their_own_fields(
    scene: Scene, sql: psycopg.Connection[Any]
) -> None:
    sql.execute(TABLES.encode())
    scene("migrate")
    sql.execute("UPDATE tasks SET title = 'Mine' WHERE title = 'Task 2'")
    ended = scene("migrate", "--conflict", "interactive")
    assert ended.exit_code == 4
    [conflict] = [event for event in ended.events if event["event"] == "conflict"]
    assert [each["name"] for each in conflict["fields"]] == ["title"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"projects" }', '"nothing" }', ["nothing", "no entity"]),
        ('"projects" }', '"projects", zone = "UTC" }', ["references"]),
        ('from = "project"', 'from = "$user"', ["$user", "no other item's id"]),
        (
            'name = { from = "name", type = "text" }',
            'name = { from = "task", type = "uuid", references = "tasks" }',
            ["circle", "projects"],
        ),
        (
            'type = "uuid", references = "projects"',
            'type = "integer", references = "projects"',
            ["cannot hold the ids of projects"],
        ),
    ],
)
def test_a_reference_that_cannot_be_is_refused_beforehand(
    scene: Scene, sql: psycopg.Connection[Any], old: str, new: str, words: list[str]
) -> None:
    assert old in PLAN
    scene.plan = PLAN.replace(old, new)
    ended = scene("migrate", "--create-tables")
    assert ended.exit_code in {1, 2, 7}
    assert [word for word in words if word not in ended.err] == []
    assert fetch(sql, "SELECT to_regclass('tasks')") == [(None,)]
