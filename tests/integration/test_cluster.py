"""Uploads by the workers of a real Dask cluster; the oracle is SQL, and what the captures were made
of. Nobody is killed but in the midst of a run, which a lock on the app's table holds there."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from desktop_migrator.plan.envelope import FieldKey
from tests.certificates import Authority
from tests.integration.command_line import CommandLine, Ended
from tests.integration.conftest import PASSWORD
from tests.integration.test_many_people import PASSPHRASE, sealed, tasks_of, titles, uploaded
from tests.processes import running
from tests.waiting import PATIENCE, wait_until

pytestmark = [
    pytest.mark.needs("dask"),
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL"),
]
PEOPLE = [f"p{number}" for number in range(5)]
EACH = 40
FIELD_KEY = FieldKey(bytes(range(32)))
SPY = """
import pickle, sys
from distributed.diagnostics.plugin import SchedulerPlugin

class Spy(SchedulerPlugin):
    name = "spy"
    def __init__(self, scheduler):
        self.scheduler = scheduler
    def transition(self, key, start, finish, *args, **kwargs):
        task = self.scheduler.tasks.get(key)
        with open(sys.argv[-1], "ab") as file:
            file.write(pickle.dumps((key, repr(kwargs), task and task.run_spec)) + b"\\n")

def dask_setup(scheduler):
    scheduler.add_plugin(Spy(scheduler))
