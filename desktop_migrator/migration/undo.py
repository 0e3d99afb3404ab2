"""Undo: a run, or every run after a moment, is taken back; and an undo is a run like any other.

Runs are undone newest first. A run between whose rows others have worked is undone as far as its
rows are still its own; docs/undo.md tells what becomes of the others.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import Connection, Engine

from desktop_migrator.errors import AlreadyUndone, Cancelled, MigratorError, RunNotFound, UsageError
from desktop_migrator.messages import Message, join
from desktop_migrator.migration.database.open_database import open_database
from desktop_migrator.migration.workspace import run_logs
from desktop_migrator.migration.workspace.audit_trail import AuditEvent, AuditTrail, PendingEntry
from desktop_migrator.migration.workspace.catalog import UNDOING, UNDONE, Catalog
from desktop_migrator.migration.workspace.workspace import Workspace, noting_only
from desktop_migrator.model import Outcome, UndoCounts, UndoResult
from desktop_migrator.postgres.bookkeeping.audit import database_id
from desktop_migrator.postgres.bookkeeping.chunks import Action, has_undoable, undoable_counts
from desktop_migrator.postgres.bookkeeping.runs import (
    Run,
    find_run,
    finish_run,
    list_runs,
    start_run,
    undone_by,
)
from desktop_migrator.postgres.bookkeeping.schema_upgrade import upgrade
from desktop_migrator.postgres.connection.engine import apply_session_settings, translate_errors
from desktop_migrator.postgres.run_lock.run_lock import RunLock, hold_run_lock
from desktop_migrator.postgres.schema.user_lookup import canonical_uuid
from desktop_migrator.postgres.types import adapters
from desktop_migrator.postgres.undo.undo_run import Undoer
from desktop_migrator.reporter import Question, Reporter, Topic

FenceCheck = Callable[[psycopg.Cursor[Any]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoJob:
    """What to undo: one run, or all of a person's after a moment."""

    database: str
    """A URL, or `builtin`."""
    run: str | None = None
    before: datetime | None = None
    """The moment, with its time zone."""
    user_id: str | None = None
    """Needed with `before`; with `run` it must be that run's."""
    database_id: str | None = None
    """Where it is known, that of the only database meant; see postgres.audit."""
    force: bool = False
    """Take rows back too that were changed since."""

    def __post_init__(self) -> None:
        if (self.run is None) == (self.before is None):
            raise UsageError(reason=Message("Say what to undo: either --run or --before."))
        if self.before and not self.user_id:
            raise UsageError(
                reason=Message("Nobody said whose runs these are: --user-id is missing.")
            )
        if self.run is not None:
            try:
                UUID(self.run)
            except ValueError:
                raise RunNotFound(reason=Message("A run's id is a UUID.")) from None


def rollback(job: UndoJob, workspace: Workspace, reporter: Reporter) -> UndoResult:
    """Undoes, once the person has agreed where one can be asked.

    Raises RunNotFound, AlreadyUndone, RunLocked, Cancelled before anything was done; what stops it
    later stands in the result.
    """
    with run_logs.logging_failure(workspace.logs, reporter):
        result = _rollback(job, workspace, reporter)
        with noting_only(reporter):
            run_logs.write_undo(workspace.logs, result)
        return result


