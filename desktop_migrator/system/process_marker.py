"""Markers: by them a file or folder names the process that made it, so that a later one may remove
it after a crash.

A process id means something on one computer, since one start of it, and in one container. So a
marker names these too, and whoever cannot look from here counts as alive: a home that several
computers share, or a folder that several containers do, holds work of processes unseen.
"""

import hashlib
import os
import platform
import re
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import NamedTuple

import psutil

PATTERN = r"\d+-\d+(?:-[0-9a-f]{8}\.[0-9a-f]{8}\.[0-9a-f]{8})?"
"""A marker, for regular expressions of names; those without a place are of older versions."""
_MARKER = re.compile(PATTERN)
_CLOCK_SLACK = 60
"""Seconds by which the system may see the same process's start differently later on."""


_ON_LINUX = sys.platform.startswith("linux")


class _Place(NamedTuple):
    """Where a process id holds, each part hashed."""

    host: str
    boot: str
    namespace: str


@cache
def _here() -> _Place:
    host, boot, namespace = platform.node(), "", ""
    if _ON_LINUX:
        with suppress(OSError):
            host = Path("/etc/machine-id").read_text(encoding="ascii") or host
        with suppress(OSError):
            boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")
        with suppress(OSError):
            namespace = os.readlink("/proc/self/ns/pid")  # noqa: PTH115 - it leads nowhere
    parts = (host, boot, namespace)
    return _Place(*(hashlib.sha256(part.encode()).hexdigest()[:8] for part in parts))


def current_marker() -> str:
    """This process: its id and the second of its start, so that a later process is told from it,
    and where that id holds."""
    process = psutil.Process()
    return f"{process.pid}-{int(process.create_time())}-{'.'.join(_here())}"


def is_marker(text: str) -> bool:
    return _MARKER.fullmatch(text) is not None


def is_process_alive(marker: str) -> bool:
    """Whether the marker's process still runs, or may; ValueError for what is no marker."""
    pid, started, *place = marker.split("-")
    if place:
        there, here = _Place(*place[0].split(".")), _here()
        if there.boot == here.boot:
            # The start of a computer has a name of its own on Linux alone.
            same_host = there.host == here.host or _ON_LINUX
            if there.namespace != here.namespace or not same_host:
                return True
        else:
            # Started anew since, unless it is another computer.
            return there.host != here.host
    try:
        actual = psutil.Process(int(pid)).create_time()
    except psutil.AccessDenied:
        return True
    except (psutil.Error, OverflowError):
        return False
    return abs(actual - int(started)) < _CLOCK_SLACK
