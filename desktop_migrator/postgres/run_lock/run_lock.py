"""One run for a person and plan at a time.

The truth is a session's advisory lock, held on a connection of its own: it goes when the process
does, however that ends. For people there is a lease (`leases`), with a heartbeat. Each transaction
that writes passes the `Fence`: it goes on only while lease and lock are its run's, and while it
lasts nobody takes over, so that a run whose lock was lost, or which slept while another took over,
writes nothing more.

Advisory locks are a database's own, and need a session that stays: behind a pooler that works by
transactions `hold_run_lock` raises TransactionPooling.
"""

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

from desktop_migrator.errors import DatabaseBusy, LockLost, TransactionPooling
from desktop_migrator.messages import Message
from desktop_migrator.postgres.connection.errors import translate_errors
from desktop_migrator.postgres.connection.lock_keys import (
    HELD_LOCKS,
    run_key,
    write_key,
)
from desktop_migrator.postgres.connection.pooler import Pooling, backend_pid, find_pooling
from desktop_migrator.postgres.run_lock.leases import (
    Lease,
    application_name,
    find_leases,
    lock_holder_error,
    remove_lease,
    table_exists,
    terminate_lock_holders,
)
from desktop_migrator.postgres.types import adapters
from desktop_migrator.system.debug import debug_log

log = debug_log("postgres:lock")

HEARTBEAT_SECONDS = 15
_LOCK_ATTEMPTS = 20
_LOCK_RETRY_SECONDS = 0.1

_INSERT_LEASE = """
    INSERT INTO desktop_migrator.leases (user_id, plan, key, run, host, process, backend)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
    RETURNING since
"""
_DELETE_LEASE = """
    DELETE FROM desktop_migrator.leases WHERE user_id = %s AND plan = %s AND backend = %s
"""
_UPDATE_HEARTBEAT = """
    UPDATE desktop_migrator.leases SET heartbeat = clock_timestamp()
    WHERE user_id = %s AND plan = %s AND backend = pg_backend_pid()
"""
_TAKE_OVER_LEASE = """
    UPDATE desktop_migrator.leases SET backend = pg_backend_pid(), heartbeat = clock_timestamp()
    WHERE user_id = %s AND plan = %s AND backend = %s
"""
_FENCE = sql.SQL("""
    SELECT 1 FROM desktop_migrator.leases
    WHERE user_id = %s AND plan = %s AND run = %s AND since = %s
      AND EXISTS (SELECT FROM ({HELD}) AS held
                  WHERE held.pid = backend AND held.key = leases.key)
""").format(HELD=HELD_LOCKS)


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
        write_key(self.user_id, self.plan).lock_transaction(cursor, shared=True)
        if cursor.execute(_FENCE, astuple(self)).fetchone() is None:
            raise LockLost(
                reason=Message("Its lock went with a connection, or somebody unlocked it.")
            )


@contextmanager
def hold_run_lock(engine: sqlalchemy.Engine, user_id: str, plan: str) -> Iterator["RunLock"]:
    """Holds the lock while the block runs. Raises RunLocked, TransactionPooling."""
    lock = RunLock(engine, user_id, plan)
    try:
        yield lock
    finally:
        lock.release()


