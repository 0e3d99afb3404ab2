"""The app's tables as they are, read from PostgreSQL's catalog.

The catalog and not SQLAlchemy's inspector, since every column's type is wanted as PostgreSQL
spells it, through domains and for types that SQLAlchemy does not know.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import psycopg
from psycopg.rows import class_row
from sqlalchemy import Connection, Row, text

from desktop_migrator.errors import PlanDoesNotFit
from desktop_migrator.messages import Message
from desktop_migrator.model import TIME_TYPES, Column, ColumnType, ForeignKey, Table
from desktop_migrator.postgres.types import adapters

_TYPES = {
    "text": ColumnType.TEXT,
    "varchar": ColumnType.TEXT,
    "bpchar": ColumnType.TEXT,
    "citext": ColumnType.TEXT,
    "uuid": ColumnType.UUID,
    "bool": ColumnType.BOOLEAN,
    "int2": ColumnType.SMALLINT,
    "int4": ColumnType.INTEGER,
    "int8": ColumnType.BIGINT,
    "numeric": ColumnType.NUMERIC,
    "float4": ColumnType.DOUBLE,
    "float8": ColumnType.DOUBLE,
    "timestamp": ColumnType.TIMESTAMP,
    "timestamptz": ColumnType.TIMESTAMPTZ,
    "date": ColumnType.DATE,
    "json": ColumnType.JSON,
    "jsonb": ColumnType.JSONB,
}
_IDENTITIES: dict[str, Literal["always", "by default"]] = {"a": "always", "d": "by default"}
_ENCODINGS = ("UTF8", "SQL_ASCII")  # the latter keeps the bytes that it is sent, and ours are UTF-8
_UNSUPPORTED_KINDS = {
    "v": Message("a view"),
    "m": Message("a materialized view"),
    "f": Message("a foreign table"),
}

_RELATION = text("""
    SELECT c.oid, n.nspname AS schema, c.relname AS name, c.relkind AS kind,
           pg_catalog.row_security_active(c.oid) AS row_security
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.oid = pg_catalog.to_regclass(:name) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
""")

_TABLES = text("""
    SELECT n.nspname AS schema, c.relname AS name
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
      AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'desktop_migrator')
      AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
    ORDER BY n.nspname <> 'public', n.nspname, c.relname
""")

# A domain is followed down to the type that it stands for, gathering NOT NULL and defaults.
_COLUMNS = text("""
    WITH RECURSIVE resolved (number, type, modifier, required, has_default) AS (
        SELECT attnum, atttypid, atttypmod, attnotnull, atthasdef
        FROM pg_catalog.pg_attribute
        WHERE attrelid = :oid AND attnum > 0 AND NOT attisdropped
      UNION ALL
        SELECT r.number, t.typbasetype, t.typtypmod, r.required OR t.typnotnull,
               r.has_default OR t.typdefault IS NOT NULL
        FROM resolved r JOIN pg_catalog.pg_type t ON t.oid = r.type AND t.typtype = 'd'
    )
    SELECT a.attname AS name, t.typname AS type, t.typtype AS kind, r.modifier,
           pg_catalog.format_type(r.type, r.modifier) AS declared,
           r.required, r.has_default OR a.attidentity <> '' AS has_default,
           a.attgenerated <> '' OR a.attidentity = 'a' AS generated, a.attidentity AS identity,
           ARRAY(SELECT e.enumlabel::text FROM pg_catalog.pg_enum e
                 WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder) AS enum_values
    FROM resolved r
    JOIN pg_catalog.pg_attribute a ON a.attrelid = :oid AND a.attnum = r.number
    JOIN pg_catalog.pg_type t ON t.oid = r.type AND t.typtype <> 'd'
    ORDER BY a.attnum
