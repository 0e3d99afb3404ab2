"""LevelDB's tables, read leniently: what checksums vouch for, and which blocks are broken.

After LevelDB's own doc/table_format.md. A block whose checksum fails is mended where the checksum
tells how. A table whose index is broken is read block by block, since each block ends with a
checksum that only its true end satisfies.
"""

from collections.abc import Iterator
from contextlib import suppress
from mmap import mmap
from typing import NamedTuple

from desktop_migrator.browsers.encoding import unpack_snappy
from desktop_migrator.browsers.leveldb.checksum import end_before_checksum, masked_crc32c, mended
from desktop_migrator.browsers.leveldb.log import Entry, varint

MAX_BLOCK = 64 * 2**20
"""Bytes that one block may unpack to."""
_FOOTER_SIZE = 48
_MAGIC = bytes.fromhex("57fb808b247547db")
_TRAILER = 5  # a block's compression type and masked CRC
_UNCOMPRESSED, _SNAPPY = 0, 1
Bytes = bytes | mmap
_Handle = tuple[int, int]  # a block's offset and size, trailer not counted


class TableBlock(NamedTuple):
    """The entries of one data block; whether its checksum vouches for them."""

    entries: list[Entry]
    sound: bool
    legible: bool = True
    """False: not even the number of the entries can be told."""
    mended: bool = False
    """Whether the checksum failed and told how to put the block right."""


def read_table(data: bytes) -> Iterator[TableBlock]:
    """The data blocks of a table in the order of their keys."""
    try:
        handles = _index(data)
    except ValueError:
        yield from _blocks_without_index(data)
        return
    for handle in handles:
        yield _read_block(data, handle)


def _read_block(data: bytes, handle: _Handle) -> TableBlock:
    with suppress(ValueError):
        content, checksum = _stored_block(data, handle)
        whole = masked_crc32c(content) == checksum
        if not whole and (right := mended(content, checksum)):
            with suppress(ValueError):
                return TableBlock(_entries(right), sound=True, mended=True)
        return TableBlock(_entries(content), sound=whole)
    return TableBlock([], sound=False, legible=False)


def is_bounded(data: Bytes) -> bool:
    """Whether all that the table points to and unpacks to is of a size that LevelDB can bear.

    It ends the process where it cannot; what no checksum vouches for it looks at as well.
    """
    try:
        content, _ = _stored_block(data, _index_handle(data))
        return all(_unpacked_size(data, handle) <= MAX_BLOCK for handle in _handles(content))
    except ValueError:
        return False


def _unpacked_size(data: Bytes, handle: _Handle) -> int:
    offset, size = handle
    if offset + size + _TRAILER > len(data):
        raise ValueError("points outside")
    return varint(data[offset : offset + 10], 0)[0] if data[offset + size] == _SNAPPY else size


def _index_handle(data: Bytes) -> _Handle:
    footer = data[-_FOOTER_SIZE:]
    if len(footer) < _FOOTER_SIZE or not footer.endswith(_MAGIC):
        raise ValueError("no footer")
    metaindex, position = _handle(footer, 0)
    index, _ = _handle(footer, position)
    if any(offset + size + _TRAILER > len(data) for offset, size in (metaindex, index)):
        raise ValueError("points outside")
    return index


def _index(data: bytes) -> list[_Handle]:
    """Where the data blocks lie; ValueError unless footer and index are sound."""
    content, checksum = _stored_block(data, _index_handle(data))
    if masked_crc32c(content) != checksum:
        content = mended(content, checksum) or b""
    return list(_handles(content))


def _handles(index: bytes) -> Iterator[_Handle]:
    return (_handle(value, 0)[0] for _, value in _pairs(index))


def _handle(data: bytes, position: int) -> tuple[_Handle, int]:
    offset, position = varint(data, position)
    size, position = varint(data, position)
    return (offset, size), position


def _stored_block(data: Bytes, handle: _Handle) -> tuple[bytes, int]:
    """A block as it lies in the file, its compression type last, and its checksum."""
    offset, size = handle
    end = offset + size + _TRAILER
    if end > len(data):
        raise ValueError("cut off")
    return data[offset : end - 4], int.from_bytes(data[end - 4 : end], "little")


def _unpacked(stored_block: bytes) -> bytes:
    raw, compression = stored_block[:-1], stored_block[-1:]
    if compression == bytes([_UNCOMPRESSED]):
        return raw
    if compression != bytes([_SNAPPY]):
        raise ValueError("unknown compression")
    return unpack_snappy(raw, MAX_BLOCK)


def _pairs(stored_block: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Key and value of a block's entries; ValueError where the block is not one."""
    block = _unpacked(stored_block)
    restarts = int.from_bytes(block[-4:], "little")
    end = len(block) - 4 - 4 * restarts
    if end < 0 or restarts == 0:
        raise ValueError("no list of restarts")
    key = b""
    position = spelled_out = 0
    while position < end:
        shared, position = varint(block, position)
        unshared, position = varint(block, position)
        length, position = varint(block, position)
        if shared > len(key) or position + unshared + length > end:
            raise ValueError("an entry does not fit")
        key = key[:shared] + block[position : position + unshared]
        position += unshared + length
        # Each key may repeat all of the one before: together they can be far more than the block.
        spelled_out += len(key)
        if spelled_out > MAX_BLOCK:
            raise ValueError("its keys are too large")
        yield key, block[position - length : position]


def _entries(stored_block: bytes) -> list[Entry]:
    entries: list[Entry] = []
    for key, value in _pairs(stored_block):
        tag = int.from_bytes(key[-8:], "little")
        if len(key) < 8 or tag & 0xFF > 1:
            raise ValueError("not a key with a sequence number")
        entry = Entry(key[:-8], tag >> 8, value if tag & 0xFF else None)
        if entries and (entries[-1].key, -entries[-1].sequence) >= (entry.key, -entry.sequence):
            raise ValueError("not in order")
        entries.append(entry)
    return entries


def _blocks_without_index(data: bytes) -> Iterator[TableBlock]:
    """The data blocks, found one after another by their checksums.

    Behind them come a filter (perhaps), the metaindex, which names the filter's place, and the
    index. Only a metaindex that was reached proves that no data block is missing.
    """
    found: list[tuple[int, TableBlock]] = []
    offset = 0
    while end := end_before_checksum(data, offset, last_byte=_SNAPPY):
        try:
            content = data[offset:end]
            pairs = list(_pairs(content))
            if all(key.startswith(b"filter.") for key, _ in pairs):
                filters = [_handle(value, 0)[0][0] for _, value in pairs]
                limit = min(filters, default=offset)
                yield from (block for at, block in found if at < limit)
                return
            found.append((offset, TableBlock(_entries(content), sound=True)))
        except ValueError:  # a filter, most likely, since that is no list of entries
            found.append((offset, TableBlock([], sound=False, legible=False)))
        offset = end + 4
    yield from (block for _, block in found)
    yield TableBlock([], sound=False, legible=False)
