"""CRC-32C as LevelDB stores it, and what such a checksum can put right.

A CRC is linear: what an error changes in it depends on the error and on its place, not on the data
around it. So the difference between two checksums, taken back through the data byte by byte,
turns into the error itself exactly where that is.

Chance makes one in 2^32 guesses fit. So an error is put right only if it is the single one that
fits among few guesses: the checksum itself, one byte, two inverted bytes. In data too long for all
of these, only flipped bits and bytes in place of such as the data holds more often are tried.
"""

from collections import Counter

_MAX_GUESSES = 2**20
"""For one byte and for two alike: other damage passes for these once in 2,048 times at most."""


def _crc_table() -> list[int]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)  # noqa: PLW2901 - one bit a turn
        table.append(value)
    return table


_TABLE = _crc_table()
_BYTE_BEFORE = {entry >> 24: byte for byte, entry in enumerate(_TABLE)}


def masked_crc32c(data: bytes) -> int:
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


def end_by_checksum(data: bytes, start: int, limit: int, stored: int) -> int:
    """Up to where, `limit` at most, the data from `start` on has that checksum; 0 if nowhere."""
    table = _TABLE
    wanted = _state(stored)
    state = 0xFFFFFFFF
    for position in range(start, limit):
        state = table[(state ^ data[position]) & 0xFF] ^ state >> 8
        if state == wanted:
            return position + 1
    return 0


def end_before_checksum(data: bytes, start: int, last_byte: int) -> int:
    """Up to where the data from `start` on has the checksum that follows there; 0 if nowhere.

    It ends with a byte of at most `last_byte`.
    """
    table = _TABLE
    state = 0xFFFFFFFF
    for position in range(start, len(data) - 4):
        byte = data[position]
        state = table[(state ^ byte) & 0xFF] ^ state >> 8
        if byte <= last_byte:
            stored = int.from_bytes(data[position + 1 : position + 5], "little")
            if _masked(state) == stored:
                return position + 1
    return 0


def mended(data: bytes, stored: int) -> bytes | None:
    """The data as it was when it had the stored checksum; None if that cannot be told."""
    found = masked_crc32c(data)
    if (found ^ stored).to_bytes(4, "little").count(0) >= 3:
        return data  # it is the checksum that is damaged
    difference = _state(found) ^ _state(stored)
    often = Counter(data)
    fitting = _one_byte(data, difference, often) + _two_inverted(data, difference, often)
    if len(fitting) != 1:
        return None
    right = bytearray(data)
    for position, wrong_bits in fitting[0].items():
        right[position] ^= wrong_bits
    return bytes(right)


_Errors = dict[int, int]
"""The bits that are wrong, by their byte's position."""


def _one_byte(data: bytes, difference: int, often: Counter[int]) -> list[_Errors]:
    any_byte, any_bit = 255 * len(data), 8 * len(data)
    commoner = sum(
        count * sum(other > count for other in often.values()) for count in often.values()
    )
    fitting = []
    state = difference
    for position in range(len(data) - 1, -1, -1):
        byte_before = _BYTE_BEFORE[state >> 24]
        state = (state ^ _TABLE[byte_before]) << 8 | byte_before
        if state < 256:
            byte, is_bit = data[position], not state & (state - 1)
            is_commoner = often[byte ^ state] > often[byte]
            if (
                any_byte <= _MAX_GUESSES
                or (is_bit and any_bit <= _MAX_GUESSES)
                or (is_commoner and any_bit + commoner <= _MAX_GUESSES)
            ):
                fitting.append({position: state})
    return fitting


def _two_inverted(data: bytes, difference: int, often: Counter[int]) -> list[_Errors]:
    suspects = set(often)
    if len(data) ** 2 > 2 * _MAX_GUESSES:
        suspects = {byte for byte in often if often[byte ^ 0xFF] > often[byte]}
        if sum(often[byte] for byte in suspects) ** 2 > 2 * _MAX_GUESSES:
            return []
    fitting = []
    places: dict[int, int] = {}
    state = 0xFF
    for position in range(len(data) - 1, -1, -1):
        state = _TABLE[state & 0xFF] ^ state >> 8
        if data[position] in suspects:
            if other := places.get(state ^ difference):
                fitting.append({position: 0xFF, other: 0xFF})
            places[state] = position
    return fitting
