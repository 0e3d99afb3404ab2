"""Which of a plan's entities a record belongs to, and where in its value the items lie.

The order: other sites, partitioned areas, what the plan ignores by key, entities that name the
key, what the plan ignores by its look, entities that take everything. Within an entity, the first
source whose key matches and whose unwrapping recognises the value wins.
"""

from collections.abc import Collection, Iterable, Iterator
from enum import StrEnum

import msgspec
from msgspec import Raw

from desktop_migrator.messages import Message
from desktop_migrator.model import Record
from desktop_migrator.plan.decode.chain import UNWRAPPERS
from desktop_migrator.plan.expressions import Expression
from desktop_migrator.plan.json_text import (
    as_list,
    as_object,
    as_string,
    as_value,
    encode,
    escape_json,
    escape_unstorable,
    has_escapes,
)
from desktop_migrator.plan.login_tokens import looks_like_login, looks_opaque
from desktop_migrator.plan.reject import ItemRejected, RejectionCode
from desktop_migrator.plan.schema import EntitySource, Ignore, Plan
from desktop_migrator.plan.wildcards import WildcardPattern


class SkipReason(StrEnum):
    """Why a record is skipped, besides the kinds that the plan's `ignore` names."""

    OTHER_SITE = "other-site"
    PARTITIONED = "partitioned"
    EXCLUDED = "excluded"
    """Its entity was not asked for."""
    EMPTY = "empty"
    """Its entity's list or map has no items, or its value is empty or null."""
    UNMATCHED = "unmatched"


class ClassifiedRecord(msgspec.Struct):
    """A record's entity and its items."""

    entity: str
    items: list[Raw]
    """Each item's JSON text; at least one."""
    name: str
    """What the wildcards of the key's pattern stand for."""
    names: list[str] | None = None
    """The items' names where they lie in a map."""
    is_single: bool = False
    encoding: str = "json"
    """`text` for a record that is not JSON and so stands as a JSON string."""
    may_have_escapes: bool = False
    """Whether there may be escapes of unstorable characters."""
    json_text: bytes = b""
    """The record's JSON text; empty if it is none."""
    has_extra_data: bool = False
    """Whether the record holds data beside the items."""

    def position(self, index: int) -> str:
        """Where in the value an item lies: its index, its name in the map, or empty."""
        return "" if self.is_single else self.names[index] if self.names else str(index)

    def item_name(self, index: int) -> str:
        """What `$name` is for an item."""
        return self.names[index] if self.names else self.name


class UnreadableRecord(msgspec.Struct):
    """A record that an entity names by key and that cannot be read as the plan says."""

    entity: str
    error: ItemRejected


