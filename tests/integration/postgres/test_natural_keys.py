"""Items that are rows by another key than their id, or whose id is somebody else's."""

import dataclasses
import uuid
from typing import Any

import msgspec
import psycopg
import pytest
import sqlalchemy

from desktop_migrator.model import ConflictPolicy, Item, Reference
from tests.integration.conftest import on_every_server
from tests.integration.postgres.factories import USER, Bench, item, source

OVERWRITE, SKIP = ConflictPolicy.OVERWRITE, ConflictPolicy.SKIP
ENVIRONMENTS = """
CREATE TABLE environments (
    id text PRIMARY KEY, user_id text, name varchar(50), config jsonb, UNIQUE (user_id, name)
)
"""


@pytest.fixture
def bench(connection: sqlalchemy.Connection, database: str) -> Bench:
    bench = Bench(connection, database, ENVIRONMENTS)
    bench.entity("environments", identity=[("user_id", "name")])
    return bench


def env(row_id: str, name: str | None, config: str = "{}", **other: Any) -> Item:
    return item("environments", row_id, USER, name, config.encode(), **other)


def rows(bench: Bench) -> list[Any]:
    return bench.sql("SELECT id, name, config FROM environments ORDER BY id")


@on_every_server
@pytest.mark.parametrize("chunk", [1, 100])
def test_a_new_id_with_a_known_key_is_that_row_and_the_row_keeps_its_id(
    bench: Bench, chunk: int
) -> None:
    bench.load(env("a", "dev", '{"n": 1}'))
    later = [env("b", "dev", '{"n": 2}'), env("c", "prod")]
    assert bench.load(*later, items=chunk) == {"skipped": 1, "conflicts": 1, "inserted": 1}
    assert rows(bench) == [("a", "dev", {"n": 1}), ("c", "prod", {})]
    assert bench.load(*later, policy=OVERWRITE, items=chunk) == {
        "updated": 1, "conflicts": 1, "unchanged": 1,
    }  # fmt: skip
    assert rows(bench) == [("a", "dev", {"n": 2}), ("c", "prod", {})]
    assert bench.load(*later, policy=OVERWRITE, items=chunk) == {"unchanged": 2}
    assert bench.sql("SELECT source_id, target_id, reason FROM desktop_migrator.identities") == [
        ("b", "a", "key")
    ]


def test_the_row_is_known_ever_after_though_its_key_changes(bench: Bench) -> None:
    bench.load(env("a", "dev"))
    bench.load(env("b", "dev", "[1]"), policy=OVERWRITE)
    assert bench.load(env("b", "renamed", "[1]"), policy=OVERWRITE)["updated"] == 1
    assert rows(bench) == [("a", "renamed", [1])]


def test_two_items_of_one_run_with_one_key_are_one_row(bench: Bench) -> None:
    items = [env("a", "dev", "[1]"), env("b", "dev", "[2]")]
    assert bench.load(*items) == {"inserted": 1, "superseded": 1}
    assert rows(bench) == [("a", "dev", [1])]
    assert bench.load(*items, policy=OVERWRITE) == {"unchanged": 1, "superseded": 1}
    # The other one is met first now, and is the same row.
    assert bench.load(*reversed(items), policy=OVERWRITE)["updated"] == 1
    assert rows(bench) == [("a", "dev", [2])]


def test_a_name_that_its_row_gives_up_in_the_same_run_is_free(bench: Bench) -> None:
    bench.load(env("a", "dev"))
    swapped = [env("b", "dev", "[2]"), env("a", "prod", "[1]")]
    assert bench.load(*swapped, policy=OVERWRITE) == {"inserted": 1, "updated": 1, "conflicts": 1}
    assert rows(bench) == [("a", "prod", [1]), ("b", "dev", [2])]
    assert bench.verify().ok


def test_what_the_run_wrote_it_does_not_overwrite(bench: Bench) -> None:
    bench.load(env("a", "dev"), env("b", "dev2"))
    bench.sql("UPDATE environments SET name = 'test' WHERE id = 'b'")
    bench.load(env("c", "test"), policy=OVERWRITE)  # c is b from now on
    items = [env("b", "one", "[1]"), env("c", "two", "[2]")]
    counts = bench.load(*items, policy=OVERWRITE, items=1)
    assert counts == {"updated": 1, "superseded": 1, "conflicts": 1}
    assert ("b", "one", [1]) in rows(bench)
    assert bench.verify().ok


