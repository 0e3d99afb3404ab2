"""By what else than its id an item is known: unique keys of the table that identify, by the plan.

Such a key has neither the id nor JSON in it, and all its columns are among those that items fill.
Of a unique key that the plan does not name, different items may have equal values by chance (a
position, a slug): there the server refuses the second one.
NULL in it means that the row has no such key, as unique keys see it. Keys that the server compares
otherwise than by value (without regard to case, by expressions, for some rows only) are left to
the server, which refuses the second row.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import psycopg

from desktop_migrator.model import Column, ColumnType, Item, TargetEntity
from desktop_migrator.postgres.connection.errors import ROW_ERRORS
from desktop_migrator.postgres.types import adapters
from desktop_migrator.postgres.types.digest import digester

KeyValue = tuple[int, bytes]
"""Which of an entity's keys, and the digest of its values."""

_UNCOMPARED_TYPES = {ColumnType.JSON, ColumnType.JSONB, ColumnType.OTHER}


class NaturalKeys:
    """Those of one entity; false if it has none."""

    def __init__(self, entity: TargetEntity) -> None:
        self._keys = [_UniqueKey(entity, positions) for positions in _usable_keys(entity)]

    def __bool__(self) -> bool:
        return bool(self._keys)

    def values_of(self, item: Item) -> list[KeyValue]:
        """The item's values of the keys that it has."""
        digests = [key.digest(item.values) for key in self._keys]
        return [(index, digest) for index, digest in enumerate(digests) if digest is not None]

    def find_row_ids(
        self, cursor: psycopg.Cursor[tuple[Any, ...]], items: Sequence[Item], user: str
    ) -> dict[KeyValue, str]:
        """The ids of this user's rows that have a key of one of these items."""
        return {
            (index, digest): row_id
            for index, key in enumerate(self._keys)
            for digest, row_id in key.find_row_ids(cursor, items, user)
        }


class _UniqueKey:
    def __init__(self, entity: TargetEntity, positions: Sequence[int]) -> None:
        self._positions = positions
        self._columns = [entity.columns[position] for position in positions]
        self._digest = digester(self._columns)
        owner = [Column(entity.user_column, ColumnType.TEXT)] if entity.user_column else []
        self._query = adapters.select_by_values(
            entity.table, entity.columns[0], (*self._columns, *owner), self._columns
        )

    def digest(self, values: Sequence[Any]) -> bytes | None:
        """None where one of the values is missing, or none that the database can hold."""
        own = [values[position] for position in self._positions]
        if any(value is None or value is msgspec.UNSET for value in own):
            return None
        if any(isinstance(value, str) and "\0" in value for value in own):
            return None
        try:
            return self._digest(own)
        except ROW_ERRORS:
            return None

    def find_row_ids(
        self, cursor: psycopg.Cursor[tuple[Any, ...]], items: Sequence[Item], user: str
    ) -> Iterator[tuple[bytes, str]]:
        wanted = {self.digest(item.values): item for item in items}
        wanted.pop(None, None)
        if not wanted:
            return
        arrays = [
            list({_array_text(item.values[position]) for item in wanted.values()})
            for position in self._positions
        ]
        end = 1 + len(self._columns)
        for row in adapters.stream_rows(cursor, self._query, *arrays):
            digest = self._digest(row[1:end])
            if digest in wanted and row[end:] in ((), (user,)):
                yield digest, row[0]


def has_other_unique_keys(entity: TargetEntity) -> bool:
    """Whether items with different ids can be in each other's way."""
    keys = (entity.table.primary_key, *entity.table.unique)
    return any(names and entity.id_column not in names for names in keys)


def _usable_keys(entity: TargetEntity) -> Iterator[list[int]]:
    places = {
        column.name: place
        for place, column in enumerate(entity.columns)
        if column.type not in _UNCOMPARED_TYPES and column.name != entity.id_column
    }
    for names in (entity.table.primary_key, *entity.table.unique):
        if set(names) in entity.identity and all(name in places for name in names):
            yield [places[name] for name in names]


def _array_text(value: Any) -> str:
    """As PostgreSQL reads it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value)
