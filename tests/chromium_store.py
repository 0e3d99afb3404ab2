"""Small real Chromium stores, written by LevelDB itself."""

import json
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import plyvel

TIME = bytes.fromhex("08808080d5d8e7df17100a")
"""A META record: microseconds since 1601 and a size, as protocol buffer fields 1 and 2."""


def write_profile(profile: Path, areas: Mapping[str, Mapping[str, Any]]) -> Path:
    """Put areas into the profile's Local Storage, values that are no texts as JSON; returns it."""
    folder = profile / "Local Storage" / "leveldb"
    folder.mkdir(parents=True, exist_ok=True)
    with closing(plyvel.DB(str(folder), create_if_missing=True)) as database:
        database.put(b"VERSION", b"1")
        for origin, records in areas.items():
            database.put(b"META:" + origin.encode(), TIME)
            for key, value in records.items():
                text = value if isinstance(value, str) else json.dumps(value)
                database.put(b"_" + origin.encode() + b"\0" + _text(key), _text(text))
    return profile


def _text(text: str) -> bytes:
    try:
        return b"\1" + text.encode("latin-1")
    except UnicodeEncodeError:
        return b"\0" + text.encode("utf-16-le", "surrogatepass")
