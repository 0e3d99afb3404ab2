"""`clear` and `backup restore --to browser` as their user calls them."""

import shutil
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.chromium_store import write_profile
from tests.integration.command_line import CommandLine, Ended
from tests.recorded import APP, areas, unpack

PROFILES = ("chromium-leveldb", "chromium-sqlite", "firefox")


class Program:
    def __init__(self, folder: Path, database: str, profile: Path, *options: object) -> None:
        self._run = CommandLine(folder / "data")
        self._options = options
        self._database = database
        self.profile = profile

    def __call__(self, *words: object) -> Ended:
        return self._run(
            "--json", *self._options, *words, "--passphrase-stdin", given="correct horse\n"
        )

    def migrate(self) -> Ended:
        where = ("--source", self.profile, "--origin", APP, "--database", self._database)
        return self("migrate", *where, "--user-id", "u1", "--create-tables", "--continue-on-error")

    def clear(self, *words: object) -> Ended:
        return self("clear", "--source", self.profile, "--origin", APP, *words)

    def records(self) -> dict[str, str]:
        found = self._run("--json", "records", "--source", self.profile, "--origin", APP)
        first_party: list[dict[str, Any]] = [
            event for event in found.events if event["storage_key"] == APP
        ]
        return {event["key"]: event["value"] for event in first_party}


@pytest.fixture(params=PROFILES)
def program(request: pytest.FixtureRequest, database: str, tmp_path: Path) -> Program:
    return Program(tmp_path, database, unpack(request.param, tmp_path))


def test_what_was_migrated_is_cleared_and_comes_back(program: Program) -> None:
    before = program.records()
    migrated = program.migrate()
    assert migrated.last["verified"], migrated.err
    cleared = program.clear("--confirm")
    assert cleared.exit_code == 0, cleared.out + cleared.err
    left = program.records()
    assert left.keys() < before.keys()
    assert "tasks" not in left
    assert cleared.last["cleared"] >= len(before) - len(left) > 0
    again = program("backup", "restore", cleared.last["backup"], "--to", "browser")
    assert again.exit_code == 0, again.out + again.err
    assert again.last["added"] == cleared.last["cleared"]
    assert program.records() == before


def test_what_is_not_known_to_be_migrated_stays(database: str, tmp_path: Path) -> None:
    program = Program(tmp_path, database, unpack("chromium-leveldb", tmp_path))
    untouched = tmp_path / "untouched"
    shutil.copytree(program.profile, untouched)
    refused = program.clear("--confirm")
    assert (refused.exit_code, refused.last["code"]) == (7, "DM-540")
    assert program.records() == areas("chromium-leveldb")[APP]
    unasked = program.clear("--force")
    assert (unasked.exit_code, unasked.last["code"]) == (2, "DM-900")
    assert "--confirm" in unasked.err
    assert program.records() == areas("chromium-leveldb")[APP]
    assert not list((tmp_path / "data" / "backups").glob("*.dmbackup"))
    everything = program.clear("--force", "--confirm", "--all")
    assert everything.exit_code == 0, everything.err
    assert program.records() == {}


TASK = {"id": "550e8400-e29b-41d4-a716-446655440001", "title": "a", "status": "todo"}
PLAN = """version = 1
name = "some"
[entities.tasks]
table = "tasks"
sources = [{ keys = ["tasks", "mixed", "bad", "changed"], items = "tasks" }]
[entities.tasks.columns]
title = { from = "title", type = "varchar(5)", required = true }
metadata = { rest = true, type = "jsonb" }
"""
COMBINED = """
[entities.{0}]
table = "{0}"
id.from = "$key"
sources = [{{ keys = ["{0}.*"], shape = "combined" }}]
columns.a = {{ from = "a", type = "integer" }}
columns.b = {{ from = "b", type = "integer" }}
"""


