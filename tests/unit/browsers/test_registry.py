"""The places that the documentation names, written down by hand and made for real."""

from pathlib import Path

import pytest

from desktop_migrator.browsers.discovery.discover import OperatingSystem, System, discover
from tests.unit.browsers import trees

# browser, the folder that is a profile, its name for people
WINDOWS = [
    ("chrome", "AppData/Local/Google/Chrome/User Data/Default"),
    ("chrome", "AppData/Local/Google/Chrome/User Data/Profile 3"),
    ("chrome-beta", "AppData/Local/Google/Chrome Beta/User Data/Default"),
    ("chrome-dev", "AppData/Local/Google/Chrome Dev/User Data/Default"),
    ("chrome-canary", "AppData/Local/Google/Chrome SxS/User Data/Default"),
    ("chromium", "AppData/Local/Chromium/User Data/Default"),
    ("edge", "AppData/Local/Microsoft/Edge/User Data/Default"),
    ("edge-beta", "AppData/Local/Microsoft/Edge Beta/User Data/Default"),
    ("edge-canary", "AppData/Local/Microsoft/Edge SxS/User Data/Default"),
    ("brave", "AppData/Local/BraveSoftware/Brave-Browser/User Data/Default"),
    ("vivaldi", "AppData/Local/Vivaldi/User Data/Default"),
    ("opera", "AppData/Roaming/Opera Software/Opera Stable"),
    ("opera", "AppData/Roaming/Opera Software/Opera Stable/Default"),
    ("opera-gx", "AppData/Roaming/Opera Software/Opera GX Stable/_side_profiles/A1_B2/Default"),
    ("firefox", "AppData/Roaming/Mozilla/Firefox/Profiles/abc.default-release"),
    (
        "firefox",
        "AppData/Local/Packages/Mozilla.Firefox_n80bbvh6b1yt2/LocalCache/Roaming/Mozilla/Firefox"
        "/Profiles/msix.default",
    ),
    ("librewolf", "AppData/Roaming/librewolf/Profiles/abc.default-default"),
    ("electron", "AppData/Roaming/Notes App"),
    ("electron", "AppData/Roaming/Notes App/Partitions/work"),
    ("webview2", "AppData/Local/com.example.tauri/EBWebView/Default"),
]
MACOS = [
    ("chrome", "Library/Application Support/Google/Chrome/Default"),
    ("chrome-canary", "Library/Application Support/Google/Chrome Canary/Default"),
    ("chromium", "Library/Application Support/Chromium/Default"),
    ("edge", "Library/Application Support/Microsoft Edge/Default"),
    ("brave", "Library/Application Support/BraveSoftware/Brave-Browser/Default"),
    ("vivaldi", "Library/Application Support/Vivaldi/Default"),
    ("opera", "Library/Application Support/com.operasoftware.Opera"),
    ("opera-gx", "Library/Application Support/com.operasoftware.OperaGX/Default"),
    ("firefox", "Library/Application Support/Firefox/Profiles/abc.default-release"),
    ("librewolf", "Library/Application Support/librewolf/Profiles/abc.default"),
    ("electron", "Library/Application Support/Notes App"),
]
LINUX = [
    ("chrome", ".config/google-chrome/Default"),
    ("chrome", ".var/app/com.google.Chrome/config/google-chrome/Default"),
    ("chrome-beta", ".config/google-chrome-beta/Default"),
    ("chrome-dev", ".config/google-chrome-unstable/Profile 1"),
    ("chromium", ".config/chromium/Default"),
    ("chromium", "snap/chromium/common/chromium/Default"),
    ("chromium", ".var/app/org.chromium.Chromium/config/chromium/Default"),
    ("edge", ".config/microsoft-edge/Default"),
    ("edge", ".var/app/com.microsoft.Edge/config/microsoft-edge/Default"),
    ("edge-dev", ".config/microsoft-edge-dev/Default"),
    ("brave", ".config/BraveSoftware/Brave-Browser/Default"),
    ("brave", "snap/brave/421/.config/BraveSoftware/Brave-Browser/Default"),
    ("brave", ".var/app/com.brave.Browser/config/BraveSoftware/Brave-Browser/Default"),
    ("vivaldi", ".config/vivaldi/Default"),
    ("vivaldi", "snap/vivaldi/common/.config/vivaldi/Default"),
    ("vivaldi", ".var/app/com.vivaldi.Vivaldi/config/vivaldi/Default"),
    ("opera", ".config/opera"),
    ("opera", ".var/app/com.opera.Opera/config/opera/Default"),
    ("firefox", ".mozilla/firefox/abc.default-esr"),
    ("firefox", ".config/mozilla/firefox/abc.default-release"),
    ("firefox", "snap/firefox/common/.mozilla/firefox/abc.default"),
    ("firefox", "snap/firefox/common/.config/mozilla/firefox/abc.default"),
    ("firefox", ".var/app/org.mozilla.firefox/.mozilla/firefox/abc.default"),
    ("firefox", ".var/app/org.mozilla.firefox/.config/mozilla/firefox/abc.default"),
    ("librewolf", ".librewolf/abc.default-default"),
    ("librewolf", "snap/librewolf/common/.librewolf/abc.default"),
    ("librewolf", ".var/app/io.gitlab.librewolf-community/.librewolf/abc.default"),
    ("electron", ".config/Notes App"),
    ("electron", ".config/Notes App/Partitions/work"),
    ("electron", ".var/app/md.notes.Notes/config/notes"),
]
WEBKIT_MACOS = [
    (
        "safari",
        "Library/Containers/com.apple.Safari/Data/Library/WebKit",
        "WebsiteData/Default/h4sh/h4sh/LocalStorage/localstorage.sqlite3",
    ),
    ("safari", "Library/Safari", "LocalStorage/https_a.test_0.localstorage"),
    (
        "webkit-app",
        "Library/WebKit/com.example.tauri",
        "WebsiteData/Default/h4sh/h4sh/LocalStorage/localstorage.sqlite3",
    ),
]
WEBKIT_LINUX = [
    (
        "gnome-web",
        ".local/share/epiphany",
        "storage/h4sh/h4sh/LocalStorage/localstorage.sqlite3",
    ),
    (
        "gnome-web",
        ".var/app/org.gnome.Epiphany/data/epiphany",
        "storage/h4sh/h4sh/LocalStorage/localstorage.sqlite3",
    ),
    (
        "webkit-app",
        ".local/share/com.example.tauri",
        "localstorage/https_a.test_0.localstorage",
    ),
]


