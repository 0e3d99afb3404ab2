"""Versions of keys as they come up in a damaged store's files, in whatever order.

They lie in a temporary file of SQLite's, which has no name and goes with the connection: what a
small file unpacks to can be more than memory should hold.
"""

import sqlite3
from collections.abc import Iterable, Iterator

from desktop_migrator.browsers.leveldb.log import InternalEntry

_CACHE_KIB = 16 * 1024
_KEEP = (
    "INSERT INTO newest VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE"
    " SET sequence = excluded.sequence, value = excluded.value"
    " WHERE excluded.sequence >= sequence"
)


class NewestVersions:
    """The newest version of each key; to be closed."""

    def __init__(self) -> None:
        # Used in the thread that made it, and closed wherever the last reference goes.
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._database.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        self._database.execute(
            "CREATE TABLE newest (key BLOB PRIMARY KEY, sequence INTEGER, value BLOB) WITHOUT ROWID"
        )
        self._database.execute("BEGIN")

    def close(self) -> None:
        self._database.close()

    def keep(self, entries: Iterable[InternalEntry]) -> None:
        """Take versions, each if it is newer than what is known of its key."""
        self._database.executemany(_KEEP, entries)

    def find(self, key: bytes) -> tuple[int, bool]:
        """The newest version's number, and whether it is a deletion; (-1, True) for no version."""
        query = "SELECT sequence, value IS NULL FROM newest WHERE key = ?"
        row = self._database.execute(query, (key,)).fetchone()
        return (row[0], bool(row[1])) if row else (-1, True)

    def has_deletion(self, prefix: bytes) -> bool:
        """Whether a key that begins so was there and is deleted."""
        query = "SELECT 1 FROM newest WHERE key >= ? AND key < ? AND value IS NULL LIMIT 1"
        bounds = (prefix, prefix + b"\xff" * 4)
        return self._database.execute(query, bounds).fetchone() is not None

    def entries(self, after: bytes = b"") -> Iterator[tuple[bytes, bytes]]:
        """What is not deleted, nor too large, by key, behind that key."""
        yield from self._database.execute(
            "SELECT key, value FROM newest WHERE key > ? AND typeof(value) = 'blob' ORDER BY key",
            (after,),
        )

    def large_values(self) -> Iterator[tuple[bytes, int]]:
        """Keys whose value is too large, and its bytes."""
        yield from self._database.execute(
            "SELECT key, value FROM newest WHERE typeof(value) = 'integer' ORDER BY key"
        )
