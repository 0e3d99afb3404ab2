"""What the texts that `javascript` reads make: the built-in types, and what is done with them."""

from decimal import Decimal
from typing import Any

from msgspec import Raw

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
    iso_date,
    typed_array,
)
from desktop_migrator.plan.decode.unreadable import unreadable

ERRORS = frozenset(
    f"{kind}Error" for kind in ("", "Eval", "Range", "Reference", "Syntax", "Type", "URI")
)


class NotTheirs(Exception):
    """Something that these libraries do not write."""


class Function:
    """A function in the text: opaque, but for the one that makes an ArrayBuffer from base64."""

    def __init__(self, body: str) -> None:
        self.decodes_base64 = "atob(" in body


UNBOUND = object()
"""What a variable holds before anything is assigned to it."""


class Buffer:
    """An ArrayBuffer."""

    def __init__(self, data: bytes) -> None:
        self.data = data


class _Numbers(list[Any]):
    """A typed array: `new DataView(new Uint8Array([…]).buffer)` takes its bytes."""


def plain(value: Graph) -> Graph:
    """The value as it stands within others."""
    if isinstance(value, Function):
        return unreadable("function")
    return buffer_text(value.data) if isinstance(value, Buffer) else value


def key_text(value: Graph) -> str:
    """What stands between brackets, as a name."""
    if isinstance(value, Raw):
        return bytes(value).decode()
    if isinstance(value, str):
        return value
    raise NotTheirs


def member(owner: Graph, name: str) -> tuple[Graph, Any, Any]:
    """A member and, where it can be assigned to, what holds it and the place in it."""
    if isinstance(owner, _Numbers) and name == "buffer":
        return Buffer(bytes(int(bytes(plain(element))) for element in owner)), None, None
    if isinstance(owner, list) and name.isdigit():
        index = int(name)
        return (owner[index] if index < len(owner) else UNDEFINED), owner, index
    if isinstance(owner, dict):
        return owner.get(name, UNDEFINED), owner, name
    raise NotTheirs


def assign(parent: Any, key: Any, value: Graph) -> Graph:
    """Puts a value at a place, as `=` does."""
    held = plain(value) if not isinstance(value, Function | Buffer) else value
    if isinstance(parent, list):
        if key > len(parent):
            raise NotTheirs
        if key == len(parent):
            parent.append(held)
        else:
            parent[key] = held
    else:
        parent[key] = held
    return value


def negative(value: Graph) -> Graph:
    """What `-` before it makes."""
    if isinstance(value, Raw):
        return NEGATIVE_ZERO if bytes(value) == b"0" else Raw(b"-" + bytes(value))
    return value if isinstance(value, str) else -value


def call(function: Function, values: list[Graph]) -> Graph:
    """What a function of the text itself gives."""
    data = decode_base64(values[0]) if function.decodes_base64 and values else None
    return unreadable("function") if data is None else Buffer(data)


def make(name: str, values: list[Graph]) -> Graph:  # noqa: PLR0911, PLR0912 - one for each type
    """What a constructor makes, with `new` or without."""
    first = values[0] if values else UNDEFINED
    match name:
        case "Date":
            if isinstance(first, Raw):
                return iso_date(int(bytes(first)))
            return iso_date(first) if isinstance(first, int | Decimal) else date_text(first)
        case "Map":
            return JsMap(first if isinstance(first, list) else [])
        case "Set":
            return first if isinstance(first, list) else []
        case "Array":
            return values
        case "RegExp":
            flags = values[1] if len(values) > 1 else ""
            return f"/{first}/{flags}"
        case "BigInt":
            return bigint(first if isinstance(first, str) else key_text(first))
        case "URL" | "URLSearchParams":
            return first
        case "Object" | "String" | "Number" | "Boolean":
            return {} if first is UNDEFINED else first
        case "ArrayBuffer":
            size = int(key_text(first))
            return Buffer(bytes(size)) if size <= 1024 else unreadable("buffer")
        case "DataView":
            return plain(first)
    if name in ERRORS:
        return {"name": name, "message": "" if first is UNDEFINED else first}
    if name in TYPED_ARRAYS:
        if isinstance(first, Buffer):
            bounds = [int(key_text(bound)) for bound in values[1:3]]
            return _Numbers(typed_array(name, first.data, *bounds))
        return _Numbers(first if isinstance(first, list) else [])
    return unreadable("type")
