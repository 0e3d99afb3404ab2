"""A role made by `provision` can migrate, and do nothing else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import psycopg
import pytest
from psycopg import sql as compose

from tests.integration.command_line import CommandLine
from tests.integration.conftest import fetch, on_every_server
from tests.integration.test_migrate import DRIZZLE, TASKS
from tests.integration.webkit_store import store_of

ROLE = 'kit "50%" o\'role; --'
PLAN = Path(__file__).parents[2] / "resources" / "plans" / "default.toml"


@pytest.fixture
def sql(database: str) -> Iterator[psycopg.Connection[Any]]:
    """The app's tables, made by its owner, in a database that grants nobody anything."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(DRIZZLE.encode())
        connection.execute(
            "ALTER TABLE users ADD password_hash text; CREATE TABLE invoices (id int);"
            "ALTER TABLE tasks ADD number serial; REVOKE ALL ON SCHEMA public FROM PUBLIC"
        )
        name = compose.Identifier(urlsplit(database).path.removeprefix("/"))
        connection.execute(
            compose.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name),
        )
        yield connection
        role = compose.Identifier(ROLE)
        connection.execute(compose.SQL("DROP OWNED BY {}").format(role))
        connection.execute(compose.SQL("DROP ROLE {}").format(role))


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "plan.toml"
    lookup = '\n[user.lookup]\ntable = "users"\nmatch = "email"\nid = "id"\n'
    path.write_text(PLAN.read_text(encoding="utf-8") + lookup, encoding="utf-8")
    return path


def as_role(database: str, sql: psycopg.Connection[Any]) -> str:
    sql.execute(compose.SQL("ALTER ROLE {} PASSWORD 'secret'").format(compose.Identifier(ROLE)))
    parts = urlsplit(database)
    return parts._replace(netloc=f"{quote(ROLE, safe='')}:secret@").geturl()


@on_every_server
def test_a_provisioned_role_migrates_twice_and_reaches_nothing_else(
    desktop_migrator: CommandLine,
    database: str,
    sql: psycopg.Connection[Any],
    plan: Path,
    tmp_path: Path,
) -> None:
    provision = ["--plan", plan, "provision", "--database", database, "--role", ROLE, "--apply"]
    ended = desktop_migrator(*provision)
    assert ended.exit_code == 0, ended.err
    assert "There is no table form_data" in ended.err
    url = as_role(database, sql)
    words = ["--plan", plan, "migrate", "--json", "--source", store_of(tmp_path, {"tasks": TASKS})]
    words += ["--database", url, "--user-email", "Maria@example.test", "--continue-on-error"]
    # Four of the five items are rejected, so that the run would take itself back.
    words += ["--include", "tasks", "--conflict", "overwrite", "--preserve-partial"]
    first = desktop_migrator(*words)
    assert first.exit_code == 3, first.err
    assert first.last["counts"]["inserted"] == 1
    sql.execute("UPDATE tasks SET title = 'Changed'")
    assert desktop_migrator(*provision).exit_code == 0
    second = desktop_migrator(*words)
    assert second.exit_code == 3, second.err
    assert second.last["counts"]["updated"] == 1
    # The first run's row was changed since, which only --force takes back.
    for run, force, left in ((second, [], [("Changed",)]), (first, ["--force"], [])):
        words = ["rollback", "--database", url, "--run", run.last["run"], *force]
        undone = desktop_migrator(*words)
        assert undone.exit_code == 0, undone.err
        assert fetch(sql, "SELECT title FROM tasks") == left
    with psycopg.connect(url, autocommit=True) as role:
        for forbidden in (
            "SELECT * FROM invoices",
            "INSERT INTO invoices VALUES (1)",
            "SELECT password_hash FROM users",
            "UPDATE users SET email = ''",
            "TRUNCATE tasks",
            "ALTER TABLE tasks ADD x int",
            "CREATE TABLE public.mine (id int)",
            "CREATE SCHEMA mine",
            "CREATE ROLE mine",
            "DELETE FROM desktop_migrator.audit",
            "DROP SCHEMA desktop_migrator CASCADE",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                role.execute(forbidden.encode())
    [flags] = fetch(
        sql,
        "SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls, rolcanlogin"
        " FROM pg_roles WHERE rolname LIKE 'kit%'",
    )
    assert flags == (False, False, False, False, False, True)


def test_printed_sql_does_what_apply_does_and_may_be_run_again(
    desktop_migrator: CommandLine, database: str, sql: psycopg.Connection[Any], plan: Path
) -> None:
    words = ["--plan", plan, "provision", "--database", database, "--role", ROLE]
    printed = desktop_migrator(*words).out
    assert fetch(sql, "SELECT FROM pg_roles WHERE rolname LIKE 'kit%'") == []
    sql.execute(printed.encode())
    rights = (
        "SELECT relname, relacl::text, nspacl::text FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = relnamespace WHERE relacl::text LIKE '%kit%'"
    )
    given = fetch(sql, rights)
    assert {name for name, _, _ in given} == {"tasks", "environments", "tasks_number_seq"}
    sql.execute(printed.encode())
    assert desktop_migrator(*words, "--apply").exit_code == 0
    assert fetch(sql, rights) == given


def test_without_a_database_the_plans_own_names_are_printed(
    desktop_migrator: CommandLine,
) -> None:
    ended = desktop_migrator("provision", "--role", "kit")
    assert ended.exit_code == 0
    assert '"public"."user_preferences" TO "kit";' in ended.out
    assert desktop_migrator("provision", "--apply").exit_code == 2
