"""Which of a plan's entities a record belongs to, and where in its value the items lie.

The order: other sites, partitioned areas, what the plan ignores by key, entities that name the
key, what the plan ignores by its look, entities that take everything.

A record may feed many entities: each takes from it by its own first source whose key matches and
whose decoding recognises the value. What none of them takes is the record's rest. The first entity
that takes everything gets it; without one it is told.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum

import msgspec
from msgspec import Raw

from desktop_migrator.messages import Message
from desktop_migrator.model import Record
from desktop_migrator.plan.decode.chain import ANY, DecodeChain
from desktop_migrator.plan.decode.decoder import DecodeContext, SetAside
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
from desktop_migrator.plan.locations import Location, rest_of, says_nothing
from desktop_migrator.plan.reject import ItemRejected, RejectionCode
from desktop_migrator.plan.schema import EntitySource, Plan
from desktop_migrator.plan.secrets.caches import looks_like_cache
from desktop_migrator.plan.secrets.cut import CutResult, cut_logins
from desktop_migrator.plan.secrets.recognise import login_kind, looks_random, plain_name
from desktop_migrator.plan.wildcards import WildcardPattern

_NOTHING = frozenset(("", "null", "undefined", "NaN"))
"""What libraries write where there was no value."""
_LOST_BY_THE_APP = "[object Object]"
"""What JavaScript makes of an object that somebody stored without spelling it as JSON."""
_PAIR = 2


class SkipReason(StrEnum):
    """Why a record is skipped, besides the kinds that the plan's `ignore` names."""

    OTHER_SITE = "other-site"
    PARTITIONED = "partitioned"
    EXCLUDED = "excluded"
    """Its entity was not asked for."""
    EMPTY = "empty"
    """Its entity's list or map has no items, or its value is empty or null."""
    LOST = "lost-by-app"
    """The app wrote `[object Object]` in place of its data."""
    UNMATCHED = "unmatched"


_NEVER_DATA = {"undefined": SkipReason.EMPTY, _LOST_BY_THE_APP: SkipReason.LOST}
"""What no page ever stores on purpose."""


class FoundItems(msgspec.Struct):
    """The items that one entity takes from a record."""

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
    parents: "list[tuple[FoundItems, int]] | None" = None
    """In whose items, and in which of them, each item lies."""
    indexes: list[int] = []
    """The places of such items among those of their parent."""
    is_rest: bool = False
    """Whether it is what other entities left of the record."""

    def position(self, index: int) -> str:
        """Where in the value an item lies: its index, its name in the map, or empty; of an item
        within another, after that one's."""
        own = "" if self.is_single else self.names[index] if self.names else str(index)
        if self.parents is None:
            return own
        parent, place = self.parents[index]
        return f"{parent.position(place)}/{own}"

    def item_name(self, index: int) -> str:
        """What `$name` is for an item."""
        return self.names[index] if self.names else self.name


class UnreadableRecord(msgspec.Struct):
    """A record that an entity names by key and that cannot be read as the plan says."""

    entity: str
    error: ItemRejected


class RestPart(msgspec.Struct, frozen=True):
    """A part of a record that nothing takes; no value."""

    path: str
    """`settings.theme`; empty for the whole record."""
    count: int
    """Elements or members; 1 for anything else."""
    size: int
    """Bytes of its JSON."""


class Classified(msgspec.Struct):
    """What becomes of a record."""

    aside: str = ""
    """The word for leaving it aside as a whole."""
    found: list[FoundItems | UnreadableRecord] = []
    """By entity, in the plan's order."""
    rest: tuple[RestPart, ...] = ()
    """What of it nothing takes."""
    cuts: list[CutResult] = []
    """Logins that were cut out of what entities for everything else take."""

    @property
    def items(self) -> list[FoundItems]:
        return [each for each in self.found if isinstance(each, FoundItems)]

    @property
    def is_recognised(self) -> bool:
        return bool(self.items)


