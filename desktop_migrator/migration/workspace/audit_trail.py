"""The audit trails of the database and of this computer, which vouch for each other.

Both are chains (`hash_chain`). Every entry that this computer writes into a database stands here
too, with the number and hash that it got there, so that a database's trail that is cut off or
written anew shows; and in each entry there stands how far this computer's trail went, so that the
same shows here. In `AuditTrail.record` the entry goes with the caller's transaction; once that is
committed, `keep` enters it here.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from desktop_migrator.postgres.bookkeeping import audit
from desktop_migrator.postgres.bookkeeping.audit import Deed
from desktop_migrator.postgres.connection.engine import translated
from desktop_migrator.system.hash_chain import EMPTY, Head, Link, first_break, next_link

__all__ = ["AuditTrail", "Deed", "Kept"]

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
class Kept:
    """An entry in a database's trail, still to be entered in this computer's."""

    link: Link
    database_id: str


class AuditTrail:
    """This computer's trail, in the catalog's file."""

    def __init__(self, catalog: Path) -> None:
        self._path = catalog
        with self._writing() as local:
            local.executescript(_SCHEMA)

    def record(self, connection: Connection, deed: Deed) -> Kept:
        """Enter a deed in the database's trail, in the transaction of the deed itself.

        Best as the last thing in it: others who enter something wait for its end.
        """
        with translated():
            link = audit.record(connection, deed, self._witness())
            return Kept(link, audit.database_id(connection))

    def keep(self, kept: Kept) -> None:
        """Enter here what a database's trail got; once that is committed."""
        facts = {name: value for name, value in kept.link.facts.items() if name != "witness"}
        self._add(
            facts
            | {
                "database": kept.database_id,
                "database_seq": kept.link.seq,
                "database_hash": kept.link.hash.hex(),
            }
        )

    def note(self, deed: Deed) -> None:
        """Enter a deed in which no database has a part."""
        at = datetime.now(UTC).isoformat(timespec="microseconds")
        self._add({"at": at} | audit.here() | asdict(deed))

    def first_break(self, connection: Connection | None = None) -> str | None:
        """What is wrong with this computer's trail; None if it is whole.

        With a connection, what that database knows of it counts too.
        """
        links = self._links()
        witnessed: dict[int, bytes] = {}
        if connection is not None and links:
            with translated():
                witnessed = _witnessed(connection, _name(links[0]))
        return first_break(links, witnessed)

    def first_break_in_database(self, connection: Connection) -> str | None:
        """What is wrong with the database's trail, by itself and by what is remembered here."""
        with translated():
            remembered = _remembered(self._links(), audit.database_id(connection))
            return first_break(audit.links(connection), remembered)

    def _witness(self) -> dict[str, str | int] | None:
        links = self._links()
        if not links:
            return None
        return {"chain": _name(links[0]), "seq": links[-1].seq, "hash": links[-1].hash.hex()}

    def _add(self, facts: dict[str, Any]) -> None:
        with self._writing() as local:
            row = local.execute("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
            link = next_link(Head(*row) if row else EMPTY, facts)
            local.execute(_INSERT, (link.seq, json.dumps(facts), link.previous, link.hash))

    def _links(self) -> list[Link]:
        with self._writing() as local:
            rows = local.execute("SELECT seq, facts, previous, hash FROM audit ORDER BY seq")
            return [_link(*row) for row in rows]

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path, isolation_level=None)) as local:
            local.execute("BEGIN IMMEDIATE")
            with local:
                yield local


def _name(first: Link) -> str:
    """A trail goes by the hash of its first entry."""
    return first.hash.hex()


def _link(seq: int, facts: object, previous: object, found: object) -> Link:
    """An entry as the file has it; what is no entry at all shows by its hash."""
    try:
        read = json.loads(str(facts))
    except (ValueError, RecursionError):
        read = {}
    hashes = (each if isinstance(each, bytes) else b"" for each in (previous, found))
    return Link(seq, read if isinstance(read, dict) else {}, *hashes)


def _remembered(links: list[Link], database_id: str) -> dict[int, bytes]:
    """The hashes of a database's entries by number; a broken trail's memory counts for nothing."""
    if first_break(links, {}):
        return {}
    return {
        link.facts["database_seq"]: bytes.fromhex(link.facts["database_hash"])
        for link in links
        if link.facts.get("database") == database_id
    }


def _witnessed(connection: Connection, name: str) -> dict[int, bytes]:
    """What a database knows of the trail of this name; nothing if its own is broken."""
    links = list(audit.links(connection))
    if first_break(links, {}):
        return {}
    witnesses = (link.facts["witness"] for link in links)
    return {
        witness["seq"]: bytes.fromhex(witness["hash"])
        for witness in witnesses
        if witness and witness["chain"] == name
    }
