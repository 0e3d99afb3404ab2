"""Where in a record's value one source of an entity finds its items."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

import msgspec
from msgspec import Raw

from desktop_migrator.model import Record
from desktop_migrator.plan.companions import Companions
from desktop_migrator.plan.decode.chain import ANY, DecodeChain
from desktop_migrator.plan.decode.decoder import SetAside
from desktop_migrator.plan.expressions import Expression
from desktop_migrator.plan.found_items import UNREAD_NAMES, FoundItems, RestPart
from desktop_migrator.plan.json_text import (
    as_bytes,
    as_list,
    as_object,
    as_string,
    as_value,
    encode,
    encode_object,
    escape_json,
    escape_unstorable,
    has_escapes,
)
from desktop_migrator.plan.locations import Location
from desktop_migrator.plan.reject import ItemRejected, RejectionCode
from desktop_migrator.plan.schema_entity import EntitySource
from desktop_migrator.plan.schema_texts import NAME
from desktop_migrator.plan.wildcards import WildcardPattern

NOTHING = frozenset(("", "null", "undefined", "NaN"))
"""What libraries write where there was no value."""
_PAIR = 2
_STRING = re.compile(rb'"((?:[^"\\]|\\.)*)"')
_INTEGER = re.compile(rb"-?[0-9]+")
SINGLE_SHAPES = ("single", "combined")


class Reading:
    """A record's value, decoded in each way once."""

    def __init__(self, record: Record, companions: Companions) -> None:
        self.record = record
        self.companions = companions
        self.text = record.value
        self.data = escape_json(record.value)
        self.aside: SetAside | None = None
        """Why a decoder that knew the record's value leaves it aside."""
        self.misfit: ItemRejected | None = None
        """Why a source's expression could not be computed."""
        self._plain: Raw | None = None
        self._is_parsed = False
        self._decoded: dict[tuple[str, ...], Raw | SetAside | None] = {}

    @property
    def key(self) -> str:
        """The record's, without what cannot be stored."""
        return escape_unstorable(self.record.key)

    @property
    def plain(self) -> Raw | None:
        """As JSON; None if it is none."""
        if not self._is_parsed:
            self._plain = as_value(self.data)
            self._is_parsed = True
        return self._plain

    def decoded(self, chain: DecodeChain) -> Raw | None:
        if not chain.names and not chain.takes_any:
            return Raw(self.data)  # what looks into it sees whether it is JSON
        if not chain.names and self.plain is not None:
            return self.plain
        names = (*chain.names, ANY) if chain.takes_any else chain.names
        if names not in self._decoded:
            self._decoded[names] = chain.decode(self.text, self.companions.context(self.record))
        value = self._decoded[names]
        if isinstance(value, SetAside):
            self.aside = value
            return None
        return value


class Take(msgspec.Struct):
    """What an entity took of a record."""

    found: FoundItems
    chain: DecodeChain
    value: Raw
    """As decoded."""
    locations: Collection[Location]
    """Where in it the items lie."""
    part_of: str = ""
    """See `Classified.part_of`."""


