"""LevelDB's logs and MANIFESTs, read leniently: what checksums vouch for, and what is broken.

After LevelDB's own doc/log_format.md, doc/impl.md, db/write_batch.cc and db/version_edit.cc.
Everything works on the bytes of one file and changes nothing. What a failed checksum covers does
not count; behind a broken fragment, reading continues as soon as a later one verifies.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from mmap import ACCESS_READ, mmap
from pathlib import Path
from struct import Struct
from typing import NamedTuple

from desktop_migrator.browsers.budget import MAX_VALUE
from desktop_migrator.browsers.large_value import LargeValue
from desktop_migrator.browsers.leveldb.checksum import end_by_checksum, masked_crc32c

Buffer = bytes | mmap
"""A file's content, of which no more is held than is looked at."""
Check = Callable[[], None]
"""Called in between; what it raises ends the work."""


def no_check() -> None:
    """A `Check` that lets everything pass."""


def open_buffer(path: Path, size: int = 0) -> Buffer:
    """A file's content, or that many bytes of it. Raises OSError."""
    there = path.stat().st_size
    if not there:
        return b""
    with path.open("rb") as file:
        return mmap(file.fileno(), min(size, there), access=ACCESS_READ)


# ---- fields --------------------------------------------------------------------------------------


def varint(data: bytes | memoryview, position: int) -> tuple[int, int]:
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


def length_prefixed(data: bytes, position: int) -> tuple[bytes, int]:
    """The length-prefixed bytes at `position` and where the next field begins."""
    length, start = varint(data, position)
    end = start + length
    if end > len(data):
        raise ValueError("cut off")
    return data[start:end], end


# ---- logs ---------------------------------------------------------------------------------------

_LOG_BLOCK = 32768
_LOG_HEADER = 7  # masked CRC of type and payload, the payload's length, type
_FULL, _FIRST, _MIDDLE, _LAST = 1, 2, 3, 4
_BROKEN = 0
MAX_BATCH_SIZE = 48 * 2**20
"""Bytes of one record that are put together; an area of a browser has 10 MiB."""
_MAX_CHECKED_BYTES = 2**22
"""Bytes checked in search of the next valid fragment; a hostile block could ask for far more."""


class LogRecord(NamedTuple):
    """What was appended to a log at one time, as far as it could be read."""

    payload: bytes
    verified_length: int
    """How many of the payload's bytes, from its start, the checksums vouch for."""
    complete: bool
    """Whether the payload has all its fragments, valid or not."""
    truncated: bool = False
    """Incomplete for want of further bytes in the file, as after a crash."""
    too_large: int = 0
    """Bytes of one that is over `MAX_BATCH_SIZE`, and not held."""

    @property
    def valid(self) -> bool:
        return self.complete and self.verified_length == len(self.payload)


class _Fragment(NamedTuple):
    record_type: int
    payload: bytes
    valid: bool


def read_log(data: Buffer, *, verify: bool = True, check: Check = no_check) -> Iterator[LogRecord]:
    """The records of a log or MANIFEST, broken ones included.

    Without `verify` the checksums are left unread (somebody else checks them), and reading ends
    at the first fragment that does not fit where it lies.
    """
    held: list[_Fragment] = []
    size = skipped = 0

    def joined(*, complete: bool, last: bool = False) -> LogRecord:
        verified = 0
        for fragment in held:
            if not fragment.valid:
                break
            verified += len(fragment.payload)
        payload = b"".join(fragment.payload for fragment in held)
        held.clear()
        return LogRecord(payload, verified, complete, last)

    for fragment in _fragments(data, verify, check):
        continues = fragment.record_type in {_MIDDLE, _LAST}
        if skipped and continues:
            skipped += len(fragment.payload)
            continue
        if skipped:
            yield LogRecord(b"", 0, complete=False, too_large=skipped)
            skipped = 0
        if held and not continues:
            yield joined(complete=False)
        orphan = continues and not held
        if fragment.record_type == _BROKEN or orphan:
            yield LogRecord(b"", 0, complete=False)
            continue
        size = size + len(fragment.payload) if held else len(fragment.payload)
        if size > MAX_BATCH_SIZE:
            held.clear()
            skipped = size
            continue
        held.append(fragment)
        if fragment.record_type in {_FULL, _LAST}:
            yield joined(complete=True)
    if skipped:
        yield LogRecord(b"", 0, complete=False, too_large=skipped)
    if held:
        yield joined(complete=False, last=True)


def _fragments(data: Buffer, verify: bool, check: Check) -> Iterator[_Fragment]:
    position = 0
    while position < len(data):
        check()
        block_end = min(position - position % _LOG_BLOCK + _LOG_BLOCK, len(data))
        full_block = block_end % _LOG_BLOCK == 0
        if full_block and block_end - position < _LOG_HEADER:
            position = block_end  # the filling at a block's end
            continue
        end = _fragment_end(data, position, block_end)
        if end and (not verify or _checksum_matches(data, position, end)):
            yield _Fragment(data[position + 6], data[position + _LOG_HEADER : end], valid=True)
            position = end
            continue
        if not verify:
            yield _Fragment(_BROKEN, b"", valid=False)
            return
        if true_end := _end_despite_length(data, position, block_end):
            payload = data[position + _LOG_HEADER : true_end]
            yield _Fragment(data[position + 6], payload, valid=True)
            position = true_end
            continue
        behind = _next_valid_fragment(data, position, end, block_end, check)
        if end == behind:
            yield _Fragment(data[position + 6], data[position + _LOG_HEADER : end], valid=False)
        else:
            yield _Fragment(_BROKEN, b"", valid=False)
        position = behind