def test_another_persons_row_is_not_taken_for_ones_own(bench: Bench) -> None:
    bench.sql("ALTER TABLE environments ADD UNIQUE (name)")
    bench.entity("environments", identity=[("user_id", "name"), ("name",)])
    bench.sql("INSERT INTO environments VALUES ('x', 'somebody', 'dev', '{}')")
    assert bench.load(env("a", "dev")) == {"rejected": 1}
    assert rows(bench) == [("x", "dev", {})]


def test_no_key_no_match(bench: Bench) -> None:
    bench.load(env("a", None))
    assert bench.load(env("b", None), env("c", "nul\0")) == {"inserted": 1, "rejected": 1}


def test_derived_ids_take_the_rows_id_too(bench: Bench) -> None:
    bench.sql("INSERT INTO environments VALUES ('x', %s, 'dev', '{}')", USER)
    new = env("derived", "dev", "[1]", derived=True, source_id="7")
    assert bench.load(new, policy=OVERWRITE)["updated"] == 1
    assert bench.load(new, policy=OVERWRITE) == {"unchanged": 1}
    assert rows(bench) == [("x", "dev", [1])]


@pytest.mark.parametrize(
    ("declared", "values"),
    [
        ("text", ["a\\'\"{},", "b"]),
        ("varchar(9)", ["ä", "NULL"]),
        ("char(5)", ["a", "b"]),
        ("uuid", [uuid.UUID(int=1), uuid.UUID(int=2)]),
        ("boolean", [True, False]),
        ("smallint", [1, -1]),
        ("bigint", [2**60, 0]),
        ("numeric", ["1.50", "2"]),
        ("double precision", [0.1, 1e300]),
        ("date", ["2026-01-01", "2026-01-02"]),
        ("timestamp", ["2026-01-01 10:00:00.000001+00", "2026-01-01 10:00+00"]),
        ("timestamptz", ["2026-01-01 10:00:00.000001+05", "2026-01-01 10:00+05"]),
        ("mood", ["sad", "happy"]),
    ],
)
def test_keys_of_every_type_are_found(
    connection: sqlalchemy.Connection, database: str, declared: str, values: list[Any]
) -> None:
    bench = Bench(
        connection,
        database,
        "CREATE TYPE mood AS ENUM ('happy', 'sad');"
        f'CREATE TABLE things (id text PRIMARY KEY, "k%1" {declared} UNIQUE, body text)',
    )
    bench.entity("things", user_column=None, identity=[("k%1",)])
    with psycopg.connect(database) as reader:
        reader.execute("SET TIME ZONE 'UTC'")
        kind = "timestamptz" if declared == "timestamp" else declared
        parsed = [
            reader.execute(f"SELECT %s::{kind}".encode(), [str(value)]).fetchone()
            for value in values
        ]
    keys = [row[0] for row in parsed if row]
    first = [item("things", f"a{number}", key, "x") for number, key in enumerate(keys)]
    second = [item("things", f"b{number}", key, "y") for number, key in enumerate(keys)]
    assert bench.load(*first) == {"inserted": 2}
    assert bench.load(*second, policy=OVERWRITE) == {"updated": 2, "conflicts": 2}
    assert bench.sql("SELECT id, body FROM things ORDER BY 1") == [("a0", "y"), ("a1", "y")]


def test_a_key_is_looked_up_once_the_others_are_written_though_one_of_them_fails(
    connection: sqlalchemy.Connection, database: str
) -> None:
    """The new item has the key that a row had before: it is not that row, whatever else fails."""
    bench = Bench(
        connection,
        database,
        "CREATE TABLE staff (id text PRIMARY KEY, user_id text, email text UNIQUE,"
        " age int CHECK (age > 0), boss text REFERENCES staff)",
    )
    bench.entity("staff", identity=[("email",)])
    entity = bench.entities["staff"]
    bench.entities["staff"] = dataclasses.replace(
        entity,
        references=(
            Reference(
                column=entity.columns[4],
                entity="staff",
                table=entity.table,
                id_column=entity.columns[0],
                user_column="user_id",
                null_if_dangling=False,
            ),
        ),
    )
    bench.load(item("staff", "old", USER, "x", 1, None))
    counts = bench.load(
        item("staff", "new", USER, "x", 2, None, source=source("1")),
        item("staff", "old", USER, "y", 1, None, source=source("2")),
        item("staff", "bad", USER, "z", -1, None, source=source("3")),
        policy=OVERWRITE,
    )
    assert counts == {"inserted": 1, "updated": 1, "conflicts": 1, "rejected": 1}
    assert bench.sql("SELECT id, email, age FROM staff ORDER BY id") == [
        ("new", "x", 2), ("old", "y", 1),
    ]  # fmt: skip


