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
    add_connection,
    list_connections,
    remove_connection,
    resolve_database,
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
    add_connection(workspace, "one", URL, "first")
    add_connection(workspace, "two", f"{URL}?sslmode=verify-full", None)
    assert [each.password_saved for each in list_connections(workspace)] == [True, True]
    add_connection(workspace, "two", URL, "second")
    assert list(backend.kept.values()) == ["second"]
    remove_connection(workspace, "one")
    assert saved_password(workspace, URL) == "second"
    remove_connection(workspace, "two")
    assert backend.kept == {}
    assert list_connections(workspace) == []


def test_a_name_stands_for_its_address(workspace: Workspace) -> None:
    add_connection(workspace, "prod", URL, "first")
    assert resolve_database(workspace, "prod") == URL
    assert resolve_database(workspace, "builtin") == "builtin"
    assert resolve_database(workspace, "postgresql://x/y") == "postgresql://x/y"
    with pytest.raises(ConnectionUnknown):
        resolve_database(workspace, "nope")
    with pytest.raises(ConnectionUnknown):
        remove_connection(workspace, "nope")


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
    add_connection(workspace, "prod", URL, "first")
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
        add_connection(workspace, name, url, password)
    assert list_connections(workspace) == []
    assert backend.kept == {}


def test_a_damaged_list_is_told_and_left_alone(workspace: Workspace) -> None:
    workspace.connections.write_text("[{")
    with pytest.raises(DataFolderUnusable):
        add_connection(workspace, "prod", URL, None)
    assert workspace.connections.read_text() == "[{"


def test_the_desk_s_keys_have_names(workspace: Workspace, backend: Working) -> None:
    made = desk_keys.create_key_pair(workspace, "The desk, room 3"[:8], RecipientType.X25519)
    assert desk_keys.list_key_pairs(workspace) == [made]
    assert desk_keys.find_key_pair(workspace, made.public_key.id) == made
    assert desk_keys.has_private_key(workspace, made)
    for name in ("The desk", "", "-x", "a/b", "x" * 65):
        with pytest.raises(UsageError):
            desk_keys.create_key_pair(workspace, name, RecipientType.X25519)
    with pytest.raises(KeyUnknown):
        desk_keys.find_key_pair(workspace, "nobody")
    backend.kept.clear()
    assert not desk_keys.has_private_key(workspace, made)
