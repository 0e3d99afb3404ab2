"""What browsers' own files say about profiles. A damaged file says nothing; it never fails.

Chromium's `Local State`, seen in version 156: `{"profile": {"info_cache": {"Default": {"name": …,
"active_time": …}}}}`, by folder name, the time in seconds since 1970. Firefox's `profiles.ini`: a
section for each profile, and one for each installation with its default profile.
"""

import configparser
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from desktop_migrator.browsers.store_files import read_start

_MAX_LOCAL_STATE_BYTES = 4 * 2**20
"""Real ones hold some 100 kB, those of companies with many policies a few MB; in memory a hostile
one takes twenty times its size. Without it profiles go by their folders' names."""
_MAX_PROFILES_INI_BYTES = 2**18


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
        content = read_start(path, _MAX_LOCAL_STATE_BYTES + 1)
        if len(content) > _MAX_LOCAL_STATE_BYTES:
            return {}
        state = msgspec.json.decode(content, type=_LocalState)
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
        content = read_start(path, _MAX_PROFILES_INI_BYTES + 1)
        if len(content) > _MAX_PROFILES_INI_BYTES:
            return []
        text = content.decode("utf-8-sig", errors="replace")
        # To Firefox an indented line is one like any other, to configparser it continues the
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
