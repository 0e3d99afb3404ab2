"""LevelDB's files, read leniently: what its checksums vouch for, and where something is broken.

After LevelDB's own doc/log_format.md, doc/table_format.md, doc/impl.md, db/write_batch.cc and
db/version_edit.cc. Everything works on the bytes of one file and changes nothing. A log is read
on behind a broken record as soon as a later one verifies; a table whose index is broken is read
block by block, since each block ends with a checksum that only its true end satisfies.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from struct import Struct
from typing import NamedTuple

from desktop_migrator.browsers.text import unpack_snappy

MAX_BLOCK = 64 * 2**20
"""Bytes that one block may unpack to."""

# ---- checksums and numbers ----------------------------------------------------------------------


def _crc_table() -> list[int]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)  # noqa: PLW2901 - one bit a turn
        table.append(value)
    return table


_CRC_TABLE = _crc_table()


def _masked_crc32c(data: bytes) -> int:
    """CRC-32C as LevelDB stores it (rotated, plus a constant)."""
    table = _CRC_TABLE
    crc = 0xFFFFFFFF
    for byte in data:
        crc = table[(crc ^ byte) & 0xFF] ^ crc >> 8
    return _mask(crc)


def _mask(state: int) -> int:
    crc = state ^ 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def _varint(data: bytes, position: int) -> tuple[int, int]:
    """The number at `position` and where the next field begins; ValueError if there is none."""
    value = 0
    for shift in range(0, 70, 7):
        if position >= len(data):
            break
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
    raise ValueError("no number")


def _slice(data: bytes, position: int) -> tuple[bytes, int]:
    """The length-prefixed bytes at `position` and where the next field begins."""
    length, start = _varint(data, position)
    end = start + length
    if end > len(data):
        raise ValueError("cut off")
    return data[start:end], end


# ---- logs ---------------------------------------------------------------------------------------

_LOG_BLOCK = 32768
_LOG_HEADER = 7  # masked CRC of type and payload, the payload's length, type
_FULL, _FIRST, _MIDDLE, _LAST = 1, 2, 3, 4
_BROKEN = 0


class LogRecord(NamedTuple):
    """What was appended to a log at one time, as far as it could be read."""

    payload: bytes
    verified: int
    """How many of the payload's bytes, from its start, the checksums vouch for."""
    complete: bool
    """Whether the payload has all its parts, sound or not."""
    last: bool = False
    """Incomplete for want of further bytes in the file, as after a crash."""

    @property
    def sound(self) -> bool:
        return self.complete and self.verified == len(self.payload)


class _Part(NamedTuple):
    kind: int
    payload: bytes
    sound: bool


def read_log(data: bytes, *, verify: bool = True) -> Iterator[LogRecord]:
    """The records of a log or MANIFEST, broken ones included.

    Without `verify` the checksums are left unread (somebody else checks them), and reading ends
    at the first part that does not fit into its place.
    """
    held: list[_Part] = []

    def joined(*, complete: bool, last: bool = False) -> LogRecord:
        verified = 0
        for part in held:
            if not part.sound:
                break
            verified += len(part.payload)
        payload = b"".join(part.payload for part in held)
        held.clear()
        return LogRecord(payload, verified, complete, last)

    for part in _parts(data, verify):
        continues = part.kind in {_MIDDLE, _LAST}
        if held and not continues:
            yield joined(complete=False)
        orphan = continues and not held
        if part.kind == _BROKEN or orphan:
            yield LogRecord(b"", 0, complete=False)
            continue
        held.append(part)
        if part.kind in {_FULL, _LAST}:
            yield joined(complete=True)
    if held:
        yield joined(complete=False, last=True)


def _parts(data: bytes, verify: bool) -> Iterator[_Part]:
    position = 0
    while position < len(data):
        block_end = min(position - position % _LOG_BLOCK + _LOG_BLOCK, len(data))
        full_block = block_end % _LOG_BLOCK == 0
        if full_block and block_end - position < _LOG_HEADER:
            position = block_end  # the filling at a block's end
            continue
        end = _part_end(data, position, block_end)
        if end and (not verify or _verifies(data, position, end)):
            yield _Part(data[position + 6], data[position + _LOG_HEADER : end], sound=True)
            position = end
            continue
        if not verify:
            yield _Part(_BROKEN, b"", sound=False)
            return
        behind = _next_sound(data, position, end, block_end)
        if end == behind:
            yield _Part(data[position + 6], data[position + _LOG_HEADER : end], sound=False)
        else:
            yield _Part(_BROKEN, b"", sound=False)
        position = behind


