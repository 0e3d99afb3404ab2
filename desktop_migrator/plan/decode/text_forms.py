"""JSON within JSON, and text encoded as other text: percent-encoding (ECMA-262, encodeURI and
encodeURIComponent) and base64 (RFC 4648, its URL-safe alphabet too, padded or not)."""

import base64 as base64_codec
import re
from urllib.parse import unquote_to_bytes

from msgspec import Raw

from desktop_migrator.plan.decode.decoder import (
    DecodeContext,
    Decoder,
    State,
    as_json,
    as_text,
    json_string,
)
from desktop_migrator.plan.decode.graph import close_value, open_value
from desktop_migrator.plan.json_text import as_value, escape_json

# What encodeURI leaves as it is; encodeURIComponent leaves less.
_URI = re.compile(r"(?:[A-Za-z0-9\-_.!~*'();/?:@&=+$,#]|%[0-9A-Fa-f]{2})*")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")


def json(state: State, _context: DecodeContext) -> State | None:
    """The text in a JSON string, or the value of a JSON text."""
    value = state if isinstance(state, Raw) else as_value(escape_json(state))
    if value is None:
        return None
    text = as_text(value)
    if text is not None:
        return text
    return value if isinstance(state, str) else None


def json_members(state: State, _context: DecodeContext) -> Raw | None:
    """An object or list whose members, one at least, are JSON texts; other members stay."""
    value = as_json(state)
    opened = None if value is None else open_value(value)
    if not isinstance(opened, dict | list):
        return None
    is_changed = False
    for place, member in list(opened.items() if isinstance(opened, dict) else enumerate(opened)):
        text = as_text(member)
        inner = None if text is None else as_value(escape_json(text))
        if inner is not None:
            opened[place] = inner
            is_changed = True
    return close_value(opened) if is_changed else None


def text(state: State, _context: DecodeContext) -> Raw | None:
    exact = as_text(state)
    return None if exact is None else json_string(exact)


def uri(state: State, _context: DecodeContext) -> str | None:
    encoded = as_text(state)
    if encoded is None or not _URI.fullmatch(encoded):
        return None
    try:
        return unquote_to_bytes(encoded).decode()
    except UnicodeDecodeError:
        return None


def base64(state: State, _context: DecodeContext) -> str | None:
    """The text whose UTF-8 the bytes are, else, as `atob` does it, a character for each byte."""
    encoded = as_text(state)
    data = None if encoded is None else base64_bytes(encoded)
    return None if data is None else bytes_text(data)


def base64_bytes(encoded: str) -> bytes | None:
    if not _BASE64.fullmatch(encoded):
        return None
    bare = encoded.rstrip("=").replace("-", "+").replace("_", "/")
    if len(bare) % 4 == 1 or ("=" in encoded and len(encoded) % 4):
        return None
    return base64_codec.b64decode(bare + "=" * (-len(bare) % 4))


def bytes_text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


DECODERS = (
    Decoder("json", json),
    Decoder("json-members", json_members),
    Decoder("text", text),
    Decoder("uri", uri, None),
    Decoder("base64", base64, None),
)
