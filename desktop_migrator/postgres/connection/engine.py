"""Connections to the target database, all alike: UTC, UTF-8, bounded waits, verified TLS.

Everything raised on the way in is a `DatabaseError` (see errors.py); wrap what runs on a
connection in `translated()`. An engine keeps no connection open and knows no secret in its URL or
repr.
"""

from collections.abc import Mapping, MutableMapping
from typing import Any

import psycopg
import sqlalchemy
from sqlalchemy.engine import Dialect
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from desktop_migrator.errors import MigratorError
from desktop_migrator.postgres.connection.address import (
    CONNECT_SECONDS,
    Address,
    redacted,
    without_secrets,
)
from desktop_migrator.postgres.connection.errors import (
    connection_failure,
    translate_error,
    translate_errors,
)
from desktop_migrator.postgres.connection.product import refuse_other_products
from desktop_migrator.system.debug import correlation_id, debug_log

__all__ = [
    "CONNECT_SECONDS",
    "address_of",
    "apply_session_settings",
    "create_engine_for",
    "free_connections",
    "invalidate_if_closed",
    "needs_password",
    "open_engine",
    "redacted",
    "translate_error",
    "translate_errors",
    "without_secrets",
]

_PARAMETERS: Mapping[str, str] = {
    "application_name": "desktop-migrator",
    "client_encoding": "UTF8",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}
_log = debug_log("postgres:connect")
_ADDRESS = "desktop_migrator_address"
# Statements, not start-up options: a connection pooler in between may refuse those. A role or
# database may have any of these set to something else. The keepalives here are the server's, so
# that it drops the locks of a computer that vanished. A plan made for any values does not know how
# many ids are asked for, and reads a table, of which there are no statistics yet, as a whole.
_SESSION = """
    SET TIME ZONE 'UTC';
    SET datestyle = 'ISO, YMD';
    SET intervalstyle = 'postgres';
    SET bytea_output = 'hex';
    SET extra_float_digits = 1;
    SET default_transaction_isolation = 'read committed';
    SET statement_timeout = '10min';
    SET lock_timeout = '30s';
    SET idle_in_transaction_session_timeout = '15min';
    SET tcp_keepalives_idle = 30;
    SET tcp_keepalives_interval = 10;
    SET tcp_keepalives_count = 3;
    SET plan_cache_mode = force_custom_plan;
"""

_SET = sqlalchemy.text("SELECT set_config(:name, :value, false)")

# What holds for role, database and server; a limit of -1 is none. Behind a pooler it is the
# pooler's own connections that count.
_FREE_CONNECTIONS = """
    SELECT least(
        CASE WHEN r.rolconnlimit < 0 OR r.rolsuper THEN NULL
             ELSE r.rolconnlimit - count(*) FILTER (WHERE a.usesysid = r.oid) END,
        CASE WHEN d.datconnlimit < 0 OR r.rolsuper THEN NULL
             ELSE d.datconnlimit - count(*) FILTER (WHERE a.datid = d.oid) END,
        current_setting('max_connections')::int
            - current_setting('superuser_reserved_connections')::int - count(*))
    FROM pg_catalog.pg_roles r
    JOIN pg_catalog.pg_database d ON d.datname = current_database()
    LEFT JOIN pg_catalog.pg_stat_activity a ON a.backend_type = 'client backend'
    WHERE r.rolname = current_user
    GROUP BY r.oid, r.rolconnlimit, r.rolsuper, d.datconnlimit
"""


def open_engine(
    url: str, *, password: str | None = None, patience: int = CONNECT_SECONDS
) -> sqlalchemy.Engine:
    """An engine for a libpq or SQLAlchemy URL; `password` goes before the URL's own.

    `patience` is how many seconds a server has to answer, where the URL does not say; 2 at least.
    Nothing is connected yet. Raises `BadDatabaseUrl`; connecting raises `ConnectionFailed`,
    `AuthenticationFailed`, `TlsFailed`, `ConnectionRefused` or `DatabaseBusy`.
    """
    address = Address(url, password)
    address.correlation = correlation_id()
    address.connect_seconds = patience
    return create_engine_for(address)


def create_engine_for(address: Address) -> sqlalchemy.Engine:
    """The same for an address that was read already."""
    engine = sqlalchemy.create_engine(
        "postgresql+psycopg://",
        poolclass=NullPool,
        hide_parameters=True,
        execution_options={_ADDRESS: address},
    )

    @sqlalchemy.event.listens_for(engine, "do_connect")
    def connect(
        _dialect: Dialect,
        _entry: ConnectionPoolEntry,
        _arguments: list[Any],
        parameters: MutableMapping[str, Any],
    ) -> psycopg.Connection[Any]:
        return _connect(address, parameters)

    return engine


def address_of(connection: sqlalchemy.Connection) -> Address:
    """Where a connection leads to, for another process that is to have one like it."""
    address: Address = connection.engine.get_execution_options()[_ADDRESS]
    return address


def apply_session_settings(connection: sqlalchemy.Connection, settings: Mapping[str, str]) -> None:
    """Have this session, in the caller's transaction, and all later ones of the same engine have
    these settings, by which row-level security may tell whose rows they may see and write."""
    address_of(connection).session |= settings
    for name, value in settings.items():
        connection.execute(_SET, {"name": name, "value": value})


def free_connections(connection: sqlalchemy.Connection) -> int:
    """How many more connections this role may have now, as far as it may know."""
    return int(connection.scalar(sqlalchemy.text(_FREE_CONNECTIONS)) or 0)


def needs_password(error: MigratorError) -> bool:
    """Whether a password, asked of the person, is worth another try: there was none."""
    return bool(error.facts.get("password_missing"))


def invalidate_if_closed(connection: sqlalchemy.Connection) -> None:
    """Have a connection made anew at its next use if it was lost; no transaction is open on it."""
    if connection.invalidated:
        return
    driver = connection.connection.driver_connection
    if driver is None or driver.closed:
        connection.invalidate()


def _connect(address: Address, driver: Mapping[str, Any]) -> psycopg.Connection[Any]:
    parameters = (
        {"connect_timeout": str(address.connect_seconds)}
        | address.parameters
        | address.tls
        | address.authentication
        | dict(_PARAMETERS)
        | dict(driver)
    )
    if address.correlation:
        parameters["application_name"] += f" {address.correlation}"
    _log.debug("connecting, tls %s", parameters.get("sslmode", "as libpq has it"))
    try:
        connection = psycopg.connect("", **parameters)
    except psycopg.Error as error:
        raise connection_failure(error, address) from None
    refuse_other_products(connection, address)
    with translate_errors():
        connection.execute(_SESSION)
        for setting in address.session.items():
            connection.execute("SELECT set_config(%s, %s, false)", setting)
        connection.commit()
    return connection
