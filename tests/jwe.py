"""Opens what a field key has sealed by RFC 7516 and docs/sensitive.md alone, without our code."""

import base64
import json
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def derived(secret: bytes, purpose: str) -> bytes:
    info = f"desktop-migrator/field-key/1/{purpose}".encode()
    return HKDF(SHA256(), 32, None, info).derive(secret)


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def opened(jwe: str, secret: bytes) -> tuple[dict[str, Any], Any]:
    """Header and value. Raises InvalidTag."""
    header, key, iv, sealed, tag = jwe.split(".")
    assert key == ""
    plain = AESGCM(derived(secret, "encrypt")).decrypt(
        decoded(iv), decoded(sealed) + decoded(tag), header.encode()
    )
    return json.loads(decoded(header)), json.loads(plain)