@pytest.mark.parametrize(
    ("system", "expected", "webkit"),
    [
        (OperatingSystem.WINDOWS, WINDOWS, []),
        (OperatingSystem.MACOS, MACOS, WEBKIT_MACOS),
        (OperatingSystem.LINUX, LINUX, WEBKIT_LINUX),
    ],
    ids=["windows", "macos", "linux"],
)
def test_every_documented_place_is_found_once_and_under_its_browsers_name(
    tmp_path: Path,
    system: OperatingSystem,
    expected: list[tuple[str, str]],
    webkit: list[tuple[str, str, str]],
) -> None:
    for browser, folder in expected:
        if browser in {"firefox", "librewolf"}:
            trees.firefox(tmp_path / folder)
        else:
            trees.chromium_leveldb(tmp_path / folder)
    for _, root, store in webkit:
        trees.webkit(tmp_path / root / store)

    found = discover(System.for_home(system, tmp_path))

    assert sorted(
        (each.profile.browser, each.profile.path.relative_to(tmp_path).as_posix())
        for each in found.profiles
    ) == sorted([*expected, *((browser, root) for browser, root, _ in webkit)])
    assert all(len(each.stores) == 1 for each in found.profiles)
    assert not found.unreadable
    assert not found.warnings


def test_an_apps_folder_gives_its_name(tmp_path: Path) -> None:
    trees.chromium_leveldb(tmp_path / "AppData/Roaming/Notes App")
    trees.chromium_leveldb(tmp_path / "AppData/Local/com.example.tauri/EBWebView/Default")
    found = discover(System.for_home(OperatingSystem.WINDOWS, tmp_path))
    assert {each.profile.browser_name for each in found.profiles} == {
        "Notes App",
        "com.example.tauri",
    }


def test_the_environment_moves_the_folders(tmp_path: Path) -> None:
    trees.chromium_leveldb(tmp_path / "elsewhere/google-chrome/Default")
    system = System.for_home(
        OperatingSystem.LINUX,
        tmp_path / "home",
        {"XDG_CONFIG_HOME": str(tmp_path / "elsewhere"), "XDG_DATA_HOME": "relative/is/invalid"},
    )
    assert [each.profile.browser for each in discover(system).profiles] == ["chrome"]
