"""A private key in a file, sealed by a passphrase: FORMAT.md's container of kind `private-key`.

The stream is one line, the key as `PrivateKey.to_text` has it, and a blank and its name.
"""

import io
from pathlib import Path

from desktop_migrator.errors import BadKey, FileUnreadable, PayloadUnreadable
from desktop_migrator.messages import Message
from desktop_migrator.system.files import create_private, os_error_reason
from desktop_migrator.vault import container
from desktop_migrator.vault.keys import Passphrase, PrivateKey

KIND = "private-key"
_MAX_BYTES = 64 << 10


def write_key_file(path: Path, name: str, key: PrivateKey, passphrase: Passphrase) -> None:
    """A new file, for its owner's eyes alone. Raises BadKey where it cannot be made."""
    sealed = io.BytesIO()
    with container.seal(sealed, [passphrase], kind=KIND) as writer:
        writer.write(f"{key.to_text()} {name}\n".encode())
    try:
        create_private(path, sealed.getvalue())
    except OSError as error:
        raise BadKey(
            reason=Message("{path}: {error}", path=str(path), error=os_error_reason(error))
        ) from None


def read_key_file(path: Path, passphrase: Passphrase) -> tuple[str, PrivateKey]:
    """The key's name and the key. Raises FileUnreadable, WrongKey, BadKey and the container's
    errors."""
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise FileUnreadable(path=path, reason=os_error_reason(error)) from None
    if len(data) > _MAX_BYTES:
        raise BadKey(reason=Message("This is not a private key."))
    unsealed = container.unseal(io.BytesIO(data), [passphrase])
    if unsealed.header.kind != KIND:
        raise PayloadUnreadable(
            reason=Message("it is a {found}, not a {kind}", found=unsealed.header.kind, kind=KIND)
        )
    try:
        text = unsealed.read(_MAX_BYTES).decode()
    except UnicodeDecodeError:
        raise BadKey(reason=Message("This is not a private key.")) from None
    words = text.rstrip("\n").split(" ", 3)
    return words[3] if len(words) > 3 else "", PrivateKey.from_text(" ".join(words[:3]))
