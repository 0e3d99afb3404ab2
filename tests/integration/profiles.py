"""The recorded profiles of tests/data, unpacked, and what their pages read back."""

import json
import lzma
import tarfile
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[1] / "data" / "profiles"
APP = "http://app.demo.test:3000"


def unpack(name: str, folder: Path) -> Path:
    """The profile's folder."""
    with tarfile.open(DATA / f"{name}.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    return folder / name


def read_back(name: str, key: str) -> Any:
    """What the page of the app read under the key, as JSON."""
    with lzma.open(DATA / f"{name}.expected.json.xz") as file:
        return json.loads(dict(json.load(file)[APP])[key])
