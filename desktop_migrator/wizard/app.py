"""Starts the wizard: the application, its look and language, and what it is opened with."""

import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QLibraryInfo, QLocale, Qt, QTranslator
from PySide6.QtWidgets import QApplication

from desktop_migrator import __version__
from desktop_migrator.errors import InternalError, MigratorError, localize_error
from desktop_migrator.migration.demo import USER_ID, unpack_home
from desktop_migrator.migration.desk.kits import open_kit
from desktop_migrator.migration.wizard_options import WizardOptions
from desktop_migrator.migration.workspace.connections import BUILTIN
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.plan.schema import load_plan
from desktop_migrator.system.resources import resource
from desktop_migrator.wizard import messages, theme
from desktop_migrator.wizard.context import WizardContext
from desktop_migrator.wizard.flow import Workflow
from desktop_migrator.wizard.garbage import UiThreadGarbageCollector
from desktop_migrator.wizard.pages.base import WizardPage
from desktop_migrator.wizard.resume_state import find_unfinished_run
from desktop_migrator.wizard.widgets.prompts import show_failure
from desktop_migrator.wizard.window import WizardWindow, app_icon
from desktop_migrator.wizard.worker import Worker

CAPTURE_SUFFIX = ".dmcapture"


def open_wizard(options: WizardOptions) -> int:
    """Shows the window and returns the exit code once it is closed."""
    app = create_application([sys.argv[0]])
    translators = install_translators(app, options.language)
    try:
        window = WizardWindow(create_context(options))
    except MigratorError as error:
        told = localize_error(error, messages.make_translator())
        show_failure(told.title, f"{told.detail}\n\n{told.hint}\n\n{error.code}")
        return int(error.exit_code)
    sys.excepthook = _ExceptionHook(window)
    collector = UiThreadGarbageCollector(lambda: window.context.worker.is_idle)
    window.show()
    code = app.exec()
    collector.stop()
    del translators
    return code


def create_application(arguments: Sequence[str]) -> QApplication:
    QApplication.setHighDpiScaleFactorRoundingPolicy(
        Qt.HighDpiScaleFactorRoundingPolicy.PassThrough
    )
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
    return made


def _open_file(file: Path, made: WizardContext) -> None:
    if file.suffix == CAPTURE_SUFFIX:
        made.answers.workflow = Workflow.UPLOAD
        made.answers.captures = (file.absolute(),)
        return
    kit = open_kit(file, made.workspace)
    made.kit, made.plan = kit, kit.plan
    made.answers.kit_not_accepted = not kit.trustworthy
    made.answers.database = kit.database or ""


class _ExceptionHook:
    """A mistake of ours in the UI's thread is told in the page, and never as a traceback."""

    def __init__(self, window: WizardWindow) -> None:
        self._window = window

    def __call__(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        page = self._window.currentPage()
        if isinstance(page, WizardPage) and not issubclass(kind, KeyboardInterrupt):
            page.error_panel.show_error(InternalError(kind=kind.__name__))
        else:
            sys.__excepthook__(kind, error, trace)
