"""Places that no table names: as reports tell them, and as engines left them in real homes."""

import json
import os
import plistlib
import struct
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import pytest

from desktop_migrator.browsers.discovery import search
from desktop_migrator.browsers.discovery.discover import (
    Discovery,
    OperatingSystem,
    System,
    discover,
    discover_path,
)
from desktop_migrator.browsers.read.read_stores import read_stores
from desktop_migrator.errors import Cancelled
from desktop_migrator.model import Damage
from desktop_migrator.reporter import NullReporter, Stage
from tests.unit.browsers import trees

HOMES = Path(__file__).parents[2] / "data" / "homes"
LINUX, WINDOWS, MACOS = OperatingSystem.LINUX, OperatingSystem.WINDOWS, OperatingSystem.MACOS

# A store's place and what it is called. Sources: docs/apps.md.
CHROMIUM = {
    LINUX: {
        ".config/nwapp/Default": "nwapp",
        ".config/Microsoft/Microsoft Teams": "Microsoft Teams",
        ".config/@acme/desk": "@acme/desk",
        ".config/Awesome/udata": "Awesome",
        ".config/yandex-browser/Default": "Yandex Browser",
        ".config/thorium/Default": "Thorium",
        ".config/google-chrome-for-testing/Default": "Chrome for Testing",
        "snap/chromium/2890/.config/chromium/Default": "Chromium",
        "snap/notion-desktop/common/.config/notion": "notion",
        ".local/share/qutebrowser/webengine": "qutebrowser",
        ".local/share/Anki2/QtWebEngine/Default": "Anki2",
        ".cache/spotify/Browser": "spotify",
    },
    WINDOWS: {
        "AppData/Roaming/com.acme.desk/EBWebView/Default": "com.acme.desk",
        "AppData/Local/Acme/Desk/EBWebView/Default": "Desk",
        "AppData/Local/Acme/Tool.exe.WebView2/EBWebView/Default": "Tool",
        "AppData/Local/Packages/MSTeams_8wekyb3d8bbwe/LocalCache/Microsoft/MSTeams/EBWebView"
        "/WV2Profile_tfw": "Microsoft Teams",
        "AppData/Local/Microsoft/Olk/EBWebView/Default": "Outlook",
        "AppData/Local/Microsoft/Office/16.0/Wef/webview2/x_ADAL/2/EBWebView/Default": (
            "Microsoft Office"
        ),
        "AppData/Local/Packages/Acme.Desk_1abc/LocalCache/Roaming/Desk": "Desk",
        "AppData/Roaming/@acme/desk": "@acme/desk",
        "AppData/Local/nwapp/User Data/Default": "nwapp",
        "AppData/Local/Yandex/YandexBrowser/User Data/Default": "Yandex Browser",
        "AppData/Local/Packages/TheBrowserCompany.Arc_ttt1ap7aakyb4/LocalCache/Local/Arc/User Data"
        "/Default": "Arc",
    },
    MACOS: {
        "Library/Containers/com.tinyspeck.slackmacgap/Data/Library/Application Support/Slack": (
            "Slack"
        ),
        "Library/Application Support/nwapp/Default": "nwapp",
        "Library/Application Support/Arc/User Data/Default": "Arc",
        "Library/Application Support/@acme/desk": "@acme/desk",
        "Library/Caches/com.acme.player/Browser": "com.acme.player",
    },
}
FIREFOX = {
    LINUX: {
        ".thunderbird/abc.default": "Mozilla Thunderbird",
        ".zen/abc.Default": "Zen Browser",
        ".var/app/app.zen_browser.zen/.zen/abc.Default": "Zen Browser",
        ".floorp/abc.default": "Floorp",
        ".waterfox/abc.default": "Waterfox",
        ".config/fork/abc.default": "fork",
    },
    WINDOWS: {
        "AppData/Roaming/zen/Profiles/abc.Default": "Zen Browser",
        "AppData/Roaming/Fork/Profiles/abc.default": "Fork",
    },
    MACOS: {"Library/Application Support/zen/Profiles/abc.Default": "Zen Browser"},
}
WEBKIT = {
    LINUX: {
        ".local/share/com.acme.desk/storage/aa/bb/LocalStorage/localstorage.sqlite3": (
            "com.acme.desk"
        ),
        "snap/acmedesk/common/.local/share/com.acme.two/localstorage"
        "/tauri_localhost_0.localstorage": "com.acme.two",
        ".local/share/luakit/local_storage/http_a.test_0.localstorage": "luakit",
        ".local/share/webkitgtk-4.1/MiniBrowser/localstorage/http_a.test_0.localstorage": (
            "MiniBrowser"
        ),
        ".own/pages/http_a.test_0.localstorage": "pages",
    },
    MACOS: {
        "Library/Containers/com.acme.desk/Data/Library/WebKit/WebsiteData/Default/aa/bb"
        "/LocalStorage/localstorage.sqlite3": "com.acme.desk",
    },
}