class RunLock:
    """This process's lock for a person and plan; use `hold_run_lock`."""

    def __init__(self, engine: sqlalchemy.Engine, user_id: str, plan: str) -> None:
        self._engine = engine
        self._user_id = user_id
        self._plan = plan
        self._write_key = write_key(user_id, plan)
        self._session = _LockConnection(engine, user_id, plan)
        self._lease_since = datetime.min.replace(tzinfo=UTC)

    def write_lease(self, connection: sqlalchemy.Connection, run: str) -> Lease | None:
        """Write the run's lease, in the caller's transaction.

        Returns the lease of a run that was cut off, in whose place it stands. Raises LockLost.
        """
        cursor = adapters.cursor(connection)
        before = find_leases(cursor.connection, self._user_id, self._plan)
        # While the lock is held here, whoever still writes belongs to a run that has lost it.
        terminate_lock_holders(cursor.connection, self._write_key)
        remove_lease(cursor.connection, self._user_id, self._plan)
        who = (platform.node(), os.getpid(), self._session.backend)
        key = run_key(self._user_id, self._plan).number
        cursor.execute(_INSERT_LEASE, [self._user_id, self._plan, key, run, *who])
        (self._lease_since,) = cursor.fetchone() or (self._lease_since,)
        self.fence(run).check(cursor)
        return before[0] if before else None

    def fence(self, run: str) -> Fence:
        """For every transaction of the run that writes; `write_lease` comes first."""
        return Fence(self._user_id, self._plan, run, self._lease_since)

    def reacquire(self) -> None:
        """Take the lock again after connections were lost; the run's fence stays good.

        Raises RunLocked or LockLost if another run works, or has worked, meanwhile.
        """
        lost = self._session.backend
        self._session.close()
        self._session = _LockConnection(self._engine, self._user_id, self._plan, lost)
        if not self._session.take_over_lease(lost):
            raise LockLost(reason=Message("While the connection was lost, another run took over."))

    def fence_out_stale_sessions(self, connection: sqlalchemy.Connection, run: str) -> None:
        """After a transaction of the run has failed: whatever it came to, it has come to it.

        Takes the lock again where it was lost; raises as `reacquire` does. In the caller's
        transaction, until whose end nothing else is written for the run.
        """
        if not self._session.is_alive:
            self.reacquire()
        cursor = adapters.cursor(connection)
        terminate_lock_holders(cursor.connection, self._write_key)
        self._write_key.lock_transaction(cursor)
        self.fence(run).check(cursor)

    def release(self) -> None:
        """Give lease and lock back; a lease that cannot be reached waits to be taken over."""
        with suppress(psycopg.Error):
            self._session.remove_lease()
        self._session.close()


class _LockConnection:
    """A connection that holds the lock until it ends, and tells that it lives."""

    def __init__(
        self,
        engine: sqlalchemy.Engine,
        user_id: str,
        plan: str,
        lost_backend_pid: int | None = None,
    ) -> None:
        """`lost_backend_pid` is a session of our own, which the server may think alive."""
        self._user_and_plan = (user_id, plan)
        outer = engine.connect()
        self._connection = adapters.cursor(outer).connection
        outer.detach()
        self._connection.autocommit = True
        self._closing = threading.Event()
        self._heartbeat_thread = threading.Thread(target=self._heartbeat_loop, daemon=True)
        try:
            with translate_errors():
                self.backend = self._pin_backend(engine)
                self._lock(lost_backend_pid)
        except BaseException:
            self._connection.close()
            raise
        self._heartbeat_thread.start()

    def _pin_backend(self, engine: sqlalchemy.Engine) -> int:
        """The server's process behind the connection. Raises TransactionPooling if that changes."""
        name = application_name(platform.node(), os.getpid())
        self._connection.execute("SELECT set_config('application_name', %s, false)", [name])
        if find_pooling(self._connection, engine) is Pooling.TRANSACTIONS:
            raise TransactionPooling
        return backend_pid(self._connection)

    def _lock(self, lost_backend_pid: int | None) -> None:
        key = run_key(*self._user_and_plan)
        for _ in range(_LOCK_ATTEMPTS):
            if key.try_lock_session(self._connection):
                return
            held = lock_holder_error(self._connection, *self._user_and_plan)
            if held and held.facts["backend"] != lost_backend_pid:
                raise held
            if held:
                self._connection.execute("SELECT pg_terminate_backend(%s)", [lost_backend_pid])
            self._closing.wait(_LOCK_RETRY_SECONDS)
        raise DatabaseBusy(reason=Message("The lock of this person's runs comes and goes."))

    @property
    def is_alive(self) -> bool:
        try:
            self._connection.execute("SELECT 1")
        except psycopg.Error:
            return False
        return True

    def take_over_lease(self, lost_backend_pid: int) -> bool:
        with translate_errors():
            return (
                self._connection.execute(
                    _TAKE_OVER_LEASE, [*self._user_and_plan, lost_backend_pid]
                ).rowcount
                > 0
            )

    def remove_lease(self) -> None:
        if table_exists(self._connection, "leases"):
            self._connection.execute(_DELETE_LEASE, [*self._user_and_plan, self.backend])

    def close(self) -> None:
        self._closing.set()
        self._heartbeat_thread.join()
        self._connection.close()

    def _heartbeat_loop(self) -> None:
        """Renew the lease's heartbeat; without a connection the fence has the last word."""
        while not self._closing.wait(HEARTBEAT_SECONDS):
            try:
                if table_exists(self._connection, "leases"):
                    self._connection.execute(_UPDATE_HEARTBEAT, self._user_and_plan)
            except psycopg.Error as error:
                log.debug("no heartbeat: %s", type(error).__name__)
                return
