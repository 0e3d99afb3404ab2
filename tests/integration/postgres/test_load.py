"""The load into real PostgreSQL, looked at by plain SQL on a connection of its own."""

import threading
import uuid
from collections.abc import Iterator
from decimal import Decimal

import msgspec
import psycopg
import pytest
import sqlalchemy

from desktop_migrator.errors import Cancelled, DatabaseError, UsageError
from desktop_migrator.model import ConflictPolicy, Item, Outcome, Rejection
from desktop_migrator.postgres import bookkeeping
from desktop_migrator.postgres.load.batches import MAX_BATCH_BYTES, BatchLimits
from desktop_migrator.postgres.load.table_writer import TableWriter
from desktop_migrator.postgres.types import adapters
from tests.integration.conftest import on_every_server
from tests.integration.postgres.factories import (
    CREATED,
    TASKS,
    USER,
    Bench,
    item,
    rejection,
    source,
    task,
)
from tests.recording_reporter import RecordingReporter

SKIP, OVERWRITE = ConflictPolicy.SKIP, ConflictPolicy.OVERWRITE


def titles(bench: Bench) -> dict[int, str]:
    return {row_id.int: title for row_id, title in bench.sql("SELECT id, title FROM tasks")}


@on_every_server
def test_the_same_data_a_second_time_changes_nothing(bench: Bench) -> None:
    items = [task(number) for number in range(1, 501)]
    assert bench.load(*items, items=100) == {"inserted": 500}
    before = bench.sql("SELECT xmin::text, ctid::text, t::text FROM tasks t ORDER BY id")
    assert bench.load(*items, items=64) == {"unchanged": 500}
    assert bench.sql("SELECT xmin::text, ctid::text, t::text FROM tasks t ORDER BY id") == before


def test_equal_json_in_another_spelling_is_unchanged(bench: Bench) -> None:
    bench.load(task(1, metadata=b'{"a": 1.0, "b": [1e2, "\xc3\xa9"]}'))
    again = task(1, metadata=b'{"b":[100,"\\u00e9"],  "a":7,"a":1}')
    assert bench.load(again, policy=OVERWRITE) == {"unchanged": 1}


@pytest.mark.parametrize(
    ("change", "policy", "counts", "left"),
    [
        ({}, SKIP, {"unchanged": 1}, "Task 1"),
        ({}, OVERWRITE, {"unchanged": 1}, "Task 1"),
        ({"title": "New"}, SKIP, {"skipped": 1, "conflicts": 1}, "Task 1"),
        ({"title": "New"}, OVERWRITE, {"updated": 1, "conflicts": 1}, "New"),
        ({"status": None}, SKIP, {"skipped": 1, "conflicts": 1}, "Task 1"),
        ({"status": None}, OVERWRITE, {"updated": 1, "conflicts": 1}, "Task 1"),
        ({"metadata": b"null"}, OVERWRITE, {"updated": 1, "conflicts": 1}, "Task 1"),
        ({"created_at": None}, OVERWRITE, {"updated": 1, "conflicts": 1}, "Task 1"),
        ({"title": msgspec.UNSET}, OVERWRITE, {"unchanged": 1}, "Task 1"),
    ],
)
def test_a_row_that_exists_is_resolved_by_the_policy(
    bench: Bench,
    change: dict[str, object],
    policy: ConflictPolicy,
    counts: dict[str, int],
    left: str,
) -> None:
    bench.load(task(1))
    assert bench.load(task(1, **change), task(2), policy=policy) == {**counts, "inserted": 1}
    assert titles(bench)[1] == left
    if "updated" in counts:
        assert bench.load(task(1, **change), policy=policy) == {"unchanged": 1}


@pytest.mark.parametrize("column", ["metadata", "status"])
def test_of_what_no_item_has_rows_are_not_read_whole(
    bench: Bench, connection: sqlalchemy.Connection, column: str
) -> None:
    """They may be large; whether they are there is enough to tell the two apart."""
    items = [task(1, **{column: None}), task(2, **{column: None})]
    bench.load(task(1), items[1])
    writer = TableWriter(bench.entities["tasks"], USER)
    place = [column.name for column in writer.entity.columns].index(column)
    with connection.begin():
        rows = list(writer.stream_for_update(adapters.cursor(connection), items, to_compare=True))
    assert [row.values[place] for _, row in rows] in ([b"0", None], ["0", None])
    assert bench.load(*items) == {"skipped": 1, "conflicts": 1, "unchanged": 1}
    assert bench.load(*items, policy=OVERWRITE) == {"updated": 1, "conflicts": 1, "unchanged": 1}
    assert bench.sql(f"SELECT count({column}) FROM tasks") == [(0,)]


