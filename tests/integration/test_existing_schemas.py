"""Tables as apps made them, each kind filled as it is or refused before the first write."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.integration.command_line import CommandLine, Ended
from tests.integration.conftest import fetch
from tests.integration.webkit_store import store_of

ADA = "0190a1b2-c3d4-7e5f-8a6b-00000000aaaa"
MADE = "2024-01-15T10:00:00.000Z"
TASKS = """
CREATE TABLE tasks (
  id uuid PRIMARY KEY, title text NOT NULL, status text, created_at timestamp,
  updated_at timestamp, user_id text, metadata jsonb)
"""


def run(sql: psycopg.Connection[Any], statements: str) -> None:
    sql.execute(statements.encode())


class Migrate:
    """`desktop-migrator migrate --json` of an app's tasks, `overwrite` where rows differ."""

    def __init__(self, folder: Path, database: str, user_id: str = "u1") -> None:
        self._command = CommandLine(folder / "data dir")
        self._database = database
        self._browser = folder / "browser"
        self._words = ["migrate", "--json", "--database", database, "--user-id", user_id]

    def __call__(self, tasks: list[dict[str, Any]], *words: object) -> Ended:
        source = store_of(self._browser, {"tasks": tasks})
        overwrite = ("--conflict", "overwrite", "--source", source)
        return self._command(*self._words, *overwrite, *words)

    def undo(self, run_id: str, *words: object) -> Ended:
        where = ("--database", self._database)
        return self._command("--json", "--yes", "rollback", *where, "--run", run_id, *words)


@pytest.fixture
def migrate(tmp_path: Path, database: str) -> Migrate:
    return Migrate(tmp_path, database)


def task(number: int, **fields: Any) -> dict[str, Any]:
    return {"id": str(number), "title": f"Task {number}", "createdAt": MADE} | fields


def rejections(ended: Ended) -> list[tuple[str, str]]:
    """Position and code of each rejected item, which must come with words on why and what now."""
    rejected = [event for event in ended.events if event["event"] == "rejected"]
    assert all(event["reason"] and event["remedy"] for event in rejected)
    return [(event["position"], event["code"]) for event in rejected]


def assert_complete(ended: Ended, **counts: int) -> None:
    assert ended.exit_code == 0, ended.err
    assert ended.last["verified"] is True
    assert {name: ended.last["counts"][name] for name in counts} == counts


def assert_untouched(sql: psycopg.Connection[Any], table: str = "tasks") -> None:
    """No row, and no bookkeeping either: the refusal came before the first write."""
    assert fetch(sql, f"SELECT count(*) FROM {table}") == [(0,)]
    assert fetch(sql, "SELECT to_regnamespace('desktop_migrator')") == [(None,)]


ENUMS = """
CREATE SCHEMA kinds;
CREATE TYPE kinds."TaskStatus" AS ENUM ('pending', 'in-progress', 'completed');
"""


def test_an_enum_takes_its_own_values_and_no_other(
    migrate: Migrate, sql: psycopg.Connection[Any]
) -> None:
    """The type lies off the search path and has capitals in its name, as ORMs make them."""
    run(sql, ENUMS + TASKS.replace("status text", 'status kinds."TaskStatus" NOT NULL'))
    known = [task(1, status="done"), task(2, status="in_progress"), task(3)]
    unknown = task(4, status="paused")
    stopped = migrate([*known, unknown])
    assert (stopped.exit_code, rejections(stopped)) == (6, [("3", "unknown-value")])
    assert_untouched(sql)
    ended = migrate([*known, unknown], "--continue-on-error", "--preserve-partial")
    assert (ended.exit_code, rejections(ended)) == (3, [("3", "unknown-value")])
    filled = [("Task 1", "completed"), ("Task 2", "in-progress"), ("Task 3", "pending")]
    assert fetch(sql, "SELECT title, status::text FROM tasks ORDER BY 1") == filled
    assert_complete(migrate(known), unchanged=3, inserted=0, updated=0)
    assert_complete(migrate([task(1, status="todo"), *known[1:]]), unchanged=2, updated=1)
    assert fetch(sql, "SELECT status::text FROM tasks WHERE title = 'Task 1'") == [("pending",)]


