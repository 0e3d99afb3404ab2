"""The option `--database`, for commands that need one and for those that can do with one."""

from typing import Annotated

import typer

from desktop_migrator.cli import last_run
from desktop_migrator.cli.options import resolve_database
from desktop_migrator.cli.session import Session
from desktop_migrator.errors import UsageError
from desktop_migrator.messages import N_, Message
from desktop_migrator.migration.workspace import connections


def choose_database(ctx: typer.Context, value: str) -> str:
    """The URL of what was named; else of the default connection, or the last run's."""
    if ctx.resilient_parsing:
        return value
    session: Session = ctx.obj
    if value:
        return connections.resolve_database(session.workspace, value)
    chosen = last_run.choose_database(session, ctx.params.get("user_id"))
    if chosen is None:
        raise UsageError(reason=Message("{name} is missing.", name="--database"))
    return chosen


def choose_database_if_any(ctx: typer.Context, value: str | None) -> str | None:
    """The same; None where nothing names one."""
    if value or ctx.resilient_parsing:
        return resolve_database(ctx, value)
    return last_run.choose_database(ctx.obj, ctx.params.get("user_id"))


FROM_CONTEXT = ""
"""The default of options that the settings or the last run can say."""

Database = Annotated[
    str,
    typer.Option(
        callback=choose_database,
        show_default=False,
        help=N_(
            "postgresql://user@host/database, a saved connection's name, or `builtin` for the"
            " database that comes with this program; without it the default connection's, or the"
            " last run's."
        ),
    ),
]
