"""`electric check|prepare|verify`, against real databases and a server of Electric's protocol."""

import os
import secrets
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import psycopg
import pytest

from desktop_migrator.model import ConflictPolicy
from tests.integration.command_line import CommandLine, Ended
from tests.integration.conftest import on_every_server
from tests.integration.desk import PLAN, TASKS, Desk, task
from tests.integration.pgoutput import Slot
from tests.integration.shape_server import Shapes, serving

ROLE = "sync"
DROP = f"""DROP OWNED BY {ROLE}; DROP ROLE {ROLE}"""


class Electric:
    """`desktop-migrator electric …` for one database."""

    def __init__(self, run: CommandLine, database: str, plan: Path) -> None:
        self._run, self._database, self._plan = run, database, plan

    def __call__(self, command: str, *words: object, **variables: str) -> Ended:
        where = ("--json", "--plan", self._plan, "--database", self._database)
        return self._run("electric", command, *where, *words, **variables)


@pytest.fixture
def electric(desktop_migrator: CommandLine, database: str, tmp_path: Path) -> Electric:
    plan = tmp_path / "electric.toml"
    plan.write_text(PLAN.replace("RULE", "newest").replace("KIND", "text"))
    return Electric(desktop_migrator, database, plan)


@pytest.fixture
def role(sql: psycopg.Connection[Any]) -> Iterator[str]:
    yield ROLE
    if sql.execute("SELECT FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
        sql.execute(DROP.encode())


def failed(ended: Ended) -> list[str]:
    return [f"{each['name']}: {each['detail']}" for each in ended.last["checks"] if not each["ok"]]


@on_every_server
def test_all_that_electric_lacks_is_said_and_given_once_somebody_agrees(
    electric: Electric, sql: psycopg.Connection[Any], role: str
) -> None:
    sql.execute(TASKS)
    found = electric("check", "--role", role)
    assert found.exit_code == 1
    assert failed(found) == [
        "Table tasks: table tasks does not tell what changed rows were",
        "Publication: electric_publication_default is missing",
        "Table tasks: its publication leaves out table tasks",
        "Role sync: missing",
        "Role sync: may not read the tables",
    ]
    assert all(each["remedy"].endswith(";") for each in found.last["checks"] if not each["ok"])

    refused = electric("prepare", "--role", role)
    assert (refused.exit_code, refused.last["done"]) == (1, False)
    assert electric("check", "--role", role).last == found.last

    prepared = electric("prepare", "--role", role, "--yes")
    assert prepared.exit_code == 0, prepared.err
    assert prepared.last["statements"] == refused.last["statements"]
    healed = electric("check", "--role", role)
    assert (healed.exit_code, failed(healed)) == (0, [])
    # PostgreSQL's own word, as the role that Electric would be.
    sql.execute(f"SET ROLE {role}".encode())
    assert sql.execute("SELECT count(*) FROM tasks").fetchone() == (0,)
    sql.execute("RESET ROLE")
    published = "SELECT tablename FROM pg_publication_tables WHERE pubname LIKE 'electric%'"
    assert sql.execute(published.encode()).fetchall() == [("tasks",)]
    assert sql.execute(b"SELECT relreplident FROM pg_class WHERE relname = 'tasks'").fetchall() == [
        ("f",)
    ]
    again = electric("prepare", "--role", role, "--yes")
    assert (again.exit_code, again.last["statements"]) == (0, [])


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (
            "ALTER PUBLICATION electric_publication_default SET (publish = 'insert')",
            "update, delete",
        ),
        (
            "ALTER PUBLICATION electric_publication_default SET TABLE tasks WHERE (title <> '')",
            "leaves out rows or columns",
        ),
        (
            "ALTER PUBLICATION electric_publication_default DROP TABLE tasks;"
            "ALTER TABLE tasks SET UNLOGGED",
            "UNLOGGED",
        ),
        ("ALTER TABLE tasks REPLICA IDENTITY DEFAULT", "does not tell"),
        ("ALTER TABLE tasks ENABLE ROW LEVEL SECURITY", "row-level security hides"),
        ("REVOKE SELECT ON tasks FROM sync", "may not read it"),
        ("ALTER ROLE sync NOREPLICATION", "may not log in and replicate"),
    ],
)
def test_each_thing_amiss_is_told_and_mended(
    electric: Electric, sql: psycopg.Connection[Any], role: str, damage: str, told: str
) -> None:
    sql.execute(TASKS)
    assert electric("prepare", "--role", role, "--yes").exit_code == 0
    sql.execute(damage.encode())
    assert told in "\n".join(failed(electric("check", "--role", role)))
    assert electric("prepare", "--role", role, "--yes").exit_code == 0
    assert failed(electric("check", "--role", role)) == []


