"""Several processes load as one does; the oracles are the rows of one, and plain SQL."""

import json
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

import plyvel
import psutil
import psycopg
import pytest

from desktop_migrator.browsers.read import partitions
from desktop_migrator.errors import VerificationFailed
from desktop_migrator.migration.database.person import Person
from desktop_migrator.migration.run import finish_run
from desktop_migrator.migration.run.job import Job
from desktop_migrator.migration.run.migrate import migrate
from desktop_migrator.migration.run.parallel import load_parallel
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import ConflictPolicy, Outcome, RunResult
from desktop_migrator.plan.schema import load_plan
from desktop_migrator.postgres.builtin_server.server import BuiltinPostgres
from desktop_migrator.postgres.connection.retry import NO_RETRY, RetryPolicy
from desktop_migrator.reporter import NullReporter, Stage
from tests.integration.faults.servers import CrashingServer
from tests.recording_reporter import RecordingReporter
from tests.waiting import PATIENCE, wait_until

RECORDS = 30
EACH = 20
REJECTED = 6
PLAN = """
version = 1
name = "many"
[entities.tasks]
table = "tasks"
id = { from = "id", type = "uuid" }
updated = "updated_at"
[[entities.tasks.sources]]
keys = ["tasks-*"]
[entities.tasks.columns]
title = { from = "title", type = "varchar(60)", required = true }
updated_at = { from = "updatedAt", type = "timestamptz" }
user_id = { from = "$user", type = "text" }
metadata = { rest = true, type = "jsonb" }
"""


def task(number: int, **fields: Any) -> dict[str, Any]:
    made = {"id": f"00000000-0000-4000-8000-{number:012}", "title": f"Task {number}"}
    bad = {"title": "x" * 61} if number % 100 == 7 else {}
    return made | {"updatedAt": "2026-02-01T10:00:00.000Z", "notes": "n" * 100} | bad | fields


def make_store(folder: Path, records: dict[str, list[dict[str, Any]]]) -> Path:
    with plyvel.DB(str(folder), create_if_missing=True) as database:
        database.put(b"VERSION", b"1")
        for key, items in records.items():
            text = json.dumps(items).encode("latin-1")
            database.put(b"_http://app.test\x00\x01" + key.encode(), b"\x01" + text)
    return folder


def records() -> dict[str, list[dict[str, Any]]]:
    return {
        f"tasks-{first:03}": [task(first * EACH + number) for number in range(EACH)]
        for first in range(RECORDS)
    }


class AtHalf(RecordingReporter):
    """Does something once, when half of the items are loaded; cancels, if not told what."""

    stage, items = "load", RECORDS * EACH / 2

    def __init__(self, do: Callable[[], Any] | None = None) -> None:
        super().__init__()
        self._do = do or self.cancel.set
        self.done = False

    def advanced(self, stage: Stage, current: int, total: int | None) -> None:
        super().advanced(stage, current, total)
        if not self.done and stage == self.stage and current >= self.items:
            self.done = True
            self._do()


class AtVerification(AtHalf):
    """When the rows begin to be verified."""

    stage, items = "verify", 0


class Desk:
    def __init__(self, database: str, folder: Path) -> None:
        self.database = database
        self.folder = folder
        self.workspace = Workspace.open(folder / "data")
        plan = folder / "plan.toml"
        plan.write_text(PLAN)
        self.job = Job(
            plan=load_plan(plan),
            database=database,
            person=Person("u1"),
            sources=(make_store(folder / "leveldb", records()),),
            batch_size=10,
            create_tables=True,
            continue_on_error=True,
            max_concurrent=3,
            retries=RetryPolicy(3, 0.01),
        )

    def run(self, reporter: NullReporter | None = None, **changes: Any) -> RunResult:
        return migrate(
            replace(self.job, **changes), self.workspace, reporter or RecordingReporter()
        )

    def sql(self, query: str) -> list[Any]:
        with psycopg.connect(self.database, autocommit=True) as connection:
            cursor = connection.execute(query.encode())
            return cursor.fetchall() if cursor.description else []

    def rows(self) -> list[Any]:
        return self.sql("SELECT t::text FROM tasks t ORDER BY id")

    def left_by(self, run: str | None) -> tuple[list[Any], list[Any]]:
        """What the bookkeeping has of a run, whoever wrote it."""
        rows = self.sql(
            "SELECT id, action FROM desktop_migrator.chunks,"
            " unnest(ids, string_to_array(actions, NULL)) AS row (id, action)"
            f" WHERE run = '{run}' ORDER BY id"
        )
        aside = self.sql(
            "SELECT key, position, code FROM desktop_migrator.quarantine"
            f" WHERE run = '{run}' ORDER BY key, position::int"
        )
        return rows, aside

    def writers(self, run: str | None) -> int:
        """How many gave numbers to chunks: each takes every fourth."""
        number = f"SELECT DISTINCT seq % 4 FROM desktop_migrator.chunks WHERE run = '{run}'"
        return len(self.sql(number))

    def forget(self) -> None:
        self.sql("DROP TABLE tasks; DROP SCHEMA desktop_migrator CASCADE")


