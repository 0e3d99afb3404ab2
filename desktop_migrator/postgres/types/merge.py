"""Merges two versions of a value by the rule FIELDS: nothing that the first one holds is lost.

What is empty in the first (NULL, JSON's null, an empty text, list or object) is filled from the
second. Objects are merged member by member, all the way down. Lists are united: elements that are
objects with an `id` are merged with the first element of that id, others join unless an equal one
is there. Everywhere else the first stays. Numbers keep their source's spelling.

Merging the same second version again changes nothing.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import UNSET, Raw

from desktop_migrator.model import Column, ColumnType
from desktop_migrator.postgres.types.digest import BLANK_PADDED, canonical_json, digester

_EMPTY = (b"null", b'""', b"[]", b"{}")
_JSON_TYPES = {ColumnType.JSON, ColumnType.JSONB}

_objects: msgspec.json.Decoder[dict[str, Raw]] = msgspec.json.Decoder(dict[str, Raw])
_lists: msgspec.json.Decoder[list[Raw]] = msgspec.json.Decoder(list[Raw])
_raws: msgspec.json.Decoder[Raw] = msgspec.json.Decoder(Raw)
_encode = msgspec.json.encode


def merge_values(
    columns: Sequence[Column], first: Sequence[Any], second: Sequence[Any]
) -> tuple[Any, ...]:
    """What has to be written over the first version, UNSET where it stays as it is.

    Raises RecursionError for JSON nested too deeply to be read.
    """
    return tuple(
        UNSET if other is UNSET else _merge_value(column, own, other)
        for column, own, other in zip(columns, first, second, strict=True)
    )


def holds_all(columns: Sequence[Column], values: Sequence[Any], other: Sequence[Any]) -> bool:
    """Whether nothing is lost of the other version where these values stay: what it has that is
    not empty stands in them, JSON's members and elements each for itself.

    Raises as the function of `digester` does.
    """
    return all(map(_holds_value, columns, values, other))


def _holds_value(column: Column, own: Any, other: Any) -> bool:
    if other is None or other is UNSET or other == "":
        return True
    if own is None or own is UNSET:
        return False
    if column.type in _JSON_TYPES:
        return _holds_raw(_raws.decode(own), _raws.decode(other))
    digest = digester([column])
    return digest([own]) == digest([other])


def _holds_raw(own: Raw, other: Raw) -> bool:
    if _is_empty(other):
        return True
    kinds = bytes(own)[:1], bytes(other)[:1]
    if kinds == (b"{", b"{"):
        members = _objects.decode(own)
        return all(
            _holds_raw(members[name], value) if name in members else _is_empty(value)
            for name, value in _objects.decode(other).items()
        )
    if kinds == (b"[", b"["):
        return _list_holds(_lists.decode(own), _lists.decode(other))
    return canonical_json(bytes(own)) == canonical_json(bytes(other))


def _list_holds(own: list[Raw], other: list[Raw]) -> bool:
    there = {canonical_json(bytes(element)) for element in own}
    by_id: dict[bytes, list[Raw]] = {}
    for element in own:
        if known_as := _element_id(element):
            by_id.setdefault(known_as, []).append(element)
    for element in other:
        if canonical_json(bytes(element)) in there:
            continue
        known_as = _element_id(element)
        if not any(_holds_raw(mine, element) for mine in by_id.get(known_as or b"", ())):
            return False
    return True


def merge_json(first: bytes, second: bytes) -> bytes:
    """The merged JSON text; `first` itself where the second adds nothing."""
    own, other = _raws.decode(first), _raws.decode(second)
    merged = _merge_raw(own, other)
    return first if merged is own else bytes(merged)


def _merge_value(column: Column, own: Any, other: Any) -> Any:
    if own is None or own is UNSET or own == "":
        empty = True
    elif column.type in _JSON_TYPES:
        if other is None:
            return UNSET
        merged = merge_json(own, other)
        return UNSET if merged is own else merged
    else:
        empty = column.declared.startswith(BLANK_PADDED) and not own.strip(" ")
    return other if empty and other is not None and other != own else UNSET


def _merge_raw(own: Raw, other: Raw) -> Raw:
    """The merged value; `own` itself where the other adds nothing."""
    if _is_empty(own):
        return own if _is_empty(other) else other
    kinds = bytes(own)[:1], bytes(other)[:1]
    if kinds == (b"{", b"{"):
        return _merge_objects(own, other)
    if kinds == (b"[", b"["):
        return _merge_lists(own, other)
    return own


def _merge_objects(own: Raw, other: Raw) -> Raw:
    members = _objects.decode(own)
    changed = False
    for name, value in _objects.decode(other).items():
        mine = members.get(name)
        merged = value if mine is None else _merge_raw(mine, value)
        if merged is not mine:
            members[name] = merged
            changed = True
    return Raw(_encode(members)) if changed else own


def _merge_lists(own: Raw, other: Raw) -> Raw:
    elements = _lists.decode(own)
    places: dict[bytes, int] = {}
    for index, element in enumerate(elements):
        if known_as := _element_id(element):
            places.setdefault(known_as, index)
    changed = False
    joining: list[Raw] = []
    for element in _lists.decode(other):
        known_as = _element_id(element)
        # A second element of one id in one list is another one, and so joins by itself.
        place = places.pop(known_as, None) if known_as else None
        if place is None:
            joining.append(element)
            continue
        merged = _merge_raw(elements[place], element)
        changed = changed or merged is not elements[place]
        elements[place] = merged
    there = {canonical_json(bytes(element)) for element in elements} if joining else set()
    for element in joining:
        key = canonical_json(bytes(element))
        if key not in there:
            there.add(key)
            elements.append(element)
            changed = True
    return Raw(_encode(elements)) if changed else own


def _is_empty(value: Raw) -> bool:
    text = bytes(value)
    return text in _EMPTY or (len(text) > 2 and text[:1] in b"[{" and not text[1:-1].strip())


def _element_id(element: Raw) -> bytes | None:
    """The canonical `id` of an object that has one; a text or a number."""
    if bytes(element)[:1] != b"{":
        return None
    found = _objects.decode(element).get("id")
    if found is None or bytes(found)[:1] not in b'"-0123456789':
        return None
    return canonical_json(bytes(found))
