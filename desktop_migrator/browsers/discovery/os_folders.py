"""The computer as far as finding browsers goes: its kind and its users' folders."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Self

from desktop_migrator.browsers.discovery.registry import Browser


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
        )

    @classmethod
    def current(cls) -> Self:
        kinds = {"win32": OperatingSystem.WINDOWS, "darwin": OperatingSystem.MACOS}
        kind = kinds.get(sys.platform, OperatingSystem.LINUX)
        return cls.for_home(kind, Path.home(), os.environ)

    def browser_roots(self, browser: Browser) -> list[tuple[Path, str]]:
        """The browser's locations here: a folder and the pattern below it."""
        bases = {
            "~": self.home,
            "%LOCALAPPDATA%": self.local_app_data,
            "%APPDATA%": self.app_data,
            "$XDG_CONFIG_HOME": self.config_home,
            "$XDG_DATA_HOME": self.data_home,
        }
        patterns: dict[OperatingSystem, tuple[str, ...]] = {
            OperatingSystem.WINDOWS: browser.windows,
            OperatingSystem.MACOS: browser.macos,
            OperatingSystem.LINUX: browser.linux,
        }
        split = (pattern.partition("/") for pattern in patterns[self.os])
        return [(bases[base], below) for base, _, below in split]
