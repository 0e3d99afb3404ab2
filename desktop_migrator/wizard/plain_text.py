"""Text from data: as tooltips, where Qt would guess whether it is HTML, and on one line."""

import html

from desktop_migrator.migration.preview.preview_store import escape_unprintable

_MAX_NAME_LENGTH = 60


def tip(text: str) -> str:
    """The text as a tooltip that shows just it: of a tooltip Qt lets nobody say that it is plain.

    A long one wraps.
    """
    return f'<p style="white-space: pre-wrap">{html.escape(text)}</p>' if text else ""


def shortened_name(name: str) -> str:
    """A browser's and profile's name on one line that fits."""
    shown = escape_unprintable(name)
    return shown if len(shown) <= _MAX_NAME_LENGTH else shown[: _MAX_NAME_LENGTH - 1] + "…"
