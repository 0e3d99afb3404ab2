"""Options that several commands share."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from desktop_migrator.cli import ids
from desktop_migrator.errors import UsageError
from desktop_migrator.messages import N_, Message
from desktop_migrator.migration.workspace import connections


def resolve_database(ctx: typer.Context, value: str | None) -> str | None:
    """The URL of a saved connection, where a name was given."""
    return value if value is None else connections.resolve_database(ctx.obj.workspace, value)


def complete_run(ctx: typer.Context, value: str | None) -> str | None:
    return value and ids.run_id(ctx.obj, value)


def complete_backup(ctx: typer.Context, value: str | None) -> str | None:
    return value and ids.backup_id(ctx.obj, value)


Source = Annotated[
    list[Path] | None,
    typer.Option(
        "--source",
        help=N_(
            "A profile, a browser's user-data folder, a Firefox root or one store; may be given"
            " several times. Without it: every browser found."
        ),
    ),
]
Origin = Annotated[
    list[str] | None,
    typer.Option(
        "--origin", help=N_("Only this web site, e.g. https://app.example.com; repeatable.")
    ),
]
Take = Annotated[
    list[str] | None,
    typer.Option(
        "--take",
        metavar=N_("KEY"),
        help=N_(
            "Take records with this key though the plan leaves them aside as a cache, a log-in or"
            " the like; `*` stands for any characters; repeatable."
        ),
    ),
]
UserId = Annotated[
    str | None, typer.Option("--user-id", help=N_("Who the person is in the app's database."))
]
UserEmail = Annotated[
    str | None,
    typer.Option(
        "--user-email", help=N_("Instead of --user-id, where the plan says how to look up.")
    ),
]
FieldKeyFile = Annotated[
    Path | None,
    typer.Option(
        "--field-key",
        metavar=N_("FILE"),
        help=N_("The file with the key that sensitive fields are encrypted and hashed with."),
    ),
]
Run = Annotated[
    str | None,
    typer.Option(
        "--run",
        callback=complete_run,
        help=N_("The run's id, its beginning or `last`; without it the person's last migration."),
    ),
]


def parse_time(text: str | None, option: str) -> datetime | None:
    """The moment, of this computer's time zone unless it names one; a day alone begins.

    Raises UsageError, which names the option.
    """
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError):
        raise UsageError(
            reason=Message("{option} takes a time such as 2026-07-01T12:00.", option=option)
        ) from None


def parse_end_time(text: str | None, option: str) -> datetime | None:
    """The same, but a day alone ends."""
    try:
        day = date.fromisoformat(text or "")
        return parse_time((day + timedelta(days=1)).isoformat(), option)
    except (ValueError, OverflowError):
        return parse_time(text, option)
