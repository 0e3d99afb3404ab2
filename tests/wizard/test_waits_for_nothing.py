"""The window's thread waits for no disk and for no database, however slow these are."""

import socket
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from desktop_migrator.errors import ConnectionFailed
from desktop_migrator.plan.schema import load_plan
from desktop_migrator.wizard.flow import WizardStep
from desktop_migrator.wizard.pages.destination import DestinationPage
from tests.wizard.conftest import Person
from tests.wizard.pages import named, open_page

_TOUCHED = {
    *("open", "os.listdir", "os.scandir", "os.mkdir", "os.rename", "os.remove", "os.rmdir"),
    *("sqlite3.connect", "os.link", "os.truncate", "shutil.rmtree"),
}
_watched: list[tuple[Path, dict[int, list[str]]]] = []
"""A folder, and what each thread did there."""


def _look(event: str, arguments: tuple[object, ...]) -> None:
    """Python's audit hooks cannot be taken away, so it looks only while somebody wants it."""
    if not _watched or event not in _TOUCHED or not isinstance(arguments[0], (str, bytes)):
        return
    path = arguments[0] if isinstance(arguments[0], str) else arguments[0].decode()
    for folder, seen in _watched:
        if path.startswith(str(folder)):
            caller = "".join(traceback.format_stack(limit=12)[:-1])
            seen.setdefault(threading.get_ident(), []).append(f"{event} {path}\n{caller}")


@contextmanager
def slow_disk(folder: Path) -> Iterator[dict[int, list[str]]]:
    """What each thread does in the folder, which would have it wait as long as the disk likes."""
    if not hasattr(sys, "_looking_at_disks"):
        sys.addaudithook(_look)
        sys._looking_at_disks = True  # type: ignore[attr-defined]
    seen: dict[int, list[str]] = {}
    _watched.append((folder, seen))
    try:
        yield seen
    finally:
        _watched.clear()


def test_a_whole_migration_touches_no_file_in_the_windows_thread(
    person: Person, demo_folder: Path
) -> None:
    with slow_disk(demo_folder) as touched:
        person.go_to(WizardStep.DONE)
    assert touched.pop(threading.get_ident(), []) == []
    assert touched, "the worker's"


def test_the_window_answers_while_a_database_does_not(qtbot: QtBot, tmp_path: Path) -> None:
    opened = open_page(qtbot, DestinationPage, tmp_path / "data", load_plan(None))
    page = opened.page
    assert isinstance(page, DestinationPage)
    page.on_enter()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        page.enter_address(f"postgresql://ada@127.0.0.1:{silent.getsockname()[1]}/app")
        named(page, QLineEdit, "Password").setText("any")
        ticks: list[None] = []
        timer = QTimer()
        timer.timeout.connect(lambda: ticks.append(None))
        timer.start(10)
        named(page, QPushButton, "Test connection").click()
        connection, _ = silent.accept()  # and says nothing
        with connection:
            qtbot.waitUntil(lambda: len(ticks) > 20)
            assert page.operation is not None
    qtbot.waitUntil(lambda: page.operation is None)
    assert isinstance(page.error_panel.error, ConnectionFailed)