def test_what_did_not_arrive_stays_and_is_named(database: str, tmp_path: Path) -> None:
    def task(number: int, title: str = "a") -> dict[str, str]:
        return TASK | {"id": f"{TASK['id'][:-1]}{number}", "title": title}

    areas = {
        "tasks": {"tasks": [task(1), task(2)]},
        "mixed": {"tasks": [task(3)], "projects": [{"name": "house"}]},
        "bad": {"tasks": [task(4), task(5, "too long a title")]},
        "changed": {"tasks": [task(6)]},
        "other": {"x": 1},
        "pref.a": 1,
        "pref.b": 2,
        "wrong.a": 3,
        "wrong.b": "x",
    }
    plan = tmp_path / "plan.toml"
    more = COMBINED.format("pref") + COMBINED.format("wrong")
    plan.write_text(PLAN + more + "[on_failure]\nrollback_threshold = 0.5\n")
    profile = write_profile(tmp_path / "profile", {APP: areas})
    program = Program(tmp_path, database, profile, "--plan", plan)
    migrated = program.migrate()
    assert (migrated.exit_code, migrated.last["verified"]) == (3, True), migrated.err
    write_profile(profile, {APP: {"changed": {"tasks": [task(6), task(7)]}}})

    cleared = program.clear("--confirm")
    assert cleared.exit_code == 0, cleared.err
    assert {each["key"]: each["because"] for each in cleared.last["spared"]} == {
        "mixed": "part-taken",
        "bad": "rejected",
        "changed": "changed",
        "wrong.a": "rejected",
        "wrong.b": "rejected",
    }
    assert program.records().keys() == {"mixed", "bad", "changed", "other", "wrong.a", "wrong.b"}

    undone = program("rollback", "--run", migrated.last["run"], "--database", database, "--yes")
    assert [each["backup"] for each in undone.last["cleared"]] == [cleared.last["backup"]]
    program("backup", "restore", cleared.last["backup"], "--to", "browser")
    assert "tasks" in program.records()
    # Taken back: nothing of it is in the database any more.
    again = program.clear("--confirm")
    assert (again.exit_code, again.last["code"]) == (7, "DM-540")


def test_by_force_what_the_plan_of_the_web_sites_last_run_takes(
    database: str, tmp_path: Path
) -> None:
    """`changed` is none of the built-in plan's keys, and `settings` none of the run's."""
    areas = {
        "changed": {"tasks": [TASK, TASK | {"id": TASK["id"][:-1] + "2", "title": "too long"}]},
        "settings": {"theme": "dark"},
    }
    plan = tmp_path / "plan.toml"
    plan.write_text(PLAN)
    profile = write_profile(tmp_path / "profile", {APP: areas})
    migrated = Program(tmp_path, database, profile, "--plan", plan).migrate()
    assert migrated.last["counts"]["rejected"] == 1, migrated.err
    program = Program(tmp_path, database, profile)
    cleared = program.clear("--confirm", "--force")
    assert cleared.exit_code == 0, cleared.err
    assert program.records().keys() == {"settings"}


def test_what_the_database_has_changed_since_it_arrived_stays(
    database: str, tmp_path: Path, sql: psycopg.Connection[Any]
) -> None:
    """A row that was edited after the first run, and that the second one kept."""
    areas = {"tasks": {"tasks": [TASK]}, "bad": {"tasks": [TASK | {"id": TASK["id"][:-1] + "2"}]}}
    plan = tmp_path / "plan.toml"
    plan.write_text(PLAN)
    program = Program(
        tmp_path, database, write_profile(tmp_path / "profile", {APP: areas}), "--plan", plan
    )
    assert program.migrate().last["counts"]["inserted"] == 2
    sql.execute("UPDATE tasks SET title = 'new' WHERE id = %s", [TASK["id"]])
    assert program.migrate().last["counts"]["skipped"] == 1
    cleared = program.clear("--confirm")
    assert cleared.exit_code == 0, cleared.err
    assert [(each["key"], each["because"]) for each in cleared.last["spared"]] == [
        ("tasks", "kept")
    ]
    assert program.records().keys() == {"tasks"}
