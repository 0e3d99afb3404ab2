"""What `test-connection` finds: each point right, and each wrong in a real database."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from desktop_migrator.postgres.builtin_server.server import BuiltinPostgres
from desktop_migrator.postgres.verify.checks import Check, CheckId
from desktop_migrator.postgres.verify.connection_checks import check_connection
from tests.integration.conftest import on_every_server


def checks(url: str, *tables: str) -> dict[CheckId | str, Check]:
    return {check.about.get("table", check.id): check for check in check_connection(url, tables)}


@pytest.fixture
def administrator(database: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute('CREATE TABLE tasks (id int); CREATE ROLE "Eve B" LOGIN')
        yield connection
        connection.execute('DROP OWNED BY "Eve B" CASCADE; DROP ROLE "Eve B"')


def as_eve(database: str) -> str:
    return database.replace("postgres@", "Eve%20B@")


@on_every_server
def test_a_good_target_passes_every_check(
    administrator: psycopg.Connection, server: BuiltinPostgres, database: str
) -> None:
    found = checks(database, "tasks", "public.tasks")
    told = {name for name, check in found.items() if not check.ok or check.remedy}
    assert told == {CheckId.RIGHTS}
    assert "a superuser" in str(found[CheckId.RIGHTS].detail)
    assert list(found) == [
        *list(CheckId)[: list(CheckId).index(CheckId.TABLE)],
        "tasks",
        "public.tasks",
        CheckId.NEW_TABLES,
        CheckId.TEMPORARY_TABLES,
        CheckId.BOOKKEEPING,
        CheckId.ELECTRIC,
    ]
    assert str(server.data) in str(found[CheckId.REACHED].detail)
    version = administrator.info.parameter_status("server_version")
    assert version is not None
    assert str(found[CheckId.VERSION].detail) == f"PostgreSQL {version}"
    assert (
        str(found[CheckId.LOGIN].detail) == f"user postgres, database {administrator.info.dbname}"
    )
    assert str(found[CheckId.TIME_ZONE].detail).startswith("America/New_York")


def test_checking_changes_nothing(administrator: psycopg.Connection, database: str) -> None:
    def state() -> object:
        query = "SELECT count(*), max(xmin::text::bigint) FROM pg_class"
        return administrator.execute(query).fetchone()

    before = state()
    checks(database, "tasks", "absent")
    assert state() == before


def test_an_unreachable_server_is_the_one_check_that_fails() -> None:
    (check,) = check_connection("postgresql://ada@nowhere.invalid/app")
    assert not check.ok
    assert "nowhere.invalid" in str(check.detail)
    assert "Check host" in str(check.remedy)


def test_a_table_that_is_missing_or_no_table_is_said(
    administrator: psycopg.Connection, database: str
) -> None:
    administrator.execute("CREATE VIEW seen AS SELECT 1 AS id")
    found = checks(database, "absent", "seen")
    assert not found["absent"].ok
    assert "--create-tables" in str(found["absent"].remedy)
    assert not found["seen"].ok


@on_every_server
def test_every_remedy_that_is_sql_repairs_what_it_is_for(
    administrator: psycopg.Connection, database: str
) -> None:
    administrator.execute("GRANT SELECT ON tasks TO PUBLIC")
    name = sql.Identifier(administrator.info.dbname)
    administrator.execute(sql.SQL("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC").format(name))
    administrator.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    found = checks(as_eve(database), "tasks")
    failed = {name: check for name, check in found.items() if not check.ok}
    assert set(failed) == {"tasks", CheckId.TEMPORARY_TABLES, CheckId.BOOKKEEPING}
    assert str(failed["tasks"].detail) == "the right to INSERT, UPDATE is missing"
    assert str(failed["tasks"].remedy) == 'GRANT INSERT, UPDATE ON public.tasks TO "Eve B";'
    assert str(found[CheckId.NEW_TABLES].detail) == "cannot be made by this user"
    assert str(found[CheckId.RIGHTS].detail) == "not a superuser's"
    for check in failed.values():
        administrator.execute(str(check.remedy).encode())
    assert all(check.ok for check in checks(as_eve(database), "tasks").values())


def test_bookkeeping_that_somebody_else_made_is_said_and_repaired(
    administrator: psycopg.Connection, database: str
) -> None:
    administrator.execute("CREATE SCHEMA desktop_migrator")
    administrator.execute("CREATE TABLE desktop_migrator.runs (id int)")
    administrator.execute('GRANT ALL ON SCHEMA desktop_migrator TO "Eve B"')
    check = checks(as_eve(database))[CheckId.BOOKKEEPING]
    assert not check.ok
    administrator.execute(str(check.remedy).encode())
    assert checks(as_eve(database))[CheckId.BOOKKEEPING].ok


def test_a_read_only_database_is_said(administrator: psycopg.Connection, database: str) -> None:
    administrator.execute('ALTER ROLE "Eve B" SET default_transaction_read_only = on')
    assert not checks(as_eve(database))[CheckId.WRITABLE].ok


def test_row_level_security_without_a_policy_for_the_user_is_a_fault(
    administrator: psycopg.Connection, database: str
) -> None:
    administrator.execute(
        'ALTER TABLE tasks ENABLE ROW LEVEL SECURITY; GRANT ALL ON tasks TO "Eve B"'
    )
    found = checks(as_eve(database), "tasks")["tasks"]
    assert not found.ok
    assert "row-level security" in str(found.detail)
    assert "BYPASSRLS" in str(found.remedy)
    assert checks(database, "tasks")["tasks"].ok
    administrator.execute("CREATE POLICY own ON tasks USING (true)")
    found = checks(as_eve(database), "tasks")["tasks"]
    assert found.ok
    assert "only what its policies allow" in str(found.detail)


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_database_that_cannot_hold_every_text_is_said(
    server: BuiltinPostgres, database: str, encoding: str
) -> None:
    with psycopg.connect(database, autocommit=True) as administrator:
        create = (
            f"CREATE DATABASE narrow ENCODING '{encoding}'"
            " LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0"
        )
        administrator.execute(create.encode())
        found = checks(urlsplit(server.url)._replace(path="/narrow").geturl())
        administrator.execute("DROP DATABASE narrow")
    assert not found[CheckId.ENCODING].ok
    assert str(found[CheckId.ENCODING].detail) == encoding
    assert all(check.ok for name, check in found.items() if name != CheckId.ENCODING)


def electric(url: str) -> list[Check]:
    return [check for check in check_connection(url, ["tasks"]) if check.id is CheckId.ELECTRIC]


def test_what_electric_lacks_is_said_with_what_gives_it(
    administrator: psycopg.Connection, database: str
) -> None:
    [unused] = electric(database)
    assert unused.ok
    administrator.execute("DROP TABLE tasks; CREATE UNLOGGED TABLE tasks (id int)")
    administrator.execute(
        "CREATE PUBLICATION electric_publication_default FOR ALL TABLES WITH (publish = 'insert')"
    )
    try:
        found = electric(database)
        assert [check.ok for check in found] == [False] * len(found)
        told = "\n".join(str(check.detail) for check in found)
        for words in ("update, delete, truncate", "no primary key", "UNLOGGED"):
            assert words in told
        administrator.execute("ALTER TABLE tasks ADD PRIMARY KEY (id)")
        for check in found:
            if str(check.remedy).startswith("ALTER "):
                administrator.execute(str(check.remedy).encode())
        [healed] = electric(database)
        assert healed.ok, healed
    finally:
        administrator.execute("DROP PUBLICATION electric_publication_default")


def test_a_server_without_logical_replication_is_told(server_folder: Path) -> None:
    server = BuiltinPostgres(server_folder / "replica", settings={"wal_level": "replica"})
    with server.running() as url, psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE tasks (id int PRIMARY KEY)")
        connection.execute("ALTER TABLE tasks REPLICA IDENTITY FULL")
        connection.execute("CREATE PUBLICATION electric_publication_default FOR TABLE tasks")
        [check] = electric(url)
        assert str(check.detail) == "wal_level is replica, not logical"
