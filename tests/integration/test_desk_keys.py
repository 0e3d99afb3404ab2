"""The desk's private key on its way to colleagues and servers; keyrings that are kept in a file."""

import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import kept_keyring
from tests.integration.command_line import CommandLine, Ended
from tests.recorded import APP, areas, unpack

PASSPHRASE = "DM-MARK-of the key file"


@dataclass(frozen=True)
class Computer:
    """With a data folder and a keyring of its own."""

    folder: Path

    def __call__(self, *words: object, given: str = "", **environment: str) -> Ended:
        self.folder.mkdir(exist_ok=True)
        keyring = kept_keyring.variables(self.folder)
        program = CommandLine(self.folder / "data")
        return program("--json", *words, given=given, **(keyring | environment))


@pytest.fixture
def desk(tmp_path: Path) -> Computer:
    computer = Computer(tmp_path / "desk")
    assert computer("keys", "new", "desk").exit_code == 0
    return computer


def sealed(desk: Computer, tmp_path: Path, name: str) -> Path:
    """A capture for the key that the desk calls `desk` now."""
    public, out = tmp_path / f"{name}.dmkey", tmp_path / f"{name}.dmcapture"
    assert desk("keys", "export", "desk", "--out", public).exit_code == 0
    user = CommandLine(tmp_path / "user")
    words = ("capture", "--source", unpack("firefox", tmp_path / name), "--origin", APP)
    ended = user(*words, "--out", out, "--recipient", public)
    assert ended.exit_code == 0, ended.err
    return out


def read(ended: Ended) -> dict[str, str]:
    assert ended.exit_code == 0, ended.err
    return {each["key"]: each["value"] for each in ended.events}


@pytest.fixture
def key_file(desk: Computer, tmp_path: Path) -> Path:
    path = tmp_path / "desk.dmsecret"
    words = ("keys", "export", "desk", "--private", "--out", path, "--passphrase-stdin")
    ended = desk(*words, given=f"{PASSPHRASE}\n")
    assert ended.exit_code == 0, ended.err
    assert b"desktop-migrator-private-key" not in path.read_bytes()
    assert sys.platform == "win32" or stat.S_IMODE(path.stat().st_mode) == 0o600
    return path


def test_a_server_without_a_keyring_opens_captures_by_a_key_file(
    desk: Computer, key_file: Path, tmp_path: Path
) -> None:
    capture = sealed(desk, tmp_path, "one")
    server = CommandLine(tmp_path / "server")
    words = ("--json", "records", "--source", capture)
    assert server(*words).exit_code == 7
    by_option = server(
        *words, "--key-file", key_file, "--passphrase-stdin", given=f"{PASSPHRASE}\n"
    )
    by_variable = server(
        *words, DESKTOP_MIGRATOR_KEY_FILE=str(key_file), DESKTOP_MIGRATOR_PASSPHRASE=PASSPHRASE
    )
    assert read(by_option) == read(by_variable) == areas("firefox")[APP]
    wrong = server(*words, "--key-file", key_file, "--passphrase-stdin", given="wrong\n")
    assert (wrong.exit_code, wrong.last["code"]) == (7, "DM-401")
    without = server(*words, "--key-file", key_file)
    assert without.exit_code == 2
    assert server(*words).exit_code == 7  # nothing of it was kept


def test_a_key_goes_to_a_colleague_and_not_without_a_passphrase(
    desk: Computer, key_file: Path, tmp_path: Path
) -> None:
    capture = sealed(desk, tmp_path, "one")
    colleague = Computer(tmp_path / "colleague")
    assert colleague("keys", "import", key_file).exit_code == 2
    wrong = colleague("keys", "import", key_file, "--passphrase-stdin", given="wrong\n")
    assert wrong.exit_code == 7
    for _ in range(2):  # twice is as good as once
        ended = colleague("keys", "import", key_file, "--passphrase-stdin", given=f"{PASSPHRASE}\n")
        assert ended.exit_code == 0, ended.err
    assert read(colleague("records", "--source", capture)) == areas("firefox")[APP]
    [pair] = colleague("keys", "list").last["keys"]
    assert (pair["name"], pair["private"]) == ("desk", True)
    again = desk(
        *("keys", "export", "desk", "--private", "--out", key_file, "--passphrase-stdin"),
        given=f"{PASSPHRASE}\n",
    )
    assert again.exit_code != 0  # a file that is there is not replaced
    printed = desk("keys", "export", "desk", "--private", "--passphrase-stdin", given="x\n")
    assert printed.exit_code == 2
    assert "private-key" not in printed.out + printed.err


def test_a_rotated_key_still_opens_what_was_sealed_for_it(desk: Computer, tmp_path: Path) -> None:
    before = sealed(desk, tmp_path, "before")
    rotated = desk("keys", "rotate", "desk")
    assert rotated.exit_code == 0, rotated.err
    after = sealed(desk, tmp_path, "after")
    for capture in (before, after):
        assert read(desk("records", "--source", capture)) == areas("firefox")[APP]
    keys = {each["name"]: each for each in desk("keys", "list").last["keys"]}
    assert keys.keys() == {"desk", rotated.last["former"]}
    assert keys["desk"]["id"] == rotated.last["id"]
    assert all(each["private"] for each in keys.values())


def test_a_rotated_key_comes_to_who_has_the_former_one(desk: Computer, tmp_path: Path) -> None:
    server, out = Computer(tmp_path / "server"), tmp_path / "key"
    captures = []
    for name in ("before", "after"):
        captures.append(sealed(desk, tmp_path, name))
        desk(
            *("keys", "export", "desk", "--private", "--out", out, "--passphrase-stdin"),
            given=PASSPHRASE,
        )
        # A byte order mark, as shells of Windows put before what they pipe.
        given = f"\ufeff{PASSPHRASE}\r\n"
        taken = server("keys", "import", out, "--passphrase-stdin", given=given)
        assert taken.exit_code == 0, taken.err
        out.unlink()
        desk("keys", "rotate", "desk")
    keys = {each["name"]: each["id"] for each in server("keys", "list").last["keys"]}
    assert keys.keys() == {"desk", f"desk-{taken.last['id']}"}
    assert taken.last["name"] == f"desk-{taken.last['id']}"
    for capture in captures:
        assert read(server("records", "--source", capture)) == areas("firefox")[APP]


def test_two_who_rotate_at_once_leave_one_key_of_the_name(desk: Computer) -> None:
    with ThreadPoolExecutor(2) as pool:
        ended = [pool.submit(desk, "keys", "rotate", "desk") for _ in range(2)]
    assert [each.result().exit_code for each in ended] == [0, 0]
    names = [each["name"] for each in desk("keys", "list").last["keys"]]
    assert len(names) == len(set(names)) == 3


def test_what_else_lies_among_the_keys_is_none_and_a_damaged_one_is_named(desk: Computer) -> None:
    folder = desk.folder / "data" / "keys"
    [key] = folder.iterdir()
    (folder / "junk.dmkey").write_bytes(b"\xff")
    (folder / "folder.dmkey").mkdir()
    (folder / "copy.dmkey").write_bytes(key.read_bytes())
    (folder / f"{'0' * 16}.dmkey").write_bytes(key.read_bytes())
    assert [each["name"] for each in desk("keys", "list").last["keys"]] == ["desk"]
    key.write_bytes(b"\xff")
    damaged = desk("keys", "list")
    assert (damaged.exit_code, damaged.last["code"]) == (2, "DM-405")
    assert key.name in damaged.err
