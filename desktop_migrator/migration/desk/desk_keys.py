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
from desktop_migrator.vault.keys import PrivateKey, PublicKey

SUFFIX = ".dmkey"

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
    if any(key.name == name for key in list_key_pairs(workspace)):
        raise UsageError(reason=Message("There is a key named {name} already.", name=name))
    private = PrivateKey.generate(algorithm)
    keyring_keys.store_key(workspace.credentials, private)
    try:
        path = private_folder(workspace.keys) / f"{private.id}{SUFFIX}"
        write_private(path, f"{private.public_key.to_text(name)}\n".encode())
    except OSError as error:
        keyring_keys.delete_key(workspace.credentials, private.id)
        raise DataFolderUnusable(path=workspace.keys, reason=os_error_reason(error)) from None
    return DeskKeyPair(name, private.public_key)


def list_key_pairs(workspace: Workspace) -> list[DeskKeyPair]:
    """All pairs made here, by name."""
    found = []
    for path in workspace.keys.glob(f"*{SUFFIX}"):
        text = path.read_text("utf-8")
        found.append(DeskKeyPair(PublicKey.parse_name(text), PublicKey.from_text(text)))
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
