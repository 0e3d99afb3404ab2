"""Is a migration needed, and what was done: as this computer knows, and as a database does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from desktop_migrator.migration.database.open_database import open_database, without_password
from desktop_migrator.migration.run.last_run import implied_person
from desktop_migrator.migration.sources.open_sources import open_sources
from desktop_migrator.migration.workspace.catalog import (
    Catalog,
    CatalogedRun,
    run_from_row,
    unfinished_runs,
)
from desktop_migrator.migration.workspace.catalog_repair import catalog_row
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import Outcome
from desktop_migrator.plan.classify import RecordClassifier
from desktop_migrator.plan.companions import find_companions
from desktop_migrator.plan.schema import Plan
from desktop_migrator.postgres.bookkeeping.runs import list_runs, undone_by
from desktop_migrator.postgres.connection.engine import CONNECT_SECONDS, translate_errors
from desktop_migrator.postgres.run_lock.leases import Lease, find_leases, table_exists
from desktop_migrator.postgres.types import adapters
from desktop_migrator.reporter import Reporter

__all__ = ["DatabaseStatus", "Lease", "SiteStatus", "Status", "status", "status_at_database"]

_HURRY = 2
"""Seconds; libpq takes no less."""


@dataclass(frozen=True, slots=True)
class SiteStatus:
    """A web site with data that the plan is for."""

    origin: str
    records: int
    modified: datetime | None
    last_run: CatalogedRun | None
    """The last one that completed."""

    @property
    def needs_migration(self) -> bool:
        """Whether it was never migrated, or may have been written to since."""
        if self.last_run is None or self.modified is None:
            return True
        return self.modified > self.last_run.started


@dataclass(frozen=True, slots=True)
class Status:
    sites: tuple[SiteStatus, ...]
    runs: tuple[CatalogedRun, ...]
    """The newest first."""

    @property
    def migration_needed(self) -> bool:
        return any(site.needs_migration for site in self.sites)

    @property
    def unfinished(self) -> tuple[CatalogedRun, ...]:
        """Runs that were cut off or did not complete, with no completed run after them."""
        return unfinished_runs(self.runs)


@dataclass(frozen=True, slots=True)
class DatabaseStatus:
    """What only a database can say."""

    leases: tuple[Lease, ...] = ()
    """Who works now, the longest first."""
    runs: tuple[CatalogedRun, ...] = ()
    """The person's runs that this computer does not know, from others; the newest first."""


def status_at_database(
    database: str,
    user_id: str | None,
    workspace: Workspace,
    reporter: Reporter,
    *,
    hurry: bool = False,
) -> DatabaseStatus:
    """Of one person where one is named, else with the runs of the last one from here.

    Raises as `open_database`; in a `hurry` the server has 2 seconds to answer.
    """
    patience = _HURRY if hurry else CONNECT_SECONDS
    with (
        open_database(database, workspace, reporter, patience) as engine,
        engine.connect() as connection,
        translate_errors(),
        connection.begin(),
    ):
        driver = adapters.cursor(connection).connection
        leases = find_leases(driver, user_id)
        implied = None if user_id else implied_person(workspace, database)
        whose = implied[0].user_id if implied else user_id
        if whose is None or not table_exists(driver, "runs"):
            return DatabaseStatus(tuple(leases))
        runs = list_runs(connection, whose)
    known = {run.run for run in Catalog(workspace.catalog).runs()}
    undone = undone_by(runs)
    shown = without_password(database)
    elsewhere = [
        run_from_row(catalog_row(run, undone, shown))
        for run in runs
        if run.id not in known and not (run.undoes or run.mends)
    ]
    return DatabaseStatus(tuple(leases), tuple(elsewhere))


def status(
    plan: Plan,
    folders: Sequence[Path],
    user_id: str | None,
    workspace: Workspace,
    reporter: Reporter,
) -> Status:
    runs = Catalog(workspace.catalog).runs(user_id)
    last = {
        origin: run
        for run in reversed(runs)
        if run.outcome == Outcome.COMPLETED
        for origin in run.origins
    }
    records: dict[str, int] = {}
    modified: dict[str, datetime] = {}
    with open_sources(folders, workspace.snapshots, reporter) as sources:
        classifier = RecordClassifier(plan, companions=find_companions(plan, sources.records))
        for record in sources.records():
            classified = classifier.classify_by_key(record)
            if classified is None or not classified.is_recognised:
                continue
            origin = record.storage_key.origin
            records[origin] = records.get(origin, 0) + 1
            if record.modified:
                modified[origin] = max(record.modified, modified.get(origin, record.modified))
    sites = (
        SiteStatus(origin, number, modified.get(origin), last.get(origin))
        for origin, number in sorted(records.items())
    )
    return Status(tuple(sites), tuple(runs))
