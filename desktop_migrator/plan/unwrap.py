"""Takes off what state libraries put around the data they persist.

Each unwrapper gets a JSON text as `json_text.read` makes it and returns the inner JSON text, or
None for a value that its library did not write; `bare` leaves parsing to the caller. Wherever
possible the inner text is a slice of the outer one, so that numbers keep their spelling.

- zustand `persist`: `{"state": …, "version": n}`, the version missing in old releases
- redux-persist 5 and 6: an object of slices, each JSON inside a JSON string, and `_persist`
- superjson 1 and 2: `{"json": …, "meta": {"values": …}}`, where meta names the types JSON lacks
- pinia, jotai and web pages themselves: nothing around it
"""

import re
from collections.abc import Callable
from typing import Any

from msgspec import Raw

from desktop_migrator.messages import Message
from desktop_migrator.plan.json_text import (
    as_object,
    as_string,
    as_value,
    decode,
    encode,
    encode_object,
    escape_json,
    has_escapes,
    unescape_unstorable,
)
from desktop_migrator.plan.reject import ItemRejected, RejectionCode

_BIGINT = re.compile("-?[0-9]{1,10000}")


def zustand(data: bytes) -> Raw | None:
    members = as_object(data)
    if members is None or "state" not in members or not members.keys() <= {"state", "version"}:
        return None
    return members["state"]


def redux_persist(data: bytes) -> Raw | None:
    members = as_object(data)
    if members is None or "_persist" not in members:
        return None
    slices: dict[str, Raw] = {}
    for name, member in members.items():
        text = as_string(member)
        # An escape in the string would be escaped again with the text inside it.
        exact = unescape_unstorable(text) if text is not None and has_escapes(member) else text
        inner = as_value(escape_json(exact)) if exact is not None else None
        if inner is None:
            return None
        if name != "_persist":
            slices[name] = inner
    return Raw(encode_object(slices))


def superjson(data: bytes) -> Raw | None:
    members = as_object(data)
    if members is None or "json" not in members or not members.keys() <= {"json", "meta"}:
        return None
    meta = decode(members["meta"]) if "meta" in members else {}
    if not isinstance(meta, dict) or not meta.keys() <= {"values", "v"}:
        return None
    types = _superjson_types(meta.get("values"), ())
    if not any(kind in _REWRITTEN for _, kind in types):
        return members["json"]
    holder = [decode(members["json"])]
    for path, kind in types:
        if kind in _REWRITTEN:
            _rewrite(holder, path, kind)
    return Raw(encode(holder[0]))


UNWRAPPERS: dict[str, Callable[[bytes], Raw | None]] = {
    "bare": Raw,
    "zustand": zustand,
    "redux-persist": redux_persist,
    "superjson": superjson,
}

# superjson's types whose JSON form already says it all: an ISO 8601 text, a list of elements, a
# list of pairs, the text of a URL or expression.
_JSON_SAFE_TYPES = frozenset(("Date", "set", "map", "URL", "regexp", "Error"))
_REWRITTEN = frozenset(("bigint", "undefined"))


def _superjson_types(tree: Any, path: tuple[str, ...]) -> list[tuple[tuple[str, ...], str]]:
    """The annotated paths. A tree is `[type]`, `[type, {path: tree}]` or `{path: tree}`; a path's
    parts are joined by dots, and dots in them are written as `\\.`."""
    found: list[tuple[tuple[str, ...], str]] = []
    children = tree
    if isinstance(tree, list) and tree:
        kind, children = tree[0], tree[1] if len(tree) > 1 else None
        if kind not in _JSON_SAFE_TYPES | _REWRITTEN if isinstance(kind, str) else True:
            raise ItemRejected(
                RejectionCode.UNRECOGNISED,
                Message("It has a value of a JavaScript type for which JSON has no counterpart."),
                Message("Tell the support desk; the record stays in the browser."),
            )
        found.append((path, kind))
    for text, child in children.items() if isinstance(children, dict) else ():
        found += _superjson_types(child, (*path, *_split_path(text)))
    return found


def _split_path(text: str) -> list[str]:
    parts, escaped = [""], False
    for character in text:
        if escaped or character not in "\\.":
            parts[-1] += character
            escaped = False
        elif character == "\\":
            escaped = True
        else:
            parts.append("")
    return parts


def _rewrite(holder: list[Any], path: tuple[str, ...], kind: str) -> None:
    """Give one value its JSON form: a bigint's text becomes a number, undefined no member."""
    parent: Any = holder
    place: Any = 0
    try:
        for part in path:
            parent = parent[place]
            place = int(part) if isinstance(parent, list) else part
        if kind == "bigint":
            if not _BIGINT.fullmatch(parent[place]):
                raise ValueError(place)
            parent[place] = int(parent[place])
        elif isinstance(parent, dict):
            del parent[place]
        else:
            parent[place] = None
    except (LookupError, TypeError, ValueError):
        raise ItemRejected(
            RejectionCode.UNRECOGNISED,
            Message("Its notes about JavaScript types do not fit its data."),
            Message("Tell the support desk; the record stays in the browser."),
        ) from None
