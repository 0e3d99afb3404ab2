"""The wizard's window on Qt's offscreen platform, for tests of pages; nothing is shown."""

import gc
import os
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from pytestqt.wait_signal import SignalBlocker

from desktop_migrator.migration.wizard_options import WizardOptions
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.postgres.builtin_server.server import BuiltinPostgres
from desktop_migrator.wizard import app, opening, theme
from desktop_migrator.wizard.flow import WizardStep
from desktop_migrator.wizard.garbage import UiThreadGarbageCollector
from desktop_migrator.wizard.pages.backup import BackupPage
from desktop_migrator.wizard.pages.base import WizardPage
from desktop_migrator.wizard.window import WizardWindow
from tests.waiting import PATIENCE
from tests.wizard.app_server import app_cluster, app_server, home  # noqa: F401 - fixtures
from tests.wizard.pages import idle

PASSPHRASE = "correct horse battery"

OpenWindow = Callable[[WizardOptions], WizardWindow]


class PatientBot(QtBot):
    """Waits as long as any other test."""

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = 0) -> None:
        super().waitUntil(callback, timeout=timeout or int(PATIENCE * 1000))

    def waitSignal(self, signal: Any, *, timeout: int = 0, **settings: Any) -> SignalBlocker:
        return super().waitSignal(signal, timeout=timeout or int(PATIENCE * 1000), **settings)


@pytest.fixture(scope="session")
def lasting_objects() -> None:
    """What is there before the first window stays, and is not looked through time and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def cycles_end_in_this_thread(qapp: QApplication, lasting_objects: None) -> Iterator[None]:
    """As in the program, see garbage.py; and none are left for whatever thread a later test has."""
    collector = UiThreadGarbageCollector(lambda: False)
    yield
    collector.stop()
    gc.collect()


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    return PatientBot(request)


@pytest.fixture
def german(qapp: QApplication) -> Iterator[None]:
    locale, direction = QLocale(), qapp.layoutDirection()
    translators = app.install_translators(qapp, "de")
    yield
    for translator in translators:
        qapp.removeTranslator(translator)
    QLocale.setDefault(locale)
    qapp.setLayoutDirection(direction)


@pytest.fixture
def open_window(qtbot: QtBot, qapp: QApplication) -> Iterator[OpenWindow]:
    """Opens the wizard as its command does."""
    windows: list[WizardWindow] = []

    def opened(options: WizardOptions) -> WizardWindow:
        theme.apply_colours(qapp, theme.LIGHT)
        window = WizardWindow(opening.create_context(options))
        window.take_pages(opening.PAGES)
        windows.append(window)
        qtbot.addWidget(window, before_close_func=lambda window: window.stop_and_close())
        window.show()
        return window

    yield opened
    for window in windows:
        window.context.worker.close()


@pytest.fixture(scope="session")
def fresh_cluster(server_folder: Path) -> Path:
    """What the built-in database's first start makes of its folder, to be copied."""
    server = BuiltinPostgres(server_folder / "fresh")
    with server.running():
        pass
    return server.data


@pytest.fixture
def demo_folder(server_folder: Path, fresh_cluster: Path) -> Path:
    """For a built-in database of its own."""
    folder = server_folder / f"demo-{len(list(server_folder.iterdir()))}"
    server = BuiltinPostgres(Workspace.open(Workspace.open(folder).demo).postgres)
    server.folder.mkdir(mode=0o711, parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", fresh_cluster, server.data], check=True)
    return folder


@pytest.fixture
def demo(open_window: OpenWindow, demo_folder: Path) -> WizardWindow:
    """On the sample profiles."""
    return open_window(WizardOptions(demo=True, data_dir=demo_folder))


class Person:
    """Somebody at the window."""

    def __init__(self, window: WizardWindow, qtbot: QtBot) -> None:
        self.window = window
        self._qtbot = qtbot

    @property
    def page(self) -> WizardPage:
        page = self.window.currentPage()
        assert isinstance(page, WizardPage)
        return page

    def wait(self, met: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(met)

    def lay_out(self) -> None:
        """Until the page lies as it will be seen: layouts ask for others to be laid out."""
        for _ in range(10):
            QApplication.sendPostedEvents()
            QApplication.processEvents()

    def go_on(self) -> None:
        """Press Continue once that is possible, and wait for the next page."""
        page = self.page
        self.wait(lambda: self.page is not page or page.isComplete())
        if self.page is page:  # one without a question goes on by itself
            page.next_page()
        self.wait(lambda: self.page is not page or page.error_panel.isVisible())

    def use_passphrase(self) -> None:
        """For the backup, on its page."""
        page = self.page
        assert isinstance(page, BackupPage)
        self.wait(partial(idle, page))
        page.use_passphrase(PASSPHRASE, PASSPHRASE)

    def go_to(self, step: WizardStep) -> None:
        while self.page.step is not step:
            before = self.page
            if isinstance(before, BackupPage):
                self.use_passphrase()
            self.go_on()
            assert self.page is not before, before.error_panel.support_text()


@pytest.fixture
def person(demo: WizardWindow, qtbot: QtBot) -> Person:
    return Person(demo, qtbot)
