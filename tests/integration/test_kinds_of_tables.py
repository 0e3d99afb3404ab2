"""What each kind of constraint, key and table that apps have makes of a run and of its undo."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from desktop_migrator.errors import PlanDoesNotFit
from desktop_migrator.migration.run.parallel import load_parallel
from desktop_migrator.model import ConflictPolicy
from tests.integration.desk import TASKS, Desk, row_id, task

CONSTRAINTS = {
    "check": f"ALTER TABLE tasks ADD CHECK (id <> '{row_id(3)}')",
    "domain": "CREATE DOMAIN task_title AS text CHECK (VALUE <> 'third');"
    " ALTER TABLE tasks ALTER title TYPE task_title",
    "exclusion": "ALTER TABLE tasks ADD EXCLUDE USING hash (note WITH =)",
    "unique": "ALTER TABLE tasks ADD UNIQUE (user_id, note)",
    "unique, checked at the commit": "ALTER TABLE tasks ADD UNIQUE (note) DEFERRABLE INITIALLY"
    " DEFERRED",
    "unique expression": "CREATE UNIQUE INDEX ON tasks (upper(note))",
    "unique for some rows": "CREATE UNIQUE INDEX ON tasks (note) WHERE title <> 'first'",
    "foreign key": "CREATE TABLE known (title text PRIMARY KEY);"
    " INSERT INTO known VALUES ('first'), ('second');"
    " ALTER TABLE tasks ADD FOREIGN KEY (title) REFERENCES known",
    "foreign key, checked at the commit": "CREATE TABLE known (title text PRIMARY KEY);"
    " INSERT INTO known VALUES ('first'), ('second');"
    " ALTER TABLE tasks ADD FOREIGN KEY (title) REFERENCES known DEFERRABLE INITIALLY DEFERRED",
}
ITEMS = [
    task(1, title="first", note="a"),
    task(2, title="second", note="b"),
    task(3, title="third", note="b"),
]


@pytest.mark.parametrize("kind", CONSTRAINTS)
def test_a_constraint_costs_the_item_that_it_refuses(desk: Desk, kind: str) -> None:
    desk.sql(TASKS)
    desk.sql(CONSTRAINTS[kind])
    source = desk.profile("p", tasks=ITEMS)
    result = desk.run(source)
    assert result.verified, result.error
    assert (result.counts.inserted, result.counts.rejected) == (2, 1)
    [rejection] = result.rejections
    assert rejection.source_id in {row_id(2), row_id(3)}
    assert rejection.reason
    assert rejection.remedy
    again = desk.run(source)
    assert (again.counts.unchanged, again.counts.rejected) == (2, 1)
    assert desk.undo(result.run).counts.deleted == 2
    assert desk.sql("SELECT count(*) FROM tasks") == [(0,)]


KINDS = {
    "unlogged": TASKS.replace("CREATE TABLE", "CREATE UNLOGGED TABLE"),
    "key checked at the commit": TASKS.replace(
        "PRIMARY KEY", "PRIMARY KEY DEFERRABLE INITIALLY DEFERRED"
    ),
    "parts by hash": TASKS.rstrip() + " PARTITION BY HASH (id);"
    "CREATE TABLE even PARTITION OF tasks FOR VALUES WITH (MODULUS 2, REMAINDER 0);"
    "CREATE TABLE odd PARTITION OF tasks FOR VALUES WITH (MODULUS 2, REMAINDER 1)",
    "inherited": TASKS + "; CREATE TABLE kinds () INHERITS (tasks)",
    "quoted names": TASKS.replace("note text", 'note text, "Odd ""name%s" text DEFAULT \'x\''),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_table_of_any_kind_is_filled_changed_and_brought_back(desk: Desk, kind: str) -> None:
    desk.sql(KINDS[kind])
    child = "kinds" if kind == "inherited" else "tasks"
    desk.sql(f"INSERT INTO {child} (id, title, user_id) VALUES (%s, 'app', 'u1')", row_id(1))
    before = desk.sql("SELECT * FROM tasks")
    source = desk.profile("p", tasks=ITEMS)
    result = desk.run(source, policy=ConflictPolicy.OVERWRITE)
    assert result.verified, result.error
    assert (result.counts.updated, result.counts.inserted) == (1, 2)
    assert desk.run(source).counts.unchanged == 3
    undone = desk.undo(result.run)
    assert (undone.counts.restored, undone.counts.deleted, undone.counts.kept) == (1, 2, 0)
    assert desk.sql("SELECT * FROM tasks") == before


VIEW = """
ALTER TABLE tasks RENAME TO base;
CREATE VIEW tasks AS SELECT * FROM base;
CREATE FUNCTION put() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN INSERT INTO base VALUES (NEW.*); RETURN NEW; END $$;
CREATE TRIGGER put INSTEAD OF INSERT ON tasks FOR EACH ROW EXECUTE FUNCTION put()
"""
POLICIES = """
ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON tasks USING (
    user_id = current_setting('app.user_id', true)
    AND user_id = nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub'
);
DROP ROLE IF EXISTS plain; CREATE ROLE plain; GRANT ALL ON tasks TO plain;
DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO plain', current_database()); END $$
"""
SESSION = """
[session]
"app.user_id" = "$user"
"request.jwt.claims" = { sub = "$user", role = "authenticated" }
"""
TOLD = "%20-capp.user_id%3Du1%20-crequest.jwt.claims%3D" + quote('{"sub":"u1"}', safe="")
"""The same by the database's address."""


