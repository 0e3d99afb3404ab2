"""Ways into a database and the ways they fail, each message as a person would read it."""

import secrets
import socket
import traceback
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from urllib.parse import quote

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import sql
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url

from desktop_migrator.errors import (
    AuthenticationFailed,
    BadDatabaseUrl,
    ConnectionFailed,
    ConnectionRefused,
    DatabaseBusy,
    DatabaseError,
    DatabaseInterrupted,
    MigratorError,
    PermissionMissing,
    TableMissing,
    TlsFailed,
    UnsupportedServer,
)
from desktop_migrator.postgres.builtin_server.server import BuiltinPostgres
from desktop_migrator.postgres.connection.address import Address
from desktop_migrator.postgres.connection.engine import (
    needs_password,
    open_engine,
    redacted,
    translate_errors,
)
from desktop_migrator.postgres.verify.checks import CheckId
from desktop_migrator.postgres.verify.connection_checks import check_connection
from tests.integration.conftest import on_every_server
from tests.waiting import PATIENCE

PASSWORD = "s3cret/with@odd:characters#%"


@dataclass(frozen=True)
class TcpServer:
    """A server that asks user `ada` for her password."""

    port: int

    def url(self, password: str | None = PASSWORD, *, user: str = "ada", rest: str = "") -> str:
        login = user if password is None else f"{user}:{quote(password, safe='')}"
        return f"postgresql://{login}@127.0.0.1:{self.port}/{rest or 'postgres'}"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def own_folder(server_folder: Path, name: str) -> Path:
    """Of one module's server: others of the process may have one by the same fixture."""
    return server_folder / f"{name}-{secrets.token_hex(3)}"


def serve(server: BuiltinPostgres, access: str) -> None:
    with server.running() as url, psycopg.connect(url) as administrator:
        administrator.execute(
            sql.SQL("CREATE ROLE ada LOGIN PASSWORD {}").format(sql.Literal(PASSWORD))
        )
    (server.data / "pg_hba.conf").write_text(f"local all all trust\n{access}\n")
    server.start()


@pytest.fixture(scope="module")
def tcp(server_folder: Path) -> Iterator[TcpServer]:
    port = free_port()
    server = BuiltinPostgres(
        own_folder(server_folder, "tcp"),
        settings={"listen_addresses": "127.0.0.1", "port": str(port)},
    )
    serve(server, "host postgres,secured ada all scram-sha-256\nhost missing all all scram-sha-256")
    yield TcpServer(port)
    server.stop()


def failure(url: str, password: str | None = None) -> MigratorError:
    """What connecting raises; its whole traceback never holds a password."""
    with pytest.raises(MigratorError) as caught:
        open_engine(url, password=password).connect()
    shown = "".join(traceback.format_exception(caught.value))
    assert PASSWORD not in shown
    assert quote(PASSWORD, safe="") not in shown
    assert "wrong" not in shown
    return caught.value


# ---- what every connection is like --------------------------------------------------------------


@on_every_server
def test_every_connection_is_in_utc_utf8_and_bounded(database: str) -> None:
    with psycopg.connect(database) as plain:
        assert plain.execute("SHOW timezone").fetchone() == ("America/New_York",)
    with open_engine(database).connect() as connection:
        settings = {
            name: connection.scalar(text(f"SHOW {name}"))
            for name in ("timezone", "client_encoding", "application_name", "lock_timeout")
        }
        assert settings == {
            "timezone": "UTC",
            "client_encoding": "UTF8",
            "application_name": "desktop-migrator",
            "lock_timeout": "30s",
        }
        assert connection.scalar(text("SHOW statement_timeout")) != "0"
        assert connection.scalar(text("SHOW idle_in_transaction_session_timeout")) != "0"


