"""SQLite's write-ahead log: what SQLite reads of it, and what can be had behind damage.

Source: "WAL-mode File Format" by the SQLite project, <https://sqlite.org/walformat.html>.

SQLite takes the first frame whose checksum fails for the log's end, without a word. But each frame
goes on from the checksum of the one before, so that frames behind a damaged one can be checked
too. And the checksum is a sum of the frame's words, weighted by Fibonacci numbers: 64 bits, which
tell where one word is wrong and by how much (by chance once in four million times).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

_FILE_HEADER, _FRAME_HEADER = 32, 24
_MAGIC = (0x377F0682, 0x377F0683)  # the second one: words are summed in big-endian order
_WORD = 2**32
_BLANK_FILLER = b"\xff"
"""Filled with this, no page passes for a part of a tree or of a value, as one of zeros might."""
_Checksum = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Wal:
    page_size: int
    pages: dict[int, bytes]
    """The newest committed image of each page."""
    page_count: int
    """Pages of the database after the last commit."""
    damaged: bool
    """Whether the log goes on behind what was read, or its beginning is not valid."""


def wal_file(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def indexed_frame_count(path: Path) -> int:
    """How many frames of its log SQLite knows to be right, by the `-shm` of an open file."""
    try:
        with path.with_name(path.name + "-shm").open("rb") as file:
            (frames,) = struct.unpack_from("=I", file.read(20), 16)
            return int(frames)
    except (OSError, struct.error):
        return 0


def read_wal(log: bytes, valid_frames: int = 0) -> Wal:
    """Take what SQLite takes: all that was committed, up to the first frame that is not right.

    The checksums of the first `frames_known` frames are known to be right.
    """
    head = _read_header(log)
    if head is None:
        return Wal(0, {}, 0, damaged=any(log[:_FILE_HEADER]))
    committed: dict[int, bytes] = {}
    pending: dict[int, bytes] = {}
    count, running = 0, head.checksum
    frames = list(_frames(log, head))
    for index, frame in enumerate(frames):
        known = (
            index < valid_frames
            or frame.compute_checksum(running, head.byte_order) == frame.checksum
        )
        if not known or frame.salts != head.salts:
            is_end = not known and all(map(head.is_stale_frame, frames[index:]))
            return Wal(head.page_size, committed, count, damaged=not is_end)
        running = frame.checksum
        pending[frame.page_number] = frame.page
        if frame.commit_size:
            committed |= pending
            pending, count = {}, frame.commit_size
    return Wal(head.page_size, committed, count, _ends_mid_frame(log, head))


@dataclass
class RepairedWal:
    """A log that SQLite reads to its end."""

    log: bytearray = field(default_factory=bytearray)
    mended: int = 0
    """Parts that were put right by their checksum."""
    blanked_frames: int = 0
    """Frames that could not be put right; what they hold now is no page of any kind."""
    truncated: bool = False
    """Whether nothing behind a damaged frame could be found any more."""


def repair_wal(log: bytes) -> RepairedWal:
    """Put right what can be, wipe pages that cannot, and go on behind them."""
    repair = RepairedWal()
    head = _read_header(log) or _mended_head(log)
    if head is None:
        repair.truncated = True
        return repair
    repair.mended += head != _read_header(log)
    repair.log += head.fields + struct.pack(">II", *head.checksum)
    frames = list(_frames(log, head))
    running = written = head.checksum
    index = 0

    def write(content: bytes) -> _Checksum:
        checksum = _wal_checksum(content, written, head.byte_order)
        repair.log.extend(content[:8] + head.salts + struct.pack(">II", *checksum) + content[8:])
        return checksum

    while index < len(frames):
        frame = frames[index]
        content, found = frame.content, frame.compute_checksum(running, head.byte_order)
        right = None
        if found == frame.checksum:
            right, running = content, found
            repair.mended += frame.salts != head.salts
        elif _chain_continues(frames, index, found, head):
            right, running = content, found
            repair.mended += 1
        elif mended := _mended(
            content,
            running,
            frame.checksum,
            head.byte_order,
            sure=_chain_continues(frames, index, None, head),
        ):
            right, running = mended, frame.checksum
            repair.mended += 1
        if right is not None:
            written = write(right)
            index += 1
            continue
        behind = next(
            (at for at in range(index, len(frames)) if _chain_continues(frames, at, None, head)),
            None,
        )
        lost = frames[index : behind + 1] if behind is not None else []
        # Where a header is hit too, nobody knows whose page is missing.
        if behind is None or any(each.salts != head.salts or not each.page_number for each in lost):
            repair.truncated = not head.is_stale_frame(frame) or bool(lost)
            return repair
        for each in lost:
            written = write(each.content[:8] + _BLANK_FILLER * head.page_size)
        repair.blanked_frames += len(lost)
        running = frames[behind].checksum
        index = behind + 1
    repair.truncated = _ends_mid_frame(log, head)
    return repair


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
    header: bytes
    page: bytes

    @property
    def page_number(self) -> int:
        return int.from_bytes(self.header[:4], "big")

    @property
    def commit_size(self) -> int:
        """Pages of the database after a commit; 0 in other frames."""
        return int.from_bytes(self.header[4:8], "big")

    @property
    def salts(self) -> bytes:
        """The same in all frames of one round of the log, as in its head."""
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


def _read_header(log: bytes) -> _WalHeader | None:
    fields = log[:24].ljust(24, b"\0")
    magic = int.from_bytes(fields[:4], "big")
    order = "<>"[magic & 1]
    head = _WalHeader(fields, _checksum_pair(log[24:32].ljust(8, b"\0")), order)
    size = head.page_size
    valid = magic in _MAGIC and 512 <= size <= 65536 and size & (size - 1) == 0
    return head if valid and _wal_checksum(fields, (0, 0), order) == head.checksum else None


def _mended_head(log: bytes) -> _WalHeader | None:
    """The head put right, by its checksum or by the first frame, which goes on from that."""
    stored = _checksum_pair(log[24:32].ljust(8, b"\0"))
    tries = [log[:24], log[:16] + log[40:48]]
    tries += [_mended(log[:24], (0, 0), stored, order) or b"" for order in "<>"]
    for fields in tries:
        for order in "<>":
            checksum = _wal_checksum(fields, (0, 0), order)
            head = _read_header(fields + struct.pack(">II", *checksum))
            first = next(_frames(log, head), None) if head else None
            if head and (
                checksum == stored
                or (first and first.compute_checksum(checksum, order) == first.checksum)
            ):
                return head
    return None


def _frames(log: bytes, header: _WalHeader) -> Iterator[_Frame]:
    size = _FRAME_HEADER + header.page_size
    for at in range(_FILE_HEADER, len(log) - size + 1, size):
        yield _Frame(log[at : at + _FRAME_HEADER], log[at + _FRAME_HEADER : at + size])


def _ends_mid_frame(log: bytes, header: _WalHeader) -> bool:
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


def _mended(
    data: bytes, start: _Checksum, stored: _Checksum, order: str, *, sure: bool = False
) -> bytes | None:
    """The data with its one wrong word put right; None if it is not one, or not sure which.

    `sure` says that the stored checksum is right.
    """
    found = _wal_checksum(data, start, order)
    first, second = ((right - wrong) % _WORD for right, wrong in zip(stored, found, strict=True))
    if not sure and not (first and second):
        return None  # a wrong word of the checksum itself would look alike
    words = list(struct.unpack(f"{order}{len(data) // 4}I", data))
    fitting = []
    weight_first, weight_second = 0, 1  # of the last word in the two sums
    for place in range(len(words) - 1, -1, -1):
        # Of two Fibonacci numbers in a row, one at least is odd: only that can be divided by.
        if weight_second % 2:
            error = second * pow(weight_second, -1, _WORD) % _WORD
        else:
            error = first * pow(weight_first, -1, _WORD) % _WORD
        if (weight_first * error % _WORD, weight_second * error % _WORD) == (first, second):
            fitting.append((place, error))
        weight_first, weight_second = weight_second, (weight_first + weight_second) % _WORD
    if len(fitting) != 1:
        return None
    ((place, error),) = fitting
    words[place] = (words[place] + error) % _WORD
    return struct.pack(f"{order}{len(words)}I", *words)
