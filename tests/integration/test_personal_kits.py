"""Kits for one person: a login that reaches their rows alone, for a while, and a code for it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from desktop_migrator.errors import KitCodeWrong
from desktop_migrator.migration.desk.kits import Kit, open_kit
from desktop_migrator.migration.run.parallel import load_parallel
from desktop_migrator.model import ConflictPolicy
from desktop_migrator.postgres.builtin_server.server import BuiltinPostgres
from tests.integration.command_line import CommandLine, Ended
from tests.integration.conftest import PASSWORD
from tests.integration.desk import PLAN, TASKS, Desk, row_id, task

ITEMS = [task(1, title="first", note="a"), task(2, title="second"), task(3, title="nul\0")]
USERS = (
    "CREATE TABLE users (id text PRIMARY KEY, email text);"
    " INSERT INTO users VALUES ('u1', 'Maria@example.test'), ('u2', 'ben@example.test')"
)
LOOKUP = '\n[user.lookup]\ntable = "users"\nmatch = "email"\nid = "id"\n'
APP = "desktop_migrator_kit_test_app"
OTHER = f"INSERT INTO tasks (id, title, user_id) VALUES ('{row_id(9)}', 'theirs', 'u2')"


class Office:
    """A desk that invites, at a server that asks everybody else for a password."""

    def __init__(self, database: str, folder: Path, run: CommandLine) -> None:
        self.desk = Desk(database, folder)
        self.desk.write_plan(PLAN.replace("RULE", "newest").replace("KIND", "text") + LOOKUP)
        self.kit_path = folder / "maria.dmkit"
        self._run = run
        self._there = ("--database", database)

    def __call__(self, *words: object) -> Ended:
        there = () if words[0] == "open" else self._there
        ended = self._run("--json", "--plan", self.desk.folder / "plan.toml", "kit", *words, *there)
        assert ended.exit_code == 0, ended.err
        return ended

    def invite(self, person: str = "maria@EXAMPLE.test", *words: str) -> dict[str, Any]:
        wanted = ("--for", person, "--owner", "Acme", "--unsigned", "--yes", *words)
        return self("invite", self.kit_path, *wanted).last

    def kit(self) -> Kit:
        return open_kit(self.kit_path, self.desk.workspace)

    def login(self, code: str) -> str:
        """The address as whoever opens the kit gets in."""
        kit = self.kit()
        assert kit.login
        assert kit.database
        parts = urlsplit(kit.database)
        password = quote(kit.login.open(code).password, safe="")
        return parts._replace(netloc=f"{parts.username}:{password}@").geturl()


@pytest.fixture
def office(
    guarded_server: BuiltinPostgres, guarded: str, tmp_path: Path, desktop_migrator: CommandLine
) -> Iterator[Office]:
    address = urlsplit(guarded_server.url)._replace(path=urlsplit(guarded).path).geturl()
    office = Office(address, tmp_path, desktop_migrator)
    office.desk.sql(f"{TASKS}; {USERS}; CREATE TABLE invoices (id int)")
    office.desk.sql(OTHER)
    yield office
    with psycopg.connect(address, autocommit=True) as administrator:
        roles = administrator.execute(
            "SELECT rolname FROM pg_roles WHERE rolname LIKE 'desktop_migrator_kit%'"
        )
        for (role,) in roles.fetchall():
            administrator.execute(SQL("DROP OWNED BY {}").format(Identifier(role)))
            administrator.execute(SQL("DROP ROLE {}").format(Identifier(role)))


@pytest.mark.parametrize("processes", [1, 3])
def test_the_login_of_a_kit_moves_and_undoes_its_persons_rows_and_reaches_no_others(
    office: Office, processes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load_parallel, "MIN_CHARACTERS_FOR_PARALLEL", 0)
    desk = office.desk
    theirs = desk.run(desk.profile("b", tasks=[task(7, title="b\0"), {"id": 8}]), user="u2")
    assert (theirs.counts.inserted, theirs.counts.rejected) == (1, 1), theirs.error
    made = office.invite()
    assert made["user_id"] == "u1"
    address = office.login(made["code"])
    job: dict[str, Any] = {"database": address, "max_concurrent": processes}
    bad = [*ITEMS, {"id": row_id(4)}]
    first = desk.run(desk.profile("p", tasks=bad), **job)
    assert first.verified, first.error
    assert (first.counts.inserted, first.counts.rejected) == (3, 1)
    assert desk.run(desk.profile("q", tasks=ITEMS), dry_run=True, **job).counts.unchanged == 3
    changed = [item | {"title": item["title"].upper()} for item in ITEMS]
    changed.append(task(9, title="mine"))  # whose id another person's row has
    job["policy"] = ConflictPolicy.OVERWRITE
    second = desk.run(desk.profile("r", tasks=changed), **job)
    assert (second.verified, second.counts.updated, second.counts.inserted) == (True, 3, 1)
    with psycopg.connect(address, autocommit=True) as login:

        def seen(query: str) -> list[Any]:
            return login.execute(query.encode()).fetchall()

        assert seen("SELECT DISTINCT user_id FROM tasks") == [("u1",)]
        for table in ("runs", "identities", "leases"):
            assert seen(f"SELECT FROM desktop_migrator.{table} WHERE user_id <> 'u1'") == []
        for table in ("chunks", "journal", "quarantine"):
            runs = {str(run) for (run,) in seen(f"SELECT run FROM desktop_migrator.{table}")}
            assert runs
            assert theirs.run not in runs
        marks = "SELECT target_id FROM desktop_migrator.escaped_texts"
        assert (seen(marks), len(desk.sql(marks))) == ([(row_id(3),)], 2)
        assert login.execute("UPDATE tasks SET title = '' WHERE user_id = 'u2'").rowcount == 0
        assert login.execute("DELETE FROM tasks WHERE user_id = 'u2'").rowcount == 0
        for forbidden in (
            "INSERT INTO tasks (id, title, user_id) VALUES ('x', 'x', 'u2')",
            "UPDATE tasks SET user_id = 'u2'",
            "UPDATE desktop_migrator.runs SET user_id = 'u2'",
            "SELECT * FROM users",
            "SELECT * FROM invoices",
            "SELECT * FROM desktop_migrator.kits",
            "UPDATE desktop_migrator.kits SET user_id = 'u2'",
            "SELECT user_id FROM desktop_migrator.audit",
            "DELETE FROM desktop_migrator.audit",
            "CREATE TABLE desktop_migrator.mine (id int)",
            "ALTER TABLE tasks DISABLE ROW LEVEL SECURITY",
            "TRUNCATE tasks",
            "CREATE ROLE mine",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                login.execute(forbidden.encode())
    assert desk.undo(second.run, database=address).counts.restored == 3
    assert desk.undo(first.run, database=address).counts.deleted == 3
    rows: list[Any] = [(row_id(7), "u2"), (row_id(9), "u2")]
    assert desk.sql("SELECT id, user_id FROM tasks ORDER BY 1") == rows


def test_others_reach_what_they_reached_before(office: Office) -> None:
    """Logins of the app, which are not the tables' owner."""
    office.desk.sql(f"CREATE ROLE {APP}; GRANT ALL ON tasks TO {APP}")
    office.invite()
    joint = "&" if "?" in office.desk.database else "?"
    app = f"{office.desk.database}{joint}options=-crole%3D{APP}"
    with psycopg.connect(app) as login:
        assert login.execute("UPDATE tasks SET title = 'by the app'").rowcount == 1
        login.execute("INSERT INTO tasks (id, title, user_id) VALUES ('x', 'x', 'u3')")
    office.desk.sql(f"DROP OWNED BY {APP}")


