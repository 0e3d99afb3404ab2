"""SQLite's file format, read leniently and checked strictly: pages, overflow chains, records.

Source: "Database File Format" by the SQLite project, <https://sqlite.org/fileformat2.html>.
Nothing here raises on damaged bytes: a part that is not exactly as the format has it reads as None
or is marked invalid, so that no caller takes half a row for a complete one. There are no checksums
in a database file: bytes that change inside a text go unseen by SQLite and by this module alike.
"""

import mmap
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice, pairwise
from pathlib import Path
from typing import NamedTuple

from desktop_migrator.browsers.large_value import LargeValue
from desktop_migrator.browsers.sqlite.wal import Check, no_check, open_wal, read_wal

TABLE_LEAF, TABLE_INTERIOR, INDEX_LEAF, INDEX_INTERIOR = 0x0D, 0x05, 0x0A, 0x02
PAGE_SIZES = tuple(1 << power for power in range(9, 17))
PENDING_BYTE = 2**30
"""The page that holds this offset is never used."""

_MAX_COLUMNS = 2000
"""SQLite's own bound."""
_POINTER = 4
"""Bytes of a page's number."""
_HELD_PAGES = 4096
"""So many pages are looked at before the system may forget them again."""

SqliteValue = int | float | bytes | LargeValue | None


class Cell(NamedTuple):
    start: int
    end: int
    """Where the cell lies in its page."""
    left_child: int | None
    """Page on the left, in interior pages."""
    rowid: int | None
    """None in index b-trees."""
    payload_size: int
    """Bytes of payload in all."""
    local_payload: bytes
    """The payload's beginning, in the page itself."""
    overflow_page: int | None
    """The first page of the payload's rest."""


@dataclass(frozen=True, slots=True)
class Page:
    kind: int
    cells: tuple[Cell | None, ...]
    """In key order; None stands for a cell that lies or reads wrongly."""
    right_child: int | None
    """The last child, in interior pages."""
    intact: bool
    """False if a cell is None, or the page's bytes do not add up so that cells may be missing."""
    lost_cells: int | None
    """Cells that the page should hold and that are None; None if that number is not sure."""

    @property
    def is_leaf(self) -> bool:
        return self.kind in {TABLE_LEAF, INDEX_LEAF}


