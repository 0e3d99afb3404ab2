"""`upload`: captures into a database."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from desktop_migrator.cli.database_options import FROM_CONTEXT, Database
from desktop_migrator.cli.labels import COUNTS
from desktop_migrator.cli.options import Origin, Take, UserEmail, UserId
from desktop_migrator.cli.output import cell, error_facts, whatever_the_terminal
from desktop_migrator.cli.passphrases import GivenPassphrase
from desktop_migrator.cli.result import finished_event
from desktop_migrator.cli.session import Session, cancel_on_signal
from desktop_migrator.errors import ExitCode
from desktop_migrator.messages import N_
from desktop_migrator.migration.database.open_database import Person
from desktop_migrator.migration.run.job import Job
from desktop_migrator.migration.upload import UploadedFile, UploadResult, upload
from desktop_migrator.model import ConflictPolicy
from desktop_migrator.plan.schema import load_plan


def command(
    ctx: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar=N_("FILE…"), help=N_("The captures."))],
    database: Database = FROM_CONTEXT,
    user_id: UserId = None,
    user_email: UserEmail = None,
    origin: Origin = None,
    take: Take = None,
    conflict: Annotated[
        ConflictPolicy, typer.Option(help=N_("What becomes of a row that exists and differs."))
    ] = ConflictPolicy.SKIP,
    create_tables: Annotated[
        bool, typer.Option("--create-tables", help=N_("Make tables that are missing."))
    ] = False,
    no_backup: Annotated[
        bool, typer.Option("--no-backup", help=N_("Keep no encrypted backup of what may change."))
    ] = False,
    passphrase: GivenPassphrase = None,
) -> None:
    session: Session = ctx.obj
    job = Job(
        plan=load_plan(session.plan).taking(take or ()),
        database=database,
        person=Person(user_id, user_email),
        origins=tuple(origin or ()),
        policy=conflict,
        create_tables=create_tables,
        continue_on_error=True,
        backup=not no_backup,
        capture_passphrase_or_key=passphrase,
    )

    def told(one: UploadedFile) -> None:
        if session.json:
            session.emit_json(**_upload_event(one))

    with session.make_reporter() as reporter, cancel_on_signal(reporter):
        done = upload(files, job, session.workspace, reporter, told)
    with whatever_the_terminal():
        if session.json:
            counts = {name: getattr(done.counts, name) for name in ("records", *COUNTS)}
            session.emit_json(event="finished", files=len(done.files), counts=counts)
        else:
            _print_upload(session, done)
    raise typer.Exit(_exit_code(done))


def _upload_event(one: UploadedFile) -> dict[str, Any]:
    facts = finished_event(one.result) if one.result else {}
    return facts | {
        "event": "uploaded",
        "file": str(one.path),
        "capture": one.manifest.id if one.manifest else None,
        "host": one.manifest.host if one.manifest else None,
        "captured": one.manifest.created if one.manifest else None,
        "time_zone": one.manifest.time_zone if one.manifest else None,
        "same_as": str(one.duplicate_of) if one.duplicate_of else None,
        "error": error_facts(one.error),
    }


def _print_upload(session: Session, done: UploadResult) -> None:
    tr = session.tr
    table = Table()
    for header in (tr("File"), tr("Captured (UTC)"), tr("On")):
        table.add_column(header)
    for header in COUNTS.values():
        table.add_column(tr(header), justify="right")
    for one in done.files:
        manifest, counts = one.manifest, one.result.counts if one.result else None
        table.add_row(
            cell(one.path.name),
            tr("{time:%Y-%m-%d %H:%M}", time=manifest.created) if manifest else "",
            cell(manifest.host if manifest else ""),
            *(tr.number(getattr(counts, name)) if counts else "" for name in COUNTS),
        )
    session.stdout.print(table)
    for one in done.files:
        if one.duplicate_of:
            session.print_text(
                tr(
                    "{file} is the same capture as {other}.",
                    file=one.path.name,
                    other=one.duplicate_of.name,
                )
            )
        if one.error:
            session.print_text(f"{one.path.name}:")
            session.print_error(one.error)


def _exit_code(done: UploadResult) -> ExitCode:
    if done.error:
        return done.error.exit_code
    left = done.counts.rejected + done.counts.superseded
    return ExitCode.DONE_WITH_REJECTIONS if left else ExitCode.DONE
