"""Undo on real PostgreSQL; the oracle is the table as PostgreSQL itself sends it."""

from typing import Any

import pytest
import sqlalchemy

from desktop_migrator.errors import Cancelled
from desktop_migrator.model import ConflictPolicy
from desktop_migrator.postgres.undo.undo_run import Undoer
from tests.integration.conftest import on_every_server
from tests.integration.postgres.factories import Bench, item, row_id, task
from tests.integration.postgres.undoing import Undone, content
from tests.recording_reporter import RecordingReporter

OVERWRITE = ConflictPolicy.OVERWRITE


EVERY_TYPE = """
CREATE TYPE mood AS ENUM ('happy', 'it''s "so", so');
CREATE TYPE pair AS (a int, b text);
CREATE DOMAIN short AS varchar(10) CHECK (value <> 'never');
CREATE TABLE tasks (
    number int GENERATED ALWAYS AS IDENTITY, title text, user_id text, id text PRIMARY KEY,
    "a ""col%umn" text DEFAULT E'back\\\\slash, "quote", {brace}, NULL, \\n\\t',
    t_empty text DEFAULT '',
    c char(5) DEFAULT 'a', v varchar(5) DEFAULT 'b   ', n name DEFAULT 'nm', ch "char" DEFAULT 'x',
    bo boolean DEFAULT true, si smallint DEFAULT -32768, bi bigint DEFAULT 9223372036854775807,
    nu numeric DEFAULT 'NaN', nl numeric(40, 20) DEFAULT 12345678901234567890.12345678901234567890,
    re real DEFAULT 0.1, d1 float8 DEFAULT 0.1, d2 float8 DEFAULT '-0',
    d3 float8 DEFAULT '-Infinity', d4 float8 DEFAULT 5e-324,
    ts timestamp DEFAULT '0044-03-15 10:00:00.123456 BC',
    tz timestamptz DEFAULT '2026-11-01 05:30:00.000001+00', tinf timestamptz DEFAULT 'infinity',
    da date DEFAULT '9999-12-31', ti time DEFAULT '24:00', tt timetz DEFAULT '12:00:00.5+05:30',
    iv interval DEFAULT '-1 year 2 mons -3 days 04:05:06.789', by bytea DEFAULT '\\x00ff5c27',
    js json DEFAULT '{"b":1,  "a":1.0, "a":2}', jb jsonb DEFAULT '{"b":[1e3,null,"\\u2028"]}',
    u uuid DEFAULT 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', m mood DEFAULT 'it''s "so", so',
    p pair DEFAULT ROW(1, 'x,"y') , sh short DEFAULT 'ok', ar int[] DEFAULT '[2:3]={1,NULL}',
    a2 text[] DEFAULT '{{"a,b","NULL"},{NULL,""}}', ma mood[] DEFAULT '{happy}',
    ra int4range DEFAULT '[1,5)', ip inet DEFAULT '10.0.0.1', ci cidr DEFAULT '10.0.0.0/8',
    mac macaddr DEFAULT '08:00:2b:01:02:03', bt bit(3) DEFAULT '101', vb bit varying DEFAULT '1',
    po point DEFAULT '(1.1,2.2)', mo money DEFAULT 1234.56, tv tsvector DEFAULT 'a:1 b:2',
    nothing text, made text GENERATED ALWAYS AS (upper(title)) STORED
);
INSERT INTO tasks (title, user_id, id) VALUES ('Old', 'user-1', 'a'), (NULL, 'user-1', 'b');
INSERT INTO tasks (title, user_id, id, c, nu, iv, ar, p, js)
VALUES ('Old', 'user-1', 'c', NULL, NULL, NULL, NULL, NULL, NULL);
"""


@on_every_server
def test_every_column_of_every_type_is_exactly_what_it_was(
    connection: sqlalchemy.Connection, database: str
) -> None:
    bench = Bench(connection, database, EVERY_TYPE)
    bench.entity("tasks", "id", "title", "user_id")
    before = content(bench)
    items = [item("tasks", row_id, "New", "user-1") for row_id in "abcdef"]
    assert bench.load(*items, policy=OVERWRITE) == {"inserted": 3, "updated": 3, "conflicts": 3}
    after = content(bench)
    undone = Undone(bench, bench.run)
    assert undone.counts == {"deleted": 3, "restored": 3}
    assert content(bench) == before
    assert Undone(bench, undone.run).counts == {"inserted": 3, "restored": 3}
    assert content(bench) == after


