"""JSON in which objects or strings of a form of their own stand for JavaScript's types.

- `legend-state` (@legendapp/state): `{"__LSType": "Map" or "Set", "value": […]}`
- `tagged-types`: `{"__type": …, "value": …}` as zustand's own documentation and valtio-persist have
  it (`Map`, `Set`, `Date`, `__DATE__` …), and the same with `dataType`, `_type` or `$type`
- `remotedev-serialize` and jsan, in Redux tools: `{"data": …, "__serializedType__":
  "ImmutableMap"}` and `{"$jsan": "d0"}`
- `telejson` (Storybook): strings such as `_date_2024-02-29T12:00:00.123Z`
- `typeson`: `{…, "$types": {path: type}}`, its paths joined by dots, which names write as `~1` and
  `~` as `~0`
"""

import re
from collections.abc import Callable
from typing import Any

from msgspec import Raw

from desktop_migrator.plan.decode.decoder import (
    DecodeContext,
    Decoder,
    DecodeStep,
    State,
    as_json,
)
from desktop_migrator.plan.decode.graph import (
    NEGATIVE_ZERO,
    UNDEFINED,
    Graph,
    JsMap,
    bigint,
    date_text,
    iso_date,
    open_value,
    render,
    string_of,
)
from desktop_migrator.plan.decode.unreadable import unreadable
from desktop_migrator.plan.json_text import as_object, as_value, decode, too_deep_error

_Restore = Callable[[Graph], Graph]
"""Gets an object whose members are restored, or a string; gives what it stands for, or itself."""

_TAGS = ("__type", "dataType", "_type", "$type")
_VALTIO_UNREADABLE = {
    "__SYMBOL__": unreadable("symbol"),
    "__FUNCTION__": unreadable("function"),
    "__DOM_ELEMENT__": unreadable("type"),
}
_IMMUTABLE = re.compile(
    r"Immutable(Record|OrderedMap|Map|List|OrderedSet|Set|Seq|Stack|Range|Repeat)"
)
_TELEJSON = re.compile(
    r"_(date|regexp|undefined|NaN|Infinity|-Infinity|symbol|function|bigint|duplicate)_", re.DOTALL
)


def _rewrite(value: Graph, signs: tuple[bytes, ...], restore: _Restore) -> Graph:
    """What is in a value restored from the innermost on; parts without any of the signs stay as
    they are."""
    if isinstance(value, Raw) and not any(sign in bytes(value) for sign in signs):
        return value
    opened = open_value(value)
    if isinstance(opened, dict):
        for name, member in opened.items():
            opened[name] = _rewrite(member, signs, restore)
        return restore(opened)
    if isinstance(opened, list):
        return [_rewrite(element, signs, restore) for element in opened]
    return restore(opened)


def _step(signs: tuple[bytes, ...], restore: _Restore) -> DecodeStep:
    def step(state: State, _context: DecodeContext) -> Raw | None:
        value = as_json(state)
        if value is None:
            return None
        try:
            found = _rewrite(value, signs, restore)
        except RecursionError:
            raise too_deep_error() from None
        return Raw(b"null") if found is UNDEFINED else render(found)

    return step


def _pairs(value: Graph) -> Graph:
    opened = open_value(value)
    if isinstance(opened, dict):
        return opened
    if not isinstance(opened, list):
        return unreadable("map")
    return JsMap([open_value(pair) for pair in opened])


def _legend(value: Graph) -> Graph:
    if not isinstance(value, dict) or "__LSType" not in value:
        return value
    match string_of(value["__LSType"]):
        case "Map":
            return _pairs(value.get("value"))
        case "Set":
            return value.get("value")
        case _:
            return unreadable("type")


def _tagged(value: Graph) -> Graph:  # noqa: PLR0911 - one for each type
    if not isinstance(value, dict):
        return value
    if value.keys() == {"__type", "className", "value"}:
        return value["value"]
    if len(value) != 2:
        return value
    tag = next((tag for tag in _TAGS if tag in value), None)
    held = next((name for name in ("value", "data", "__value") if name in value), None)
    kind = None if tag is None else string_of(value[tag])
    if kind is None or held is None:
        return value
    inner = value[held]
    match kind.strip("_").lower():
        case "map":
            return _pairs(inner) if isinstance(open_value(inner), list) else value
        case "set":
            return inner if isinstance(open_value(inner), list) else value
        case "date":
            text = string_of(inner)
            return iso_date(_number(inner)) if text is None else date_text(text)
        case "bigint":
            return bigint(string_of(inner))
        case "undefined":
            return UNDEFINED
        case _:
            return {"__ERROR__": inner, **_VALTIO_UNREADABLE}.get(kind, value)


def _number(value: Graph) -> Any:
    return decode(value) if isinstance(value, Raw) else value


