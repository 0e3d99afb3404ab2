"""`backup`: encrypted backups, listed, made, checked, restored, deleted."""

from dataclasses import asdict
from enum import StrEnum
from typing import Annotated, Any, NoReturn

import typer
from rich.table import Table

from desktop_migrator.cli.options import Origin, PassphraseStdin, Source
from desktop_migrator.cli.output import cell
from desktop_migrator.cli.rollback import end_undo
from desktop_migrator.cli.session import Session, cancelling, passphrase, passphrase_text
from desktop_migrator.errors import ExitCode, UsageError
from desktop_migrator.migration.backups.into_browser import (
    IntoBrowser,
    IntoBrowserJob,
    restore_to_browser,
)
from desktop_migrator.migration.backups.manage import (
    Found,
    create,
    delete_backup,
    list_backups,
    prune,
    recipients,
    verify_backup,
)
from desktop_migrator.migration.backups.restore import Restored, RestoreJob, restore_to_database
from desktop_migrator.migration.sources.origins import as_origins
from desktop_migrator.migration.workspace.backup_catalog import Listed
from desktop_migrator.model import UndoResult
from desktop_migrator.vault.keyring_keys import backup_key
from desktop_migrator.vault.payload import plain
from desktop_migrator.vault.recovery_key import recovery_text

group = typer.Typer(add_completion=False, no_args_is_help=True)


class Destination(StrEnum):
    DATABASE = "database"
    BROWSER = "browser"


Backup = Annotated[str, typer.Argument(metavar="ID", help="A backup's id, or its file.")]


@group.callback()
def _group() -> None:
    """Encrypted backups on this computer."""


@group.command("list", help="List the backups there are, the newest first.")
def list_(ctx: typer.Context) -> None:
    session: Session = ctx.obj
    backups = list_backups(session.workspace)
    if session.json:
        for backup in backups:
            session.emit(**_found_json(backup))
        return
    if not backups:
        session.say("There are no backups on this computer.")
        return
    table = Table()
    table.add_column("Backup", no_wrap=True)
    for header in ("Made (UTC)", "For", "Web sites", "Records", "Rows", "Size"):
        table.add_column(
            header, justify="right" if header in {"Records", "Rows", "Size"} else "left"
        )
    for backup in backups:
        table.add_row(*map(cell, _cells(backup)))
    session.out.print(table)


@group.command(
    "recovery-key", help="Print what opens this computer's backups if its keyring is lost."
)
def recovery_key(ctx: typer.Context) -> None:
    session: Session = ctx.obj
    text = recovery_text(backup_key(session.workspace.credentials))
    if session.json:
        session.emit(recovery_key=text)
        return
    groups = text.split("-")
    for start in range(0, len(groups), 4):  # numbered, as slips are told by group
        session.out.print(
            f"{start + 1:>3}  {'  '.join(groups[start : start + 4])}", highlight=False
        )
    session.say("Print this and keep it where no computer is. Who has it can open the backups.")


@group.command("create", help="Back up what the browsers hold now.")
def create_(
    ctx: typer.Context,
    source: Source = None,
    origin: Origin = None,
    passphrase_stdin: PassphraseStdin = False,
) -> None:
    session: Session = ctx.obj
    key = passphrase(passphrase_stdin)
    with session.reporter() as reporter, cancelling(reporter):
        made = create(session.workspace, source or (), as_origins(origin or ()), key, reporter)
    _tell(session, made, "made and read back")


@group.command("verify", help="Read all of a backup and check that it is as it was written.")
def verify_(ctx: typer.Context, backup: Backup, passphrase_stdin: PassphraseStdin = False) -> None:
    session: Session = ctx.obj
    given = passphrase_text(passphrase_stdin)
    with session.reporter() as reporter, cancelling(reporter):
        listed = verify_backup(session.workspace, backup, given, reporter)
    _tell(session, listed, "whole")


@group.command(
    "restore", help="Undo what the run of a backup changed, or write its records into the browser."
)
def restore_(
    ctx: typer.Context,
    backup: Backup,
    to: Annotated[Destination, typer.Option("--to", help="Where it is to be as before.")],
    database: Annotated[
        str | None, typer.Option(help="Without it: the database that the backup was made for.")
    ] = None,
    origin: Origin = None,
    force: Annotated[
        bool, typer.Option("--force", help="Take back too what was changed since.")
    ] = False,
    passphrase_stdin: PassphraseStdin = False,
) -> None:
    session: Session = ctx.obj
    if to is Destination.BROWSER:
        if database:
            raise UsageError(reason="--database has no meaning with --to browser.")
        into = IntoBrowserJob(
            backup=backup,
            origins=tuple(origin or ()),
            given=passphrase_text(passphrase_stdin),
            force=force,
        )
        with session.reporter() as reporter, cancelling(reporter):
            written = restore_to_browser(into, session.workspace, reporter)
        _end_into_browser(session, written)
    if origin:
        raise UsageError(reason="--origin has no meaning with --to database.")
    job = RestoreJob(
        backup=backup, database=database, given=passphrase_text(passphrase_stdin), force=force
    )
    with session.reporter() as reporter, cancelling(reporter):
        result = restore_to_database(job, session.workspace, reporter)
    if isinstance(result, UndoResult):
        end_undo(session, result)
    _end_restored(session, result)