def test_overwrite_leaves_columns_alone_that_the_plan_does_not_fill(bench: Bench) -> None:
    bench.load(task(1))
    bench.sql("ALTER TABLE tasks ADD stars int")
    bench.sql("UPDATE tasks SET stars = 5")
    assert bench.load(task(1, title="New", status=msgspec.UNSET), policy=OVERWRITE)
    assert bench.sql("SELECT title, status, stars FROM tasks") == [("New", "pending", 5)]


def test_unset_columns_get_the_tables_default_beside_items_that_fill_them(bench: Bench) -> None:
    items = [task(1), task(2, status=msgspec.UNSET), task(3, status=None)]
    assert bench.load(*items) == {"inserted": 3}
    assert bench.sql("SELECT status FROM tasks ORDER BY id") == [
        ("pending",),
        ("pending",),
        (None,),
    ]
    assert bench.load(*items) == {"unchanged": 3}
    assert bench.verify().ok


@pytest.mark.parametrize("policy", [SKIP, OVERWRITE])
@pytest.mark.parametrize("chunk", [1, 100])
def test_of_an_id_met_twice_the_first_counts(
    bench: Bench, policy: ConflictPolicy, chunk: int
) -> None:
    items = [task(1, title=title) for title in ("First", "First", "Second", "Third")]
    first = {"inserted": 1, "unchanged": 1, "superseded": 2}
    assert bench.load(*items, policy=policy, items=chunk) == first
    assert titles(bench) == {1: "First"}
    assert bench.verify().ok
    bench.sql("UPDATE tasks SET title = 'Changed in the app'")
    again = bench.load(*items, policy=policy, items=chunk)
    assert (again["conflicts"], again["superseded"]) == (1, 2)
    assert titles(bench) == {1: "First" if policy is OVERWRITE else "Changed in the app"}


def test_another_users_row_is_never_touched(bench: Bench) -> None:
    bench.load(task(1), task(2))
    bench.sql("UPDATE tasks SET user_id = 'somebody else' WHERE id = %s", uuid.UUID(int=1))
    bench.sql("UPDATE tasks SET user_id = NULL WHERE id = %s", uuid.UUID(int=2))
    items = [task(number, title="Mine now") for number in (1, 2, 3)]
    assert bench.load(*items, policy=OVERWRITE) == {"inserted": 1, "rejected": 2}
    assert titles(bench) == {1: "Task 1", 2: "Task 2", 3: "Mine now"}
    assert {found.code for found in bench.reporter.rejections} == {"other-user"}


