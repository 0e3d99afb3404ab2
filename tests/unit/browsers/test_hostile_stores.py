"""What a store may do to its reader: nothing. Each shape here is small; its budget is smaller."""

import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from desktop_migrator.browsers import budget as budgets
from desktop_migrator.browsers.budget import Budget, ReadingStoppedError, stop_requested
from desktop_migrator.browsers.discovery.discover import System, discover, discover_path
from desktop_migrator.browsers.leveldb import table
from desktop_migrator.browsers.read import read_stores
from desktop_migrator.browsers.read.snapshot import snapshot
from desktop_migrator.browsers.sqlite.reader import SqliteFile
from desktop_migrator.errors import SnapshotFailed, StoreUnreadable
from desktop_migrator.messages import Message
from desktop_migrator.model import Damage, Record, Store, StoreFormat
from tests.unit.browsers import hostile_stores, trees
from tests.unit.browsers.leveldb_stores import salvaged


def read(path: Path, scratch: Path) -> tuple[list[Record], list[Damage]]:
    damages: list[Damage] = []
    stores = discover_path(path, System.current()).stores
    return list(read_stores.read_stores(stores, scratch, damages.append)), damages


@pytest.mark.parametrize("shape", hostile_stores.LEVELDB)
def test_what_a_leveldb_holds_is_read_once(
    shape: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "_SPELLED_OUT_ANYWAY", 1000)
    monkeypatch.setattr(table, "_USUAL_BLOCK_SIZE", 1000)
    folder = hostile_stores.LEVELDB[shape](tmp_path / "Local Storage" / "leveldb")
    records, damages = read(tmp_path / "Local Storage", tmp_path / "scratch")
    assert [record.key for record in records] == ["00001", "00002"]
    assert damages
    assert len(salvaged(folder)) == 2


@pytest.mark.parametrize("shape", hostile_stores.SQLITE)
def test_what_no_browser_makes_is_refused_and_told(shape: str, tmp_path: Path) -> None:
    path = hostile_stores.SQLITE[shape](tmp_path / "Default" / "LocalStorage")
    before = trees.fingerprint(tmp_path)
    records, damages = read(path, tmp_path / "scratch")
    assert not records
    assert [damage.lost_records for damage in damages] == [None]
    assert {
        k: v for k, v in trees.fingerprint(tmp_path).items() if "scratch" not in str(k)
    } == before


def test_pages_that_are_their_own_children_are_walked_once(tmp_path: Path) -> None:
    path = hostile_stores.tree_in_itself(tmp_path / "Default", 2000)
    records, (damage,) = read(path, tmp_path / "scratch")
    assert sorted(record.key for record in records) == [f"key{n:06}" for n in range(2000)]
    assert "damaged" in str(damage.description)


@pytest.mark.parametrize("length", [1, 17, 31, 32, 47])
def test_a_log_cut_to_a_few_bytes_costs_its_file_nothing(length: int, tmp_path: Path) -> None:
    path = hostile_stores.with_wal(tmp_path / "Default" / "LocalStorage", length)
    records, damages = read(path, tmp_path / "scratch")
    assert [record.key for record in records] == ["k"]
    assert damages


def test_functions_of_a_schema_are_not_let_through(tmp_path: Path) -> None:
    path = hostile_stores.sqlite(tmp_path / "x", hostile_stores.ENTRIES, hostile_stores.ONE_ROW)
    with closing(SqliteFile(path, print)) as file:
        for statement in (
            "SELECT hex(value) FROM map_entries",
            "ATTACH ':memory:' AS other",
            "PRAGMA writable_schema=ON",
            "DELETE FROM maps",
        ):
            with pytest.raises(sqlite3.DatabaseError):
                file._connection.execute(statement).fetchall()


def test_a_value_that_unpacks_to_too_much_ends_its_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = hostile_stores.zeros_under_zstd(tmp_path / "Default" / "LocalStorage", 50_000)
    records, damages = read(path, tmp_path / "scratch")
    assert [len(record.value) for record in records] == [100_003]
    monkeypatch.setattr(budgets, "_UNPACKED", 1000)
    monkeypatch.setattr(budgets, "_UNPACKED_RATIO", 1)
    records, damages = read(path, tmp_path / "scratch")
    assert not records
    assert "unpacks" in str(damages[0].description)


