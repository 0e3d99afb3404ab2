"""The command line's frame: global options, errors, exit codes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from desktop_migrator import __version__
from desktop_migrator.cli.app import COMMANDS, PANELS, run_command_line


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["--help"]) == 0
    out = capsys.readouterr().out
    assert all(command in out for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_of_its_own(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command_line([command, "--help"]) == 0
    assert f"desktop-migrator {command}" in capsys.readouterr().out


def test_without_any_word_there_is_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line([]) == 2
    assert "migrate" in capsys.readouterr().out


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["--version"]) == 0
    assert capsys.readouterr().out == f"desktop-migrator {__version__}\n"


@pytest.mark.parametrize(
    "words",
    [
        ["--json", "--data-dir", "DIR", "scan", "--source", "MISSING"],
        ["scan", "--json", "--source", "MISSING", "--data-dir", "DIR"],
        ["scan", "--source", "MISSING", "--json", "--data-dir=DIR"],
    ],
)
def test_global_options_may_stand_anywhere_and_errors_are_json_with_json(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(tmp_path / "data")
    words = [word.replace("DIR", folder).replace("MISSING", str(tmp_path / "x")) for word in words]
    assert run_command_line(words) == 1
    captured = capsys.readouterr()
    error = json.loads(captured.out)
    assert error.keys() == {"event", "code", "title", "detail", "hint"}
    assert error["code"] == "DM-101"
    assert "DM-101" in captured.err
    assert "Traceback" not in captured.err


def test_a_traceback_shows_with_debug_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--data-dir", str(tmp_path / "data"), "scan", "--source", str(tmp_path / "x")]
    assert run_command_line([*words, "--debug", "migration:load"]) == 1
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [["no-such-command"], ["migrate"], ["scan", "--no-such-option"], ["--lang", "xx"]]
)
def test_wrong_use_is_exit_code_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(words) == 2
    assert capsys.readouterr().out == ""


def test_the_data_folder_is_its_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"
    run_command_line(["--data-dir", str(folder), "scan", "--source", str(tmp_path / "x")])
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "snapshots").stat().st_mode & 0o777 == 0o700


def test_help_names_every_command_in_one_group() -> None:
    grouped = [name for names in PANELS.values() for name in names]
    assert sorted(grouped) == sorted(COMMANDS)


def test_shells_complete_commands_and_options(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def completed(words: str) -> list[str]:
        monkeypatch.setenv("_DESKTOP_MIGRATOR_COMPLETE", "complete_bash")
        monkeypatch.setenv("COMP_WORDS", f"desktop-migrator {words}")
        monkeypatch.setenv("COMP_CWORD", str(len(words.split(" "))))
        run_command_line([])
        return capsys.readouterr().out.split()

    assert completed("back") == ["backup"]
    assert completed("plan in") == ["infer"]
    assert completed("migrate --batch") == ["--batch-size", "--batch-delay"]
    assert completed("migrate --conflict me") == ["merge"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_a_completion_script_asks_the_program(
    shell: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run_command_line(["--data-dir", str(tmp_path), "completion", shell]) == 0
    assert "_DESKTOP_MIGRATOR_COMPLETE" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["scan", "records"])
def test_what_needs_no_database_does_not_wait_for_its_library(command: str) -> None:
    code = (
        f"import sys, desktop_migrator.__main__, desktop_migrator.cli.{command};"
        "print([name for name in sys.modules if name in ('sqlalchemy', 'alembic', 'PySide6')])"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert printed.stdout.strip() == "[]"
