"""Decoding 50,000 records (31 MB) of a Chromium LevelDB, against a bare walk and a peer.

Each way runs in a process of its own, the ways in turn, five rounds; medians are shown, with the
peak memory of the whole process.
"""

import importlib
import json
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from time import perf_counter

import plyvel

from desktop_migrator.browsers.formats.chromium_leveldb import read
from desktop_migrator.model import Profile, Store, StoreFormat
from desktop_migrator.system.memory import peak_memory_mb
from tests.performance.processes import measure

RECORDS = 50_000
ORIGINS = 20
ROUNDS = 5


def make_store(folder: Path) -> int:
    """A LevelDB as Chromium writes it, half Latin-1 and half UTF-16; returns the bytes of text."""
    size = 0
    database = plyvel.DB(str(folder), create_if_missing=True)
    database.put(b"VERSION", b"1")
    for number in range(RECORDS):
        origin = b"https://site%d.test" % (number % ORIGINS)
        filler = f'{{"id":"{number}","text":"{"x" * 400}"}}'
        value = (
            b"\x01" + filler.encode("latin-1") * 2
            if number % 2
            else b"\x00" + filler.encode("utf-16-le")[:400]
        )
        database.put(b"_" + origin + b"\x00\x01record-%d" % number, value)
        size += len(value)
    database.close()
    return size


def bare_walk(folder: Path) -> int:
    """What cannot be avoided: plyvel's iteration and decoding the text."""
    count = 0
    database = plyvel.DB(str(folder))
    for key, value in database.iterator(prefix=b"_"):
        _, _, name = key.partition(b"\x00")
        for text in (name, value):
            text[1:].decode("latin-1" if text[0] else "utf-16-le")
        count += 1
    database.close()
    return count


def ours(folder: Path) -> int:
    profile = Profile("chromium", "Chromium", "Default", folder)
    store = Store(profile, StoreFormat.CHROMIUM_LEVELDB, folder, 0)
    damages: list[object] = []
    count = sum(1 for _ in read(store, folder, damages.append))
    assert not damages
    return count


def raw_files(folder: Path) -> int:
    """The approach of ccl_chromium_reader and dfindexeddb: the files parsed in Python."""
    peer = importlib.import_module("dfindexeddb.leveldb.record")
    count = 0
    for record in peer.FolderReader(folder).GetRecords(use_sequence_number=True):
        if record.record.key.startswith(b"_") and record.recovered is False:
            _, _, name = record.record.key.partition(b"\x00")
            for text in (name, record.record.value):
                text[1:].decode("latin-1" if text[0] else "utf-16-le")
            count += 1
    return count


WAYS = {"bare plyvel walk": bare_walk, "Desktop Migrator": ours, "raw files (peer)": raw_files}


def run() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "leveldb")
        size = make_store(folder)
        ways = [way for way in WAYS if way != "raw files (peer)" or find_spec("dfindexeddb")]
        rounds = [{way: measure(__name__, way, folder) for way in ways} for _ in range(ROUNDS)]
    print(f"\nDecoding {RECORDS:,} records ({size / 1e6:.0f} MB), median of {ROUNDS} rounds")
    baseline = median(each["bare plyvel walk"]["seconds"] for each in rounds)
    for way in ways:
        seconds = median(each[way]["seconds"] for each in rounds)
        memory = median(each[way]["memory"] for each in rounds)
        print(f"  {way:20} {seconds:7.3f} s  {seconds / baseline:5.2f} x  {memory:5.0f} MiB")


if __name__ == "__main__":
    began = perf_counter()
    counted = WAYS[sys.argv[1]](Path(sys.argv[2]))
    seconds = perf_counter() - began
    assert counted == RECORDS, counted
    print(json.dumps({"seconds": seconds, "memory": peak_memory_mb()}))
