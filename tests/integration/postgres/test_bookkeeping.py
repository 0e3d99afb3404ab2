"""The bookkeeping schema in a real database."""

import threading
from urllib.parse import urlsplit

import psycopg
import pytest
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.pool import NullPool

from desktop_migrator import __version__
from desktop_migrator.errors import PermissionMissing
from desktop_migrator.model import ConflictPolicy, Counts, Outcome
from desktop_migrator.postgres import bookkeeping
from desktop_migrator.postgres.bookkeeping.row_ids import lookup_row_ids
from desktop_migrator.postgres.bookkeeping.tables import SCHEMA, metadata
from desktop_migrator.postgres.bookkeeping.trial import trial_transaction
from desktop_migrator.postgres.types import adapters
from tests.integration.conftest import on_every_server
from tests.integration.postgres.factories import upgrade_to


def engine(url: str) -> sqlalchemy.Engine:
    return sqlalchemy.create_engine(
        url.replace("postgresql:", "postgresql+psycopg:"), poolclass=NullPool
    )


def schemas(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT nspname FROM pg_namespace").fetchall()
    return {name for (name,) in rows}


@on_every_server
def test_the_upgraded_schema_is_the_one_the_code_speaks_of(
    connection: sqlalchemy.Connection,
) -> None:
    with connection.begin():
        bookkeeping.upgrade(connection)
    context = MigrationContext.configure(
        connection,
        opts={
            "include_schemas": True,
            "version_table_schema": SCHEMA,
            "compare_server_default": True,
        },
    )
    assert compare_metadata(context, metadata) == []


def test_a_second_upgrade_changes_nothing(connection: sqlalchemy.Connection, database: str) -> None:
    def catalog() -> list[tuple[object, ...]]:
        with psycopg.connect(database) as other:
            return other.execute(
                "SELECT oid, xmin::text, relname FROM pg_class"
                " WHERE relnamespace = %s::regnamespace ORDER BY oid",
                [SCHEMA],
            ).fetchall()

    with connection.begin():
        bookkeeping.upgrade(connection)
    before = catalog()
    with connection.begin():
        bookkeeping.upgrade(connection)
    assert catalog() == before


def test_the_upgrade_is_undone_with_the_callers_transaction(
    connection: sqlalchemy.Connection, database: str
) -> None:
    with connection.begin() as transaction:
        bookkeeping.upgrade(connection)
        transaction.rollback()
    assert SCHEMA not in schemas(database)


def test_two_that_start_at_once_make_one_schema(database: str) -> None:
    errors: list[BaseException] = []
    start = threading.Barrier(4)

    def upgrade() -> None:
        with engine(database).connect() as connection:
            start.wait()
            try:
                with connection.begin():
                    bookkeeping.upgrade(connection)
            except sqlalchemy.exc.SQLAlchemyError as error:
                errors.append(error)

    threads = [threading.Thread(target=upgrade) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with psycopg.connect(database) as other:
        versions = other.execute("SELECT version_num FROM desktop_migrator.alembic_version")
        assert len(versions.fetchall()) == 1


@pytest.fixture
def poor_role(database: str) -> str:
    """The URL for a role that may use but not make anything."""
    with psycopg.connect(database, autocommit=True) as administrator:
        administrator.execute("DROP ROLE IF EXISTS poor")
        administrator.execute("CREATE ROLE poor LOGIN PASSWORD 'poor'")
    parts = urlsplit(database)
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"poor:poor@{host}").geturl()


def test_a_role_that_may_not_make_the_schema_is_told_which_right_it_needs(poor_role: str) -> None:
    with engine(poor_role).connect() as connection, connection.begin():
        with pytest.raises(PermissionMissing) as caught:
            bookkeeping.upgrade(connection)
        assert connection.scalar(sqlalchemy.text("SELECT 1")) == 1
    assert "CREATE on database test_" in caught.value.hint


def test_a_role_without_rights_in_the_schema_is_told_so(
    connection: sqlalchemy.Connection, poor_role: str
) -> None:
    with connection.begin():
        bookkeeping.upgrade(connection)
    with (
        engine(poor_role).connect() as poor,
        poor.begin(),
        pytest.raises(PermissionMissing, match=SCHEMA),
    ):
        bookkeeping.upgrade(poor)


def test_a_poor_role_works_in_a_schema_that_an_administrator_made(
    connection: sqlalchemy.Connection, poor_role: str
) -> None:
    with connection.begin():
        bookkeeping.upgrade(connection)
        connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA {SCHEMA} TO poor")
        connection.exec_driver_sql(
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {SCHEMA} TO poor"
        )
    with engine(poor_role).connect() as poor, poor.begin():
        bookkeeping.upgrade(poor)
        start_run(poor)


def start_run(connection: sqlalchemy.Connection, user_id: str = "anna") -> str:
    return bookkeeping.start_run(
        connection,
        user_id=user_id,
        plan="default",
        plan_digest=b"\x01\x02",
        policy=ConflictPolicy.OVERWRITE,
    )


def test_runs_are_listed_newest_first_and_for_their_user_alone(
    connection: sqlalchemy.Connection,
) -> None:
    counts = {"tasks": Counts(records=1, items=5, inserted=3, rejected=2)}
    with connection.begin():
        bookkeeping.upgrade(connection)
        first = start_run(connection)
        start_run(connection, "otto")
        second = start_run(connection)
        bookkeeping.finish_run(connection, first, Outcome.COMPLETED, counts)
    newest, oldest = bookkeeping.list_runs(connection, "anna")
    assert (newest.id, newest.finished, newest.outcome, newest.counts) == (second, None, None, {})
    assert (oldest.id, oldest.outcome, oldest.counts) == (first, Outcome.COMPLETED, counts)
    assert oldest.finished is not None
    assert oldest.started <= newest.started <= oldest.finished
    assert (oldest.plan, oldest.plan_digest, oldest.policy, oldest.tool_version) == (
        "default",
        b"\x01\x02",
        ConflictPolicy.OVERWRITE,
        __version__,
    )


def test_every_table_tells_an_administrator_what_it_is_for(
    connection: sqlalchemy.Connection,
) -> None:
    with connection.begin():
        bookkeeping.upgrade(connection)
    described = connection.execute(
        sqlalchemy.text(
            "SELECT relname, obj_description(oid) FROM pg_class"
            " WHERE relnamespace = 'desktop_migrator'::regnamespace AND relkind = 'r'"
        )
    )
    assert {name for name, comment in described if not comment} == {"alembic_version"}


def test_a_trial_with_an_old_bookkeeping_knows_the_persons_ids_and_holds_none_of_its_tables(
    connection: sqlalchemy.Connection, database: str
) -> None:
    with psycopg.connect(database, autocommit=True) as other:
        with connection.begin():
            upgrade_to(connection, "0004")
        for user in ("anna", "otto"):
            other.execute(
                "INSERT INTO desktop_migrator.identities (user_id, entity, origin, source_id,"
                " target_id) VALUES (%s, 'tasks', 'https://a.test', '1', 'row-of-' || %s)",
                [user, user],
            )
        with trial_transaction(connection, "anna"):
            start_run(connection)
            cursor = adapters.cursor(connection)
            known = lookup_row_ids(cursor, "anna", "tasks", [("https://a.test", "1")])
            assert known == {("https://a.test", "1"): "row-of-anna"}
            assert lookup_row_ids(cursor, "otto", "tasks", [("https://a.test", "1")]) == {}
            held = other.execute(
                "SELECT relation::regclass FROM pg_locks JOIN pg_class c ON c.oid = relation"
                " WHERE relnamespace = %s::regnamespace",
                [SCHEMA],
            )
            assert held.fetchall() == []
        assert other.execute("SELECT FROM desktop_migrator.runs").fetchall() == []
    with connection.begin():
        bookkeeping.upgrade(connection)
        assert bookkeeping.list_runs(connection, "anna") == []


def test_a_trial_is_refused_to_a_role_that_could_not_make_the_schema(poor_role: str) -> None:
    with (
        engine(poor_role).connect() as connection,
        pytest.raises(PermissionMissing, match=SCHEMA),
        trial_transaction(connection, "anna"),
    ):
        pytest.fail("the trial has begun")
