"""What becomes of items, in the person's language."""

from PySide6.QtCore import QCoreApplication

from desktop_migrator.migration.preview.findings import State
from desktop_migrator.wizard.marks import QT_TRANSLATE_NOOP

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
