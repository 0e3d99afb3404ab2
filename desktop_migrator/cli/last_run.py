"""The last run of this computer, for what a command line leaves unsaid."""

from desktop_migrator.cli.session import Session
from desktop_migrator.messages import Message
from desktop_migrator.migration.database.open_database import Person, without_password
from desktop_migrator.migration.workspace import connections
from desktop_migrator.migration.workspace.catalog import Catalog, CatalogedRun


def find_last_run(
    session: Session, database: str | None = None, user_id: str | None = None
) -> CatalogedRun | None:
    """The newest run, of that database and that person where they are named."""
    for run in Catalog(session.workspace.catalog).runs(user_id):
        if database is None or run.database == without_password(database):
            return run
    return None


def choose_database(session: Session, user_id: str | None) -> str | None:
    """The default connection's URL, else the database of the last run; None: there is neither."""
    if default := connections.default_connection(session.workspace):
        tell(session, Message("Database: {name}, the default connection.", name=default.name))
        return default.url
    if run := find_last_run(session, user_id=user_id) or find_last_run(session):
        tell(session, Message("Database: {database}, as in the last run.", database=run.database))
        return Catalog(session.workspace.catalog).address(run)
    return None


def choose_person(
    session: Session, database: str, user_id: str | None, user_email: str | None
) -> Person:
    """Who is meant: as it is said, else whose data the last run moved into this database."""
    if user_id is None and user_email is None and (run := find_last_run(session, database)):
        tell(session, Message("User: {user_id}, as in the last run.", user_id=run.user_id))
        return Person(run.user_id)
    return Person(user_id, user_email)


def tell(session: Session, said: Message) -> None:
    session.print_note(session.tr(said))
