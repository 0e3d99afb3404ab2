"""Where in a decoded value items lie: lists, maps, pairs and rows of tuples.

A list counts if all its elements are objects. An object is a map of items where its names are data
rather than words of the program: the items name themselves so, or they are alike and many, or the
names are no identifiers. Any other object is gone through, a few levels deep.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from msgspec import Raw

from desktop_migrator.plan.expressions import Expression
from desktop_migrator.plan.infer.naming import can_be_named, path_expression
from desktop_migrator.plan.json_text import as_list, as_object, as_string

_MAX_DEPTH = 6
_MAX_PLACES = 40
_MAX_MEMBERS = 400
"""Of an object that is gone through; more are a map's."""
_MAX_COMPARED = 40
_MAX_TUPLE = 12
_ALIKE = 0.5
_FEW = 3
_IDENTIFIER = re.compile(r"[$_A-Za-z][$_A-Za-z0-9]*")
_MADE_UP_NAME = re.compile(r"[A-Za-z]{0,4}[_-]?\d+|.*[0-9].*[0-9].*[0-9].*")
_ID_NAMES = ("id", "_id", "uuid", "key", "slug", "name", "code")
_SCALAR = {b'"': "text", b"t": "boolean", b"f": "boolean", b"n": "null"}


@dataclass(frozen=True, slots=True)
class Place:
    path: tuple[str, ...]
    shape: str
    """Of `EntitySource`."""
    width: int = 0
    """Where items are lists themselves, how long each is."""

    @property
    def items(self) -> str:
        """The JMESPath that finds them."""
        text = path_expression(self.path)
        if not self.width:
            return text
        parts = ", ".join(f"{name}: [{number}]" for number, name in enumerate(self.names))
        return f"{'' if text == '@' else text}[*].{{{parts}}}"

    @property
    def names(self) -> list[str]:
        return [f"field{number}" for number in range(1, self.width + 1)]


def find_places(value: Raw, *, names_are_data: bool = False) -> list[Place]:
    """Those in one value. With `names_are_data` the objects of its second and third level are maps,
    as databases in one record have it."""
    return list(_Search(names_are_data).within(value, ()))[:_MAX_PLACES]


def read_place(value: Raw, place: Place) -> list[tuple[str, Raw]] | None:
    """The items with their names; None if nothing lies there in this shape. May raise
    ItemRejected."""
    found: Raw | None = value
    if place.width:
        found = Expression(place.items).find(value)
    else:
        for name in place.path:
            found = None if found is None else (as_object(found) or {}).get(name)
    if found is None:
        return None
    match place.shape:
        case "list":
            elements = as_list(found)
            return None if elements is None else [("", each) for each in elements]
        case "map":
            members = as_object(found)
            return None if members is None else list(members.items())
        case "pairs":
            return _pairs(as_list(found))
        case _:
            return [("", found)]


class _Search:
    def __init__(self, names_are_data: bool) -> None:
        self._names_are_data = names_are_data

    def within(self, value: Raw, path: tuple[str, ...]) -> Iterator[Place]:
        elements = as_list(value)
        if elements is not None:
            place = _listed(elements, path)
            if place:
                yield place
            return
        members = as_object(value)
        if not members or len(path) >= _MAX_DEPTH:
            return
        if self._is_table(members, path) or is_map(members):
            yield Place(path, "map")
            return
        if len(members) > _MAX_MEMBERS:
            return
        for name, member in members.items():
            if can_be_named(name) and bytes(member)[:1] in (b"{", b"["):
                yield from self.within(member, (*path, name))

    def _is_table(self, members: dict[str, Raw], path: tuple[str, ...]) -> bool:
        return (
            self._names_are_data
            and (len(path) == 0 or path[0] == "tables")
            and len(path) in (0, 2)
            and all(map(_is_object, members.values()))
            and (len(path) == 2 or "tables" not in members)
        )


def is_map(members: dict[str, Raw]) -> bool:
    """Whether an object's names are data."""
    names = list(members)[:_MAX_COMPARED]
    values = [members[name] for name in names]
    kinds = {kind(value) for value in values} - {"null"}
    if len(kinds) != 1 or len(members) > _MAX_MEMBERS:
        return len(members) > _MAX_MEMBERS
    if "object" not in kinds and names == [str(number) for number in range(len(names))]:
        return False  # what JSON makes of a typed array, or of a list that was merged
    unusual = sum(not _IDENTIFIER.fullmatch(name) or bool(_MADE_UP_NAME.fullmatch(name))
                  for name in names)  # fmt: skip
    if kinds == {"object"}:
        return _are_items(members, names, unusual)
    return len(members) > 1 and unusual * 2 >= len(names)


def _are_items(members: dict[str, Raw], names: list[str], unusual: int) -> bool:
    objects = [as_object(members[name]) or {} for name in names]
    named = sum(_names_itself(each, name) for each, name in zip(objects, names, strict=True))
    if named * 5 >= len(names) * 4:
        return True
    if len(members) == 1:
        return False
    if not are_alike(objects):
        return unusual == len(names)
    return len(members) > _FEW or unusual * 2 >= len(names)


def are_alike(objects: Sequence[dict[str, Raw]]) -> bool:
    """Whether they have most of their members in common with the one before."""
    shares = [
        len(one.keys() & other.keys()) / (len(one.keys() | other.keys()) or 1)
        for one, other in pairwise(objects)
    ]
    return bool(shares) and sum(shares) / len(shares) >= _ALIKE


def kind(value: Raw) -> str:
    """object, list, text, number, boolean or null."""
    first = bytes(memoryview(value)[:1])
    return {b"{": "object", b"[": "list"}.get(first) or _SCALAR.get(first, "number")


def _listed(elements: list[Raw], path: tuple[str, ...]) -> Place | None:
    if not elements:
        return None
    if all(map(_is_object, elements)):
        return Place(path, "list") if any(bytes(each) != b"{}" for each in elements) else None
    pairs = _pairs(elements) or []
    if pairs and all(_is_object(item) for _, item in pairs):
        return Place(path, "pairs") if len(dict(pairs)) == len(pairs) else None
    if not all(bytes(each)[:1] == b"[" for each in elements):
        return None
    width = _common_width([as_list(each) or [] for each in elements])
    return Place(path, "list", width) if width else None


def _common_width(rows: list[list[Raw]]) -> int:
    """How long all rows are, if each place in them has values of one kind; else 0."""
    width = len(rows[0])
    if len(rows) == 1 or not 1 < width <= _MAX_TUPLE or any(len(row) != width for row in rows):
        return 0
    for column in zip(*rows[:_MAX_COMPARED], strict=True):
        if len({kind(value) for value in column} - {"null"}) > 1:
            return 0
    return width


def _pairs(elements: list[Raw] | None) -> list[tuple[str, Raw]] | None:
    if elements is None:
        return None
    found = []
    for element in elements:
        pair = as_list(element) if bytes(element)[:1] == b"[" else None
        name = as_string(pair[0]) if pair and len(pair) == 2 else None
        if pair is None or name is None:
            return None
        found.append((name, pair[1]))
    return found


def _is_object(value: Raw) -> bool:
    return bytes(memoryview(value)[:1]) == b"{"


def _names_itself(members: dict[str, Raw], name: str) -> bool:
    """Whether an id of the item is its name, or the last part of it."""
    for each in _ID_NAMES:
        if each in members:
            text = as_string(members[each]) or bytes(members[each]).decode(errors="ignore")
            if text and (name == text or name.endswith((f":{text}", f"/{text}", f"-{text}"))):
                return True
    return False
