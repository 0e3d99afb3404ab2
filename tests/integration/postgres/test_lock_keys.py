"""The order of the advisory locks, as the server sees them being taken."""

import re
import threading
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy

import desktop_migrator
from desktop_migrator.model import Column, ColumnType, ConflictPolicy, Table
from desktop_migrator.postgres import bookkeeping
from desktop_migrator.postgres.bookkeeping.audit import AuditEvent, append_event
from desktop_migrator.postgres.bookkeeping.captures import lock_captures
from desktop_migrator.postgres.bookkeeping.trial import trial_transaction
from desktop_migrator.postgres.connection import lock_keys
from desktop_migrator.postgres.connection.engine import open_engine
from desktop_migrator.postgres.connection.lock_keys import LockKey, LockKind
from desktop_migrator.postgres.run_lock.leases import clear_lease
from desktop_migrator.postgres.run_lock.run_lock import hold_run_lock
from desktop_migrator.postgres.schema.create_tables import create_tables, create_temporary_tables
from desktop_migrator.postgres.types import adapters

MINE = """
    SELECT classid::bigint << 32 | objid::bigint FROM pg_locks
    WHERE locktype = 'advisory' AND pid = pg_backend_pid()
"""
TABLE = Table("notes", (Column("id", ColumnType.TEXT, nullable=False),), primary_key=("id",))
SHARED = {LockKind.TABLES, LockKind.BOOKKEEPING, LockKind.AUDIT}


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[tuple[LockKind, ...]]:
    """Each lock taken, after those that its session held, by what the server says of them."""
    taken: list[tuple[LockKind, ...]] = []
    known: dict[int, LockKind] = {}

    def watched(method: Any) -> Any:
        def take(key: LockKey, session: Any, **options: Any) -> Any:
            known[key.number] = key.kind
            held = {known[number] for (number,) in session.execute(MINE)}
            taken.append((*sorted(held - {key.kind}), key.kind))
            return method(key, session, **options)

        return take

    for name in ("lock_transaction", "try_lock_session"):
        monkeypatch.setattr(LockKey, name, watched(getattr(LockKey, name)))
    return taken


def work(engine: sqlalchemy.Engine, user: str) -> None:
    """All that a run locks: entered, with its tables, then a chunk, then its end."""
    with engine.connect() as connection, hold_run_lock(engine, user, "default") as lock:
        with connection.begin():
            create_tables(connection, [TABLE])
            bookkeeping.upgrade(connection)
            lock_captures(connection, ["a capture"])
            run = bookkeeping.start_run(
                connection,
                user_id=user,
                plan="default",
                plan_digest=b"",
                policy=ConflictPolicy.SKIP,
            )
            lock.write_lease(connection, run)
            append_event(connection, AuditEvent(action="migrate", user_id=user))
        with connection.begin():
            lock.fence(run).check(adapters.cursor(connection))
        with connection.begin():
            lock.fence_out_stale_sessions(connection, run)
            append_event(connection, AuditEvent(action="migrate", user_id=user))


def unlock(engine: sqlalchemy.Engine, user: str) -> None:
    with engine.connect() as connection, connection.begin():
        driver = adapters.driver_connection(connection)
        clear_lease(driver, user, "default", force=True)
        bookkeeping.upgrade(connection)
        append_event(connection, AuditEvent(action="unlock", user_id=user))


def try_out(engine: sqlalchemy.Engine, user: str) -> None:
    with engine.connect() as connection, trial_transaction(connection, user):
        create_temporary_tables(connection, {"notes": TABLE})


def test_locks_are_taken_in_their_order(database: str, taken: list[tuple[LockKind, ...]]) -> None:
    engine = open_engine(database)
    work(engine, "anna")
    unlock(engine, "anna")
    work(engine, "anna")
    assert {kinds[-1] for kinds in taken} == set(LockKind)
    assert [kinds for kinds in taken if kinds != tuple(sorted(kinds))] == []


def test_what_is_rolled_back_takes_no_lock_that_is_everybodys(
    database: str, taken: list[tuple[LockKind, ...]]
) -> None:
    try_out(open_engine(database), "anna")
    assert not SHARED & {kinds[-1] for kinds in taken}


def test_nobody_else_speaks_of_advisory_locks() -> None:
    room = Path(desktop_migrator.__file__).parent
    found = {
        path.relative_to(room).as_posix()
        for path in room.rglob("*.py")
        if re.search(r"advisory\w*_lock|pg_locks", path.read_text("utf-8"))
    }
    assert found == {Path(lock_keys.__file__).relative_to(room).as_posix()}


def test_no_two_keys_are_the_same() -> None:
    keys = [lock_keys.TABLES_KEY, lock_keys.BOOKKEEPING_KEY, lock_keys.AUDIT_KEY]
    keys += [make("anna", "default") for make in (lock_keys.run_key, lock_keys.write_key)]
    keys.append(lock_keys.capture_key("a capture"))
    assert len({key.number for key in keys}) == len({key.kind for key in keys}) == len(LockKind)


def test_many_at_once_never_wait_for_each_other_in_a_circle(
    database: str, sql: psycopg.Connection[Any]
) -> None:
    engine = open_engine(database)
    failed: list[BaseException] = []
    start = threading.Barrier(8)

    def repeat(user: str) -> None:
        start.wait()
        try:
            for turn in range(4):
                work(engine, f"{user}-{turn}")
                try_out(engine, user)
                unlock(engine, f"{user}-{turn}")
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=repeat, args=[f"user-{number}"]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    chain = sql.execute("SELECT count(*), max(seq) FROM desktop_migrator.audit").fetchone()
    assert chain == (8 * 4 * 3, 8 * 4 * 3)
