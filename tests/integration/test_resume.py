"""Runs that stop halfway and go on; the oracles are plain SQL and the counts of an even run."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from desktop_migrator.errors import CommitsLost, LockLost, UsageError
from desktop_migrator.migration.database.person import Person
from desktop_migrator.migration.plans.infer_plan import PlanRequest, infer_plan
from desktop_migrator.migration.run.filters import Period
from desktop_migrator.migration.run.job import Job
from desktop_migrator.migration.run.migrate import migrate
from desktop_migrator.migration.undo import UndoJob, rollback
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import ConflictPolicy, Outcome, RunResult
from desktop_migrator.plan.envelope import FieldKey
from desktop_migrator.plan.schema import load_plan
from desktop_migrator.postgres.builtin_server.server import BuiltinPostgres
from desktop_migrator.postgres.connection.engine import open_engine
from desktop_migrator.postgres.connection.retry import NO_RETRY, RetryPolicy
from desktop_migrator.postgres.run_lock.run_lock import Fence, RunLock, hold_run_lock
from desktop_migrator.postgres.types import adapters
from desktop_migrator.reporter import Stage
from desktop_migrator.system.resources import resource
from desktop_migrator.vault.keys import Passphrase
from desktop_migrator.vault.sealed_file import open_sealed_file
from tests.integration.command_line import CommandLine
from tests.integration.conftest import fetch
from tests.integration.faults.servers import CrashingServer
from tests.integration.webkit_store import store_of
from tests.recording_reporter import RecordingReporter

ITEMS = 60
TASKS = [
    {"id": str(number), "title": f"Task {number}", "updatedAt": "2026-02-01T10:00:00.000Z"}
    for number in range(ITEMS)
]
TITLES = {f"Task {number}" for number in range(ITEMS)}


class AtHalf(RecordingReporter):
    """Does something once, when half of the items are loaded; cancels, if it is not said what."""

    stage, items = "load", ITEMS / 2

    def __init__(self, do: Callable[[], Any] | None = None) -> None:
        super().__init__()
        self._do = do or self.cancel.set
        self._done = False

    def advanced(self, stage: Stage, current: int, total: int | None) -> None:
        super().advanced(stage, current, total)
        if not self._done and stage == self.stage and current >= self.items:
            self._done = True
            self._do()


class AtEnd(AtHalf):
    """When all are loaded."""

    items = ITEMS


class AtVerification(AtHalf):
    """When half of the rows are verified."""

    stage = "verify"


class Bench:
    def __init__(self, database: str, folder: Path) -> None:
        self.database = database
        self.folder = folder
        self.workspace = Workspace.open(folder / "data")
        self.job = Job(
            plan=load_plan(None),
            database=database,
            person=Person("u1"),
            sources=(store_of(folder, {"tasks": TASKS}),),
            batch_size=5,
            create_tables=True,
            retries=NO_RETRY,
        )
        self.warnings: list[str] = []

    def run(self, reporter: RecordingReporter | None = None, **changes: Any) -> RunResult:
        reporter = reporter or RecordingReporter()
        result = migrate(replace(self.job, **changes), self.workspace, reporter)
        self.warnings = [str(each) for each in reporter.warnings]
        return result

    def sql(self, query: str) -> list[Any]:
        with psycopg.connect(self.database, autocommit=True) as connection:
            cursor = connection.execute(query.encode())
            return cursor.fetchall() if cursor.description else []

    def end_sessions(self) -> None:
        self.sql(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )

    def stop_halfway(self, **changes: Any) -> RunResult:
        result = self.run(AtHalf(self.end_sessions), **changes)
        assert result.outcome is Outcome.FAILED
        return result

    def titles(self) -> set[str]:
        return {title for (title,) in self.sql("SELECT title FROM tasks")}

    def rewrite_store(self, tasks: list[dict[str, Any]]) -> None:
        for path in self.job.sources:
            path.unlink()
        store_of(self.folder, {"tasks": tasks})


@pytest.fixture
def bench(database: str, tmp_path: Path) -> Bench:
    return Bench(database, tmp_path)


def test_a_run_whose_connections_are_cut_goes_on_by_itself_and_tells(bench: Bench) -> None:
    result = bench.run(AtHalf(bench.end_sessions), retries=RetryPolicy(attempts=2, pause=0.01))
    assert (result.outcome, result.verified) == (Outcome.COMPLETED, True)
    assert result.counts.inserted == ITEMS
    assert bench.titles() == TITLES
    assert any("Trying again" in text for text in bench.warnings)


def test_a_run_that_has_no_attempt_left_stops_at_its_checkpoint_and_says_how_to_go_on(
    bench: Bench,
) -> None:
    result = bench.stop_halfway()
    assert result.error
    assert result.error.code == "DM-505"
    assert "--resume" in result.error.hint
    assert 0 < result.counts.inserted < ITEMS
    assert len(bench.titles()) == result.counts.inserted


def test_a_resumed_run_is_the_same_run_and_sends_nothing_twice(bench: Bench) -> None:
    first = bench.stop_halfway()
    versions = "SELECT id, xmin::text FROM tasks"
    before = set(bench.sql(versions))
    second = bench.run(resume=True)
    assert second.run == first.run
    assert second.outcome is Outcome.COMPLETED
    assert (second.counts.items, second.counts.inserted) == (ITEMS, ITEMS)
    assert before < set(bench.sql(versions))
    runs = bench.sql("SELECT outcome, finished IS NOT NULL FROM desktop_migrator.runs")
    assert runs == [("completed", True)]
    [(ids,)] = bench.sql("SELECT sum(cardinality(ids)) FROM desktop_migrator.chunks")
    assert ids == ITEMS
    deeds = bench.sql("SELECT outcome FROM desktop_migrator.audit ORDER BY seq")
    assert [outcome for (outcome,) in deeds] == ["begun", "failed", "resumed", "completed"]


def test_a_run_that_was_cancelled_can_be_resumed_in_chunks_of_another_size(bench: Bench) -> None:
    first = bench.run(AtHalf())
    assert first.outcome is Outcome.CANCELLED
    second = bench.run(resume=True, batch_size=7)
    assert (second.run, second.outcome) == (first.run, Outcome.COMPLETED)
    assert second.counts.inserted == ITEMS
    assert bench.titles() == TITLES


@pytest.mark.parametrize("policy", [ConflictPolicy.SKIP, ConflictPolicy.OVERWRITE])
def test_what_somebody_edits_before_a_run_is_resumed_stays(
    bench: Bench, policy: ConflictPolicy
) -> None:
    bench.stop_halfway(policy=policy)
    bench.sql("UPDATE tasks SET title = 'Mine' WHERE title = 'Task 0'")
    result = bench.run(resume=True, policy=policy)
    assert (result.outcome, result.verified) == (Outcome.COMPLETED, True)
    assert bench.titles() == TITLES - {"Task 0"} | {"Mine"}
    assert any(text.startswith("1 row ") for text in bench.warnings)


def test_a_row_that_vanishes_before_a_run_is_resumed_is_never_called_verified(
    bench: Bench,
) -> None:
    bench.stop_halfway()
    bench.sql("DELETE FROM tasks WHERE title = 'Task 0'")
    result = bench.run(resume=True)
    assert (result.outcome, result.verified) == (Outcome.FAILED, False)
    assert result.error
    assert result.error.code == "DM-501"


@pytest.mark.parametrize(
    ("policy", "left"), [(ConflictPolicy.SKIP, "Task 0"), (ConflictPolicy.OVERWRITE, "Changed")]
)
def test_what_the_browser_changes_before_a_run_is_resumed_is_an_item_like_any(
    bench: Bench, policy: ConflictPolicy, left: str
) -> None:
    bench.stop_halfway(policy=policy)
    changed = {**TASKS[0], "title": "Changed"}
    added = {"id": "new", "title": "New"}
    bench.rewrite_store([changed, *TASKS[1:], added])
    result = bench.run(resume=True, policy=policy)
    assert (result.outcome, result.verified) == (Outcome.COMPLETED, True)
    assert result.counts.conflicts == 1
    assert bench.titles() == TITLES - {"Task 0"} | {left, "New"}


def test_rejected_items_are_quarantined_once_however_often_a_run_is_resumed(bench: Bench) -> None:
    bad = [{"id": f"bad{number}", "title": "x" * 256} for number in range(3)]
    bench.rewrite_store([*bad, *TASKS])
    settings: dict[str, Any] = {"continue_on_error": True, "preserve_partial": True}
    bench.stop_halfway(**settings)
    result = bench.run(resume=True, **settings)
    assert (result.counts.rejected, result.counts.items) == (3, 3 + ITEMS)
    kept = bench.sql("SELECT number, position FROM desktop_migrator.quarantine ORDER BY number")
    assert kept == [(0, "0"), (1, "1"), (2, "2")]


def test_with_nothing_to_go_on_with_resume_begins_a_new_run_and_says_so(bench: Bench) -> None:
    first = bench.run(resume=True)
    assert first.outcome is Outcome.COMPLETED
    assert any("no run to go on with" in text for text in bench.warnings)
    second = bench.run(resume=True)
    assert second.run != first.run
    assert second.counts.unchanged == ITEMS


def test_a_run_that_was_undone_is_not_resumed(bench: Bench) -> None:
    first = bench.stop_halfway()
    rollback(UndoJob(database=bench.database, run=first.run), bench.workspace, RecordingReporter())
    assert bench.titles() == set()
    second = bench.run(resume=True)
    assert second.run != first.run
    assert second.counts.inserted == ITEMS


def test_a_run_is_not_resumed_as_another_one(bench: Bench, tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    text = resource("plans", "default.toml").read_text("utf-8")
    plan.write_text(text.replace('conflict = "prompt"', 'conflict = "fields"'), "utf-8")
    bench.stop_halfway()
    with pytest.raises(UsageError, match="--conflict skip"):
        bench.run(resume=True, policy=ConflictPolicy.OVERWRITE)
    with pytest.raises(UsageError, match="plan has changed"):
        bench.run(resume=True, plan=load_plan(plan))
    with pytest.raises(UsageError, match="dry run"):
        bench.run(resume=True, dry_run=True)


def test_a_run_goes_on_with_the_key_that_it_began_with(bench: Bench) -> None:
    """A row whose token nobody can read any more would be worse than none."""
    environment = {"id": "e1", "name": "Office", "config": {"githubToken": "ghp_marker"}}
    for path in bench.job.sources:
        path.unlink()
    store_of(bench.folder, {"tasks": TASKS, "environments": [environment]})
    key = FieldKey.generate()
    bench.stop_halfway(field_key=key)
    with pytest.raises(UsageError, match=key.id):
        bench.run(resume=True, field_key=FieldKey.generate())
    result = bench.run(resume=True, field_key=key)
    assert (result.outcome, result.counts.items) == (Outcome.COMPLETED, ITEMS + 1)
    [(kept,)] = bench.sql("SELECT field_key FROM desktop_migrator.runs")
    assert kept == key.id


def test_who_was_cut_off_writes_no_more_once_another_process_has_resumed_the_run(
    bench: Bench,
) -> None:
    run = bench.stop_halfway().run or ""
    engine = open_engine(bench.database)

    def entered(lock: RunLock) -> Fence:
        with engine.begin() as connection:
            lock.write_lease(connection, run)
        return lock.fence(run)

    with hold_run_lock(engine, "u1", bench.job.plan.name) as former:
        old = entered(former)
        bench.end_sessions()
        with (
            hold_run_lock(engine, "u1", bench.job.plan.name) as latter,
            engine.begin() as connection,
        ):
            entered(latter).check(adapters.cursor(connection))
            with pytest.raises(LockLost):
                old.check(adapters.cursor(connection))


@pytest.mark.parametrize("moment", [AtHalf, AtEnd, AtVerification])
def test_chunks_that_a_crash_of_the_server_has_undone_are_done_again(
    moment: type[AtHalf], server_folder: Path, tmp_path: Path
) -> None:
    never = {"wal_writer_delay": "10s", "fsync": "off"}  # what no commit waits for stays in memory
    server = BuiltinPostgres(server_folder / f"forgetful-{moment.__name__}", settings=never)
    server.start()
    bench = Bench(server.url, tmp_path)
    crashing = CrashingServer(server)
    result = bench.run(moment(crashing.crash), retries=RetryPolicy(attempts=3, pause=0.01))
    server_lost = any("lost the last steps" in text for text in bench.warnings)
    assert server_lost == (moment is not AtVerification)  # by then nothing can be lost any more
    assert (result.outcome, result.verified) == (Outcome.COMPLETED, True)
    assert result.counts.inserted == ITEMS
    assert bench.titles() == TITLES
    server.stop()


@pytest.mark.parametrize("lost", [False, True])
def test_a_resumed_run_keeps_its_backup_and_makes_one_where_that_is_gone(
    bench: Bench, lost: bool
) -> None:
    key = Passphrase("correct horse battery")
    first = bench.stop_halfway(passphrase=key)
    [file] = bench.workspace.backups.glob("*.dmbackup")
    assert file.stem == first.backup
    if lost:
        file.unlink()
    result = bench.run(resume=True, passphrase=key)
    assert result.outcome is Outcome.COMPLETED
    [now] = bench.workspace.backups.glob("*.dmbackup")
    assert now.stem == result.backup
    assert (now == file) is not lost
    with open_sealed_file(now, "backup", [key]) as reader:
        assert [record.key for record in reader.records()] == ["tasks"]


def test_what_a_server_that_takes_over_never_heard_of_is_missed_and_done_again(
    bench: Bench,
) -> None:
    def fail_over() -> None:
        bench.sql(
            "WITH gone AS (DELETE FROM desktop_migrator.chunks WHERE seq > 5 RETURNING ids)"
            " DELETE FROM tasks USING gone WHERE tasks.id::text = ANY(gone.ids)"
        )
        bench.end_sessions()

    result = bench.run(AtVerification(fail_over), retries=RetryPolicy(attempts=3, pause=0.01))
    assert (result.outcome, result.verified) == (Outcome.FAILED, False)
    assert isinstance(result.error, CommitsLost)
    assert len(bench.titles()) < ITEMS
    result = bench.run(resume=True)
    assert (result.outcome, result.verified) == (Outcome.COMPLETED, True)
    assert bench.titles() == TITLES


def test_items_of_another_time_are_skipped_and_those_without_a_time_are_not(
    bench: Bench,
) -> None:
    day = "2026-03-{:02}T12:00:00.000Z".format
    bench.rewrite_store(
        [
            {"id": "a", "title": "before", "createdAt": day(2), "updatedAt": day(2)},
            {"id": "b", "title": "made before, changed then", "createdAt": day(1)}
            | {"updatedAt": day(3)},
            {"id": "c", "title": "made then", "createdAt": day(3)},
            {"id": "d", "title": "after", "updatedAt": day(4)},
            {"id": "e", "title": "at no time"},
        ]
    )
    third = Period(datetime(2026, 3, 3, tzinfo=UTC), datetime(2026, 3, 4, tzinfo=UTC))
    result = bench.run(period=third)
    assert bench.titles() == {"made before, changed then", "made then", "at no time"}
    assert result.skipped_records == {"out-of-range": 2}


def test_the_command_line_takes_days_and_resumes(
    bench: Bench, tmp_path: Path, sql: psycopg.Connection[Any]
) -> None:
    bench.rewrite_store(
        [
            {"id": str(day), "title": f"Day {day}", "updatedAt": f"2026-03-{day:02}T12:00:00Z"}
            for day in range(1, 6)
        ]
    )
    words = ["migrate", "--json", "--source", bench.job.sources[0], "--database", bench.database]
    words += ["--user-id", "u1", "--create-tables", "--batch-delay", "1", "--resume"]
    words += ["--retry-attempts", "2", "--retry-backoff", "10"]
    ended = CommandLine(tmp_path / "cli")(*words, "--from", "2026-03-02", "--to", "2026-03-04")
    assert ended.exit_code == 0, ended.err
    assert "no run to go on with" in json.dumps(ended.events)
    titles = fetch(sql, "SELECT title FROM tasks ORDER BY 1")
    assert [title for (title,) in titles] == ["Day 2", "Day 3", "Day 4"]
    wrong = CommandLine(tmp_path / "cli")(*words, "--from", "yesterday")
    assert wrong.exit_code == 2
    assert "--from" in wrong.err


def test_a_run_by_a_drafted_plan_is_resumed_checked_and_undone_without_naming_it(
    bench: Bench, desktop_migrator: CommandLine
) -> None:
    drafted = infer_plan(PlanRequest(bench.job.sources), bench.workspace, RecordingReporter())
    bench.stop_halfway(plan=drafted.plan, backup=False, continue_on_error=True)
    [kept] = bench.workspace.run_plans.iterdir()
    here = ("--data-dir", bench.workspace.root)
    there = ("--database", bench.database, "--user-id", "u1")
    resumed = desktop_migrator(
        *(*here, "migrate", "--json", "--resume", "--continue-on-error", "--no-backup", *there),
        *("--source", bench.job.sources[0]),
    )
    assert resumed.last["run"] == kept.stem, resumed.err
    assert resumed.last["counts"]["items"] == ITEMS
    assert bench.titles() == TITLES
    checked = desktop_migrator(*here, "validate", "--json", *there)
    assert (checked.exit_code, checked.last["run"]) == (0, kept.stem)
    undone = desktop_migrator(
        *(*here, "--yes", "rollback", "--run", kept.stem, "--database", bench.database)
    )
    assert undone.exit_code == 0, undone.err
    assert bench.titles() == set()


def test_a_run_whose_plan_is_not_there_says_so(bench: Bench, desktop_migrator: CommandLine) -> None:
    drafted = infer_plan(PlanRequest(bench.job.sources), bench.workspace, RecordingReporter())
    result = bench.run(plan=drafted.plan, backup=False)
    elsewhere = ("--data-dir", bench.folder / "elsewhere")
    checked = desktop_migrator(
        *(*elsewhere, "validate", "--database", bench.database, "--user-id", "u1")
    )
    assert checked.exit_code == 2
    assert f"Run {result.run} was made by the plan {drafted.plan.name}" in checked.err
