"""Saved connections and keys with a real gnome-keyring; another client of it is the oracle."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from desktop_migrator.plan.envelope import FieldKey
from tests.integration.command_line import CommandLine, Ended
from tests.integration.conftest import PASSWORD
from tests.integration.desktop_session import Session, desktop_session
from tests.jwe import decoded, opened
from tests.recorded import read_back, unpack

pytestmark = pytest.mark.needs("gnome-keyring")

Run = Callable[..., Ended]


@pytest.fixture
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    with desktop_session(tmp_path_factory.mktemp("session")) as session:
        yield session


@pytest.fixture
def run(tmp_path: Path, session: Session) -> Run:
    def call(*words: object, given: str = "") -> Ended:
        return CommandLine(tmp_path / "data")(
            *words, given=given, PYTHON_KEYRING_BACKEND=None, **session.environment
        )

    return call


def files(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_a_saved_connection_is_used_by_its_name_and_by_its_address(
    run: Run, session: Session, guarded: str, tmp_path: Path
) -> None:
    url = guarded
    added = run("connection", "add", "prod", url, "--password-stdin", given=f"{PASSWORD}\n")
    assert added.exit_code == 0, added.err
    assert list(session.secrets().values()) == [PASSWORD]
    assert PASSWORD.encode() not in files(tmp_path / "data")

    profile = unpack("firefox", tmp_path)
    options = ("--source", profile, "--user-id", "u1", "--create-tables")
    field_key = tmp_path / "field.key"
    field_key.write_text(FieldKey.generate().text)
    given_key = ("--field-key", field_key)
    ended = run("migrate", *options, "--database", "prod", "--no-backup", *given_key)
    assert ended.exit_code == 0, ended.err
    assert run("status", "--source", profile, "--database", url).exit_code == 0
    assert PASSWORD.encode() not in files(tmp_path / "data")

    assert run("connection", "remove", "prod").exit_code == 0
    assert session.secrets() == {}
    assert run("test-connection", "--database", url).exit_code == 7
    gone = run("test-connection", "--database", "prod")
    assert (gone.exit_code, "DM-412" in gone.err) == (2, True)


def test_the_key_of_sensitive_fields_is_made_kept_and_exported(
    run: Run, session: Session, database: str, tmp_path: Path
) -> None:
    words = ("migrate", "--source", unpack("firefox", tmp_path), "--user-id", "u1")
    where = ("--database", database, "--create-tables", "--no-backup")
    ended = run(*words, *where)
    assert ended.exit_code == 0, ended.err
    [secret] = session.secrets().values()
    assert secret not in ended.out + ended.err
    assert secret.encode() not in files(tmp_path / "data")
    out = tmp_path / "server.key"
    assert run("keys", "export", "default", "--field", "--out", out).exit_code == 0
    assert out.read_text() == f"{secret}\n"
    with psycopg.connect(database) as connection:
        tokens = connection.execute(
            "SELECT config ->> 'githubToken' FROM environments WHERE config ? 'githubToken'"
        ).fetchall()
    expected = {
        each["config"]["githubToken"]
        for each in read_back("firefox", "environments")
        if "githubToken" in each["config"]
    }
    assert {opened(token, decoded(secret))[1] for (token,) in tokens} == expected != set()


@pytest.mark.parametrize("option", [(), ("--post-quantum",)], ids=["x25519", "hybrid"])
def test_the_desk_s_private_key_is_in_the_keyring_alone(
    run: Run, session: Session, tmp_path: Path, option: tuple[str, ...]
) -> None:
    made = run("--json", "keys", "new", "The desk", *option).last
    (label, secret), *rest = session.secrets().items()
    assert rest == []
    assert made["id"] in label
    assert secret.split(" ")[-1].encode() not in files(tmp_path / "data")
    assert run("--json", "keys", "list").last["keys"] == [
        {"name": "The desk", "id": made["id"], "algorithm": made["algorithm"], "private": True}
    ]
    out = tmp_path / "desk.dmkey"
    assert run("keys", "export", "The desk", "--out", out).exit_code == 0
    assert out.read_text() == run("keys", "export", made["id"]).out == made["public"] + "\n"


def test_a_locked_keyring_is_said_and_nothing_is_written(
    run: Run, session: Session, tmp_path: Path
) -> None:
    run("connection", "add", "prod", "postgresql://maria@db.example.test/app")
    session.lock()
    added = run(
        *("connection", "add", "prod", "postgresql://maria@db.example.test/app"),
        "--password-stdin",
        given="hunter2\n",
    )
    assert added.exit_code == 0
    assert "The keyring is locked. Passwords and keys are remembered until" in added.out
    assert b"hunter2" not in files(tmp_path)
    keys = run("keys", "new", "desk")
    assert (keys.exit_code, "DM-410" in keys.err) == (1, True)
    assert run("--json", "keys", "list").last["keys"] == []


def test_without_a_session_there_is_no_keyring(tmp_path: Path) -> None:
    run = CommandLine(tmp_path / "data")
    assert "DBUS_SESSION_BUS_ADDRESS" not in os.environ
    made = run("keys", "new", "desk", PYTHON_KEYRING_BACKEND=None, HOME=str(tmp_path))
    assert (made.exit_code, "no keyring that this program can use" in made.err) == (1, True)


def test_a_backup_of_this_computer_opens_with_its_keyring_or_the_recovery_key(
    run: Run, session: Session, tmp_path: Path
) -> None:
    profile = unpack("firefox", tmp_path)
    made = run("--json", "backup", "create", "--source", profile)
    assert made.exit_code == 0, made.err
    backup = made.last["id"]
    assert run("backup", "verify", backup).exit_code == 0
    recovery = run("--json", "backup", "recovery-key").last["recovery_key"]
    assert recovery in session.secrets().values()
    assert recovery[:5].encode() not in files(tmp_path / "data")

    elsewhere = CommandLine(tmp_path / "data")
    assert elsewhere("backup", "verify", backup).exit_code == 7
    typed = elsewhere("backup", "verify", backup, "--passphrase-stdin", given=recovery.lower())
    assert typed.exit_code == 0, typed.err