@pytest.mark.parametrize("system", list(OperatingSystem))
def test_every_reported_place_is_found_and_named(tmp_path: Path, system: OperatingSystem) -> None:
    for folder in CHROMIUM[system]:
        trees.chromium_leveldb(tmp_path / folder)
    for folder in FIREFOX[system]:
        trees.firefox(tmp_path / folder)
    for file in WEBKIT.get(system, {}):
        trees.webkit(tmp_path / file)
    found = discover(System.for_home(system, tmp_path))
    names = {
        store.path.relative_to(tmp_path).as_posix(): store.profile.browser_name
        for store in found.stores
    }
    expected = (
        {f"{folder}/Local Storage/leveldb": name for folder, name in CHROMIUM[system].items()}
        | {
            f"{folder}/storage/default/https+++a.test/ls/data.sqlite": name
            for folder, name in FIREFOX[system].items()
        }
        | WEBKIT.get(system, {})
    )
    assert names == expected
    assert not found.warnings


@pytest.mark.parametrize(
    ("home", "expected"),
    [
        ("cef", {("AcmeCef", "cache"): 38}),
        ("falkon", {("Falkon", "default"): 38}),
        ("luakit", {("luakit", "luakit"): 38}),
        ("qt", {("Acme Desk", "storage-acme"): 38}),
        ("surf", {("surf", "cache"): 38}),
        ("tb", {("Mozilla Thunderbird", "default-esr"): 39}),
        (
            "ffsel",
            {
                ("Mozilla Firefox", "Original profile"): 38,
                ("Mozilla Firefox", "Work at Acme"): 38,
            },
        ),
    ],
)
def test_real_homes_are_found_named_and_read(
    tmp_path: Path, home: str, expected: dict[tuple[str, str], int]
) -> None:
    with tarfile.open(HOMES / f"{home}.tar.xz") as archive:
        archive.extractall(tmp_path, filter="data")
    before = trees.fingerprint(tmp_path)
    found = discover(System.for_home(LINUX, tmp_path / home))
    damages: list[Damage] = []
    counts = {
        (each.profile.browser_name, each.profile.name): len(
            list(read_stores(each.stores, tmp_path, damages.append))
        )
        for each in found.profiles
    }
    assert counts == expected
    assert not damages
    assert trees.fingerprint(tmp_path) == before


# ---- names --------------------------------------------------------------------------------------


def names(found: Discovery) -> list[str]:
    return [each.profile.browser_name for each in found.profiles]


def desktop_file(home: Path, stem: str, **entries: str) -> None:
    folder = home / ".local/share/applications"
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"{key}={value}" for key, value in entries.items()]
    (folder / f"{stem}.desktop").write_text("\n".join(["[Desktop Entry]", *lines, ""]))


@pytest.mark.parametrize(
    ("place", "stem", "entries"),
    [
        (".config/acme-desk-x", "acme-desk-x", {}),
        (".config/Xdesk Main", "other", {"StartupWMClass": "xdesk main"}),
        (".config/xdesk", "other", {"Exec": "env A=b /opt/Acme/xdesk --no-sandbox %U"}),
        (".var/app/io.acme.Xdesk/config/inner-words", "io.acme.Xdesk", {}),
        ("snap/xdesk/common/.config/inner-words", "xdesk_xdesk", {}),
        (".local/share/xdesk/QtWebEngine/Default", "org.acme.xdesk", {}),
    ],
)
def test_linux_apps_are_called_as_their_desktop_files_say(
    tmp_path: Path, place: str, stem: str, entries: dict[str, str]
) -> None:
    trees.chromium_leveldb(tmp_path / place)
    desktop_file(tmp_path, stem, Name="The Acme Desk", **entries)
    assert names(discover(System.for_home(LINUX, tmp_path))) == ["The Acme Desk"]


