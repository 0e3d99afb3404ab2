"""Which browsers there are, and where each keeps its profiles on each system. A table, not code.

A location is written with `/` and begins with `~` or a variable that `os_folders.System` knows;
`*` stands for any part of one folder name. A folder belongs to the first row that it fits.

Sources: Chromium's docs/user_data_dir.md and chrome/install_static, Mozilla's "Profiles - Where
Firefox stores your user data", WebKit's WebsiteDataStore (Cocoa and GLib), Electron's
app.getPath('userData'), WebView2's "Manage user data folders".
"""

from dataclasses import dataclass
from enum import StrEnum


class Engine(StrEnum):
    CHROMIUM = "chromium"
    FIREFOX = "firefox"
    WEBKIT = "webkit"


CHROMIUM_PROFILES = (".", "*", "_side_profiles/*", "_side_profiles/*/Default")
"""Profiles below a user-data folder; Opera's may be the folder itself or a side profile."""

ELECTRON_PROFILES = (".", "Partitions/*")

INTERNAL_PROFILES = frozenset({"System Profile"})
"""Chromium's profiles in which nobody browses: that one draws the profile picker."""

WEBKIT_STORES = (
    "*.localstorage",
    "localstorage/*.localstorage",
    "LocalStorage/*.localstorage",
    "WebsiteData/LocalStorage/*.localstorage",
    *(
        f"{folder}/*/*/LocalStorage/localstorage.sqlite3"
        for folder in (".", "storage", "Default", "Origins", "WebsiteData/Default")
    ),
    "WebsiteDataStore/*/Origins/*/*/LocalStorage/localstorage.sqlite3",
)
"""Stores below a WebKit data folder: Safari's and WebKitGTK's older and newer layouts."""


@dataclass(frozen=True, slots=True)
class Browser:
    id: str
    name: str
    """As people know it; empty: the folder's name that the last `*` stands for."""
    engine: Engine
    windows: tuple[str, ...] = ()
    macos: tuple[str, ...] = ()
    linux: tuple[str, ...] = ()
    profiles: tuple[str, ...] = CHROMIUM_PROFILES
    """Where profiles lie below a Chromium root."""
    processes: tuple[str, ...] = ()
    """Names of WebKit browsers' processes, which leave no lock behind that could be asked."""


def _chromium(
    browser_id: str,
    name: str,
    windows: str,
    macos: str,
    config: tuple[str, ...],
    sandboxed: tuple[str, ...] = (),
) -> Browser:
    return Browser(
        browser_id,
        name,
        Engine.CHROMIUM,
        windows=(windows,) if windows else (),
        macos=(f"~/Library/Application Support/{macos}",) if macos else (),
        linux=(*(f"$XDG_CONFIG_HOME/{folder}" for folder in config), *sandboxed),
    )


def _local(vendor: str) -> str:
    return f"%LOCALAPPDATA%/{vendor}/User Data"


def _opera(edition: str) -> str:
    return f"%APPDATA%/Opera Software/{edition}"


