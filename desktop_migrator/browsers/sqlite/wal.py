"""SQLite's write-ahead log: what SQLite reads of it, and what can be had behind damage.

Source: "WAL-mode File Format" by the SQLite project, <https://sqlite.org/walformat.html>.

SQLite takes the first frame whose checksum fails for the log's end, without a word. But each
frame's checksum continues from that of the one before, so that frames behind a damaged one can be
checked too, and a frame whose own header is damaged is vouched for by the one behind it.
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import BinaryIO, NamedTuple

_FILE_HEADER, _FRAME_HEADER = 32, 24
_MAGIC = (0x377F0682, 0x377F0683)  # the second one: words are summed in big-endian order
_WORD = 2**32
_BLANK_FILLER = b"\xff"
"""Filled with this, no page passes for a part of a tree or of a value, as one of zeros might."""
_Checksum = tuple[int, int]
Log = bytes | mmap
"""A log's content, of which no more is held than is looked at."""
Check = Callable[[], None]
"""Called in between; what it raises ends the work."""


@dataclass(frozen=True, slots=True)
class Wal:
    page_size: int
    pages: dict[int, int]
    """Where in the log the newest committed image of each page begins."""
    page_count: int
    """Pages of the database after the last commit."""
    damaged: bool
    """Whether the log continues behind what was read, or its beginning is not valid."""


