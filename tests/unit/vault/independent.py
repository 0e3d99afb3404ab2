"""A decoder of containers written from FORMAT.md alone; it uses nothing of the program.

It works on the whole file at once, refuses by `Refused`, and does HPKE by hand (RFC 9180) and the
hybrid KEM by X-Wing's combiner.
"""

import hashlib
import hmac
import struct
import unicodedata
from dataclasses import dataclass

import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = bytes.fromhex("89444D560D0A1A0A")
LENGTHS = {1: 68, 2: 72, 3: 88, 4: 1176}


class Refused(Exception):
    pass


@dataclass(frozen=True)
class Keys:
    """What the reader has; None where it lacks it."""

    passphrase: str | None = None
    secret: bytes | None = None
    x25519: bytes | None = None
    hybrid: bytes | None = None
    """ML-KEM's seed (64 bytes) and X25519's private key (32)."""


def decode(data: bytes, keys: Keys) -> tuple[str, bytes]:
    """Kind and stream of a container."""
    if data[:8] != MAGIC or data[8:10] != b"\x00\x01":
        raise Refused
    (length,) = struct.unpack(">I", data[10:14])
    end = 14 + length
    if length > 65_536 or len(data) < end:
        raise Refused
    header = data[:end]
    kind, recipients = parse(header[14:-32])
    file_key = next((key for each in recipients if (key := unwrap(*each, keys))), None)
    if file_key is None:
        raise Refused
    header_key = hkdf(file_key, b"", b"desktop-migrator/header/1")
    if hmac.new(header_key, header[:-32], "sha256").digest() != header[-32:]:
        raise Refused
    return kind, unpack(open_chunks(data[end:], file_key, header))


def parse(body: bytes) -> tuple[str, list[tuple[int, bytes]]]:
    if not body or not 1 <= body[0] <= 32:
        raise Refused
    kind = body[1 : 1 + body[0]].decode("ascii")
    at = 1 + body[0]
    count = body[at]
    at += 1
    recipients = []
    for _ in range(count):
        number, length = struct.unpack(">BH", body[at : at + 3])
        recipients.append((number, body[at + 3 : at + 3 + length]))
        at += 3 + length
        if number in LENGTHS and length != LENGTHS[number]:
            raise Refused
    passphrases = [body for number, body in recipients if number == 1]
    if at != len(body) or not 1 <= count <= 32 or len(passphrases) > 1:
        raise Refused
    if any(not 600_000 <= int.from_bytes(each[16:20]) <= 10_000_000 for each in passphrases):
        raise Refused
    return kind, recipients


def unwrap(number: int, body: bytes, keys: Keys) -> bytes | None:  # noqa: PLR0911 - four types
    wrapped = body[-48:]
    if number == 1 and keys.passphrase is not None:
        text = unicodedata.normalize("NFC", keys.passphrase).encode()
        iterations = int.from_bytes(body[16:20])
        return gcm(hashlib.pbkdf2_hmac("sha256", text, body[:16], iterations), bytes(12), wrapped)
    if number == 2 and keys.secret is not None:
        if body[:8] != hkdf(keys.secret, b"", b"desktop-migrator/key-id/1")[:8]:
            return None
        return gcm(
            hkdf(keys.secret, body[8:24], b"desktop-migrator/secret-key/1"), bytes(12), wrapped
        )
    if number == 3 and keys.x25519 is not None:
        public = X25519PrivateKey.from_private_bytes(keys.x25519).public_key().public_bytes_raw()
        if body[:8] != hashlib.sha256(public).digest()[:8]:
            return None
        return hpke_open(0x0020, dhkem(body[8:40], keys.x25519, public), wrapped)
    if number == 4 and keys.hybrid is not None:
        mlkem = MLKEM768PrivateKey.from_seed_bytes(keys.hybrid[:64])
        x25519 = X25519PrivateKey.from_private_bytes(keys.hybrid[64:])
        public_x = x25519.public_key().public_bytes_raw()
        public = mlkem.public_key().public_bytes_raw() + public_x
        if body[:8] != hashlib.sha256(public).digest()[:8]:
            return None
        encapsulated = body[8:1128]
        shared_m = mlkem.decapsulate(encapsulated[:1088])
        shared_x = x25519.exchange(X25519PublicKey.from_public_bytes(encapsulated[1088:]))
        label = rb"\.//^" + b"\\"
        shared = hashlib.sha3_256(shared_m + shared_x + encapsulated[1088:] + public_x + label)
        return hpke_open(0x647A, shared.digest(), wrapped)
    return None


