"""`backup`: encrypted backups, listed, made, checked, restored, deleted."""

from dataclasses import asdict
from enum import StrEnum
from typing import Annotated, Any, NoReturn

import typer
from rich.table import Table

from desktop_migrator.cli.options import Origin, Source, complete_backup
from desktop_migrator.cli.output import cell
from desktop_migrator.cli.passphrases import GivenPassphrase, to_key
from desktop_migrator.cli.rollback import exit_after_undo
from desktop_migrator.cli.session import (
    Session,
    cancel_on_signal,
)
from desktop_migrator.cli.usage_errors import CommandGroup
from desktop_migrator.errors import ExitCode, UsageError
from desktop_migrator.messages import N_, Message, Translator
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

group = typer.Typer(
    cls=CommandGroup,
    add_completion=False,
    no_args_is_help=True,
    help=N_("Encrypted backups on this computer."),
)

_PURPOSES = {"create": N_("made by hand"), "clear": N_("before clearing")}
"""What a backup was made for that no run made, as its manifest has it."""


class RestoreDestination(StrEnum):
    DATABASE = "database"
    BROWSER = "browser"


Backup = Annotated[
    str,
    typer.Argument(
        metavar=N_("ID"),
        callback=complete_backup,
        help=N_("A backup's id, its beginning or `last`, or its file."),
    ),
]


@group.command("list", help=N_("List the backups there are, the newest first."))
def list_(ctx: typer.Context) -> None:
    session: Session = ctx.obj
    tr = session.tr
    backups = list_backups(session.workspace)
    if session.json:
        for backup in backups:
            session.emit_json(**_backup_file_json(backup))
        session.emit_result(count=len(backups))
        return
    if not backups:
        session.print_text(tr("There are no backups on this computer."))
        return
    table = Table()
    table.add_column(tr("Backup"), no_wrap=True)
    for header in (tr("Made (UTC)"), tr("For"), tr("Web sites")):
        table.add_column(header)
    for header in (tr("Records"), tr("Rows"), tr("Size")):
        table.add_column(header, justify="right")
    for backup in backups:
        table.add_row(*map(cell, _table_row(backup, tr)))
    session.stdout.print(table)


@group.command(
    "recovery-key", help=N_("Print what opens this computer's backups if its keyring is lost.")
)
def recovery_key(ctx: typer.Context) -> None:
    session: Session = ctx.obj
    text = encode_recovery_key(get_or_create_backup_key(session.workspace.credentials))
    if session.json:
        session.emit_result(recovery_key=text)
        return
    groups = text.split("-")
    for start in range(0, len(groups), 4):  # numbered, as slips are told by group
        session.stdout.print(
            f"{start + 1:>3}  {'  '.join(groups[start : start + 4])}", highlight=False
        )
    session.print_text(
        session.tr("Print this and keep it where no computer is. Who has it can open the backups.")
    )


@group.command("create", help=N_("Back up what the browsers hold now."))
def create_(
    ctx: typer.Context,
    source: Source = None,
    origin: Origin = None,
    passphrase: GivenPassphrase = None,
) -> None:
    session: Session = ctx.obj
    key = to_key(passphrase)
    with session.make_reporter() as reporter, cancel_on_signal(reporter):
        made = create_backup(
            session.workspace, source or (), parse_origins(origin or ()), key, reporter
        )
    _print_backup(
        session,
        made,
        N_("Backup {id} is made and read back: {records:,} records, {rows:,} rows, {size}."),
    )


@group.command("verify", help=N_("Read all of a backup and check that it is as it was written."))
def verify_(ctx: typer.Context, backup: Backup, passphrase: GivenPassphrase = None) -> None:
    session: Session = ctx.obj
    with session.make_reporter() as reporter, cancel_on_signal(reporter):
        listed = verify_backup(session.workspace, backup, passphrase, reporter)
    _print_backup(
        session, listed, N_("Backup {id} is whole: {records:,} records, {rows:,} rows, {size}.")
    )


@group.command(
    "restore",
    help=N_("Undo what the run of a backup changed, or write its records into the browser."),
)
def restore_(
    ctx: typer.Context,
    backup: Backup,
    to: Annotated[
        RestoreDestination, typer.Option("--to", help=N_("Where it is to be as before."))
    ],
    database: Annotated[
        str | None, typer.Option(help=N_("Without it: the database that the backup was made for."))
    ] = None,
    origin: Origin = None,
    force: Annotated[
        bool, typer.Option("--force", help=N_("Take back too what was changed since."))
    ] = False,
    passphrase: GivenPassphrase = None,
) -> None:
    session: Session = ctx.obj
    if to is RestoreDestination.BROWSER:
        if database:
            raise UsageError(reason=Message("--database has no meaning with --to browser."))
        into = RestoreToBrowserJob(
            backup=backup,
            origins=tuple(origin or ()),
            passphrase_or_key=passphrase,
            force=force,
        )
        with session.make_reporter() as reporter, cancel_on_signal(reporter):
            written = restore_to_browser(into, session.workspace, reporter)
        _exit_after_browser_restore(session, written)
    if origin:
        raise UsageError(reason=Message("--origin has no meaning with --to database."))
    job = RestoreJob(
        backup=backup,
        database=database,
        passphrase_or_key=passphrase,
        force=force,
    )
    with session.make_reporter() as reporter, cancel_on_signal(reporter):
        result = restore_to_database(job, session.workspace, reporter)
    if isinstance(result, UndoResult):
        exit_after_undo(session, result)
    _exit_after_database_restore(session, result)


