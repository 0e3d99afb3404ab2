"""Runs on tables, roles and rows as apps have them; the oracle is what the database holds after."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import plyvel
import psycopg
import pytest

from desktop_migrator.errors import UserNotFound
from desktop_migrator.migration.database.open_database import Person
from desktop_migrator.migration.run.job import Job
from desktop_migrator.migration.run.migrate import migrate
from desktop_migrator.migration.undo import UndoJob, rollback
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import KeptReason, RunResult, UndoResult
from desktop_migrator.plan.schema import load_plan
from desktop_migrator.reporter import Stage
from tests.recording_reporter import RecordingReporter

PLAN = """
version = 1
name = "app"
[entities.tasks]
table = "tasks"
conflict = "RULE"
id = { from = "id", type = "KIND" }
created = "created_at"
updated = "updated_at"
sources = [{ keys = ["tasks*"] }]
[entities.tasks.columns]
title = { from = "title", type = "text", required = true }
note = { from = "note", type = "text" }
created_at = { from = "createdAt", type = "timestamptz" }
updated_at = { from = "updatedAt", type = "timestamptz" }
user_id = { from = "$user", type = "text" }
metadata = { rest = true, type = "jsonb" }
"""
TASKS = """
CREATE TABLE tasks (id text PRIMARY KEY, title text NOT NULL, note text, created_at timestamptz,
                    updated_at timestamptz, user_id text, metadata jsonb)