# ---- time ----------------------------------------------------------------------------------------


def spent(_name: str = "", _size: int = 0) -> Budget:
    return Budget("store", seconds=-1)


MAKERS: dict[str, Callable[[Path], object]] = {
    "leveldb": lambda profile: hostile_stores.leveldb(
        profile / "Local Storage" / "leveldb",
        [hostile_stores.table([hostile_stores.block([hostile_stores.put(1)])])],
    ),
    "a damaged leveldb": lambda profile: hostile_stores.leveldb(
        profile / "Local Storage" / "leveldb", [], (b"\0" * 4 + b"\x58\x1b\1") * 4000
    ),
    "sqlite": lambda profile: hostile_stores.sqlite(
        profile / "LocalStorage", hostile_stores.ENTRIES, hostile_stores.ONE_ROW
    ),
    "firefox": trees.firefox,
    "webkit": lambda profile: trees.webkit(profile / "https_a.test_0.localstorage"),
}


@pytest.mark.parametrize("kind", MAKERS)
def test_a_store_whose_time_is_over_is_that_stores_damage(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    MAKERS[kind](tmp_path / "Default")
    trees.chromium_sqlite(tmp_path / "Profile 1")
    real = Budget.for_store

    def for_store(store: Path, copy: Path) -> Budget:
        return real(store, copy) if "Profile 1" in store.parts else spent()

    monkeypatch.setattr(Budget, "for_store", for_store)
    records, damages = read(tmp_path, tmp_path / "scratch")
    assert {record.store.path.parent.name for record in records} == {"Profile 1"}
    assert len(damages) == 1
    assert "more time" in str(damages[0].description)


def test_sqlite_itself_is_stopped(tmp_path: Path) -> None:
    path = hostile_stores.sqlite(tmp_path / "x", hostile_stores.ENTRIES, hostile_stores.ONE_ROW)
    budget = Budget("store")
    with closing(SqliteFile(path, print, budget)) as file:
        budget.deadline = 0
        pairs = " JOIN ".join(["maps"] * 40)
        file._connection.set_progress_handler(budget.tick, 1)
        with pytest.raises(sqlite3.OperationalError, match="interrupted"):
            file._connection.execute(f"SELECT count(*) FROM {pairs}").fetchone()
        with pytest.raises(StoreUnreadable):
            file.table_columns("maps")


def test_an_interrupt_within_sqlite_is_not_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite's callback would swallow it, and the salvage would go on."""
    path = hostile_stores.sqlite(tmp_path / "x", hostile_stores.ENTRIES, hostile_stores.ONE_ROW)
    budget = Budget("store")
    with closing(SqliteFile(path, print, budget)) as file:
        file._connection.set_progress_handler(budget.tick, 1)

        def pressed() -> bool:
            raise KeyboardInterrupt

        before = stop_requested.set(pressed)
        try:
            with pytest.raises(KeyboardInterrupt):
                list(file.rows("maps", ["row_id"], print))
        finally:
            stop_requested.reset(before)


def test_who_no_longer_reads_ends_the_reading() -> None:
    before = stop_requested.set(lambda: True)
    try:
        with pytest.raises(ReadingStoppedError):
            Budget("store").check()
    finally:
        stop_requested.reset(before)


def test_the_time_of_who_takes_the_records_is_not_the_stores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = tmp_path / "Default"
    trees.chromium_sqlite(profile, [f"k{number}" for number in range(600)])
    clock = [0.0]
    monkeypatch.setattr(budgets, "perf_counter", lambda: clock[0])
    monkeypatch.setattr(read_stores, "perf_counter", lambda: clock[0])
    damages: list[Damage] = []
    stores = discover_path(profile, System.current()).stores
    taken = 0
    for _ in read_stores.read_stores(stores, tmp_path / "scratch", damages.append):
        clock[0] += 3600
        taken += 1
    assert (taken, damages) == (600, [])


# ---- whatever else -------------------------------------------------------------------------------


def test_anything_unexpected_is_that_stores_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trees.chromium_sqlite(tmp_path / "Default")
    trees.chromium_leveldb(tmp_path / "Profile 1")
    trees.chromium_sqlite(tmp_path / "Profile 2")
    readers = dict(read_stores.READERS)
    real = readers[StoreFormat.CHROMIUM_SQLITE]

    def failing(store: Store, copy: Path, *more: Any, **named: Any) -> Iterator[Record]:
        if "Default" in store.path.parts:
            raise ZeroDivisionError
        return real(store, copy, *more, **named)

    readers[StoreFormat.CHROMIUM_SQLITE] = failing
    monkeypatch.setattr(read_stores, "READERS", readers)
    records, damages = read(tmp_path, tmp_path / "scratch")
    assert {record.store.path.parts[len(tmp_path.parts)] for record in records} == {
        "Profile 1",
        "Profile 2",
    }
    assert ["ZeroDivisionError" in str(damage.description) for damage in damages] == [True]


def test_what_was_read_before_a_store_fails_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trees.chromium_sqlite(tmp_path / "Default", [f"k{number}" for number in range(20)])
    real = read_stores.READERS[StoreFormat.CHROMIUM_SQLITE]

    def failing(*what: Any, **named: Any) -> Iterator[Record]:
        yield from list(real(*what, **named))[:7]
        raise StoreUnreadable(path="store", reason="it ends")

    monkeypatch.setattr(read_stores, "READERS", {StoreFormat.CHROMIUM_SQLITE: failing})
    records, damages = read(tmp_path / "Default", tmp_path / "scratch")
    assert (len(records), len(damages)) == (7, 1)


@pytest.mark.parametrize("cut", range(0, 40, 3))
def test_a_webkit_origin_cut_anywhere_ends_no_command(cut: int, tmp_path: Path) -> None:
    trees.webkit(tmp_path / "a" / "b" / "LocalStorage" / "localstorage.sqlite3")
    whole = (5).to_bytes(4, "little") + b"\1https" + (6).to_bytes(4, "little") + b"\1a.test\0"
    (tmp_path / "a" / "b" / "origin").write_bytes((whole * 2)[:cut])
    records, damages = read(tmp_path, tmp_path / "scratch")
    assert not records
    assert len(damages) == 1


def test_damages_without_number_are_told_together(tmp_path: Path) -> None:
    trees.chromium_sqlite(tmp_path)
    (store,) = discover_path(tmp_path, System.current()).stores
    tally = read_stores._DamageTally(store)
    for number in range(3000):
        tally.add(Damage(store, Message("page {n}", n=number), 1))
        tally.add(Damage(store, Message("page 0"), 1))
    told = list(tally.told())
    assert len(told) == read_stores._MAX_KINDS + 1
    assert sum(damage.lost_records or 0 for damage in told) == 6000


@pytest.mark.skipif(sys.platform == "win32", reason="there files have no holes unasked")
@pytest.mark.parametrize("name", ["LocalStorage", "LocalStorage-wal"])
def test_a_file_of_holes_is_not_copied(name: str, tmp_path: Path) -> None:
    profile = tmp_path / "Default"
    path = hostile_stores.with_wal(profile / "LocalStorage", 40)
    os.truncate(profile / name, 2**31)
    scratch = tmp_path / "scratch"
    (store,) = discover_path(path, System.current()).stores
    with pytest.raises(SnapshotFailed, match="holes"), snapshot(store, scratch):
        pass
    assert not list(scratch.iterdir())


def test_a_pipe_in_a_profile_is_no_file(tmp_path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("no pipes with names")
    path = trees.firefox(tmp_path / "x.default")
    metadata = path.parent.parent / ".metadata-v2"
    metadata.unlink(missing_ok=True)
    os.mkfifo(metadata)
    os.mkfifo(tmp_path / "profiles.ini")
    os.mkfifo(tmp_path / "Local State")
    records, damages = read(tmp_path, tmp_path / "scratch")
    assert records
    assert not damages


def test_a_large_local_state_names_no_profile(tmp_path: Path) -> None:
    system = System.for_home(System.current().os, tmp_path)
    chrome = system.config_home / "google-chrome"
    trees.chromium_sqlite(chrome / "Default")
    names = '"Default":{"name":"Maria"}'
    for filler, name in ((100, "Maria"), (2**23, "Default")):
        padded = f'{{"x":"{"y" * filler}","profile":{{"info_cache":{{{names}}}}}}}'
        (chrome / "Local State").write_text(padded)
        assert [found.profile.name for found in discover(system).profiles] == [name]
