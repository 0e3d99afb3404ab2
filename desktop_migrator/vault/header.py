"""The header of a container: FORMAT.md, "Header".

What it says before anything is decrypted (kind, recipients) is not yet authenticated; `unseal`
does that.
"""

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from desktop_migrator.errors import ContainerDamaged, NotAContainer, UnknownVersion
from desktop_migrator.vault.stanza import RecipientInfo, Stanza, describe

MAGIC = b"\x89DMV\r\n\x1a\n"
VERSION = 1
MAC_SIZE = 32
MOST_BYTES = 65_536
MOST_RECIPIENTS = 32

_START = struct.Struct(">8sHI")
_KIND = re.compile(rb"[a-z0-9-]{1,32}")


@dataclass(frozen=True, slots=True)
class Header:
    """What everybody can read of a container, key or not."""

    version: int
    kind: str
    """`backup` or `capture`."""
    recipients: tuple[RecipientInfo, ...]
    """Who can open it; those of unknown types are left out."""
    stanzas: tuple[Stanza, ...]
    covered: bytes
    """The header's bytes but the MAC."""
    mac: bytes

    @property
    def encoded(self) -> bytes:
        return self.covered + self.mac


def encode(kind: str, stanzas: Sequence[Stanza]) -> bytes:
    """A header's bytes but the MAC."""
    name = kind.encode("ascii")
    if not _KIND.fullmatch(name) or not 1 <= len(stanzas) <= MOST_RECIPIENTS:
        reason = f"a header cannot have kind {kind!r} and {len(stanzas)} recipients"
        raise ValueError(reason)
    body = bytes([len(name)]) + name + bytes([len(stanzas)])
    for stanza in stanzas:
        body += struct.pack(">BH", stanza.type, len(stanza.body)) + stanza.body
    return _START.pack(MAGIC, VERSION, len(body) + MAC_SIZE) + body


def read_header(source: BinaryIO) -> Header:
    """Read a container's header from where `source` stands, and no byte more.

    Raises `NotAContainer`, `UnknownVersion` or `ContainerDamaged`.
    """
    start = read_up_to(source, _START.size)
    if start[: len(MAGIC)] != MAGIC:
        raise NotAContainer
    if len(start) < _START.size:
        raise _cut_off()
    _, version, length = _START.unpack(start)
    if version != VERSION:
        raise UnknownVersion(version=version, known=VERSION)
    if not MAC_SIZE < length <= MOST_BYTES:
        raise ContainerDamaged(reason="Its header has an impossible length.")
    rest = read_up_to(source, length)
    if len(rest) < length:
        raise _cut_off()
    kind, stanzas = _parse(rest[:-MAC_SIZE])
    infos = tuple(info for stanza in stanzas if (info := describe(stanza)))
    if sum(info.type == "passphrase" for info in infos) > 1:
        raise ContainerDamaged(reason="Its header names more than one passphrase.")
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
    if not _KIND.fullmatch(kind) or len(kind) != body[0] or not rest:
        raise _malformed()
    count, rest = rest[0], rest[1:]
    if not 1 <= count <= MOST_RECIPIENTS:
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


def _cut_off() -> ContainerDamaged:
    return ContainerDamaged(reason="It is cut off in its header.")


def _malformed() -> ContainerDamaged:
    return ContainerDamaged(reason="Its header is not well-formed.")