"""
PERSON = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
SPELLINGS = (PERSON, PERSON.upper(), PERSON.replace("-", ""), f"{{{PERSON}}}")


def row_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012}"


def task(number: int, **fields: Any) -> dict[str, Any]:
    return {"id": row_id(number), "title": f"Task {number}"} | fields


class Desk:
    """One database, the plans and profiles that go into it."""

    def __init__(self, database: str, folder: Path) -> None:
        self.database = database
        self.folder = folder
        self.workspace = Workspace.open(folder / "data")
        self.write_plan(PLAN.replace("RULE", "newest").replace("KIND", "text"))

    def write_plan(self, text: str) -> None:
        path = self.folder / "plan.toml"
        path.write_text(text)
        self.plan = load_plan(path)

    def profile(self, name: str, **records: Any) -> Path:
        folder = self.folder / name
        with plyvel.DB(str(folder), create_if_missing=True) as database:
            database.put(b"VERSION", b"1")
            for key, value in records.items():
                text = json.dumps(value).encode("latin-1")
                database.put(b"_https://app.test\x00\x01" + key.encode(), b"\x01" + text)
        return folder

    def run(
        self,
        *sources: Path,
        user: str = "u1",
        reporter: RecordingReporter | None = None,
        **changes: Any,
    ) -> RunResult:
        job = Job(
            plan=self.plan,
            database=self.database,
            person=Person(user),
            sources=sources,
            continue_on_error=True,
            rollback_threshold=1.0,
            backup=False,
        )
        self.reporter = reporter or RecordingReporter()
        return migrate(replace(job, **changes), self.workspace, self.reporter)

    def undo(self, run: str | None, **other: Any) -> UndoResult:
        job = UndoJob(database=self.database, run=run, **other)
        return rollback(job, self.workspace, RecordingReporter())

    def sql(self, statement: str, *parameters: Any) -> list[Any]:
        with psycopg.connect(self.database, autocommit=True) as connection:
            cursor = connection.execute(statement.encode(), parameters or None)
            return cursor.fetchall() if cursor.description else []

    def trigger(self, when: str, body: str, table: str = "tasks") -> None:
        self.sql(
            "CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN {body} END $$;"
            f"CREATE TRIGGER meddle {when} ON {table} FOR EACH ROW EXECUTE FUNCTION meddle()"
        )


@pytest.fixture
def desk(database: str, tmp_path: Path) -> Desk:
    return Desk(database, tmp_path)


class AtStage(RecordingReporter):
    """Does something once when a stage begins, or has come so far."""

    def __init__(self, stage: Stage, do: Callable[[], Any] | None, at: int = 0) -> None:
        super().__init__()
        self._stage, self._at = stage, at
        self._do = do or self.cancel.set

    def advanced(self, stage: Stage, current: int, total: int | None) -> None:
        super().advanced(stage, current, total)
        if stage is self._stage and current >= self._at:
            self._do()


# ---- people -------------------------------------------------------------------------------------


def test_a_person_is_one_however_a_uuid_is_spelled(desk: Desk) -> None:
    desk.sql(TASKS.replace("user_id text", "user_id uuid"))
    source = desk.profile("p", tasks=[task(number) | {"id": f"t{number}"} for number in range(5)])
    runs = [desk.run(source, user=spelled) for spelled in SPELLINGS]
    assert [run.counts.inserted for run in runs] == [5, 0, 0, 0]
    assert [run.counts.unchanged for run in runs] == [0, 5, 5, 5]
    assert desk.sql("SELECT DISTINCT user_id FROM desktop_migrator.runs") == [(PERSON,)]
    assert desk.sql("SELECT DISTINCT user_id FROM desktop_migrator.identities") == [(PERSON,)]
    undone = desk.undo(runs[0].run, user_id=PERSON.upper())
    assert undone.counts.deleted == 5


def test_ids_in_text_columns_stay_as_they_are_spelled(desk: Desk) -> None:
    desk.sql(TASKS)
    desk.run(desk.profile("p", tasks=[task(1)]), user=PERSON.upper())
    assert desk.sql("SELECT user_id FROM tasks") == [(PERSON.upper(),)]


def test_an_unknown_person_is_told_once_before_anything(desk: Desk) -> None:
    desk.sql("CREATE TABLE users (id uuid PRIMARY KEY)")
    desk.sql(TASKS.replace("user_id text", "user_id uuid REFERENCES users"))
    source = desk.profile("p", tasks=[task(number) for number in range(5)])
    with pytest.raises(UserNotFound):
        desk.run(source, user=PERSON)
    assert desk.reporter.rejections == []
    assert desk.sql("SELECT to_regclass('desktop_migrator.runs')") == [(None,)]
    desk.sql("INSERT INTO users VALUES (%s)", PERSON)
    assert desk.run(source, user=PERSON.upper()).counts.inserted == 5


# ---- triggers, partitions and settings ----------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        "RAISE EXCEPTION 'no' USING ERRCODE = 'PT400';",
        "RAISE EXCEPTION 'no' USING ERRCODE = 'insufficient_privilege';",
        "RAISE EXCEPTION 'no' USING ERRCODE = '55000';",
        "RAISE EXCEPTION 'no' USING ERRCODE = 'XX000';",
        "ASSERT false;",
        "PERFORM nosuch(1);",
        "DECLARE x int; BEGIN SELECT 1 INTO STRICT x WHERE false; END;",
    ],
)
@pytest.mark.parametrize("when", ["BEFORE", "AFTER"])
def test_a_trigger_that_refuses_a_row_by_any_code_costs_that_row(
    desk: Desk, when: str, body: str
) -> None:
    desk.sql(TASKS)
    refusal = f"IF (COALESCE(NEW, OLD)).title = 'bad' THEN {body} END IF;"
    desk.trigger(f"{when} INSERT OR DELETE", f"{refusal} RETURN COALESCE(NEW, OLD);")
    desk.sql("ALTER TABLE tasks DISABLE TRIGGER meddle")
    source = desk.profile("p", tasks=[task(1), task(2, title="bad"), task(3)])
    undone = desk.run(source)
    desk.sql("ALTER TABLE tasks ENABLE TRIGGER meddle")
    taken_back = desk.undo(undone.run)
    assert (taken_back.counts.deleted, taken_back.counts.kept) == (2, 1)
    assert taken_back.skipped_rows[0].reason is KeptReason.REFUSED
    desk.sql("TRUNCATE tasks")
    result = desk.run(source)
    assert (result.counts.inserted, result.counts.rejected) == (2, 1), result.error
    assert "trigger" in str(result.rejections[0].remedy)


def test_a_default_of_serializable_is_no_hindrance(desk: Desk) -> None:
    desk.sql(TASKS)
    [(name,)] = desk.sql("SELECT current_database()")
    desk.sql(f'ALTER DATABASE "{name}" SET default_transaction_isolation = serializable')
    source = desk.profile("p", tasks=[task(number) for number in range(20)])
    assert desk.run(source).counts.inserted == 20
    with psycopg.connect(desk.database) as connection:
        shown = connection.execute("SHOW transaction_isolation").fetchone()
    assert shown == ("serializable",)


def test_a_missing_partition_is_told_as_such(desk: Desk) -> None:
    desk.sql(TASKS.replace("PRIMARY KEY", "").rstrip() + " PARTITION BY LIST (note)")
    desk.sql("CREATE TABLE tasks_a PARTITION OF tasks FOR VALUES IN ('a')")
    result = desk.run(desk.profile("p", tasks=[task(1, note="a"), task(2, note="b")]))
    assert (result.counts.inserted, result.counts.rejected) == (1, 1)
    assert "partition" in str(result.rejections[0].reason)
    assert "partition" in str(result.rejections[0].remedy)


def test_a_row_edited_between_load_and_verification_stays_edited(desk: Desk) -> None:
    desk.sql(TASKS)
    source = desk.profile("p", tasks=[task(number) for number in range(20)])

    def edit() -> None:
        desk.sql("UPDATE tasks SET title = 'edited in the app' WHERE id = %s", row_id(3))

    result = desk.run(source, reporter=AtStage(Stage.VERIFY, edit))
    assert result.verified, result.error
    assert any("1 row was changed" in str(told) for told in desk.reporter.warnings)
    assert desk.sql("SELECT count(*) FROM tasks WHERE title LIKE 'edited%'") == [(1,)]


def test_an_id_column_of_another_type_than_before(desk: Desk) -> None:
    desk.sql(TASKS)
    source = desk.profile("p", tasks=[task(1) | {"id": "task-1"}])
    desk.run(source)
    for kind in ("uuid", "varchar(26)", "uuid"):
        desk.sql("DROP TABLE tasks")
        desk.sql(TASKS.replace("id text PRIMARY", f"id {kind} PRIMARY", 1))
        result = desk.run(source)
        assert result.counts.inserted == 1, result.error
        assert desk.run(source).counts.unchanged == 1
