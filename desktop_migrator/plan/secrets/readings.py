"""What a text encodes: the one place where encodings that may hide a login are listed.

Each reader gives the text inside, or None where the text is not in its encoding; each writer is
its inverse. What cannot be written again is cut as a whole.

- base64 and base64url (RFC 4648), with @supabase/ssr's `base64-` before it, of text in UTF-8
- percent-encoded JSON (`encodeURIComponent`)
- lz-string's forms, which are read only
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

from desktop_migrator.plan.decode.lz_string import decompress
from desktop_migrator.plan.json_text import (
    decode,
    escape_json,
    escape_unstorable,
    unescape_unstorable,
)
from desktop_migrator.plan.reject import ItemRejected

Writer = Callable[[str], str]


class Reading(NamedTuple):
    text: str
    """What is inside."""
    write: Writer | None
    """Encodes another text in the same way; None where that cannot be done."""


_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{2,}={0,2}")
_SUPABASE_PREFIX = "base64-"
_PERCENT = re.compile(r"%(?:7[Bb]|5[Bb]|22)")
MAX_ENCODINGS = 24
"""How many encodings in encodings are looked through; each more doubles JSON's backslashes."""
_MAX_LENGTH = 16_000_000
_URI_COMPONENT_SAFE = "!'()*~-._"
# Of what is read but not written again: the text inside, or None where it is in another encoding.
_DECODERS: tuple[Callable[[str], str | None], ...] = (decompress,)


def readings(text: str) -> Iterator[Reading]:
    """What the text may encode, the likeliest first."""
    if not 4 <= len(text) <= _MAX_LENGTH:
        return
    if text.isascii():
        reading = _percent(text) if "%" in text else _base64(text)
        if reading:
            yield reading
    for decoder in _DECODERS:
        try:
            inner = decoder(text)
        except ItemRejected:  # larger than it may be
            continue
        if inner is not None:
            yield Reading(inner, None)


def read_json(text: str) -> Any:
    """The object, list or text that a text holds as JSON; None where it holds none."""
    if text.lstrip()[:1] not in ("{", "[", '"'):
        return None
    try:
        return decode(escape_json(text))
    except ItemRejected:
        return None


def texts_in(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Each text in a decoded value, at any depth and through encodings, in its escaped form, with
    the name of the member that it belongs to; `name` for the value itself."""
    pending: list[tuple[str, Any, int]] = [(name, value, 0)]
    while pending:
        outer, each, encodings = pending.pop()
        if isinstance(each, dict):
            pending += [(inner, member, encodings) for inner, member in reversed(each.items())]
        elif isinstance(each, list):
            is_map = are_pairs(each)
            pending += [
                (element[0], element[1], encodings) if is_map else (outer, element, encodings)
                for element in reversed(each)
            ]
        elif isinstance(each, str):
            inner = _inside(each) if encodings < MAX_ENCODINGS else None
            if inner is None:
                yield outer, each
            else:
                pending.append((outer, inner, encodings + 1))


def are_pairs(elements: list[Any]) -> bool:
    """Whether a list is a Map's, each element a name and a value."""
    return bool(elements) and all(
        isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str) for pair in elements
    )


def _inside(escaped: str) -> Any:
    text = unescape_unstorable(escaped)
    inner = read_json(text)
    if inner is not None:
        return inner
    reading = next(readings(text), None)
    return None if reading is None else escape_unstorable(reading.text)


def _percent(text: str) -> Reading | None:
    if not _PERCENT.match(text):
        return None
    inner = unquote(text, errors="replace")
    return Reading(inner, lambda changed: quote(changed, safe=_URI_COMPONENT_SAFE))


def _base64(text: str) -> Reading | None:
    prefix = _SUPABASE_PREFIX if text.startswith(_SUPABASE_PREFIX) else ""
    body = text[len(prefix) :]
    if not _BASE64.fullmatch(body):
        return None
    is_url = "-" in body or "_" in body
    has_padding = body.endswith("=") or len(body) % 4 == 0
    try:
        octets = base64.b64decode(
            body.rstrip("=") + "=" * (-len(body.rstrip("=")) % 4),
            altchars=b"-_" if is_url else None,
            validate=True,
        )
        inner = octets.decode()
    except (binascii.Error, ValueError):
        return None
    if not inner.isprintable() and any(c < " " and c not in "\t\r\n" for c in inner):
        return None

    def write(changed: str) -> str:
        encode = base64.urlsafe_b64encode if is_url else base64.b64encode
        written = encode(changed.encode("utf-8", "surrogatepass")).decode()
        return prefix + (written if has_padding else written.rstrip("="))

    return Reading(inner, write)
