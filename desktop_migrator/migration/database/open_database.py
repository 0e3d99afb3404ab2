"""The database a use case works on, made ready: server, connection, tables, the person's id."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext

from sqlalchemy import Connection, Engine

from desktop_migrator.errors import AuthenticationFailed, TableMissing, UsageError
from desktop_migrator.messages import Message
from desktop_migrator.migration.database.person import Person
from desktop_migrator.migration.workspace.connections import BUILTIN, saved_password
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import Table, TargetEntity, normalize_name
from desktop_migrator.plan.bind import bind, planned_tables, user_value
from desktop_migrator.plan.schema import Plan
from desktop_migrator.plan.schema_texts import USER
from desktop_migrator.plan.session import session_settings
from desktop_migrator.postgres.builtin_server.server import BuiltinPostgres
from desktop_migrator.postgres.connection.engine import (
    CONNECT_SECONDS,
    apply_session_settings,
    needs_password,
    open_engine,
    redacted,
    translate_errors,
    without_secrets,
)
from desktop_migrator.postgres.schema.create_tables import (
    create_tables,
    create_temporary_tables,
)
from desktop_migrator.postgres.schema.introspect import introspect
from desktop_migrator.postgres.schema.policies import require_policies_allow
from desktop_migrator.postgres.schema.user_lookup import (
    canonical_uuid,
    lookup_user,
    require_user,
    uuid_columns,
)
from desktop_migrator.postgres.verify.checks import Check
from desktop_migrator.postgres.verify.connection_checks import check_connection
from desktop_migrator.reporter import Question, Reporter, Topic


@contextmanager
def open_database(
    database: str, workspace: Workspace, reporter: Reporter, patience: int = CONNECT_SECONDS
) -> Iterator[Engine]:
    """An engine for the URL, or for the built-in server, which runs as long as it is needed.

    A URL without password takes the one that the keyring has for it, else libpq's. Asks the person
    where the server wants a password and none is known, or where it refuses the keyring's. The
    server has so many seconds (`patience`) to answer.
    """
    with _server_url(database, workspace) as url:
        saved = _saved_password(database, workspace, reporter)
        engine = open_engine(url, password=saved, patience=patience)
        try:
            _test_connection(engine)
        except AuthenticationFailed as error:
            if not (saved or needs_password(error)):
                raise
            engine = open_engine(url, password=_ask_password(error, reporter))
            _test_connection(engine)
        with translate_errors():  # the server may go away at any moment
            yield engine


def _test_connection(engine: Engine) -> None:
    """Connect once; what SQLAlchemy asks of the server at first may fail too."""
    with translate_errors():
        engine.connect().close()


def check_database(
    database: str, plan: Plan, workspace: Workspace, reporter: Reporter
) -> list[Check]:
    """What has to be right at the database for this plan, checked one by one."""
    tables = [entity.table for entity in plan.entities.values()]
    with _server_url(database, workspace) as url:
        saved = _saved_password(database, workspace, reporter)
        try:
            return check_connection(url, tables, password=saved)
        except AuthenticationFailed as error:
            return check_connection(url, tables, password=_ask_password(error, reporter))


def _saved_password(database: str, workspace: Workspace, reporter: Reporter) -> str | None:
    if database == BUILTIN:
        return None
    saved = saved_password(workspace, database)
    if notice := workspace.credentials.fallback_notice:
        reporter.warned(notice)
    return saved


def _server_url(database: str, workspace: Workspace) -> AbstractContextManager[str]:
    """The URL, while the built-in server runs if that is meant."""
    if database == BUILTIN:
        return BuiltinPostgres(workspace.postgres).running()
    return nullcontext(database)


def _ask_password(error: AuthenticationFailed, reporter: Reporter) -> str:
    text = Message("Password for {user}", user=error.facts["user"])
    password = reporter.ask(Question(text, secret=True, topic=Topic.PASSWORD))
    if password is None:
        raise error
    return password


def without_password(database: str) -> str:
    """The database as it may be shown and kept: without a password."""
    return database if database == BUILTIN else redacted(database)


def address_to_keep(database: str) -> str:
    """The same with all else that it says, for another run to use."""
    return database if database == BUILTIN else without_secrets(database)


def check_user_given(plan: Plan, person: Person) -> None:
    """Raises UsageError where neither an id nor the plan says whose data this is."""
    if person.user_id is not None and not person.user_id.strip():
        raise UsageError(reason=Message("The user id is empty."))
    if person.user_id or plan.user:
        return
    if person.email:
        raise UsageError(
            reason=Message(
                "The plan does not say where to look up an e-mail address. Say the person's id"
                " instead, for captures that name an address in a list of people, or add `lookup`"
                " under `[user]` to the plan."
            )
        )
    raise UsageError(reason=Message("Nobody said whose data this is: --user-id is missing."))


def resolve_user_id(connection: Connection, plan: Plan, person: Person, reporter: Reporter) -> str:
    """The user's id as given, or looked up as the plan says.

    Where the person's column of a table is of type uuid it is spelled as that column does, so that
    one person is one, however their id is typed.
    """
    check_user_given(plan, person)
    if person.user_id or not plan.user:
        return _canonical_user_id(connection, plan, person.user_id or "")
    email = person.email or reporter.ask(Question(Message("Your e-mail address in the app")))
    if not email:
        raise UsageError(reason=Message("Nobody said whose data this is: --user-email is missing."))
    lookup = plan.user.lookup
    found = lookup_user(connection, lookup.table, lookup.match, lookup.id, email)
    return _canonical_user_id(connection, plan, found)


def enter_as(connection: Connection, plan: Plan, person: Person, reporter: Reporter) -> str:
    """The user's id as `resolve_user_id`; the database is told it as the plan says (`session`)."""
    user_id = resolve_user_id(connection, plan, person, reporter)
    apply_session_settings(connection, session_settings(plan, user_id))
    return user_id


