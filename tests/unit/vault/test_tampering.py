"""Everything that somebody could do to a container on its way, tried at every place that differs.

`test_no_mutation_is_accepted` prints the table: mutation, times tried, times accepted.
"""

import io
import random
from collections import Counter
from collections.abc import Iterator

import pytest
import zstandard

from desktop_migrator.errors import ContainerDamaged, NotAContainer, UnknownVersion, WrongKey
from desktop_migrator.vault import container
from desktop_migrator.vault.header import RECIPIENT_TYPE_NUMBERS, RecipientType
from desktop_migrator.vault.keys import Passphrase, PrivateKey, SecretKey
from tests.summary import tell
from tests.unit.vault.containers import packed
from tests.unit.vault.test_container import sealed

SECRET = SecretKey(bytes(range(32)))
DESK = PrivateKey.generate()
STREAM = random.Random(4).randbytes(5 * 65_536 + 1000)
CHUNK = 65_552
RANDOM = random.Random(5)

REFUSALS = (ContainerDamaged, NotAContainer, UnknownVersion, WrongKey)


def opens(file: bytes) -> bool:
    """Whether anything but a refusal comes of it."""
    try:
        container.unseal(io.BytesIO(file), [SECRET]).read()
    except REFUSALS:
        return False
    return True


def split(file: bytes) -> tuple[bytes, list[bytes]]:
    header = container.read_header(io.BytesIO(file)).encoded
    rest = file[len(header) :]
    return header, [rest[at : at + CHUNK] for at in range(0, len(rest), CHUNK)]


def mutations(file: bytes, other: bytes) -> Iterator[tuple[str, bytes]]:
    """Name and result of each; `other` has the same recipients and length."""
    header, chunks = split(file)
    other_header, other_chunks = split(other)
    count = len(chunks)

    for bit in range(8 * len(header)):
        yield "bit flipped in the header", flipped(file, bit)
    for place in range(count):
        start = 8 * (len(header) + place * CHUNK)
        size = 8 * len(chunks[place])
        for bit in {0, size - 1, *RANDOM.choices(range(size), k=100)}:
            yield "bit flipped in a chunk", flipped(file, start + bit)
    yield "emptied", b""
    for size in range(1, len(header) + 1):
        yield "cut off in or after the header", file[:size]
    for place in range(1, count):
        yield "cut off between chunks", header + b"".join(chunks[:place])
    for size in RANDOM.choices(range(len(header), len(file)), k=200):
        yield "cut off anywhere", file[:size]
    for size in range(1, 33):
        yield "bytes cut off the end", file[:-size]
    for extra in (b"\0", b"\n", bytes(16), chunks[-1], chunks[0], header, file, bytes(CHUNK)):
        yield "something put after the end", file + extra
    for place in range(count):
        yield "chunk left out", header + b"".join(chunks[:place] + chunks[place + 1 :])
        yield "chunk doubled", header + b"".join(chunks[: place + 1] + chunks[place:])
        yield (
            "chunk cut short",
            header + b"".join([*chunks[:place], chunks[place][:-1], *chunks[place + 1 :]]),
        )
        yield (
            "chunk of another container",
            header + b"".join([*chunks[:place], other_chunks[place], *chunks[place + 1 :]]),
        )
        for to in range(place + 1, count):
            swapped = list(chunks)
            swapped[place], swapped[to] = swapped[to], swapped[place]
            yield "chunks swapped", header + b"".join(swapped)
    yield "header of another container", other_header + b"".join(chunks)
    yield "another kind", file.replace(b"\x06backup", b"\x06backun", 1)
    for stranger in (DESK.public_key.wrap(bytes(32)), SECRET.wrap(bytes(32))):
        body = bytes([stranger.type]) + len(stranger.body).to_bytes(2) + stranger.body
        length = int.from_bytes(header[10:14]) + len(body)
        more = bytearray(header[:10] + length.to_bytes(4) + header[14:-32] + body + header[-32:])
        more[14 + 1 + 6] += 1
        yield "recipient added", bytes(more) + b"".join(chunks)
    for _ in range(500):
        start, size = RANDOM.randrange(len(file)), RANDOM.randrange(1, 400)
        yield "stretch overwritten", file[:start] + RANDOM.randbytes(size) + file[start + size :]
        yield "stretch left out", file[:start] + file[start + size :]
        yield "stretch put in", file[:start] + RANDOM.randbytes(size) + file[start:]


