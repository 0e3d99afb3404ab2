"""Is what was migrated still there, whole and as it was sent? Looks, and changes nothing.

How a row that the app has changed is told from one that is damaged: postgres/verify/row_state.py.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from desktop_migrator.errors import MigratorError
from desktop_migrator.messages import N_, NOTHING, Message, join, plural, verbatim
from desktop_migrator.migration.database.open_database import enter_as, open_database
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
from desktop_migrator.postgres.bookkeeping.hash_chain import first_tampering
from desktop_migrator.postgres.bookkeeping.quarantine import count_open_rejections
from desktop_migrator.postgres.bookkeeping.runs import Run
from desktop_migrator.postgres.bookkeeping.schema_upgrade import schema_version
from desktop_migrator.postgres.connection.engine import translate_errors
from desktop_migrator.postgres.run_lock.leases import STALE_SECONDS, find_leases
from desktop_migrator.postgres.schema import indexes
from desktop_migrator.postgres.schema.introspect import introspect
from desktop_migrator.postgres.types import adapters
from desktop_migrator.postgres.verify.checks import Check, CheckId
from desktop_migrator.postgres.verify.compare_sources import SourceComparer, SourceComparison
from desktop_migrator.postgres.verify.row_state import RowStates, compare_rows, mismatched_counts
from desktop_migrator.postgres.verify.table_checks import check_table, user_exists
from desktop_migrator.reporter import Reporter


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
        user_id = enter_as(connection, request.plan, request.person, reporter)
        run, request = select_run(connection, user_id, request, workspace)
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
        return Check(
            CheckId.BOOKKEEPING,
            ok=False,
            detail=Message("there is none: nothing was migrated here"),
            remedy=Message("Check the address of the database."),
        )
    if not found.is_known:
        return Check(
            CheckId.BOOKKEEPING,
            ok=False,
            detail=Message("version {version} is not known", version=found.installed),
            remedy=Message("It is of a newer version of this program: use that."),
        )
    if found.is_current:
        return Check(
            CheckId.BOOKKEEPING,
            ok=True,
            detail=Message("version {version}", version=found.installed),
        )
    return Check(
        CheckId.BOOKKEEPING,
        ok=False,
        detail=Message(
            "version {version}, not {latest}", version=found.installed, latest=found.latest
        ),
        remedy=Message("`desktop-migrator repair --auto-fix` brings it up to date."),
    )


_OUTCOMES = {
    None: N_("cut off, or still at work"),
    Outcome.COMPLETED: N_("completed"),
    Outcome.ROLLED_BACK: N_("rolled_back"),
    Outcome.FAILED: N_("failed"),
    Outcome.DRY_RUN: N_("dry_run"),
    Outcome.CANCELLED: N_("cancelled"),
}


def _outcome(run: Run) -> Check:
    completed = run.outcome is Outcome.COMPLETED
    return Check(
        CheckId.RUN,
        ok=completed,
        detail=Message(
            "{run} of {started} UTC: {outcome}",
            run=run.id,
            started=run.started.strftime("%Y-%m-%d %H:%M"),
            outcome=Message(_OUTCOMES[run.outcome]),
        ),
        remedy=NOTHING if completed else Message("Run the same `migrate` command again."),
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
        CheckId.RECORDED_COUNTS,
        ok=not wrong,
        detail=(
            Message("differ from what the chunks say: {counts}", counts=", ".join(wrong))
            if wrong
            else Message("agree")
        ),
        remedy=(
            Message("Somebody changed the bookkeeping; tell the support desk.")
            if wrong
            else NOTHING
        ),
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
        CheckId.ROWS_AS_SENT,
        ok=rows.ok,
        detail=_count_summary(
            [
                (N_("{number:,} recorded"), rows.checked),
                (N_("{number:,} missing"), len(rows.missing)),
                (N_("{number:,} damaged"), len(rows.damaged)),
                (N_("{number:,} changed in the app since"), len(rows.changed)),
            ]
        ),
        remedy=(
            NOTHING
            if rows.ok
            else Message(
                "`desktop-migrator repair --auto-fix --source …` sends them again; "
                "leave what was deleted in the app on purpose."
            )
        ),
        about={"entity": name},
    )


def _source_check(name: str, found: SourceComparison) -> Check:
    remedies = []
    if found.missing or found.damaged:
        remedies.append(
            Message("`desktop-migrator repair --auto-fix` with the same --source sends them again.")
        )
    if found.unsent:
        remedies.append(
            Message("Run `desktop-migrator migrate` again for what is not in the database.")
        )
    return Check(
        CheckId.AGAINST_BROWSER,
        ok=found.ok,
        detail=_count_summary(
            [
                (N_("{number:,} items"), found.items),
                (N_("{number:,} equal"), found.equal),
                (N_("{number:,} missing"), found.missing),
                (N_("{number:,} damaged"), found.damaged),
                (N_("{number:,} changed in the app since"), found.changed),
                (N_("{number:,} another one in the browser by now"), found.newer),
                (N_("{number:,} kept in a conflict"), found.kept),
                (N_("{number:,} not in the database"), found.unsent),
                (N_("{number:,} newer than the run"), found.since),
                (N_("{number:,} rejected"), found.rejected),
                (N_("{number:,} gone from the browser"), found.gone_from_source),
            ]
        ),
        remedy=join(remedies, " "),
        about={"entity": name},
    )


def _count_summary(numbers: Sequence[tuple[str, int]]) -> Message:
    """The first always, the others where there are any."""
    first, *others = numbers
    return join(
        Message(template, number=number)
        for template, number in [first, *(other for other in others if other[1])]
    )


def _tables(
    connection: Connection, plan: Plan, user_id: str, tables: BoundTables
) -> Iterator[Check]:
    for name, error in tables.problems.items():
        yield Check(
            CheckId.BOUND_TABLE,
            ok=False,
            detail=error.message,
            remedy=error.hint_message,
            about={"entity": name},
        )
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
        yield Check(CheckId.USER, ok=False, detail=error.message, remedy=error.hint_message)
        return
    known = table is not None and user_exists(connection, table, lookup.id, user_id)
    yield Check(
        CheckId.USER,
        ok=known,
        detail=(
            Message("is in {table}", table=lookup.table)
            if known
            else Message("is no longer in {table}", table=lookup.table)
        ),
        remedy=(
            NOTHING
            if known
            else Message("The rows belong to nobody: bring the user back, or undo the run.")
        ),
    )


def _quarantine(connection: Connection, run: Run) -> Check:
    number = count_open_rejections(connection, run)
    return Check(
        CheckId.REJECTED_ITEMS,
        ok=not number,
        detail=(
            plural("{count:,} waits to be mended", "{count:,} wait to be mended", count=number)
            if number
            else Message("none is open")
        ),
        remedy=(
            Message(
                "`desktop-migrator repair --auto-fix` loads those that can be cured; mend the "
                "others in the app."
            )
            if number
            else NOTHING
        ),
    )


def _leases(connection: Connection, user_id: str) -> Check:
    leases = find_leases(adapters.cursor(connection).connection, user_id)
    stale = [each for each in leases if not each.held and each.silent > STALE_SECONDS]
    return Check(
        CheckId.LEASES,
        ok=not stale,
        detail=_lease_count(len(leases), len(stale)),
        remedy=(
            Message(
                "`desktop-migrator repair --auto-fix` clears them, `desktop-migrator unlock` too."
            )
            if stale
            else NOTHING
        ),
    )


def _lease_count(all_: int, stale: int) -> Message:
    if stale:
        return Message("{number} left by a run that was cut off", number=stale)
    return Message("{number} at work", number=all_) if all_ else Message("none left")


def _indexes(connection: Connection) -> Check:
    waiting = indexes.find_dropped_indexes(connection)
    return Check(
        CheckId.DROPPED_INDEXES,
        ok=not waiting,
        detail=verbatim(", ".join(index.name for index in waiting)) if waiting else Message("none"),
        remedy=(
            Message("`desktop-migrator repair --auto-fix` makes them again.")
            if waiting
            else NOTHING
        ),
    )


def _trails(
    connection: Connection, workspace: Workspace, run: Run, damage: Message | None
) -> Iterator[Check]:
    missing = damage or catalog_repair.describe_missing_runs(
        connection, workspace.catalog, run.user_id
    )
    yield Check(
        CheckId.CATALOG,
        ok=not missing,
        detail=missing or Message("whole"),
        remedy=(
            Message("`desktop-migrator repair --auto-fix` makes it again from the database.")
            if missing
            else NOTHING
        ),
    )
    if damage:
        yield _trail(CheckId.DATABASE_TRAIL, first_tampering(audit.read_chain(connection), {}))
        return
    trail = AuditTrail(workspace.catalog)
    yield _trail(CheckId.DATABASE_TRAIL, trail.first_tampering_in_database(connection))
    yield _trail(CheckId.LOCAL_TRAIL, trail.first_tampering(connection))


def _trail(id_: CheckId, broken: Message | None) -> Check:
    return Check(
        id_,
        ok=broken is None,
        detail=broken or Message("unbroken"),
        remedy=(
            Message("Somebody has tampered with it: tell the support desk.") if broken else NOTHING
        ),
    )