def wal_file(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def open_wal(path: Path) -> Log:
    """The log beside a file; no bytes if there is none."""
    try:
        with wal_file(path).open("rb") as file:
            return mmap(file.fileno(), 0, access=ACCESS_READ)
    except (FileNotFoundError, ValueError):  # no file, or one of no length
        return b""


def no_check() -> None:
    """A `Check` that lets everything pass."""


def indexed_frame_count(path: Path) -> int:
    """How many frames of its log SQLite knows to be right, by the `-shm` of an open file."""
    try:
        with path.with_name(path.name + "-shm").open("rb") as file:
            (frames,) = struct.unpack_from("=I", file.read(20), 16)
            return int(frames)
    except (OSError, struct.error):
        return 0


def read_wal(log: Log, valid_frames: int = 0, check: Check = no_check) -> Wal:
    """Take what SQLite takes: all that was committed, up to the first frame that is not right.

    The checksums of the first `valid_frames` frames are known to be right.
    """
    header = _read_header(log)
    if header is None:
        return Wal(0, {}, 0, damaged=any(log[:_FILE_HEADER]))
    committed: dict[int, int] = {}
    pending: dict[int, int] = {}
    count, running = 0, header.checksum
    for index, frame in enumerate(_frames(log, header)):
        check()
        known = (
            index < valid_frames
            or frame.compute_checksum(running, header.byte_order) == frame.checksum
        )
        if not known or frame.salts != header.salts:
            rest = islice(_frames(log, header), index, None)
            is_end = not known and all(map(header.is_stale_frame, rest))
            return Wal(header.page_size, committed, count, damaged=not is_end)
        running = frame.checksum
        pending[frame.page_number] = frame.start + _FRAME_HEADER
        if frame.commit_size:
            committed |= pending
            pending, count = {}, frame.commit_size
    return Wal(header.page_size, committed, count, _ends_mid_frame(log, header))


@dataclass
class RepairedWal:
    """A log that SQLite reads to its end."""

    damaged_headers: int = 0
    """Of the log or of frames, where the frames themselves are vouched for all the same."""
    blanked_frames: int = 0
    """Frames that nothing vouches for; what they hold now is no page of any kind."""
    truncated: bool = False
    """Whether nothing behind a damaged frame could be found any more."""


def repair_wal(log: Log, repaired: BinaryIO, check: Check = no_check) -> RepairedWal:
    """Keep the frames that are vouched for, blank the others, and continue behind them.

    What SQLite reads to its end is written into `repaired`.
    """
    repair = RepairedWal()
    header = _read_header(log) or _rebuilt_header(log)
    if header is None:
        repair.truncated = True
        return repair
    repair.damaged_headers += header != _read_header(log)
    repaired.write(header.fields + struct.pack(">II", *header.checksum))
    frames = list(_frames(log, header))
    running = written = header.checksum
    index = 0

    def write(content: bytes) -> _Checksum:
        checksum = _wal_checksum(content, written, header.byte_order)
        repaired.write(content[:8] + header.salts + struct.pack(">II", *checksum) + content[8:])
        return checksum

    while index < len(frames):
        check()
        frame = frames[index]
        content, found = frame.content, frame.compute_checksum(running, header.byte_order)
        if found == frame.checksum or _chain_continues(frames, index, found, header):
            repair.damaged_headers += (frame.checksum, frame.salts) != (found, header.salts)
            written = write(content)
            running = found
            index += 1
            continue
        behind = _next_continuing(frames, index, header, check)
        lost = frames[index : behind + 1] if behind is not None else []
        # Where a header is hit too, nobody knows whose page is missing.
        if (
            behind is None
            or any(each.salts != header.salts or not each.page_number for each in lost)
            or _is_page_number_wrong(frame, running, header.byte_order)
        ):
            repair.truncated = not header.is_stale_frame(frame) or bool(lost)
            return repair
        for each in lost:
            written = write(each.content[:8] + _BLANK_FILLER * header.page_size)
        repair.blanked_frames += len(lost)
        running = frames[behind].checksum
        index = behind + 1
    repair.truncated = _ends_mid_frame(log, header)
    return repair


def _next_continuing(
    frames: list["_Frame"], index: int, header: "_WalHeader", check: Check
) -> int | None:
    for at in range(index, len(frames)):
        check()
        if _chain_continues(frames, at, None, header):
            return at
    return None


def _chain_continues(
    frames: list["_Frame"], index: int, checksum: _Checksum | None, header: "_WalHeader"
) -> bool:
    """Whether the frame behind is right if this one's checksum is that one, or the stored one."""
    if index + 1 == len(frames) or frames[index + 1].salts != header.salts:
        return False
    following = frames[index + 1]
    return (
        following.compute_checksum(checksum or frames[index].checksum, header.byte_order)
        == following.checksum
    )


def _is_page_number_wrong(frame: "_Frame", start: _Checksum, byte_order: str) -> bool:
    """Whether the frame would be right if it were another page's."""
    first, second = frame.compute_checksum(start, byte_order)
    differences = frame.checksum[0] - first, frame.checksum[1] - second
    # The checksum is linear: a word adds as many times what a one in its place adds. These are two
    # Fibonacci numbers in a row, of which one at least is odd: only that can be divided by.
    one = struct.pack(f"{byte_order}I", 1).ljust(len(frame.content), b"\0")
    weights = _wal_checksum(one, (0, 0), byte_order)
    odd = weights[1] % 2
    change = differences[odd] * pow(weights[odd], -1, _WORD)
    return all(
        (weight * change - difference) % _WORD == 0
        for weight, difference in zip(weights, differences, strict=True)
    )


# ---- the parts of a log -------------------------------------------------------------------------


class _WalHeader(NamedTuple):
    fields: bytes
    checksum: _Checksum
    byte_order: str

    @property
    def page_size(self) -> int:
        return int.from_bytes(self.fields[8:12], "big")

    @property
    def salts(self) -> bytes:
        return self.fields[16:24]

    def is_stale_frame(self, frame: "_Frame") -> bool:
        """Whether an earlier round of the log left the frame behind: the first salt counts."""
        rounds = int.from_bytes(self.salts[:4], "big") - int.from_bytes(frame.salts[:4], "big")
        return 0 < rounds % _WORD < 2**16


class _Frame(NamedTuple):
    log: Log
    start: int
    end: int

    @property
    def header(self) -> bytes:
        return self.log[self.start : self.start + _FRAME_HEADER]

    @property
    def page(self) -> bytes:
        return self.log[self.start + _FRAME_HEADER : self.end]

    @property
    def page_number(self) -> int:
        return int.from_bytes(self.header[:4], "big")

    @property
    def commit_size(self) -> int:
        """Pages of the database after a commit; 0 in other frames."""
        return int.from_bytes(self.header[4:8], "big")

    @property
    def salts(self) -> bytes:
        """The same in all frames of one round of the log, as in its header."""
        return self.header[8:16]

    @property
    def checksum(self) -> _Checksum:
        return _checksum_pair(self.header[16:24])

    @property
    def content(self) -> bytes:
        """What the checksum vouches for."""
        return self.header[:8] + self.page

    def compute_checksum(self, start: _Checksum, byte_order: str) -> _Checksum:
        return _wal_checksum(self.content, start, byte_order)


def _read_header(log: Log) -> _WalHeader | None:
    fields = log[:24].ljust(24, b"\0")
    magic = int.from_bytes(fields[:4], "big")
    order = "<>"[magic & 1]
    header = _WalHeader(fields, _checksum_pair(log[24:32].ljust(8, b"\0")), order)
    size = header.page_size
    valid = magic in _MAGIC and 512 <= size <= 65536 and size & (size - 1) == 0
    return header if valid and _wal_checksum(fields, (0, 0), order) == header.checksum else None


def _rebuilt_header(log: Log) -> _WalHeader | None:
    """The header with its checksum or salts made anew, where the first frame vouches for it."""
    if len(log) < _FILE_HEADER + _FRAME_HEADER:
        return None
    for fields in (log[:24], log[:16] + log[40:48]):
        for order in "<>":
            checksum = _wal_checksum(fields, (0, 0), order)
            header = _read_header(fields + struct.pack(">II", *checksum))
            first = next(_frames(log, header), None) if header else None
            if first and first.compute_checksum(checksum, order) == first.checksum:
                return header
    return None


def _frames(log: Log, header: _WalHeader) -> Iterator[_Frame]:
    size = _FRAME_HEADER + header.page_size
    for at in range(_FILE_HEADER, len(log) - size + 1, size):
        yield _Frame(log, at, at + size)


def _ends_mid_frame(log: Log, header: _WalHeader) -> bool:
    """Whether the log ends within a frame."""
    return (len(log) - _FILE_HEADER) % (_FRAME_HEADER + header.page_size) > 0


def _checksum_pair(data: bytes) -> _Checksum:
    first, second = struct.unpack(">II", data)
    return first, second


# ---- checksums ----------------------------------------------------------------------------------


def _wal_checksum(data: bytes, start: _Checksum, byte_order: str) -> _Checksum:
    first, second = start
    words: Iterator[int] = iter(struct.unpack(f"{byte_order}{len(data) // 4}I", data))
    for one, other in zip(words, words, strict=True):
        first = (first + one + second) & 0xFFFFFFFF
        second = (second + other + first) & 0xFFFFFFFF
    return first, second
