"""What Chromium's `Local State` says about profiles: `profile.info_cache`, by folder name.

Seen in Chromium 156: `{"profile": {"info_cache": {"Default": {"name": …, "active_time": …}}}}`,
the time in seconds since 1970. A damaged file says nothing; it never fails.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

_MAX_SIZE = 64 * 2**20
"""Bytes; real ones hold some 100 kB."""


@dataclass(frozen=True, slots=True)
class ProfileInfo:
    name: str
    active: datetime | None


class _Entry(msgspec.Struct):
    name: str = ""
    active_time: float = 0.0


class _Profiles(msgspec.Struct):
    info_cache: dict[str, msgspec.Raw] = {}


class _LocalState(msgspec.Struct):
    profile: _Profiles = msgspec.field(default_factory=_Profiles)


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
            entry = msgspec.json.decode(raw, type=_Entry)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
        infos[folder] = ProfileInfo(entry.name, _time(entry.active_time))
    return infos


def _time(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds > 0 else None
    except (ValueError, OverflowError, OSError):
        return None
