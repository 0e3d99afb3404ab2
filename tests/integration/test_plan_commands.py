"""`plan infer|check|show|schema`, as a person calls them; with tables in a real database."""

import json
import tomllib
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.integration.command_line import CommandLine
from tests.integration.conftest import fetch
from tests.integration.webkit_store import store_of

SCHEMA = """
CREATE TABLE users (id uuid PRIMARY KEY, email text NOT NULL UNIQUE);
CREATE TYPE task_status AS ENUM ('pending', 'in_progress', 'completed');
CREATE TABLE projects (id uuid PRIMARY KEY, name varchar(100) NOT NULL,
  owner_id uuid REFERENCES users);
CREATE TABLE tasks (
  id uuid PRIMARY KEY, user_id uuid NOT NULL REFERENCES users, title varchar(255) NOT NULL,
  status task_status NOT NULL DEFAULT 'pending', project_id uuid REFERENCES projects,
  created_at timestamptz, updated_at timestamptz, metadata jsonb);
CREATE TABLE notes (id serial PRIMARY KEY, user_id uuid NOT NULL REFERENCES users, body text,
  legacy_id text, pinned boolean NOT NULL DEFAULT false);
CREATE TABLE custom_data (id uuid PRIMARY KEY, user_id uuid, key text NOT NULL, value jsonb,
  encoding text);
"""
ADA = "0190a1b2-c3d4-7e5f-8a6b-00000000aaaa"
MADE = "2024-01-15T10:00:00.000Z"
STORE: dict[str, Any] = {
    "projects": [{"id": "p1", "name": "Home"}, {"id": "p2", "name": "Work"}],
    "tasks": [
        {
            "id": f"t{number}",
            "title": f"Task {number}",
            "status": ("todo", "in-progress", "done")[number % 3],
            "projectId": f"p{number % 2 + 1}",
            "createdAt": MADE,
            "updatedAt": MADE,
            "colour": "red",
        }
        for number in range(6)
    ],
    "note": [{"id": number, "body": f"note {number}", "pinned": True} for number in range(1, 4)],
    "theme": "dark",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return store_of(tmp_path / "browser", STORE)


def test_a_plan_is_drafted_for_the_apps_own_tables_and_fits_them(
    desktop_migrator: CommandLine,
    tmp_path: Path,
    folder: Path,
    database: str,
    sql: psycopg.Connection[Any],
) -> None:
    sql.execute(SCHEMA.encode())
    sql.execute("INSERT INTO users VALUES (%s, 'ada@example.test')", [ADA])
    sql.commit()
    file = tmp_path / "plan.toml"
    drafted = desktop_migrator(
        "plan", "infer", "--json", "--source", folder, "--database", database, "--output", file
    )
    assert drafted.exit_code == 0, drafted.err
    plan = tomllib.loads(file.read_text("utf-8"))
    entities = plan["entities"]
    assert {name: each["table"] for name, each in entities.items()} == {
        "note": "notes",
        "projects": "projects",
        "tasks": "tasks",
        "custom_data": "custom_data",
    }
    tasks = entities["tasks"]["columns"]
    assert tasks["user_id"]["from"] == "$user"
    assert tasks["project_id"]["references"] == "projects"
    assert tasks["status"]["values"] == {
        "done": "completed",
        "in-progress": "in_progress",
        "todo": "pending",
    }
    assert tasks["metadata"]["rest"] is True
    assert entities["note"]["id"]["strategy"] == "database"
    assert entities["note"]["columns"]["legacy_id"]["from"] == "to_string(id)"
    checked = desktop_migrator(
        "plan", "check", "--json", "--plan", file, "--source", folder, "--database", database
    )
    assert checked.last["findings"] == [], file.read_text("utf-8")
    assert checked.exit_code == 0
    assert checked.last["items"] == {"note": 3, "projects": 2, "tasks": 6, "custom_data": 1}


def test_check_says_what_would_go_wrong(
    desktop_migrator: CommandLine, tmp_path: Path, folder: Path
) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text(
        """
        version = 1
        name = "wrong"
        [entities.tasks]
        table = "tasks"
        [[entities.tasks.sources]]
        keys = ["tasks"]
        [[entities.tasks.sources]]
        keys = ["tasks", "task-store"]
        [entities.tasks.columns]
        title = { from = "title", type = "text" }
        status = { from = "status", type = "text", values = { todo = "t", done = "d" } }
        more = { rest = true, type = "jsonb" }
        [entities.things]
        table = "things"
        sources = [{ keys = ["things"] }]
        columns = { title = { from = "title", type = "text" } }
        """
    )
    checked = desktop_migrator("plan", "check", "--json", "--plan", plan, "--source", folder)
    assert checked.exit_code == 3
    found = {each["problem"]: each["what"] for each in checked.last["findings"]}
    assert found["rejected"].startswith("2 items of tasks would be rejected: ")
    assert found["rejected"].endswith("The first is tasks[1].")
    assert found["values"] == "`values` of tasks.status lacks in-progress."
    assert found["no-items"] == "things gets nothing."
    assert found["key-unused"] == "No key is like task-store."
    unmatched = [e["place"] for e in checked.last["findings"] if e["problem"] == "unmatched"]
    assert unmatched == ["note", "projects", "theme"]


def test_check_says_what_tables_lack(
    desktop_migrator: CommandLine,
    tmp_path: Path,
    folder: Path,
    database: str,
    sql: psycopg.Connection[Any],
) -> None:
    sql.execute("CREATE TABLE notes (id uuid PRIMARY KEY, body text, kind text NOT NULL)")
    sql.commit()
    plan = tmp_path / "plan.toml"
    plan.write_text(
        """
        version = 1
        name = "lacking"
        [entities.notes]
        table = "notes"
        sources = [{ keys = ["note"] }]
        [entities.notes.columns]
        body = { from = "body", type = "text" }
        pinned = { from = "pinned", type = "boolean" }
        """
    )
    checked = desktop_migrator(
        "plan", "check", "--json", "--plan", plan, "--source", folder, "--database", database
    )
    assert checked.exit_code == 2
    found = {each["problem"]: each["what"] for each in checked.last["findings"]}
    assert "notes.kind must have a value" in found["unusable"]
    assert found["no-column"] == "The table notes has no column pinned."
    assert fetch(sql, "SELECT count(*) FROM notes") == [(0,)]


def test_a_plan_goes_to_standard_output_and_guesses_beside_it(
    desktop_migrator: CommandLine, folder: Path
) -> None:
    drafted = desktop_migrator("plan", "infer", "--source", folder)
    assert drafted.exit_code == 0
    assert set(tomllib.loads(drafted.out)["entities"]) == {
        "note", "projects", "tasks", "custom_data"
    }  # fmt: skip
    assert "6 items of tasks go to the table tasks." in drafted.err


def test_a_plan_is_shown_in_words_as_json_and_as_toml(
    desktop_migrator: CommandLine, tmp_path: Path
) -> None:
    words = desktop_migrator("plan", "show")
    assert words.exit_code == 0
    assert "From persist:tasks, persist:task-store, decoded by redux-persist" in words.out
    shown = desktop_migrator("plan", "show", "--json")
    effective = tmp_path / "effective.toml"
    effective.write_text(desktop_migrator("plan", "show", "--toml").out, "utf-8")
    again = desktop_migrator("plan", "show", "--json", "--plan", effective)
    assert again.last["digest"] == shown.last["digest"]


def test_the_schema_is_printed(desktop_migrator: CommandLine) -> None:
    printed = json.loads(desktop_migrator("plan", "schema").out)
    assert printed["title"] == "Plan"
