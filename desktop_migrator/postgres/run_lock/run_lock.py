"""One run for a person and plan at a time.

The truth is a session's advisory lock, held on a connection of its own: it goes when the process
does, however that ends. For people there is a lease (`leases`), with a heartbeat. Each transaction
that writes passes the `Fence`: it goes on only while lease and lock are its run's, and while it
lasts nobody takes over, so that a run whose lock was lost, or which slept while another took over,
writes nothing more.

Advisory locks are a database's own, and need a session that stays: behind a pooler that works by
transactions `hold` raises SessionsShared.
"""

import logging
import os
import platform
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
import sqlalchemy
from psycopg import sql

from desktop_migrator.errors import DatabaseBusy, LockLost, SessionsShared
from desktop_migrator.postgres.connection.errors import translated
from desktop_migrator.postgres.run_lock.leases import (
    HELD,
    Keys,
    Lease,
    end_sessions,
    find_leases,
    holder,
    is_there,
    remove_lease,
    session_name,
)
from desktop_migrator.postgres.types import adapters

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 15
_TRIES = 20
_PAUSE = 0.1

_ENTER = """
    INSERT INTO desktop_migrator.leases (user_id, plan, key, run, host, process, backend)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
    RETURNING since
"""
_LEAVE = """
    DELETE FROM desktop_migrator.leases WHERE user_id = %s AND plan = %s AND backend = %s
"""
_BEAT = """
    UPDATE desktop_migrator.leases SET heartbeat = clock_timestamp()
    WHERE user_id = %s AND plan = %s AND backend = pg_backend_pid()
"""
_MOVE = """
    UPDATE desktop_migrator.leases SET backend = pg_backend_pid(), heartbeat = clock_timestamp()
    WHERE user_id = %s AND plan = %s AND backend = %s
"""
_FENCE = sql.SQL("""
    SELECT 1 FROM desktop_migrator.leases
    WHERE user_id = %s AND plan = %s AND run = %s AND since = %s
      AND EXISTS (SELECT FROM ({HELD}) AS held
                  WHERE held.pid = backend AND held.key = leases.key)
""").format(HELD=HELD)


@dataclass(frozen=True, slots=True)
class Fence:
    """Lets a transaction pass only while the lock is its run's. Holds no connection."""

    user_id: str
    plan: str
    run: str
    since: datetime
    """When the lease was written: a run that is resumed has another one."""

    def check(self, cursor: psycopg.Cursor[Any]) -> None:
        """Raises LockLost; else nobody can take over before the transaction's end."""
        keys = Keys.of(self.user_id, self.plan)
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [keys.writing])
        if cursor.execute(_FENCE, astuple(self)).fetchone() is None:
            raise LockLost(reason="Its lock went with a connection, or somebody unlocked it.")


@contextmanager
def hold(engine: sqlalchemy.Engine, user_id: str, plan: str) -> Iterator["RunLock"]:
    """Holds the lock while the block runs. Raises Locked, SessionsShared."""
    lock = RunLock(engine, user_id, plan)
    try:
        yield lock
    finally:
        lock.release()


