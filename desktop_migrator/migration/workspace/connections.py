"""Saved connections: a name for a database's address. The password is in the keyring alone.

The list is `connections.json` in the workspace. A password belongs to the login (user, host, port,
database), so that a URL that means the same login finds it too.
"""

import re
from dataclasses import dataclass, replace

import msgspec

from desktop_migrator.errors import ConnectionUnknown, DataFolderUnusable, UsageError
from desktop_migrator.messages import Message
from desktop_migrator.migration.workspace.workspace import Workspace, keeping
from desktop_migrator.postgres.connection.address import Address
from desktop_migrator.system.files import write_private

BUILTIN = "builtin"
"""The database that comes with the program."""

_SECRET_PARAMETERS = {
    "password",
    "sslpassword",
    "scram_client_key",
    "scram_server_key",
    "oauth_client_secret",
}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class SavedConnection:
    name: str
    url: str
    """Without a password."""
    login: str
    """Whose password the keyring is asked for."""
    password_saved: bool
    default: bool = False
    """Whether it is meant where no database is named; one is at most."""


def list_connections(workspace: Workspace) -> list[SavedConnection]:
    """All of them, by name. Raises `DataFolderUnusable`."""
    try:
        return msgspec.json.decode(workspace.connections.read_bytes(), type=list[SavedConnection])
    except FileNotFoundError:
        return []
    except (OSError, msgspec.MsgspecError) as error:
        reason = f"the list of saved connections cannot be read ({type(error).__name__})"
        raise DataFolderUnusable(path=workspace.connections, reason=reason) from None


def default_connection(workspace: Workspace) -> SavedConnection | None:
    return next((each for each in list_connections(workspace) if each.default), None)


def set_default_connection(workspace: Workspace, name: str) -> SavedConnection:
    """The one that is meant where no database is named. Raises `ConnectionUnknown`."""
    with workspace.settings_lock():
        chosen = replace(_find(workspace, name), default=True)
        others = [
            replace(other, default=False)
            for other in list_connections(workspace)
            if other.name != name
        ]
        _write(workspace, [*others, chosen])
    return chosen


def add_connection(
    workspace: Workspace, name: str, url: str, password: str | None
) -> SavedConnection:
    """Save a connection, in the place of one of the same name.

    Without a keyring the password is not saved (`password_saved`), and
    `workspace.credentials.notice` says why. Raises `BadDatabaseUrl`, `SecretTooLarge`, and
    `UsageError` for a name that cannot be one or a URL with a password in it.
    """
    if not _NAME.fullmatch(name) or name == BUILTIN:
        raise UsageError(
            reason=Message(
                "A connection's name has letters, digits, dots, hyphens and "
                "underscores, 64 at most, and is not `builtin`."
            )
        )
    address = Address(url)
    if secrets := _SECRET_PARAMETERS & address.parameters.keys() - {"password"}:
        raise UsageError(
            reason=Message(
                "The address holds {parameter}, a secret that no file keeps: leave it to libpq's "
                "own files.",
                parameter=min(secrets),
            )
        )
    if "password" in address.parameters:
        raise UsageError(
            reason=Message(
                "Leave the password out of the address: others on this computer "
                "could read it there. It is asked for, or read with "
                "--password-stdin."
            )
        )
    kept = password is not None and workspace.credentials.set(address.login, password)
    saved = SavedConnection(name, url, address.login, kept)
    with workspace.settings_lock():
        before = list_connections(workspace)
        others = [other for other in before if other.name != name]
        if password is not None:
            others = [_with_same_password(other, saved) for other in others]
        elif any(other.login == saved.login and other.password_saved for other in others):
            saved = replace(saved, password_saved=True)
        saved = replace(saved, default=any(each.default and each.name == name for each in before))
        _write(workspace, [*others, saved])
    return saved


def remove_connection(workspace: Workspace, name: str) -> None:
    """Forget a connection, and its password unless another one uses it.

    Raises `ConnectionUnknown`; `KeyringUnusable`, and then the connection stays.
    """
    with workspace.settings_lock():
        gone = _find(workspace, name)
        others = [other for other in list_connections(workspace) if other.name != name]
        if gone.password_saved and all(other.login != gone.login for other in others):
            workspace.credentials.delete(gone.login)
        _write(workspace, others)


def resolve_database(workspace: Workspace, database: str) -> str:
    """The URL of a saved connection; a URL, or `builtin`, as it is. Raises `ConnectionUnknown`."""
    if database == BUILTIN or "://" in database or not _NAME.fullmatch(database):
        return database
    return _find(workspace, database).url


def saved_password(workspace: Workspace, url: str) -> str | None:
    """The password that the keyring has for a URL which holds none."""
    address = Address(url)
    if "password" in address.parameters:
        return None
    known = any(
        saved.login == address.login and saved.password_saved
        for saved in list_connections(workspace)
    )
    return workspace.credentials.get(address.login) if known else None


def _with_same_password(other: SavedConnection, new: SavedConnection) -> SavedConnection:
    if other.login != new.login:
        return other
    return replace(other, password_saved=new.password_saved)


def _find(workspace: Workspace, name: str) -> SavedConnection:
    for saved in list_connections(workspace):
        if saved.name == name:
            return saved
    raise ConnectionUnknown(name=name)


def _write(workspace: Workspace, saved: list[SavedConnection]) -> None:
    saved.sort(key=lambda connection: connection.name)
    with keeping(workspace.connections):
        write_private(workspace.connections, msgspec.json.format(msgspec.json.encode(saved)))
