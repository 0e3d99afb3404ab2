"""What this computer remembers of its backups, in the catalog's file.

The backups themselves are the truth: one that is not listed here still counts, and its manifest
says the same once it is opened.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from desktop_migrator.migration.workspace.private_database import transaction
from desktop_migrator.vault.payload import BackupManifest, BackupSummary, BackupTarget

_SCHEMA = """
CREATE TABLE IF NOT EXISTS backups (
  backup TEXT PRIMARY KEY,
  run TEXT,
  facts TEXT NOT NULL
)
"""


class BackupEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A backup, as told without opening it."""

    manifest: BackupManifest
    target: BackupTarget | None
    summary: BackupSummary
    size: int
    """Bytes of the file."""
    sha256: str
    """Of the file, in hexadecimal."""


class BackupCatalog:
    def __init__(self, catalog: Path) -> None:
        self._path = catalog
        with self._connection() as connection:
            connection.execute(_SCHEMA)

    def add(self, backup: BackupEntry) -> None:
        with self._connection() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO backups (backup, run, facts) VALUES (?, ?, ?)",
                (
                    backup.manifest.id,
                    backup.target.run if backup.target else None,
                    msgspec.json.encode(backup).decode(),
                ),
            )

    def remove(self, backup: str) -> None:
        with self._connection() as connection:
            connection.execute("DELETE FROM backups WHERE backup = ?", (backup,))

    def find(self, backup: str) -> BackupEntry | None:
        return self.all().get(backup)

    def backup_of_run(self, run: str) -> str | None:
        """The id of the backup made before the run."""
        with self._connection() as connection:
            row = connection.execute(
                "SELECT backup FROM backups WHERE run = ? ORDER BY backup DESC", (run,)
            ).fetchone()
        return row and str(row[0])

    def all(self) -> dict[str, BackupEntry]:
        """By id; an entry that cannot be read is left out."""
        with self._connection() as connection:
            rows = connection.execute("SELECT backup, facts FROM backups").fetchall()
        listed = {}
        for backup, facts in rows:
            try:
                listed[backup] = msgspec.json.decode(facts, type=BackupEntry)
            except (msgspec.DecodeError, TypeError):
                continue
        return listed

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        with transaction(self._path) as connection:
            yield connection
