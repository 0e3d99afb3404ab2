"""A backup's way back into the database: what its run changed is undone.

By the journal, as `rollback` does it. Where the bookkeeping no longer knows the run, the rows are
put back from the backup itself: those that are gone; those that differ only when forced.
"""

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

from sqlalchemy import Connection, Engine

from desktop_migrator.errors import RunNotFound, UsageError
from desktop_migrator.messages import Message
from desktop_migrator.migration.backups.manage import find_backup, open_backup
from desktop_migrator.migration.database.open_database import open_database
from desktop_migrator.migration.undo import UndoJob, rollback
from desktop_migrator.migration.workspace.audit_trail import AuditEvent, AuditTrail
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import ConflictPolicy, Counts, Outcome, UndoResult
from desktop_migrator.postgres.bookkeeping.audit import database_id
from desktop_migrator.postgres.bookkeeping.chunks import Action, undoable_counts
from desktop_migrator.postgres.bookkeeping.journal import journal_keys
from desktop_migrator.postgres.bookkeeping.runs import find_run, finish_run, start_run
from desktop_migrator.postgres.bookkeeping.schema_upgrade import upgrade
from desktop_migrator.postgres.connection.engine import translate_errors
from desktop_migrator.postgres.run_lock.run_lock import hold_run_lock
from desktop_migrator.postgres.types import adapters
from desktop_migrator.postgres.undo.restore_rows import RowRestorer
from desktop_migrator.reporter import Reporter, Stage
from desktop_migrator.vault.payload import BackupTarget, PayloadReader, RowBlock, TableHeader

_NO_PLAN = bytes(32)


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreJob:
    backup: str
    """Its id, or its file."""
    database: str | None = None
    """None: the one that the backup was made for."""
    passphrase_or_key: str | None = None
    """A passphrase or a recovery key."""
    force: bool = False
    """Take rows back too that were changed since."""


@dataclass(frozen=True, slots=True)
class RestoreToDatabaseResult:
    """What came of putting rows back from the backup."""

    run: str
    counts: Counts
    by_table: dict[str, Counts]
    reasons: list[Message] = field(default_factory=list)
    """Why tables refused rows."""
    seconds: float = 0.0


def backup_target(
    workspace: Workspace, id_or_path: str, passphrase_or_key: str | None, reporter: Reporter
) -> BackupTarget:
    """What the backup says of the database that it was made for, and of its run.

    Raises UsageError for a backup that no run made, and as `open_backup`.
    """
    found = find_backup(workspace, id_or_path)
    if found.catalog_entry:
        target = found.catalog_entry.target
    else:
        with open_backup(workspace, found.path, passphrase_or_key, reporter) as reader:
            for _ in reader.contents():
                pass
            target = reader.target
    if target is None:
        raise UsageError(
            reason=Message(
                "No run made this backup, so it knows no database; restore it --to browser."
            )
        )
    return target


def undo_job_since_backup(
    workspace: Workspace,
    id_or_path: str,
    database: str | None,
    passphrase_or_key: str | None,
    reporter: Reporter,
    *,
    force: bool = False,
) -> UndoJob:
    """The undoing of every run of the backup's person since it was made, its own included."""
    target = backup_target(workspace, id_or_path, passphrase_or_key, reporter)
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

    target: BackupTarget
    run_known: bool
    """Whether the database still knows the run; if not, rows come from the backup itself."""
    removed: int = 0
    """Rows that the run added."""
    restored: int = 0
    """Rows that it changed or deleted."""


def preview_database_restore(
    job: RestoreJob, workspace: Workspace, reporter: Reporter
) -> DatabasePreview:
    """Changes nothing. Raises RunNotFound if it is another database than the backup's, and as
    `backup_target` and `open_database`.
    """
    target = backup_target(workspace, job.backup, job.passphrase_or_key, reporter)
    database = job.database or target.database
    with (
        open_database(database, workspace, reporter) as engine,
        engine.connect() as connection,
        translate_errors(),
        connection.begin() as trial,
    ):
        upgrade(connection)
        if database_id(connection) != target.database_id:
            raise RunNotFound(
                reason=Message("This is not the database that the backup was made for.")
            )
        known = find_run(connection, target.run) is not None
        left = undoable_counts(adapters.cursor(connection), target.run)
        trial.rollback()
    removed = left.pop(Action.INSERTED, 0)
    return DatabasePreview(target, run_known=known, removed=removed, restored=left.total())


