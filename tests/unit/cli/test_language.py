"""The command line in German: help, usage errors, questions; and what must stay English."""

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console
from typer._click import Command
from typer.core import TyperGroup

from desktop_migrator.cli.app import COMMANDS, load_command, run_command_line
from desktop_migrator.cli.reporters import TerminalReporter
from desktop_migrator.messages import Message, Translator
from desktop_migrator.reporter import Question

GERMAN = Translator("de", "cli")
_ENGLISH_WORDS = re.compile(
    r"\b(?:the|and|were|with|not|which|what|that|are|this|from)\b", re.IGNORECASE
)
"""None of which is a German word."""
_SAME = {"NAME", "SHELL", "URL"}


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "1000")
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)


def texts(command: Command) -> Iterator[str]:
    """All that a command and those in it say of themselves, in English."""
    yield command.help or ""
    for param in command.params:
        yield getattr(param, "help", None) or ""
        yield getattr(param, "metavar", None) or ""
    if isinstance(command, TyperGroup):
        for each in command.commands.values():
            yield from texts(each)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_text_of_help_is_translated(command: str) -> None:
    said = {text for text in texts(load_command(command)) if text} - _SAME
    assert said
    assert {text for text in said if GERMAN(text) == text} == set()


@pytest.mark.parametrize("command", COMMANDS)
def test_help_in_german_has_no_english_words(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    loaded = load_command(command)
    within = loaded.commands if isinstance(loaded, TyperGroup) else {}
    for words in ([], [command], *([command, each] for each in within)):
        assert run_command_line([*words, "--lang", "de", "--help"]) == 0
        out = capsys.readouterr().out
        assert f"Aufruf: {' '.join(['desktop-migrator', *words])}" in out
        assert "Diese Hilfe zeigen." in out
        assert _ENGLISH_WORDS.findall(_without_names(out)) == []


def _without_names(text: str) -> str:
    """Without what is to be typed: options, addresses, names of commands."""
    return re.sub(r"--\S+|`[^`]*`|\S+://\S+", "", text)


def test_help_in_english_follows_help_in_german(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["upload", "--help"]) == 0
    before = capsys.readouterr().out
    assert run_command_line(["upload", "--help", "--lang", "de"]) == 0
    capsys.readouterr()
    assert run_command_line(["upload", "--help", "--lang=en"]) == 0
    assert capsys.readouterr().out == before
    assert "[required]" in before


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["migrat"], "Es gibt keinen Befehl migrat. Meinten Sie: migrate?"),
        (["backup", "no-such-command"], "Es gibt keinen Befehl no-such-command."),
        (["scan", "--sorce", "x"], "Es gibt keine Option --sorce. Meinten Sie: --source?"),
        (["scan", "one"], "Nach `desktop-migrator scan` stehen zu viele Wörter."),
        (["migrate"], "--database fehlt."),
        (["kit", "open"], "DATEI fehlt."),
        (["scan", "--source"], "--source braucht einen Wert."),
        (["migrate", "--dry-run=yes"], "--dry-run nimmt keinen Wert."),
        (["migrate", "--batch-size", "0"], "--batch-size braucht eine ganze Zahl ab 1."),
        (["migrate", "--batch-size", "many"], "--batch-size braucht eine ganze Zahl ab 1."),
        (["migrate", "--rollback-threshold", "2"], "braucht eine Zahl von 0 bis 1."),
        (["report", "x", "--format", "odt"], "--format braucht eines von diesen: html, pdf."),
        (["migrate", "--from", "x", "--database", "builtin"], "--from braucht eine Zeitangabe wie"),
        (["backup", "verify", "x", "--passphrase-stdin"], "steht keine Passphrase."),
    ],
)
def test_wrong_use_is_told_in_german(
    words: list[str],
    told: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO()))
    assert run_command_line(["--lang", "de", "--data-dir", str(tmp_path / "d"), *words]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert told in captured.err
    assert "Das geht so nicht" in captured.err
    assert "DM-900" in captured.err


def test_an_unknown_language_is_told_in_that_of_the_system(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    assert run_command_line(["--lang", "xx", "scan"]) == 2
    assert "--lang braucht eines von diesen: en, de." in capsys.readouterr().err


def test_a_group_alone_shows_its_help_and_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["kit", "--lang", "de"]) == 2
    captured = capsys.readouterr()
    assert "Befehle" in captured.out
    assert captured.err == ""


def test_json_is_the_same_in_every_language(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(language: str) -> tuple[object, str]:
        words = ["--lang", language, "--json", "--data-dir", str(tmp_path / "d"), "scan"]
        assert run_command_line([*words, "--source", str(tmp_path / "x")]) == 1
        captured = capsys.readouterr()
        return json.loads(captured.out), captured.err

    (english, _), (german, for_people) = told("en"), told("de")
    assert german == english
    assert "Dort gibt es nichts zu lesen" in for_people


def test_questions_and_their_answers_are_german(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("yes\nja\n"))
    reporter = TerminalReporter(Console(stderr=True), GERMAN, interactive=True)
    assert reporter.ask(Question(Message("Do this?"), ("yes", "no"))) == "yes"
    err = capsys.readouterr().err
    assert err.count("Soll das geschehen? [ja/nein]") == 2  # "yes" is none of them
    assert "Bitte geben Sie eine der Antworten in Klammern ein." in err
