"""The SQL for logins that reach one person's rows alone, until a moment; and what ends them.

All such logins of a database are members of one role, which has the rights; policies bind it to
the rows of whom `desktop_migrator.kits` names for the login, so that a login reaches nothing once
it has expired or was revoked there, whatever sessions it has open. Everybody else sees what they
saw: where row-level security was off, a policy lets all others pass. The bookkeeping is bound
alike; of its audit trail such a login sees the chain's hashes alone.
"""

from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
import sqlalchemy
from psycopg import sql

from desktop_migrator.errors import PlanDoesNotFit
from desktop_migrator.messages import Message
from desktop_migrator.model import TargetEntity
from desktop_migrator.postgres.bookkeeping import tables
from desktop_migrator.postgres.connection.errors import translate_errors
from desktop_migrator.postgres.schema.grants import GrantScript, do_block, grants_for_tables
from desktop_migrator.postgres.types import adapters

_EVERYONE = "desktop_migrator_everyone"
_OWN = "desktop_migrator_kits_own"
_ONLY = "desktop_migrator_kits_only"
_PERSON = "(SELECT desktop_migrator.kit_person())"
_OWN_RUNS = "run IN (SELECT id FROM desktop_migrator.runs)"
_CONDITIONS = {
    tables.runs: f"user_id = {_PERSON}",
    tables.identities: f"user_id = {_PERSON}",
    tables.leases: f"user_id = {_PERSON}",
    tables.chunks: _OWN_RUNS,
    tables.journal: _OWN_RUNS,
    tables.quarantine: _OWN_RUNS,
    tables.captures: _OWN_RUNS,
    tables.escaped_texts: "EXISTS (SELECT FROM desktop_migrator.chunks c"
    " WHERE escaped_texts.target_id = ANY (c.ids) AND escaped_texts.target IN"
    f" (c.target, c.target || ' (' || c.owner_column || ' = ' || {_PERSON} || ')'))",
}
"""Which rows of the bookkeeping are a person's; of what a run left, the runs' own policy tells."""
_GROUP = sqlalchemy.text(
    "SELECT 'desktop_migrator_kits_' || oid FROM pg_catalog.pg_database"
    " WHERE datname = current_database()"
)
_CREATE_GROUP = sql.SQL(
    "BEGIN IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = {}) THEN "
    "CREATE ROLE {} NOLOGIN; END IF; END"
)
_HAS_FUNCTION = sqlalchemy.text(
    "SELECT to_regprocedure('desktop_migrator.kit_person()') IS NOT NULL"
)
_CREATE_FUNCTION = sql.SQL(
    "CREATE FUNCTION desktop_migrator.kit_person() RETURNS text"
    " LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS "
    "'SELECT user_id FROM desktop_migrator.kits WHERE role = session_user"
    " AND revoked IS NULL AND expires > pg_catalog.clock_timestamp()'"
)
_POLICIES = sqlalchemy.text("""
    SELECT p.polname FROM pg_catalog.pg_policy p
    WHERE p.polrelid = to_regclass(:table)
      AND (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = :group) = ANY (p.polroles)
      AND (CAST(:column AS text) IS NULL OR EXISTS (
          SELECT FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_attribute a
            ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
          WHERE d.classid = 'pg_catalog.pg_policy'::regclass AND d.objid = p.oid
            AND a.attname = :column))
""")
_ROW_SECURITY = sqlalchemy.text(
    "SELECT relrowsecurity FROM pg_catalog.pg_class WHERE oid = to_regclass(:table)"
)
_COLUMN_TYPE = sqlalchemy.text(
    "SELECT pg_catalog.format_type(atttypid, atttypmod) FROM pg_catalog.pg_attribute"
    " WHERE attrelid = to_regclass(:table) AND attname = :column"
)
_OWNED = sql.SQL("{column} = {person}::{type}")
_REVOKED = sqlalchemy.text("""
    SELECT k.role FROM desktop_migrator.kits k JOIN pg_catalog.pg_roles r ON r.rolname = k.role
    WHERE k.revoked IS NOT NULL ORDER BY 1
""")
_ACTIVE_LOGINS = sqlalchemy.text("""
    SELECT k.role, EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = k.role) AS exists
    FROM desktop_migrator.kits k WHERE k.user_id = :user_id AND k.revoked IS NULL ORDER BY 1
""")
_SESSIONS = "SELECT pid FROM pg_catalog.pg_stat_activity WHERE usename = ANY (%b)"
_END_SESSION = "SELECT pg_catalog.pg_terminate_backend(%b)"
_PAUSE = "SELECT pg_catalog.pg_sleep(0.05)"
_PAUSES = 100
_CANNOT_DROP = (
    psycopg.errors.InsufficientPrivilege,
    psycopg.errors.DependentObjectsStillExist,
)


