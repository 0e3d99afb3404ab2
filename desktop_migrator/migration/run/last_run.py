"""What the last run of this computer says of another one that is to be like it."""

from desktop_migrator.messages import Message
from desktop_migrator.migration.database.open_database import without_password
from desktop_migrator.migration.database.person import Person
from desktop_migrator.migration.workspace import connections
from desktop_migrator.migration.workspace.catalog import Catalog, CatalogedRun
from desktop_migrator.migration.workspace.run_plans import find_run_plan
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.plan.schema import Plan


def find_last_run(
    workspace: Workspace, database: str | None = None, user_id: str | None = None
) -> CatalogedRun | None:
    """The newest run, of that database and that person where they are named."""
    for run in Catalog(workspace.catalog).runs(user_id):
        if database is None or run.database == without_password(database):
            return run
    return None


def implied_database(workspace: Workspace, user_id: str | None) -> tuple[str, Message] | None:
    """The default connection's URL, else that of the last run, of this person's if there is one,
    and what to tell of it; None: there is neither."""
    if default := connections.default_connection(workspace):
        return default.url, Message("Database: {name}, the default connection.", name=default.name)
    run = find_last_run(workspace, user_id=user_id) or find_last_run(workspace)
    if run is None:
        return None
    told = Message("Database: {database}, as in the last run.", database=run.database)
    return Catalog(workspace.catalog).address(run), told


def implied_person(workspace: Workspace, database: str) -> tuple[Person, Message] | None:
    """Whose data the last run moved into this database."""
    run = find_last_run(workspace, database)
    if run is None:
        return None
    told = Message("User: {user_id}, as in the last run.", user_id=run.user_id)
    return Person(run.user_id), told


def implied_plan(
    workspace: Workspace, database: str | None, other_than: Plan
) -> tuple[Plan, Message] | None:
    """The plan that the last run, into this database if one is named, had in place of another."""
    run = find_last_run(workspace, database)
    plan = find_run_plan(workspace, run.run) if run else None
    if plan is None or plan.digest == other_than.digest:
        return None
    return plan, Message("Plan: {plan}, as in the last run.", plan=plan.name)
