"""The computer as far as finding browsers goes: its kind and its users' folders."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Self

import psutil

from desktop_migrator.browsers.discovery.registry import Browser

_TOOLS = frozenset(
    {".cargo", ".rustup", ".npm", ".nuget", ".gradle", ".m2", ".git", ".gnupg", ".ssh", ".Trash"}
)
"""Hidden folders of a home that hold programmers' packages, keys and waste."""
_PROGRAM_IMAGES = frozenset({"squashfs", "iso9660"})
"""File systems that are read only: nobody's data is written there."""


class OperatingSystem(StrEnum):
    WINDOWS = "windows"
    MACOS = "macos"
    LINUX = "linux"


@dataclass(frozen=True, slots=True)
class System:
    os: OperatingSystem
    home: Path
    local_app_data: Path
    app_data: Path
    config_home: Path
    data_home: Path
    cache_home: Path

    @classmethod
    def for_home(
        cls, os_: OperatingSystem, home: Path, environment: Mapping[str, str] | None = None
    ) -> Self:
        """A system whose home is that folder; the variables move folders away from it."""
        environment = environment or {}

        def folder(variable: str, default: str) -> Path:
            # A relative path is invalid, says the XDG base directory specification.
            given = Path(environment.get(variable, ""))
            return given if given.is_absolute() else home / default

        return cls(
            os=os_,
            home=home,
            local_app_data=folder("LOCALAPPDATA", "AppData/Local"),
            app_data=folder("APPDATA", "AppData/Roaming"),
            config_home=folder("XDG_CONFIG_HOME", ".config"),
            data_home=folder("XDG_DATA_HOME", ".local/share"),
            cache_home=folder("XDG_CACHE_HOME", ".cache"),
        )

    @classmethod
    def current(cls) -> Self:
        kinds = {"win32": OperatingSystem.WINDOWS, "darwin": OperatingSystem.MACOS}
        kind = kinds.get(sys.platform, OperatingSystem.LINUX)
        return cls.for_home(kind, Path.home(), os.environ)

    def data_folders(self) -> list[Path]:
        """The folders below which programs keep their data here."""
        folders = {
            OperatingSystem.WINDOWS: [
                self.app_data,
                self.local_app_data,
                self.home / "AppData" / "LocalLow",
            ],
            OperatingSystem.MACOS: [
                self.home / "Library" / name
                for name in (
                    "Application Support",
                    "WebKit",
                    "Containers",
                    "Group Containers",
                    "Caches",
                    "Safari",
                    "Thunderbird",
                )
            ],
            OperatingSystem.LINUX: [
                self.config_home,
                self.data_home,
                self.cache_home,
                self.home / "snap",
            ],
        }[self.os]
        # On every system some programs have a folder of their own: ~/.surf, ~/.var/app/…
        try:
            with os.scandir(self.home) as entries:
                hidden = [
                    Path(entry.path)
                    for entry in entries
                    if entry.name.startswith(".")
                    and entry.name not in _TOOLS
                    and entry.is_dir(follow_symlinks=False)
                ]
        except OSError:
            hidden = []
        return [*folders, *hidden]

    def whole_disk(self) -> tuple[list[Path], frozenset[str]]:
        """Where to begin to see all that lies on this computer's disks, and what to leave aside:
        other computers' disks, and what is no disk."""
        shown = {part.mountpoint for part in psutil.disk_partitions(all=False)}
        if self.os is OperatingSystem.WINDOWS:
            return [self.home, *map(Path, sorted(shown))], frozenset()
        aside = {part.mountpoint for part in psutil.disk_partitions(all=True)} - shown
        aside |= {
            part.mountpoint
            for part in psutil.disk_partitions(all=False)
            if part.fstype in _PROGRAM_IMAGES
        }
        aside |= {"/proc", "/sys", "/dev", "/run", "/System"}
        home = os.path.realpath(self.home)
        within = {one for one in aside if one == "/" or Path(home).is_relative_to(one)}
        # A home may lie on what is left aside: that is searched all the same.
        return [self.home, Path("/")], frozenset(aside - within)

    def browser_roots(self, browser: Browser) -> list[tuple[Path, str]]:
        """The browser's locations here: a folder and the pattern below it."""
        bases = {
            "~": self.home,
            "%LOCALAPPDATA%": self.local_app_data,
            "%APPDATA%": self.app_data,
            "$XDG_CONFIG_HOME": self.config_home,
            "$XDG_DATA_HOME": self.data_home,
            "$XDG_CACHE_HOME": self.cache_home,
        }
        patterns: dict[OperatingSystem, tuple[str, ...]] = {
            OperatingSystem.WINDOWS: browser.windows,
            OperatingSystem.MACOS: browser.macos,
            OperatingSystem.LINUX: browser.linux,
        }
        split = (pattern.partition("/") for pattern in patterns[self.os])
        return [(bases[base], below) for base, _, below in split]
