"""A database role with just the rights that migrating by a plan needs: its SQL, printed or run."""

from collections.abc import Iterator

from desktop_migrator.migration.database.open_database import open_database
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.plan.schema import Plan
from desktop_migrator.postgres.connection.engine import translate_errors
from desktop_migrator.postgres.schema.grants import (
    GrantScript,
    TableAccess,
    build_grant_script,
    run_grant_script,
)
from desktop_migrator.reporter import Reporter

__all__ = ["GrantScript", "provision"]


def provision(
    plan: Plan,
    role: str,
    database: str | None,
    *,
    apply: bool,
    workspace: Workspace,
    reporter: Reporter,
) -> GrantScript:
    """The SQL for the role; with `apply` it has been run, all of it or nothing.

    Without a database the plan's names are taken as they are.
    """
    accesses = list(_accesses(plan))
    if database is None:
        return build_grant_script(role, accesses)
    with (
        open_database(database, workspace, reporter) as engine,
        engine.connect() as connection,
        translate_errors(),
        connection.begin(),
    ):
        result = build_grant_script(role, accesses, connection)
        if apply:
            run_grant_script(connection, result)
    return result


def _accesses(plan: Plan) -> Iterator[TableAccess]:
    for entity in plan.entities.values():
        yield TableAccess(entity.table)
    if plan.user:
        lookup = plan.user.lookup
        yield TableAccess(lookup.table, (lookup.match, lookup.id))