@group.command("delete", help="Delete a backup.")
def delete_(
    ctx: typer.Context,
    backup: Backup,
    force: Annotated[
        bool, typer.Option("--force", help="Even the last one, or one that is still needed.")
    ] = False,
) -> None:
    session: Session = ctx.obj
    delete_backup(session.workspace, backup, force=force)
    if session.json:
        session.emit(deleted=[backup])
    else:
        session.say(f"Backup {backup} is deleted.")


@group.command("prune", help="Delete backups over 30 days old that nothing needs any more.")
def prune_(ctx: typer.Context) -> None:
    session: Session = ctx.obj
    removed = prune(session.workspace)
    if session.json:
        session.emit(deleted=removed)
    else:
        session.say(
            f"Deleted: {', '.join(removed)}." if removed else "There is none to be deleted."
        )


def _end_into_browser(session: Session, result: IntoBrowser) -> NoReturn:
    """Tell what became of the records, and end the program."""
    written = result.written
    if session.json:
        session.emit(
            event="finished",
            outcome="completed",
            backup=result.backup,
            **asdict(written),
            profiles=[str(profile.path) for profile in result.profiles],
        )
    else:
        for profile in result.profiles:
            session.say(f"Restored: {profile.browser_name}, profile {profile.name}")
        session.say(
            f"{written.added:,} records are back, {written.replaced:,} were replaced, "
            f"{written.unchanged:,} lay there already."
        )
        if written.kept:
            session.say(
                f"Kept: {written.kept:,} that the web site has changed since; --force sets them "
                "back."
            )
    raise typer.Exit(ExitCode.DONE_WITH_REJECTIONS if written.kept else ExitCode.DONE)


def _end_restored(session: Session, result: Restored) -> None:
    """Tell what became of the rows, and end the program."""
    counts = result.counts
    if session.json:
        session.emit(event="finished", **asdict(result))
    else:
        session.say(
            f"Rows put back: {counts.inserted:,} that were gone, {counts.updated:,} that differed; "
            f"{counts.unchanged:,} are as they were."
        )
        if counts.skipped:
            session.say(f"Kept: {counts.skipped:,} rows that differ; --force sets them back.")
        for reason in result.reasons:
            session.say(f"Refused: {reason}")
        session.say(f"To take this back: desktop-migrator rollback --run {result.run}")
    kept = counts.skipped or counts.rejected
    raise typer.Exit(ExitCode.DONE_WITH_REJECTIONS if kept else ExitCode.DONE)


def _tell(session: Session, backup: Listed, what: str) -> None:
    summary = backup.summary
    if session.json:
        session.emit(**listed_json(backup))
        return
    session.say(
        f"Backup {backup.manifest.id} is {what}: {summary.records:,} records, {summary.rows:,} "
        f"rows, {_size(backup.size)}."
    )


def listed_json(backup: Listed) -> dict[str, Any]:
    facts: dict[str, Any] = plain(backup)
    return {"id": backup.manifest.id, **facts}


def _found_json(backup: Found) -> dict[str, Any]:
    facts = listed_json(backup.listed) if backup.listed else {"id": backup.id}
    return facts | {
        "path": str(backup.path),
        "opens_with": [str(each) for each in recipients(backup.path)],
    }


def _cells(backup: Found) -> list[str]:
    listed = backup.listed
    if listed is None:
        return [
            backup.id,
            "not known before it is verified",
            "",
            "",
            "",
            "",
            _size(backup.path.stat().st_size),
        ]
    target, summary = listed.target, listed.summary
    return [
        backup.id,
        f"{listed.manifest.created:%Y-%m-%d %H:%M}",
        f"a run of user {target.user_id}" if target else listed.manifest.reason,
        ", ".join(listed.manifest.origins) or "all",
        f"{summary.records:,}",
        f"{summary.rows:,}",
        _size(listed.size),
    ]


def _size(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size >= 100_000 else f"{size / 1e3:,.1f} kB"
