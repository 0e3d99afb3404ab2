"""The window: QWizard with the pages of flow.py, the way at its side, and a careful exit.

What is dropped on it goes to the page that is shown if that can use it; a kit or captures begin
anew with them.
"""

import importlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QHideEvent,
    QIcon,
    QKeyEvent,
    QPaintEvent,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QPushButton,
    QToolButton,
    QWizard,
)

from desktop_migrator.migration.wizard_options import CAPTURE_SUFFIX, KIT_SUFFIX
from desktop_migrator.system.resources import resource
from desktop_migrator.wizard import flow, window_size
from desktop_migrator.wizard.context import WizardContext
from desktop_migrator.wizard.flow import WizardStep, Workflow
from desktop_migrator.wizard.pages.base import WizardPage
from desktop_migrator.wizard.pages.welcome import WelcomePage
from desktop_migrator.wizard.widgets.card import restyle
from desktop_migrator.wizard.widgets.prompts import confirm, inform
from desktop_migrator.wizard.widgets.step_sidebar import StepSidebar

_MAIN_BUTTONS = (
    QWizard.WizardButton.NextButton,
    QWizard.WizardButton.CommitButton,
    QWizard.WizardButton.FinishButton,
)
_NOTHING_TO_LOSE = {
    WizardStep.WELCOME,
    WizardStep.KIT,
    WizardStep.FIND,
    WizardStep.HISTORY,
    WizardStep.DONE,
}
"""Steps before or after which the person has entered nothing."""


def app_icon() -> QIcon:
    return QIcon(str(resource("icons", "app.svg")))


