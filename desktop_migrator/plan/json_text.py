"""JSON as web pages store it, read without losing anything, and text that PostgreSQL can hold.

PostgreSQL's text and jsonb hold neither U+0000 nor lone surrogates; a page can store both, raw in
a string or as an escape (`"\\u0000"`, `"\\ud800"`) in JSON. Such characters are written as `␛`
(U+241B) and the four hexadecimal digits of their UTF-16 code unit, and `␛` itself as `␛241b`, so
that every text has one escaped form and every escaped form one text: replace each `␛XXXX` by the
code unit it names to have the original back.

`escape_json` does this to a whole JSON text at once, keys included, before anything parses it. From
then on values are slices of UTF-8 that any parser takes, and numbers keep their source's spelling.

What counts as JSON is what `JSON.parse` accepts: no NaN, no byte order mark, the last of equal
keys wins. The one difference: nesting beyond the interpreter's recursion limit (about 1,000) is
`JsonTooDeep`.
"""

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

import msgspec
from msgspec import Raw

from desktop_migrator.messages import Message
from desktop_migrator.plan.reject import ItemRejected, RejectionCode

_T = TypeVar("_T")

ESCAPE_CHAR = "␛"
ESCAPE_BYTES = ESCAPE_CHAR.encode()

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_UNSTORABLE_OR_ESCAPE = re.compile(f"[\0\ud800-\udfff{ESCAPE_CHAR}]")
_ESCAPE_SEQUENCE = re.compile(f"{ESCAPE_CHAR}([0-9a-f]{{4}})")
_UNSTORABLE_ESCAPE = re.compile(f"{ESCAPE_CHAR}(?:0000|d[89a-f][0-9a-f]{{2}})")
# A pair of escapes, any other escape, or a raw character; consuming every backslash with what
# follows it keeps the `\u0000` in `\\u0000` (a backslash and five letters) from being seen.
_JSON_CHARACTER = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|\\u([0-9a-fA-F]{4})|\\[^\ud800-\udfff␛]|[\ud800-\udfff␛]",
    re.DOTALL,
)
_NUMERAL = re.compile(rb'"(?:[^"\\]|\\.)*"|(-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)', re.DOTALL)
_SIXTEEN_DIGITS = b"0" * 16
_DIGITS_ALIKE = bytes(ord("0") if byte in b"0123456789" else ord(" ") for byte in range(256))

MAX_EXACT_INTEGER = 2**53
"""Above it JavaScript's numbers lose integers."""
# PostgreSQL's numeric: digits before and after the decimal point.
NUMERIC_MAX_INTEGER_DIGITS = 131_072
NUMERIC_MAX_FRACTION_DIGITS = 16_383

_objects: msgspec.json.Decoder[dict[str, Raw]] = msgspec.json.Decoder(dict[str, Raw])
_lists: msgspec.json.Decoder[list[Raw]] = msgspec.json.Decoder(list[Raw])
_strings: msgspec.json.Decoder[str] = msgspec.json.Decoder(str)
_raws: msgspec.json.Decoder[Raw] = msgspec.json.Decoder(Raw)
_exact = msgspec.json.Decoder(float_hook=Decimal)
_encoder = msgspec.json.Encoder(decimal_format="number")
_canonical = msgspec.json.Encoder(decimal_format="number", order="sorted")
encode: Callable[[Any], bytes] = _encoder.encode


def escape_unstorable(text: str) -> str:
    """The form of a plain text that PostgreSQL can hold; see the module's description."""
    if text.isascii() and "\0" not in text:
        return text
    return _UNSTORABLE_OR_ESCAPE.sub(lambda found: _escape_code_unit(ord(found[0])), text)


def unescape_unstorable(text: str) -> str:
    """The exact inverse of `escape_unstorable`."""
    if ESCAPE_CHAR not in text:
        return text
    return _ESCAPE_SEQUENCE.sub(lambda found: chr(int(found[1], 16)), text)


def is_storable(text: str) -> bool:
    """Whether PostgreSQL can hold the text as it is."""
    return (text.isascii() and "\0" not in text) or _UNSTORABLE.search(text) is None


def printable(text: str) -> str:
    """A page's text for a report: what cannot be stored spelled as JSON would, U+0000 too."""
    return _UNSTORABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def escape_json(text: str) -> bytes:
    """A record's JSON text as UTF-8 with all unstorable characters escaped.

    Does not check that it is JSON: what parses the bytes does.
    """
    # One character is looked for ten times as fast as two.
    if ("\\" not in text or "\\u" not in text) and ESCAPE_CHAR not in text:
        try:
            return text.encode()
        except UnicodeEncodeError:  # a lone surrogate
            pass
    return _JSON_CHARACTER.sub(_escape_character, text).encode()


def has_escapes(data: bytes | Raw) -> bool:
    """Whether what `escape_json` returned, or a slice of it, holds an escape."""
    text = as_bytes(data)
    return not text.isascii() and ESCAPE_BYTES in text


