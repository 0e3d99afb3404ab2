"""`rollback`: undo a run, or every run after a moment."""

from dataclasses import asdict
from typing import Annotated, Any, NoReturn

import typer
from rich.table import Table

from desktop_migrator.cli.database_options import FROM_CONTEXT, Database
from desktop_migrator.cli.last_run import choose_person
from desktop_migrator.cli.options import (
    UserId,
    complete_backup,
    complete_run,
    parse_time,
)
from desktop_migrator.cli.output import cell, error_facts, print_line
from desktop_migrator.cli.passphrases import GivenPassphrase
from desktop_migrator.cli.session import Session, cancel_on_signal
from desktop_migrator.errors import ExitCode, UsageError
from desktop_migrator.messages import N_, Message
from desktop_migrator.migration.backups.restore import undo_job_since_backup
from desktop_migrator.migration.undo import RunToUndo, UndoJob, preview_rollback, rollback
from desktop_migrator.model import UndoResult

_COLUMNS = {
    "deleted": N_("Deleted"),
    "restored": N_("Restored"),
    "inserted": N_("Back"),
    "kept": N_("Kept"),
}


def command(
    ctx: typer.Context,
    database: Database = FROM_CONTEXT,
    run: Annotated[
        str | None,
        typer.Option(
            callback=complete_run,
            help=N_("The run to undo, by its id, its beginning or `last`; an undo can be undone."),
        ),
    ] = None,
    before: Annotated[
        str | None,
        typer.Option(
            metavar=N_("TIME"),
            help=N_(
                "Undo all of the person's runs since then, e.g. 2026-07-01T12:00+02:00; without"
                " a time zone it is this computer's."
            ),
        ),
    ] = None,
    backup_id: Annotated[
        str | None,
        typer.Option(
            metavar=N_("ID"),
            callback=complete_backup,
            help=N_("Undo all of the person's runs since this backup was made."),
        ),
    ] = None,
    user_id: UserId = None,
    passphrase: GivenPassphrase = None,
    force: Annotated[
        bool, typer.Option("--force", help=N_("Take rows back too that were changed since."))
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=N_("Only say what would be taken back."))
    ] = False,
) -> None:
    session: Session = ctx.obj
    if sum(each is not None for each in (run, before, backup_id)) != 1:
        raise UsageError(reason=Message("Say what to undo: --run, --before or --backup-id."))
    with session.make_reporter() as reporter, cancel_on_signal(reporter):
        if backup_id is not None:
            job = undo_job_since_backup(
                session.workspace, backup_id, database, passphrase, reporter, force=force
            )
        else:
            since = parse_time(before, "--before")
            if since:
                user_id = choose_person(session, database, user_id, None).user_id
            job = UndoJob(database=database, run=run, before=since, user_id=user_id, force=force)
        if dry_run:
            _print_preview(session, preview_rollback(job, session.workspace, reporter))
            return
        result = rollback(job, session.workspace, reporter)
    exit_after_undo(session, result)


def _print_preview(session: Session, previewed: list[RunToUndo]) -> None:
    if session.json:
        session.emit_json(event="previewed", runs=[asdict(each) for each in previewed])
        return
    for each in previewed:
        session.print_text(
            session.tr(
                "Run {run} of {time:%Y-%m-%d %H:%M} UTC: {removed:,} rows would go,"
                " {restored:,} would be as before, if nobody has changed them since.",
                run=each.run,
                time=each.started,
                removed=each.removed,
                restored=each.restored,
            )
        )
    session.print_text(session.tr("Nothing was changed."))


def exit_after_undo(session: Session, result: UndoResult) -> NoReturn:
    """Tell what came of it, and end the program."""
    if session.json:
        for event in undo_events(result):
            session.emit_json(**event)
    else:
        _print_undo(session, result)
    if result.error:
        session.print_error(result.error)
        raise typer.Exit(result.error.exit_code)
    raise typer.Exit(ExitCode.DONE_WITH_REJECTIONS if result.counts.kept else ExitCode.DONE)


def undo_events(result: UndoResult) -> list[dict[str, Any]]:
    """The first rows that were kept, and last how it ended."""
    kept: list[dict[str, Any]] = [
        {
            "event": "kept",
            "entity": kept.entity,
            "id": kept.id,
            "because": kept.reason.name.lower(),
            "what": kept.message,
        }
        for kept in result.skipped_rows
    ]
    finished = {
        "event": "finished",
        "run": result.run,
        "undone": list(result.undone_runs),
        "outcome": result.outcome,
        "counts": asdict(result.counts),
        "by_entity": {name: asdict(counts) for name, counts in result.by_entity.items()},
        "cleared": [
            {
                "backup": each.backup,
                "cleared": each.cleared,
                "origins": list(each.origins),
                "records": each.records,
            }
            for each in result.cleared
        ],
        "error": error_facts(result.error),
        "seconds": round(result.seconds, 3),
    }
    return [*kept, finished]


def _print_undo(session: Session, result: UndoResult) -> None:
    tr, console = session.tr, session.stdout
    table = Table(title=tr("Undo {run}", run=result.run), title_justify="left")
    table.add_column(tr("Kind"))
    for header in _COLUMNS.values():
        table.add_column(tr(header), justify="right")
    for name, counts in result.by_entity.items():
        table.add_row(cell(name), *(tr.number(getattr(counts, column)) for column in _COLUMNS))
    console.print(table)
    for kept in result.skipped_rows:
        why = tr(kept.message)
        text = tr("Kept: {entity} {id}: {why}", entity=kept.entity, id=kept.id, why=why)
        print_line(console, text, "yellow")
    if result.counts.kept > len(result.skipped_rows):
        print_line(console, tr("… {count:,} in all", count=result.counts.kept), "yellow")
    if result.error is None:
        session.print_text(
            tr(
                "Undone: {runs}. To have it again: {command}",
                runs=", ".join(result.undone_runs),
                command=f"desktop-migrator rollback --run {result.run}",
            )
        )
    for cleared in result.cleared:
        text = tr(
            "{records:,} records of {origins} were cleared from the browser after that migration;"
            " they lie in the backup alone. To put them back: {command}",
            records=cleared.records,
            origins=", ".join(cleared.origins),
            command=f"desktop-migrator backup restore {cleared.backup} --to browser",
        )
        print_line(console, text, "yellow")
