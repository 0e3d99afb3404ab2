"""`rollback` and the automatic undo as people call them; the oracle is plain SQL."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.integration.command_line import CommandLine, Ended
from tests.recorded import unpack

SIZES = "SELECT (SELECT count(*) FROM tasks), (SELECT count(*) FROM environments)"


class Program:
    def __init__(self, run: CommandLine, database: str, source: Path) -> None:
        self._run = run
        self._where = ("--database", database)
        self._source = source

    def migrate(self, *words: object) -> Ended:
        source = ("--source", self._source, "--user-id", "u1", "--create-tables")
        return self._run("migrate", "--json", *source, *self._where, *words)

    def rollback(self, *words: object) -> Ended:
        return self._run("rollback", "--json", *self._where, *words)

    def __call__(self, *words: object) -> Ended:
        return self._run(*words)


@pytest.fixture
def program(desktop_migrator: CommandLine, database: str, tmp_path: Path) -> Program:
    return Program(desktop_migrator, database, unpack("chromium-leveldb", tmp_path))


def one(sql: psycopg.Connection[Any], query: str) -> Any:
    return sql.execute(query.encode()).fetchone()


def test_a_run_is_undone_and_so_is_the_undo(program: Program, sql: psycopg.Connection[Any]) -> None:
    run = program.migrate().last["run"]
    before = one(sql, SIZES)
    undone = program.rollback("--run", run)
    assert undone.exit_code == 0, undone.err
    assert undone.last["undone"] == [run]
    assert undone.last["outcome"] == "completed"
    assert undone.last["counts"]["deleted"] > 0
    assert one(sql, SIZES) == (0, 0)
    assert "undone" in program("status", "--user-id", "u1").out
    twice = program.rollback("--run", run)
    assert (twice.exit_code, twice.last["code"]) == (1, "DM-510")
    assert undone.last["run"] in twice.err
    again = program.rollback("--run", undone.last["run"])
    assert again.last["counts"]["inserted"] == undone.last["counts"]["deleted"]
    assert one(sql, SIZES) == before
    deeds = "SELECT string_agg(action, ' ' ORDER BY seq) FROM desktop_migrator.audit"
    assert one(sql, deeds) == ("migrate migrate undo undo undo undo",)


def test_a_row_edited_since_is_kept_and_named(
    program: Program, sql: psycopg.Connection[Any]
) -> None:
    run = program.migrate().last["run"]
    (edited,) = one(sql, "UPDATE tasks SET title = 'Mine' WHERE id = (SELECT min(id::text)::uuid"
                    " FROM tasks) RETURNING id::text")  # fmt: skip
    ended = program.rollback("--run", run)
    assert ended.exit_code == 3
    [kept] = [event for event in ended.events if event["event"] == "kept"]
    assert (kept["entity"], kept["id"], kept["because"]) == ("tasks", edited, "changed")
    assert one(sql, "SELECT title FROM tasks") == ("Mine",)
    forced = program("rollback", "--run", run, "--force", *program._where)
    assert forced.exit_code == 0
    assert one(sql, SIZES) == (0, 0)


def test_all_runs_since_a_moment_are_undone_newest_first(
    program: Program, sql: psycopg.Connection[Any]
) -> None:
    first = program.migrate().last["run"]
    before = one(sql, "SELECT md5(string_agg(t::text, '|' ORDER BY id)) FROM tasks t")
    moment = datetime.now(UTC).isoformat()
    sql.execute("UPDATE tasks SET title = title || '!' WHERE status = 'pending'")
    changed = one(sql, "SELECT md5(string_agg(t::text, '|' ORDER BY id)) FROM tasks t")
    second = program.migrate("--conflict", "overwrite").last["run"]
    sql.execute("DELETE FROM environments")
    third = program.migrate().last["run"]
    ended = program.rollback("--before", moment, "--user-id", "u1")
    assert ended.last["undone"] == [third, second], ended.err
    now = one(sql, "SELECT md5(string_agg(t::text, '|' ORDER BY id)) FROM tasks t")
    assert now == changed != before
    assert one(sql, "SELECT count(*) FROM environments") == (0,)
    nothing = program.rollback("--before", moment, "--user-id", "u1")
    assert nothing.last["code"] == "DM-509"
    assert program.rollback("--run", first, "--user-id", "u2").last["code"] == "DM-509"


@pytest.mark.parametrize(
    "words", [(), ("--run", "1", "--before", "2026-01-01"), ("--before", "noon", "--user-id", "u1")]
)
def test_what_cannot_be_asked_for_is_said(program: Program, words: tuple[str, ...]) -> None:
    assert program.rollback(*words).exit_code == 2


REFUSING = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NEW.status = 'completed' THEN RAISE EXCEPTION 'no'; END IF; RETURN NEW; END $$;
CREATE TRIGGER refuse BEFORE INSERT ON tasks FOR EACH ROW EXECUTE FUNCTION refuse()
"""


def test_above_the_threshold_of_rejected_items_a_run_takes_itself_back(
    program: Program, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    run = program.migrate().last["run"]
    assert program.rollback("--run", run).exit_code == 0
    sql.execute(REFUSING.encode())
    dry = program.migrate("--continue-on-error", "--dry-run")
    assert (dry.exit_code, dry.last["outcome"]) == (3, "dry_run")
    assert "would take back" in dry.out
    ended = program.migrate("--continue-on-error")
    assert (ended.exit_code, ended.last["outcome"]) == (6, "rolled_back")
    assert one(sql, SIZES) == (0, 0)
    assert ended.last["counts"]["inserted"] == 0
    written = ended.last["undo"]["counts"]["deleted"]
    assert written > 0
    back = program.rollback("--run", ended.last["undo"]["run"])
    assert back.last["counts"]["inserted"] == written
    allowed = program.migrate("--continue-on-error", "--rollback-threshold", "0.9")
    assert (allowed.exit_code, allowed.last["outcome"]) == (3, "completed")
    kept = program.migrate("--continue-on-error", "--preserve-partial")
    assert kept.exit_code == 3
