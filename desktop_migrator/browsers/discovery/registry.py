"""Which browsers there are, and where each keeps its profiles on each system. A table, not code.

A location is written with `/` and begins with `~` or a variable that `os_folders.System` knows;
`*` stands for any part of one folder name. A folder belongs to the first row that it fits.

docs/apps.md says which of them were tried, and where else such places are told.

Sources: Chromium's docs/user_data_dir.md and chrome/install_static, Mozilla's "Profiles - Where
Firefox stores your user data", WebKit's WebsiteDataStore (Cocoa and GLib), Electron's
app.getPath('userData'), WebView2's "Manage user data folders".
"""

from dataclasses import dataclass
from enum import StrEnum

from desktop_migrator.model import StoreFormat


class Engine(StrEnum):
    CHROMIUM = "chromium"
    FIREFOX = "firefox"
    WEBKIT = "webkit"
    RUNTIME = "runtime"
    """Of scripts, without windows: Node.js and Deno."""


CHROMIUM_PROFILES = (".", "*", "_side_profiles/*", "_side_profiles/*/Default")
"""Profiles below a user-data folder; Opera's may be the folder itself or a side profile."""

ELECTRON_PROFILES = (".", "Partitions/*")
QTWEBENGINE_PROFILES = ("webengine", "data/webengine", "profiles/*", "QtWebEngine/*")

INTERNAL_PROFILES = frozenset({"System Profile"})
"""Chromium's profiles in which nobody browses: that one draws the profile picker."""

CHROMIUM_INTERNAL = frozenset(
    {
        "AutofillStrikeDatabase",
        "BudgetDatabase",
        "Cache",
        "Crashpad",
        "DawnCache",
        "DawnGraphiteCache",
        "DawnWebGPUCache",
        "Extension Rules",
        "Extension Scripts",
        "Extension State",
        "Extensions",
        "File System",
        "GrShaderCache",
        "IndexedDB",
        "Local Extension Settings",
        "Local Storage",
        "Managed Extension Settings",
        "Safe Browsing",
        "Session Storage",
        "ShaderCache",
        "Sync Data",
        "Sync Extension Settings",
        "VideoDecodeStats",
        "WebStorage",
        "blob_storage",
        "component_crx_cache",
        "databases",
        "extensions_crx_cache",
        "optimization_guide_model_store",
        "shared_proto_db",
    }
)
"""Folders of a Chromium profile below which no other profile lies."""