@on_every_server
def test_rows_that_others_changed_or_deleted_since_are_kept_and_named(bench: Bench) -> None:
    bench.load(*(task(number) for number in range(1, 5)))
    bench.load(*(task(number, title="New") for number in range(1, 9)), policy=OVERWRITE)
    bench.sql("UPDATE tasks SET title = 'Mine' WHERE id IN (%s, %s)", row_id(1), row_id(5))
    bench.sql("DELETE FROM tasks WHERE id IN (%s, %s)", row_id(2), row_id(6))
    undone = Undone(bench, bench.run)
    assert undone.kept == {
        row_id(1): "changed",
        row_id(5): "changed",
        row_id(2): "gone",
        row_id(6): "gone",
    }
    assert undone.counts == {"restored": 2, "deleted": 2, "kept": 4}
    assert bench.sql("SELECT id::text, title FROM tasks ORDER BY id") == [
        (row_id(1), "Mine"),
        (row_id(3), "Task 3"),
        (row_id(4), "Task 4"),
        (row_id(5), "Mine"),
    ]
    forced = Undone(bench, bench.run, force=True)
    assert forced.counts == {"restored": 1, "deleted": 1, "kept": 2}
    assert bench.sql("SELECT title FROM tasks WHERE id = %s", row_id(1)) == [("Task 1",)]


def test_runs_on_the_same_rows_are_undone_one_after_the_other(bench: Bench) -> None:
    bench.sql("ALTER TABLE tasks ADD stars int DEFAULT 3")
    runs, contents = [], [content(bench)]
    for title in ("One", "Two", "Three"):
        items = [task(number, title=title) for number in range(1, 4)]
        bench.load(*items, policy=OVERWRITE, items=2)
        runs.append(bench.run)
        contents.append(content(bench))
    first = Undone(bench, runs[2])
    assert content(bench) == contents[2]
    Undone(bench, runs[1])
    assert content(bench) == contents[1]
    Undone(bench, runs[0])
    assert content(bench) == contents[0] == []
    again = Undone(bench, runs[0])
    assert again.counts == {}
    assert Undone(bench, first.run).counts == {"kept": 3}


@pytest.mark.parametrize(
    ("changed", "left"),
    [
        ("", []),
        ("UPDATE tasks SET title = title", []),
        ("UPDATE tasks SET title = 'Mine'", ["Mine"]),
        ("UPDATE tasks SET stars = 5", ["Task 1"]),
    ],
)
def test_after_a_dump_was_restored_values_tell_whether_a_row_is_the_runs(
    bench: Bench, changed: str, left: list[str]
) -> None:
    bench.sql("ALTER TABLE tasks ADD stars int")
    bench.load(task(1))
    if changed:
        bench.sql(changed)
    bench.sql("UPDATE desktop_migrator.chunks SET cluster = 1")  # as in another cluster
    undone = Undone(bench, bench.run)
    assert [title for (title,) in bench.sql("SELECT title FROM tasks")] == left
    assert undone.counts == ({"kept": 1} if left else {"deleted": 1})


def test_of_an_overwritten_row_nothing_is_lost_that_others_wrote_into_other_columns(
    bench: Bench,
) -> None:
    bench.load(task(1))
    bench.load(task(1, title="New", status="x"), policy=OVERWRITE)
    bench.sql("ALTER TABLE tasks ADD stars int")
    bench.sql("UPDATE tasks SET stars = 5")
    Undone(bench, bench.run)
    assert bench.sql("SELECT title, status, stars FROM tasks") == [("Task 1", "pending", 5)]


