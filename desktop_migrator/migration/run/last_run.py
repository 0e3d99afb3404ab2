"""What the last run of this computer says of another one that is to be like it."""

import os
from collections.abc import Mapping

from desktop_migrator.migration.database.open_database import without_password
from desktop_migrator.migration.workspace import connections
from desktop_migrator.migration.workspace.catalog import Catalog, CatalogedRun
from desktop_migrator.migration.workspace.workspace import Workspace

DATABASE_VARIABLES = ("DESKTOP_MIGRATOR_DATABASE", "DATABASE_URL")


def find_last_run(
    workspace: Workspace, database: str | None = None, user_id: str | None = None
) -> CatalogedRun | None:
    """The newest run, of that database and that person where they are named."""
    for run in Catalog(workspace.catalog).runs(user_id):
        if database is None or run.database == without_password(database):
            return run
    return None


def last_database(workspace: Workspace, user_id: str | None) -> str | None:
    """The address of the last run's database: of this person's, else of anybody's."""
    run = find_last_run(workspace, user_id=user_id) or find_last_run(workspace)
    return Catalog(workspace.catalog).address(run) if run else None


def choose_database(
    workspace: Workspace, user_id: str | None, environment: Mapping[str, str] = os.environ
) -> str | None:
    """From the environment, the settings, the default connection or the last run, as a URL.

    None where none of them has one. Raises `ConnectionUnknown`.
    """
    named = next((environment[name] for name in DATABASE_VARIABLES if environment.get(name)), None)
    if named := named or workspace.settings.database:
        return connections.resolve_database(workspace, named)
    if default := connections.default_connection(workspace):
        return default.url
    return last_database(workspace, user_id)
