"""One transaction on a private copy of a browser's SQLite file.

A file with triggers, views or virtual tables, which no browser makes, is refused: they could run
what nobody asked for.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from desktop_migrator.browsers.store_files import SQLITE_SIDE_FILES
from desktop_migrator.errors import StoreUnwritable
from desktop_migrator.messages import Message

_COUNT_ACTIVE_OBJECTS = (
    "SELECT count(*) FROM sqlite_master"
    " WHERE type IN ('trigger', 'view') OR sql LIKE 'CREATE VIRTUAL%'"
)


@contextmanager
def write_transaction(copy: Path) -> Iterator[sqlite3.Connection]:
    """Commit what the caller does; afterwards all of it lies in the one file, without side files.

    TEXT comes as bytes. What goes is overwritten with zeros. Raises StoreUnwritable, also for
    what the caller meets.
    """
    try:
        with closing(_open(copy)) as connection:
            connection.execute("PRAGMA trusted_schema=OFF")
            connection.execute("PRAGMA secure_delete=ON")
            if connection.execute("PRAGMA encoding").fetchone() != (b"UTF-8",):
                raise StoreUnwritable(path=copy, reason=Message("its texts are not in UTF-8"))
            if connection.execute(_COUNT_ACTIVE_OBJECTS).fetchone() != (0,):
                raise StoreUnwritable(
                    path=copy, reason=Message("it holds parts that no browser makes")
                )
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
            checkpoint(connection)
    except (OSError, ValueError, sqlite3.Error) as error:
        raise StoreUnwritable(path=copy, reason=type(error).__name__) from error


def checkpoint_wal(path: Path) -> None:
    """Have SQLite bring in side files, as the browser's next start would. Raises StoreUnwritable.

    After that the file alone holds what it and they held before.
    """
    sides = [path.with_name(path.name + side) for side in SQLITE_SIDE_FILES]
    if not any(side.exists() for side in sides):
        return
    try:
        with closing(_open(path)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            checkpoint(connection)
    except sqlite3.Error as error:
        raise StoreUnwritable(path=path, reason=type(error).__name__) from error
    if any(side.exists() and side.stat().st_size for side in sides):
        raise StoreUnwritable(path=path, reason=Message("its write-ahead log cannot be brought in"))


def checkpoint(connection: sqlite3.Connection) -> None:
    """Write the write-ahead log into the file, if there is one. Raises sqlite3.OperationalError."""
    busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise sqlite3.OperationalError("somebody reads the file")


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=0
    )
    connection.text_factory = bytes
    return connection
