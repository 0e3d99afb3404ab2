"""One thread for everything long, and the bridge by which it reaches the pages.

A page hands `Worker.start` a piece of work: a function of a `Reporter`. What that tells and asks
arrives at the page's `Listener`, and how it ended at `done` or `failed`, all in the UI's thread.
Progress comes at most ten times a second for a stage.
"""

import queue
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

from desktop_migrator.errors import InternalError, MigratorError
from desktop_migrator.migration.progress import Progress, ProgressReporter
from desktop_migrator.model import Conflict, Rejection
from desktop_migrator.reporter import ConflictQuestion, Question, Reply, Reporter

T = TypeVar("T")

_SWITCH_SECONDS = 0.0005
"""How long a thread keeps the interpreter while another waits for it: each call of the UI that
needs it waits this long while the worker computes, and one event makes many such calls."""
_POLL_SECONDS = 0.1
_TOLD_REJECTIONS = 500


class Listener:
    """What a page may want to hear; by itself it hears nothing and answers nothing."""

    def progressed(self, progress: Progress) -> None:
        pass

    def noted(self, text: str) -> None:
        pass

    def rejected(self, rejection: Rejection) -> None:
        """The first few hundred; the result knows how many there were."""

    def asked(self, question: Question, answer: Callable[[str | None], None]) -> None:
        """Call `answer` once, now or later; the work waits for it."""
        answer(None)

    def resolving(self, question: ConflictQuestion, answer: Callable[[Reply | None], None]) -> None:
        """The same for a conflict."""
        answer(None)

    def conflicting(self, conflict: Conflict) -> None:
        pass


class Bridge(QObject):
    """Carries calls from any thread into the one that made the bridge."""

    _posted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._posted.connect(self._call, Qt.ConnectionType.QueuedConnection)

    def post(self, call: Callable[[], None]) -> None:
        self._posted.emit(call)

    @Slot(object)
    def _call(self, call: Callable[[], None]) -> None:
        call()


class Operation(ProgressReporter):
    """One piece of work under way: the `Reporter` that it talks to, with the person's brakes."""

    def __init__(self, bridge: Bridge, listener: Listener) -> None:
        super().__init__()
        self._bridge = bridge
        self._listener: Listener | None = listener
        self._going = threading.Event()
        self._going.set()
        self._told = 0

    # ---- in the UI's thread ---------------------------------------------------------------------

    def stop(self) -> None:
        """Ask it to stop where nothing is half done."""
        self.cancel.set()
        self._going.set()

    def abandon(self) -> None:
        """Stop, and hear no more of it."""
        self._listener = None
        self.stop()

    @property
    def abandoned(self) -> bool:
        return self._listener is None

    def pause(self) -> None:
        """Hold between two steps, with no transaction open."""
        self._going.clear()

    def go_on(self) -> None:
        self._going.set()

    @property
    def paused(self) -> bool:
        return not self._going.is_set()

    # ---- in the worker's thread -----------------------------------------------------------------

    @property
    def cancelled(self) -> bool:
        if not self._going.is_set():
            began = time.monotonic()
            self._going.wait()
            self._began += time.monotonic() - began  # the time left is told without the pause
        return self.cancel.is_set()

    def show(self, progress: Progress) -> None:
        self._tell(lambda listener: listener.progressed(progress))

    def warned(self, text: str) -> None:
        self._tell(lambda listener: listener.noted(text))

    def rejected(self, rejection: Rejection) -> None:
        self._told += 1
        if self._told <= _TOLD_REJECTIONS:
            self._tell(lambda listener: listener.rejected(rejection))

    def conflicting(self, conflict: Conflict) -> None:
        self._tell(lambda listener: listener.conflicting(conflict))

    def ask(self, question: Question) -> str | None:
        answers: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._tell(lambda listener: listener.asked(question, answers.put))
        return self._wait(answers)

    def resolve(self, question: ConflictQuestion) -> Reply | None:
        answers: queue.SimpleQueue[Reply | None] = queue.SimpleQueue()
        self._tell(lambda listener: listener.resolving(question, answers.put))
        return self._wait(answers)

    def _wait(self, answers: "queue.SimpleQueue[T | None]") -> T | None:
        while not self.cancel.is_set():
            try:
                return answers.get(timeout=_POLL_SECONDS)
            except queue.Empty:
                continue
        return None

    def _tell(self, call: Callable[[Listener], None]) -> None:
        def deliver() -> None:
            if self._listener is not None:
                call(self._listener)

        self._bridge.post(deliver)


class Worker:
    """Runs one piece of work after the other."""

    def __init__(self) -> None:
        self._bridge = Bridge()
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="worker")
        self._latest: Operation | None = None
        sys.setswitchinterval(_SWITCH_SECONDS)

    @property
    def running(self) -> Operation | None:
        """What was started last, until its end was told."""
        return self._latest

    def start(
        self,
        work: Callable[[Reporter], T],
        *,
        done: Callable[[T], None],
        failed: Callable[[MigratorError], None],
        listener: Listener | None = None,
    ) -> Operation:
        """Begin the work as soon as what is under way has ended."""
        operation = Operation(self._bridge, listener or Listener())

        def run() -> None:
            if operation.abandoned:
                return
            end: Callable[[], None]
            try:
                result = work(operation)
            except MigratorError as error:
                end = _call_with(failed, error)
            except Exception as error:
                end = _call_with(failed, InternalError(kind=type(error).__name__))
            else:
                end = _call_with(done, result)
            self._bridge.post(lambda: self._ended(operation, end))

        self._latest = operation
        self._executor.submit(run)
        return operation

    def close(self) -> None:
        """Stop what is under way and wait for its end."""
        if self._latest:
            self._latest.abandon()
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _ended(self, operation: Operation, end: Callable[[], None]) -> None:
        if self._latest is operation:
            self._latest = None
        if not operation.abandoned:
            end()


def _call_with(call: Callable[[T], None], value: T) -> Callable[[], None]:
    return lambda: call(value)
