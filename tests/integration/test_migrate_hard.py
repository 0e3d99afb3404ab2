"""The main job under attack: hostile data, odd tables, cut connections, several runs at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.integration.command_line import CommandLine, Ended
from tests.integration.conftest import fetch
from tests.integration.webkit_store import store_of

SITE = "http://app.demo.test:3000"
TASKS = """
CREATE TABLE tasks (
  id uuid PRIMARY KEY, title text NOT NULL, status text, created_at timestamp, user_id text,
  metadata jsonb)
"""


class Migrate:
    """`desktop-migrator migrate --json` for one database and user."""

    def __init__(self, command: CommandLine, database: str, user_id: str = "u1") -> None:
        self._command = command
        self._words = ["migrate", "--json", "--database", database, "--user-id", user_id]

    def __call__(self, source: Path, *words: object) -> Ended:
        return self._command(*self._words, "--source", source, *words)


@pytest.fixture
def migrate(desktop_migrator: CommandLine, database: str) -> Migrate:
    return Migrate(desktop_migrator, database)


def tasks(number: int, **fields: Any) -> list[dict[str, Any]]:
    return [{"id": str(index), "title": f"Task {index}"} | fields for index in range(number)]


REFUSE_TASK_7 = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NEW.title = 'Task 7' THEN RAISE EXCEPTION 'SECRET %', NEW.title; END IF; RETURN NEW; END $$;
CREATE TRIGGER refuse BEFORE INSERT ON tasks FOR EACH ROW EXECUTE FUNCTION refuse()
"""


