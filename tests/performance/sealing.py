"""Sealing and opening a container of 1 GiB, against raw AES-256-GCM of the same bytes.

From one file on the disk into another, synced, as a backup is made and restored. The baseline reads
the same plaintext in pieces of 64 KiB, encrypts each, without compression, and writes it. Each way
runs in a process of its own, the ways in turn; medians, with the peak memory of the process.
AES-256-GCM of bytes that already lie in memory is told too, as what no disk and no zstd can reach.
"""

import hashlib
import json
import os
import random
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import BinaryIO

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from desktop_migrator.system.memory import peak_memory_mb
from desktop_migrator.vault import container
from desktop_migrator.vault.keys import SecretKey
from tests.performance.processes import measure

SIZE = 1 << 30
BLOCK = 1 << 26
ROUNDS = 3
PIECE = 65_536
KEY = bytes(range(32))
WORDS = [f"word{number * number % 977:x}" for number in range(1, 90)]


def make_plaintext(path: Path) -> None:
    """Items as an app keeps them: 2 KiB of JSON each, half words and half numbers and ids."""
    chance = random.Random(1)
    with path.open("w+b") as file:
        while file.tell() < BLOCK:
            item = {
                "id": f"{chance.getrandbits(128):032x}",
                "title": " ".join(chance.choices(WORDS, k=6)),
                "createdAt": 1_700_000_000_000 + chance.getrandbits(36),
                "notes": " ".join(chance.choices(WORDS, k=220)),
                "figures": [chance.getrandbits(20) for _ in range(40)],
            }
            file.write(json.dumps(item).encode())
        # The rest repeats it, farther apart than zstd looks back. Piece by piece: a child's peak
        # memory counts what its parent had when it was started.
        for start in range(BLOCK, SIZE, PIECE):
            file.seek(start - BLOCK)
            piece = file.read(PIECE)
            file.seek(start)
            file.write(piece)


def raw_encrypt(source: BinaryIO, target: BinaryIO) -> None:
    aes = AESGCM(KEY)
    number = 0
    while piece := source.read(PIECE):
        target.write(aes.encrypt(number.to_bytes(12), piece, None))
        number += 1


def raw_decrypt(source: BinaryIO, target: BinaryIO) -> None:
    aes = AESGCM(KEY)
    number = 0
    while piece := source.read(PIECE + 16):
        target.write(aes.decrypt(number.to_bytes(12), piece, None))
        number += 1


def seal(source: BinaryIO, target: BinaryIO) -> None:
    with container.seal(target, [SecretKey(KEY)], kind="backup") as writer:
        while piece := source.read(PIECE):
            writer.write(piece)


def unseal(source: BinaryIO, target: BinaryIO) -> None:
    reader = container.unseal(source, [SecretKey(KEY)])
    while piece := reader.read(PIECE):
        target.write(piece)


WAYS = {
    "raw AES-256-GCM": (raw_encrypt, "plain", "raw"),
    "seal": (seal, "plain", "sealed"),
    "raw decryption": (raw_decrypt, "raw", "out-raw"),
    "unseal": (unseal, "sealed", "out"),
}
BASELINES = {"seal": "raw AES-256-GCM", "unseal": "raw decryption"}


def once(way: str, folder: Path) -> dict[str, float]:
    work, source, target = WAYS[way]
    began = perf_counter()
    with (folder / source).open("rb") as reading, (folder / target).open("wb") as writing:
        work(reading, writing)
        writing.flush()
        os.fsync(writing.fileno())
    return {"seconds": perf_counter() - began, "memory": peak_memory_mb()}


def in_memory() -> float:
    """Bytes a second."""
    aes, piece = AESGCM(KEY), bytes(PIECE)
    began = perf_counter()
    for number in range(4096):
        aes.encrypt(number.to_bytes(12), piece, None)
    return 4096 * PIECE / (perf_counter() - began)


def digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def run() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        make_plaintext(folder / "plain")
        rounds = [{way: measure(__name__, way, folder) for way in WAYS} for _ in range(ROUNDS)]
        assert digest(folder / "out") == digest(folder / "plain")
        share = (folder / "sealed").stat().st_size / SIZE
    print(f"\nSealing 1 GiB, file to file, median of {ROUNDS} rounds; sealed size {share:.0%}")
    seconds = {way: median(each[way]["seconds"] for each in rounds) for way in WAYS}
    for way in WAYS:
        memory = max(each[way]["memory"] for each in rounds)
        baseline = BASELINES.get(way)
        ratio = f"{seconds[baseline] / seconds[way]:5.2f} of raw" if baseline else " " * 12
        print(f"  {way:20} {SIZE / seconds[way] / 1e6:7.0f} MB/s  {ratio}  {memory:5.0f} MiB")
    print(f"  {'raw, in memory':20} {in_memory() / 1e6:7.0f} MB/s")


if __name__ == "__main__":
    print(json.dumps(once(sys.argv[1], Path(sys.argv[2]))))