def _canonical_user_id(connection: Connection, plan: Plan, user_id: str) -> str:
    canonical = canonical_uuid(user_id)
    if canonical is None or canonical == user_id:
        return user_id
    for entity in plan.entities.values():
        names = {name: rules for name, rules in entity.columns.items() if rules.from_ == [USER]}
        if not names:
            continue
        uuids = uuid_columns(connection, entity.table)
        if uuids is None:
            uuids = {name for name, rules in names.items() if rules.type == "uuid"}
        if not {*map(normalize_name, names)}.isdisjoint(map(normalize_name, uuids)):
            return canonical
    return user_id


def require_user_row(
    connection: Connection, entities: Collection[TargetEntity], user_id: str
) -> None:
    """Raises UserNotFound where a table's rows must refer to a person that is not there, and
    PlanDoesNotFit where its policies let nobody write rows of theirs."""
    for entity in entities:
        require_policies_allow(connection, entity.table, entity.user_column, user_id)
        owner = entity.table.column(entity.user_column or "")
        if owner is not None:
            keys = [key for key in entity.table.foreign_keys if key.columns == (owner.name,)]
            require_user(connection, keys, user_value(user_id, owner))


def prepare_entities(
    connection: Connection,
    plan: Plan,
    entities: Collection[str],
    *,
    create: bool,
    trial: bool = False,
    user_id: str | None = None,
) -> tuple[TargetEntity, ...]:
    """The named entities of the plan, bound to the database's tables, for the rows of one person.

    With `create`, tables that are missing are made as the plan describes them, in the caller's
    transaction; those that the entities refer to among them. In a `trial`, which is rolled back,
    temporary ones stand in for them, so that nobody waits for its end.
    """
    planned = zip(plan.entities.items(), planned_tables(plan), strict=True)
    needed = set(entities).union(*(plan.entities[name].referenced_entities for name in entities))
    tables = {entity.table: table for (name, entity), table in planned if name in needed}
    found = introspect(connection, tables)
    missing = {name: table for name, table in tables.items() if name not in found}
    if missing and not create:
        raise TableMissing(table=", ".join(missing))
    if missing and trial:
        names = create_temporary_tables(connection, missing)
        made = introspect(connection, names.values())
        found |= {name: made[temporary] for name, temporary in names.items()}
    elif missing:
        create_tables(connection, missing.values())
        found = introspect(connection, tables)
    found |= introspect(connection, _tables_of_foreign_keys(plan, found))
    bound = bind(plan, found, entities)
    return bound if user_id is None else tuple(entity.of_user(user_id) for entity in bound)


def _tables_of_foreign_keys(plan: Plan, found: Mapping[str, Table]) -> set[str]:
    """The plan's other tables that foreign keys of these may mean, by the plan's names."""
    names = {key.table.lower() for table in found.values() for key in table.foreign_keys}
    tables = {entity.table for entity in plan.entities.values()}
    return {table for table in tables if table.split(".")[-1].lower() in names} - found.keys()
