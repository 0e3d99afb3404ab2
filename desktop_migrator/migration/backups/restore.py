"""A backup's way back into the database: what its run changed is undone.

By the journal, as `rollback` does it. Where the bookkeeping no longer knows the run, the rows are
put back from the backup itself: those that are gone; those that differ only when forced.
"""

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

from sqlalchemy import Connection, Engine

from desktop_migrator.errors import RunNotFound, UsageError
from desktop_migrator.migration.backups.manage import find_backup, open_backup
from desktop_migrator.migration.database.open_database import open_database
from desktop_migrator.migration.undo import UndoJob, rollback
from desktop_migrator.migration.workspace.audit_trail import AuditTrail, Deed
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import ConflictPolicy, Counts, Outcome, UndoResult
from desktop_migrator.postgres.bookkeeping.audit import database_id
from desktop_migrator.postgres.bookkeeping.chunks import Action
from desktop_migrator.postgres.bookkeeping.journal import entries, left_to_undo
from desktop_migrator.postgres.bookkeeping.runs import find_run, finish_run, start_run
from desktop_migrator.postgres.bookkeeping.schema import upgrade
from desktop_migrator.postgres.connection.engine import translated
from desktop_migrator.postgres.run_lock.run_lock import hold
from desktop_migrator.postgres.types import adapters
from desktop_migrator.postgres.undo.restore_rows import Recreator
from desktop_migrator.reporter import Reporter
from desktop_migrator.vault.payload import PayloadReader, RowData, Rows, Target

STAGE = "restore"
_NO_PLAN = bytes(32)


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreJob:
    backup: str
    """Its id, or its file."""
    database: str | None = None
    """None: the one that the backup was made for."""
    given: str | None = None
    """A passphrase or a recovery key."""
    force: bool = False
    """Take rows back too that were changed since."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of putting rows back from the backup."""

    run: str
    counts: Counts
    by_table: dict[str, Counts]
    reasons: list[str] = field(default_factory=list)
    """Why tables refused rows."""
    seconds: float = 0.0


def undo_of_backup(
    workspace: Workspace, named: str, given: str | None, reporter: Reporter
) -> Target:
    """What the backup says of the database that it was made for, and of its run.

    Raises UsageError for a backup that no run made, and as `open_backup`.
    """
    found = find_backup(workspace, named)
    if found.listed:
        target = found.listed.target
    else:
        with open_backup(workspace, found.path, given, reporter) as reader:
            for _ in reader.contents():
                pass
            target = reader.target
    if target is None:
        raise UsageError(
            reason="No run made this backup, so it knows no database; restore it --to browser."
        )
    return target


def undo_since(
    workspace: Workspace,
    named: str,
    database: str | None,
    given: str | None,
    reporter: Reporter,
    *,
    force: bool = False,
) -> UndoJob:
    """The undoing of every run of the backup's person since it was made, its own included."""
    target = undo_of_backup(workspace, named, given, reporter)
    return UndoJob(
        database=database or target.database,
        before=target.time,
        user_id=target.user_id,
        database_id=target.database_id,
        force=force,
    )


@dataclass(frozen=True, slots=True)
class DatabasePreview:
    """What putting the database back as it was would come to, if nobody changed rows since."""

    target: Target
    known: bool
    """Whether the database still knows the run; if not, rows come from the backup itself."""
    removed: int = 0
    """Rows that the run added."""
    restored: int = 0
    """Rows that it changed or deleted."""


def preview_database(job: RestoreJob, workspace: Workspace, reporter: Reporter) -> DatabasePreview:
    """Changes nothing. Raises RunNotFound if it is another database than the backup's, and as
    `undo_of_backup` and `open_database`.
    """
    target = undo_of_backup(workspace, job.backup, job.given, reporter)
    database = job.database or target.database
    with (
        open_database(database, workspace, reporter) as engine,
        engine.connect() as connection,
        translated(),
        connection.begin() as trial,
    ):
        upgrade(connection)
        if database_id(connection) != target.database_id:
            raise RunNotFound(reason="This is not the database that the backup was made for.")
        known = find_run(connection, target.run) is not None
        left = left_to_undo(adapters.cursor(connection), target.run)
        trial.rollback()
    removed = left.pop(Action.INSERTED, 0)
    return DatabasePreview(target, known=known, removed=removed, restored=left.total())