def _part_end(data: bytes, position: int, block_end: int) -> int:
    """Where the part at `position` says that it ends; 0 if it cannot be a part."""
    if position + _LOG_HEADER > block_end:
        return 0
    end = position + _LOG_HEADER + int.from_bytes(data[position + 4 : position + 6], "little")
    kind = data[position + 6]
    return end if _FULL <= kind <= _LAST and end <= block_end else 0


def _verifies(data: bytes, position: int, end: int) -> bool:
    expected = int.from_bytes(data[position : position + 4], "little")
    return _masked_crc32c(data[position + 6 : end]) == expected


def _next_sound(data: bytes, position: int, claimed_end: int, block_end: int) -> int:
    """Where reading can go on behind a broken part: at a part that verifies, or the next block."""
    for start in chain((claimed_end,), range(position + 1, block_end - _LOG_HEADER + 1)):
        end = _part_end(data, start, block_end) if start > position else 0
        if end and _verifies(data, start, end):
            return start
    if claimed_end and block_end - claimed_end < _LOG_HEADER:
        return claimed_end
    return block_end


# ---- write batches, the content of logs ---------------------------------------------------------

BATCH_HEADER = Struct("<QI")
"""The first operation's sequence number, and how many operations there are."""


class Entry(NamedTuple):
    key: bytes
    sequence: int
    value: bytes | None
    """None: a deletion."""


class Operation(NamedTuple):
    entry: Entry
    end: int
    """Where it ends in its batch."""


def batch_operations(payload: bytes) -> Iterator[Operation]:
    """The operations in their order; ValueError behind the last one that can be read."""
    if len(payload) < BATCH_HEADER.size:
        raise ValueError("cut off")
    sequence, count = BATCH_HEADER.unpack_from(payload)
    position = BATCH_HEADER.size
    for number in range(sequence, sequence + count):
        if position >= len(payload) or payload[position] > 1:
            raise ValueError("cut off, or of an unknown kind")
        is_put = payload[position] == 1
        key, position = _slice(payload, position + 1)
        value = None
        if is_put:
            value, position = _slice(payload, position)
        yield Operation(Entry(key, number, value), position)
    if position != len(payload):
        raise ValueError("more than announced")


# ---- the MANIFEST: which files count ------------------------------------------------------------


@dataclass
class Manifest:
    """The state that a MANIFEST describes."""

    tables: dict[int, int] = field(default_factory=dict)
    """Live tables: number -> size in bytes."""
    log_number: int = 0
    previous_log: int = 0
    last_sequence: int = 0
    comparator: bytes = b""
    whole: bool = True
    """Whether all of it could be read; if not, the state may be an old one."""

    def needs_log(self, number: int) -> bool:
        return number >= self.log_number or number == self.previous_log


def read_manifest(data: bytes, *, verify: bool = True) -> Manifest:
    manifest = Manifest()
    for record in read_log(data, verify=verify):
        try:
            if not record.sound:
                raise ValueError("broken")
            _apply_edit(manifest, record.payload)
        except ValueError:
            manifest.whole = False
    if not manifest.comparator:
        manifest.whole = False
    return manifest


def _apply_edit(manifest: Manifest, edit: bytes) -> None:
    position = 0
    while position < len(edit):
        tag, position = _varint(edit, position)
        if tag == 1:
            manifest.comparator, position = _slice(edit, position)
        elif tag == 2:
            manifest.log_number, position = _varint(edit, position)
        elif tag == 3:  # the next file's number: of no use to a reader
            _, position = _varint(edit, position)
        elif tag == 4:
            manifest.last_sequence, position = _varint(edit, position)
        elif tag == 5:  # where compaction goes on: level, key
            _, position = _varint(edit, position)
            _, position = _slice(edit, position)
        elif tag == 6:
            _, position = _varint(edit, position)
            number, position = _varint(edit, position)
            manifest.tables.pop(number, None)
        elif tag == 7:
            _, position = _varint(edit, position)
            number, position = _varint(edit, position)
            manifest.tables[number], position = _varint(edit, position)
            _, position = _slice(edit, position)
            _, position = _slice(edit, position)
        elif tag == 9:
            manifest.previous_log, position = _varint(edit, position)
        else:
            raise ValueError("unknown field")


# ---- tables -------------------------------------------------------------------------------------

FOOTER_SIZE = 48
_MAGIC = bytes.fromhex("57fb808b247547db")
_TRAILER = 5  # a block's compression type and masked CRC
_Handle = tuple[int, int]  # a block's offset and size, trailer not counted


class TableBlock(NamedTuple):
    """The entries of one data block; whether its checksum vouches for them."""

    entries: list[Entry]
    sound: bool
    legible: bool = True
    """False: not even the number of the entries can be told."""