def test_what_ends_ends_for_sessions_that_are_open_too(office: Office) -> None:
    address = office.login(office.invite("u2", "--days", "1")["code"])
    with psycopg.connect(address, autocommit=True) as login:
        mine = "SELECT count(*) FROM tasks"
        assert login.execute(mine.encode()).fetchone() == (1,)
        office.desk.sql("UPDATE desktop_migrator.kits SET expires = now()")
        assert login.execute(mine.encode()).fetchone() == (0,)
        assert office("list").last["kits"][0]["state"] == "expired"
        office.desk.sql("UPDATE desktop_migrator.kits SET expires = now() + interval '1 day'")
        assert login.execute(mine.encode()).fetchone() == (1,)
        assert office("revoke", "u2").last["applied"] is False
        assert login.execute(mine.encode()).fetchone() == (1,)
        office("revoke", "u2", "--yes")
        with pytest.raises(psycopg.OperationalError):
            login.execute(mine.encode())
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(address)
    assert office("revoke", "u2", "--yes").last["statements"] == []
    [listed] = office("list").last["kits"]
    assert (listed["state"], listed["person"], listed["last_run"]) == ("revoked", "u2", None)


def test_the_server_lets_nobody_in_when_the_time_is_over(office: Office) -> None:
    made = office.invite()
    [(until,)] = office.desk.sql(
        "SELECT rolvaliduntil = %s::timestamptz FROM pg_roles WHERE rolname = %s",
        made["expires"],
        made["role"],
    )
    assert until
    address = office.login(made["code"])
    psycopg.connect(address).close()
    office.desk.sql(f"ALTER ROLE {made['role']} VALID UNTIL '2020-01-01'")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(address)


