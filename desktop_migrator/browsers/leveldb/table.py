"""LevelDB's tables, read leniently: what checksums vouch for, and which blocks are broken.

After LevelDB's own doc/table_format.md. A table whose index is broken is read block by block, since
each block ends with a checksum that only its true end satisfies.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from desktop_migrator.browsers.budget import MAX_VALUE
from desktop_migrator.browsers.encoding import view_snappy
from desktop_migrator.browsers.large_value import LargeValue
from desktop_migrator.browsers.leveldb.checksum import end_before_checksum, masked_crc32c
from desktop_migrator.browsers.leveldb.log import Buffer, Check, InternalEntry, no_check, varint

MAX_BLOCK_SIZE = MAX_VALUE + 2**16
"""Bytes that one block may decompress to: a value, and what came before it."""
_MAX_LARGE_BLOCK = 3 * MAX_VALUE
"""Bytes of a block that is looked into for the names of what is too large in it."""
_USUAL_BLOCK_SIZE = 16 * 2**10
"""LevelDB ends a block once it has 4 KiB: larger ones end with a large value."""
_ENTRY_SECONDS, _COPIED_BYTES_PER_SECOND = 4e-8, 3e10
"""What LevelDB takes for an entry, and for spelling its key out, about."""
_FREE_SECONDS, _TABLE_BYTES_PER_SECOND = 0.5, 8 * 2**20
"""What all blocks of a table may take it at the very worst without being looked into."""
_SPELLED_OUT = 16
"""How many times a block its keys, spelled out, may be: each repeats a part of the one before."""
_SPELLED_OUT_ANYWAY = 2**20
_FOOTER_SIZE = 48
_MAGIC = bytes.fromhex("57fb808b247547db")
_TRAILER = 5  # a block's compression type and masked CRC
_UNCOMPRESSED, _SNAPPY = 0, 1
_BlockHandle = tuple[int, int]  # a block's offset and size, trailer not counted


class TableBlock(NamedTuple):
    """The entries of one data block; whether its checksum vouches for them."""

    entries: list[InternalEntry]
    valid: bool
    parseable: bool = True
    """False: not even the number of the entries can be told."""
    size: int = 0
    """Bytes of a block that is too large to be looked into."""


def read_table(data: Buffer, check: Check = no_check) -> Iterator[TableBlock]:
    """The data blocks of a table in the order of their keys."""
    try:
        handles = _read_index(data)
    except ValueError:
        yield from _scan_blocks(data, check)
        return
    for handle in handles:
        check()
        yield _read_block(data, handle)


def _read_block(data: Buffer, handle: _BlockHandle) -> TableBlock:
    with suppress(ValueError):
        size = max(handle[1], _decompressed_size(data, handle))
        if size > _MAX_LARGE_BLOCK:
            return TableBlock([], valid=False, parseable=False, size=size)
        content, checksum = _read_raw_block(data, handle)
        return TableBlock(_internal_entries(content), valid=masked_crc32c(content) == checksum)
    return TableBlock([], valid=False, parseable=False)


def has_bounded_blocks(data: Buffer, check: Check = no_check) -> bool:
    """Whether all that the table points to and decompresses to is of a size that LevelDB can bear.

    It ends the process where it cannot; what no checksum vouches for it looks at as well. Nor can
    it be stopped: so blocks are to lie one behind the other, and those that are not as LevelDB
    makes them are looked into, whose keys can be far more than the block.
    """
    try:
        content, _ = _read_raw_block(data, _footer_index_handle(data))
        handles = list(_index_handles(content))
        sizes = [_decompressed_size(data, handle) for handle in handles]
        if max(sizes, default=0) > MAX_BLOCK_SIZE:
            return False
        worst = sum(map(_worst_seconds, sizes))
        dense = worst > _FREE_SECONDS + len(data) / _TABLE_BYTES_PER_SECOND
        for handle, size in zip(handles, sizes, strict=True):
            if dense or size > _USUAL_BLOCK_SIZE:
                check()
                content, _ = _read_raw_block(data, handle)
                for _, _, length in _entry_spans(_decompress(content)):
                    if length > MAX_VALUE:
                        return False
    except ValueError:
        return False
    return True


def _worst_seconds(size: int) -> float:
    """For a block of nothing but 4-byte entries that each repeat a key of half the block."""
    return size / 4 * (_ENTRY_SECONDS + size / 2 / _COPIED_BYTES_PER_SECOND)


def _decompressed_size(data: Buffer, handle: _BlockHandle) -> int:
    offset, size = handle
    if offset + size + _TRAILER > len(data):
        raise ValueError("points outside")
    return varint(data[offset : offset + 10], 0)[0] if data[offset + size] == _SNAPPY else size


def _footer_index_handle(data: Buffer) -> _BlockHandle:
    footer = data[-_FOOTER_SIZE:]
    if len(footer) < _FOOTER_SIZE or not footer.endswith(_MAGIC):
        raise ValueError("no footer")
    metaindex, position = _decode_handle(footer, 0)
    index, _ = _decode_handle(footer, position)
    if any(offset + size + _TRAILER > len(data) for offset, size in (metaindex, index)):
        raise ValueError("points outside")
    return index


def _read_index(data: Buffer) -> list[_BlockHandle]:
    """Where the data blocks lie; ValueError unless footer and index are valid."""
    content, checksum = _read_raw_block(data, _footer_index_handle(data))
    if masked_crc32c(content) != checksum:
        raise ValueError("the index is damaged")
    return list(_index_handles(content))


def _index_handles(index: memoryview) -> Iterator[_BlockHandle]:
    """Where the blocks lie, one behind the other; ValueError where one would be read twice."""
    end = 0
    for _, value in _block_entries(index):
        if isinstance(value, LargeValue):
            raise ValueError("not where a block lies")  # noqa: TRY004 - as all that is damaged
        offset, size = _decode_handle(value, 0)[0]
        if offset < end:
            raise ValueError("blocks overlap")
        end = offset + size + _TRAILER
        yield offset, size


def _decode_handle(data: bytes, position: int) -> tuple[_BlockHandle, int]:
    offset, position = varint(data, position)
    size, position = varint(data, position)
    return (offset, size), position


def _read_raw_block(data: Buffer, handle: _BlockHandle) -> tuple[memoryview, int]:
    """A block as it lies in the file, its compression type last, and its checksum."""
    offset, size = handle
    end = offset + size + _TRAILER
    if end > len(data) or size > _MAX_LARGE_BLOCK:
        raise ValueError("cut off, or too large")
    stored = memoryview(data)[offset : end - 4]
    return stored, int.from_bytes(data[end - 4 : end], "little")


def _decompress(stored_block: memoryview) -> memoryview:
    if stored_block[-1] == _UNCOMPRESSED:
        return stored_block[:-1]
    if stored_block[-1] != _SNAPPY:
        raise ValueError("unknown compression")
    return view_snappy(stored_block[:-1], _MAX_LARGE_BLOCK)


def _block_entries(stored_block: memoryview) -> Iterator[tuple[bytes, bytes | LargeValue]]:
    """Key and value of a block's entries; ValueError where the block is not one."""
    block = _decompress(stored_block)
    for key, start, length in _entry_spans(block):
        is_large = length > MAX_VALUE
        yield key, LargeValue(length) if is_large else bytes(block[start : start + length])


