"""Signatures (Ed25519, RFC 8032) by which people know whose kit they hold.

A desk's signing key lies in its keyring as one line of text. Its public key has a fingerprint that
two people can compare by phone: six groups of five digits.
"""

import base64
import hashlib
from typing import ClassVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from desktop_migrator.errors import BadKey
from desktop_migrator.messages import Message

_GROUPS = 6
_CONTEXT = b"desktop-migrator/signature/1\0"
"""Before what is signed, so that no signature made for something else counts here."""


class VerifyKey:
    """The public half. Raises BadKey if the 32 bytes are no key."""

    def __init__(self, raw: bytes) -> None:
        try:
            self._key = Ed25519PublicKey.from_public_bytes(raw)
        except ValueError:
            raise BadKey(reason=Message("The signer's public key is damaged.")) from None
        self.raw = raw

    @property
    def fingerprint(self) -> str:
        """`01234 56789 …`: SHA-256 in groups of 5 bytes, of the first six the last five digits."""
        digest = hashlib.sha256(self.raw).digest()
        groups = (digest[5 * number : 5 * number + 5] for number in range(_GROUPS))
        return " ".join(f"{int.from_bytes(group) % 100_000:05}" for group in groups)

    def verifies(self, signature: bytes, data: bytes) -> bool:
        try:
            self._key.verify(signature, _CONTEXT + data)
        except InvalidSignature:
            return False
        return True


class SigningKey:
    """The private half; its `repr` shows the fingerprint alone."""

    prefix: ClassVar[str] = "desktop-migrator-signing-key"

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._key = Ed25519PrivateKey.from_private_bytes(raw)
        self.verify_key = VerifyKey(self._key.public_key().public_bytes_raw())

    def __repr__(self) -> str:
        return f"SigningKey({self.verify_key.fingerprint})"

    @classmethod
    def generate(cls) -> "SigningKey":
        return cls(Ed25519PrivateKey.generate().private_bytes_raw())

    def sign(self, data: bytes) -> bytes:
        """64 bytes."""
        return self._key.sign(_CONTEXT + data)

    def to_text(self) -> str:
        """A line for the keyring, and for nowhere else."""
        return f"{self.prefix} {base64.b64encode(self._raw).decode()}"

    @classmethod
    def from_text(cls, text: str) -> "SigningKey":
        """Read what `to_text` gave. Raises BadKey."""
        match text.split(" "):
            case [cls.prefix, encoded]:
                try:
                    return cls(base64.b64decode(encoded, validate=True))
                except ValueError:  # binascii.Error is one
                    pass
        raise BadKey(reason=Message("This is not a signing key."))
