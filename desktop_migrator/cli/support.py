"""`support bundle`: what the desk needs to help, shown before it is saved."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from desktop_migrator.cli.options import Source
from desktop_migrator.cli.session import Session
from desktop_migrator.cli.usage_errors import CommandGroup
from desktop_migrator.errors import ExitCode
from desktop_migrator.messages import N_, Message
from desktop_migrator.migration.desk.support_bundle import collect_files, save_bundle
from desktop_migrator.plan.schema import load_plan
from desktop_migrator.reporter import Question

group = typer.Typer(cls=CommandGroup, add_completion=False, no_args_is_help=True)


@group.callback(help=N_("Get help."))
def _group() -> None:
    """A single command would stand for the group."""


@group.command("bundle", help=N_("Save versions, settings, counts and logs for the support desk."))
def bundle(
    ctx: typer.Context,
    source: Source = None,
    out: Annotated[Path | None, typer.Option(help=N_("The zip file to write."))] = None,
) -> None:
    session: Session = ctx.obj
    tr = session.tr
    pieces = collect_files(session.workspace, load_plan(session.plan), source or ())
    path = out or Path(f"support-{datetime.now(UTC):%Y%m%d-%H%M%S}.zip")
    if session.interactive:
        for piece in pieces:
            session.print_text(f"── {piece.name}")
            session.print_text(piece.text)
        question = Question(
            Message("This is all of it. Save it as {path}?", path=str(path)), (N_("yes"), N_("no"))
        )
        if session.make_reporter().ask(question) != "yes":
            session.print_text(tr("Nothing was saved."))
            raise typer.Exit(ExitCode.CANCELLED)
    save_bundle(pieces, path)
    if session.json:
        session.emit_result(path=str(path), pieces=[piece.name for piece in pieces])
    else:
        session.print_text(
            tr("The bundle is in {path}. Send it to the support desk.", path=str(path))
        )
