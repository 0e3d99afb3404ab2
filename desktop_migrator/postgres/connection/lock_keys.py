"""Every advisory lock that the program takes, in the order in which they may be taken.

All are taken through this module. Whoever holds one takes only those that `LockKind` lists after
it, so that no two can wait for each other; of the same kind, one person's by the plan's name.

- RUN, a person's and plan's: that one run is at work. Held by a session while the run lasts; nobody
  waits for it but who has ended that session.
- TABLES: that two runs make the same table. Held by the transaction that makes tables and enters
  the run.
- BOOKKEEPING: that two make or upgrade its schema. Held by that transaction; not taken where it is
  current.
- CAPTURE, a capture's: that two runs enter it, for two people. Held by the transaction that enters
  the run; of several, the smallest key first.
- WRITE, a person's and plan's: that nobody takes a run over while it writes. Held, shared, by each
  transaction that writes, a chunk at most; alone by who takes over.
- AUDIT: the end of the audit trail's chain. Held by the transaction that adds an entry, for which
  that is the last thing.

TABLES, BOOKKEEPING and AUDIT are everybody's: nothing that takes long happens while they are held.
A transaction that is rolled back in the end, as a dry run's, holds none of them: it works on
temporary tables (`create_temporary_tables`, `trial_transaction`).
"""

import hashlib
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import psycopg
from psycopg import sql

Session = psycopg.Connection[Any] | psycopg.Cursor[Any]

# pg_locks splits the key into two unsigned halves; objsubid 1 says that it is one of 64 bits.
HELD_LOCKS = sql.SQL("""
    SELECT pid, classid::bigint << 32 | objid::bigint AS key FROM pg_catalog.pg_locks
    WHERE locktype = 'advisory' AND objsubid = 1 AND granted
      AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
""")
_HOLDERS = sql.SQL("SELECT pid FROM ({}) AS held WHERE key = %s").format(HELD_LOCKS)


class LockKind(IntEnum):
    """What a lock is for; the numbers are the order in which locks may be taken."""

    RUN = 1
    TABLES = 2
    BOOKKEEPING = 3
    CAPTURE = 4
    WRITE = 5
    AUDIT = 6


@dataclass(frozen=True, slots=True)
class LockKey:
    """A lock, by PostgreSQL's key of 64 bits; keys are a database's own."""

    kind: LockKind
    number: int

    def lock_transaction(self, session: Session, *, shared: bool = False) -> None:
        """Wait for the lock; it goes with the transaction. Raises psycopg's LockNotAvailable."""
        function = sql.SQL("pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock")
        session.execute(sql.SQL("SELECT {}(%s)").format(function), [self.number])

    def try_lock_session(self, session: Session) -> bool:
        """Take the lock if nobody has it; it goes with the session."""
        row = session.execute("SELECT pg_try_advisory_lock(%s)", [self.number]).fetchone()
        return bool(row and row[0])

    def holders(self, session: Session) -> list[int]:
        """The server's processes that hold the lock."""
        return [int(pid) for (pid,) in session.execute(_HOLDERS, [self.number])]


# Programs of several versions meet in a database: the number of a key that both take stays.
BOOKKEEPING_KEY = LockKey(LockKind.BOOKKEEPING, 0x444D_0001)
AUDIT_KEY = LockKey(LockKind.AUDIT, 0x444D_0002)
TABLES_KEY = LockKey(LockKind.TABLES, 0x444D_0003)


def run_key(user_id: str, plan: str) -> LockKey:
    """Held by a session as long as the run for this person and plan lasts."""
    return LockKey(LockKind.RUN, _halves(user_id, plan)[0])


def write_key(user_id: str, plan: str) -> LockKey:
    """Held, shared, by each transaction in which the run writes."""
    return LockKey(LockKind.WRITE, _halves(user_id, plan)[1])


def capture_key(capture: str) -> LockKey:
    """Held by the transaction that enters a run of this capture."""
    return LockKey(LockKind.CAPTURE, _halves("", f"capture {capture}")[0])


def _halves(user_id: str, plan: str) -> tuple[int, int]:
    """The first two 64 bits of the SHA-256 of both, told apart by the first's length."""
    text = f"{len(user_id)}:{user_id}{plan}".encode("utf-8", "surrogatepass")
    digest = hashlib.sha256(text).digest()
    first, second = (
        int.from_bytes(part, "big", signed=True) for part in (digest[:8], digest[8:16])
    )
    return first, second
