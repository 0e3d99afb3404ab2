"""What a screen reader says by itself: a page that comes, an error, how far the work is."""

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent


def announce(source: QObject, words: str, *, urgent: bool = False) -> None:
    """Have it said, after what is being said; at once if it is `urgent`."""
    if not words.strip():
        return
    event = QAccessibleAnnouncementEvent(source, words)
    politeness = QAccessible.AnnouncementPoliteness
    event.setPoliteness(politeness.Assertive if urgent else politeness.Polite)
    QAccessible.updateAccessibility(event)
