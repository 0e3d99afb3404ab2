"""Sensitive fields in a real database; oracles are Node's crypto and a search for the values."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from desktop_migrator.plan.envelope import FieldKey
from tests.integration.command_line import CommandLine
from tests.unit.browsers.leveldb_stores import opened as opened_store
from tests.waiting import PATIENCE

OPEN = Path(__file__).parents[2] / "docs" / "examples" / "open-field.mjs"
KEY = FieldKey(bytes(range(32)))
MARK = "ghp_PLANTEDmarkerü😀"
SITE = "https://app.test"


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "field.key"
    path.write_text(KEY.text + "\n")
    return path


def store(folder: Path, key: str, value: object) -> Path:
    """A LevelDB store with one record; a text stands as it is."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    with opened_store(folder) as database:
        database.put(b"VERSION", b"1")
        record = b"_" + SITE.encode() + b"\0\x01" + key.encode()
        database.put(record, b"\0" + text.encode("utf-16-le"))
    return folder


ENVIRONMENTS = [
    {"id": "e1", "name": "flat", "githubToken": MARK, "region": "eu"},
    {"id": "e2", "name": "nested", "config": {"githubToken": MARK, "in": '{"GITHUB_TOKEN":"x"}'}},
    {"id": "e3", "githubToken": MARK},
    {"id": "e4", "name": "none", "config": {"region": "us"}},
]


