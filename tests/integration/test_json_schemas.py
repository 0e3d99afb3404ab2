"""What `--json` prints is what docs/schemas says: real output of every command, by `jsonschema`."""

import json
import sys
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests import kept_keyring
from tests.integration.command_line import CommandLine, Ended
from tests.integration.webkit_store import store_of
from tests.recorded import APP, unpack
from tests.tools.json_schemas import FOLDER, SCHEMAS, texts

KEYLESS = """
version = 1
name = "keyless"
[entities.keyless]
table = "keyless"
sources = [{ keys = ["keyless"] }]
"""
_LISTS_OF_ONE_KIND = {"records"}
"""Each line is a record, whatever reads it; the exit code says whether that is all."""
_LAST = {"finished", "error", "previewed", "inferred", "checked"}


@cache
def _validator(command: str) -> Any:
    """Of what is published, but that it names every key there is."""
    schema = json.loads((FOLDER / f"{command}.json").read_text("utf-8"))
    for each in _objects(schema):
        each.setdefault("additionalProperties", command == "logs")
    jsonschema = import_module("jsonschema")
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def _objects(schema: object) -> list[dict[str, Any]]:
    if isinstance(schema, list):
        return [found for each in schema for found in _objects(each)]
    if not isinstance(schema, dict):
        return []
    below = [found for each in schema.values() for found in _objects(each)]
    return [schema, *below] if "properties" in schema else below


def test_what_is_published_is_current() -> None:
    published = {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.json")}
    assert published == texts(), "run `python -m tests.tools.json_schemas`"


class Story:
    """Commands one after the other on one data folder; each line of theirs is checked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.run = CommandLine(folder / "data")
        self.seen: dict[str, set[str]] = {}

    def __call__(self, command: str, *words: object, given: str = "") -> Ended:
        name = [f"--{command}"] if command == "version" else [*command.split("-", 1)]
        if command not in {*(f"{a}-{b}" for a, b in _GROUPED), "version"}:
            name = [command]
        ended = self.run(
            *("--json", *name, *words),
            given=given,
            EDITOR=f"{sys.executable} -c 0",
            DESKTOP_MIGRATOR_PASSPHRASE="a long passphrase",
            **kept_keyring.variables(self.folder),
        )
        events = ended.events
        for line in events:
            wrong = next(_validator(command).iter_errors(line), None)
            assert wrong is None, (command, line, _deepest(wrong))
        if command not in _LISTS_OF_ONE_KIND or ended.exit_code:
            assert ended.last.get("event") in _LAST, (command, ended)
        self.seen.setdefault(command, set()).update(
            str(line.get("event", "listed")) for line in events
        )
        return ended


_GROUPED = [tuple(name.split("-", 1)) for name in SCHEMAS if "-" in name]
_GROUPED = [each for each in _GROUPED if each != ("test", "connection")]


def _deepest(error: Any) -> str:
    while error.context:
        error = min(error.context, key=lambda each: (-len(each.path), len(each.message)))
    return f"{list(error.path)}: {error.message}"


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return Story(tmp_path)


def test_every_command_prints_what_its_schema_says(
    story: Story, database: str, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    profile = unpack("chromium-leveldb", tmp_path)
    one = ("--source", profile, "--origin", APP)
    there = (*one, "--database", database, "--user-id", "ada", "--continue-on-error")
    for command in ("version", "info", "checklist", "test-connection", "update-check"):
        words = ("--database", database) if command == "test-connection" else ()
        story(command, *words)
    story("scan", "--source", profile)
    story("records", *one)
    story("analyze", *one)
    story("preview", *one)
    story("preview", *one, "--database", database, "--user-id", "ada")
    story("plan-infer", *one)
    story("plan-check", *one)
    story("plan-show")
    run = story("migrate", *there, "--create-tables").last["run"]
    sql.execute("UPDATE tasks SET title = 'Else' WHERE id IN (SELECT id FROM tasks LIMIT 3)")
    story("migrate", *there, "--conflict", "interactive")
    story("migrate", *there, "--conflict", "overwrite", "--no-backup")
    story("migrate", *one, "--database", "postgresql://ada@127.0.0.1:1/none", "--user-id", "ada")
    bad = store_of(tmp_path / "bad", {"tasks": [{"id": "1"}, {"id": "2", "title": "Two"}]})
    story("migrate", *there, "--source", bad, "--rollback-threshold", "0")
    for command in ("status", "history", "logs", "validate", "repair", "optimize", "report"):
        story(command, *(("--source", profile) if command == "status" else ()))
    story("info", "--detailed")
    story("analyze", *one, "--profile", "--user-id", "ada")
    story("checklist", "--source", profile)
    story("unlock", "--force")
    story("provision", "--role", "app_writer", "--database", database)
    story("electric-check", "--database", database)
    story("electric-prepare", "--database", database)
    nowhere = ("--url", "http://127.0.0.1:1")
    story("electric-verify", "--database", database, *nowhere)
    keyless = tmp_path / "keyless.toml"
    keyless.write_text(KEYLESS)
    sql.execute("CREATE TABLE keyless (id text)")
    story("electric-verify", "--database", database, *nowhere, "--plan", keyless)
    story("export", "rows", "--out", tmp_path / "rows.csv")
    for command in ("backup-list", "backup-recovery-key", "backup-prune"):
        story(command)
    made = story("backup-create", *one).last["id"]
    story("backup-verify", made)
    story("backup-restore", made, "--to", "browser")
    story("rollback", "--run", run, "--dry-run")
    story("rollback", "--run", run)
    story("backup-list")
    first = story("backup-list").events[-2]["id"]
    story("backup-restore", first, "--to", "database")
    story("backup-delete", made, "--force")
    capture = tmp_path / "ada.dmcapture"
    story("capture", *one, "--out", capture)
    into = ("--database", database, "--user-id", "ada", "--create-tables", "--no-backup")
    story("upload", capture, capture, __file__, *into)
    story("migrate", *there)
    story("clear", *one, "--confirm")
    story("config-set", "batch-size", "500")
    story("config-show")
    story("config-edit")
    story("connection-add", "office", "postgresql://ada@db.example.com/app", given="")
    story("connection-list")
    story("connection-default", "office")
    story("connection-remove", "office")
    story("fleet", "--database", database)
    story("fleet-retry", "--database", database, "--dry-run")
    story("keys-new", "desk")
    story("keys-list")
    story("keys-export", "desk", "--out", tmp_path / "desk.pub")
    story("keys-export", "desk", "--private", "--out", tmp_path / "desk.dmsecret")
    story("keys-import", tmp_path / "desk.dmsecret")
    kit = tmp_path / "app.dmkit"
    story("kit-make", kit, "--owner", "Acme", "--recipient", "desk")
    story("kit-open", kit)
    mine = ("--for", "ada", "--owner", "Acme", "--unsigned", "--database", database)
    story("kit-invite", kit, *mine, "--yes")
    story("kit-list", "--database", database)
    story("kit-revoke", "ada", "--database", database, "--yes")
    page = ("--page", "https://acme.test/download")
    story("update-announce", tmp_path / "updates.json", "--release", "1.2.3", *page)
    story("support-bundle", "--out", tmp_path / "bundle.zip")
    story("completion", "bash")
    story("demo")
    story("keys-rotate", "desk")
    assert SCHEMAS.keys() - story.seen.keys() == set()
    assert [name for name, seen in story.seen.items() if seen == {"error"}] == ["update-check"]
    for event in ("progress", "conflict", "rejected", "finished", "error"):
        assert event in story.seen["migrate"], event
