"""Stores as somebody makes them who wants a reader to run, remember or follow too much.

All are small, so that they do no harm to any reader: what is hostile in them is their shape.
"""

import sqlite3
import struct
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import cramjam
import zstandard

from desktop_migrator.browsers.leveldb.checksum import masked_crc32c
from tests.unit.browsers import trees

Handles = list[tuple[int, int]]
Entry = tuple[int, bytes, bytes]
"""How much of the key before is shared, the rest of the key, the value."""
AREA = b"_https://a.test\0\1"


def varint(number: int) -> bytes:
    out = bytearray()
    while number >= 128:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def _prefixed(text: bytes) -> bytes:
    return varint(len(text)) + text


def tagged(key: bytes, sequence: int = 1, *, deleted: bool = False) -> bytes:
    return key + (sequence << 8 | (not deleted)).to_bytes(8, "little")


def block(entries: Sequence[Entry]) -> bytes:
    body = b"".join(
        varint(shared) + varint(len(rest)) + varint(len(value)) + rest + value
        for shared, rest, value in entries
    )
    return body + bytes(4) + (1).to_bytes(4, "little")


def put(number: int, value: bytes = b"\1v") -> Entry:
    return 0, tagged(AREA + b"%05d" % number), value


def table(
    blocks: Sequence[bytes], handles: Callable[[Handles], Handles] = list, *, snappy: bool = True
) -> bytes:
    out = bytearray()

    def store(raw: bytes, *, compress: bool) -> bytes:
        """Appends a block; gives the handle of its place."""
        kept = (bytes(cramjam.snappy.compress_raw(raw)) if compress else raw) + bytes([compress])
        place = len(out), len(kept) - 1
        out.extend(kept + masked_crc32c(kept).to_bytes(4, "little"))
        places.append(place)
        return varint(place[0]) + varint(place[1])

    places: Handles = []
    for each in blocks:
        store(each, compress=snappy)
    named = handles(places)
    meta = store(block([]), compress=False)
    index = store(
        block(
            [
                (0, tagged(b"\xff" + number.to_bytes(4, "big")), varint(at) + varint(size))
                for number, (at, size) in enumerate(named)
            ]
        ),
        compress=True,
    )
    return bytes(out) + (meta + index).ljust(40, b"\0") + bytes.fromhex("57fb808b247547db")


def log_record(payload: bytes) -> bytes:
    return (
        masked_crc32c(b"\1" + payload).to_bytes(4, "little")
        + len(payload).to_bytes(2, "little")
        + b"\1"
        + payload
    )


def leveldb(folder: Path, tables: Sequence[bytes], log: bytes = b"", times: int = 1) -> Path:
    """A LevelDB folder whose MANIFEST lists each table that many times."""
    folder.mkdir(parents=True)
    edit = b"\1" + _prefixed(b"leveldb.BytewiseComparator") + b"\2\4\3\x64\4\1"
    for number, content in enumerate(tables, 50):
        (folder / f"{number:06}.ldb").write_bytes(content)
        for again in range(times):
            bounds = (tagged(b"_" + bytes([again])), tagged(b"_\xff"))
            edit += b"\7\0" + varint(number) + varint(len(content))
            edit += b"".join(map(_prefixed, bounds))
    (folder / "MANIFEST-000001").write_bytes(log_record(edit))
    (folder / "CURRENT").write_bytes(b"MANIFEST-000001\n")
    (folder / "000004.log").write_bytes(log)
    return folder


