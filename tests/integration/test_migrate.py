"""The main job as its user calls it; the oracles are what pages read back, and plain SQL."""

import base64
import json
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.integration.command_line import CommandLine
from tests.integration.conftest import fetch, on_every_server
from tests.integration.webkit_store import store_of
from tests.jwe import opened
from tests.recorded import APP, read_back, unpack

FAMILIES = ("chromium-leveldb", "chromium-sqlite", "firefox")


FIELD_KEY = bytes(range(32))


def field_key_file(folder: Path) -> Path:
    path = folder / "field.key"
    path.write_text(base64.urlsafe_b64encode(FIELD_KEY).decode().rstrip("="))
    return path


def tables(sql: psycopg.Connection[Any]) -> set[str]:
    rows = fetch(
        sql,
        "SELECT schemaname || '.' || tablename FROM pg_tables"
        " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
    )
    return {name for (name,) in rows}


STATUSES = {"todo": "pending", "in-progress": "in_progress", "done": "completed"}


@on_every_server
@pytest.mark.parametrize("family", FAMILIES)
def test_what_the_page_read_back_lies_in_the_database(
    desktop_migrator: CommandLine,
    database: str,
    sql: psycopg.Connection[Any],
    tmp_path: Path,
    family: str,
) -> None:
    profile = unpack(family, tmp_path)
    ended = desktop_migrator(
        *("migrate", "--source", profile, "--database", database, "--user-id", "u1"),
        *("--create-tables", "--field-key", field_key_file(tmp_path)),
    )
    assert ended.exit_code == 0, ended.err
    expected = {
        (task["title"], STATUSES[task["status"]], task["createdAt"])
        for task in read_back(family, "tasks")
    }
    found = fetch(
        sql,
        'SELECT title, status, to_char(created_at, \'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"\') FROM tasks'
        " WHERE user_id = 'u1'",
    )
    assert set(found) == expected
    assert len(found) == len(expected)
    [preferences] = fetch(sql, "SELECT preferences FROM user_preferences")
    assert preferences == (read_back(family, "userPreferences"),)
    forms = dict(fetch(sql, "SELECT name, data FROM form_data"))
    assert forms == read_back(family, "formData")
    environments = dict(fetch(sql, "SELECT name, config FROM environments"))
    for config in environments.values():
        if "githubToken" in config:
            config["githubToken"] = opened(config["githubToken"], FIELD_KEY)[1]
    assert environments == {
        each["name"]: each["config"] for each in read_back(family, "environments")
    }


