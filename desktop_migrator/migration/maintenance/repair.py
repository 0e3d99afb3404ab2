"""Mends what is amiss with a run: each mend is shown first, and done only if that is decided.

Rows are written by a run of its own for each mend, through the loader, so that its journal and
`rollback --run` hold for it too (`resend_rows`). Everything else is entered in the audit trail.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from sqlalchemy import Connection

from desktop_migrator.errors import MigratorError, RunNotFound
from desktop_migrator.messages import Message, join, plural
from desktop_migrator.migration.backups.manage import BackupFile, list_backups, verify_backup
from desktop_migrator.migration.database.open_database import (
    enter_as,
    open_database,
    without_password,
)
from desktop_migrator.migration.maintenance.previous_run import (
    MaintenanceRequest,
    find_tables,
    select_run,
)
from desktop_migrator.migration.maintenance.repair_run import (
    ProposedRepair,
    RepairAction,
    RepairContext,
    RepairResult,
)
from desktop_migrator.migration.maintenance.resend_rows import resend_rows, retry_rejected
from desktop_migrator.migration.workspace import catalog_repair
from desktop_migrator.migration.workspace.audit_trail import AuditEvent, AuditTrail
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.postgres.bookkeeping.schema_upgrade import schema_version, upgrade
from desktop_migrator.postgres.connection.engine import translate_errors
from desktop_migrator.postgres.run_lock.leases import STALE_SECONDS, Lease, clear_lease, find_leases
from desktop_migrator.postgres.schema import indexes
from desktop_migrator.postgres.types import adapters
from desktop_migrator.reporter import Reporter


def repair(
    request: MaintenanceRequest,
    workspace: Workspace,
    reporter: Reporter,
    decide: Callable[[RepairAction], bool],
    passphrase_or_key: str | None = None,
) -> list[RepairResult]:
    """Shows each mend to `decide`, and does those to which it says yes.

    `passphrase_or_key` opens backups whose key the keyring does not have.
    Raises RunNotFound; and RunLocked where rows are to be written and a run is at work.
    """
    with (
        open_database(request.database, workspace, reporter) as engine,
        engine.connect() as connection,
    ):
        if not _bookkeeping_is_current(connection):
            action = RepairAction(
                Message("bookkeeping"),
                Message("It is of an older version."),
                Message("Bring it up to date."),
            )
            if not decide(action):
                return [RepairResult(action, done=False)]
            with translate_errors(), connection.begin():
                upgrade(connection)
            done = [RepairResult(action, done=True)]
        else:
            done = []
        with translate_errors(), connection.begin():
            user_id = enter_as(connection, request.plan, request.person, reporter)
        context = RepairContext(
            engine, connection, request, workspace, reporter, user_id, passphrase_or_key
        )
        for action, act in _proposed_repairs(context):
            agreed = decide(action) and act is not None
            done.append(RepairResult(action, agreed, act() if agreed and act else None))
    return done


def _bookkeeping_is_current(connection: Connection) -> bool:
    with translate_errors(), connection.begin():
        found = schema_version(connection)
    if found.installed is None or not found.is_known:
        raise RunNotFound(
            reason=Message("This database has no bookkeeping that this program knows.")
        )
    return found.is_current


def _proposed_repairs(context: RepairContext) -> Iterator[ProposedRepair]:
    yield from _catalog_repairs(context)
    yield from _backup_repairs(context)
    yield from _lease_repairs(context)
    yield from _index_repairs(context)
    with translate_errors(), context.connection.begin():
        run, request = select_run(
            context.connection, context.user_id, context.request, context.workspace
        )
        tables = find_tables(context.connection, request.plan, run)
    context = replace(context, request=request)
    yield from retry_rejected(context, run, tables.entities)
    yield from resend_rows(context, run, tables.entities)


def _catalog_repairs(context: RepairContext) -> Iterator[ProposedRepair]:
    catalog = context.workspace.catalog
    with translate_errors(), context.connection.begin():
        lacking = catalog_repair.describe_missing_runs(context.connection, catalog, context.user_id)
    amiss = (
        catalog_repair.find_damage(catalog) if catalog.exists() else lacking and Message("missing")
    )
    fault = amiss or lacking
    if not fault:
        return
    action = RepairAction(
        Message("catalog"),
        Message(
            "{file}, what this computer remembers of its runs: {fault}.",
            file=catalog.name,
            fault=fault,
        ),
        Message(
            "Make it again from what can be read of it and from the database; a damaged file is "
            "kept beside it."
        ),
    )
    yield action, partial(_rebuild_catalog, context)


def _rebuild_catalog(context: RepairContext) -> None:
    catalog = context.workspace.catalog
    with translate_errors(), context.connection.begin():
        database = without_password(context.request.database)
        catalog_repair.rebuild(context.connection, catalog, context.user_id, database)
    _record_audit_event(context, "catalog")


def _backup_repairs(context: RepairContext) -> Iterator[ProposedRepair]:
    unlisted = [found for found in list_backups(context.workspace) if found.catalog_entry is None]
    if unlisted:
        action = RepairAction(
            Message("backups"),
            plural(
                "Of {count:,} backup in {folder} the catalog does not know what it holds and "
                "which run it belongs to.",
                "Of {count:,} backups in {folder} the catalog does not know what they hold and "
                "which run they belong to.",
                count=len(unlisted),
                folder=str(context.workspace.backups),
            ),
            Message("Open each, with the keyring's key or the passphrase, and list it."),
        )
        yield action, partial(_add_to_catalog, context, unlisted)


def _add_to_catalog(context: RepairContext, unlisted: Sequence[BackupFile]) -> None:
    for found in unlisted:
        try:
            verify_backup(context.workspace, found.id, context.passphrase_or_key, context.reporter)
        except MigratorError as error:
            context.reporter.warned(
                Message("Backup {id} is not listed: {error}", id=found.id, error=error.message)
            )
    _record_audit_event(context, "backups")


def _lease_repairs(context: RepairContext) -> Iterator[ProposedRepair]:
    with translate_errors(), context.connection.begin():
        leases = find_leases(adapters.cursor(context.connection).connection, context.user_id)
    for lease in leases:
        if lease.held or lease.silent <= STALE_SECONDS:
            continue
        action = RepairAction(
            Message("lease"),
            Message(
                "Run {run} on {host}, process {process}, was cut off and left its lease; its last "
                "sign of life was {seconds:,.0f} seconds ago.",
                run=str(lease.run),
                host=lease.host,
                process=lease.process,
                seconds=lease.silent,
            ),
            Message("Clear the lease."),
        )
        yield action, partial(_clear_lease, context, lease)


def _clear_lease(context: RepairContext, lease: Lease) -> None:
    with translate_errors(), context.connection.begin():
        driver = adapters.cursor(context.connection).connection
        clear_lease(driver, lease.user_id, lease.plan, force=False)
    _record_audit_event(context, "lease", lease.run)


def _index_repairs(context: RepairContext) -> Iterator[ProposedRepair]:
    with translate_errors(), context.connection.begin():
        waiting = indexes.find_dropped_indexes(context.connection)
    if waiting:
        names = join(
            Message("{index} of {table}", index=index.name, table=index.target) for index in waiting
        )
        action = RepairAction(
            Message("indexes"),
            Message("A load that was cut off has left away {indexes}.", indexes=names),
            Message("Make them again."),
        )
        yield action, partial(_rebuild_indexes, context)


def _rebuild_indexes(context: RepairContext) -> None:
    indexes.rebuild_indexes(context.connection)
    _record_audit_event(context, "indexes")


def _record_audit_event(context: RepairContext, what: str, run: str | None = None) -> None:
    """Into the audit trails: what was mended without writing rows."""
    trail = AuditTrail(context.workspace.catalog)
    deed = AuditEvent(action="repair", user_id=context.user_id, run=run, outcome=what)
    with translate_errors(), context.connection.begin():
        kept = trail.record_in_database(context.connection, deed)
    trail.append_local(kept)
