"""Backups as use cases: listed, made by hand, opened, checked, deleted."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from desktop_migrator.errors import (
    BackupDiffers,
    BackupNeeded,
    Cancelled,
    FileUnreadable,
    OriginNotFound,
)
from desktop_migrator.messages import Message
from desktop_migrator.migration.sealed.backup_writer import BackupWriter
from desktop_migrator.migration.sealed.sealing_keys import (
    SealingKey,
    opening_keys,
    sealing_key,
    tell_unkept_key,
)
from desktop_migrator.migration.sources.open_sources import Sources, open_sources
from desktop_migrator.migration.workspace.audit_trail import AuditEvent, AuditTrail
from desktop_migrator.migration.workspace.backup_catalog import BackupCatalog, BackupEntry
from desktop_migrator.migration.workspace.catalog import UNDOING, UNDONE, Catalog, CatalogedRun
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import Outcome
from desktop_migrator.reporter import Reporter, Stage
from desktop_migrator.system.files import file_sha256, os_error_reason
from desktop_migrator.vault.backup_folder import (
    BACKUP_KIND,
    BACKUP_SUFFIX,
    BackupFolder,
    RetentionCandidate,
    expired_backup_ids,
)
from desktop_migrator.vault.container import read_header
from desktop_migrator.vault.header import RecipientInfo
from desktop_migrator.vault.keys import Passphrase
from desktop_migrator.vault.payload import PayloadReader
from desktop_migrator.vault.sealed_file import open_sealed_file


@dataclass(frozen=True, slots=True)
class BackupFile:
    """A backup's file, and what is known of it without opening it."""

    id: str
    path: Path
    catalog_entry: BackupEntry | None
    """None: it came from elsewhere, or the list was lost; what it is shows once it is opened."""


def list_backups(workspace: Workspace) -> list[BackupFile]:
    """The newest first."""
    listed = BackupCatalog(workspace.catalog).all()
    files = BackupFolder(workspace.backups).list_files()
    return [BackupFile(name, path, listed.get(name)) for name, path in files.items()]


def find_backup(workspace: Workspace, id_or_path: str) -> BackupFile:
    """By id, or by the path of a file. Raises BackupNotFound."""
    path = Path(id_or_path)
    if path.suffix == BACKUP_SUFFIX and path.is_file():
        return BackupFile(path.stem, path, BackupCatalog(workspace.catalog).find(path.stem))
    path = BackupFolder(workspace.backups).find(id_or_path)
    return BackupFile(id_or_path, path, BackupCatalog(workspace.catalog).find(id_or_path))


def make_backup(
    workspace: Workspace,
    sources: Sources,
    *,
    origins: Sequence[str],
    purpose: str,
    key: SealingKey,
    reporter: Reporter,
) -> BackupEntry:
    """Back up all records of these origins (none named: of all), checked before it counts.

    Raises OriginNotFound, SealedFileNotWritten, SealedFileNotVerified, Cancelled.
    """
    backup = BackupWriter(workspace, key, purpose, origins)
    try:
        reporter.started(Stage.BACKUP, None)
        wanted, count = set(origins), 0
        for record in sources.records():
            if not wanted or record.storage_key.origin in wanted:
                backup.add_record(record)
                count += 1
                reporter.advanced(Stage.BACKUP, count, None)
            if reporter.cancelled:
                raise Cancelled
        if not count and wanted:
            raise OriginNotFound(origins=", ".join(origins))
        made = backup.finish(sources.damages)
        tell_unkept_key(key, reporter)
        return made
    finally:
        backup.discard()


def create_backup(
    workspace: Workspace,
    folders: Sequence[Path],
    origins: Sequence[str],
    passphrase: Passphrase | None,
    reporter: Reporter,
) -> BackupEntry:
    """Back up what the browsers hold now. Raises as `make_backup` and `sealing_key`."""
    key = sealing_key(passphrase, workspace.credentials, reporter)
    with open_sources(folders, workspace.snapshots, reporter) as sources:
        made = make_backup(
            workspace, sources, origins=origins, purpose="create", key=key, reporter=reporter
        )
    AuditTrail(workspace.catalog).record_local(
        AuditEvent(action="backup", outcome="completed", counts={"records": made.summary.records})
    )
    return made


@contextmanager
def open_backup(
    workspace: Workspace, path: Path, passphrase_or_key: str | None, reporter: Reporter
) -> Iterator[PayloadReader]:
    """What a backup holds: its manifest, then `contents` or `records`.

    `passphrase_or_key` is a passphrase or a recovery key; without it the keyring's key, or the
    person is asked. Raises KeyNotGiven, FileUnreadable, and whatever `open_sealed_file` does.
    """
    keys = opening_keys(recipients(path), passphrase_or_key, workspace.credentials, reporter)
    with open_sealed_file(path, BACKUP_KIND, keys) as reader:
        yield reader


