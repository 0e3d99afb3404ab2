import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import plyvel
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_migrator.browsers.discovery.discover import (
    OperatingSystem,
    System,
    discover,
    discover_path,
    discover_paths,
)
from desktop_migrator.errors import SourceNotFound, StoreUnreadable
from desktop_migrator.model import StoreFormat
from tests.unit.browsers import trees

LEVELDB, SQLITE = StoreFormat.CHROMIUM_LEVELDB, StoreFormat.CHROMIUM_SQLITE


@pytest.fixture
def system(tmp_path: Path) -> System:
    home = tmp_path / "home"
    home.mkdir()
    return System.for_home(OperatingSystem.LINUX, home)


@pytest.fixture
def chrome(system: System) -> Path:
    return system.config_home / "google-chrome"


def write_local_state(root: Path, info_cache: object) -> None:
    root.mkdir(parents=True, exist_ok=True)
    (root / "Local State").write_text(json.dumps({"profile": {"info_cache": info_cache}}))


# ---- names and times ----------------------------------------------------------------------------


def test_a_chromium_profile_is_called_and_dated_as_local_state_says(
    system: System, chrome: Path
) -> None:
    trees.chromium_leveldb(chrome / "Profile 1")
    write_local_state(chrome, {"Profile 1": {"name": "Zoë", "active_time": 4102444800.25}})
    [found] = discover(system).profiles
    assert found.profile.name == "Zoë"
    assert found.profile.last_used == datetime(2100, 1, 1, 0, 0, 0, 250000, UTC)


@pytest.mark.parametrize(("megabytes", "name"), [(2, "Zoë"), (65, "Profile 1")])
def test_a_local_state_of_some_megabytes_still_names_the_profiles(
    system: System, chrome: Path, megabytes: int, name: str
) -> None:
    trees.chromium_leveldb(chrome / "Profile 1")
    write_local_state(chrome, {"Profile 1": {"name": "Zoë"}})
    with (chrome / "Local State").open("a") as file:
        file.write(" " * (megabytes << 20))
    [found] = discover(system).profiles
    assert found.profile.name == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        '{"profile": 3}',
        '{"profile": {"info_cache": {"Default": {"name": 7}}}}',
        '{"profile": {"info_cache": {"Default": {"name": "", "active_time": 1e300}}}}',
        '{"profile": {"info_cache": {"Default": {"name": "\\ud800"}}}}',
        "[" * 200_000,
        '{"x":' + "[" * 200_000,
        "\udcff",
    ],
)
def test_a_damaged_local_state_leaves_the_folders_name_and_the_stores_time(
    system: System, chrome: Path, text: str
) -> None:
    store = trees.chromium_leveldb(chrome / "Default")
    (chrome / "Local State").write_bytes(text.encode("utf-8", "surrogateescape"))
    for path in store.iterdir():
        os.utime(path, (1_000_000_000, 1_000_000_000))
    [found] = discover(system).profiles
    assert found.profile.name == "Default"
    assert found.profile.last_used == datetime.fromtimestamp(1_000_000_000, UTC)


def test_the_browsers_own_profile_is_excluded_and_the_guests_is_not(
    system: System, chrome: Path
) -> None:
    for name in ("Guest Profile", "System Profile", "Default"):
        trees.chromium_leveldb(chrome / name)
    names = {found.profile.name for found in discover(system).profiles}
    assert names == {"Default", "Guest Profile"}


