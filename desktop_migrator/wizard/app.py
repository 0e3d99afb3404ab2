"""Starts the wizard: the application, its look and language, and what it is opened with."""

import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QLibraryInfo, QLocale, Qt, QTimer, QTranslator
from PySide6.QtWidgets import QApplication, QDialog

from desktop_migrator import __version__
from desktop_migrator.errors import ExitCode, InternalError, MigratorError, localize_error
from desktop_migrator.migration.demo import USER_ID, unpack_home
from desktop_migrator.migration.desk.kits import open_kit
from desktop_migrator.migration.sealed import captures
from desktop_migrator.migration.wizard_options import WizardOptions
from desktop_migrator.migration.workspace.connections import BUILTIN
from desktop_migrator.migration.workspace.workspace import Workspace, usual_place
from desktop_migrator.plan.schema import load_plan
from desktop_migrator.system.resources import resource
from desktop_migrator.wizard import accessible_roles, messages, theme
from desktop_migrator.wizard.context import WizardContext
from desktop_migrator.wizard.flow import Workflow
from desktop_migrator.wizard.garbage import UiThreadGarbageCollector
from desktop_migrator.wizard.pages.base import WizardPage
from desktop_migrator.wizard.resume_state import find_unfinished_run
from desktop_migrator.wizard.single_instance import SingleInstance
from desktop_migrator.wizard.widgets.prompts import show_failure
from desktop_migrator.wizard.window import WizardWindow, app_icon
from desktop_migrator.wizard.worker import Worker


def open_wizard(options: WizardOptions) -> int:
    """Shows the window and returns the exit code once it is closed.

    Where there is a window already it comes forward, with the file.
    """
    folder = options.data_dir or usual_place()
    instance = SingleInstance(Workspace(folder).demo if options.demo else folder)
    if not instance.claim() and instance.hand_over(options.file, options.plan):
        return int(ExitCode.DONE)
    app = create_application([sys.argv[0]])
    translators = install_translators(app, options.language)
    try:
        session = WizardSession(options)
    except MigratorError as error:
        told = localize_error(error, messages.make_translator())
        show_failure(told.title, f"{told.detail}\n\n{told.hint}\n\n{error.code}")
        return int(error.exit_code)
    sys.excepthook = _ExceptionHook(session)
    # Its timer also has Python look for signals, while Qt waits for events.
    collector = UiThreadGarbageCollector(lambda: session.window.context.worker.is_idle)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: QTimer.singleShot(0, session.end))
    instance.listen(session.show)
    code = app.exec()
    collector.stop()
    instance.close()
    del translators
    return int(ExitCode.CANCELLED) if session.ended else code


class WizardSession:
    """The window, and another in its place where a kit or a capture is opened later on."""

    def __init__(self, options: WizardOptions) -> None:
        self._options = options
        self.ended = False
        """Whether the system asked for the end."""
        self.window = self._make_window(options)
        self.window.show()

    def show(self, file: Path | None, plan: Path | None) -> None:
        """Bring the window forward, with what another start was given."""
        window = self.window
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
        window.show()
        window.raise_()
        window.activateWindow()
        if file or plan:
            self.open((file,) if file else (), plan)

    def open(self, files: tuple[Path, ...], plan: Path | None = None) -> None:
        """Begin anew with a kit or with captures, unless the person would rather go on."""
        former = self.window
        if not former.may_begin_anew():
            return
        options = replace(
            self._options, file=files[0] if files else None, plan=plan or self._options.plan
        )
        try:
            window = self._make_window(options)
        except MigratorError as error:
            page = former.currentPage()
            if isinstance(page, WizardPage):
                page.error_panel.show_error(error)
            return
        if window.context.answers.captures:
            window.context.answers.captures = tuple(path.absolute() for path in files)
        self.window = window
        window.setGeometry(former.geometry())
        window.show()
        former.stop_and_close()  # the person has agreed
        former.deleteLater()

    def end(self) -> None:
        """As if the person had closed the window and agreed to stop what is under way."""
        self.ended = True
        for box in QApplication.topLevelWidgets():
            if isinstance(box, QDialog) and box.isModal() and box.isVisible():
                box.close()
        self.window.stop_and_close()

    def _make_window(self, options: WizardOptions) -> WizardWindow:
        window = WizardWindow(create_context(options))
        window.context.open_files = self.open
        return window


def create_application(arguments: Sequence[str]) -> QApplication:
    QApplication.setHighDpiScaleFactorRoundingPolicy(
        Qt.HighDpiScaleFactorRoundingPolicy.PassThrough
    )
    accessible_roles.install()
    app = QApplication(list(arguments))
    app.setApplicationName("desktop-migrator")
    app.setApplicationDisplayName("Desktop Migrator")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("desktop-migrator")
    app.setWindowIcon(app_icon())
    theme.follow_system(app)
    return app


def install_translators(app: QApplication, language: str | None) -> list[QTranslator]:
    """Loads our texts and Qt's own; the translators live as long as the list is kept."""
    locale = QLocale(language) if language else QLocale.system()
    QLocale.setDefault(locale)
    app.setLayoutDirection(locale.textDirection())
    own = str(resource("translations"))
    qt = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    translators = []
    for folder, name in ((qt, "qtbase"), (own, "wizard")):
        translator = QTranslator(app)
        if translator.load(locale, name, "_", folder):
            app.installTranslator(translator)
            translators.append(translator)
    return translators


def create_context(options: WizardOptions) -> WizardContext:
    """Raises MigratorError where the file or the plan cannot be used."""
    workspace = Workspace.open(options.data_dir)
    if options.demo:
        workspace = Workspace.open(workspace.demo)
    made = WizardContext(workspace, load_plan(options.plan), Worker(), messages.make_translator())
    if options.demo:
        made.folders = (unpack_home(workspace),)
        made.answers.user_id = USER_ID
        made.answers.database = BUILTIN
        made.answers.create_tables = True
    if options.file is not None:
        _open_file(options.file, made)
    made.unfinished_run = find_unfinished_run(workspace, made.plan.name)
    if made.unfinished_run:  # which comes first
        made.answers.one_page = False
    return made


def _open_file(file: Path, made: WizardContext) -> None:
    if file.suffix == captures.SUFFIX:
        made.answers.workflow = Workflow.UPLOAD
        made.answers.captures = (file.absolute(),)
        return
    kit = open_kit(file, made.workspace)
    made.kit, made.known_plan = kit, kit.plan
    made.answers.kit_not_accepted = not kit.trustworthy
    made.answers.database = kit.database or ""
    if kit.database:
        made.answers.one_page, made.answers.workflow = True, Workflow.MIGRATE
        made.answers.create_tables = kit.database == BUILTIN


class _ExceptionHook:
    """A mistake of ours in the UI's thread is told in the page, and never as a traceback."""

    def __init__(self, session: WizardSession) -> None:
        self._session = session

    def __call__(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        page = self._session.window.currentPage()
        if isinstance(page, WizardPage):
            page.error_panel.show_error(InternalError(kind=kind.__name__))
        else:
            sys.__excepthook__(kind, error, trace)
