"""Everybody's rejected items once more, by a better plan; what the database accepts goes in.

Nothing is guessed: an item goes in only if the plan takes it as it is and a dry run shows that the
database does. Each run of this can be taken back by itself.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import Engine

from desktop_migrator.errors import Cancelled, MigratorError
from desktop_migrator.migration.database.open_database import enter_as, open_database
from desktop_migrator.migration.database.person import Person
from desktop_migrator.migration.fleet.fleet_status import (
    FleetPerson,
    FleetRequest,
    fleet_status,
)
from desktop_migrator.migration.maintenance.previous_run import (
    MaintenanceRequest,
    find_tables,
    select_run,
)
from desktop_migrator.migration.maintenance.repair_run import RepairContext
from desktop_migrator.migration.maintenance.resend_rows import load_fix
from desktop_migrator.migration.maintenance.retry_rejected import find_fixes
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.plan.envelope import FieldKey
from desktop_migrator.postgres.connection.engine import translate_errors
from desktop_migrator.reporter import Reporter, Stage


@dataclass(frozen=True, slots=True)
class RetriedRun:
    """What became of the rejected items of one run."""

    user_id: str
    run: str
    """The one that had rejected them."""
    cured: int = 0
    """How many go in now."""
    left: dict[str, int] | None = None
    """The others, by their code."""
    retry: str | None = None
    """The run that has loaded them; None: there were none, or it is a dry run."""
    error: MigratorError | None = None


def fleet_retry(
    request: FleetRequest,
    workspace: Workspace,
    reporter: Reporter,
    field_key: FieldKey | None = None,
    *,
    dry_run: bool = False,
    on_done: Callable[[RetriedRun], None] = lambda _: None,
) -> list[RetriedRun]:
    """What ails one person stops none of the others, save Cancelled, which is then the error
    of all that come after it. Raises as `fleet_status`.
    """
    fleet = fleet_status(request, workspace, reporter)
    waiting = [(person, run) for person in fleet.people for run in person.waiting_runs]
    reporter.started(Stage.LOAD, len(waiting))
    done: list[RetriedRun] = []
    for one in _retry_each(waiting, request, workspace, reporter, field_key, dry_run=dry_run):
        done.append(one)
        on_done(one)
        reporter.advanced(Stage.LOAD, len(done), len(waiting))
    return done


def _retry_each(
    waiting: list[tuple[FleetPerson, str]],
    request: FleetRequest,
    workspace: Workspace,
    reporter: Reporter,
    field_key: FieldKey | None,
    *,
    dry_run: bool,
) -> Iterator[RetriedRun]:
    for person, run in waiting:
        if reporter.cancelled:
            yield RetriedRun(person.user_id, run, error=Cancelled())
            continue
        maintenance = MaintenanceRequest(
            plan=request.plan,
            database=request.database,
            person=Person(person.user_id),
            run=run,
            field_key=field_key,
        )
        try:
            # One by one: the database may be told of whose rows the sessions work on.
            with open_database(request.database, workspace, reporter) as engine:
                yield _retry(engine, maintenance, workspace, reporter, run, dry_run=dry_run)
        except MigratorError as error:
            yield RetriedRun(person.user_id, run, error=error)


def _retry(
    engine: Engine,
    request: MaintenanceRequest,
    workspace: Workspace,
    reporter: Reporter,
    run_id: str,
    *,
    dry_run: bool,
) -> RetriedRun:
    left: Counter[str] = Counter()
    with engine.connect() as connection:
        with translate_errors(), connection.begin():
            user_id = enter_as(connection, request.plan, request.person, reporter)
            run, request = select_run(connection, user_id, request, workspace)
            entities = find_tables(connection, request.plan, run).entities
        with translate_errors(), connection.begin() as transaction:
            fixes = find_fixes(connection, request, run, entities, left)
            transaction.rollback()
        context = RepairContext(engine, connection, request, workspace, reporter, user_id)
        cured, retry = 0, None
        for fix in fixes:
            if not fix.as_they_are:
                left.update(each.rejection.code for each in fix.quarantined)
                continue
            cured += len(fix.quarantined)
            if not dry_run:
                retry = load_fix(context, run, entities, fix)
    return RetriedRun(user_id, run_id, cured, dict(left), retry)
