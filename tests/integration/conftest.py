"""The program, a database that asks for a password, and what tests look at rows with."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg.sql import SQL, Identifier, Literal

from desktop_migrator.postgres.builtin_server.server import BuiltinPostgres
from tests.integration.command_line import CommandLine
from tests.integration.desk import Desk
from tests.servers import BINARIES, on_every_server

__all__ = ["BINARIES", "on_every_server"]  # where tests look for them

_numbers = count(1)


@pytest.fixture
def desktop_migrator(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path / "data dir")


def fetch(sql: psycopg.Connection[Any], query: str) -> list[Any]:
    return sql.execute(query.encode()).fetchall()


PASSWORD = "DM-MARK-password-9f3a7c"
"""What `guarded` asks for; a mark that can be searched for."""


@pytest.fixture(scope="session")
def guarded_server(server_folder: Path) -> Iterator[BuiltinPostgres]:
    """A server that asks everybody but its administrator for `PASSWORD`."""
    server = BuiltinPostgres(server_folder / "guarded", settings={"fsync": "off"})
    with server.running() as url, psycopg.connect(url) as administrator:
        administrator.execute(SQL("CREATE ROLE ada LOGIN PASSWORD {}").format(Literal(PASSWORD)))
    access = "local all postgres trust\nlocal all all scram-sha-256\n"
    (server.data / "pg_hba.conf").write_text(access)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def guarded(guarded_server: BuiltinPostgres) -> Iterator[str]:
    """The URL, without the password, of an empty database of `ada`'s."""
    name = f"guarded_{next(_numbers)}"
    with psycopg.connect(guarded_server.url, autocommit=True) as administrator:
        administrator.execute(SQL("CREATE DATABASE {} OWNER ada").format(Identifier(name)))
        yield urlsplit(guarded_server.url)._replace(netloc="ada@", path=f"/{name}").geturl()
        administrator.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


@pytest.fixture
def desk(database: str, tmp_path: Path) -> Desk:
    return Desk(database, tmp_path)
