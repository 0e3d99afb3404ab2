"""What an app is called by the person who uses it, told from where its data lies.

The folder gives a word; the app's own files, where they are installed, give its name for people:

- Linux: `Name` of the .desktop file (freedesktop.org's Desktop Entry Specification) with that word
  as its file's name, window class, command or sandbox;
- macOS: `CFBundleDisplayName` of the Info.plist with that identifier, name or executable;
- Windows: `ProductName` of the version resource of the programs in the app's folder;
- Electron and NW.js everywhere: `productName` of the package.json, which may lie in an app.asar
  (electron/asar's README: a pickled JSON header, then the files);
- Firefox's kin: `Name` of the application.ini beside the program that the profile names.

A file that cannot be read names nothing; nothing here fails.
"""

import configparser
import plistlib
import re
import shlex
import struct
from collections.abc import Iterator
from functools import cached_property
from itertools import islice, pairwise
from pathlib import Path, PurePosixPath
from typing import Any
from xml.parsers.expat import ExpatError

import msgspec

from desktop_migrator.browsers.discovery.os_folders import OperatingSystem, System
from desktop_migrator.browsers.discovery.registry import Engine
from desktop_migrator.browsers.discovery.version_resource import product_name

_MAX_FILE = 4 * 2**20
_MAX_APPS = 4000
"""Installed apps that are looked at."""
_KNOWN = {
    "olk": "Outlook",
    "msteams": "Microsoft Teams",
    "teams": "Microsoft Teams",
    "wef": "Microsoft Office",
}
"""Apps whose files give another name than the one people know, by their folder's name."""
_INNER = frozenset(
    {"user data", "ebwebview", "qtwebengine", "webengine", "partitions", "local storage"}
)
"""Folders below which a name is that of a profile, no longer the app's."""
_GENERIC = frozenset(
    {
        *(
            ".cache",
            ".config",
            ".local",
            ".var",
            "app",
            "appdata",
            "application support",
            "browser",
        ),
        *("cache", "caches", "cef", "cefcache", "common", "config", "containers", "current"),
        *("data", "default", "group containers", "library", "local", "localcache", "locallow"),
        *("localstate", "localstorage", "local_storage", "origins", "packages", "profile"),
        *("profiles", "roaming", "share", "snap", "state", "storage", "udata", "userdata"),
        *("user-data", "user_data", "webkit", "websitedata", "websitedatastore", "webview"),
        *("webview2", "web", "session", "sessions", "webapps", "webstorage", "webcache"),
    }
)
_NO_NAME = re.compile(
    r"\d[\d.]*|[0-9a-f]{8,}|[0-9a-f-]{36}|profile \d+|x\d+|webkit2?gtk-[\d.]+|v\d[\d.]*",
    re.IGNORECASE,
)
_HELPERS = re.compile(r"unins|setup|update|crash|squirrel", re.IGNORECASE)
"""Begins the names of programs that come with many apps."""
_LAUNCHERS = frozenset({"env", "sh", "bash", "python", "python3", "electron", "flatpak", "snap"})


