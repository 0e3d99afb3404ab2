"""The app's own eyes: Drizzle makes the tables, we migrate, and Drizzle reads every row back.

What a real browser's page read through the Web Storage API is what the app has to find.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.consumers.conftest import node
from tests.integration.command_line import CommandLine
from tests.integration.conftest import desktop_migrator, on_every_server  # noqa: F401 - a fixture
from tests.recorded import read_back, unpack

STATUSES = {"todo": "pending", "in-progress": "in_progress", "done": "completed"}

pytestmark = pytest.mark.needs("npm")


@pytest.fixture(scope="session")
def drizzle(app: Path) -> Path:
    """The app's folder, with the migrations that Drizzle makes of its schema."""
    node(app, "", "npx", "esbuild", "schema.ts", "--outfile=schema.js", "--format=esm")
    node(app, "", "npx", "drizzle-kit", "generate")
    return app


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@on_every_server
def test_the_app_finds_every_item_that_its_page_had(
    drizzle: Path,
    desktop_migrator: CommandLine,  # noqa: F811
    database: str,
    tmp_path: Path,
) -> None:
    node(drizzle, database, "npx", "drizzle-kit", "migrate")
    words = ("migrate", "--source", unpack("chromium-leveldb", tmp_path), "--database", database,
             "--user-id", "maria", "--include", "tasks", "--include", "environments",
             "--no-backup", "--json")  # fmt: skip
    migrated = desktop_migrator(*words)
    assert migrated.exit_code == 0, migrated.err
    rows: dict[str, list[dict[str, Any]]] = json.loads(node(drizzle, database, "node", "read.mjs"))

    items = {each["title"]: each for each in read_back("chromium-leveldb", "tasks")}
    assert {row["title"] for row in rows["tasks"]} == items.keys()
    for row in rows["tasks"]:
        item = items[row["title"]]
        assert row["status"] == STATUSES[item["status"]]
        assert moment(row["createdAt"]) == moment(item["createdAt"])
        assert row["userId"] == "maria"
    kept = {each["name"]: each for each in read_back("chromium-leveldb", "environments")}
    assert {row["name"] for row in rows["environments"]} == kept.keys()
    for row in rows["environments"]:
        config = {name: value for name, value in kept[row["name"]]["config"].items()
                  if name != "githubToken"}  # fmt: skip
        assert row["config"] == config

    assert desktop_migrator(*words).last["counts"]["inserted"] == 0
    assert json.loads(node(drizzle, database, "node", "read.mjs")) == rows