def restore_to_database(
    job: RestoreJob, workspace: Workspace, reporter: Reporter
) -> UndoResult | Restored:
    """Raises as `rollback`, `open_backup` and `Recreator`, before anything was changed."""
    target = undo_of_backup(workspace, job.backup, job.given, reporter)
    database = job.database or target.database
    with open_database(database, workspace, reporter) as engine, engine.connect() as connection:
        with translated(), connection.begin():
            upgrade(connection)
            known = find_run(connection, target.run) is not None
            if not known and not job.database and database_id(connection) != target.database_id:
                raise RunNotFound(
                    reason="This is not the database that the backup was made for; name the one "
                    "that is meant with --database."
                )
        if not known:
            return _recreate(job, target, engine, connection, workspace, reporter)
    undo = UndoJob(database=database, run=target.run, user_id=target.user_id, force=job.force)
    result = rollback(undo, workspace, reporter)
    AuditTrail(workspace.catalog).note(_deed(target, result.run, result.outcome, None))
    return result


def _recreate(
    job: RestoreJob,
    target: Target,
    engine: Engine,
    connection: Connection,
    workspace: Workspace,
    reporter: Reporter,
) -> Restored:
    began = time.perf_counter()
    reporter.warned(
        "The database no longer knows the run, so its rows are put back from the backup. Rows that "
        "the run added stay."
    )
    trail = AuditTrail(workspace.catalog)
    by_table: dict[str, Counts] = {}
    reasons: list[str] = []
    path = find_backup(workspace, job.backup).path
    with (
        hold(engine, target.user_id, target.plan) as lock,
        open_backup(workspace, path, job.given, reporter) as reader,
        translated(),
        connection.begin(),
    ):
        run = start_run(
            connection,
            user_id=target.user_id,
            plan=target.plan,
            plan_digest=_NO_PLAN,
            policy=ConflictPolicy.OVERWRITE if job.force else ConflictPolicy.SKIP,
            mends=target.run,
        )
        lock.enter(connection, run)
        recreator = Recreator(connection, entries(run), force=job.force)
        reporter.started(STAGE, None)
        for rows, blocks in tables(reader):
            done = recreator.recreate(rows.entity, rows.table, rows.id_column, rows.columns, blocks)
            by_table.setdefault(rows.table, Counts())
            by_table[rows.table] += done.counts
            reasons += done.reasons
            reporter.advanced(STAGE, sum(each.items for each in by_table.values()), None)
        totals = Counts()
        for counts in by_table.values():
            totals += counts
        finish_run(connection, run, Outcome.COMPLETED, by_table)
        kept = trail.record(connection, _deed(target, run, Outcome.COMPLETED, totals))
    trail.keep(kept)
    return Restored(run, totals, by_table, reasons, time.perf_counter() - began)


def tables(reader: PayloadReader) -> Iterator[tuple[Rows, Iterator[bytes]]]:
    """The backup's tables with their rows, each to be read before the next one."""
    contents = reader.contents()
    rows = next((each for each in contents if isinstance(each, Rows)), None)
    while rows is not None:
        following: list[Rows] = []

        def blocks(following: list[Rows] = following) -> Iterator[bytes]:
            for each in contents:
                if isinstance(each, RowData):
                    yield each.data
                elif isinstance(each, Rows):
                    following.append(each)
                    return

        given = blocks()
        yield rows, given
        for _ in given:
            pass
        rows = following[0] if following else None


def _deed(target: Target, run: str, outcome: str, counts: Counts | None) -> Deed:
    return Deed(
        action="restore",
        user_id=target.user_id,
        run=run,
        outcome=outcome,
        counts=None if counts is None else asdict(counts),
    )
