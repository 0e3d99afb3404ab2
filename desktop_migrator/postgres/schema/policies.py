"""Whether row-level security lets this session write a person's rows, told before any is sent, and
see all of them.

A policy that asks for other columns than the person's can be answered for a row alone; those that
ask for the person, as most do, are the same for all their rows.
"""

import psycopg
import sqlalchemy
from psycopg import sql
from sqlalchemy import Connection

from desktop_migrator.errors import PlanDoesNotFit
from desktop_migrator.messages import Message
from desktop_migrator.model import Table
from desktop_migrator.postgres.schema.introspect import Relation
from desktop_migrator.postgres.types import adapters

_POLICIES = sqlalchemy.text("""
    SELECT pg_catalog.pg_get_expr(coalesce(p.polwithcheck, p.polqual), p.polrelid) AS condition,
           pg_catalog.pg_get_expr(p.polqual, p.polrelid) AS seen,
           p.polpermissive AS permissive,
           NOT EXISTS (
               SELECT FROM pg_catalog.pg_depend d
               JOIN pg_catalog.pg_attribute a
                 ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
               WHERE d.classid = 'pg_catalog.pg_policy'::regclass AND d.objid = p.oid
                 AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = p.polrelid
                 AND d.refobjsubid > 0 AND a.attname IS DISTINCT FROM CAST(:person AS text)
           ) AS about_person
    FROM pg_catalog.pg_policy p
    WHERE p.polrelid = CAST(:table AS regclass) AND p.polcmd IN ('*', CAST(:command AS "char"))
      AND EXISTS (SELECT FROM unnest(p.polroles) AS role
                  WHERE role = 0 OR pg_catalog.pg_has_role(current_user, role, 'USAGE'))
""")
_WRITING, _READING = {"command": "a"}, {"command": "r"}
_HOLDS = sql.SQL(
    "SELECT ({condition}) FROM jsonb_populate_record(NULL::{table}, jsonb_build_object({person}))"
)


def has_policies_that_allow(connection: Connection, relation: Relation) -> bool:
    """Whether row-level security, where it binds this session, lets it write any rows at all."""
    policies = connection.execute(
        _POLICIES, {"table": str(relation.oid), "person": None} | _WRITING
    )
    return any(policy.permissive for policy in policies)


def require_policies_allow(
    connection: Connection, table: Table, user_column: str | None, user_id: str
) -> None:
    """Raises PlanDoesNotFit where the table's policies are sure to refuse every row of the person.

    In the caller's transaction.
    """
    if not table.row_security:
        return
    name = adapters.table_name(table).as_string(None)
    policies = connection.execute(
        _POLICIES, {"table": name, "person": user_column} | _WRITING
    ).all()
    person = (user_column, user_id)
    allowed = [
        policy.permissive
        for policy in policies
        if not policy.about_person or _may_hold(connection, policy.condition, name, person)
    ]
    restrictive = sum(not policy.permissive for policy in policies)
    if any(allowed) and allowed.count(False) == restrictive:
        return
    raise PlanDoesNotFit(
        reason=Message(
            "Row-level security lets this login write no rows of {user_id} into {table}.",
            user_id=user_id,
            table=table.name,
        ),
        remedy=Message(
            "See that the user id is right, and that the database is told whose rows these are as "
            "its policies ask: by `session` in the plan, or by `options` in its address. Or "
            "connect as the table's owner, or as a role with BYPASSRLS."
        ),
    )


def sees_all_rows_of(
    connection: Connection, table: Table, user_column: str | None, stored_user_id: str
) -> bool:
    """Whether this session is sure to see every row of the person: the table's policies ask for
    nothing but whose a row is. One that hides what is deleted or archived may hide theirs, too.

    In the caller's transaction.
    """
    if not table.row_security:
        return True
    name = adapters.table_name(table).as_string(None)
    asked = {"table": name, "person": user_column} | _READING
    policies = connection.execute(_POLICIES, asked).all()
    if not all(policy.about_person for policy in policies):
        return False
    person = (user_column, stored_user_id)
    held = {
        permissive: [
            _holds(connection, policy.seen, name, person) is True
            for policy in policies
            if policy.permissive is permissive
        ]
        for permissive in (True, False)
    }
    return any(held[True]) and all(held[False])


def _may_hold(
    connection: Connection, condition: str, table: str, person: tuple[str | None, str]
) -> bool:
    return _holds(connection, condition, table, person) is not False


def _holds(
    connection: Connection, condition: str, table: str, person: tuple[str | None, str]
) -> bool | None:
    """Whether a policy is met by a row of which only the person is known; None if it cannot be
    asked."""
    named = sql.SQL(", ").join(map(sql.Literal, person)) if person[0] else sql.SQL("")
    # Without parameters, so that no % of a policy is taken for one.
    query = _HOLDS.format(condition=sql.SQL(condition), table=sql.SQL(table), person=named)
    savepoint = connection.begin_nested()
    try:
        row = adapters.cursor(connection).execute(query).fetchone()
    except psycopg.Error:
        savepoint.rollback()
        return None
    savepoint.commit()
    return bool(row and row[0])
