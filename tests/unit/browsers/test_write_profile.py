"""Writing into profiles at rest: all or nothing, whatever happens and whenever."""

import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import plyvel
import psutil
import pytest

from desktop_migrator.browsers.area_change import AreaChange
from desktop_migrator.browsers.discovery.discover import System, discover_path
from desktop_migrator.browsers.read.read_stores import read_stores
from desktop_migrator.browsers.write import atomic_swap
from desktop_migrator.browsers.write import write_profile as writing
from desktop_migrator.browsers.write.atomic_swap import recover
from desktop_migrator.browsers.write.write_profile import WriteCounts, write_profile
from desktop_migrator.errors import (
    BrowserRunning,
    ProfileBusy,
    StoreDamaged,
    StoreUnwritable,
)
from desktop_migrator.model import Profile, StorageKey, Store, StoreFormat
from tests.conformance.written_stores import metadata, rows
from tests.unit.browsers import trees
from tests.waiting import PATIENCE

A, B = StorageKey("https://a.test"), StorageKey("https://b.test")
Contents = dict[str, dict[str, str]]


def contents(profile: Path, scratch: Path, stores: Sequence[Store] = ()) -> Contents:
    """Every record of the profile, by store and area."""
    found: Contents = {}
    stores = stores or discover_path(profile, System.current()).stores
    for record in read_stores(stores, scratch, lambda damage: pytest.fail(str(damage.description))):
        area = f"{record.store.path.relative_to(profile)} {record.storage_key}"
        found.setdefault(area, {})[record.key] = record.value
    return found


def stores_of(profile: Path) -> list[Store]:
    return [store for store in discover_path(profile, System.current()).stores if store.is_active]


def moved(stores: Sequence[Store], origin: Path, to: Path) -> list[Store]:
    """The stores of a profile's copy; to look for them again would take longest of all."""
    profile = replace(stores[0].profile, path=to)
    return [
        replace(store, profile=profile, path=to / store.path.relative_to(origin))
        for store in stores
    ]


def write(profile: Path, scratch: Path, change: Callable[[Store], AreaChange]) -> WriteCounts:
    return write_into(stores_of(profile), scratch, change)


def write_into(
    stores: Sequence[Store], scratch: Path, change: Callable[[Store], AreaChange]
) -> WriteCounts:
    return write_profile(
        stores[0].profile,
        {store: [change(store)] for store in stores},
        snapshots=scratch / "snapshots",
        swap_pointers=scratch / "swaps",
    )


def firefox_profile(profile: Path) -> Path:
    """Two origins, and what Firefox keeps about their usage."""
    for origin in ("https://a.test", "https://b.test"):
        path = trees.firefox(profile, origin)
        path.with_name("usage").write_bytes(bytes(12))
    trees.make_sqlite(
        profile / "storage.sqlite",
        "CREATE TABLE cache(valid INTEGER NOT NULL DEFAULT 0, build_id TEXT NOT NULL DEFAULT '')",
        "INSERT INTO cache VALUES (1, '2026')",
    )
    (profile / ".parentlock").touch()
    return profile


def chromium_profile(profile: Path) -> Path:
    trees.chromium_leveldb(profile)
    return profile


def sqlite_profile(profile: Path) -> Path:
    """With a write-ahead log that holds what the file does not, as after a crash."""
    path = trees.chromium_sqlite(profile)
    crashed = path.with_name("crashed")
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("INSERT INTO map_entries VALUES (1, 0, x'0177', x'016c6f67')")
        database.commit()
        shutil.copyfile(path, crashed)
        log = path.with_name("LocalStorage-wal").read_bytes()
    crashed.replace(path)
    path.with_name("LocalStorage-wal").write_bytes(log)
    return profile


PROFILES = {"firefox": firefox_profile, "leveldb": chromium_profile, "sqlite": sqlite_profile}


