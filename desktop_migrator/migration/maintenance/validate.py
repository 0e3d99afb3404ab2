"""Is what was migrated still there, whole and as it was sent? Looks, and changes nothing.

How a row that the app has changed is told from one that is damaged: postgres/integrity.py.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from desktop_migrator.errors import MigratorError
from desktop_migrator.migration.database.open_database import open_database, resolve_user_id
from desktop_migrator.migration.maintenance.previous_run import (
    BoundTables,
    MaintenanceRequest,
    extract_again,
    find_tables,
    open_run_sources,
    select_run,
)
from desktop_migrator.migration.workspace import catalog_repair
from desktop_migrator.migration.workspace.audit_trail import AuditTrail
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import Outcome
from desktop_migrator.plan.bind import user_value
from desktop_migrator.plan.schema import Plan
from desktop_migrator.postgres.bookkeeping import audit
from desktop_migrator.postgres.bookkeeping.quarantine import count_open_rejections
from desktop_migrator.postgres.bookkeeping.runs import Run
from desktop_migrator.postgres.bookkeeping.schema_upgrade import schema_version
from desktop_migrator.postgres.connection.engine import translate_errors
from desktop_migrator.postgres.run_lock.leases import STALE_SECONDS, find_leases
from desktop_migrator.postgres.schema import indexes
from desktop_migrator.postgres.schema.introspect import introspect
from desktop_migrator.postgres.types import adapters
from desktop_migrator.postgres.verify.compare_sources import SourceComparer, SourceComparison
from desktop_migrator.postgres.verify.connection_checks import Check
from desktop_migrator.postgres.verify.row_state import RowStates, compare_rows, mismatched_counts
from desktop_migrator.postgres.verify.table_checks import check_table, user_exists
from desktop_migrator.reporter import Reporter
from desktop_migrator.system.hash_chain import first_tampering

_REPAIR_HINT = "`desktop-migrator repair --auto-fix` {does}."


@dataclass(frozen=True, slots=True)
class Validation:
    run: str | None
    """None where there is nothing to look at."""
    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        return all(check.ok for check in self.checks)


def validate(request: MaintenanceRequest, workspace: Workspace, reporter: Reporter) -> Validation:
    """Every check that can be made. Raises RunNotFound."""
    damage = catalog_repair.find_damage(workspace.catalog)  # before anything else opens the file
    with (
        open_database(request.database, workspace, reporter) as engine,
        engine.connect() as connection,
        translate_errors(),
        connection.begin() as transaction,
    ):
        bookkeeping = _bookkeeping(connection)
        if not bookkeeping.ok:
            return Validation(None, (bookkeeping,))
        user_id = resolve_user_id(connection, request.plan, request.person, reporter)
        run = select_run(connection, user_id, request.plan, request.run)
        tables = find_tables(connection, request.plan, run)
        checks = [
            bookkeeping,
            _outcome(run),
            *_rows(connection, request, run, tables, workspace, reporter),
            *_tables(connection, request.plan, user_id, tables),
            _quarantine(connection, run),
            _leases(connection, user_id),
            _indexes(connection),
            *_trails(connection, workspace, run, damage),
        ]
        transaction.rollback()
    return Validation(run.id, tuple(checks))


def _bookkeeping(connection: Connection) -> Check:
    found = schema_version(connection)
    if found.installed is None:
        return Check("Bookkeeping", ok=False, detail="there is none: nothing was migrated here",
                     remedy="Check the address of the database.")  # fmt: skip
    if not found.is_known:
        return Check("Bookkeeping", ok=False, detail=f"version {found.installed} is not known",
                     remedy="It is of a newer version of this program: use that.")  # fmt: skip
    return Check(
        "Bookkeeping",
        ok=found.is_current,
        detail=f"version {found.installed}" + ("" if found.is_current else f", not {found.latest}"),
        remedy="" if found.is_current else _REPAIR_HINT.format(does="brings it up to date"),
    )


def _outcome(run: Run) -> Check:
    how = run.outcome or "cut off, or still at work"
    completed = run.outcome is Outcome.COMPLETED
    return Check(
        "Run",
        ok=completed,
        detail=f"{run.id} of {run.started:%Y-%m-%d %H:%M} UTC: {how}",
        remedy="" if completed else "Run the same `migrate` command again.",
    )


def _rows(
    connection: Connection,
    request: MaintenanceRequest,
    run: Run,
    tables: BoundTables,
    workspace: Workspace,
    reporter: Reporter,
) -> Iterator[Check]:
    """What was recorded, against the rows there and against the sources."""
    wrong = mismatched_counts(connection, run)
    yield Check(
        "Recorded counts",
        ok=not wrong,
        detail=f"differ from what the chunks say: {', '.join(wrong)}" if wrong else "agree",
        remedy="Somebody changed the bookkeeping; tell the support desk." if wrong else "",
    )
    rows = compare_rows(connection, tables.entities, run, reporter)
    for name, found in rows.items():
        yield _row_check(name, found)
    with open_run_sources(request, run, workspace, reporter) as sources:
        if sources is None:
            return
        user_id = run.user_id
        comparison = SourceComparer(connection, tables.entities, run, user_id)
        comparison.compare_outcomes(extract_again(request, tables.entities, user_id, sources))
    for name, against in comparison.finish(rows).items():
        yield _source_check(name, against)


def _row_check(name: str, rows: RowStates) -> Check:
    return Check(
        f"{name}: rows as they were sent",
        ok=rows.ok,
        detail=_count_summary(
            {
                "recorded": rows.checked,
                "missing": len(rows.missing),
                "damaged": len(rows.damaged),
                "changed in the app since": len(rows.changed),
            }
        ),
        remedy=""
        if rows.ok
        else "`desktop-migrator repair --auto-fix --source …` sends them again; leave what was "
        "deleted in the app on purpose.",
    )


def _source_check(name: str, found: SourceComparison) -> Check:
    remedies = []
    if found.missing or found.damaged:
        remedies.append(_REPAIR_HINT.format(does="with the same --source sends them again"))
    if found.unsent:
        remedies.append("Run `desktop-migrator migrate` again for what is not in the database.")
    return Check(
        f"{name}: against the browser",
        ok=found.ok,
        detail=_count_summary(
            {
                "items": found.items,
                "equal": found.equal,
                "missing": found.missing,
                "damaged": found.damaged,
                "changed in the app since": found.changed,
                "another one in the browser by now": found.newer,
                "kept in a conflict": found.kept,
                "not in the database": found.unsent,
                "newer than the run": found.since,
                "rejected": found.rejected,
                "gone from the browser": found.gone_from_source,
            }
        ),
        remedy=" ".join(remedies),
    )


def _count_summary(numbers: dict[str, int]) -> str:
    """The first always, the others where there are any."""
    (first, number), *rest = numbers.items()
    return ", ".join([f"{number:,} {first}", *(f"{n:,} {what}" for what, n in rest if n)])


def _tables(
    connection: Connection, plan: Plan, user_id: str, tables: BoundTables
) -> Iterator[Check]:
    for name, error in tables.problems.items():
        yield Check(f"{name}: table", ok=False, detail=str(error), remedy=error.hint)
    yield from _user(connection, plan, user_id)
    for entity in tables.entities:
        column = entity.table.column(entity.user_column or "")
        yield from check_table(
            connection, entity, str(user_value(user_id, column)) if column else user_id
        )


def _user(connection: Connection, plan: Plan, user_id: str) -> Iterator[Check]:
    if plan.user is None:
        return
    lookup = plan.user.lookup
    try:
        table = introspect(connection, [lookup.table]).get(lookup.table)
    except MigratorError as error:
        yield Check("User", ok=False, detail=str(error), remedy=error.hint)
        return
    known = table is not None and user_exists(connection, table, lookup.id, user_id)
    yield Check(
        "User",
        ok=known,
        detail=f"is {'' if known else 'no longer '}in {lookup.table}",
        remedy="" if known else "The rows belong to nobody: bring the user back, or undo the run.",
    )


def _quarantine(connection: Connection, run: Run) -> Check:
    number = count_open_rejections(connection, run)
    return Check(
        "Rejected items",
        ok=not number,
        detail=f"{number:,} wait to be mended" if number else "none is open",
        remedy=_REPAIR_HINT.format(does="loads those that can be cured; mend the others in the app")
        if number
        else "",
    )


def _leases(connection: Connection, user_id: str) -> Check:
    leases = find_leases(adapters.cursor(connection).connection, user_id)
    stale = [each for each in leases if not each.held and each.silent > STALE_SECONDS]
    return Check(
        "Leases",
        ok=not stale,
        detail=f"{len(stale)} left by a run that was cut off"
        if stale
        else f"{len(leases)} at work"
        if leases
        else "none left",
        remedy=_REPAIR_HINT.format(does="clears them, `desktop-migrator unlock` too")
        if stale
        else "",
    )


def _indexes(connection: Connection) -> Check:
    waiting = indexes.find_dropped_indexes(connection)
    return Check(
        "Indexes left away",
        ok=not waiting,
        detail=", ".join(index.name for index in waiting) or "none",
        remedy=_REPAIR_HINT.format(does="makes them again") if waiting else "",
    )


def _trails(
    connection: Connection, workspace: Workspace, run: Run, damage: str | None
) -> Iterator[Check]:
    missing = damage or catalog_repair.describe_missing_runs(
        connection, workspace.catalog, run.user_id
    )
    yield Check(
        "This computer's catalog",
        ok=not missing,
        detail=missing or "whole",
        remedy=_REPAIR_HINT.format(does="makes it again from the database") if missing else "",
    )
    if damage:
        yield _trail("in the database", first_tampering(audit.read_chain(connection), {}))
        return
    trail = AuditTrail(workspace.catalog)
    yield _trail("in the database", trail.first_tampering_in_database(connection))
    yield _trail("on this computer", trail.first_tampering(connection))


def _trail(where: str, broken: str | None) -> Check:
    return Check(
        f"Audit trail {where}",
        ok=broken is None,
        detail=broken or "unbroken",
        remedy="Somebody has tampered with it: tell the support desk." if broken else "",
    )
