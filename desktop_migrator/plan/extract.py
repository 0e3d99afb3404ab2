"""Records -> items and rejections, lazily and without I/O.

Every record read is either skipped under one word or gives at least one item, rejection or
duplicate; nothing vanishes. An item's rejection never costs its neighbours.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from msgspec import Raw
from msgspec.structs import replace

from desktop_migrator.messages import Message
from desktop_migrator.model import Item, Record, Rejection, Source, TargetEntity
from desktop_migrator.plan.build_row import RawItem, RowBuilder
from desktop_migrator.plan.classify import (
    ClassifiedRecord,
    RecordClassifier,
    SkipReason,
    UnreadableRecord,
)
from desktop_migrator.plan.envelope import FieldCipher
from desktop_migrator.plan.json_text import (
    canonical,
    escape_unstorable,
    has_big_integers,
    has_long_numbers,
    has_unstorable_escapes,
    is_storable,
    printable,
    unescape_json,
    unescape_unstorable,
)
from desktop_migrator.plan.reject import ItemRejected, RejectionCode
from desktop_migrator.plan.schema import Plan
from desktop_migrator.plan.sensitive import FieldProtector


class ExtractCounts(NamedTuple):
    """What an `Extractor` has counted."""

    records: int
    skipped_records: Counter[str]
    duplicates: Counter[str]
    warnings: Counter[str]


class Extractor:
    """Applies a plan for one user to the records of the chosen origins.

    Raises PlanDoesNotFit if a column cannot hold the user's id.
    """

    def __init__(
        self,
        plan: Plan,
        entities: Sequence[TargetEntity],
        user_id: str,
        origins: Collection[str],
        key: FieldCipher | None = None,
    ) -> None:
        self.records = 0
        """Records read so far."""
        self.skipped_records: Counter[str] = Counter()
        """Those of them that gave nothing, each under one word."""
        self.duplicates: Counter[str] = Counter()
        """By entity, items dropped because their record holds an equal one with the same id."""
        self.warnings: Counter[str] = Counter()
        """`big-integer`: items with integers that JavaScript cannot read back exactly;
        `data-beside-items`: records that hold more than the items taken from them."""
        self._classifier = RecordClassifier(plan, origins)
        self._row_builders = {
            entity.name: RowBuilder(plan.entities[entity.name], entity, user_id)
            for entity in entities
        }
        self.protectors = {
            entity.name: FieldProtector(
                entity.name,
                plan.entities[entity.name].sensitive_rules,
                user_id,
                key,
                plan.sensitive.without_key,
            )
            for entity in entities
            if plan.entities[entity.name].sensitive_rules
        }
        """Of the entities that have sensitive fields."""
        self._reject_unstorable = plan.text.unstorable == "reject"

    def extract(self, records: Iterable[Record]) -> Iterator[Item | Rejection]:
        for record in records:
            self.records += 1
            classified = self._classifier.classify(record)
            if isinstance(classified, str):
                self.skipped_records[classified] += 1
            elif classified.entity not in self._row_builders:
                self.skipped_records[SkipReason.EXCLUDED] += 1
            elif isinstance(classified, UnreadableRecord):
                source = Source(record.store, record.storage_key, record.key)
                text = printable(record.value)
                if protector := self.protectors.get(classified.entity):
                    text = protector.redacted_text(text)
                yield _rejection(classified.entity, source, None, classified.error, text)
            else:
                if classified.has_extra_data:
                    self.warnings["data-beside-items"] += 1
                yield from self._items(record, classified)

    @property
    def counts(self) -> ExtractCounts:
        return ExtractCounts(self.records, self.skipped_records, self.duplicates, self.warnings)

    def add_counts(self, other: ExtractCounts) -> None:
        """What another one, of other records, has counted."""
        self.records += other.records
        self.skipped_records += other.skipped_records
        self.duplicates += other.duplicates
        self.warnings += other.warnings

    def extract_rejected(
        self, record: Record, entity: str, position: str
    ) -> list[Item | Rejection]:
        """What becomes of a rejection's own text, which is the record's value here.

        `position` is that of the rejection; the text of a whole record has none.
        """
        if protector := self.protectors.get(entity):
            record = replace(record, value=protector.decrypted(record.value))
        whole = [] if position else list(self.extract([record]))
        if whole and all(isinstance(each, Item) for each in whole):
            return whole
        found = self._classifier.reparse_rejected(entity, record.key, position, record.value)
        return list(self._items(record, found)) if found else whole

    def _items(self, record: Record, found: ClassifiedRecord) -> Iterator[Item | Rejection]:
        builder = self._row_builders[found.entity]
        protector = self.protectors.get(found.entity)
        seen: dict[object, Raw] = {}
        key = escape_unstorable(record.key)
        may_have_escapes = found.may_have_escapes or key != record.key
        long_numbers = has_long_numbers(found.json_text)
        for index, found_raw in enumerate(found.items):
            position = found.position(index)
            source = Source(record.store, record.storage_key, record.key, position)
            source_id = None
            raw, text, safe = found_raw, unescape_json(found_raw), protector is None
            try:
                if protector:
                    raw = protector.protect(found_raw)
                    text, safe = protector.redacted_text(text, raw), True
                name = found.item_name(index)
                raw_item = RawItem(
                    raw,
                    text,
                    record.storage_key.origin,
                    key,
                    name,
                    found.encoding,
                    may_have_escapes,
                )
                if may_have_escapes and self._reject_unstorable:
                    raw_item = _without_escapes(raw_item)
                fields = builder.fields(raw_item)
                source_id = builder.source_id(fields, raw_item)
                item = builder.build(fields, raw_item, source, source_id)
                known_as = source_id if item.derived else item.id
                if known_as in seen:
                    _ensure_equal(raw, seen[known_as])
                    self.duplicates[found.entity] += 1
                    continue
                seen[known_as] = raw
                if long_numbers and has_big_integers(raw):
                    self.warnings["big-integer"] += 1
            except ItemRejected as rejected:
                if protector and not safe:
                    text = protector.redacted_text(text)
                yield _rejection(found.entity, source, source_id, rejected, text)
            else:
                yield item


def _without_escapes(raw_item: RawItem) -> RawItem:
    """The item without escapes. Raises ItemRejected if it cannot do without."""
    if has_unstorable_escapes(raw_item.json):
        raise _unstorable_error()
    return RawItem(
        Raw(unescape_json(raw_item.json).encode()),
        raw_item.original_text,
        raw_item.origin,
        _unescape_exactly(raw_item.key),
        _unescape_exactly(raw_item.name),
        raw_item.encoding,
        may_have_escapes=False,
    )


def _unescape_exactly(text: str) -> str:
    exact = unescape_unstorable(text)
    if not is_storable(exact):
        raise _unstorable_error()
    return exact


def _unstorable_error() -> ItemRejected:
    return ItemRejected(
        RejectionCode.UNSTORABLE,
        Message(
            "It holds a character that PostgreSQL cannot hold (U+0000 or half of a surrogate pair)."
        ),
        Message('Remove it in the app, or set `unstorable = "escape"` in the plan.'),
    )


def _ensure_equal(one: Raw, other: Raw) -> None:
    if one != other and canonical(one) != canonical(other):
        raise ItemRejected(
            RejectionCode.DUPLICATE_ID,
            Message("An item before it in the same record has the same id and other content."),
            Message("Give one of the two another id in the app."),
        )


def _rejection(
    entity: str, source: Source, source_id: str | None, error: ItemRejected, raw: str
) -> Rejection:
    return Rejection(entity, source, source_id, error.code.value, error.reason, error.remedy, raw)