def _rollback(job: UndoJob, workspace: Workspace, reporter: Reporter) -> UndoResult:
    catalog = Catalog(workspace.catalog)
    trail = AuditTrail(workspace.catalog)
    with open_database(job.database, workspace, reporter) as engine, engine.connect() as connection:
        with translate_errors(), connection.begin():
            upgrade(connection)
            if job.database_id and database_id(connection) != job.database_id:
                raise RunNotFound(reason=Message("The backup was made for another database."))
            chosen = _runs_to_undo(connection, job)
        _confirm(chosen, reporter)
        with ExitStack() as held:
            locks = _take_locks(held, engine, chosen)
            with translate_errors(), connection.begin():
                chosen = _runs_to_undo(connection, job)
                apply_session_settings(connection, _session_of(chosen))
            fences: list[FenceCheck] = []

            def write_leases(run: str) -> None:
                for lock in locks:
                    lock.write_lease(connection, run)
                    fences.append(lock.fence(run).check)

            def check(cursor: psycopg.Cursor[Any]) -> None:
                for fence in fences:
                    fence(cursor)

            catalog.set_outcomes(dict.fromkeys((run.id for run in chosen), UNDOING))
            result = undo_runs(
                connection,
                chosen,
                trail,
                reporter,
                on_registered=write_leases,
                check_fence=check,
                force=job.force,
            )
        if result.outcome is Outcome.COMPLETED:
            with translate_errors(), connection.begin():
                _mark_undone(catalog, list_runs(connection, chosen[0].user_id))
    return replace(result, cleared=tuple(catalog.clearings(result.undone_runs)))


@dataclass(frozen=True, slots=True)
class RunToUndo:
    """What undoing a run would come to, if nobody has changed rows since."""

    run: str
    started: datetime
    removed: int
    """Rows that the run added."""
    restored: int
    """Rows that it changed or deleted."""


def preview_rollback(job: UndoJob, workspace: Workspace, reporter: Reporter) -> list[RunToUndo]:
    """The runs that `rollback` would undo, the newest first. Changes nothing; raises as that."""
    with (
        open_database(job.database, workspace, reporter) as engine,
        engine.connect() as connection,
        translate_errors(),
        connection.begin() as trial,
    ):
        upgrade(connection)
        found = []
        for run in _runs_to_undo(connection, job):
            left = undoable_counts(adapters.cursor(connection), run.id)
            removed = left.pop(Action.INSERTED, 0)
            found.append(RunToUndo(run.id, run.started, removed, left.total()))
        trial.rollback()
    return found


def undo_runs(
    connection: Connection,
    runs: Sequence[Run],
    trail: AuditTrail,
    reporter: Reporter,
    *,
    on_registered: Callable[[str], None] = lambda _: None,
    check_fence: FenceCheck,
    force: bool = False,
) -> UndoResult:
    """Undo these runs of one person, the newest first, going on where that was begun before.

    `on_registered` is told the undo's id in the transaction that begins it; `check_fence` opens all
    others.
    """
    began = time.perf_counter()
    newest = runs[0]
    undone = tuple(run.id for run in runs)
    transactions = _AuditedTransactions(trail, connection, newest)
    with transactions.transaction_step():
        undo = _unfinished_undo(connection, newest.user_id, undone)
        if undo is None:
            undo = start_run(
                connection,
                user_id=newest.user_id,
                plan=newest.plan,
                plan_digest=newest.plan_digest,
                policy=newest.policy,
                undoes=undone,
                session=_session_of(runs),
            )
        on_registered(undo)
        transactions.record_audit_event(undo, "begun")
    undoer = Undoer(connection, run=undo, reporter=reporter, force=force, check_fence=check_fence)
    error: MigratorError | None = None
    try:
        undoer.undo(undone)
    except MigratorError as stopped:
        error = stopped
    outcome = Outcome.COMPLETED
    if error:
        outcome = Outcome.CANCELLED if isinstance(error, Cancelled) else Outcome.FAILED
    counts = UndoCounts()
    for part in undoer.counts.values():
        counts += part
    try:
        with transactions.transaction_step():
            finish_run(connection, undo, outcome, undoer.counts)
            transactions.record_audit_event(undo, outcome, asdict(counts))
    except MigratorError as failed:
        error, outcome = error or failed, Outcome.FAILED
    return UndoResult(
        run=undo,
        undone_runs=undone,
        outcome=outcome,
        counts=counts,
        by_entity=undoer.counts,
        skipped_rows=tuple(undoer.kept),
        seconds=time.perf_counter() - began,
        error=error,
    )


