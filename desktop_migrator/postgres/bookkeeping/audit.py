"""The audit trail in the database: who did what from where, each entry chained to the one before.

An entry's facts, which its hash is made of (`hash_chain`), are its columns but `seq`, `previous`
and `hash`: `at` in UTC as 2026-07-01T12:30:15.123456+00:00, `run` as PostgreSQL prints a uuid,
`plan_digest` in hexadecimal, NULL as null. Docs: docs/locking-and-audit.md.
"""

import platform
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC
from typing import Any

import psutil
import sqlalchemy
from sqlalchemy import RowMapping, func, insert, select

from desktop_migrator.postgres.bookkeeping.hash_chain import (
    EMPTY_HEAD,
    ChainEntry,
    ChainHead,
    next_entry,
)
from desktop_migrator.postgres.bookkeeping.tables import audit
from desktop_migrator.postgres.connection.lock_keys import AUDIT_KEY
from desktop_migrator.postgres.types import adapters
from desktop_migrator.postgres.types.text_escape import escape_unstorable

_CHAIN_COLUMNS = {"seq", "previous", "hash"}
_PAGE = 1000
_DATABASE_ID = sqlalchemy.text(
    "SELECT (SELECT system_identifier FROM pg_control_system()) || '/' || oid"
    " FROM pg_database WHERE datname = current_database()"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent:
    """What was done."""

    action: str
    """migrate, undo, restore, clear, unlock …"""
    user_id: str | None = None
    """The person in the app whose data it was."""
    run: str | None = None
    plan_digest: str | None = None
    """In hexadecimal."""
    outcome: str | None = None
    """`begun`, or how it ended."""
    counts: Mapping[str, int] | None = None


def append_event(
    connection: sqlalchemy.Connection,
    event: AuditEvent,
    anchor: Mapping[str, str | int] | None = None,
) -> ChainEntry:
    """Add an entry, in the caller's transaction, best as the last thing in it.

    Entries are written one at a time: until the transaction ends, others who write one wait.
    `anchor` tells of a chain kept elsewhere, see `migration.audit`, which is the way to here.
    """
    AUDIT_KEY.lock_transaction(adapters.cursor(connection))
    at, role = connection.execute(
        select(func.clock_timestamp(), sqlalchemy.literal_column("session_user"))
    ).one()
    columns = {"at": at, **actor_and_host(), "role": role, **asdict(event), "witness": anchor}
    digest = event.plan_digest
    columns["plan_digest"] = None if digest is None else bytes.fromhex(digest)
    link = next_entry(chain_head(connection), _facts(columns))
    chaining = {"seq": link.seq, "previous": link.previous, "hash": link.hash}
    connection.execute(insert(audit).values(columns | chaining))
    return link


def database_id(connection: sqlalchemy.Connection) -> str:
    """What tells this database from every other, a later one of the same name too."""
    return str(connection.scalar(_DATABASE_ID))


def actor_and_host() -> dict[str, str]:
    """Who works, and on which computer."""
    return {
        "actor": escape_unstorable(psutil.Process().username()),
        "host": escape_unstorable(platform.node()),
    }


def chain_head(connection: sqlalchemy.Connection) -> ChainHead:
    """How far the chain goes."""
    row = connection.execute(
        select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)
    ).one_or_none()
    return ChainHead(row.seq, bytes(row.hash)) if row else EMPTY_HEAD


def read_chain(connection: sqlalchemy.Connection) -> Iterator[ChainEntry]:
    """All entries in order."""
    query = select(audit).order_by(audit.c.seq)
    with connection.execute(query, execution_options={"yield_per": _PAGE}) as rows:
        for row in rows.mappings():
            yield ChainEntry(row["seq"], _facts(row), bytes(row["previous"]), bytes(row["hash"]))


def _facts(columns: Mapping[str, Any] | RowMapping) -> dict[str, Any]:
    facts = {name: value for name, value in columns.items() if name not in _CHAIN_COLUMNS}
    facts["at"] = facts["at"].astimezone(UTC).isoformat(timespec="microseconds")
    digest = facts["plan_digest"]
    return facts | {"plan_digest": None if digest is None else bytes(digest).hex()}
