"""Records -> items and rejections, lazily and without I/O.

Every record read is either skipped under one word or gives at least one item, rejection or
duplicate; nothing vanishes. An item's rejection never costs its neighbours.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from msgspec import Raw
from msgspec.structs import replace

from desktop_migrator.messages import Message
from desktop_migrator.model import Item, Record, Rejection, Source, TargetEntity
from desktop_migrator.plan.accounting import Accounting
from desktop_migrator.plan.build_row import RowBuilder
from desktop_migrator.plan.classified import SkipReason, UnreadableRecord
from desktop_migrator.plan.classify import RecordClassifier
from desktop_migrator.plan.companions import Companions
from desktop_migrator.plan.decode.unreadable import has_unreadable
from desktop_migrator.plan.detect import SecretDetector
from desktop_migrator.plan.envelope import FieldCipher
from desktop_migrator.plan.found_items import FoundItems
from desktop_migrator.plan.json_text import (
    canonical,
    has_big_integers,
    has_long_numbers,
    has_unstorable_escapes,
    is_storable,
    printable,
    unescape_json,
    unescape_unstorable,
)
from desktop_migrator.plan.raw_items import ItemReader, RawItem
from desktop_migrator.plan.reject import ItemRejected, RejectionCode
from desktop_migrator.plan.schema import Plan
from desktop_migrator.plan.sensitive import FieldProtector
from desktop_migrator.system.debug import debug_log

_log = debug_log("migration:transform")


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
        companions: Companions | None = None,
    ) -> None:
        self.accounting = Accounting()
        """What it has read so far."""
        self._plan = plan
        self._classifier = RecordClassifier(plan, origins, companions)
        self._reader = ItemReader(plan)
        self._row_builders = {
            entity.name: RowBuilder(
                plan, entity, user_id, partial(self._classifier.inner_locations, entity.name)
            )
            for entity in entities
        }
        self.protectors = {
            entity.name: FieldProtector(
                entity.name,
                plan.entities[entity.name].sensitive_rules,
                user_id,
                key,
                plan.sensitive.without_key,
                self.accounting.omitted,
            )
            for entity in entities
            if plan.entities[entity.name].sensitive_rules
        }
        """Of the entities that have sensitive fields."""
        self._detectors = {
            entity.name: SecretDetector(
                entity.name, plan.entities[entity.name], self.accounting.suspicions
            )
            for entity in entities
        }
        self._reject_unstorable = plan.text.unstorable == "reject"

    def extract(self, records: Iterable[Record]) -> Iterator[Item | Rejection]:
        for record in records:
            self.accounting.records += 1
            classified = self._classifier.classify(record)
            if classified.aside:
                self._count_aside(record, classified.aside)
                continue
            self.accounting.left_over(record.key, classified.rest)
            self.accounting.left_out(record.key, classified.cuts)
            asked_for = [each for each in classified.found if each.entity in self._row_builders]
            if not asked_for:
                if classified.found:
                    self.accounting.left_aside(SkipReason.EXCLUDED, record.key)
                continue
            for found in asked_for:
                _log.debug("%s: %d characters", found.entity, len(record.value))
                if isinstance(found, UnreadableRecord):
                    yield self._unreadable(record, found)
                else:
                    yield from self._items(record, found)

    def extract_rejected(
        self, record: Record, entity: str, position: str
    ) -> list[Item | Rejection]:
        """What becomes of a rejection's own text, which is the record's value here.

        `position` is that of the rejection; the text of a whole record has none.
        """
        if protector := self.protectors.get(entity):
            record = replace(record, value=protector.decrypted(record.value))
        alone = not position and not self._classifier.is_combined(entity, record.key)
        whole = [each for each in self.extract([record]) if each.entity == entity] if alone else []
        if whole and all(isinstance(each, Item) for each in whole):
            return whole
        found = self._classifier.reparse_rejected(entity, record.key, position, record.value)
        return list(self._items(record, found)) if found else whole

    def _count_aside(self, record: Record, word: str) -> None:
        if word == SkipReason.OTHER_SITE:
            self.accounting.skipped[word] += 1
        else:
            self.accounting.left_aside(word, record.key)

    def _unreadable(self, record: Record, found: UnreadableRecord) -> Rejection:
        source = Source(record.store, record.storage_key, record.key)
        text = printable(record.value)
        if protector := self.protectors.get(found.entity):
            text = protector.redacted_text(text)
        return _rejection(found.entity, source, None, found.error, text)

    def _items(self, record: Record, found: FoundItems) -> Iterator[Item | Rejection]:
        builder = self._row_builders[found.entity]
        protector = self.protectors.get(found.entity)
        detector = self._detectors[found.entity]
        seen: dict[object, tuple[Raw, tuple[Any, ...]]] = {}
        long_numbers = has_long_numbers(found.json_text)
        for index, read in enumerate(self._reader.items(record, found)):
            source = Source(record.store, record.storage_key, record.key, found.position(index))
            source_id = None
            raw, text, safe = read.json, unescape_json(read.json), protector is None
            raw_item = read
            try:
                if protector:
                    raw = protector.protect(raw)
                    text, safe = protector.redacted_text(text, raw), True
                    raw_item.json = raw
                raw_item.original_text = text
                if raw_item.may_have_escapes:
                    if has_unreadable(raw):
                        raise _unreadable_error()
                    if self._reject_unstorable:
                        raw_item = _without_escapes(read)
                fields = builder.fields(raw_item)
                source_id = builder.source_id(fields, raw_item)
                item = builder.build(fields, raw_item, source, source_id)
                known_as = (raw_item.scope, source_id) if item.derived else item.id
                circumstances = builder.circumstances(raw_item)
                first = seen.setdefault(known_as, (raw, circumstances))
                is_known = first[0] is not raw
                if is_known and circumstances == first[1] and _are_equal(raw, first[0]):
                    self.accounting.duplicates[found.entity] += 1
                    continue
                if long_numbers and has_big_integers(raw):
                    self.accounting.warnings["big-integer"] += 1
                self.accounting.warnings.update(builder.losses(item))
            except ItemRejected as rejected:
                if protector and not safe:
                    text = protector.redacted_text(text)
                yield _rejection(found.entity, source, source_id, rejected, text)
            else:
                detector.inspect(item)
                yield item


def _without_escapes(raw_item: RawItem) -> RawItem:
    """The item without escapes. Raises ItemRejected if it cannot do without."""
    if has_unstorable_escapes(raw_item.json):
        raise _unstorable_error()
    return replace(
        raw_item,
        json=Raw(unescape_json(raw_item.json).encode()),
        key=_unescape_exactly(raw_item.key),
        name=_unescape_exactly(raw_item.name),
        path=_unescape_exactly(raw_item.path),
        may_have_escapes=False,
    )


def _unreadable_error() -> ItemRejected:
    return ItemRejected(
        RejectionCode.UNRECOGNISED,
        Message("It has a value of a JavaScript type for which JSON has no counterpart."),
        Message("Tell the support desk; the record stays in the browser."),
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


def _are_equal(one: Raw, other: Raw) -> bool:
    return one == other or canonical(one) == canonical(other)


def _rejection(
    entity: str, source: Source, source_id: str | None, error: ItemRejected, raw: str
) -> Rejection:
    return Rejection(entity, source, source_id, error.code.value, error.reason, error.remedy, raw)