def test_who_is_invited_again_has_one_kit(office: Office) -> None:
    former = office.login(office.invite()["code"])
    made = office.invite("u1")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(former)
    address = office.login(made["code"])
    desk = office.desk
    assert desk.run(desk.profile("p", tasks=ITEMS), database=address).verified
    kits = office("list").last["kits"]
    assert [kit["state"] for kit in kits] == ["revoked", "valid"]
    assert kits[1]["last_run"]


def test_without_yes_the_sql_is_shown_and_nothing_is_done(office: Office) -> None:
    words = ("invite", office.kit_path, "--for", "u1", "--owner", "Acme")
    shown = office(*words).last
    assert shown["code"] is None
    assert not office.kit_path.exists()
    assert any("VALID UNTIL" in each for each in shown["statements"])
    assert office.desk.sql("SELECT FROM pg_namespace WHERE nspname = 'desktop_migrator'") == []
    roles = "SELECT FROM pg_roles WHERE rolname LIKE 'desktop_migrator_kit%'"
    assert office.desk.sql(roles) == []
    assert office("list").last["kits"] == []
    office.invite()
    again = office.invite("u2")["statements"]
    assert not any("POLICY" in each for each in again)  # which would wait for all who work


def test_only_the_code_opens_it_and_it_vouches_for_all_of_the_kit(
    office: Office, tmp_path: Path
) -> None:
    made = office.invite()
    code, text = made["code"], office.kit_path.read_text()
    kit = office.kit()
    assert kit.login
    login = kit.login.open(code.replace(" ", "-"))
    assert (login.user_id, login.person) == ("u1", "maria@EXAMPLE.test")
    assert login.password not in text
    assert "maria" not in text
    wrong = f"{(int(code[0]) + 1) % 10}{code[1:]}"
    for other in (wrong, "", code[:-1]):
        with pytest.raises(KitCodeWrong):
            kit.login.open(other)
    changed = type(kit.login)(kit.login.sealed, bytes(32))
    with pytest.raises(KitCodeWrong):
        changed.open(code)


def test_an_owner_who_may_make_roles_invites_without_being_a_superuser(
    office: Office, guarded: str, guarded_server: BuiltinPostgres
) -> None:
    office.desk.sql("ALTER ROLE ada CREATEROLE; ALTER TABLE tasks OWNER TO ada")
    office.desk.sql("GRANT SELECT ON users TO ada")
    there = urlsplit(guarded)._replace(netloc=f"ada:{PASSWORD}@").geturl()
    office._there = ("--database", there)
    try:
        former = office.login(office.invite()["code"])
        address = office.login(office.invite()["code"])
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(former)
        desk = office.desk
        assert desk.run(desk.profile("p", tasks=ITEMS), database=address).verified
        with psycopg.connect(address, autocommit=True) as login:
            office("revoke", "u1", "--yes")
            with pytest.raises(psycopg.Error):
                login.execute(b"SELECT count(*) FROM tasks")
        roles = "SELECT rolname FROM pg_roles WHERE rolname LIKE 'desktop_migrator_kit\\_%%'"
        assert office.desk.sql(roles) == []
    finally:
        office.desk.sql("ALTER ROLE ada NOCREATEROLE")