def test_items_that_the_database_refuses_are_counted_once(
    migrate: Migrate, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    sql.execute((TASKS + ";" + REFUSE_TASK_7).encode())
    ended = migrate(store_of(tmp_path, {"tasks": tasks(10)}), "--continue-on-error")
    assert ended.exit_code == 3
    counts = ended.last["counts"]
    assert (counts["items"], counts["inserted"], counts["rejected"]) == (10, 9, 1)
    assert "SECRET" not in ended.out + ended.err


def test_a_run_that_stops_at_a_refused_item_takes_back_what_it_wrote(
    migrate: Migrate, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    sql.execute((TASKS + ";" + REFUSE_TASK_7).encode())
    stopped = migrate(store_of(tmp_path, {"tasks": tasks(10)}), "--batch-size", 3)
    assert fetch(sql, "SELECT count(*) FROM tasks") == [(0,)]
    assert (stopped.exit_code, stopped.last["outcome"]) == (6, "rolled_back")
    assert stopped.last["counts"]["inserted"] == 0
    assert stopped.last["counts"]["rejected"] == 1
    assert stopped.last["undo"]["counts"]["deleted"] == 6
    assert "6 written before them were taken back" in stopped.err


def test_a_run_that_is_to_preserve_what_it_wrote_does_not_call_itself_rolled_back(
    migrate: Migrate, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    sql.execute((TASKS + ";" + REFUSE_TASK_7).encode())
    source = store_of(tmp_path, {"tasks": tasks(10)})
    stopped = migrate(source, "--batch-size", 3, "--preserve-partial")
    assert fetch(sql, "SELECT count(*) FROM tasks") == [(6,)]
    assert stopped.exit_code == 1
    assert stopped.last["outcome"] == "failed"
    assert stopped.last["counts"]["inserted"] == 6
    assert stopped.last["counts"]["rejected"] == 1
    assert "6 written before them stay" in stopped.err
    in_one = migrate(source, "--batch-size", 3, "--dry-run")
    assert (in_one.exit_code, in_one.last["outcome"]) == (6, "rolled_back")
    rest = migrate(source, "--continue-on-error")
    assert rest.exit_code == 3
    assert rest.last["counts"]["inserted"] == 3
    assert rest.last["counts"]["unchanged"] == 6


def test_where_nothing_was_written_the_run_is_rolled_back(
    migrate: Migrate, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    sql.execute((TASKS + ";" + REFUSE_TASK_7).encode())
    ended = migrate(store_of(tmp_path, {"tasks": tasks(10)}))
    assert (ended.exit_code, ended.last["outcome"]) == (6, "rolled_back")
    assert fetch(sql, "SELECT count(*) FROM tasks") == [(0,)]
    assert ended.last["counts"]["rejected"] == 1


def test_looking_identities_up_reads_each_once_whatever_the_server_knows_of_them(
    migrate: Migrate, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    """Without statistics PostgreSQL read all of them for each chunk."""
    source = store_of(tmp_path, {"tasks": tasks(2000)})
    words = ("--create-tables", "--batch-size", 50)
    assert migrate(source, *words).exit_code == 0
    sql.execute("ALTER TABLE desktop_migrator.identities SET (autovacuum_enabled = off)")
    read = (
        "SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_user_tables"
        " WHERE relname = 'identities'"
    )
    [(before,)] = fetch(sql, read)
    assert migrate(source, *words).last["counts"]["unchanged"] == 2000
    [(after,)] = fetch(sql, read)
    assert after - before <= 3 * 2000


def test_a_table_whose_rows_are_hidden_from_the_user_is_refused_with_the_remedy(
    desktop_migrator: CommandLine, database: str, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    sql.execute(TASKS.encode() + b"; ALTER TABLE tasks ENABLE ROW LEVEL SECURITY")
    sql.execute("CREATE ROLE narrow LOGIN; GRANT ALL ON tasks TO narrow")
    sql.execute(f'GRANT CREATE ON DATABASE "{sql.info.dbname}" TO narrow'.encode())
    try:
        url = urlsplit(database)
        narrow = url._replace(netloc=url.netloc.replace(str(url.username), "narrow")).geturl()
        source = store_of(tmp_path, {"tasks": tasks(1)})
        ended = Migrate(desktop_migrator, narrow)(source)
    finally:
        sql.execute("DROP OWNED BY narrow; DROP ROLE narrow")
    assert ended.exit_code == 1
    assert "DM-201" in ended.err
    assert "BYPASSRLS" in ended.err


def test_a_database_that_takes_no_changes_is_named_so(
    migrate: Migrate, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    sql.execute(TASKS.encode())
    name = sql.info.dbname
    sql.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on".encode())
    for words in ((), ("--dry-run",)):
        ended = migrate(store_of(tmp_path / str(len(words)), {"tasks": tasks(1)}), *words)
        assert ended.exit_code == 7
        assert "DM-313" in ended.err


def test_two_people_who_begin_together_have_the_tables_made_once(
    database: str, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    source = store_of(tmp_path, {"tasks": tasks(1000)})

    def run(user_id: str) -> Ended:
        migrate = Migrate(CommandLine(tmp_path / f"data of {user_id}"), database, user_id)
        return migrate(source, "--create-tables", "--batch-size", 100)

    with ThreadPoolExecutor() as pool:
        both = list(pool.map(run, ("u1", "u2")))
    assert [ended.exit_code for ended in both] == [0, 0], [ended.err for ended in both]
    counted = fetch(sql, "SELECT user_id, count(*) FROM tasks GROUP BY 1 ORDER BY 1")
    assert counted == [("u1", 1000), ("u2", 1000)]


def test_a_user_whom_the_app_does_not_know_is_told_to_check_the_id(
    migrate: Migrate, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    owned = TASKS.replace("user_id text", "user_id text REFERENCES users")
    sql.execute(b"CREATE TABLE users (id text PRIMARY KEY);" + owned.encode())
    source = store_of(tmp_path, {"tasks": tasks(2)})
    ended = migrate(source, "--continue-on-error", "--preserve-partial")
    assert (ended.exit_code, ended.last["code"]) == (1, "DM-307")
    assert [event for event in ended.events if event["event"] == "rejected"] == []
    assert "Check the spelling" in ended.err


ROUNDING = """
version = 1
name = "rounding"
[entities.measured]
table = "measured"
sources = [{ keys = ["measured"] }]
[entities.measured.columns]
time = { from = "time", round = true }
milliseconds = { from = "same", round = true }
amount = { from = "amount", round = true }
"""
TIMES = (
    "2024-01-15T10:00:00.5Z",
    "2024-12-31T23:59:59.999500Z",
    "1999-12-31T23:59:59.5Z",
    "1999-12-31T23:59:58.4995Z",
    "1969-12-31T23:59:59.499999Z",
    "0001-01-01T00:00:00.000500Z",
)
AMOUNTS = ("1.005", "-1.005", "2.675", "999.994", "0.004999999999999999999", "-0.005")


def test_what_the_plan_lets_be_rounded_is_rounded_as_postgresql_rounds(
    migrate: Migrate, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    sql.execute(
        "CREATE TABLE measured (id uuid PRIMARY KEY, time timestamp(0),"
        " milliseconds timestamptz(3), amount numeric(5, 2))"
    )
    plan = tmp_path / "plan.toml"
    plan.write_text(ROUNDING)
    items = ",".join(
        f'{{"id":"{time}","time":"{time}","same":"{time}","amount":{amount}}}'
        for time, amount in zip(TIMES, AMOUNTS, strict=True)
    )
    source = store_of(tmp_path, {"measured": f"[{items}]".encode()})
    ended = migrate(source, "--plan", plan)
    assert ended.exit_code == 0, ended.err
    assert ended.last["verified"] is True
    found = fetch(sql, "SELECT time::text, milliseconds::text, amount::text FROM measured")
    expected = [
        sql.execute(
            "SELECT %(time)s::timestamp(0)::text, %(time)s::timestamptz(3)::text,"
            " %(amount)s::numeric(5, 2)::text",
            {"time": time, "amount": amount},
        ).fetchone()
        for time, amount in zip(TIMES, AMOUNTS, strict=True)
    ]
    assert set(found) == set(expected)
    assert migrate(source, "--plan", plan).last["counts"]["unchanged"] == len(TIMES)


def test_without_that_rule_they_are_rejected_before_anything_is_written(
    migrate: Migrate, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    sql.execute(TASKS.replace("created_at timestamp", "created_at timestamp(0)").encode())
    made = tasks(1, createdAt="2024-01-15T10:00:00.600Z")
    ended = migrate(store_of(tmp_path, {"tasks": made}))
    assert (ended.exit_code, ended.last["outcome"]) == (6, "rolled_back")
    [rejected] = [event for event in ended.events if event["event"] == "rejected"]
    assert rejected["code"] == "too-precise"
    assert "round" in rejected["remedy"]


@pytest.mark.parametrize(
    "written", ["http://app.demo.test:3000/tasks", "HTTP://App.Demo.Test:3000"]
)
def test_a_site_may_be_named_as_its_address_bar_does(
    migrate: Migrate, tmp_path: Path, written: str
) -> None:
    source = store_of(tmp_path, {"tasks": tasks(2)})
    ended = migrate(source, "--create-tables", "--origin", written)
    assert ended.exit_code == 0, ended.err
    assert ended.last["counts"]["inserted"] == 2


def test_a_site_without_data_is_no_success(migrate: Migrate, tmp_path: Path) -> None:
    source = store_of(tmp_path, {"tasks": tasks(2)})
    ended = migrate(source, "--create-tables", "--origin", "http://app.demo.test")
    assert ended.exit_code == 1
    assert ended.last["code"] == "DM-204"


def test_a_site_whose_only_data_went_bad_is_told_so(migrate: Migrate, tmp_path: Path) -> None:
    ended = migrate(store_of(tmp_path, {"tasks": b'[{"id": "1", "ti'}), "--create-tables")
    assert ended.exit_code == 6
    [rejected] = [event for event in ended.events if event["event"] == "rejected"]
    assert rejected["code"] == "not-json"


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        ["migrate"],
        ["migrate", "--database", "builtin", "--conflict", "guess"],
        ["migrate", "--database", "builtin", "--batch-size", "0"],
        ["migrate", "--nonsense"],
        ["--plan"],
    ],
    ids=" ".join,
)
def test_wrong_use_is_a_sentence_a_code_and_a_remedy(
    desktop_migrator: CommandLine, words: list[str]
) -> None:
    ended = desktop_migrator("--json", *words)
    assert ended.exit_code == 2
    assert ended.last["event"] == "error"
    assert ended.last["code"] == "DM-900"
    first, remedy = ended.err.splitlines()
    assert first.endswith("(DM-900)")
    assert "--help" in remedy


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_data_folder_that_cannot_be_is_said(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("")
    ended = CommandLine(tmp_path / place)("status", "--json")
    assert ended.exit_code == 2
    assert ended.last["code"] == "DM-901"


def test_nobody_is_no_user(desktop_migrator: CommandLine, database: str, tmp_path: Path) -> None:
    source = store_of(tmp_path, {"tasks": tasks(1)})
    for user_id in ("", " "):
        ended = Migrate(desktop_migrator, database, user_id)(source, "--create-tables")
        assert ended.exit_code == 2
        assert "DM-900" in ended.err


def test_progress_is_told_now_and_then_and_not_for_each_item(
    migrate: Migrate, tmp_path: Path
) -> None:
    ended = migrate(store_of(tmp_path, {"tasks": tasks(5000)}), "--create-tables")
    progress = [event for event in ended.events if event["event"] == "progress"]
    assert len(progress) < 10 * ended.last["seconds"] + 20
    ends = [event["stage"] for event in progress if event["percentage"] == 100]
    assert ends == ["check", "backup", "load", "verify"]


def test_an_item_that_the_database_refuses_is_kept_with_its_own_text(
    migrate: Migrate, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    texts = [
        '{"id": 1, "title":"far",  "n": 1e200000}',
        '{"id": 2, "title":"near", "n": 1e2000}',
        '{"id": 3, "title":"small", "n": 1e-200000, "escaped": "\\u0000 ␛"}',
    ]
    source = store_of(tmp_path, {"tasks": f"[{','.join(texts)}]".encode(), "far": b" 1e200000 "})
    ended = migrate(source, "--create-tables", "--continue-on-error", "--preserve-partial")
    assert ended.exit_code == 3
    kept = fetch(
        sql,
        "SELECT convert_from(raw, 'UTF8') FROM desktop_migrator.quarantine ORDER BY entity DESC",
    )
    assert [raw for (raw,) in kept] == [texts[0], texts[2], "1e200000"]
    assert fetch(sql, "SELECT title, metadata::text FROM tasks") == [
        ("near", '{"n": 1' + "0" * 2000 + "}")
    ]


@contextmanager
def database_of_encoding(server: str, encoding: str) -> Iterator[str]:
    name = f"of_{encoding.lower()}"
    with psycopg.connect(server, autocommit=True) as administrator:
        administrator.execute(
            f"CREATE DATABASE {name} ENCODING '{encoding}' LOCALE_PROVIDER libc"
            " LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0".encode()
        )
        try:
            yield urlsplit(server)._replace(path=f"/{name}").geturl()
        finally:
            administrator.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


UNICODE = {"tasks": [{"id": "1", "title": "grün ✓ 😀", "note": "a\0b"}], "ключ": "✓"}


def test_a_database_that_cannot_hold_every_text_is_refused(
    desktop_migrator: CommandLine, database: str, tmp_path: Path
) -> None:
    with database_of_encoding(database, "LATIN1") as url:
        ended = Migrate(desktop_migrator, url)(store_of(tmp_path, UNICODE), "--create-tables")
    assert ended.exit_code == 1
    assert "DM-201" in ended.err
    assert "UTF8" in ended.err


def test_a_database_that_minds_no_encoding_keeps_every_character(
    desktop_migrator: CommandLine, database: str, tmp_path: Path
) -> None:
    with database_of_encoding(database, "SQL_ASCII") as url:
        ended = Migrate(desktop_migrator, url)(store_of(tmp_path, UNICODE), "--create-tables")
        with psycopg.connect(url, client_encoding="UTF8") as connection:
            kept = fetch(
                connection, "SELECT title FROM tasks UNION ALL SELECT key FROM custom_data"
            )
    assert ended.exit_code == 0, ended.err
    assert kept == [("grün ✓ 😀",), ("ключ",)]


CUT_AT_TASK_700 = """
CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NEW.title = 'Task 700' THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
  RETURN NEW; END $$;
CREATE TRIGGER cut BEFORE INSERT ON tasks FOR EACH ROW EXECUTE FUNCTION cut()
"""


def test_a_connection_cut_in_the_middle_is_told_and_the_same_command_completes(
    migrate: Migrate, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    sql.execute((TASKS + ";" + CUT_AT_TASK_700).encode())
    source = store_of(tmp_path, {"tasks": tasks(1000)})
    cut = migrate(source, "--batch-size", 100)
    assert cut.exit_code == 1
    assert cut.last["outcome"] == "failed"
    assert cut.last["verified"] is False
    assert "Traceback" not in cut.err
    assert fetch(sql, "SELECT count(*) FROM tasks") == [(700,)]
    assert cut.last["counts"]["inserted"] == 700
    sql.execute("DROP TRIGGER cut ON tasks")
    whole = migrate(source)
    assert whole.exit_code == 0, whole.err
    counts = whole.last["counts"]
    assert (counts["inserted"], counts["unchanged"]) == (300, 700)
    assert fetch(sql, "SELECT count(*), count(DISTINCT title) FROM tasks") == [(1000, 1000)]
