"""What values look like, told by kinds and sizes alone: no value gets into these texts.

Members of an object are named only where the name is a plain word, as programs use them: an
object keyed by what people typed shows as `*`.
"""

import re
from enum import StrEnum

from msgspec import Raw

from desktop_migrator.plan.json_text import as_list, as_object, as_value, memory, read
from desktop_migrator.plan.reject import Refused

_WORD = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]{0,30}")
_MEMBERS = 8
_DEPTH = 2


class Kind(StrEnum):
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
    b"{": Kind.OBJECT,
    b"[": Kind.ARRAY,
    b'"': Kind.STRING,
    b"n": Kind.NULL,
} | dict.fromkeys((b"t", b"f"), Kind.BOOLEAN)


def kind_of(text: str) -> Kind:
    if not text:
        return Kind.EMPTY
    value = _value(text)
    return Kind.TEXT if value is None else _kind(value)


def shape_of(text: str) -> str:
    """`array[60] of object{id: string, title: string}`, `text`, `number` …"""
    value = _value(text) if text else None
    return kind_of(text).value if value is None else _shape(value, _DEPTH)


def _value(text: str) -> Raw | None:
    try:
        return as_value(read(text))
    except Refused:
        return None


def _kind(value: Raw) -> Kind:
    return _BY_FIRST.get(memory(value)[:1], Kind.NUMBER)


def _shape(value: Raw, depth: int) -> str:
    kind = _kind(value)
    if kind is Kind.ARRAY:
        elements = as_list(value) or []
        inner = f" of {_shape(elements[0], depth - 1)}" if elements and depth else ""
        return f"array[{len(elements)}]{inner}"
    if kind is Kind.OBJECT:
        members = as_object(value) or {}
        if not all(map(_WORD.fullmatch, members)):
            some = next(iter(members.values()))
            inner = f": {_shape(some, depth - 1)}" if depth else ""
            return f"object[{len(members)}]{{*{inner}}}"
        if not depth:
            return f"object[{len(members)}]"
        told = [f"{name}: {_shape(members[name], depth - 1)}" for name in list(members)[:_MEMBERS]]
        more = ["…"] if len(members) > len(told) else []
        return f"object{{{', '.join(told + more)}}}"
    return kind.value
