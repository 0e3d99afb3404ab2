"""How a protected value looks in the database: docs/sensitive.md, from a server's side.

- encrypted: a JWE in compact serialization (RFC 7516), `alg` "dir" and `enc` "A256GCM", whose
  plaintext is the value's JSON text. Its protected header, which GCM authenticates, names the key
  (`kid`), the field (`fld`: entity and member) and the user (`sub`).
- hashed: `hmac-sha256:<kid>:<43 characters>`, HMAC-SHA256 of the text (of the JSON text where the
  value is no string).

The same value in the same field of the same user always gives the same text: a run repeated
changes nothing, and values are compared without being decrypted. So the IV is not random but
HMAC-SHA256 of header and plaintext under a key of its own, cut to 96 bits, as SIV modes do (RFC
5297): an IV comes twice only with the same header and plaintext, which gives the same text again.
Two different ones share an IV with a chance of 2^-33 after 2^32 values. What it tells is that two
fields of one user are equal, and how long they are.
"""

import base64
import binascii
import hmac
import json
import re
import secrets
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_SIZE = 32
HASH_LENGTH = 72
"""Characters of a hashed value."""
MIN_ENVELOPE_LENGTH = 150
"""Characters; an encrypted value is never shorter."""

_INFO = "desktop-migrator/field-key/1/"
_IV_SIZE = 12
_HASH = re.compile(r"hmac-sha256:([0-9a-f]{16}):[\w-]{43}", re.ASCII)
_JWE = re.compile(r"(eyJ[\w-]+)\.\.([\w-]{16})\.([\w-]*)\.([\w-]{22})", re.ASCII)


class FieldCipher(Protocol):
    """What takes the place of values; a `FieldKey`, or what stands in for one."""

    def encrypt(self, field: str, user: str, json_text: bytes) -> str: ...

    def keyed_hash(self, data: bytes) -> str: ...

    def decrypt(self, text: str) -> bytes | None:
        """The JSON text that `encrypt` made this of; None if it did not."""

    def is_hash(self, text: str) -> bool: ...


class FieldKey:
    """The key of one environment's sensitive fields: 32 random bytes. `repr` does not show it."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != KEY_SIZE:
            raise ValueError(len(secret))
        self.secret = secret
        self.id = _derive(secret, "id")[:8].hex()
        self._aes = AESGCM(_derive(secret, "encrypt"))
        self._iv_key = _derive(secret, "iv")
        self._hash_key = _derive(secret, "hash")

    @classmethod
    def generate(cls) -> "FieldKey":
        return cls(secrets.token_bytes(KEY_SIZE))

    @classmethod
    def from_text(cls, text: str) -> "FieldKey":
        """The inverse of `text`. Raises ValueError, which does not tell the text."""
        stripped = text.strip()
        raw = (
            _base64url_decode(stripped) if re.fullmatch(r"[\w-]{43}", stripped, re.ASCII) else None
        )
        if raw is None or _base64url_encode(raw) != stripped:
            raise ValueError("is not a key: 43 letters, digits, - and _")
        return cls(raw)

    @property
    def text(self) -> str:
        """For the server's settings: base64url, 43 characters."""
        return _base64url_encode(self.secret)

    def __repr__(self) -> str:
        return f"FieldKey({self.id})"

    def __reduce__(self) -> tuple[type["FieldKey"], tuple[bytes]]:
        """For another process of this program; the ciphers made of the secret cannot travel."""
        return FieldKey, (self.secret,)

    def encrypt(self, field: str, user: str, json_text: bytes) -> str:
        claims = {"alg": "dir", "enc": "A256GCM", "kid": self.id, "fld": field, "sub": user}
        header = _base64url_encode(json.dumps(claims, separators=(",", ":")).encode())
        covered = header.encode()
        iv = hmac.digest(self._iv_key, covered + b"." + json_text, "sha256")[:_IV_SIZE]
        ciphertext = self._aes.encrypt(iv, json_text, covered)
        parts = (iv, ciphertext[:-16], ciphertext[-16:])
        return ".".join((header, "", *map(_base64url_encode, parts)))

    def decrypt(self, text: str) -> bytes | None:
        found = _JWE.fullmatch(text)
        if found is None:
            return None
        iv, ciphertext, tag = (_base64url_decode(found[number]) for number in (2, 3, 4))
        if iv is None or ciphertext is None or tag is None:
            return None
        try:
            return self._aes.decrypt(iv, ciphertext + tag, found[1].encode())
        except InvalidTag:
            return None

    def keyed_hash(self, data: bytes) -> str:
        digest = hmac.digest(self._hash_key, data, "sha256")
        return f"hmac-sha256:{self.id}:{_base64url_encode(digest)}"

    def is_hash(self, text: str) -> bool:
        found = _HASH.fullmatch(text)
        return found is not None and found[1] == self.id


class PlaceholderCipher:
    """Stands in for a key where nothing is written: says what would become of a value."""

    def encrypt(self, field: str, user: str, json_text: bytes) -> str:
        return "[encrypted]"

    def keyed_hash(self, data: bytes) -> str:
        return "[hashed]"

    def decrypt(self, text: str) -> bytes | None:
        return None

    def is_hash(self, text: str) -> bool:
        return False


def is_protected(text: str) -> bool:
    """Whether the text looks like what some key has made of a value."""
    return _JWE.fullmatch(text) is not None or _HASH.fullmatch(text) is not None


def _derive(secret: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), KEY_SIZE, None, (_INFO + purpose).encode()).derive(secret)


def _base64url_encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _base64url_decode(text: str) -> bytes | None:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
    except binascii.Error:
        return None