def test_settings_of_role_and_database_do_not_shine_through(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as administrator:
        name = sql.Identifier(administrator.info.dbname)
        for setting in ("datestyle = 'SQL, DMY'", "client_encoding = 'LATIN1'"):
            administrator.execute(
                sql.SQL("ALTER DATABASE {} SET {}").format(name, sql.SQL(setting))
            )
    with open_engine(database).connect() as connection:
        assert connection.scalar(text("SELECT '2026-11-23'::date::text")) == "2026-11-23"
        assert connection.scalar(text("SELECT '✓'")) == "✓"


def test_a_connection_is_closed_when_it_is_given_back(server: BuiltinPostgres) -> None:
    engine = open_engine(server.url)
    with engine.connect() as connection:
        pid = connection.scalar(text("SELECT pg_backend_pid()"))
        driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    assert driver.closed
    assert pid


# ---- passwords ----------------------------------------------------------------------------------


def test_the_password_of_the_url_is_used_and_never_shown(tcp: TcpServer) -> None:
    engine = open_engine(tcp.url())
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT current_user")) == "ada"
        assert PASSWORD not in repr((engine, engine.url, connection, Address(tcp.url())))


def test_sqlalchemys_spelling_of_an_url_is_understood(tcp: TcpServer) -> None:
    url = make_url(tcp.url()).set(drivername="postgresql+psycopg")
    with open_engine(url.render_as_string(hide_password=False)).connect() as connection:
        assert connection.scalar(text("SELECT current_user")) == "ada"


def test_a_missing_password_is_told_apart_and_can_be_given(tcp: TcpServer) -> None:
    error = failure(tcp.url(None))
    assert isinstance(error, AuthenticationFailed)
    assert needs_password(error)
    with open_engine(tcp.url(None), password=PASSWORD).connect() as connection:
        assert connection.scalar(text("SELECT current_user")) == "ada"


@pytest.mark.parametrize("way", ["url", "argument"])
def test_a_wrong_password_is_said_and_not_shown(tcp: TcpServer, way: str) -> None:
    error = failure(tcp.url("wrong")) if way == "url" else failure(tcp.url(None), "wrong")
    assert isinstance(error, AuthenticationFailed)
    assert not needs_password(error)
    assert not error.transient
    assert str(error) == (
        "The database does not accept this user or password: "
        f"127.0.0.1, port {tcp.port}, database postgres, user ada"
    )


def test_the_environment_gives_a_password(tcp: TcpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    open_engine(tcp.url(None)).connect().close()


def test_a_password_file_gives_a_password(
    tcp: TcpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    escaped = PASSWORD.replace(":", "\\:")
    file = tmp_path / "pgpass"
    file.write_text(f"127.0.0.1:*:*:ada:{escaped}\n")
    file.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(file))
    open_engine(tcp.url(None)).connect().close()


@pytest.mark.parametrize("named_by", ["url", "environment"])
def test_a_service_file_completes_an_address(
    tcp: TcpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named_by: str
) -> None:
    file = tmp_path / "services"
    file.write_text(
        f"[app]\nhost=127.0.0.1\nport={tcp.port}\nuser=ada\npassword={PASSWORD}\ndbname=missing\n"
    )
    monkeypatch.setenv("PGSERVICEFILE", str(file))
    if named_by == "environment":
        monkeypatch.setenv("PGSERVICE", "app")
    url = "postgresql:///postgres" + ("?service=app" if named_by == "url" else "")
    assert str(Address(url).server) == f"127.0.0.1, port {tcp.port}, database postgres"
    with open_engine(url).connect() as connection:
        assert connection.scalar(text("SELECT current_user")) == "ada"


# ---- ways to fail -------------------------------------------------------------------------------


def test_an_unreachable_port_is_said() -> None:
    port = free_port()
    error = failure(f"postgresql://ada@127.0.0.1:{port}/app")
    assert isinstance(error, ConnectionFailed)
    assert error.transient
    assert str(error) == (
        f"The database cannot be reached: 127.0.0.1, port {port}, database app: Connection refused"
    )


def test_an_unknown_host_is_said() -> None:
    error = failure("postgresql://ada@nowhere.invalid/app")
    assert isinstance(error, ConnectionFailed)
    assert str(error) == (
        "The database cannot be reached: nowhere.invalid, port 5432, database app: "
        "no machine of this name can be found"
    )


def test_a_server_that_never_answers_is_given_up() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        port = silent.getsockname()[1]
        error = failure(f"postgresql://ada@127.0.0.1:{port}/app?connect_timeout=2")
    assert isinstance(error, ConnectionFailed)
    assert error.detail.endswith("connection timeout expired")


def test_something_else_than_postgresql_is_said() -> None:
    def answer() -> None:
        connection, _ = other.accept()
        with connection:
            connection.recv(8)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        thread = Thread(target=answer, daemon=True)
        thread.start()
        error = failure(f"postgresql://ada@127.0.0.1:{other.getsockname()[1]}/app")
        thread.join(PATIENCE)
    assert isinstance(error, ConnectionFailed)
    assert error.detail.endswith("what answers there is not PostgreSQL")


def message(kind: bytes, body: bytes) -> bytes:
    """Of PostgreSQL's protocol."""
    return kind + (len(body) + 4).to_bytes(4, "big") + body


@pytest.mark.parametrize(
    ("told", "product"),
    [
        (
            {
                "server_version": "13.0.0",
                "crdb_version": "CockroachDB CCL v25.2.1 (x86_64-pc-linux-gnu)",
            },
            "CockroachDB 25.2.1",
        ),
        ({"server_version": "11.2-YB-2.25.2.0-b0"}, "YugabyteDB 2.25.2.0"),
        ({"server_version": "15.12-YB-2025.1.0.1-b3"}, "YugabyteDB 2025.1.0.1"),
        ({"server_version": "9.6.24"}, "PostgreSQL 9.6.24"),
    ],
)
def test_what_only_speaks_as_postgresql_does_is_refused_by_name(
    told: dict[str, str], product: str
) -> None:
    """By what these products tell of themselves while one logs in; nothing is asked of them."""
    asked = b""

    def answer() -> None:
        nonlocal asked
        connection, _ = other.accept()
        with connection:
            asked = connection.recv(8)
            if asked[4:8] in {b"\x04\xd2\x16\x2f", b"\x04\xd2\x16\x30"}:  # TLS or GSSAPI?
                connection.sendall(b"N")
                connection.recv(8)
            connection.recv(4096)
            texts = [f"{name}\0{value}\0".encode() for name, value in told.items()]
            statuses = b"".join(message(b"S", text) for text in texts)
            connection.sendall(message(b"R", bytes(4)) + statuses + message(b"Z", b"I"))
            asked = connection.recv(4096)

    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        thread = Thread(target=answer, daemon=True)
        thread.start()
        error = failure(f"postgresql://ada@127.0.0.1:{other.getsockname()[1]}/app")
        thread.join(PATIENCE)
    assert isinstance(error, UnsupportedServer)
    assert str(error).endswith(f": {product}")
    assert asked in {b"", message(b"X", b"")}


def test_an_unknown_database_is_said(tcp: TcpServer) -> None:
    error = failure(tcp.url(rest="missing"))
    assert isinstance(error, ConnectionRefused)
    assert not error.transient
    assert error.detail.endswith('database missing: database "missing" does not exist')


def test_an_unknown_user_is_said(server: BuiltinPostgres) -> None:
    error = failure(server.url.replace("postgres@", "nobody-here@"))
    assert isinstance(error, AuthenticationFailed)
    assert error.detail.endswith("user nobody-here")


def test_a_user_that_the_server_lets_in_nowhere_is_said(tcp: TcpServer) -> None:
    error = failure(tcp.url(user="eve"))
    assert "no pg_hba.conf entry" in error.detail


def test_a_full_server_is_worth_another_try(server: BuiltinPostgres, database: str) -> None:
    with psycopg.connect(database, autocommit=True) as administrator:
        administrator.execute("CREATE ROLE busy LOGIN CONNECTION LIMIT 0")
        error = failure(database.replace("postgres@", "busy@"))
        administrator.execute("DROP ROLE busy")
    assert isinstance(error, DatabaseBusy)
    assert error.transient


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "does not begin with postgresql://"),
        ("localhost/app", "does not begin with postgresql://"),
        ("mysql://ada@localhost/app", "mysql:// is not PostgreSQL"),
        ("postgresql://ada:pa%ss@localhost/app", "%25 for %"),
        (f"postgresql://ada:{PASSWORD}@localhost/app", "%2F for /"),
        ("postgresql://ada:pa@ss@localhost/app", "%40 for @"),
        ("postgresql://ada:pa/ss@localhost/app", "%2F for /"),
        ("postgresql://ada@localhost:99999/app", "1 to 65535"),
        ("postgresql://ada@localhost:x/app", "cannot be told apart"),
        ("postgresql://ada@localhost/app?sslmod=require", "does not know"),
        ("postgresql://ada@[::1/app", "cannot be read"),
        ("postgresql://ada@localhost/a\0b", "unprintable"),
        ("postgresql://ada@localhost/" + "a" * 5000, "too long"),
        ("postgresql://ada@127.0.0.1/app?sslmode=maybe", "sslmode"),
        ("postgresql:///app?service=unknown", "unknown"),
    ],
)
def test_what_is_no_address_is_refused_without_quoting_it(url: str, reason: str) -> None:
    error = failure(url)
    assert isinstance(error, BadDatabaseUrl)
    assert reason in str(error)
    assert "postgresql://user@host:5432/database" in error.hint
    assert "ss@" not in str(error)