def test_a_text_longer_than_its_column_is_rejected_and_never_cut(
    migrate: Migrate, sql: psycopg.Connection[Any]
) -> None:
    """A column holds characters: neither bytes nor the UTF-16 units that browsers count."""
    run(sql, TASKS.replace("title text", "title varchar(10)"))
    fits, long = task(1, title="😀" * 10), task(2, title="x" * 11)
    stopped = migrate([fits, long])
    assert (stopped.exit_code, rejections(stopped)) == (6, [("1", "too-long")])
    assert_untouched(sql)
    ended = migrate([fits, long], "--continue-on-error", "--preserve-partial")
    assert (ended.exit_code, rejections(ended)) == (3, [("1", "too-long")])
    assert fetch(sql, "SELECT title FROM tasks") == [("😀" * 10,)]
    [(kept,)] = fetch(sql, "SELECT convert_from(raw, 'UTF8') FROM desktop_migrator.quarantine")
    assert json.loads(kept) == long


def test_a_text_padded_to_its_columns_length_is_the_same_text(
    migrate: Migrate, sql: psycopg.Connection[Any]
) -> None:
    run(sql, TASKS.replace("status text", "status char(12)"))
    assert_complete(migrate([task(1, status="done")]), inserted=1)
    assert fetch(sql, "SELECT status || '' FROM tasks") == [("completed",)]
    assert_complete(migrate([task(1, status="done")]), unchanged=1)


@pytest.mark.parametrize("words", [(), ("--dry-run",), ("--continue-on-error",)])
def test_a_column_that_nobody_fills_is_refused_before_anything_is_written(
    migrate: Migrate, sql: psycopg.Connection[Any], words: tuple[str, ...]
) -> None:
    run(sql, TASKS.replace("metadata", "tenant text NOT NULL, metadata"))
    ended = migrate([task(1)], *words)
    assert (ended.exit_code, ended.last["code"]) == (1, "DM-201")
    assert "tasks.tenant must have a value" in ended.err
    assert "Add tenant to the plan's columns, or give the column a default." in ended.err
    assert_untouched(sql)
    run(sql, "ALTER TABLE tasks ALTER tenant SET DEFAULT 'acme'")
    assert_complete(migrate([task(1)]), inserted=1)
    assert fetch(sql, "SELECT title, tenant FROM tasks") == [("Task 1", "acme")]


def test_columns_that_the_database_computes_are_computed(
    migrate: Migrate, sql: psycopg.Connection[Any]
) -> None:
    """An item's field of such a column's name is not lost: it lies with those without a column."""
    run(
        sql,
        TASKS.replace(
            "metadata",
            "number int GENERATED ALWAYS AS IDENTITY, priority text NOT NULL"
            " GENERATED ALWAYS AS (upper(title)) STORED, metadata",
        ),
    )
    assert_complete(migrate([task(1, priority="high"), task(2)]), inserted=2)
    computed = "SELECT priority, number, metadata FROM tasks ORDER BY 1"
    assert fetch(sql, computed) == [("TASK 1", 1, {"priority": "high"}), ("TASK 2", 2, None)]
    changed = [task(1, title="New", priority="high"), task(2)]
    assert_complete(migrate(changed), updated=1, unchanged=1)
    assert fetch(sql, computed) == [("NEW", 1, {"priority": "high"}), ("TASK 2", 2, None)]


OWNED = (
    f"CREATE TABLE users (id uuid PRIMARY KEY); INSERT INTO users VALUES ('{ADA}');"
    + TASKS.replace("user_id text", "user_id uuid NOT NULL REFERENCES users{}")
)


@pytest.mark.parametrize("checked", ["", " DEFERRABLE INITIALLY DEFERRED"])
def test_rows_belong_to_a_user_whom_the_app_knows(
    migrate: Migrate,
    database: str,
    sql: psycopg.Connection[Any],
    tmp_path: Path,
    checked: str,
) -> None:
    """Another one is told once, before anything; also where the table checks it at the commit."""
    run(sql, OWNED.format(checked))
    refused = Migrate(tmp_path, database, ADA.replace("aaaa", "bbbb"))([task(1), task(2)])
    assert (refused.exit_code, refused.last["code"]) == (1, "DM-307")
    assert rejections(refused) == []
    assert fetch(sql, "SELECT count(*) FROM tasks") == [(0,)]
    spelled = migrate([task(1)])
    assert (spelled.exit_code, spelled.last["code"]) == (1, "DM-201")
    assert "The user id does not fit the column user_id, which is of type uuid." in spelled.err
    assert_complete(Migrate(tmp_path, database, ADA.upper())([task(1), task(2)]), inserted=2)
    assert fetch(sql, "SELECT DISTINCT user_id::text FROM tasks") == [(ADA,)]


TRIGGER = """
CREATE FUNCTION act() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {} END $$;
CREATE TRIGGER act BEFORE {} ON tasks FOR EACH ROW EXECUTE FUNCTION act()
"""


