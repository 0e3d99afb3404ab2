"""Locks between processes on files: shared or exclusive, freed by the system when a holder dies.

A lock file is an empty SQLite database, since SQLite's locks work the same on Windows, macOS and
Linux; nothing is ever written to it. `TimeoutError` if the lock is not free in time.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path


@contextmanager
def exclusive_lock(path: Path, timeout: float = 0) -> Iterator[None]:
    """Hold the file alone; wait at most `timeout` seconds for it."""
    with _sqlite_lock(path, timeout, "BEGIN EXCLUSIVE"):
        yield


@contextmanager
def shared_lock(path: Path, timeout: float = 0) -> Iterator[None]:
    """Hold the file together with other sharers; wait at most `timeout` seconds for it."""
    # In SQLite it is the first read that takes a transaction's shared lock.
    with _sqlite_lock(path, timeout, "BEGIN", "SELECT count(*) FROM sqlite_master"):
        yield


@contextmanager
def _sqlite_lock(path: Path, timeout: float, *statements: str) -> Iterator[None]:
    with closing(sqlite3.connect(path, timeout=timeout, isolation_level=None)) as holder:
        try:
            for statement in statements:
                holder.execute(statement).fetchall()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            raise TimeoutError(path) from error
        yield
