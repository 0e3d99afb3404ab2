"""What has to be right at the target for a migration to work, checked one by one.

For `test-connection`, and for the support desk to read out over the phone.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import sqlalchemy
from sqlalchemy import Connection, text
from sqlalchemy.dialects.postgresql import OID

from desktop_migrator.errors import MigratorError
from desktop_migrator.messages import NOTHING, Message
from desktop_migrator.postgres.bookkeeping.tables import SCHEMA
from desktop_migrator.postgres.connection.address import Address
from desktop_migrator.postgres.connection.engine import (
    needs_password,
    open_engine,
    translate_errors,
)
from desktop_migrator.postgres.schema.introspect import ROW_SECURITY_REMEDY, Relation, find_relation
from desktop_migrator.postgres.verify import electric_checks

MIN_SERVER_VERSION = 13
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


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    ok: bool
    detail: str
    """What was found."""
    remedy: str = ""
    """What to do about it; empty if it is ok."""


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
                Check("Reached", ok=True, detail=address.server),
                _encryption(connection, address),
                _version(connection),
                _login(connection),
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
        return [Check("Reached", ok=False, detail=str(error), remedy=error.hint)]


def _check(name: str, *, ok: bool, detail: str, remedy: str = "") -> Check:
    return Check(name, ok, detail, "" if ok else remedy)


def _encryption(connection: Connection, address: Address) -> Check:
    used = connection.execute(
        text("SELECT version, cipher FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl")
    ).one_or_none()
    driver = connection.connection.driver_connection
    mode = driver.info.get_parameters().get("sslmode", "") if driver else ""
    verified = mode in {"verify-full", "verify-ca"}
    if used is None:
        return _check(
            "Encryption",
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
    return _check(
        "Encryption",
        ok=verified or address.is_local,
        detail=f"{used.version}, {used.cipher}, certificate "
        + ("verified" if verified else "not verified"),
        remedy=(NOTHING if verified else Message("Use sslmode=verify-full in the address.")),
    )


def _version(connection: Connection) -> Check:
    number = int(connection.scalar(text("SHOW server_version_num")) or 0)
    return _check(
        "Version",
        ok=number // 10000 >= MIN_SERVER_VERSION,
        detail=Message(
            "PostgreSQL {value1}", value1=connection.scalar(text("SHOW server_version"))
        ),
        remedy=Message(
            "PostgreSQL {min_server_version} or newer is needed.",
            min_server_version=MIN_SERVER_VERSION,
        ),
    )


def _login(connection: Connection) -> Check:
    user, database = connection.execute(text("SELECT session_user, current_database()")).one()
    return _check(
        "Login",
        ok=True,
        detail=Message("user {user}, database {database}", user=user, database=database),
    )


def _writable(connection: Connection) -> Check:
    replica = connection.scalar(text("SELECT pg_is_in_recovery()"))
    read_only = connection.scalar(text("SHOW transaction_read_only")) == "on"
    if replica:
        return _check(
            "Writable", ok=False, detail=Message("this is a read-only replica"),
            remedy=Message("Give the address of the primary server."),
        )  # fmt: skip
    return _check(
        "Writable", ok=not read_only, detail=(Message("read-only by default") if read_only else Message("yes")),
        remedy=Message("Have default_transaction_read_only switched off for this user and " "database."),
    )  # fmt: skip


def _encoding(connection: Connection) -> Check:
    encoding = connection.scalar(text("SHOW server_encoding"))
    return _check(
        "Encoding",
        ok=encoding == "UTF8",
        detail=str(encoding),
        remedy=Message("Only a database made with ENCODING 'UTF8' can hold every text."),
    )


def _time_zone(connection: Connection) -> Check:
    query = "SELECT reset_val FROM pg_settings WHERE name = 'TimeZone'"
    zone = connection.scalar(text(query))
    return _check(
        "Time zone",
        ok=True,
        detail=Message("{zone}; times are written in UTC all the same", zone=zone),
    )


def _table(connection: Connection, name: str) -> Check:
    label = f"Table {name}"
    relation = find_relation(connection, name)
    if relation is None:
        return _check(
            label, ok=False, detail=Message("missing"),
            remedy=Message("Use --create-tables to have it made, or name another in the plan."),
        )  # fmt: skip
    if relation.kind not in {"r", "p"}:
        return _check(
            label, ok=False, detail=Message("is a view or a foreign table"),
            remedy=Message("Name the table behind it in the plan."),
        )  # fmt: skip
    quoted = f"{_quoted(connection, relation.schema)}.{_quoted(connection, relation.name)}"
    missing = list(_missing_privileges(connection, relation))
    if missing:
        return _check(
            label, ok=False, detail=Message("the right to {missing} is missing", missing=', '.join(missing)),
            remedy=Message("GRANT {missing} ON {quoted} TO {value1};", missing=', '.join(missing), quoted=quoted, value1=_user(connection)),
        )  # fmt: skip
    if relation.row_security:
        return _check(
            label, ok=False, detail=Message("row-level security hides rows of it from this user"),
            remedy=ROW_SECURITY_REMEDY,
        )  # fmt: skip
    return _check(label, ok=True, detail=Message("there, with every right needed"))


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
        "New tables",
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
        "Temporary tables",
        ok=allowed,
        detail=(Message("can be made") if allowed else Message("cannot be made by this user")),
        remedy=Message(
            "GRANT TEMPORARY ON DATABASE {database} TO {value1};",
            database=database,
            value1=_user(connection),
        ),
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
        "Bookkeeping",
        ok=allowed,
        detail=f"schema {SCHEMA} {'is there' if exists else 'is to be made'}"
        + ("" if allowed else ", and this user may not"),
        remedy=(
            Message(
                "GRANT ALL ON SCHEMA {schema} TO {user}; GRANT ALL ON ALL TABLES "
                "IN SCHEMA {schema} TO {user};",
                schema=SCHEMA,
                user=user,
            )
            if exists
            else Message("CREATE SCHEMA {schema} AUTHORIZATION {user};", schema=SCHEMA, user=user)
        ),
    )


def _electric(connection: Connection, names: Iterable[str]) -> Iterator[Check]:
    """Each point that is amiss for ElectricSQL, where that is used."""
    if not electric_checks.is_in_use(connection):
        yield Check("Electric", ok=True, detail=Message("not used: there is no publication for it"))
        return
    tables = [table for name in names if (table := find_relation(connection, name))]
    lacks = list(electric_checks.missing_requirements(connection, tables))
    for lack in lacks:
        yield Check("Electric", ok=False, detail=lack.detail, remedy=lack.remedy)
    if not lacks:
        yield Check("Electric", ok=True, detail=Message("all that it needs is there"))


def _user(connection: Connection) -> str:
    return _quoted(connection, str(connection.scalar(text("SELECT current_user"))))


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote(name)
