"""Processes that work side by side, and what they tell this one.

What they need is loaded once, by a process from which they are forked, where the system has that.
"""

import gc
import multiprocessing
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection as Pipe
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from typing import Any

from desktop_migrator.errors import MigratorError, WorkerLost

if sys.platform == "win32":
    _CONTEXT = multiprocessing.get_context("spawn")
else:
    from multiprocessing import forkserver

    _CONTEXT = multiprocessing.get_context("forkserver")

_POLL_SECONDS = 0.1
_PRELOADED_MODULES = [
    f"{__package__}.{name}" for name in ("load_worker", "verify_parallel", "preload")
]

WorkerMain = Callable[[Any, Pipe], None]
"""A process's main function: its task, and where it tells of it; a message means to stop."""


def start_forkserver() -> bool:
    """Load what the processes need, while this one does something else.

    False where there can be none: their socket's path is too long, or there are too many already.
    """
    if sys.platform != "win32":
        _CONTEXT.set_forkserver_preload(_PRELOADED_MODULES)
        try:
            forkserver.ensure_running()
        except OSError:
            return False
    return True


class WorkerPool:
    """The processes at work."""

    def __init__(self) -> None:
        self._processes: list[BaseProcess] = []
        self._pipes: list[Pipe] = []

    def start(self, work: WorkerMain, task: Any) -> None:
        ours, theirs = _CONTEXT.Pipe()
        process = _CONTEXT.Process(target=_run_worker, args=(work, task, theirs), daemon=True)
        process.start()
        theirs.close()
        self._processes.append(process)
        self._pipes.append(ours)

    def messages(self) -> Iterator[Any]:
        """What they tell, until all have ended: of one that failed, the error.

        None after each look at what there is, which may be nothing.
        """
        while self._pipes:
            ready = wait(self._pipes, _POLL_SECONDS)
            for pipe in [each for each in self._pipes if each in ready]:
                try:
                    message = pipe.recv()
                except (EOFError, OSError):
                    message = _WorkerEnded(WorkerLost, {})
                if not isinstance(message, _WorkerEnded):
                    yield message
                    continue
                self._pipes.remove(pipe)
                if message.error:
                    yield message.error(**message.facts)
            yield None

    def stop(self) -> None:
        """Tell all to stop where they can."""
        for pipe in self._pipes:
            with suppress(OSError):
                pipe.send(None)

    def close(self) -> None:
        for process in self._processes:
            process.kill()
            process.join()


@contextmanager
def worker_pool(work: WorkerMain, tasks: Sequence[Any]) -> Iterator[WorkerPool]:
    """A process for each task; none is left at the end."""
    result = WorkerPool()
    try:
        for task in tasks:
            result.start(work, task)
        yield result
    finally:
        result.close()


@dataclass(frozen=True, slots=True)
class _WorkerEnded:
    error: type[MigratorError] | None = None
    """Why it did not come to its end."""
    facts: dict[str, Any] = field(default_factory=dict)


def _run_worker(work: WorkerMain, task: Any, pipe: Pipe) -> None:
    gc.freeze()
    gc.disable()  # a chunk's objects make no cycles
    with suppress(BrokenPipeError, EOFError):  # the parent is gone
        try:
            work(task, pipe)
        except MigratorError as error:
            pipe.send(_WorkerEnded(type(error), error.facts))
        else:
            pipe.send(_WorkerEnded())
