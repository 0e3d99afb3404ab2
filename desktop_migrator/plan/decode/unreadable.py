"""What stands for a value of a type that cannot be read: it costs the item that it lies in.

The marker is a string that no page can have stored: where a page writes `␛` itself, the escaped
form has `␛241b` (see `json_text`).
"""

from msgspec import Raw

from desktop_migrator.plan.json_text import ESCAPE_CHAR, as_bytes, encode

_PREFIX = f"{ESCAPE_CHAR}unreadable:"
_PREFIX_BYTES = _PREFIX.encode()


def unreadable(kind: str) -> str:
    """The marker, in place of a value. `kind` is a word of ours, never of the page's."""
    return f"{_PREFIX}{kind}"


def raw_unreadable(kind: str) -> Raw:
    return Raw(encode(unreadable(kind)))


def has_unreadable(data: bytes | Raw) -> bool:
    """Whether a value that cannot be read is in the JSON text."""
    text = as_bytes(data)
    return not text.isascii() and _PREFIX_BYTES in text


def unreadable_kind(text: str) -> str | None:
    """The kind if the string is a marker."""
    return text.removeprefix(_PREFIX) if text.startswith(_PREFIX) else None