def test_what_no_statement_can_give_is_left_to_people(
    electric: Electric, sql: psycopg.Connection[Any]
) -> None:
    sql.execute("CREATE TABLE tasks (id text, title text)")
    ended = electric("prepare", "--yes")
    assert ended.exit_code == 1
    assert failed(ended) == [
        "Table tasks: table tasks has no primary key, so that rows would become one"
    ]


def test_a_table_of_partitions_is_published_as_one(
    electric: Electric, sql: psycopg.Connection[Any]
) -> None:
    sql.execute("""
        CREATE TABLE tasks (id text PRIMARY KEY, title text) PARTITION BY HASH (id);
        CREATE TABLE "Tasks 0" PARTITION OF tasks FOR VALUES WITH (MODULUS 2, REMAINDER 0);
        CREATE TABLE tasks_1 PARTITION OF tasks FOR VALUES WITH (MODULUS 2, REMAINDER 1)""")
    sql.execute("CREATE PUBLICATION electric_publication_default")
    assert electric("prepare", "--yes").exit_code == 0
    with Slot(sql.info.dsn, name()) as slot:
        sql.execute("INSERT INTO tasks SELECT n::text, 'a' FROM generate_series(1, 9) n")
        sql.execute("UPDATE tasks SET title = 'b' WHERE id = '1'")
        told = slot.changes()
    assert {change.table for change in told} == {"tasks"}
    assert told[-1].old == {"id": "1", "title": "a"}


def test_a_slot_that_nobody_reads_and_what_is_kept_for_it_are_told(
    electric: Electric, sql: psycopg.Connection[Any], desktop_migrator: CommandLine, database: str
) -> None:
    sql.execute(TASKS)
    assert electric("prepare", "--yes").exit_code == 0
    with Slot(database, slot_name := name()):
        [told] = failed(electric("check"))
        assert told.startswith(f"Replication slot {slot_name}: nobody reads it, and ")
        assert "of changes are kept for it" in told
        in_general = desktop_migrator("test-connection", "--database", database, "--json")
        assert "nobody reads it" in "\n".join(failed(in_general))
    assert failed(electric("check")) == []


# ---- what has arrived ---------------------------------------------------------------------------


def name() -> str:
    """A slot's; those of all databases are one server's."""
    return f"electric_test_{secrets.token_hex(4)}"


@pytest.fixture
def served(
    electric: Electric, desk: Desk, database: str
) -> Iterator[tuple[Shapes, Callable[..., Ended]]]:
    """Tasks that were migrated, and the stand-in for Electric."""
    desk.sql(TASKS)
    assert electric("prepare", "--yes").exit_code == 0
    hard = [task(number, note="é✓\u2028 \\ \" ' %") for number in range(8)]
    dated = task(8, createdAt="0099-12-31T23:59:59.123456Z", more={"n": 12345678901234567890})
    with Slot(database, name()) as slot:
        desk.run(desk.profile("one", tasks=[*hard, dated, task(9, note="")]))
        shapes = Shapes(database, slot)
        with serving(shapes) as url:
            yield (
                shapes,
                lambda *words, **variables: electric("verify", "--url", url, *words, **variables),
            )


def test_all_that_was_migrated_has_arrived(
    served: tuple[Shapes, Callable[..., Ended]], desk: Desk
) -> None:
    shapes, verify = served
    ended = verify()
    assert ended.exit_code == 0, ended.out
    [check] = ended.last["checks"]
    assert check["detail"] == "all 10 rows have arrived, each as it is"
    assert len(shapes.asked) == 4  # pieces of three
    assert [each["offset"] for each in shapes.asked] == ["-1", "2_0", "5_0", "8_0"]
    # What comes later comes as changes of the rows that are told already.
    desk.sql("UPDATE tasks SET title = 'New' WHERE note = ''; DELETE FROM tasks WHERE note <> ''")
    [check] = verify().last["checks"]
    assert check["detail"] == "all 2 rows have arrived, each as it is"


def test_what_is_on_its_way_is_waited_for_and_what_never_comes_is_counted(
    served: tuple[Shapes, Callable[..., Ended]], desk: Desk
) -> None:
    shapes, verify = served
    assert verify().exit_code == 0
    shapes.held_back = True
    desk.sql("""UPDATE tasks SET metadata = '{"x": 1}' WHERE note = '';
                DELETE FROM tasks WHERE created_at IS NOT NULL;
                INSERT INTO tasks (id, title) VALUES ('a', 'b'), ('c', 'd')""")
    ended = verify("--wait", 0.2)
    assert ended.exit_code == 1
    [check] = ended.last["checks"]
    assert check["detail"] == (
        "of 11 rows 2 have not arrived, 1 differ, and 1 are there that the database has not"
    )
    shapes.held_back = False
    assert verify().exit_code == 0


