"""What somebody breaks behind our back is found, exactly it, and brought back as it was.

The damage is done by plain SQL and by bytes; what counts afterwards is what plain SQL reads.
"""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.integration.command_line import CommandLine, Ended
from tests.integration.conftest import on_every_server
from tests.integration.webkit_store import store_of

OLD = "2025-01-02T03:04:05.000Z"
ITEMS = [
    {"id": f"t{n}", "title": f"Task {n}", "status": "todo", "createdAt": OLD, "updatedAt": OLD}
    for n in range(40)
]
FORMS = {"signup": {"name": "Ada"}, "contact": {"text": "hi"}}


class Desk:
    """One person's data, migrated, and the commands that look after it."""

    def __init__(self, folder: Path, database: str, sql: psycopg.Connection[Any]) -> None:
        self.command = CommandLine(folder / "data dir")
        self.catalog = self.command.data_dir / "catalog.sqlite"
        self.source = folder / "profile"
        self.database = database
        self._sql = sql

    def store(self, **values: Any) -> None:
        shutil.rmtree(self.source, ignore_errors=True)
        store_of(self.source, values)

    def __call__(self, command: str, *words: object) -> Ended:
        to = ("--database", self.database, "--user-id", "u1")
        return self.command(command, "--json", *to, *words)

    def migrate(self, *words: object) -> dict[str, Any]:
        ended = self("migrate", "--source", self.source, "--create-tables", *words)
        assert ended.exit_code in {0, 3}, ended.err
        return ended.last

    def failed(self, *words: object) -> dict[str, str]:
        """The checks that fail, with what they found."""
        ended = self("validate", *words)
        checks = ended.last["checks"]
        assert ended.exit_code == (0 if all(check["ok"] for check in checks) else 1), ended.err
        assert all(check["remedy"] for check in checks if not check["ok"])
        return {check["name"]: check["detail"] for check in checks if not check["ok"]}

    def with_source(self, command: str, *words: object) -> Ended:
        return self(command, "--source", self.source, *words)

    def sql(self, statement: str, *values: Any) -> list[Any]:
        cursor = self._sql.execute(statement.encode(), values or None)
        return cursor.fetchall() if cursor.description else []

    def rows(self) -> list[Any]:
        return self.sql(
            "SELECT t::text FROM tasks t UNION ALL SELECT f::text FROM form_data f ORDER BY 1"
        )


@pytest.fixture
def desk(tmp_path: Path, database: str) -> Iterator[Desk]:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("SET TIME ZONE 'UTC'")
        desk = Desk(tmp_path, database, connection)
        desk.store(tasks=ITEMS, formData=FORMS)
        desk.migrate()
        yield desk


@on_every_server
def test_nothing_is_amiss_after_a_migration(desk: Desk) -> None:
    assert desk.failed() == {}
    assert desk.failed("--source", desk.source) == {}
    assert desk.with_source("repair").last["mends"] == []


@on_every_server
def test_missing_and_damaged_rows_are_found_and_come_back_exactly(desk: Desk) -> None:
    before = desk.rows()
    desk.sql("DELETE FROM tasks WHERE title IN ('Task 3', 'Task 4')")
    desk.sql("DELETE FROM form_data WHERE name = 'signup'")
    desk.sql("UPDATE tasks SET status = 'lost' WHERE title = 'Task 5'")
    amiss = {
        "tasks: rows as they were sent": "40 recorded, 2 missing, 1 damaged",
        "formData: rows as they were sent": "2 recorded, 1 missing",
    }
    assert desk.failed() == amiss
    assert desk.failed("--source", desk.source) == amiss | {
        "tasks: against the browser": "40 items, 37 equal, 2 missing, 1 damaged",
        "formData: against the browser": "2 items, 1 equal, 1 missing",
    }
    damaged = desk.rows()
    shown = desk.with_source("repair")
    assert shown.exit_code == 1
    assert [mend["done"] for mend in shown.last["mends"]] == [False, False]
    assert desk.rows() == damaged

    done = desk.with_source("repair", "--auto-fix")
    assert done.exit_code == 0, done.err
    assert desk.rows() == before
    assert desk.failed() == {}
    missing, wrong = done.last["mends"]
    for mend in (wrong, missing):
        ended = desk("rollback", "--run", mend["run"])
        assert ended.exit_code == 0, ended.err
    assert desk.rows() == damaged


