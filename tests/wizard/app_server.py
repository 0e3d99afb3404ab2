"""A server as an app has one, on a port and with a password, and somebody's browsers."""

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from desktop_migrator.plan.bind import planned_tables
from desktop_migrator.plan.schema import load_plan
from desktop_migrator.postgres.builtin_server.server import BuiltinPostgres
from desktop_migrator.postgres.connection.engine import open_engine
from desktop_migrator.postgres.schema.create_tables import create_tables
from desktop_migrator.system.resources import resource
from tests.integration.postgres.test_connect import free_port

PASSWORD = "marker of a password"


@dataclass(frozen=True)
class AppServer:
    port: int
    administrator: str
    folder: Path
    """Of its Unix socket."""

    @property
    def url(self) -> str:
        """Without the password."""
        return f"postgresql://ada@127.0.0.1:{self.port}/app?sslmode=disable"

    def sql(self, query: str) -> list[Any]:
        with psycopg.connect(self.administrator, autocommit=True) as connection:
            cursor = connection.execute(query.encode())
            return cursor.fetchall() if cursor.description else []


@pytest.fixture
def app_server(server_folder: Path) -> Iterator[AppServer]:
    """With the app's tables in the database `app`, which belongs to the user `ada`."""
    port = free_port()
    settings = {"listen_addresses": "127.0.0.1", "port": str(port), "fsync": "off"}
    server = BuiltinPostgres(server_folder / f"app-{port}", settings=settings)
    with server.running() as url:
        app = AppServer(port, url.replace("/desktop_migrator?", "/app?"), server.data)
        with psycopg.connect(url, autocommit=True) as administrator:
            administrator.execute(f"CREATE ROLE ada LOGIN PASSWORD '{PASSWORD}'".encode())
            administrator.execute("CREATE DATABASE app OWNER ada")
        (server.data / "pg_hba.conf").write_text(
            "local all all trust\nhost app ada 127.0.0.1/32 scram-sha-256\n"
        )
        app.sql("SELECT pg_reload_conf()")
        with open_engine(app.url, password=PASSWORD).begin() as connection:
            create_tables(connection, planned_tables(load_plan(None)))
        yield app


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The home of somebody with four browsers."""
    home = tmp_path / "home"
    for archive in sorted(resource("profiles").glob("*.tar.xz")):
        with tarfile.open(archive) as packed:
            packed.extractall(home, filter="data")
    return home
