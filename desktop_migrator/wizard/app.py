"""Starts the wizard: the application, its look and language, and what it is opened with."""

import gc
import importlib
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

from PySide6.QtCore import QLibraryInfo, QLocale, Qt, QTimer, QTranslator
from PySide6.QtWidgets import QApplication, QDialog

from desktop_migrator import __version__
from desktop_migrator.errors import ExitCode, InternalError, MigratorError
from desktop_migrator.migration.wizard_options import WizardOptions
from desktop_migrator.migration.workspace.workspace import Workspace, usual_place
from desktop_migrator.reporter import Reporter
from desktop_migrator.system.resources import resource
from desktop_migrator.wizard import accessible_roles, icons, messages, theme
from desktop_migrator.wizard.context import WizardContext
from desktop_migrator.wizard.garbage import UiThreadGarbageCollector
from desktop_migrator.wizard.pages.base import WizardPage
from desktop_migrator.wizard.single_instance import SingleInstance
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
    session = WizardSession(options)
    sys.excepthook = _ExceptionHook(session)
    # Its timer also has Python look for signals, while Qt waits for events.
    collector = UiThreadGarbageCollector(
        lambda: session.window.context.worker.is_idle, lambda: session.is_loading
    )
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: QTimer.singleShot(0, session.end))
    instance.listen(session.show)
    code = app.exec()
    collector.stop()
    instance.close()
    del translators
    return session.exit_code(code)


class WizardSession:
    """The window, and another in its place where a kit or a capture is opened later on."""

    def __init__(self, options: WizardOptions) -> None:
        self._options = options
        self.ended = False
        """Whether the system asked for the end."""
        self.failed_with: MigratorError | None = None
        """Why it could not begin."""
        self._to_open: tuple[tuple[Path, ...], Path | None] | None = None
        """What was handed over before it had begun."""
        self.window = self._make_window(options)
        self.window.first_painted.connect(self._load)
        self.window.show()

    def exit_code(self, code: int) -> int:
        """The program's, once the window is closed and Qt has ended with `code`."""
        if self.ended:
            return int(ExitCode.CANCELLED)
        return int(self.failed_with.exit_code) if self.failed_with else code

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
        if self.is_loading:
            self._to_open = files, plan
            return
        page = former.currentPage()
        if not former.may_begin_anew() or not isinstance(page, WizardPage):
            return
        options = replace(
            self._options, file=files[0] if files else None, plan=plan or self._options.plan
        )
        page.start_operation(
            _reading(options), lambda loaded: self._begin_anew(loaded, options, files)
        )

    def _begin_anew(self, loaded: Any, options: WizardOptions, files: tuple[Path, ...]) -> None:
        former = self.window
        window = self._make_window(options)
        loaded.put_into(window.context)
        if window.context.answers.captures:
            window.context.answers.captures = tuple(path.absolute() for path in files)
        window.take_pages(loaded.pages)
        self.window = window
        window.setGeometry(former.geometry())
        window.show()
        former.stop_and_close()  # the person has agreed
        former.deleteLater()

    @property
    def is_loading(self) -> bool:
        return not self.window.context.loaded and self.failed_with is None

    def _load(self) -> None:
        page = self.window.currentPage()
        if isinstance(page, WizardPage):
            page.start_operation(_reading(self._options), self._begin, self._fail)

    def _begin(self, loaded: Any) -> None:
        gc.freeze()  # else each look for all cycles goes through the engine's modules: 50 ms
        loaded.put_into(self.window.context)
        self.window.take_pages(loaded.pages)
        QTimer.singleShot(0, icons.find_browser_icons)
        if self._to_open:
            self.open(*self._to_open)

    def _fail(self, error: MigratorError) -> None:
        self.failed_with = error
        page = self.window.currentPage()
        if isinstance(page, WizardPage):
            page.error_panel.show_error(error)

    def end(self) -> None:
        """As if the person had closed the window and agreed to stop what is under way."""
        self.ended = True
        for box in QApplication.topLevelWidgets():
            if isinstance(box, QDialog) and box.isModal() and box.isVisible():
                box.close()
        self.window.stop_and_close()

    def _make_window(self, options: WizardOptions) -> WizardWindow:
        folder = options.data_dir or usual_place()
        workspace = Workspace(Workspace(folder).demo if options.demo else folder)
        context = WizardContext(workspace, Worker(), messages.make_translator())
        context.waits_for, context.open_files = options.file, self.open
        return WizardWindow(context)


def _reading(options: WizardOptions) -> Callable[[Reporter], Any]:
    """Loads the engine, which takes longer than all that is needed to see the window."""

    def read(_: Reporter) -> Any:
        return importlib.import_module("desktop_migrator.wizard.opening").load(options)

    return read


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
