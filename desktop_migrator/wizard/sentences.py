"""Errors and stages in the person's language.

The engine's sentences are templates (see errors/); they are looked up here under the context
`errors` and filled afterwards. Its hints speak of commands and options; errors_en.ts says in
English, too, what they mean in the wizard.
"""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from desktop_migrator.errors import MigratorError
from desktop_migrator.wizard.marks import QT_TRANSLATE_NOOP

translate = QCoreApplication.translate

CONTEXT = "errors"

_STAGES: dict[str, str] = {
    "find": QT_TRANSLATE_NOOP("stages", "Looking into browsers"),
    "check": QT_TRANSLATE_NOOP("stages", "Checking every item"),
    "compare": QT_TRANSLATE_NOOP("stages", "Comparing with the database"),
    "backup": QT_TRANSLATE_NOOP("stages", "Making the backup"),
    "capture": QT_TRANSLATE_NOOP("stages", "Saving your data"),
    "load": QT_TRANSLATE_NOOP("stages", "Moving your data"),
    "verify": QT_TRANSLATE_NOOP("stages", "Checking what arrived"),
    "restore": QT_TRANSLATE_NOOP("stages", "Putting back"),
    "undo": QT_TRANSLATE_NOOP("stages", "Taking back"),
}


@dataclass(frozen=True, slots=True)
class Told:
    title: str
    detail: str
    hint: str


def told(error: MigratorError) -> Told:
    """The error in the person's language."""
    return Told(
        title=translate(CONTEXT, error.title),
        detail=translate(CONTEXT, error.detail_template).format(**error.facts),
        hint=translate(CONTEXT, error.hint_template).format(**error.facts),
    )


def stage(name: str) -> str:
    return translate("stages", _STAGES.get(name, name))
