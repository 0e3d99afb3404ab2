"""Containers around payloads that somebody made up."""

import io

from desktop_migrator.vault import container
from desktop_migrator.vault.keys import SecretKey


def packed(payload: bytes, key: SecretKey) -> bytes:
    """A container that is sealed as it has to be, whatever the payload."""
    target = io.BytesIO()
    writer = container.seal(target, [key], kind="capture")
    writer._payload += payload
    writer.close()
    return target.getvalue()
