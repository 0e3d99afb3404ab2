"""The header of a container: FORMAT.md, "Header".

What it says before anything is decrypted (kind, recipients) is not yet authenticated; `unseal`
does that.
"""

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from typing import BinaryIO

from desktop_migrator.errors import ContainerDamaged, NotAContainer, UnknownVersion
from desktop_migrator.messages import Message

KEY_SIZE = 32
MIN_ITERATIONS = 600_000
MAX_ITERATIONS = 10_000_000

KEY_ID_SIZE = 8
SALT_SIZE = 16
WRAPPED_SIZE = KEY_SIZE + 16
PASSPHRASE_BODY = struct.Struct(f">{SALT_SIZE}sI{WRAPPED_SIZE}s")
SECRET_KEY_BODY = struct.Struct(f">{KEY_ID_SIZE}s{SALT_SIZE}s{WRAPPED_SIZE}s")


class RecipientType(StrEnum):
    PASSPHRASE = "passphrase"  # noqa: S105 - the name of a type
    SECRET_KEY = "secret-key"  # noqa: S105 - the name of a type
    X25519 = "x25519"
    MLKEM768_X25519 = "mlkem768-x25519"


RECIPIENT_TYPES = {
    1: RecipientType.PASSPHRASE,
    2: RecipientType.SECRET_KEY,
    3: RecipientType.X25519,
    4: RecipientType.MLKEM768_X25519,
}
RECIPIENT_TYPE_NUMBERS = {name: number for number, name in RECIPIENT_TYPES.items()}

_BODY_SIZES = {
    RecipientType.PASSPHRASE: PASSPHRASE_BODY.size,
    RecipientType.SECRET_KEY: SECRET_KEY_BODY.size,
    RecipientType.X25519: KEY_ID_SIZE + 32 + WRAPPED_SIZE,
    RecipientType.MLKEM768_X25519: KEY_ID_SIZE + 1120 + WRAPPED_SIZE,
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

    @property
    def message(self) -> Message:
        """Its name in a sentence: what a file opens with."""
        if self.type is RecipientType.PASSPHRASE:
            return Message("a passphrase")
        key = str(self.key_id)
        if self.type is RecipientType.SECRET_KEY:
            return Message("the secret key {key} or its recovery key", key=key)
        return Message("the private key {key}", key=key)

    def __str__(self) -> str:
        return str(self.message)


def describe_recipients(recipients: Sequence[RecipientInfo]) -> Message:
    """What a file opens with, in a sentence."""
    if not recipients:
        return Message("a key of a newer version of this program")
    first, *others = [each.message for each in recipients]
    return reduce(
        lambda one, other: Message("{one} or {other}", one=one, other=other), others, first
    )


def describe_recipient(stanza: Stanza) -> RecipientInfo | None:
    """A stanza's public part; None for a type that this program does not know.

    Raises `ContainerDamaged` for a length or a number of iterations out of bounds.
    """
    kind = RECIPIENT_TYPES.get(stanza.type)
    if kind is None:
        return None
    if len(stanza.body) != _BODY_SIZES[kind]:
        raise ContainerDamaged(reason=Message("Its header is not well-formed."))
    if kind is not RecipientType.PASSPHRASE:
        return RecipientInfo(kind, stanza.body[:KEY_ID_SIZE].hex())
    _, iterations, _ = PASSPHRASE_BODY.unpack(stanza.body)
    if not MIN_ITERATIONS <= iterations <= MAX_ITERATIONS:
        raise ContainerDamaged(
            reason=Message(
                "It asks for {iterations:,} rounds of key derivation, which is out of bounds.",
                iterations=iterations,
            )
        )
    return RecipientInfo(kind, None)


MAGIC = b"\x89DMV\r\n\x1a\n"
VERSION = 1
MAC_SIZE = 32
MAX_HEADER_SIZE = 65_536
MAX_RECIPIENTS = 32

_PREFIX = struct.Struct(">8sHI")
_KIND_PATTERN = re.compile(rb"[a-z0-9-]{1,32}")


@dataclass(frozen=True, slots=True)
class Header:
    """What everybody can read of a container, key or not."""

    version: int
    kind: str
    """`backup` or `capture`."""
    recipients: tuple[RecipientInfo, ...]
    """Who can open it; those of unknown types are left out."""
    stanzas: tuple[Stanza, ...]
    mac_input: bytes
    """The header's bytes but the MAC."""
    mac: bytes

    @property
    def encoded(self) -> bytes:
        return self.mac_input + self.mac


def encode_header(kind: str, stanzas: Sequence[Stanza]) -> bytes:
    """A header's bytes but the MAC."""
    name = kind.encode("ascii")
    if not _KIND_PATTERN.fullmatch(name) or not 1 <= len(stanzas) <= MAX_RECIPIENTS:
        reason = f"a header cannot have kind {kind!r} and {len(stanzas)} recipients"
        raise ValueError(reason)
    body = bytes([len(name)]) + name + bytes([len(stanzas)])
    for stanza in stanzas:
        body += struct.pack(">BH", stanza.type, len(stanza.body)) + stanza.body
    return _PREFIX.pack(MAGIC, VERSION, len(body) + MAC_SIZE) + body


def read_header(source: BinaryIO) -> Header:
    """Read a container's header from where `source` stands, and no byte more.

    Raises `NotAContainer`, `UnknownVersion` or `ContainerDamaged`.
    """
    start = read_up_to(source, _PREFIX.size)
    if start[: len(MAGIC)] != MAGIC:
        raise NotAContainer
    if len(start) < _PREFIX.size:
        raise _truncated()
    _, version, length = _PREFIX.unpack(start)
    if version != VERSION:
        raise UnknownVersion(version=version, known=VERSION)
    if not MAC_SIZE < length <= MAX_HEADER_SIZE:
        raise ContainerDamaged(reason=Message("Its header has an impossible length."))
    rest = read_up_to(source, length)
    if len(rest) < length:
        raise _truncated()
    kind, stanzas = _parse(rest[:-MAC_SIZE])
    infos = tuple(info for stanza in stanzas if (info := describe_recipient(stanza)))
    if sum(info.type == "passphrase" for info in infos) > 1:
        raise ContainerDamaged(reason=Message("Its header names more than one passphrase."))
    return Header(version, kind, infos, stanzas, start + rest[:-MAC_SIZE], rest[-MAC_SIZE:])


def read_up_to(source: BinaryIO, size: int) -> bytes:
    """`size` bytes, or fewer at the end of the source only."""
    pieces = []
    while size and (piece := source.read(size)):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def _parse(body: bytes) -> tuple[str, tuple[Stanza, ...]]:
    kind, rest = body[1 : 1 + body[0]], body[1 + body[0] :]
    if not _KIND_PATTERN.fullmatch(kind) or len(kind) != body[0] or not rest:
        raise _malformed()
    count, rest = rest[0], rest[1:]
    if not 1 <= count <= MAX_RECIPIENTS:
        raise _malformed()
    stanzas = []
    for _ in range(count):
        if len(rest) < 3:
            raise _malformed()
        kind_of, length = struct.unpack_from(">BH", rest)
        stanzas.append(Stanza(kind_of, rest[3 : 3 + length]))
        if len(stanzas[-1].body) != length:
            raise _malformed()
        rest = rest[3 + length :]
    if rest:
        raise _malformed()
    return kind.decode("ascii"), tuple(stanzas)


def _truncated() -> ContainerDamaged:
    return ContainerDamaged(reason=Message("It is cut off in its header."))


def _malformed() -> ContainerDamaged:
    return ContainerDamaged(reason=Message("Its header is not well-formed."))
