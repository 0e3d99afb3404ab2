"""DM-9nn: wrong use, and mistakes of this program."""

from desktop_migrator.errors.base import ExitCode, MigratorError


class UsageError(MigratorError):
    code = "DM-900"
    title = "This cannot be asked for"
    detail_template = "{reason}"
    hint_template = "See `desktop-migrator --help`."
    exit_code = ExitCode.USAGE


class DataFolderUnusable(UsageError):
    code = "DM-901"
    title = "The program cannot keep its own data there"
    detail_template = "{path}: {reason}"
    hint_template = "Name a folder that you may write to: --data-dir FOLDER."


class NoScreen(UsageError):
    code = "DM-902"
    title = "There is no screen to show a window on"
    detail_template = "{reason}"
    hint_template = (
        "Start the program from this computer's own desktop. Without one, the command line can do "
        "all of it."
    )


class WindowLibraryMissing(UsageError):
    code = "DM-903"
    title = "A library that windows need is missing"
    detail_template = "{reason}"
    hint_template = (
        "Install it with the system's own packages; on Debian and Ubuntu: `sudo apt install "
        "libegl1 libgl1 libdbus-1-3 libfontconfig1 libxcb-cursor0 libxkbcommon-x11-0 "
        "libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-render-util0 libxcb-shape0`. Until "
        "then the command line can do all of it."
    )


class SettingsUnusable(UsageError):
    code = "DM-904"
    title = "The settings cannot be used"
    detail_template = "{path}: {reason}"
    hint_template = "Correct the file, for instance with `desktop-migrator config edit`."


class InternalError(MigratorError):
    """A mistake of ours; only the exception's kind is told, since its text may hold values."""

    code = "DM-999"
    title = "This program made a mistake"
    detail_template = "An unexpected {kind} occurred."
    hint_template = (
        "Nothing that was finished is lost. Run the command again with --debug '*' and send what "
        "it prints to the support desk."
    )