def test_the_same_data_a_second_time_inserts_nothing(
    desktop_migrator: CommandLine, database: str, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    words: list[object] = ["migrate", "--json", "--database", database, "--user-id", "u1"]
    words += ["--create-tables", "--source", unpack("chromium-leveldb", tmp_path)]
    first = desktop_migrator(*words).last
    before = fetch(sql, "SELECT t::text, xmin::text FROM tasks t ORDER BY id")
    second = desktop_migrator(*words).last
    assert fetch(sql, "SELECT t::text, xmin::text FROM tasks t ORDER BY id") == before
    assert first["counts"]["inserted"] == first["counts"]["items"] > 0
    assert second["counts"]["unchanged"] == first["counts"]["items"]
    assert second["counts"]["inserted"] == second["counts"]["updated"] == 0


def test_an_item_in_three_browsers_becomes_one_row(
    desktop_migrator: CommandLine, database: str, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    words: list[object] = ["migrate", "--json", "--database", database, "--user-id", "u1"]
    for family in FAMILIES:
        words += ["--source", unpack(family, tmp_path)]
    ended = desktop_migrator(*words, "--create-tables")
    assert ended.exit_code == 0, ended.err
    ids = {task["id"] for family in FAMILIES for task in read_back(family, "tasks")}
    assert fetch(sql, "SELECT count(*) FROM tasks") == [(len(ids),)]


def test_a_source_named_twice_is_read_once(desktop_migrator: CommandLine, tmp_path: Path) -> None:
    profile = unpack("chromium-leveldb", tmp_path)
    words = ["records", "--json", "--source", profile]
    once = desktop_migrator(*words)
    twice = desktop_migrator(*words, "--source", profile / "Default" / "Local Storage" / "leveldb")
    assert twice.out == once.out != ""


def test_two_people_with_the_same_items_have_rows_of_their_own(
    desktop_migrator: CommandLine, database: str, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    profile = unpack("firefox", tmp_path)
    for user in ("u1", "u2"):
        words = ["migrate", "--source", profile, "--database", database, "--user-id", user]
        assert desktop_migrator(*words, "--create-tables").exit_code == 0
    number = len(read_back("firefox", "tasks"))
    rows = fetch(sql, "SELECT user_id, count(*) FROM tasks GROUP BY 1 ORDER BY 1")
    assert rows == [("u1", number), ("u2", number)]


def test_a_dry_run_counts_as_the_run_does_and_leaves_nothing(
    desktop_migrator: CommandLine, database: str, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    words: list[object] = ["migrate", "--json", "--database", database, "--user-id", "u1"]
    words += ["--create-tables", "--source", unpack("chromium-sqlite", tmp_path)]
    before = tables(sql)
    dry = desktop_migrator(*words, "--dry-run")
    assert dry.exit_code == 0, dry.err
    assert tables(sql) == before == set()
    assert dry.last["outcome"] == "dry_run"
    assert dry.last["verified"] is True
    source = words[-1]
    [site, *_] = desktop_migrator("status", "--json", "--source", source).last["sites"]
    assert site["needs_migration"] is True
    real = desktop_migrator(*words).last
    assert dry.last["counts"] == real["counts"]
    assert dry.last["by_entity"] == real["by_entity"]


def test_json_lines_tell_progress_and_end_with_what_came_of_it(
    desktop_migrator: CommandLine, database: str, tmp_path: Path
) -> None:
    ended = desktop_migrator(
        *("--json", "migrate", "--source", unpack("firefox", tmp_path), "--database", database),
        *("--user-id", "u1", "--create-tables"),
    )
    assert ended.exit_code == 0
    progress = [event for event in ended.events if event["event"] == "progress"]
    assert {event["stage"] for event in progress} == {"check", "backup", "load", "verify"}
    for event in progress:
        assert event.keys() == {"event", "stage", "current", "total", "percentage", "eta"}
    assert [event["percentage"] for event in progress if event["stage"] == "verify"][-1] == 100
    finished = ended.last
    assert finished["event"] == "finished"
    assert finished["outcome"] == "completed"
    assert finished["verified"] is True
    assert finished["counts"].keys() == {
        *("records", "items", "inserted", "updated", "unchanged"),
        *("skipped", "rejected", "conflicts", "superseded", "duplicates"),
    }
    assert finished["counts"]["items"] == sum(
        counts["items"] for counts in finished["by_entity"].values()
    )
    assert {"run", "backup", "seconds", "items_per_second", "peak_memory_mb"} <= finished.keys()
    # Every record read is accounted for: it gave items, or it was left aside under a word.
    assert sum(finished["left_aside"].values()) < finished["counts"]["records"]


DRIZZLE = """
CREATE TABLE users (id uuid PRIMARY KEY, email text UNIQUE);
INSERT INTO users VALUES ('0190a1b2-c3d4-7e5f-8a6b-00000000aaaa', 'Maria@Example.test');
CREATE TABLE tasks (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), title varchar(255) NOT NULL, description text,
  status varchar(50) DEFAULT 'pending', priority varchar(20), created_at timestamp DEFAULT now(),
  updated_at timestamp DEFAULT now(), user_id varchar(255), metadata jsonb);
CREATE TABLE environments (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name varchar(255) NOT NULL,
  config jsonb NOT NULL, is_active boolean DEFAULT true, created_at timestamp DEFAULT now(),
  updated_at timestamp DEFAULT now(), user_id varchar(255), schema_version int DEFAULT 1,
  UNIQUE (user_id, name));
"""
GUIDE = """
CREATE TYPE task_status AS ENUM ('pending', 'in_progress', 'completed', 'paused', 'cancelled');
CREATE TABLE tasks (
  id varchar(26) PRIMARY KEY, title text NOT NULL, status task_status NOT NULL,
  "userId" text NOT NULL, "createdAt" timestamptz, "updatedAt" timestamptz);
CREATE TABLE environments (
  id varchar(26) PRIMARY KEY, name text NOT NULL, description text, config jsonb NOT NULL,
  "isActive" boolean DEFAULT true, "userId" text NOT NULL, "createdAt" timestamptz,
  "updatedAt" timestamptz, "schemaVersion" int DEFAULT 1);
"""


@on_every_server
@pytest.mark.parametrize(("schema", "user"), [(DRIZZLE, "user_id"), (GUIDE, '"userId"')])
def test_tables_of_the_app_are_filled_as_they_are(
    desktop_migrator: CommandLine,
    database: str,
    sql: psycopg.Connection[Any],
    tmp_path: Path,
    schema: str,
    user: str,
) -> None:
    sql.execute(schema.encode())
    ended = desktop_migrator(
        *("migrate", "--source", unpack("chromium-leveldb", tmp_path), "--database", database),
        *("--user-id", "u1", "--include", "tasks", "--include", "environments"),
    )
    assert ended.exit_code == 0, ended.err
    titles = fetch(sql, f"SELECT title FROM tasks WHERE {user} = 'u1'")
    expected = [task["title"] for task in read_back("chromium-leveldb", "tasks")]
    assert sorted(title for (title,) in titles) == sorted(expected)
    number = len(read_back("chromium-leveldb", "environments"))
    assert fetch(sql, "SELECT count(*) FROM environments") == [(number,)]


def test_a_person_is_found_by_the_e_mail_that_the_plan_looks_up(
    desktop_migrator: CommandLine, database: str, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    sql.execute(DRIZZLE.encode())
    default = (Path(__file__).parents[2] / "resources" / "plans" / "default.toml").read_text()
    plan = tmp_path / "plan.toml"
    plan.write_text(
        default + '\n[user.lookup]\ntable = "users"\nmatch = "email"\nid = "id"\n', encoding="utf-8"
    )
    words = ["migrate", "--plan", plan, "--source", unpack("firefox", tmp_path)]
    words += ["--database", database, "--include", "tasks"]
    ended = desktop_migrator(*words, "--user-email", "maria@example.test")
    assert ended.exit_code == 0, ended.err
    users = fetch(sql, "SELECT DISTINCT user_id FROM tasks")
    assert users == [("0190a1b2-c3d4-7e5f-8a6b-00000000aaaa",)]
    unknown = desktop_migrator(*words, "--user-email", "nobody@example.test")
    assert unknown.exit_code == 1
    assert "DM-307" in unknown.err


TASKS = [
    {"id": "1", "title": "Good", "status": "todo", "createdAt": "2024-01-15T10:00:00.000Z"},
    {"id": "2", "title": "x" * 256, "status": "todo", "createdAt": "2024-01-15T10:00:00.000Z"},
    {"id": "3", "title": "Bad date", "status": "todo", "createdAt": "the other day"},
    {"id": "4", "status": "todo"},
    {"id": "5", "title": "Bad status", "status": "someday"},
]


def test_rejected_items_stop_a_run_before_it_writes_anything(
    desktop_migrator: CommandLine, database: str, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    words = ["--source", store_of(tmp_path, {"tasks": TASKS}), "--database", database]
    words += ["--user-id", "u1", "--create-tables", "--origin", APP]
    ended = desktop_migrator("migrate", "--json", *words)
    assert ended.exit_code == 6
    assert tables(sql) == set()
    assert ended.last["outcome"] == "rolled_back"
    assert ended.last["counts"]["rejected"] == 4
    assert "DM-502" in ended.err


def test_with_continue_on_error_the_good_items_go_and_the_others_are_kept_with_reasons(
    desktop_migrator: CommandLine, database: str, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    words = ["--source", store_of(tmp_path, {"tasks": TASKS}), "--database", database]
    words += ["--user-id", "u1", "--create-tables", "--origin", APP]
    words += ["--continue-on-error", "--rollback-threshold", "0.9"]
    ended = desktop_migrator("migrate", "--json", *words)
    assert ended.exit_code == 3
    assert fetch(sql, "SELECT title FROM tasks") == [("Good",)]
    rejected = [event for event in ended.events if event["event"] == "rejected"]
    assert [event["position"] for event in rejected] == ["1", "2", "3", "4"]
    assert all(event["reason"] and event["remedy"] for event in rejected)
    kept = fetch(sql, "SELECT raw FROM desktop_migrator.quarantine ORDER BY number")
    assert [json.loads(raw) for (raw,) in kept] == TASKS[1:]


@pytest.mark.parametrize(("policy", "left"), [("skip", "Mine"), ("overwrite", "Good")])
def test_a_row_that_was_changed_since_is_resolved_by_the_policy(
    desktop_migrator: CommandLine,
    database: str,
    sql: psycopg.Connection[Any],
    tmp_path: Path,
    policy: str,
    left: str,
) -> None:
    words = ["migrate", "--json", "--source", store_of(tmp_path, {"tasks": TASKS[:1]})]
    words += ["--database", database, "--user-id", "u1", "--create-tables"]
    assert desktop_migrator(*words).exit_code == 0
    sql.execute("UPDATE tasks SET title = 'Mine'")
    ended = desktop_migrator(*words, "--conflict", policy)
    assert ended.exit_code == 0
    assert ended.last["counts"]["conflicts"] == 1
    assert fetch(sql, "SELECT title FROM tasks") == [(left,)]


def test_a_row_that_a_trigger_changes_is_told_and_never_called_verified(
    desktop_migrator: CommandLine, database: str, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    words = ["migrate", "--json", "--source", store_of(tmp_path, {"tasks": TASKS[:1]})]
    words += ["--database", database, "--user-id", "u1"]
    sql.execute(DRIZZLE.encode())
    sql.execute(
        "CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN NEW.title = upper(NEW.title); RETURN NEW; END $$;"
        " CREATE TRIGGER shout BEFORE INSERT ON tasks FOR EACH ROW EXECUTE FUNCTION shout()"
    )
    ended = desktop_migrator(*words)
    assert ended.exit_code == 1
    assert ended.last["verified"] is False
    assert "DM-501" in ended.err


def test_caches_and_login_tokens_stay_where_they_are(
    desktop_migrator: CommandLine, database: str, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    values = {
        "tasks": TASKS[:1],
        "cache_user": {"data": {"a": "MARKER"}, "timestamp": 1, "ttl": 1},
        "sb-abc-auth-token": {"access_token": "MARKER", "refresh_token": "MARKER"},
        "hassTokens": {"access_token": "MARKER", "refresh_token": "MARKER"},
        "session": {"access_token": "MARKER", "refresh_token": "MARKER"},
        "secure_apiKey": {"value": "MARKER"},
        "note": "kept",
    }
    words = ["--source", store_of(tmp_path, values), "--database", database, "--user-id", "u1"]
    ended = desktop_migrator("migrate", "--json", *words, "--create-tables")
    assert ended.exit_code == 0, ended.err
    assert ended.last["left_aside"] == {"cache": 1, "secret": 4}
    assert fetch(sql, "SELECT key, value FROM custom_data") == [("note", "kept")]
    assert "MARKER" not in ended.out + ended.err
    written = [path for path in desktop_migrator.data_dir.rglob("*") if path.is_file()]
    assert written
    assert not [path for path in written if b"MARKER" in path.read_bytes()]


def test_ctrl_c_stops_after_the_step_under_way_and_the_next_run_goes_on(
    desktop_migrator: CommandLine, database: str, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    tasks = [{"id": str(number), "title": f"Task {number}"} for number in range(3000)]
    words = ["migrate", "--json", "--source", store_of(tmp_path, {"tasks": tasks})]
    words += ["--database", database, "--user-id", "u1", "--create-tables", "--batch-size", "5"]
    ended = desktop_migrator.interrupt_once_it_prints('"stage": "load"', *words)
    assert ended.exit_code == 130, ended.err
    assert ended.last["outcome"] == "cancelled"
    [(written,)] = fetch(sql, "SELECT count(*) FROM tasks")
    assert written == ended.last["counts"]["inserted"] < len(tasks)
    again = desktop_migrator(*words).last
    assert again["counts"]["unchanged"] == written
    assert fetch(sql, "SELECT count(*) FROM tasks") == [(len(tasks),)]


def test_the_password_of_a_url_shows_nowhere(desktop_migrator: CommandLine, tmp_path: Path) -> None:
    url = "postgresql://maria:MARKER@127.0.0.1:1/db"
    source = store_of(tmp_path, {"tasks": TASKS[:1]})
    for command in (
        ["migrate", "--source", source, "--user-id", "u1", "--debug", "*"],
        ["test-connection", "--json"],
    ):
        ended = desktop_migrator(*command, "--database", url)
        assert ended.exit_code == 1
        assert "MARKER" not in ended.out + ended.err
    written = (path for path in desktop_migrator.data_dir.rglob("*") if path.is_file())
    assert not [path for path in written if b"MARKER" in path.read_bytes()]
