"""What the engine says, as the wizard says it.

The engine's hints speak of commands and options; the catalogs of the domain `wizard` say, in
English too, what they mean in the window.
"""

from PySide6.QtCore import QCoreApplication, QLocale

from desktop_migrator.messages import LANGUAGES, Translator
from desktop_migrator.reporter import Stage
from desktop_migrator.wizard.i18n import QT_TRANSLATE_NOOP

DOMAIN = "wizard"
_STAGES: dict[Stage, str] = {
    Stage.FIND: QT_TRANSLATE_NOOP("stages", "Looking into browsers"),
    Stage.CHECK: QT_TRANSLATE_NOOP("stages", "Checking every item"),
    Stage.PREVIEW: QT_TRANSLATE_NOOP("stages", "Looking through the data"),
    Stage.COMPARE: QT_TRANSLATE_NOOP("stages", "Comparing with the database"),
    Stage.BACKUP: QT_TRANSLATE_NOOP("stages", "Making the backup"),
    Stage.CAPTURE: QT_TRANSLATE_NOOP("stages", "Saving your data"),
    Stage.LOAD: QT_TRANSLATE_NOOP("stages", "Moving your data"),
    Stage.VERIFY: QT_TRANSLATE_NOOP("stages", "Checking what arrived"),
    Stage.RESTORE: QT_TRANSLATE_NOOP("stages", "Putting back"),
    Stage.UNDO: QT_TRANSLATE_NOOP("stages", "Taking back"),
    Stage.UPLOAD: QT_TRANSLATE_NOOP("stages", "Uploading the files"),
}


def make_translator() -> Translator:
    """For the language that Qt's texts are in."""
    language = QLocale().name().split("_")[0]
    return Translator(language if language in LANGUAGES else "en", DOMAIN)


def stage_name(stage: Stage) -> str:
    return QCoreApplication.translate("stages", _STAGES.get(stage, stage.value))