def test_mac_apps_are_called_as_their_bundles_say(tmp_path: Path) -> None:
    trees.webkit(
        tmp_path / "Library/Containers/com.acme.desk/Data/Library/WebKit/WebsiteData/Default/aa/bb"
        "/LocalStorage/localstorage.sqlite3"
    )
    contents = tmp_path / "Applications/Desk.app/Contents"
    contents.mkdir(parents=True)
    facts = {"CFBundleIdentifier": "com.acme.desk", "CFBundleDisplayName": "The Acme Desk"}
    (contents / "Info.plist").write_bytes(plistlib.dumps(facts, fmt=plistlib.FMT_BINARY))
    assert names(discover(System.for_home(MACOS, tmp_path))) == ["The Acme Desk"]


@pytest.mark.parametrize("packed", [False, True])
def test_windows_apps_are_called_as_their_packages_say(tmp_path: Path, *, packed: bool) -> None:
    trees.chromium_leveldb(tmp_path / "AppData/Roaming/@acme/desk")
    resources = tmp_path / "AppData/Local/Programs/acme-desk/resources"
    package = json.dumps({"name": "@acme/desk", "productName": "The Acme Desk"}).encode()
    (resources / "app").mkdir(parents=True)
    if packed:
        (resources / "app.asar").write_bytes(asar(package))
    else:
        (resources / "app/package.json").write_bytes(package)
    assert names(discover(System.for_home(WINDOWS, tmp_path))) == ["The Acme Desk"]


def asar(package: bytes) -> bytes:
    header = {"files": {"package.json": {"size": len(package), "offset": "3"}}}
    text = json.dumps(header).encode()
    padded = text + bytes(-len(text) % 4)
    payload = len(padded) + 4
    return struct.pack("<4I", 4, payload + 4, payload, len(text)) + padded + b"abc" + package


def test_a_firefox_fork_is_called_as_its_program_says(tmp_path: Path) -> None:
    trees.firefox(tmp_path / ".config/fork/abc.default")
    (tmp_path / "program").mkdir()
    (tmp_path / "program/application.ini").write_text("[App]\nVendor=Acme\nName=Acme Fox\n")
    (tmp_path / ".config/fork/abc.default/compatibility.ini").write_text(
        f"[Compatibility]\nLastPlatformDir={tmp_path / 'program'}\n"
    )
    assert names(discover(System.for_home(LINUX, tmp_path))) == ["Acme Fox"]


@pytest.mark.parametrize("damage", [b"", b"[", b"\xff\xfe\0", b"[Desktop Entry]\n=\n", b"{" * 9999])
def test_damaged_files_of_apps_name_nothing(tmp_path: Path, damage: bytes) -> None:
    places = {
        LINUX: ".config/V/desk",
        MACOS: "Library/Caches/desk",
        WINDOWS: "AppData/Local/V/desk",
    }
    files = [
        ".local/share/applications/desk.desktop",
        "Applications/desk.app/Contents/Info.plist",
        "Applications/desk.app/Contents/Resources/app.asar",
        "AppData/Local/Programs/desk/resources/app.asar",
        "AppData/Local/Programs/desk/resources/app/package.json",
    ]
    for file in files:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_bytes(damage)
    for system, place in places.items():
        trees.chromium_leveldb(tmp_path / place)
        assert set(names(discover(System.for_home(system, tmp_path)))) == {"desk"}


# ---- bounds -------------------------------------------------------------------------------------


def test_of_a_snaps_revisions_the_present_one_counts(tmp_path: Path) -> None:
    for revision in (9, 12, 11):
        trees.chromium_leveldb(tmp_path / f"snap/acme/{revision}/.config/Acme")

    def in_use() -> list[str]:
        stores = discover(System.for_home(LINUX, tmp_path)).stores
        assert len(stores) == 3
        return [store.path.parents[3].name for store in stores if store.is_active]

    assert in_use() == ["12"]
    (tmp_path / "snap/acme/current").symlink_to("11")
    assert in_use() == ["11"]
    named = discover_path(tmp_path / "snap/acme/9/.config/Acme", System.for_home(LINUX, tmp_path))
    assert [store.is_active for store in named.stores] == [True]


def test_links_are_not_followed(tmp_path: Path) -> None:
    trees.chromium_leveldb(tmp_path / "elsewhere/V/App")
    home = tmp_path / "home"
    (home / ".config/V").mkdir(parents=True)
    (home / ".config/V/loop").symlink_to(home)
    (home / ".config/V/far").symlink_to(tmp_path / "elsewhere")
    assert not discover(System.for_home(LINUX, home)).profiles


