"""`upload`: captures into a database."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from typer._click.core import ParameterSource

from desktop_migrator.cli.database_options import FROM_CONTEXT, Database
from desktop_migrator.cli.labels import COUNTS
from desktop_migrator.cli.load_options import (
    Conflict,
    CreateTables,
    DecisionsFile,
    DryRun,
    Exclude,
    From,
    Include,
    NoBackup,
    PreservePartial,
    To,
)
from desktop_migrator.cli.options import (
    FieldKeyFile,
    Origin,
    Take,
    UserEmail,
    UserId,
    parse_end_time,
    parse_time,
)
from desktop_migrator.cli.output import cannot_be_written, cell, error_facts, whatever_the_terminal
from desktop_migrator.cli.passphrases import GivenPassphrase, KeyFile, passphrase_of_captures
from desktop_migrator.cli.result import finished_event
from desktop_migrator.cli.session import Session, cancel_on_signal
from desktop_migrator.errors import ExitCode, UsageError
from desktop_migrator.messages import N_, Message
from desktop_migrator.migration.database.people import read_people
from desktop_migrator.migration.database.person import Person
from desktop_migrator.migration.run.field_keys import read_field_key
from desktop_migrator.migration.run.filters import Period
from desktop_migrator.migration.run.job import Job
from desktop_migrator.migration.sealed.captures import is_capture
from desktop_migrator.migration.upload.upload import UploadResult, upload
from desktop_migrator.migration.upload.uploader import UploadedFile, UploadOptions
from desktop_migrator.model import ConflictPolicy
from desktop_migrator.plan.schema import load_plan
from desktop_migrator.system.csv_cells import csv_cell
from desktop_migrator.system.files import is_device_or_pipe, write_output
from desktop_migrator.system.times import rfc3339

_ALWAYS_SHOWN = {"items", "inserted"}
"""Of the counts; a column of another one that is nowhere takes place from names."""
_CSV_COLUMNS = (
    *("person", "capture", "file", "host", "captured", "outcome", "run"),
    *("new", "replaced", "unchanged", "kept", "superseded", "rejected", "problem"),
)


def command(
    ctx: typer.Context,
    paths: Annotated[
        list[Path],
        typer.Argument(metavar=N_("PATH…"), help=N_("Captures, and folders that have some.")),
    ],
    database: Database = FROM_CONTEXT,
    user_id: UserId = None,
    user_email: UserEmail = None,
    people: Annotated[
        Path | None,
        typer.Option(
            metavar=N_("FILE.csv"),
            help=N_(
                "Whose captures are whose, before what they say themselves: columns user_id or"
                " email, and capture, file, or host and login."
            ),
        ),
    ] = None,
    reassign: Annotated[
        bool,
        typer.Option(
            "--reassign",
            help=N_("Also what was captured by, or uploaded for, somebody else before."),
        ),
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help=N_("Also captures that were uploaded whole already."))
    ] = False,
    jobs: Annotated[
        int,
        typer.Option(
            min=1,
            max=64,
            help=N_("How many processes upload at once, each the files of some of the people."),
        ),
    ] = 1,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar=N_("ADDRESS"),
            help=N_(
                "Have the workers of a Dask cluster upload, e.g. tls://host:8786, with secrets of"
                " their own."
            ),
        ),
    ] = None,
    csv_file: Annotated[
        Path | None,
        typer.Option(
            "--csv", metavar=N_("FILE"), help=N_("Write what became of each file here, too.")
        ),
    ] = None,
    origin: Origin = None,
    take: Take = None,
    field_key: FieldKeyFile = None,
    conflict: Conflict = ConflictPolicy.SKIP,
    decisions: DecisionsFile = None,
    include: Include = None,
    exclude: Exclude = None,
    from_: From = None,
    to: To = None,
    rollback_threshold: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=1,
            help=N_(
                "The share of a file's items that may be rejected before its run undoes itself;"
                " without it the plan's, else 0.1."
            ),
        ),
    ] = None,
    preserve_partial: PreservePartial = False,
    dry_run: DryRun = False,
    create_tables: CreateTables = False,
    no_backup: NoBackup = False,
    key_file: KeyFile = None,
    passphrase: GivenPassphrase = None,
) -> None:
    session: Session = ctx.obj
    passphrase = passphrase_of_captures(session, key_file, passphrase)
    job = Job(
        plan=load_plan(session.plan).taking(take or ()),
        database=database,
        person=Person(user_id, user_email),
        origins=tuple(origin or ()),
        include=frozenset(include or ()),
        exclude=frozenset(exclude or ()),
        period=Period(parse_time(from_, "--from"), parse_end_time(to, "--to")),
        policy=conflict,
        rules=session.workspace.settings.merge,
        decisions=decisions,
        rollback_threshold=rollback_threshold,
        preserve_partial=preserve_partial,
        dry_run=dry_run,
        create_tables=create_tables,
        continue_on_error=True,
        backup=not no_backup,
        reassign=reassign,
        field_key=read_field_key(field_key),
        capture_passphrase_or_key=passphrase,
    )
    named = {ctx.get_parameter_source(option) for option in ("user_id", "user_email")}
    options = UploadOptions(
        people=read_people(people) if people else None,
        person_overrules=ParameterSource.COMMANDLINE in named,
        again=again,
        jobs=1 if conflict is ConflictPolicy.INTERACTIVE else jobs,
        scheduler=scheduler,
    )
    if csv_file:
        _prepare_csv(csv_file, people)

    def told(one: UploadedFile) -> None:
        if session.json:
            session.emit_json(**_upload_event(one))

    with session.make_reporter() as reporter, cancel_on_signal(reporter):
        done = upload(paths, job, session.workspace, reporter, told, options)
    if csv_file:
        _write_csv(csv_file, done.files)
    with whatever_the_terminal():
        if session.json:
            counts = {name: getattr(done.counts, name) for name in ("records", *COUNTS)}
            before = sum(each.done_before is not None for each in done.files)
            session.emit_json(
                event="finished", files=len(done.files), done_before=before, counts=counts
            )
        else:
            _print_upload(session, done)
    raise typer.Exit(_exit_code(done))


def _prepare_csv(path: Path, people: Path | None) -> None:
    """What cannot be written, or is something else, is said before anything is done."""
    if is_capture(path) or (people and path.exists() and path.samefile(people)):
        raise UsageError(reason=Message("{out} exists already.", out=str(path)))
    if not is_device_or_pipe(path):
        _write_csv(path, ())


def _write_csv(path: Path, files: Sequence[UploadedFile]) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(_CSV_COLUMNS)
    writer.writerows([csv_cell(each) for each in _csv_row(one)] for one in files)
    try:
        write_output(path, text.getvalue().encode())
    except OSError as error:
        raise UsageError(reason=cannot_be_written(path, error)) from None


def _csv_row(one: UploadedFile) -> list[object]:
    manifest, counts = one.manifest, one.counts
    return [
        one.person.user_id or one.person.email or "",
        manifest.id if manifest else "",
        str(one.path),
        manifest.host if manifest else "",
        rfc3339(manifest.created) if manifest else "",
        _outcome(one),
        (one.result and one.result.run) or (one.done_before and one.done_before.id) or "",
        *(
            (counts.inserted, counts.updated, counts.unchanged, counts.skipped)
            if counts
            else ("", "", "", "")
        ),
        *((counts.superseded, counts.rejected) if counts else ("", "")),
        f"{one.error.code} {one.error}" if one.error else "",
    ]


def _outcome(one: UploadedFile) -> str:
    if one.done_before:
        return "done_before"
    if one.duplicate_of:
        return "same_capture"
    return one.result.outcome if one.result else "failed"


def _upload_event(one: UploadedFile) -> dict[str, Any]:
    facts = finished_event(one.result) if one.result else {}
    return facts | {
        "event": "uploaded",
        "file": str(one.path),
        "capture": one.manifest.id if one.manifest else None,
        "host": one.manifest.host if one.manifest else None,
        "captured": one.manifest.created if one.manifest else None,
        "time_zone": one.manifest.time_zone if one.manifest else None,
        "user_id": one.person.user_id,
        "email": one.person.email,
        "done_before": one.done_before and one.done_before.id,
        "same_as": str(one.duplicate_of) if one.duplicate_of else None,
        "error": error_facts(one.error),
    }


def _print_upload(session: Session, done: UploadResult) -> None:
    tr = session.tr
    shown = [
        name
        for name in COUNTS
        if name in _ALWAYS_SHOWN
        or any(one.counts and getattr(one.counts, name) for one in done.files)
    ]
    table = Table()
    for header in (tr("Person"), tr("File"), tr("Captured (UTC)"), tr("On")):
        table.add_column(header, overflow="fold")
    for name in shown:
        table.add_column(tr(COUNTS[name]), justify="right", no_wrap=True)
    for one in done.files:
        manifest, counts = one.manifest, one.counts
        table.add_row(
            cell(one.person.user_id or one.person.email or ""),
            cell(one.path.name),
            tr("{time:%Y-%m-%d %H:%M}", time=manifest.created) if manifest else "",
            cell(manifest.host if manifest else ""),
            *(tr.number(getattr(counts, name)) if counts else "" for name in shown),
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
        if one.done_before:
            session.print_text(
                tr(
                    "{file} was uploaded before, by run {run}; --again uploads it once more.",
                    file=one.path.name,
                    run=one.done_before.id,
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