def remotedev(value: Raw) -> Raw | None:
    """remotedev-serialize's JSON as plain JSON; None if nothing in it is of its types."""
    if b"__serializedType__" not in bytes(value) and b"$jsan" not in bytes(value):
        return None
    return render(_rewrite(value, _REMOTEDEV, _remotedev))


def _remotedev(value: Graph) -> Graph:
    if not isinstance(value, dict):
        return value
    if "$jsan" in value and len(value) == 1:
        text = string_of(value["$jsan"])
        return _jsan(text) if text else unreadable("type")
    kind = string_of(value["__serializedType__"]) if "__serializedType__" in value else None
    if kind is None:
        return value
    if not _IMMUTABLE.fullmatch(kind) or kind in {"ImmutableRange", "ImmutableRepeat"}:
        return unreadable("type")
    return value.get("data")


def _jsan(text: str) -> Graph:  # noqa: PLR0911 - one for each type
    rest = text[1:]
    match text[0]:
        case "d":
            return iso_date(rest) if rest != "NaN" else unreadable("invalid-date")
        case "r":
            flags, _, source = rest.partition(",")
            return f"/{source}/{flags}"
        case "u":
            return UNDEFINED
        case "e":
            return {"name": "Error", "message": rest}
        case "m" | "l":
            inner = as_value(rest.encode())
            if inner is None:
                return unreadable("type")
            found = _rewrite(inner, _REMOTEDEV, _remotedev)
            return _pairs(found) if text[0] == "m" else found
        case "n" | "i" | "y":
            return unreadable("number")
        case "$":
            return unreadable("reference")
        case "f":
            return unreadable("function")
        case "s" | "g":
            return unreadable("symbol")
        case _:
            return unreadable("type")


def _telejson(value: Graph) -> Graph:  # noqa: PLR0911 - one for each type
    if isinstance(value, dict):
        return unreadable("class") if "__isClassInstance__" in value else value
    text = string_of(value)
    found = _TELEJSON.match(text) if text else None
    if text is None or found is None:
        return value
    rest = text[found.end() :]
    match found[1]:
        case "date":
            return date_text(rest)
        case "regexp":
            flags, _, source = rest.partition("|")
            return f"/{source}/{flags}"
        case "undefined":
            return UNDEFINED
        case "bigint":
            return bigint(rest)
        case "symbol" | "function":
            return unreadable(found[1])
        case "duplicate":
            return unreadable("reference")
        case _:
            return unreadable("number")


_TYPESON_AS_STORED = frozenset(("set", "error", "errors", "url", "arrayNonindexKeys", "userObject"))


def typeson(state: State, _context: DecodeContext) -> Raw | None:
    value = as_json(state)
    members = None if value is None else as_object(value)
    types = decode(members["$types"]) if members and "$types" in members else None
    if members is None or not isinstance(types, dict):
        return None
    del members["$types"]
    root: list[Graph] = [members]
    if "$" in types and members.keys() == {"$"}:
        root, types = [members["$"]], types["$"]
    # The innermost first: a Map's members have types of their own.
    for path in sorted(types, key=lambda path: -path.count(".")):
        kinds = types[path] if isinstance(types[path], list) else [types[path]]
        _type_at(root, path, [kind for kind in kinds if kind not in _TYPESON_AS_STORED])
    return Raw(b"null") if root[0] is UNDEFINED else render(root[0])


def _type_at(root: list[Graph], path: str, kinds: list[Any]) -> None:
    parent: Any = root
    key: Any = 0
    try:
        for spelled in path.split(".") if path else ():
            parent[key] = open_value(parent[key])
            parent = parent[key]
            part = spelled.replace("~1", ".").replace("~0", "~")
            key = int(part) if isinstance(parent, list) else part
        for kind in reversed(kinds):
            parent[key] = _typeson(parent[key], kind)
    except (LookupError, TypeError, ValueError):
        return


def _typeson(value: Graph, kind: Any) -> Graph:  # noqa: PLR0911 - one for each type
    match kind:
        case "date":
            return iso_date(_number(value))
        case "map":
            return _pairs(value)
        case "undef":
            return UNDEFINED
        case "bigint":
            return bigint(string_of(value))
        case "regexp":
            parts = open_value(value)
            if not isinstance(parts, dict):
                return unreadable("regexp")
            source = string_of(parts.get("source"))
            return f"/{source}/{string_of(parts.get('flags')) or ''}"
        case "negativeZero":
            return NEGATIVE_ZERO
        case "nan" | "infinity" | "negativeInfinity":
            return unreadable("number")
        case _:
            return unreadable("type")


_REMOTEDEV = (b'"__serializedType__"', b'"$jsan"')

DECODERS = (
    Decoder("legend-state", _step((b'"__LSType"',), _legend)),
    Decoder("tagged-types", _step(tuple(f'"{tag}"'.encode() for tag in _TAGS), _tagged)),
    Decoder("remotedev-serialize", _step(_REMOTEDEV, _remotedev)),
    Decoder("telejson", _step((b'"_',), _telejson)),
    Decoder("typeson", typeson),
)
