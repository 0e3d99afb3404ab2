"""Each way to be measured, in a process of its own."""

import subprocess
import sys
from pathlib import Path

import msgspec


def measure(module: str, way: str, folder: Path) -> dict[str, float]:
    """What `python -m MODULE WAY FOLDER` prints: seconds of the work alone, MiB of the whole."""
    command = [sys.executable, "-m", module, way, str(folder)]
    output = subprocess.run(command, check=True, capture_output=True).stdout
    return msgspec.json.decode(output, type=dict[str, float])
