"""A run of before, looked at again: which one is meant, and the tables and sources it had."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection

from desktop_migrator.errors import MigratorError, RunNotFound
from desktop_migrator.messages import Message
from desktop_migrator.migration.database.open_database import prepare_entities
from desktop_migrator.migration.database.person import Person
from desktop_migrator.migration.run.survey import choose_origins
from desktop_migrator.migration.sources.open_sources import Sources, open_sources
from desktop_migrator.migration.sources.origins import parse_origins
from desktop_migrator.migration.workspace.run_plans import find_run_plan
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import Item, Rejection, TargetEntity
from desktop_migrator.plan.companions import find_companions
from desktop_migrator.plan.envelope import FieldKey
from desktop_migrator.plan.extract import Extractor
from desktop_migrator.plan.schema import Plan
from desktop_migrator.postgres.bookkeeping.runs import Run, list_runs
from desktop_migrator.postgres.verify.row_state import entities_of
from desktop_migrator.reporter import Reporter


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceRequest:
    """What to look at."""

    plan: Plan
    plan_is_named: bool = True
    """Whether somebody named it; else it stands in for the one that the run had, where that is
    kept on this computer."""
    database: str
    """A URL, or `builtin`."""
    person: Person
    run: str | None = None
    """None: the last migration of this person; by this plan, if that is named."""
    sources: tuple[Path, ...] = ()
    """Empty: the sources are left out of it."""
    origins: tuple[str, ...] = ()
    """Empty: the run's own, else as `migrate` would choose."""
    field_key: FieldKey | None = None
    """The run's key of sensitive fields."""


@dataclass(frozen=True, slots=True)
class BoundTables:
    """The run's kinds of items that have a table, and what is wrong with the others."""

    entities: tuple[TargetEntity, ...]
    problems: dict[str, MigratorError]
    """By entity."""


def select_run(
    connection: Connection, user_id: str, request: MaintenanceRequest, workspace: Workspace
) -> tuple[Run, MaintenanceRequest]:
    """The run that is meant, and the request with the plan that it had.

    Raises RunNotFound.
    """
    run_id, plan = request.run, request.plan
    for run in list_runs(connection, user_id):
        if run.id == run_id if run_id else _is_migration(run, request):
            return run, replace(request, plan=_plan_of(run, request, workspace))
    if run_id:
        raise RunNotFound(
            reason=Message("User {user_id} has no run {run_id}.", user_id=user_id, run_id=run_id)
        )
    if not request.plan_is_named:
        raise RunNotFound(reason=Message("User {user_id} has no migration.", user_id=user_id))
    raise RunNotFound(
        reason=Message(
            "User {user_id} has no migration by the plan {plan}.", user_id=user_id, plan=plan.name
        )
    )


def _is_migration(run: Run, request: MaintenanceRequest) -> bool:
    is_meant = run.plan == request.plan.name or not request.plan_is_named
    return is_meant and run.undoes is None and run.mends is None


def _plan_of(run: Run, request: MaintenanceRequest, workspace: Workspace) -> Plan:
    if request.plan_is_named or run.plan_digest.hex() == request.plan.digest:
        return request.plan
    kept = find_run_plan(workspace, run.id)
    if kept is not None and kept.digest == run.plan_digest.hex():
        return kept
    if run.plan == request.plan.name:
        return request.plan
    raise RunNotFound(
        reason=Message(
            "Run {run} was made by the plan {plan}, which this computer does not have. Name it "
            "with --plan.",
            run=run.id,
            plan=run.plan,
        )
    )


def find_tables(connection: Connection, plan: Plan, run: Run) -> BoundTables:
    return bind_tables(connection, plan, entities_of(connection, run), run.user_id)


def bind_tables(
    connection: Connection, plan: Plan, names: Iterable[str], user_id: str | None = None
) -> BoundTables:
    """The kinds of items named, each by itself, so that what ails one costs the others nothing."""
    entities: list[TargetEntity] = []
    problems: dict[str, MigratorError] = {}
    for name in names:
        try:
            entities += prepare_entities(connection, plan, [name], create=False, user_id=user_id)
        except MigratorError as error:
            problems[name] = error
    return BoundTables(tuple(entities), problems)


@contextmanager
def open_run_sources(
    request: MaintenanceRequest, run: Run, workspace: Workspace, reporter: Reporter
) -> Iterator[tuple[Sources, tuple[str, ...]] | None]:
    """The sources and the web sites meant; None where no sources are named."""
    if not request.sources:
        yield None
        return
    with open_sources(request.sources, workspace.snapshots, reporter) as sources:
        named = parse_origins(request.origins) or run.origins
        yield sources, choose_origins(request.plan, named, sources, reporter)


def extract_again(
    request: MaintenanceRequest,
    entities: Sequence[TargetEntity],
    user_id: str,
    sources_and_origins: tuple[Sources, tuple[str, ...]],
) -> Iterator[Item | Rejection]:
    """What the plan makes of the sources now."""
    sources, origins = sources_and_origins
    return Extractor(
        *(request.plan, entities, user_id, origins, request.field_key),
        find_companions(request.plan, sources.records),
    ).extract(sources.records())
