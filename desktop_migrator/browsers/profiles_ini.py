"""Firefox's profiles.ini: which profiles there are, what they are called, which is the default.

Sections `[ProfileN]` hold Name, Path, IsRelative and (before Firefox 67) Default=1; sections
`[InstallXXXX]` name the default profile of one installation (toolkit/profile in Firefox's source).
"""

import configparser
import re
from dataclasses import dataclass
from pathlib import Path

_MAX_SIZE = 2**20


@dataclass(frozen=True, slots=True)
class ListedProfile:
    name: str
    path: Path
    default: bool


def read_profiles_ini(root: Path) -> list[ListedProfile]:
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
        listed.append(ListedProfile(section.get("Name") or place.name, place, default))
    return sorted(listed, key=lambda profile: not profile.default)