def test_the_checks_leave_asking_for_a_password_to_the_caller(tcp: TcpServer) -> None:
    with pytest.raises(AuthenticationFailed):
        check_connection(tcp.url(None))
    assert check_connection(tcp.url(None), password=PASSWORD)[0].ok
    (wrong,) = check_connection(tcp.url("wrong"))
    assert not wrong.ok
    assert "wrong" not in repr(wrong)


# ---- TLS ----------------------------------------------------------------------------------------


def test_tls_that_the_server_lacks_is_said(tcp: TcpServer) -> None:
    error = failure(tcp.url(rest="postgres?sslmode=require"))
    assert isinstance(error, TlsFailed)
    assert error.detail.endswith("server does not support SSL, but SSL was required")


def test_the_checks_find_that_another_machine_is_reached_in_the_clear(tcp: TcpServer) -> None:
    url = tcp.url(rest="postgres?sslmode=disable").replace("127.0.0.1", "0.0.0.0")  # noqa: S104
    found = {check.id: check for check in check_connection(url)}
    assert not found[CheckId.ENCRYPTION].ok
    assert "verify-full" in str(found[CheckId.ENCRYPTION].remedy)


@pytest.mark.parametrize(
    ("url", "mode"),
    [
        ("postgresql://db.example.test/app", "verify-full"),
        ("postgresql://10.0.0.1/app", "verify-full"),
        ("postgresql://localhost,db.example.test/app", "verify-full"),
        ("postgresql:///app?hostaddr=10.0.0.1&host=localhost", "verify-full"),
        ("postgresql://localhost/app", None),
        ("postgresql://127.0.0.1/app", None),
        ("postgresql://[::1]/app", None),
        ("postgresql:///app?host=/run/postgresql", None),
        ("postgresql:///app", None),
        ("postgresql://db.example.test/app?sslmode=disable", None),
    ],
)
def test_only_other_machines_are_verified_unless_the_address_says_otherwise(
    url: str, mode: str | None
) -> None:
    assert Address(url).tls.get("sslmode") == mode


