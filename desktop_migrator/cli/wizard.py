"""`wizard`: opens the window."""

from pathlib import Path
from typing import Annotated

import typer

from desktop_migrator.cli.session import Session
from desktop_migrator.messages import N_
from desktop_migrator.migration.wizard_options import WizardOptions


def command(
    ctx: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(help=N_("A kit or a capture to open it with."), show_default=False),
    ] = None,
) -> None:
    session: Session = ctx.obj
    opening = WizardOptions(
        file=file, data_dir=session.data_dir, plan=session.plan, language=session.language
    )
    raise typer.Exit(session.open_wizard(opening))