def test_what_the_app_changed_since_is_no_damage_and_is_left_alone(desk: Desk) -> None:
    desk.sql("UPDATE tasks SET title = 'New', updated_at = now() + '1 s' WHERE title = 'Task 3'")
    assert desk.failed("--source", desk.source) == {}
    checks = desk.with_source("validate").last["checks"]
    found = {check["name"]: check["detail"] for check in checks}
    assert found["tasks: rows as they were sent"] == "40 recorded, 1 changed in the app since"
    assert found["tasks: against the browser"] == "40 items, 39 equal, 1 changed in the app since"
    assert desk.with_source("repair", "--auto-fix").last["mends"] == []


def test_rows_that_somebody_may_have_changed_are_never_reverted_unasked(desk: Desk) -> None:
    """Forms have no time of change: nothing tells an edit from damage."""
    desk.sql("UPDATE form_data SET name = name || ' edited'")
    edited = desk.rows()
    to = ("--database", desk.database, "--user-id", "u1")
    words = ("repair", "--source", desk.source, "--auto-fix")
    ended = desk.command("--yes", "--json", *words, *to)
    assert ended.exit_code == 1
    assert [(mend["asks"], mend["done"]) for mend in ended.last["mends"]] == [(True, False)] * 2
    assert desk.rows() == edited


def test_what_the_browser_changed_since_is_told_and_never_sent_by_repair(desk: Desk) -> None:
    changed = [ITEMS[0] | {"title": "Another"}, *ITEMS[2:], ITEMS[0] | {"id": "late"}]
    desk.store(tasks=changed, formData=FORMS)
    desk.sql("DELETE FROM tasks WHERE title = 'Task 0'")
    assert desk.failed("--source", desk.source) == {
        "tasks: rows as they were sent": "40 recorded, 1 missing",
        "tasks: against the browser": "40 items, 38 equal, 1 missing, 1 not in the database, "
        "1 gone from the browser",
    }
    ended = desk.with_source("repair", "--auto-fix")
    assert ended.exit_code == 1
    [mend] = ended.last["mends"]
    assert (mend["possible"], mend["done"]) == (False, False)
    assert desk.sql("SELECT count(*) FROM tasks") == [(39,)]


def test_rows_of_a_run_that_was_undone_are_not_missed(desk: Desk) -> None:
    run = desk("validate").last["run"]
    assert desk("rollback", "--run", run).exit_code == 0
    assert "tasks: rows as they were sent" not in desk.failed("--source", desk.source)


def test_what_a_run_that_was_undone_had_rejected_waits_for_nobody(desk: Desk) -> None:
    desk.store(tasks=[*ITEMS, ITEMS[0] | {"id": "odd", "status": "nowhere"}], formData=FORMS)
    run = desk.migrate("--continue-on-error", "--rollback-threshold", 1)["run"]
    assert desk.failed() == {"Rejected items": "1 waits to be mended"}
    undone = desk("rollback", "--run", run)
    assert desk.failed() == {}
    assert desk("repair").last["mends"] == []
    assert desk("rollback", "--run", undone.last["run"]).exit_code == 0
    assert desk.failed() == {"Rejected items": "1 waits to be mended"}


def test_without_the_source_rows_are_not_brought_back(desk: Desk) -> None:
    desk.sql("DELETE FROM tasks WHERE title = 'Task 3'")
    ended = desk("repair", "--auto-fix")
    assert ended.exit_code == 1
    [mend] = ended.last["mends"]
    assert not mend["possible"]
    assert "--source" in mend["remedy"]


