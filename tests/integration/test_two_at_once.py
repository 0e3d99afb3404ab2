"""Two people in one database: what takes long for one of them costs the other no waiting.

One stands still in the middle of a long run while the other works. Whoever had to wait for
somebody who stands still would wait for ever; so the oracles are the server's own: `lock_timeout`,
here short for everybody, and `pg_blocking_pids`.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy

from desktop_migrator.migration.database.person import Person
from desktop_migrator.migration.database.unlock import unlock
from desktop_migrator.migration.maintenance.previous_run import MaintenanceRequest
from desktop_migrator.migration.maintenance.validate import validate
from desktop_migrator.migration.run import load
from desktop_migrator.migration.run.job import Job
from desktop_migrator.migration.run.migrate import migrate
from desktop_migrator.migration.undo import UndoJob, rollback
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import ConflictPolicy, Outcome, RunResult
from desktop_migrator.plan.schema import load_plan
from desktop_migrator.postgres.connection import engine
from desktop_migrator.postgres.connection.retry import NO_RETRY
from desktop_migrator.postgres.schema import indexes
from desktop_migrator.reporter import NullReporter, Reporter, Stage
from tests.integration.conftest import fetch, on_every_server
from tests.integration.postgres.factories import upgrade_to
from tests.integration.webkit_store import store_of
from tests.recording_reporter import RecordingReporter

ITEMS = 20
SHORT = "SET lock_timeout = '2s'"
WAITING = """
    SELECT query, pg_blocking_pids(pid)::text FROM pg_stat_activity
    WHERE datname = current_database() AND pg_blocking_pids(pid) <> '{}'
"""


@pytest.fixture
def _impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    patient = "SET lock_timeout = '30s'"
    assert patient in engine._SESSION
    monkeypatch.setattr(engine, "_SESSION", engine._SESSION.replace(patient, SHORT))


class StandsStill(RecordingReporter):
    """Once, at a stage's beginning or middle, does what others do meanwhile."""

    def __init__(self, stage: Stage, do: Callable[[], object], *, at: int = ITEMS // 2) -> None:
        super().__init__()
        self._stage, self._do, self._at = stage, do, at
        self.stood = False

    def started(self, stage: Stage, total: int | None) -> None:
        super().started(stage, total)
        self._stand(stage, 0)

    def advanced(self, stage: Stage, current: int, total: int | None) -> None:
        super().advanced(stage, current, total)
        self._stand(stage, current)

    def _stand(self, stage: Stage, current: int) -> None:
        if stage == self._stage and current >= self._at and not self.stood:
            self.stood = True
            self._do()


class Desk:
    """One person at one computer."""

    def __init__(self, database: str, folder: Path, user: str) -> None:
        self.workspace = Workspace.open(folder / user / "data")
        tasks = [
            {"id": f"{user}-{number}", "title": f"Task {number} of {user}"}
            for number in range(ITEMS)
        ]
        self.job = Job(
            plan=load_plan(None),
            database=database,
            person=Person(user),
            sources=(store_of(folder / user, {"tasks": tasks}),),
            batch_size=5,
            create_tables=True,
            retries=NO_RETRY,
        )

    def migrate(self, reporter: Reporter | None = None, **changes: Any) -> RunResult:
        return migrate(replace(self.job, **changes), self.workspace, reporter or NullReporter())

    def do_everything(self) -> str:
        """Migrates, validates, undoes and unlocks; returns the run."""
        done = self.migrate()
        assert (done.error, done.outcome, done.verified) == (None, Outcome.COMPLETED, True)
        assert done.run
        request = MaintenanceRequest(
            plan=self.job.plan, database=self.job.database, person=self.job.person
        )
        checked = validate(request, self.workspace, NullReporter())
        assert checked.ok, [check for check in checked.checks if not check.ok]
        undone = rollback(
            UndoJob(database=self.job.database, run=done.run), self.workspace, NullReporter()
        )
        assert (undone.error, undone.counts.deleted) == (None, ITEMS)
        unlock(
            *(self.job.database, self.job.plan, self.job.person),
            force=True,
            workspace=self.workspace,
            reporter=NullReporter(),
        )
        return done.run


@pytest.fixture
def anna(database: str, tmp_path: Path) -> Desk:
    return Desk(database, tmp_path, "anna")


@pytest.fixture
def otto(database: str, tmp_path: Path) -> Desk:
    return Desk(database, tmp_path, "otto")


@pytest.fixture
def nobody_waits(sql: psycopg.Connection[Any], _impatience: None) -> Iterator[None]:
    """Fails where somebody waits for somebody else."""
    met: list[Any] = []
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.005):
            met.extend(sql.execute(WAITING).fetchall())

    watching = threading.Thread(target=watch)
    watching.start()
    yield
    over.set()
    watching.join()
    assert met == []


