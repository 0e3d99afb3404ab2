"""Items of which the server refuses many: what becomes of each, and in how many steps."""

import dataclasses
import uuid
from collections import Counter

import msgspec
import pytest
import sqlalchemy

from desktop_migrator.model import ConflictPolicy, Item, Reference, UnresolvedReference
from tests.integration.conftest import on_every_server
from tests.integration.postgres.factories import TASKS, USER, Bench, item, row_id, source, task
from tests.integration.postgres.undoing import Undone

MANY_SAVEPOINTS = 100
"""More than it takes, however many rows are refused."""
ORIGIN = "https://a.test"
NODES = "CREATE TABLE nodes (id uuid PRIMARY KEY, title text, parent uuid{key}, user_id text)"


@pytest.fixture
def bench(connection: sqlalchemy.Connection, database: str) -> Bench:
    bench = Bench(connection, database, TASKS)
    bench.entity()
    return bench


@pytest.fixture
def savepoints(connection: sqlalchemy.Connection) -> list[str]:
    """The name of each that is made."""
    made: list[str] = []
    sqlalchemy.event.listen(connection, "savepoint", lambda _connection, name: made.append(name))
    return made


def with_rules(bench: Bench) -> None:
    bench.sql("ALTER TABLE tasks ADD CONSTRAINT allowed CHECK (status <> 'forbidden')")
    bench.sql("CREATE TABLE people (id text PRIMARY KEY)")
    bench.sql(f"INSERT INTO people VALUES ('{USER}')")
    bench.sql("ALTER TABLE tasks ADD CONSTRAINT owned FOREIGN KEY (user_id) REFERENCES people")


def spoilt(number: int) -> Item:
    """Every second one good, the others bad in five ways."""
    match number % 10:
        case 1:
            return task(number, status="forbidden")
        case 3:
            return task(number, title="x" * 256)
        case 5:
            return task(number, title=None)
        case 7:
            return task(number, metadata=b"[" * 100_000 + b"]" * 100_000)
        case 9:
            return task(number, user_id="nobody")
    return task(number)


@on_every_server
def test_half_of_the_rows_refused_cost_few_steps_and_not_their_neighbours(
    bench: Bench, savepoints: list[str]
) -> None:
    with_rules(bench)
    assert bench.load(*map(spoilt, range(400))) == {"inserted": 200, "rejected": 200}
    assert len(savepoints) < MANY_SAVEPOINTS
    good = bench.sql("SELECT id::text FROM tasks")
    assert {text for (text,) in good} == {row_id(number) for number in range(0, 400, 2)}
    told = Counter(
        (uuid.UUID(each.source_id or "").int % 10, str(each.reason))
        for each in bench.reporter.rejections
    )
    assert set(told.values()) == {40}
    words = dict(told.keys())
    assert "allowed" in words[1]
    assert "column title" in words[3]
    assert "column title" in words[5]
    assert "nested" in words[7]
    assert "owned" in words[9]
    assert bench.verify().ok


def test_half_of_the_updates_refused(bench: Bench, savepoints: list[str]) -> None:
    bench.load(*(task(number, title="old") for number in range(400)))
    with_rules(bench)
    savepoints.clear()
    counts = bench.load(*map(spoilt, range(400)), policy=ConflictPolicy.OVERWRITE)
    assert counts["updated"] == 200
    # Whose title is that of a row that cannot be read stays as it is.
    assert counts["rejected"] == 200
    assert len(savepoints) < MANY_SAVEPOINTS
    assert bench.sql("SELECT count(*) FROM tasks WHERE title = 'old'") == [(200,)]
    assert bench.verify().ok


def test_columns_that_are_always_drawn_are_filled_among_refused_rows(
    connection: sqlalchemy.Connection, database: str
) -> None:
    bench = Bench(
        connection,
        database,
        "CREATE TABLE tasks (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
        " n int CHECK (n < 0), user_id text)",
    )
    bench.entity()
    items = [item("tasks", number, -1 if number == 7 else number, USER) for number in range(100)]
    assert bench.load(*items) == {"inserted": 1, "rejected": 99}
    assert bench.sql("SELECT id FROM tasks") == [(7,)]


def of_nodes(bench: Bench, *, null_if_dangling: bool) -> None:
    bench.entity("nodes", "id", "title", "parent", "user_id")
    entity = bench.entities.pop("nodes")
    column = entity.columns[2]
    reference = Reference(
        column, "nodes", entity.table, entity.columns[0], "user_id", null_if_dangling
    )
    bench.entities = {"nodes": dataclasses.replace(entity, references=(reference,))}


def node(number: int, parent: int | None, title: str = "good") -> Item:
    referred = None if parent is None else UnresolvedReference(ORIGIN, row_id(parent), None)
    own = source(position=str(number))
    values = uuid.UUID(int=number), title, referred, USER
    return item("nodes", *values, source_id=row_id(number), source=own)


@pytest.mark.parametrize("key", ["", " REFERENCES nodes"])
@pytest.mark.parametrize("head", ["missing", "refused"])
@pytest.mark.parametrize("chunk", [150, 2000])
def test_a_list_without_its_head_is_rejected_in_few_steps(
    bench: Bench, savepoints: list[str], key: str, head: str, chunk: int
) -> None:
    bench.sql(NODES.format(key=key))
    bench.sql("ALTER TABLE nodes ADD CHECK (title <> 'bad')")
    of_nodes(bench, null_if_dangling=False)
    chain = [node(number, number - 1) for number in range(1, 301)]
    items = [*([node(0, None, "bad")] if head == "refused" else []), *chain]
    assert bench.load(*items, items=chunk) == {"rejected": len(items)}
    assert len(savepoints) < MANY_SAVEPOINTS
    codes = Counter(each.code for each in bench.reporter.rejections)
    assert codes["dangling"] == 300


