"""Indexes are away while a table is filled and back afterwards, whatever happens in between."""

import os
import signal
import subprocess
import sys
from typing import Any

import psycopg
import pytest
import sqlalchemy

from desktop_migrator.errors import DatabaseError, TableMissing
from desktop_migrator.model import Table
from desktop_migrator.postgres import bookkeeping
from desktop_migrator.postgres.connection.engine import open_engine
from desktop_migrator.postgres.schema.indexes import (
    find_dropped_indexes,
    rebuild_indexes,
    without_secondary_indexes,
)
from desktop_migrator.postgres.schema.introspect import introspect
from tests.integration.conftest import on_every_server

DDL = """
CREATE SCHEMA app;
CREATE SCHEMA "My Functions";
CREATE FUNCTION "My Functions".fold(text) RETURNS text IMMUTABLE LANGUAGE sql
    AS $$ SELECT lower($1) $$;
CREATE TABLE app."Tasks" (id int PRIMARY KEY, title text, user_id text, code int UNIQUE);
COMMENT ON TABLE app."Tasks" IS 'Made by desktop-migrator';
INSERT INTO app."Tasks" SELECT i, 'Task ' || i, 'u' || i % 3, i FROM generate_series(1, 500) i;
CREATE INDEX "Odd ""name"" of %" ON app."Tasks" (user_id, title DESC NULLS LAST) INCLUDE (code);
CREATE INDEX folded ON app."Tasks" ("My Functions".fold(title)) WHERE user_id <> 'u2';
CREATE INDEX hashed ON app."Tasks" USING hash (title) WITH (fillfactor = 60);
CREATE UNIQUE INDEX no_doubles ON app."Tasks" (title);
CREATE INDEX remarked ON app."Tasks" (title);
COMMENT ON INDEX app.remarked IS 'as its comment would be lost';
"""
SECONDARY = {'Odd "name" of %', "folded", "hashed"}


def run_sql(database: str, statement: str) -> list[Any]:
    with psycopg.connect(database, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def indexes(database: str) -> dict[str, str]:
    return dict(
        run_sql(
            database,
            "SELECT c.relname, pg_get_indexdef(c.oid) FROM pg_index i"
            " JOIN pg_class c ON c.oid = indexrelid WHERE i.indisvalid"
            " AND c.relnamespace = 'app'::regnamespace",
        )
    )


@pytest.fixture
def table(connection: sqlalchemy.Connection, database: str) -> Table:
    run_sql(database, DDL)
    with connection.begin():
        bookkeeping.upgrade(connection)
        return introspect(connection, ["app.Tasks"])["app.Tasks"]


@on_every_server
def test_secondary_indexes_are_away_in_the_block_and_back_after_it(
    connection: sqlalchemy.Connection, database: str, table: Table
) -> None:
    before = indexes(database)
    with without_secondary_indexes(connection, table):
        assert before.keys() - indexes(database).keys() == SECONDARY
        run_sql(database, "INSERT INTO app.\"Tasks\" VALUES (501, 'new', 'u1', 501)")
    assert indexes(database) == before
    with connection.begin():
        assert find_dropped_indexes(connection) == []
    analysed = "SELECT last_analyze IS NOT NULL FROM pg_stat_user_tables WHERE relname = 'Tasks'"
    assert run_sql(database, analysed) == [(True,)]


def test_a_block_that_fails_leaves_the_indexes_as_they_were(
    connection: sqlalchemy.Connection, database: str, table: Table
) -> None:
    before = indexes(database)
    with pytest.raises(ZeroDivisionError), without_secondary_indexes(connection, table):  # noqa: PT012
        connection.execute(sqlalchemy.text("SELECT 1"))  # leaves a transaction open
        raise ZeroDivisionError
    assert indexes(database) == before


def test_a_lost_connection_is_told_and_the_next_run_rebuilds(
    connection: sqlalchemy.Connection, database: str, table: Table
) -> None:
    before = indexes(database)
    with pytest.raises(DatabaseError), without_secondary_indexes(connection, table):
        run_sql(
            database,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'desktop-migrator'",
        )
    assert indexes(database).keys() == before.keys() - SECONDARY
    with open_engine(database).connect() as another:
        with another.begin():
            assert {index.name for index in find_dropped_indexes(another)} == SECONDARY
        assert {index.name for index in rebuild_indexes(another)} == SECONDARY
        assert rebuild_indexes(another) == []
    assert indexes(database) == before


KILLED = """
import sys
from desktop_migrator.postgres.connection.engine import open_engine
from desktop_migrator.postgres.schema.introspect import introspect
from desktop_migrator.postgres.schema.indexes import without_secondary_indexes
with open_engine(sys.argv[1]).connect() as connection:
    with connection.begin():
        table = introspect(connection, ["app.Tasks"])["app.Tasks"]
    with without_secondary_indexes(connection, table):
        print("inside", flush=True)
        sys.stdin.read()
"""


def test_killed_in_between_the_next_run_rebuilds(
    connection: sqlalchemy.Connection, database: str, table: Table
) -> None:
    before = indexes(database)
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, database], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == b"inside\n"
        os.kill(process.pid, signal.SIGKILL)
    assert indexes(database).keys() == before.keys() - SECONDARY
    with without_secondary_indexes(connection, table):  # a next run, which has nothing more to drop
        pass
    assert indexes(database) == before


def test_an_index_made_again_by_hand_or_whose_table_is_gone_is_left_alone(
    connection: sqlalchemy.Connection, database: str, table: Table
) -> None:
    before = indexes(database)
    with without_secondary_indexes(connection, table):
        run_sql(database, before["hashed"])
    assert indexes(database) == before
    with pytest.raises(TableMissing), without_secondary_indexes(connection, table):
        run_sql(database, 'DROP TABLE app."Tasks"')
    with connection.begin():
        assert find_dropped_indexes(connection) == []


def test_tables_of_the_app_keep_their_indexes_unless_that_is_allowed(
    connection: sqlalchemy.Connection, database: str, table: Table
) -> None:
    run_sql(database, 'COMMENT ON TABLE app."Tasks" IS NULL')
    before = indexes(database)
    with without_secondary_indexes(connection, table):
        assert indexes(database) == before
    with without_secondary_indexes(connection, table, any_table=True):
        assert before.keys() - indexes(database).keys() == SECONDARY
    assert indexes(database) == before


@pytest.mark.parametrize(
    "planted",
    [
        'DROP TABLE app."Tasks"',
        'CREATE INDEX hashed ON app."Tasks" (title); DROP TABLE app."Tasks"',
    ],
)
def test_nothing_but_one_index_is_made_from_what_was_written_down(
    connection: sqlalchemy.Connection, database: str, table: Table, planted: str
) -> None:
    run_sql(database, "DROP INDEX app.hashed")
    with psycopg.connect(database, autocommit=True) as administrator:
        administrator.execute(
            "INSERT INTO desktop_migrator.dropped_indexes VALUES ('app', 'hashed', %s, %s)",
            [planted, 'app."Tasks"'],
        )
    with pytest.raises(DatabaseError):
        rebuild_indexes(connection)
    assert run_sql(database, 'SELECT count(*) FROM app."Tasks"') == [(500,)]
