"""Writes into copies of a profile, each time with a fault one line of the program later.

Each try is a process of its own, forked since that is quick, from one that has never opened a
LevelDB, whose threads would not be forked along.
"""

import errno
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

from desktop_migrator.browsers.write import atomic_swap
from desktop_migrator.errors import MigratorError
from desktop_migrator.model import Store
from desktop_migrator.system import files
from tests.unit.browsers.test_write_profile import moved, put_new, stores_of, write_into

STEPS = {
    "swap_transaction",
    "commit",
    "_swap",
    "_write_journal",
    "_finish_or_roll_back",
    "_roll_back",
    "_old_location",
    "write_private",
    "_written",
    "rename_into_place",
}
"""The functions of these modules that change what lies on the disk; the others only look."""
MODULES = {atomic_swap.__file__, files.__file__}


class Fault(OSError):
    pass


@contextmanager
def at_line(number: int, act: Callable[[], None]) -> Iterator[Callable[[], int]]:
    """Calls `act` before the given one of the lines of `STEPS` that are run; counts them."""
    seen = 0

    def trace_line(_frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal seen
        if event == "line":
            seen += 1
            if seen == number:
                act()
        return trace_line

    def trace_call(frame: FrameType, _event: str, _argument: Any) -> Any:
        code = frame.f_code
        is_step = code.co_filename in MODULES and code.co_name in STEPS
        return trace_line if is_step else None

    sys.settrace(trace_call)
    try:
        yield lambda: seen
    finally:
        sys.settrace(None)


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def fail() -> None:
    raise Fault(errno.EIO, "injected")


def no_exchange(*_: object) -> None:
    raise OSError(errno.ENOSYS, "not here")


def attempt(stores: list[Store], run: Path, line: int, act: Callable[[], None]) -> bool:
    """Whether the line was never reached."""
    with suppress(Fault, MigratorError), at_line(line, act) as lines:
        write_into(stores, run, put_new)
    return lines() < line


def main(origin: Path, runs: Path, fault: str, way: str) -> None:
    if way == "two renames":
        atomic_swap._exchange = no_exchange  # type: ignore[assignment]
    stores = stores_of(origin)
    line = 0
    while True:
        line += 1
        run = runs / f"{line:04}"
        shutil.copytree(origin, run / "profile")
        child = os.fork()
        if not child:
            there = moved(stores, origin, run / "profile")
            done = attempt(there, run, line, kill if fault == "kill" else fail)
            os._exit(17 if done else 0)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status) and os.WEXITSTATUS(status) == 17:
            return


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4])
