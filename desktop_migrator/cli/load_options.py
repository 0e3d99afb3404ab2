"""Options of the commands that load: `migrate` and `upload`."""

from pathlib import Path
from typing import Annotated

import typer

from desktop_migrator.messages import N_
from desktop_migrator.model import ConflictPolicy

Conflict = Annotated[
    ConflictPolicy,
    typer.Option(
        "--conflict",
        help=N_(
            "What becomes of a row that exists and differs: skip keeps it, overwrite replaces"
            " it, merge does as the plan says for that kind of item, interactive asks."
        ),
    ),
]
DecisionsFile = Annotated[
    Path | None,
    typer.Option(
        "--decisions",
        metavar=N_("FILE"),
        help=N_("Where answers to conflicts are kept; those in it are not asked again."),
    ),
]
Include = Annotated[
    list[str] | None,
    typer.Option("--include", help=N_("Only this kind of item, e.g. tasks; repeatable.")),
]
Exclude = Annotated[
    list[str] | None, typer.Option("--exclude", help=N_("Not this kind of item; repeatable."))
]
From = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar=N_("DATE"),
        help=N_(
            "Only items last changed (or made, if they do not say when they were changed) on"
            " that day or later; a time is fine too. Items without a time are taken."
        ),
    ),
]
To = Annotated[
    str | None,
    typer.Option(
        "--to", metavar=N_("DATE"), help=N_("Only items until the end of that day, or that time.")
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help=N_("Do everything, then leave the database as it was."))
]
NoBackup = Annotated[
    bool,
    typer.Option("--no-backup", help=N_("Keep no encrypted backup of what is about to change.")),
]
PreservePartial = Annotated[
    bool, typer.Option("--preserve-partial", help=N_("Keep what was written when the run fails."))
]
CreateTables = Annotated[
    bool, typer.Option("--create-tables", help=N_("Make tables that are missing."))
]
