"""JSON within JSON, and text encoded as other text.

- `json`: the text in a JSON string, once more to be read; `json-members`: the same for each member;
  `json-deep`: for each at any depth, and in what comes out of them
- `pairs`: a list of pairs, as a Map's entries are stored, as an object if all keys are strings
- `text`: a text that is no JSON, as a JSON string
- `uri`: percent-encoding (ECMA-262, encodeURI and encodeURIComponent)
- `base64`: RFC 4648, its URL-safe alphabet too, padded or not
- `unstorage` (unjs): a text or JSON; base64 after `base64:` for what was stored with `setItemRaw`
"""

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
from desktop_migrator.plan.decode.graph import JsMap, close_value, open_value, render
from desktop_migrator.plan.json_text import as_list, as_value, escape_json

# What encodeURI leaves as it is; encodeURIComponent leaves less.
_URI = re.compile(r"(?:[A-Za-z0-9\-_.!~*'();/?:@&=+$,#]|%[0-9A-Fa-f]{2})*")
_UNSTORAGE_RAW = "base64:"
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


def json_deep(state: State, _context: DecodeContext) -> Raw | None:
    """JSON in which texts, one at least, are JSON objects or lists; other texts stay."""
    value = as_json(state)
    found = None if value is None else _opened_deep(value)
    return None if found is value else found


def _opened_deep(value: Raw) -> Raw:
    """The same value where no text in it is JSON."""
    text = as_text(value)
    if text is not None:
        inner = as_value(escape_json(text)) if text.lstrip()[:1] in ("{", "[") else None
        return value if inner is None else _opened_deep(inner)
    opened = open_value(value)
    if not isinstance(opened, dict | list):
        return value
    is_changed = False
    for place, member in list(opened.items() if isinstance(opened, dict) else enumerate(opened)):
        opened[place] = _opened_deep(member)
        is_changed = is_changed or opened[place] is not member
    return close_value(opened) if is_changed else value


def pairs(state: State, _context: DecodeContext) -> Raw | None:
    value = as_json(state)
    entries = None if value is None else as_list(value)
    opened = [open_value(entry) for entry in entries or ()]
    if entries is None or not all(isinstance(each, list) and len(each) == 2 for each in opened):
        return None
    return render(JsMap(opened))


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


def unstorage(state: State, _context: DecodeContext) -> State | None:
    stored = as_text(state)
    if stored is None or not stored.startswith(_UNSTORAGE_RAW):
        return state
    data = base64_bytes(stored.removeprefix(_UNSTORAGE_RAW))
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
    Decoder("json-deep", json_deep),
    Decoder("pairs", pairs),
    Decoder("text", text),
    Decoder("uri", uri, None),
    Decoder("base64", base64, None),
    Decoder("unstorage", unstorage),
)
