"""Whole rows as readers get them who are told every value as text: PostgreSQL's own spelling.

The settings that decide how values are spelled are ElectricSQL's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import msgspec
from psycopg import sql
from sqlalchemy import Connection, text

from desktop_migrator.postgres.schema.introspect import Relation
from desktop_migrator.postgres.types import adapters

DIGEST_SIZE = 16
_SPELLING = sql.SQL("""
    SET LOCAL bytea_output = 'hex';
    SET LOCAL datestyle = 'ISO, DMY';
    SET LOCAL timezone = 'UTC';
    SET LOCAL extra_float_digits = 1;
    SET LOCAL intervalstyle = 'iso_8601';
""")
_STREAM_ROWS = 200
_COLUMNS = text("""
    SELECT attname FROM pg_attribute
    WHERE attrelid = :oid AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
    ORDER BY attnum
""")
_KEY = text("""
    SELECT a.attname FROM pg_index i
    CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY k (number, position)
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
    WHERE i.indrelid = :oid AND i.indisprimary AND k.position <= i.indnkeyatts
    ORDER BY k.position
""")

Key = tuple[str | None, ...]
"""The values of a primary key."""


@dataclass(frozen=True, slots=True)
class TextColumns:
    """A table's columns, by name."""

    key: tuple[str, ...]
    """The primary key's."""
    all: tuple[str, ...]
    """Those that are stored as they were written, in the table's order."""


def text_columns(connection: Connection, table: Relation) -> TextColumns:
    """What there is to be compared of a table."""
    return TextColumns(
        tuple(connection.scalars(_KEY, {"oid": table.oid})),
        tuple(connection.scalars(_COLUMNS, {"oid": table.oid})),
    )


def key_of(row: Mapping[str, str | None], columns: TextColumns) -> Key:
    return tuple(row.get(name) for name in columns.key)


def text_digest(row: Mapping[str, str | None], columns: TextColumns) -> bytes:
    """Of a row that lacks a column, too: that differs from NULL."""
    values = [[row[name]] if name in row else [] for name in columns.all]
    return sha256(msgspec.msgpack.encode(values)).digest()[:DIGEST_SIZE]


def text_digests(connection: Connection, table: Relation, columns: TextColumns) -> dict[Key, bytes]:
    """Of all rows of a table, by key; in the caller's transaction."""
    names: Sequence[str] = columns.all
    query = sql.SQL("SELECT {} FROM {}").format(
        sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(name)) for name in names),
        sql.Identifier(table.schema, table.name),
    )
    cursor = adapters.cursor(connection)
    cursor.execute(_SPELLING)
    found: dict[Key, bytes] = {}
    for values in cursor.stream(query, size=_STREAM_ROWS):
        row = dict(zip(names, values, strict=True))
        found[key_of(row, columns)] = text_digest(row, columns)
    return found
