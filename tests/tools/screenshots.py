"""Walks through the wizard on the sample profiles and takes a picture of every page.

    python -m tests.tools.screenshots FOLDER [--scheme dark] [--lang de] [--scale 2] [--mirrored]

The pictures of README and docs come from it (`make screenshots`); CI keeps them in every look.
"""

import argparse
import os
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.tools.offscreen import SCREEN

os.environ.setdefault("QT_QPA_PLATFORM", SCREEN)

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QRadioButton

from desktop_migrator.migration.wizard_options import WizardOptions
from desktop_migrator.wizard import app, opening, theme
from desktop_migrator.wizard.flow import WizardStep, Workflow
from desktop_migrator.wizard.pages.backup import BackupPage
from desktop_migrator.wizard.pages.base import WizardPage
from desktop_migrator.wizard.pages.migrate import MigratePage
from desktop_migrator.wizard.pages.restore import RestorePage
from desktop_migrator.wizard.pages.welcome import WelcomePage
from desktop_migrator.wizard.window import WizardWindow

_SECONDS = 90.0
_PASSPHRASE = "correct horse battery"


class Walk:
    """One walk through the window, with a picture of each page."""

    def __init__(self, window: WizardWindow, folder: Path) -> None:
        self._window = window
        self._folder = folder

    def go(self) -> None:
        self._window.show()
        while True:
            page = self._page
            self._wait_for(partial(_idle, page))
            self._settle(page)
            if page.step is not WizardStep.MIGRATE:
                self._picture(page)
            if page.nextId() == -1:
                return
            if self._window.currentId() == int(page.step):
                self._window.next()
            if self._page.step is WizardStep.MIGRATE:
                self._picture_of_work()
            self._wait_for(partial(self._left, page))
            if self._page is page:
                self._picture(page)
                raise SystemExit(page.error_panel.support_text())

    def visit(self, entry: Workflow, step: WizardStep) -> None:
        """One page of another way, with the first thing on it chosen."""
        self._window.restart()
        welcome = self._page
        assert isinstance(welcome, WelcomePage)
        welcome.choose_workflow(entry)
        while self._page.step is not step:
            page = self._page
            self._wait_for(page.isComplete)
            self._window.next()
            self._wait_for(partial(self._left, page))
        page = self._page
        self._wait_for(partial(_idle, page))
        for button in page.findChildren(QRadioButton)[-1:]:
            button.click()
        self._picture(page)

    def restore(self) -> None:
        """From the list of what was done to the backup that is chosen there, opened."""
        self._window.next()
        page = self._page
        assert isinstance(page, RestorePage)
        self._wait_for(lambda: page.waits_for_key)
        page.unlock_with(_PASSPHRASE)
        self._wait_for(page.isComplete)
        self._picture(page)

    def _left(self, page: WizardPage) -> bool:
        return self._page is not page or page.error_panel.isVisible()

    @property
    def _page(self) -> WizardPage:
        page = self._window.currentPage()
        assert isinstance(page, WizardPage)
        return page

    def _settle(self, page: WizardPage) -> None:
        """Say what only a person would say."""
        if isinstance(page, BackupPage):
            page.use_passphrase(_PASSPHRASE, _PASSPHRASE)

    def _picture_of_work(self) -> None:
        page = self._page
        assert isinstance(page, MigratePage)
        self._wait_for(lambda: page.operation is None or bool(page.chart.rates))
        self._picture(page)

    def _picture(self, page: WizardPage) -> None:
        for _ in range(10):
            QApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        image = self._window.grab().toImage()
        if image.width() > 1200:
            image = image.scaledToWidth(1200, Qt.TransformationMode.SmoothTransformation)
        _with_few_colours(image).save(
            str(self._folder / f"{int(page.step):02}-{page.step.name.lower()}.png")
        )

    def _wait_for(self, met: Callable[[], bool]) -> None:
        end = time.monotonic() + _SECONDS
        while not met():
            if time.monotonic() > end:
                message = f"{self._page.step.name} does not go on"
                raise SystemExit(message)
            QApplication.processEvents()
            time.sleep(0.005)


def _with_few_colours(image: QImage) -> QImage:
    """The same picture in the 256 colours that occur most, which is a small file."""
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    counted = Counter(memoryview(image.constBits()).cast("I"))
    table = [colour for colour, _ in counted.most_common(256)]
    return image.convertToFormat(
        QImage.Format.Format_Indexed8, table, Qt.ImageConversionFlag.ThresholdDither
    )


def _idle(page: WizardPage) -> bool:
    return page.operation is None or page.error_panel.isVisible()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scheme", choices=("light", "dark"), default="light")
    parser.add_argument("--lang", default="en")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--mirrored", action="store_true", help="from right to left")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    qt = app.create_application(["screenshots"])
    font = qt.font()
    font.setPointSizeF(font.pointSizeF() * asked.scale)
    qt.setFont(font)
    theme.apply_colours(qt, theme.DARK if asked.scheme == "dark" else theme.LIGHT)
    kept = app.install_translators(qt, asked.lang)
    if asked.mirrored:
        qt.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    home = Path(tempfile.mkdtemp(prefix="dm-pictures-"))
    home.chmod(0o711)
    try:
        context = opening.create_context(WizardOptions(demo=True, data_dir=home / "data"))
        window = WizardWindow(context)
        window.take_pages(opening.PAGES)
        walk = Walk(window, asked.folder)
        walk.go()
        walk.visit(Workflow.UNDO, WizardStep.HISTORY)
        walk.restore()
        walk.visit(Workflow.CAPTURE, WizardStep.CAPTURE_FILE)
        walk.visit(Workflow.UPLOAD, WizardStep.CAPTURES)
        context.worker.close()
    finally:
        shutil.rmtree(home, ignore_errors=True)
    del kept


if __name__ == "__main__":
    main()
