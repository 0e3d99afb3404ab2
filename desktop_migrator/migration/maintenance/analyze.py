"""Looks at sources, target and the last runs, by names, kinds and sizes; changes nothing."""

from dataclasses import dataclass

from desktop_migrator.errors import UsageError
from desktop_migrator.migration.database.open_database import open_database, person_id
from desktop_migrator.migration.maintenance.previous_run import Subject, bound_tables
from desktop_migrator.migration.maintenance.profile_phases import Phase, measure
from desktop_migrator.migration.maintenance.profile_sources import OriginProfile, profile_sources
from desktop_migrator.migration.run.survey import choose_origins
from desktop_migrator.migration.sources.open_sources import open_sources
from desktop_migrator.migration.sources.origins import as_origins
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.postgres.bookkeeping.schema import version
from desktop_migrator.postgres.connection.engine import translated
from desktop_migrator.postgres.run_lock.run_lock import hold
from desktop_migrator.postgres.schema.table_health import (
    RunSpeed,
    TableHealth,
    last_runs,
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
    subject: Subject, workspace: Workspace, reporter: Reporter, *, profile: bool = False
) -> Analysis:
    """With an empty `database` the sources alone; `profile` measures a dry run, too.

    No `sources` means every browser found, here.
    """
    if profile and not subject.database:
        raise UsageError(reason="--profile measures a dry run, which needs --database.")
    named = as_origins(subject.origins)
    with open_sources(subject.sources, workspace.snapshots, reporter) as sources:
        origins = tuple(profile_sources(subject.plan, sources, named))
        if not subject.database:
            return Analysis(origins)
        with (
            open_database(subject.database, workspace, reporter) as engine,
            engine.connect() as connection,
        ):
            user_id = subject.person.user_id
            with translated(), connection.begin():
                tables = bound_tables(connection, subject.plan, subject.plan.entities)
                healths = [table_health(connection, entity) for entity in tables.entities]
                current = version(connection).current
                runs = last_runs(connection, user_id) if current else []
            phases: list[Phase] = []
            if profile:
                with translated(), connection.begin():
                    user_id = person_id(connection, subject.plan, subject.person, reporter)
                chosen = choose_origins(subject.plan, named, sources, reporter)
                with hold(engine, user_id, subject.plan.name):
                    phases = measure(connection, subject, user_id, (sources, chosen), reporter)
    return Analysis(
        origins,
        tuple(healths),
        tuple(f"{name}: {error}" for name, error in tables.problems.items()),
        tuple(runs),
        tuple(phases),
    )
