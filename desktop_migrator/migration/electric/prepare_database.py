"""What ElectricSQL needs for a plan's tables: looked at, and given where SQL can."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection

from desktop_migrator.messages import Message
from desktop_migrator.migration.database.open_database import open_database
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.plan.schema import Plan
from desktop_migrator.postgres.connection.engine import translate_errors
from desktop_migrator.postgres.schema.introspect import Relation, find_relation
from desktop_migrator.postgres.types import adapters
from desktop_migrator.postgres.verify.checks import Check, CheckId
from desktop_migrator.postgres.verify.electric_checks import (
    ElectricPoint,
    check_database,
    check_role,
    current_role,
)
from desktop_migrator.reporter import Reporter


@dataclass(frozen=True, slots=True)
class PreparedDatabase:
    """What `prepare` did."""

    statements: tuple[str, ...]
    """The SQL that was, or would be run; without semicolons."""
    done: bool
    checks: tuple[Check, ...]
    """What is still amiss, and what a person has to do about it."""


def check(
    plan: Plan, database: str, role: str | None, workspace: Workspace, reporter: Reporter
) -> list[Check]:
    """Every point, right or not; `role` None: the one that looks."""
    with _look(database, workspace, reporter) as connection:
        return list(_points(connection, plan, role))


def prepare(
    plan: Plan,
    database: str,
    role: str | None,
    workspace: Workspace,
    reporter: Reporter,
    decide: Callable[[tuple[str, ...]], bool],
) -> PreparedDatabase:
    """Run what SQL can give, all of it or nothing, where `decide` agrees to the statements."""
    with _look(database, workspace, reporter) as connection:
        points = list(_points(connection, plan, role))
        wanted = [statement for point in points for statement in _statements(point)]
        statements = tuple(dict.fromkeys(wanted))
        done = bool(statements) and decide(statements)
        if done:
            cursor = adapters.cursor(connection)
            for statement in statements:
                cursor.execute(statement.encode())
            points = list(_points(connection, plan, role))
    return PreparedDatabase(statements, done, tuple(point for point in points if not point.ok))


@contextmanager
def _look(database: str, workspace: Workspace, reporter: Reporter) -> Iterator[Connection]:
    with (
        open_database(database, workspace, reporter) as engine,
        engine.connect() as connection,
        translate_errors(),
        connection.begin(),
    ):
        yield connection


def _points(connection: Connection, plan: Plan, role: str | None) -> Iterator[Check]:
    tables: list[Relation] = []
    for name in dict.fromkeys(entity.table for entity in plan.entities.values()):
        found = find_relation(connection, name)
        if found is not None:
            tables.append(found)
            continue
        yield missing_table(name)
    yield from check_database(connection, tables)
    yield from check_role(connection, role or current_role(connection), tables)


def _statements(check: Check) -> tuple[str, ...]:
    return check.statements if isinstance(check, ElectricPoint) and not check.ok else ()


def missing_table(name: str) -> Check:
    """What is said of a table of the plan that is not there."""
    return Check(
        CheckId.TABLE,
        ok=False,
        detail=Message("missing"),
        remedy=Message("Use --create-tables to have it made, or name another in the plan."),
        about={"table": name},
    )