def read_table(data: bytes) -> Iterator[TableBlock]:
    """The data blocks of a table in the order of their keys."""
    try:
        handles = _index(data)
    except ValueError:
        yield from _blocks_without_index(data)
        return
    for handle in handles:
        sound = _block_verifies(data, handle)
        try:
            yield TableBlock(_entries(_unpacked(data, handle)), sound)
        except ValueError:
            yield TableBlock([], sound=False, legible=False)


def footer_fits(footer: bytes, table_size: int) -> bool:
    """Whether a table's footer points inside the table; no checksum guards it."""
    try:
        _index_handle(footer, table_size)
    except ValueError:
        return False
    return True


def _index_handle(footer: bytes, table_size: int) -> _Handle:
    if len(footer) < FOOTER_SIZE or not footer.endswith(_MAGIC):
        raise ValueError("no footer")
    metaindex, position = _handle(footer, 0)
    index, _ = _handle(footer, position)
    if any(offset + size + _TRAILER > table_size for offset, size in (metaindex, index)):
        raise ValueError("points outside")
    return index


def _index(data: bytes) -> list[_Handle]:
    """Where the data blocks lie; ValueError unless footer and index are sound."""
    index = _index_handle(data[-FOOTER_SIZE:], len(data))
    if not _block_verifies(data, index):
        raise ValueError("index broken")
    return [_handle(value, 0)[0] for _, value in _pairs(_unpacked(data, index))]


def _handle(data: bytes, position: int) -> tuple[_Handle, int]:
    offset, position = _varint(data, position)
    size, position = _varint(data, position)
    return (offset, size), position


def _block_verifies(data: bytes, handle: _Handle) -> bool:
    offset, size = handle
    end = offset + size + 1
    crc = data[end : end + 4]
    return len(crc) == 4 and _masked_crc32c(data[offset:end]) == int.from_bytes(crc, "little")


def _unpacked(data: bytes, handle: _Handle) -> bytes:
    offset, size = handle
    if offset + size + _TRAILER > len(data):
        raise ValueError("cut off")
    raw, compression = data[offset : offset + size], data[offset + size]
    if compression == 0:
        return raw
    if compression != 1:
        raise ValueError("unknown compression")
    return unpack_snappy(raw, MAX_BLOCK)


def _pairs(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Key and value of a block's entries; ValueError where the block is not one."""
    restarts = int.from_bytes(block[-4:], "little")
    end = len(block) - 4 - 4 * restarts
    if end < 0 or restarts == 0:
        raise ValueError("no list of restarts")
    key = b""
    position = 0
    while position < end:
        shared, position = _varint(block, position)
        unshared, position = _varint(block, position)
        length, position = _varint(block, position)
        if shared > len(key) or position + unshared + length > end:
            raise ValueError("an entry does not fit")
        key = key[:shared] + block[position : position + unshared]
        position += unshared + length
        yield key, block[position - length : position]


def _entries(block: bytes) -> list[Entry]:
    entries = []
    for key, value in _pairs(block):
        tag = int.from_bytes(key[-8:], "little")
        if len(key) < 8 or tag & 0xFF > 1:
            raise ValueError("not a key with a sequence number")
        entries.append(Entry(key[:-8], tag >> 8, value if tag & 0xFF else None))
    return entries


def _blocks_without_index(data: bytes) -> Iterator[TableBlock]:
    """The data blocks, found one after another by their checksums.

    Behind them come a filter (perhaps), the metaindex, which names the filter's place, and the
    index. Only a metaindex that was reached proves that no data block is missing.
    """
    found: list[tuple[int, TableBlock]] = []
    offset = 0
    while end := _scanned_end(data, offset):
        try:
            content = _unpacked(data, (offset, end - offset))
            pairs = list(_pairs(content))
            if all(key.startswith(b"filter.") for key, _ in pairs):
                filters = [_handle(value, 0)[0][0] for _, value in pairs]
                limit = min(filters, default=offset)
                yield from (block for at, block in found if at < limit)
                return
            found.append((offset, TableBlock(_entries(content), sound=True)))
        except ValueError:  # a filter, most likely, since that is no list of entries
            found.append((offset, TableBlock([], sound=False, legible=False)))
        offset = end + _TRAILER
    yield from (block for _, block in found)
    yield TableBlock([], sound=False, legible=False)


def _scanned_end(data: bytes, offset: int) -> int:
    """Where the content of the block at `offset` ends, by its checksum; 0 if nowhere."""
    table = _CRC_TABLE
    crc = 0xFFFFFFFF
    for position in range(offset, len(data) - 4):
        byte = data[position]
        crc = table[(crc ^ byte) & 0xFF] ^ crc >> 8
        if byte <= 1 and _mask(crc) == int.from_bytes(data[position + 1 : position + 5], "little"):
            return position
    return 0