def test_a_user_column_of_type_uuid_is_compared_as_uuid(
    connection: sqlalchemy.Connection, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"
    monkeypatch.setattr("tests.integration.postgres.factories.USER", user)
    bench = Bench(connection, database, "CREATE TABLE notes (id text PRIMARY KEY, user_id uuid)")
    bench.entity("notes")
    mine = item("notes", "n1", uuid.UUID(user))
    bench.load(mine)
    assert bench.load(mine) == {"unchanged": 1}


# ---- identity -----------------------------------------------------------------------------------


def test_a_derived_id_stays_the_one_first_given(bench: Bench) -> None:
    first = task(1, derived=True, source_id="abc")
    later = task(2, derived=True, source_id="abc", title="Task 1", metadata=first.values[5])
    assert bench.load(first) == {"inserted": 1}
    assert bench.load(later) == {"unchanged": 1}
    assert titles(bench) == {1: "Task 1"}
    assert bench.verify().ok


def test_derived_ids_of_one_source_id_meet_within_a_chunk_too(bench: Bench) -> None:
    items = [task(number, derived=True, source_id="abc") for number in (1, 2)]
    assert bench.load(*items) == {"inserted": 1, "superseded": 1}
    assert titles(bench) == {1: "Task 1"}


def test_different_sources_never_become_one_row(bench: Bench) -> None:
    names = ["a\\u0000", "a\0", "a\ud800", "a\\ud800", "a" * 3000, "a" * 2999 + "b", "ä", "\\", ""]
    items = [task(number, derived=True, source_id=name) for number, name in enumerate(names, 1)]
    other_site = task(90, derived=True, source_id="ä", source=source(origin="https://b.test"))
    assert bench.load(*items, other_site) == {"inserted": len(names) + 1}
    assert bench.load(*items, other_site) == {"unchanged": len(names) + 1}


@pytest.mark.parametrize(
    ("id_type", "ids"),
    [
        ("integer", [1, 2, 2**31 - 1]),
        ("bigint", [1, -5, 2**63 - 1]),
        ("text", ["a", 'ä{"},\\', " b "]),
        ("char(26)", ["01ARZ3NDEKTSV4RRFFQ69G5FAV", "short"]),
        ("varchar(26)", ["01ARZ3NDEKTSV4RRFFQ69G5FAV", "NULL"]),
    ],
)
def test_ids_of_every_type_are_found_again(
    connection: sqlalchemy.Connection, database: str, id_type: str, ids: list[object]
) -> None:
    bench = Bench(connection, database, f"CREATE TABLE notes (id {id_type} PRIMARY KEY, body text)")
    bench.entity("notes", user_column=None)
    items = [item("notes", row_id, "body") for row_id in ids]
    assert bench.load(*items) == {"inserted": len(ids)}
    assert bench.load(*items) == {"unchanged": len(ids)}
    assert bench.verify().ok
    derived = [item("notes", row_id, "x", derived=True, source_id="s") for row_id in ids]
    assert bench.load(*derived, policy=OVERWRITE)["updated"] == 1


# ---- values -------------------------------------------------------------------------------------

TYPES = """
CREATE TYPE mood AS ENUM ('happy', 'sad');
CREATE TABLE "Kinds" (
    "id" text PRIMARY KEY, "aText" text, "aChar" char(8), "aMood" mood, "aUuid" uuid,
    "aBool" boolean, "aSmall" smallint, "anInt" integer, "aBig" bigint, "aNumeric" numeric,
    "aDouble" double precision, "aReal" real, "aTimestamp" timestamp,
    "aTimestamptz" timestamptz, "aDate" date, "aJson" json, "aJsonb" jsonb
)
"""


@on_every_server
def test_every_type_arrives_as_sql_would_have_written_it(
    connection: sqlalchemy.Connection, database: str
) -> None:
    bench = Bench(connection, database, TYPES)
    bench.entity("Kinds", user_column=None)
    number = uuid.uuid4()
    items = [
        item(
            "Kinds", "1", "line\n\t\\N é😀", "ab ", "sad", number, True,
            -(2**15), 2**31 - 1, -(2**63), Decimal("0.10000000000000000000000000000001"), 0.1,
            0.1, CREATED, CREATED, CREATED.date(), b'{"b":1,  "a":[]}', b'{"b":1,  "a":[]}',
        ),
        item("Kinds", "2", *[None] * 16),
    ]  # fmt: skip
    assert bench.load(*items) == {"inserted": 2}
    bench.sql(
        """INSERT INTO "Kinds" VALUES ('3', E'line\\n\\t\\\\N é😀', 'ab', 'sad', %s, true, -32768,
        2147483647, -9223372036854775808, 0.10000000000000000000000000000001, 0.1, 0.1,
        '2026-07-01 12:30:15.123456', '2026-07-01 12:30:15.123456+00', '2026-07-01',
        '{"b":1,  "a":[]}', '{"b":1,  "a":[]}')""",
        number,
    )
    loaded, null, written = bench.sql("""SELECT to_jsonb(t) - 'id' FROM "Kinds" t ORDER BY id""")
    assert loaded == written
    assert set(null[0].values()) == {None}
    assert bench.sql("""SELECT count(*) FROM "Kinds" WHERE "aJson"::text LIKE '%%1,  "a"%%'""") == [
        (2,)
    ]
    assert bench.load(*items, policy=OVERWRITE) == {"unchanged": 2}
    assert bench.verify().ok
    changed = msgspec.structs.replace(items[0], id="2", values=("2", *items[0].values[1:]))
    assert bench.load(changed, policy=OVERWRITE)["updated"] == 1
    loaded, updated, _ = bench.sql("""SELECT to_jsonb(t) - 'id' FROM "Kinds" t ORDER BY id""")
    assert loaded == updated


def test_jsonb_keeps_every_digit(bench: Bench) -> None:
    numerals = ["1e400", str(2**70), "0.1" + "0123456789" * 3, "-0.000001", "9" * 5000, "1E-300"]
    document = "[" + ",".join(numerals) + "]"
    assert bench.load(task(1, metadata=document.encode())) == {"inserted": 1}
    assert bench.sql(
        "SELECT jsonb_agg(n ORDER BY i) = metadata FROM tasks,"
        " unnest(%s::numeric[]) WITH ORDINALITY AS t (n, i) GROUP BY metadata",
        numerals,
    ) == [(True,)]
    assert bench.load(task(1, metadata=document.encode())) == {"unchanged": 1}
    changed = document.replace("0123456789]", "0123456788]").replace("9" * 5000, "9" * 4999 + "8")
    assert bench.load(task(1, metadata=changed.encode()))["skipped"] == 1
    bench.load(task(2, metadata=document.encode()))
    assert bench.verify().ok


def test_a_timestamp_without_time_zone_holds_utc_though_the_database_is_in_new_york(
    bench: Bench,
) -> None:
    bench.load(task(1))
    assert bench.sql("SHOW timezone") == [("America/New_York",)]
    assert bench.sql("SELECT created_at FROM tasks") == [(CREATED.replace(tzinfo=None),)]


def test_rows_of_the_app_that_python_cannot_hold_are_conflicts(bench: Bench) -> None:
    bench.load(task(1), task(2))
    bench.sql("UPDATE tasks SET created_at = 'infinity' WHERE id = %s", uuid.UUID(int=1))
    deep = "[" * 3000 + "]" * 3000
    bench.sql("UPDATE tasks SET metadata = %s WHERE id = %s", deep, uuid.UUID(int=2))
    assert bench.load(task(1), task(2)) == {"skipped": 2, "conflicts": 2}


def test_names_of_any_spelling_are_taken_as_they_are(
    connection: sqlalchemy.Connection, database: str
) -> None:
    bench = Bench(connection, database, 'CREATE TABLE "50%s" ("Id%" int PRIMARY KEY, "a""b%" text)')
    bench.entity("50%s", user_column=None)
    for body, counts in (("x", {"inserted": 1}), ("y", {"updated": 1, "conflicts": 1})):
        assert bench.load(item("50%s", 1, body), policy=OVERWRITE) == counts
        assert bench.verify().ok


# ---- rows that the server refuses ----------------------------------------------------------------


def spoil(bench: Bench) -> dict[int, Item]:
    """Rules for the table, and items that break each of them."""
    bench.sql("ALTER TABLE tasks ADD CHECK (status <> 'forbidden')")
    bench.sql("CREATE UNIQUE INDEX tasks_title_key ON tasks (lower(title))")
    bench.sql("ALTER TABLE tasks ADD boss uuid REFERENCES tasks DEFERRABLE INITIALLY DEFERRED")
    bench.sql(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'secret %', NEW.title; END $$"
    )
    bench.sql(
        "CREATE TRIGGER refuse BEFORE INSERT ON tasks FOR EACH ROW"
        " WHEN (NEW.status = 'refuse') EXECUTE FUNCTION refuse()"
    )
    bench.entity("tasks", "id", "title", "status", "created_at", "user_id", "metadata", "boss")

    def bad(number: int, **changes: object) -> Item:
        boss = changes.pop("boss", None)
        made = task(number, **changes)
        return msgspec.structs.replace(made, values=(*made.values, boss))

    items = {number: bad(number) for number in range(1, 301)}
    items[1] = bad(1, title="secret" * 100)
    items[17] = bad(17, status="forbidden")
    items[18] = bad(18, title=None)
    items[50] = bad(50, title="Task 49")
    items[100] = bad(100, metadata=b'{"secret": 1')
    items[101] = bad(101, metadata=b'"secret \\u0000"')
    items[150] = bad(150, title="secret \0")
    items[151] = bad(151, title="secret \ud800")
    items[199] = bad(199, boss=uuid.UUID(int=999))
    items[200] = bad(200, status="refuse")
    items[250] = bad(250, metadata=b"[" * 100_000 + b"]" * 100_000)
    items[300] = bad(300, status="s" * 51)
    return items


BROKEN = {1, 17, 18, 50, 100, 101, 150, 151, 199, 200, 250, 300}


@on_every_server
@pytest.mark.parametrize("chunk", [7, 2000])
def test_bad_rows_are_told_one_by_one_and_their_neighbours_loaded(bench: Bench, chunk: int) -> None:
    items = spoil(bench)
    assert bench.load(*items.values(), items=chunk) == {
        "inserted": 300 - len(BROKEN),
        "rejected": len(BROKEN),
    }
    assert set(titles(bench)) == set(items) - BROKEN
    told = {uuid.UUID(found.source_id or "").int: found for found in bench.reporter.rejections}
    assert set(told) == BROKEN
    assert {found.code for found in told.values()} == {"refused-by-database"}
    assert "column title" in str(told[18].reason)
    assert "tasks_title_key" in str(told[50].reason)
    assert "tasks_status_check" in str(told[17].reason)
    assert "tasks_boss_fkey" in str(told[199].reason)
    assert "trigger" in str(told[200].reason)
    assert "nested" in str(told[250].reason)
    assert not any("secret" in str(found.reason) for found in told.values())
    assert bench.verify().ok


def test_bad_rows_among_updates_are_told_too(bench: Bench) -> None:
    items = spoil(bench)
    plain = [
        msgspec.structs.replace(
            made, values=(*task(number).values[:2], "old", *made.values[3:5], b"1", None)
        )
        for number, made in items.items()
    ]
    assert bench.load(*plain) == {"inserted": 300}
    bench.sql("ALTER TABLE tasks DISABLE TRIGGER refuse")
    broken = BROKEN - {50, 200}  # nothing else has the title of 50 by itself: see below
    counts = bench.load(*items.values(), policy=OVERWRITE)
    assert counts["rejected"] == len(broken) + 1
    told = {uuid.UUID(found.source_id or "").int for found in bench.reporter.rejections}
    assert told == broken | {50}
    assert dict(bench.sql("SELECT status, count(*) FROM tasks GROUP BY status"))["old"] == len(told)


def test_raw_text_of_what_was_quarantined_is_kept_to_the_character(bench: Bench) -> None:
    raw = 'é \0 \ud800 😀 \\u0000 "\n'
    bench.load(rejection(raw=raw, source_id="a\0b", source=source(key="k\ud800")), task(1))
    assert bench.reporter.rejections[0].raw == raw
    with bench.connection.begin():
        (kept,) = bookkeeping.read_quarantine(bench.connection, bench.run)
    assert kept.raw == raw
    assert (kept.source_id, kept.key) == ("a\\u0000b", "k\\ud800")
    assert bytes(bench.sql("SELECT raw FROM desktop_migrator.quarantine")[0][0]) == (
        raw.encode("utf-8", "surrogatepass")
    )


def test_rejections_of_entities_without_a_table_are_kept(bench: Bench) -> None:
    assert bench.load(rejection("unknown"), rejection("tasks")) == {"rejected": 2}
    assert bench.sql("SELECT entity FROM desktop_migrator.quarantine ORDER BY number") == [
        ("tasks",),
        ("unknown",),
    ]


def test_escaped_columns_are_noted_and_forgotten_with_the_text(bench: Bench) -> None:
    noted = "SELECT target, target_id::uuid, columns FROM desktop_migrator.escaped_texts"
    bench.load(task(1, title="a\\u0000", escaped=("title",)), task(2))
    assert bench.sql(noted) == [("public.tasks", uuid.UUID(int=1), ["title"])]
    bench.load(task(1, title="a"), policy=OVERWRITE)
    assert bench.sql(noted) == []


# ---- chunks, transactions, others ---------------------------------------------------------------


def test_a_chunk_holds_no_more_than_its_bytes(bench: Bench) -> None:
    items = [task(number, metadata=b'"' + b"x" * 10_000 + b'"') for number in range(1, 51)]
    bench.load(*items, size=100_000)
    sizes = bench.sql("SELECT sum(length(t.metadata::text)) FROM tasks t GROUP BY t.xmin::text")
    assert sum(size for (size,) in sizes) == 50 * 10_002
    assert max(size for (size,) in sizes) <= 100_000


@pytest.mark.parametrize(("items", "size"), [(0, 1), (1, 0), (1, MAX_BATCH_BYTES + 1)])
def test_limits_that_electric_could_not_take_are_refused(items: int, size: int) -> None:
    with pytest.raises(UsageError):
        BatchLimits(items, size)


def test_an_item_larger_than_a_transaction_may_be_is_rejected(bench: Bench) -> None:
    huge = task(1, metadata=b'"' + b"x" * MAX_BATCH_BYTES + b'"')
    assert bench.load(huge, task(2)) == {"inserted": 1, "rejected": 1}
    assert bench.reporter.rejections[0].code == "too-large"


def test_cancelling_keeps_the_chunks_that_are_committed(bench: Bench) -> None:
    def items() -> Iterator[Item]:
        for number in range(1, 101):
            if number == 35:
                bench.reporter.cancel.set()
            yield task(number)

    with bench.connection.begin():
        bench.start()
    loader = bench.loader(items=10)
    with pytest.raises(Cancelled):
        loader.load(items())
    assert set(titles(bench)) == set(range(1, 31))
    assert loader.counts["tasks"].inserted == 30
    bench.reporter = RecordingReporter()
    assert bench.verify().checked == 30
    assert bench.load(*items(), items=10) == {"unchanged": 30, "inserted": 70}


def test_progress_counts_items_after_each_chunk(bench: Bench) -> None:
    bench.load(*(task(number) for number in range(1, 26)), items=10)
    assert bench.reporter.progress == [("load", done, None) for done in (0, 10, 20, 25)]


def test_a_dry_run_tells_what_would_happen_and_leaves_nothing(
    connection: sqlalchemy.Connection, database: str
) -> None:
    bench = Bench(connection, database, TASKS)
    bench.entity()
    bench.load(task(1), task(2))
    bench.sql("DROP SCHEMA desktop_migrator CASCADE")
    before = bench.dump()
    items: list[Item | Rejection] = [task(1), task(2, title="New"), task(3)]
    items += [task(4, title="x" * 256), rejection()]
    with connection.begin() as transaction:
        connection.exec_driver_sql("CREATE TABLE made (id int)")
        bookkeeping.upgrade(connection)
        bench.start()
        counts = bench.loader(dry_run=True, items=2).load(iter(items))["tasks"]
        bookkeeping.finish_run(connection, bench.run, Outcome.DRY_RUN, {"tasks": counts})
        transaction.rollback()
    assert (counts.unchanged, counts.skipped, counts.inserted, counts.rejected) == (1, 1, 1, 2)
    assert bench.dump() == before


def test_a_row_that_somebody_inserts_meanwhile_is_resolved_by_the_policy(bench: Bench) -> None:
    """The other's transaction holds the id while ours, which did not see it, inserts."""
    with bench.other() as other:
        other.autocommit = False
        other.execute(
            "INSERT INTO tasks (id, title, user_id) VALUES (%s, 'Theirs', %s)",
            [uuid.UUID(int=5), USER],
        )
        waiting = threading.Thread(target=commit_when_waited_for, args=(bench, other))
        waiting.start()
        counts = bench.load(*(task(number) for number in range(1, 11)))
        waiting.join()
    assert counts == {"inserted": 9, "skipped": 1, "conflicts": 1}
    assert titles(bench)[5] == "Theirs"


def commit_when_waited_for(bench: Bench, other: psycopg.Connection[object]) -> None:
    with bench.other() as watcher:
        while not watcher.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone():
            pass
    other.commit()


def test_an_error_that_is_not_a_rows_stops_the_load_without_values(bench: Bench) -> None:
    bench.sql("ALTER TABLE tasks RENAME TO elsewhere")
    with pytest.raises(DatabaseError) as caught:
        bench.load(task(1, title="secret"))
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None
    bench.sql("ALTER TABLE elsewhere RENAME TO tasks")
    assert bench.load(task(1)) == {"inserted": 1}


def test_the_record_of_a_chunk_names_each_row_and_what_became_of_it(bench: Bench) -> None:
    bench.load(task(1), task(2))
    bench.load(task(1), task(2, title="New"), task(3), policy=OVERWRITE)
    rows = bench.sql(
        "SELECT row.id::uuid, substr(actions, n::int, 1) FROM desktop_migrator.chunks,"
        " unnest(ids) WITH ORDINALITY AS row (id, n) WHERE run = %s",
        bench.run,
    )
    assert {row_id.int: action for row_id, action in rows} == {1: "=", 2: "u", 3: "i"}
    assert bench.sql(
        "SELECT inserted, updated, unchanged, skipped FROM desktop_migrator.chunks WHERE run = %s",
        bench.run,
    ) == [(1, 1, 1, 0)]
