"""What a command line leaves unsaid: taken from the last run, and told."""

from typing import TypeVar

from desktop_migrator.cli.session import Session
from desktop_migrator.messages import Message
from desktop_migrator.migration.database.person import Person
from desktop_migrator.migration.run.last_run import (
    implied_database,
    implied_person,
    implied_plan,
)
from desktop_migrator.plan.schema import Plan, load_plan

_T = TypeVar("_T")


def choose_database(session: Session, user_id: str | None) -> str | None:
    """The default connection's URL, else the database of the last run; None: there is neither."""
    return _take(session, implied_database(session.workspace, user_id), None)


def choose_plan(session: Session, database: str | None) -> Plan:
    """The one that is named, else that of the last run into this database, else the built-in one.

    `database` None: of the last run into any. Raises PlanError.
    """
    plan = load_plan(session.plan)
    if session.plan:
        return plan
    return _take(session, implied_plan(session.workspace, database, other_than=plan), plan)


def choose_person(
    session: Session, database: str, user_id: str | None, user_email: str | None
) -> Person:
    """Who is meant: as it is said, else whose data the last run moved into this database."""
    named = Person(user_id, user_email)
    if named != Person():
        return named
    return _take(session, implied_person(session.workspace, database), named)


def _take(session: Session, implied: tuple[_T, Message] | None, otherwise: _T) -> _T:
    if implied is None:
        return otherwise
    taken, told = implied
    session.print_note(session.tr(told))
    return taken
