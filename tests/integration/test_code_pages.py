"""Output into a pipe of Windows' western code page: every command comes through, and no JSON is
poorer for it.
"""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.chromium_store import write_profile
from tests.integration.command_line import CommandLine

TITLE = "Ünïcode → 日本 ✓"
TASKS = json.dumps([{"id": "1", "title": TITLE, "status": "todo"}], ensure_ascii=False)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    areas = {"https://app.example.com": {"tasks": TASKS, TITLE: "→"}}
    return write_profile(tmp_path / "profile", areas)


def _run(command: list[str], encoding: str) -> subprocess.CompletedProcess[bytes]:
    environment = os.environ | {"PYTHONIOENCODING": encoding, "COLUMNS": "200"}
    return subprocess.run(command, env=environment, capture_output=True, check=True)


@pytest.mark.parametrize("command", ["scan", "records", "preview"])
def test_reading_commands_write_what_the_code_page_holds(
    desktop_migrator: CommandLine, store: Path, command: str
) -> None:
    text = _run(desktop_migrator.command(command, "--source", store), "cp1252")
    assert b"Traceback" not in text.stderr
    if command == "records":
        assert "Ünïcode ? ??" in text.stdout.decode("cp1252")

    words = ("--json", command, "--source", store)
    narrow, wide = (
        _run(desktop_migrator.command(*words), each).stdout for each in ("cp1252", "utf-8")
    )
    assert narrow == wide


def test_migrate_too(desktop_migrator: CommandLine, store: Path, database: str) -> None:
    job = ("migrate", "--source", store, "--database", database, "--user-id", "u1")
    first = desktop_migrator.command("--json", *job, "--create-tables", "--no-backup")
    events = [json.loads(line) for line in _run(first, "cp1252").stdout.splitlines()]
    assert events[-1]["counts"]["inserted"] >= 1

    again = _run(desktop_migrator.command("--lang", "de", *job, "--no-backup"), "cp1252")
    assert "Einträge" in again.stdout.decode("cp1252")