class SourceReader:
    """One source of one entity."""

    def __init__(self, entity: str, source: EntitySource, *, tells_names: bool) -> None:
        self.entity = entity
        self._tells_names = tells_names
        self.source = source
        self._chain = DecodeChain(source.decode)
        self._items = Expression(source.items)
        self._combined: dict[tuple[object, object], tuple[str, Raw]] = {}

    @property
    def common_key(self) -> str:
        """What stands for the keys of records that make one item."""
        return self.source.patterns[0].text

    def read(self, reading: Reading, name: str) -> Take | None:
        """The items if the value is what this source expects.

        Raises ItemRejected if it is so but cannot be read.
        """
        whole = reading.decoded(self._chain)
        is_text = self._chain.takes_any and whole is not None and _is_text(whole, reading)
        if whole is not None and is_text and self.source.shape == "combined":
            return self._read_combined(reading, whole)
        if whole is not None and is_text:
            found = FoundItems(
                self.entity,
                [whole],
                name,
                is_single=True,
                encoding="text",
                may_have_escapes=has_escapes(whole),
            )
            return Take(found, self._chain, whole, ((),))
        try:
            inner = None if whole is None else self._items.find(whole)
        except ItemRejected as rejected:
            if rejected.code is not RejectionCode.WRONG_TYPE:
                raise
            reading.misfit, inner = rejected, None
        if inner is None or whole is None:
            return None
        if self.source.shape == "combined":
            return None if as_value(inner) is None else self._read_combined(reading, whole)
        read = self._read_items(inner)
        if read is None:
            return None
        items, names = read
        found = FoundItems(
            self.entity,
            items,
            name,
            names,
            is_single=self.source.shape == "single",
            may_have_escapes=has_escapes(reading.data if not self._chain.names else whole),
            json_text=reading.data if not self._chain.names else bytes(whole),
        )
        if names:
            self._find_unread_names(found, names)
        elif found.is_single and (name != reading.key or self.source.is_catch_all):
            self._find_unread_names(found, [name])
        locations = self._items.locations(whole)
        if self._items.path is None:
            self._find_dropped_names(found, inner, locations)
        return Take(found, self._chain, whole, locations)

    def _read_combined(self, reading: Reading, whole: Raw) -> Take:
        """The item of all records of the area whose keys match, with the first of them that can be
        read; with the others none."""
        record = reading.record
        area = record.store.path, record.storage_key
        if (*area, record.key) not in reading.companions.values:  # nobody has looked beside it
            first, item = self._combine(reading, [record.key])
        else:
            if area not in self._combined:
                keys = [
                    key
                    for key in reading.companions.combined.get(area, ())
                    if first_match(self.source.patterns, key) is not None
                ]
                self._combined[area] = self._combine(reading, keys)
            first, item = self._combined[area]
        found = FoundItems(
            self.entity,
            [item] if first == record.key else [],
            "",
            is_single=True,
            may_have_escapes=has_escapes(item),
            json_text=bytes(item),
            key=self.common_key,
        )
        locations = ((),) if _is_text(whole, reading) else self._items.locations(whole)
        return Take(found, self._chain, whole, locations, "" if found.items else self.entity)

    def _combine(self, reading: Reading, keys: Sequence[str]) -> tuple[str, Raw]:
        """The first of the keys that counts, and the object of all that do."""
        record, companions = reading.record, reading.companions
        members: dict[str, Raw] = {}
        first = ""
        for key in keys:
            value = companions.values.get((record.store.path, record.storage_key, key))
            text = record.value if key == record.key or value is None else value
            part = Reading(Record(record.store, record.storage_key, key, text), companions)
            member = self._member(part)
            if member is None:
                continue
            first = first or key
            name = escape_unstorable(first_match(self.source.patterns, key) or key)
            members[part.key if name in members else name] = member
        return first, Raw(encode_object(members))

    def _member(self, reading: Reading) -> Raw | None:
        if reading.text in NOTHING:
            return None
        try:
            whole = reading.decoded(self._chain)
            if whole is None or (self._chain.takes_any and _is_text(whole, reading)):
                return whole
            inner = self._items.find(whole)
            return None if inner is None else as_value(inner)
        except ItemRejected:
            return None

    def _find_unread_names(self, found: FoundItems, names: Sequence[str]) -> None:
        found.are_named = True
        found.names_path = self._names_path
        if self._tells_names:
            items = found.items[-len(names) :]
            named = zip(names, items, strict=True)
            unread = [name for name, item in named if name and not _says_name(item, name)]
            self._tell_unread(found, unread)

    def _find_dropped_names(
        self, found: FoundItems, inner: Raw, locations: Collection[Location]
    ) -> None:
        """Those of members that the expression takes whatever they are called."""
        passed = {part for each in locations for part in each if isinstance(part, str)}
        dropped = passed - self._items.names
        if dropped:
            data = bytes(inner)
            said = {*_STRING.findall(data), *_INTEGER.findall(data)}
            self._tell_unread(
                found, [each for each in dropped if bytes(encode(each))[1:-1] not in said]
            )

    def _tell_unread(self, found: FoundItems, names: Sequence[str]) -> None:
        if names:
            before = found.unread_names or RestPart(self._names_path, 0, 0)
            size = sum(len(name.encode()) for name in names)
            found.unread_names = RestPart(
                before.path, before.count + len(names), before.size + size
            )

    @property
    def _names_path(self) -> str:
        return UNREAD_NAMES if self.source.items == "@" else f"{self.source.items}.{NAME}"

    @property
    def takes_whole_values(self) -> bool:
        return self.source.shape == "single" and self._items.path == []

    def locations_in(self, item: Raw) -> Collection[Location] | None:
        """Where in a parent's item its own lie; None if none lie there so."""
        inner = self._find_inner(item)
        taken = inner is not None and self._read_items(inner) is not None
        return self._items.locations(item) if taken else None

    def add_children(self, children: FoundItems, parent: FoundItems, place: int, item: Raw) -> bool:
        """Add the items that lie in the parent's item at `place`; False if none lie there so."""
        inner = self._find_inner(item)
        read = None if inner is None else self._read_items(inner)
        if read is None or children.parents is None:
            return False
        items, names = read
        own = names or ([""] if self.source.shape == "single" else map(str, range(len(items))))
        children.names = [*(children.names or ()), *own]
        children.items += items
        if names:
            self._find_unread_names(children, names)
        if inner is not None and self._items.path is None:
            self._find_dropped_names(children, inner, self._items.locations(item))
        children.parents += [(parent, place)] * len(items)
        children.indexes += range(len(items))
        return True

    def _find_inner(self, item: Raw) -> Raw | None:
        try:
            return self._items.find(item)
        except ItemRejected:  # it stays with the parent's item
            return None

    def _read_items(self, inner: Raw) -> tuple[list[Raw], list[str] | None] | None:
        if bytes(inner) == b"null" and not self.source.is_catch_all:
            return [], None  # nothing lies there yet
        match self.source.shape:
            case "single" | "combined":
                value = as_value(inner)
                return None if value is None else ([value], None)
            case "list":
                elements = as_list(inner)
                return None if elements is None else (elements, None)
            case "map":
                members = as_object(inner)
                return None if members is None else (list(members.values()), list(members))
            case "pairs":
                return _pairs(inner)