@group.command("delete", help=N_("Delete a backup."))
def delete_(
    ctx: typer.Context,
    backup: Backup,
    force: Annotated[
        bool, typer.Option("--force", help=N_("Even the last one, or one that is still needed."))
    ] = False,
) -> None:
    session: Session = ctx.obj
    delete_backup(session.workspace, backup, force=force)
    if session.json:
        session.emit_result(deleted=[backup])
    else:
        session.print_text(session.tr("Backup {id} is deleted.", id=backup))


@group.command(
    "prune",
    help=N_(
        "Delete backups over 30 days old, or as the settings say, that nothing needs any more."
    ),
)
def prune_(ctx: typer.Context) -> None:
    session: Session = ctx.obj
    removed = prune_backups(session.workspace)
    if session.json:
        session.emit_result(deleted=removed)
    else:
        session.print_text(
            session.tr("Deleted: {backups}.", backups=", ".join(removed))
            if removed
            else session.tr("There is none to be deleted.")
        )


def _exit_after_browser_restore(session: Session, result: RestoreToBrowserResult) -> NoReturn:
    """Tell what became of the records, and end the program."""
    tr, written = session.tr, result.written
    if session.json:
        session.emit_result(
            outcome="completed",
            backup=result.backup,
            **asdict(written),
            profiles=[str(profile.path) for profile in result.profiles],
        )
    else:
        for profile in result.profiles:
            session.print_text(
                tr(
                    "Restored: {browser}, profile {profile}",
                    browser=profile.browser_name,
                    profile=profile.name,
                )
            )
        session.print_text(
            tr(
                "{added:,} records are back, {replaced:,} were replaced, {unchanged:,} lay there"
                " already.",
                added=written.added,
                replaced=written.replaced,
                unchanged=written.unchanged,
            )
        )
        if written.kept:
            session.print_text(
                tr(
                    "Kept: {count:,} that the web site has changed since; --force sets them back.",
                    count=written.kept,
                )
            )
    raise typer.Exit(ExitCode.DONE_WITH_REJECTIONS if written.kept else ExitCode.DONE)


def _exit_after_database_restore(session: Session, result: RestoreToDatabaseResult) -> None:
    """Tell what became of the rows, and end the program."""
    tr, counts = session.tr, result.counts
    if session.json:
        session.emit_result(**asdict(result))
    else:
        session.print_text(
            tr(
                "Rows put back: {inserted:,} that were gone, {updated:,} that differed;"
                " {unchanged:,} are as they were.",
                inserted=counts.inserted,
                updated=counts.updated,
                unchanged=counts.unchanged,
            )
        )
        if counts.skipped:
            session.print_text(
                tr(
                    "Kept: {count:,} rows that differ; --force sets them back.",
                    count=counts.skipped,
                )
            )
        for reason in result.reasons:
            session.print_text(tr("Refused: {reason}", reason=tr(reason)))
        session.print_text(
            tr(
                "To take this back: {command}",
                command=f"desktop-migrator rollback --run {result.run}",
            )
        )
    kept = counts.skipped or counts.rejected
    raise typer.Exit(ExitCode.DONE_WITH_REJECTIONS if kept else ExitCode.DONE)


def _print_backup(session: Session, backup: BackupEntry, template: str) -> None:
    summary = backup.summary
    if session.json:
        session.emit_result(**backup_entry_json(backup))
        return
    session.print_text(
        session.tr(
            template,
            id=backup.manifest.id,
            records=summary.records,
            rows=summary.rows,
            size=_size(backup.size),
        )
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


def _table_row(backup: BackupFile, tr: Translator) -> list[str]:
    listed = backup.catalog_entry
    if listed is None:
        size = tr(_size(backup.path.stat().st_size))
        return [backup.id, tr("not known before it is verified"), "", "", "", "", size]
    target, summary = listed.target, listed.summary
    return [
        backup.id,
        tr("{time:%Y-%m-%d %H:%M}", time=listed.manifest.created),
        tr("a run of user {user}", user=target.user_id)
        if target
        else tr(_PURPOSES.get(listed.manifest.reason, listed.manifest.reason)),
        ", ".join(listed.manifest.origins) or tr("all"),
        tr.number(summary.records),
        tr.number(summary.rows),
        tr(_size(listed.size)),
    ]


def _size(size: int) -> Message:
    if size >= 100_000:
        return Message("{size:,.1f} MB", size=size / 1e6)
    return Message("{size:,.1f} kB", size=size / 1e3)
