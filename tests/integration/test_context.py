"""What nobody needs to say twice: settings, variables, the default connection, the last run."""

import json
import socket
from pathlib import Path
from typing import Any

import psycopg
import pytest

from desktop_migrator.testing import write_profile
from tests.integration.command_line import CommandLine, Ended
from tests.recorded import APP, unpack


@pytest.fixture
def one(tmp_path: Path) -> list[object]:
    """One profile and one web site of it."""
    return ["--source", unpack("chromium-leveldb", tmp_path), "--origin", APP]


@pytest.fixture
def migrated(desktop_migrator: CommandLine, database: str, one: list[object]) -> Ended:
    done = desktop_migrator(
        "migrate", "--json", *one, "--database", database, "--user-id", "ada",
        "--create-tables", "--no-backup", "--continue-on-error",
    )  # fmt: skip
    assert done.last["outcome"] == "completed"
    return done


_BARE = [
    ["validate"], ["repair"], ["analyze"], ["optimize"], ["unlock", "--force"],
    ["test-connection"], ["status"], ["report"], ["rollback", "--run", "last", "--dry-run"],
    ["rollback", "--before", "2026-01-01", "--dry-run"], ["export", "rejected"],
    ["export", "rows"], ["history"], ["logs"], ["info"], ["checklist"],
]  # fmt: skip


def test_after_a_migration_commands_need_no_more(
    desktop_migrator: CommandLine, migrated: Ended, one: list[object]
) -> None:
    for words in _BARE:
        looks = words[0] in {"analyze", "status", "checklist"}
        done = desktop_migrator("--json", *words, *(one[:2] if looks else ()))
        assert done.exit_code in {0, 1}, (words, done.err)
        assert "DM-" not in done.err, words
        if words[0] in {"validate", "report"}:
            assert done.last["run"] == migrated.last["run"]


def test_the_same_once_more_is_nothing_but_migrate(
    desktop_migrator: CommandLine,
    migrated: Ended,
    one: list[object],
    sql: psycopg.Connection[Any],
) -> None:
    again = desktop_migrator("migrate", "--json", *one, "--continue-on-error", "--no-backup")
    assert again.last["counts"]["inserted"] == 0
    assert again.last["counts"]["unchanged"] > 0
    assert sql.execute("SELECT DISTINCT user_id FROM tasks").fetchall() == [("ada",)]


def test_a_runs_plan_goes_with_its_database_alone(
    desktop_migrator: CommandLine, database: str, one: list[object], tmp_path: Path
) -> None:
    plan = tmp_path / "tasks.toml"
    drafted = desktop_migrator("plan", "infer", *one, "--output", plan)
    assert drafted.exit_code == 0, drafted.err
    done = desktop_migrator(
        "migrate", "--plan", plan, *one, "--database", database, "--user-id", "ada",
        "--create-tables", "--no-backup", "--continue-on-error",
    )  # fmt: skip
    assert "Done" in done.out, done.err
    name = desktop_migrator("--json", "history").events[-2]["plan"]
    assert name != "default"

    here = desktop_migrator("unlock", "--force")
    assert f"Plan: {name}, as in the last run." in here.err
    assert f"plan {name}" in here.out
    elsewhere = f"{database}&options=-c%20search_path%3Dpublic".replace("/test_", "/other_")
    there = desktop_migrator("test-connection", "--database", elsewhere)
    assert "Plan:" not in there.err


def test_another_person_is_never_guessed(
    desktop_migrator: CommandLine, migrated: Ended, database: str, one: list[object]
) -> None:
    done = desktop_migrator("migrate", "--json", *one, "--database", database, "--no-backup")
    assert done.exit_code == 2
    assert "--user-id" in done.err


def test_an_option_goes_before_a_variable_and_that_before_the_settings(
    desktop_migrator: CommandLine, database: str, one: list[object]
) -> None:
    for key, value in [("user-id", "of-settings"), ("database", database), ("no-backup", "true"),
                       ("create-tables", "true"), ("continue-on-error", "true")]:  # fmt: skip
        assert desktop_migrator("config", "set", key, value).exit_code == 0

    def user(*words: str, **variables: str) -> str:
        done = desktop_migrator("migrate", "--json", *one, *words, **variables)
        assert done.last["outcome"] == "completed", done.err
        run = desktop_migrator("--json", "history").events[0]
        return str(run["user_id"])

    assert user() == "of-settings"
    assert user(DESKTOP_MIGRATOR_USER_ID="of-variable") == "of-variable"
    assert user("--user-id", "of-option", DESKTOP_MIGRATOR_USER_ID="x") == "of-option"


def test_a_database_is_found_by_variable_setting_default_connection_and_run(
    desktop_migrator: CommandLine, migrated: Ended
) -> None:
    def asked(**variables: str) -> str:
        return desktop_migrator("validate", **variables).err

    gone = "postgresql://nobody@127.0.0.1:1"
    assert "in the last run" in asked()
    desktop_migrator(
        "connection", "add", "office", f"{gone}/default", "--password-stdin", given="x\n"
    )
    desktop_migrator("connection", "default", "office")
    assert "office" in asked()
    desktop_migrator("config", "set", "database", f"{gone}/settings")
    assert "settings" in asked()
    assert "variable" in asked(DATABASE_URL=f"{gone}/variable")
    assert "own" in asked(DATABASE_URL=f"{gone}/variable", DESKTOP_MIGRATOR_DATABASE=f"{gone}/own")


def test_what_is_exported_is_utf8_on_any_terminal(
    desktop_migrator: CommandLine, tmp_path: Path
) -> None:
    profile = write_profile(tmp_path / "p", {"https://a.test": {"key": "Žluťoučký 漢字"}})
    done = desktop_migrator(
        "export", "records", "--source", profile, "--format", "csv", PYTHONIOENCODING="cp1252"
    )
    assert "Žluťoučký 漢字" in done.out


