"""What PostgreSQL's own logical replication tells: the stream of a publication, decoded.

https://www.postgresql.org/docs/current/protocol-logicalrep-message-formats.html
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg

from desktop_migrator.postgres.verify.electric_checks import PUBLICATION

Row = dict[str, str | None]
_KINDS = {"I": "insert", "U": "update", "D": "delete"}


@dataclass(frozen=True)
class Change:
    table: str
    kind: str
    old: Row | None
    """The whole row as it was, where the table's REPLICA IDENTITY is FULL."""
    new: Row | None


class Slot:
    """A logical slot of a database, gone with the block."""

    def __init__(self, database: str, name: str) -> None:
        self._connection = psycopg.connect(database, autocommit=True)
        self._name = name
        self._relations: dict[int, tuple[str, list[str]]] = {}

    def __enter__(self) -> "Slot":
        query = "SELECT pg_create_logical_replication_slot(%s, 'pgoutput')"
        self._connection.execute(query, [self._name])
        # As Electric's own connection has it; the stream's texts depend on it.
        self._connection.execute("SET TimeZone = 'UTC'; SET IntervalStyle = 'iso_8601'")
        return self

    def __exit__(self, *_: object) -> None:
        with self._connection:
            self._connection.execute("SELECT pg_drop_replication_slot(%s)", [self._name])

    def changes(self) -> list[Change]:
        """Those committed since the last call."""
        query = """SELECT data FROM pg_logical_slot_get_binary_changes(
            %s, NULL, NULL, 'proto_version', '1', 'publication_names', %s)"""
        messages = self._connection.execute(query, [self._name, PUBLICATION])
        return [change for (data,) in messages for change in self._decode(_Reader(data))]

    def _decode(self, data: "_Reader") -> Iterator[Change]:
        kind = data.letter()
        if kind == "R":
            number = data.take("I")
            _, table, _ = data.text(), data.text(), data.letter()
            names = []
            for _ in range(data.take("H")):
                data.take("b")
                names.append(data.text())
                data.take("Ii")
            self._relations[number] = (table, names)
        elif kind in _KINDS:
            table, names = self._relations[data.take("I")]
            rows: dict[str, Row] = {}
            while (which := data.letter()) in {"N", "O", "K"}:
                rows[which] = data.row(names, rows.get("O", {}))
            yield Change(table, _KINDS[kind], rows.get("O"), rows.get("N"))


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def take(self, form: str) -> Any:
        values = struct.unpack_from(f">{form}", self._data, self._at)
        self._at += struct.calcsize(f">{form}")
        return values[0]

    def letter(self) -> str:
        """Empty at the end."""
        self._at += 1
        return self._data[self._at - 1 : self._at].decode()

    def text(self) -> str:
        end = self._data.index(0, self._at)
        text = self._data[self._at : end].decode()
        self._at = end + 1
        return text

    def row(self, names: list[str], old: Row) -> Row:
        """A large value that did not change is sent with the old row alone."""
        self.take("H")
        return {name: self._value(old.get(name)) for name in names}

    def _value(self, unchanged: str | None) -> str | None:
        kind = self.letter()
        if kind in {"n", "u"}:
            return unchanged if kind == "u" else None
        size = self.take("I")
        self._at += size
        return self._data[self._at - size : self._at].decode()