class WizardWindow(QWizard):
    first_painted = Signal()
    """It can be seen; only now is there time for what takes long."""

    def __init__(self, context: WizardContext) -> None:
        super().__init__()
        self.context = context
        self._closing = False
        self._buttons_shown: list[QWizard.WizardButton] = []
        self.setWizardStyle(QWizard.WizardStyle.ModernStyle)
        self.setOptions(
            QWizard.WizardOption.NoBackButtonOnStartPage
            | QWizard.WizardOption.NoBackButtonOnLastPage
            | QWizard.WizardOption.NoCancelButtonOnLastPage
            | QWizard.WizardOption.NoDefaultButton
            | QWizard.WizardOption.HaveHelpButton
        )
        self.setWindowTitle("Desktop Migrator")
        self.setWindowIcon(app_icon())
        self._sidebar = StepSidebar(app_icon())
        self.setSideWidget(self._sidebar)
        self.setButtonText(QWizard.WizardButton.NextButton, self.tr("&Continue"))
        self.setButtonText(QWizard.WizardButton.BackButton, self.tr("&Back"))
        self.setButtonText(QWizard.WizardButton.CommitButton, self.tr("&Start now"))
        self.setButtonText(QWizard.WizardButton.FinishButton, self.tr("C&lose"))
        self.setButtonText(QWizard.WizardButton.CancelButton, self.tr("Cancel"))
        self.setButtonText(QWizard.WizardButton.HelpButton, self.tr("About"))
        self.helpRequested.connect(self._show_about)
        for which in _MAIN_BUTTONS:
            button = self.button(which)
            button.setProperty("role", "main")
            restyle(button)
        self._kinds: dict[WizardStep, type[WizardPage]] = {WizardStep.WELCOME: WelcomePage}
        self._painted = False
        self.page_for(WizardStep.WELCOME)
        self.setStartId(int(WizardStep.WELCOME))
        self.currentIdChanged.connect(self._show_steps)
        self.currentIdChanged.connect(self._arrive)
        context.start_undo = self.start_undo
        context.build_page = self.page_for
        self.setAcceptDrops(True)
        window_size.restore(self, context.workspace.root)

    def take_pages(self, kinds: Mapping[WizardStep, type[WizardPage]]) -> None:
        """Begin, now that the context is loaded: on the page that what it was opened with says."""
        self._kinds |= kinds
        welcome = self.page_for(WizardStep.WELCOME)
        if isinstance(welcome, WelcomePage):
            welcome.show_loaded()
        if self.context.answers.one_page:
            self.page_for(WizardStep.KIT)
            self.setStartId(int(WizardStep.KIT))
            if self.isVisible():
                self.restart()
        elif self.isVisible():
            self.refresh_steps()
            QTimer.singleShot(0, self._build_ahead)

    def page_for(self, step: WizardStep) -> WizardPage:
        """A step's page, which is built when it is needed for the first time."""
        page = self.page(int(step))
        if not isinstance(page, WizardPage):
            page = self._kinds[step](self.context)
            self.setPage(int(step), page)
            page.completeChanged.connect(self.refresh_steps)
        return page

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self.first_painted.emit)

    @property
    def main_button(self) -> QAbstractButton | None:
        """The one that leads on from this page."""
        return next((each for each in map(self.button, _MAIN_BUTTONS) if each.isVisible()), None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses what has the focus, if it can be pressed, and else goes on."""
        if event.key() not in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            super().keyPressEvent(event)
            return
        focused, main = self.focusWidget(), self.main_button
        if isinstance(focused, QPushButton | QToolButton):
            focused.click()
        elif not isinstance(focused, QAbstractItemView) and main:
            page = self.currentPage()
            if main.isEnabled():
                main.click()
            elif isinstance(page, WizardPage):
                page.say_what_is_missing()

    def refresh_steps(self) -> None:
        """The answers changed which steps there are."""
        self._show_steps(self.currentId())

    def start_undo(self, run: str) -> None:
        """Undo a run of this session, once the person has agreed."""
        words = self.tr("What this migration changed in the database is put back, exactly.")
        if self.context.cleared:
            words += "\n\n" + self.tr(
                "You have also cleared the browser. You can put that back on the page that follows."
            )
        if not confirm(
            self,
            self.tr("Take it back?"),
            words,
            self.tr("Take it back"),
            self.tr("Leave it"),
        ):
            return
        answers = self.context.answers
        answers.workflow, answers.undo_run, answers.undo_run_preselected = Workflow.UNDO, run, True
        self.restart()
        self.next()

    def reject(self) -> None:
        if self._confirm_close():
            super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._confirm_close():
            self.context.worker.close()
            event.accept()
        else:
            event.ignore()

    def _confirm_close(self) -> bool:
        """Asks where something would be lost; work under way ends where nothing is half done."""
        page = self.currentPage()
        if self._closing:
            return True
        if isinstance(page, WizardPage) and page.step is WizardStep.MIGRATE:
            return page.confirm_close()
        if not isinstance(page, WizardPage) or page.step in _NOTHING_TO_LOSE:
            return True
        return confirm(
            self,
            self.tr("Close?"),
            self.tr("What you have entered so far is forgotten."),
            self.tr("Close"),
            self.tr("Go on here"),
        )

    def _arrive(self, current: int) -> None:
        if current >= 0:  # once QWizard has put the focus where it would have it
            QTimer.singleShot(0, self.page_for(WizardStep(current)).arrive)
            QTimer.singleShot(0, self._build_ahead)

    def _build_ahead(self) -> None:
        """The page that comes next, in a turn of its own: to come to a page is enough for one."""
        page = self.currentPage()
        if isinstance(page, WizardPage) and self.context.loaded:
            following = flow.next_step(page.step, self.context.answers)
            if following is not None:
                self.page_for(following)

    def _show_buttons(self) -> None:
        """While the work is under way the page's own two are the only ones."""
        page = self.currentPage()
        button = QWizard.WizardButton
        last = [button.BackButton, *_MAIN_BUTTONS, button.CancelButton]
        if isinstance(page, WizardPage) and page.step is WizardStep.MIGRATE:
            last = [] if page.operation else [button.CancelButton]
        about = [button.HelpButton] if self.context.loaded else []
        layout = [*about, button.Stretch, *last]
        if layout != self._buttons_shown:
            self._buttons_shown = layout
            self.setButtonLayout(layout)

    def _show_steps(self, current: int) -> None:
        if current < 0:
            return
        self._show_buttons()
        step = WizardStep(current)
        self._sidebar.show_steps(flow.steps(self.context.answers), step)
        self.setWindowTitle(f"{self.page_for(step).heading} – Desktop Migrator")

    def _show_about(self) -> None:
        # Loaded only now: what speaks HTTP takes a while.
        module = importlib.import_module("desktop_migrator.wizard.widgets.about_dialog")
        module.AboutDialog(self, self.context).exec()

    # ---- what is opened later on ----------------------------------------------------------------

    def may_begin_anew(self) -> bool:
        """Whether the window may go and another take its place."""
        page = self.currentPage()
        if self._is_working:
            self._say_busy()
            return False
        if not isinstance(page, WizardPage) or page.step in _NOTHING_TO_LOSE:
            return True
        return confirm(
            self,
            self.tr("Begin anew?"),
            self.tr("What you have entered so far is forgotten, and the file is opened."),
            self.tr("Begin anew"),
            self.tr("Go on here"),
        )

    def _say_busy(self) -> None:
        inform(
            self,
            self.tr("Not now"),
            self.tr("The work under way comes first. Open the file again when it is done."),
        )

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._can_use(_local_paths(event.mimeData())):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = _local_paths(event.mimeData())
        if self._can_use(paths):
            event.setDropAction(Qt.DropAction.CopyAction)  # or the file manager may delete it
            event.accept()
            # Where it is dragged from waits for this to return; a question may come up.
            QTimer.singleShot(0, lambda: self.use_files(paths))

    def _can_use(self, paths: Sequence[Path]) -> bool:
        page = self.currentPage()
        if not paths or self._is_working or not isinstance(page, WizardPage):
            return False
        opened = all(_opens(path) for path in paths)
        on_page = all(page.takes_file(path) for path in paths)
        return opened or on_page or page.step is WizardStep.WELCOME

    def use_files(self, paths: Sequence[Path]) -> None:
        """Kits, captures, and folders that browsers' data is in."""
        page = self.currentPage()
        if isinstance(page, WizardPage) and all(page.takes_file(path) for path in paths):
            page.add_files(*paths)
        elif all(_opens(path) for path in paths):
            self.context.open_files(tuple(paths))
        elif isinstance(page, WelcomePage) and page.isComplete():
            page.choose_workflow(Workflow.MIGRATE)
            self.next()
            self.page_for(WizardStep.FIND).add_files(*paths)

    # ---- its end --------------------------------------------------------------------------------

    def stop_and_close(self) -> None:
        """Close without a question, once what is under way has stopped with nothing half done."""
        page = self.currentPage()
        if isinstance(page, WizardPage) and self._is_working:
            page.stop_and_close()
        else:
            self._closing = True
            self.close()

    def hideEvent(self, event: QHideEvent) -> None:
        if not event.spontaneous():
            window_size.remember(self, self.context.workspace.root)
        super().hideEvent(event)

    @property
    def _is_working(self) -> bool:
        page = self.currentPage()
        return (
            isinstance(page, WizardPage)
            and page.step is WizardStep.MIGRATE
            and page.operation is not None
        )


def _local_paths(data: QMimeData) -> list[Path]:
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]


def _opens(path: Path) -> bool:
    """Whether the wizard can be opened with it."""
    return path.suffix in {KIT_SUFFIX, CAPTURE_SUFFIX}
