"""By which words a person knows an item of hers, from the item's own text."""

from typing import Any

import msgspec

from desktop_migrator.plan.detect import secret_kind
from desktop_migrator.plan.json_text import escape_json
from desktop_migrator.plan.sensitive import REDACTED

_NAMES = ("title", "name", "label", "subject", "summary", "text", "body", "description")
"""Members that say it, the likeliest first."""
_MAX_LENGTH = 40
_MAX_TEXT_LENGTH = 1_000_000
_decode = msgspec.json.Decoder().decode


def item_title(raw: str) -> str | None:
    """A short text, from the screen that the person knows; None where the item has none."""
    if len(raw) > _MAX_TEXT_LENGTH:
        return None
    try:
        value: Any = _decode(escape_json(raw))
    except (msgspec.DecodeError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    for name in _NAMES:
        text = value.get(name)
        if isinstance(text, str) and text.strip():
            if text == REDACTED or secret_kind(text, name):
                return None
            words = " ".join(text.split())
            return words if len(words) <= _MAX_LENGTH else f"{words[: _MAX_LENGTH - 1]}…"
    return None
