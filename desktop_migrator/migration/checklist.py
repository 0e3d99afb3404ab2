"""The steps of a migration, from the first look to the last, against what is so."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from desktop_migrator.errors import MigratorError
from desktop_migrator.messages import N_, Message, plural
from desktop_migrator.migration.database.open_database import check_database
from desktop_migrator.migration.database.person import Person
from desktop_migrator.migration.maintenance.previous_run import MaintenanceRequest
from desktop_migrator.migration.maintenance.validate import validate
from desktop_migrator.migration.status import Status, status
from desktop_migrator.migration.workspace.backup_catalog import BackupCatalog
from desktop_migrator.migration.workspace.catalog import CatalogedRun
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import Outcome
from desktop_migrator.plan.schema import Plan
from desktop_migrator.postgres.verify.checks import Check
from desktop_migrator.reporter import Reporter


class StepId(StrEnum):
    """In the order in which they are gone through."""

    DATA_FOUND = N_("The app's data is found in a browser")
    DATABASE_READY = N_("The database can be reached and has what is needed")
    MIGRATED = N_("Everything found is migrated")
    BACKED_UP = N_("The last migration has a backup")
    NOTHING_REJECTED = N_("No item was rejected or replaced by another version")
    VALIDATED = N_("What was migrated is there, whole and as it was sent")


@dataclass(frozen=True, slots=True)
class Step:
    id: StepId
    done: bool | None
    """None: it cannot be told, or does not come into question yet."""
    detail: Message | str = ""
    command: str = ""
    """What does it, where it is not done."""


def checklist(
    plan: Plan,
    folders: Sequence[Path],
    database: str | None,
    person: Person,
    workspace: Workspace,
    reporter: Reporter,
) -> Iterator[Step]:
    """One step after the other, as each is looked at. `database` None: nobody has named one."""
    now = status(plan, folders, person.user_id, workspace, reporter)
    last = next((run for run in now.runs if run.outcome == Outcome.COMPLETED), None)
    yield _data_found(now)
    yield _database_ready(plan, database, workspace, reporter)
    yield _migrated(now)
    yield _backed_up(last, workspace)
    yield _nothing_rejected(last)
    yield _validated(plan, last, database, person, workspace, reporter)


def _data_found(now: Status) -> Step:
    records = sum(site.records for site in now.sites)
    found = plural("{count:,} record", "{count:,} records", count=records)
    return Step(StepId.DATA_FOUND, bool(records), found, "desktop-migrator scan")


def _database_ready(
    plan: Plan, database: str | None, workspace: Workspace, reporter: Reporter
) -> Step:
    command = "desktop-migrator test-connection"
    if database is None:
        nobody = Message("No database is named: see --database.")
        return Step(StepId.DATABASE_READY, None, nobody, command)
    try:
        wrong = [
            each for each in check_database(database, plan, workspace, reporter) if not each.ok
        ]
    except MigratorError as error:
        return Step(StepId.DATABASE_READY, False, error.message, command)
    return Step(StepId.DATABASE_READY, not wrong, _first(wrong), command)


def _migrated(now: Status) -> Step:
    open_sites = [site.origin for site in now.sites if site.needs_migration]
    done = None if not now.sites and not now.runs else not open_sites and not now.unfinished
    command = "desktop-migrator migrate" + (" --resume" if now.unfinished else "")
    return Step(StepId.MIGRATED, done, ", ".join(open_sites), command)


def _backed_up(last: CatalogedRun | None, workspace: Workspace) -> Step:
    if last is None:
        return Step(StepId.BACKED_UP, None)
    backup = BackupCatalog(workspace.catalog).backup_of_run(last.run)
    return Step(StepId.BACKED_UP, bool(backup), backup or "", "desktop-migrator backup create")


def _nothing_rejected(last: CatalogedRun | None) -> Step:
    if last is None:
        return Step(StepId.NOTHING_REJECTED, None)
    counts = last.counts or {}
    left = counts.get("rejected", 0) + counts.get("superseded", 0)
    found = plural("{count:,} item", "{count:,} items", count=left) if left else ""
    return Step(StepId.NOTHING_REJECTED, not left, found, "desktop-migrator export rejected")


def _validated(
    plan: Plan,
    last: CatalogedRun | None,
    database: str | None,
    person: Person,
    workspace: Workspace,
    reporter: Reporter,
) -> Step:
    command = "desktop-migrator validate"
    if last is None or database is None:
        return Step(StepId.VALIDATED, None, "", command)
    request = MaintenanceRequest(
        plan=plan, plan_is_named=False, database=database, person=person, run=last.run
    )
    try:
        found = validate(request, workspace, reporter)
    except MigratorError as error:
        return Step(StepId.VALIDATED, False, error.message, command)
    wrong = [each for each in found.checks if not each.ok]
    return Step(StepId.VALIDATED, not wrong, _first(wrong), command)


def _first(wrong: Sequence[Check]) -> Message | str:
    if not wrong:
        return ""
    return Message("{check}: {detail}", check=wrong[0].label, detail=wrong[0].detail)
