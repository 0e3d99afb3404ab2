"""Walks through the wizard on the sample profiles and takes a picture of every page.

    python -m tests.tools.screenshots FOLDER [--look dark]

The pictures of README and docs come from it, and those of all other looks (`make screenshots`).
"""

import argparse
import os
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.tools.offscreen import SCREEN

os.environ.setdefault("QT_QPA_PLATFORM", SCREEN)

from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPalette
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QPushButton, QRadioButton

from desktop_migrator.errors import NothingToMigrate
from desktop_migrator.migration.desk.kits import make_kit
from desktop_migrator.migration.progress import Progress
from desktop_migrator.migration.wizard_options import WizardOptions
from desktop_migrator.migration.workspace.connections import BUILTIN
from desktop_migrator.model import MergeRule, Resolution
from desktop_migrator.reporter import Stage
from desktop_migrator.system.resources import resource
from desktop_migrator.vault.keys import PrivateKey
from desktop_migrator.vault.signatures import SigningKey
from desktop_migrator.wizard import app, opening, theme
from desktop_migrator.wizard.flow import WizardStep, Workflow
from desktop_migrator.wizard.pages.backup import BackupPage
from desktop_migrator.wizard.pages.base import WizardPage
from desktop_migrator.wizard.pages.kit import KitPage
from desktop_migrator.wizard.pages.migrate import MigratePage
from desktop_migrator.wizard.pages.restore import RestorePage
from desktop_migrator.wizard.pages.welcome import WelcomePage
from desktop_migrator.wizard.theme import Colours
from desktop_migrator.wizard.widgets.conflict_list import ConflictList
from desktop_migrator.wizard.widgets.kit_panel import KitPanel
from desktop_migrator.wizard.widgets.passphrase import NewPassphraseForm
from desktop_migrator.wizard.widgets.stage_progress import StageProgress
from desktop_migrator.wizard.window import WizardWindow

_SECONDS = 90.0
_PASSPHRASE = "correct horse battery"


@dataclass(frozen=True)
class Look:
    colours: Colours = theme.LIGHT
    language: str = "en"
    scale: float = 1.0
    """Of the text."""
    mirrored: bool = False
    size: QSize | None = None
    """The screen's."""


def _contrast() -> Colours:
    """As a contrast theme of Windows has them."""
    palette = QPalette()
    for role, colour in (
        (QPalette.ColorRole.Window, "#000000"),
        (QPalette.ColorRole.WindowText, "#ffffff"),
        (QPalette.ColorRole.Highlight, "#1aebff"),
        (QPalette.ColorRole.HighlightedText, "#000000"),
    ):
        palette.setColor(role, QColor(colour))
    return theme.contrast_colours(palette)


