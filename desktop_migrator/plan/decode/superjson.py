"""superjson 1 and 2 (github.com/flightcontrolhq/superjson): `{"json": …, "meta": …}`.

`meta.values` is a tree of types: `[type]`, `[type, {path: tree}]` or `{path: tree}`. A path's parts
are joined by dots. From `"v": 1` on (2.2.3) dots and backslashes in names are escaped by
backslashes; before, dots alone are, and not in a path's last part, so that `a.b` may be one name.
`meta.referentialEqualities` is `{path: [paths]}`, where something else is at the place of what was
first met at another; with the root's own paths it is `[[paths], {path: [paths]}]`. With `dedupe`,
and where a value lies in itself, the other places hold null.
"""

from dataclasses import dataclass, field
from typing import Any

from msgspec import Raw

from desktop_migrator.messages import Message
from desktop_migrator.plan.decode.decoder import DecodeContext, Decoder, State, as_json
from desktop_migrator.plan.decode.graph import (
    UNDEFINED,
    Graph,
    JsMap,
    bigint,
    open_value,
    render,
    special_number,
    string_of,
)
from desktop_migrator.plan.decode.unreadable import unreadable
from desktop_migrator.plan.json_text import as_object, decode
from desktop_migrator.plan.reject import ItemRejected, RejectionCode

# Their JSON form says it all: an ISO 8601 text, a list, a text, an object.
_AS_STORED = frozenset(("Date", "set", "URL", "regexp", "Error"))
# What a person can look up; other names are not ours to repeat.
_UNREADABLE_KINDS = frozenset(("class", "custom", "symbol"))


@dataclass(slots=True)
class _Types:
    """A place in the tree: its type, and what is known of the places in it."""

    kind: Any = None
    parts: dict[str, "_Types"] = field(default_factory=dict)


class _DoesNotFit(Exception):
    """A path leads nowhere."""


def superjson(state: State, _context: DecodeContext) -> Raw | None:
    value = as_json(state)
    members = None if value is None else as_object(value)
    if members is None or "json" not in members or not members.keys() <= {"json", "meta"}:
        return None
    meta = decode(members["meta"]) if "meta" in members else {}
    if not isinstance(meta, dict) or not meta.keys() <= {"values", "v", "referentialEqualities"}:
        return None
    if not meta:
        return members["json"]
    return _Payload(members["json"], is_legacy=not meta.get("v")).restore(
        meta.get("values"), meta.get("referentialEqualities")
    )