@dataclass(frozen=True, slots=True)
class PersonalLogin:
    role: str
    user_id: str
    person: str
    """As the desk named them."""
    plan: str
    expires: datetime


def scram_verifier(connection: sqlalchemy.Connection, role: str, password: str) -> str:
    """What the server keeps instead of the password, so that none is in its logs."""
    made = adapters.driver_connection(connection).pgconn.encrypt_password(
        password.encode(), role.encode(), b"scram-sha-256"
    )
    return made.decode()


def build_login_script(
    connection: sqlalchemy.Connection,
    login: PersonalLogin,
    entities: Collection[TargetEntity],
    verifier: str,
) -> GrantScript:
    """The statements that make the login, and before them what the first in a database needs.

    The bookkeeping has to be there. Raises PlanDoesNotFit for a table without the person's column.
    """
    with translate_errors():
        group = str(connection.scalar(_GROUP))
        to, role = sql.Identifier(group), sql.Identifier(login.role)
        statements = [
            do_block(_CREATE_GROUP.format(sql.Literal(group), to)),
            *grants_for_tables(connection, to, map(_plan_name, entities)),
            *_in_bookkeeping(to),
        ]
        if not connection.scalar(_HAS_FUNCTION):
            statements.append(sql.Composed([_CREATE_FUNCTION]))
        for entity in entities:
            statements += _bind_table(connection, group, entity)
        for table, condition in _CONDITIONS.items():
            place = sql.Identifier(tables.SCHEMA, table.name)
            statements += _bind(connection, group, place, None, sql.SQL(condition))
    statements += [
        sql.SQL("CREATE ROLE {} LOGIN PASSWORD {} VALID UNTIL {}").format(
            role, sql.Literal(verifier), sql.Literal(_moment(login.expires))
        ),
        sql.SQL("GRANT {} TO {}").format(to, role),
        sql.SQL(
            "INSERT INTO desktop_migrator.kits (role, user_id, person, plan, expires)"
            " VALUES ({}, {}, {}, {}, {})"
        ).format(
            *map(sql.Literal, (login.role, login.user_id, login.person, login.plan)),
            sql.Literal(_moment(login.expires)),
        ),
    ]
    return GrantScript(tuple(dict.fromkeys(each.as_string() for each in statements)), ())


def build_revocation(connection: sqlalchemy.Connection, user_id: str) -> GrantScript:
    """The statements that end the person's logins; none where there is none."""
    statements: list[sql.Composed] = []
    with translate_errors():
        for role, exists in connection.execute(_ACTIVE_LOGINS, {"user_id": user_id}):
            statements.append(
                sql.SQL(
                    "UPDATE desktop_migrator.kits SET revoked = pg_catalog.clock_timestamp()"
                    " WHERE role = {}"
                ).format(sql.Literal(role))
            )
            if exists:
                statements.append(sql.SQL("ALTER ROLE {} NOLOGIN").format(sql.Identifier(role)))
    return GrantScript(tuple(each.as_string() for each in statements), ())


