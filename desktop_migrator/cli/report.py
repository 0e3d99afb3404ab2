"""`report`: what a run did, as a page to read, keep or send."""

import webbrowser
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from desktop_migrator.cli.ids import LAST
from desktop_migrator.cli.options import complete_run
from desktop_migrator.cli.output import cannot_be_written
from desktop_migrator.cli.session import Session
from desktop_migrator.errors import UsageError
from desktop_migrator.messages import N_, Translator
from desktop_migrator.migration.report import run_facts
from desktop_migrator.migration.report.html import as_html
from desktop_migrator.migration.report.labels import DOMAIN
from desktop_migrator.migration.report.pdf import as_pdf
from desktop_migrator.system.files import write_output


class Format(StrEnum):
    HTML = "html"
    PDF = "pdf"


def command(
    ctx: typer.Context,
    run: Annotated[
        str,
        typer.Argument(
            callback=complete_run,
            help=N_("The run's id, as `status --verbose` lists it, or its beginning."),
        ),
    ] = LAST,
    form: Annotated[
        Format | None,
        typer.Option(
            "--format", help=N_("A web page or a PDF; without it as the file's name ends.")
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help=N_("Where to write it; else beside the program's data."))
    ] = None,
    show: Annotated[bool, typer.Option("--open", help=N_("Open it when it is written."))] = False,
) -> None:
    session: Session = ctx.obj
    folder = session.workspace.reports
    if form is None:
        form = Format.PDF if out and out.suffix.lower() == ".pdf" else Format.HTML
    found = run_facts.load_report(folder, run)
    tr = Translator(session.tr.language, DOMAIN)
    if form is Format.PDF:
        content = as_pdf(found, tr, session.find_typesetter)
    else:
        content = as_html(found, tr).encode()
    path = out or folder / f"{run}.{form}"
    try:
        write_output(path, content)
    except OSError as error:
        raise UsageError(reason=cannot_be_written(path, error)) from None
    if session.json:
        session.emit_result(run=run, format=form, path=str(path))
    else:
        session.print_text(session.tr("The report is in {path}", path=str(path)))
    if show:
        webbrowser.open(path.absolute().as_uri())
