"""Markers: by them a file or folder names the process that made it, so that a later one may remove
it after a crash.
"""

import re

import psutil

_MARKER = re.compile(r"\d+-\d+")
_CLOCK_SLACK = 60
"""Seconds by which the system may see the same process's start differently later on."""


def current_marker() -> str:
    """This process: its id and the second of its start, so that a later process is told from it."""
    process = psutil.Process()
    return f"{process.pid}-{int(process.create_time())}"


def is_marker(text: str) -> bool:
    return _MARKER.fullmatch(text) is not None


def is_process_alive(marker: str) -> bool:
    """Whether the marker's process still runs; ValueError for what is no marker."""
    pid, started = map(int, marker.split("-"))
    try:
        actual = psutil.Process(pid).create_time()
    except psutil.AccessDenied:
        return True
    except (psutil.Error, OverflowError):
        return False
    return abs(actual - started) < _CLOCK_SLACK
