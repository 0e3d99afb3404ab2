"""The desk's key pairs: the private key in the keyring, the public one in a file of the workspace.

Users seal captures for the public key; only who has the private one opens them.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from desktop_migrator.errors import BadKey, DataFolderUnusable, KeyUnknown, UsageError
from desktop_migrator.messages import Message
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.system.files import os_error_reason, private_folder, write_private
from desktop_migrator.vault import keyring_keys
from desktop_migrator.vault.header import RecipientType
from desktop_migrator.vault.key_file import read_key_file, write_key_file
from desktop_migrator.vault.keys import Passphrase, PrivateKey, PublicKey

SUFFIX = ".dmkey"

_MAX_BEFORE_ID = 47
"""Of a name's 64 characters, the id and a hyphen have the rest."""
_ID = re.compile(r"[0-9a-f]{16}")
_NAME = re.compile(r"[^\W_][\w .-]{0,63}")


@dataclass(frozen=True, slots=True)
class DeskKeyPair:
    name: str
    public_key: PublicKey


def create_key_pair(workspace: Workspace, name: str, algorithm: RecipientType) -> DeskKeyPair:
    """Make a pair. Raises `KeyringUnusable` where the private key cannot be kept, `UsageError`."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            reason=Message(
                "A key's name has letters, digits, blanks, dots and hyphens, 64 at most."
            )
        )
    with workspace.settings_lock():
        if any(key.name == name for key in list_key_pairs(workspace)):
            raise UsageError(reason=Message("There is a key named {name} already.", name=name))
        return _keep(workspace, name, PrivateKey.generate(algorithm))


def _keep(workspace: Workspace, name: str, private: PrivateKey) -> DeskKeyPair:
    known = keyring_keys.find_key(workspace.credentials, private.id)
    keyring_keys.store_key(workspace.credentials, private)
    try:
        _write_public(workspace, name, private.public_key)
    except DataFolderUnusable:
        if known is None:
            keyring_keys.delete_key(workspace.credentials, private.id)
        raise
    return DeskKeyPair(name, private.public_key)


def _write_public(workspace: Workspace, name: str, key: PublicKey) -> None:
    try:
        path = private_folder(workspace.keys) / f"{key.id}{SUFFIX}"
        write_private(path, f"{key.to_text(name)}\n".encode())
    except OSError as error:
        raise DataFolderUnusable(path=workspace.keys, reason=os_error_reason(error)) from None


def export_private_key(
    workspace: Workspace, name: str, out: Path, passphrase: Passphrase
) -> DeskKeyPair:
    """Write the pair's private key into a new file that the passphrase opens.

    Raises KeyUnknown, also where the keyring has lost it, and BadKey.
    """
    pair = find_key_pair(workspace, name)
    private = keyring_keys.find_key(workspace.credentials, pair.public_key.id)
    if not isinstance(private, PrivateKey):
        raise KeyUnknown(name=name)
    write_key_file(out, pair.name, private, passphrase)
    return pair


def import_private_key(workspace: Workspace, path: Path, passphrase: Passphrase) -> DeskKeyPair:
    """Keep what `export_private_key` wrote, under the name that it had; by name and id where
    another key has that name, as a rotated one's has.

    Raises as `read_key_file`, and KeyringUnusable.
    """
    name, private = read_key_file(path, passphrase)
    if not _NAME.fullmatch(name):
        raise BadKey(reason=Message("This is not a private key."))
    with workspace.settings_lock():
        for other in list_key_pairs(workspace):
            if other.public_key.id == private.id:
                return _keep(workspace, other.name, private)
            if other.name == name:
                name = _with_id(name, private.public_key)
        return _keep(workspace, name, private)


def rotate_key_pair(workspace: Workspace, name: str) -> tuple[DeskKeyPair, DeskKeyPair]:
    """A new pair under the name, and the former one, which from now on is called by name and id and
    still opens what was sealed for it. Raises KeyUnknown, KeyringUnusable, DataFolderUnusable."""
    with workspace.settings_lock():
        former = find_key_pair(workspace, name)
        key = former.public_key
        renamed = DeskKeyPair(_with_id(former.name, key), key)
        fresh = PrivateKey.generate(key.algorithm)
        keyring_keys.store_key(workspace.credentials, fresh)
        _write_public(workspace, renamed.name, key)
        _write_public(workspace, former.name, fresh.public_key)
        return DeskKeyPair(former.name, fresh.public_key), renamed


def _with_id(name: str, key: PublicKey) -> str:
    return f"{name[:_MAX_BEFORE_ID]}-{key.id}"


def use_key_file(workspace: Workspace, path: Path, passphrase: Passphrase) -> None:
    """Have the key in the file open captures as long as this program runs; nothing is kept.

    Raises as `read_key_file`.
    """
    _, private = read_key_file(path, passphrase)
    keyring_keys.hold_key(workspace.credentials, private)


def list_key_pairs(workspace: Workspace) -> list[DeskKeyPair]:
    """All pairs made here, by name; copies and what else lies there are none.

    Raises BadKey for a file of theirs that is damaged.
    """
    found = []
    for path in workspace.keys.glob(f"*{SUFFIX}"):
        if not _ID.fullmatch(path.stem):
            continue
        key = read_public_key(path)
        if key.id == path.stem:
            found.append(DeskKeyPair(PublicKey.parse_name(path.read_text("utf-8")), key))
    return sorted(found, key=lambda key: key.name)


def find_key_pair(workspace: Workspace, name: str) -> DeskKeyPair:
    """The pair of that name or id. Raises `KeyUnknown`."""
    for key in list_key_pairs(workspace):
        if name in {key.name, key.public_key.id}:
            return key
    raise KeyUnknown(name=name)


def has_private_key(workspace: Workspace, key: DeskKeyPair) -> bool:
    """Whether the keyring still holds what opens captures sealed for it."""
    return keyring_keys.find_key(workspace.credentials, key.public_key.id) is not None


def read_public_key(path: Path) -> PublicKey:
    """A key file. Raises `BadKey`."""
    try:
        return PublicKey.from_text(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        raise BadKey(
            reason=Message("{path} cannot be read as a public key.", path=str(path))
        ) from None