""")

_UNIQUE_KEYS = text("""
    SELECT i.indisprimary AS is_primary, array_agg(a.attname::text ORDER BY k.position) AS columns
    FROM pg_catalog.pg_index i
    CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY k (number, position)
    JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
    WHERE i.indrelid = :oid AND i.indisunique AND i.indisvalid
      AND i.indpred IS NULL AND i.indexprs IS NULL AND k.position <= i.indnkeyatts
    GROUP BY i.indexrelid, i.indisprimary
    ORDER BY i.indexrelid
""")

# NOT ENFORCED exists from PostgreSQL 18 on. A key to a partitioned table has one more for each of
# its partitions, which says nothing new.
_FOREIGN_KEYS = """
    WITH wanted (oid) AS (SELECT pg_catalog.to_regclass(%s))
    SELECT k.conname AS name, cn.nspname AS schema, c.relname AS table,
           pn.nspname AS referred_schema, p.relname AS referred_table,
           ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY u (number, position)
                 JOIN pg_catalog.pg_attribute a
                   ON a.attrelid = k.conrelid AND a.attnum = u.number
                 ORDER BY u.position) AS columns,
           ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY u (number, position)
                 JOIN pg_catalog.pg_attribute a
                   ON a.attrelid = k.confrelid AND a.attnum = u.number
                 ORDER BY u.position) AS referred_columns,
           k.conrelid = wanted.oid AS outgoing, k.confrelid = wanted.oid AS incoming,
           k.conparentid <> 0 AS of_partition, k.convalidated AS validated,
           coalesce((to_jsonb(k) ->> 'conenforced')::boolean, true) AS enforced,
           EXISTS (SELECT FROM pg_catalog.pg_trigger t
                   WHERE t.tgconstraint = k.oid AND t.tgenabled = 'D') AS disabled,
           k.confdeltype IN ('c', 'n', 'd') AS delete_changes_rows,
           pg_catalog.has_table_privilege(k.conrelid, 'SELECT') AS readable
    FROM wanted
    JOIN pg_catalog.pg_constraint k ON wanted.oid IN (k.conrelid, k.confrelid)
    JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
    JOIN pg_catalog.pg_namespace cn ON cn.oid = c.relnamespace
    JOIN pg_catalog.pg_class p ON p.oid = k.confrelid
    JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
    WHERE k.contype = 'f'
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint parent
                      WHERE parent.oid = k.conparentid AND parent.conrelid = k.conrelid)
    ORDER BY k.conname
"""


@dataclass(frozen=True, slots=True)
class ForeignKeyConstraint:
    """A foreign key of a table, or to it, as it stands in the catalog."""

    name: str
    schema: str
    table: str
    """The one whose rows refer; with its schema."""
    referred_schema: str
    referred_table: str
    columns: list[str]
    referred_columns: list[str]
    """As many as `columns`, in the same order."""
    outgoing: bool
    """Whether it is the table's own."""
    incoming: bool
    """Whether it refers to the table; one within a table is both."""
    of_partition: bool
    """Whether it repeats that of the table of which this is a partition."""
    validated: bool
    enforced: bool
    disabled: bool
    """Whether its triggers are switched off."""
    delete_changes_rows: bool
    """ON DELETE CASCADE, SET NULL or SET DEFAULT: deleting a row changes those that refer to it."""
    readable: bool
    """Whether this user may read the rows that refer."""


def find_foreign_keys(
    session: psycopg.Connection[Any] | psycopg.Cursor[Any], table: str
) -> list[ForeignKeyConstraint]:
    """Those of a table and those to it, by name; `table` is quoted, with its schema."""
    connection = session.connection if isinstance(session, psycopg.Cursor) else session
    cursor = connection.cursor(row_factory=class_row(ForeignKeyConstraint))
    return cursor.execute(_FOREIGN_KEYS, [table]).fetchall()


@dataclass(frozen=True, slots=True)
class Relation:
    """A table or something that can be read like one."""

    oid: int
    schema: str
    name: str
    kind: str
    """pg_class.relkind."""
    row_security: bool
    """Whether row-level security limits what this user sees and writes."""


