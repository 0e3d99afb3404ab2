"""What a capture's file is called: the app, whose it is, and the day."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from desktop_migrator.migration.database.person import Person
from desktop_migrator.migration.sealed.captures import SUFFIX
from desktop_migrator.plan.schema import Plan

_NO_APP = "my-data"
_BUILTIN_PLAN = "default"
"""The plan of that name is no app's own."""
_MAX_PART = 40
"""Characters of each part of the name."""


def capture_name(plan: Plan, origins: Sequence[str], person: Person, day: date) -> str:
    """A file's name, without its suffix; of an e-mail address only the initials are shown."""
    known = plan.name if plan.name != _BUILTIN_PLAN else ""
    site = urlsplit(origins[0]).hostname if origins else ""
    parts = [_plain(known) or _plain(site or "") or _NO_APP, _who(person), day.isoformat()]
    return "-".join(part for part in parts if part)


def unused_path(folder: Path, name: str) -> Path:
    """A file of that name in the folder that is not there yet: with a number where one is."""
    number = 1
    while (path := folder / f"{name}{'' if number == 1 else f'-{number}'}{SUFFIX}").exists():
        number += 1
    return path


def _who(person: Person) -> str:
    if person.user_id:
        return _plain(person.user_id)
    names = re.split(r"[^\w]+|_", (person.email or "").partition("@")[0])
    return _plain("".join(name[:1] for name in names))


def _plain(text: str) -> str:
    """Letters, digits and single hyphens, such as every file system and mail program takes."""
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", ascii_only).strip("-")[:_MAX_PART].strip("-").lower()
