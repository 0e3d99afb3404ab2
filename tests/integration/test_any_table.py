"""Runs on tables, roles and rows as apps have them; the oracle is what the database holds after."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from desktop_migrator.errors import UserNotFound
from desktop_migrator.migration.run import finish_run
from desktop_migrator.migration.run.filters import Period
from desktop_migrator.migration.run.parallel import load_parallel
from desktop_migrator.model import (
    ConflictPolicy,
    KeptReason,
    MergeRule,
    Outcome,
)
from desktop_migrator.reporter import Stage
from tests.integration.desk import PLAN, TASKS, AtStage, Desk, row_id, task

PERSON = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
SPELLINGS = (PERSON, PERSON.upper(), PERSON.replace("-", ""), f"{{{PERSON}}}")


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
    desk.trigger(
        f"{when} INSERT OR DELETE",
        "IF (CASE TG_OP WHEN 'DELETE' THEN OLD.title ELSE NEW.title END) = 'bad' THEN"
        f" {body} END IF; RETURN COALESCE(NEW, OLD);",
    )
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


# ---- which version, which row -------------------------------------------------------------------


def test_a_period_tells_items_apart_once_their_versions_are_joined(desk: Desk) -> None:
    desk.sql(TASKS)
    days = {"old": (6, "2026-01-10"), "new": (7, "2026-03-10")}
    both = [
        desk.profile(
            name,
            **{
                "tasks": [
                    task(1, title=name, updatedAt=f"{day}T00:00:00Z"),
                    task(2, title="same", updatedAt="2026-03-01T00:00:00Z"),
                ],
                f"tasks-{name}": [task(number, updatedAt=f"{day}T00:00:00Z")],
            },
        )
        for name, (number, day) in days.items()
    ]
    to_february = Period(None, datetime(2026, 2, 1, tzinfo=UTC))
    result = desk.run(*both, period=to_february)
    assert result.verified, result.error
    assert desk.sql("SELECT title FROM tasks") == [("Task 6",)]
    assert result.skipped_records["out-of-range"] == 5
    assert (result.counts.items, result.counts.superseded) == (1, 0)
    from_february = Period(datetime(2026, 2, 1, tzinfo=UTC), None)
    result = desk.run(*both, period=from_february)
    assert sorted(desk.sql("SELECT title FROM tasks")) == [
        ("Task 6",),
        ("Task 7",),
        ("new",),
        ("same",),
    ]
    assert (result.counts.items, result.counts.superseded) == (4, 0)
    assert result.skipped_records["out-of-range"] == 2


@pytest.mark.parametrize("policy", [ConflictPolicy.SKIP, ConflictPolicy.OVERWRITE])
@pytest.mark.parametrize("batch", [1, 100])
def test_of_two_entities_of_one_table_neither_overwrites_the_others_rows(
    desk: Desk, policy: ConflictPolicy, batch: int
) -> None:
    desk.sql(TASKS)
    text = PLAN.replace("RULE", "newest").replace("KIND", "text").replace("tasks*", "tasks")
    second = text.split("[entities.tasks]")[1].replace("entities.tasks", "entities.archive")
    desk.write_plan(text + "[entities.archive]" + second.replace('["tasks"]', '["archive"]'))
    source = desk.profile(
        "p",
        tasks=[task(1), task(2)],
        archive=[task(1, title="archived"), task(2), task(3)],
    )
    result = desk.run(source, policy=policy, batch_size=batch)
    assert result.verified, result.error
    titles = {title for (title,) in desk.sql("SELECT title FROM tasks")}
    [(superseded,)] = desk.sql("SELECT convert_from(raw, 'UTF8') FROM desktop_migrator.quarantine")
    told = json.loads(superseded)["title"]
    assert titles == {"Task 1", "archived", "Task 2", "Task 3"} - {told}
    assert told in {"Task 1", "archived"}
    assert (result.counts.inserted, result.counts.unchanged, result.counts.superseded) == (3, 1, 1)


def test_a_merge_that_is_resumed_merges_no_item_twice(desk: Desk) -> None:
    desk.sql(TASKS)
    number = 40
    for each in range(number):
        desk.sql("INSERT INTO tasks (id, title, user_id) VALUES (%s, 'row', 'u1')", row_id(each))
    source = desk.profile("p", tasks=[task(each, note="n") for each in range(number)])
    merge: dict[str, Any] = {
        "policy": ConflictPolicy.MERGE, "rules": {"tasks": MergeRule.FIELDS}, "batch_size": 10
    }  # fmt: skip
    stopped = desk.run(source, reporter=AtStage(Stage.LOAD, None, at=20), **merge)
    assert stopped.outcome is Outcome.CANCELLED
    [(emptied,)] = desk.sql("SELECT id FROM tasks WHERE note = 'n' ORDER BY id LIMIT 1")
    desk.sql("UPDATE tasks SET note = NULL, title = 'edited' WHERE id = %s", emptied)
    result = desk.run(source, resume=True, **merge)
    assert result.verified, result.error
    assert (result.counts.items, result.counts.updated) == (number, number)
    assert desk.sql("SELECT title, note FROM tasks WHERE id = %s", emptied) == [("edited", None)]


SELF = """
version = 1
name = "g"
[entities.tasks]
table = "tasks"
id = { from = "id", type = "uuid" }
sources = [{ keys = ["tasks"] }]
[entities.tasks.columns]
title = { from = "title", type = "text" }
next_id = { from = "nextId", type = "uuid", references = "tasks"DANGLING }
parent_id = { from = "parentId", type = "uuid", references = "tasks"DANGLING }
user_id = { from = "$user", type = "text" }
"""


@pytest.mark.parametrize(
    ("dangling", "key", "items", "expected"),
    [
        (
            "",
            "",
            [task(1, nextId=row_id(2)), task(2, parentId=row_id(9))],
            [],
        ),
        (
            ', dangling = "null"',
            " REFERENCES tasks",
            [task(1, nextId=row_id(2)), task(2, nextId=row_id(1), parentId=row_id(9))],
            [(row_id(1), row_id(2), None), (row_id(2), row_id(1), None)],
        ),
    ],
)
def test_two_references_within_a_table(
    desk: Desk, dangling: str, key: str, items: list[Any], expected: list[Any]
) -> None:
    desk.write_plan(SELF.replace("DANGLING", dangling))
    desk.sql(
        f"CREATE TABLE tasks (id uuid PRIMARY KEY, title text, next_id uuid{key},"
        f" parent_id uuid{key}, user_id text)"
    )
    result = desk.run(desk.profile("p", tasks=items))
    assert result.verified
    rows = desk.sql("SELECT id::text, next_id::text, parent_id::text FROM tasks ORDER BY id")
    assert rows == expected
    assert result.counts.rejected == len(items) - len(expected)


# ---- undo where triggers have a say -------------------------------------------------------------


def test_undo_leaves_rows_unmarked_where_a_trigger_marks_instead_of_deleting(desk: Desk) -> None:
    desk.sql(TASKS.replace("note text", "note text, deleted_at timestamptz"))
    desk.trigger(
        "BEFORE DELETE",
        "UPDATE tasks SET deleted_at = now() WHERE id = OLD.id AND OLD.title <> 'Task 3';"
        " IF OLD.title = 'Task 3' THEN RETURN OLD; END IF; RETURN NULL;",
    )
    result = desk.run(desk.profile("p", tasks=[task(number) for number in range(6)]))
    undone = desk.undo(result.run)
    assert (undone.counts.deleted, undone.counts.kept) == (1, 5), undone.error
    assert {row.reason for row in undone.skipped_rows} == {KeptReason.REFUSED}
    assert desk.sql("SELECT count(*), count(deleted_at) FROM tasks") == [(5, 0)]


def test_undo_goes_on_where_a_trigger_changes_the_row_that_is_deleted(desk: Desk) -> None:
    desk.sql(TASKS)
    desk.trigger(
        "BEFORE DELETE",
        "IF OLD.title = 'Task 3' THEN UPDATE tasks SET note = 'x' WHERE id = OLD.id; END IF;"
        " RETURN OLD;",
    )
    result = desk.run(desk.profile("p", tasks=[task(number) for number in range(6)]))
    undone = desk.undo(result.run)
    assert (undone.counts.deleted, undone.counts.kept) == (5, 1), undone.error
    assert desk.sql("SELECT title, note FROM tasks") == [("Task 3", None)]


def test_undo_restores_where_a_trigger_updates_its_own_row(desk: Desk) -> None:
    desk.sql(TASKS)
    desk.sql("INSERT INTO tasks (id, title, user_id) VALUES (%s, 'row', 'u1')", row_id(1))
    desk.trigger(
        "AFTER UPDATE",
        "IF pg_trigger_depth() = 1 THEN UPDATE tasks SET note = 'touched' WHERE id = NEW.id;"
        " END IF; RETURN NULL;",
    )
    source = desk.profile("p", tasks=[task(1)])
    result = desk.run(source, policy=ConflictPolicy.OVERWRITE)
    undone = desk.undo(result.run)
    assert undone.error is None
    assert desk.sql("SELECT title FROM tasks") == [("row",)]
    assert {row.reason for row in undone.skipped_rows} <= {KeptReason.ALTERED}


@pytest.mark.parametrize("event", ["UPDATE", "INSERT OR UPDATE"])
def test_a_trigger_may_keep_the_time_of_change(desk: Desk, event: str) -> None:
    """As Supabase's moddatetime does; undo goes back through runs all the same."""
    desk.sql(TASKS)
    for number in range(4):
        desk.sql("INSERT INTO tasks (id, title, user_id) VALUES (%s, 'row', 'u1')", row_id(number))
    desk.trigger(f"BEFORE {event}", "NEW.updated_at := clock_timestamp(); RETURN NEW;")
    items = [task(number, updatedAt="2026-01-01T00:00:00Z") for number in range(6)]
    first = desk.run(desk.profile("p", tasks=items), policy=ConflictPolicy.OVERWRITE)
    assert first.verified, first.error
    assert (first.counts.updated, first.counts.inserted) == (4, 2)
    told = [str(each) for each in desk.reporter.warnings if "sets updated_at" in str(each)]
    assert len(told) == 1
    times = "SELECT count(*) FROM tasks WHERE updated_at > now() - interval '1 day'"
    assert desk.sql(times) == [(6 if "INSERT" in event else 4,)]
    newer = [each | {"title": "Newer"} for each in items]
    second = desk.run(desk.profile("q", tasks=newer), policy=ConflictPolicy.OVERWRITE)
    assert second.verified, second.error
    again = desk.run(desk.folder / "q")
    assert (again.counts.updated, again.counts.inserted) == (0, 0)
    assert desk.undo(second.run).counts.restored == 6
    taken_back = desk.undo(first.run)
    assert (taken_back.counts.restored, taken_back.counts.deleted) == (4, 2)
    assert desk.sql("SELECT DISTINCT title, count(*) OVER () FROM tasks") == [("row", 4)]