class RecordClassifier:
    """Sorts records by a plan. `origins` are those chosen; None takes the plan's."""

    def __init__(self, plan: Plan, origins: Collection[str] | None = None) -> None:
        self._plan = plan
        self._origins = None if origins is None else frozenset(origins)
        self._key_rules = [rule for rule in plan.ignore if rule.holds is None]
        self._content_rules = [rule for rule in plan.ignore if rule.holds is not None]
        self._keyed_readers: list[_SourceReader] = []
        self._catch_all_readers: list[_SourceReader] = []
        for name, entity in plan.entities.items():
            for source in entity.sources:
                readers = self._catch_all_readers if source.is_catch_all else self._keyed_readers
                readers.append(_SourceReader(name, source))

    def classify(self, record: Record) -> ClassifiedRecord | UnreadableRecord | str:
        """The record's items, why it has none, or the word for leaving it aside."""
        aside = self._out_of_scope(record) or _ignored_by_key(self._key_rules, record.key)
        if aside:
            return aside
        return self._by_key(record) or self._by_content(record)

    def reparse_rejected(
        self, entity: str, key: str, position: str, text: str
    ) -> ClassifiedRecord | None:
        """One item's own text, as a rejection keeps it, at the position that it had.

        None if it is no JSON, or the plan does not say clearly what lies at such a position.
        """
        readers = [
            reader
            for reader in (*self._keyed_readers, *self._catch_all_readers)
            if reader.entity == entity
        ]
        names = {
            reader.source.shape: escape_unstorable(name)
            for reader in readers
            if (name := _first_match(reader.source.patterns, key)) is not None
            and (reader.source.shape == "single") == (not position)
        }
        data = escape_json(text)
        value = as_value(data)
        if value is None or len(names) != 1:
            return None
        [(shape, name)] = names.items()
        found = ClassifiedRecord(
            entity,
            [value],
            name,
            is_single=shape == "single",
            may_have_escapes=has_escapes(value),
            json_text=data,
        )
        if shape == "map":
            found.names = [position]
        return found

    def matches_key(self, record: Record) -> bool:
        """Whether an entity names the record's key; such a record is read as that entity's."""
        return any(True for _ in _matching_readers(self._keyed_readers, record.key))

    def classify_by_key(self, record: Record) -> ClassifiedRecord | UnreadableRecord | None:
        """The record's items, or why it has none, if an entity names its key."""
        if self._out_of_scope(record) or _ignored_by_key(self._key_rules, record.key):
            return None
        found = self._by_key(record)
        return None if isinstance(found, str) else found

    def _out_of_scope(self, record: Record) -> str | None:
        origin = record.storage_key.origin
        if self._origins is not None:
            ours = origin in self._origins
        else:
            patterns = self._plan.source.patterns
            ours = not patterns or any(pattern.match(origin) is not None for pattern in patterns)
        if not ours:
            return SkipReason.OTHER_SITE
        if not self._plan.source.partitioned and not record.storage_key.first_party:
            return SkipReason.PARTITIONED
        return None

    def _by_key(self, record: Record) -> ClassifiedRecord | UnreadableRecord | str | None:
        readers = [
            (reader, name) for reader, name in _matching_readers(self._keyed_readers, record.key)
        ]
        if not readers:
            return None
        entity = readers[0][0].entity
        if record.value in ("", "null"):
            return SkipReason.EMPTY
        data = escape_json(record.value)
        try:
            for reader, name in readers:
                found = reader.read(data, record.value, name)
                if found:
                    return found if found.items else SkipReason.EMPTY
            if as_value(data) is None:
                raise ItemRejected(
                    RejectionCode.NOT_JSON,
                    Message("The record is not JSON, so no items can be read from it."),
                    Message("Correct it in the app, or take its key out of the plan."),
                )
            raise ItemRejected(
                RejectionCode.UNRECOGNISED,
                Message(
                    "The record does not have any of the shapes that the plan knows for its key."
                ),
                Message("Add a source with this shape to the plan."),
            )
        except ItemRejected as rejected:
            return UnreadableRecord(entity, rejected)

    def _by_content(self, record: Record) -> ClassifiedRecord | UnreadableRecord | str:
        readers = list(_matching_readers(self._catch_all_readers, record.key))
        try:
            data = escape_json(record.value)
            value = as_value(data)
            kind = self._ignored_by_content(record.key, record.value, value)
            if kind:
                return kind
            for reader, name in readers:
                found = reader.read(data, record.value, name)
                if found:
                    return found if found.items else SkipReason.EMPTY
        except ItemRejected as rejected:
            return (
                UnreadableRecord(readers[0][0].entity, rejected)
                if readers
                else SkipReason.UNMATCHED
            )
        return SkipReason.UNMATCHED

    def _ignored_by_content(self, key: str, text: str, value: Raw | None) -> str | None:
        for rule in self._content_rules:
            if not any(pattern.match(key) is not None for pattern in rule.patterns):
                continue
            if rule.holds == "login":
                json = Raw(encode(escape_unstorable(text))) if value is None else value
                if looks_like_login(json):
                    return rule.kind
            elif looks_opaque(text) or (value is not None and looks_opaque(as_string(value) or "")):
                return rule.kind
        return None


class _SourceReader:
    """One source of one entity."""

    def __init__(self, entity: str, source: EntitySource) -> None:
        self.entity = entity
        self.source = source
        self.unwrap = UNWRAPPERS["bare" if source.unwrap == "any" else source.unwrap]
        self.items = Expression(source.items)

    def read(self, data: bytes, text: str, name: str) -> ClassifiedRecord | None:
        """The items if the value, `text`, and as JSON `data`, is what this source expects.

        Raises Refused if it is so but cannot be read.
        """
        if self.source.unwrap == "any" and as_value(data) is None:
            plain = Raw(encode(escape_unstorable(text)))
            return ClassifiedRecord(
                self.entity,
                [plain],
                name,
                is_single=True,
                encoding="text",
                may_have_escapes=has_escapes(plain),
            )
        whole = self.unwrap(data)
        inner = None if whole is None else self.items.find(whole)
        found = None if inner is None else self._read_items(inner, name)
        if found and whole is not None:
            found.may_have_escapes = has_escapes(data)
            found.json_text = data
            found.has_extra_data = self.items.has_unselected_members(whole)
        return found

    def _read_items(self, inner: Raw, name: str) -> ClassifiedRecord | None:
        if self.source.shape == "single":
            value = as_value(inner)
            return (
                None
                if value is None
                else ClassifiedRecord(self.entity, [value], name, is_single=True)
            )
        if self.source.shape == "list":
            elements = as_list(inner)
            return None if elements is None else ClassifiedRecord(self.entity, elements, name)
        members = as_object(inner)
        if members is None:
            return None
        return ClassifiedRecord(self.entity, list(members.values()), name, list(members))


def _matching_readers(
    readers: Iterable[_SourceReader], key: str
) -> Iterator[tuple[_SourceReader, str]]:
    """The readers of the first entity that has one for the key, with what wildcards stand for."""
    entity = None
    for reader in readers:
        if entity is not None and reader.entity != entity:
            continue
        name = _first_match(reader.source.patterns, key)
        if name is not None:
            entity = reader.entity
            yield reader, escape_unstorable(name)


def _first_match(patterns: Iterable[WildcardPattern], key: str) -> str | None:
    return next(
        (name for name in (pattern.match(key) for pattern in patterns) if name is not None), None
    )


def _ignored_by_key(rules: Iterable[Ignore], key: str) -> str | None:
    return next((rule.kind for rule in rules if _first_match(rule.patterns, key) is not None), None)
