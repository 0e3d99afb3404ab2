"""What hostile stores cost their reader: `python -m tests.performance.hostile`.

Each is as large as its kind needs to hurt, is read in a process of its own as a command reads it,
and then once more with Ctrl-C after a second. Prints a table: seconds, peak of memory, how long
after Ctrl-C the process was gone. The bounds: 20 s, 256 MB, 2 s.
"""

import os
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import cramjam
import zstandard

from desktop_migrator.browsers.discovery.discover import SILENT
from desktop_migrator.migration.sources.open_sources import open_sources
from tests.unit.browsers import hostile_stores, trees
from tests.unit.browsers.hostile_stores import AREA, ENTRIES, block, leveldb, put, sqlite, table

_APART = ("sh", "-c", '"$@"; exit', "sh")
"""By a shell: Linux takes what a parent held for what its child did."""
SECONDS, MEGABYTES, LEAVE_SECONDS = 20, 256, 2
_SHM = Path("/dev/shm")
_ZEROS = b"\1" + bytes(15 * 2**20)


def _leveldb(profile: Path) -> Path:
    return profile / "Local Storage" / "leveldb"


def _same_block(profile: Path) -> None:
    content = block([put(number) for number in range(3000)])
    leveldb(_leveldb(profile), [table([content], lambda places: places * 200_000)])


def _listed_over_and_over(profile: Path) -> None:
    leveldb(_leveldb(profile), [table([block([put(1)])] * 20_000)], times=250)


def _spelled_out(profile: Path) -> None:
    long = AREA + b"k" * 30_000
    entries = [(0, hostile_stores.tagged(long, 2**20), b"\1v")]
    entries += [
        (len(long), hostile_stores.tagged(b"", number, deleted=True), b"")
        for number in range(2**20 - 1, 2**20 - 200_000, -1)
    ]
    leveldb(_leveldb(profile), [table([block(entries)] * 8)])


def _decoys(profile: Path) -> None:
    leveldb(_leveldb(profile), [], (b"\0" * 4 + b"\x58\x1b\1") * 4_000_000)


def _zeros_in_blocks(profile: Path) -> None:
    leveldb(_leveldb(profile), [table([block([put(number, _ZEROS)]) for number in range(60)])])


def _damaged_large_table(profile: Path) -> None:
    content = bytearray(table([block([put(number, os.urandom(60_000))]) for number in range(900)]))
    content[-60:-50] = bytes(10)
    leveldb(_leveldb(profile), [bytes(content)])


def _sqlite(profile: Path, *statements: str, create: str = ENTRIES) -> Path:
    return sqlite(profile / "LocalStorage", create, *statements)


def _computed(profile: Path) -> None:
    computed = "CREATE TABLE map_entries(map_id, key BLOB, value BLOB AS (zeroblob(1000000000)))"
    _sqlite(profile, "INSERT INTO map_entries VALUES (1, x'016b')", create=computed)


def _many_tables(profile: Path) -> None:
    path = _sqlite(profile)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("PRAGMA writable_schema=ON")
        rows = [(f"t{number}", f"CREATE TABLE t{number}(a)") for number in range(300_000)]
        database.executemany("INSERT INTO sqlite_master VALUES ('table', ?1, ?1, 2, ?2)", rows)


def _packed(profile: Path, kind: int, value: bytes, count: int) -> None:
    path = _sqlite(profile)
    with closing(sqlite3.connect(path)) as database, database:
        rows = [(kind, b"\1%d" % number, value) for number in range(count)]
        database.executemany("INSERT INTO map_entries VALUES (1, ?, ?, ?)", rows)


def _firefox_zeros(profile: Path) -> None:
    path = trees.firefox(profile, keys=[])
    packed = bytes(cramjam.snappy.compress_raw(bytes(15 * 2**20)))
    with closing(sqlite3.connect(path)) as database, database:
        rows = [(f"k{number}", 15 * 2**20, packed) for number in range(60)]
        database.executemany("INSERT INTO data VALUES (?, ?, 1, 1, 0, ?)", rows)


