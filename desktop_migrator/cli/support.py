"""`support bundle`: what the desk needs to help, shown before it is saved."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from desktop_migrator.cli.options import Source
from desktop_migrator.cli.session import Session
from desktop_migrator.errors import ExitCode
from desktop_migrator.migration.desk.support_bundle import collect_files, save_bundle
from desktop_migrator.plan.schema import load_plan

group = typer.Typer(add_completion=False, no_args_is_help=True)


@group.callback()
def _group() -> None:
    """Get help."""


@group.command("bundle", help="Save versions, settings, counts and logs for the support desk.")
def bundle(
    ctx: typer.Context,
    source: Source = None,
    out: Annotated[Path | None, typer.Option(help="The zip file to write.")] = None,
) -> None:
    session: Session = ctx.obj
    pieces = collect_files(session.workspace, load_plan(session.plan), source or ())
    path = out or Path(f"support-{datetime.now(UTC):%Y%m%d-%H%M%S}.zip")
    if session.interactive:
        for piece in pieces:
            session.print_text(f"── {piece.name}")
            session.print_text(piece.text)
        if not typer.confirm(f"This is all of it. Save it as {path}?"):
            session.print_text("Nothing was saved.")
            raise typer.Exit(ExitCode.CANCELLED)
    save_bundle(pieces, path)
    if session.json:
        session.emit_json(path=str(path), pieces=[piece.name for piece in pieces])
    else:
        session.print_text(f"The bundle is in {path}. Send it to the support desk.")
