"""Times as people give them on the command line."""

from datetime import date, datetime, timedelta

from desktop_migrator.errors import UsageError


def moment(text: str | None, option: str) -> datetime | None:
    """The moment, of this computer's time zone unless it names one; a day alone begins.

    Raises UsageError, which names the option.
    """
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError):
        raise UsageError(reason=f"{option} takes a time such as 2026-07-01T12:00.") from None


def end_of(text: str | None, option: str) -> datetime | None:
    """The same, but a day alone ends."""
    try:
        day = date.fromisoformat(text or "")
        return moment((day + timedelta(days=1)).isoformat(), option)
    except (ValueError, OverflowError):
        return moment(text, option)
