"""The lock's finer points; two real processes meet in tests/integration/test_lock.py."""

from typing import Any

import psycopg
import pytest
import sqlalchemy

from desktop_migrator.errors import LockLost, RunLocked
from desktop_migrator.postgres import bookkeeping
from desktop_migrator.postgres.connection.engine import open_engine
from desktop_migrator.postgres.run_lock import run_lock
from desktop_migrator.postgres.run_lock.run_lock import RunLock, hold_run_lock
from desktop_migrator.postgres.types import adapters
from tests.waiting import wait_until

RUN = "00000000-0000-4000-8000-000000000001"
OTHER_RUN = "00000000-0000-4000-8000-000000000002"


@pytest.fixture
def engine(database: str) -> sqlalchemy.Engine:
    return open_engine(database)


@pytest.fixture(autouse=True)
def _bookkeeping(connection: sqlalchemy.Connection) -> None:
    with connection.begin():
        bookkeeping.upgrade(connection)


def enter(held: RunLock, connection: sqlalchemy.Connection, run: str = RUN) -> None:
    with connection.begin():
        held.write_lease(connection, run)


def check(held: RunLock, connection: sqlalchemy.Connection, run: str = RUN) -> None:
    with connection.begin():
        held.fence(run).check(adapters.cursor(connection))


def end_lock_session(sql: psycopg.Connection[Any]) -> None:
    """And wait until its lock is gone."""
    sql.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE application_name LIKE 'desktop-migrator, process%'"
        " AND datname = current_database()"
    )
    sql.execute("SELECT pg_advisory_lock(key) FROM desktop_migrator.leases")
    sql.execute("SELECT pg_advisory_unlock_all()")


def test_the_heartbeat_goes_on_while_the_lock_is_held(
    engine: sqlalchemy.Engine,
    connection: sqlalchemy.Connection,
    sql: psycopg.Connection[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(run_lock, "HEARTBEAT_SECONDS", 0.01)
    with hold_run_lock(engine, "u1", "default") as held:
        enter(held, connection)
        beating = "SELECT heartbeat > since + interval '50 ms' FROM desktop_migrator.leases"
        wait_until(lambda: sql.execute(beating).fetchone() == (True,), "the heart does not beat")
    assert sql.execute("SELECT FROM desktop_migrator.leases").fetchall() == []


def test_the_same_person_and_plan_share_a_lock_and_no_others_do(
    engine: sqlalchemy.Engine,
) -> None:
    with (
        hold_run_lock(engine, "ab", "c"),
        hold_run_lock(engine, "a", "bc"),
        hold_run_lock(engine, "ab", "d"),
        pytest.raises(RunLocked),
        hold_run_lock(engine, "ab", "c"),
    ):
        pass
    with hold_run_lock(engine, "ab", "c"):
        pass


def test_a_fence_lets_nobody_pass_once_the_locks_session_is_gone(
    engine: sqlalchemy.Engine, connection: sqlalchemy.Connection, sql: psycopg.Connection[Any]
) -> None:
    with hold_run_lock(engine, "u1", "default") as held:
        enter(held, connection)
        check(held, connection)
        end_lock_session(sql)
        with pytest.raises(LockLost):
            check(held, connection)


def test_a_lock_can_be_reacquired_while_nobody_else_has_worked(
    engine: sqlalchemy.Engine, connection: sqlalchemy.Connection, sql: psycopg.Connection[Any]
) -> None:
    with hold_run_lock(engine, "u1", "default") as held:
        enter(held, connection)
        held.reacquire()  # the server still thought its session alive
        check(held, connection)
        end_lock_session(sql)
        held.reacquire()
        check(held, connection)
    assert sql.execute("SELECT FROM desktop_migrator.leases").fetchall() == []


def test_a_lock_is_not_reacquired_from_another_run(
    engine: sqlalchemy.Engine, connection: sqlalchemy.Connection, sql: psycopg.Connection[Any]
) -> None:
    with hold_run_lock(engine, "u1", "default") as held:
        enter(held, connection)
        end_lock_session(sql)
        with hold_run_lock(engine, "u1", "default") as other:
            enter(other, connection, OTHER_RUN)
            with pytest.raises(RunLocked):
                held.reacquire()
            check(other, connection, OTHER_RUN)
        with pytest.raises(LockLost):
            held.reacquire()


def test_a_run_without_the_lock_cannot_enter_its_lease(
    engine: sqlalchemy.Engine, connection: sqlalchemy.Connection, sql: psycopg.Connection[Any]
) -> None:
    with hold_run_lock(engine, "u1", "default") as held:
        enter(held, connection)
        end_lock_session(sql)
        with pytest.raises(LockLost):
            enter(held, connection, OTHER_RUN)
    [(run,)] = sql.execute("SELECT run::text FROM desktop_migrator.leases").fetchall()
    assert run == RUN
