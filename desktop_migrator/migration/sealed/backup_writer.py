"""A backup on its way: its file, its entry in this computer's list, its manifest."""

import platform
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property

from desktop_migrator import __version__
from desktop_migrator.migration.sealed.sealing_keys import SealingKey, sealing_key
from desktop_migrator.migration.workspace.backup_catalog import BackupCatalog, BackupEntry
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import Damage, Record
from desktop_migrator.reporter import Reporter
from desktop_migrator.vault.backup_folder import BACKUP_KIND, BackupFolder, new_backup_id
from desktop_migrator.vault.keys import Passphrase
from desktop_migrator.vault.payload import BackupManifest, BackupTarget, TableHeader
from desktop_migrator.vault.sealed_file import AtomicSealedFile


class BackupWriter:
    """A backup being made, of records first, then of rows."""

    def __init__(
        self, workspace: Workspace, key: SealingKey, purpose: str, origins: Sequence[str]
    ) -> None:
        """`purpose` is the manifest's `reason`. Raises SealedFileNotWritten."""
        self.id = new_backup_id()
        self._list = BackupCatalog(workspace.catalog)
        path = BackupFolder(workspace.backups).path_for(self.id)
        level = workspace.settings.backups.compression
        self._draft = AtomicSealedFile(
            path,
            build_manifest(self.id, purpose, origins),
            kind=BACKUP_KIND,
            recipients=[key],
            identities=[key],
            **({} if level is None else {"level": level}),
        )
        self._payload = self._draft.payload
        self.add_record = self._payload.write_record
        """Takes a record."""
        self._target: BackupTarget | None = None

    def add_tables(
        self, target: BackupTarget, rows: Iterator[tuple[TableHeader, Iterator[bytes]]]
    ) -> None:
        self._target = target
        self._payload.write_target(target)
        for table, blocks in rows:
            self._payload.begin_table(table)
            for block in blocks:
                self._payload.write_rows(block)

    def finish(self, damages: tuple[Damage, ...]) -> BackupEntry:
        """Seal and check it, and list it. Raises SealedFileNotWritten, SealedFileNotVerified."""
        sealed = self._draft.commit(damages)
        listed = BackupEntry(
            manifest=self._draft.manifest,
            target=self._target,
            summary=sealed.summary,
            size=sealed.size,
            sha256=sealed.sha256,
        )
        self._list.add(listed)
        return listed

    def discard(self) -> None:
        """Leave nothing behind, unless it is finished."""
        self._draft.discard()


def build_manifest(container_id: str, purpose: str, origins: Sequence[str]) -> BackupManifest:
    """What is known before the first record, of this computer and this moment."""
    now = datetime.now(UTC)
    local = now.astimezone()
    return BackupManifest(
        id=container_id,
        created=now,
        time_zone=f"{local.isoformat()[-6:]} {local.tzname()}",
        tool_version=__version__,
        host=platform.node(),
        system=platform.system(),
        reason=purpose,
        origins=list(origins),
    )


class RunBackup:
    """The backup of a run to be."""

    def __init__(self, workspace: Workspace, find_key: Callable[[], SealingKey]) -> None:
        self.workspace = workspace
        self._find_key = find_key
        self.writer: BackupWriter | None = None
        self.id: str | None = None
        """Of the backup that the run has; None until it counts."""

    def start_if_origins_known(self, origins: Sequence[str]) -> Callable[[Record], None] | None:
        """What keeps records of these origins from now on; None: they are not known yet.

        Who has to be asked for a passphrase is asked now, not after a long look at the sources.
        """
        key = self.key
        return self._start(key, origins).add_record if origins else None

    @cached_property
    def key(self) -> SealingKey:
        """What it is sealed with. Raises as `sealing_key`."""
        return self._find_key()

    def _start(self, key: SealingKey, origins: Sequence[str]) -> BackupWriter:
        self.writer = BackupWriter(self.workspace, key, "migrate", origins)
        return self.writer

    def collect(self, origins: Sequence[str], records: Iterable[Record]) -> BackupWriter:
        """Begin with what the records hold of these origins."""
        backup = self._start(self.key, origins)
        for record in records:
            if record.storage_key.origin in origins:
                backup.add_record(record)
        return backup

    def discard(self) -> None:
        if self.writer:
            self.writer.discard()


@contextmanager
def run_backup(
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
        backup.discard()
