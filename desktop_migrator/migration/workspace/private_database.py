"""The small SQLite files in the workspace: private, and with errors that have a code."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from desktop_migrator.errors import DataFolderUnusable
from desktop_migrator.messages import verbatim
from desktop_migrator.system import files

_WAIT_SECONDS = 30
"""For another process of this program that writes there."""


@contextmanager
def open_private(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection in autocommit mode. Raises DataFolderUnusable for a folder that is full, busy or
    may not be written to, also for what the caller meets; other faults of the file as sqlite3 does.
    """
    try:
        files.private_file(path)
        connection = sqlite3.connect(path, isolation_level=None, timeout=_WAIT_SECONDS)
        with closing(connection):
            yield connection
    except sqlite3.OperationalError as error:
        raise DataFolderUnusable(path=path, reason=verbatim(str(error))) from None
    except OSError as error:
        raise DataFolderUnusable(path=path, reason=files.os_error_reason(error)) from None


@contextmanager
def transaction(path: Path) -> Iterator[sqlite3.Connection]:
    """A transaction that nobody else's comes between. Raises as `open_private`."""
    with open_private(path) as connection:
        connection.execute("BEGIN IMMEDIATE")
        with connection:
            yield connection
