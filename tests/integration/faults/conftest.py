"""The number of faults to inject, and the table of what they cost, at the end of the test run."""

import os
import random
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from desktop_migrator.postgres.builtin_server.server import BuiltinPostgres
from tests.integration.faults.scene import Scene, Toll
from tests.integration.faults.servers import CrashingServer, SmallDisk, small_disk
from tests.summary import tell


@pytest.fixture(scope="session")
def tolls(request: pytest.FixtureRequest) -> Iterator[defaultdict[str, Toll]]:
    """What each kind of fault cost; a table at the end of the run."""
    tolls = defaultdict[str, Toll](Toll)
    yield tolls
    width = max(map(len, tolls), default=0)
    lines = [f"{'fault':{width}}  injected  lost  doubled  different"]
    for fault, toll in tolls.items():
        numbers = f"{toll.injected:8}  {toll.lost:4}  {toll.doubled:7}  {toll.different:9}"
        lines.append(f"{fault:{width}}  {numbers}")
    tell(request.config, "faults", lines)


@pytest.fixture(scope="session")
def cuts(request: pytest.FixtureRequest) -> int:
    """How many faults in all."""
    return int(request.config.getoption("--cuts"))


@pytest.fixture
def seeded(request: pytest.FixtureRequest, cuts: int) -> random.Random:
    return random.Random(f"{request.node.name} {cuts}")


@pytest.fixture(scope="session")
def scene(server: BuiltinPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with psycopg.connect(server.url, autocommit=True) as administrator:
        administrator.execute("CREATE DATABASE faults")
        url = urlsplit(server.url)._replace(path="/faults").geturl()
        yield Scene(url, tmp_path_factory.mktemp("faults"))
        administrator.execute("DROP DATABASE faults WITH (FORCE)")


@pytest.fixture
def crashing(server_folder: Path) -> Iterator[CrashingServer]:
    server = BuiltinPostgres(server_folder / "crashing", settings={"fsync": "off"})
    server.start()
    yield CrashingServer(server)
    server.stop()


@pytest.fixture
def small_tablespace(
    server: BuiltinPostgres, server_folder: Path, scene: Scene
) -> Iterator[SmallDisk]:
    """A disk that holds the tablespace `small`."""
    with small_disk(server_folder / "small") as disk:
        folder = disk.path / "tablespace"
        folder.mkdir()
        owner = server.data.stat()
        os.chown(folder, owner.st_uid, owner.st_gid)
        with scene.sql() as sql:
            sql.execute(f"CREATE TABLESPACE small LOCATION '{folder}'".encode())
        yield disk
        with scene.sql() as sql:
            sql.execute("DROP TABLESPACE small")
