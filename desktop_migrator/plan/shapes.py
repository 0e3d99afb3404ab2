"""What values look like, told by kinds and sizes alone: no value gets into these texts.

Members of an object are named only where the name is a plain word, as programs use them: an
object keyed by what people typed shows as `*`.
"""

import re
from enum import StrEnum

from msgspec import Raw

from desktop_migrator.plan.json_text import as_bytes, as_list, as_object, as_value, escape_json
from desktop_migrator.plan.reject import ItemRejected

_WORD = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]{0,30}")
_MAX_MEMBERS = 8
_MAX_DEPTH = 2


class ValueKind(StrEnum):
    """Of a record's value."""

    OBJECT = "object"
    ARRAY = "array"
    STRING = "string"
    NUMBER = "number"
    BOOLEAN = "boolean"
    NULL = "null"
    TEXT = "text"
    """No JSON."""
    EMPTY = "empty"


_BY_FIRST = {
    b"{": ValueKind.OBJECT,
    b"[": ValueKind.ARRAY,
    b'"': ValueKind.STRING,
    b"n": ValueKind.NULL,
} | dict.fromkeys((b"t", b"f"), ValueKind.BOOLEAN)


def value_kind(text: str) -> ValueKind:
    if not text:
        return ValueKind.EMPTY
    value = _value(text)
    return ValueKind.TEXT if value is None else _kind(value)


def value_shape(text: str) -> str:
    """`array[60] of object{id: string, title: string}`, `text`, `number` …"""
    value = _value(text) if text else None
    return value_kind(text).value if value is None else _shape(value, _MAX_DEPTH)


def _value(text: str) -> Raw | None:
    try:
        return as_value(escape_json(text))
    except ItemRejected:
        return None


def _kind(value: Raw) -> ValueKind:
    return _BY_FIRST.get(as_bytes(value)[:1], ValueKind.NUMBER)


def _shape(value: Raw, depth: int) -> str:
    kind = _kind(value)
    if kind is ValueKind.ARRAY:
        elements = as_list(value) or []
        inner = f" of {_shape(elements[0], depth - 1)}" if elements and depth else ""
        return f"array[{len(elements)}]{inner}"
    if kind is ValueKind.OBJECT:
        members = as_object(value) or {}
        if not all(map(_WORD.fullmatch, members)):
            some = next(iter(members.values()))
            inner = f": {_shape(some, depth - 1)}" if depth else ""
            return f"object[{len(members)}]{{*{inner}}}"
        if not depth:
            return f"object[{len(members)}]"
        told = [
            f"{name}: {_shape(members[name], depth - 1)}" for name in list(members)[:_MAX_MEMBERS]
        ]
        more = ["…"] if len(members) > len(told) else []
        return f"object{{{', '.join(told + more)}}}"
    return kind.value