def _runs_to_undo(connection: Connection, job: UndoJob) -> list[Run]:
    """The runs to undo, the newest first."""
    cursor = adapters.cursor(connection)
    if job.run is not None:
        run = find_run(connection, job.run)
        if run is None or (job.user_id and run.user_id not in _spellings(job.user_id)):
            raise RunNotFound(
                reason=Message("This database has no run with this id of this person.")
            )
        by = undone_by(list_runs(connection, run.user_id)).get(run.id)
        if by and not has_undoable(cursor, run.id):
            raise AlreadyUndone(run=run.id, by=by)
        return [run]
    runs = [run for name in _spellings(job.user_id or "") for run in list_runs(connection, name)]
    after = {run.id: run for run in runs if job.before and run.started > job.before}
    # What was undone within that time is so already, and the undoing with it.
    rest = [
        run
        for run in after.values()
        if not (run.undoes and after.keys() >= set(run.undoes)) and has_undoable(cursor, run.id)
    ]
    if not rest:
        raise RunNotFound(
            reason=Message("No run of this person after that time left anything to undo.")
        )
    return rest


def _spellings(user_id: str) -> Sequence[str]:
    """A person's id as given and, where it is a UUID, as columns of that type spell it."""
    return tuple(dict.fromkeys((user_id, canonical_uuid(user_id) or user_id)))


def _session_of(runs: Sequence[Run]) -> dict[str, str]:
    """What the database was told of the person in the runs; the newest knows best."""
    return {name: value for run in reversed(runs) for name, value in run.session.items()}


def _describe_run(run: Run) -> Message:
    started = f"{run.started:%Y-%m-%d %H:%M}"
    if run.undoes:
        return Message("undo {run} of {started} UTC", run=run.id, started=started)
    return Message("run {run} of {started} UTC", run=run.id, started=started)


def _confirm(runs: Sequence[Run], reporter: Reporter) -> None:
    """Raises Cancelled if the person is asked and does not agree."""
    listed = join(map(_describe_run, runs), "; ")
    question = Question(
        Message("Take back {listed}?", listed=listed), ("yes", "no"), topic=Topic.CONFIRM
    )
    if reporter.ask(question) == "no":
        raise Cancelled


def _take_locks(held: ExitStack, engine: Engine, runs: Sequence[Run]) -> list[RunLock]:
    plans = sorted({run.plan for run in runs})
    return [held.enter_context(hold_run_lock(engine, runs[0].user_id, plan)) for plan in plans]


def _unfinished_undo(connection: Connection, user_id: str, undone: Sequence[str]) -> str | None:
    """An undo of these runs that did not come to its end."""
    runs = list_runs(connection, user_id)
    taken_back = {each for run in runs for each in run.undoes or ()}
    for run in runs:
        if run.outcome is not Outcome.COMPLETED and set(undone) <= set(run.undoes or ()):
            return None if run.id in taken_back else run.id
    return None


def _mark_undone(catalog: Catalog, runs: Sequence[Run]) -> None:
    """Have this computer's list of runs say which are undone now."""
    undone = undone_by(runs)
    catalog.set_outcomes(
        {
            run.id: UNDONE if run.id in undone else run.outcome
            for run in runs
            if run.outcome is not None
        }
    )


class _AuditedTransactions:
    """Transactions that leave an entry in the audit trail."""

    def __init__(self, trail: AuditTrail, connection: Connection, run: Run) -> None:
        self._trail = trail
        self._connection = connection
        self._run = run
        self._pending_audit_entries: list[PendingEntry] = []

    @contextmanager
    def transaction_step(self) -> Iterator[None]:
        with translate_errors(), self._connection.begin():
            yield
        while self._pending_audit_entries:
            self._trail.append_local(self._pending_audit_entries.pop())

    def record_audit_event(
        self, undo: str, outcome: str, counts: dict[str, int] | None = None
    ) -> None:
        """As the last thing in a step."""
        deed = AuditEvent(
            action="undo",
            user_id=self._run.user_id,
            run=undo,
            plan_digest=self._run.plan_digest.hex(),
            outcome=outcome,
            counts=counts,
        )
        self._pending_audit_entries.append(self._trail.record_in_database(self._connection, deed))