# ---- unique keys that do not identify -----------------------------------------------------------


@pytest.fixture
def positions(connection: sqlalchemy.Connection, database: str) -> Bench:
    bench = Bench(
        connection,
        database,
        "CREATE TABLE tasks (id text PRIMARY KEY, user_id text, place int, title text,"
        " UNIQUE (user_id, place))",
    )
    bench.entity("tasks")
    return bench


def placed(row_id: str, place: int, title: str) -> Item:
    return item("tasks", row_id, USER, place, title, source=source(row_id))


@on_every_server
@pytest.mark.parametrize("policy", list(ConflictPolicy))
def test_of_items_that_share_another_unique_key_the_second_is_rejected_by_name(
    positions: Bench, policy: ConflictPolicy
) -> None:
    items = [placed(f"{browser}{place}", place, browser) for browser in "ab" for place in range(3)]
    assert positions.load(*items, policy=policy) == {"inserted": 3, "rejected": 3}
    assert {each.source_id for each in positions.reporter.rejections} == {"b0", "b1", "b2"}
    assert {each.code for each in positions.reporter.rejections} == {"refused-by-database"}
    assert all(
        "tasks_user_id_place_key" in str(each.remedy) for each in positions.reporter.rejections
    )
    assert positions.verify().ok


@pytest.mark.parametrize("policy", list(ConflictPolicy))
def test_a_row_of_the_app_that_has_the_key_is_never_overwritten(
    positions: Bench, policy: ConflictPolicy
) -> None:
    for place in range(3):
        positions.sql(
            "INSERT INTO tasks VALUES (%s, %s, %s, %s)", f"app {place}", USER, place, "app"
        )
    before = positions.sql("SELECT * FROM tasks ORDER BY id")
    items = [placed(f"b{place}", place, "browser") for place in range(4)]
    assert positions.load(*items, policy=policy) == {"inserted": 1, "rejected": 3}
    assert positions.sql("SELECT * FROM tasks WHERE title = 'app' ORDER BY id") == before


# ---- ids that are taken -------------------------------------------------------------------------


def derive(taken: Item) -> str:
    return f"new {taken.source_id}"


@on_every_server
def test_an_item_whose_id_is_taken_gets_another_and_keeps_it(bench: Bench) -> None:
    bench.sql("INSERT INTO environments VALUES ('a', 'somebody', 'dev', '{}')")
    items = [env("a", "mine", "[1]"), env("b", "other")]
    assert bench.load(*items, make_id=derive) == {"inserted": 2}
    assert rows(bench) == [("a", "dev", {}), ("b", "other", {}), ("new a", "mine", [1])]
    assert bench.load(*items, make_id=derive, policy=OVERWRITE) == {"unchanged": 2}
    changed = msgspec.structs.replace(items[0], values=("a", USER, "mine", b"[2]"))
    assert bench.load(changed, make_id=derive, policy=OVERWRITE)["updated"] == 1
    assert rows(bench)[0] == ("a", "dev", {})
    assert bench.sql("SELECT source_id, target_id, reason FROM desktop_migrator.identities") == [
        ("a", "new a", "taken")
    ]
    assert bench.verify().ok


def test_an_item_whose_id_is_taken_is_the_own_row_of_its_key(bench: Bench) -> None:
    bench.sql("INSERT INTO environments VALUES ('a', 'somebody', 'dev', '{}')")
    bench.sql("INSERT INTO environments VALUES ('b', %s, 'dev', '{}')", USER)
    assert bench.load(env("a", "dev"), make_id=derive) == {"unchanged": 1}
    assert bench.load(env("a", "dev", "[1]"), make_id=derive) == {"skipped": 1, "conflicts": 1}
    assert rows(bench) == [("a", "dev", {}), ("b", "dev", {})]
    assert bench.load(env("a", "dev", "[1]"), make_id=derive, policy=OVERWRITE)["updated"] == 1
    assert rows(bench) == [("a", "dev", {}), ("b", "dev", [1])]