"""


class Cluster:
    """A scheduler and three workers, as people start them, with TLS; what they print and know is
    kept."""

    def __init__(self, folder: Path, processes: ExitStack) -> None:
        self.folder = folder
        self.seen = folder / "seen"
        """What passed through the scheduler."""
        self.log = folder / "log"
        spy = folder / "spy.py"
        spy.write_text(SPY.replace("sys.argv[-1]", repr(str(self.seen))))
        passphrase = folder / "passphrase"
        passphrase.write_text(PASSPHRASE)
        field_key = folder / "field.key"
        field_key.write_text(FIELD_KEY.text)
        there = folder / "scheduler.json"
        self._processes = processes
        self.scheduler = self._start(
            *("scheduler", "--scheduler-file", there, "--port", "0", "--preload", spy)
        )
        wait_until(lambda: there.exists() and there.read_text(), self.log.read_text)
        self.address = str(json.loads(there.read_text())["address"])
        self.workers = [
            self._start(
                *("worker", self.address, "--nthreads", "1", "--no-nanny"),
                *("--local-directory", folder),
                DESKTOP_MIGRATOR_DATA_DIR=str(folder / f"worker {number}"),
                DESKTOP_MIGRATOR_PASSPHRASE_FILE=str(passphrase),
                DESKTOP_MIGRATOR_FIELD_KEY=str(field_key),
                PGPASSWORD=PASSWORD,
            )
            for number in range(3)
        ]

    def _start(self, *words: object, **environment: str) -> "subprocess.Popen[Any]":
        command = [sys.executable, "-m", "dask", *map(str, words)]
        with self.log.open("ab") as log:
            return self._processes.enter_context(
                running(
                    [*command, "--host", "tls://127.0.0.1", "--no-dashboard"],
                    stdout=log,
                    stderr=log,
                    cwd=self.folder,
                    env=os.environ | environment,
                )
            )


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("cluster")
    authority = Authority(folder, "authority")
    certificate, key = authority.issue("cluster", "127.0.0.1")
    with ExitStack() as processes, pytest.MonkeyPatch.context() as environment:
        environment.setenv("DASK_DISTRIBUTED__COMM__TLS__CA_FILE", str(authority.path))
        for role in ("SCHEDULER", "WORKER", "CLIENT"):
            environment.setenv(f"DASK_DISTRIBUTED__COMM__TLS__{role}__CERT", str(certificate))
            environment.setenv(f"DASK_DISTRIBUTED__COMM__TLS__{role}__KEY", str(key))
        yield Cluster(folder, processes)


@pytest.fixture
def program(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path / "data")


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """A capture of each of the people, two of the first, and one that is cut off."""
    folder = tmp_path / "inbox"
    for number, person in enumerate(PEOPLE):
        sealed(folder, person, tasks_of(person, EACH), made=number, user_id=person)
    sealed(folder, "p0 later", tasks_of("p0", EACH + 1), made=9, user_id="p0")
    (folder / "broken.dmcapture").write_bytes((folder / "p1.dmcapture").read_bytes()[:-1])
    return folder


def words(inbox: Path, database: str, *more: object) -> list[object]:
    there = ("--database", database, "--no-backup", "--create-tables", "--passphrase-stdin")
    return ["--json", "upload", inbox, *there, *more]


def upload(program: CommandLine, inbox: Path, database: str, *more: object) -> Ended:
    return program(*words(inbox, database, *more), given=f"{PASSPHRASE}\n")


def assert_each_is_there_once(sql: psycopg.Connection[Any]) -> None:
    for person in PEOPLE:
        count = EACH + (person == "p0")
        assert titles(sql, person) == {each["title"] for each in tasks_of(person, count)}
    assert sql.execute("SELECT count(*) FROM tasks").fetchone() == (EACH * len(PEOPLE) + 1,)


def counts(ended: Ended) -> dict[str, dict[str, int]]:
    return {name: each.get("counts", {}) for name, each in uploaded(ended).items()}


@contextmanager
def _held_up(
    program: CommandLine, cluster: Cluster, inbox: Path, database: str
) -> Iterator[tuple["subprocess.Popen[str]", psycopg.Connection[Any]]]:
    """An upload whose workers wait for a table that somebody else has, and who has it."""
    first = upload(program, inbox / "p4.dmcapture", database)
    assert first.exit_code == 0, first.err
    call = program.command(*words(inbox, database, "--scheduler", cluster.address))
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with (
        psycopg.connect(database) as holder,
        subprocess.Popen(call, text=True, **pipes) as process,  # type: ignore[call-overload]
    ):
        holder.execute("LOCK TABLE tasks IN SHARE ROW EXCLUSIVE MODE")
        process.stdin.write(f"{PASSPHRASE}\n")
        process.stdin.close()
        process.stdin = None
        wait_until(lambda: _waiting(database) >= 2, cluster.log.read_text)
        try:
            yield process, holder
        finally:
            process.kill()


def _waiting(database: str) -> int:
    query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    with psycopg.connect(database) as connection:
        [(count,)] = connection.execute(query).fetchall()
    return int(count)


def _end(process: "subprocess.Popen[str]") -> Ended:
    out, err = process.communicate(timeout=PATIENCE)
    return Ended(process.returncode, out, err)


def test_a_cluster_does_what_one_process_does(
    cluster: Cluster,
    program: CommandLine,
    inbox: Path,
    database: str,
    sql: psycopg.Connection[Any],
) -> None:
    assert cluster.address.startswith("tls:")
    alone = upload(program, inbox, database, "--dry-run")
    shared = upload(program, inbox, database, "--scheduler", cluster.address)
    assert uploaded(shared)["broken"]["error"]["code"] == "DM-402"
    assert shared.exit_code == alone.exit_code == 7, shared.err
    # The second of the two that are one person's finds what the first has brought.
    assert counts(shared) == counts(alone) | {
        "p0": counts(shared)["p0"] | {"inserted": 0, "unchanged": EACH},
    }
    assert {each["error"] and each["error"]["code"] for each in uploaded(shared).values()} == {
        None,
        "DM-402",
    }
    assert_each_is_there_once(sql)
    again = upload(program, inbox, database, "--scheduler", cluster.address)
    assert all(each["done_before"] for name, each in uploaded(again).items() if name != "broken")
    assert_each_is_there_once(sql)


@pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="needs /proc")
def test_what_a_worker_cannot_read_is_sent_to_it_sealed(
    cluster: Cluster,
    program: CommandLine,
    inbox: Path,
    database: str,
    sql: psycopg.Connection[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The path leads elsewhere at the workers: to nothing, and to another capture of that name."""
    sealed(cluster.folder / "inbox", "p2", tasks_of("mallory"), user_id="mallory")
    monkeypatch.chdir(inbox.parent)
    here = Path("/proc/self/cwd/inbox")
    ended = upload(program, here, database, "--scheduler", cluster.address)
    assert {name for name, each in uploaded(ended).items() if each["error"]} == {"broken"}
    assert all(each["file"].startswith(str(here)) for each in uploaded(ended).values())
    assert_each_is_there_once(sql)
    left = [*cluster.folder.rglob("*.part")]
    assert left == []


def test_no_secret_travels_or_is_logged(
    cluster: Cluster, program: CommandLine, inbox: Path, guarded: str
) -> None:
    with_password = guarded.replace("//ada@", f"//ada:{PASSWORD}@")
    ended = upload(program, inbox, with_password, "--scheduler", cluster.address)
    assert {name for name, each in uploaded(ended).items() if each["error"]} == {"broken"}
    seen, logged = cluster.seen.read_bytes(), cluster.log.read_bytes()
    assert b"p1.dmcapture" in seen  # it does see what a task is given
    for secret in (PASSWORD.encode(), PASSPHRASE.encode(), b"3 of p1"):
        assert secret not in seen
        assert secret not in logged
    for name in (b"p1.dmcapture", b"ada@"):
        assert name not in logged