@pytest.mark.parametrize("action", ["NO ACTION", "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT"])
def test_a_row_that_others_refer_to_is_kept_and_so_are_they(bench: Bench, action: str) -> None:
    bench.load(*(task(number) for number in range(1, 6)))
    bench.sql(f"CREATE TABLE notes (task uuid REFERENCES tasks ON DELETE {action})")
    bench.sql("INSERT INTO notes VALUES (%s), (%s)", row_id(2), row_id(4))
    undone = Undone(bench, bench.run)
    assert undone.kept == {row_id(2): "referenced", row_id(4): "referenced"}
    assert undone.counts == {"deleted": 3, "kept": 2}
    assert bench.sql("SELECT task::text FROM notes ORDER BY 1") == [(row_id(2),), (row_id(4),)]
    bench.sql("DELETE FROM notes")
    assert Undone(bench, bench.run).counts == {"deleted": 2}
    assert content(bench) == []


PEOPLE = """
CREATE TABLE tasks (
    id int PRIMARY KEY, user_id text, next int REFERENCES tasks ON DELETE CASCADE
        DEFERRABLE INITIALLY IMMEDIATE
)
"""


@pytest.mark.parametrize("chunk", [1, 3, 100])
def test_rows_of_a_run_that_refer_to_each_other_go_and_come_back(
    connection: sqlalchemy.Connection, database: str, chunk: int
) -> None:
    bench = Bench(connection, database, PEOPLE)
    bench.entity()
    items = [item("tasks", number, "user-1", number - 1 or None) for number in range(1, 8)]
    bench.load(*items, items=chunk)
    bench.sql("UPDATE tasks SET next = 7 WHERE id = 1; UPDATE tasks SET next = NULL WHERE id = 1")
    after = content(bench)
    undone = Undone(bench, bench.run)
    assert (undone.counts, content(bench)) == ({"deleted": 7}, [])
    assert Undone(bench, undone.run).counts == {"inserted": 7}
    assert content(bench) == after


def test_what_a_kept_row_refers_to_is_kept_too(
    connection: sqlalchemy.Connection, database: str
) -> None:
    bench = Bench(connection, database, PEOPLE)
    bench.entity()
    bench.load(*(item("tasks", number, "user-1", number - 1 or None) for number in range(1, 6)))
    bench.sql("UPDATE tasks SET user_id = 'user-2' WHERE id = 3")
    undone = Undone(bench, bench.run)
    assert undone.kept == {"3": "changed", "2": "referenced", "1": "referenced"}
    assert bench.sql("SELECT id FROM tasks ORDER BY id") == [(1,), (2,), (3,)]


def test_a_row_that_the_table_refuses_to_have_back_costs_its_neighbours_nothing(
    bench: Bench,
) -> None:
    bench.load(*(task(number) for number in range(1, 40)))
    undone = Undone(bench, bench.run)
    bench.sql("CREATE UNIQUE INDEX ON tasks (title)")
    bench.sql("INSERT INTO tasks VALUES (%s, 'Task 7'), (%s, 'Mine')", row_id(100), row_id(8))
    back = Undone(bench, undone.run)
    assert back.kept == {row_id(7): "refused", row_id(8): "there"}
    assert back.counts == {"inserted": 37, "kept": 2}
    assert bench.sql("SELECT title FROM tasks WHERE id = %s", row_id(8)) == [("Mine",)]


TOUCH = """
ALTER TABLE tasks ADD touched timestamptz DEFAULT '2020-01-01';
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.touched = clock_timestamp(); RETURN NEW; END $$;
"""


def test_what_a_trigger_sets_in_new_rows_is_put_right(bench: Bench) -> None:
    bench.sql(
        TOUCH + "CREATE TRIGGER t BEFORE INSERT ON tasks FOR EACH ROW EXECUTE FUNCTION touch()"
    )
    bench.load(*(task(number) for number in range(1, 4)))
    before = content(bench)
    Undone(bench, Undone(bench, bench.run).run)
    assert content(bench) == before


def test_rows_that_a_trigger_alters_whatever_one_does_are_named(bench: Bench) -> None:
    bench.load(task(1))
    bench.sql(
        TOUCH + "CREATE TRIGGER t BEFORE UPDATE ON tasks FOR EACH ROW EXECUTE FUNCTION touch()"
    )
    bench.entity("tasks", *(column.name for column in bench.entities["tasks"].columns))
    bench.load(task(1, title="New"), policy=OVERWRITE)
    undone = Undone(bench, bench.run)
    assert undone.kept == {row_id(1): "altered"}
    assert bench.sql("SELECT title FROM tasks") == [("Task 1",)]