ENTRIES = """
    SELECT user_id, action, outcome FROM desktop_migrator.audit
    WHERE user_id = 'otto' ORDER BY seq
"""
OTTOS_ENTRIES = [
    ("otto", "migrate", "begun"),
    ("otto", "migrate", "completed"),
    ("otto", "undo", "begun"),
    ("otto", "undo", "completed"),
]


def ottos_entries(database: str) -> list[Any]:
    with psycopg.connect(database) as looking:
        return looking.execute(ENTRIES).fetchall()


@on_every_server
@pytest.mark.usefixtures("nobody_waits")
def test_a_dry_run_that_would_make_everything_holds_nobody_up(
    anna: Desk, otto: Desk, database: str
) -> None:
    reporter = StandsStill(Stage.LOAD, otto.do_everything)
    dry = anna.migrate(reporter, dry_run=True)
    assert reporter.stood
    assert (dry.error, dry.outcome, dry.verified) == (None, Outcome.DRY_RUN, True)
    assert dry.counts.inserted == ITEMS
    assert ottos_entries(database) == OTTOS_ENTRIES
    with psycopg.connect(database) as looking:
        assert looking.execute("SELECT count(*) FROM tasks").fetchone() == (0,)


@pytest.mark.usefixtures("nobody_waits")
def test_a_dry_run_into_tables_that_are_there_holds_nobody_up(
    anna: Desk, otto: Desk, database: str
) -> None:
    anna.migrate()
    reporter = StandsStill(Stage.VERIFY, otto.do_everything)
    dry = anna.migrate(reporter, dry_run=True, policy=ConflictPolicy.OVERWRITE)
    assert reporter.stood
    assert (dry.error, dry.counts.unchanged, dry.verified) == (None, ITEMS, True)
    assert ottos_entries(database) == OTTOS_ENTRIES


@pytest.mark.usefixtures("nobody_waits")
@pytest.mark.parametrize("stage", [Stage.CHECK, Stage.BACKUP])
def test_a_run_that_is_about_to_make_everything_holds_nobody_up(
    anna: Desk, otto: Desk, database: str, stage: Stage
) -> None:
    reporter = StandsStill(stage, otto.do_everything, at=0)
    run = anna.migrate(reporter)
    assert reporter.stood
    assert (run.error, run.counts.inserted, run.verified) == (None, ITEMS, True)
    assert ottos_entries(database) == OTTOS_ENTRIES


@pytest.mark.usefixtures("nobody_waits")
@pytest.mark.parametrize("version", ["0001", "0004"])
def test_a_dry_run_with_an_old_bookkeeping_holds_up_nobody_who_upgrades_it(
    anna: Desk, otto: Desk, database: str, connection: sqlalchemy.Connection, version: str
) -> None:
    with connection.begin():
        upgrade_to(connection, version)
    reporter = StandsStill(Stage.LOAD, otto.do_everything)
    dry = anna.migrate(reporter, dry_run=True)
    assert reporter.stood
    assert (dry.error, dry.outcome, dry.verified) == (None, Outcome.DRY_RUN, True)
    assert ottos_entries(database) == OTTOS_ENTRIES


@pytest.mark.usefixtures("_impatience")
def test_indexes_that_a_dry_run_keeps_in_use_cost_nobody_the_run(
    anna: Desk, otto: Desk, sql: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "MIN_ITEMS_TO_DROP_INDEXES", 1)
    anna.migrate()
    sql.execute("DELETE FROM tasks")
    results: list[RunResult] = []
    reporter = StandsStill(Stage.LOAD, lambda: results.append(otto.migrate()))
    assert anna.migrate(reporter, dry_run=True).error is None
    assert [(run.error, run.counts.inserted) for run in results] == [(None, ITEMS)]
    assert fetch(sql, "SELECT name FROM desktop_migrator.dropped_indexes") == []


@pytest.mark.usefixtures("_impatience")
def test_indexes_that_cannot_be_made_again_at_once_are_left_to_the_next_run(
    otto: Desk, sql: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "MIN_ITEMS_TO_DROP_INDEXES", 1)
    monkeypatch.setattr(indexes, "_REBUILD_ATTEMPTS", 1)

    def begin_to_write() -> None:
        sql.execute("BEGIN")
        sql.execute("LOCK TABLE tasks IN ROW EXCLUSIVE MODE")

    reporter = StandsStill(Stage.LOAD, begin_to_write)
    run = otto.migrate(reporter)
    assert (run.error, run.outcome, run.verified) == (None, Outcome.COMPLETED, True)
    assert [text for text in reporter.warnings if "Indexes of tasks" in str(text)]
    assert fetch(sql, "SELECT count(*) FROM desktop_migrator.dropped_indexes") == [(1,)]
    sql.execute("COMMIT")
    assert otto.migrate().error is None
    assert fetch(sql, "SELECT count(*) FROM desktop_migrator.dropped_indexes") == [(0,)]