@pytest.mark.parametrize("processes", [1, 3])
def test_a_run_is_resumed_where_a_trigger_keeps_the_time_of_change(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, processes: int
) -> None:
    monkeypatch.setattr(load_parallel, "MIN_CHARACTERS_FOR_PARALLEL", 0)
    desk.sql(TASKS)
    desk.trigger("BEFORE INSERT", "NEW.updated_at := clock_timestamp(); RETURN NEW;")
    records = {
        f"tasks-{k}": [task(10 * k + n, updatedAt="2026-01-01T00:00:00Z") for n in range(10)]
        for k in range(6)
    }
    source = desk.profile("p", **records)
    how: dict[str, Any] = {"batch_size": 10, "max_concurrent": processes}
    stopped = desk.run(source, reporter=AtStage(Stage.LOAD, None, at=20), **how)
    assert stopped.outcome is Outcome.CANCELLED
    result = desk.run(source, resume=True, **how)
    assert result.verified, result.error
    assert (result.counts.items, result.counts.inserted) == (60, 60)
    told = [str(each) for each in desk.reporter.warnings if "sets updated_at" in str(each)]
    assert len(told) == 1


# ---- roles --------------------------------------------------------------------------------------


def test_a_role_with_few_connections_is_enough(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load_parallel, "MIN_CHARACTERS_FOR_PARALLEL", 0)
    monkeypatch.setattr(finish_run, "MIN_ROWS_FOR_PARALLEL", 1)
    desk.sql(TASKS)
    [(name,)] = desk.sql("SELECT current_database()")
    desk.sql(
        "DROP ROLE IF EXISTS few; CREATE ROLE few LOGIN PASSWORD 'few' CONNECTION LIMIT 3;"
        f' GRANT ALL ON tasks TO few; GRANT CREATE, TEMP ON DATABASE "{name}" TO few'
    )
    source = desk.profile("p", **{f"tasks-{k}": [task(10 * k + n) for n in range(10)]
                                  for k in range(20)})  # fmt: skip
    parts = urlsplit(desk.database)
    address = parts._replace(netloc=f"few:few@{parts.netloc.rpartition('@')[2]}").geturl()
    try:
        result = desk.run(source, database=address, max_concurrent=4)
        assert result.verified, result.error
        assert result.counts.inserted == 200
    finally:
        desk.sql("DROP OWNED BY few; DROP ROLE few")


