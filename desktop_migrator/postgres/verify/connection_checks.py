"""What has to be right at the target for a migration to work, checked one by one.

For `test-connection`, and for the support desk to read out over the phone.
"""

from collections.abc import Iterable, Iterator

import sqlalchemy
from sqlalchemy import Connection, text
from sqlalchemy.dialects.postgresql import OID

from desktop_migrator.errors import MigratorError, TransactionPooling
from desktop_migrator.messages import N_, NOTHING, Message, verbatim
from desktop_migrator.postgres.bookkeeping.tables import SCHEMA
from desktop_migrator.postgres.connection.address import Address
from desktop_migrator.postgres.connection.engine import (
    needs_password,
    open_engine,
    translate_errors,
)
from desktop_migrator.postgres.connection.pooler import Pooling, find_pooling
from desktop_migrator.postgres.schema.introspect import Relation, find_relation
from desktop_migrator.postgres.schema.policies import has_policies_that_allow
from desktop_migrator.postgres.types import adapters
from desktop_migrator.postgres.verify import electric_checks
from desktop_migrator.postgres.verify.checks import Check, CheckId

_TABLE_PRIVILEGES = ("SELECT", "INSERT", "UPDATE")

_SCHEMA_EXISTS = text("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = :schema)")
_DATABASE_PRIVILEGE = text("SELECT has_database_privilege(current_database(), 'CREATE')")
_SCHEMA_PRIVILEGES = text("""
    SELECT has_schema_privilege(n.oid, 'USAGE') AND has_schema_privilege(n.oid, 'CREATE')
       AND NOT EXISTS (
           SELECT FROM pg_class c CROSS JOIN unnest('{SELECT,INSERT,UPDATE,DELETE}'::text[]) need
           WHERE c.relnamespace = n.oid AND c.relkind = 'r' AND NOT has_table_privilege(c.oid, need)
       )
    FROM pg_namespace n WHERE n.nspname = :schema
""")


def check_connection(
    url: str, tables: Iterable[str] = (), *, password: str | None = None
) -> list[Check]:
    """Every check that could be made, in order; after a failed connection there is but one.

    Changes nothing. Raises `BadDatabaseUrl`, and `AuthenticationFailed` where a password is
    asked for and none is known, so that the caller can ask the person.
    """
    named = list(tables)
    address = Address(url, password)
    engine = open_engine(url, password=password)
    try:
        with engine.connect() as connection, translate_errors():
            return [
                Check(CheckId.REACHED, ok=True, detail=address.server),
                _encryption(connection, address),
                _version(connection),
                _pooler(engine),
                _login(connection),
                _rights(connection),
                _writable(connection),
                _encoding(connection),
                _time_zone(connection),
                *(_table(connection, name) for name in named),
                _create_tables(connection),
                _temporary_tables(connection),
                _bookkeeping(connection),
                *_electric(connection, named),
            ]
    except MigratorError as error:
        if needs_password(error):
            raise
        return [Check(CheckId.REACHED, ok=False, detail=error.message, remedy=error.hint_message)]


def _check(id_: CheckId, *, ok: bool, detail: Message, remedy: Message = NOTHING) -> Check:
    return Check(id_, ok, detail, NOTHING if ok else remedy)


def _encryption(connection: Connection, address: Address) -> Check:
    used = connection.execute(
        text("SELECT version, cipher FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl")
    ).one_or_none()
    driver = connection.connection.driver_connection
    mode = driver.info.get_parameters().get("sslmode", "") if driver else ""
    verified = mode == "verify-full"
    if used is None:
        return _check(
            CheckId.ENCRYPTION,
            ok=address.is_local,
            detail=(
                Message("none, and none needed on this machine")
                if address.is_local
                else Message("none")
            ),
            remedy=(
                NOTHING if address.is_local else Message("Add ?sslmode=verify-full to the address.")
            ),
        )
    tls = f"{used.version}, {used.cipher}"
    return _check(
        CheckId.ENCRYPTION,
        ok=verified or address.is_local,
        detail=(
            Message("{tls}, certificate verified", tls=tls)
            if verified
            else Message("{tls}, certificate not verified", tls=tls)
        ),
        remedy=(NOTHING if verified else Message("Use sslmode=verify-full in the address.")),
    )


