"""The SQL that an administrator runs for a role with just the rights that a migration needs.

The role may log in, read and write the plan's tables, look a person up, and keep the bookkeeping
in a schema made for it. It owns nothing of the app's and makes nothing elsewhere. Every statement
may be run again. No password is set: it would end up in logs and histories.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import sqlalchemy
from psycopg import sql

from desktop_migrator.errors import UsageError
from desktop_migrator.postgres.bookkeeping.tables import SCHEMA
from desktop_migrator.postgres.connection.errors import translated
from desktop_migrator.postgres.schema.introspect import find_relation
from desktop_migrator.postgres.types import adapters

_LONGEST_NAME = 63
_READ_AND_WRITE = sql.SQL("SELECT, INSERT, UPDATE, DELETE")
_CREATE_ROLE = sql.SQL(
    "BEGIN IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = {}) THEN "
    "CREATE ROLE {} LOGIN; END IF; END"
)
_DATABASE_RIGHTS = sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}")
_USE_SCHEMA = sql.SQL("GRANT USAGE ON SCHEMA {} TO {}")
_TABLE_RIGHTS = sql.SQL("GRANT {} ON TABLE {} TO {}")
_SEQUENCE_RIGHTS = sql.SQL("GRANT USAGE ON SEQUENCE {} TO {}")
_COLUMN_RIGHTS = sql.SQL("GRANT SELECT ({}) ON TABLE {} TO {}")
_CREATE_SCHEMA = sql.SQL("CREATE SCHEMA IF NOT EXISTS {}")
_SCHEMA_RIGHTS = sql.SQL("GRANT USAGE, CREATE ON SCHEMA {} TO {}")
_BOOKKEEPING_RIGHTS = sql.SQL("GRANT {} ON ALL TABLES IN SCHEMA {} TO {}")
_ONLY_ADD = sql.SQL(
    "BEGIN IF to_regclass({}) IS NOT NULL THEN "
    "REVOKE UPDATE, DELETE, TRUNCATE ON TABLE {} FROM {}; END IF; END"
)
_DATABASE = sqlalchemy.text("SELECT current_database()")
_SEQUENCES = sqlalchemy.text("""
    SELECT n.nspname, s.relname
    FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S'
    JOIN pg_catalog.pg_namespace n ON n.oid = s.relnamespace
    WHERE d.refobjid = :table AND d.deptype = 'a'
""")


@dataclass(frozen=True, slots=True)
class Access:
    """What the role needs of a table, named as in the plan."""

    table: str
    columns: tuple[str, ...] = ()
    """Those that it only reads; empty: it reads and writes the whole table."""


@dataclass(frozen=True, slots=True)
class Script:
    statements: tuple[str, ...]
    """SQL without semicolons."""
    missing: tuple[str, ...]
    """Tables that are not there, so that no rights to them could be given."""


def script(
    role: str, accesses: Iterable[Access], connection: sqlalchemy.Connection | None = None
) -> Script:
    """The statements for a role.

    Names are looked up in the database; without one, a table whose schema is not named is taken
    to lie in `public`. Raises UsageError.
    """
    if not role or len(role.encode("utf-8", "replace")) > _LONGEST_NAME or not role.isprintable():
        raise UsageError(reason="A role's name has 1 to 63 characters that can be printed.")
    to = sql.Identifier(role)
    bookkeeping = sql.Identifier(SCHEMA)
    statements = [_block(_CREATE_ROLE.format(sql.Literal(role), to))]
    missing = []
    with translated():
        if connection is not None:
            database = sql.Identifier(str(connection.scalar(_DATABASE)))
            statements.append(_DATABASE_RIGHTS.format(database, to))
        for access in accesses:
            if place := _place(access.table, connection):
                statements += _grants(to, place, access.columns)
            else:
                missing.append(access.table)
    statements += [
        _CREATE_SCHEMA.format(bookkeeping),
        _SCHEMA_RIGHTS.format(bookkeeping, to),
        _BOOKKEEPING_RIGHTS.format(_READ_AND_WRITE, bookkeeping, to),
        _block(
            _ONLY_ADD.format(sql.Literal(f"{SCHEMA}.audit"), sql.Identifier(SCHEMA, "audit"), to)
        ),
    ]
    texts = (statement.as_string() for statement in statements)
    return Script(tuple(dict.fromkeys(texts)), tuple(missing))


def run(connection: sqlalchemy.Connection, script: Script) -> None:
    """Run the statements in the caller's transaction."""
    with translated():
        cursor = adapters.cursor(connection)
        for statement in script.statements:
            cursor.execute(statement.encode())


@dataclass(frozen=True, slots=True)
class _Place:
    schema: str
    name: str
    sequences: tuple[tuple[str, str], ...] = ()
    """Those that fill columns of the table."""


def _place(name: str, connection: sqlalchemy.Connection | None) -> _Place | None:
    if connection is None:
        schema, _, table = name.rpartition(".")
        return _Place(schema or "public", table)
    relation = find_relation(connection, name)
    if relation is None:
        return None
    sequences = connection.execute(_SEQUENCES, {"table": relation.oid})
    return _Place(relation.schema, relation.name, tuple((row[0], row[1]) for row in sequences))


def _grants(to: sql.Identifier, place: _Place, columns: tuple[str, ...]) -> Iterator[sql.Composed]:
    table = sql.Identifier(place.schema, place.name)
    yield _USE_SCHEMA.format(sql.Identifier(place.schema), to)
    if columns:
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        yield _COLUMN_RIGHTS.format(names, table, to)
        return
    yield _TABLE_RIGHTS.format(_READ_AND_WRITE, table, to)
    for sequence in place.sequences:
        yield _SEQUENCE_RIGHTS.format(sql.Identifier(*sequence), to)


def _block(body: sql.Composed) -> sql.Composed:
    """The body as a literal, so that no name in it can end it."""
    return sql.SQL("DO {}").format(sql.Literal(body.as_string()))