def test_the_key_of_protected_fields_does_not_travel_and_is_no_other_one(
    cluster: Cluster,
    program: CommandLine,
    tmp_path: Path,
    database: str,
    sql: psycopg.Connection[Any],
) -> None:
    environment = {"id": "e1", "name": "one", "githubToken": "ghp_PLANTED"}
    inbox = tmp_path / "inbox"
    sealed(inbox, "p1", [environment], key="environments", user_id="p1")
    refused = upload(program, inbox, database, "--scheduler", cluster.address)
    assert uploaded(refused)["p1"]["error"]["code"] == "DM-531"
    file = tmp_path / "field.key"
    file.write_text(FIELD_KEY.text)
    ended = upload(program, inbox, database, "--scheduler", cluster.address, "--field-key", file)
    assert ended.exit_code == 0, ended.out
    [(config,)] = sql.execute("SELECT config FROM environments").fetchall()
    assert FIELD_KEY.decrypt(config["githubToken"]) == b'"ghp_PLANTED"'
    assert FIELD_KEY.text.encode() not in cluster.seen.read_bytes() + cluster.log.read_bytes()


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (("--jobs", "2"), "--jobs"),
        (("--conflict", "interactive"), "--conflict interactive"),
        (("--decisions", "answers.json"), "--decisions"),
    ],
)
def test_what_is_for_one_computer_alone_is_refused(
    program: CommandLine, inbox: Path, more: tuple[str, ...], reason: str
) -> None:
    ended = upload(program, inbox, "postgresql://u@db/app", "--scheduler", "127.0.0.1:1", *more)
    assert ended.exit_code == 2
    assert reason in ended.last["detail"]


def test_nobody_at_the_address_is_told_with_a_code(program: CommandLine, inbox: Path) -> None:
    ended = upload(program, inbox, "postgresql://u@db/app", "--scheduler", "127.0.0.1:1")
    assert (ended.exit_code, ended.last["code"]) == (1, "DM-531")


def test_ctrl_c_ends_the_call_and_another_goes_on(
    cluster: Cluster,
    program: CommandLine,
    inbox: Path,
    database: str,
    sql: psycopg.Connection[Any],
) -> None:
    with _held_up(program, cluster, inbox, database) as (process, holder):
        process.send_signal(signal.SIGINT)
        ended = _end(process)
        holder.rollback()
    codes = {
        name: each["error"] and each["error"]["code"] for name, each in uploaded(ended).items()
    }
    assert codes.keys() == {*PEOPLE, "p0 later", "broken"}
    assert codes["p0"] == "DM-503"
    assert ended.exit_code == 130
    goes_on = upload(program, inbox, database, "--scheduler", cluster.address)
    assert {name for name, each in uploaded(goes_on).items() if each["error"]} == {"broken"}
    assert_each_is_there_once(sql)


def test_a_worker_that_is_killed_costs_nothing(
    cluster: Cluster,
    program: CommandLine,
    inbox: Path,
    database: str,
    sql: psycopg.Connection[Any],
) -> None:
    with _held_up(program, cluster, inbox, database) as (process, holder):
        cluster.workers[0].kill()
        cluster.workers[0].wait()
        holder.rollback()
        ended = _end(process)
    told = [Path(each["file"]).stem for each in ended.events if each["event"] == "uploaded"]
    assert sorted(told) == sorted([*PEOPLE, "p0 later", "broken"])  # each once
    assert {name for name, each in uploaded(ended).items() if each["error"]} == {"broken"}
    there = {name: each for name, each in counts(ended).items() if name != "broken"}
    inserted = sum(each["inserted"] for name, each in there.items() if name != "p4")
    assert inserted == EACH * (len(PEOPLE) - 1) + 1  # as if nobody had been killed
    assert_each_is_there_once(sql)


def test_a_scheduler_that_goes_away_is_told_and_another_call_goes_on(
    cluster: Cluster,
    program: CommandLine,
    inbox: Path,
    database: str,
    sql: psycopg.Connection[Any],
) -> None:
    with _held_up(program, cluster, inbox, database) as (process, holder):
        cluster.scheduler.kill()
        ended = _end(process)
        holder.rollback()
    codes = {
        name: each["error"] and each["error"]["code"] for name, each in uploaded(ended).items()
    }
    assert codes == dict.fromkeys(codes, "DM-531") | {"broken": "DM-402", "p4": codes["p4"]}
    assert codes.keys() == {*PEOPLE, "p0 later", "broken"}
    assert "goes on" in uploaded(ended)["p1"]["error"]["hint"]
    goes_on = upload(program, inbox, database, "--jobs", 2)
    assert {name for name, each in uploaded(goes_on).items() if each["error"]} == {"broken"}
    assert_each_is_there_once(sql)
