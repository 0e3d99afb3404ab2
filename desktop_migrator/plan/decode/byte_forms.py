"""The forms in which pages store bytes in a text."""

from collections.abc import Iterator

from msgspec import Raw

from desktop_migrator.plan.decode.decoder import State, as_text
from desktop_migrator.plan.decode.text_forms import base64_bytes
from desktop_migrator.plan.json_text import as_value, decode


def byte_forms(state: State) -> Iterator[bytes]:
    """The bytes that a state can be: base64 text, a binary string (a character for each byte),
    numbers with commas between (what a Uint8Array's `toString` gives), or a JSON list of numbers.
    """
    for form in (_numbers, _binary, _base64):
        data = form(state)
        if data is not None:
            yield data


def _numbers(state: State) -> bytes | None:
    text = as_text(state)
    if text is not None:
        data = f"[{text}]".encode() if "," in text and text.isascii() else b""
        listed = as_value(data)
    else:
        listed = state if isinstance(state, Raw) else None
    try:
        return None if listed is None else bytes(decode(listed))
    except (TypeError, ValueError):
        return None


def _binary(state: State) -> bytes | None:
    text = as_text(state)
    try:
        return text.encode("latin-1") if text else None
    except UnicodeEncodeError:
        return None


def _base64(state: State) -> bytes | None:
    text = as_text(state)
    return base64_bytes(text) if text else None
