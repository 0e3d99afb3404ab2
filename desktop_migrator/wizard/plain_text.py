"""Text from data where Qt would guess whether it is HTML."""

import html


def tip(text: str) -> str:
    """The text as a tooltip that shows just it: of a tooltip Qt lets nobody say that it is plain.

    A long one wraps.
    """
    return f'<p style="white-space: pre-wrap">{html.escape(text)}</p>' if text else ""