def restore_to_database(
    job: RestoreJob, workspace: Workspace, reporter: Reporter
) -> UndoResult | RestoreToDatabaseResult:
    """Raises as `rollback`, `open_backup` and `RowRestorer`, before anything was changed."""
    target = backup_target(workspace, job.backup, job.passphrase_or_key, reporter)
    database = job.database or target.database
    with open_database(database, workspace, reporter) as engine, engine.connect() as connection:
        with translate_errors(), connection.begin():
            upgrade(connection)
            known = find_run(connection, target.run) is not None
            if not known and not job.database and database_id(connection) != target.database_id:
                raise RunNotFound(
                    reason=Message(
                        "This is not the database that the backup was made for; name the "
                        "one that is meant with --database."
                    )
                )
        if not known:
            return _restore_from_backup(job, target, engine, connection, workspace, reporter)
    undo = UndoJob(database=database, run=target.run, user_id=target.user_id, force=job.force)
    result = rollback(undo, workspace, reporter)
    AuditTrail(workspace.catalog).record_local(
        _audit_event(target, result.run, result.outcome, None)
    )
    return result


def _restore_from_backup(
    job: RestoreJob,
    target: BackupTarget,
    engine: Engine,
    connection: Connection,
    workspace: Workspace,
    reporter: Reporter,
) -> RestoreToDatabaseResult:
    began = time.perf_counter()
    reporter.warned(
        Message(
            "The database no longer knows the run, so its rows are put back "
            "from the backup. Rows that the run added stay."
        )
    )
    trail = AuditTrail(workspace.catalog)
    by_table: dict[str, Counts] = {}
    reasons: list[Message] = []
    path = find_backup(workspace, job.backup).path
    with (
        hold_run_lock(engine, target.user_id, target.plan) as lock,
        open_backup(workspace, path, job.passphrase_or_key, reporter) as reader,
        translate_errors(),
        connection.begin(),
    ):
        run = start_run(
            connection,
            user_id=target.user_id,
            plan=target.plan,
            plan_digest=_NO_PLAN,
            policy=ConflictPolicy.OVERWRITE if job.force else ConflictPolicy.SKIP,
            repairs=target.run,
        )
        lock.write_lease(connection, run)
        recreator = RowRestorer(
            connection, journal_keys(run), user_id=target.user_id, force=job.force
        )
        reporter.started(Stage.RESTORE, None)
        for rows, blocks in tables_with_rows(reader):
            done = recreator.restore(
                *(rows.entity, rows.table, rows.id_column, rows.user_column, rows.columns),
                blocks,
            )
            by_table.setdefault(rows.table, Counts())
            by_table[rows.table] += done.counts
            reasons += done.reasons
            reporter.advanced(Stage.RESTORE, sum(each.items for each in by_table.values()), None)
        totals = Counts()
        for counts in by_table.values():
            totals += counts
        finish_run(connection, run, Outcome.COMPLETED, by_table)
        kept = trail.record_in_database(
            connection, _audit_event(target, run, Outcome.COMPLETED, totals)
        )
    trail.append_local(kept)
    return RestoreToDatabaseResult(run, totals, by_table, reasons, time.perf_counter() - began)


def tables_with_rows(reader: PayloadReader) -> Iterator[tuple[TableHeader, Iterator[bytes]]]:
    """The backup's tables with their rows, each to be read before the next one."""
    contents = reader.contents()
    rows = next((each for each in contents if isinstance(each, TableHeader)), None)
    while rows is not None:
        following: list[TableHeader] = []

        def blocks(following: list[TableHeader] = following) -> Iterator[bytes]:
            for each in contents:
                if isinstance(each, RowBlock):
                    yield each.data
                elif isinstance(each, TableHeader):
                    following.append(each)
                    return

        table_blocks = blocks()
        yield rows, table_blocks
        for _ in table_blocks:
            pass
        rows = following[0] if following else None


def _audit_event(target: BackupTarget, run: str, outcome: str, counts: Counts | None) -> AuditEvent:
    return AuditEvent(
        action="restore",
        user_id=target.user_id,
        run=run,
        outcome=outcome,
        counts=None if counts is None else asdict(counts),
    )