def test_a_log_that_is_made_anew_is_read_anew(
    served: tuple[Shapes, Callable[..., Ended]], monkeypatch: pytest.MonkeyPatch
) -> None:
    shapes, verify = served
    answer = shapes.answer

    def forget_once(asked: dict[str, str]) -> Any:
        if asked["offset"] == "5_0" and len(shapes.asked) < 4:
            shapes.forget()
        return answer(asked)

    monkeypatch.setattr(shapes, "answer", forget_once)
    ended = verify()
    assert ended.exit_code == 0
    assert [each["offset"] for each in shapes.asked] == [
        *("-1", "2_0", "5_0"),
        *("-1", "2_0", "5_0", "8_0"),
    ]


def test_electrics_secret_comes_from_the_environment_and_is_never_shown(
    served: tuple[Shapes, Callable[..., Ended]], electric: Electric
) -> None:
    shapes, verify = served
    shapes.secret = "DM-MARK-electric"
    refused = verify()
    assert (refused.exit_code, refused.last["code"]) == (1, "DM-314")
    assert "code 401" in refused.err
    wrong = verify(ELECTRIC_SECRET="DM-MARK-wrong")
    assert "DM-MARK" not in wrong.out + wrong.err
    # No proxy comes between, which would read the secret.
    assert verify(ELECTRIC_SECRET=shapes.secret, http_proxy="http://127.0.0.1:1").exit_code == 0
    in_clear = electric(
        "verify", "--url", "http://electric.example.test", ELECTRIC_SECRET=shapes.secret
    )
    assert in_clear.exit_code == 2
    assert "https" in in_clear.err


_ENTRY = b'[{"headers": {"operation": "insert"}, "value": {"id": "1"}}]'
_SAME = {"electric-handle": "h", "electric-offset": "0_0"}


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        *((each, {}) for each in (b"<html>", b"[1]", b'[{"headers": {}, "value": 1}]', b"[]", b"")),
        (_ENTRY, _SAME),  # for ever, as from a cache that does not look at the query
    ],
)
def test_what_is_not_electric_is_said(
    electric: Electric, sql: psycopg.Connection[Any], body: bytes, headers: dict[str, str]
) -> None:
    sql.execute(TASKS)

    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Other) as server:
        server_thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        server_thread.start()
        ended = electric("verify", "--url", f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
        server_thread.join()
    assert (ended.exit_code, ended.last["code"]) == (1, "DM-314")
    assert "does not answer as Electric does" in ended.err


@pytest.mark.parametrize(
    "url", ["electric", "ftp://a/", "http://a:b@c/", "http://", "http://a?b=c"]
)
def test_what_is_no_address_is_refused(electric: Electric, url: str) -> None:
    assert electric("verify", "--url", url).exit_code == 2


def test_a_table_that_is_missing_is_not_taken_for_one_that_has_arrived(electric: Electric) -> None:
    for ended in (electric("check"), electric("verify", "--url", "http://localhost:1")):
        assert ended.exit_code == 1
        assert "Table tasks: missing" in failed(ended)


REAL = ("ELECTRIC_URL", "ELECTRIC_DATABASE_URL")


@pytest.mark.skipif(
    not all(name in os.environ for name in REAL), reason=f"{' and '.join(REAL)} name no Electric"
)
def test_a_real_electric_is_told_every_row(desktop_migrator: CommandLine, tmp_path: Path) -> None:
    """The database is its own, and has no table `tasks` yet."""
    url, database = (os.environ[name] for name in REAL)
    desk = Desk(database, tmp_path)
    desk.sql(TASKS)
    try:
        desk.run(desk.profile("one", tasks=[task(number) for number in range(50)]))
        electric = Electric(desktop_migrator, database, desk.folder / "plan.toml")
        assert electric("verify", "--url", url).exit_code == 0
        changed = desk.run(
            desk.profile("two", tasks=[task(1, title="New")]), policy=ConflictPolicy.OVERWRITE
        )
        assert electric("verify", "--url", url).exit_code == 0
        desk.undo(str(changed.run))
        assert electric("verify", "--url", url).exit_code == 0
    finally:
        desk.sql("DROP TABLE tasks")
