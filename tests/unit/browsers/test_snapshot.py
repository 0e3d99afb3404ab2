import os
import shutil
import sqlite3
import stat
import sys
from collections import namedtuple
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from subprocess import PIPE, Popen

import plyvel
import psutil
import pytest

from desktop_migrator.browsers.read import snapshot as snapshot_module
from desktop_migrator.browsers.read.snapshot import remove_stale_snapshots, snapshot
from desktop_migrator.errors import SnapshotFailed
from desktop_migrator.model import Store, StoreFormat
from tests.unit.browsers import test_runtimes, trees


@pytest.fixture(params=list(StoreFormat))
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    profile = tmp_path / "profile"
    makers = {
        StoreFormat.CHROMIUM_LEVELDB: lambda: trees.chromium_leveldb(profile),
        StoreFormat.CHROMIUM_SQLITE: lambda: trees.chromium_sqlite(profile),
        StoreFormat.FIREFOX: lambda: trees.firefox(profile),
        StoreFormat.FIREFOX_LEGACY: lambda: trees.webappsstore(profile / "webappsstore.sqlite"),
        StoreFormat.WEBKIT: lambda: trees.webkit(profile / "h/h/LocalStorage/localstorage.sqlite3"),
        StoreFormat.NODE: lambda: test_runtimes.unpack(StoreFormat.NODE, profile),
        StoreFormat.DENO: lambda: test_runtimes.unpack(StoreFormat.DENO, profile),
    }
    return trees.store_at(makers[request.param](), request.param)


def test_the_copy_is_private_equal_and_gone_afterwards(store: Store, root: Path) -> None:
    with snapshot(store, root) as copy:
        [private] = root.iterdir()
        assert stat.S_IMODE(private.stat().st_mode) == 0o700
        assert stat.S_IMODE(root.stat().st_mode) == 0o700
        assert copy.is_relative_to(private)
        if store.format is not StoreFormat.CHROMIUM_LEVELDB:
            assert copy.name == store.path.name
            assert copy.read_bytes() == store.path.read_bytes()
    assert list(root.iterdir()) == []


def test_two_copies_have_names_that_cannot_be_foretold(store: Store, root: Path) -> None:
    with snapshot(store, root) as first, snapshot(store, root) as second:
        assert first != second


def test_the_source_keeps_its_bytes_and_times_even_if_the_copy_is_written(
    store: Store, root: Path, tmp_path: Path
) -> None:
    before = trees.fingerprint(tmp_path / "profile")
    with snapshot(store, root) as copy:
        if store.format is StoreFormat.CHROMIUM_LEVELDB:
            with closing(plyvel.DB(str(copy))) as database:
                assert len(list(database)) == 3
        else:
            with closing(sqlite3.connect(copy)) as connection:
                connection.execute("CREATE TABLE other(x)")
                connection.commit()
    assert trees.fingerprint(tmp_path / "profile") == before


def test_the_copy_goes_when_the_reader_fails(store: Store, root: Path) -> None:
    with pytest.raises(RuntimeError), snapshot(store, root):
        raise RuntimeError
    assert list(root.iterdir()) == []


def test_nothing_is_followed_out_of_the_store(tmp_path: Path, root: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"private key")
    folder = trees.leveldb(tmp_path / "leveldb")
    (folder / "000099.ldb").symlink_to(secret)
    with snapshot(trees.store_at(folder, StoreFormat.CHROMIUM_LEVELDB), root) as copy:
        assert not (copy / "000099.ldb").exists()
    sqlite = trees.chromium_sqlite(tmp_path / "profile")
    sqlite.with_name("LocalStorage-wal").symlink_to(secret)
    with snapshot(trees.store_at(sqlite, StoreFormat.CHROMIUM_SQLITE), root) as copy:
        assert [path.name for path in copy.parent.iterdir()] == ["LocalStorage"]
    link = tmp_path / "link"
    link.symlink_to(secret)
    store = trees.store_at(link, StoreFormat.CHROMIUM_SQLITE)
    with pytest.raises(SnapshotFailed), snapshot(store, root):
        pass