def test_a_trigger_that_fills_a_column_of_its_own_changes_nothing_that_was_sent(
    migrate: Migrate, sql: psycopg.Connection[Any]
) -> None:
    run(sql, TASKS.replace("metadata", "slug text, metadata"))
    run(sql, TRIGGER.format("NEW.slug = lower(NEW.title); RETURN NEW;", "INSERT OR UPDATE"))
    assert_complete(migrate([task(1)]), inserted=1)
    assert_complete(migrate([task(1, title="New")]), updated=1)
    assert fetch(sql, "SELECT slug FROM tasks") == [("new",)]


def test_a_row_that_a_trigger_swallows_is_never_called_verified(
    migrate: Migrate, sql: psycopg.Connection[Any]
) -> None:
    run(sql, TASKS)
    swallow = "IF NEW.title = 'Task 2' THEN RETURN NULL; END IF; RETURN NEW;"
    run(sql, TRIGGER.format(swallow, "INSERT"))
    ended = migrate([task(1), task(2)])
    assert (ended.exit_code, ended.last["verified"]) == (1, False)
    assert "DM-501" in ended.err
    assert fetch(sql, "SELECT title FROM tasks") == [("Task 1",)]


@contextmanager
def role(sql: psycopg.Connection[Any], database: str, name: str, options: str) -> Iterator[str]:
    """The database's URL for a new role that may make the bookkeeping's schema."""
    run(sql, f"CREATE ROLE {name} LOGIN {options}")
    run(sql, f"GRANT CREATE ON DATABASE {sql.info.dbname} TO {name}")
    try:
        url = urlsplit(database)
        yield url._replace(netloc=url.netloc.replace(str(url.username), name)).geturl()
    finally:
        run(sql, f"DROP OWNED BY {name}; DROP ROLE {name}")


SECURED = TASKS + ";ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;"