class RecordClassifier:
    """Sorts records by a plan. `origins` are those chosen; None takes the plan's."""

    def __init__(self, plan: Plan, origins: Collection[str] | None = None) -> None:
        self._plan = plan
        self._origins = None if origins is None else frozenset(origins)
        self._key_rules = [rule for rule in plan.ignore if rule.holds is None]
        self._content_rules = [rule for rule in plan.ignore if rule.holds not in (None, "login")]
        self._login_rules = [rule for rule in plan.ignore if rule.holds == "login"]
        self._planned_secrets = {
            name: frozenset(
                plain_name(rule.last) for rule in entity.sensitive_rules.all if rule.last
            )
            for name, entity in plan.entities.items()
        }
        self._keyed_readers: list[_SourceReader] = []
        self._catch_all_readers: list[_SourceReader] = []
        self._child_readers: dict[str, list[_SourceReader]] = {}
        for name, entity in plan.entities.items():
            for source in entity.sources:
                reader = _SourceReader(name, source)
                if source.parent:
                    self._child_readers.setdefault(source.parent, []).append(reader)
                elif source.is_catch_all:
                    self._catch_all_readers.append(reader)
                else:
                    self._keyed_readers.append(reader)

    def classify(self, record: Record) -> Classified:
        aside = self._out_of_scope(record) or self._ignored_by_key(record.key)
        if aside:
            return Classified(aside)
        return self._by_key(record) or self._by_content(record)

    def reparse_rejected(
        self, entity: str, key: str, position: str, text: str
    ) -> FoundItems | None:
        """One item's own text, as a rejection keeps it, at the position that it had.

        None if it is no JSON, or the plan does not say clearly what lies at such a position; so
        for items that lie within others.
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
        found = FoundItems(
            entity,
            [value],
            name,
            is_single=shape == "single",
            may_have_escapes=has_escapes(value),
            json_text=data,
        )
        if shape in ("map", "pairs"):
            found.names = [position]
        return found

    def matches_key(self, record: Record) -> bool:
        """Whether an entity names the record's key; such a record is read as that entity's."""
        return any(True for _ in _matching_readers(self._keyed_readers, record.key))

    def classify_by_key(self, record: Record) -> Classified | None:
        """What entities that name the record's key take of it; None if there is none of them."""
        if self._out_of_scope(record) or self._ignored_by_key(record.key):
            return None
        found = self._by_key(record)
        return None if found is None or found.aside else found

    def _out_of_scope(self, record: Record) -> str | None:
        origin = record.storage_key.origin
        if self._origins is not None:
            ours = origin in self._origins
        else:
            ours = self._plan.source.names(origin)
        if not ours:
            return SkipReason.OTHER_SITE
        if not self._plan.source.partitioned and not record.storage_key.first_party:
            return SkipReason.PARTITIONED
        return None

    def _by_key(self, record: Record) -> Classified | None:
        readers = list(_matching_readers(self._keyed_readers, record.key))
        if not readers:
            return None
        if record.value in _NOTHING:
            return Classified(SkipReason.EMPTY)
        reading = _Reading(record)
        classified = Classified(found=[])
        taken: list[_Take] = []
        for entity, sources in _by_entity(readers):
            try:
                take = _first_take(sources, reading)
            except ItemRejected as rejected:
                classified.found.append(UnreadableRecord(entity, rejected))
                continue
            if take:
                taken.append(take)
                if take.found.items:
                    classified.found += [take.found, *self._children(take.found)]
        if not taken:
            if classified.found:
                return classified
            return _not_taken(readers[0][0].entity, record, reading)
        # A rejection of the whole record keeps all of it.
        if len(classified.items) == len(classified.found):
            try:
                rest = _rest(taken)
                if rest is not None and not says_nothing(rest):
                    self._add_rest(classified, record, rest, reading)
            except ItemRejected as rejected:
                classified.found.append(UnreadableRecord(taken[0].found.entity, rejected))
        return classified if classified.found or classified.rest else Classified(SkipReason.EMPTY)

    def _add_rest(
        self, classified: Classified, record: Record, rest: Raw, reading: "_Reading"
    ) -> None:
        for reader, name in _matching_readers(self._catch_all_readers, record.key):
            if reader.takes_whole_values:
                found = FoundItems(
                    reader.entity,
                    [rest],
                    name,
                    is_single=True,
                    may_have_escapes=has_escapes(rest),
                    json_text=bytes(rest),
                    is_rest=True,
                )
                self._cut_logins(found, record.key, classified)
                if found.items:
                    classified.found += [found, *self._children(found)]
                return
        classified.rest = _parts(rest)

    def inner_locations(self, entity: str, item: Raw) -> Collection[Location]:
        """Where in an item of the entity other entities' items lie."""
        found: set[Location] = set()
        readers = self._child_readers.get(entity, ())
        for child in dict.fromkeys(reader.entity for reader in readers):
            for reader in readers:
                locations = reader.locations_in(item) if reader.entity == child else None
                if locations is not None:
                    found |= set(locations)
                    break
        return found

    def _children(self, parent: FoundItems) -> Iterator[FoundItems]:
        readers = self._child_readers.get(parent.entity, ())
        for entity in dict.fromkeys(reader.entity for reader in readers):
            children = FoundItems(
                entity,
                [],
                parent.name,
                encoding=parent.encoding,
                may_have_escapes=parent.may_have_escapes,
                json_text=parent.json_text,
                parents=[],
                indexes=[],
            )
            for place, item in enumerate(parent.items):
                for reader in readers:
                    if reader.entity == entity and reader.add_children(
                        children, parent, place, item
                    ):
                        break
            if children.items:
                yield children

    def _by_content(self, record: Record) -> Classified:
        readers = list(_matching_readers(self._catch_all_readers, record.key))
        try:
            return self._classify_by_content(record, readers)
        except ItemRejected as rejected:
            if not readers:
                return Classified(SkipReason.UNMATCHED)
            return Classified(found=[UnreadableRecord(readers[0][0].entity, rejected)])

    def _classify_by_content(
        self, record: Record, readers: list[tuple["_SourceReader", str]]
    ) -> Classified:
        reading = _Reading(record)
        kind = self._ignored_by_content(record.key, record.value, reading.plain)
        take = None if kind else _first_take(readers, reading)
        if kind or take is None:
            return Classified(kind or SkipReason.UNMATCHED)
        found = take.found
        classified = Classified(found=[])
        kind = self._cut_logins(found, record.key, classified) if found.items else ""
        if kind and not found.items:
            return Classified(kind)
        if found.items:
            classified.found += [found, *self._children(found)]
        rest = _rest([take])
        if rest is not None and not says_nothing(rest):
            classified.rest = _parts(rest)
        return classified if found.items or classified.rest else Classified(SkipReason.EMPTY)

    def _cut_logins(self, found: FoundItems, key: str, classified: Classified) -> str:
        """Cut out of the items what logs somebody in, and drop those that are nothing else.

        Returns the word by which the plan leaves logins aside; empty where it leaves them in.
        """
        rule = next(
            (each for each in self._login_rules if _first_match(each.patterns, key) is not None),
            None,
        )
        if rule is None or self._is_taken(key):
            return ""
        spared = self._planned_secrets[found.entity]
        results = [cut_logins(item, key, spared) for item in found.items]
        if any(result.count for result in results):
            classified.cuts = [*classified.cuts, *(each for each in results if each.count)]
            left = [(index, each.value) for index, each in enumerate(results)]
            if found.names:
                found.names = [found.names[index] for index, value in left if value is not None]
            found.items = [value for _, value in left if value is not None]
        return rule.kind

    def _ignored_by_key(self, key: str) -> str | None:
        for rule in self._key_rules:
            if _first_match(rule.patterns, key) is not None:
                return None if self._is_taken(key) else rule.kind
        return None

    def _is_taken(self, key: str) -> bool:
        """Whether no rule is to leave the key aside."""
        return _first_match(self._plan.taken_keys, key) is not None

    def _ignored_by_content(self, key: str, text: str, value: Raw | None) -> str | None:
        if self._is_taken(key):
            return None
        if text in _NEVER_DATA:
            return _NEVER_DATA[text]
        for rule in self._content_rules:
            if not any(pattern.match(key) is not None for pattern in rule.patterns):
                continue
            if rule.holds == "cache":
                if value is not None and looks_like_cache(value):
                    return rule.kind
            elif _is_opaque(text) or (value is not None and _is_opaque(as_string(value) or "")):
                return rule.kind
        return None