@pytest.fixture
def desk(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(load_parallel, "MIN_CHARACTERS_FOR_PARALLEL", 0)
    monkeypatch.setattr(finish_run, "MIN_ROWS_FOR_PARALLEL", 1)
    monkeypatch.setattr(partitions, "_STEP", 1000)
    return Desk(database, tmp_path)


@pytest.fixture
def alone(desk: Desk) -> tuple[RunResult, list[Any], tuple[list[Any], list[Any]]]:
    """What one process makes of the same."""
    result = desk.run(max_concurrent=1)
    expected = result, desk.rows(), desk.left_by(result.run)
    desk.forget()
    return expected


def children() -> Iterator[psutil.Process]:
    """The processes that load."""
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # it has come to its end, or is a zombie
            if process.ppid() != os.getpid() and "forkserver" in " ".join(process.cmdline()):
                yield process


def same(result: RunResult, expected: RunResult) -> bool:
    return (result.outcome, result.counts, result.skipped_records, result.verified) == (
        expected.outcome,
        expected.counts,
        expected.skipped_records,
        expected.verified,
    )


@pytest.mark.parametrize("policy", [ConflictPolicy.SKIP, ConflictPolicy.OVERWRITE])
def test_several_processes_leave_what_one_leaves(
    desk: Desk, alone: Any, policy: ConflictPolicy
) -> None:
    expected, rows, left = alone
    reporter = RecordingReporter()
    result = desk.run(reporter)
    assert same(result, expected), result
    assert result.counts.rejected == REJECTED
    assert desk.rows() == rows
    assert desk.left_by(result.run) == left
    assert len(reporter.rejections) == REJECTED
    assert ("load", RECORDS * EACH, RECORDS * EACH) in reporter.progress
    assert desk.writers(result.run) > 1
    desk.sql("UPDATE tasks SET title = 'Mine' WHERE id::text LIKE '%5'")
    again = desk.run(policy=policy)
    changed = again.counts.updated if policy is ConflictPolicy.OVERWRITE else again.counts.skipped
    assert changed == again.counts.conflicts == RECORDS * EACH / 10
    assert again.verified
    assert (desk.rows() == rows) is (policy is ConflictPolicy.OVERWRITE)


def test_records_of_a_store_that_cannot_be_cut_are_dealt_out(
    desk: Desk, alone: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected, rows, left = alone
    monkeypatch.setattr(partitions, "_STEP", 2**30)
    result = desk.run()
    assert same(result, expected), result
    assert desk.rows() == rows
    assert desk.left_by(result.run) == left
    assert desk.writers(result.run) > 1


def test_one_does_it_where_there_can_be_no_others(
    desk: Desk, alone: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected, rows, _ = alone

    def refuse() -> None:
        raise OSError("AF_UNIX path too long")

    monkeypatch.setattr(forkserver, "ensure_running", refuse)
    result = desk.run()
    assert same(result, expected), result
    assert desk.rows() == rows
    # Several leave gaps in the chunks' numbers.
    assert desk.sql("SELECT max(seq) + 1 - count(*) FROM desktop_migrator.chunks") == [(0,)]


def test_all_of_several_processes_find_what_a_trigger_changed(desk: Desk) -> None:
    desk.run(max_concurrent=1)
    desk.sql("DELETE FROM tasks; DROP SCHEMA desktop_migrator CASCADE")
    desk.sql(
        "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN IF NEW.title LIKE '%3' THEN NEW.title = 'Spoilt'; END IF; RETURN NEW; END$$"
    )
    desk.sql("CREATE TRIGGER spoil BEFORE INSERT ON tasks FOR EACH ROW EXECUTE FUNCTION spoil()")
    result = desk.run()
    assert isinstance(result.error, VerificationFailed)
    [[spoilt]] = desk.sql("SELECT count(*) FROM tasks WHERE title = 'Spoilt'")
    assert f"{spoilt} differ, of {RECORDS * EACH - REJECTED}" in str(result.error)


def test_an_item_of_two_browsers_is_deduplicated_as_one_process_does(desk: Desk) -> None:
    newer = {"updatedAt": "2026-03-01T10:00:00.000Z"}
    other = make_store(
        desk.folder / "other",
        {
            "tasks-000": [task(3), task(30, title="Newer", **newer)],
            "tasks-900": [task(7000), task(500, title="Also newer", **newer)],
        },
    )
    sources = (*desk.job.sources, other)
    expected = desk.run(max_concurrent=1, sources=sources)
    rows, left = desk.rows(), desk.left_by(expected.run)
    desk.forget()
    result = desk.run(sources=sources)
    assert same(result, expected), (result, expected)
    assert desk.rows() == rows
    assert desk.left_by(result.run) == left
    assert result.counts.superseded == 2
    assert desk.sql("SELECT count(*) FROM tasks WHERE title LIKE '%ewer'") == [(2,)]


def test_a_process_that_is_killed_costs_no_row(desk: Desk, alone: Any) -> None:
    expected, rows, left = alone

    def kill_one() -> None:
        next(children()).send_signal(signal.SIGKILL)

    reporter = AtHalf(kill_one)
    result = desk.run(reporter)
    assert reporter.done
    assert any("Going on" in str(warning) for warning in reporter.warnings)
    assert same(result, expected), result
    assert desk.rows() == rows
    assert desk.left_by(result.run) == left


def test_connections_that_are_cut_cost_no_row(desk: Desk, alone: Any) -> None:
    expected, rows, left = alone
    cut = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        " AND datname = current_database() AND backend_type = 'client backend'"
    )
    broken_off = desk.run(AtHalf(lambda: desk.sql(cut)), retries=NO_RETRY)
    assert broken_off.outcome is Outcome.FAILED
    result = desk.run(resume=True)
    assert result.run == broken_off.run
    assert same(result, expected), result
    assert desk.rows() == rows
    assert desk.left_by(result.run) == left
    desk.forget()
    result = desk.run(AtHalf(lambda: desk.sql(cut)))
    assert same(result, expected), result
    assert desk.left_by(result.run) == left


def test_a_crash_of_the_server_takes_nothing_that_several_processes_loaded(
    alone: Any, server_folder: Path, tmp_path: Path
) -> None:
    expected, _, _ = alone
    never = {"wal_writer_delay": "10s", "fsync": "off"}  # what no commit waits for stays in memory
    server = BuiltinPostgres(server_folder / "forgetful-many", settings=never)
    with server.running() as url:
        folder = tmp_path / "crash"
        folder.mkdir()
        desk = Desk(url, folder)
        result = desk.run(AtVerification(CrashingServer(server).crash))
        assert same(result, expected), result
        titles = {title for (title,) in desk.sql("SELECT title FROM tasks")}
        assert titles == {f"Task {number}" for number in range(RECORDS * EACH) if number % 100 != 7}


def _work(job: Job, workspace: Workspace) -> None:
    load_parallel.MIN_CHARACTERS_FOR_PARALLEL = 0
    migrate(job, workspace, NullReporter())


def test_a_run_whose_processes_all_end_goes_on(desk: Desk, alone: Any) -> None:
    expected, rows, left = alone
    process = multiprocessing.get_context("spawn").Process(
        target=_work, args=(replace(desk.job, batch_size=2), desk.workspace)
    )
    process.start()

    def a_quarter_is_loaded() -> bool:
        assert process.is_alive()
        with suppress(psycopg.errors.UndefinedTable):
            [(seen,)] = desk.sql("SELECT count(*) FROM tasks")
            return bool(seen >= RECORDS * EACH / 4)
        return False

    wait_until(a_quarter_is_loaded, "the run does not get on", 0.01)
    mine = psutil.Process(process.pid)
    orphans = mine.children(recursive=True)
    mine.kill()
    process.join()
    result = desk.run(resume=True)
    assert same(result, expected), result
    assert desk.rows() == rows
    assert desk.left_by(result.run) == left
    _, alive = psutil.wait_procs(orphans, timeout=PATIENCE)
    assert not alive


def test_a_cancelled_run_stops_and_goes_on(desk: Desk, alone: Any) -> None:
    expected, rows, left = alone
    reporter = AtHalf()
    stopped = desk.run(reporter, batch_size=2)
    assert stopped.outcome is Outcome.CANCELLED
    assert stopped.counts.inserted < expected.counts.inserted
    assert desk.sql("SELECT count(*) FROM tasks") == [(stopped.counts.inserted,)]
    result = desk.run(resume=True)
    assert same(result, expected), result
    assert desk.rows() == rows
    assert desk.left_by(result.run) == left


def test_a_row_that_the_server_refuses_has_all_rolled_back(desk: Desk) -> None:
    desk.job = replace(
        desk.job,
        sources=(
            make_store(
                desk.folder / "fine",
                {
                    f"tasks-{first:03}": [task(200 + 10 * first + number) for number in range(7)]
                    for first in range(30)
                },
            ),
        ),
    )
    desk.run(dry_run=True)
    desk.sql(
        "CREATE TABLE tasks (id uuid PRIMARY KEY, title varchar(60) NOT NULL CHECK"
        " (title <> 'Task 490'), updated_at timestamptz, user_id text, metadata jsonb)"
    )
    result = desk.run(continue_on_error=False, create_tables=False)
    assert result.outcome is Outcome.ROLLED_BACK, result
    assert desk.rows() == []