def _one_page_over_and_over(profile: Path) -> None:
    """A write-ahead log of 100 MB that holds the same page, its last frame cut."""
    path = _sqlite(profile)
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA wal_autocheckpoint=0")
        for number in range(12_000):
            database.execute("UPDATE maps SET total_size = ?", (number,))
            database.commit()
        log = path.with_name("LocalStorage-wal").read_bytes()
        main = path.read_bytes()
    path.write_bytes(main)
    path.with_name("LocalStorage-wal").write_bytes(log[:-100])


def _large_value(profile: Path) -> None:
    value = b"\1" + os.urandom(40 * 2**20)
    leveldb(_leveldb(profile), [table([block([put(1, value)])])])


def _local_state(profile: Path) -> None:
    trees.chromium_sqlite(profile)
    (profile.parent / "Local State").write_text('{"x":[' + "[]," * 18_000_000 + "[]]}")


KINDS: dict[str, Callable[[Path], object]] = {
    "LevelDB: an index names one block 200,000 times": _same_block,
    "LevelDB: a table listed 250 times": _listed_over_and_over,
    "LevelDB: keys of 30 KB that spell each other out, 1.6 million": _spelled_out,
    "LevelDB: a log of 4 million decoys": _decoys,
    "LevelDB: 60 values of 15 MiB zeros": _zeros_in_blocks,
    "LevelDB: 54 MB without an index": _damaged_large_table,
    "LevelDB: a value of 40 MiB": _large_value,
    "SQLite: values computed, 1 GB each": _computed,
    "SQLite: 300,000 tables": _many_tables,
    "SQLite: pages that are their own children": lambda profile: hostile_stores.tree_in_itself(
        profile, 60_000
    ),
    "SQLite: a log of 12,000 times one page": _one_page_over_and_over,
    "SQLite: 200 values of 15 MiB zeros under zstd": lambda profile: _packed(
        profile, 1, zstandard.compress(_ZEROS), 200
    ),
    "Firefox: 60 values of 15 MiB zeros under snappy": _firefox_zeros,
    "Local State of 54 MB": _local_state,
}


def _read(folder: Path) -> None:
    """As a command does, record by record."""
    print("reading", flush=True)
    began = time.perf_counter()
    with open_sources([folder], folder / "scratch", SILENT) as sources:
        for record in sources.records():
            del record
    seconds = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = used.ru_utime + used.ru_stime
    print(f"{seconds:.1f} {cpu:.1f} {used.ru_maxrss // 1024} {len(sources.damages)}", flush=True)


def _measure(folder: Path, *, interrupt: bool) -> tuple[float, list[str]]:
    """Seconds from Ctrl-C to the end; what the process said of itself."""
    command = [*_APART, sys.executable, "-m", "tests.performance.hostile", str(folder)]
    began = time.perf_counter()
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout
        process.stdout.readline()
        if interrupt:
            with suppress(subprocess.TimeoutExpired):
                process.wait(1)
            began = time.perf_counter()
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGINT)
        said = process.stdout.read().split()
    return time.perf_counter() - began, said


def main() -> None:
    print("| store | on disk | seconds | CPU | peak | told | gone after Ctrl-C |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    failed = False
    for name, make in KINDS.items():
        with tempfile.TemporaryDirectory(dir=_SHM if _SHM.is_dir() else None) as root:
            make(Path(root) / "home" / "Default")
            files = [path for path in Path(root).rglob("*") if path.is_file()]
            size = sum(path.stat().st_size for path in files) / 2**20
            _, said = _measure(Path(root) / "home", interrupt=False)
            left, _ = _measure(Path(root) / "home", interrupt=True)
        seconds, cpu, peak, damages = said or ("inf", "", "inf", "died")
        failed |= float(seconds) > SECONDS or float(peak) > MEGABYTES or left > LEAVE_SECONDS
        cells = (name, f"{size:.1f} MB", seconds, cpu, f"{peak} MB", damages, f"{left:.1f} s")
        print(f"| {' | '.join(cells)} |", flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _read(Path(sys.argv[1]))
    else:
        main()
