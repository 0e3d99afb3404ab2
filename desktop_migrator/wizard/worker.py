"""One thread for everything long, and the bridge by which it reaches the pages.

A page hands `Worker.start` a piece of work: a function of a `Reporter`. What that tells and asks
arrives at the page's `OperationListener`, and how it ended at `done` or `failed`, all in the UI's
thread. Progress comes at most ten times a second for a stage.
"""

import queue
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

from desktop_migrator.errors import InternalError, MigratorError
from desktop_migrator.messages import Message
from desktop_migrator.migration.progress import Progress, ProgressReporter
from desktop_migrator.model import Conflict, Rejection
from desktop_migrator.reporter import ConflictQuestion, ConflictReply, Question, Reporter

T = TypeVar("T")

_SWITCH_INTERVAL = 0.0005
"""How long a thread keeps the interpreter while another waits for it: each call of the UI that
needs it waits this long while the worker computes, and one event makes many such calls."""
_POLL_INTERVAL = 0.1
_MAX_REPORTED_REJECTIONS = 500


class OperationListener:
    """What a page may want to hear; by itself it hears nothing and answers nothing."""

    def on_progress(self, progress: Progress) -> None:
        pass

    def on_warning(self, message: Message) -> None:
        pass

    def on_rejection(self, rejection: Rejection) -> None:
        """The first few hundred; the result knows how many there were."""

    def on_question(self, question: Question, answer: Callable[[str | None], None]) -> None:
        """Call `answer` once, now or later; the work waits for it."""
        answer(None)

    def on_conflict_question(
        self, question: ConflictQuestion, answer: Callable[[ConflictReply | None], None]
    ) -> None:
        """The same for a conflict."""
        answer(None)

    def on_conflict(self, conflict: Conflict) -> None:
        pass


class UiThreadBridge(QObject):
    """Carries calls from any thread into the one that made the bridge.

    Qt carries no more than that there is one: an event would count references to a Python object
    in the thread that happens to destroy the event.
    """

    _posted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._calls: deque[Callable[[], None]] = deque()
        self._posted.connect(self._call, Qt.ConnectionType.QueuedConnection)

    @property
    def is_waited_for(self) -> bool:
        """Whether there are calls that are still to be made."""
        return bool(self._calls)

    def post(self, call: Callable[[], None]) -> None:
        self._calls.append(call)
        self._posted.emit()

    @Slot()
    def _call(self) -> None:
        self._calls.popleft()()


class Operation(ProgressReporter):
    """One piece of work under way: the `Reporter` that it talks to, with the person's brakes."""

    def __init__(self, bridge: UiThreadBridge, listener: OperationListener) -> None:
        super().__init__()
        self._bridge = bridge
        self._listener: OperationListener | None = listener
        self._not_paused = threading.Event()
        self._not_paused.set()
        self._rejection_count = 0

    # ---- in the UI's thread ---------------------------------------------------------------------

    def stop(self) -> None:
        """Ask it to stop where nothing is half done."""
        self.cancel.set()
        self._not_paused.set()

    def abandon(self) -> None:
        """Stop, and hear no more of it."""
        self._listener = None
        self.stop()

    @property
    def is_abandoned(self) -> bool:
        return self._listener is None

    def pause(self) -> None:
        """Hold between two steps, with no transaction open."""
        self._not_paused.clear()

    def resume(self) -> None:
        self._not_paused.set()

    @property
    def is_paused(self) -> bool:
        return not self._not_paused.is_set()

    # ---- in the worker's thread -----------------------------------------------------------------

    @property
    def cancelled(self) -> bool:
        if not self._not_paused.is_set():
            began = time.monotonic()
            self._not_paused.wait()
            self._began += time.monotonic() - began  # the time left is told without the pause
        return self.cancel.is_set()

    def show(self, progress: Progress) -> None:
        self._notify_listener(lambda listener: listener.on_progress(progress))

    def warned(self, message: Message) -> None:
        self._notify_listener(lambda listener: listener.on_warning(message))

    def rejected(self, rejection: Rejection) -> None:
        self._rejection_count += 1
        if self._rejection_count <= _MAX_REPORTED_REJECTIONS:
            self._notify_listener(lambda listener: listener.on_rejection(rejection))

    def conflicting(self, conflict: Conflict) -> None:
        self._notify_listener(lambda listener: listener.on_conflict(conflict))

    def ask(self, question: Question) -> str | None:
        answers: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._notify_listener(lambda listener: listener.on_question(question, answers.put))
        return self._wait_for_answer(answers)

    def resolve(self, question: ConflictQuestion) -> ConflictReply | None:
        answers: queue.SimpleQueue[ConflictReply | None] = queue.SimpleQueue()
        self._notify_listener(lambda listener: listener.on_conflict_question(question, answers.put))
        return self._wait_for_answer(answers)

    def _wait_for_answer(self, answers: "queue.SimpleQueue[T | None]") -> T | None:
        while not self.cancel.is_set():
            try:
                return answers.get(timeout=_POLL_INTERVAL)
            except queue.Empty:
                continue
        return None

    def _notify_listener(self, call: Callable[[OperationListener], None]) -> None:
        def deliver() -> None:
            if self._listener is not None:
                call(self._listener)

        self._bridge.post(deliver)


