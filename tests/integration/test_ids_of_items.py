"""Ids that the database draws, and items within items, from the browser to rows and back."""

from pathlib import Path
from typing import Any

import psycopg

from tests.chromium_store import write_profile
from tests.integration.command_line import CommandLine, Ended

SITE = "https://app.test"
PLAN = """version = 1
name = "lists"
[entities.lists]
table = "lists"
id = { strategy = "database", type = "bigint" }
sources = [{ keys = ["lists"] }]
[entities.lists.columns]
name = { from = "name", type = "text" }
user_id = { from = "$user", type = "text" }
[entities.steps]
table = "steps"
id = { from = "n", unique_in = "parent", strategy = "database" }
sources = [{ parent = "lists", items = "steps" }]
[entities.steps.columns]
list_id = { from = "$parent", type = "bigint", references = "lists" }
place = { from = "$index", type = "integer" }
body = { from = "body", type = "text" }
n = { from = "n", type = "integer" }
"""
LISTS = [
    {"id": 1, "name": "A", "steps": [{"n": 1, "body": "x"}, {"n": 2, "body": "y"}]},
    {"id": 2, "name": "B", "steps": [{"n": 1, "body": "z"}]},
]
ROWS = "SELECT name, place, body FROM lists JOIN steps ON list_id = lists.id ORDER BY 1, 2"


def rows(database: str, query: str = ROWS) -> list[Any]:
    with psycopg.connect(database) as connection:
        return connection.execute(query).fetchall()


def test_items_in_items_refer_to_parents_whose_ids_are_drawn(database: str, tmp_path: Path) -> None:
    profile = write_profile(tmp_path / "profile", {SITE: {"lists": LISTS}})
    plan = tmp_path / "plan.toml"
    plan.write_text(PLAN)
    run = CommandLine(tmp_path / "data")

    def migrate() -> Ended:
        where = ("--source", profile, "--origin", SITE, "--database", database, "--user-id", "u1")
        return run(
            "--json", "--yes", "--plan", plan, "migrate", *where, "--no-backup", "--create-tables"
        )

    first = migrate()
    assert first.last["counts"]["inserted"] == 5, first.err
    expected = [("A", 0, "x"), ("A", 1, "y"), ("B", 0, "z")]
    assert rows(database) == expected
    again = migrate()
    assert again.last["counts"]["unchanged"] == 5, again.err
    assert rows(database) == expected
    drawn = rows(database, "INSERT INTO lists (name) VALUES ('the app''s own') RETURNING id")
    assert drawn == [(3,)]
    undone = run(
        *("--json", "--yes", "rollback", "--run", first.last["run"], "--database", database)
    )
    assert undone.exit_code == 0, undone.err
    assert rows(database, "SELECT name FROM lists") == [("the app's own",)]
    assert rows(database, "SELECT FROM steps") == []
