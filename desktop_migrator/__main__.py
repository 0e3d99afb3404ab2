"""The program's entry: the wizard without arguments, else the command line."""

import gc
import importlib
import importlib.util
import multiprocessing
import os
import sys

from desktop_migrator.cli.app import run_command_line
from desktop_migrator.cli.completion import VARIABLE
from desktop_migrator.errors import UsageError, WindowLibraryMissing
from desktop_migrator.messages import Message
from desktop_migrator.migration.report.typesetting import Typesetter
from desktop_migrator.migration.wizard_options import WizardOptions

if sys.platform != "win32":
    import resource


def main() -> None:
    multiprocessing.freeze_support()  # a frozen program is its own loading processes
    _leave_no_core()
    asked_by_shell = os.environ.get(VARIABLE)
    words = sys.argv[1:] or (["wizard"] if _has_qt() and not asked_by_shell else [])
    code = run_command_line(words, _open_wizard, _find_typesetter)
    gc.freeze()  # else the interpreter's end looks for cycles in all that was loaded
    sys.exit(code)


def _leave_no_core() -> None:
    """A core dump would hold passwords and keys; children inherit that there is none."""
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _open_wizard(opening: WizardOptions) -> int:
    if not _has_qt():
        raise UsageError(
            reason=Message("The window was not installed; desktop-migrator[gui] brings it along.")
        )
    # Loaded only now: Qt takes longer than most commands.
    importlib.import_module("desktop_migrator.wizard.screen").check_screen()
    try:
        app = importlib.import_module("desktop_migrator.wizard.app")
    except ImportError as error:
        if not (error.name or "").startswith("PySide6"):
            raise
        raise WindowLibraryMissing(reason=str(error)) from None
    return int(app.open_wizard(opening))


def _find_typesetter() -> Typesetter | None:
    """Qt's, where it was installed and its libraries are there."""
    if not _has_qt():
        return None
    try:
        module = importlib.import_module("desktop_migrator.wizard.typesetter")
    except ImportError:
        return None
    made: Typesetter = module.QtTypesetter()
    return made


def _has_qt() -> bool:
    """Whether the extra `gui` was installed."""
    return importlib.util.find_spec("PySide6") is not None


if __name__ == "__main__":
    main()
