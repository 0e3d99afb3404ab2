"""devalue (github.com/sveltejs/devalue), what `stringify` of versions 2 to 6 writes.

A JSON list of values, of which the first is the root; lists and objects hold indexes into it. A
list that begins with a string is of the type that it names. Negative numbers stand for what JSON
cannot say, and are the whole text where the root is such a value. Every value is referred to, by
which other lists are told apart.
"""

from typing import Any

from msgspec import Raw

from desktop_migrator.plan.decode.decoder import DecodeContext, Decoder, State, as_json
from desktop_migrator.plan.decode.graph import (
    NEGATIVE_ZERO,
    TYPED_ARRAYS,
    UNDEFINED,
    Graph,
    JsMap,
    bigint,
    buffer_text,
    date_text,
    decode_base64,
    render,
    sparse_list,
    typed_array,
)
from desktop_migrator.plan.decode.unreadable import unreadable
from desktop_migrator.plan.json_text import as_list, decode, too_deep_error

_HOLE = -2
_SPARSE = -7
_CONSTANTS = {
    -1: UNDEFINED,
    _HOLE: None,
    -3: unreadable("number"),
    -4: unreadable("number"),
    -5: unreadable("number"),
    -6: NEGATIVE_ZERO,
}
_TEXT_TYPES = frozenset(
    ("URL", "URLSearchParams", "Temporal.Duration", "Temporal.Instant", "Temporal.PlainDate",
     "Temporal.PlainTime", "Temporal.PlainDateTime", "Temporal.PlainMonthDay",
     "Temporal.PlainYearMonth", "Temporal.ZonedDateTime")
)  # fmt: skip


class _Malformed(Exception):
    """Not devalue's."""


def devalue(state: State, _context: DecodeContext) -> Raw | None:
    value = as_json(state)
    if value is None:
        return None
    values = as_list(value)
    try:
        if values is None:
            constant = _whole_constant(value)
            return Raw(b"null") if constant is UNDEFINED else render(constant)
        reader = _Reader(values)
        root = reader.at(0)
        if len(reader.read) != len(values):
            return None
        return render(root)
    except RecursionError:
        raise too_deep_error() from None
    except _Malformed:
        return None


def _whole_constant(value: Raw) -> Graph:
    for code, constant in _CONSTANTS.items():
        if bytes(value) == str(code).encode() and code != _HOLE:
            return constant
    raise _Malformed


class _Reader:
    def __init__(self, values: list[Raw]) -> None:
        self._values = values
        self.read: dict[int, Graph] = {}

    def at(self, index: Any) -> Graph:
        if type(index) is not int or index >= len(self._values):
            raise _Malformed
        if index < 0:
            if index not in _CONSTANTS:
                raise _Malformed
            return _CONSTANTS[index]
        if index in self.read:
            return self.read[index]
        raw = self._values[index]
        if bytes(memoryview(raw)[:1]) not in {b"[", b"{"}:
            self.read[index] = raw
            return raw
        value = decode(raw)
        if isinstance(value, dict):
            members: dict[str, Graph] = {}
            self.read[index] = members
            for name, member in value.items():
                members[name] = self.at(member)
        elif value and isinstance(value[0], str):
            self._typed(index, value[0], value[1:])
        elif value and value[0] == _SPARSE:
            self._pairs_must_fit(value[2:])
            # A list that lies in itself has no gaps worth telling apart.
            self.read[index] = unreadable("circular")
            self.read[index] = sparse_list(
                value[1], [(place, self.at(at)) for place, at in _pairs(value[2:])]
            )
        else:
            elements: list[Graph] = []
            self.read[index] = elements
            elements.extend(self.at(element) for element in value)
        return self.read[index]

    def _typed(self, index: int, kind: str, rest: list[Any]) -> None:
        found: Graph
        match kind:
            case "Map":
                self._pairs_must_fit(rest)
                found = self.read[index] = JsMap()
                found.extend([self.at(name), self.at(at)] for name, at in _pairs(rest))
                return
            case "Set":
                found = self.read[index] = []
                found.extend(self.at(at) for at in rest)
                return
            case "null":
                self._pairs_must_fit(rest)
                found = self.read[index] = {}
                for name, at in _pairs(rest):
                    if not isinstance(name, str):
                        raise _Malformed
                    found[name] = self.at(at)
                return
        if not rest:
            raise _Malformed
        self.read[index] = unreadable("circular")
        self.read[index] = self._scalar(kind, rest)

    def _scalar(self, kind: str, rest: list[Any]) -> Graph:  # noqa: PLR0911 - one for each type
        first = rest[0]
        if kind == "Date":
            return date_text(first)
        if kind == "BigInt":
            return bigint(first)
        if kind == "RegExp" and isinstance(first, str):
            return f"/{first}/{rest[1] if len(rest) > 1 and isinstance(rest[1], str) else ''}"
        if kind in _TEXT_TYPES and isinstance(first, str):
            return first
        if kind == "ArrayBuffer":
            data = decode_base64(first)
            return unreadable("buffer") if data is None else buffer_text(data)
        if kind in TYPED_ARRAYS or kind == "DataView":
            return self._view(kind, rest)
        # A boxed primitive, or a type of the app's own around one value.
        inner = self.at(first)
        return inner if kind == "Object" else unreadable("custom")

    def _view(self, kind: str, rest: list[Any]) -> Graph:
        """A view on a buffer: its index, and where a part is meant, offset and length; devalue 5
        before 5.1 wrote the base64 text itself."""
        data = decode_base64(rest[0] if isinstance(rest[0], str) else self.at(rest[0]))
        bounds = rest[1:3]
        if data is None or any(type(bound) is not int for bound in bounds):
            return unreadable("typed-array")
        if kind == "DataView":
            start = bounds[0] if bounds else 0
            end = start + bounds[1] if len(bounds) > 1 else len(data)
            return buffer_text(data[start:end])
        return typed_array(kind, data, *bounds)

    def _pairs_must_fit(self, rest: list[Any]) -> None:
        if len(rest) % 2:
            raise _Malformed


def _pairs(flat: list[Any]) -> list[tuple[Any, Any]]:
    return list(zip(flat[::2], flat[1::2], strict=True))


DECODERS = (Decoder("devalue", devalue, None),)
