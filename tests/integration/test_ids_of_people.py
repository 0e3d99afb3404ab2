"""Tables in which each person has ids of their own: other people's equal ids are no concern."""

from typing import Any

import pytest

from desktop_migrator.model import ConflictPolicy
from desktop_migrator.postgres.load import isolate_bad_rows
from tests.integration.desk import TASKS, Desk, row_id, task

ALONE = TASKS.replace("id text PRIMARY KEY", "id text NOT NULL").rstrip().removesuffix(")")
KEYS = [
    f"{ALONE}, PRIMARY KEY (user_id, id))",
    f"{ALONE}, UNIQUE (id, user_id))",
    f"{ALONE}, extra text GENERATED ALWAYS AS (title) STORED, PRIMARY KEY (id, user_id))",
]
ALL = "SELECT user_id, title FROM tasks ORDER BY 1, 2"


def titles(desk: Desk, user: str) -> list[str]:
    rows = desk.sql("SELECT title FROM tasks WHERE user_id = %s ORDER BY id", user)
    return [title for (title,) in rows]


@pytest.mark.parametrize("table", KEYS)
def test_people_have_equal_ids_side_by_side(desk: Desk, table: str) -> None:
    desk.sql(table)
    desk.sql("INSERT INTO tasks (user_id, id, title) VALUES ('app', %s, 'App')", row_id(1))
    first = desk.profile("p", tasks=[task(1), task(2, title="with a \0")])
    changed = desk.profile("q", tasks=[task(1, title="New"), task(2, title="with a \0")])
    own = {user: desk.run(first, user=user) for user in ("u1", "u%s", "u3")}
    assert all(run.counts.inserted == 2 and run.verified for run in own.values())
    assert desk.sql("SELECT DISTINCT id FROM tasks ORDER BY 1") == [(row_id(1),), (row_id(2),)]
    assert desk.sql("SELECT count(*) FROM desktop_migrator.escaped_texts") == [(3,)]
    assert desk.run(first, user="u%s").counts.unchanged == 2
    before = desk.sql(ALL)
    over = desk.run(changed, user="u%s", policy=ConflictPolicy.OVERWRITE)
    assert over.verified, over.error
    assert (over.counts.updated, over.counts.unchanged) == (1, 1)
    assert titles(desk, "u%s")[0] == "New"
    assert (titles(desk, "u1"), titles(desk, "app")) == (["Task 1", "with a ␛0000"], ["App"])
    assert desk.undo(over.run).counts.restored == 1
    assert desk.sql(ALL) == before
    taken_back = desk.undo(own["u%s"].run)
    assert (taken_back.counts.deleted, taken_back.counts.kept) == (2, 0)
    assert desk.sql(ALL) == [row for row in before if row[0] != "u%s"]
    assert desk.undo(taken_back.run).counts.inserted == 2
    assert desk.sql(ALL) == before
    assert desk.sql("SELECT count(*) FROM desktop_migrator.escaped_texts") == [(3,)]


def test_rows_that_are_refused_one_by_one_are_ones_own(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(isolate_bad_rows, "_MAX_FAILURES", 1)
    desk.sql(KEYS[0])
    desk.sql("ALTER TABLE tasks ADD CHECK (title <> 'bad')")
    source = desk.profile("p", tasks=[task(number) for number in range(6)])
    for user in ("u1", "u2"):
        desk.run(source, user=user)
    bad = [task(number, title="bad" if number % 2 else "good") for number in range(6)]
    result = desk.run(desk.profile("q", tasks=bad), user="u2", policy=ConflictPolicy.OVERWRITE)
    assert (result.counts.updated, result.counts.rejected) == (3, 3), result.error
    assert titles(desk, "u1") == [f"Task {number}" for number in range(6)]
    assert titles(desk, "u2") == ["good", "Task 1", "good", "Task 3", "good", "Task 5"]


PLAN = """
version = 1
name = "tree"
[entities.projects]
table = "projects"
sources = [{ keys = ["projects"] }]
[entities.projects.columns]
title = { from = "title" }
user_id = { from = "$user" }
[entities.tasks]
table = "tasks"
sources = [{ keys = ["tasks"] }]
[entities.tasks.columns]
title = { from = "title" }
project_id = { from = "project" }
parent_id = { from = "parent" }
user_id = { from = "$user" }
"""
TREE = """
CREATE TABLE projects (id uuid, title text, user_id text, PRIMARY KEY (user_id, id));
CREATE TABLE tasks (
  id uuid, title text, project_id uuid, parent_id uuid, user_id text, PRIMARY KEY (user_id, id),
  FOREIGN KEY (user_id, project_id) REFERENCES projects (user_id, id) ON DELETE CASCADE,
  FOREIGN KEY (user_id, parent_id) REFERENCES tasks (user_id, id))
"""


def test_items_refer_to_each_other_by_keys_with_the_person_in_them(desk: Desk) -> None:
    """Ids that are no UUIDs are derived, so what refers to them must follow."""
    desk.write_plan(PLAN)
    desk.sql(TREE)
    tasks: list[dict[str, Any]] = [
        {"id": "t1", "title": "child", "project": "p1", "parent": row_id(2)},
        {"id": row_id(2), "title": "parent", "project": "p1"},
        {"id": row_id(3), "title": "orphan", "project": "p9"},
    ]
    source = desk.profile("p", projects=[{"id": "p1", "title": "P"}], tasks=tasks)
    runs = [desk.run(source, user=user) for user in ("u1", "u2")]
    assert [(run.counts.inserted, run.counts.rejected) for run in runs] == [(3, 1), (3, 1)]
    joined = (
        "SELECT t.user_id, t.title, p.title, u.title FROM tasks t JOIN projects p"
        " ON (p.user_id, p.id) = (t.user_id, t.project_id) LEFT JOIN tasks u"
        " ON (u.user_id, u.id) = (t.user_id, t.parent_id) ORDER BY 1, 2"
    )
    both = [
        (user, *rest)
        for user in ("u1", "u2")
        for rest in (("child", "P", "parent"), ("parent", "P", None))
    ]
    assert desk.sql(joined) == both
    taken_back = desk.undo(runs[1].run)
    assert (taken_back.counts.deleted, taken_back.counts.kept) == (3, 0)
    assert desk.sql(joined) == both[:2]
