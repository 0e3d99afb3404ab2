"""What a run has left locked for a person, unlocked where nobody is behind it."""

from dataclasses import dataclass

from desktop_migrator.migration.database.open_database import open_database, resolve_user_id
from desktop_migrator.migration.database.person import Person
from desktop_migrator.migration.workspace.audit_trail import AuditEvent, AuditTrail
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.plan.schema import Plan
from desktop_migrator.postgres.connection.engine import translate_errors
from desktop_migrator.postgres.run_lock.leases import (
    ClearedLease,
    clear_lease,
    table_exists,
)
from desktop_migrator.postgres.types import adapters
from desktop_migrator.reporter import Reporter


@dataclass(frozen=True, slots=True)
class UnlockResult:
    """What `unlock` did."""

    user_id: str
    plan: str
    cleared: ClearedLease


def unlock(
    database: str,
    plan: Plan,
    person: Person,
    *,
    force: bool,
    workspace: Workspace,
    reporter: Reporter,
) -> UnlockResult:
    """Clears what a run that is gone has left; with `force` also what a living one holds.

    Raises RunLocked where somebody works, PermissionMissing.
    """
    trail = AuditTrail(workspace.catalog)
    kept = None
    with open_database(database, workspace, reporter) as engine, engine.connect() as connection:
        with translate_errors(), connection.begin():
            user_id = resolve_user_id(connection, plan, person, reporter)
            driver = adapters.cursor(connection).connection
            cleared = clear_lease(driver, user_id, plan.name, force=force)
            if (cleared.lease or cleared.terminated_pids) and table_exists(driver, "audit"):
                run = cleared.lease.run if cleared.lease else None
                outcome = "forced" if force else "stale"
                event = AuditEvent(action="unlock", user_id=user_id, run=run, outcome=outcome)
                kept = trail.record_in_database(connection, event)
        if kept:
            trail.append_local(kept)
    return UnlockResult(user_id, plan.name, cleared)