# fmt: off
BROWSERS: tuple[Browser, ...] = (
    _chromium("chrome", "Google Chrome", _local("Google/Chrome"), "Google/Chrome",
              ("google-chrome",), ("~/.var/app/com.google.Chrome/config/google-chrome",)),
    _chromium("chrome-beta", "Google Chrome Beta", _local("Google/Chrome Beta"),
              "Google/Chrome Beta", ("google-chrome-beta",)),
    _chromium("chrome-dev", "Google Chrome Dev", _local("Google/Chrome Dev"), "Google/Chrome Dev",
              ("google-chrome-unstable",),
              ("~/.var/app/com.google.ChromeDev/config/google-chrome-unstable",)),
    _chromium("chrome-canary", "Google Chrome Canary", _local("Google/Chrome SxS"),
              "Google/Chrome Canary", ("google-chrome-canary",)),
    _chromium("chromium", "Chromium", _local("Chromium"), "Chromium", ("chromium",),
              ("~/snap/chromium/common/chromium", "~/snap/chromium/current/.config/chromium",
               "~/.var/app/org.chromium.Chromium/config/chromium")),
    _chromium("edge", "Microsoft Edge", _local("Microsoft/Edge"), "Microsoft Edge",
              ("microsoft-edge",), ("~/.var/app/com.microsoft.Edge/config/microsoft-edge",)),
    _chromium("edge-beta", "Microsoft Edge Beta", _local("Microsoft/Edge Beta"),
              "Microsoft Edge Beta", ("microsoft-edge-beta",)),
    _chromium("edge-dev", "Microsoft Edge Dev", _local("Microsoft/Edge Dev"), "Microsoft Edge Dev",
              ("microsoft-edge-dev",),
              ("~/.var/app/com.microsoft.EdgeDev/config/microsoft-edge-dev",)),
    _chromium("edge-canary", "Microsoft Edge Canary", _local("Microsoft/Edge SxS"),
              "Microsoft Edge Canary", ("microsoft-edge-canary",)),
    _chromium("brave", "Brave", _local("BraveSoftware/Brave-Browser"),
              "BraveSoftware/Brave-Browser", ("BraveSoftware/Brave-Browser",),
              ("~/snap/brave/*/.config/BraveSoftware/Brave-Browser",
               "~/.var/app/com.brave.Browser/config/BraveSoftware/Brave-Browser")),
    _chromium("brave-beta", "Brave Beta", _local("BraveSoftware/Brave-Browser-Beta"),
              "BraveSoftware/Brave-Browser-Beta", ("BraveSoftware/Brave-Browser-Beta",)),
    _chromium("brave-nightly", "Brave Nightly", _local("BraveSoftware/Brave-Browser-Nightly"),
              "BraveSoftware/Brave-Browser-Nightly", ("BraveSoftware/Brave-Browser-Nightly",)),
    _chromium("vivaldi", "Vivaldi", _local("Vivaldi"), "Vivaldi", ("vivaldi",),
              ("~/snap/vivaldi/current/.config/vivaldi", "~/snap/vivaldi/common/.config/vivaldi",
               "~/.var/app/com.vivaldi.Vivaldi/config/vivaldi")),
    _chromium("vivaldi-snapshot", "Vivaldi Snapshot", "", "Vivaldi Snapshot",
              ("vivaldi-snapshot",)),
    _chromium("opera", "Opera", _opera("Opera Stable"), "com.operasoftware.Opera", ("opera",),
              ("~/snap/opera/current/.config/opera", "~/.var/app/com.opera.Opera/config/opera")),
    _chromium("opera-gx", "Opera GX", _opera("Opera GX Stable"), "com.operasoftware.OperaGX",
              ("opera-gx",)),
    _chromium("opera-beta", "Opera Beta", _opera("Opera Next"), "com.operasoftware.OperaNext",
              ("opera-beta",)),
    _chromium("opera-developer", "Opera Developer", _opera("Opera Developer"),
              "com.operasoftware.OperaDeveloper", ("opera-developer",)),
    # Stable, Developer Edition and Nightly share one root.
    Browser("firefox", "Mozilla Firefox", Engine.FIREFOX,
            windows=("%APPDATA%/Mozilla/Firefox",
                     "%LOCALAPPDATA%/Packages/Mozilla.Firefox_*/LocalCache/Roaming/Mozilla/Firefox"),
            macos=("~/Library/Application Support/Firefox",),
            linux=("~/.mozilla/firefox", "$XDG_CONFIG_HOME/mozilla/firefox",
                   "~/snap/firefox/common/.mozilla/firefox",
                   "~/snap/firefox/common/.config/mozilla/firefox",
                   "~/.var/app/org.mozilla.firefox/.mozilla/firefox",
                   "~/.var/app/org.mozilla.firefox/config/mozilla/firefox",
                   "~/.var/app/org.mozilla.firefox/.config/mozilla/firefox")),
    Browser("librewolf", "LibreWolf", Engine.FIREFOX,
            windows=("%APPDATA%/librewolf",),
            macos=("~/Library/Application Support/librewolf",),
            linux=("~/.librewolf", "$XDG_CONFIG_HOME/librewolf/librewolf",
                   "~/snap/librewolf/common/.librewolf",
                   "~/.var/app/io.gitlab.librewolf-community/.librewolf",
                   "~/.var/app/io.gitlab.librewolf-community/config/librewolf/librewolf",
                   "~/.var/app/io.gitlab.librewolf-community/.config/librewolf/librewolf")),
    Browser("safari", "Safari", Engine.WEBKIT,
            macos=("~/Library/Containers/com.apple.Safari/Data/Library/WebKit",
                   "~/Library/WebKit/com.apple.Safari", "~/Library/Safari"),
            processes=("Safari",)),
    Browser("gnome-web", "GNOME Web", Engine.WEBKIT,
            linux=("$XDG_DATA_HOME/epiphany", "~/.var/app/org.gnome.Epiphany/data/epiphany"),
            processes=("epiphany",)),
    # Apps that bring an engine along, each in a folder named after it.
    Browser("electron", "", Engine.CHROMIUM, profiles=ELECTRON_PROFILES,
            windows=("%APPDATA%/*", "%LOCALAPPDATA%/*"),
            macos=("~/Library/Application Support/*",),
            linux=("$XDG_CONFIG_HOME/*", "~/snap/*/current/.config/*", "~/.var/app/*/config/*")),
    Browser("webview2", "", Engine.CHROMIUM,
            windows=("%LOCALAPPDATA%/*/EBWebView",
                     "%LOCALAPPDATA%/Packages/*/LocalState/EBWebView")),
    Browser("webkit-app", "", Engine.WEBKIT,
            macos=("~/Library/WebKit/*",),
            linux=("$XDG_DATA_HOME/*", "~/.var/app/*/data/*")),
)
# fmt: on
