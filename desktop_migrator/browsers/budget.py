"""What reading one store may cost, whatever lies in it: every reader spends from a `Budget`.

A store may be made by anybody, to keep a reader busy for ever. Its own time (not that of whoever
takes the records) is bounded in proportion to its bytes on the disk, so that a large store has the
time that it needs. What takes long asks `check` in between; C code that may is given `tick`.
Bounds of bytes stand where bytes are unpacked: `MAX_VALUE` for one value.
"""

import stat
from collections.abc import Callable
from contextvars import ContextVar
from pathlib import Path
from time import perf_counter

from desktop_migrator.errors import StorageError, StoreUnreadable
from desktop_migrator.messages import Message

MAX_VALUE = 16 * 2**20
"""Bytes of one value; browsers allow some 10 MiB for a whole area."""
_SECONDS = 10.0
_BYTES_PER_SECOND = 4 * 2**20
_UNPACKED = 256 * 2**20
_UNPACKED_RATIO = 32
"""Bytes that values may unpack to in all: anyway, and for each byte on the disk."""
_BLOCK = 512
"""Bytes of a block as `st_blocks` counts them."""

stop_requested: ContextVar[Callable[[], bool]] = ContextVar("stop_requested", default=lambda: False)
"""Whether whoever reads has no use any more for what is read; set by the thread that reads."""


class ReadingStoppedError(Exception):
    """Nobody waits for what is read any more."""


class Budget:
    """Of one reading of one store."""

    def __init__(self, name: str, size: int = 0, *, seconds: float = _SECONDS) -> None:
        """`size`: bytes on the disk; `name` is told where the budget is spent."""
        self.deadline = perf_counter() + seconds + size / _BYTES_PER_SECOND
        """To be put off by the time that others take."""
        self._name = name
        self.size = size
        self._to_unpack = _UNPACKED + _UNPACKED_RATIO * size
        self._stopped_by: BaseException | None = None

    @classmethod
    def for_copy(cls, copy: Path) -> "Budget":
        """For a LevelDB's folder, or a file and what lies beside it."""
        return cls(copy.name, sum(map(stored_size, _files_of(copy))))

    @classmethod
    def for_store(cls, store: Path, copy: Path) -> "Budget":
        """The same for a store that was copied: holes are holes no more in the copy."""
        original, copied = (cls.for_copy(path).size for path in (store, copy))
        return cls(copy.name, min(original or copied, copied))

    def check(self) -> None:
        """Raises StoreUnreadable when the time is over, and what ended a `tick`."""
        if self._stopped_by is not None:
            raise self._stopped_by
        if stop_requested.get()():
            raise ReadingStoppedError
        if perf_counter() > self.deadline:
            raise self.exceeded()

    def unpacked(self, size: int) -> None:
        """Bytes of a value that were unpacked. Raises StoreUnreadable when it is too much."""
        self._to_unpack -= size
        if self._to_unpack < 0:
            reason = Message("it unpacks to more than a storage of its size can hold")
            raise StoreUnreadable(path=self._name, reason=reason)

    def tick(self) -> int:
        """`check` for a callback out of C, which would lose an exception: 1 if it is to end."""
        try:
            self.check()
        except BaseException as error:  # Ctrl-C too: `check` raises it behind the C code
            self._stopped_by = error
            return 1
        return 0

    def exceeded(self) -> StorageError:
        return StoreUnreadable(
            path=self._name,
            reason=Message("it takes more time than a storage of its size can need"),
        )


def stored_size(path: Path) -> int:
    """Bytes that the file takes on the disk: holes in it take none."""
    try:
        facts = path.stat()
    except OSError:
        return 0
    if not stat.S_ISREG(facts.st_mode):
        return 0
    blocks: int | None = getattr(facts, "st_blocks", None)
    return facts.st_size if blocks is None else min(facts.st_size, blocks * _BLOCK)


def _files_of(copy: Path) -> list[Path]:
    if copy.is_dir():
        return list(copy.iterdir())
    return [copy.with_name(copy.name + side) for side in ("", "-wal", "-journal")]
