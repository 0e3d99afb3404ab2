"""`export`: what was found or migrated, for other programs."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from desktop_migrator.cli.database_options import choose_database
from desktop_migrator.cli.last_run import choose_person
from desktop_migrator.cli.options import Origin, Run, Source, UserEmail, UserId
from desktop_migrator.cli.output import cannot_be_written
from desktop_migrator.cli.records import as_json
from desktop_migrator.cli.session import Session
from desktop_migrator.errors import UsageError
from desktop_migrator.messages import N_, Message
from desktop_migrator.migration.export.export_rows import Write, export_rejected, export_rows
from desktop_migrator.migration.export.formats import ExportFormat, make_writer
from desktop_migrator.migration.maintenance.previous_run import MaintenanceRequest
from desktop_migrator.migration.preview.build_preview import preview_plan
from desktop_migrator.migration.preview.preview_store import PreviewStore
from desktop_migrator.migration.sources.open_sources import open_sources
from desktop_migrator.migration.sources.origins import parse_origins
from desktop_migrator.plan.schema import load_plan
from desktop_migrator.system.files import (
    is_device_or_pipe,
    open_device_or_pipe,
    open_new,
    partial_path,
    rename_into_place,
)


class What(StrEnum):
    RECORDS = "records"
    """As the browsers hold them."""
    ITEMS = "items"
    """As the plan would send them."""
    ROWS = "rows"
    """As they lie in the database now."""
    REJECTED = "rejected"
    """What a run kept aside."""


def command(
    ctx: typer.Context,
    what: Annotated[
        What,
        typer.Argument(
            metavar=N_("WHAT"),
            help=N_(
                "`records` of the browsers, `items` of the plan, `rows` that a run wrote, or what"
                " it kept aside: `rejected`."
            ),
        ),
    ] = What.RECORDS,
    form: Annotated[
        ExportFormat | None,
        typer.Option("--format", help=N_("Without it as the file's name ends, else ndjson.")),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar=N_("FILE"), help=N_("Else standard output."))
    ] = None,
    source: Source = None,
    origin: Origin = None,
    database: Annotated[
        str, typer.Option(show_default=False, help=N_("For rows, and for what was kept aside."))
    ] = "",
    user_id: UserId = None,
    user_email: UserEmail = None,
    run: Run = None,
) -> None:
    session: Session = ctx.obj
    form = form or _format_of(out)
    if form is ExportFormat.SQL and what in (What.RECORDS, What.REJECTED):
        raise UsageError(
            reason=Message("Records and rejected items are no rows: choose another format.")
        )
    if form is ExportFormat.SQL and what is What.ITEMS and not user_id:
        raise UsageError(reason=Message("Nobody said whose data this is: --user-id is missing."))
    count = 0
    with _destination(out) as file:
        writer = make_writer(form, file)

        def write(kind: str, values: dict[str, Any]) -> None:
            nonlocal count
            count += 1
            writer.write(kind, values)

        if what is What.RECORDS:
            _export_records(session, source, origin, write)
        elif what is What.ITEMS:
            _export_items(session, source, origin, user_id, write)
        else:
            database = choose_database(ctx, database)
            request = MaintenanceRequest(
                plan=load_plan(session.plan),
                plan_is_named=session.plan is not None,
                database=database,
                person=choose_person(session, database, user_id, user_email),
                run=run,
            )
            use_case = export_rows if what is What.ROWS else export_rejected
            use_case(request, session.workspace, session.make_warning_reporter(), write)
        writer.finish()
    if out and session.json:
        session.emit_result(path=str(out), format=form, count=count)
    elif out:
        session.print_text(session.tr("{count:,} written to {path}", count=count, path=str(out)))


def _format_of(out: Path | None) -> ExportFormat:
    ending = out.suffix[1:].lower() if out else ""
    return next((each for each in ExportFormat if each == ending), ExportFormat.NDJSON)


@contextmanager
def _destination(out: Path | None) -> Iterator[TextIO]:
    """UTF-8 whatever the terminal's encoding is; a file is there whole or not at all, and its
    owner's alone; a device or pipe is written into."""
    if out is None:
        if isinstance(sys.stdout, TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8", newline="\n")
        yield sys.stdout
        return
    partial = None
    try:
        partial = None if is_device_or_pipe(out) else partial_path(out)
        binary = open_new(partial) if partial else open_device_or_pipe(out)
        with TextIOWrapper(binary, encoding="utf-8", newline="\n") as file:
            yield file
            file.flush()
            if partial:
                os.fsync(file.fileno())
        if partial:
            rename_into_place(partial, out)
    except OSError as error:
        raise UsageError(reason=cannot_be_written(out, error)) from None
    finally:
        if partial:
            partial.unlink(missing_ok=True)


def _export_records(
    session: Session, source: list[Path] | None, origin: list[str] | None, write: Write
) -> None:
    wanted = parse_origins(origin or ())
    with open_sources(
        source or (), session.workspace.snapshots, session.make_warning_reporter()
    ) as sources:
        for record in sources.records():
            if not wanted or record.storage_key.origin in wanted:
                write("record", as_json(record))


def _export_items(
    session: Session,
    source: list[Path] | None,
    origin: list[str] | None,
    user_id: str | None,
    write: Write,
) -> None:
    plan = load_plan(session.plan)
    with PreviewStore() as store:
        preview_plan(
            *(plan, tuple(source or ()), tuple(origin or ()), user_id, session.workspace),
            *(session.make_warning_reporter(), store),
        )
        for kind in store.entities:
            for _, detail in store.rows_with_details(kind.name):
                if detail.after is not None:
                    values = {
                        name: json.loads(value) if name in kind.json and value else value
                        for name, value in detail.after.items()
                    }
                    write(kind.table, values)
