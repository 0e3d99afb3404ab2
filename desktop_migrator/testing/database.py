"""A PostgreSQL that is there while a block runs."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from desktop_migrator.postgres.builtin_server.server import BuiltinPostgres

_UNSAFE = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
"""What is thrown away need not survive a crash."""


@contextmanager
def throwaway_postgres() -> Iterator[str]:
    """The URL of an empty database; needs the extra `embedded`. Raises BuiltinDatabaseFailed."""
    with tempfile.TemporaryDirectory(prefix="dm-testing-") as folder:
        Path(folder).chmod(0o711)  # the server's account passes through where root starts it
        with BuiltinPostgres(Path(folder) / "postgres", settings=_UNSAFE).running() as url:
            yield url
