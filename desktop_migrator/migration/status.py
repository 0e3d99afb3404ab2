"""Is a migration needed, and what was done before: told without asking the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from desktop_migrator.migration.sources.open_sources import open_sources
from desktop_migrator.migration.workspace.catalog import Catalog, CatalogedRun, unfinished_runs
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import Outcome
from desktop_migrator.plan.classify import RecordClassifier
from desktop_migrator.plan.companions import find_companions
from desktop_migrator.plan.schema import Plan
from desktop_migrator.reporter import Reporter


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
