"""Widgets that nobody refers to any more are destroyed in the UI's thread."""

import gc
import threading
import weakref

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_migrator.reporter import Reporter
from desktop_migrator.wizard.garbage import UiThreadGarbageCollector
from desktop_migrator.wizard.worker import Worker


class _Noted(QObject):
    """Part of a cycle; notes in which thread it ends."""

    def __init__(self, ends: list[int]) -> None:
        super().__init__()
        self.myself = self
        self._ends = ends

    def __del__(self) -> None:
        self._ends.append(threading.get_ident())


def test_cycles_are_collected_by_the_ui_thread_alone(qtbot: QtBot) -> None:
    ends: list[int] = []
    collector = UiThreadGarbageCollector(lambda: True)
    try:
        for _ in range(3):
            _Noted(ends)
        busy = threading.Thread(target=lambda: [[n] for n in range(300_000)])
        busy.start()
        busy.join()
        assert ends == []
        kept = [[n] for n in range(300_000)]
        qtbot.waitUntil(lambda: len(ends) == 3)
        assert set(ends) == {threading.get_ident()}
        del kept
    finally:
        collector.stop()
    assert gc.isenabled()


def test_nothing_is_collected_while_the_engine_is_loaded(qapp: QApplication) -> None:
    looked: list[str] = []
    loading = True
    collector = UiThreadGarbageCollector(lambda: True, lambda: loading)
    gc.callbacks.append(watch := lambda phase, _: looked.append(phase))
    try:
        kept = [[n] for n in range(10_000)]
        collector._collect()  # as its timer does, which others have, too
        assert looked == []
        loading = False
        collector._collect()
        assert looked == ["start", "stop"]
        del kept
    finally:
        gc.callbacks.remove(watch)
        collector.stop()


class _Listener(QObject):
    """Hears of a piece of work; notes in which thread it ends."""

    def __init__(self, ends: list[int]) -> None:
        super().__init__()
        self._ends = ends

    def hear(self, _: object) -> None:
        pass

    def __del__(self) -> None:
        self._ends.append(threading.get_ident())


def test_what_heard_of_work_ends_in_the_ui_thread(qtbot: QtBot) -> None:
    """Though nobody else refers to it, or to the worker that was left, while the work goes on."""
    ends: list[int] = []
    may_end = threading.Event()
    threads: list[threading.Thread] = []

    def work(_: Reporter) -> None:
        threads.append(threading.current_thread())
        may_end.wait()

    listener = _Listener(ends)
    worker = Worker()
    worker.start(work, on_success=listener.hear, on_failure=listener.hear)
    left = weakref.ref(worker)
    del listener
    qtbot.waitUntil(lambda: bool(threads))
    worker.leave()
    del worker
    may_end.set()
    threads[0].join()
    assert left() is not None  # else its bridge has ended, in whatever thread
    assert ends == []
    qtbot.waitUntil(lambda: bool(ends))
    assert ends == [threading.get_ident()]
    another = Worker()
    assert left() is None
    another.close()