class RunLock:
    """This process's lock for a person and plan; use `hold`."""

    def __init__(self, engine: sqlalchemy.Engine, user_id: str, plan: str) -> None:
        self._engine = engine
        self._user_id = user_id
        self._plan = plan
        self._keys = Keys.of(user_id, plan)
        self._session = _Session(engine, user_id, plan)
        self._since = datetime.min.replace(tzinfo=UTC)

    def enter(self, connection: sqlalchemy.Connection, run: str) -> Lease | None:
        """Write the run's lease, in the caller's transaction.

        Returns the lease of a run that was cut off, in whose place it stands. Raises LockLost.
        """
        cursor = adapters.cursor(connection)
        before = find_leases(cursor.connection, self._user_id, self._plan)
        # While the lock is held here, whoever still writes belongs to a run that has lost it.
        end_sessions(cursor.connection, self._keys.writing)
        remove_lease(cursor.connection, self._user_id, self._plan)
        who = (platform.node(), os.getpid(), self._session.backend)
        cursor.execute(_ENTER, [self._user_id, self._plan, self._keys.run, run, *who])
        (self._since,) = cursor.fetchone() or (self._since,)
        self.fence(run).check(cursor)
        return before[0] if before else None

    def fence(self, run: str) -> Fence:
        """For every transaction of the run that writes; `enter` comes first."""
        return Fence(self._user_id, self._plan, run, self._since)

    def regain(self) -> None:
        """Take the lock again after connections were lost; the run's fence stays good.

        Raises Locked or LockLost if another run works, or has worked, meanwhile.
        """
        lost = self._session.backend
        self._session.close()
        self._session = _Session(self._engine, self._user_id, self._plan, lost)
        if not self._session.take_over_lease(lost):
            raise LockLost(reason="While the connection was lost, another run took over.")

    def settle(self, connection: sqlalchemy.Connection, run: str) -> None:
        """After a transaction of the run has failed: whatever it came to, it has come to it.

        Takes the lock again where it was lost; raises as `regain` does. In the caller's
        transaction, until whose end nothing else is written for the run.
        """
        if not self._session.lives:
            self.regain()
        cursor = adapters.cursor(connection)
        end_sessions(cursor.connection, self._keys.writing)
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [self._keys.writing])
        self.fence(run).check(cursor)

    def release(self) -> None:
        """Give lease and lock back; a lease that cannot be reached waits to be taken over."""
        with suppress(psycopg.Error):
            self._session.remove_lease()
        self._session.close()


class _Session:
    """A connection that holds the lock until it ends, and tells that it lives."""

    def __init__(
        self, engine: sqlalchemy.Engine, user_id: str, plan: str, lost: int | None = None
    ) -> None:
        """`lost` is a session of our own, which the server may think alive."""
        self._names = (user_id, plan)
        outer = engine.connect()
        self._connection = adapters.cursor(outer).connection
        outer.detach()
        self._connection.autocommit = True
        self._closing = threading.Event()
        self._heart = threading.Thread(target=self._keep_beating, daemon=True)
        try:
            with translated():
                self.backend = self._stay(engine)
                self._lock(lost)
        except BaseException:
            self._connection.close()
            raise
        self._heart.start()

    def _stay(self, engine: sqlalchemy.Engine) -> int:
        """The server's process behind the connection. Raises SessionsShared if that changes."""
        name = session_name(platform.node(), os.getpid())
        self._connection.execute("SELECT set_config('application_name', %s, false)", [name])
        backend = self._behind()
        if backend != self._connection.info.backend_pid:  # there is a pooler
            with engine.connect() as other:
                its = other.scalar(sqlalchemy.select(sqlalchemy.func.pg_backend_pid()))
                if backend == its or backend != self._behind():
                    raise SessionsShared
        return backend

    def _behind(self) -> int:
        row = self._connection.execute("SELECT pg_backend_pid()").fetchone()
        return int(row[0]) if row else 0

    def _lock(self, lost: int | None) -> None:
        key = Keys.of(*self._names).run
        for _ in range(_TRIES):
            row = self._connection.execute("SELECT pg_try_advisory_lock(%s)", [key]).fetchone()
            if row and row[0]:
                return
            held = holder(self._connection, *self._names)
            if held and held.facts["backend"] != lost:
                raise held
            if held:
                self._connection.execute("SELECT pg_terminate_backend(%s)", [lost])
            self._closing.wait(_PAUSE)
        raise DatabaseBusy(reason="The lock of this person's runs comes and goes.")

    @property
    def lives(self) -> bool:
        try:
            self._connection.execute("SELECT 1")
        except psycopg.Error:
            return False
        return True

    def take_over_lease(self, lost: int) -> bool:
        with translated():
            return self._connection.execute(_MOVE, [*self._names, lost]).rowcount > 0

    def remove_lease(self) -> None:
        if is_there(self._connection, "leases"):
            self._connection.execute(_LEAVE, [*self._names, self.backend])

    def close(self) -> None:
        self._closing.set()
        self._heart.join()
        self._connection.close()

    def _keep_beating(self) -> None:
        """Renew the lease's heartbeat; without a connection the fence has the last word."""
        while not self._closing.wait(HEARTBEAT_SECONDS):
            try:
                if is_there(self._connection, "leases"):
                    self._connection.execute(_BEAT, self._names)
            except psycopg.Error as error:
                log.debug("no heartbeat: %s", type(error).__name__)
                return