def test_damaged_json_in_the_quarantine_is_repaired_shown_and_undone(desk: Desk) -> None:
    damaged = json.dumps(ITEMS)[:-1].replace('"title": "Task 7", ', '"title": "Task 7" ')
    desk.store(**{"task-store": f'{{"state":{{"tasks":{damaged}]}}'.encode(), "formData": FORMS})
    desk.sql("DELETE FROM tasks")
    assert desk.migrate("--continue-on-error", "--rollback-threshold", 1)["counts"]["rejected"] == 1
    assert desk.failed() == {"Rejected items": "1 waits to be mended"}
    shown = desk("repair")
    assert shown.exit_code == 1
    [[before, after]] = shown.last["mends"][0]["changes"]
    assert '"Task 7" "status"' in before
    assert '"Task 7", "status"' in after
    assert desk.sql("SELECT count(*) FROM tasks") == [(0,)]

    ended = desk("repair", "--auto-fix")
    assert ended.exit_code == 0, ended.err
    titles = {item["title"] for item in ITEMS}
    assert {title for (title,) in desk.sql("SELECT title FROM tasks")} == titles
    assert desk.failed() == {}
    assert desk("repair").last["mends"] == []
    [mend] = ended.last["mends"]
    assert desk("rollback", "--run", mend["run"]).exit_code == 0
    assert desk.sql("SELECT count(*) FROM tasks") == [(0,)]
    assert desk.failed() == {"Rejected items": "1 waits to be mended"}


def test_a_repaired_item_lies_in_the_table_once_however_often_all_is_repeated(desk: Desk) -> None:
    damaged = json.dumps(ITEMS).replace('"title": "Task 7", ', '"title": "Task 7" ')
    desk.store(tasks=damaged.encode(), formData=FORMS)
    desk.sql("DELETE FROM tasks")
    # The damage makes a record of all items unreadable, so that none of them is migrated.
    words = ("--continue-on-error", "--rollback-threshold", 1)
    assert desk.migrate(*words)["counts"]["rejected"] == 1
    assert desk.sql("SELECT count(*) FROM tasks") == [(0,)]
    assert desk("repair", "--auto-fix").exit_code == 0
    cured = desk.rows()
    once = [(item["title"], 1) for item in ITEMS]
    counted = "SELECT title, count(*)::int FROM tasks GROUP BY title"
    assert sorted(desk.sql(counted)) == sorted(once)

    assert desk("repair", "--auto-fix").last["mends"] == []
    assert desk.rows() == cured
    # The browser still has it damaged: it is rejected anew, and cured into the rows there are.
    for _ in range(2):
        again = desk.migrate(*words)["counts"]
        assert (again["rejected"], again["inserted"]) == (1, 0)
        assert desk.rows() == cured
        assert desk.failed() == {"Rejected items": "1 waits to be mended"}
        assert desk("repair", "--auto-fix").exit_code == 0
        assert desk.rows() == cured
        assert desk.failed() == {}
    # Once the app has written it whole again, it is the same item.
    desk.store(tasks=ITEMS, formData=FORMS)
    whole = desk.migrate()["counts"]
    assert (whole["rejected"], whole["inserted"], whole["updated"]) == (0, 0, 0)
    assert desk.rows() == cured
    assert desk.with_source("repair", "--auto-fix").last["mends"] == []
    assert desk.failed("--source", desk.source) == {}


def test_an_item_that_plan_or_table_take_by_now_is_loaded_as_it_was(desk: Desk) -> None:
    desk.sql("ALTER TABLE tasks ALTER COLUMN title TYPE varchar(300)")
    long = ITEMS[0] | {"id": "long", "title": "x" * 280}
    desk.sql("ALTER TABLE tasks ADD CONSTRAINT short CHECK (length(title) < 200)")
    desk.store(tasks=[*ITEMS, long], formData=FORMS)
    desk.migrate("--continue-on-error", "--rollback-threshold", 1)
    assert desk.with_source("repair", "--auto-fix").exit_code == 1
    desk.sql("ALTER TABLE tasks DROP CONSTRAINT short")
    assert desk("repair", "--auto-fix").exit_code == 0
    assert desk.sql("SELECT count(*) FROM tasks WHERE title = repeat('x', 280)") == [(1,)]
    assert desk.failed("--source", desk.source) == {}