class _Job:
    """What a piece of work is made of, and what follows it, which may be all that holds a window.

    The UI's thread lets go of that (`release`): whoever lets go last destroys, and Qt lets nobody
    but the UI's thread destroy a widget.
    """

    def __init__(
        self,
        operation: Operation,
        work: Callable[[Reporter], T],
        on_success: Callable[[T], None],
        on_failure: Callable[[MigratorError], None],
    ) -> None:
        self.operation = operation
        self._work: Callable[[Reporter], Any] | None = work
        self._on_success: Callable[[Any], None] | None = on_success
        self._on_failure: Callable[[MigratorError], None] | None = on_failure
        self._result: Any = None
        self._error: MigratorError | None = None

    def run(self) -> None:
        """In the worker's thread, which keeps nothing of it."""
        if self.operation.is_abandoned or self._work is None:
            return
        try:
            self._result = self._work(self.operation)
        except MigratorError as error:
            self._error = error
        except Exception as error:  # a mistake of ours is told in the page
            self._error = InternalError(kind=type(error).__name__)

    def release(self) -> Callable[[], None]:
        """In the UI's thread: what is to be told, and nothing else is held any more."""
        if self._error is not None:
            end = partial(self._on_failure or _ignore, self._error)
        else:
            end = partial(self._on_success or _ignore, self._result)
        self._work = self._on_success = self._on_failure = self._result = self._error = None
        return end


def _ignore(_: object) -> None:
    pass


_left: list["Worker"] = []
"""Those that were left, until their threads have ended and told so: what held them last would
destroy their bridges, which are Qt's, within the thread or within a call that they carry."""


class Worker:
    """Runs one piece of work after the other."""

    def __init__(self) -> None:
        _left[:] = [worker for worker in _left if worker.is_needed]
        self._bridge = UiThreadBridge()
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="worker")
        self._thread: threading.Thread | None = None
        self._jobs: list[_Job] = []
        """Whose end is not told yet."""
        self._current_operation: Operation | None = None
        """What was started last, until its end was told."""
        sys.setswitchinterval(_SWITCH_INTERVAL)

    def start(
        self,
        work: Callable[[Reporter], T],
        *,
        on_success: Callable[[T], None],
        on_failure: Callable[[MigratorError], None],
        listener: OperationListener | None = None,
    ) -> Operation:
        """Begin the work as soon as what is under way has ended."""
        operation = Operation(self._bridge, listener or OperationListener())
        self._jobs.append(_Job(operation, work, on_success, on_failure))
        self._current_operation = operation
        self._executor.submit(self._run, self._jobs[-1])
        return operation

    @property
    def is_idle(self) -> bool:
        return self._current_operation is None

    def close(self) -> None:
        """Stop what is under way and wait for its end."""
        if self._current_operation:
            self._current_operation.abandon()
        self._executor.shutdown(wait=True, cancel_futures=True)

    def leave(self) -> None:
        """Hear no more of what is under way, and wait for nothing."""
        if self._current_operation:
            self._current_operation.abandon()
        self._executor.shutdown(wait=False, cancel_futures=True)
        _left.append(self)

    @property
    def is_needed(self) -> bool:
        """Whether its thread goes on, or something of it is still to be told."""
        return self._bridge.is_waited_for or (self._thread is not None and self._thread.is_alive())

    def _run(self, job: _Job) -> None:
        self._thread = threading.current_thread()
        job.run()
        self._bridge.post(partial(self._finish, job))

    def _finish(self, job: _Job) -> None:
        self._jobs.remove(job)
        end = job.release()
        if self._current_operation is job.operation:
            self._current_operation = None
        if not job.operation.is_abandoned:
            end()