# ---- writers at work ----------------------------------------------------------------------------

LEVELDB_WRITER = """
import itertools, sys, time, plyvel; from pathlib import Path
progress = Path(sys.argv[1] + '.progress')
# Small buffers, so that tables are written and merged all the time.
database = plyvel.DB(sys.argv[1], create_if_missing=True, write_buffer_size=1 << 16)
for number in itertools.count():
    database.put(b"%08d" % number, b"x" * 200)
    if number >= 2000 and number % 100 == 0:
        new = progress.with_suffix(".new")
        new.write_text(str(number + 1))
        new.replace(progress)
        if number in {200, 2000}:
            print("ready", flush=True)
        time.sleep(0.02)
"""
SQLITE_WRITER = """
import itertools, sqlite3, sys, time; from pathlib import Path
progress = Path(sys.argv[1] + '.progress')
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("PRAGMA journal_mode = " + sys.argv[2])
database.execute("PRAGMA synchronous = OFF")
# Checkpoints often, so that the log is begun anew all the time.
database.execute("PRAGMA wal_autocheckpoint = 20")
if len(sys.argv) > 3:
    database.execute("PRAGMA locking_mode = EXCLUSIVE")
database.execute("CREATE TABLE map_entries(number INTEGER PRIMARY KEY, half INTEGER, filler)")
for number in itertools.count():
    database.execute("BEGIN IMMEDIATE")
    for half in (0, 1):
        row = (2 * number + half, half, "x" * 200)
        database.execute("INSERT INTO map_entries VALUES (?, ?, ?)", row)
    database.execute("COMMIT")
    if number >= 200 and number % 50 == 0:
        new = progress.with_suffix(".new")
        new.write_text(str(2 * number + 2))
        new.replace(progress)
        if number in {200, 2000}:
            print("ready", flush=True)
        time.sleep(0.02)
"""


