"""The folder that holds this computer's backups, one file each: `<id>.dmbackup`."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from desktop_migrator.errors import BackupNotFound, FileUnreadable, SealedFileNotWritten
from desktop_migrator.messages import Message
from desktop_migrator.system import files
from desktop_migrator.system.files import os_error_reason

BACKUP_KIND = "backup"
BACKUP_SUFFIX = ".dmbackup"


def new_backup_id(now: datetime | None = None) -> str:
    """Sorts by time and is never met twice: `20261125-041500-1f2e3d4c`."""
    return f"{now or datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(4)}"


class BackupFolder:
    def __init__(self, path: Path) -> None:
        """Makes the folder, and removes what processes that are gone have left half-written.

        Raises SealedFileNotWritten.
        """
        self.path = path
        try:
            files.remove_stale_partials(files.private_folder(path))
        except OSError as error:
            raise SealedFileNotWritten(path=path, reason=os_error_reason(error)) from None

    def path_for(self, backup: str) -> Path:
        return self.path / f"{backup}{BACKUP_SUFFIX}"

    def list_files(self) -> dict[str, Path]:
        """All backups by id, the newest first."""
        found = {path.stem: path for path in self.path.glob(f"*{BACKUP_SUFFIX}") if path.is_file()}
        return {name: found[name] for name in sorted(found, reverse=True)}

    def find(self, backup: str) -> Path:
        """Raises BackupNotFound."""
        path = self.list_files().get(backup)
        if path is None:
            raise BackupNotFound(
                reason=Message(
                    "No file {backup}{suffix} lies in {folder}.",
                    backup=backup,
                    suffix=BACKUP_SUFFIX,
                    folder=str(self.path),
                )
            )
        return path

    def remove(self, backup: str) -> None:
        """Raises BackupNotFound, FileUnreadable."""
        path = self.find(backup)
        try:
            path.unlink()
            files.sync_folder(self.path)
        except OSError as error:
            raise FileUnreadable(path=path, reason=os_error_reason(error)) from None


@dataclass(frozen=True, slots=True)
class RetentionCandidate:
    """What retention looks at."""

    id: str
    created: datetime
    owner: tuple[str | None, str | None]
    """Whose it is: database and person."""
    is_needed: bool
    """Whether a run may still be resumed or undone with it."""


def expired_backup_ids(
    backups: Iterable[RetentionCandidate],
    now: datetime,
    retention: timedelta,
) -> list[str]:
    """The ids of those to be removed, the oldest first: never the last one of anybody."""
    newest_first: Sequence[RetentionCandidate] = sorted(
        backups, key=lambda each: each.created, reverse=True
    )
    met: set[tuple[str | None, str | None]] = set()
    result = []
    for backup in newest_first:
        last = backup.owner not in met
        met.add(backup.owner)
        if not last and not backup.is_needed and now - backup.created > retention:
            result.append(backup.id)
    return result[::-1]
