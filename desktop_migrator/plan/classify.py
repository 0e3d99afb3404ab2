"""Which of a plan's entities a record belongs to, and where in its value the items lie.

The order: other sites, partitioned areas, what the plan ignores by key, entities that name the
key, what the plan ignores by its look, entities that take everything.

A record may feed many entities: each takes from it by its own first source whose key matches and
whose decoding recognises the value. What none of them takes is the record's rest. The first entity
that takes everything gets it; without one it is told.
"""

from collections.abc import Collection, Iterable, Iterator

from msgspec import Raw

from desktop_migrator.messages import Message
from desktop_migrator.model import Record
from desktop_migrator.plan.classified import (
    LOST_BY_THE_APP,
    NEVER_DATA,
    Classified,
    SkipReason,
    UnreadableRecord,
)
from desktop_migrator.plan.companions import Companions
from desktop_migrator.plan.decode.decoder import SetAside
from desktop_migrator.plan.found_items import FoundItems
from desktop_migrator.plan.json_text import (
    as_string,
    as_value,
    escape_json,
    escape_unstorable,
    has_escapes,
    too_deep_error,
)
from desktop_migrator.plan.locations import Location, says_nothing
from desktop_migrator.plan.record_rest import rest_of_record, rest_parts
from desktop_migrator.plan.reject import ItemRejected, RejectionCode
from desktop_migrator.plan.schema import Plan
from desktop_migrator.plan.secrets.caches import looks_like_cache
from desktop_migrator.plan.secrets.cut import cut_logins
from desktop_migrator.plan.secrets.recognise import login_kind, looks_random, plain_name
from desktop_migrator.plan.source_reader import (
    NOTHING,
    SINGLE_SHAPES,
    Reading,
    SourceReader,
    Take,
    first_match,
    first_take,
    matching_readers,
)

_MAX_NESTED = 100
"""Levels of items within items."""