class AppNames:
    def __init__(self, system: System) -> None:
        self._system = system

    def name(self, profile: Path, engine: Engine) -> str:
        """Of the app whose profile that is; at worst the folder's own name."""
        folder = profile
        if engine is Engine.FIREFOX:
            if own := _firefox_name(profile):
                return own
            folder = profile.parent  # a profile's own name is no app's
        words, sandbox = self._words(folder)
        for word in (*words, sandbox):
            if word.lower() in _KNOWN:
                return _KNOWN[word.lower()]
        for word in (*words[:1], sandbox):
            if name := self._installed.get(_slug(word)):
                return name
        return words[0] if words else sandbox or folder.name

    def _words(self, folder: Path) -> tuple[list[str], str]:
        """The folders' names that may be the app's, the deepest first; and its sandbox's."""
        home = self._system.home
        parts = folder.relative_to(home).parts if folder.is_relative_to(home) else folder.parts[1:]
        sandbox = ""
        for holder, part in pairwise(parts):
            if holder in {"Containers", "app", "snap", "Packages"} and not sandbox:
                sandbox = part.rpartition("_")[0] or part if holder == "Packages" else part
        words: list[str] = []
        package = f"{sandbox}_" if "Packages" in parts else sandbox
        for part in parts:
            if part.lower() in _INNER and words:
                break
            is_package = bool(sandbox) and (part == sandbox or part.startswith(package))
            if part.lower() in _GENERIC or _NO_NAME.fullmatch(part) or is_package:
                continue
            word = re.sub(r"(\.exe)?\.WebView2$", "", part.lstrip("."))
            if words and words[0].startswith("@"):
                word = f"{words.pop(0)}/{word}"
            words.insert(0, word)
        return words, sandbox

    @cached_property
    def _installed(self) -> dict[str, str]:
        """Names by what a data folder may be called."""
        names: dict[str, str] = {}
        sources = {
            OperatingSystem.LINUX: (self._desktop_files, self._packages),
            OperatingSystem.MACOS: (self._bundles,),
            OperatingSystem.WINDOWS: (self._packages, self._programs),
        }
        for source in sources[self._system.os]:
            weak: dict[str, str] = {}
            for name, strong_words, weak_words in source():
                for word in strong_words:
                    names.setdefault(_slug(word), name)
                for word in weak_words:
                    weak.setdefault(_slug(word), name)
            names = {**weak, **names}
        names.pop("", None)
        return names

    def _desktop_files(self) -> Iterator[tuple[str, list[str], list[str]]]:
        data = self._system.data_home
        folders = (
            data / "applications",
            data / "xdg-desktop-portal" / "applications",
            data / "flatpak/exports/share/applications",
            *map(
                Path,
                (
                    "/usr/local/share/applications",
                    "/usr/share/applications",
                    "/var/lib/flatpak/exports/share/applications",
                    "/var/lib/snapd/desktop/applications",
                ),
            ),
        )
        for path in _first(path for folder in folders for path in _glob(folder, "*.desktop")):
            entry = _read_ini(path, "Desktop Entry")
            name = entry.get("name", "").strip()
            if not name:
                continue
            snap = entry.get("x-snapinstancename", "") or path.stem.partition("_")[0]
            strong = [path.stem, snap, entry.get("startupwmclass", ""), name]
            yield name, strong, [path.stem.rpartition(".")[2], _command(entry.get("exec", ""))]

    def _bundles(self) -> Iterator[tuple[str, list[str], list[str]]]:
        folders = (self._system.home / "Applications", Path("/Applications"))
        patterns = ("*.app", "*/*.app")
        for app in _first(
            path for folder in folders for pattern in patterns for path in _glob(folder, pattern)
        ):
            info = _read_plist(app / "Contents" / "Info.plist")
            name = info.get("CFBundleDisplayName") or info.get("CFBundleName") or app.stem
            package = _read_package(app / "Contents" / "Resources")
            strong = [info.get("CFBundleIdentifier"), info.get("CFBundleName"), app.stem]
            weak = [info.get("CFBundleExecutable"), package.name, package.product_name]
            yield str(name), [str(one) for one in strong if one], [str(one) for one in weak if one]

    @property
    def _windows_places(self) -> list[tuple[Path, str]]:
        """Where programs are installed: folders, and patterns below them."""
        local = self._system.local_app_data
        places = [(local / "Programs", "*"), (local, "*/app-*"), (local, "*/current")]
        return places + [
            (Path(f"C:/{folder}"), pattern)
            for folder in ("Program Files", "Program Files (x86)")
            for pattern in ("*", "*/*")
        ]

    def _programs(self) -> Iterator[tuple[str, list[str], list[str]]]:
        patterns = ((folder, f"{pattern}/*.exe") for folder, pattern in self._windows_places)
        for program in _first(
            path for folder, pattern in patterns for path in _glob(folder, pattern)
        ):
            if _HELPERS.match(program.stem):
                continue
            if name := product_name(program):
                yield name, [program.stem, name], [_app_folder(program.parent)]

    def _packages(self) -> Iterator[tuple[str, list[str], list[str]]]:
        if self._system.os is OperatingSystem.WINDOWS:
            places = self._windows_places
        else:
            folders = (Path("/opt"), Path("/usr/lib"), Path("/usr/share"))
            places = [(folder, "*") for folder in (*folders, self._system.home / ".local/opt")]
        for app in _first(path for folder, pattern in places for path in _glob(folder, pattern)):
            package = _read_package(app / "resources")
            name = package.product_name or package.name
            if name:
                yield name, [package.name, package.product_name], [_app_folder(app)]