def test_a_view_with_triggers_of_its_own_is_refused_with_a_way_out(desk: Desk) -> None:
    desk.sql(TASKS)
    desk.sql(VIEW)
    source = desk.profile("p", tasks=ITEMS)
    with pytest.raises(PlanDoesNotFit) as refused:
        desk.run(source)
    assert "is a view" in str(refused.value)
    assert "Name the table behind it" in refused.value.hint
    text = (desk.folder / "plan.toml").read_text().replace('table = "tasks"', 'table = "base"')
    desk.write_plan(text)
    assert desk.run(source).counts.inserted == 3


@pytest.fixture
def plain(desk: Desk) -> Iterator[str]:
    """The database's address for a login that policies bind."""
    desk.sql(TASKS)
    desk.sql(POLICIES)
    joint = "&" if "?" in desk.database else "?"
    yield f"{desk.database}{joint}options=-crole%3Dplain"
    desk.sql("DROP OWNED BY plain; DROP ROLE plain")


THEIRS = f"INSERT INTO tasks (id, title, user_id) VALUES ('{row_id(2)}', 'theirs', 'u2')"
CONTENT = "SELECT user_id, title FROM tasks ORDER BY 1, 2"
MINE = [("u1", "first"), ("u1", "second"), ("u1", "third")]