class DatabaseFile:
    """The pages of a database file, the committed ones of its write-ahead log laid over them."""

    def __init__(self, path: Path, valid_frames: int = 0, check: Check = no_check) -> None:
        """`valid_frames` and `check` as for `read_wal`."""
        self.check = check
        self._looked_at = 0
        with path.open("rb") as file:
            empty = not path.stat().st_size
            self._data = b"" if empty else mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        header = self._data[:100].ljust(100, b"\0")
        size = int.from_bytes(header[16:18], "big")
        self.page_size = 65536 if size == 1 else size
        self.usable_size = self.page_size - header[20]
        if self.page_size not in PAGE_SIZES or self.usable_size < 480:
            self.page_size = self.usable_size = self._guess_page_size()
        self._log = open_wal(path)
        wal = read_wal(self._log, valid_frames, check)
        self._wal_pages = wal.pages if wal.page_size == self.page_size else {}
        self.page_count = (
            wal.page_count if self._wal_pages else -(-len(self._data) // self.page_size)
        )
        header = (self.page(1) or b"").ljust(100, b"\0")[:100]
        if header[24:28] == header[92:96] and not self._wal_pages:
            # The size in the header counts only if it was written with the last change.
            self.page_count = int.from_bytes(header[28:32], "big") or self.page_count
        # However many a hostile header claims, no more can be there.
        there = -(-len(self._data) // self.page_size) + len(self._wal_pages)
        self.lacks_pages = max(self.page_count, wal.page_count) > there
        """Whether the file says that it has more pages than there are."""
        self.page_count = min(self.page_count, there)
        self.encoding = {2: "utf-16-le", 3: "utf-16-be"}.get(header[59], "utf-8")
        self._first_free, self._free_count = struct.unpack_from(">II", header, 32)
        self.auto_vacuum = any(header[52:56])

    def page(self, number: int) -> bytes | None:
        """The page's bytes; None if it lies beyond the end of the file."""
        self.check()
        if number in self._wal_pages:
            start = self._wal_pages[number]
            return self._log[start : start + self.page_size]
        self._looked_at += 1
        if self._looked_at % _HELD_PAGES == 0:
            self._let_go()
        page = self._data[(number - 1) * self.page_size : number * self.page_size]
        return page if number > 0 and len(page) == self.page_size else None

    def btree_page(self, number: int) -> Page | None:
        data = self.page(number)
        return parse_page(data, self.usable_size, 100 if number == 1 else 0) if data else None

    def payload(self, cell: Cell, visited: set[int], limit: int) -> bytes | None:
        """The cell's payload, its first `limit` bytes about; None unless its overflow chain is
        exactly right.

        The chain's pages are added to `visited`; a page already in there breaks the chain.
        """
        parts, missing, number = (
            [cell.local_payload],
            cell.payload_size - len(cell.local_payload),
            cell.overflow_page or 0,
        )
        last, behind = cell.local_payload, cell.payload_size - limit
        while missing > 0:
            page = self.page(number)
            if page is None or number in visited:
                return None
            # Zeros that begin exactly with the page were not written by the browser.
            if not any(page) and any(last[-2:]):
                return None
            visited.add(number)
            number = int.from_bytes(page[:4], "big")
            last = page[4 : min(self.usable_size, 4 + missing)]
            if missing > behind:
                parts.append(last)
            missing -= len(last)
        return None if number else b"".join(parts)

    def free_pages(self) -> tuple[set[int], bool]:
        """The pages of the free list, and whether that is complete."""
        free: set[int] = set()
        trunk = self._first_free
        while trunk and trunk not in free and (page := self.page(trunk)):
            following, count = struct.unpack_from(">II", page)
            if count > self.usable_size // 4 - 2:
                break
            leaves = struct.unpack_from(f">{count}I", page, 8)
            if max(trunk, *leaves, trunk) > self.page_count:
                break
            free |= {trunk, *leaves}
            trunk = following
        return free, not trunk and len(free) == self._free_count

    def has_zeroed_page(self) -> bool:
        """Whether a page in use holds nothing but zeros: SQLite's own check can miss that."""
        free, _ = self.free_pages()
        free.add(PENDING_BYTE // self.page_size + 1)
        zeroed = bytes(self.page_size)
        # Where the file is too short, SQLite reads zeros.
        return any(
            (self.page(number) or zeroed) == zeroed
            for number in chain(self._zero_led_pages(), self._wal_pages)
            if number not in free
        )

    def _zero_led_pages(self) -> Iterator[int]:
        """The pages of the file itself that begin with zeros, or are not there.

        Of a large value's pages, each of which begins with the number of the next, that is one.
        """
        step = _HELD_PAGES * self.page_size
        for start in range(0, self.page_count * self.page_size, step):
            first = start // self.page_size + 1
            count = min(_HELD_PAGES, self.page_count - first + 1)
            heads = zip(
                *(
                    self._data[start + byte : start + step : self.page_size].ljust(count, b"\0")
                    for byte in range(_POINTER)
                ),
                strict=False,  # a last page that is cut off
            )
            yield from (
                number for number, head in enumerate(islice(heads, count), first) if not any(head)
            )
            self.check()
            self._let_go()

    def _let_go(self) -> None:
        """Have what was looked at count no longer for this process: it is in the file anyway."""
        if isinstance(self._data, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
            self._data.madvise(mmap.MADV_DONTNEED)

    def pointer_map_entry(self, number: int) -> tuple[int, int] | None:
        """Kind and parent of a page, as the pointer map of an auto-vacuum file has it.

        Kinds: 1 root, 2 free, 3 first overflow page, 4 later overflow page, 5 other b-tree page.
        """
        per_map = self.usable_size // 5
        map_page = 2 + (number - 2) // (per_map + 1) * (per_map + 1)
        data = self.page(map_page)
        if number == map_page or number < 3 or not data:
            return None
        kind, parent = struct.unpack_from(">BI", data, 5 * (number - map_page - 1))
        rootlike = kind in {1, 2}
        valid = 1 <= kind <= 5 and rootlike == (parent == 0)
        return (kind, parent) if valid else None

    def _guess_page_size(self) -> int:
        def fit(size: int) -> int:
            pages = (self._data[at : at + size] for at in range(0, len(self._data), size))
            return sum(
                size for page in pages if (parsed := parse_page(page, size)) and parsed.intact
            )

        return max(PAGE_SIZES, key=fit)


# ---- pages and cells ----------------------------------------------------------------------------


def parse_page(data: bytes, usable_size: int, offset: int = 0) -> Page | None:
    """Read a b-tree page; None if its header cannot be that of one."""
    if len(data) < usable_size:
        return None
    kind, free, count, content, fragments = struct.unpack_from(">BHHHB", data, offset)
    interior = kind in {TABLE_INTERIOR, INDEX_INTERIOR}
    content = content or 65536
    pointers = offset + (12 if interior else 8)
    first = pointers + 2 * count
    if not (interior or kind in {TABLE_LEAF, INDEX_LEAF}) or not first <= content <= usable_size:
        return None
    right = int.from_bytes(data[offset + 8 : offset + 12], "big") if interior else None
    starts = struct.unpack_from(f">{count}H", data, pointers)
    cells = [
        _parse_cell(data, start, kind, usable_size) if content <= start < usable_size else None
        for start in starts
    ]
    blocks = _free_blocks(data, free, content, usable_size)
    extents = sorted([(cell.start, cell.end) for cell in cells if cell] + (blocks or []))
    # Cells and free blocks tile the content area but for fragments of up to 3 bytes; a cell that
    # does not join its neighbours was not put there by SQLite.
    edges = [(0, content), *extents, (usable_size, usable_size)]
    gaps = [right_edge[0] - left[1] for left, right_edge in pairwise(edges)]
    joined = {
        extent
        for extent, before, after in zip(extents, gaps, gaps[1:], strict=False)
        if 0 <= before <= 3 and 0 <= after <= 3
    }
    sound = tuple(cell if cell and (cell.start, cell.end) in joined else None for cell in cells)
    intact = None not in sound and blocks is not None and sum(gaps) == fragments
    countable = intact or (None in sound and None not in cells and len(set(starts)) == count)
    return Page(kind, sound, right, intact, sound.count(None) if countable else None)


def _parse_cell(data: bytes, start: int, kind: int, usable_size: int) -> Cell | None:
    at, child, rowid, size = start, None, None, 0
    if kind in {TABLE_INTERIOR, INDEX_INTERIOR}:
        child = int.from_bytes(data[at : at + 4], "big")
        at += 4
    if kind != TABLE_INTERIOR:
        size, at = varint(data, at)
    if kind in {TABLE_INTERIOR, TABLE_LEAF}:
        rowid, at = varint(data, at)
    local = _local_size(size, kind, usable_size)
    end = at + local + (4 if local < size else 0)
    if size < 0 or end > usable_size:
        return None
    overflow = int.from_bytes(data[end - 4 : end], "big") if local < size else None
    # SQLite never allots a cell less than 4 bytes.
    return Cell(start, max(end, start + 4), child, rowid, size, data[at : at + local], overflow)


def _local_size(size: int, kind: int, usable_size: int) -> int:
    most = usable_size - 35 if kind == TABLE_LEAF else (usable_size - 12) * 64 // 255 - 23
    if size <= most:
        return size
    least = (usable_size - 12) * 32 // 255 - 23
    local = least + (size - least) % (usable_size - 4)
    return local if local <= most else least


def _free_blocks(
    data: bytes, first: int, content: int, usable_size: int
) -> list[tuple[int, int]] | None:
    blocks: list[tuple[int, int]] = []
    at, lowest = first, content
    while at:
        if not lowest <= at <= usable_size - 4:
            return None
        following, size = struct.unpack_from(">HH", data, at)
        lowest = at + size
        if size < 4 or lowest > usable_size:
            return None
        blocks.append((at, lowest))
        at = following
    return blocks


def varint(data: bytes, at: int) -> tuple[int, int]:
    """A signed 64-bit integer of up to 9 bytes, and where it ends (beyond the data if cut off)."""
    value = 0
    for index, byte in enumerate(data[at : at + 9]):
        if index == 8:
            value = value << 8 | byte
            return value - (value >> 63 << 64), at + 9
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + index + 1
    return value, len(data) + 1


# ---- records ------------------------------------------------------------------------------------


def decode_record(
    payload: bytes, encoding: str, size: int | None = None
) -> list[SqliteValue] | None:
    """The values of a record, TEXT as UTF-8 (surrogates kept); None if it does not add up.

    `size`: bytes of the whole record, of which `payload` is the beginning. What is cut off there
    is a LargeValue.
    """
    size = len(payload) if size is None else size
    header_size, at = varint(payload, 0)
    if not at <= header_size <= len(payload):
        return None
    kinds: list[int] = []
    while at < header_size:
        kind, at = varint(payload, at)
        if kind in {10, 11} or kind < 0 or len(kinds) == _MAX_COLUMNS:
            return None
        kinds.append(kind)
    if at != header_size or at + sum(map(_value_size, kinds)) != size:
        return None
    values: list[SqliteValue] = []
    for kind in kinds:
        end = at + _value_size(kind)
        if kind > 12 and kind % 2 and encoding != "utf-8" and (end - at) % 2:
            return None
        values.append(
            _value(kind, payload[at:end], encoding)
            if end <= len(payload)
            else LargeValue(_value_size(kind))
        )
        at = end
    return values


@lru_cache(maxsize=1024)
def _value_size(kind: int) -> int:
    return (0, 1, 2, 3, 4, 6, 8, 8, 0, 0)[kind] if kind < 12 else (kind - 12) // 2


def _value(kind: int, data: bytes, encoding: str) -> SqliteValue:
    if kind == 0:
        return None
    if kind in {8, 9}:
        return kind - 8
    if kind == 7:
        (real,) = struct.unpack(">d", data)
        return float(real)
    if kind < 7:
        return int.from_bytes(data, "big", signed=True)
    if kind % 2 == 0 or encoding == "utf-8":
        return data
    return data.decode(encoding, "surrogatepass").encode("utf-8", "surrogatepass")
