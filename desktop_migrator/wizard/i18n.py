"""What steps and other things of flow.py are called in the person's language."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale

from desktop_migrator.wizard.flow import Requirement, WizardStep


def QT_TRANSLATE_NOOP(_context: str, text: str) -> str:
    return text


_STEPS = {
    WizardStep.WELCOME: QT_TRANSLATE_NOOP("steps", "Welcome"),
    WizardStep.FIND: QT_TRANSLATE_NOOP("steps", "Find"),
    WizardStep.REVIEW: QT_TRANSLATE_NOOP("steps", "Review"),
    WizardStep.DESTINATION: QT_TRANSLATE_NOOP("steps", "Destination"),
    WizardStep.CONFLICTS: QT_TRANSLATE_NOOP("steps", "Conflicts"),
    WizardStep.BACKUP: QT_TRANSLATE_NOOP("steps", "Backup"),
    WizardStep.MIGRATE: QT_TRANSLATE_NOOP("steps", "Work"),
    WizardStep.DONE: QT_TRANSLATE_NOOP("steps", "Done"),
    WizardStep.HISTORY: QT_TRANSLATE_NOOP("steps", "Earlier runs"),
    WizardStep.CAPTURE_FILE: QT_TRANSLATE_NOOP("steps", "Capture file"),
    WizardStep.RESTORE: QT_TRANSLATE_NOOP("steps", "Restore"),
    WizardStep.KIT: QT_TRANSLATE_NOOP("steps", "Your data"),
    WizardStep.CAPTURES: QT_TRANSLATE_NOOP("steps", "Captures"),
}


_REQUIREMENTS = {
    Requirement.KIT: QT_TRANSLATE_NOOP(
        "requirements", "First say whether you know who made the kit."
    ),
    Requirement.CODE: QT_TRANSLATE_NOOP(
        "requirements", "Type the 20 digits that you were told by phone."
    ),
    Requirement.WORKFLOW: QT_TRANSLATE_NOOP("requirements", "Choose what you would like to do."),
    Requirement.SOURCES: QT_TRANSLATE_NOOP("requirements", "Choose a browser that has your data."),
    Requirement.ORIGIN: QT_TRANSLATE_NOOP("requirements", "Choose the app's web site."),
    Requirement.SITE: QT_TRANSLATE_NOOP(
        "requirements", "Say that it is this web site although nothing of it is known."
    ),
    Requirement.PERSON: QT_TRANSLATE_NOOP("requirements", "Say who you are in the app."),
    Requirement.DATABASE: QT_TRANSLATE_NOOP("requirements", "Say which database is the app's."),
    Requirement.CONFLICTS: QT_TRANSLATE_NOOP("requirements", "Decide about what differs."),
    Requirement.BACKUP: QT_TRANSLATE_NOOP("requirements", "Choose what opens the backup."),
    Requirement.RUN: QT_TRANSLATE_NOOP("requirements", "Choose what to take back."),
    Requirement.RESTORE_PREVIEW: QT_TRANSLATE_NOOP(
        "requirements", "Choose where the backup goes, and look at what will happen."
    ),
    Requirement.FILE: QT_TRANSLATE_NOOP("requirements", "Choose where the file is kept."),
    Requirement.KEY: QT_TRANSLATE_NOOP("requirements", "Type a passphrase for the file, twice."),
    Requirement.CAPTURES: QT_TRANSLATE_NOOP("requirements", "Add a file that was saved before."),
}


def requirement_sentence(need: Requirement) -> str:
    """What the person still has to do; empty where it goes on by itself."""
    return QCoreApplication.translate("requirements", _REQUIREMENTS.get(need, ""))


def step_title(step: WizardStep) -> str:
    return QCoreApplication.translate("steps", _STEPS[step])


def format_local_time(moment: datetime, *, with_time: bool = True) -> str:
    """The day, with the time of day if `with_time`."""
    at = QDateTime.fromMSecsSinceEpoch(round(moment.timestamp() * 1000))
    short = QLocale.FormatType.ShortFormat
    return QLocale().toString(at, short) if with_time else QLocale().toString(at.date(), short)


def site_labels(origins: Sequence[str]) -> dict[str, str]:
    """Web sites as people know them, without `https://` where that leaves no doubt."""
    short = {origin: origin.partition("://")[2] or origin for origin in origins}
    often = Counter(short.values())
    return {origin: name if often[name] == 1 else origin for origin, name in short.items()}


_DAYS_TOLD = 30


def format_last_use(moment: datetime, now: datetime) -> str:
    """`yesterday`; the day itself where it is long ago."""
    days = (now.astimezone().date() - moment.astimezone().date()).days
    if days <= 0:
        return QCoreApplication.translate("days", "last used today")
    if days == 1:
        return QCoreApplication.translate("days", "last used yesterday")
    if days <= _DAYS_TOLD:
        return QCoreApplication.translate("days", "last used {days} days ago").format(days=days)
    when = format_local_time(moment, with_time=False)
    return QCoreApplication.translate("days", "last used {when}").format(when=when)


def join_names(names: Sequence[str]) -> str:
    """`Chrome and Firefox`."""
    if len(names) < 2:
        return "".join(names)
    both = QCoreApplication.translate("lists", "{first} and {last}")
    return both.format(first=", ".join(names[:-1]), last=names[-1])
