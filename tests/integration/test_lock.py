"""One run for a person and plan at a time: real processes, stopped and killed at will.

A run is made to stand still in its first chunk by a lock of the test's own on the app's table.
"""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg
import pytest

from desktop_migrator.postgres.builtin_server.os_account import server_account
from tests.integration.command_line import CommandLine, Ended
from tests.integration.conftest import fetch, on_every_server
from tests.integration.test_migrate import DRIZZLE
from tests.integration.webkit_store import store_of
from tests.processes import running
from tests.waiting import PATIENCE, wait_until

ITEMS = 200


@pytest.fixture
def sql(sql: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
    """With the app's tables."""
    sql.execute(DRIZZLE.encode())
    return sql


@pytest.fixture
def words(database: str, tmp_path: Path) -> list[object]:
    tasks = [{"id": str(number), "title": f"Task {number}"} for number in range(ITEMS)]
    source = store_of(tmp_path, {"tasks": tasks})
    to = ["--database", database, "--user-id", "u1", "--batch-size", "5"]
    return ["migrate", "--json", "--source", source, *to]


@contextmanager
def process(command: list[str]) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as started:
        try:
            yield started
        finally:
            started.kill()


def ended(running: "subprocess.Popen[str]") -> Ended:
    out, err = running.communicate(timeout=PATIENCE)
    return Ended(running.returncode, out, err)


@contextmanager
def standing_still(database: str) -> Iterator[None]:
    """As long as this lasts no run gets past its first chunk."""
    with psycopg.connect(database) as other:
        other.execute("LOCK TABLE tasks IN EXCLUSIVE MODE")
        yield


def wait_for_lease(sql: psycopg.Connection[Any], *, but: object = None) -> dict[str, Any]:
    """The lease of a run that has come to its first chunk."""
    waiting = "SELECT FROM pg_locks WHERE relation = 'tasks'::regclass AND NOT granted"
    leases: list[dict[str, Any]] = []

    def come() -> bool:
        if fetch(sql, waiting):
            found = fetch(sql, "SELECT to_jsonb(l) FROM desktop_migrator.leases l")
            leases.extend(row for (row,) in found if row["run"] != but)
        return bool(leases)

    wait_until(come, "no run has come to its first chunk")
    return leases[0]


def grow_old(sql: psycopg.Connection[Any]) -> None:
    sql.execute("UPDATE desktop_migrator.leases SET heartbeat = heartbeat - interval '3 minutes'")


def tasks_there(sql: psycopg.Connection[Any]) -> int:
    [(number,)] = fetch(sql, "SELECT count(*) FROM tasks")
    return int(number)


@on_every_server
def test_of_two_runs_one_works_and_the_other_says_who_does(
    desktop_migrator: CommandLine,
    database: str,
    sql: psycopg.Connection[Any],
    words: list[object],
) -> None:
    with process(desktop_migrator.command(*words)) as first:
        with standing_still(database):
            lease = wait_for_lease(sql)
            second = desktop_migrator(*words)
            dry = desktop_migrator(*words, "--dry-run")
            status = desktop_migrator("status", *words[1:4], "--database", database)
            refused = desktop_migrator("unlock", "--database", database, "--user-id", "u1")
        assert ended(first).exit_code == 0
    for other in (second, dry, refused):
        assert other.exit_code == 5
        assert f"process {first.pid}, since 20" in other.err
        assert lease["host"] in other.err
        assert "desktop-migrator unlock" in other.err
    [locked] = status.last["locked"]
    assert (locked["process"], locked["run"], locked["held"]) == (first.pid, lease["run"], True)
    assert tasks_there(sql) == ITEMS
    assert fetch(sql, "SELECT * FROM desktop_migrator.leases") == []


def test_runs_for_two_people_do_not_wait_for_each_other(
    desktop_migrator: CommandLine,
    database: str,
    sql: psycopg.Connection[Any],
    words: list[object],
) -> None:
    with standing_still(database), process(desktop_migrator.command(*words)) as first:
        lease = wait_for_lease(sql)
        for_another = ["u2" if word == "u1" else word for word in words]
        with process(desktop_migrator.command(*for_another)):
            assert wait_for_lease(sql, but=lease["run"])["user_id"] == "u2"
            assert first.poll() is None


@on_every_server
def test_a_killed_run_leaves_no_lock_and_its_lease_is_taken_over(
    desktop_migrator: CommandLine,
    database: str,
    sql: psycopg.Connection[Any],
    words: list[object],
) -> None:
    with standing_still(database), process(desktop_migrator.command(*words)) as first:
        lease = wait_for_lease(sql)
        first.send_signal(signal.SIGKILL)
        first.wait()
    [locked] = desktop_migrator("status", *words[1:4], "--database", database).last["locked"]
    assert locked["held"] is False
    again = desktop_migrator(*words)
    assert again.exit_code == 0, again.err
    warnings = [event["text"] for event in again.events if event["event"] == "warning"]
    assert [text for text in warnings if f"process {lease['process']}, was cut off" in text]
    assert tasks_there(sql) == ITEMS
    assert fetch(sql, "SELECT * FROM desktop_migrator.leases") == []


def test_a_run_whose_locks_connection_is_lost_writes_no_chunk_without_it(
    desktop_migrator: CommandLine,
    database: str,
    sql: psycopg.Connection[Any],
    words: list[object],
) -> None:
    with process(desktop_migrator.command(*words, "--retry-attempts", "1")) as first:
        with standing_still(database):
            lease = wait_for_lease(sql)
            sql.execute("SELECT pg_terminate_backend(%s)", [lease["backend"]])
        stopped = ended(first)
    assert stopped.exit_code == 1
    assert "DM-521" in stopped.err
    assert stopped.last["outcome"] == "failed"
    assert stopped.last["counts"]["inserted"] == tasks_there(sql) == 5
    again = desktop_migrator(*words)
    assert again.exit_code == 0, again.err
    assert tasks_there(sql) == ITEMS


def test_a_run_whose_locks_connection_is_lost_takes_the_lock_again(
    desktop_migrator: CommandLine,
    database: str,
    sql: psycopg.Connection[Any],
    words: list[object],
) -> None:
    with process(desktop_migrator.command(*words)) as first:
        with standing_still(database):
            lease = wait_for_lease(sql)
            sql.execute("SELECT pg_terminate_backend(%s)", [lease["backend"]])
        done = ended(first)
    assert done.exit_code == 0, done.err
    warnings = [event["text"] for event in done.events if event["event"] == "warning"]
    assert [text for text in warnings if "Trying again" in text]
    assert tasks_there(sql) == ITEMS


@on_every_server
def test_a_run_that_slept_while_it_was_unlocked_writes_nothing_more(
    desktop_migrator: CommandLine,
    database: str,
    sql: psycopg.Connection[Any],
    words: list[object],
) -> None:
    unlock = ["unlock", "--json", "--database", database, "--user-id", "u1"]
    with process(desktop_migrator.command(*words)) as first:
        with standing_still(database):
            lease = wait_for_lease(sql)
            first.send_signal(signal.SIGSTOP)
        busy = "SELECT FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%tasks%'"
        busy += " AND pid <> pg_backend_pid()"
        wait_until(lambda: not fetch(sql, busy), "the stopped run's statement does not end")
        assert desktop_migrator(*unlock).exit_code == 5
        grow_old(sql)
        unlocked = desktop_migrator(*unlock)
        assert unlocked.exit_code == 0, unlocked.err
        assert unlocked.last["unlocked"] is True
        assert lease["backend"] in unlocked.last["ended"]
        again = desktop_migrator(*words)
        assert again.exit_code == 0, again.err
        first.send_signal(signal.SIGCONT)
        assert ended(first).exit_code == 1
    assert tasks_there(sql) == ITEMS
    actions = fetch(sql, "SELECT action, outcome FROM desktop_migrator.audit ORDER BY seq")
    assert actions == [
        ("migrate", "begun"),
        ("unlock", "stale"),
        ("migrate", "begun"),
        ("migrate", "completed"),
        ("migrate", "failed"),
    ]


def test_unlock_with_force_stops_a_run_that_is_alive(
    desktop_migrator: CommandLine,
    database: str,
    sql: psycopg.Connection[Any],
    words: list[object],
) -> None:
    with standing_still(database), process(desktop_migrator.command(*words)) as first:
        lease = wait_for_lease(sql)
        unlocked = desktop_migrator(
            "unlock", "--json", "--database", database, "--user-id", "u1", "--force"
        )
        stopped = ended(first)
    assert unlocked.exit_code == 0, unlocked.err
    assert unlocked.last["lease"]["run"] == lease["run"]
    assert lease["backend"] in unlocked.last["ended"]
    assert stopped.exit_code == 1
    assert tasks_there(sql) == 0
    assert desktop_migrator(*words).exit_code == 0
    assert tasks_there(sql) == ITEMS


def test_unlock_says_that_nothing_is_locked_and_leaves_no_trace(
    desktop_migrator: CommandLine, database: str, sql: psycopg.Connection[Any]
) -> None:
    words = ["unlock", "--database", database, "--user-id", "u1", "--force"]
    ended = desktop_migrator(*words)
    assert ended.exit_code == 0
    assert ended.out == "Nothing is locked for user u1 and plan default.\n"
    assert fetch(sql, "SELECT to_regnamespace('desktop_migrator')") == [(None,)]


@contextmanager
def pgbouncer(database: str, folder: Path, mode: str) -> Iterator[str]:
    """The address of a real pooler in front of the database."""
    server = urlsplit(database)
    place = dict(part.split("=") for part in server.query.split("&"))
    host, name = unquote(place["host"]), server.path.removeprefix("/")
    folder.chmod(0o777)
    settings = folder / "pgbouncer.ini"
    settings.write_text(
        f"[databases]\n{name} = host={host} port={place['port']} user=postgres\n"
        "[pgbouncer]\nlisten_addr =\nauth_type = any\n"
        f"unix_socket_dir = {folder}\nlisten_port = 6432\npool_mode = {mode}\n"
        "ignore_startup_parameters = extra_float_digits\n"
    )
    account = server_account(folder)
    options = account.process_options if account else {}
    with running(["/usr/sbin/pgbouncer", settings], stderr=subprocess.DEVNULL, **options) as pooler:
        socket = folder / ".s.PGSQL.6432"
        wait_until(lambda: socket.exists() or pooler.poll() is not None, "no pooler")
        assert pooler.poll() is None
        yield f"postgresql://postgres@/{name}?host={folder}&port=6432"


@pytest.mark.needs("pgbouncer")
@pytest.mark.parametrize(("mode", "exit_code"), [("session", 0), ("transaction", 1)])
def test_a_pooler_that_shares_sessions_is_found_out_before_anything_is_written(
    desktop_migrator: CommandLine,
    database: str,
    sql: psycopg.Connection[Any],
    words: list[object],
    server_folder: Path,
    mode: str,
    exit_code: int,
) -> None:
    folder = server_folder / f"pooler-{mode}"
    folder.mkdir()
    with pgbouncer(database, folder, mode) as address:
        ended = desktop_migrator(*[address if word == database else word for word in words])
        checked = desktop_migrator("test-connection", "--json", "--database", address)
    [pooler] = [each for each in checked.last["checks"] if each["name"] == "Connection pooler"]
    assert pooler["ok"] == (mode == "session")
    assert pooler["detail"].startswith(f"works by {mode}s")
    assert ended.exit_code == exit_code, ended.err
    assert ("DM-522" in ended.err) == (mode == "transaction")
    assert tasks_there(sql) == (ITEMS if mode == "session" else 0)