def _says_name(item: Raw, name: str) -> bool:
    """Whether the item has its own name in it, as most have their ids."""
    return any(
        _is_scalar(value) and (as_string(value) or str(as_bytes(value), "utf-8")) == name
        for value in (as_object(item) or {"": item}).values()
    )


def _is_scalar(value: Raw) -> bool:
    return as_bytes(value)[:1] not in (b"{", b"[")


def _is_text(whole: Raw, reading: Reading) -> bool:
    """Whether a decoded value is a text, of a record that is no JSON."""
    return reading.plain is None and as_bytes(whole)[:1] == b'"'


def _pairs(inner: Raw) -> tuple[list[Raw], list[str] | None] | None:
    """A list of lists of a text and an item; None if an element is anything else."""
    elements = as_list(inner)
    if elements is None:
        return None
    names: list[str] = []
    items: list[Raw] = []
    for element in elements:
        pair = as_list(element)
        name = as_string(pair[0]) if pair and len(pair) == _PAIR else None
        if pair is None or name is None:
            return None
        names.append(name)
        items.append(pair[1])
    return items, names


def matching_readers(
    readers: Iterable[SourceReader], key: str
) -> Iterator[tuple[SourceReader, str]]:
    """Those for the key, with what wildcards stand for."""
    for reader in readers:
        name = first_match(reader.source.patterns, key)
        if name is not None:
            yield reader, escape_unstorable(name)


def first_take(readers: Iterable[tuple[SourceReader, str]], reading: Reading) -> Take | None:
    """By the first source that fits and finds items, else by the first that fits.

    Where a source's decoder says that there is no data of the person's in it, none comes after it.
    """
    empty = None
    reading.aside = None
    for reader, name in readers:
        take = reader.read(reading, name)
        if take and (take.found.items or take.part_of):
            return take
        if reading.aside:
            return None
        empty = empty or take
    return empty


def first_match(patterns: Iterable[WildcardPattern], key: str) -> str | None:
    return next(
        (name for name in (pattern.match(key) for pattern in patterns) if name is not None), None
    )