# ---- whatever columns are filled ----------------------------------------------------------------

FLAGS = 9


@pytest.mark.parametrize("identity", [False, True])
def test_any_number_of_ways_to_fill_columns_goes_through_one_stage(
    desk: Desk, identity: bool
) -> None:
    """Each item leaves other columns to their defaults, one of them of a domain."""
    number = "int GENERATED BY DEFAULT AS IDENTITY" if identity else "int NOT NULL DEFAULT 7 % 4"
    columns = "".join(f"f{each} = {{ from = 'f{each}' }}\n" for each in range(FLAGS))
    desk.write_plan(
        'version = 1\nname = "f"\n[entities.tasks]\ntable = "tasks"\n'
        'sources = [{ keys = ["tasks"] }]\n[entities.tasks.columns]\n'
        'title = { from = "title" }\nuser_id = { from = "$user" }\nn = { from = "n" }\n'
        f'p = {{ from = "p" }}\n{columns}'
    )
    desk.sql(
        "CREATE DOMAIN positive AS int NOT NULL CHECK (VALUE > 0);"
        f"CREATE TABLE tasks (id uuid PRIMARY KEY, title text, user_id text, n {number},"
        " p positive DEFAULT 5,"
        + ",".join(f"f{each} boolean NOT NULL DEFAULT false" for each in range(FLAGS))
        + "); CREATE TABLE locks (held int)"
    )
    desk.trigger(
        "BEFORE INSERT OR UPDATE",
        "INSERT INTO locks SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid(); RETURN NEW;",
    )
    ways = range(0, 1 << FLAGS, 3)
    items = [
        task(way)
        | {f"f{each}": True for each in range(FLAGS) if way >> each & 1}
        | ({"n": way, "p": way} if way % 2 else {})
        for way in ways
    ]
    source = desk.profile("p", tasks=items)
    assert desk.run(source).counts.inserted == len(ways)
    flags = ", ".join(f"f{each}" for each in range(FLAGS))
    filled = {
        (way, *((way, way) if way % 2 else (3, 5)), *(bool(way >> each & 1) for each in range(9)))
        for way in ways
    }
    query = f"SELECT substr(title, 6)::int, n, p, {flags} FROM tasks"
    if not identity:
        assert set(desk.sql(query)) == filled
    desk.sql("UPDATE tasks SET n = 1, p = 1")
    desk.sql(f"UPDATE tasks SET {', '.join(f'f{each} = NOT f{each}' for each in range(FLAGS))}")
    before = sorted(desk.sql(query))
    result = desk.run(source, policy=ConflictPolicy.OVERWRITE)
    assert result.verified, result.error
    assert result.counts.updated == len(ways) - 1  # one fills nothing that differs
    for way, n, p, *rest in desk.sql(query):
        assert (n, p) == ((way, way) if way % 2 else (1, 1))
        # What an item leaves alone stays as somebody has made it.
        assert rest == [True] * FLAGS
    assert desk.sql("SELECT max(held) < 100 FROM locks") == [(True,)]
    undone = desk.undo(result.run)
    assert (undone.counts.restored, undone.counts.kept) == (len(ways) - 1, 0)
    assert sorted(desk.sql(query)) == before


