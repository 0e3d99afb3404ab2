"""A private key in a file, sealed by a passphrase: FORMAT.md's container of kind `private-key`.

The stream is one line, the key as `PrivateKey.to_text` has it, and a blank and its name.
"""

from pathlib import Path

from desktop_migrator.errors import BadKey, FileUnreadable
from desktop_migrator.messages import Message
from desktop_migrator.system.files import create_private, os_error_reason
from desktop_migrator.vault.keys import Passphrase, PrivateKey
from desktop_migrator.vault.sealed_note import MAX_BYTES, seal_note, unseal_note

KIND = "private-key"


def write_key_file(path: Path, name: str, key: PrivateKey, passphrase: Passphrase) -> None:
    """A new file, for its owner's eyes alone. Raises BadKey where it cannot be made."""
    sealed = seal_note(KIND, f"{key.to_text()} {name}\n".encode(), passphrase)
    try:
        create_private(path, sealed)
    except OSError as error:
        raise BadKey(
            reason=Message("{path}: {error}", path=str(path), error=os_error_reason(error))
        ) from None


def read_key_file(path: Path, passphrase: Passphrase) -> tuple[str, PrivateKey]:
    """The key's name and the key. Raises FileUnreadable, WrongKey, BadKey and the container's
    errors."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise FileUnreadable(path=path, reason=os_error_reason(error)) from None
    if len(data) > MAX_BYTES:
        raise BadKey(reason=Message("This is not a private key."))
    try:
        text = unseal_note(KIND, data, passphrase).decode()
    except UnicodeDecodeError:
        raise BadKey(reason=Message("This is not a private key.")) from None
    words = text.rstrip("\n").split(" ", 3)
    return words[3] if len(words) > 3 else "", PrivateKey.from_text(" ".join(words[:3]))