def test_row_level_security_hides_nothing_from_the_tables_owner_unless_forced(
    database: str, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    run(sql, SECURED)
    with role(sql, database, "app_owner", "") as url:
        migrate = Migrate(tmp_path, url)
        run(sql, "ALTER TABLE tasks OWNER TO app_owner, FORCE ROW LEVEL SECURITY")
        refused = migrate([task(1)])
        assert (refused.exit_code, refused.last["code"]) == (1, "DM-201")
        assert "Row-level security lets this login write no rows" in refused.err
        assert_untouched(sql)
        run(sql, "ALTER TABLE tasks NO FORCE ROW LEVEL SECURITY")
        assert_complete(migrate([task(1)]), inserted=1)
        assert fetch(sql, "SELECT title FROM tasks") == [("Task 1",)]


def test_row_level_security_is_no_obstacle_for_a_role_that_bypasses_it(
    database: str, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    run(sql, SECURED)
    with role(sql, database, "bypassing", "BYPASSRLS") as url:
        run(sql, "GRANT SELECT, INSERT, UPDATE, DELETE ON tasks TO bypassing")
        migrate = Migrate(tmp_path, url)
        assert_complete(migrate([task(1)]), inserted=1)
        assert_complete(migrate([task(1, title="New")]), updated=1)
        assert fetch(sql, "SELECT title FROM tasks") == [("New",)]


CAMEL_CASE = """
CREATE TABLE "TaskItem" (
  "taskId" uuid PRIMARY KEY, "displayTitle" text NOT NULL, "order" int, "isDone" boolean,
  "createdAt" timestamptz(3), "ownerId" text NOT NULL)
"""
CAMEL_CASE_PLAN = """
version = 1
name = "camel case"
[entities.tasks]
table = "TaskItem"
id = { column = "taskId" }
sources = [{ keys = ["tasks"] }]
[entities.tasks.columns]
displayTitle = { from = "title", required = true }
order = { from = "order" }
is_done = { from = "done" }
created_at = { from = "createdAt" }
ownerId = { from = "$user" }
"""


def test_names_with_capitals_and_reserved_words_are_names_like_any(
    migrate: Migrate, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    run(sql, CAMEL_CASE)
    plan = tmp_path / "plan.toml"
    plan.write_text(CAMEL_CASE_PLAN)
    items = [task(1, order=7, done=True), task(2, order=8, done=False)]
    assert_complete(migrate(items, "--plan", plan), inserted=2)
    rows = (
        'SELECT "displayTitle", "order", "isDone", "createdAt"::text, "ownerId" FROM "TaskItem"'
        " ORDER BY 1"
    )
    second = ("Task 2", 8, False, "2024-01-15 10:00:00+00", "u1")
    assert fetch(sql, rows) == [("Task 1", 7, True, "2024-01-15 10:00:00+00", "u1"), second]
    items[0]["order"] = 9
    assert_complete(migrate(items, "--plan", plan), updated=1, unchanged=1)
    assert fetch(sql, rows) == [("Task 1", 9, True, "2024-01-15 10:00:00+00", "u1"), second]


PARTITIONED = TASKS.replace("uuid PRIMARY KEY", "uuid").rstrip().removesuffix(")") + (
    ", PRIMARY KEY (id, created_at)) PARTITION BY RANGE (created_at);"
    "CREATE TABLE of_2024 PARTITION OF tasks FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');"
    "CREATE TABLE of_2025 PARTITION OF tasks FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');"
)


def test_rows_of_a_partitioned_table_go_where_they_belong(
    migrate: Migrate, sql: psycopg.Connection[Any]
) -> None:
    run(sql, PARTITIONED)
    where = "SELECT title, tableoid::regclass::text FROM tasks ORDER BY 1"
    items = [task(1), task(2, createdAt="2025-06-01T00:00:00Z")]
    nowhere = task(3, createdAt="1999-06-01T00:00:00Z")
    ended = migrate([*items, nowhere], "--continue-on-error", "--preserve-partial")
    assert (ended.exit_code, rejections(ended)) == (3, [("2", "refused-by-database")])
    assert fetch(sql, where) == [("Task 1", "of_2024"), ("Task 2", "of_2025")]
    assert_complete(migrate(items), unchanged=2, inserted=0)
    moved = task(1, createdAt="2025-02-01T00:00:00Z")
    assert_complete(migrate([moved, items[1]]), updated=1, unchanged=1)
    assert fetch(sql, where) == [("Task 1", "of_2025"), ("Task 2", "of_2025")]


def test_a_table_without_a_primary_key_has_each_item_once(
    migrate: Migrate, sql: psycopg.Connection[Any]
) -> None:
    run(sql, TASKS.replace(" PRIMARY KEY", ""))
    items = [task(1), task(2)]
    assert_complete(migrate(items), inserted=2)
    assert_complete(migrate(items), unchanged=2, inserted=0)
    assert_complete(migrate([task(1, title="New"), task(2)]), updated=1, unchanged=1)
    assert fetch(sql, "SELECT title FROM tasks ORDER BY 1") == [("New",), ("Task 2",)]


@pytest.mark.parametrize("key", ["", ", PRIMARY KEY (title, id)"], ids=["no key", "two columns"])
def test_rows_that_share_an_id_are_never_changed_for_one_another(
    migrate: Migrate, sql: psycopg.Connection[Any], key: str
) -> None:
    """A change by id would reach them all, another person's among them."""
    table = TASKS.replace(" PRIMARY KEY", "").rstrip().removesuffix(")")
    run(sql, f"{table}{key})")
    of_each = ", ".join(f"('{ADA}', '{user}''s', '{user}')" for user in ("u1", "u2"))
    run(sql, f"INSERT INTO tasks (id, title, user_id) VALUES {of_each}")
    items = [task(1, id=ADA), task(2)]
    ended = migrate(items, "--continue-on-error", "--preserve-partial")
    assert (ended.exit_code, rejections(ended)) == (3, [("0", "several-rows")])
    titles = [("Task 2", "u1"), ("u1's", "u1"), ("u2's", "u2")]
    assert fetch(sql, "SELECT title, user_id FROM tasks ORDER BY 1") == titles
    run(sql, "DELETE FROM tasks WHERE user_id = 'u2'")
    assert_complete(migrate(items), updated=1, unchanged=1)


@pytest.mark.parametrize("words", [(), ("--force",)])
def test_undo_leaves_rows_that_came_to_share_an_id(
    migrate: Migrate, sql: psycopg.Connection[Any], words: tuple[str, ...]
) -> None:
    run(sql, TASKS.replace(" PRIMARY KEY", ""))
    run_id = migrate([task(1, id=ADA), task(2)]).last["run"]
    run(sql, f"INSERT INTO tasks SELECT id, title, status, created_at, updated_at, 'u2', metadata"
             f" FROM tasks WHERE id = '{ADA}'")  # fmt: skip
    undone = migrate.undo(run_id, *words)
    assert undone.exit_code == 3, undone.err
    [kept] = [event for event in undone.events if event["event"] == "kept"]
    assert (kept["id"], kept["because"]) == (ADA, "shared")
    left = [("Task 1", "u1"), ("Task 1", "u2")]
    assert fetch(sql, "SELECT title, user_id FROM tasks ORDER BY 2") == left
    run(sql, "DELETE FROM tasks WHERE user_id = 'u2'")
    assert migrate.undo(run_id, *words).exit_code == 0
    assert fetch(sql, "SELECT count(*) FROM tasks") == [(0,)]