def test_rows_that_a_trigger_keeps_as_they_were_are_rejected_by_name(desk: Desk) -> None:
    desk.sql(TASKS)
    source = desk.profile("p", tasks=[task(number) for number in range(6)])
    desk.run(source)
    desk.sql("UPDATE tasks SET title = 'Mine'")
    desk.trigger(
        "BEFORE UPDATE", f"IF NEW.id = '{row_id(3)}' THEN RETURN NULL; END IF; RETURN NEW;"
    )
    result = desk.run(source, policy=ConflictPolicy.OVERWRITE)
    assert result.verified, result.error
    assert (result.counts.updated, result.counts.rejected) == (5, 1)
    assert [each.source_id for each in result.rejections] == [row_id(3)]


def test_what_a_trigger_trims_is_told_by_item_and_column(desk: Desk) -> None:
    desk.sql(TASKS)
    desk.trigger("BEFORE INSERT", "NEW.title := trim(NEW.title); RETURN NEW;")
    items = [task(1), task(2, title=" blanks "), task(3)]
    result = desk.run(desk.profile("p", tasks=items))
    assert not result.verified
    assert "title of tasks 1 in tasks" in str(result.error)


def test_eight_people_begin_at_once_on_an_empty_database(database: str, tmp_path: Path) -> None:
    desks = []
    for number in range(8):
        folder = tmp_path / str(number)
        folder.mkdir()
        desks.append(Desk(database, folder))
    source = desks[0].profile("p", tasks=[task(number) for number in range(20)])
    with ThreadPoolExecutor(len(desks)) as threads:
        runs = [
            threads.submit(desk.run, source, user=f"u{number}", create_tables=True)
            for number, desk in enumerate(desks)
        ]
        results = [run.result() for run in runs]
    assert all(result.verified for result in results), [result.error for result in results]
    people = "SELECT count(DISTINCT user_id), count(*) FROM tasks"
    assert desks[0].sql(people) == [(8, 160)]


