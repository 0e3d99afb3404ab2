"""What Chromium's `Local State` says about profiles: `profile.info_cache`, by folder name.

Seen in Chromium 156: `{"profile": {"info_cache": {"Default": {"name": …, "active_time": …}}}}`,
the time in seconds since 1970. A damaged file says nothing; it never fails.
"""

import configparser
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

_MAX_SIZE = 64 * 2**20
"""Bytes; real ones hold some 100 kB."""


@dataclass(frozen=True, slots=True)
class ProfileInfo:
    name: str
    last_active: datetime | None


class _InfoCacheEntry(msgspec.Struct):
    name: str = ""
    active_time: float = 0.0


class _ProfileSection(msgspec.Struct):
    info_cache: dict[str, msgspec.Raw] = {}


class _LocalState(msgspec.Struct):
    profile: _ProfileSection = msgspec.field(default_factory=_ProfileSection)


def read_local_state(user_data: Path) -> dict[str, ProfileInfo]:
    """The profiles by folder name; empty if there is no such file or it cannot be read."""
    path = user_data / "Local State"
    try:
        if not path.is_file() or path.stat().st_size > _MAX_SIZE:
            return {}
        state = msgspec.json.decode(path.read_bytes(), type=_LocalState)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    infos = {}
    for folder, raw in state.profile.info_cache.items():
        try:
            entry = msgspec.json.decode(raw, type=_InfoCacheEntry)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
        infos[folder] = ProfileInfo(entry.name, _timestamp(entry.active_time))
    return infos


def _timestamp(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds > 0 else None
    except (ValueError, OverflowError, OSError):
        return None


_MAX_SIZE = 2**20


@dataclass(frozen=True, slots=True)
class ProfilesIniEntry:
    name: str
    path: Path
    default: bool


def read_profiles_ini(root: Path) -> list[ProfilesIniEntry]:
    """The profiles listed, defaults first; none if the file is missing or damaged."""
    path = root / "profiles.ini"
    parser = configparser.ConfigParser(
        delimiters=("=",),
        comment_prefixes=(";", "#"),
        strict=False,
        interpolation=None,
        allow_no_value=True,
        default_section="\0",
    )
    try:
        if not path.is_file() or path.stat().st_size > _MAX_SIZE:
            return []
        text = path.read_text("utf-8-sig", errors="replace")
        # To Firefox an indented line is one like any other, to configparser it goes on with the
        # line before, and fails where that is a key without a value.
        parser.read_string(re.sub(r"^\s+", "", text, flags=re.MULTILINE))
    except (OSError, configparser.Error):
        return []
    sections = [(name, parser[name]) for name in parser.sections()]
    installed = {section.get("Default") for name, section in sections if name.startswith("Install")}
    listed = []
    for name, section in sections:
        folder = section.get("Path")
        if not name.startswith("Profile") or not folder or "\0" in folder:
            continue
        place = root / folder if section.get("IsRelative") == "1" else Path(folder)
        default = folder in installed or (section.get("Default") == "1" and not installed)
        listed.append(ProfilesIniEntry(section.get("Name") or place.name, place, default))
    return sorted(listed, key=lambda profile: not profile.default)
