"""Who works for which person: looked at, and unlocked where nobody is behind it."""

from dataclasses import dataclass

from desktop_migrator.migration.database.open_database import Person, open_database, person_id
from desktop_migrator.migration.workspace.audit_trail import AuditTrail, Deed
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.plan.schema import Plan
from desktop_migrator.postgres.connection.engine import translated
from desktop_migrator.postgres.run_lock.leases import Cleared, Lease, clear, find_leases, is_there
from desktop_migrator.postgres.types import adapters
from desktop_migrator.reporter import Reporter

__all__ = ["Lease", "Unlocked", "leases", "unlock"]


@dataclass(frozen=True, slots=True)
class Unlocked:
    """What `unlock` did."""

    user_id: str
    plan: str
    cleared: Cleared


def leases(
    database: str, user_id: str | None, workspace: Workspace, reporter: Reporter
) -> list[Lease]:
    """Who works now, the longest first; of one person where one is named."""
    with (
        open_database(database, workspace, reporter) as engine,
        engine.connect() as connection,
        translated(),
        connection.begin(),
    ):
        return find_leases(adapters.cursor(connection).connection, user_id)


def unlock(
    database: str,
    plan: Plan,
    person: Person,
    *,
    force: bool,
    workspace: Workspace,
    reporter: Reporter,
) -> Unlocked:
    """Clears what a run that is gone has left; with `force` also what a living one holds.

    Raises Locked where somebody works, PermissionMissing.
    """
    trail = AuditTrail(workspace.catalog)
    kept = None
    with open_database(database, workspace, reporter) as engine, engine.connect() as connection:
        with translated(), connection.begin():
            user_id = person_id(connection, plan, person, reporter)
            driver = adapters.cursor(connection).connection
            cleared = clear(driver, user_id, plan.name, force=force)
            if (cleared.lease or cleared.ended) and is_there(driver, "audit"):
                run = cleared.lease.run if cleared.lease else None
                outcome = "forced" if force else "stale"
                deed = Deed(action="unlock", user_id=user_id, run=run, outcome=outcome)
                kept = trail.record(connection, deed)
        if kept:
            trail.keep(kept)
    return Unlocked(user_id, plan.name, cleared)