FAR = """
version = 1
name = "far"
[entities.events]
table = "events"
updated = "changed"
sources = [{ keys = ["events"] }]
[entities.events.columns]
name = { from = "name" }
at = { from = "at", numbers = "milliseconds" }
local = { from = "at", numbers = "milliseconds" }
day = { from = "day" }
tags = { from = "tags" }
changed = { from = "at", numbers = "milliseconds" }
user_id = { from = "$user" }
"""
FAR_TABLE = """
CREATE TABLE events (id uuid PRIMARY KEY, name text, at timestamptz, local timestamp, day date,
                     {more} changed timestamptz(3), user_id text)
"""
MOMENTS = {  # as JavaScript writes them, and as PostgreSQL reads them
    "last of JavaScript": ("+275760-09-13T00:00:00.000Z", "275760-09-13 00:00:00+00"),
    "counted": (253402300800000, "10000-01-01 00:00:00+00"),
    "eastern": ("9999-12-31T23:00:00.123-05:00", "10000-01-01 04:00:00.123+00"),
    "western": ("0001-01-01T00:00:00+02:00", "0001-12-31 22:00:00+00 BC"),
    "ides": ("-000043-03-15T10:30:00.250Z", "0044-03-15 10:30:00.25+00 BC"),
    "year 0": ("0000-02-29T00:00:00.000Z", "0001-02-29 00:00:00+00 BC"),
    "near": ("2026-07-01T12:00:00.000Z", "2026-07-01 12:00:00+00"),
}
DAYS = {"ides": ("-000043-03-15", "0044-03-15 BC"), "eastern": ("+012345-02-28", "12345-02-28")}
SAME = """
SELECT at = %s::timestamptz, local = (%s::timestamptz AT TIME ZONE 'UTC'),
       day IS NOT DISTINCT FROM %s::date FROM events WHERE name = %s
"""


@pytest.mark.parametrize("more", ["", "tags text[],"])
def test_times_beyond_pythons_calendar_are_carried_exactly(desk: Desk, more: str) -> None:
    """By COPY in binary, and as texts where the table has a column that only the server reads."""
    desk.write_plan(FAR if more else FAR.replace('tags = { from = "tags" }\n', ""))
    desk.sql(FAR_TABLE.format(more=more))
    items = [
        {"id": row_id(number), "name": name, "at": at, "day": DAYS.get(name, (None,))[0]}
        for number, (name, (at, _)) in enumerate(MOMENTS.items())
    ]
    source = desk.profile("p", events=items)
    result = desk.run(source)
    assert (result.verified, result.counts.inserted) == (True, len(MOMENTS)), result.error
    for name, (_, spelled) in MOMENTS.items():
        day = DAYS.get(name, (None, None))[1]
        assert desk.sql(SAME, spelled, spelled, day, name) == [(True, True, True)], name
    assert desk.run(source).counts.unchanged == len(MOMENTS)
    desk.sql("UPDATE events SET changed = '2000-01-01'")
    newest = desk.run(source, policy=ConflictPolicy.MERGE)
    assert (newest.verified, newest.counts.updated) == (True, len(MOMENTS) - 3), newest.error
    assert desk.undo(newest.run).counts.restored == len(MOMENTS) - 3
    assert desk.undo(result.run).counts.kept == len(MOMENTS)  # whom the app has written since


@pytest.mark.parametrize(
    ("edit", "left"),
    [
        ("title = 'edited'", ("edited", None)),  # which the run did not write
        ("note = 'other'", ("row", "other")),
    ],
)
def test_undo_of_merged_fields_leaves_what_others_wrote(
    desk: Desk, edit: str, left: tuple[str, str | None]
) -> None:
    desk.write_plan(PLAN.replace("RULE", "fields").replace("KIND", "text"))
    desk.sql(TASKS)
    desk.sql("INSERT INTO tasks (id, title, user_id) VALUES (%s, 'row', 'u1')", row_id(1))
    source = desk.profile("p", tasks=[task(1, title="item", note="n")])
    run = desk.run(source, policy=ConflictPolicy.MERGE).run
    assert desk.sql("SELECT title, note FROM tasks") == [("row", "n")]
    desk.sql(f"UPDATE tasks SET {edit}")
    desk.undo(run)
    assert desk.sql("SELECT title, note FROM tasks") == [left]