def recipients(path: Path) -> tuple[RecipientInfo, ...]:
    """Who can open the file. Raises FileUnreadable, and the container's errors."""
    try:
        with path.open("rb") as file:
            return read_header(file).recipients
    except OSError as error:
        raise FileUnreadable(path=path, reason=os_error_reason(error)) from None


def verify_backup(
    workspace: Workspace, id_or_path: str, passphrase_or_key: str | None, reporter: Reporter
) -> BackupEntry:
    """Read all of it, and compare it with what this computer's list says; it is listed after it.

    Raises BackupDiffers, and as `open_backup`.
    """
    found = find_backup(workspace, id_or_path)
    try:
        sha256, size = file_sha256(found.path), found.path.stat().st_size
    except OSError as error:
        raise FileUnreadable(path=found.path, reason=os_error_reason(error)) from None
    if found.catalog_entry and found.catalog_entry.sha256 != sha256:
        raise BackupDiffers(path=found.path)
    with open_backup(workspace, found.path, passphrase_or_key, reporter) as reader:
        reporter.started(Stage.VERIFY, None)
        for count, _ in enumerate(reader.contents(), 1):
            reporter.advanced(Stage.VERIFY, count, None)
            if reporter.cancelled:
                raise Cancelled
    listed = BackupEntry(
        manifest=reader.manifest,
        target=reader.target,
        summary=reader.complete_summary,
        size=size,
        sha256=sha256,
    )
    if found.path.parent == workspace.backups and found.id == listed.manifest.id:
        BackupCatalog(workspace.catalog).add(listed)
    return listed


def delete_backup(workspace: Workspace, backup_id: str, *, force: bool) -> None:
    """Raises BackupNotFound, and BackupNeeded unless forced."""
    folder, listed = BackupFolder(workspace.backups), BackupCatalog(workspace.catalog)
    folder.find(backup_id)
    known = listed.find(backup_id)
    needed = runs_needing_backup(Catalog(workspace.catalog).runs())
    if not force:
        if known and known.target and known.target.run in needed:
            raise BackupNeeded(reason=needed[known.target.run])
        if len(folder.list_files()) == 1:
            raise BackupNeeded(reason=Message("It is the last one."))
    folder.remove(backup_id)
    listed.remove(backup_id)
    AuditTrail(workspace.catalog).record_local(
        AuditEvent(action="delete-backup", run=known.target.run if known and known.target else None)
    )


_FINISHED = {Outcome.COMPLETED, Outcome.ROLLED_BACK, UNDONE}


def prune_backups(workspace: Workspace, now: datetime | None = None) -> list[str]:
    """Remove what is kept no longer; the ids of what was removed, the oldest first.

    A backup that the list does not have stays.
    """
    folder, listed = BackupFolder(workspace.backups), BackupCatalog(workspace.catalog)
    there = folder.list_files()
    known = {name: backup for name, backup in listed.all().items() if name in there}
    runs = runs_needing_backup(Catalog(workspace.catalog).runs())
    removed = expired_backup_ids(
        (_retention_entry(backup, runs) for backup in known.values()),
        now or datetime.now(UTC),
        timedelta(days=workspace.settings.backups.keep_days),
    )
    for backup in removed:
        folder.remove(backup)
        listed.remove(backup)
    return removed


def runs_needing_backup(newest_first: Iterable[CatalogedRun]) -> dict[str, Message]:
    """The runs whose backups are needed, each with why."""
    needed: dict[str, Message] = {}
    completed: set[tuple[str, str, str]] = set()
    for run in newest_first:
        subject = run.user_id, run.database, run.plan
        if run.outcome == UNDOING:
            needed[run.run] = Message("The undo of run {run} has not come to its end.", run=run.run)
        elif run.outcome not in _FINISHED and subject not in completed:
            needed[run.run] = Message("Run {run} has not come to its end.", run=run.run)
        elif run.outcome == Outcome.COMPLETED:
            completed.add(subject)
    return needed


def _retention_entry(backup: BackupEntry, needed: dict[str, Message]) -> RetentionCandidate:
    target = backup.target
    return RetentionCandidate(
        id=backup.manifest.id,
        created=backup.manifest.created,
        owner=(target.database_id, target.user_id) if target else (None, None),
        is_needed=target is not None and target.run in needed,
    )
