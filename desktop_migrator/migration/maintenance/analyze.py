"""Looks at sources, target and the last runs, by names, kinds and sizes; changes nothing."""

from dataclasses import dataclass

from desktop_migrator.errors import UsageError
from desktop_migrator.messages import Message
from desktop_migrator.migration.database.open_database import enter_as, open_database
from desktop_migrator.migration.maintenance.previous_run import MaintenanceRequest, bind_tables
from desktop_migrator.migration.maintenance.profile_phases import Phase, measure_phases
from desktop_migrator.migration.maintenance.profile_sources import OriginProfile, profile_sources
from desktop_migrator.migration.run.survey import choose_origins
from desktop_migrator.migration.sources.open_sources import open_sources
from desktop_migrator.migration.sources.origins import parse_origins
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.postgres.bookkeeping.schema_upgrade import schema_version
from desktop_migrator.postgres.connection.engine import translate_errors
from desktop_migrator.postgres.run_lock.run_lock import hold_run_lock
from desktop_migrator.postgres.schema.table_health import (
    RunSpeed,
    TableHealth,
    recent_run_speeds,
    table_health,
)
from desktop_migrator.reporter import Reporter


@dataclass(frozen=True, slots=True)
class Analysis:
    origins: tuple[OriginProfile, ...]
    tables: tuple[TableHealth, ...] = ()
    problems: tuple[str, ...] = ()
    """Tables that cannot be looked at, and why."""
    runs: tuple[RunSpeed, ...] = ()
    phases: tuple[Phase, ...] = ()


def analyze(
    request: MaintenanceRequest, workspace: Workspace, reporter: Reporter, *, profile: bool = False
) -> Analysis:
    """With an empty `database` the sources alone; `profile` measures a dry run, too.

    No `sources` means every browser found, here.
    """
    if profile and not request.database:
        raise UsageError(reason=Message("--profile measures a dry run, which needs --database."))
    named = parse_origins(request.origins)
    with open_sources(request.sources, workspace.snapshots, reporter) as sources:
        origins = tuple(profile_sources(request.plan, sources, named))
        if not request.database:
            return Analysis(origins)
        with (
            open_database(request.database, workspace, reporter) as engine,
            engine.connect() as connection,
        ):
            user_id = request.person.user_id
            with translate_errors(), connection.begin():
                tables = bind_tables(connection, request.plan, request.plan.entities)
                healths = [table_health(connection, entity) for entity in tables.entities]
                current = schema_version(connection).is_current
                runs = recent_run_speeds(connection, user_id) if current else []
            phases: list[Phase] = []
            if profile:
                with translate_errors(), connection.begin():
                    user_id = enter_as(connection, request.plan, request.person, reporter)
                chosen = choose_origins(request.plan, named, sources, reporter)
                with hold_run_lock(engine, user_id, request.plan.name):
                    phases = measure_phases(
                        connection, request, user_id, (sources, chosen), reporter
                    )
    return Analysis(
        origins,
        tuple(healths),
        tuple(f"{name}: {error}" for name, error in tables.problems.items()),
        tuple(runs),
        tuple(phases),
    )