def test_rows_that_a_trigger_does_not_let_go_are_kept(bench: Bench) -> None:
    bench.load(task(1), task(2))
    bench.sql(
        "CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF OLD.title = 'Task 1' THEN RETURN NULL; END IF; RETURN OLD; END $$;"
        "CREATE TRIGGER hold BEFORE DELETE ON tasks FOR EACH ROW EXECUTE FUNCTION hold()"
    )
    undone = Undone(bench, bench.run)
    assert (undone.kept, undone.counts) == ({row_id(1): "refused"}, {"deleted": 1, "kept": 1})


def test_which_texts_are_escaped_is_known_again(bench: Bench) -> None:
    known = "SELECT target_id, columns FROM desktop_migrator.escaped_texts ORDER BY 1"
    bench.load(task(1, escaped=("title",)), task(2))
    first, before = bench.run, bench.sql(known)
    bench.load(task(1, title="Plain"), task(2, title="x", escaped=("title",)), policy=OVERWRITE)
    after = bench.sql(known)
    undone = Undone(bench, bench.run)
    assert bench.sql(known) == before == [(row_id(1), ["title"])]
    Undone(bench, undone.run)
    assert bench.sql(known) == after == [(row_id(2), ["title"])]
    Undone(bench, bench.run)
    Undone(bench, first)
    assert bench.sql(known) == []


def test_an_undo_that_was_cut_off_goes_on_and_can_be_undone_as_a_whole(bench: Bench) -> None:
    bench.load(*(task(number) for number in range(1, 31)), items=10)
    run, before = bench.run, content(bench)

    class OneChunk(RecordingReporter):
        def advanced(self, stage: str, current: int, total: int | None) -> None:
            if current:
                self.cancel.set()

    with bench.connection.begin():
        undo = bench.start()
    cut_off = Undoer(bench.connection, run=undo, reporter=OneChunk())
    with pytest.raises(Cancelled):
        cut_off.undo([run])
    assert len(content(bench)) == 20
    Undoer(bench.connection, run=undo, reporter=RecordingReporter()).undo([run])
    assert content(bench) == []
    assert Undone(bench, undo).counts == {"inserted": 30}
    assert content(bench) == before


def test_columns_that_came_and_went_since_stop_no_undo(bench: Bench) -> None:
    bench.load(task(1))
    bench.load(task(1, title="New"), policy=OVERWRITE)
    bench.sql("ALTER TABLE tasks DROP metadata, ADD stars int DEFAULT 3")
    undone = Undone(bench, bench.run)
    assert undone.counts == {"restored": 1}
    assert bench.sql("SELECT title, stars FROM tasks") == [("Task 1", 3)]


def test_where_the_table_is_gone_its_rows_are_named_as_gone(bench: Bench) -> None:
    bench.load(task(1))
    bench.sql("DROP TABLE tasks")
    assert Undone(bench, bench.run).kept == {row_id(1): "gone"}


@on_every_server
def test_rows_of_a_partitioned_table_are_undone(
    connection: sqlalchemy.Connection, database: str
) -> None:
    bench = Bench(
        connection,
        database,
        "CREATE TABLE tasks (id int PRIMARY KEY, title text, user_id text) PARTITION BY RANGE (id);"
        "CREATE TABLE low PARTITION OF tasks FOR VALUES FROM (0) TO (10);"
        "CREATE TABLE high PARTITION OF tasks FOR VALUES FROM (10) TO (100)",
    )
    bench.entity()

    def items(title: str, *numbers: int) -> list[Any]:
        return [item("tasks", number, title, "user-1") for number in numbers]

    bench.load(*items("Old", 1, 11))
    before = content(bench)
    bench.load(*items("New", 1, 2, 11, 12), policy=OVERWRITE)
    after = content(bench)
    undone = Undone(bench, bench.run)
    assert content(bench) == before
    Undone(bench, undone.run)
    assert content(bench) == after