def test_a_name_that_looks_like_a_number_is_text(desktop_migrator: CommandLine) -> None:
    for key, value in [("user-id", "4711"), ("backups.folder", "2026"), ("backups.keep-days", "9")]:
        assert desktop_migrator("config", "set", key, value).exit_code == 0
    shown = desktop_migrator("--json", "config", "show").last["settings"]
    folder = str(desktop_migrator.data_dir / "2026")
    assert shown == {"user-id": "4711", "backups.folder": folder, "backups.keep-days": 9}


def test_settings_that_cannot_be_used_are_told_by_key_and_lose_nothing(
    desktop_migrator: CommandLine,
) -> None:
    file = desktop_migrator.data_dir / "config.toml"
    assert desktop_migrator("config", "set", "batch-size", "100").exit_code == 0
    file.write_text(f"# mine\n{file.read_text()}")
    for key, value, told in [
        ("batch-size", "many", "batch-size"),
        ("conflict", "perhaps", "conflict"),
        ("no-such", "1", "no-such"),
        ("backups.keep-days", "0", "backups.keep-days"),
        ("database", "postgresql://ada:secret-mark@h/d", "password"),
    ]:
        done = desktop_migrator("config", "set", key, value)
        assert done.exit_code == 2
        assert told in done.err.replace("_", "-")
        assert "secret-mark" not in done.out + done.err
    desktop_migrator("config", "set", "origin", "https://a.test", "https://b.test")
    assert file.read_text() == (
        '# mine\nbatch-size = 100\norigin = ["https://a.test", "https://b.test"]\n'
    )
    file.write_text("batch-size = [\n")
    assert "DM-904" in desktop_migrator("scan").err
    assert desktop_migrator("config", "edit", EDITOR="cp /dev/null", VISUAL=None).exit_code == 0
    assert desktop_migrator("--json", "config", "show").last["settings"] == {}


def test_backups_and_logs_lie_where_the_settings_say(
    desktop_migrator: CommandLine, database: str, one: list[object]
) -> None:
    desktop_migrator("config", "set", "backups.folder", "kept")
    desktop_migrator("config", "set", "backups.compression", "19")
    desktop_migrator("config", "set", "logs.folder", "told")
    done = desktop_migrator(
        "migrate", "--json", *one, "--database", database, "--user-id", "ada", "--create-tables",
        "--continue-on-error", "--passphrase-stdin", given="a long passphrase\n",
    )  # fmt: skip
    assert done.last["backup"], done.err
    assert [*(desktop_migrator.data_dir / "kept").glob("*.dmbackup")]
    assert (desktop_migrator.data_dir / "told" / "migration-success.log").exists()
    whole = desktop_migrator(
        "backup", "verify", "last", "--passphrase-stdin", given="a long passphrase\n"
    )
    assert whole.exit_code == 0, whole.err


def test_rows_that_were_exported_as_sql_are_the_same_rows(
    desktop_migrator: CommandLine, migrated: Ended, sql: psycopg.Connection[Any]
) -> None:
    tables = ("tasks", "environments", "form_data", "user_preferences", "custom_data")

    def rows() -> list[Any]:
        return [
            sql.execute(f"SELECT * FROM {table} ORDER BY 1".encode()).fetchall() for table in tables
        ]

    before = rows()
    assert any(before)
    exported = desktop_migrator("export", "rows", "--format", "sql")
    sql.execute(f"TRUNCATE {', '.join(tables)} CASCADE".encode())
    sql.execute(exported.out.encode())
    assert rows() == before


def test_every_format_has_every_record(desktop_migrator: CommandLine, one: list[object]) -> None:
    def out(form: str) -> str:
        return desktop_migrator("export", "records", *one, "--format", form).out

    records = json.loads(out("json"))
    assert records == [json.loads(line) for line in out("ndjson").splitlines()]
    assert {record["key"] for record in records} == {
        record["key"] for record in desktop_migrator("--json", "records", *one).events
    }
    assert desktop_migrator("export", "records", *one, "--format", "sql").exit_code == 2


def test_status_sees_what_another_computer_did(
    desktop_migrator: CommandLine, migrated: Ended, database: str, tmp_path: Path
) -> None:
    here = desktop_migrator("--json", "status", "--source", tmp_path)
    assert (len(here.last["runs"]), here.last["elsewhere"]) == (1, [])
    elsewhere = CommandLine(tmp_path / "another computer")
    words = ("status", "--source", tmp_path, "--database", database, "--user-id", "ada")
    seen = elsewhere("--json", *words)
    assert seen.last["runs"] == []
    assert [run["run"] for run in seen.last["elsewhere"]] == [migrated.last["run"]]
    assert migrated.last["run"] in elsewhere(*words).out
    assert elsewhere("--json", *words[:-1], "eve").last["elsewhere"] == []


def test_status_tells_of_a_database_that_is_silent_and_goes_on(
    desktop_migrator: CommandLine, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # nobody accepts
        address = f"postgresql://ada@127.0.0.1:{silent.getsockname()[1]}/app?sslmode=disable"
        desktop_migrator("connection", "add", "office", address, "--password-stdin", given="x\n")
        desktop_migrator("connection", "default", "office")
        profile = write_profile(tmp_path / "p", {"https://a.test": {"key": "value"}})
        ended = desktop_migrator("status", "--source", profile)
    assert ended.exit_code == 0, ended.err
    assert "DM-3" in ended.err
    assert "what this computer knows" in ended.out