def _entry_spans(block: memoryview) -> Iterator[tuple[bytes, int, int]]:
    """The key of a block's entries, where the value begins and how long it is."""
    restarts = int.from_bytes(block[-4:], "little")
    end = len(block) - 4 - 4 * restarts
    if end < 0 or restarts == 0:
        raise ValueError("no list of restarts")
    most = min(max(_SPELLED_OUT * len(block), _SPELLED_OUT_ANYWAY), MAX_BLOCK_SIZE)
    key = b""
    position = spelled_out = 0
    while position < end:
        shared, position = varint(block, position)
        unshared, position = varint(block, position)
        length, position = varint(block, position)
        if shared > len(key) or position + unshared + length > end:
            raise ValueError("an entry does not fit")
        key = key[:shared] + block[position : position + unshared]
        start = position + unshared
        position = start + length
        # Each key may repeat all of the one before: together they can be far more than the block.
        spelled_out += len(key)
        if spelled_out > most:
            raise ValueError("its keys are too large")
        yield key, start, length


def _internal_entries(stored_block: memoryview) -> list[InternalEntry]:
    entries: list[InternalEntry] = []
    for key, value in _block_entries(stored_block):
        tag = int.from_bytes(key[-8:], "little")
        if len(key) < 8 or tag & 0xFF > 1:
            raise ValueError("not a key with a sequence number")
        entry = InternalEntry(key[:-8], tag >> 8, value if tag & 0xFF else None)
        if entries and (entries[-1].key, -entries[-1].sequence) >= (entry.key, -entry.sequence):
            raise ValueError("not in order")
        entries.append(entry)
    return entries


def _scan_blocks(data: Buffer, check: Check) -> Iterator[TableBlock]:
    """The data blocks, found one after another by their checksums.

    Behind them come a filter (perhaps), the metaindex, which names the filter's place, and the
    index. Only a metaindex that was reached proves that no data block is missing.
    """
    found: list[tuple[int, int]] = []
    offset = 0
    while end := end_before_checksum(data, offset, _SNAPPY, check):
        filters = _metaindex_filters(memoryview(data)[offset:end])
        if filters is not None:
            limit = min(filters, default=offset)
            yield from (_scanned_block(data, *each) for each in found if each[0] < limit)
            return
        found.append((offset, end))
        offset = end + 4
    yield from (_scanned_block(data, *each) for each in found)
    yield TableBlock([], valid=False, parseable=False)


def _metaindex_filters(content: memoryview) -> list[int] | None:
    """Where the filters lie that a metaindex names; None for another block."""
    filters = []
    try:
        for key, value in _block_entries(content):
            if not key.startswith(b"filter.") or isinstance(value, LargeValue):
                return None
            filters.append(_decode_handle(value, 0)[0][0])
    except ValueError:
        return None
    return filters


def _scanned_block(data: Buffer, start: int, end: int) -> TableBlock:
    try:
        return TableBlock(_internal_entries(memoryview(data)[start:end]), valid=True)
    except ValueError:  # a filter, most likely, since that is no list of entries
        return TableBlock([], valid=False, parseable=False)
