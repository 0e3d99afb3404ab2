import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desktop_migrator.browsers.discovery.discover import OperatingSystem, System, discover
from desktop_migrator.browsers.read.read_stores import (
    READERS,
    AreaUsage,
    measure_areas,
    read_snapshots,
    read_stores,
    snapshot_stores,
)
from desktop_migrator.model import Damage, Record, StorageKey, Store, StoreFormat
from tests.unit.browsers import trees


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def read(home: Path, root: Path) -> tuple[set[tuple[str, str, str]], list[Damage]]:
    """Origin, key and value of all that is found, and the damages."""
    damages: list[Damage] = []
    stores = discover(System.for_home(OperatingSystem.LINUX, home)).stores
    records = [
        (str(record.storage_key), record.key, record.value)
        for record in read_stores(stores, root, damages.append)
    ]
    assert len(records) == len(set(records))
    return set(records), damages


def test_every_format_has_a_reader() -> None:
    assert set(READERS) == set(StoreFormat)


def test_all_formats_are_read_through_one_door_and_no_source_changes(
    home: Path, root: Path
) -> None:
    trees.leveldb(home / ".config/chromium/Default/Local Storage/leveldb", ["leveldb"])
    trees.chromium_sqlite(home / ".config/google-chrome/Default", ["sqlite"])
    profile = home / ".mozilla/firefox/x"
    trees.firefox(profile, keys=["firefox"])
    trees.webappsstore(profile / "webappsstore.sqlite", [("tset.b.", "legacy", "value")])
    trees.webkit(
        home / ".local/share/epiphany/localstorage/https_a.test_0.localstorage", ["webkit"]
    )
    before = trees.fingerprint(home)
    records, damages = read(home, root)
    assert records == {
        ("https://a.test", "leveldb", "value"),
        ("https://a.test", "sqlite", "value"),
        ("https://a.test", "firefox", "value"),
        ("https://b.test", "legacy", "value"),
        ("https://a.test", "webkit", "value"),
    }
    assert not damages
    assert trees.fingerprint(home) == before
    assert list(root.iterdir()) == []


def test_in_firefox_the_newest_generation_of_an_area_wins_as_a_whole(
    home: Path, root: Path
) -> None:
    profile = home / ".mozilla/firefox/x"
    trees.firefox(profile, "https://a.test", ["new"])
    trees.firefox(profile, "https://emptied.test", [])
    trees.webappsstore(
        profile / "storage" / "ls-archive.sqlite",
        [("tset.a.", "old", "1"), ("tset.b.", "new", "2"), ("tset.deitpme.", "old", "3")],
    )
    trees.webappsstore(
        profile / "webappsstore.sqlite",
        [("tset.a.", "older", "4"), ("tset.b.", "old", "5"), ("tset.c.", "only", "6")],
    )
    records, _ = read(home, root)
    assert records == {
        ("https://a.test", "new", "value"),
        ("https://b.test", "new", "2"),
        ("https://c.test", "only", "6"),
    }


def test_a_generation_that_cannot_be_read_hides_nothing(home: Path, root: Path) -> None:
    profile = home / ".mozilla/firefox/x"
    path = trees.firefox(profile, "https://a.test", ["lost"])
    path.write_bytes(b"no database at all" * 1000)
    trees.webappsstore(profile / "webappsstore.sqlite", [("tset.a.", "old", "kept")])
    records, damages = read(home, root)
    assert records == {("https://a.test", "old", "kept")}
    assert [damage.store.path for damage in damages] == [path]


def test_profiles_do_not_hide_each_others_areas(home: Path, root: Path) -> None:
    trees.firefox(home / ".mozilla/firefox/x", "https://a.test", ["new"])
    trees.webappsstore(
        home / ".mozilla/firefox/y/webappsstore.sqlite", [("tset.a.", "old", "value")]
    )
    records, _ = read(home, root)
    assert {key for _, key, _ in records} == {"new", "old"}


def test_an_inactive_backend_is_not_read(home: Path, root: Path) -> None:
    profile = home / ".config/google-chrome/Default"
    for path in trees.leveldb(profile / "Local Storage/leveldb", ["stale"]).iterdir():
        os.utime(path, (1_000_000_000, 1_000_000_000))
    trees.chromium_sqlite(profile, ["live"])
    records, _ = read(home, root)
    assert {key for _, key, _ in records} == {"live"}


def test_a_store_that_cannot_be_read_is_reported_and_the_next_goes_on(
    home: Path, root: Path
) -> None:
    good = trees.chromium_sqlite(home / "good")
    newer = trees.webkit(home / "ItemTable of another program")
    stores = [
        trees.store_at(home / "gone" / "LocalStorage", StoreFormat.CHROMIUM_SQLITE),
        trees.store_at(newer, StoreFormat.FIREFOX_LEGACY),
        trees.store_at(good, StoreFormat.CHROMIUM_SQLITE),
    ]
    damages: list[Damage] = []
    records = list(read_stores(stores, root, damages.append))
    assert [record.key for record in records] == ["k"]
    assert [(damage.store, damage.lost_records) for damage in damages] == [
        (stores[0], None),
        (stores[1], None),
    ]


def test_reading_is_lazy_and_leaves_nothing_behind_when_stopped_early(
    home: Path, root: Path
) -> None:
    stores: list[Store] = [
        trees.store_at(trees.leveldb(home / "one", ["a", "b"]), StoreFormat.CHROMIUM_LEVELDB),
        trees.store_at(trees.leveldb(home / "two", ["c"]), StoreFormat.CHROMIUM_LEVELDB),
    ]
    damages: list[Damage] = []
    records = read_stores(stores, root, damages.append)
    assert not root.exists()
    next(iter(records))
    assert len(list(root.iterdir())) == len(stores)
    records.close()  # type: ignore[attr-defined]  # a generator, though promised as an iterator
    assert list(root.iterdir()) == []
    assert not damages


def test_copies_can_be_read_again_whatever_becomes_of_the_source(home: Path, root: Path) -> None:
    store = trees.store_at(trees.leveldb(home / "one", ["a", "b"]), StoreFormat.CHROMIUM_LEVELDB)
    damages: list[Damage] = []
    with snapshot_stores([store], root, damages.append) as copies:
        first = list(read_snapshots(copies, damages.append))
        shutil.rmtree(store.path)
        assert list(read_snapshots(copies, damages.append)) == first
    assert [record.key for record in first] == ["a", "b"]
    assert not damages


def record(origin: str, key: str, value: str, modified: datetime | None = None) -> Record:
    store = trees.store_at(Path("nowhere"), StoreFormat.WEBKIT)
    return Record(store, StorageKey(origin), key, value, modified)


def test_areas_are_measured_as_browsers_count_them() -> None:
    early, late = datetime(2020, 1, 1, tzinfo=UTC), datetime(2021, 1, 1, tzinfo=UTC)
    areas = measure_areas(
        [
            record("https://b.test", "ab", "é", late),
            record("https://b.test", "", "😀", early),
            record("https://b.test", "\ud800", "\0"),
            record("https://a.test", "k", ""),
        ]
    )
    assert areas == [
        AreaUsage(StorageKey("https://a.test"), 1, 2, None),
        AreaUsage(StorageKey("https://b.test"), 3, (2 + 1) * 2 + 2 * 2 + (1 + 1) * 2, late),
    ]
