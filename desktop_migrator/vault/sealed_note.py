"""A few bytes sealed by a passphrase, to stand in another document or in a file of their own:
FORMAT.md's container."""

import io

from desktop_migrator.errors import BadKey, PayloadUnreadable
from desktop_migrator.messages import Message
from desktop_migrator.vault import container
from desktop_migrator.vault.keys import Passphrase

MAX_BYTES = 64 << 10
"""Of what is sealed, and of the container."""


def seal_note(kind: str, note: bytes, passphrase: Passphrase) -> bytes:
    sealed = io.BytesIO()
    with container.seal(sealed, [passphrase], kind=kind) as writer:
        writer.write(note)
    return sealed.getvalue()


def unseal_note(kind: str, sealed: bytes, passphrase: Passphrase) -> bytes:
    """Raises WrongKey, BadKey, PayloadUnreadable and the container's errors."""
    if len(sealed) > MAX_BYTES:
        raise BadKey(reason=Message("It is too large."))
    unsealed = container.unseal(io.BytesIO(sealed), [passphrase])
    if unsealed.header.kind != kind:
        raise PayloadUnreadable(
            reason=Message("it is a {found}, not a {kind}", found=unsealed.header.kind, kind=kind)
        )
    return unsealed.read(MAX_BYTES)
