"""Moments as this computer's clock and the person's language have them."""

from datetime import datetime

from PySide6.QtCore import QDateTime, QLocale


def local(moment: datetime, *, clock: bool = True) -> str:
    """The day, with the time of day if `clock`."""
    at = QDateTime.fromMSecsSinceEpoch(round(moment.timestamp() * 1000))
    short = QLocale.FormatType.ShortFormat
    return QLocale().toString(at, short) if clock else QLocale().toString(at.date(), short)
