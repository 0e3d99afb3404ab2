"""Who works for which person and plan: the rows of `desktop_migrator.leases` and the locks behind.

What `lock` holds is looked at here, for people to see, and cleared where nobody is behind it.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg import sql
from psycopg.errors import InsufficientPrivilege
from psycopg.rows import class_row

from desktop_migrator.errors import PermissionMissing, RunLocked
from desktop_migrator.messages import Message
from desktop_migrator.postgres.bookkeeping.tables import SCHEMA
from desktop_migrator.postgres.connection.lock_keys import (
    HELD_LOCKS,
    LockKey,
    run_key,
    write_key,
)

STALE_SECONDS = 120
"""A lease without a sign of life for so long may be cleared."""

_SELECT_LEASES = sql.SQL("""
    SELECT user_id, plan, run::text, host, process, since, heartbeat, backend,
           extract(epoch FROM clock_timestamp() - heartbeat)::float8 AS silent,
           EXISTS (SELECT FROM ({HELD}) AS held
                   WHERE held.pid = backend AND held.key = leases.key) AS held
    FROM desktop_migrator.leases
    WHERE (%(user_id)s::text IS NULL OR user_id = %(user_id)s)
      AND (%(plan)s::text IS NULL OR plan = %(plan)s)
    ORDER BY since
""").format(HELD=HELD_LOCKS)
_SELECT_LOCK_SESSION = sql.SQL("""
    SELECT held.pid, a.application_name AS name, a.backend_start AS began
    FROM ({HELD}) AS held JOIN pg_catalog.pg_stat_activity AS a USING (pid)
    WHERE held.key = %s
""").format(HELD=HELD_LOCKS)
_DELETE_LEASE = "DELETE FROM desktop_migrator.leases WHERE user_id = %s AND plan = %s"
_APPLICATION_NAME = "desktop-migrator, process {process} on {host}"
_APPLICATION_NAME_PATTERN = re.compile(r"desktop-migrator, process (\d+) on (.+)")


@dataclass(frozen=True, slots=True)
class Lease:
    """Who works for a person with a plan."""

    user_id: str
    plan: str
    run: str
    host: str
    process: int
    since: datetime
    heartbeat: datetime
    """The last sign of life."""
    backend: int
    """The server's process that holds, or held, the lock."""
    silent: float
    """Seconds since the heartbeat, by the server's clock."""
    held: bool
    """Whether the lock is really held; else the run was cut off."""


@dataclass(frozen=True, slots=True)
class _LockSession:
    """The server's process that holds a lock."""

    pid: int
    name: str | None
    began: datetime | None
    """Hidden from other roles."""


@dataclass(frozen=True, slots=True)
class ClearedLease:
    """What `clear` did."""

    lease: Lease | None
    """The one that it removed."""
    terminated_pids: tuple[int, ...]
    """The sessions of the run, by their process on the server, that it ended."""


def application_name(host: str, process: int) -> str:
    """What a lock's session calls itself, for where there is no lease (yet)."""
    return _APPLICATION_NAME.format(host=host, process=process)


Connection = psycopg.Connection[Any]


def find_leases(
    connection: Connection, user_id: str | None = None, plan: str | None = None
) -> list[Lease]:
    """The leases there are, the oldest first; of one person or plan where named."""
    if not table_exists(connection, "leases"):
        return []
    cursor = connection.cursor(row_factory=class_row(Lease))
    return cursor.execute(_SELECT_LEASES, {"user_id": user_id, "plan": plan}).fetchall()


def lock_holder_error(connection: Connection, user_id: str, plan: str) -> RunLocked | None:
    """Who holds the lock, as the error that says so; None if nobody does."""
    session = _find_lock_session(connection, user_id, plan)
    lease = _find_lease(connection, user_id, plan)
    return _locked_error(session, lease) if session else None


def clear_lease(connection: Connection, user_id: str, plan: str, *, force: bool) -> ClearedLease:
    """Remove a stale lease, or with `force` any, and end the run's sessions.

    In the caller's transaction, which holds the locks itself from then on. Raises RunLocked where
    somebody works, PermissionMissing where the role may not end the session.
    """
    lease = _find_lease(connection, user_id, plan)
    session = _find_lock_session(connection, user_id, plan)
    if not force:
        if lease and lease.silent <= STALE_SECONDS:
            raise _locked_error(None, lease)
        if session and not (lease and lease.backend == session.pid):
            raise _locked_error(session, None)
    ended = (
        *terminate_lock_holders(connection, run_key(user_id, plan)),
        *terminate_lock_holders(connection, write_key(user_id, plan)),
    )
    run_key(user_id, plan).lock_transaction(connection)
    remove_lease(connection, user_id, plan)
    return ClearedLease(lease, ended)


def terminate_lock_holders(connection: Connection, key: LockKey) -> list[int]:
    """End the sessions that hold a lock; returns their processes. Raises PermissionMissing."""
    pids = key.holders(connection)
    try:
        with connection.transaction():
            for pid in pids:
                connection.execute("SELECT pg_terminate_backend(%s)", [pid])
    except InsufficientPrivilege:
        raise PermissionMissing(
            reason=Message("It may not end the sessions of a run that another role began."),
            right="membership in that role, or in pg_signal_backend",
        ) from None
    return pids


def remove_lease(connection: Connection, user_id: str, plan: str) -> None:
    """Once nothing more is written under it; until the transaction ends, nothing is."""
    write_key(user_id, plan).lock_transaction(connection)
    if table_exists(connection, "leases"):
        connection.execute(_DELETE_LEASE, [user_id, plan])


def table_exists(connection: Connection, table: str) -> bool:
    """Whether the bookkeeping has this table (yet)."""
    row = connection.execute("SELECT to_regclass(%s)", [f"{SCHEMA}.{table}"]).fetchone()
    return row is not None and row[0] is not None


def _find_lease(connection: Connection, user_id: str, plan: str) -> Lease | None:
    return next(iter(find_leases(connection, user_id, plan)), None)


def _find_lock_session(connection: Connection, user_id: str, plan: str) -> _LockSession | None:
    cursor = connection.cursor(row_factory=class_row(_LockSession))
    return cursor.execute(_SELECT_LOCK_SESSION, [run_key(user_id, plan).number]).fetchone()


def _locked_error(session: _LockSession | None, lease: Lease | None) -> RunLocked:
    if lease and (session is None or session.pid == lease.backend):
        return RunLocked(
            host=lease.host,
            process=lease.process,
            since=_format_time(lease.since),
            heartbeat=f"{lease.silent:,.0f} seconds ago",
            backend=lease.backend,
        )
    # Before its lease, and in a dry run, which has none, the session's name says whose it is.
    named = _APPLICATION_NAME_PATTERN.fullmatch((session and session.name) or "")
    process, host = named.groups() if named else ("unknown", "an unknown computer")
    began = session and session.began
    return RunLocked(
        host=host,
        process=process,
        since=_format_time(began) if began else "an unknown time",
        heartbeat="its connection is open",
        backend=session and session.pid,
    )


def _format_time(when: datetime) -> str:
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
