"""CRC-32C as LevelDB stores it, and where the data ends that such a checksum vouches for."""

from collections.abc import Callable
from mmap import mmap

_CHECK_MASK = 2**18 - 1


def _crc_table() -> list[int]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)  # noqa: PLW2901 - one bit a turn
        table.append(value)
    return table


_TABLE = _crc_table()


def masked_crc32c(data: bytes | memoryview) -> int:
    """The checksum as LevelDB stores it (rotated, plus a constant)."""
    table = _TABLE
    state = 0xFFFFFFFF
    for byte in data:
        state = table[(state ^ byte) & 0xFF] ^ state >> 8
    return _masked(state)


def _masked(state: int) -> int:
    crc = state ^ 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def _state(masked: int) -> int:
    crc = (masked - 0xA282EAD8) & 0xFFFFFFFF
    return (crc >> 17 | crc << 15) & 0xFFFFFFFF ^ 0xFFFFFFFF


def end_by_checksum(data: bytes | mmap, start: int, limit: int, stored: int) -> int:
    """Up to where, `limit` at most, the data from `start` on has that checksum; 0 if nowhere."""
    table = _TABLE
    wanted = _state(stored)
    state = 0xFFFFFFFF
    for position in range(start, limit):
        state = table[(state ^ data[position]) & 0xFF] ^ state >> 8
        if state == wanted:
            return position + 1
    return 0


def end_before_checksum(
    data: bytes | mmap, start: int, last_byte: int, check: Callable[[], None] = lambda: None
) -> int:
    """Up to where the data from `start` on has the checksum that follows there; 0 if nowhere.

    It ends with a byte of at most `last_byte`. `check` is called in between.
    """
    table = _TABLE
    state = 0xFFFFFFFF
    for position in range(start, len(data) - 4):
        byte = data[position]
        if not position & _CHECK_MASK:
            check()
        state = table[(state ^ byte) & 0xFF] ^ state >> 8
        if byte <= last_byte:
            stored = int.from_bytes(data[position + 1 : position + 5], "little")
            if _masked(state) == stored:
                return position + 1
    return 0
