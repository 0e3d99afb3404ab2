"""Damage of every kind, at places all over a store that LevelDB itself wrote.

`live` is what the store held, `ever` every version it ever held.
"""

import pickle
import shutil
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop_migrator.browsers.formats import chromium_leveldb
from desktop_migrator.browsers.formats.chromium_leveldb import KeyRange
from desktop_migrator.browsers.leveldb.checksum import masked_crc32c
from desktop_migrator.browsers.leveldb.log import varint
from desktop_migrator.browsers.leveldb.table import MAX_BLOCK_SIZE
from desktop_migrator.model import Damage
from tests.unit.browsers.leveldb_stores import (
    History,
    key_of,
    layered_store,
    opened,
    read_all,
    salvaged,
    store_at,
)


def changed(data: bytes, at: int, by: bytes) -> bytes:
    """The data with some bits flipped."""
    end = min(at + len(by), len(data))
    flipped = bytes(byte ^ bits for byte, bits in zip(data[at:end], by, strict=False))
    return data[:at] + flipped + data[end:]


DAMAGES: dict[str, Callable[[bytes, int], bytes]] = {
    "one bit": lambda data, at: changed(data, at, b"\1"),
    "a byte": lambda data, at: changed(data, at, b"\xff"),
    "three bytes": lambda data, at: changed(data, at, b"\x11\x22\x44"),
    "zeros": lambda data, at: data[:at] + bytes(len(data[at : at + 20])) + data[at + 20 :],
    "cut off": lambda data, at: data[:at],
}
REPAIR = """
import pickle, sys, plyvel
plyvel.repair_db(sys.argv[1], paranoid_checks=True)
with plyvel.DB(sys.argv[1]) as database:
    sys.stdout.buffer.write(pickle.dumps(dict(database)))
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> History:
    return layered_store(tmp_path_factory.mktemp("layered") / "leveldb")


def read_raw(folder: Path) -> tuple[dict[bytes, bytes], list[Damage]]:
    records, damages = read_all(folder)
    found = {
        b"_%s\0\x01%s" % (str(r.storage_key).encode(), r.key.encode()): b"\x01" + r.value.encode()
        for r in records
    }
    assert len(found) == len(records)
    return found, damages


def repaired(folder: Path) -> dict[bytes, bytes]:
    """What LevelDB's own repair leaves, checksums on; it may end the process, hence another."""
    run = subprocess.run(
        [sys.executable, "-c", REPAIR, str(folder)], capture_output=True, check=False
    )
    found: dict[bytes, bytes] = pickle.loads(run.stdout) if run.returncode == 0 else {}  # noqa: S301
    return found


def boundaries_of_log(data: bytes) -> set[int]:
    """Where a log of one block may end without a trace."""
    ends, at = {0}, 0
    while at < len(data):
        at += 7 + int.from_bytes(data[at + 4 : at + 6], "little")
        ends.add(at)
    return ends


@pytest.mark.parametrize("kind", DAMAGES)
@pytest.mark.parametrize("pattern", ["000005.ldb", "000008.ldb", "*.log", "MANIFEST-*", "CURRENT"])
def test_nothing_wrong_is_read_and_nothing_is_lost_in_silence(
    store: History, tmp_path: Path, pattern: str, kind: str
) -> None:
    (name,) = (path.name for path in store.folder.glob(pattern))
    data = (store.folder / name).read_bytes()
    without_trace = boundaries_of_log(data) if kind == "cut off" and name.endswith("log") else ()
    copy = tmp_path / "copy"
    for at in range(0, len(data), 7):
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(store.folder, copy)
        (copy / name).write_bytes(DAMAGES[kind](data, at))
        found, damages = read_raw(copy)
        assert found.items() <= store.ever, f"{name} {at}"
        assert found == store.records() or damages or at in without_trace, f"{name} {at}"