def find_relation(connection: Connection, name: str) -> Relation | None:
    """What `table` or `schema.table` names, first exactly, then in small letters as SQL would.

    A name without schema is looked for along the search path.
    """
    for spelling in dict.fromkeys((name, name.lower())):
        # Not SQLAlchemy's quoting, which doubles % for the driver; here it is a bound value.
        quoted = ".".join(_quoted(part) for part in spelling.split(".", 1))
        row = connection.execute(_RELATION, {"name": quoted}).one_or_none()
        if row is not None:
            return Relation(row.oid, row.schema, row.name, row.kind, row.row_security)
    return None


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def list_tables(connection: Connection) -> list[str]:
    """The tables that this user may read, as plans name them: `table`, or `schema.table` outside of
    the schema public. What PostgreSQL and this program keep for themselves is not among them."""
    return [
        row.name if row.schema == "public" else f"{row.schema}.{row.name}"
        for row in connection.execute(_TABLES)
        if "." not in row.name and "." not in row.schema
    ]


def introspect(connection: Connection, names: Iterable[str]) -> dict[str, Table]:
    """The tables of these names (see `find_relation`), each with its schema; what is missing is
    left out.

    Partitioned tables count as tables. Raises `PlanDoesNotFit` for views and foreign tables, and
    for a database whose encoding cannot hold every text.
    """
    encoding = connection.scalar(text("SHOW server_encoding"))
    if encoding not in _ENCODINGS:
        raise PlanDoesNotFit(
            reason=Message(
                "The database's encoding is {encoding}, which cannot hold every text.",
                encoding=encoding,
            ),
            remedy=Message("Use a database made with ENCODING 'UTF8'."),
        )
    found = {name: find_relation(connection, name) for name in names}
    return {
        name: _table(connection, relation)
        for name, relation in found.items()
        if relation is not None
    }


def _table(connection: Connection, relation: Relation) -> Table:
    if relation.kind in _UNSUPPORTED_KINDS:
        kind = _UNSUPPORTED_KINDS[relation.kind]
        raise PlanDoesNotFit(
            reason=Message(
                "{schema}.{relation} is {kind}, not a table.",
                schema=relation.schema,
                relation=relation.name,
                kind=kind,
            ),
            remedy=Message("Name the table behind it in the plan."),
        )
    where = {"oid": relation.oid}
    keys = connection.execute(_UNIQUE_KEYS, where).all()
    return Table(
        name=relation.name,
        schema=relation.schema,
        columns=tuple(_column(row) for row in connection.execute(_COLUMNS, where)),
        primary_key=next((tuple(key.columns) for key in keys if key.is_primary), ()),
        unique=tuple(tuple(key.columns) for key in keys if not key.is_primary),
        foreign_keys=tuple(
            ForeignKey(
                tuple(key.columns),
                key.referred_schema,
                key.referred_table,
                tuple(key.referred_columns),
            )
            for key in find_foreign_keys(
                adapters.cursor(connection), f"{_quoted(relation.schema)}.{_quoted(relation.name)}"
            )
            if key.outgoing
        ),
        row_security=relation.row_security,
    )


def _column(row: Row[Any]) -> Column:
    kind = ColumnType.ENUM if row.kind == "e" else _TYPES.get(row.type, ColumnType.OTHER)
    sized = row.modifier >= 0
    return Column(
        name=row.name,
        type=kind,
        declared=row.declared,
        max_length=row.modifier - 4 if sized and row.type in {"varchar", "bpchar"} else None,
        precision=_precision(row.modifier) if sized and kind is ColumnType.NUMERIC else None,
        time_digits=row.modifier if sized and kind in TIME_TYPES else None,
        nullable=not row.required,
        has_default=row.has_default,
        generated=row.generated,
        identity=_IDENTITIES.get(row.identity),
        enum_values=tuple(row.enum_values),
    )


def _precision(modifier: int) -> tuple[int, int]:
    """Precision and scale of numeric's type modifier; the scale has 11 bits and a sign."""
    packed = modifier - 4
    return packed >> 16, ((packed & 0x7FF) ^ 1024) - 1024
