"""Checksums against the standard's, and the ends that they tell."""

from desktop_migrator.browsers.leveldb.checksum import (
    end_before_checksum,
    end_by_checksum,
    masked_crc32c,
)


def test_checksums_are_the_standards_masked_as_leveldb_masks_them() -> None:
    """The check value of CRC-32C is that of RFC 3720 and of every list of CRCs."""
    crc = 0xE3069283
    assert (
        masked_crc32c(b"123456789") == ((crc >> 15 | crc << 17 & 0xFFFFFFFF) + 0xA282EAD8) % 2**32
    )


def test_ends_are_found_by_their_checksum_alone() -> None:
    covered, behind = bytes(range(256)) + b"." * 44, b"what follows"
    checksum = masked_crc32c(covered)
    assert end_by_checksum(b"ab" + covered + behind, 2, 310, checksum) == 302
    assert end_by_checksum(b"ab" + covered + behind, 2, 300, checksum) == 0
    block = covered + b"\0"
    stored = block + masked_crc32c(block).to_bytes(4, "little") + behind
    assert end_before_checksum(b"ab" + stored, 2, last_byte=1) == 2 + len(block)
    assert end_before_checksum(stored[:-20], 0, last_byte=1) == 0
