"""The program's entry: the wizard without arguments, else the command line."""

import gc
import importlib
import importlib.util
import multiprocessing
import os
import sys

from desktop_migrator.cli.app import run_command_line
from desktop_migrator.cli.completion import VARIABLE
from desktop_migrator.errors import UsageError
from desktop_migrator.messages import Message
from desktop_migrator.migration.wizard_options import WizardOptions

if sys.platform != "win32":
    import resource


def main() -> None:
    multiprocessing.freeze_support()  # a frozen program is its own loading processes
    _leave_no_core()
    arguments = sys.argv[1:]
    asked_by_shell = os.environ.get(VARIABLE)
    if not arguments and not asked_by_shell and _has_qt() and _has_screen():
        code = _open_wizard(WizardOptions())
    else:
        code = run_command_line(arguments, _open_wizard)
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
    if not _has_screen():
        raise UsageError(reason=Message("There is no screen here to show a window on."))
    # Loaded only now: Qt takes longer than most commands.
    app = importlib.import_module("desktop_migrator.wizard.app")
    return int(app.open_wizard(opening))


def _has_qt() -> bool:
    """Whether the extra `gui` was installed."""
    return importlib.util.find_spec("PySide6") is not None


def _has_screen() -> bool:
    """Whether a window can be shown; without a screen Qt would end the program."""
    if sys.platform != "linux":
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


if __name__ == "__main__":
    main()
