"""What steps and other things of flow.py are called in the person's language."""

from datetime import datetime

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale

from desktop_migrator.migration.preview.preview_store import State
from desktop_migrator.migration.workspace.connections import BUILTIN
from desktop_migrator.wizard.flow import Step


def QT_TRANSLATE_NOOP(_context: str, text: str) -> str:
    return text


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


_STATES: dict[State, str] = {
    State.FOUND: QT_TRANSLATE_NOOP("states", "Can be moved"),
    State.NEW: QT_TRANSLATE_NOOP("states", "New"),
    State.SAME: QT_TRANSLATE_NOOP("states", "Already there"),
    State.DIFFERS: QT_TRANSLATE_NOOP("states", "There, but different"),
    State.REJECTED: QT_TRANSLATE_NOOP("states", "Cannot be moved"),
}
_ASIDE: dict[str, str] = {
    "other-site": QT_TRANSLATE_NOOP("states", "Of other web sites"),
    "partitioned": QT_TRANSLATE_NOOP("states", "Framed in other web sites"),
    "cache": QT_TRANSLATE_NOOP("states", "Caches"),
    "secret": QT_TRANSLATE_NOOP("states", "Login tokens and other secrets"),
    "excluded": QT_TRANSLATE_NOOP("states", "Of kinds that were left out"),
    "empty": QT_TRANSLATE_NOOP("states", "Empty"),
    "unmatched": QT_TRANSLATE_NOOP("states", "Not named by the plan"),
}


def name(state: State) -> str:
    return QCoreApplication.translate("states", _STATES[state])


def aside(why: str) -> str:
    """Why records stay in the browser."""
    return QCoreApplication.translate("states", _ASIDE.get(why, why))


def local(moment: datetime, *, clock: bool = True) -> str:
    """The day, with the time of day if `clock`."""
    at = QDateTime.fromMSecsSinceEpoch(round(moment.timestamp() * 1000))
    short = QLocale.FormatType.ShortFormat
    return QLocale().toString(at, short) if clock else QLocale().toString(at.date(), short)
