"""Containers, against a decoder that was written from FORMAT.md alone."""

import io
import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_migrator.errors import (
    BadKey,
    ContainerDamaged,
    ExitCode,
    NotAContainer,
    UnknownVersion,
    WrongKey,
)
from desktop_migrator.vault import container
from desktop_migrator.vault.header import RecipientType
from desktop_migrator.vault.keys import (
    Identity,
    Passphrase,
    PrivateKey,
    PublicKey,
    Recipient,
    SecretKey,
)
from tests.unit.vault.independent import Keys, decode

SECRET = SecretKey(bytes(range(32)))
DESK = PrivateKey(RecipientType.X25519, bytes(range(1, 33)))
HYBRID = PrivateKey(RecipientType.MLKEM768_X25519, bytes(range(96)))
KEYS = Keys("correct horse", SECRET.key, bytes(range(1, 33)), bytes(range(96)))


def sealed(
    data: bytes, recipients: Sequence[Recipient] = (SECRET,), *, level: int = 1, by: int = 1 << 30
) -> bytes:
    target = io.BytesIO()
    with container.seal(target, recipients, kind="backup", level=level) as writer:
        for start in range(0, len(data), by):
            assert writer.write(data[start : start + by]) == len(data[start : start + by])
    return target.getvalue()


def unsealed(data: bytes, identities: Sequence[Identity] = (SECRET,)) -> bytes:
    return container.unseal(io.BytesIO(data), identities).read()


def noise(size: int) -> bytes:
    return random.Random(size).randbytes(size)


@pytest.mark.parametrize(
    ("recipient", "keys", "identity"),
    [
        (
            Passphrase("correct horse"),
            Keys(passphrase=KEYS.passphrase),
            Passphrase("correct horse"),
        ),
        (SECRET, Keys(secret=KEYS.secret), SECRET),
        (DESK.public_key, Keys(x25519=KEYS.x25519), DESK),
        (HYBRID.public_key, Keys(hybrid=KEYS.hybrid), HYBRID),
    ],
    ids=["passphrase", "secret key", "x25519", "hybrid"],
)
def test_each_recipient_opens_what_was_sealed_for_it(
    recipient: Recipient, keys: Keys, identity: Identity
) -> None:
    data = b'{"title":"Brot kaufen"}' * 10_000
    file = sealed(data, [recipient])
    assert decode(file, keys) == ("backup", data)
    assert unsealed(file, [identity]) == data


@pytest.mark.parametrize(
    "size",
    [0, 1, 65_535, 65_536, 65_537, 65_520, 131_072, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 5 << 20],
)
@pytest.mark.parametrize("make", [noise, bytes], ids=["noise", "zeros"])
def test_sizes_around_every_boundary(size: int, make: type[bytes]) -> None:
    data = make(size)
    file = sealed(data)
    assert decode(file, KEYS) == ("backup", data)
    assert unsealed(file) == data


@given(
    pieces=st.lists(st.binary(max_size=300).flatmap(lambda b: st.integers(0, 2000).map(b.__mul__))),
    sizes=st.lists(st.integers(0, 400_000)),
    level=st.sampled_from([-3, 1, 5]),
)
@settings(max_examples=60)
def test_whatever_is_written_in_pieces_is_read_in_others(
    pieces: list[bytes], sizes: list[int], level: int
) -> None:
    target = io.BytesIO()
    with container.seal(target, [SECRET], kind="capture", level=level) as writer:
        for piece in pieces:
            writer.write(piece)
    data = b"".join(pieces)
    assert decode(target.getvalue(), KEYS) == ("capture", data)
    target.seek(0)
    reader = container.unseal(target, [SECRET])
    read = b""
    for size in sizes:
        piece = reader.read(size)
        assert len(piece) == min(size, len(data) - len(read))
        read += piece
    assert read + reader.read() == data
    assert reader.read(1) == b""


def test_lines_can_be_read() -> None:
    data = b"".join(b"%d\n" % number for number in range(300_000))
    reader = container.unseal(io.BytesIO(sealed(data, by=1000)), [SECRET])
    assert list(io.BufferedReader(reader)) == data.splitlines(keepends=True)


def test_a_source_that_gives_little_at_a_time() -> None:
    class Trickle(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(size or 0, 777))

    data = noise(200_000)
    assert container.unseal(Trickle(sealed(data)), [SECRET]).read() == data


def test_the_header_tells_who_can_open_it() -> None:
    everybody: list[Recipient] = [Passphrase("a"), SECRET, DESK.public_key, HYBRID.public_key]
    header = container.read_header(io.BytesIO(sealed(b"x", everybody)))
    assert (header.version, header.kind) == (1, "backup")
    assert [(each.type, each.key_id) for each in header.recipients] == [
        ("passphrase", None),
        ("secret-key", SECRET.id),
        ("x25519", DESK.id),
        ("mlkem768-x25519", HYBRID.id),
    ]


