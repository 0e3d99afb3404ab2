"""What states of items, reasons and databases are called in the person's language."""

from PySide6.QtCore import QCoreApplication

from desktop_migrator.errors import BadDatabaseUrl
from desktop_migrator.messages import Translator
from desktop_migrator.migration.preview.preview_store import PreviewState
from desktop_migrator.migration.workspace.connections import BUILTIN
from desktop_migrator.postgres.connection.address import Address
from desktop_migrator.wizard.i18n import QT_TRANSLATE_NOOP

_BUILTIN_LABEL = QT_TRANSLATE_NOOP("databases", "the database on this computer")


def database_label(url: str, translator: Translator) -> str:
    """A database as a person may be told of it; `url` has no password."""
    if url == BUILTIN:
        return QCoreApplication.translate("databases", _BUILTIN_LABEL)
    try:
        return translator(Address(url).server)
    except BadDatabaseUrl:  # of an earlier version
        return url


_STATES: dict[PreviewState, str] = {
    PreviewState.FOUND: QT_TRANSLATE_NOOP("states", "Can be moved"),
    PreviewState.NEW: QT_TRANSLATE_NOOP("states", "New"),
    PreviewState.SAME: QT_TRANSLATE_NOOP("states", "Already there"),
    PreviewState.DIFFERS: QT_TRANSLATE_NOOP("states", "There, but different"),
    PreviewState.REJECTED: QT_TRANSLATE_NOOP("states", "Cannot be moved"),
    PreviewState.SUPERSEDED: QT_TRANSLATE_NOOP("states", "Another version counts"),
}
_SKIP_REASONS: dict[str, str] = {
    "other-site": QT_TRANSLATE_NOOP("states", "Of other web sites"),
    "partitioned": QT_TRANSLATE_NOOP("states", "Framed in other web sites"),
    "container": QT_TRANSLATE_NOOP("states", "In containers of Firefox"),
    "cache": QT_TRANSLATE_NOOP("states", "Caches"),
    "secret": QT_TRANSLATE_NOOP("states", "Login tokens and other secrets"),
    "excluded": QT_TRANSLATE_NOOP("states", "Of kinds that were left out"),
    "empty": QT_TRANSLATE_NOOP("states", "Empty"),
    "unmatched": QT_TRANSLATE_NOOP("states", "Not named by the plan"),
    "expired": QT_TRANSLATE_NOOP("states", "Expired"),
    "tombstone": QT_TRANSLATE_NOOP("states", "Deleted by the app"),
    "index": QT_TRANSLATE_NOOP("states", "Lists of other records"),
    "metadata": QT_TRANSLATE_NOOP("states", "A library's own notes"),
    "lost-by-app": QT_TRANSLATE_NOOP("states", "Lost by the app"),
}


def state_label(state: PreviewState) -> str:
    return QCoreApplication.translate("states", _STATES[state])


def skip_reason_label(reason: str) -> str:
    """Why records stay in the browser."""
    return QCoreApplication.translate("states", _SKIP_REASONS.get(reason, reason))
