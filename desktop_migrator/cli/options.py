"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from desktop_migrator.migration.connections import resolve


def named_database(ctx: typer.Context, value: str | None) -> str | None:
    """The URL of a saved connection, where a name was given."""
    return value if value is None else resolve(ctx.obj.workspace, value)


Source = Annotated[
    list[Path] | None,
    typer.Option(
        "--source",
        help="A profile, a browser's user-data folder, a Firefox root or one store; may be given"
        " several times. Without it: every browser found.",
    ),
]
Origin = Annotated[
    list[str] | None,
    typer.Option("--origin", help="Only this web site, e.g. https://app.example.com; repeatable."),
]
Database = Annotated[
    str,
    typer.Option(
        callback=named_database,
        help="postgresql://user@host/database, a saved connection's name, or `builtin` for the"
        " database that comes with this program.",
    ),
]
UserId = Annotated[
    str | None, typer.Option("--user-id", help="Who the person is in the app's database.")
]
UserEmail = Annotated[
    str | None,
    typer.Option("--user-email", help="Instead of --user-id, where the plan says how to look up."),
]
FieldKeyFile = Annotated[
    Path | None,
    typer.Option(
        "--field-key",
        metavar="FILE",
        help="The file with the key that sensitive fields are encrypted and hashed with.",
    ),
]
Run = Annotated[
    str | None,
    typer.Option("--run", help="The run's id; without it the person's last migration."),
]
PassphraseStdin = Annotated[
    bool,
    typer.Option(
        "--passphrase-stdin",
        help="Read a passphrase, or a recovery key where something is opened, from standard input:"
        " its first line.",
    ),
]