WEBKIT_STORES = (
    "*.localstorage",
    "localstorage/*.localstorage",
    "local_storage/*.localstorage",
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
    """As people know it; empty for apps, which `app_names.py` names by their own files."""
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


def _firefox(
    browser_id: str,
    name: str,
    app_data: str,
    home: str,
    flatpaks: tuple[str, ...],
    macos: str = "",
) -> Browser:
    return Browser(
        browser_id,
        name,
        Engine.FIREFOX,
        windows=(
            f"%APPDATA%/{app_data}",
            f"%LOCALAPPDATA%/Packages/*/LocalCache/Roaming/{app_data}",
        ),
        macos=(macos or f"~/Library/Application Support/{app_data}",),
        linux=(
            f"~/{home}",
            f"$XDG_CONFIG_HOME/{home.lstrip('.')}",
            f"~/snap/{browser_id}/common/{home}",
            *(f"~/.var/app/{flatpak}/{home}" for flatpak in flatpaks),
            *(f"~/.var/app/{flatpak}/config/{home.lstrip('.')}" for flatpak in flatpaks),
        ),
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
              ("~/snap/chromium/common/chromium", "~/snap/chromium/*/.config/chromium",
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
              ("~/snap/vivaldi/*/.config/vivaldi",
               "~/.var/app/com.vivaldi.Vivaldi/config/vivaldi")),
    _chromium("vivaldi-snapshot", "Vivaldi Snapshot", "", "Vivaldi Snapshot",
              ("vivaldi-snapshot",)),
    _chromium("opera", "Opera", _opera("Opera Stable"), "com.operasoftware.Opera", ("opera",),
              ("~/snap/opera/*/.config/opera", "~/.var/app/com.opera.Opera/config/opera")),
    _chromium("opera-gx", "Opera GX", _opera("Opera GX Stable"), "com.operasoftware.OperaGX",
              ("opera-gx",)),
    _chromium("opera-beta", "Opera Beta", _opera("Opera Next"), "com.operasoftware.OperaNext",
              ("opera-beta",)),
    _chromium("opera-developer", "Opera Developer", _opera("Opera Developer"),
              "com.operasoftware.OperaDeveloper", ("opera-developer",)),
    _chromium("chrome-for-testing", "Chrome for Testing", _local("Google/Chrome for Testing"),
              "Google/Chrome for Testing", ("google-chrome-for-testing",)),
    _chromium("yandex", "Yandex Browser", _local("Yandex/YandexBrowser"), "Yandex/YandexBrowser",
              ("yandex-browser", "yandex-browser-beta"),
              ("~/.var/app/ru.yandex.Browser/config/yandex-browser",)),
    _chromium("thorium", "Thorium", _local("Thorium"), "Thorium", ("thorium",)),
    _chromium("whale", "Naver Whale", _local("Naver/Naver Whale"), "Naver/Whale",
              ("naver-whale",)),
    Browser("arc", "Arc", Engine.CHROMIUM,
            windows=("%LOCALAPPDATA%/Packages/TheBrowserCompany.Arc_*"
                     "/LocalCache/Local/Arc/User Data",),
            macos=("~/Library/Application Support/Arc/User Data",)),
    Browser("qutebrowser", "qutebrowser", Engine.CHROMIUM, profiles=QTWEBENGINE_PROFILES,
            windows=("%APPDATA%/qutebrowser", "%LOCALAPPDATA%/qutebrowser"),
            macos=("~/Library/Application Support/qutebrowser",),
            linux=("$XDG_DATA_HOME/qutebrowser",
                   "~/.var/app/org.qutebrowser.qutebrowser/data/qutebrowser")),
    Browser("falkon", "Falkon", Engine.CHROMIUM, profiles=QTWEBENGINE_PROFILES,
            windows=("%LOCALAPPDATA%/falkon",),
            linux=("$XDG_CONFIG_HOME/falkon", "~/.var/app/org.kde.falkon/config/falkon")),
    Browser("konqueror", "Konqueror", Engine.CHROMIUM, profiles=QTWEBENGINE_PROFILES,
            linux=("$XDG_DATA_HOME/konqueror",)),
    Browser("angelfish", "Angelfish", Engine.CHROMIUM, profiles=QTWEBENGINE_PROFILES,
            linux=("$XDG_DATA_HOME/angelfish", "$XDG_DATA_HOME/KDE/angelfish",
                   "~/.var/app/org.kde.angelfish/data/angelfish",
                   "~/.var/app/org.kde.angelfish/data/KDE/angelfish")),
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
    _firefox("thunderbird", "Mozilla Thunderbird", "Thunderbird", ".thunderbird",
             ("org.mozilla.Thunderbird", "org.mozilla.thunderbird", "net.thunderbird.Thunderbird"),
             macos="~/Library/Thunderbird"),
    _firefox("zen", "Zen Browser", "zen", ".zen",
             ("app.zen_browser.zen", "io.github.zen_browser.zen")),
    _firefox("floorp", "Floorp", "Floorp", ".floorp", ("one.ablaze.floorp",)),
    _firefox("waterfox", "Waterfox", "Waterfox", ".waterfox", ("net.waterfox.waterfox",)),
    _firefox("seamonkey", "SeaMonkey", "Mozilla/SeaMonkey", ".mozilla/seamonkey", (),
             macos="~/Library/Application Support/SeaMonkey"),
    Browser("safari", "Safari", Engine.WEBKIT,
            macos=("~/Library/Containers/com.apple.Safari/Data/Library/WebKit",
                   "~/Library/WebKit/com.apple.Safari", "~/Library/Safari"),
            processes=("Safari",)),
    Browser("gnome-web", "GNOME Web", Engine.WEBKIT,
            linux=("$XDG_DATA_HOME/epiphany", "~/.var/app/org.gnome.Epiphany/data/epiphany"),
            processes=("epiphany",)),
    Browser("luakit", "luakit", Engine.WEBKIT, linux=("$XDG_DATA_HOME/luakit",),
            processes=("luakit",)),
    Browser("surf", "surf", Engine.WEBKIT, linux=("~/.surf/cache", "~/.local/share/surf"),
            processes=("surf",)),
    Browser("vimb", "vimb", Engine.WEBKIT,
            linux=("$XDG_DATA_HOME/vimb", "$XDG_CONFIG_HOME/vimb", "$XDG_CACHE_HOME/vimb"),
            processes=("vimb",)),
    # Apps that bring an engine along, each in a folder named after it. What lies deeper, or
    # elsewhere, `search.py` finds.
    Browser("electron", "", Engine.CHROMIUM, profiles=ELECTRON_PROFILES,
            windows=("%APPDATA%/*", "%LOCALAPPDATA%/*"),
            macos=("~/Library/Application Support/*",),
            linux=("$XDG_CONFIG_HOME/*", "~/snap/*/*/.config/*", "~/.var/app/*/config/*")),
    Browser("webview2", "", Engine.CHROMIUM,
            windows=("%LOCALAPPDATA%/*/EBWebView",
                     "%LOCALAPPDATA%/Packages/*/LocalState/EBWebView")),
    Browser("webkit-app", "", Engine.WEBKIT,
            macos=("~/Library/WebKit/*",),
            linux=("$XDG_DATA_HOME/*", "~/.var/app/*/data/*")),
)
# fmt: on

RUNTIMES = {
    StoreFormat.NODE: Browser("node", "Node.js", Engine.RUNTIME),
    StoreFormat.DENO: Browser("deno", "Deno", Engine.RUNTIME),
}
"""What runs scripts, and keeps localStorage for them in a file that a person names."""
