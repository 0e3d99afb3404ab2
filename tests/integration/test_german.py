"""The program as a person with a German computer meets it; JSON stays as it is for machines."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.integration.command_line import CommandLine
from tests.integration.webkit_store import store_of
from tests.recorded import unpack

GERMAN_LOCALE: dict[str, Any] = {"LANGUAGE": None, "LC_ALL": "de_DE.UTF-8"}
"""Which need not be installed."""
_ENGLISH_WORDS = re.compile(r"\b(?:the|and|were|with|not|which|what|that|are|this|from)\b")
"""None of which is a German word."""


@pytest.fixture
def desktop_migrator(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path / "data dir")


def task(number: int, **fields: object) -> dict[str, object]:
    return {
        "id": f"0190a1b2-c3d4-7e5f-8a6b-{number:012}",
        "title": f"Aufgabe {number}",
        "status": "todo",
        "createdAt": "2026-01-01T10:00:00.000Z",
    } | fields


@pytest.mark.parametrize(
    ("variables", "words", "expected"),
    [
        ({"LANGUAGE": None, "LC_ALL": "de_DE.UTF-8"}, [], "Aufruf"),
        ({"LANGUAGE": "de_AT:en", "LC_ALL": "en_US.UTF-8"}, [], "Aufruf"),
        ({"LANGUAGE": None, "LC_ALL": None, "LC_MESSAGES": None, "LANG": "de"}, [], "Aufruf"),
        ({"LANGUAGE": None, "LC_ALL": "de_DE.UTF-8"}, ["--lang", "en"], "Usage"),
        ({"LANGUAGE": "en", "LC_ALL": "en_US.UTF-8"}, ["--lang=de"], "Aufruf"),
        ({"LANGUAGE": "fr", "LC_ALL": "fr_FR.UTF-8"}, [], "Usage"),
    ],
)
def test_the_language_is_the_one_asked_for_or_the_environments(
    desktop_migrator: CommandLine,
    variables: dict[str, Any],
    words: list[str],
    expected: str,
) -> None:
    ended = desktop_migrator("scan", "--help", *words, **variables)
    assert ended.exit_code == 0, ended.err
    assert f"{expected}: desktop-migrator scan" in ended.out


def test_the_main_job_is_told_in_german(
    desktop_migrator: CommandLine, tmp_path: Path, database: str
) -> None:
    tasks = [task(number) for number in range(1_200)]
    tasks[7]["status"] = "nie gesehen"
    store = store_of(tmp_path, {"tasks": tasks})
    where = ("--source", store, "--database", database, "--user-id", "u1")
    ended = desktop_migrator(
        "migrate", *where, "--create-tables", "--continue-on-error", **GERMAN_LOCALE
    )
    assert ended.exit_code == 3, ended.err
    for words in (
        "Abgelehnt: Tasks „Aufgabe 7“ (tasks[7]) aus ",
        " 1.200 │",
        "Fertig; 1.199 Zeilen neu, 0 ersetzt.",
    ):
        assert words in ended.out
    told = [ended.out]
    report = tmp_path / "bericht.html"
    run = desktop_migrator("--json", "status", "--source", store).last["runs"][0]["run"]
    commands: list[list[object]] = [
        ["status", "--source", store, "--database", database],
        ["preview", "--source", store, "--user-id", "u1"],
        ["validate", *where],
        ["rollback", "--database", database, "--run", run, "--lang", "de"],
        ["report", run, "--out", report],
    ]
    for command in commands:
        again = desktop_migrator(*command, **GERMAN_LOCALE)
        assert again.exit_code in {0, 1}, again.err
        told.append(again.out)
    for text in told:
        assert _ENGLISH_WORDS.findall(text) == []
    assert "1 Datensatz, übertragen." in told[1]
    page = report.read_text()
    assert '<html lang="de">' in page
    assert "Das Feld status" in page
    assert "1.199 Zeilen sind neu" in page


def test_a_sample_profile_is_listed_in_german(
    desktop_migrator: CommandLine, tmp_path: Path
) -> None:
    ended = desktop_migrator(
        "--lang", "de", "scan", "--source", unpack("chromium-leveldb", tmp_path)
    )
    assert ended.exit_code == 0, ended.err
    assert "zuletzt benutzt am" in ended.out
    assert "Zuletzt geschrieben" in ended.out
    assert re.search(r"\d,\d KB", ended.out)
    assert _ENGLISH_WORDS.findall(ended.out) == []


def test_json_of_a_run_stays_english(
    desktop_migrator: CommandLine, tmp_path: Path, database: str
) -> None:
    store = store_of(tmp_path, {"tasks": [task(1, status="nie gesehen")]})
    job = (
        *("--json", "migrate", "--source", store, "--database", database, "--user-id", "u1"),
        *("--create-tables", "--continue-on-error", "--no-backup"),
    )
    english = desktop_migrator("--lang", "en", *job)
    german = desktop_migrator("--lang", "de", *job)
    [expected], [rejected] = (
        [event for event in ended.events if event["event"] == "rejected"]
        for ended in (english, german)
    )
    assert rejected == expected
    assert rejected["reason"].startswith("The field status")
    assert german.last.keys() == english.last.keys()


def test_a_terminal_of_few_characters_shows_what_it_can(
    desktop_migrator: CommandLine, tmp_path: Path
) -> None:
    profile = unpack("chromium-leveldb", tmp_path)
    ended = subprocess.run(  # a process of its own, which takes its encoding from the variable
        desktop_migrator.command("--lang", "de", "preview", "--source", profile),
        env=os.environ | {"PYTHONIOENCODING": "ascii", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "tasks ? Tabelle tasks, Eintr?ge:" in ended.stdout
