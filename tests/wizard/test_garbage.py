"""Widgets that nobody refers to any more are destroyed in the UI's thread."""

import gc
import threading

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from desktop_migrator.wizard.garbage import UiThreadGarbageCollector


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
