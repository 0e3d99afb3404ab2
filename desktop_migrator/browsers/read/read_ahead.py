"""Reads a little ahead in a thread of its own, while what was read before is worked on.

Unpacking a store's blocks takes as long as making sense of them, and lets go of the interpreter.
"""

import threading
from collections.abc import Callable, Generator
from queue import Full, Queue
from typing import Any

from desktop_migrator.browsers.budget import stop_requested
from desktop_migrator.model import Damage, Record

_BATCH_CHARS = 256 * 1024
"""Characters handed over at once."""
_RECORD_OVERHEAD = 200
"""What a record takes besides its value, about."""
_POLL_SECONDS = 0.1
_LEAVE_SECONDS = 1.0

DamageCallback = Callable[[Damage], None]
ReadFunction = Callable[[DamageCallback], Generator[Record, None, Any]]
_Batch = list[Record | Damage]
_QueueItem = _Batch | BaseException | None
"""An error, and None at the end, come after all that was read."""


def read_ahead(read: ReadFunction, report: DamageCallback) -> Generator[Record, None, None]:
    """As `read(report)`, which is called and closed in the thread; `report` is called in this one.

    Two batches and a record, however long that is, are held at most.
    """
    batches: Queue[_QueueItem] = Queue(1)
    over = threading.Event()
    thread = threading.Thread(
        target=_fill_queue, args=(read, batches, over), name="read ahead", daemon=True
    )
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
        # C code that hears nothing is left to itself; it ends with the program at the latest.
        thread.join(_LEAVE_SECONDS)


def _fill_queue(read: ReadFunction, batches: "Queue[_QueueItem]", stop: threading.Event) -> None:
    stop_requested.set(stop.is_set)
    batch: _Batch = []
    size = 0

    def damaged(damage: Damage) -> None:
        batch.append(damage)

    def hand_over(what: _QueueItem) -> None:
        while not stop.is_set():
            try:
                batches.put(what, timeout=_POLL_SECONDS)
            except Full:
                continue
            return

    records = read(damaged)
    end: BaseException | None = None
    try:
        for record in records:
            batch.append(record)
            size += len(record.value) + _RECORD_OVERHEAD
            if size >= _BATCH_CHARS:
                hand_over(batch)
                batch, size = [], 0
            if stop.is_set():
                break
    except BaseException as error:  # to be raised where the records are read
        end = error
    finally:
        records.close()
    hand_over(batch)
    hand_over(end)
