"""FORMAT.md's vectors, read from the document itself."""

import base64
import hashlib
import io
import re
from pathlib import Path

import pytest

from desktop_migrator.vault import container
from desktop_migrator.vault.header import RecipientType
from desktop_migrator.vault.keys import (
    Identity,
    Passphrase,
    PrivateKey,
    PublicKey,
    SecretKey,
    hkdf_sha256,
)
from desktop_migrator.vault.recovery_key import decode_recovery_key, encode_recovery_key
from tests.unit.vault.independent import Keys, decode

DOCUMENT = Path(container.__file__).with_name("FORMAT.md").read_text("utf-8")
VECTORS = dict(re.findall(r"\*\*([^*]+)\*\*\n\n```\n(.+?)\n```", DOCUMENT, re.DOTALL))
SECRET = SecretKey(bytes(range(32)))
X25519 = PrivateKey(RecipientType.X25519, bytes(range(1, 33)))
HYBRID = PrivateKey(RecipientType.MLKEM768_X25519, bytes(range(96)))
IDENTITIES: list[Identity] = [Passphrase("Grüße aus Köln"), SECRET, X25519, HYBRID]
KEYS = Keys("Grüße aus Köln", SECRET.key, bytes(range(1, 33)), bytes(range(96)))


def test_there_is_a_vector_for_each_recipient() -> None:
    assert [name.split(",")[0] for name in VECTORS] == [
        "passphrase",
        "secret key",
        "secret key",
        "secret key",
        "x25519",
        "mlkem768-x25519",
    ]


@pytest.mark.parametrize("name", VECTORS)
def test_a_vector_opens(name: str) -> None:
    facts, encoded = VECTORS[name].split("\n\n")
    file = base64.b64decode(encoded)
    reader = container.unseal(io.BytesIO(file), IDENTITIES)
    stream = reader.read()
    assert f"kind: {reader.header.kind}\n" in facts
    assert facts.endswith(f"{len(stream)} bytes, SHA-256 {hashlib.sha256(stream).hexdigest()}")
    assert decode(file, KEYS) == (reader.header.kind, stream)


def test_the_keys_of_the_vectors() -> None:
    file_key = bytes(range(0xA0, 0xC0))
    assert f"payload key: {hkdf_sha256(file_key, b'desktop-migrator/payload/1').hex()}" in DOCUMENT
    assert f"header key: {hkdf_sha256(file_key, b'desktop-migrator/header/1').hex()}" in DOCUMENT
    assert f"key id: {SECRET.id}\nrecovery key: {encode_recovery_key(SECRET)}\n" in DOCUMENT
    (line,) = re.findall(r"^desktop-migrator-public-key .+$", DOCUMENT, re.MULTILINE)
    assert PublicKey.from_text(line) == X25519.public_key
    (text,) = re.findall(r"^recovery key: (.+)$", DOCUMENT, re.MULTILINE)
    assert decode_recovery_key(text).key == SECRET.key