def has_unstorable_escapes(data: bytes | Raw) -> bool:
    """Whether it holds one that stands for a character which PostgreSQL cannot hold."""
    return _UNSTORABLE_ESCAPE.search(str(data, "utf-8")) is not None


def unescape_json(data: bytes | Raw) -> str:
    """JSON text equal to the page's own: the inverse of `escape_json`, with unstorable ones spelled
    as JSON escapes."""
    text = str(data, "utf-8")
    if ESCAPE_CHAR not in text:
        return text
    return _ESCAPE_SEQUENCE.sub(lambda found: _json_escape(int(found[1], 16)), text)


def as_object(data: bytes | Raw) -> dict[str, Raw] | None:
    """The members of a JSON object, undecoded; None for any other value or no JSON."""
    return _decoded(_objects, data)


def as_list(data: bytes | Raw) -> list[Raw] | None:
    return _decoded(_lists, data)


def as_string(data: bytes | Raw) -> str | None:
    return _decoded(_strings, data)


def as_value(data: bytes | Raw) -> Raw | None:
    """The JSON text without the white space around it; None if it is not JSON."""
    return _decoded(_raws, data)


def decode(data: bytes | Raw) -> Any:
    """The whole value: integers of any size as `int`, other numbers as `Decimal`."""
    try:
        return _exact.decode(data)
    except RecursionError:
        raise too_deep_error() from None
    except (msgspec.DecodeError, InvalidOperation):
        raise number_out_of_range_error() from None


def canonical(data: bytes | Raw) -> bytes:
    """The same for values that differ only in white space and the order of members."""
    return _canonical.encode(decode(data))


def encode_object(members: dict[str, Raw], buffer: bytearray | None = None) -> bytes:
    """The JSON object with these members, each in its source's spelling.

    Who does this often has a buffer for it, which saves half of the time.
    """
    if buffer is None:
        return encode(members)
    _encoder.encode_into(members, buffer)
    return bytes(buffer)


def has_long_numbers(data: bytes | Raw) -> bool:
    """Whether there are sixteen digits in a row, as 2^53 has them; in a string, too."""
    text = as_bytes(data)
    # In a run that long four bytes in a row are digits, of every fourth byte: a test that
    # overlooks none and costs little.
    if b"0000" not in text[::4].translate(_DIGITS_ALIKE):
        return False
    return _SIXTEEN_DIGITS in text.translate(_DIGITS_ALIKE)


def has_big_integers(data: bytes | Raw) -> bool:
    """Whether a number in the JSON text is an integer above 2^53 or below -2^53.

    Raises ItemRejected if PostgreSQL's numeric cannot hold it.
    """
    text = as_bytes(data)
    return has_long_numbers(text) and any(
        abs(value) > MAX_EXACT_INTEGER and value == value.to_integral_value()
        for value in (
            parse_number(found[1])
            for found in _NUMERAL.finditer(text)
            if found[1] and len(found[1]) >= 16
        )
    )


def parse_number(numeral: bytes | Raw) -> Decimal:
    """The exact value of a JSON number.

    Raises ItemRejected if PostgreSQL's numeric cannot hold it.
    """
    try:
        value = Decimal(str(numeral, "ascii"))
    except InvalidOperation:
        raise number_out_of_range_error() from None
    exponent = value.as_tuple().exponent
    if value.adjusted() >= NUMERIC_MAX_INTEGER_DIGITS or (
        isinstance(exponent, int) and -exponent > NUMERIC_MAX_FRACTION_DIGITS
    ):
        raise number_out_of_range_error()
    return value


def number_out_of_range_error() -> ItemRejected:
    return ItemRejected(
        RejectionCode.OUT_OF_RANGE,
        Message("It holds a number larger or finer than PostgreSQL's numbers."),
        Message("Correct the number in the app, or leave the item out."),
    )


def too_deep_error() -> ItemRejected:
    return ItemRejected(
        RejectionCode.TOO_DEEP,
        Message("It is nested more deeply than this program reads."),
        Message("Tell the support desk; the record stays in the browser."),
    )


def as_bytes(data: bytes | Raw) -> bytes:
    return data if isinstance(data, bytes) else bytes(data)


def _decoded(decoder: msgspec.json.Decoder[_T], data: bytes | Raw) -> _T | None:
    try:
        return decoder.decode(data)
    except RecursionError:
        raise too_deep_error() from None
    except msgspec.DecodeError:
        return None


def _escape_character(found: re.Match[str]) -> str:
    whole = found[0]
    if len(whole) == 1:
        return _escape_code_unit(ord(whole))
    if found[1] is None:
        return whole
    unit = int(found[1], 16)
    if unit == 0 or 0xD800 <= unit <= 0xDFFF or unit == ord(ESCAPE_CHAR):
        return _escape_code_unit(unit)
    return whole


def _escape_code_unit(unit: int) -> str:
    return f"{ESCAPE_CHAR}{unit:04x}"


def _json_escape(unit: int) -> str:
    return ESCAPE_CHAR if unit == ord(ESCAPE_CHAR) else f"\\u{unit:04x}"