def _app_folder(folder: Path) -> str:
    """The app's own folder's name, of which the folder may be one version."""
    versioned = folder.name.startswith("app-") or folder.name == "current"
    return folder.parent.name if versioned else folder.name


class _Package(msgspec.Struct):
    name: str = ""
    product_name: str = msgspec.field(default="", name="productName")


def _read_package(resources: Path) -> _Package:
    for text in (_read(resources / "app" / "package.json"), _read_asar(resources / "app.asar")):
        try:
            return msgspec.json.decode(text, type=_Package)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
    return _Package()


def _read_asar(path: Path) -> bytes:
    """The package.json in an archive."""
    try:
        if not path.is_file():
            return b""
        with path.open("rb") as file:
            _, header_size, _, length = struct.unpack("<4I", file.read(16))
            if length > _MAX_FILE:
                return b""
            header = msgspec.json.decode(file.read(length))
            entry = header["files"]["package.json"]
            file.seek(8 + header_size + int(entry["offset"]))
            return file.read(min(int(entry["size"]), _MAX_FILE))
    except (OSError, struct.error, ValueError, KeyError, TypeError, RecursionError):
        return b""


def _firefox_name(profile: Path) -> str:
    """What the program that last used the profile calls itself."""
    used = _read_ini(profile / "compatibility.ini", "Compatibility")
    program = used.get("lastplatformdir", "")
    if not program:
        return ""
    return _read_ini(Path(program) / "application.ini", "App").get("name", "")


def _read_ini(path: Path, section: str) -> dict[str, str]:
    """The section's entries by their names in small letters."""
    parser = configparser.RawConfigParser(
        delimiters=("=",), comment_prefixes=("#", ";"), strict=False, allow_no_value=True
    )
    try:
        parser.read_string(_read(path).decode("utf-8-sig", "replace"))
        return {key: value or "" for key, value in parser.items(section)}
    except configparser.Error:
        return {}


def _read_plist(path: Path) -> dict[str, Any]:
    try:
        read = plistlib.loads(_read(path))
    except (ValueError, ExpatError, TypeError, IndexError, OverflowError, RecursionError):
        return {}  # InvalidFileException is a ValueError
    return read if isinstance(read, dict) else {}


def _read(path: Path) -> bytes:
    try:
        if not path.is_file() or path.stat().st_size > _MAX_FILE:
            return b""
        return path.read_bytes()
    except OSError:
        return b""


def _glob(folder: Path, pattern: str) -> list[Path]:
    try:
        return sorted(folder.glob(pattern))
    except OSError:
        return []


def _first(paths: Iterator[Path]) -> Iterator[Path]:
    return islice(paths, _MAX_APPS)


def _command(line: str) -> str:
    """The program that a .desktop file's `Exec` starts."""
    try:
        words = shlex.split(line)
    except ValueError:
        return ""
    for word in words:
        name = PurePosixPath(word).name
        if "=" not in word and not word.startswith("-") and name not in _LAUNCHERS:
            return name.removesuffix(".py")
    return ""


def _slug(word: str) -> str:
    return re.sub(r"[\W_]+", "", word.casefold())