@contextmanager
def writer(code: str, *arguments: str) -> Iterator[Popen[str]]:
    command = [sys.executable, "-c", code, *arguments]
    with Popen(command, stdout=PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


def test_a_leveldb_being_written_is_copied_as_a_prefix_of_what_was_written(
    tmp_path: Path, root: Path
) -> None:
    path = tmp_path / "leveldb"
    with writer(LEVELDB_WRITER, str(path)):
        for _ in range(5):
            store = trees.store_at(path, StoreFormat.CHROMIUM_LEVELDB)
            written = int(Path(f"{path}.progress").read_text())
            with (
                snapshot(store, root) as copy,
                closing(plyvel.DB(str(copy), paranoid_checks=True)) as database,
            ):
                keys = [int(key) for key in database.iterator(include_value=False)]
            assert keys == list(range(len(keys)))
            assert len(keys) >= written


@pytest.mark.parametrize("journal", [("WAL",), ("WAL", "exclusive"), ("DELETE",), ("TRUNCATE",)])
def test_an_sqlite_being_written_is_copied_as_of_some_commit(
    tmp_path: Path, root: Path, journal: tuple[str, ...]
) -> None:
    path = tmp_path / "LocalStorage"
    with writer(SQLITE_WRITER, str(path), *journal):
        for _ in range(5):
            store = trees.store_at(path, StoreFormat.CHROMIUM_SQLITE)
            written = int(Path(f"{path}.progress").read_text())
            with snapshot(store, root) as copy, closing(sqlite3.connect(copy)) as database:
                assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
                [(count, newest)] = database.execute(
                    "SELECT count(*), max(number) FROM map_entries"
                )
            assert count == newest + 1
            assert count % 2 == 0
            assert count >= written


def test_a_transaction_under_way_is_not_in_the_copy(tmp_path: Path, root: Path) -> None:
    path = tmp_path / "data.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("CREATE TABLE data(number INTEGER PRIMARY KEY, filler)")
        database.executemany("INSERT INTO data VALUES (?, ?)", ((n, "old") for n in range(2000)))
        database.execute("PRAGMA synchronous = OFF")
        # With so little memory SQLite writes into the main file before the commit.
        database.execute("PRAGMA cache_size = 1")
        size = path.stat().st_size
        database.execute("BEGIN IMMEDIATE")
        database.execute("UPDATE data SET filler = ?", ("new" * 50,))
        assert path.stat().st_size > size
        store = trees.store_at(path, StoreFormat.FIREFOX)
        with snapshot(store, root) as copy, closing(sqlite3.connect(copy)) as copied:
            assert copied.execute("SELECT DISTINCT filler FROM data").fetchall() == [("old",)]


class Interruption:
    """Lets a browser write at a chosen moment, between the copying of two of its files."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, before_file: int) -> None:
        self.copied, self.before_file = 0, before_file
        self.real = snapshot_module._copy_file
        monkeypatch.setattr(snapshot_module, "_copy_file", self.copy_file)

    def copy_file(self, source: Path, target: Path) -> None:
        if self.copied == self.before_file:
            self.write()
        self.copied += 1
        self.real(source, target)

    def write(self) -> None:
        raise NotImplementedError


@pytest.mark.parametrize("moment", range(6))
def test_a_leveldb_compacted_while_it_is_copied_is_copied_whole(
    tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    path = trees.leveldb(tmp_path / "leveldb", keys=())
    with closing(plyvel.DB(str(path))) as database:
        for number in range(100):
            database.put(b"a%03d" % number, b"x" * 100)
        database.compact_range()
        interruption = Interruption(monkeypatch, moment)

        def write() -> None:
            for number in range(100):
                database.put(b"b%03d" % number, b"x" * 100)
                database.delete(b"a%03d" % number)
            database.compact_range()
            database.put(b"c", b"")

        monkeypatch.setattr(interruption, "write", write)
        store = trees.store_at(path, StoreFormat.CHROMIUM_LEVELDB)
        with (
            snapshot(store, root) as copy,
            closing(plyvel.DB(str(copy), paranoid_checks=True)) as copied,
        ):
            keys = [key[:1] for key in copied.iterator(include_value=False)]
        live = [key[:1] for key in database.iterator(include_value=False)]
    assert keys in ([b"M", b"V", *[b"a"] * 100], live)
    assert interruption.copied <= moment or keys == live


@pytest.mark.parametrize("moment", range(3))
@pytest.mark.parametrize("checkpoint", ["PASSIVE", "RESTART", "TRUNCATE"])
def test_an_sqlite_checkpointed_while_it_is_copied_is_copied_as_of_some_commit(
    tmp_path: Path,
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    moment: int,
    checkpoint: str,
) -> None:
    path = tmp_path / "LocalStorage"
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE map_entries(number INTEGER PRIMARY KEY, version, filler)")
        rows = [(number, 1, "x" * 500) for number in range(200)]
        database.executemany("INSERT INTO map_entries VALUES (?, ?, ?)", rows)
        interruption = Interruption(monkeypatch, moment)

        def write() -> None:
            database.execute(f"PRAGMA wal_checkpoint({checkpoint})")
            database.execute("UPDATE map_entries SET version = 2 WHERE number = 150")

        monkeypatch.setattr(interruption, "write", write)
        store = trees.store_at(path, StoreFormat.CHROMIUM_SQLITE)
        with snapshot(store, root) as copy, closing(sqlite3.connect(copy)) as copied:
            assert copied.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            versions = copied.execute("SELECT version, count(*) FROM map_entries GROUP BY 1")
            assert versions.fetchall() in ([(1, 200)], [(1, 199), (2, 1)])


@pytest.mark.parametrize("moment", range(3))
def test_a_log_that_grows_while_it_is_copied_takes_nothing_back(
    tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    path = tmp_path / "LocalStorage"
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.executescript(
            "PRAGMA journal_mode = WAL;"
            "CREATE TABLE a(x); INSERT INTO a VALUES (0);"
            "CREATE TABLE b(x); INSERT INTO b VALUES (0);"
            "PRAGMA wal_checkpoint(TRUNCATE);"
            "UPDATE a SET x = 1;"
        )
        interruption = Interruption(monkeypatch, moment)

        def write() -> None:
            database.executescript(
                "BEGIN; UPDATE a SET x = 2; UPDATE b SET x = 2; COMMIT;"
                "PRAGMA wal_checkpoint(PASSIVE)"
            )

        monkeypatch.setattr(interruption, "write", write)
        store = trees.store_at(path, StoreFormat.CHROMIUM_SQLITE)
        with snapshot(store, root) as copy, closing(sqlite3.connect(copy)) as copied:
            assert copied.execute("SELECT a.x, b.x FROM a, b").fetchall() in ([(1, 0)], [(2, 2)])


# ---- what goes wrong ----------------------------------------------------------------------------


def test_a_full_disk_is_told_before_anything_is_copied(
    store: Store, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9, 1000))
    told = pytest.raises(SnapshotFailed, match="are needed on the disk, 0 MB are free")
    with told, snapshot(store, root):
        pass
    assert list(root.iterdir()) == []


def test_a_store_that_is_gone_or_may_not_be_read_says_so(
    store: Store, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.open

    def refuse(path: str | Path, flags: int, *rest: int, dir_fd: int | None = None) -> int:
        if Path(path).is_relative_to(tmp_path / "profile"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, flags, *rest, dir_fd=dir_fd)

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", refuse)
        with pytest.raises(SnapshotFailed, match="Permission denied"), snapshot(store, root):
            pass
    shutil.rmtree(store.path) if store.path.is_dir() else store.path.unlink()
    with pytest.raises(SnapshotFailed), snapshot(store, root):
        pass
    assert list(root.iterdir()) == []


def test_a_killed_process_leaves_a_copy_that_the_next_start_removes(
    tmp_path: Path, root: Path
) -> None:
    path = trees.chromium_sqlite(tmp_path / "profile")
    code = (
        "import sys, time; from pathlib import Path\n"
        "from tests.unit.browsers import trees\n"
        "from desktop_migrator.browsers.read.snapshot import snapshot\n"
        "from desktop_migrator.model import StoreFormat\n"
        "store = trees.store_at(Path(sys.argv[1]), StoreFormat.CHROMIUM_SQLITE)\n"
        "with snapshot(store, Path(sys.argv[2])):\n"
        "    print('ready', flush=True)\n"
        "    time.sleep(600)\n"
    )
    with writer(code, str(path), str(root)) as process:
        [left] = root.iterdir()
        with snapshot(trees.store_at(path, StoreFormat.CHROMIUM_SQLITE), root) as own:
            assert remove_stale_snapshots(root) == 0
            assert own.exists()
            process.kill()
            process.wait()
            assert left.exists()
            assert remove_stale_snapshots(root) == 1
            assert own.exists()
            assert not left.exists()


def test_a_process_id_used_again_does_not_keep_a_copy(root: Path) -> None:
    process = psutil.Process()
    left = root / f"snapshot-{process.pid}-{int(process.create_time()) - 3600}-abc"
    left.mkdir(parents=True)
    (root / "something else").mkdir()
    assert remove_stale_snapshots(root) == 1
    assert [path.name for path in root.iterdir()] == ["something else"]


def test_removing_stale_snapshots_where_nothing_ever_was_is_fine(root: Path) -> None:
    assert remove_stale_snapshots(root) == 0


def test_removing_stale_snapshots_follows_no_link(tmp_path: Path, root: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    root.mkdir()
    (root / "snapshot-1-1-x").symlink_to(precious)
    remove_stale_snapshots(root)
    assert precious.exists()