def test_the_environment_and_a_service_file_may_decide_about_tls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "services"
    file.write_text("[weak]\nhost=db.example.test\nsslmode=require\n[silent]\nhost=db.example.test")
    monkeypatch.setenv("PGSERVICEFILE", str(file))
    assert Address("postgresql:///app?service=weak").tls == {}
    assert Address("postgresql:///app?service=silent").tls["sslmode"] == "verify-full"
    monkeypatch.setenv("PGSSLMODE", "verify-ca")
    assert Address("postgresql://db.example.test/app").tls == {}


# ---- printing -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgres://ada:pw@h:5433/app", "postgresql://ada@h:5433/app"),
        ("postgresql+psycopg://ada:pw@h/app", "postgresql://ada@h/app"),
        ("postgresql://h/app?user=ada&password=pw&port=1", "postgresql://ada@h:1/app"),
        ("postgresql://ada:pw@[::1]:5433/app", "postgresql://ada@[::1]:5433/app"),
        ("postgresql://a:1,b:2/app", "postgresql://a:1,b:2/app"),
        ("postgresql:///app?host=/run/pg&port=1", "postgresql:///app?host=%2Frun%2Fpg&port=1"),
        ("postgresql:///?service=app", "postgresql:///?service=app"),
    ],
)
def test_an_address_is_printed_without_its_password(url: str, shown: str) -> None:
    assert redacted(url) == shown


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1),
    st.from_regex(r"[0-9a-f]{12}", fullmatch=True),
)
def test_any_password_gets_through_and_is_not_printed(user: str, marker: str) -> None:
    password = f"{user}{marker}"
    url = f"postgresql://{quote(user, safe='')}:{quote(password, safe='')}@h/app"
    address = Address(url)
    assert address.parameters["password"] == password
    assert address.parameters["user"] == user
    assert marker not in f"{address!r}{address}{redacted(url)}"