@pytest.mark.parametrize("key", ["", " REFERENCES nodes"])
def test_of_a_list_without_its_head_the_first_refers_to_nothing_if_the_plan_says_so(
    bench: Bench, key: str
) -> None:
    bench.sql(NODES.format(key=key))
    bench.sql("ALTER TABLE nodes ADD CHECK (title <> 'bad')")
    of_nodes(bench, null_if_dangling=True)
    items = [node(0, None, "bad"), *(node(number, number - 1) for number in range(1, 101))]
    assert bench.load(*items) == {"rejected": 1, "inserted": 100}
    assert bench.sql("SELECT count(*) FROM nodes WHERE parent IS NULL") == [(1,)]


def test_a_circle_goes_in_beside_many_that_are_refused(bench: Bench) -> None:
    bench.sql(NODES.format(key=" REFERENCES nodes"))
    bench.sql("ALTER TABLE nodes ADD CHECK (title <> 'bad')")
    of_nodes(bench, null_if_dangling=False)
    circle = [node(1, 2), node(2, 3), node(3, 1)]
    bad = [node(number, 1, "bad") for number in range(4, 100)]
    assert bench.load(*circle, *bad) == {"inserted": 3, "rejected": 96}


def test_a_circle_that_the_plan_does_not_know_goes_in_too(bench: Bench) -> None:
    bench.sql(NODES.format(key=" REFERENCES nodes"))
    bench.sql("ALTER TABLE nodes ADD CHECK (title <> 'bad')")
    bench.entity("nodes", "id", "title", "parent", "user_id")
    values = [
        item("nodes", uuid.UUID(int=number), title, uuid.UUID(int=parent), USER)
        for number, title, parent in ((1, "good", 2), (2, "good", 1))
    ]
    values += [item("nodes", uuid.UUID(int=n), "bad", None, USER) for n in range(3, 100)]
    values += [item("nodes", uuid.UUID(int=500), "good", uuid.UUID(int=999), USER)]
    assert bench.load(*values) == {"inserted": 2, "rejected": 98}


def test_of_rows_that_clash_with_each_other_the_first_counts(bench: Bench) -> None:
    bench.sql("ALTER TABLE tasks ADD CHECK (status <> 'forbidden')")
    bench.sql("CREATE UNIQUE INDEX one_title ON tasks (lower(title))")
    items = [
        task(number, title=f"t{number // 2}", source=source(position=str(number)))
        for number in range(100)
    ]
    items = [
        msgspec.structs.replace(each, values=(*each.values[:2], "forbidden", *each.values[3:]))
        if number % 4 == 0
        else each
        for number, each in enumerate(items)
    ]
    # Of 4 items two have one title, but the first of them is forbidden; of the others one clashes.
    assert bench.load(*items) == {"inserted": 50, "rejected": 50}


GUARD = """
CREATE FUNCTION guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF right(OLD.id::text, 1) IN ('1', '3', '5', '7', '9') THEN {} END IF;
  RETURN COALESCE(NEW, OLD);
END $$;
CREATE TRIGGER guard BEFORE UPDATE OR DELETE ON tasks FOR EACH ROW EXECUTE FUNCTION guard()
"""
GUARDED = {row_id(number) for number in range(400) if row_id(number)[-1] in "13579"}
REFUSALS = {
    "raises": "RAISE EXCEPTION 'kept';",
    "marks": "IF TG_OP = 'DELETE' THEN UPDATE tasks SET status = 'gone' WHERE id = OLD.id;"
    " RETURN NULL; END IF;",
}


@pytest.mark.parametrize("how", REFUSALS)
def test_an_undo_of_which_half_is_refused_takes_few_steps(
    bench: Bench, savepoints: list[str], how: str
) -> None:
    bench.load(*map(task, range(400)))
    bench.sql(GUARD.format(REFUSALS[how]))
    savepoints.clear()
    undone = Undone(bench, bench.run)
    assert len(savepoints) < MANY_SAVEPOINTS
    assert undone.counts == {"deleted": 400 - len(GUARDED), "kept": len(GUARDED)}
    assert set(undone.kept.values()) == {"refused"}
    assert bench.sql("SELECT count(*) FROM tasks WHERE status = 'gone'") == [(0,)]
    left = {text for (text,) in bench.sql("SELECT id::text FROM tasks")}
    assert left == GUARDED


def test_an_undo_that_may_restore_half_of_the_rows_takes_few_steps(
    bench: Bench, savepoints: list[str]
) -> None:
    bench.load(*map(task, range(400)))
    before = bench.sql("SELECT * FROM tasks ORDER BY id")
    changed = [task(number, title="new") for number in range(400)]
    bench.load(*changed, policy=ConflictPolicy.OVERWRITE)
    bench.sql(GUARD.format(REFUSALS["raises"]))
    savepoints.clear()
    undone = Undone(bench, bench.run)
    assert len(savepoints) < MANY_SAVEPOINTS
    assert undone.counts == {"restored": 400 - len(GUARDED), "kept": len(GUARDED)}
    now = bench.sql("SELECT * FROM tasks ORDER BY id")
    same = sum(one == other for one, other in zip(before, now, strict=True))
    assert same == 400 - len(GUARDED)
