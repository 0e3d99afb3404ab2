"""The recorded profiles of tests/data: cut-down real ones, and what their pages read back."""

import json
import lzma
import tarfile
from pathlib import Path
from typing import Any

_PROFILES = Path(__file__).parent / "data" / "profiles"
APP = "http://app.demo.test:3000"


def unpack(name: str, folder: Path) -> Path:
    """The profile's folder, named after it."""
    with tarfile.open(_PROFILES / f"{name}.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    return folder / name


def areas(name: str) -> dict[str, dict[str, str]]:
    """Origin -> what its page read back; a framed area stands as `origin in page of the top`."""
    with lzma.open(_PROFILES / f"{name}.expected.json.xz") as file:
        return {area: dict(records) for area, records in json.load(file).items()}


def read_back(name: str, key: str) -> Any:
    """What the page of the app read under the key, as JSON."""
    return json.loads(areas(name)[APP][key])