def drop_revoked_logins(connection: sqlalchemy.Connection) -> None:
    """End the sessions of logins that were revoked, which reach nothing any more, and drop them.

    In a transaction of its own. Who may not end sessions leaves them without any right. What
    another role made, and this one may not drop, stays revoked.
    """
    driver, cursor = adapters.driver_connection(connection), adapters.cursor(connection)
    roles = [str(role) for (role,) in connection.execute(_REVOKED)]
    for role in roles:
        with suppress(psycopg.errors.InsufficientPrivilege), driver.transaction():
            _end_sessions(cursor, role)
        with suppress(*_CANNOT_DROP), driver.transaction():
            cursor.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


def _end_sessions(cursor: psycopg.Cursor[tuple[Any, ...]], role: str) -> None:
    for _ in range(_PAUSES):
        sessions = cursor.execute(_SESSIONS, [[role]]).fetchall()
        if not sessions:
            return
        for (pid,) in sessions:
            cursor.execute(_END_SESSION, [pid])
        cursor.execute(_PAUSE)


def _plan_name(entity: TargetEntity) -> str:
    return ".".join(filter(None, (entity.table.schema, entity.table.name)))


def _in_bookkeeping(to: sql.Identifier) -> Iterator[sql.Composed]:
    def named(*wanted: str) -> sql.Composed:
        return sql.SQL(", ").join(sql.Identifier(tables.SCHEMA, name) for name in wanted)

    yield sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(sql.Identifier(tables.SCHEMA), to)
    yield sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON {} TO {}").format(
        named(*(table.name for table in _CONDITIONS)), to
    )
    yield sql.SQL("GRANT SELECT ON {} TO {}").format(
        named("alembic_version", tables.dropped_indexes.name), to
    )
    yield sql.SQL("GRANT INSERT, SELECT (seq, hash) ON {} TO {}").format(
        named(tables.audit.name), to
    )


def _bind_table(
    connection: sqlalchemy.Connection, group: str, entity: TargetEntity
) -> Iterator[sql.Composed]:
    column = entity.user_column
    if column is None:
        raise PlanDoesNotFit(
            reason=Message(
                "No column of {table} says whose a row is, so that no login can be kept to one "
                "person's rows.",
                table=entity.table.name,
            ),
            remedy=Message('Name one in the plan, filled from "$user", or use `provision`.'),
        )
    place = adapters.table_name(entity.table)
    asked = {"table": place.as_string(), "column": column}
    condition = _OWNED.format(
        column=sql.Identifier(column),
        person=sql.SQL(_PERSON),
        type=sql.SQL(str(connection.scalar(_COLUMN_TYPE, asked))),
    )
    return _bind(connection, group, place, column, condition)


def _bind(
    connection: sqlalchemy.Connection,
    group: str,
    table: sql.Composable,
    column: str | None,
    condition: sql.Composable,
) -> Iterator[sql.Composed]:
    """Nothing for what is there: each policy waits for all who use the table."""
    name = table.as_string()
    there = set(connection.scalars(_POLICIES, {"table": name, "group": group, "column": column}))
    if not connection.scalar(_ROW_SECURITY, {"table": name}):
        yield from _policy(table, _EVERYONE, sql.SQL("TO PUBLIC USING (true)"))
        yield sql.SQL("ALTER TABLE {} ENABLE ROW LEVEL SECURITY").format(table)
    for policy, kind in ((_OWN, ""), (_ONLY, "AS RESTRICTIVE ")):
        if policy not in there:
            rule = sql.SQL(kind + "TO {} USING ({})").format(sql.Identifier(group), condition)
            yield from _policy(table, policy, rule)


def _policy(table: sql.Composable, name: str, rule: sql.Composable) -> Iterator[sql.Composed]:
    policy = sql.Identifier(name)
    yield sql.SQL("DROP POLICY IF EXISTS {} ON {}").format(policy, table)
    yield sql.SQL("CREATE POLICY {} ON {} {}").format(policy, table, rule)


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(sep=" ", timespec="seconds")
