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
from tests.waiting import wait_until

PASSWORD = "marker of a password"
_RULES = ("local all all trust", "host app,empty_app ada 127.0.0.1/32 scram-sha-256")


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

    def administer(self, statement: str) -> Any:
        """Outside of the database `app`; the first value of the answer, if any."""
        database = self.administrator.replace("/app?", "/postgres?")
        with psycopg.connect(database, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall()[0][0] if cursor.description else None

    def admit(self, *rules: str) -> None:
        """Besides ada, who is asked for her password, and the administrator."""
        before = self.administer("SELECT pg_conf_load_time()")
        (self.folder / "pg_hba.conf").write_text("\n".join([*_RULES, *rules, ""]))
        self.administer("SELECT pg_reload_conf()")
        loaded = "SELECT pg_conf_load_time()"  # by the server, whence each new session has it
        wait_until(lambda: self.administer(loaded) > before, "the rules are not read")


@pytest.fixture(scope="session")
def app_cluster(server_folder: Path) -> Iterator[AppServer]:
    """Without the database `app`; its tables are in `empty_app`."""
    port = free_port()
    settings = {"listen_addresses": "127.0.0.1", "port": str(port), "fsync": "off"}
    server = BuiltinPostgres(server_folder / f"app-{port}", settings=settings)
    with server.running() as url:
        app = AppServer(port, url.replace("/desktop_migrator?", "/app?"), server.data)
        app.administer(f"CREATE ROLE ada LOGIN PASSWORD '{PASSWORD}'")
        app.administer("CREATE DATABASE empty_app OWNER ada")
        app.admit()
        empty = app.url.replace("/app?", "/empty_app?")
        with open_engine(empty, password=PASSWORD).begin() as connection:
            create_tables(connection, planned_tables(load_plan(None)))
        yield app


@pytest.fixture
def app_server(app_cluster: AppServer) -> Iterator[AppServer]:
    """With the app's tables in the database `app`, which belongs to the user `ada`."""
    app_cluster.administer("CREATE DATABASE app OWNER ada TEMPLATE empty_app")
    yield app_cluster
    app_cluster.administer("DROP DATABASE app WITH (FORCE)")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The home of somebody with four browsers."""
    home = tmp_path / "home"
    for archive in sorted(resource("profiles").glob("*.tar.xz")):
        with tarfile.open(archive) as packed:
            packed.extractall(home, filter="data")
    return home
