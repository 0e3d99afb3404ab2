"""The last run of this computer, for what a command line leaves unsaid."""

from desktop_migrator.cli.session import Session
from desktop_migrator.messages import Message
from desktop_migrator.migration.database.open_database import Person, without_password
from desktop_migrator.migration.run.last_run import find_last_run, last_database
from desktop_migrator.migration.workspace import connections
from desktop_migrator.migration.workspace.run_plans import find_run_plan
from desktop_migrator.plan.schema import Plan, load_plan


def choose_database(session: Session, user_id: str | None) -> str | None:
    """The default connection's URL, else the database of the last run; None: there is neither."""
    if default := connections.default_connection(session.workspace):
        _tell(session, Message("Database: {name}, the default connection.", name=default.name))
        return default.url
    database = last_database(session.workspace, user_id)
    if database:
        shown = without_password(database)
        _tell(session, Message("Database: {database}, as in the last run.", database=shown))
    return database


def choose_plan(session: Session) -> Plan:
    """The one that is named, else the last run's, else the built-in one. Raises PlanError."""
    last = None if session.plan else find_last_run(session.workspace)
    kept = find_run_plan(session.workspace, last.run) if last else None
    return kept or load_plan(session.plan)


def choose_person(
    session: Session, database: str, user_id: str | None, user_email: str | None
) -> Person:
    """Who is meant: as it is said, else whose data the last run moved into this database."""
    if user_id is None and user_email is None:
        run = find_last_run(session.workspace, database)
        if run:
            _tell(session, Message("User: {user_id}, as in the last run.", user_id=run.user_id))
            return Person(run.user_id)
    return Person(user_id, user_email)


def _tell(session: Session, said: Message) -> None:
    session.print_note(session.tr(said))