@pytest.mark.parametrize("kind", DAMAGES)
@pytest.mark.parametrize("pattern", ["000005.ldb", "000008.ldb", "MANIFEST-*", "CURRENT"])
def test_at_least_what_leveldbs_own_repair_recovers_is_recovered(
    store: History, tmp_path: Path, pattern: str, kind: str
) -> None:
    (name,) = (path.name for path in store.folder.glob(pattern))
    data = (store.folder / name).read_bytes()
    for at in range(0, len(data), max(len(data) // 6, 1)):
        ours, theirs = tmp_path / f"ours {at}", tmp_path / f"theirs {at}"
        for copy in (ours, theirs):
            shutil.copytree(store.folder, copy)
            (copy / name).write_bytes(DAMAGES[kind](data, at))
        right = repaired(theirs).items() & store.records().items()
        found, _ = read_raw(ours)
        assert right <= found.items(), f"{name} {at}"


def differing(found: dict[bytes, bytes], right: dict[bytes, bytes]) -> int:
    return sum(found.get(key) != right.get(key) for key in found.keys() | right.keys())


@pytest.mark.parametrize("kind", ["one bit", "a byte"])
def test_a_wrong_byte_in_the_list_of_files_costs_nothing(
    store: History, tmp_path: Path, kind: str
) -> None:
    (name,) = (path.name for path in store.folder.glob("MANIFEST-*"))
    data = (store.folder / name).read_bytes()
    for at in range(len(data)):
        shutil.copytree(store.folder, tmp_path / "copy", dirs_exist_ok=True)
        (tmp_path / "copy" / name).write_bytes(DAMAGES[kind](data, at))
        found, _ = read_raw(tmp_path / "copy")
        assert found == store.records(), at


@pytest.mark.parametrize("kind", ["one bit", "a byte", "three bytes"])
def test_a_wrong_value_in_a_table_costs_its_block_and_is_counted(tmp_path: Path, kind: str) -> None:
    live = {key_of(number): b"\x01value %03d" % number + b"." * 60 for number in range(40)}
    with opened(tmp_path / "db", compression=None, block_size=512) as database:
        for key, value in live.items():
            database.put(key, value)
    with opened(tmp_path / "db", compression=None, block_size=512):
        pass  # opening moves the log into a table
    (table,) = (tmp_path / "db").glob("*.ldb")
    data = table.read_bytes()
    copy = tmp_path / "copy"
    costs = set()
    for value in live.values():
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(tmp_path / "db", copy)
        (copy / table.name).write_bytes(DAMAGES[kind](data, data.index(value) + 8))
        found, damages = read_raw(copy)
        assert found.items() < live.items()
        assert [damage.lost_records for damage in damages] == [differing(found, live)]
        costs.add(differing(found, live))
    assert costs == {13, 1}  # as LevelDB fills a block, and the last one


@pytest.mark.parametrize("start", [None, key_of(20), key_of(39)])
@pytest.mark.parametrize("stop", [None, key_of(40), key_of(50)])
def test_the_last_block_is_not_lost_in_silence(
    tmp_path: Path, start: bytes | None, stop: bytes | None
) -> None:
    """plyvel takes it for the end, whatever range it is asked for."""
    with opened(tmp_path / "db", compression=None, block_size=512) as database:
        for number in range(40):
            database.put(key_of(number), b"\x01value %03d" % number + b"." * 60)
    with opened(tmp_path / "db", compression=None, block_size=512):
        pass  # opening moves the log into a table
    (table,) = (tmp_path / "db").glob("*.ldb")
    data = table.read_bytes()
    table.write_bytes(DAMAGES["one bit"](data, data.index(b"value 039")))
    damages: list[Damage] = []
    records = chromium_leveldb.read(
        store_at(tmp_path / "db"), tmp_path / "db", damages.append, KeyRange(start, stop)
    )
    assert len(list(records)) == {None: 39, key_of(20): 19, key_of(39): 0}[start]
    assert [damage.lost_records for damage in damages] == [1]


@pytest.mark.parametrize("kind", ["one bit", "a byte", "three bytes"])
def test_a_wrong_value_in_a_log_costs_its_write_and_is_counted(
    store: History, tmp_path: Path, kind: str
) -> None:
    (name,) = (path.name for path in store.folder.glob("*.log"))
    data = (store.folder / name).read_bytes()
    copy = tmp_path / "copy"
    for number in range(30, 36):
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(store.folder, copy)
        (copy / name).write_bytes(DAMAGES[kind](data, data.index(b"value %d of" % number)))
        found, damages = read_raw(copy)
        right = store.records()
        del right[key_of(number)]
        assert found == right
        assert [damage.lost_records for damage in damages] == [1]


@pytest.mark.parametrize("kind", ["one bit", "a byte", "zeros"])
def test_damage_in_the_only_block_of_the_only_table_is_not_taken_for_an_empty_store(
    tmp_path: Path, kind: str
) -> None:
    with opened(tmp_path / "db") as database:
        database.put(key_of(1), b"\x01one")
        database.put(key_of(2), b"\x01two")
    with opened(tmp_path / "db"):
        pass  # opening moves the log into a table
    (table,) = (tmp_path / "db").glob("*.ldb")
    data = table.read_bytes()
    for at in range(0, len(data) // 2, 5):
        shutil.copytree(tmp_path / "db", tmp_path / "copy", dirs_exist_ok=True)
        (tmp_path / "copy" / table.name).write_bytes(DAMAGES[kind](data, at))
        found, damages = read_raw(tmp_path / "copy")
        assert len(found) == 2 or damages, at


def test_a_damaged_index_or_footer_costs_nothing(store: History, tmp_path: Path) -> None:
    for table in store.folder.glob("*.ldb"):
        data = table.read_bytes()
        for at in range(len(data) - 60, len(data)):
            shutil.copytree(store.folder, tmp_path / "copy", dirs_exist_ok=True)
            (tmp_path / "copy" / table.name).write_bytes(DAMAGES["a byte"](data, at))
            assert salvaged(tmp_path / "copy") == store.live


@pytest.mark.parametrize("missing", ["CURRENT", "MANIFEST-*"])
def test_without_the_list_of_files_every_record_is_still_found(
    store: History, tmp_path: Path, missing: str
) -> None:
    shutil.copytree(store.folder, tmp_path / "copy")
    for path in (tmp_path / "copy").glob(missing):
        path.unlink()
    found, damages = read_raw(tmp_path / "copy")
    assert found == store.records()
    assert len(damages) == 1


@pytest.mark.parametrize("missing", ["000005.ldb", "000008.ldb", "000009.log"])
def test_a_missing_file_is_noticed_and_the_others_are_read(
    store: History, tmp_path: Path, missing: str
) -> None:
    shutil.copytree(store.folder, tmp_path / "copy")
    (tmp_path / "copy" / missing).unlink()
    found, damages = read_raw(tmp_path / "copy")
    assert found
    assert found.items() <= store.ever
    assert len(damages) == 1


def test_a_table_that_no_longer_counts_brings_nothing_back(tmp_path: Path) -> None:
    with opened(tmp_path / "db") as database:
        database.put(key_of(1), b"\x01deleted long ago")
    with opened(tmp_path / "db") as database:
        (obsolete,) = (tmp_path / "db").glob("*.ldb")
        content = obsolete.read_bytes()
        database.delete(key_of(1))
        database.put(key_of(2), b"\x01here")
        database.compact_range()
    obsolete.write_bytes(content)
    (tmp_path / "db" / "CURRENT").unlink()
    found, _ = read_raw(tmp_path / "db")
    assert found == {key_of(2): b"\x01here"}


@pytest.mark.parametrize("kind", ["one bit", "a byte", "three bytes"])
@pytest.mark.parametrize(
    ("at", "counted"),
    [(0, 5), (60, 5), (200, 5), (6, 6)],
    ids=["checksum", "value", "later value", "type: at most all operations"],
)
def test_lost_records_of_a_log_are_counted(
    tmp_path: Path, at: int, counted: int, kind: str
) -> None:
    with opened(tmp_path / "db") as database:
        for start in range(0, 50, 5):
            with database.write_batch() as batch:
                batch.put(b"META:https://a.test", b"\x08\x01")
                for number in range(start, start + 5):
                    batch.put(key_of(number), b"\x01" + b"x" * 50)
        shutil.copytree(tmp_path / "db", tmp_path / "copy")
    (log,) = (tmp_path / "copy").glob("*.log")
    data = log.read_bytes()
    third_write = 2 * (len(data) // 10)
    log.write_bytes(DAMAGES[kind](data, third_write + at))
    found, damages = read_raw(tmp_path / "copy")
    assert found.keys() == {key_of(number) for number in (*range(10), *range(15, 50))}
    assert [damage.lost_records for damage in damages] == [counted]


def test_a_wrong_length_near_a_logs_end_hides_nothing(tmp_path: Path) -> None:
    """LevelDB takes it for the end of the file, and drops all that follows without a word."""
    with opened(tmp_path / "db") as database:
        for number in range(20):
            database.put(key_of(number), b"\x01" + b"x" * 50)
        shutil.copytree(tmp_path / "db", tmp_path / "copy")
    (log,) = (tmp_path / "copy").glob("*.log")
    data = bytearray(log.read_bytes())
    data[5] = 0x40  # the first record now claims 16 KiB
    log.write_bytes(data)
    found, damages = read_raw(tmp_path / "copy")
    assert found.keys() == {key_of(number) for number in range(20)}
    assert [damage.lost_records for damage in damages] == [0]


def test_a_write_over_several_blocks_keeps_what_stands_before_its_damage(tmp_path: Path) -> None:
    with opened(tmp_path / "db") as database:
        with database.write_batch() as batch:
            for number in range(10):
                batch.put(key_of(number), b"\x01" + b"x" * 10_000)
        database.put(key_of(10), b"\x01after")
        shutil.copytree(tmp_path / "db", tmp_path / "copy")
    (log,) = (tmp_path / "copy").glob("*.log")
    log.write_bytes(DAMAGES["three bytes"](log.read_bytes(), 70_000))
    found, damages = read_raw(tmp_path / "copy")
    assert found.keys() == {key_of(number) for number in (*range(6), 10)}
    assert [damage.lost_records for damage in damages] == [4]


def test_a_table_that_asks_for_endless_memory_does_not_end_the_process(tmp_path: Path) -> None:
    """LevelDB believes an index whose checksum is right, and aborts for want of memory."""
    with opened(tmp_path / "db", compression=None, block_size=512) as database:
        for number in range(30):
            database.put(key_of(number), b"\x01" + b"x" * 100)
    with opened(tmp_path / "db", compression=None, block_size=512):
        pass  # opening moves the log into a table
    (table,) = (tmp_path / "db").glob("*.ldb")
    data = bytearray(table.read_bytes())
    footer = bytes(data[-48:])
    _, position = varint(footer, 0)
    _, position = varint(footer, position)
    start, position = varint(footer, position)
    size, _ = varint(footer, position)
    key_length, handle_length = data[start + 1], data[start + 2]
    handle = b"\0" + b"\x80" * 8 + b"\x10"  # a block of 2 to the power of 60 bytes
    key = data[start + 3 :][: key_length + handle_length - len(handle)]
    entry = bytes([0, len(key), len(handle)]) + key + handle
    data[start : start + len(entry)] = entry
    index = bytes(data[start : start + size + 1])
    data[start + size + 1 : start + size + 5] = masked_crc32c(index).to_bytes(4, "little")
    table.write_bytes(data)
    script = (
        "import pathlib, sys, tests.unit.browsers.leveldb_stores as stores\n"
        "print([damage.description for damage in stores.read_all(pathlib.Path(sys.argv[1]))[1]])"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "db")], capture_output=True, check=False
    )
    assert run.returncode == 0
    assert b"damaged" in run.stdout


def test_keys_that_spell_out_to_far_more_than_their_block_are_not_spelled_out(
    tmp_path: Path,
) -> None:
    """Each repeats the one before and adds a letter: 0.3 MB that would take 200."""
    with opened(
        tmp_path / "db", compression=None, block_size=2**26, block_restart_interval=2**30
    ) as database:
        with database.write_batch() as batch:
            for length in range(20_000):
                batch.put(b"_https://a.test\0\x01" + b"a" * length, b"")
        database.compact_range()
        database.put(key_of(1), b"\x01in the log")
    (tmp_path / "db" / "CURRENT").unlink()
    assert sum(path.stat().st_size for path in (tmp_path / "db").glob("*.ldb")) < 2**20
    tracemalloc.start()
    try:
        found, damages = read_raw(tmp_path / "db")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found == {key_of(1): b"\x01in the log"}
    assert [damage.description for damage in damages if "part of a file" in str(damage.description)]
    assert peak < 2 * MAX_BLOCK_SIZE
