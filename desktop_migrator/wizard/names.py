"""What steps and other things of flow.py are called in the person's language."""

from PySide6.QtCore import QCoreApplication

from desktop_migrator.migration.connections import BUILTIN
from desktop_migrator.wizard.flow import Step
from desktop_migrator.wizard.marks import QT_TRANSLATE_NOOP

_STEPS = {
    Step.WELCOME: QT_TRANSLATE_NOOP("steps", "Welcome"),
    Step.FIND: QT_TRANSLATE_NOOP("steps", "Find"),
    Step.REVIEW: QT_TRANSLATE_NOOP("steps", "Review"),
    Step.DESTINATION: QT_TRANSLATE_NOOP("steps", "Destination"),
    Step.CONFLICTS: QT_TRANSLATE_NOOP("steps", "Conflicts"),
    Step.BACKUP: QT_TRANSLATE_NOOP("steps", "Backup"),
    Step.MIGRATE: QT_TRANSLATE_NOOP("steps", "Work"),
    Step.DONE: QT_TRANSLATE_NOOP("steps", "Done"),
    Step.PAST: QT_TRANSLATE_NOOP("steps", "Earlier runs"),
    Step.SEAL: QT_TRANSLATE_NOOP("steps", "Capture file"),
    Step.RESTORE: QT_TRANSLATE_NOOP("steps", "Restore"),
    Step.CAPTURES: QT_TRANSLATE_NOOP("steps", "Captures"),
}


_BUILTIN = QT_TRANSLATE_NOOP("databases", "the database on this computer")


def database(url: str) -> str:
    """A database as a person may be told of it; `url` has no password."""
    return QCoreApplication.translate("databases", _BUILTIN) if url == BUILTIN else url


def step(which: Step) -> str:
    return QCoreApplication.translate("steps", _STEPS[which])