def test_firefox_profiles_are_called_and_placed_as_profiles_ini_says(
    system: System, tmp_path: Path
) -> None:
    root = system.home / ".mozilla" / "firefox"
    trees.firefox(root / "x1.default-release")
    trees.firefox(root / "x2.work")
    trees.firefox(root / "x3.forgotten")
    trees.firefox(tmp_path / "far away")
    (root / "profiles.ini").write_text(
        "\ufeff[Profile1]\nName=Work\nIsRelative=1\nPath=x2.work\nDefault=1\n\n"
        "[Profile0]\nName=default-release\nIsRelative=1\nPath=x1.default-release\n\n"
        f"[Profile2]\nName=Far\nIsRelative=0\nPath={tmp_path / 'far away'}\n\n"
        "[Profile3]\nName=Gone\nIsRelative=1\nPath=x4.gone\n\n[General]\nVersion=2\n\n"
        "[Install4F96D1932A9F858E]\nDefault=x1.default-release\nLocked=1\n"
    )
    found = [(each.profile.name, each.profile.path) for each in discover(system).profiles]
    assert found == [
        ("default-release", root / "x1.default-release"),
        ("Work", root / "x2.work"),
        ("Far", tmp_path / "far away"),
        ("x3.forgotten", root / "x3.forgotten"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        *("[", "[Profile0\nPath=x", "Path=x", "[Profile0]\n=x\n", "[Profile0]\nPath=\0", "\0\xff"),
        "[Profile0]\nPath\n indented\n",
    ],
)
def test_a_damaged_profiles_ini_leaves_the_folders_names(system: System, text: str) -> None:
    root = system.home / ".mozilla" / "firefox"
    trees.firefox(root / "x1.default")
    (root / "profiles.ini").write_text(text)
    assert [each.profile.name for each in discover(system).profiles] == ["x1.default"]


def test_an_indented_line_of_profiles_ini_counts_as_it_does_for_firefox(system: System) -> None:
    root = system.home / ".mozilla" / "firefox"
    trees.firefox(root / "x1.default")
    (root / "profiles.ini").write_text(
        "[Profile0]\n\tName=Work\n  IsRelative=1\n  Path=x1.default\n"
    )
    assert [each.profile.name for each in discover(system).profiles] == ["Work"]


@settings(max_examples=60)
@given(local_state=st.binary(max_size=200), ini=st.binary(max_size=200))
def test_no_content_of_the_name_files_makes_finding_fail(
    tmp_path: Path, local_state: bytes, ini: bytes
) -> None:
    system = System.for_home(OperatingSystem.LINUX, tmp_path)
    chrome, firefox = tmp_path / ".config/google-chrome", tmp_path / ".mozilla/firefox"
    if not chrome.exists():
        trees.chromium_leveldb(chrome / "Default")
        trees.firefox(firefox / "x.default")
    (chrome / "Local State").write_bytes(local_state)
    (firefox / "profiles.ini").write_bytes(b"[Profile0]\nPath=" + ini)
    assert len(discover(system).profiles) == 2


# ---- stores -------------------------------------------------------------------------------------


@pytest.mark.parametrize("seconds", [10**12, -(10**12)])
def test_a_file_dated_outside_every_calendar_hides_no_profile(
    system: System, chrome: Path, seconds: int
) -> None:
    path = trees.chromium_sqlite(chrome / "Default")
    trees.chromium_leveldb(chrome / "Profile 1")
    os.utime(path, (seconds, seconds))
    if int(path.stat().st_mtime) != seconds:
        pytest.skip("the file system keeps no such time")
    dated, other = discover(system).profiles
    assert dated.profile.last_used == datetime(1970, 1, 1, tzinfo=UTC)
    assert other.profile.path == chrome / "Profile 1"


def test_size_and_time_take_in_the_side_files(system: System, chrome: Path) -> None:
    path = trees.chromium_sqlite(chrome / "Default")
    path.with_name("LocalStorage-wal").write_bytes(bytes(1000))
    path.with_name("LocalStorage-shm").write_bytes(bytes(5000))
    os.utime(path, (1_000_000_000, 1_000_000_000))
    os.utime(path.with_name("LocalStorage-wal"), (1_100_000_000, 1_100_000_000))
    [store] = discover(system).stores
    assert store.size == path.stat().st_size + 1000
    assert store.modified == datetime.fromtimestamp(1_100_000_000, UTC)


def test_legacy_stores_of_firefox_count_when_they_hold_rows(system: System) -> None:
    full, empty = (system.home / ".mozilla/firefox" / name for name in ("full", "empty"))
    for profile, rows in ((full, [("tset.a.", "k", "v")]), (empty, [])):
        trees.firefox(profile)
        trees.webappsstore(profile / "webappsstore.sqlite", rows)
        trees.webappsstore(profile / "storage" / "ls-archive.sqlite", rows)
    found = {each.profile.name: each.stores for each in discover(system).profiles}
    assert sorted(store.path.name for store in found["full"]) == [
        "data.sqlite",
        "ls-archive.sqlite",
        "webappsstore.sqlite",
    ]
    assert [store.path.name for store in found["empty"]] == ["data.sqlite"]


