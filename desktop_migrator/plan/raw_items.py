"""A record's items with all that a plan's variables mean for them, and their ids."""

from collections import Counter
from collections.abc import Callable, Iterator

import msgspec
from msgspec import Raw

from desktop_migrator.model import Record
from desktop_migrator.plan import identity
from desktop_migrator.plan.expressions import Expression
from desktop_migrator.plan.found_items import FoundItems
from desktop_migrator.plan.json_text import as_object, encode, escape_unstorable
from desktop_migrator.plan.reject import ItemRejected
from desktop_migrator.plan.schema import Plan
from desktop_migrator.plan.schema_entity import Id
from desktop_migrator.plan.schema_texts import (
    CONTENT,
    ENCODING,
    INDEX,
    KEY,
    NAME,
    PARENT,
    PATH,
    VARIABLES,
)

Fields = dict[str, Raw]

_NULL = Raw(b"null")


class RawItem(msgspec.Struct):
    """An item as it lies in a record, and what the plan's variables mean for it."""

    json: Raw
    scope: str
    """Within what its id is its own; see `Item.scope`."""
    app_scope: str
    profile_scope: str
    """The scopes of ids that are an app's, and a profile's own."""
    key: str
    name: str
    index: int
    """Its place among the items of its record."""
    path: str
    """The record's key and its position in it."""
    encoding: str
    may_have_escapes: bool
    """Whether it may hold escapes of unstorable characters."""
    is_named: bool = False
    """Whether its name is the app's own word."""
    parent: str = ""
    """The source id of the item in which it lies."""
    occurrence: int = 1
    """How many of its record, up to it, have its content; told apart where that is the id."""
    original_text: str = ""
    """The item's own text, before anything was escaped."""


VARIABLE_TEXTS: dict[str, Callable[[RawItem], str]] = {
    KEY: lambda raw_item: raw_item.key,
    NAME: lambda raw_item: raw_item.name,
    ENCODING: lambda raw_item: raw_item.encoding,
    PATH: lambda raw_item: raw_item.path,
    PARENT: lambda raw_item: raw_item.parent,
}

FieldFinder = Callable[[Fields, RawItem], Raw | None]
IdFinder = Callable[[Fields, RawItem], str]


def field_finder(text: str) -> FieldFinder:
    """What finds what a plan's text names in an item."""
    if text == INDEX:
        return lambda fields, raw_item: Raw(b"%d" % raw_item.index)
    if text == PARENT:
        return lambda fields, raw_item: Raw(encode(raw_item.parent)) if raw_item.parent else None
    if text in VARIABLES:
        variable = VARIABLE_TEXTS[text]
        return lambda fields, raw_item: Raw(encode(variable(raw_item)))
    expression = Expression(text)
    field = expression.field
    if field is None:
        return lambda fields, raw_item: expression.find(raw_item.json)
    return lambda fields, raw_item: fields.get(field)


def id_finder(rules: Id) -> IdFinder:
    """What makes one text of an item's id in its own data. It raises ItemRejected."""
    parts = [_id_part_finder(text) for text in rules.from_]
    in_parent = rules.unique_in == "parent"

    def find(fields: Fields, raw_item: RawItem) -> str:
        found = [part(fields, raw_item) for part in parts]
        text = found[0] if len(found) == 1 else encode(found).decode()
        return f"{raw_item.parent}/{text}" if in_parent else text

    return parts[0] if len(parts) == 1 and not in_parent else find


def _id_part_finder(text: str) -> IdFinder:
    if text == CONTENT:
        return _content_id
    if text in VARIABLES:
        variable = VARIABLE_TEXTS[PATH if text == INDEX else text]
        return lambda fields, raw_item: variable(raw_item)
    find = field_finder(text)
    return lambda fields, raw_item: identity.source_id(find(fields, raw_item) or _NULL)


def _content_id(_fields: Fields, raw_item: RawItem) -> str:
    text = identity.content_id(raw_item.json)
    return text if raw_item.occurrence == 1 else f"{text}#{raw_item.occurrence}"


class ItemReader:
    """Reads the items that classifying has found, and their ids, by one plan."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._id_finders = {name: id_finder(entity.id) for name, entity in plan.entities.items()}

    def items(self, record: Record, found: FoundItems) -> Iterator[RawItem]:
        rules = self._plan.entities[found.entity].id
        app_scope = self._plan.source.app_origin(record.storage_key.origin)
        profile = record.store.profile
        profile_scope = f"{app_scope}#{profile.browser}/{profile.path.name}"
        scope = profile_scope if rules.unique_in == "profile" else app_scope
        key = found.key or escape_unstorable(record.key)
        may_have_escapes = found.may_have_escapes or (not found.key and key != record.key)
        contents: Counter[str] | None = Counter() if rules.from_ == [CONTENT] else None
        parents = _Parents(self, record)
        for index, raw in enumerate(found.items):
            raw_item = RawItem(
                raw,
                scope,
                app_scope,
                profile_scope,
                key,
                found.item_name(index),
                index,
                f"{key}/{found.position(index)}",
                found.encoding,
                may_have_escapes,
                found.are_named,
            )
            if found.parents:
                raw_item.parent = parents.source_id(*found.parents[index])
                raw_item.index = found.indexes[index]
            if contents is not None:
                content = _content_or_empty(raw)
                contents[content] += 1
                raw_item.occurrence = contents[content]
            yield raw_item

    def source_id(self, entity: str, raw_item: RawItem) -> str:
        """As `Item.source_id` has it. Raises ItemRejected."""
        fields = as_object(raw_item.json) or {}
        return self._id_finders[entity](fields, raw_item)


class _Parents:
    """The source ids of the items in which a record's other items lie."""

    def __init__(self, reader: ItemReader, record: Record) -> None:
        self._reader = reader
        self._record = record
        self._ids: list[str] = []

    def source_id(self, parent: FoundItems, place: int) -> str:
        """Empty where the parent has none, which rejects it."""
        if not self._ids:
            for raw_item in self._reader.items(self._record, parent):
                try:
                    self._ids.append(self._reader.source_id(parent.entity, raw_item))
                except ItemRejected:
                    self._ids.append("")
        return self._ids[place]


def _content_or_empty(raw: Raw) -> str:
    try:
        return identity.content_id(raw)
    except ItemRejected:
        return ""
