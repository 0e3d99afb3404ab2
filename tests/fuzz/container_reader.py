"""Fuzzes the reader of containers: `python -m tests.fuzz.container_reader CORPUS`.

The first byte chooses what the rest is: a whole file, a header before a good body, a payload that
is sealed as it has to be, or a recipe for the segments of one. Whatever comes: either a refusal or
what the independent decoder reads, too; nothing else is raised.
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
    from tests.unit.vault.containers import packed

SECRET = SecretKey(bytes(range(32)))
KEYS = Keys(secret=SECRET.key)
REFUSALS = (ContainerDamaged, NotAContainer, UnknownVersion, WrongKey)
MALFORMED = (Refused, struct.error, ValueError, IndexError, zstandard.ZstdError)


SLIPS = {1: 1, 2: -1, 3: 256}
BODY = packed(b"", SECRET)


def as_file(data: bytes) -> bytes:
    match data[0] % 4 if data else 0:
        case 1:
            length = min(len(data) - 1, 65_536)
            return BODY[:10] + length.to_bytes(4) + data[1 : 1 + length] + BODY[-16:]
        case 2:
            return packed(data[1:], SECRET)
        case 3:
            return packed(segments(data[1:]), SECRET)
    return data[1:]


def segments(recipe: bytes) -> bytes:
    """Segments that are right but for what the recipe changes: their size, padding and filler."""
    payload = b""
    while len(recipe) > 5:
        times, size_off, padding_off, filler, length = recipe[:5]
        stream = recipe[5 : 5 + length] * (1 + times)
        recipe = recipe[5 + length :]
        frame: bytes = zstandard.ZstdCompressor().compress(stream)
        padding = max(0, -(-len(stream) // 256) - len(frame)) + SLIPS.get(padding_off, 0)
        size = max(0, len(stream) + SLIPS.get(size_off, 0))
        payload += struct.pack(">II", len(frame), size) + frame + bytes([filler]) * padding
    return payload


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
    for chooser in (as_file, segments):  # so that inputs of every sort are kept
        atheris.instrument_func(chooser)
    seeds = [b"\0" + BODY, b"\1" + BODY[14:-16]]
    seeds.append(b"\2" + segments(b"\0\0\0\0\5hello\xff\0\0\0\2ab"))
    seeds.append(b"\3" + (b"\xff\0\0\0\x64" + bytes(100)) * 2)
    for number, seed in enumerate(seeds):
        Path(sys.argv[1], f"seed-{number}").write_bytes(seed)
    options = ["-max_len=70000", "-rss_limit_mb=1024"]
    atheris.Setup([*sys.argv, *options], one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