def gcm(key: bytes, nonce: bytes, sealed: bytes, associated: bytes = b"") -> bytes | None:
    try:
        return AESGCM(key).decrypt(nonce, sealed, associated)
    except InvalidTag:
        return None


def extract(salt: bytes, material: bytes) -> bytes:
    return hmac.new(salt or bytes(32), material, "sha256").digest()


def expand(key: bytes, info: bytes, length: int = 32) -> bytes:
    return hmac.new(key, info + b"\x01", "sha256").digest()[:length]


def hkdf(material: bytes, salt: bytes, info: bytes) -> bytes:
    return expand(extract(salt, material), info)


def labeled_extract(suite: bytes, salt: bytes, label: bytes, material: bytes) -> bytes:
    return extract(salt, b"HPKE-v1" + suite + label + material)


def labeled_expand(suite: bytes, key: bytes, label: bytes, info: bytes, length: int = 32) -> bytes:
    return expand(key, struct.pack(">H", length) + b"HPKE-v1" + suite + label + info, length)


def dhkem(encapsulated: bytes, private: bytes, public: bytes) -> bytes:
    """RFC 9180, 4.1: DHKEM(X25519, HKDF-SHA256)."""
    suite = b"KEM" + struct.pack(">H", 0x0020)
    shared = X25519PrivateKey.from_private_bytes(private).exchange(
        X25519PublicKey.from_public_bytes(encapsulated)
    )
    secret = labeled_extract(suite, b"", b"eae_prk", shared)
    return labeled_expand(suite, secret, b"shared_secret", encapsulated + public)


def hpke_open(kem: int, shared: bytes, sealed: bytes) -> bytes | None:
    """RFC 9180, 5.1: the key schedule of base mode with HKDF-SHA256 and AES-256-GCM."""
    suite = b"HPKE" + struct.pack(">HHH", kem, 0x0001, 0x0002)
    id_hash = labeled_extract(suite, b"", b"psk_id_hash", b"")
    info_hash = labeled_extract(suite, b"", b"info_hash", b"desktop-migrator/hpke/1")
    context = b"\x00" + id_hash + info_hash
    secret = labeled_extract(suite, shared, b"secret", b"")
    key = labeled_expand(suite, secret, b"key", context)
    nonce = labeled_expand(suite, secret, b"base_nonce", context, 12)
    return gcm(key, nonce, sealed)


def open_chunks(sealed: bytes, file_key: bytes, header: bytes) -> bytes:
    key = hkdf(file_key, b"", b"desktop-migrator/payload/1")
    associated = hashlib.sha256(header).digest()
    chunks = [sealed[at : at + 65_552] for at in range(0, len(sealed), 65_552)]
    payload = b""
    for number, chunk in enumerate(chunks):
        last = number == len(chunks) - 1
        plain = gcm(key, number.to_bytes(11) + bytes([last]), chunk, associated)
        if plain is None or (not plain and number):
            raise Refused
        payload += plain
    if not chunks:
        raise Refused
    return payload


def unpack(payload: bytes) -> bytes:
    stream = b""
    while payload:
        frame_length, length = struct.unpack(">II", payload[:8])
        stored = max(frame_length, (length + 255) // 256)
        frame, padding = payload[8 : 8 + frame_length], payload[8 + frame_length : 8 + stored]
        if not 1 <= length <= 1 << 20 or len(frame + padding) != stored or any(padding):
            raise Refused
        if zstandard.frame_content_size(frame) != length:
            raise Refused
        stream += zstandard.ZstdDecompressor().decompress(frame, allow_extra_data=False)
        payload = payload[8 + stored :]
    return stream
