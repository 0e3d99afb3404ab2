"""A value that is too large ends no command as if nothing were left behind."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
import zstandard

from desktop_migrator.browsers.budget import MAX_VALUE
from tests.integration.command_line import CommandLine
from tests.unit.browsers import trees

ORIGIN = "https://a.test"
TOO_LARGE = {"origin": ORIGIN, "key": "big", "bytes": MAX_VALUE + 1}


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    path = trees.chromium_sqlite(tmp_path / "Default", ["other"])
    big = zstandard.compress(b"\1" + b"x" * MAX_VALUE)
    with closing(sqlite3.connect(path)) as store, store:
        insert = "INSERT INTO map_entries VALUES (1, ?, ?, ?)"
        store.execute(insert, (0, b"\1tasks", b'\1[{"id": "1", "title": "Milk"}]'))
        store.execute(insert, (1, b"\1big", big))
    return path.parent


def test_a_run_that_leaves_a_value_behind_says_so(
    profile: Path, database: str, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    program = CommandLine(tmp_path / "data")
    ended = program(
        *("--json", "migrate", "--source", profile, "--origin", ORIGIN, "--no-backup"),
        *("--database", database, "--user-id", "u1", "--create-tables", "--yes"),
    )
    assert ended.exit_code == 3, ended.err
    (damage,) = ended.last["damages"]
    assert damage["too_large"] == TOO_LARGE
    assert damage["lost_records"] == 0
    assert sql.execute("SELECT title FROM tasks").fetchall() == [("Milk",)]


def test_a_capture_that_lacks_a_value_says_so_and_keeps_saying_it(
    profile: Path, tmp_path: Path
) -> None:
    program = CommandLine(tmp_path / "data")
    out = tmp_path / "one.dmcapture"
    ended = program(
        *("--json", "capture", "--source", profile, "--out", out, "--passphrase-stdin"),
        given="a capture's passphrase\n",
    )
    assert ended.exit_code == 3, ended.err
    (damage,) = ended.last["summary"]["damages"]
    assert "The value of big of https://a.test" in damage["what"]
    assert ended.last["summary"]["records"] == 2