LOOKS = {
    "light": Look(),
    "dark": Look(theme.DARK),
    "contrast": Look(_contrast()),
    "german": Look(language="de"),
    "mirrored": Look(mirrored=True),
    "large": Look(scale=2),
    "small": Look(size=QSize(1024, 600)),
}
_FRAME = QSize(16, 44)
"""What a window manager takes of a small screen for a window's frame and title."""


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

    # ---- states ---------------------------------------------------------------------------------

    def states(self) -> None:
        """Of pages that look otherwise than on a usual way."""
        self._window.restart()
        welcome = self._page
        welcome.error_panel.show_error(NothingToMigrate(), ("&Try again", lambda: None))
        self._picture(welcome, "error")
        welcome.error_panel.clear()
        stages = StageProgress()
        stages.restart((Stage.COMPARE, Stage.BACKUP, Stage.LOAD, Stage.VERIFY))
        stages.show_progress(Progress(Stage.LOAD, 4158, 20_000, 20.79, 12.0))
        stages.show_silence(12)
        welcome.body.insertWidget(0, stages)
        self._picture(welcome, "silence")
        stages.hide()
        stages.deleteLater()

    def kit(self, home: Path) -> None:
        """The one page: of a desk that nobody knows yet, then accepted, then filled in."""
        page = self._page
        assert isinstance(page, KitPage)
        self._window.context.folders = (home,)
        page.on_enter()
        self._wait_for(partial(_idle, page))
        self._picture(page, "new")
        [trust] = [
            each
            for each in page.findChildren(QPushButton)
            if each.parent() and isinstance(each.parent(), KitPanel)
        ]
        trust.click()
        self._wait_for(partial(_idle, page))
        field = page.first_control()
        assert isinstance(field, QLineEdit)
        field.setText("maria")
        [form] = page.findChildren(NewPassphraseForm)
        form.set_passphrase(_PASSPHRASE, _PASSPHRASE)
        self._picture(page)
        self._window.next()
        self._wait_for(lambda: self._page.step is not WizardStep.KIT or _idle(page))
        self._wait_for(partial(_idle, self._page))
        self._picture(self._page, "kit")
        combo = self._page.findChildren(QComboBox)[0]
        combo.setCurrentIndex(combo.findData(MergeRule.PROMPT))
        decisions = self._page.findChildren(ConflictList)[0]
        self._wait_for(decisions.answers.isEnabled)
        decisions.answers.buttons[Resolution.KEEP].click()
        self._picture(self._page, "one-by-one")

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

    def _picture(self, page: WizardPage, state: str = "") -> None:
        for _ in range(10):
            QApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        image = self._window.grab().toImage()
        if image.width() > 1200:
            image = image.scaledToWidth(1200, Qt.TransformationMode.SmoothTransformation)
        name = "-".join(filter(None, (f"{int(page.step):02}", page.step.name.lower(), state)))
        _with_few_colours(image).save(str(self._folder / f"{name}.png"))

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


def _open(options: WizardOptions, look: Look) -> WizardWindow:
    window = WizardWindow(opening.create_context(options))
    window.take_pages(opening.PAGES)
    if look.size:
        window.resize(look.size - _FRAME)
    return window


def _make_kit(folder: Path) -> Path:
    kit = folder / "acme.dmkit"
    make_kit(
        kit,
        owner="Acme Tasks",
        plan_text=resource("plans", "default.toml").read_text("utf-8"),
        database=BUILTIN,
        recipients=[PrivateKey.generate().public_key],
        contact="+49 30 1234",
        message="We will call you.",
        key=SigningKey.generate(),
    )
    return kit


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--look", choices=LOOKS, default="light")
    asked = parser.parse_args()
    look = LOOKS[asked.look]
    asked.folder.mkdir(parents=True, exist_ok=True)
    qt = app.create_application(["screenshots"])
    font = qt.font()
    font.setPointSizeF(font.pointSizeF() * look.scale)
    qt.setFont(font)
    theme.apply_colours(qt, look.colours)
    kept = app.install_translators(qt, look.language)
    if look.mirrored:
        qt.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    home = Path(tempfile.mkdtemp(prefix="dm-pictures-"))
    home.chmod(0o711)
    try:
        window = _open(WizardOptions(demo=True, data_dir=home / "data"), look)
        walk = Walk(window, asked.folder)
        walk.go()
        walk.visit(Workflow.UNDO, WizardStep.HISTORY)
        walk.restore()
        walk.visit(Workflow.CAPTURE, WizardStep.CAPTURE_FILE)
        walk.visit(Workflow.UPLOAD, WizardStep.CAPTURES)
        walk.states()
        window.context.worker.close()
        window.hide()
        profiles = window.context.folders[0]
        window = _open(WizardOptions(file=_make_kit(home), data_dir=home / "kit"), look)
        walk = Walk(window, asked.folder)
        window.show()
        walk.kit(profiles)
        window.context.worker.close()
    finally:
        shutil.rmtree(home, ignore_errors=True)
    del kept


if __name__ == "__main__":
    main()
