"""Recipients as they stand in a header: FORMAT.md, "Header"."""

import struct
from dataclasses import dataclass
from enum import StrEnum

from desktop_migrator.errors import ContainerDamaged

KEY_SIZE = 32
FEWEST_ITERATIONS = 600_000
MOST_ITERATIONS = 10_000_000

ID_SIZE = 8
SALT_SIZE = 16
WRAPPED_SIZE = KEY_SIZE + 16
PASSPHRASE_BODY = struct.Struct(f">{SALT_SIZE}sI{WRAPPED_SIZE}s")
SECRET_KEY_BODY = struct.Struct(f">{ID_SIZE}s{SALT_SIZE}s{WRAPPED_SIZE}s")


class RecipientType(StrEnum):
    PASSPHRASE = "passphrase"  # noqa: S105 - the name of a type
    SECRET_KEY = "secret-key"  # noqa: S105 - the name of a type
    X25519 = "x25519"
    MLKEM768_X25519 = "mlkem768-x25519"


TYPES = {
    1: RecipientType.PASSPHRASE,
    2: RecipientType.SECRET_KEY,
    3: RecipientType.X25519,
    4: RecipientType.MLKEM768_X25519,
}
NUMBERS = {name: number for number, name in TYPES.items()}

_BODY_SIZES = {
    RecipientType.PASSPHRASE: PASSPHRASE_BODY.size,
    RecipientType.SECRET_KEY: SECRET_KEY_BODY.size,
    RecipientType.X25519: ID_SIZE + 32 + WRAPPED_SIZE,
    RecipientType.MLKEM768_X25519: ID_SIZE + 1120 + WRAPPED_SIZE,
}


@dataclass(frozen=True, slots=True)
class Stanza:
    """One recipient as it stands in a header."""

    type: int
    body: bytes


@dataclass(frozen=True, slots=True)
class RecipientInfo:
    """What a header tells about a recipient."""

    type: RecipientType
    key_id: str | None
    """Which key opens it, 16 hexadecimal digits; a passphrase has none."""

    def __str__(self) -> str:
        names = {
            RecipientType.PASSPHRASE: "a passphrase",
            RecipientType.SECRET_KEY: f"the secret key {self.key_id} or its recovery key",
        }
        return names.get(self.type, f"the private key {self.key_id}")


def describe(stanza: Stanza) -> RecipientInfo | None:
    """A stanza's public part; None for a type that this program does not know.

    Raises `ContainerDamaged` for a length or a number of iterations out of bounds.
    """
    kind = TYPES.get(stanza.type)
    if kind is None:
        return None
    if len(stanza.body) != _BODY_SIZES[kind]:
        raise ContainerDamaged(reason="Its header is not well-formed.")
    if kind is not RecipientType.PASSPHRASE:
        return RecipientInfo(kind, stanza.body[:ID_SIZE].hex())
    _, iterations, _ = PASSPHRASE_BODY.unpack(stanza.body)
    if not FEWEST_ITERATIONS <= iterations <= MOST_ITERATIONS:
        raise ContainerDamaged(
            reason=f"It asks for {iterations:,} rounds of key derivation, which is out of bounds."
        )
    return RecipientInfo(kind, None)
