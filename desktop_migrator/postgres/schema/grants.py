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
from desktop_migrator.messages import Message
from desktop_migrator.postgres.bookkeeping.tables import SCHEMA
from desktop_migrator.postgres.connection.errors import translate_errors
from desktop_migrator.postgres.connection.lock_keys import BOOKKEEPING_KEY
from desktop_migrator.postgres.schema.introspect import find_relation
from desktop_migrator.postgres.types import adapters

_MAX_NAME_BYTES = 63
_READ_AND_WRITE = sql.SQL("SELECT, INSERT, UPDATE, DELETE")
_CREATE_ROLE = sql.SQL(
    "BEGIN IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = {}) THEN "
    "CREATE ROLE {} LOGIN; END IF; END"
)
_GRANT_DATABASE = sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}")
_GRANT_SCHEMA_USAGE = sql.SQL("GRANT USAGE ON SCHEMA {} TO {}")
_GRANT_TABLE = sql.SQL("GRANT {} ON TABLE {} TO {}")
_GRANT_SEQUENCE = sql.SQL("GRANT USAGE ON SEQUENCE {} TO {}")
_GRANT_COLUMNS = sql.SQL("GRANT SELECT ({}) ON TABLE {} TO {}")
_CREATE_SCHEMA = sql.SQL("CREATE SCHEMA IF NOT EXISTS {}")
_GRANT_SCHEMA = sql.SQL("GRANT USAGE, CREATE ON SCHEMA {} TO {}")
_GRANT_ALL_TABLES = sql.SQL("GRANT {} ON ALL TABLES IN SCHEMA {} TO {}")
_APPEND_ONLY = sql.SQL(
    "BEGIN IF to_regclass({}) IS NOT NULL THEN "
    "REVOKE UPDATE, DELETE, TRUNCATE ON TABLE {} FROM {}; END IF; END"
)
_DATABASE = sqlalchemy.text("SELECT current_database()")
_SEQUENCES = sqlalchemy.text("""
    SELECT n.nspname, s.relname
    FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S'
    JOIN pg_catalog.pg_namespace n ON n.oid = s.relnamespace
    WHERE d.refobjid = :table AND d.deptype IN ('a', 'i')
""")


@dataclass(frozen=True, slots=True)
class TableAccess:
    """What the role needs of a table, named as in the plan."""

    table: str
    columns: tuple[str, ...] = ()
    """Those that it only reads; empty: it reads and writes the whole table."""


@dataclass(frozen=True, slots=True)
class GrantScript:
    statements: tuple[str, ...]
    """SQL without semicolons."""
    missing: tuple[str, ...]
    """Tables that are not there, so that no rights to them could be given."""


def build_grant_script(
    role: str, accesses: Iterable[TableAccess], connection: sqlalchemy.Connection | None = None
) -> GrantScript:
    """The statements for a role.

    Names are looked up in the database; without one, a table whose schema is not named is taken
    to lie in `public`. Raises UsageError.
    """
    if not role or len(role.encode("utf-8", "replace")) > _MAX_NAME_BYTES or not role.isprintable():
        raise UsageError(
            reason=Message("A role's name has 1 to 63 characters that can be printed.")
        )
    to = sql.Identifier(role)
    bookkeeping = sql.Identifier(SCHEMA)
    statements = [do_block(_CREATE_ROLE.format(sql.Literal(role), to))]
    missing = []
    with translate_errors():
        if connection is not None:
            database = sql.Identifier(str(connection.scalar(_DATABASE)))
            statements.append(_GRANT_DATABASE.format(database, to))
        for access in accesses:
            if place := _find_grant_target(access.table, connection):
                statements += _grants(to, place, access.columns)
            else:
                missing.append(access.table)
    statements += [
        _CREATE_SCHEMA.format(bookkeeping),
        _GRANT_SCHEMA.format(bookkeeping, to),
        _GRANT_ALL_TABLES.format(_READ_AND_WRITE, bookkeeping, to),
        do_block(
            _APPEND_ONLY.format(sql.Literal(f"{SCHEMA}.audit"), sql.Identifier(SCHEMA, "audit"), to)
        ),
    ]
    texts = (statement.as_string() for statement in statements)
    return GrantScript(tuple(dict.fromkeys(texts)), tuple(missing))


def grants_for_tables(
    connection: sqlalchemy.Connection, role: sql.Identifier, names: Iterable[str]
) -> list[sql.Composed]:
    """What lets the role into the database and read and write the tables, named as in plans."""
    database = sql.Identifier(str(connection.scalar(_DATABASE)))
    statements = [_GRANT_DATABASE.format(database, role)]
    for name in names:
        if place := _find_grant_target(name, connection):
            statements += _grants(role, place, ())
    return statements


def run_grant_script(connection: sqlalchemy.Connection, script: GrantScript) -> None:
    """Run the statements in the caller's transaction, one such script at a time."""
    with translate_errors():
        cursor = adapters.cursor(connection)
        BOOKKEEPING_KEY.lock_transaction(cursor)  # its schema may be made here
        for statement in script.statements:
            cursor.execute(statement.encode())


@dataclass(frozen=True, slots=True)
class _GrantTarget:
    schema: str
    name: str
    sequences: tuple[tuple[str, str], ...] = ()
    """Those that fill columns of the table."""


def _find_grant_target(name: str, connection: sqlalchemy.Connection | None) -> _GrantTarget | None:
    if connection is None:
        schema, _, table = name.rpartition(".")
        return _GrantTarget(schema or "public", table)
    relation = find_relation(connection, name)
    if relation is None:
        return None
    sequences = connection.execute(_SEQUENCES, {"table": relation.oid})
    return _GrantTarget(
        relation.schema, relation.name, tuple((row[0], row[1]) for row in sequences)
    )


def _grants(
    role: sql.Identifier, target: _GrantTarget, columns: tuple[str, ...]
) -> Iterator[sql.Composed]:
    table = sql.Identifier(target.schema, target.name)
    yield _GRANT_SCHEMA_USAGE.format(sql.Identifier(target.schema), role)
    if columns:
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        yield _GRANT_COLUMNS.format(names, table, role)
        return
    yield _GRANT_TABLE.format(_READ_AND_WRITE, table, role)
    for sequence in target.sequences:
        yield _GRANT_SEQUENCE.format(sql.Identifier(*sequence), role)


def do_block(body: sql.Composed) -> sql.Composed:
    """The body as a literal, so that no name in it can end it."""
    return sql.SQL("DO {}").format(sql.Literal(body.as_string()))
