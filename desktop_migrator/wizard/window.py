"""The window: QWizard with the pages of flow.py, the way at its side, and a careful exit."""

from PySide6.QtCore import QSize
from PySide6.QtGui import QCloseEvent, QIcon
from PySide6.QtWidgets import QWizard

from desktop_migrator.system.resources import resource
from desktop_migrator.wizard import flow
from desktop_migrator.wizard.context import WizardContext
from desktop_migrator.wizard.flow import WizardStep, Workflow
from desktop_migrator.wizard.pages.backup import BackupPage
from desktop_migrator.wizard.pages.base import WizardPage
from desktop_migrator.wizard.pages.capture_file import CaptureFilePage
from desktop_migrator.wizard.pages.captures import CapturesPage
from desktop_migrator.wizard.pages.conflicts import ConflictsPage
from desktop_migrator.wizard.pages.destination import DestinationPage
from desktop_migrator.wizard.pages.done import DonePage
from desktop_migrator.wizard.pages.find import FindPage
from desktop_migrator.wizard.pages.history import HistoryPage
from desktop_migrator.wizard.pages.migrate import MigratePage
from desktop_migrator.wizard.pages.restore import RestorePage
from desktop_migrator.wizard.pages.review import ReviewPage
from desktop_migrator.wizard.pages.welcome import WelcomePage
from desktop_migrator.wizard.widgets.card import restyle
from desktop_migrator.wizard.widgets.prompts import confirm
from desktop_migrator.wizard.widgets.step_sidebar import StepSidebar

PAGES: tuple[type[WizardPage], ...] = (
    WelcomePage,
    FindPage,
    ReviewPage,
    DestinationPage,
    ConflictsPage,
    BackupPage,
    MigratePage,
    DonePage,
    HistoryPage,
    CaptureFilePage,
    CapturesPage,
    RestorePage,
)
_BASE_SIZE = QSize(980, 700)
_BASE_LINE_HEIGHT = 16
"""The height of a line of text with which it has that size; with larger text it is larger."""


def app_icon() -> QIcon:
    return QIcon(str(resource("icons", "app.svg")))


class WizardWindow(QWizard):
    def __init__(self, context: WizardContext) -> None:
        super().__init__()
        self.context = context
        self._closing = False
        self.setWizardStyle(QWizard.WizardStyle.ModernStyle)
        self.setOptions(
            QWizard.WizardOption.NoBackButtonOnStartPage
            | QWizard.WizardOption.NoBackButtonOnLastPage
            | QWizard.WizardOption.NoCancelButtonOnLastPage
            | QWizard.WizardOption.NoDefaultButton
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
        for which in (
            QWizard.WizardButton.NextButton,
            QWizard.WizardButton.CommitButton,
            QWizard.WizardButton.FinishButton,
        ):
            button = self.button(which)
            button.setProperty("role", "main")
            restyle(button)
        self._pages = [kind(context) for kind in PAGES]
        for page in self._pages:
            self.setPage(int(page.step), page)
        self.setStartId(int(WizardStep.WELCOME))
        self.currentIdChanged.connect(self._show_steps)
        for page in self._pages:
            page.completeChanged.connect(self.refresh_steps)
        context.start_undo = self.start_undo
        self._fit_screen()

    def page_for(self, step: WizardStep) -> WizardPage:
        page = self.page(int(step))
        assert isinstance(page, WizardPage)  # noqa: S101 - every page of PAGES is one
        return page

    def refresh_steps(self) -> None:
        """The answers changed which steps there are."""
        self._show_steps(self.currentId())

    def start_undo(self, run: str) -> None:
        """Undo a run of this session, once the person has agreed."""
        if not confirm(
            self,
            self.tr("Take it back?"),
            self.tr("What this migration changed in the database is put back, exactly."),
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
        """Asks in mid-run; what is under way then ends where nothing is half done."""
        page = self.currentPage()
        if not isinstance(page, MigratePage) or page.operation is None:
            return True
        return page.confirm_close()

    def _show_steps(self, current: int) -> None:
        if current < 0:
            return
        step = WizardStep(current)
        self._sidebar.show_steps(flow.steps(self.context.answers), step)
        self.setWindowTitle(f"{self.page_for(step).heading} – Desktop Migrator")

    def _fit_screen(self) -> None:
        room = self.screen().availableGeometry().size()
        scale = max(1.0, self.fontMetrics().height() / _BASE_LINE_HEIGHT)
        self.resize((_BASE_SIZE * scale).boundedTo(room))