# ---- statements ---------------------------------------------------------------------------------


def raised(connection: Connection, statement: str) -> MigratorError:
    with pytest.raises(MigratorError) as caught, translate_errors():
        connection.execute(text(statement))
    connection.rollback()
    return caught.value


@on_every_server
@pytest.mark.parametrize(
    ("statement", "kind", "detail"),
    [
        ("SELECT * FROM absent", TableMissing, "There is no table absent."),
        ("SELECT pg_sleep(600)", DatabaseBusy, "canceling statement due to statement timeout"),
        ("SELECT nothing", DatabaseError, 'column "nothing" does not exist'),
        ("SELECT 'secret'::int", DatabaseError, "invalid text representation"),
        (
            "INSERT INTO people VALUES ('secret')",
            DatabaseError,
            "unique violation, table people, constraint people_pkey",
        ),
        ("DO $$ BEGIN RAISE EXCEPTION 'secret'; END $$", DatabaseError, "raise exception"),
        (
            "DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40P01'; END $$",
            DatabaseInterrupted,
            "again",
        ),
    ],
)
def test_what_a_statement_raises_is_told_without_values(
    connection: Connection, statement: str, kind: type[MigratorError], detail: str
) -> None:
    connection.execute(text("CREATE TABLE people (name text PRIMARY KEY)"))
    connection.execute(text("INSERT INTO people VALUES ('secret')"))
    if kind is DatabaseBusy:  # not for the others, which a busy machine may let wait
        connection.execute(text("SET statement_timeout = '200ms'"))
    connection.commit()
    error = raised(connection, statement)
    assert type(error) is kind
    assert error.detail == detail
    assert "secret" not in "".join(traceback.format_exception(error))


def test_a_missing_right_is_named(connection: Connection) -> None:
    connection.execute(text("CREATE TABLE people (name text)"))
    connection.execute(text("CREATE ROLE nobody_much"))
    connection.execute(text("SET ROLE nobody_much"))
    error = raised(connection, "INSERT INTO people VALUES ('secret')")
    assert isinstance(error, PermissionMissing)
    assert error.hint.endswith("access to table people.")


def test_a_lost_connection_is_worth_another_try(database: str) -> None:
    with open_engine(database).connect() as lost:
        pid = lost.scalar(text("SELECT pg_backend_pid()"))
        with psycopg.connect(database) as administrator:
            administrator.execute("SELECT pg_terminate_backend(%s)", [pid])
        with pytest.raises(DatabaseError) as caught, translate_errors():
            lost.execute(text("SELECT 1"))
        assert caught.value.transient