def sqlite(path: Path, entries: str, *statements: str, packed: bytes | None = None) -> Path:
    """Chromium's SQLite file, its table of records made by `entries`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as database, database:
        database.executescript(
            "CREATE TABLE meta(key LONGVARCHAR NOT NULL UNIQUE PRIMARY KEY, value LONGVARCHAR);"
            "INSERT INTO meta VALUES ('version', '1');"
            "CREATE TABLE maps(row_id INTEGER PRIMARY KEY AUTOINCREMENT, storage_key BLOB NOT NULL,"
            " last_accessed INTEGER, last_modified INTEGER, total_size INTEGER);"
            "INSERT INTO maps VALUES (1, CAST('https://a.test/' AS BLOB), 0, 0, 0);"
        )
        database.execute(entries)
        for statement in statements:
            database.execute(statement)
        if packed is not None:
            database.execute("INSERT INTO map_entries VALUES (1, 1, x'016b', ?)", (packed,))
    return path


ENTRIES = (
    "CREATE TABLE map_entries(map_id INTEGER NOT NULL, value_compression_type INTEGER NOT NULL,"
    " key BLOB NOT NULL, value BLOB NOT NULL, PRIMARY KEY(map_id, key)) WITHOUT ROWID"
)
ONE_ROW = "INSERT INTO map_entries VALUES (1, 0, x'016b', x'0176')"


def _many_tables(path: Path) -> Path:
    sqlite(path, ENTRIES, ONE_ROW)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("PRAGMA writable_schema=ON")
        rows = [(f"t{number}", f"CREATE TABLE t{number}(a)") for number in range(600)]
        database.executemany("INSERT INTO sqlite_master VALUES ('table', ?1, ?1, 2, ?2)", rows)
    return path


def _claiming_journal(path: Path) -> Path:
    sqlite(path, ENTRIES, ONE_ROW)
    # A length of 20 MB, of which there is not a page.
    header = bytes.fromhex("d9d505f920a163d7") + struct.pack(">IIIII", 0, 1, 5000, 512, 4096)
    path.with_name(f"{path.name}-journal").write_bytes(header.ljust(512, b"\0"))
    return path


def _with_wal(path: Path, length: int) -> Path:
    sqlite(path, ENTRIES, ONE_ROW)
    path.with_name(f"{path.name}-wal").write_bytes(bytes.fromhex("377f0682") * (length // 4 + 1))
    with path.with_name(f"{path.name}-wal").open("r+b") as log:
        log.truncate(length)
    return path


_LONG = AREA + b"k" * 3000
LEVELDB = {
    "an index that names one block over and over": lambda folder: leveldb(
        folder, [table([block([put(1), put(2)])], lambda places: places * 50)]
    ),
    "a table that is listed over and over": lambda folder: leveldb(
        folder, [table([block([put(1), put(2)])])], times=50
    ),
    "keys that spell each other out": lambda folder: leveldb(
        folder,
        [
            table(
                [
                    block([put(1), put(2)]),
                    block(
                        [
                            (0, tagged(_LONG, 900), b"\1v"),
                            *[
                                (len(_LONG), tagged(b"", number, deleted=True), b"")
                                for number in range(899, 1, -1)
                            ],
                        ]
                    ),
                ]
            )
        ],
    ),
}
"""Each holds the records 00001 and 00002."""

SQLITE = {
    "a computed value": lambda path: sqlite(
        path,
        "CREATE TABLE map_entries(map_id, key BLOB, value BLOB AS (zeroblob(map_id)))",
        "INSERT INTO map_entries VALUES (1, x'016b')",
    ),
    "a stored computed value": lambda path: sqlite(
        path,
        "CREATE TABLE map_entries(map_id, key BLOB, value BLOB AS (upper(key)) STORED)",
        "INSERT INTO map_entries VALUES (1, x'016b')",
    ),
    "a computed column that hides": lambda path: sqlite(
        path,
        "CREATE TABLE map_entries(map_id, key BLOB, value BLOB, more AS (abs(map_id)))",
        "INSERT INTO map_entries VALUES (1, x'016b', x'0176')",
    ),
    "a list of tables without end": _many_tables,
    "a journal that claims more than it holds": _claiming_journal,
}
"""Each is refused, and says so."""


def zeros_under_zstd(path: Path, zeros: int) -> Path:
    return sqlite(path, ENTRIES, packed=zstandard.compress(b"\1[" + b"0," * zeros + b"0]"))


with_wal = _with_wal


def tree_in_itself(profile: Path, records: int) -> Path:
    """Pages that are their own children: a walk without end, each step of which looks right."""
    path = trees.chromium_sqlite(profile, [f"key{number:06}" for number in range(records)])
    content = bytearray(path.read_bytes())
    size = int.from_bytes(content[16:18], "big")
    for start in range(size, len(content), size):
        if content[start] != 2:  # an interior page of an index
            continue
        own = (start // size + 1).to_bytes(4, "big")
        for number in range(int.from_bytes(content[start + 3 : start + 5], "big")):
            pointer = start + 12 + 2 * number
            cell = start + int.from_bytes(content[pointer : pointer + 2], "big")
            content[cell : cell + 4] = own
        content[start + 8 : start + 12] = own
    path.write_bytes(bytes(content))
    return path