class _Reading:
    """A record's value, decoded in each way once."""

    def __init__(self, record: Record) -> None:
        self.text = record.value
        self.data = escape_json(record.value)
        self.aside: SetAside | None = None
        """Why a decoder that knew the record's value leaves it aside."""
        self.misfit: ItemRejected | None = None
        """Why a source's expression could not be computed."""
        self._key = record.key
        self._decoded: dict[tuple[str, ...], Raw | None] = {}

    @property
    def plain(self) -> Raw | None:
        """As JSON; None if it is none."""
        if () not in self._decoded:
            self._decoded[()] = as_value(self.data)
        return self._decoded[()]

    def decoded(self, chain: DecodeChain) -> Raw | None:
        if not chain.names:
            return Raw(self.data)  # what looks into it sees whether it is JSON
        if chain.names not in self._decoded:
            context = DecodeContext(self._key, datetime.now(UTC), lambda key: None)
            value = chain.decode(self.text, context)
            if isinstance(value, SetAside):
                self.aside, value = value, None
            self._decoded[chain.names] = value
        return self._decoded[chain.names]


class _Take(msgspec.Struct):
    """What an entity took of a record."""

    found: FoundItems
    chain: DecodeChain
    value: Raw
    """As decoded."""
    locations: Collection[Location]
    """Where in it the items lie."""


