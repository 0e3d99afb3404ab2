"""`backup`: encrypted backups, listed, made, checked, restored, deleted."""

from dataclasses import asdict
from enum import StrEnum
from typing import Annotated, Any, NoReturn

import typer
from rich.table import Table

from desktop_migrator.cli.options import Origin, PassphraseStdin, Source
from desktop_migrator.cli.output import cell
from desktop_migrator.cli.rollback import exit_after_undo
from desktop_migrator.cli.session import (
    Session,
    cancel_on_signal,
    read_passphrase,
    read_passphrase_text,
)
from desktop_migrator.errors import ExitCode, UsageError
from desktop_migrator.migration.backups.into_browser import (
    RestoreToBrowserJob,
    RestoreToBrowserResult,
    restore_to_browser,
)
from desktop_migrator.migration.backups.manage import (
    BackupFile,
    create_backup,
    delete_backup,
    list_backups,
    prune_backups,
    recipients,
    verify_backup,
)
from desktop_migrator.migration.backups.restore import (
    RestoreJob,
    RestoreToDatabaseResult,
    restore_to_database,
)
from desktop_migrator.migration.sources.origins import parse_origins
from desktop_migrator.migration.workspace.backup_catalog import BackupEntry
from desktop_migrator.model import UndoResult
from desktop_migrator.vault.keyring_keys import get_or_create_backup_key
from desktop_migrator.vault.payload import to_builtins
from desktop_migrator.vault.recovery_key import encode_recovery_key

group = typer.Typer(add_completion=False, no_args_is_help=True)


class RestoreDestination(StrEnum):
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
            session.emit_json(**_backup_file_json(backup))
        return
    if not backups:
        session.print_text("There are no backups on this computer.")
        return
    table = Table()
    table.add_column("Backup", no_wrap=True)
    for header in ("Made (UTC)", "For", "Web sites", "Records", "Rows", "Size"):
        table.add_column(
            header, justify="right" if header in {"Records", "Rows", "Size"} else "left"
        )
    for backup in backups:
        table.add_row(*map(cell, _table_row(backup)))
    session.stdout.print(table)


@group.command(
    "recovery-key", help="Print what opens this computer's backups if its keyring is lost."
)
def recovery_key(ctx: typer.Context) -> None:
    session: Session = ctx.obj
    text = encode_recovery_key(get_or_create_backup_key(session.workspace.credentials))
    if session.json:
        session.emit_json(recovery_key=text)
        return
    groups = text.split("-")
    for start in range(0, len(groups), 4):  # numbered, as slips are told by group
        session.stdout.print(
            f"{start + 1:>3}  {'  '.join(groups[start : start + 4])}", highlight=False
        )
    session.print_text(
        "Print this and keep it where no computer is. Who has it can open the backups."
    )


@group.command("create", help="Back up what the browsers hold now.")
def create_(
    ctx: typer.Context,
    source: Source = None,
    origin: Origin = None,
    passphrase_stdin: PassphraseStdin = False,
) -> None:
    session: Session = ctx.obj
    key = read_passphrase(passphrase_stdin)
    with session.make_reporter() as reporter, cancel_on_signal(reporter):
        made = create_backup(
            session.workspace, source or (), parse_origins(origin or ()), key, reporter
        )
    _print_backup(session, made, "made and read back")


@group.command("verify", help="Read all of a backup and check that it is as it was written.")
def verify_(ctx: typer.Context, backup: Backup, passphrase_stdin: PassphraseStdin = False) -> None:
    session: Session = ctx.obj
    given = read_passphrase_text(passphrase_stdin)
    with session.make_reporter() as reporter, cancel_on_signal(reporter):
        listed = verify_backup(session.workspace, backup, given, reporter)
    _print_backup(session, listed, "whole")