def test_json_that_nobody_can_be_sure_of_stays_in_quarantine(desk: Desk) -> None:
    desk.store(tasks=b'[{"id": "q", "title": undefined}', formData=FORMS)
    desk.migrate("--continue-on-error", "--rollback-threshold", 1)
    ended = desk("repair", "--auto-fix")
    assert ended.exit_code == 1
    [mend] = ended.last["mends"]
    assert not mend["possible"]
    assert desk.sql("SELECT count(*) FROM tasks") == [(40,)]


def test_tampering_with_the_audit_trail_is_found(desk: Desk) -> None:
    desk.sql("ALTER TABLE desktop_migrator.audit DISABLE TRIGGER ALL")
    desk.sql("UPDATE desktop_migrator.audit SET actor = 'nobody' WHERE seq = 1")
    assert set(desk.failed()) == {"Audit trail in the database"}


def test_tampering_with_this_computers_trail_is_found(desk: Desk) -> None:
    with closing(sqlite3.connect(desk.catalog)) as local, local:
        local.execute("DROP TRIGGER audit_update")
        local.execute("UPDATE audit SET facts = replace(facts, 'migrate', 'nothing')")
    assert "Audit trail on this computer" in desk.failed()


def test_counts_that_somebody_made_up_are_found(desk: Desk) -> None:
    desk.sql(
        "UPDATE desktop_migrator.runs SET counts = jsonb_set(counts, '{tasks,inserted}', '41')"
    )
    assert desk.failed() == {"Recorded counts": "differ from what the chunks say: inserted, items"}


@on_every_server
def test_broken_tables_are_found_one_by_one(desk: Desk) -> None:
    desk.sql("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'tasks_pkey'::regclass")
    assert desk.failed() == {"tasks: indexes": "not valid: tasks_pkey"}
    desk.sql("UPDATE pg_index SET indisvalid = true WHERE indexrelid = 'tasks_pkey'::regclass")

    desk.sql("CREATE TABLE people (id text PRIMARY KEY)")
    desk.sql("INSERT INTO people VALUES ('u1')")
    desk.sql(
        "ALTER TABLE tasks ADD CONSTRAINT person FOREIGN KEY (user_id) REFERENCES people NOT VALID"
    )
    assert desk.failed() == {"tasks: reference person": "is NOT VALID: never checked"}
    desk.sql("ALTER TABLE tasks VALIDATE CONSTRAINT person")
    assert desk.failed() == {}
    desk.sql("SET session_replication_role = replica")
    desk.sql("DELETE FROM people")
    desk.sql("RESET session_replication_role")
    assert desk.failed() == {"tasks: reference person": "40 rows refer to rows that are gone"}
    desk.sql("INSERT INTO people VALUES ('u1')")
    desk.sql("ALTER TABLE tasks DISABLE TRIGGER ALL")
    assert desk.failed() == {"tasks: reference person": "is switched off"}


def test_a_sequence_that_lags_behind_is_found(desk: Desk) -> None:
    desk.sql("ALTER TABLE tasks ADD COLUMN number serial")
    desk.sql("SELECT setval('tasks_number_seq', 7)")
    assert set(desk.failed()) == {"tasks: sequence of number"}


