"""The audit trails of the database and of this computer, which vouch for each other.

Both are chains (`hash_chain`). Every entry that this computer writes into a database stands here
too, with the number and hash that it got there, so that a database's trail that is cut off or
written anew shows; and in each entry there stands how far this computer's trail went, so that the
same shows here, and that all of it was removed: what was entered says from which folder. In
`AuditTrail.record_in_database` the entry goes with the caller's transaction;
once that is committed, `append_local` enters it here.
"""

import hashlib
import json
import os
import platform
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from desktop_migrator.messages import Message
from desktop_migrator.migration.workspace.private_database import open_private, transaction
from desktop_migrator.postgres.bookkeeping import audit
from desktop_migrator.postgres.bookkeeping.audit import AuditEvent
from desktop_migrator.postgres.bookkeeping.hash_chain import (
    EMPTY_HEAD,
    ChainEntry,
    ChainHead,
    first_tampering,
    next_entry,
)
from desktop_migrator.postgres.connection.engine import translate_errors

__all__ = ["AuditEvent", "AuditTrail", "PendingEntry"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS audit (
  seq INTEGER PRIMARY KEY,
  facts TEXT NOT NULL,
  previous BLOB NOT NULL,
  hash BLOB NOT NULL
);
CREATE TRIGGER IF NOT EXISTS audit_update BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'entries of the audit trail are not changed'); END;
CREATE TRIGGER IF NOT EXISTS audit_delete BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'entries of the audit trail are not removed'); END;
"""
_INSERT = "INSERT INTO audit (seq, facts, previous, hash) VALUES (?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class PendingEntry:
    """An entry in a database's trail, still to be entered in this computer's."""

    chain_entry: ChainEntry
    database_id: str


class AuditTrail:
    """This computer's trail, in the catalog's file."""

    def __init__(self, catalog: Path) -> None:
        self._path = catalog
        place = f"{platform.node()}\n{os.path.realpath(catalog)}"
        self._folder = hashlib.sha256(place.encode("utf-8", "surrogateescape")).hexdigest()[:16]
        with open_private(catalog) as local:
            local.executescript(_SCHEMA)

    def record_in_database(self, connection: Connection, event: AuditEvent) -> PendingEntry:
        """Enter a deed in the database's trail, in the transaction of the deed itself.

        Best as the last thing in it: others who enter something wait for its end.
        """
        with translate_errors():
            link = audit.append_event(connection, event, self._anchor())
            return PendingEntry(link, audit.database_id(connection))

    def append_local(self, pending: PendingEntry, **more: int) -> None:
        """Enter here what a database's trail got; once that is committed."""
        facts = {
            name: value for name, value in pending.chain_entry.facts.items() if name != "witness"
        }
        self._append(
            facts
            | {
                "database": pending.database_id,
                "database_seq": pending.chain_entry.seq,
                "database_hash": pending.chain_entry.hash.hex(),
            }
            | more
        )

    def record_local(self, event: AuditEvent) -> None:
        """Enter a deed in which no database has a part."""
        at = datetime.now(UTC).isoformat(timespec="microseconds")
        self._append({"at": at} | audit.actor_and_host() | asdict(event))

    def first_tampering(self, connection: Connection | None = None) -> Message | None:
        """What is wrong with this computer's trail; None if it is whole.

        With a connection, what that database knows of it counts too.
        """
        links = self._entries()
        if connection is None:
            return first_tampering(links, {})
        with translate_errors():
            witnessed = _anchored_hashes(connection, _chain_id(links[0])) if links else {}
            broken = first_tampering(links, witnessed)
            missing = None if broken else next(self._missing(connection, links), None)
        if missing is None:
            return broken
        return Message(
            "Entry {number} of the database was written from here, and is missing here: this "
            "computer's trail was shortened or removed, or the program was killed just then.",
            number=missing.seq,
        )

    def recover_entries(self, connection: Connection) -> None:
        """Enter again, marked as that, what this folder has entered in the database and lost since.

        For a repair that somebody asked for, which stands in the database's trail itself.
        """
        with translate_errors():
            name = audit.database_id(connection)
            for entry in list(self._missing(connection, self._entries())):
                self.append_local(PendingEntry(entry, name), recovered=1)

    def _missing(self, connection: Connection, links: list[ChainEntry]) -> Iterator[ChainEntry]:
        """Of what this folder has entered in the database: what is not here, or not any more."""
        name = audit.database_id(connection)
        here = {
            (link.facts.get("database_seq"), link.facts.get("database_hash"))
            for link in links
            if link.facts.get("database") == name
        }
        for entry in audit.read_chain(connection):
            witness = entry.facts["witness"]
            mine = witness is not None and witness.get("folder") == self._folder
            if mine and (entry.seq, entry.hash.hex()) not in here:
                yield entry

    def first_tampering_in_database(self, connection: Connection) -> Message | None:
        """What is wrong with the database's trail, by itself and by what is remembered here."""
        with translate_errors():
            remembered = _remembered_hashes(self._entries(), audit.database_id(connection))
            return first_tampering(audit.read_chain(connection), remembered)

    def _anchor(self) -> dict[str, str | int]:
        links = self._entries()
        last = links[-1].head if links else EMPTY_HEAD
        return {
            "chain": _chain_id(links[0]) if links else "",
            "seq": last.seq,
            "hash": last.hash.hex(),
            "folder": self._folder,
        }

    def _append(self, facts: dict[str, Any]) -> None:
        with self._transaction() as local:
            row = local.execute("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
            link = next_entry(ChainHead(*row) if row else EMPTY_HEAD, facts)
            local.execute(_INSERT, (link.seq, json.dumps(facts), link.previous, link.hash))

    def _entries(self) -> list[ChainEntry]:
        with self._transaction() as local:
            rows = local.execute("SELECT seq, facts, previous, hash FROM audit ORDER BY seq")
            return [_entry_from_row(*row) for row in rows]

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with transaction(self._path) as local:
            yield local


def _chain_id(first: ChainEntry) -> str:
    """A trail goes by the hash of its first entry."""
    return first.hash.hex()


def _entry_from_row(seq: int, facts: object, previous: object, found: object) -> ChainEntry:
    """An entry as the file has it; what is no entry at all shows by its hash."""
    try:
        read = json.loads(str(facts))
    except (ValueError, RecursionError):
        read = {}
    hashes = (each if isinstance(each, bytes) else b"" for each in (previous, found))
    return ChainEntry(seq, read if isinstance(read, dict) else {}, *hashes)


def _remembered_hashes(links: list[ChainEntry], database_id: str) -> dict[int, bytes]:
    """The hashes of a database's entries by number; a broken trail's memory counts for nothing."""
    if first_tampering(links, {}):
        return {}
    return {
        link.facts["database_seq"]: bytes.fromhex(link.facts["database_hash"])
        for link in links
        if link.facts.get("database") == database_id
    }


def _anchored_hashes(connection: Connection, name: str) -> dict[int, bytes]:
    """What a database knows of the trail of this name; nothing if its own is broken."""
    links = list(audit.read_chain(connection))
    if first_tampering(links, {}):
        return {}
    witnesses = (link.facts["witness"] for link in links)
    return {
        witness["seq"]: bytes.fromhex(witness["hash"])
        for witness in witnesses
        if witness and witness["chain"] == name
    }