class _Payload:
    def __init__(self, json: Raw, *, is_legacy: bool) -> None:
        self._json = json
        self._is_legacy = is_legacy

    def restore(self, values: Any, equalities: Any) -> Raw:
        types = _Types()
        self._plant(types, values)
        root = self._open(self._json, types) if types.kind or types.parts else self._json
        links = list(self._links(equalities))
        if links:
            # What links point into is at hand; the places where they lie are looked up by turns.
            root = self._link(root, links)
        return Raw(b"null") if root is UNDEFINED else render(root)

    def _plant(self, at: _Types, tree: Any) -> None:
        """Enters a tree; types that JSON says well enough are left out."""
        children = tree
        if isinstance(tree, list) and tree:
            if not _is_as_stored(tree[0]):
                at.kind = tree[0]
            children = tree[1] if len(tree) > 1 else None
        if not isinstance(children, dict):
            return
        for path, child in children.items():
            if isinstance(child, list) and len(child) == 1 and _is_as_stored(child[0]):
                continue
            place = at
            for part in self._parts(path):
                place = place.parts.setdefault(part, _Types())
            self._plant(place, child)

    def _parts(self, path: str) -> list[str]:
        """The names in a path; in those of old paths the escapes stay, for `_name` to try."""
        if "\\" not in path:
            return path.split(".")
        parts, skip = [""], False
        for character, following in zip(path, [*path[1:], ""], strict=True):
            if skip:
                skip = False
            elif character == ".":
                parts.append("")
            elif character == "\\" and (following == "." or not self._is_legacy):
                parts[-1] += "\\." if self._is_legacy else following
                skip = True
            else:
                parts[-1] += character
        return parts

    def _open(self, value: Graph, types: _Types) -> Graph:
        """The value with its types, and those of what is in it, applied."""
        if types.parts:
            opened = open_value(value)
            try:
                for part, inner in types.parts.items():
                    self._open_part(opened, part, inner)
                value = opened
            except _DoesNotFit:
                # What the notes mean is unknown, so nothing in here is known for certain.
                if value is self._json:
                    raise _misfit_error() from None
                return unreadable("reference")
        return value if types.kind is None else _typed(value, types.kind)

    def _open_part(self, parent: Graph, part: str, types: _Types) -> None:
        if isinstance(parent, list):
            if not (part.isascii() and part.isdigit() and int(part) < len(parent)):
                raise _DoesNotFit
            parent[int(part)] = self._open(parent[int(part)], types)
            return
        if not isinstance(parent, dict):
            raise _DoesNotFit
        name = self._name(parent, part)
        if name is not None:
            parent[name] = self._open(parent[name], types)
            return
        if not self._is_legacy or types.kind is not None or not types.parts:
            raise _DoesNotFit
        for following, inner in types.parts.items():
            self._open_part(parent, f"{part}.{following}", inner)

    def _name(self, parent: dict[str, Graph], part: str) -> str | None:
        if part in parent:
            return part
        plain = part.replace("\\.", ".") if self._is_legacy else part
        return plain if plain in parent else None

    def _links(self, equalities: Any) -> "list[tuple[list[str], list[str]]]":
        """Where a value lies, and where else."""
        found: list[tuple[list[str], list[str]]] = []
        rest = equalities
        if isinstance(equalities, list):
            if equalities and isinstance(equalities[0], list):
                found += [([], self._parts(path)) for path in equalities[0]]
            rest = equalities[1] if len(equalities) > 1 else None
        for path, others in rest.items() if isinstance(rest, dict) else ():
            found += [(self._parts(path), self._parts(other)) for other in others]
        return found

    def _link(self, root: Graph, links: "list[tuple[list[str], list[str]]]") -> Graph:
        """Puts values at the places that hold null for them."""
        holder = [root]
        for path, other in links:
            place = self._reach(holder, other)
            if place is None:
                continue
            parent, key = place
            held = parent[key]
            if not (isinstance(held, Raw) and bytes(held) == b"null"):
                continue
            source = self._reach(holder, path)
            if source is None:
                parent[key] = unreadable("reference")
                continue
            # Opened, so that what is put into it later is in all its places.
            source[0][source[1]] = opened = open_value(source[0][source[1]])
            parent[key] = opened
        return holder[0]

    def _reach(self, holder: list[Graph], path: list[str]) -> "tuple[Any, Any] | None":
        """The list or dictionary that a path leads into, and the place in it."""
        parent: Any = holder
        key: Any = 0
        for part in path:
            parent[key] = opened = open_value(parent[key])
            if isinstance(opened, list):
                if not (part.isascii() and part.isdigit() and int(part) < len(opened)):
                    return None
                key = int(part)
            elif isinstance(opened, dict):
                key = self._name(opened, part)
                if key is None:
                    return None
            else:
                return None
            parent = opened
        return parent, key


def _is_as_stored(kind: Any) -> bool:
    return isinstance(kind, str) and kind in _AS_STORED


def _typed(value: Graph, kind: Any) -> Graph:  # noqa: PLR0911 - one for each type
    if isinstance(kind, list) and kind:
        if kind[0] == "typed-array":
            return _elements(value)
        return unreadable(next((each for each in _UNREADABLE_KINDS if each == kind[0]), "type"))
    match kind:
        case "undefined":
            return UNDEFINED
        case "bigint":
            return bigint(string_of(value))
        case "number":
            return special_number(string_of(value) or "")
        case "map":
            opened = open_value(value)
            if not isinstance(opened, list):
                return unreadable("map")
            return JsMap([open_value(pair) for pair in opened])
        case _:
            return unreadable("type")


def _elements(value: Graph) -> Graph:
    """A typed array's numbers; those that JSON cannot say, and big ones, are texts."""
    opened = open_value(value)
    if not isinstance(opened, list):
        return unreadable("typed-array")
    return [
        element
        if (text := string_of(element)) is None
        else special_number(text)
        if text in {"NaN", "Infinity", "-Infinity", "-0"}
        else bigint(text)
        for element in opened
    ]


def _misfit_error() -> ItemRejected:
    return ItemRejected(
        RejectionCode.UNRECOGNISED,
        Message("Its notes about JavaScript types do not fit its data."),
        Message("Tell the support desk; the record stays in the browser."),
    )


DECODERS = (Decoder("superjson", superjson, ("json",)),)