def test_the_wrong_key_is_told_what_would_fit() -> None:
    file = sealed(b"x", [Passphrase("a"), SECRET, DESK.public_key])
    strangers: list[Identity] = [Passphrase("b"), SecretKey.generate(), PrivateKey.generate()]
    with pytest.raises(WrongKey) as caught:
        unsealed(file, strangers)
    assert caught.value.exit_code is ExitCode.REFUSED
    assert str(caught.value) == (
        f"This does not open the file: It opens with a passphrase or the secret key {SECRET.id} or "
        f"its recovery key or the private key {DESK.id}; what was given does not fit."
    )


def test_letters_typed_differently_are_the_same_passphrase() -> None:
    assert unsealed(sealed(b"x", [Passphrase("Bru\u0308cke")]), [Passphrase("Br\u00fccke")]) == b"x"


def test_two_seals_of_the_same_bytes_have_nothing_in_common() -> None:
    first, second = sealed(bytes(100_000)), sealed(bytes(100_000))
    length = len(container.read_header(io.BytesIO(first)).encoded)
    assert first[length - 32 :] != second[length - 32 :]
    assert (
        sum(a == b for a, b in zip(first[length:], second[length:], strict=True)) < len(first) / 64
    )


@pytest.mark.parametrize("data", [b"", b"hello", noise(300_000)], ids=len)
def test_leaving_by_an_exception_leaves_nothing_that_opens(data: bytes) -> None:
    target = io.BytesIO()

    def fail() -> None:
        with container.seal(target, [SECRET], kind="backup") as writer:
            writer.write(data)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with pytest.raises(ContainerDamaged):
        unsealed(target.getvalue())


def test_a_writer_that_was_forgotten_finishes_nothing() -> None:
    target = io.BytesIO()
    container.seal(target, [SECRET], kind="backup").write(b"hello")
    with pytest.raises(ContainerDamaged):
        unsealed(target.getvalue())


def test_a_finished_container_takes_no_more() -> None:
    writer = container.seal(io.BytesIO(), [SECRET], kind="backup")
    writer.close()
    writer.close()
    with pytest.raises(ValueError, match="finished"):
        writer.write(b"x")


def test_after_damage_nothing_more_is_given() -> None:
    data = noise(3_000_000)
    file = bytearray(sealed(data))
    file[2_000_000] ^= 1
    reader = container.unseal(io.BytesIO(file), [SECRET])
    read = bytearray()
    with pytest.raises(ContainerDamaged) as caught:
        read.extend(byte for piece in iter(reader.read1, b"") for byte in piece)
    assert caught.value.exit_code is ExitCode.REFUSED
    assert data.startswith(read)
    with pytest.raises(ContainerDamaged):
        reader.read(1)


def test_other_files_are_told_apart() -> None:
    for data in (b"", b"PK\x03\x04 a zip", sealed(b"x").replace(b"\r\n", b"\n", 1)):
        with pytest.raises(NotAContainer):
            unsealed(data)
    newer = bytearray(sealed(b"x"))
    newer[9] = 2
    with pytest.raises(UnknownVersion, match="version 2; this program knows version 1"):
        unsealed(bytes(newer))


def test_recipients_that_are_not_possible() -> None:
    for recipients in ([], [SECRET] * 33, [Passphrase("a"), Passphrase("b")]):
        with pytest.raises(ValueError, match=r"passphrase|recipients"):
            container.seal(io.BytesIO(), recipients, kind="backup")
    with pytest.raises(BadKey):
        Passphrase("")


def test_nobody_prints_a_secret() -> None:
    for shown in (
        repr(SECRET),
        repr(DESK),
        repr(Passphrase("correct horse")),
        str(vars(SECRET))[:0],
    ):
        assert "correct" not in shown
        assert "\\x01" not in shown


@pytest.mark.parametrize("first", [0, 1])  # the shortest of RFC 7748's points of small order
@pytest.mark.parametrize("algorithm", [RecipientType.X25519, RecipientType.MLKEM768_X25519])
def test_a_key_that_everybody_shares_is_none(algorithm: RecipientType, first: int) -> None:
    keys = {RecipientType.X25519: DESK, RecipientType.MLKEM768_X25519: HYBRID}
    raw = keys[algorithm].public_key.raw
    assert PublicKey(algorithm, raw) == keys[algorithm].public_key
    with pytest.raises(BadKey):
        PublicKey(algorithm, raw[:-32] + bytes([first]) + bytes(31))


def test_public_keys_travel_as_text() -> None:
    for key in (DESK.public_key, HYBRID.public_key):
        text = key.to_text("The desk, room 3")
        assert PublicKey.from_text(text + "\r\n") == key
        for place in range(len("desktop-migrator-public-key "), text.index(" The desk")):
            changed = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
            with pytest.raises(BadKey):
                PublicKey.from_text(changed)
