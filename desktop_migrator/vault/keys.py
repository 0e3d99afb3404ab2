"""Who can seal and open containers: passphrases, secret keys and key pairs.

FORMAT.md, "Keys" and "Texts of keys". A recipient wraps a container's file key, an identity unwraps
it; passphrases and secret keys are both. Neither `repr` nor an error shows a secret.

Of key pairs, X25519 is RFC 9180 as it stands. The hybrid with ML-KEM also holds against a quantum
computer of the future; its HPKE is still a draft.
"""

import base64
import binascii
import hashlib
import re
import secrets
import unicodedata
from typing import ClassVar, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from desktop_migrator.errors import BadKey
from desktop_migrator.messages import Message
from desktop_migrator.vault.header import (
    KEY_ID_SIZE,
    KEY_SIZE,
    MAX_ITERATIONS,
    MIN_ITERATIONS,
    PASSPHRASE_BODY,
    RECIPIENT_TYPE_NUMBERS,
    SALT_SIZE,
    SECRET_KEY_BODY,
    RecipientInfo,
    RecipientType,
    Stanza,
    describe_recipient,
)

_NONCE = bytes(12)  # every wrapping key is used once
_HPKE_INFO = b"desktop-migrator/hpke/1"
_MAX_DERIVED = 10_000
_MLKEM_PUBLIC_SIZE = 1184
_X25519_SIZE = 32
_SUITES = {
    RecipientType.X25519: Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM),
    RecipientType.MLKEM768_X25519: Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM),
}


class Recipient(Protocol):
    """Somebody for whom a container is sealed."""

    def wrap(self, file_key: bytes) -> Stanza: ...


class Identity(Protocol):
    """Something that opens containers."""

    def unwrap(self, stanza: Stanza) -> bytes | None:
        """The file key, or None if the stanza is not for this identity."""


def hkdf_sha256(key: bytes, info: bytes, salt: bytes | None = None) -> bytes:
    """HKDF-SHA256, 32 bytes."""
    return HKDF(SHA256(), KEY_SIZE, salt, info).derive(key)


class Passphrase:
    """A text that a person remembers. Raises `BadKey` if it is empty."""

    def __init__(self, text: str, *, iterations: int = MIN_ITERATIONS) -> None:
        if not text:
            raise BadKey(reason=Message("The passphrase is empty."))
        if not MIN_ITERATIONS <= iterations <= MAX_ITERATIONS:
            raise ValueError(iterations)
        try:
            # The same letters are typed differently on different systems.
            self._text = unicodedata.normalize("NFC", text).encode()
        except UnicodeEncodeError:
            raise BadKey(reason=Message("The passphrase holds a character that is none.")) from None
        self._iterations = iterations
        self._derived: dict[tuple[bytes, int], bytes] = {}
        """What it was stretched to already, by salt and iterations; each file is opened often."""

    def wrap(self, file_key: bytes) -> Stanza:
        salt = secrets.token_bytes(SALT_SIZE)
        wrapped = _wrap(self._derive_key(salt, self._iterations), file_key)
        body = PASSPHRASE_BODY.pack(salt, self._iterations, wrapped)
        return Stanza(RECIPIENT_TYPE_NUMBERS[RecipientType.PASSPHRASE], body)

    def unwrap(self, stanza: Stanza) -> bytes | None:
        info = describe_recipient(stanza)
        if info is None or info.type is not RecipientType.PASSPHRASE:
            return None
        salt, iterations, wrapped = PASSPHRASE_BODY.unpack(stanza.body)
        return _unwrap(self._derive_key(salt, iterations), wrapped)

    def _derive_key(self, salt: bytes, iterations: int) -> bytes:
        key = self._derived.get((salt, iterations))
        if key is None:
            key = hashlib.pbkdf2_hmac("sha256", self._text, salt, iterations, KEY_SIZE)
            if len(self._derived) >= _MAX_DERIVED:
                self._derived.clear()
            self._derived[salt, iterations] = key
        return key


class SecretKey:
    """32 random bytes, kept in the system's keyring; `recovery_key.py` prints them for people."""

    hkdf_info: ClassVar[bytes] = b"desktop-migrator/secret-key/1"

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_SIZE:
            raise ValueError(len(key))
        self.key = key
        self.id = hkdf_sha256(key, b"desktop-migrator/key-id/1")[:KEY_ID_SIZE].hex()

    @classmethod
    def generate(cls) -> "SecretKey":
        return cls(secrets.token_bytes(KEY_SIZE))

    def __repr__(self) -> str:
        return f"SecretKey({self.id})"

    def wrap(self, file_key: bytes) -> Stanza:
        salt = secrets.token_bytes(SALT_SIZE)
        wrapped = _wrap(hkdf_sha256(self.key, self.hkdf_info, salt), file_key)
        body = SECRET_KEY_BODY.pack(bytes.fromhex(self.id), salt, wrapped)
        return Stanza(RECIPIENT_TYPE_NUMBERS[RecipientType.SECRET_KEY], body)

    def unwrap(self, stanza: Stanza) -> bytes | None:
        if describe_recipient(stanza) != RecipientInfo(RecipientType.SECRET_KEY, self.id):
            return None
        _, salt, wrapped = SECRET_KEY_BODY.unpack(stanza.body)
        return _unwrap(hkdf_sha256(self.key, self.hkdf_info, salt), wrapped)