def _fragment_end(data: Buffer, position: int, block_end: int) -> int:
    """Where the fragment at `position` says that it ends; 0 if it cannot be one."""
    if position + _LOG_HEADER > block_end:
        return 0
    end = position + _LOG_HEADER + int.from_bytes(data[position + 4 : position + 6], "little")
    kind = data[position + 6]
    return end if _FULL <= kind <= _LAST and end <= block_end else 0


def _checksum_matches(data: Buffer, position: int, end: int) -> bool:
    expected = int.from_bytes(data[position : position + 4], "little")
    return masked_crc32c(data[position + 6 : end]) == expected


def _end_despite_length(data: Buffer, position: int, block_end: int) -> int:
    """Where a fragment ends whose length is wrong, which the checksum does not cover; else 0."""
    if position + _LOG_HEADER > block_end or not _FULL <= data[position + 6] <= _LAST:
        return 0
    stored = int.from_bytes(data[position : position + 4], "little")
    return end_by_checksum(data, position + 6, block_end, stored)


def _next_valid_fragment(
    data: Buffer, position: int, claimed_end: int, block_end: int, check: Check
) -> int:
    """Where reading continues behind a broken fragment: at one that verifies, or the next block."""
    checked = 0
    for start in chain((claimed_end,), range(position + 1, block_end - _LOG_HEADER + 1)):
        end = _fragment_end(data, start, block_end) if start > position else 0
        if not end or not _fragment_may_begin(data, end, block_end):
            continue
        check()
        checked += end - start
        if checked > _MAX_CHECKED_BYTES:
            break
        if _checksum_matches(data, start, end):
            return start
    if claimed_end and block_end - claimed_end < _LOG_HEADER:
        return claimed_end
    return block_end


def _fragment_may_begin(data: Buffer, position: int, block_end: int) -> bool:
    # Rules out most texts that look like a header, without a look at all that they would cover.
    return block_end - position < _LOG_HEADER or bool(_fragment_end(data, position, block_end))


# ---- write batches, the content of logs ---------------------------------------------------------

BATCH_HEADER = Struct("<QI")
"""The first write's sequence number, and how many writes there are."""


class InternalEntry(NamedTuple):
    key: bytes
    sequence: int
    value: bytes | LargeValue | None
    """None: a deletion."""


class WriteOp(NamedTuple):
    entry: InternalEntry
    end: int
    """Where it ends in its batch."""


def parse_write_batch(payload: bytes) -> Iterator[WriteOp]:
    """The writes in their order; ValueError behind the last one that can be read."""
    if len(payload) < BATCH_HEADER.size:
        raise ValueError("cut off")
    sequence, count = BATCH_HEADER.unpack_from(payload)
    position = BATCH_HEADER.size
    for number in range(sequence, sequence + count):
        if position >= len(payload) or payload[position] > 1:
            raise ValueError("cut off, or of an unknown kind")
        is_put = payload[position] == 1
        key, position = length_prefixed(payload, position + 1)
        value: bytes | LargeValue | None = None
        if is_put:
            length, position = varint(payload, position)
            end = position + length
            if end > len(payload):
                raise ValueError("cut off")
            value = payload[position:end] if length <= MAX_VALUE else LargeValue(length)
            position = end
        yield WriteOp(InternalEntry(key, number, value), position)
    if position != len(payload):
        raise ValueError("more than announced")


# ---- the MANIFEST: which files count ------------------------------------------------------------


@dataclass
class ManifestState:
    """The state that a MANIFEST describes."""

    tables: dict[int, int] = field(default_factory=dict)
    """Live tables: number -> size in bytes."""
    log_number: int = 0
    prev_log_number: int = 0
    last_sequence: int = 0
    comparator: bytes = b""
    repeats_files: bool = False
    """Whether a table is listed twice, as LevelDB never does: it would read it as often."""
    fully_read: bool = True
    """Whether all of it could be read; if not, the state may be an old one."""

    def needs_log(self, number: int) -> bool:
        return number >= self.log_number or number == self.prev_log_number


def read_manifest(data: Buffer, *, verify: bool = True, check: Check = no_check) -> ManifestState:
    manifest = ManifestState()
    for record in read_log(data, verify=verify, check=check):
        try:
            if not record.valid:
                raise ValueError("broken")
            _apply_edit(manifest, record.payload)
        except ValueError:
            manifest.fully_read = False
    if not manifest.comparator:
        manifest.fully_read = False
    return manifest


def _apply_edit(manifest: ManifestState, edit: bytes) -> None:
    position = 0
    while position < len(edit):
        tag, position = varint(edit, position)
        if tag == 1:
            manifest.comparator, position = length_prefixed(edit, position)
        elif tag == 2:
            manifest.log_number, position = varint(edit, position)
        elif tag == 3:  # the next file's number: of no use to a reader
            _, position = varint(edit, position)
        elif tag == 4:
            manifest.last_sequence, position = varint(edit, position)
        elif tag == 5:  # where compaction continues: level, key
            _, position = varint(edit, position)
            _, position = length_prefixed(edit, position)
        elif tag == 6:
            _, position = varint(edit, position)
            number, position = varint(edit, position)
            manifest.tables.pop(number, None)
        elif tag == 7:
            _, position = varint(edit, position)
            number, position = varint(edit, position)
            manifest.repeats_files |= number in manifest.tables
            manifest.tables[number], position = varint(edit, position)
            _, position = length_prefixed(edit, position)
            _, position = length_prefixed(edit, position)
        elif tag == 9:
            manifest.prev_log_number, position = varint(edit, position)
        else:
            raise ValueError("unknown field")