def flipped(file: bytes, bit: int) -> bytes:
    changed = bytearray(file)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def test_no_mutation_is_accepted(pytestconfig: pytest.Config) -> None:
    file, other = sealed(STREAM), sealed(STREAM)
    assert opens(file)
    tried, accepted = Counter[str](), Counter[str]()
    for name, mutant in mutations(file, other):
        if mutant != file:
            tried[name] += 1
            accepted[name] += opens(mutant)
    lines = [f"{name:34} {tried[name]:6} {accepted[name]:8}" for name in tried]
    tell(pytestconfig, "mutations", [f"{'mutation':34} {'tried':>6} {'accepted':>8}", *lines])
    assert len(tried) == 19
    assert accepted.total() == 0


@pytest.mark.parametrize("iterations", [0, 1, 599_999, 10_000_001, 2**32 - 1])
def test_hours_of_key_derivation_are_not_begun(
    iterations: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = sealed(b"x", [Passphrase("a")])
    body = 14 + 1 + len("backup") + 1 + 3
    assert file[body - 3] == RECIPIENT_TYPE_NUMBERS[RecipientType.PASSPHRASE]
    hostile = file[: body + 16] + iterations.to_bytes(4) + file[body + 20 :]
    monkeypatch.setattr("hashlib.pbkdf2_hmac", None)  # a call fails
    with pytest.raises(ContainerDamaged, match="out of bounds"):
        container.unseal(io.BytesIO(hostile), [Passphrase("a")])


def test_two_passphrases_are_not_even_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    stanza = Passphrase("a").wrap(bytes(32))
    one = bytes([stanza.type]) + len(stanza.body).to_bytes(2) + stanza.body
    body = b"\x06backup\x02" + one + one + bytes(32)
    monkeypatch.setattr("hashlib.pbkdf2_hmac", None)
    with pytest.raises(ContainerDamaged, match="more than one passphrase"):
        container.unseal(
            io.BytesIO(sealed(b"")[:10] + len(body).to_bytes(4) + body), [Passphrase("a")]
        )


def frame(data: bytes, *, write_content_size: bool = True) -> bytes:
    compressed: bytes = zstandard.ZstdCompressor(write_content_size=write_content_size).compress(
        data
    )
    return compressed


def segment(packed_frame: bytes, size: int) -> bytes:
    return len(packed_frame).to_bytes(4) + size.to_bytes(4) + packed_frame


TEXT = random.Random(6).randbytes(300)
BAD_PAYLOADS = {
    "no whole segment head": b"\0\0\0",
    "no frame": segment(b"", 1) + b"\0",
    "an empty segment": segment(frame(b""), 0),
    "an overlong segment": segment(frame(bytes((1 << 20) + 1)).ljust(5000, b"\0"), (1 << 20) + 1),
    "a frame cut short": segment(frame(TEXT)[:-1], 300),
    "a frame that goes on": segment(frame(TEXT) + b"\0", 300),
    "two frames": segment(frame(TEXT) + frame(TEXT), 300),
    "a skippable frame": segment(b"\x50\x2a\x4d\x18\x04\0\0\0abcd", 300),
    "another size than declared": segment(frame(TEXT), 299),
    "no size declared": segment(frame(TEXT, write_content_size=False), 300),
    "no frame at all": segment(TEXT, 300),
    "an endless frame": (0xFFFFFFFF).to_bytes(4) + (300).to_bytes(4) + TEXT,
    "too great an expansion": segment(frame(bytes(1 << 20)), 1 << 20),
    "padding that is not zero": segment(frame(bytes(1 << 20)), 1 << 20) + b"\1" * 4096,
    "something after the last segment": segment(frame(TEXT), 300) + b"\0",
}


@pytest.mark.parametrize("name", BAD_PAYLOADS)
def test_a_sender_who_packs_otherwise_is_refused(name: str) -> None:
    with pytest.raises(ContainerDamaged):
        container.unseal(io.BytesIO(packed(BAD_PAYLOADS[name], SECRET)), [SECRET]).read()


def test_these_payloads_fail_by_what_is_wrong_with_them() -> None:
    good = segment(frame(TEXT), 300)
    assert container.unseal(io.BytesIO(packed(good + good, SECRET)), [SECRET]).read() == TEXT + TEXT
    padded = frame(bytes(1 << 20))
    good = segment(padded, 1 << 20) + bytes(4096 - len(padded))
    assert container.unseal(io.BytesIO(packed(good, SECRET)), [SECRET]).read() == bytes(1 << 20)