def test_an_item_with_a_taken_id_and_a_key_that_is_rejected_stays_rejected(
    positions: Bench,
) -> None:
    positions.sql(
        "INSERT INTO tasks VALUES ('a', 'somebody', 1, 'theirs'), ('b', %s, 1, 'x')", USER
    )
    for _ in range(2):
        counts = positions.load(placed("a", 1, "new"), make_id=derive, policy=OVERWRITE)
        assert counts == {"rejected": 1}
    assert positions.sql("SELECT title FROM tasks ORDER BY id") == [("theirs",), ("x",)]


def test_a_new_id_that_is_taken_too_is_a_rejection(bench: Bench) -> None:
    for row_id in ("a", "new a"):
        bench.sql("INSERT INTO environments VALUES (%s, 'somebody', %s, '{}')", row_id, row_id)
    assert bench.load(env("a", "mine"), make_id=derive) == {"rejected": 1}
    assert {each.code for each in bench.reporter.rejections} == {"other-user"}


GUIDE = """
CREATE TYPE task_status AS ENUM ('pending', 'in_progress', 'completed', 'paused', 'cancelled');
CREATE TABLE tasks (
    id varchar(26) PRIMARY KEY, title text NOT NULL, status task_status NOT NULL,
    "userId" text NOT NULL, "createdAt" timestamptz, "updatedAt" timestamptz);
CREATE UNIQUE INDEX tasks_ulid ON tasks (lower(id));
"""
ULID, NEW_ULID = "01hq3v5k6m7n8p9qrstvwxyz01", "01HQ3V5K6M7N8P9QRSTVWXYZ99"


def guides_task(title: str, row: str = ULID) -> Item:
    return item("tasks", row, title, "pending", USER, None, None)


@on_every_server
def test_a_unique_violation_that_a_new_id_cures_gets_one_that_is_recorded(
    connection: sqlalchemy.Connection, database: str
) -> None:
    """The row with the same ULID, in capitals, is not found by the item's; the server refuses."""
    guide = Bench(connection, database, GUIDE)
    guide.entity("tasks", user_column="userId")
    insert = "INSERT INTO tasks VALUES (upper(%s), 'theirs', 'paused', 'somebody')"
    guide.sql(insert, ULID)
    items = [guides_task("mine"), guides_task("other", "01HQ3V5K6M7N8P9QRSTVWXYZ02")]
    assert guide.load(*items, make_id=lambda taken: NEW_ULID) == {"inserted": 2}
    assert guide.sql("SELECT id, title, status FROM tasks ORDER BY title") == [
        (NEW_ULID, "mine", "pending"),
        ("01HQ3V5K6M7N8P9QRSTVWXYZ02", "other", "pending"),
        (ULID.upper(), "theirs", "paused"),
    ]
    assert guide.sql("SELECT source_id, target_id, reason FROM desktop_migrator.identities") == [
        (ULID, NEW_ULID, "taken")
    ]
    assert guide.load(*items, make_id=lambda taken: NEW_ULID) == {"unchanged": 2}
    assert guide.verify().ok


def test_one_that_no_new_id_cures_is_a_rejection(bench: Bench) -> None:
    """Of another key; or where ids cannot be made, or the new one clashes, too."""
    bench.sql("CREATE UNIQUE INDEX names ON environments (lower(name))")
    bench.sql("CREATE UNIQUE INDEX ids ON environments (lower(id))")
    bench.sql("INSERT INTO environments VALUES ('A', 'somebody', 'dev', '{}')")
    bench.sql("INSERT INTO environments VALUES ('NEW A', 'somebody', 'prod', '{}')")
    assert bench.load(env("b", "DEV"), make_id=derive) == {"rejected": 1}
    assert bench.load(env("a", "mine"), make_id=derive) == {"rejected": 1}
    assert bench.load(env("a", "mine")) == {"rejected": 1}


def test_a_row_of_ones_own_whose_id_is_spelled_otherwise_is_not_there_twice(
    connection: sqlalchemy.Connection, database: str
) -> None:
    guide = Bench(connection, database, GUIDE)
    guide.entity("tasks", user_column="userId")
    insert = "INSERT INTO tasks VALUES (upper(%s), 'by the app', 'paused', %s)"
    guide.sql(insert, ULID, USER)
    assert guide.load(guides_task("mine"), make_id=lambda taken: NEW_ULID) == {"rejected": 1}
    assert guide.sql("SELECT id FROM tasks") == [(ULID.upper(),)]