def test_rows_that_only_the_write_ahead_log_holds_count(system: System, tmp_path: Path) -> None:
    profile = system.home / ".mozilla/firefox/x"
    with live_wal(profile / "webappsstore.sqlite", tmp_path) as database:
        database.execute(
            "CREATE TABLE webappsstore2(originAttributes, originKey, scope, key, value)"
        )
        database.execute("INSERT INTO webappsstore2 VALUES ('', 'tset.a.:https:443', '', 'k', 'v')")
    assert [store.format for store in discover(system).stores] == [StoreFormat.FIREFOX_LEGACY]


@contextmanager
def live_wal(path: Path, workshop: Path) -> Iterator[sqlite3.Connection]:
    """Make a database whose every page still lies in its `-wal`, as a killed browser leaves it."""
    origin = workshop / "workshop.sqlite"
    with closing(sqlite3.connect(origin, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        yield connection
        path.parent.mkdir(parents=True, exist_ok=True)
        for side in ("", "-wal"):
            shutil.copy(f"{origin}{side}", f"{path}{side}")


def empty_leveldb(profile: Path) -> None:
    folder = profile / "Local Storage" / "leveldb"
    folder.mkdir(parents=True)
    (folder / "CURRENT").write_text("MANIFEST-000001\n")
    (folder / "MANIFEST-000001").write_bytes(b"\x56\xf9\xb8\xf8\x1c\x00\x01\x01\x1aleveldb")
    (folder / "000003.log").touch()
    (folder / "LOCK").touch()


@pytest.mark.parametrize(
    ("prepare", "formats", "used", "warned"),
    [
        ([trees.chromium_leveldb], [LEVELDB], LEVELDB, False),
        ([trees.chromium_sqlite], [SQLITE], SQLITE, False),
        ([trees.chromium_sqlite, empty_leveldb], [LEVELDB, SQLITE], SQLITE, False),
        (
            [trees.chromium_leveldb, lambda profile: trees.chromium_sqlite(profile, keys=())],
            [LEVELDB, SQLITE],
            LEVELDB,
            False,
        ),
        ([trees.chromium_leveldb, trees.chromium_sqlite], [LEVELDB, SQLITE], SQLITE, True),
        ([trees.chromium_sqlite, trees.chromium_leveldb], [LEVELDB, SQLITE], LEVELDB, True),
    ],
    ids=[
        "leveldb-alone",
        "sqlite-alone",
        "empty-leveldb",
        "sqlite-without-rows",
        "both-sqlite-newer",
        "both-leveldb-newer",
    ],
)
def test_of_two_backends_both_are_reported_and_the_one_in_use_is_marked(
    system: System,
    chrome: Path,
    prepare: list[Callable[[Path], Any]],
    formats: list[StoreFormat],
    used: StoreFormat,
    *,
    warned: bool,
) -> None:
    for make in prepare:
        make(chrome / "Default")
    # The list's last one was made last: give the times that say so.
    for age, make in enumerate(prepare):
        backend = "LocalStorage" if make is trees.chromium_sqlite else "Local Storage"
        for path in (chrome / "Default").rglob("*"):
            if path.is_file() and backend in str(path.relative_to(chrome)):
                os.utime(path, (1_600_000_000, 1_600_000_000 + age * 1000))
    found = discover(system)
    assert sorted(store.format for store in found.stores) == sorted(formats)
    assert [store.format for store in found.stores if store.is_active] == [used]
    assert bool(found.warnings) is warned
    if warned:
        left = next(store for store in found.stores if not store.is_active)
        assert str(left.path) in str(found.warnings[0])


# ---- what stands in the way ---------------------------------------------------------------------


def test_a_folder_that_may_not_be_read_is_reported_and_the_rest_found(
    system: System, chrome: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trees.chromium_leveldb(chrome / "Default")
    trees.chromium_leveldb(chrome / "Profile 1")
    forbid(monkeypatch, chrome / "Profile 1")
    found = discover(system)
    assert [each.profile.path.name for each in found.profiles] == ["Default"]
    assert [(each.path, each.reason) for each in found.unreadable] == [
        (chrome / "Profile 1", "Permission denied")
    ]


def test_a_store_that_may_not_be_read_is_reported(
    system: System, chrome: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = trees.chromium_sqlite(chrome / "Default")
    real = os.open

    def refuse(opened: Any, *arguments: Any, **more: Any) -> Any:
        if opened == path:
            raise PermissionError(13, "Permission denied", str(path))
        return real(opened, *arguments, **more)

    monkeypatch.setattr(os, "open", refuse)
    found = discover(system)
    assert not found.profiles
    assert [(each.path, each.reason) for each in found.unreadable] == [(path, "Permission denied")]
    with pytest.raises(StoreUnreadable, match="Permission denied"):
        discover_path(path, system)


def test_a_source_that_may_not_be_read_says_so(
    system: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trees.chromium_leveldb(tmp_path / "profile")
    forbid(monkeypatch, tmp_path / "profile")
    with pytest.raises(StoreUnreadable, match="Permission denied"):
        discover_path(tmp_path / "profile", system)


def forbid(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    # root, as whom tests often run, may read everything: no real folder refuses it.
    real = os.scandir

    def scandir(path: Any) -> Any:
        if Path(path) == folder:
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)


def test_loops_of_links_end_and_a_profile_reached_twice_counts_once(
    system: System, chrome: Path
) -> None:
    trees.chromium_leveldb(chrome / "Default")
    (chrome / "loop").symlink_to(chrome)
    (chrome / "self").symlink_to("self")
    (chrome / "Profile 1").symlink_to("Default")
    (system.config_home / "chromium").symlink_to(chrome)
    (system.config_home / "vivaldi").symlink_to("vivaldi")
    found = discover(system)
    assert [each.profile.browser for each in found.profiles] == ["chrome"]
    assert len(discover_path(system.home, system).profiles) == 1


@pytest.mark.parametrize("link", ["Local Storage", "Local Storage/leveldb", "LocalStorage"])
def test_a_link_in_a_profile_is_not_followed_but_told(
    system: System, chrome: Path, tmp_path: Path, link: str
) -> None:
    trees.chromium_leveldb(tmp_path / "elsewhere")
    trees.chromium_sqlite(tmp_path / "elsewhere")
    (chrome / "Default" / link).parent.mkdir(parents=True)
    (chrome / "Default" / link).symlink_to(tmp_path / "elsewhere" / link)
    found = discover(system)
    assert not found.profiles
    (told,) = found.unreadable if link != "LocalStorage" else [None]
    assert told is None or "link" in str(told.reason)


@pytest.mark.parametrize("way", ["link", "profiles.ini"])
def test_a_profile_elsewhere_is_read_where_it_is_the_same_persons(
    system: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    root = system.home / ".mozilla" / "firefox"
    root.mkdir(parents=True)
    elsewhere = tmp_path / "disk" / "abc.default"
    trees.firefox(elsewhere)
    if way == "link":
        (root / "abc.default").symlink_to(elsewhere)
    else:
        ini = f"[Profile0]\nName=mine\nIsRelative=0\nPath={elsewhere}\n"
        (root / "profiles.ini").write_text(ini)
    assert len(discover(system).profiles) == 1
    real = Path.stat

    def anothers(path: Path, **more: Any) -> os.stat_result:
        facts = real(path, **more)
        if path in {elsewhere, root / "abc.default"}:
            return os.stat_result([*facts[:4], facts.st_uid + 1, *facts[5:]])
        return facts

    monkeypatch.setattr(Path, "stat", anothers)
    found = discover(system)
    assert not found.profiles
    assert "link" in str(found.unreadable[0].reason)


# ---- a path given by hand -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "store_format"),
    [
        (lambda folder: trees.leveldb(folder / "xyz"), LEVELDB),
        (lambda folder: trees.chromium_sqlite(folder, name="renamed.db"), SQLITE),
        (
            lambda folder: trees.firefox(folder).rename(folder / "renamed.db"),
            StoreFormat.FIREFOX,
        ),
        (lambda folder: trees.webappsstore(folder / "renamed.db"), StoreFormat.FIREFOX_LEGACY),
        (lambda folder: trees.webkit(folder / "renamed.db"), StoreFormat.WEBKIT),
        (lambda folder: trees.webkit(folder / "https_a.test_0.localstorage"), StoreFormat.WEBKIT),
    ],
    ids=["leveldb", "chromium-sqlite", "firefox", "legacy", "webkit", "webkit-old"],
)
@pytest.mark.parametrize("given_folder", [False, True])
def test_one_store_is_known_by_its_content_whatever_its_name(
    system: System,
    tmp_path: Path,
    make: Callable[[Path], Path],
    store_format: StoreFormat,
    *,
    given_folder: bool,
) -> None:
    path = make(tmp_path / "copy")
    discovery = discover_path(tmp_path / "copy" if given_folder else path, system)
    assert [(store.format, store.path, store.is_active) for store in discovery.stores] == [
        (store_format, path, True)
    ]
    assert discovery.profiles[0].profile.browser == "other"


@pytest.mark.parametrize("below", ["", "Local Storage", "Local Storage/file__0.localstorage"])
def test_a_store_of_an_old_electron_is_its_profiles_whatever_is_named(
    system: System, chrome: Path, tmp_path: Path, below: str
) -> None:
    for profile, browser in ((chrome / "Default", "chrome"), (tmp_path / "copy", "other")):
        path = trees.webkit(profile / "Local Storage" / "file__0.localstorage")
        discovery = discover_path(profile / below, system)
        assert [store.path for store in discovery.stores] == [path]
        found = discovery.profiles[0].profile
        assert (found.path, found.browser) == (profile, browser)
        assert found.browser_name != "A browser like Safari"


def test_a_database_that_lies_in_its_log_alone_is_known(system: System, tmp_path: Path) -> None:
    path = tmp_path / "copy" / "any"
    with live_wal(path, tmp_path) as database:
        database.execute("CREATE TABLE maps(row_id INTEGER PRIMARY KEY, storage_key BLOB)")
        database.execute("CREATE TABLE map_entries(map_id, key, value)")
    assert b"map_entries" not in path.read_bytes()
    assert [store.format for store in discover_path(path, system).stores] == [SQLITE]
    path.write_bytes(b"")
    assert [store.format for store in discover_path(path, system).stores] == [SQLITE]


def test_damaged_stores_are_still_known(system: System, tmp_path: Path) -> None:
    folder = trees.leveldb(tmp_path / "xyz")
    (folder / "CURRENT").unlink()
    assert [store.format for store in discover_path(folder, system).stores] == [LEVELDB]
    sqlite = trees.chromium_sqlite(tmp_path / "profile")
    content = bytearray(sqlite.read_bytes())
    content[:4096] = bytes(4096)
    sqlite.write_bytes(content)
    assert [store.format for store in discover_path(sqlite, system).stores] == [SQLITE]


def test_a_folder_gives_all_its_profiles_however_high_it_is_taken(
    system: System, chrome: Path
) -> None:
    trees.chromium_leveldb(chrome / "Default")
    trees.chromium_leveldb(chrome / "Profile 1")
    write_local_state(chrome, {"Profile 1": {"name": "Work"}})
    both = ["Default", "Work"]
    for path, names in [
        (chrome, both),
        (chrome.parent, both),
        (system.home, both),
        (chrome / "Profile 1", ["Work"]),
        (chrome / "Profile 1" / "Local Storage", ["Work"]),
        (chrome / "Profile 1" / "Local Storage" / "leveldb", ["Work"]),
    ]:
        found = discover_path(path, system)
        assert [each.profile.name for each in found.profiles] == names
        assert {each.profile.browser_name for each in found.profiles} == {"Google Chrome"}


def test_a_firefox_root_a_profile_and_one_store_are_known(system: System, tmp_path: Path) -> None:
    root = tmp_path / "copy"
    store = trees.firefox(root / "Profiles" / "x.default")
    (root / "profiles.ini").write_text(
        "[Profile0]\nName=Me\nIsRelative=1\nPath=Profiles/x.default\n"
    )
    for path in (root, root / "Profiles" / "x.default", store):
        [found] = discover_path(path, system).profiles
        assert (found.profile.name, found.profile.path.name) == ("Me", "x.default")
        assert [each.path for each in found.stores] == [store]


def test_sources_that_overlap_give_each_store_once(
    system: System, tmp_path: Path, chrome: Path
) -> None:
    leveldb = trees.chromium_leveldb(chrome / "Default")
    sqlite = trees.chromium_sqlite(chrome / "Default")
    firefox = trees.firefox(tmp_path / "x.default")
    (tmp_path / "link").symlink_to(sqlite)
    paths = [chrome, chrome / "Default", leveldb, leveldb, tmp_path / "link", firefox, tmp_path]
    found = discover_paths(paths, system)
    assert len(found.profiles) == 2
    assert {each.path for each in found.stores} == {leveldb, sqlite, firefox}
    assert len(found.stores) == 3


def test_an_inactive_backend_is_read_if_a_source_names_it(system: System, chrome: Path) -> None:
    leveldb = trees.chromium_leveldb(chrome / "Default")
    sqlite = trees.chromium_sqlite(chrome / "Default")
    os.utime(sqlite, (0, 0))
    for named in ([chrome, sqlite], [sqlite, chrome]):
        in_use = {each.path for each in discover_paths(named, system).stores if each.is_active}
        assert in_use == {leveldb, sqlite}
    (left_behind,) = (
        each for each in discover_paths([chrome], system).stores if not each.is_active
    )
    assert left_behind.path == sqlite


def test_chromiums_other_databases_are_not_taken_for_local_storage(
    system: System, tmp_path: Path
) -> None:
    profile = tmp_path / "backup" / "Default"
    session = trees.leveldb(profile / "Session Storage")
    for path in session.iterdir():
        path.write_bytes(path.read_bytes().replace(b"META:", b"map-1").replace(b"_http", b"map-1"))
    with closing(sqlite3.connect(profile / "History")) as database:
        database.execute("CREATE TABLE urls(id, url)")
    with pytest.raises(SourceNotFound):
        discover_path(tmp_path / "backup", system)


@pytest.mark.parametrize("name", ["missing", "empty", "text.txt", "history.sqlite"])
def test_a_path_that_holds_no_browser_storage_is_refused(
    system: System, tmp_path: Path, name: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.txt").write_text("CREATE TABLE map_entries, maps")
    with closing(sqlite3.connect(tmp_path / "history.sqlite")) as database:
        database.execute("CREATE TABLE urls(id, url)")
    with pytest.raises(SourceNotFound):
        discover_path(tmp_path / name, system)


def test_looking_changes_nothing(system: System, chrome: Path) -> None:
    trees.chromium_leveldb(chrome / "Default")
    trees.chromium_sqlite(chrome / "Default")
    profile = system.home / ".mozilla/firefox/x"
    trees.firefox(profile)
    trees.webappsstore(profile / "webappsstore.sqlite", [("tset.a.", "k", "v")])
    before = trees.fingerprint(system.home)
    discover(system)
    discover_path(system.home, system)
    assert trees.fingerprint(system.home) == before


def test_session_storage_is_not_read_and_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "Default" / "Session Storage"
    folder.mkdir(parents=True)
    with closing(plyvel.DB(str(folder), create_if_missing=True)) as database:
        database.put(b"version", b"1")
        database.put(b"namespace-0b3e3a01-https://a.test/", b"3")
        database.put(b"map-3-key", "value".encode("utf-16-le"))
    file = tmp_path / "sessionstore.jsonlz4"
    file.write_bytes(b"mozLz40\0")
    for path in (folder, file):
        with pytest.raises(StoreUnreadable, match="ends with its tab"):
            discover_path(path, System.current())
