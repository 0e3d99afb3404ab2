"""A screen, somebody at it, and a server as an app has one: on a port, with a password."""

import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from desktop_migrator.plan.bind import planned_tables
from desktop_migrator.plan.schema import load_plan
from desktop_migrator.postgres.connect import open_engine
from desktop_migrator.postgres.embedded import BuiltinPostgres
from desktop_migrator.postgres.tables import create_tables
from desktop_migrator.resources import resource
from tests.integration.postgres.test_connect import free_port
from tests.summary import tell
from tests.wizard.xvfb.person import Person, screen

PASSWORD = "marker of a password"

SitDown = Callable[..., Person]


@dataclass(frozen=True)
class AppServer:
    port: int
    administrator: str

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
        app = AppServer(port, url.replace("/desktop_migrator?", "/app?"))
        with psycopg.connect(url, autocommit=True) as administrator:
            administrator.execute(f"CREATE ROLE ada LOGIN PASSWORD '{PASSWORD}'".encode())
            administrator.execute("CREATE DATABASE app OWNER ada")
        (server.data / "pg_hba.conf").write_text(
            "local all all trust\nhost app ada 127.0.0.1/32 scram-sha-256\n"
        )
        app.sql("SELECT pg_reload_conf()")
        owner = f"postgresql://ada@127.0.0.1:{port}/app?sslmode=disable"
        with open_engine(owner, password=PASSWORD).begin() as connection:
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


@pytest.fixture(scope="session")
def stalls(pytestconfig: pytest.Config) -> Iterator[list[tuple[float, str]]]:
    """The longest time that each window did not answer; the longest is told at the end."""
    stalls: list[tuple[float, str]] = []
    yield stalls
    seconds, during = max(stalls, default=(0.0, ""))
    tell(pytestconfig, "the window's longest stall", [f"{seconds * 1000:.0f} ms", during])


@pytest.fixture
def sit_down(home: Path, stalls: list[tuple[float, str]]) -> Iterator[SitDown]:
    """Starts the wizard, as somebody who then sits before it, and in the end looks whether the
    window always answered."""
    sat: list[Person] = []
    with screen() as display:

        def sit(*file: Path) -> Person:
            sat.append(Person(display, home, *file))
            return sat[-1]

        try:
            yield sit
        finally:
            for person in sat:
                person.end()
    stalls += [person.longest for person in sat]
    for person in sat:
        assert not person.stalls, "\n\n".join(
            f"{seconds * 1000:.0f} ms\n{during}" for seconds, during in person.stalls
        )
