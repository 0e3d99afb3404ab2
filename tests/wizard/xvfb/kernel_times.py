"""What the kernel tells about threads that wait for a processor or a disk."""

import os
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Waited:
    """Seconds between two looks."""

    threads: dict[int, float]
    """By the thread's number: ready, and waiting for a processor."""
    machine: float
    """Some thread of the machine waited for a disk, or the machine's host took the processors."""
    ended: bool
    """A thread has ended since and taken along what it waited."""


class KernelTimes:
    """Of all threads of some processes."""

    def __init__(self, pids: Iterable[int]) -> None:
        self._folders = [Path(f"/proc/{pid}/task") for pid in pids]
        self._files: dict[str, int] = {}
        """By path; opening a file for each look would cost ten times as much."""
        self._threads: dict[int, float] = {}
        self._machine = 0.0

    def since(self) -> Waited:
        """What was waited since the last call; all of it at the first."""
        before, machine = self._threads, self._machine
        self._threads, self._machine = self._look_at_threads(), self._look_at_machine()
        return Waited(
            {each: waited - before.get(each, 0.0) for each, waited in self._threads.items()},
            self._machine - machine,
            ended=not before.keys() <= self._threads.keys(),
        )

    def _look_at_threads(self) -> dict[int, float]:
        found = {}
        paths = set()
        for folder in self._folders:
            with suppress(FileNotFoundError):  # the process has ended
                for thread in os.listdir(folder):  # noqa: PTH208 - a hundred times each second
                    path = f"{folder}/{thread}/schedstat"
                    if text := self._read(path):
                        paths.add(path)
                        found[int(thread)] = int(text.split()[1]) / 1e9
        for path in [each for each in self._files if each.endswith("schedstat")]:
            if path not in paths:
                os.close(self._files.pop(path))
        return found

    def _look_at_machine(self) -> float:
        disk = re.search(rb"some.*total=(\d+)", self._read("/proc/pressure/io"))
        host = self._read("/proc/stat").split(maxsplit=9)[8:9]
        return (int(disk[1]) / 1e6 if disk else 0.0) + (
            int(host[0]) / os.sysconf("SC_CLK_TCK") if host else 0.0
        )

    def _read(self, path: str) -> bytes:
        """Empty where the kernel does not tell, or the thread has ended."""
        try:
            if path not in self._files:
                self._files[path] = os.open(path, os.O_RDONLY)
            return os.pread(self._files[path], 512, 0)
        except OSError:
            return b""
