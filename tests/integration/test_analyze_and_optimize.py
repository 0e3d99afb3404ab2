"""What sources and target look like is told without a single value; what is slow gets better."""

from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.integration.command_line import CommandLine, Ended
from tests.integration.conftest import fetch, on_every_server
from tests.integration.test_migrate import tables
from tests.integration.webkit_store import store_of

SITE = "http://app.demo.test:3000"
SECRET = "Zanzibar"
TASKS = """
CREATE TABLE tasks (
  id uuid PRIMARY KEY, title text NOT NULL, status text, created_at timestamp, user_id text,
  metadata jsonb)
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    tasks = [{"id": f"t{n}", "title": f"{SECRET} {n}"} for n in range(30)]
    unknown = {SECRET: [1, 2], "other person": [3]}
    values = {
        "tasks": tasks,
        "people": unknown,
        "note": SECRET.encode(),
        "cache_x": {"data": SECRET, "ttl": 60},
    }
    store_of(tmp_path / "profile", {"note": SECRET}, "news.test_80")
    return store_of(tmp_path / "profile", values).parent


class Commands:
    def __init__(self, command: CommandLine, database: str) -> None:
        self._command = command
        self._database = database

    def __call__(self, command: str, *words: object) -> Ended:
        return self._command("--json", command, "--database", self._database, *words)


@pytest.fixture
def commands(desktop_migrator: CommandLine, database: str) -> Commands:
    return Commands(desktop_migrator, database)


def test_sources_are_told_by_keys_kinds_and_sizes_without_a_value(
    desktop_migrator: CommandLine, source: Path
) -> None:
    for words in (["--json"], []):
        ended = desktop_migrator(*words, "analyze", "--source", source)
        assert ended.exit_code == 0, ended.err
        assert SECRET not in ended.out + ended.err
    found = desktop_migrator("--json", "analyze", "--source", source).last
    app, news = found["origins"]
    assert (app["origin"], app["records"], app["fits"]) == (SITE, 4, True)
    assert app["kinds"] == {"array": 1, "object": 2, "text": 1}
    assert {each["key"]: each["shape"] for each in app["unknown"]} == {
        "people": "object[2]{*: array[2] of number}",
        "note": "text",
    }
    assert app["biggest"][0]["key"] == "tasks"
    assert app["biggest"][0]["shape"] == "array[30] of object{id: string, title: string}"
    assert sum(app["by_use"].values()) == app["bytes"]
    assert app["by_use"]["cache"] == 2 * len('cache_x{"data": "Zanzibar", "ttl": 60}')
    assert (news["fits"], news["biggest"], news["unknown"]) == (False, [], [])


@on_every_server
def test_the_target_is_told_as_its_catalog_has_it(
    commands: Commands, sql: psycopg.Connection[Any], source: Path
) -> None:
    sql.execute(TASKS.encode())
    sql.execute(b"CREATE INDEX broken ON tasks (title); CREATE INDEX idle ON tasks (status)")
    words = ("--source", source, "--user-id", "u1", "--origin", SITE)
    assert commands("migrate", *words, "--create-tables").exit_code == 0
    sql.execute(b"UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'broken'::regclass")
    found = commands("analyze", *words).last
    healths = {each["entity"]: each for each in found["tables"]}
    tasks = healths["tasks"]
    assert tasks["bytes"] == fetch(sql, "SELECT pg_total_relation_size('tasks')")[0][0]
    assert (tasks["rows"], tasks["made_here"], tasks["user_indexed"]) == (30, False, False)
    assert {each["name"]: each["valid"] for each in tasks["indexes"]} == {
        "broken": False, "idle": True, "tasks_pkey": True,
    }  # fmt: skip
    assert healths["customData"]["made_here"]
    assert healths["customData"]["user_indexed"]
    [run] = found["runs"]
    assert (run["outcome"], run["items"]) == ("completed", 32)


def test_phases_are_measured_and_leave_nothing(
    commands: Commands, sql: psycopg.Connection[Any], source: Path
) -> None:
    ended = commands("analyze", "--profile", "--source", source, "--user-id", "u1")
    assert ended.exit_code == 0, ended.err
    phases = ended.last["phases"]
    assert [each["name"] for each in phases] == ["read", "extract", "probe", "write", "verify"]
    assert sum(each["share"] for each in phases) == pytest.approx(1)
    assert tables(sql) == set()


@on_every_server
def test_tables_of_the_app_are_optimized_only_with_somebodys_word(
    commands: Commands, sql: psycopg.Connection[Any], source: Path
) -> None:
    sql.execute(TASKS.encode())
    words = ("--source", source, "--user-id", "u1", "--origin", SITE)
    commands("migrate", *words, "--create-tables")
    definitions = "SELECT indexdef FROM pg_indexes WHERE tablename = 'tasks' ORDER BY 1"
    before = fetch(sql, definitions)
    first = commands("optimize")
    assert first.exit_code == 1
    done = {(step["table"].strip('"').split('"')[-1], step["done"]) for step in first.last["steps"]}
    assert done == {("tasks", False), ("custom_data", True)}
    assert fetch(sql, definitions) == before

    assert commands("optimize", "--yes").exit_code == 0
    index = "CREATE INDEX desktop_migrator_tasks_user_id ON public.tasks USING btree (user_id)"
    assert fetch(sql, definitions) == sorted([*before, (index,)])
    analyzed = "SELECT bool_and(last_analyze IS NOT NULL) FROM pg_stat_user_tables"
    assert fetch(sql, analyzed + " WHERE relname IN ('tasks', 'custom_data')") == [(True,)]
    assert commands("optimize").last["steps"] == []


def test_an_index_of_ours_that_failed_is_made_again_and_others_are_only_told(
    commands: Commands, sql: psycopg.Connection[Any]
) -> None:
    sql.execute(TASKS.encode())
    assert commands("optimize", "--yes").exit_code == 0
    sql.execute(b"CREATE INDEX theirs ON tasks (title)")
    sql.execute(
        b"UPDATE pg_index SET indisvalid = false WHERE indexrelid IN"
        b" ('desktop_migrator_tasks_user_id'::regclass, 'theirs'::regclass)"
    )
    ended = commands("optimize", "--yes")
    assert ended.exit_code == 1
    assert [step["possible"] for step in ended.last["steps"]] == [True, False]
    valid = "SELECT indexrelid::regclass::text, indisvalid FROM pg_index WHERE indrelid = 'tasks'"
    assert dict(fetch(sql, valid + "::regclass")) == {
        "tasks_pkey": True,
        "desktop_migrator_tasks_user_id": True,
        "theirs": False,
    }


def test_an_index_that_cannot_be_made_leaves_nothing(
    commands: Commands, sql: psycopg.Connection[Any]
) -> None:
    """Its build fails on a row, which leaves an invalid index."""
    sql.execute(TASKS.replace("user_id text", "user_id varchar").encode())
    wide = "SELECT gen_random_uuid(), 'x', string_agg(md5(random()::text), '')"
    sql.execute(
        f"INSERT INTO tasks (id, title, user_id) {wide} FROM generate_series(1, 1000)".encode()
    )
    ended = commands("optimize", "--yes")
    assert ended.exit_code == 1
    assert ended.last["event"] == "error"
    assert fetch(sql, "SELECT indexname FROM pg_indexes WHERE tablename = 'tasks'") == [
        ("tasks_pkey",)
    ]


def test_the_same_items_in_two_browsers_are_profiled_once(
    commands: Commands, source: Path, tmp_path: Path
) -> None:
    tasks = [{"id": f"t{n}", "title": f"{SECRET} {n}"} for n in range(30)]
    other = store_of(tmp_path / "other", {"tasks": tasks}).parent
    ended = commands(
        *("analyze", "--profile", "--source", source, "--source", other, "--origin", SITE),
        *("--user-id", "u1"),
    )
    assert ended.exit_code == 0, ended.err
    assert len(ended.last["phases"]) == 5