@pytest.mark.parametrize("told_by", ["plan", "address"])
@pytest.mark.parametrize("processes", [1, 3])
def test_a_login_that_policies_bind_loads_and_undoes_the_persons_rows(
    desk: Desk, plain: str, told_by: str, processes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Policies such as Supabase's, which ask settings of the session whose rows it may have."""
    monkeypatch.setattr(load_parallel, "MIN_CHARACTERS_FOR_PARALLEL", 0)
    if told_by == "plan":
        desk.write_plan((desk.folder / "plan.toml").read_text() + SESSION)
    else:
        plain += TOLD
    desk.sql("INSERT INTO tasks (id, title, user_id) VALUES ('x', 'other', 'u2')")
    source = desk.profile("p", tasks=ITEMS)
    job: dict[str, Any] = {"database": plain, "max_concurrent": processes}
    first = desk.run(source, **job)
    assert first.verified, first.error
    assert first.counts.inserted == 3
    assert desk.sql(CONTENT) == [*MINE, ("u2", "other")]
    assert desk.run(source, **job).counts.unchanged == 3
    changed = [item | {"title": item["title"].upper()} for item in ITEMS]
    job["policy"] = ConflictPolicy.OVERWRITE
    second = desk.run(desk.profile("q", tasks=changed), **job)
    assert (second.verified, second.counts.updated) == (True, 3)
    assert desk.undo(second.run, database=plain).counts.restored == 3
    assert desk.sql(CONTENT) == [*MINE, ("u2", "other")]
    assert desk.undo(first.run, database=plain).counts.deleted == 3
    assert desk.sql(CONTENT) == [("u2", "other")]


def test_an_item_whose_id_a_hidden_row_of_anothers_has_gets_another(desk: Desk, plain: str) -> None:
    desk.write_plan((desk.folder / "plan.toml").read_text() + SESSION)
    desk.sql(THEIRS)
    source = desk.profile("p", tasks=ITEMS)
    result = desk.run(source, database=plain)
    assert (result.counts.inserted, result.counts.rejected) == (3, 0)
    assert desk.sql(CONTENT) == [*MINE, ("u2", "theirs")]
    assert desk.run(source, database=plain).counts.unchanged == 3
    assert desk.undo(result.run, database=plain).counts.deleted == 3
    assert desk.sql(CONTENT) == [("u2", "theirs")]


HIDES_DELETED = """
ALTER POLICY own ON tasks USING (
    user_id = current_setting('app.user_id', true) AND note IS DISTINCT FROM 'deleted')
"""
HIDES_ALL = "CREATE POLICY none ON tasks AS RESTRICTIVE FOR SELECT USING (user_id IS NULL)"


@pytest.mark.parametrize("policy", [HIDES_DELETED, HIDES_ALL])
def test_an_item_whose_row_may_be_hidden_is_not_there_twice(
    desk: Desk, plain: str, policy: str
) -> None:
    """As where an app marks rows as deleted and its policies hide these from their owner, too."""
    desk.write_plan((desk.folder / "plan.toml").read_text() + SESSION)
    source = desk.profile("p", tasks=ITEMS)
    assert desk.run(source, database=plain).counts.inserted == 3
    desk.sql(policy)
    hidden = desk.sql("UPDATE tasks SET note = 'deleted' WHERE id = %s RETURNING id", row_id(2))
    result = desk.run(source, database=plain)
    refused = [each.source_id for each in result.rejections]
    assert result.counts.inserted == 0
    assert {row_id(2)} <= {*refused}
    assert result.counts.rejected == (len(hidden) if policy == HIDES_DELETED else 3)
    assert desk.sql(CONTENT) == MINE


POLICY_FOR_ROWS = """
ALTER POLICY own ON tasks USING (user_id = current_setting('app.user_id', true) OR note = 'a')
"""


def test_a_person_whose_rows_policies_forbid_is_told_once_before_anything(
    desk: Desk, plain: str
) -> None:
    """The address says it is for another person than the run is."""
    source = desk.profile("p", tasks=ITEMS)
    with pytest.raises(PlanDoesNotFit) as refused:
        desk.run(source, user="u3", database=plain + TOLD)
    assert "lets this login write no rows of u3 into tasks" in str(refused.value)
    assert "`session`" in refused.value.hint
    desk.sql(POLICY_FOR_ROWS)
    result = desk.run(source, user="u3", database=plain + TOLD)
    assert (result.counts.inserted, result.counts.rejected) == (1, 2), result.error
    assert "row-level security" in str(result.rejections[0].reason)
    assert "`session`" in str(result.rejections[0].remedy)


def test_an_undo_says_that_policies_may_hide_rows(desk: Desk, plain: str) -> None:
    address = plain + TOLD
    run = desk.run(desk.profile("p", tasks=ITEMS), database=address).run
    undone = desk.undo(run, database=plain)
    assert (undone.counts.deleted, undone.counts.kept) == (0, 3)
    assert "row-level security hides it" in str(undone.skipped_rows[0].message)
    assert desk.undo(run, database=address).counts.deleted == 3


def test_hidden_rows_that_no_key_tells_apart_are_refused_with_a_way_out(
    desk: Desk, plain: str
) -> None:
    desk.sql("ALTER TABLE tasks DROP CONSTRAINT tasks_pkey")
    with pytest.raises(PlanDoesNotFit) as refused:
        desk.run(desk.profile("p", tasks=ITEMS), database=plain)
    assert "Row-level security" in str(refused.value)
    assert "BYPASSRLS" in refused.value.hint


LEGACY = """
version = 1
name = "legacy"
[entities.notes]
table = "notes"
identity = [["user_id", "legacy_id"]]
sources = [{ keys = ["notes"] }]
[entities.notes.columns]
legacy_id = { from = "to_string(id)" }
title = { from = "title" }
user_id = { from = "$user" }
"""


def test_a_column_of_former_ids_says_which_row_an_item_is(desk: Desk) -> None:
    """The rows' own ids are the database's; one row the app has imported itself."""
    desk.write_plan(LEGACY)
    desk.sql(
        "CREATE TABLE notes (id bigserial PRIMARY KEY, legacy_id text, title text, user_id text,"
        " UNIQUE (user_id, legacy_id));"
        "INSERT INTO notes (legacy_id, title, user_id) VALUES ('7', 'app', 'u1')"
    )
    source = desk.profile("p", notes=[{"id": 7, "title": "seven"}, {"id": 8, "title": "eight"}])
    result = desk.run(source, policy=ConflictPolicy.OVERWRITE)
    assert (result.counts.updated, result.counts.inserted) == (1, 1), result.error
    rows: list[Any] = [(1, "7", "seven"), (2, "8", "eight")]
    assert desk.sql("SELECT id, legacy_id, title FROM notes ORDER BY id") == rows
    assert desk.run(source).counts.unchanged == 2
    desk.undo(result.run)
    assert desk.sql("SELECT id, legacy_id, title FROM notes") == [(1, "7", "app")]