def test_rows_that_the_keys_index_has_lost_are_found(desk: Desk) -> None:
    ready = "UPDATE pg_index SET indisready = %s WHERE indexrelid = 'tasks_pkey'::regclass"
    desk.sql(ready, False)
    with psycopg.connect(desk.database) as another:
        another.execute(
            "INSERT INTO tasks (id, title, user_id) VALUES (gen_random_uuid(), 'x', 'u1')"
        )
    desk.sql(ready, True)
    assert desk.failed() == {"tasks: round trip by key": "1 of 41 rows is not found"}
    desk.sql("REINDEX TABLE tasks")
    assert desk.failed() == {}


def test_a_table_that_is_gone_is_told(desk: Desk) -> None:
    desk.sql("DROP TABLE form_data")
    assert list(desk.failed()) == ["formData: table"]


def test_a_stale_lease_is_found_and_cleared(desk: Desk) -> None:
    desk.sql(
        "INSERT INTO desktop_migrator.leases (user_id, plan, key, run, host, process, backend,"
        " heartbeat) SELECT 'u1', 'default', 1, id, 'gone', 1, 1, now() - interval '1 hour'"
        " FROM desktop_migrator.runs LIMIT 1"
    )
    assert set(desk.failed()) == {"Leases"}
    assert desk("repair").exit_code == 1
    assert desk("repair", "--auto-fix").exit_code == 0
    assert desk.sql("SELECT count(*) FROM desktop_migrator.leases") == [(0,)]
    assert desk.failed() == {}


def test_indexes_that_a_load_has_dropped_are_rebuilt(desk: Desk) -> None:
    desk.sql("CREATE INDEX by_title ON tasks (title)")
    [(definition,)] = desk.sql("SELECT pg_get_indexdef('by_title'::regclass)")
    desk.sql("DROP INDEX by_title")
    desk.sql(
        "INSERT INTO desktop_migrator.dropped_indexes VALUES ('public', 'by_title', %s, %s)",
        definition,
        "public.tasks",
    )
    assert desk.failed() == {"Indexes left away": "by_title"}
    assert desk("repair", "--auto-fix").exit_code == 0
    assert desk.sql("SELECT pg_get_indexdef('by_title'::regclass)") == [(definition,)]
    assert desk.failed() == {}


@pytest.mark.parametrize("damage", ["head", "middle", "all", "gone"])
def test_a_damaged_catalog_is_found_and_made_again(desk: Desk, damage: str) -> None:
    desk.store(tasks=[*ITEMS, ITEMS[0] | {"id": "more"}], formData=FORMS)
    desk.migrate()
    runs = catalog_runs(desk.catalog)
    content = bytearray(desk.catalog.read_bytes())
    if damage == "gone":
        desk.catalog.unlink()
    else:
        start, end = {"head": (0, 100), "middle": (2000, 9000), "all": (0, len(content))}[damage]
        content[start:end] = b"\x5a" * (end - start)
        desk.catalog.write_bytes(content)
    found = desk.failed()
    assert found == {"This computer's catalog": "missing" if damage == "gone" else "damaged"}
    assert desk("repair", "--auto-fix").exit_code == 0
    assert desk.failed() == {}
    assert catalog_runs(desk.catalog) == runs
    aside = list(desk.catalog.parent.glob("catalog.sqlite.damaged-*"))
    assert len(aside) == (0 if damage == "gone" else 1)


def catalog_runs(catalog: Path) -> list[Any]:
    with closing(sqlite3.connect(catalog)) as local:
        return local.execute(
            "SELECT run, outcome, user_id, plan, database, verified,"
            " json_remove(counts, '$.records') FROM runs ORDER BY run"
        ).fetchall()


def test_an_unknown_run_is_named(desk: Desk) -> None:
    ended = desk("validate", "--run", "11111111-1111-4111-8111-111111111111")
    assert ended.exit_code == 2
    assert ended.last["code"] == "DM-509"


def test_a_database_without_bookkeeping_fails_the_first_check(
    tmp_path: Path, database: str
) -> None:
    ended = CommandLine(tmp_path)("validate", "--database", database, "--user-id", "u1")
    assert ended.exit_code == 1
    assert "nothing was migrated here" in ended.out
