"""The four logs: every run that ended in any way, tied together by one id, and no user value."""

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest

from desktop_migrator.migration.workspace import run_logs
from desktop_migrator.migration.workspace.run_logs import NAMES, log_file
from desktop_migrator.model import Counts, Outcome, RunResult
from desktop_migrator.system.debug import CATEGORIES
from tests.integration.command_line import CommandLine
from tests.recorded import APP, areas, unpack


def lines(folder: Path, name: str) -> list[dict[str, Any]]:
    path = log_file(folder / "logs", name)
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_every_end_of_a_run_is_told_and_no_value(
    desktop_migrator: CommandLine, database: str, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    one = ["--source", unpack("chromium-leveldb", tmp_path), "--origin", APP, "--user-id", "ada"]
    usual = ["--database", database, "--create-tables", "--no-backup", "--continue-on-error"]
    data = desktop_migrator.data_dir
    sql.execute("CREATE TABLE seen (name text)")
    sql.execute(
        "CREATE FUNCTION see() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN"
        " INSERT INTO seen VALUES (current_setting('application_name')); END $$"
    )
    sql.execute("CREATE EVENT TRIGGER see ON ddl_command_end EXECUTE FUNCTION see()")

    run = desktop_migrator("migrate", "--json", *one, *usual, "--debug", "*").last["run"]
    [migrated] = lines(data, "success")
    [speed] = lines(data, "performance")
    assert (migrated["event"], migrated["run"], migrated["verified"]) == ("migrated", run, True)
    assert speed["items"] == migrated["counts"]["items"]
    assert speed["correlation"] == migrated["correlation"]
    names = {name for (name,) in sql.execute("SELECT name FROM seen").fetchall()}
    assert names == {f"desktop-migrator {migrated['correlation']}"}

    sql.execute("UPDATE tasks SET title = 'changed in the app'")
    desktop_migrator("migrate", *one, *usual, "--conflict", "overwrite", "--dry-run")
    assert [each["conflicts"]["tasks"] for each in lines(data, "conflicts")][-1:] > [0]
    desktop_migrator("rollback", "--run", run, "--database", database, "--force")
    assert lines(data, "success")[-1]["undone"] == [run]
    desktop_migrator("migrate", *one, "--database", "postgresql://x@127.0.0.1:1/y")
    failed = lines(data, "errors")[-1]
    assert (failed["event"], failed["code"]) == ("failed", "DM-301")
    correlations = {each["correlation"] for name in NAMES for each in lines(data, name)}
    assert len(correlations) == 4

    everything = "".join(path.read_text() for path in (data / "logs").iterdir())
    told = [text for texts in areas("chromium-leveldb").values() for text in texts.values()]
    assert not [text for text in told if len(text) > 5 and text in everything]


def test_a_log_begins_anew_and_the_ones_before_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_logs, "_MAX_BYTES", 2000)
    result = RunResult(
        run="r", outcome=Outcome.COMPLETED, counts=Counts(items=1), by_entity={}, rejections=(),
        skipped_records={}, damages=(), verified=True, seconds=1.0, peak_memory_mb=1.0, backup=None,
    )  # fmt: skip
    for _ in range(100):
        run_logs.write_run(tmp_path, result)
    written = sorted(path.name for path in tmp_path.glob("migration-success.log*"))
    assert written == [
        "migration-success.log",
        *(f"migration-success.log.{n}" for n in range(1, 5)),
    ]
    assert all(path.stat().st_size <= 2000 for path in tmp_path.iterdir())


def test_debug_tells_each_stage_and_refuses_what_is_none(
    desktop_migrator: CommandLine, database: str, tmp_path: Path
) -> None:
    one = ["--source", unpack("chromium-leveldb", tmp_path), "--origin", APP, "--user-id", "ada"]
    done = desktop_migrator(
        "migrate", *one, "--database", database, "--create-tables", "--continue-on-error",
        "--passphrase-stdin", given="a long passphrase\n", DEBUG="app:*,migration:*,browsers:read",
    )  # fmt: skip
    for category in CATEGORIES:
        told = f"desktop_migrator.{category.replace(':', '.')} " in done.err
        assert told == (not category.startswith("postgres") and category != "migration:undo")
    refused = desktop_migrator("--debug", "migration:nonsense", "scan", "--source", tmp_path)
    assert refused.exit_code == 2
    assert "migration:verify" in refused.err
