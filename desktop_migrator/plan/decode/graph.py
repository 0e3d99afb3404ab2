"""Values of JavaScript between a library's format and JSON.

A graph is made of what JSON has (`Raw` for a part taken over as it was), `UNDEFINED` and `JsMap`;
an object may be in it at several places, or within itself. Strings are in the escaped form of
`json_text`. What becomes of the types that JSON lacks:

- Date: its ISO 8601 text, as JSON.stringify makes it; an invalid one is unreadable
- Map: an object if all keys are strings, else a list of pairs; Set: a list
- bigint: a number; -0: `-0`; NaN and the infinities are unreadable
- undefined: no member, and null in lists
- RegExp: its text, `/source/flags`; URL: its text; Error: an object of its members
- typed arrays: a list of numbers; ArrayBuffer and DataView: base64 text
"""

import base64
import math
import re
import struct
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from msgspec import Raw

from desktop_migrator.plan.decode.decoder import MAX_DECODED, too_large_error
from desktop_migrator.plan.decode.unreadable import unreadable
from desktop_migrator.plan.json_text import (
    as_list,
    as_object,
    as_string,
    encode,
    encode_object,
    too_deep_error,
)

Graph = Any


class _Undefined:
    pass


UNDEFINED: Final = _Undefined()
NEGATIVE_ZERO: Final = Raw(b"-0")
# What a node costs beside its text: bounds the time that shared references can take.
_NODE_COST = 16
_MAX_LIST_GAPS = 1000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BIGINT = re.compile(r"\s*[+-]?[0-9]{1,10000}\s*")
# The names of typed arrays, and how `struct` calls their elements; little-endian as all browsers.
_ELEMENTS = {
    "Int8Array": "b", "Uint8Array": "B", "Uint8ClampedArray": "B", "Int16Array": "h",
    "Uint16Array": "H", "Int32Array": "i", "Uint32Array": "I", "Float16Array": "e",
    "Float32Array": "f", "Float64Array": "d", "BigInt64Array": "q", "BigUint64Array": "Q",
}  # fmt: skip
TYPED_ARRAYS: Final = frozenset(_ELEMENTS)


class JsMap(list[Any]):
    """A Map, as its pairs."""


def render(graph: Graph) -> Raw:
    """The graph as JSON. What lies in itself is `circular`.

    Raises ItemRejected if it is nested too deeply, or too large with all that it refers to
    written out.
    """
    if isinstance(graph, Raw):
        return graph
    try:
        return Raw(encode(_Renderer().plain(graph)))
    except RecursionError:
        raise too_deep_error() from None


def open_value(value: Graph) -> Graph:
    """A part taken over as it was, as a list or dictionary of its parts; others as they are."""
    if not isinstance(value, Raw):
        return value
    first = bytes(memoryview(value)[:1])
    opened: Graph = None
    if first == b"{":
        opened = as_object(value)
    elif first == b"[":
        opened = as_list(value)
    return value if opened is None else opened


def close_value(value: Graph) -> Raw:
    """The JSON text of an opened value without shared references."""
    if isinstance(value, Raw):
        return value
    return Raw(encode_object(value) if isinstance(value, dict) else encode(value))


def iso_date(milliseconds: Any) -> str:
    """A Date's text from milliseconds since 1970."""
    try:
        moment = _EPOCH + timedelta(milliseconds=int(milliseconds))
    except (TypeError, ValueError, OverflowError, ArithmeticError):
        return unreadable("invalid-date")
    return (
        moment.strftime("%Y-%m-%dT%H:%M:%S.").rjust(20, "0") + f"{moment.microsecond // 1000:03}Z"
    )


def date_text(text: Any) -> str:
    """A Date's text from what a library stored for it; the empty text stands for none."""
    return text if isinstance(text, str) and text else unreadable("invalid-date")


def bigint(text: Any) -> Graph:
    if isinstance(text, str) and _BIGINT.fullmatch(text):
        return int(text)
    return unreadable("bigint")


def special_number(text: str) -> Graph:
    """NaN, Infinity, -Infinity or -0, by name."""
    return NEGATIVE_ZERO if text == "-0" else unreadable("number")


def typed_array(name: str, buffer: bytes, offset: int = 0, length: int | None = None) -> Graph:
    """The elements of a view on a buffer."""
    code = _ELEMENTS[name]
    size = struct.calcsize(code)
    count = (len(buffer) - offset) // size if length is None else length
    if offset < 0 or count < 0 or offset + count * size > len(buffer):
        return unreadable("typed-array")
    values = struct.unpack_from(f"<{count}{code}", buffer, offset)
    if code in "efd":
        return [float_number(value) for value in values]
    return list(values)


def float_number(value: float) -> Graph:
    """A number, with those that JSON cannot say."""
    if not math.isfinite(value):
        return unreadable("number")
    if value == int(value) and abs(value) < 2**53:
        return int(value) if value or str(value) == "0.0" else NEGATIVE_ZERO
    return value


def buffer_text(buffer: bytes) -> str:
    """An ArrayBuffer or DataView as base64 text."""
    return base64.b64encode(buffer).decode()


def decode_base64(text: Any) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (TypeError, ValueError):
        return None


def sparse_list(length: Any, entries: list[tuple[int, Graph]]) -> Graph:
    """A list with gaps; one with many more gaps than entries is unreadable."""
    if not isinstance(length, int) or not 0 <= length <= _MAX_LIST_GAPS + 16 * len(entries):
        return unreadable("sparse-array")
    found: list[Graph] = [None] * length
    for index, value in entries:
        if not 0 <= index < length:
            return unreadable("sparse-array")
        found[index] = value
    return found


class _Renderer:
    """Writes shared references out, within bounds."""

    def __init__(self) -> None:
        self._left = MAX_DECODED
        self._open: set[int] = set()

    def plain(self, value: Graph) -> Any:
        self.spend(value)
        if not isinstance(value, dict | list):
            return None if value is UNDEFINED else value
        identity = id(value)
        if identity in self._open:
            return unreadable("circular")
        self._open.add(identity)
        found: Any
        if isinstance(value, dict):
            found = {}
            for name, member in value.items():
                if member is not UNDEFINED:
                    self._left -= len(name)
                    found[name] = member if _is_leaf(member, self) else self.plain(member)
        else:
            found = []
            for element in value:
                found.append(element if _is_leaf(element, self) else self.plain(element))
            if isinstance(value, JsMap):
                found = _map_object(found)
        self._open.remove(identity)
        return found

    def spend(self, value: Graph) -> None:
        self._left -= _NODE_COST
        if isinstance(value, str):
            self._left -= len(value)
        elif isinstance(value, Raw):
            self._left -= len(memoryview(value))
        if self._left < 0:
            raise too_large_error()


def _is_leaf(value: Graph, renderer: _Renderer) -> bool:
    if isinstance(value, dict | list) or value is UNDEFINED:
        return False
    renderer.spend(value)
    return True


def _map_object(pairs: list[Any]) -> Any:
    """A Map's pairs as an object, where their keys can be names."""
    found: dict[str, Any] = {}
    for pair in pairs:
        if not isinstance(pair, list) or len(pair) != 2:
            return unreadable("map")
        name = string_of(pair[0])
        if name is None or name in found:
            return pairs
        found[name] = pair[1]
    return found


def string_of(value: Graph) -> str | None:
    """A string of the graph, opened."""
    if isinstance(value, Raw):
        if bytes(memoryview(value)[:1]) != b'"':
            return None
        return as_string(value)
    return value if isinstance(value, str) else None
