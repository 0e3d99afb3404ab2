"""A backup on its way: its file, its entry in this computer's list, its manifest."""

import platform
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property

from desktop_migrator import __version__
from desktop_migrator.migration.sealed.sealing_keys import Key, sealing_key
from desktop_migrator.migration.workspace.backup_catalog import BackupList, Listed
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import Damage, Record
from desktop_migrator.reporter import Reporter
from desktop_migrator.vault.backup_folder import KIND, BackupFolder, new_id
from desktop_migrator.vault.keys import Passphrase
from desktop_migrator.vault.payload import Manifest, Rows, Target
from desktop_migrator.vault.sealed_file import Draft


class Backup:
    """A backup being made, of records first, then of rows."""

    def __init__(self, workspace: Workspace, key: Key, why: str, origins: Sequence[str]) -> None:
        """`why` is the manifest's `reason`. Raises DraftNotWritten."""
        self.id = new_id()
        self._list = BackupList(workspace.catalog)
        path = BackupFolder(workspace.backups).path_of(self.id)
        self._draft = Draft(
            path, manifest(self.id, why, origins), kind=KIND, recipients=[key], identities=[key]
        )
        self._payload = self._draft.payload
        self.keep = self._payload.record
        """Takes a record."""
        self._target: Target | None = None

    def rows(self, target: Target, rows: Iterator[tuple[Rows, Iterator[bytes]]]) -> None:
        self._target = target
        self._payload.target(target)
        for table, blocks in rows:
            self._payload.table(table)
            for block in blocks:
                self._payload.rows(block)

    def finish(self, damages: tuple[Damage, ...]) -> Listed:
        """Seal and check it, and list it. Raises DraftNotWritten, DraftNotVerified."""
        sealed = self._draft.finish(damages)
        listed = Listed(
            manifest=self._draft.manifest,
            target=self._target,
            summary=sealed.summary,
            size=sealed.size,
            sha256=sealed.sha256,
        )
        self._list.add(listed)
        return listed

    def abandon(self) -> None:
        """Leave nothing behind, unless it is finished."""
        self._draft.abandon()


def manifest(identity: str, why: str, origins: Sequence[str]) -> Manifest:
    """What is known before the first record, of this computer and this moment."""
    now = datetime.now(UTC)
    local = now.astimezone()
    return Manifest(
        id=identity,
        created=now,
        time_zone=f"{local.isoformat()[-6:]} {local.tzname()}",
        tool_version=__version__,
        host=platform.node(),
        system=platform.system(),
        reason=why,
        origins=list(origins),
    )


class RunBackup:
    """The backup of a run to be."""

    def __init__(self, workspace: Workspace, find_key: Callable[[], Key]) -> None:
        self.workspace = workspace
        self._find_key = find_key
        self.made: Backup | None = None
        self.id: str | None = None
        """Of the backup that the run has; None until it counts."""

    def keeper(self, origins: Sequence[str]) -> Callable[[Record], None] | None:
        """What keeps records of these origins from now on; None: they are not known yet.

        Who has to be asked for a passphrase is asked now, not after a long look at the sources.
        """
        key = self._key
        return self._begin(key, origins).keep if origins else None

    @cached_property
    def _key(self) -> Key:
        return self._find_key()

    def _begin(self, key: Key, origins: Sequence[str]) -> Backup:
        self.made = Backup(self.workspace, key, "migrate", origins)
        return self.made

    def collect(self, origins: Sequence[str], records: Iterable[Record]) -> Backup:
        """Begin with what the records hold of these origins."""
        backup = self._begin(self._key, origins)
        for record in records:
            if record.storage_key.origin in origins:
                backup.keep(record)
        return backup

    def abandon(self) -> None:
        if self.made:
            self.made.abandon()


@contextmanager
def backing(
    workspace: Workspace, passphrase: Passphrase | None, reporter: Reporter, *, wanted: bool
) -> Iterator[RunBackup | None]:
    """The backup of a run to be, gone again if the run does not get as far as to write."""
    if not wanted:
        yield None
        return
    backup = RunBackup(workspace, lambda: sealing_key(passphrase, workspace.credentials, reporter))
    try:
        yield backup
    finally:
        backup.abandon()