@pytest.fixture(params=PROFILES)
def profile(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return PROFILES[request.param](tmp_path / "profile")


def origin_of(store: Store) -> StorageKey:
    return B if "b.test" in str(store.path) else A


def put_new(store: Store) -> AreaChange:
    return AreaChange(origin_of(store), {"new": "\udc00\0"}, frozenset({"k"}))


def changed(before: Contents) -> Contents:
    def of_area(records: dict[str, str]) -> dict[str, str]:
        rest = {key: value for key, value in records.items() if key != "k"}
        return rest | {"new": "\udc00\0"}

    return {area: of_area(records) for area, records in before.items()}


def leftovers(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if "desktop-migrator" in path.name]


def test_a_change_is_swapped_in_and_leaves_nothing_behind(profile: Path, tmp_path: Path) -> None:
    before = contents(profile, tmp_path)
    written = write(profile, tmp_path, put_new)
    assert written == WriteCounts(added=len(before), deleted=len(before))
    assert contents(profile, tmp_path) == changed(before)
    assert leftovers(tmp_path) == []
    assert list((tmp_path / "swaps").iterdir()) == []
    assert list((tmp_path / "snapshots").iterdir()) == []


def test_rights_stay_as_they_were(profile: Path, tmp_path: Path) -> None:
    for path in (profile, *profile.rglob("*")):
        path.chmod(0o750 if path.is_dir() else 0o640)
    write(profile, tmp_path, put_new)
    for path in (profile, *profile.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o750 if path.is_dir() else 0o640), path


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may give")
def test_the_owner_stays_who_it_was(profile: Path, tmp_path: Path) -> None:
    for path in (profile, *profile.rglob("*")):
        os.chown(path, 1234, 2345)
    write(profile, tmp_path, put_new)
    for path in (profile, *profile.rglob("*")):
        assert (path.stat().st_uid, path.stat().st_gid) == (1234, 2345), path


def test_records_that_are_there_just_so_or_differ(profile: Path, tmp_path: Path) -> None:
    before = contents(profile, tmp_path)
    count = len(before)

    def put(value: str, *, overwrite: bool) -> Callable[[Store], AreaChange]:
        return lambda store: AreaChange(origin_of(store), {"k": value}, overwrite=overwrite)

    fingerprint = trees.fingerprint(profile)
    assert write(profile, tmp_path, put("value", overwrite=True)) == WriteCounts(unchanged=count)
    assert write(profile, tmp_path, put("other", overwrite=False)) == WriteCounts(kept=count)
    assert {k: v for k, v in trees.fingerprint(profile).items() if v[0]} == {
        k: v for k, v in fingerprint.items() if v[0]
    }
    assert write(profile, tmp_path, put("other", overwrite=True)) == WriteCounts(replaced=count)
    assert contents(profile, tmp_path) == {
        area: records | {"k": "other"} for area, records in before.items()
    }


def test_firefox_counts_all_usages_anew(tmp_path: Path) -> None:
    profile = firefox_profile(tmp_path / "profile")
    write(profile, tmp_path, put_new)
    assert rows(profile / "storage.sqlite", "SELECT valid, build_id FROM cache") == [(0, b"2026")]
    assert not list(profile.rglob("usage"))
    for path in profile.rglob("data.sqlite"):
        assert rows(path, "SELECT usage FROM database") == [(5,)]


@pytest.mark.parametrize("gone", ["storage/default/https+++a.test", "ls", "ls/data.sqlite"])
def test_a_firefox_origin_that_is_gone_is_made_again(tmp_path: Path, gone: str) -> None:
    profile = firefox_profile(tmp_path / "profile")
    store = next(each for each in stores_of(profile) if "a.test" in str(each.path))
    folder = profile / "storage/default/https+++a.test"
    missing = folder / gone if gone.startswith("ls") else profile / gone
    if missing.is_dir():
        shutil.rmtree(missing)
    else:
        missing.unlink()
    before = datetime.now(UTC) - timedelta(seconds=1)
    write_profile(
        store.profile,
        {store: [AreaChange(A, {"back": "again"})]},
        snapshots=tmp_path / "snapshots",
        swap_pointers=tmp_path / "swaps",
    )
    assert contents(profile, tmp_path)[
        "storage/default/https+++a.test/ls/data.sqlite https://a.test"
    ] == {"back": "again"}
    if missing == folder:
        time, *names = metadata((folder / ".metadata-v2").read_bytes())
        assert before <= time <= datetime.now(UTC)
        assert names == ["", "a.test", "https://a.test"]
    path = folder / "ls" / "data.sqlite"
    assert rows(path, "PRAGMA user_version") == [(80,)]
    assert rows(path, "SELECT origin, usage FROM database") == [(b"https://a.test", 9)]
    assert leftovers(tmp_path) == []


def test_a_partitioned_firefox_origin_is_made_with_its_suffix(tmp_path: Path) -> None:
    name = "https+++w.test^userContextId=2&partitionKey=%28https%2Ca.test%29"
    profile = firefox_profile(tmp_path / "profile")
    path = profile / "storage" / "default" / name / "ls" / "data.sqlite"
    key = StorageKey("https://w.test", "https://a.test", attributes=(("userContextId", "2"),))
    store = Store(stores_of(profile)[0].profile, StoreFormat.FIREFOX, path, 0)
    swaps = {"snapshots": tmp_path / "snapshots", "swap_pointers": tmp_path / "swaps"}
    write_profile(store.profile, {store: [AreaChange(key, {"a": "b"})]}, **swaps)
    _, suffix, group, origin = metadata(path.parents[1].joinpath(".metadata-v2").read_bytes())
    assert suffix == "^userContextId=2&partitionKey=%28https%2Ca.test%29"
    assert (group, origin) == (f"w.test{suffix}", f"https://w.test{suffix}")
    assert contents(profile, tmp_path)[f"{path.relative_to(profile)} {key}"] == {"a": "b"}
    other = Store(store.profile, StoreFormat.FIREFOX, path.parents[2] / "x" / "ls" / "d", 0)
    with pytest.raises(StoreUnwritable, match="another web site's"):
        write_profile(store.profile, {other: [AreaChange(A, {"a": "b"})]}, **swaps)


@pytest.mark.parametrize(
    "place", ["http_localhost_3000.localstorage", "top/frame/LocalStorage/localstorage.sqlite3"]
)
def test_a_webkit_store_that_is_gone_is_made_again(tmp_path: Path, place: str) -> None:
    root = tmp_path / "webkit"
    root.mkdir()
    key = StorageKey("http://localhost:3000")
    store = Store(Profile("other", "App", "p", root), StoreFormat.WEBKIT, root / place, 0)
    change = AreaChange(key, {"a": "\ud800"})
    swaps = {"snapshots": tmp_path / "snapshots", "swap_pointers": tmp_path / "swaps"}
    write_profile(store.profile, {store: [change]}, **swaps)
    assert contents(root, tmp_path) == {f"{place} {key}": {"a": "\ud800"}}


@pytest.mark.skipif(sys.platform == "win32", reason="its pipes have no paths")
def test_no_store_takes_the_place_of_a_pipe(tmp_path: Path) -> None:
    """Nor that of a device, which root could move away."""
    root = tmp_path / "webkit"
    root.mkdir()
    place = root / "http_localhost_3000.localstorage"
    os.mkfifo(place)
    store = Store(Profile("other", "App", "p", root), StoreFormat.WEBKIT, place, 0)
    change = AreaChange(StorageKey("http://localhost:3000"), {"a": "b"})
    with pytest.raises(StoreUnwritable, match="File exists"):
        write_profile(
            *(store.profile, {store: [change]}),
            snapshots=tmp_path / "snapshots",
            swap_pointers=tmp_path / "swaps",
        )
    assert [*root.iterdir()] == [place]
    assert place.is_fifo()


def test_a_chromium_store_that_is_gone_is_not_made(tmp_path: Path) -> None:
    profile = chromium_profile(tmp_path / "profile")
    (store,) = stores_of(profile)
    shutil.rmtree(store.path)
    with pytest.raises(StoreUnwritable, match="not there any more"):
        write_profile(
            store.profile,
            {store: [AreaChange(A, {"a": "b"})]},
            snapshots=tmp_path,
            swap_pointers=tmp_path,
        )


def test_a_damaged_store_is_refused(profile: Path, tmp_path: Path) -> None:
    stores = stores_of(profile)
    if stores[0].format is StoreFormat.CHROMIUM_LEVELDB:
        (log,) = stores[0].path.glob("*.log")
        log.write_bytes(log.read_bytes()[:-3])
    elif stores[0].path.with_name("LocalStorage-wal").exists():
        log = stores[0].path.with_name("LocalStorage-wal")
        log.write_bytes(log.read_bytes()[:-3000] + b"\xff" * 3000)
    else:
        with stores[0].path.open("r+b") as file:
            file.seek(2 * 4096)  # where the records lie
            file.write(b"\xff" * 4096)
    before = trees.fingerprint(profile)
    with pytest.raises(StoreDamaged):
        write(profile, tmp_path, put_new)
    assert {k: v[0] for k, v in trees.fingerprint(profile).items()} == {
        k: v[0] for k, v in before.items()
    }


HOLDERS = {
    "firefox": (
        "import fcntl; f = open(r'{profile}/.parentlock', 'r+'); fcntl.lockf(f, fcntl.LOCK_EX)"
    ),
    "leveldb": "import plyvel; d = plyvel.DB(r'{profile}/Local Storage/leveldb')",
    "sqlite": (
        "import sqlite3; d = sqlite3.connect(r'{profile}/LocalStorage', isolation_level=None);"
        "d.execute('PRAGMA locking_mode=EXCLUSIVE'); d.execute('BEGIN EXCLUSIVE')"
    ),
}


@pytest.mark.parametrize("name", PROFILES)
def test_nothing_is_written_while_somebody_holds_the_profile(name: str, tmp_path: Path) -> None:
    profile = PROFILES[name](tmp_path / "profile")
    program = HOLDERS[name].format(profile=profile) + "; print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout
        holder.stdout.readline()
        before = trees.fingerprint(profile)
        with pytest.raises(BrowserRunning):
            write(profile, tmp_path, put_new)
        assert trees.fingerprint(profile) == before
        holder.communicate(b"\n")
    write(profile, tmp_path, put_new)


def test_a_browser_that_comes_in_at_the_last_moment_keeps_its_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has opened the old store: that is put back, and it may write on."""
    profile = chromium_profile(tmp_path / "profile")
    held: list[subprocess.Popen[bytes]] = []
    whole = atomic_swap._swap

    def late(piece: atomic_swap._SwapEntry) -> None:
        program = HOLDERS["leveldb"].format(profile=profile) + "; print(flush=True); input()"
        program += "; d.put(b'_https://a.test\\0\\1mine', b'\\1late'); d.close()"
        held.append(
            subprocess.Popen(
                [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        )
        stdout = held[0].stdout
        assert stdout
        stdout.readline()
        whole(piece)

    before = contents(profile, tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(atomic_swap, "_swap", late)
        with pytest.raises(BrowserRunning):
            write(profile, tmp_path, put_new)
    held[0].communicate(b"\n")
    (area,) = before
    assert contents(profile, tmp_path) == {area: before[area] | {"mine": "late"}}


def test_another_writer_at_work_is_not_disturbed(tmp_path: Path) -> None:
    profile = chromium_profile(tmp_path / "profile")
    mark = f"{os.getppid()}-{int(psutil.Process(os.getppid()).create_time())}"
    (profile / f".desktop-migrator-{mark}").mkdir()
    with pytest.raises(ProfileBusy):
        write(profile, tmp_path, put_new)
    (profile / f".desktop-migrator-{mark}").rmdir()
    write(profile, tmp_path, put_new)
    assert leftovers(profile) == []


def test_a_folder_in_a_profile_has_nothing_moved_or_removed(tmp_path: Path) -> None:
    """Whoever put it there could name any file: only this workspace's own journals are obeyed."""
    profile = chromium_profile(tmp_path / "profile")
    precious = tmp_path / "precious"
    precious.write_text("mine")
    node = [precious.stat().st_dev, precious.stat().st_ino]
    work = profile / ".desktop-migrator-99999999-1"
    work.mkdir()
    piece: dict[str, object] = {
        "target": str(profile / "taken"),
        "new": str(work / "0-new"),
        "old": str(precious),
        "new_node": None,
        "old_node": node,
        "facts": {},
    }
    journal = {"work": str(work), "state": "swapping", "pieces": [piece]}
    (work / "journal.json").write_text(json.dumps(journal))
    before = trees.fingerprint(work)
    write(profile, tmp_path, put_new)
    assert precious.read_text() == "mine"
    assert trees.fingerprint(work) == before


@pytest.mark.parametrize(
    "piece",
    [
        {"target": "../taken", "old": "0-old"},
        {"target": "taken", "old": "../../precious"},
        {"target": "link/taken", "old": "0-old"},
    ],
    ids=["target outside", "piece outside", "target behind a link"],
)
def test_a_journal_that_leads_out_of_its_profile_is_not_obeyed(
    piece: dict[str, str], tmp_path: Path
) -> None:
    profile, swaps = tmp_path / "profile", tmp_path / "swaps"
    work = profile / ".desktop-migrator-99999999-1"
    work.mkdir(parents=True)
    swaps.mkdir()
    (profile / "link").symlink_to(tmp_path)
    precious = tmp_path / "precious"
    for each in (precious, work / "0-old"):
        each.write_text("mine")
    old = work / piece["old"]
    entry: dict[str, object] = {
        "target": os.path.normpath(profile / piece["target"]),
        "new": str(work / "0-new"),
        "old": os.path.normpath(old),
        "new_node": None,
        "old_node": [old.stat().st_dev, old.stat().st_ino],
        "facts": {},
    }
    journal = {"work": str(work), "state": "swapping", "pieces": [entry]}
    (swaps / "99999999-1").write_text(json.dumps(journal))
    (note,) = recover(swaps)
    assert "left alone" in note
    assert precious.read_text() == (work / "0-old").read_text() == "mine"
    assert not (tmp_path / "taken").exists()
    assert not (profile / "taken").exists()


def test_a_work_folder_of_somebody_else_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile, swaps = tmp_path / "profile", tmp_path / "swaps"
    work = profile / ".desktop-migrator-99999999-1"
    work.mkdir(parents=True)
    swaps.mkdir()
    (swaps / "99999999-1").write_text(json.dumps({"work": str(work), "state": "", "pieces": []}))
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    (note,) = recover(swaps)
    assert "left alone" in note
    assert work.is_dir()


def test_nothing_is_written_where_a_link_leads_out_of_the_profile(tmp_path: Path) -> None:
    profile = firefox_profile(tmp_path / "profile")
    elsewhere = tmp_path / "elsewhere.sqlite"
    with closing(sqlite3.connect(elsewhere)) as database, database:
        database.executescript("CREATE TABLE cache (valid); INSERT INTO cache VALUES (1)")
    (profile / "storage.sqlite").unlink(missing_ok=True)
    (profile / "storage.sqlite").symlink_to(elsewhere)
    before = elsewhere.read_bytes()
    with pytest.raises(StoreUnwritable, match="link"):
        write(profile, tmp_path, put_new)
    assert elsewhere.read_bytes() == before
    assert leftovers(profile) == []


def test_what_does_not_read_back_right_is_not_swapped_in(
    profile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = trees.fingerprint(profile)
    real = dict(writing.WRITERS)

    def careless(copy: Path, changes: list[AreaChange], now: datetime) -> None:
        format_ = stores_of(profile)[0].format
        real[format_](
            copy, [AreaChange(each.storage_key, {"new": "wrong"}) for each in changes], now
        )

    monkeypatch.setattr(writing, "WRITERS", dict.fromkeys(real, careless))
    with pytest.raises(StoreUnwritable, match="read back"):
        write(profile, tmp_path, put_new)
    assert {k: v[0] for k, v in trees.fingerprint(profile).items()} == {
        k: v[0] for k, v in before.items()
    }
    assert leftovers(tmp_path) == []


# ---- faults at every step ------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["kill", "raise"])
@pytest.mark.parametrize(
    ("name", "way"),
    [*((name, "exchange") for name in PROFILES), ("leveldb", "two renames")],
)
def test_a_fault_at_any_line_of_the_swap_leaves_all_as_before_or_all_changed(
    name: str, way: str, fault: str, tmp_path: Path
) -> None:
    origin = PROFILES[name](tmp_path / "origin")
    before = contents(origin, tmp_path)
    after = changed(before)
    stores = stores_of(origin)
    runs = tmp_path / "runs"
    subprocess.run(
        [sys.executable, "-m", "tests.unit.browsers.faulty_writing", origin, runs, fault, way],
        check=True,
        timeout=PATIENCE,
    )
    outcomes = {"before": 0, "after": 0, "put back": 0}
    for run in sorted(runs.iterdir()):
        profile = run / "profile"
        there = moved(stores, origin, profile)
        if way == "exchange":
            found = contents(profile, tmp_path, there)
            assert found.keys() == before.keys()
            assert all(found[area] in (before[area], after[area]) for area in found), run.name
            outcomes["put back"] += found != before
        assert recover(run / "swaps") == []
        found = contents(profile, tmp_path, there)
        assert found in (before, after), run.name
        outcomes["after" if found == after else "before"] += 1
        outcomes["put back"] -= found == after and way == "exchange"
        assert leftovers(run) == [], run.name
        assert not list((run / "swaps").glob("*")), run.name
    assert min(outcomes["before"], outcomes["after"]) > 10
    assert way != "exchange" or fault == "raise" or outcomes["put back"] > 0


def test_what_a_browser_has_used_since_the_crash_is_not_put_back(tmp_path: Path) -> None:
    origin = chromium_profile(tmp_path / "origin")
    subprocess.run(
        [
            *(sys.executable, "-m", "tests.unit.browsers.faulty_writing"),
            *(origin, tmp_path / "runs", "kill", "exchange"),
        ],
        check=True,
        timeout=PATIENCE,
    )
    stores = stores_of(origin)
    (area,) = contents(origin, tmp_path)
    for run in sorted((tmp_path / "runs").iterdir()):
        profile = run / "profile"
        found = contents(profile, tmp_path, moved(stores, origin, profile))
        if found[area] == {"new": "\udc00\0"} and leftovers(profile):
            break
    with closing(plyvel.DB(str(profile / "Local Storage" / "leveldb"))) as database:
        database.put(b"_https://a.test\0\1since", b"\1then")
    (note,) = recover(run / "swaps")
    assert "stays changed" in note
    assert contents(profile, tmp_path)[area] == {"new": "\udc00\0", "since": "then"}
    (kept,) = profile.glob("desktop-migrator-kept-*")
    assert str(kept) in note
    assert not list((run / "swaps").iterdir())
