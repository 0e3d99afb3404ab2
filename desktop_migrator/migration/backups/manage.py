"""Backups as use cases: listed, made by hand, opened, checked, deleted."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from desktop_migrator.errors import (
    BackupDiffers,
    BackupNeeded,
    Cancelled,
    FileUnreadable,
    OriginNotFound,
)
from desktop_migrator.migration.audit import AuditTrail, Deed
from desktop_migrator.migration.backups.retention import needed_runs
from desktop_migrator.migration.catalog import Catalog
from desktop_migrator.migration.sealed.backing import Backup
from desktop_migrator.migration.sealed.backup_keys import Key, opening_keys, sealing_key
from desktop_migrator.migration.sealed.backup_list import BackupList, Listed
from desktop_migrator.migration.sources import Sources, open_sources
from desktop_migrator.migration.workspace import Workspace
from desktop_migrator.reporter import Reporter
from desktop_migrator.vault.backups import KIND, SUFFIX, BackupFolder
from desktop_migrator.vault.container import read_header
from desktop_migrator.vault.draft import file_sha256, opened, reason
from desktop_migrator.vault.keys import Passphrase
from desktop_migrator.vault.payload import PayloadReader
from desktop_migrator.vault.stanza import RecipientInfo

STAGE = "backup"


@dataclass(frozen=True, slots=True)
class Found:
    """A backup's file, and what is known of it without opening it."""

    id: str
    path: Path
    listed: Listed | None
    """None: it came from elsewhere, or the list was lost; what it is shows once it is opened."""


def list_backups(workspace: Workspace) -> list[Found]:
    """The newest first."""
    listed = BackupList(workspace.catalog).all()
    files = BackupFolder(workspace.backups).files()
    return [Found(name, path, listed.get(name)) for name, path in files.items()]


def find_backup(workspace: Workspace, named: str) -> Found:
    """By id, or by the path of a file. Raises BackupNotFound."""
    path = Path(named)
    if path.suffix == SUFFIX and path.is_file():
        return Found(path.stem, path, BackupList(workspace.catalog).find(path.stem))
    path = BackupFolder(workspace.backups).find(named)
    return Found(named, path, BackupList(workspace.catalog).find(named))


def make_backup(
    workspace: Workspace,
    sources: Sources,
    *,
    origins: Sequence[str],
    why: str,
    key: Key,
    reporter: Reporter,
) -> Listed:
    """Back up all records of these origins (none named: of all), checked before it counts.

    Raises OriginNotFound, DraftNotWritten, DraftNotVerified, Cancelled.
    """
    backup = Backup(workspace, key, why, origins)
    try:
        reporter.started(STAGE, None)
        wanted, count = set(origins), 0
        for record in sources.records():
            if not wanted or record.storage_key.origin in wanted:
                backup.keep(record)
                count += 1
                reporter.advanced(STAGE, count, None)
            if reporter.cancelled:
                raise Cancelled
        if not count and wanted:
            raise OriginNotFound(origins=", ".join(origins))
        return backup.finish(sources.damages)
    finally:
        backup.abandon()


def create(
    workspace: Workspace,
    folders: Sequence[Path],
    origins: Sequence[str],
    passphrase: Passphrase | None,
    reporter: Reporter,
) -> Listed:
    """Back up what the browsers hold now. Raises as `make_backup` and `sealing_key`."""
    key = sealing_key(passphrase, workspace.credentials, reporter)
    with open_sources(folders, workspace.snapshots, reporter) as sources:
        made = make_backup(
            workspace, sources, origins=origins, why="create", key=key, reporter=reporter
        )
    AuditTrail(workspace.catalog).note(
        Deed(action="backup", outcome="completed", counts={"records": made.summary.records})
    )
    return made


@contextmanager
def open_backup(
    workspace: Workspace, path: Path, given: str | None, reporter: Reporter
) -> Iterator[PayloadReader]:
    """What a backup holds: its manifest, then `contents` or `records`.

    `given` is a passphrase or a recovery key; without it the keyring's key, or the person is
    asked. Raises KeyNotGiven, FileUnreadable, and whatever `draft.opened` does.
    """
    keys = opening_keys(recipients(path), given, workspace.credentials, reporter)
    with opened(path, KIND, keys) as reader:
        yield reader


def recipients(path: Path) -> tuple[RecipientInfo, ...]:
    """Who can open the file. Raises FileUnreadable, and the container's errors."""
    try:
        with path.open("rb") as file:
            return read_header(file).recipients
    except OSError as error:
        raise FileUnreadable(path=path, reason=reason(error)) from None


def verify_backup(
    workspace: Workspace, named: str, given: str | None, reporter: Reporter
) -> Listed:
    """Read all of it, and compare it with what this computer's list says; it is listed after it.

    Raises BackupDiffers, and as `open_backup`.
    """
    found = find_backup(workspace, named)
    try:
        sha256, size = file_sha256(found.path), found.path.stat().st_size
    except OSError as error:
        raise FileUnreadable(path=found.path, reason=reason(error)) from None
    if found.listed and found.listed.sha256 != sha256:
        raise BackupDiffers(path=found.path)
    with open_backup(workspace, found.path, given, reporter) as reader:
        reporter.started("verify", None)
        for count, _ in enumerate(reader.contents(), 1):
            reporter.advanced("verify", count, None)
            if reporter.cancelled:
                raise Cancelled
    listed = Listed(
        manifest=reader.manifest,
        target=reader.target,
        summary=reader.whole_summary,
        size=size,
        sha256=sha256,
    )
    if found.path.parent == workspace.backups and found.id == listed.manifest.id:
        BackupList(workspace.catalog).add(listed)
    return listed


def delete_backup(workspace: Workspace, named: str, *, force: bool) -> None:
    """Raises BackupNotFound, and BackupNeeded unless forced."""
    folder, listed = BackupFolder(workspace.backups), BackupList(workspace.catalog)
    folder.find(named)
    known = listed.find(named)
    needed = needed_runs(Catalog(workspace.catalog).runs())
    if not force:
        if known and known.target and known.target.run in needed:
            raise BackupNeeded(reason=needed[known.target.run])
        if len(folder.files()) == 1:
            raise BackupNeeded(reason="It is the last one.")
    folder.remove(named)
    listed.forget(named)
    AuditTrail(workspace.catalog).note(
        Deed(action="delete-backup", run=known.target.run if known and known.target else None)
    )