def test_a_limit_cuts_off_what_lies_deepest_and_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(50):
        (tmp_path / f".config/a/b{number}/c/d/e").mkdir(parents=True)
    trees.chromium_leveldb(tmp_path / ".config/z/App")
    trees.chromium_leveldb(tmp_path / ".config/a/b7/c/d/App")
    limits = search.Limits(folders=120, depth=13)
    monkeypatch.setattr("desktop_migrator.browsers.discovery.finder.BELOW_DATA_FOLDERS", limits)
    found = discover(System.for_home(LINUX, tmp_path))
    assert [each.profile.path for each in found.profiles] == [tmp_path / ".config/z/App"]
    assert len(found.warnings) == 1


def test_each_folder_is_listed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(300):
        (tmp_path / f".config/V{number % 7}/a{number}").mkdir(parents=True)
    listed: list[str] = []
    real = os.scandir

    def scandir(path: Any) -> Any:
        listed.append(os.fspath(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    search.Walk(search.WHOLE_DISK, NullReporter()).run([tmp_path], lambda *_: frozenset())
    assert len(listed) == len(set(listed)) == 1 + 1 + 7 + 300


def test_the_whole_disk_is_searched_with_progress_until_somebody_cancels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = tmp_path / "disk/backup/of/old/App"
    trees.chromium_leveldb(far)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setattr(System, "whole_disk", lambda _: ([tmp_path / "disk"], frozenset()))

    class Watching(NullReporter):
        def __init__(self) -> None:
            super().__init__()
            self.seen = 0

        def advanced(self, stage: Stage, current: int, total: int | None) -> None:
            self.seen += 1

    watching, system = Watching(), System.for_home(LINUX, home)
    assert not discover(system).profiles
    assert [each.profile.path for each in discover(system, watching, whole_disk=True).profiles] == [
        far
    ]
    assert watching.seen
    watching.cancel.set()
    with pytest.raises(Cancelled):
        discover(system, watching, whole_disk=True)


def test_a_profile_named_by_hand_is_that_profile_whatever_else_lies_in_its_root(
    tmp_path: Path,
) -> None:
    profile = tmp_path / "cache"
    inner = trees.chromium_leveldb(profile)
    trees.leveldb(profile)
    found = discover_path(profile, System.for_home(LINUX, tmp_path / "home"))
    assert [store.path for store in found.stores] == [inner]


def test_a_folder_named_by_hand_is_searched_to_the_bottom(tmp_path: Path) -> None:
    deep = tmp_path / "a/b/c/d/e/f/App"
    trees.chromium_leveldb(deep)
    found = discover_path(tmp_path / "a", System.for_home(LINUX, tmp_path / "home"))
    assert [each.profile.path for each in found.profiles] == [deep]


def test_what_old_chromium_kept_counts_unless_its_successor_has_the_site(tmp_path: Path) -> None:
    app = tmp_path / ".config/V/App"
    for name in ("https_a.test_0", "file__0"):
        trees.webkit(app / f"Local Storage/{name}.localstorage", keys=["old"])
    trees.chromium_leveldb(app)
    [found] = discover(System.for_home(LINUX, tmp_path)).profiles
    damages: list[Damage] = []
    records = {
        (record.storage_key.origin, record.key)
        for record in read_stores(found.stores, tmp_path, damages.append)
    }
    assert records == {("https://a.test", "k"), ("file://", "old")}


@pytest.mark.skipif(
    not Path("/dev/shm").is_dir(), reason="100,000 folders are quick in memory only"
)
def test_a_hundred_thousand_folders_are_searched_to_the_end() -> None:
    home = Path(tempfile.mkdtemp(dir="/dev/shm", prefix="desktop-migrator-test-"))
    try:
        folders = [
            f".config/vendor{vendor}/tree{tree}/{leaf}"
            for vendor in range(10)
            for tree in range(100)
            for leaf in range(100)
        ]
        subprocess.run(
            ["xargs", "mkdir", "-p"], cwd=home, input="\n".join(folders), text=True, check=True
        )
        app = home / ".config/vendor9/tree99/98/data/App"
        trees.chromium_leveldb(app)
        found = discover(System.for_home(LINUX, home))
        assert [each.profile.path for each in found.profiles] == [app]
        assert not found.warnings
        assert len(list((home / ".config/vendor0/tree0").iterdir())) == 100
    finally:
        subprocess.run(["rm", "-rf", home], check=True)
