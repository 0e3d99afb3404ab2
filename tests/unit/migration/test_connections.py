"""Saved connections and the desk's keys, over a keyring that works."""

from pathlib import Path

import pytest

from desktop_migrator.errors import (
    BadDatabaseUrl,
    ConnectionUnknown,
    DataFolderUnusable,
    KeyUnknown,
    SecretTooLarge,
    UsageError,
)
from desktop_migrator.migration.desk import desk_keys
from desktop_migrator.migration.workspace.connections import (
    add,
    connections,
    remove,
    resolve,
    saved_password,
)
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.vault.credentials import Credentials
from desktop_migrator.vault.header import RecipientType
from tests.unit.vault.test_credentials import Working

URL = "postgresql://maria@db.example.test/app"


@pytest.fixture
def backend() -> Working:
    return Working()


@pytest.fixture
def workspace(tmp_path: Path, backend: Working) -> Workspace:
    return Workspace(tmp_path, Credentials(lambda: backend))


def test_two_names_of_one_login_share_its_password(workspace: Workspace, backend: Working) -> None:
    add(workspace, "one", URL, "first")
    add(workspace, "two", f"{URL}?sslmode=require", None)
    assert [each.password_saved for each in connections(workspace)] == [True, True]
    add(workspace, "two", URL, "second")
    assert list(backend.kept.values()) == ["second"]
    remove(workspace, "one")
    assert saved_password(workspace, URL) == "second"
    remove(workspace, "two")
    assert backend.kept == {}
    assert connections(workspace) == []


def test_a_name_stands_for_its_address(workspace: Workspace) -> None:
    add(workspace, "prod", URL, "first")
    assert resolve(workspace, "prod") == URL
    assert resolve(workspace, "builtin") == "builtin"
    assert resolve(workspace, "postgresql://x/y") == "postgresql://x/y"
    with pytest.raises(ConnectionUnknown):
        resolve(workspace, "nope")
    with pytest.raises(ConnectionUnknown):
        remove(workspace, "nope")


@pytest.mark.parametrize(
    ("same", "url"),
    [
        (True, "postgres://maria@db.example.test:5432/app?connect_timeout=3"),
        (True, "postgresql+psycopg://maria@db.example.test/app"),
        (False, "postgresql://maria@db.example.test:5433/app"),
        (False, "postgresql://maria@db.example.test/other"),
        (False, "postgresql://maria@other.example.test/app"),
        (False, "postgresql://ada@db.example.test/app"),
        (False, "postgresql://maria:own@db.example.test/app"),
    ],
)
def test_a_password_belongs_to_a_login(workspace: Workspace, same: bool, url: str) -> None:
    add(workspace, "prod", URL, "first")
    assert saved_password(workspace, url) == ("first" if same else None)


@pytest.mark.parametrize(
    ("name", "url", "password", "error"),
    [
        ("builtin", URL, None, UsageError),
        ("a b", URL, None, UsageError),
        ("", URL, None, UsageError),
        ("prod", "postgresql://maria:pw@db.example.test/app", None, UsageError),
        ("prod", "postgresql://db.example.test/app?password=pw", None, UsageError),
        ("prod", "mysql://db.example.test/app", None, BadDatabaseUrl),
        ("prod", URL, "x" * 1281, SecretTooLarge),
    ],
)
def test_what_cannot_be_saved(
    workspace: Workspace,
    backend: Working,
    name: str,
    url: str,
    password: str | None,
    error: type[Exception],
) -> None:
    with pytest.raises(error):
        add(workspace, name, url, password)
    assert connections(workspace) == []
    assert backend.kept == {}


def test_a_damaged_list_is_told_and_left_alone(workspace: Workspace) -> None:
    workspace.connections.write_text("[{")
    with pytest.raises(DataFolderUnusable):
        add(workspace, "prod", URL, None)
    assert workspace.connections.read_text() == "[{"


def test_the_desk_s_keys_have_names(workspace: Workspace, backend: Working) -> None:
    made = desk_keys.new(workspace, "The desk, room 3"[:8], RecipientType.X25519)
    assert desk_keys.keys(workspace) == [made]
    assert desk_keys.named(workspace, made.public.id) == made
    assert desk_keys.has_private_key(workspace, made)
    for name in ("The desk", "", "-x", "a/b", "x" * 65):
        with pytest.raises(UsageError):
            desk_keys.new(workspace, name, RecipientType.X25519)
    with pytest.raises(KeyUnknown):
        desk_keys.named(workspace, "nobody")
    backend.kept.clear()
    assert not desk_keys.has_private_key(workspace, made)
