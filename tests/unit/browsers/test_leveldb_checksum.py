"""Checksums against those of LevelDB and of the standard, and mending against the data itself."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from desktop_migrator.browsers.leveldb.checksum import (
    end_before_checksum,
    end_by_checksum,
    masked_crc32c,
    mended,
)
from tests.unit.browsers.leveldb_stores import key_of, opened, read_all

BATCH_SIZES = (120, 1_500, 32_000)
Damage = Callable[[bytearray, Random], None]


def text(size: int) -> bytes:
    """What apps keep: JSON."""
    tasks = ({"id": n, "title": f"Task {n * n}", "done": n % 3 == 0} for n in range(size // 40))
    return json.dumps(list(tasks)).encode()[:size]


def flip_a_bit(data: bytearray, random: Random) -> None:
    data[random.randrange(len(data))] ^= 1 << random.randrange(8)


def invert_a_byte(data: bytearray, random: Random) -> None:
    data[random.randrange(len(data))] ^= 0xFF


def invert_two_bytes(data: bytearray, random: Random) -> None:
    for at in random.sample(range(len(data)), 2):
        data[at] ^= 0xFF


def overwrite(data: bytearray, random: Random) -> None:
    at = random.randrange(len(data) - 20)
    data[at : at + 20] = random.randbytes(20)


def test_checksums_are_the_standards_masked_as_leveldb_masks_them() -> None:
    """The check value of CRC-32C is that of RFC 3720 and of every list of CRCs."""
    crc = 0xE3069283
    assert (
        masked_crc32c(b"123456789") == ((crc >> 15 | crc << 17 & 0xFFFFFFFF) + 0xA282EAD8) % 2**32
    )


@pytest.mark.parametrize("damage", [flip_a_bit, invert_a_byte, invert_two_bytes])
@pytest.mark.parametrize("size", BATCH_SIZES)
def test_small_damage_to_text_is_put_right(size: int, damage: Damage) -> None:
    random, data = Random(size), text(size)
    checksum = masked_crc32c(data)
    for _ in range(20):
        damaged = bytearray(data)
        damage(damaged, random)
        assert mended(bytes(damaged), checksum) == data


@pytest.mark.parametrize("wrong", [0x01, 0xFF0000, 0x80000000])
def test_a_damaged_checksum_leaves_the_data_as_it_is(wrong: int) -> None:
    data = text(1_000)
    assert mended(data, masked_crc32c(data) ^ wrong) == data


@pytest.mark.parametrize("size", BATCH_SIZES)
def test_large_damage_is_not_mended_into_something_else(size: int) -> None:
    random, data = Random(size), text(size)
    checksum = masked_crc32c(data)
    for _ in range(60):
        damaged = bytearray(data)
        overwrite(damaged, random)
        assert mended(bytes(damaged), checksum) is None


def test_where_chance_could_mend_nothing_is_mended() -> None:
    data = bytearray(2**18)
    checksum = masked_crc32c(bytes(data))
    data[1000] ^= 1
    assert mended(bytes(data), checksum) is None


def test_ends_are_found_by_their_checksum_alone() -> None:
    covered, behind = text(300), b"what follows"
    checksum = masked_crc32c(covered)
    assert end_by_checksum(b"ab" + covered + behind, 2, 310, checksum) == 302
    assert end_by_checksum(b"ab" + covered + behind, 2, 300, checksum) == 0
    block = covered + b"\0"
    stored = block + masked_crc32c(block).to_bytes(4, "little") + behind
    assert end_before_checksum(b"ab" + stored, 2, last_byte=1) == 2 + len(block)
    assert end_before_checksum(stored[:-20], 0, last_byte=1) == 0


def test_leveldb_reads_a_mended_log_as_it_reads_the_original(tmp_path: Path) -> None:
    with opened(tmp_path / "db") as database:
        with database.write_batch() as batch:
            for number in range(18):
                batch.put(key_of(number), b"\x01" + text(500))
        shutil.copytree(tmp_path / "db", tmp_path / "copy")
    (log,) = (tmp_path / "copy").glob("*.log")
    data = bytearray(log.read_bytes())
    data[4_000] ^= 0xFF
    data[4_001] ^= 0xFF
    log.write_bytes(data)
    records, damages = read_all(tmp_path / "copy")
    assert {record.value for record in records} == {text(500).decode()}
    assert len(records) == 18
    assert [damage.lost_records for damage in damages] == [0]
