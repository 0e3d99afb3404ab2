"""Real PostgreSQL servers, run by the product's own manager, each once for a process of tests."""

import shutil
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
import sqlalchemy
from psycopg.sql import SQL, Identifier

from desktop_migrator.postgres.builtin_server.server import BuiltinPostgres
from desktop_migrator.postgres.connection.engine import open_engine

BINARIES = {"builtin": None, "postgresql-15": Path("/usr/lib/postgresql/15/bin")}

on_every_server = pytest.mark.parametrize(
    "server",
    ["builtin", pytest.param("postgresql-15", marks=pytest.mark.needs("postgresql-15"))],
    indirect=True,
)
"""Runs a test that uses `server`, `database` or `connection` on each PostgreSQL there is."""

_numbers = count(1)


@pytest.fixture(scope="session")
def server_folder() -> Iterator[Path]:
    """A folder that the account of a server started by root can reach, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="dm-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def servers() -> Iterator[dict[str, BuiltinPostgres]]:
    """Those that run, by what `on_every_server` calls them; each stays until the end."""
    servers: dict[str, BuiltinPostgres] = {}
    yield servers
    for server in servers.values():
        server.stop()


@pytest.fixture(scope="session")
def server(
    request: pytest.FixtureRequest, server_folder: Path, servers: dict[str, BuiltinPostgres]
) -> BuiltinPostgres:
    """A running server: the built-in one, or another by `on_every_server`."""
    which = getattr(request, "param", "builtin")
    if which not in servers:
        settings = {"fsync": "off", "full_page_writes": "off", "max_prepared_transactions": "10"}
        server = BuiltinPostgres(server_folder / which, BINARIES[which], settings)
        server.start()
        servers[which] = server
    return servers[which]


@pytest.fixture
def database(server: BuiltinPostgres) -> Iterator[str]:
    """The URL of an empty database of its own, whose time zone is not UTC."""
    name = f"test_{next(_numbers)}"
    with psycopg.connect(server.url, autocommit=True) as administrator:
        administrator.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        administrator.execute(
            SQL("ALTER DATABASE {} SET timezone = 'America/New_York'").format(Identifier(name))
        )
        yield urlsplit(server.url)._replace(path=f"/{name}").geturl()
        administrator.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


@pytest.fixture
def sql(database: str) -> Iterator[psycopg.Connection[Any]]:
    """`database` as the app's developer sees it, times in UTC."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("SET TIME ZONE 'UTC'")
        yield connection


@pytest.fixture
def connection(database: str) -> Iterator[sqlalchemy.Connection]:
    """An open connection to `database`."""
    with open_engine(database).connect() as connection:
        yield connection