class RecordClassifier:
    """Sorts records by a plan. `origins` are those chosen; None takes the plan's.

    Without `companions` nothing is known beside a record, and what expires by another one counts
    as data.
    """

    def __init__(
        self,
        plan: Plan,
        origins: Collection[str] | None = None,
        companions: Companions | None = None,
    ) -> None:
        self._plan = plan
        self._companions = companions or Companions()
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
        self._keyed_readers: list[SourceReader] = []
        self._catch_all_readers: list[SourceReader] = []
        self._child_readers: dict[str, list[SourceReader]] = {}
        for name, entity in plan.entities.items():
            for source in entity.sources:
                tells_names = not (entity.reads_names or entity.has_rest)
                reader = SourceReader(name, source, tells_names=tells_names)
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
            if (name := first_match(reader.source.patterns, key)) is not None
            and (reader.source.shape in SINGLE_SHAPES) == (not position)
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
            is_single=shape in SINGLE_SHAPES,
            may_have_escapes=has_escapes(value),
            json_text=data,
        )
        if shape in ("map", "pairs"):
            found.names = [position]
        if shape == "combined":
            found.key = readers[0].common_key
        return found

    def is_combined(self, entity: str, key: str) -> bool:
        """Whether several records, this one among them, make an item of the entity."""
        return any(
            reader.entity == entity and reader.source.shape == "combined"
            for reader, _ in matching_readers(self._keyed_readers, key)
        )

    def matches_key(self, record: Record) -> bool:
        """Whether an entity names the record's key; such a record is read as that entity's."""
        return any(True for _ in matching_readers(self._keyed_readers, record.key))

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
        key = record.storage_key
        if self._plan.source.partitioned or key.first_party:
            return None
        framed = key.top_level_site or key.cross_site_ancestor or key.nonce or key.opaque_site
        return SkipReason.CONTAINER if key.container and not framed else SkipReason.PARTITIONED

    def _by_key(self, record: Record) -> Classified | None:
        readers = list(matching_readers(self._keyed_readers, record.key))
        if not readers:
            return None
        if record.value in NOTHING:
            return Classified(SkipReason.EMPTY)
        reading = Reading(record, self._companions)
        classified = Classified(found=[])
        taken: list[Take] = []
        aside: SetAside | None = None
        for entity, sources in _by_entity(readers):
            try:
                take = first_take(sources, reading)
                found = [take.found, *self._children(take.found)] if take else []
            except ItemRejected as rejected:
                classified.found.append(UnreadableRecord(entity, rejected))
                continue
            aside = aside or reading.aside
            if take:
                taken.append(take)
                classified.found += found if take.found.items else []
                classified.part_of = classified.part_of or take.part_of
        if not taken:
            if classified.found:
                return classified
            if aside:
                return Classified(aside)
            return _not_taken(readers[0][0].entity, record, reading)
        # A rejection of the whole record keeps all of it.
        if len(classified.items) == len(classified.found):
            try:
                rest = rest_of_record(taken)
                if rest is not None and not says_nothing(rest):
                    self._add_rest(classified, record, rest, reading)
            except ItemRejected as rejected:
                classified.found.append(UnreadableRecord(taken[0].found.entity, rejected))
        self._tell_names(classified)
        is_taken = classified.found or classified.rest or classified.part_of
        return classified if is_taken else Classified(SkipReason.EMPTY)

    def _tell_names(self, classified: Classified) -> None:
        """Names that nothing takes are left of the record, too."""
        taken = {
            each.names_path for each in classified.items if each.are_named and not each.unread_names
        }
        told = {
            (each.parents and each.parents[0][0].entity, each.unread_names.path): each.unread_names
            for each in classified.items
            if each.unread_names and each.unread_names.path not in taken
        }
        classified.rest += tuple(told.values())

    def _add_rest(
        self, classified: Classified, record: Record, rest: Raw, reading: Reading
    ) -> None:
        for reader, name in matching_readers(self._catch_all_readers, record.key):
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
        classified.rest = rest_parts(rest)

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

    def _children(self, parent: FoundItems, depth: int = 0) -> Iterator[FoundItems]:
        """Items within the items, and those within them. Raises ItemRejected where they nest too
        deeply."""
        if depth > _MAX_NESTED:
            raise too_deep_error()
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
                yield from self._children(children, depth + 1)

    def _by_content(self, record: Record) -> Classified:
        readers = list(matching_readers(self._catch_all_readers, record.key))
        try:
            return self._classify_by_content(record, readers)
        except ItemRejected as rejected:
            if not readers:
                return Classified(SkipReason.UNMATCHED)
            return Classified(found=[UnreadableRecord(readers[0][0].entity, rejected)])

    def _classify_by_content(
        self, record: Record, readers: list[tuple[SourceReader, str]]
    ) -> Classified:
        reading = Reading(record, self._companions)
        kind = self._ignored_by_content(record.key, record.value, reading.plain)
        take = None if kind else first_take(readers, reading)
        if kind or take is None:
            return Classified(kind or reading.aside or SkipReason.UNMATCHED)
        found = take.found
        classified = Classified(found=[])
        kind = self._cut_logins(found, record.key, classified) if found.items else ""
        if kind and not found.items:
            return Classified(kind)
        if found.items:
            classified.found += [found, *self._children(found)]
        rest = rest_of_record([take])
        if rest is not None and not says_nothing(rest):
            classified.rest = rest_parts(rest)
        self._tell_names(classified)
        return classified if found.items or classified.rest else Classified(SkipReason.EMPTY)

    def _cut_logins(self, found: FoundItems, key: str, classified: Classified) -> str:
        """Cut out of the items what logs somebody in, and drop those that are nothing else.

        Returns the word by which the plan leaves logins aside; empty where it leaves them in.
        """
        rule = next(
            (each for each in self._login_rules if first_match(each.patterns, key) is not None),
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
            if first_match(rule.patterns, key) is not None:
                return None if self._is_taken(key) else rule.kind
        return None

    def _is_taken(self, key: str) -> bool:
        """Whether no rule is to leave the key aside."""
        return first_match(self._plan.taken_keys, key) is not None

    def _ignored_by_content(self, key: str, text: str, value: Raw | None) -> str | None:
        if self._is_taken(key):
            return None
        if text in NEVER_DATA:
            return NEVER_DATA[text]
        for rule in self._content_rules:
            if not any(pattern.match(key) is not None for pattern in rule.patterns):
                continue
            if rule.holds == "cache":
                if value is not None and looks_like_cache(value):
                    return rule.kind
            elif _is_opaque(text) or (value is not None and _is_opaque(as_string(value) or "")):
                return rule.kind
        return None


def _by_entity(
    readers: Iterable[tuple[SourceReader, str]],
) -> Iterator[tuple[str, list[tuple[SourceReader, str]]]]:
    entities: dict[str, list[tuple[SourceReader, str]]] = {}
    for reader, name in readers:
        entities.setdefault(reader.entity, []).append((reader, name))
    yield from entities.items()


def _not_taken(entity: str, record: Record, reading: Reading) -> Classified:
    """Of a record that an entity names by key, and that no source recognises."""
    if record.value == LOST_BY_THE_APP:
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


def _is_opaque(text: str) -> bool:
    """Whether a text is one long word, as tokens are."""
    return looks_random(text) or login_kind(text) is not None
