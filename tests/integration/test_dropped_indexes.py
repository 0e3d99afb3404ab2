"""A large load leaves the table's indexes away, and they are back however it ends."""

import signal
import subprocess
from pathlib import Path
from typing import Any

import psycopg
import pytest

from desktop_migrator.migration.run.load import MIN_ITEMS_TO_DROP_INDEXES
from tests.integration.command_line import CommandLine
from tests.integration.conftest import fetch
from tests.integration.webkit_store import store_of
from tests.waiting import wait_until

PLAN = """
version = 1
name = "many"

[entities.tasks]
table = "tasks"
{allowed}
id = {{ from = "i" }}
sources = [{{ keys = ["tasks"] }}]

[entities.tasks.columns]
title = {{ from = "t", type = "text", required = true }}
user_id = {{ from = "$user", type = "text" }}
"""
TABLE = """
CREATE TABLE tasks (id uuid PRIMARY KEY, title text NOT NULL, user_id text);
CREATE INDEX by_title ON tasks (title DESC, user_id);
CREATE UNIQUE INDEX no_doubles ON tasks (user_id, title);
"""
INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'tasks' ORDER BY 1"


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tasks = [{"i": number, "t": f"Task {number}"} for number in range(MIN_ITEMS_TO_DROP_INDEXES)]
    return store_of(tmp_path_factory.mktemp("store"), {"tasks": tasks})


def words(database: str, source: Path, folder: Path, *, allowed: bool) -> list[object]:
    plan = folder / "plan.toml"
    plan.write_text(PLAN.format(allowed="rebuild_indexes = true" if allowed else ""))
    job = ["migrate", "--json", "--database", database, "--user-id", "u1", "--source", source]
    return ["--plan", plan, *job, "--continue-on-error"]


def seen_without(sql: psycopg.Connection[Any], process: subprocess.Popen[str]) -> bool:
    """Whether the index was away at some moment until the process ended."""

    def is_away() -> bool:
        return fetch(sql, "SELECT to_regclass('by_title')") == [(None,)]

    wait_until(lambda: process.poll() is not None or is_away(), "the run does not end", 0.01)
    return process.poll() is None


def test_indexes_are_away_meanwhile_and_back_after_a_kill(
    desktop_migrator: CommandLine,
    database: str,
    sql: psycopg.Connection[Any],
    source: Path,
    tmp_path: Path,
) -> None:
    sql.execute(TABLE.encode())
    before = fetch(sql, INDEXES)
    job = words(database, source, tmp_path, allowed=True)
    with subprocess.Popen(
        desktop_migrator.command(*job), stdout=subprocess.DEVNULL, text=True
    ) as process:
        assert seen_without(sql, process)
        process.send_signal(signal.SIGKILL)
    assert [name for name, _ in fetch(sql, INDEXES)] == ["no_doubles", "tasks_pkey"]
    resumed = desktop_migrator(*job, "--resume")
    assert resumed.exit_code == 0, resumed.err
    assert fetch(sql, "SELECT count(*) FROM tasks") == [(MIN_ITEMS_TO_DROP_INDEXES,)]
    assert fetch(sql, INDEXES) == before
    assert fetch(sql, "SELECT count(*) FROM desktop_migrator.dropped_indexes") == [(0,)]


def test_indexes_of_the_apps_own_table_stay_where_the_plan_does_not_allow_it(
    desktop_migrator: CommandLine,
    database: str,
    sql: psycopg.Connection[Any],
    source: Path,
    tmp_path: Path,
) -> None:
    sql.execute(TABLE.encode())
    job = words(database, source, tmp_path, allowed=False)
    with subprocess.Popen(
        desktop_migrator.command(*job), stdout=subprocess.DEVNULL, text=True
    ) as process:
        assert not seen_without(sql, process)
        assert process.wait() == 0
