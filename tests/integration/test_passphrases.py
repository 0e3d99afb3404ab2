"""Where a passphrase may come from; what opens with it was sealed with it."""

import shlex
import sys
from pathlib import Path

import pytest

from tests.integration.command_line import CommandLine, Ended
from tests.recorded import unpack

PASSPHRASE = "DM-MARK correct horse ✓"


@pytest.fixture
def capture(desktop_migrator: CommandLine, tmp_path: Path) -> Path:
    """Sealed with `PASSPHRASE`, as it came by standard input."""
    out = tmp_path / "maria.dmcapture"
    words = ("capture", "--source", unpack("firefox", tmp_path), "--out", out)
    ended = desktop_migrator(*words, "--passphrase-stdin", given=f"{PASSPHRASE}\n")
    assert ended.exit_code == 0, ended.err
    return out


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "passphrase of maria.txt"
    path.write_text(f"{PASSPHRASE}\r\nnot this\n", "utf-8")
    return path


def printing(file: Path) -> str:
    code = f"print(open({str(file)!r}, encoding='utf-8').readline(), end='')"
    return shlex.join([sys.executable, "-X", "utf8", "-c", code])


def test_a_file_a_command_and_the_environment_open_what_standard_input_sealed(
    desktop_migrator: CommandLine, capture: Path, file: Path
) -> None:
    words = ("records", "--json", "--source", capture)
    ways: list[Ended] = [
        desktop_migrator(*words, "--passphrase-stdin", given=f"{PASSPHRASE}\n"),
        desktop_migrator(*words, "--passphrase-file", file),
        desktop_migrator(*words, "--passphrase-command", printing(file)),
        desktop_migrator(*words, DESKTOP_MIGRATOR_PASSPHRASE=PASSPHRASE),
        desktop_migrator(*words, DESKTOP_MIGRATOR_PASSPHRASE_FILE=str(file)),
        desktop_migrator(*words, DESKTOP_MIGRATOR_PASSPHRASE_COMMAND=printing(file)),
        # What is said on the command line counts, whatever the environment has.
        desktop_migrator(*words, "--passphrase-file", file, DESKTOP_MIGRATOR_PASSPHRASE="wrong"),
    ]
    assert [ended.exit_code for ended in ways] == [0] * 7, ways[-1].err
    assert len({ended.out for ended in ways}) == 1
    assert ways[0].events
    wrong = desktop_migrator(*words, DESKTOP_MIGRATOR_PASSPHRASE="wrong")
    assert wrong.exit_code == 7


def test_programs_that_are_started_do_not_inherit_the_passphrase(
    desktop_migrator: CommandLine, capture: Path, tmp_path: Path
) -> None:
    seen = tmp_path / "seen"
    code = f"import os; open({str(seen)!r}, 'w').write(repr(dict(os.environ)))"
    desktop_migrator(
        *("records", "--source", capture),
        *("--passphrase-command", shlex.join([sys.executable, "-c", code])),
        DESKTOP_MIGRATOR_PASSPHRASE=PASSPHRASE,
    )
    assert "DM-MARK" not in seen.read_text()
    assert "COLUMNS" in seen.read_text()


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--passphrase-file", "nowhere.txt"), "nowhere.txt cannot be read"),
        (("--passphrase-file", "/dev/null"), "no passphrase in"),
        (("--passphrase-command", "no-such-program-dm"), "--passphrase-command cannot be started"),
        (("--passphrase-command", f"{sys.executable} -c 'exit(3)'"), "failed with exit code 3"),
        (("--passphrase-command", f"{sys.executable} -c 0"), "printed no passphrase"),
        (("--passphrase-stdin", "--passphrase-file", "x"), "There is one passphrase"),
        (("--passphrase-stdin",), "no passphrase on standard input"),
        # Not cut off: it would be another one.
        (("--passphrase-command", f"{sys.executable} -c 'print(\"x\" * 4097)'"), "4,096 bytes"),
        (
            ("--passphrase-command", f"{sys.executable} -c 'while True: print(\"x\" * 99)'"),
            "printed more than 64 KiB",
        ),
    ],
)
def test_what_gives_no_passphrase_is_named(
    desktop_migrator: CommandLine, tmp_path: Path, options: tuple[str, ...], reason: str
) -> None:
    out = tmp_path / "x.dmcapture"
    ended = desktop_migrator("capture", "--source", tmp_path, "--out", out, *options)
    assert ended.exit_code == 2, ended.err
    assert reason in ended.err
    assert not out.exists()


def test_who_can_open_a_capture_is_said_once(
    desktop_migrator: CommandLine, tmp_path: Path, file: Path
) -> None:
    words = ("capture", "--source", unpack("firefox", tmp_path), "--out", tmp_path / "x.dmcapture")
    both = desktop_migrator(*words, "--recipient", "desk.pub", "--passphrase-file", file)
    neither = desktop_migrator(*words)
    assert both.exit_code == neither.exit_code == 2


def test_no_recovery_key_is_told_of_a_backup_that_did_not_come_to_be(
    desktop_migrator: CommandLine, tmp_path: Path
) -> None:
    desktop_migrator.data_dir.mkdir()
    words = ("--json", "backup", "create", "--source", unpack("firefox", tmp_path))
    site = ("--origin", "https://nobody.example")
    in_the_way = desktop_migrator.data_dir / "backups"
    in_the_way.write_text("in the way")
    failed = desktop_migrator(*words)
    in_the_way.unlink()
    none = desktop_migrator(*words, *site)
    assert (none.exit_code != 0, failed.exit_code) == (True, 1)
    assert "recovery key" not in none.out + none.err + failed.out + failed.err
