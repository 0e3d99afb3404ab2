"""A table of 1,000,000 findings, against a `QStandardItemModel` of 100,000 with a proxy's filter.

Each way in a process of its own, on the offscreen platform, with a `QTableView` of 1000 x 700
pixels that is painted for each step. The baseline is measured at a tenth of the rows, once; for all
of them it is taken to need ten times as much.
"""

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

import psutil
from PySide6.QtCore import QAbstractItemModel, QSortFilterProxyModel, Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QApplication, QTableView

from desktop_migrator.migration.preview.preview_store import (
    Filter,
    PreviewDetail,
    PreviewEntry,
    PreviewState,
    PreviewStore,
)
from desktop_migrator.wizard.models.items import ItemsModel

ROWS = {"paged": 1_000_000, "standard": 100_000}
ROUNDS = 3
PLACES = 40
SOUGHT = "number 99999"
COLUMNS = ("id", "title", "status", "created_at", "metadata")
_BATCH = 5000


def cells(number: int) -> tuple[str, ...]:
    return (
        f"0190a1b2-{number:012x}",
        f"Task number {number} of the café",
        "pending" if number % 3 else "completed",
        "2024-03-01 10:00",
        f'{{"tags":["one","two"],"estimate":{number % 97}}}',
    )


def state(number: int) -> PreviewState:
    return PreviewState.NEW if number % 10 else PreviewState.DIFFERS


def fill(rows: int) -> PreviewStore:
    findings = PreviewStore()
    findings.register_entity("tasks", "tasks", COLUMNS)
    detail = PreviewDetail("Chrome", "Anna", "https://a.test", "tasks", "0", "1", '{"text": "x"}')
    for first in range(0, rows, _BATCH):
        numbers = range(first, min(first + _BATCH, rows))
        findings.add(
            "tasks", [PreviewEntry(state(n), cells(n), [b"%016d" % n], detail) for n in numbers]
        )
    return findings


class Window:
    """A view, and how long it takes until it shows something."""

    def __init__(self, app: QApplication) -> None:
        self._app = app
        self.view = QTableView()
        self.view.resize(1000, 700)
        self.view.show()
        self.settle()

    def settle(self) -> None:
        self._app.processEvents()
        self.view.grab()

    def timed(self, step: Callable[[], None], ready: Callable[[], bool] = lambda: True) -> float:
        """Milliseconds until the step is done and its outcome is painted."""
        began = perf_counter()
        step()
        while not ready():
            self._app.processEvents()
        self.settle()
        return (perf_counter() - began) * 1000

    def scroll(self, model: QAbstractItemModel) -> float:
        chosen = random.Random(1)
        places = [chosen.randrange(model.rowCount()) for _ in range(PLACES)]
        return max(
            self.timed(lambda row=row: self.view.scrollTo(model.index(row, 0)))  # type: ignore[misc]
            for row in places
        )


def memory() -> float:
    return float(psutil.Process().memory_info().rss) / 2**20


def paged(window: Window) -> dict[str, float]:
    began = perf_counter()
    findings = fill(ROWS["paged"])
    filled = perf_counter() - began
    rounds = [_paged(window, findings) for _ in range(ROUNDS)]
    middle = {name: median(each[name] for each in rounds) for name in rounds[0]}
    return middle | {"fill": filled * 1000, "whole": memory()}


def _paged(window: Window, findings: PreviewStore) -> dict[str, float]:
    before = memory()
    model = ItemsModel(findings, "tasks")
    opened = window.timed(lambda: window.view.setModel(model))
    scrolled = window.scroll(model)
    by_text = window.timed(
        lambda: model.set_filter(Filter(text=SOUGHT)), lambda: not model.is_searching
    )
    assert model.rowCount() == 11, model.rowCount()
    by_state = window.timed(
        lambda: model.set_filter(Filter(PreviewState.DIFFERS)), lambda: not model.is_searching
    )
    assert model.rowCount() == ROWS["paged"] // 10
    used = memory() - before
    window.view.setModel(QStandardItemModel())
    return {"open": opened, "scroll": scrolled, "text": by_text, "state": by_state, "memory": used}


def standard(window: Window) -> dict[str, float]:
    before = memory()
    model = QStandardItemModel(0, 1 + len(COLUMNS))
    proxy = QSortFilterProxyModel()

    def show() -> None:
        for number in range(ROWS["standard"]):
            texts = (state(number).value, *cells(number))
            model.appendRow([QStandardItem(text) for text in texts])
        proxy.setSourceModel(model)
        window.view.setModel(proxy)

    opened = window.timed(show)
    scrolled = window.scroll(proxy)
    proxy.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    proxy.setFilterKeyColumn(-1)
    by_text = window.timed(lambda: proxy.setFilterFixedString(SOUGHT))
    assert proxy.rowCount() == 1, proxy.rowCount()

    def show_state() -> None:
        proxy.setFilterKeyColumn(0)
        proxy.setFilterFixedString(PreviewState.DIFFERS.value)

    by_state = window.timed(show_state)
    assert proxy.rowCount() == ROWS["standard"] // 10
    used = memory() - before
    return {"open": opened, "scroll": scrolled, "text": by_text, "state": by_state, "memory": used}


WAYS: dict[str, Callable[[Window], dict[str, float]]] = {"paged": paged, "standard": standard}


def measure(way: str) -> dict[str, float]:
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-m", __name__, way]
    output = subprocess.run(command, check=True, capture_output=True, env=environment).stdout
    found: dict[str, float] = json.loads(output)
    return found


def run() -> None:
    middle = {way: measure(way) for way in WAYS}
    print(f"\nA table of {ROWS['paged']:,} items, ours the median of {ROUNDS} rounds")
    print(f"  {'':24}{'ours':>12}{'standard, tenth':>18}{'times ten':>12}")
    labels: dict[str, tuple[str, Any]] = {
        "open": ("open", "ms"),
        "scroll": (f"worst of {PLACES} places", "ms"),
        "text": ("filter by text", "ms"),
        "state": ("filter by state", "ms"),
        "memory": ("memory", "MiB"),
    }
    for name, (label, unit) in labels.items():
        ours, tenth = middle["paged"][name], middle["standard"][name]
        whole = "" if name == "scroll" else f"{10 * tenth:9.0f} {unit}"
        print(f"  {label:24}{ours:9.0f} {unit:3}{tenth:14.0f} {unit:3}{whole:>12}")
    seconds, process = middle["paged"]["fill"] / 1000, middle["paged"]["whole"]
    print(f"  filled before that in {seconds:.0f} s; the whole process has {process:.0f} MiB")


if __name__ == "__main__":
    print(json.dumps(WAYS[sys.argv[1]](Window(QApplication([])))))
