"""Fuzzes the reader of containers: `python -m tests.fuzz.container_reader CORPUS`.

The first byte chooses what the rest is: a whole file, a header before a good body, or a payload
that is sealed as it has to be. Whatever comes: either a refusal or what the independent decoder
reads, too; nothing else is raised.
"""

import io
import struct
import sys
from contextlib import suppress
from pathlib import Path

import atheris
import zstandard

from tests.unit.vault.independent import Keys, Refused, decode

with atheris.instrument_imports(include=["desktop_migrator.vault"]):
    from desktop_migrator.errors import ContainerDamaged, NotAContainer, UnknownVersion, WrongKey
    from desktop_migrator.vault import container
    from desktop_migrator.vault.keys import SecretKey

SECRET = SecretKey(bytes(range(32)))
KEYS = Keys(secret=SECRET.key)
REFUSALS = (ContainerDamaged, NotAContainer, UnknownVersion, WrongKey)
MALFORMED = (Refused, struct.error, ValueError, IndexError, zstandard.ZstdError)


def sealed(payload: bytes) -> bytes:
    target = io.BytesIO()
    writer = container.seal(target, [SECRET], kind="capture")
    writer._payload += payload
    writer.close()
    return target.getvalue()


BODY = sealed(b"")


def as_file(data: bytes) -> bytes:
    match data[:1]:
        case b"h":
            length = min(len(data) - 1, 65_536)
            return BODY[:10] + length.to_bytes(4) + data[1 : 1 + length] + BODY[-16:]
        case b"p":
            return sealed(data[1:])
    return data[1:]


def one_input(data: bytes) -> None:
    file = as_file(data)
    ours: bytes | None = None
    theirs: bytes | None = None
    with suppress(*REFUSALS):
        ours = container.unseal(io.BytesIO(file), [SECRET]).read()
    with suppress(*MALFORMED):
        _, theirs = decode(file, KEYS)
    assert ours == theirs


def main() -> None:
    seeds = [b"f" + BODY, b"h" + BODY[14:-16]]
    for stream in (b"x", b"hello " * 200, bytes(20_000)):
        frame: bytes = zstandard.ZstdCompressor().compress(stream)
        stored = max(len(frame), -(-len(stream) // 256))
        head = struct.pack(">II", len(frame), len(stream))
        seeds.append(b"p" + (head + frame.ljust(stored, b"\0")) * 2)
    for number, seed in enumerate(seeds):
        Path(sys.argv[1], f"seed-{number}").write_bytes(seed)
    options = ["-keep_seed=1", "-max_len=70000", "-rss_limit_mb=1024"]
    atheris.Setup([*sys.argv, *options], one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