class PublicKey:
    """What others seal for. Raises `BadKey` if the bytes are no key of the algorithm."""

    prefix: ClassVar[str] = "desktop-migrator-public-key"

    def __init__(self, algorithm: RecipientType, raw: bytes) -> None:
        self.algorithm = algorithm
        self.raw = raw
        self.id = hashlib.sha256(raw).digest()[:KEY_ID_SIZE].hex()
        try:
            self._key = _load_public(algorithm, raw)
        except ValueError:
            raise BadKey(reason=Message("The public key is damaged.")) from None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PublicKey) and self.to_text() == other.to_text()

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        return f"PublicKey({self.algorithm}, {self.id})"

    def wrap(self, file_key: bytes) -> Stanza:
        sealed = _SUITES[self.algorithm].encrypt(file_key, self._key, _HPKE_INFO)
        return Stanza(RECIPIENT_TYPE_NUMBERS[self.algorithm], bytes.fromhex(self.id) + sealed)

    def to_text(self, name: str = "") -> str:
        """The one line of a key file, without its newline."""
        encoded = base64.b64encode(self.raw).decode()
        return f"{self.prefix} {self.algorithm} {self.id} {encoded} {name}".rstrip()

    @classmethod
    def parse_name(cls, text: str) -> str:
        """The name that `to_text` was given."""
        return text.strip().split(" ", 4)[4:][0] if text.strip().count(" ") >= 4 else ""

    @classmethod
    def from_text(cls, text: str) -> "PublicKey":
        """Read what `to_text` gave. Raises `BadKey`."""
        match = re.fullmatch(
            rf"\s*{cls.prefix} (\S+) ([0-9a-f]{{16}}) ([A-Za-z0-9+/=]+)( [^\r\n]*)?\s*", text
        )
        if not match:
            raise BadKey(reason=Message("This is not a public key."))
        algorithm, key_id, encoded, _ = match.groups()
        if algorithm not in _SUITES:
            raise BadKey(
                reason=Message("The public key is of a kind that this program does not know.")
            )
        try:
            raw = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            raise BadKey(reason=Message("The public key is damaged.")) from None
        key = cls(RecipientType(algorithm), raw)
        if key.id != key_id:
            raise BadKey(reason=Message("The public key is damaged."))
        return key


class PrivateKey:
    """What opens containers sealed for its public key."""

    prefix: ClassVar[str] = "desktop-migrator-private-key"

    def __init__(self, algorithm: RecipientType, raw: bytes) -> None:
        self.algorithm = algorithm
        self._raw = raw
        self._key, public = _load_private(algorithm, raw)
        self.public_key = PublicKey(algorithm, public)
        self.id = self.public_key.id

    @classmethod
    def generate(cls, algorithm: RecipientType = RecipientType.X25519) -> "PrivateKey":
        raw = X25519PrivateKey.generate().private_bytes_raw()
        if algorithm is RecipientType.MLKEM768_X25519:
            raw = MLKEM768PrivateKey.generate().private_bytes_raw() + raw
        return cls(algorithm, raw)

    def __repr__(self) -> str:
        return f"PrivateKey({self.algorithm}, {self.id})"

    def __reduce__(self) -> tuple[object, ...]:
        """For another process of this program, through a pipe; never for a file."""
        return PrivateKey, (self.algorithm, self._raw)

    def unwrap(self, stanza: Stanza) -> bytes | None:
        if describe_recipient(stanza) != RecipientInfo(self.algorithm, self.id):
            return None
        try:
            return _SUITES[self.algorithm].decrypt(stanza.body[KEY_ID_SIZE:], self._key, _HPKE_INFO)
        except InvalidTag:
            return None

    def to_text(self) -> str:
        """A line for the keyring, and for nowhere else."""
        return f"{self.prefix} {self.algorithm} {base64.b64encode(self._raw).decode()}"

    @classmethod
    def from_text(cls, text: str) -> "PrivateKey":
        """Read what `to_text` gave. Raises `BadKey`."""
        match text.split(" "):
            case [cls.prefix, algorithm, encoded] if algorithm in _SUITES:
                try:
                    return cls(RecipientType(algorithm), base64.b64decode(encoded, validate=True))
                except ValueError:  # binascii.Error is one
                    pass
        raise BadKey(reason=Message("This is not a private key."))


def _wrap(key: bytes, file_key: bytes) -> bytes:
    return AESGCM(key).encrypt(_NONCE, file_key, None)


def _unwrap(key: bytes, wrapped: bytes) -> bytes | None:
    try:
        return AESGCM(key).decrypt(_NONCE, wrapped, None)
    except InvalidTag:
        return None


def _load_public(algorithm: RecipientType, raw: bytes) -> X25519PublicKey | MLKEM768X25519PublicKey:
    """Raises ValueError; also for a point of small order, with which everybody shares the same key
    (RFC 9180, 7.1.4), so that what is sealed for it could be no secret."""
    elliptic = X25519PublicKey.from_public_bytes(raw[-_X25519_SIZE:])
    X25519PrivateKey.generate().exchange(elliptic)
    if algorithm is RecipientType.X25519:
        return X25519PublicKey.from_public_bytes(raw)
    return MLKEM768X25519PublicKey(
        MLKEM768PublicKey.from_public_bytes(raw[:_MLKEM_PUBLIC_SIZE]),
        X25519PublicKey.from_public_bytes(raw[_MLKEM_PUBLIC_SIZE:]),
    )


def _load_private(
    algorithm: RecipientType, raw: bytes
) -> tuple[X25519PrivateKey | MLKEM768X25519PrivateKey, bytes]:
    x25519 = X25519PrivateKey.from_private_bytes(raw[-_X25519_SIZE:])
    public = x25519.public_key().public_bytes_raw()
    if algorithm is RecipientType.X25519:
        if len(raw) != _X25519_SIZE:
            raise ValueError(len(raw))
        return x25519, public
    mlkem = MLKEM768PrivateKey.from_seed_bytes(raw[:-_X25519_SIZE])
    both = mlkem.public_key().public_bytes_raw() + public
    return MLKEM768X25519PrivateKey(mlkem, x25519), both
