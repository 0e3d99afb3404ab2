"""Reads a little ahead in a thread of its own, while what was read before is worked on.

Unpacking a store's blocks takes as long as making sense of them, and lets go of the interpreter.
"""

import threading
from collections.abc import Callable, Generator
from queue import Full, Queue
from typing import Any

from desktop_migrator.model import Damage, Record

_BATCH = 256 * 1024
"""Characters handed over at once."""
_BESIDE = 200
"""What a record takes besides its value, about."""
_POLL = 0.1

Report = Callable[[Damage], None]
Read = Callable[[Report], Generator[Record, None, Any]]
_Batch = list[Record | Damage]
_Handed = _Batch | BaseException | None
"""An error, and None at the end, come after all that was read."""


def read_ahead(read: Read, report: Report) -> Generator[Record, None, None]:
    """As `read(report)`, which is called and closed in the thread; `report` is called in this one.

    Two batches and a record, however long that is, are held at most.
    """
    batches: Queue[_Handed] = Queue(1)
    over = threading.Event()
    thread = threading.Thread(target=_fill, args=(read, batches, over), name="read ahead")
    thread.start()
    try:
        while (batch := batches.get()) is not None:
            if isinstance(batch, BaseException):
                raise batch
            for each in batch:
                if isinstance(each, Damage):
                    report(each)
                else:
                    yield each
    finally:
        over.set()
        thread.join()


def _fill(read: Read, batches: "Queue[_Handed]", over: threading.Event) -> None:
    batch: _Batch = []
    size = 0

    def damaged(damage: Damage) -> None:
        batch.append(damage)

    def hand_over(what: _Handed) -> None:
        while not over.is_set():
            try:
                batches.put(what, timeout=_POLL)
            except Full:
                continue
            return

    records = read(damaged)
    end: BaseException | None = None
    try:
        for record in records:
            batch.append(record)
            size += len(record.value) + _BESIDE
            if size >= _BATCH:
                hand_over(batch)
                batch, size = [], 0
            if over.is_set():
                break
    except BaseException as error:  # to be raised where the records are read
        end = error
    finally:
        records.close()
    hand_over(batch)
    hand_over(end)