def _version(connection: Connection) -> Check:
    version = str(connection.scalar(text("SHOW server_version")))
    return Check(CheckId.VERSION, ok=True, detail=Message("PostgreSQL {version}", version=version))


_POOLING = {
    Pooling.NONE: N_("none in between"),
    Pooling.SESSIONS: N_("works by sessions"),
    Pooling.TRANSACTIONS: N_("works by transactions, so that no lock would hold"),
}


def _pooler(engine: sqlalchemy.Engine) -> Check:
    with engine.connect() as connection:
        driver = adapters.cursor(connection).connection
        driver.autocommit = True
        pooling = find_pooling(driver, engine)
    return _check(
        CheckId.POOLER,
        ok=pooling is not Pooling.TRANSACTIONS,
        detail=Message(_POOLING[pooling]),
        remedy=TransactionPooling().hint_message,
    )


def _login(connection: Connection) -> Check:
    user, database = connection.execute(text("SELECT session_user, current_database()")).one()
    return _check(
        CheckId.LOGIN,
        ok=True,
        detail=Message("user {user}, database {database}", user=user, database=database),
    )


def _rights(connection: Connection) -> Check:
    if connection.scalar(text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")):
        return Check(
            CheckId.RIGHTS,
            ok=True,
            detail=Message("a superuser, from whom the database guards nothing"),
            remedy=Message(
                "A role that has just the rights needed is safer; an administrator makes it with "
                "`provision`."
            ),
        )
    return Check(CheckId.RIGHTS, ok=True, detail=Message("not a superuser's"))


def _writable(connection: Connection) -> Check:
    replica = connection.scalar(text("SELECT pg_is_in_recovery()"))
    read_only = connection.scalar(text("SHOW transaction_read_only")) == "on"
    if replica:
        return _check(
            CheckId.WRITABLE,
            ok=False,
            detail=Message("this is a read-only replica"),
            remedy=Message("Give the address of the primary server."),
        )
    return _check(
        CheckId.WRITABLE,
        ok=not read_only,
        detail=Message("read-only by default") if read_only else Message("yes"),
        remedy=Message(
            "Have default_transaction_read_only switched off for this user and database."
        ),
    )


def _encoding(connection: Connection) -> Check:
    encoding = connection.scalar(text("SHOW server_encoding"))
    return _check(
        CheckId.ENCODING,
        ok=encoding == "UTF8",
        detail=verbatim(str(encoding)),
        remedy=Message("Only a database made with ENCODING 'UTF8' can hold every text."),
    )


def _time_zone(connection: Connection) -> Check:
    query = "SELECT reset_val FROM pg_settings WHERE name = 'TimeZone'"
    zone = connection.scalar(text(query))
    return _check(
        CheckId.TIME_ZONE,
        ok=True,
        detail=Message("{zone}; times are written in UTC all the same", zone=str(zone)),
    )


def _table(connection: Connection, name: str) -> Check:
    def found(detail: Message, remedy: Message = NOTHING) -> Check:
        return Check(CheckId.TABLE, not remedy, detail, remedy, about={"table": name})

    relation = find_relation(connection, name)
    if relation is None:
        return found(
            Message("missing"),
            Message("Use --create-tables to have it made, or name another in the plan."),
        )
    if relation.kind not in {"r", "p"}:
        return found(
            Message("is a view or a foreign table"),
            Message("Name the table behind it in the plan."),
        )
    quoted = f"{_quoted(connection, relation.schema)}.{_quoted(connection, relation.name)}"
    missing = list(_missing_privileges(connection, relation))
    if missing:
        return found(
            Message("the right to {rights} is missing", rights=", ".join(missing)),
            verbatim(f"GRANT {', '.join(missing)} ON {quoted} TO {_user(connection)};"),
        )
    if relation.row_security and not has_policies_that_allow(connection, relation):
        return found(
            Message("row-level security lets this login write no rows"),
            Message(
                "Have a policy made for it, or connect as the table's owner or as a role with "
                "BYPASSRLS."
            ),
        )
    if relation.row_security:
        return found(
            Message(
                "there, with every right needed; row-level security shows this login only what its "
                "policies allow"
            )
        )
    return found(Message("there, with every right needed"))


def _missing_privileges(connection: Connection, relation: Relation) -> Iterator[str]:
    for right in _TABLE_PRIVILEGES:
        given = sqlalchemy.func.has_table_privilege(sqlalchemy.cast(relation.oid, OID), right)
        if not connection.scalar(sqlalchemy.select(given)):
            yield right


def _create_tables(connection: Connection) -> Check:
    row = connection.execute(
        text("SELECT current_schema(), has_schema_privilege(current_schema(), 'CREATE')")
    ).one()
    schema, allowed = row
    return _check(
        CheckId.NEW_TABLES,
        ok=True,
        detail=(
            Message("can be made in schema {schema}", schema=schema)
            if allowed
            else Message("cannot be made by this user")
        ),
    )


def _temporary_tables(connection: Connection) -> Check:
    query = text("SELECT has_database_privilege(current_database(), 'TEMPORARY')")
    allowed = bool(connection.scalar(query))
    database = _quoted(connection, str(connection.scalar(text("SELECT current_database()"))))
    return _check(
        CheckId.TEMPORARY_TABLES,
        ok=allowed,
        detail=(Message("can be made") if allowed else Message("cannot be made by this user")),
        remedy=verbatim(f"GRANT TEMPORARY ON DATABASE {database} TO {_user(connection)};"),
    )


def _bookkeeping(connection: Connection) -> Check:
    """Whether our own schema is there and ours to use, or can be made."""
    exists = connection.scalar(_SCHEMA_EXISTS, {"schema": SCHEMA})
    allowed = bool(
        connection.scalar(_SCHEMA_PRIVILEGES, {"schema": SCHEMA})
        if exists
        else connection.scalar(_DATABASE_PRIVILEGE)
    )
    user = _user(connection)
    return _check(
        CheckId.BOOKKEEPING,
        ok=allowed,
        detail=_schema_message(exists=bool(exists), allowed=allowed),
        remedy=verbatim(
            f"GRANT ALL ON SCHEMA {SCHEMA} TO {user}; "
            f"GRANT ALL ON ALL TABLES IN SCHEMA {SCHEMA} TO {user};"
            if exists
            else f"CREATE SCHEMA {SCHEMA} AUTHORIZATION {user};"
        ),
    )


def _schema_message(*, exists: bool, allowed: bool) -> Message:
    match exists, allowed:
        case True, True:
            return Message("schema {schema} is there", schema=SCHEMA)
        case True, False:
            return Message("schema {schema} is there, and this user may not", schema=SCHEMA)
        case False, True:
            return Message("schema {schema} is to be made", schema=SCHEMA)
        case _:
            return Message("schema {schema} is to be made, and this user may not", schema=SCHEMA)


def _electric(connection: Connection, names: Iterable[str]) -> Iterator[Check]:
    """Each point that is amiss for ElectricSQL, where that is used."""
    if not electric_checks.is_in_use(connection):
        yield Check(
            CheckId.ELECTRIC, ok=True, detail=Message("not used: there is no publication for it")
        )
        return
    tables = [table for name in names if (table := find_relation(connection, name))]
    missing = [
        point for point in electric_checks.check_database(connection, tables) if not point.ok
    ]
    for point in missing:
        yield Check(CheckId.ELECTRIC, ok=False, detail=point.detail, remedy=point.remedy)
    if not missing:
        yield Check(CheckId.ELECTRIC, ok=True, detail=Message("all that it needs is there"))


def _user(connection: Connection) -> str:
    return _quoted(connection, str(connection.scalar(text("SELECT current_user"))))


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote(name)
