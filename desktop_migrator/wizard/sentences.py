"""Errors and stages in the person's language.

The engine's sentences are templates (see errors.py); they are looked up here under the context
`errors` and filled afterwards. Its hints speak of commands and options; where the wizard has a
button for that, it has a hint of its own.
"""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from desktop_migrator.errors import MigratorError
from desktop_migrator.wizard.marks import QT_TRANSLATE_NOOP

translate = QCoreApplication.translate

CONTEXT = "errors"

_HINTS: dict[str, str] = {
    "DM-101": QT_TRANSLATE_NOOP(
        "hints", "Choose the browser's profile folder, or a capture that you were given."
    ),
    "DM-202": QT_TRANSLATE_NOOP("hints", "Choose the web site whose data you want to move."),
    "DM-203": QT_TRANSLATE_NOOP(
        "hints",
        "Perhaps the app was used in another browser, or under another account of this computer. "
        "You can also add a folder by hand.",
    ),
    "DM-204": QT_TRANSLATE_NOOP("hints", "Go back and choose another web site."),
    "DM-301": QT_TRANSLATE_NOOP(
        "hints", "Check host, port and your network, then press 'Test connection' again."
    ),
    "DM-304": QT_TRANSLATE_NOOP(
        "hints", "Tick 'Make tables that are missing', or ask whoever runs the database."
    ),
    "DM-305": QT_TRANSLATE_NOOP(
        "hints", "An address looks like this: postgresql://user@host:5432/database"
    ),
    "DM-306": QT_TRANSLATE_NOOP("hints", "See {log}, or choose another database."),
    "DM-307": QT_TRANSLATE_NOOP("hints", "Check the spelling, or enter your id in the app."),
    "DM-309": QT_TRANSLATE_NOOP(
        "hints",
        "Ask whoever runs the database for the certificate authority's file and choose it under "
        "'Security'. Only in a network that you trust, choose 'Without encryption' there.",
    ),
    "DM-312": QT_TRANSLATE_NOOP(
        "hints", "Write it exactly as the app shows it, or enter your id in the app."
    ),
    "DM-502": QT_TRANSLATE_NOOP("hints", "Go back to 'Review' to see which and why."),
    "DM-503": QT_TRANSLATE_NOOP(
        "hints", "You can go on where it stopped, now or when you start this program again."
    ),
    "DM-505": QT_TRANSLATE_NOOP(
        "hints",
        "Check your network, then go on where it stopped, now or when you start this program "
        "again.",
    ),
    "DM-506": QT_TRANSLATE_NOOP("hints", "Go on where it stopped; nothing is written twice."),
    "DM-507": QT_TRANSLATE_NOOP(
        "hints", "Go back to 'Review' to see what is wrong with them, or tell the support desk."
    ),
    "DM-510": QT_TRANSLATE_NOOP("hints", "Nothing is left to do."),
    "DM-511": QT_TRANSLATE_NOOP("hints", "Go back to 'Conflicts' and decide those left."),
    "DM-512": QT_TRANSLATE_NOOP(
        "hints", "Choose one rule for all in 'Conflicts' instead of deciding each."
    ),
    "DM-520": QT_TRANSLATE_NOOP(
        "hints", "Wait until it is done. If that program is gone, the support desk can help."
    ),
    "DM-521": QT_TRANSLATE_NOOP("hints", "Go on where it stopped; nothing is written twice."),
    "DM-999": QT_TRANSLATE_NOOP(
        "hints",
        "Nothing that was finished is lost. Press 'Copy for support' and send it to the support "
        "desk.",
    ),
}

_STAGES: dict[str, str] = {
    "find": QT_TRANSLATE_NOOP("stages", "Looking into browsers"),
    "check": QT_TRANSLATE_NOOP("stages", "Checking every item"),
    "compare": QT_TRANSLATE_NOOP("stages", "Comparing with the database"),
    "backup": QT_TRANSLATE_NOOP("stages", "Making the backup"),
    "load": QT_TRANSLATE_NOOP("stages", "Moving your data"),
    "verify": QT_TRANSLATE_NOOP("stages", "Checking what arrived"),
    "undo": QT_TRANSLATE_NOOP("stages", "Taking back"),
}


@dataclass(frozen=True, slots=True)
class Told:
    title: str
    detail: str
    hint: str


def told(error: MigratorError) -> Told:
    """The error in the person's language."""
    hint = _HINTS.get(error.code)
    return Told(
        title=translate(CONTEXT, error.title),
        detail=_filled(translate(CONTEXT, error.detail_template), error),
        hint=_filled(
            translate("hints", hint) if hint else translate(CONTEXT, error.hint_template), error
        ),
    )


def stage(name: str) -> str:
    return translate("stages", _STAGES.get(name, name))


def _filled(template: str, error: MigratorError) -> str:
    return template.format(**error.facts)
