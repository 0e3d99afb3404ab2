"""The window while it gathers very many items: its worst turns, what it tells, and its memory.

    python -m tests.performance.gathering [ITEMS]

A turn of more than 50 ms that the program itself spent is counted as a stall; see
tests/wizard/xvfb/watchdog.py for how that is told from a busy machine.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLabel

from desktop_migrator.migration.wizard_options import WizardOptions
from desktop_migrator.wizard import app, opening
from desktop_migrator.wizard.flow import WizardStep
from desktop_migrator.wizard.garbage import UiThreadGarbageCollector
from desktop_migrator.wizard.pages.base import WizardPage
from desktop_migrator.wizard.window import WizardWindow
from tests.performance.migrating import PLAN, make_sources
from tests.wizard.xvfb import watchdog

ITEMS = 100_000
_STALL = 0.05


def run(items: int = ITEMS) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        make_sources(folder, items)
        plan = folder / "plan.toml"
        plan.write_text(PLAN)
        _gather(WizardOptions(data_dir=folder / "data", plan=plan), folder / "leveldb", items)


def _gather(options: WizardOptions, store: Path, items: int) -> None:
    qt = app.create_application(["gathering"])
    kept = app.install_translators(qt, "en")
    window = WizardWindow(opening.create_context(options))
    window.take_pages(opening.PAGES)
    window.context.folders = (store,)
    collector = UiThreadGarbageCollector(lambda: window.context.worker.is_idle)
    window.show()

    def page() -> WizardPage:
        current = window.currentPage()
        assert isinstance(current, WizardPage)
        return current

    def until(met: Callable[[], bool]) -> None:
        timer = QTimer()
        timer.timeout.connect(lambda: qt.exit() if met() else None)
        timer.start(50)
        qt.exec()
        timer.stop()

    watchdog.MAX_COMPUTING = watchdog.MAX_WAITING = _STALL
    print(f"\n{items:,} items, gathered in the window")
    for name in ("Find", "Review"):
        window.next()
        watch = watchdog.Watchdog()
        began = time.monotonic()
        until(lambda: page().operation is None)
        seconds = time.monotonic() - began
        memory = psutil.Process().memory_info().rss / 2**20
        print(f"  {name}: {seconds:.1f} s, {len(watch.stalls)} stalls, {memory:.0f} MB")
        print(f"    busiest: {watch.busiest}\n    latest: {watch.latest}")
        for stall in watch.stalls[:3]:
            print(f"    {stall}\n{stall.during}")
    assert page().step is WizardStep.REVIEW
    told = max((each.text() for each in page().findChildren(QLabel)), key=len)
    print(f"  told: {told}")
    window.context.worker.close()
    collector.stop()
    del kept


if __name__ == "__main__":
    run(*map(int, sys.argv[1:2]))
