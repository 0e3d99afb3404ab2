"""The backup that a run makes before it writes anything: its records and the rows it may change."""

from collections.abc import Iterator, Sequence

from sqlalchemy import func, select

from desktop_migrator.migration.backups.manage import prune_backups
from desktop_migrator.migration.database.open_database import without_password
from desktop_migrator.migration.run.job import Job
from desktop_migrator.migration.run.register_run import run_to_resume
from desktop_migrator.migration.run.run_context import RunContext
from desktop_migrator.migration.sealed.sealing_keys import tell_unkept_key
from desktop_migrator.migration.workspace.backup_catalog import BackupCatalog
from desktop_migrator.migration.workspace.catalog import Catalog
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import Item, Outcome, TargetEntity
from desktop_migrator.plan.bind import planned_tables
from desktop_migrator.postgres.bookkeeping.audit import database_id
from desktop_migrator.postgres.load.batches import BatchLimits, iter_batches
from desktop_migrator.postgres.load.row_matching import RowMatcher
from desktop_migrator.postgres.schema.create_tables import is_temporary
from desktop_migrator.postgres.types import adapters
from desktop_migrator.postgres.undo.copy_rows import columns_of, copy_rows_by_id, copy_user_rows
from desktop_migrator.reporter import Stage
from desktop_migrator.system.debug import debug_log
from desktop_migrator.vault.backup_folder import BackupFolder
from desktop_migrator.vault.payload import BackupTarget, TableHeader

_log = debug_log("migration:backup")


def has_backup(job: Job, workspace: Workspace) -> bool:
    """Whether, as far as this computer knows, the run that is to go on has one."""
    if not job.resume:
        return False
    runs = Catalog(workspace.catalog).runs(job.person.user_id)
    last = next((run for run in runs if run.plan == job.plan.name), None)
    if last is None or last.outcome == Outcome.COMPLETED:
        return False
    known = BackupCatalog(workspace.catalog).backup_of_run(last.run)
    return known in BackupFolder(workspace.backups).list_files()


def back_up(run: RunContext, entities: Sequence[TargetEntity]) -> None:
    """Add the rows to the records kept so far, check the whole and give it its name.

    In a trial, before the run is entered. A run that goes on keeps the backup that it has.
    Raises SealedFileNotWritten, SealedFileNotVerified.
    """
    if run.backup is None:
        return
    workspace = run.backup.workspace
    former = None
    if run.job.resume:
        former = run_to_resume(run)
    if former:
        known = BackupCatalog(workspace.catalog).backup_of_run(former.id)
        if known in BackupFolder(workspace.backups).list_files():
            run.backup.id = known
            return
    run.reporter.started(Stage.BACKUP, None)
    backup = run.backup.writer
    if backup is None:  # there should have been one
        backup = run.backup.collect(run.survey.origins, run.sources.original_records())
    target = BackupTarget(
        run=former.id if former else run.new_id,
        plan=run.job.plan.name,
        user_id=run.user_id,
        database=without_password(run.job.database),
        database_id=database_id(run.connection),
        time=run.connection.execute(select(func.clock_timestamp())).scalar_one(),
    )
    backup.add_tables(target, _affected_rows(run, entities))
    summary = backup.finish(run.sources.damages).summary
    run.backup.id = backup.id
    tell_unkept_key(run.backup.key, run.reporter)
    prune_backups(workspace)
    done = summary.records + summary.rows
    _log.debug("%s: %d records, %d rows", backup.id, summary.records, summary.rows)
    run.reporter.advanced(Stage.BACKUP, done, done)


def _affected_rows(
    run: RunContext, entities: Sequence[TargetEntity]
) -> Iterator[tuple[TableHeader, Iterator[bytes]]]:
    """The rows that the run may change: the person's, else those that its items would become."""
    met: set[tuple[str | None, str]] = set()
    shared = [entity for entity in entities if not entity.user_column]
    for entity in entities:
        table = entity.table
        if entity.user_column and (table.schema, table.name) not in met:
            met.add((table.schema, table.name))
            yield _table_header(run, entity), copy_user_rows(run.connection, entity, run.user_id)
    outcomes = run.extract_items(shared) if shared else ()
    by_name = {entity.name: entity for entity in shared}
    for chunk in iter_batches(outcomes, by_name, BatchLimits()):
        if chunk.items:
            entity = by_name[chunk.entity]
            ids = _future_ids(run, entity, chunk.items)
            yield _table_header(run, entity), copy_rows_by_id(run.connection, entity, ids)


def _table_header(run: RunContext, entity: TargetEntity) -> TableHeader:
    table = entity.table
    if is_temporary(table):  # it stands in for one that the run is still to make, without rows yet
        planned = dict(zip(run.job.plan.entities, planned_tables(run.job.plan), strict=True))
        table = planned[entity.name]
    schema = table.schema or run.connection.scalar(select(func.current_schema()))
    return TableHeader(
        entity=entity.name,
        table=".".join(filter(None, (schema, table.name))),
        id_column=entity.id_column,
        user_column=entity.user_column,
        columns=columns_of(entity),
    )


def _future_ids(run: RunContext, entity: TargetEntity, items: Sequence[Item]) -> list[str]:
    """Those of the rows that the items are or would become; nothing is written down of it."""
    savepoint = run.connection.begin_nested()
    try:
        cursor = adapters.cursor(run.connection)
        adoption = RowMatcher(entity, run.user_id)
        own, clashing = adoption.resolve_ids(cursor, items)
        adopted = adoption.use_existing_row_ids(cursor, clashing) if clashing else []
    finally:
        savepoint.rollback()
    return [str(item.id) for item in (*own, *adopted) if item.id is not None]