@group.command(
    "restore", help="Undo what the run of a backup changed, or write its records into the browser."
)
def restore_(
    ctx: typer.Context,
    backup: Backup,
    to: Annotated[RestoreDestination, typer.Option("--to", help="Where it is to be as before.")],
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
    if to is RestoreDestination.BROWSER:
        if database:
            raise UsageError(reason="--database has no meaning with --to browser.")
        into = RestoreToBrowserJob(
            backup=backup,
            origins=tuple(origin or ()),
            passphrase_or_key=read_passphrase_text(passphrase_stdin),
            force=force,
        )
        with session.make_reporter() as reporter, cancel_on_signal(reporter):
            written = restore_to_browser(into, session.workspace, reporter)
        _exit_after_browser_restore(session, written)
    if origin:
        raise UsageError(reason="--origin has no meaning with --to database.")
    job = RestoreJob(
        backup=backup,
        database=database,
        passphrase_or_key=read_passphrase_text(passphrase_stdin),
        force=force,
    )
    with session.make_reporter() as reporter, cancel_on_signal(reporter):
        result = restore_to_database(job, session.workspace, reporter)
    if isinstance(result, UndoResult):
        exit_after_undo(session, result)
    _exit_after_database_restore(session, result)


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
        session.emit_json(deleted=[backup])
    else:
        session.print_text(f"Backup {backup} is deleted.")


@group.command("prune", help="Delete backups over 30 days old that nothing needs any more.")
def prune_(ctx: typer.Context) -> None:
    session: Session = ctx.obj
    removed = prune_backups(session.workspace)
    if session.json:
        session.emit_json(deleted=removed)
    else:
        session.print_text(
            f"Deleted: {', '.join(removed)}." if removed else "There is none to be deleted."
        )


def _exit_after_browser_restore(session: Session, result: RestoreToBrowserResult) -> NoReturn:
    """Tell what became of the records, and end the program."""
    written = result.written
    if session.json:
        session.emit_json(
            event="finished",
            outcome="completed",
            backup=result.backup,
            **asdict(written),
            profiles=[str(profile.path) for profile in result.profiles],
        )
    else:
        for profile in result.profiles:
            session.print_text(f"Restored: {profile.browser_name}, profile {profile.name}")
        session.print_text(
            f"{written.added:,} records are back, {written.replaced:,} were replaced, "
            f"{written.unchanged:,} lay there already."
        )
        if written.kept:
            session.print_text(
                f"Kept: {written.kept:,} that the web site has changed since; --force sets them "
                "back."
            )
    raise typer.Exit(ExitCode.DONE_WITH_REJECTIONS if written.kept else ExitCode.DONE)


def _exit_after_database_restore(session: Session, result: RestoreToDatabaseResult) -> None:
    """Tell what became of the rows, and end the program."""
    counts = result.counts
    if session.json:
        session.emit_json(event="finished", **asdict(result))
    else:
        session.print_text(
            f"Rows put back: {counts.inserted:,} that were gone, {counts.updated:,} that differed; "
            f"{counts.unchanged:,} are as they were."
        )
        if counts.skipped:
            session.print_text(
                f"Kept: {counts.skipped:,} rows that differ; --force sets them back."
            )
        for reason in result.reasons:
            session.print_text(f"Refused: {reason}")
        session.print_text(f"To take this back: desktop-migrator rollback --run {result.run}")
    kept = counts.skipped or counts.rejected
    raise typer.Exit(ExitCode.DONE_WITH_REJECTIONS if kept else ExitCode.DONE)


def _print_backup(session: Session, backup: BackupEntry, what: str) -> None:
    summary = backup.summary
    if session.json:
        session.emit_json(**backup_entry_json(backup))
        return
    session.print_text(
        f"Backup {backup.manifest.id} is {what}: {summary.records:,} records, {summary.rows:,} "
        f"rows, {_size(backup.size)}."
    )


def backup_entry_json(backup: BackupEntry) -> dict[str, Any]:
    facts: dict[str, Any] = to_builtins(backup)
    return {"id": backup.manifest.id, **facts}


def _backup_file_json(backup: BackupFile) -> dict[str, Any]:
    facts = backup_entry_json(backup.catalog_entry) if backup.catalog_entry else {"id": backup.id}
    return facts | {
        "path": str(backup.path),
        "opens_with": [str(each) for each in recipients(backup.path)],
    }


def _table_row(backup: BackupFile) -> list[str]:
    listed = backup.catalog_entry
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