def opened(sql: psycopg.Connection[Any], key: FieldKey) -> "subprocess.CompletedProcess[str]":
    rows = sql.execute("SELECT row_to_json(e)::text FROM environments e ORDER BY name").fetchall()
    return subprocess.run(
        ["node", OPEN],
        input="\n".join(row for (row,) in rows),
        env=os.environ | {"FIELD_KEY": key.text},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


def everything(sql: psycopg.Connection[Any]) -> str:
    """All text in the database, bytes too."""
    tables = sql.execute(
        "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables"
        " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    ).fetchall()
    found = []
    for (table,) in tables:
        for row in sql.execute(f"SELECT * FROM {table}".encode()).fetchall():
            found += [
                bytes(value).decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
                for value in row
            ]
    return "\n".join(found)


def files(folder: Path) -> Iterator[tuple[Path, bytes]]:
    return ((path, path.read_bytes()) for path in folder.rglob("*") if path.is_file())


@pytest.mark.needs("node")
def test_a_server_opens_what_was_encrypted_and_nobody_else(
    desktop_migrator: CommandLine,
    database: str,
    sql: psycopg.Connection[Any],
    tmp_path: Path,
    key_file: Path,
) -> None:
    source = store(tmp_path / "store", "environments", ENVIRONMENTS)
    where = ("--source", source, "--database", database, "--user-id", "u1", "--create-tables")
    words = ("--json", "migrate", *where, "--continue-on-error", "--preserve-partial")
    first = desktop_migrator(*words, "--field-key", key_file)
    assert first.exit_code == 3, first.err
    ended = opened(sql, KEY)
    assert [json.loads(line) for line in ended.stdout.splitlines()] == [
        {"path": "config.githubToken", "value": MARK},
        {"path": "config.githubToken", "value": MARK},
    ], ended.stderr
    other = opened(sql, FieldKey(bytes(32)))
    assert other.returncode != 0
    assert MARK not in other.stdout

    again = desktop_migrator(*words, "--field-key", key_file)
    counts = again.last["counts"]
    assert (counts["inserted"], counts["updated"], counts["conflicts"]) == (0, 0, 0)
    assert counts["unchanged"] == 3

    checked = desktop_migrator("--json", "validate", *where[:-1], "--field-key", key_file)
    against = {each["name"]: each for each in checked.last["checks"]}
    assert against["environments: against the browser"]["detail"].startswith("3 items, 3 equal")

    told = first.out + first.err + again.out + again.err + everything(sql)
    assert MARK not in told
    assert json.dumps(MARK)[1:-1] not in told
    assert "GITHUB_TOKEN" in told  # what stands around it is there
    kept = [path for path, data in files(desktop_migrator.data_dir) if b"PLANTEDmarker" in data]
    assert kept == []


def test_without_a_key_the_rest_goes_and_it_is_said(
    desktop_migrator: CommandLine, database: str, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    source = store(tmp_path / "store", "environments", ENVIRONMENTS[:2])
    ended = desktop_migrator(
        *("migrate", "--source", source, "--database", database, "--user-id", "u1"),
        "--create-tables",
    )
    assert ended.exit_code == 0, ended.err
    assert "sensitive field **.githubToken were left out" in ended.err.replace("\n", " ")
    rows = dict(sql.execute("SELECT name, config FROM environments").fetchall())
    assert rows == {"flat": {"region": "eu"}, "nested": {"in": "{}"}}
    assert MARK not in everything(sql) + ended.out + ended.err


def test_a_damaged_record_is_kept_sealed_and_repaired_with_the_key(
    desktop_migrator: CommandLine,
    database: str,
    sql: psycopg.Connection[Any],
    tmp_path: Path,
    key_file: Path,
) -> None:
    whole = json.dumps(ENVIRONMENTS[:1], ensure_ascii=False)
    source = store(tmp_path / "store", "environments", whole[:-1])
    where = ("--database", database, "--user-id", "u1")
    words = ("migrate", *where, "--source", source, "--create-tables", "--continue-on-error")
    ended = desktop_migrator(*words, "--preserve-partial", "--field-key", key_file)
    assert ended.exit_code == 3, ended.err
    assert "PLANTEDmarker" not in everything(sql) + ended.out + ended.err
    mended = desktop_migrator("--yes", "repair", *where, "--auto-fix", "--field-key", key_file)
    assert mended.exit_code == 0, mended.out + mended.err
    assert "PLANTEDmarker" not in everything(sql) + mended.out + mended.err
    [(config,)] = sql.execute("SELECT config FROM environments").fetchall()
    assert KEY.decrypt(config["githubToken"]) == json.dumps(MARK, ensure_ascii=False).encode()


def test_conflicts_and_previews_show_no_secret(
    desktop_migrator: CommandLine,
    database: str,
    sql: psycopg.Connection[Any],
    tmp_path: Path,
    key_file: Path,
) -> None:
    source = store(tmp_path / "store", "environments", ENVIRONMENTS[:2])
    where = ("--source", source, "--database", database, "--user-id", "u1")
    first = desktop_migrator("migrate", *where, "--create-tables", "--field-key", key_file)
    assert first.exit_code == 0, first.err
    # As the app had it before anybody encrypted anything.
    sql.execute(
        "UPDATE environments SET config = jsonb_set(config, '{githubToken}', to_jsonb(%s::text))",
        [MARK],
    )
    words = ("migrate", *where, "--field-key", key_file, "--conflict", "interactive")
    asked = desktop_migrator("--json", *words)
    assert asked.exit_code == 4, asked.err
    assert "•••" in json.dumps(asked.events, ensure_ascii=False)
    preview = desktop_migrator("--json", "preview", *where[:2])
    assert "[encrypted]" in preview.out
    for ended in (asked, preview, desktop_migrator("preview", *where[:2])):
        assert "PLANTEDmarker" not in ended.out + ended.err


def test_preview_warns_of_what_nobody_planned(
    desktop_migrator: CommandLine, tmp_path: Path
) -> None:
    people = [{"mail": "PLANTED@example.test", "card": "4012888888881881"}]
    source = store(tmp_path / "store", "people", people)
    ended = desktop_migrator("preview", "--source", source, "--origin", SITE)
    assert "customData, field mail: e-mail address, 1 value" in ended.out
    told = desktop_migrator("--json", "preview", "--source", source, "--origin", SITE).last
    assert told["looks_sensitive"] == [
        {"entity": "customData", "field": "mail", "kind": "e-mail address", "count": 1},
        {"entity": "customData", "field": "card", "kind": "card number", "count": 1},
    ]


def test_a_file_that_is_no_key_is_refused_before_anything_is_read(
    desktop_migrator: CommandLine, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.key"
    wrong.write_text("not-a-key-MARKER")
    words = ("migrate", "--database", "builtin", "--user-id", "u", "--field-key")
    for path in (wrong, tmp_path / "none"):
        ended = desktop_migrator("--json", *words, path)
        assert (ended.exit_code, ended.last["code"]) == (2, "DM-405")
        assert "MARKER" not in ended.out + ended.err