class _SourceReader:
    """One source of one entity."""

    def __init__(self, entity: str, source: EntitySource) -> None:
        self.entity = entity
        self.source = source
        self._takes_any = source.decode[-1:] == [ANY]
        self._chain = DecodeChain([name for name in source.decode if name != ANY])
        self._items = Expression(source.items)

    def read(self, reading: _Reading, name: str) -> _Take | None:
        """The items if the value is what this source expects.

        Raises ItemRejected if it is so but cannot be read.
        """
        if self._takes_any and not self._chain.names and reading.plain is None:
            plain = Raw(encode(escape_unstorable(reading.text)))
            found = FoundItems(
                self.entity,
                [plain],
                name,
                is_single=True,
                encoding="text",
                may_have_escapes=has_escapes(plain),
            )
            return _Take(found, self._chain, plain, ((),))
        whole = reading.decoded(self._chain)
        try:
            inner = None if whole is None else self._items.find(whole)
        except ItemRejected as rejected:
            if rejected.code is not RejectionCode.WRONG_TYPE:
                raise
            reading.misfit, inner = rejected, None
        if inner is None or whole is None:
            return None
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
        return _Take(found, self._chain, whole, self._items.locations(whole))

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
            case "single":
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


def _is_opaque(text: str) -> bool:
    """Whether a text is one long word, as tokens are."""
    return looks_random(text) or login_kind(text) is not None


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


def _matching_readers(
    readers: Iterable[_SourceReader], key: str
) -> Iterator[tuple[_SourceReader, str]]:
    """Those for the key, with what wildcards stand for."""
    for reader in readers:
        name = _first_match(reader.source.patterns, key)
        if name is not None:
            yield reader, escape_unstorable(name)


def _by_entity(
    readers: Iterable[tuple[_SourceReader, str]],
) -> Iterator[tuple[str, list[tuple[_SourceReader, str]]]]:
    entities: dict[str, list[tuple[_SourceReader, str]]] = {}
    for reader, name in readers:
        entities.setdefault(reader.entity, []).append((reader, name))
    yield from entities.items()


def _first_take(readers: Iterable[tuple[_SourceReader, str]], reading: _Reading) -> _Take | None:
    """By the first source that fits and finds items, else by the first that fits."""
    empty = None
    for reader, name in readers:
        take = reader.read(reading, name)
        if take and take.found.items:
            return take
        empty = empty or take
    return empty


def _not_taken(entity: str, record: Record, reading: _Reading) -> Classified:
    """Of a record that an entity names by key, and that no source recognises."""
    if reading.aside:
        return Classified(reading.aside.value)
    if record.value == _LOST_BY_THE_APP:
        return Classified(SkipReason.LOST)
    try:
        is_json = reading.plain is not None
    except ItemRejected as rejected:
        return Classified(found=[UnreadableRecord(entity, rejected)])
    error = reading.misfit or (
        ItemRejected(
            RejectionCode.UNRECOGNISED,
            Message("The record does not have any of the shapes that the plan knows for its key."),
            Message("Add a source with this shape to the plan."),
        )
        if is_json
        else ItemRejected(
            RejectionCode.NOT_JSON,
            Message("The record is not JSON, so no items can be read from it."),
            Message("Correct it in the app, or take its key out of the plan."),
        )
    )
    return Classified(found=[UnreadableRecord(entity, error)])


def _rest(taken: list[_Take]) -> Raw | None:
    """What of the record nobody took, as the first of them decoded it."""
    first = taken[0]
    locations: set[Location] = set()
    for take in taken:
        if take.chain.names == first.chain.names:
            locations |= set(take.locations)
        else:
            locations |= set(_translated(take, first.chain))
    return rest_of(first.value, locations)


def _translated(take: _Take, chain: DecodeChain) -> Iterator[Location]:
    """The locations in what another chain makes of the record."""
    inside, other = take.chain.inside, chain.inside
    if inside is None or other is None:
        return
    for location in take.locations:
        whole = (*inside, *location)
        if whole[: len(other)] == other:
            yield whole[len(other) :]
        elif other[: len(whole)] == whole:
            yield ()


def _parts(rest: Raw) -> tuple[RestPart, ...]:
    members = as_object(rest)
    values: Mapping[str, Raw] = {"": rest} if members is None else members
    return tuple(
        RestPart(name, _count(value), len(bytes(value)))
        for name, value in values.items()
        if not says_nothing(value)
    )


def _count(value: Raw) -> int:
    inner = as_object(value)
    elements: Collection[object] | None = as_list(value) if inner is None else inner
    return 1 if elements is None else len(elements)


def _first_match(patterns: Iterable[WildcardPattern], key: str) -> str | None:
    return next(
        (name for name in (pattern.match(key) for pattern in patterns) if name is not None), None
    )
