"""Holds a plan against records: what would go wrong, before anybody runs it.

Findings name entities, keys, fields and counts; of values only short words that a plan's `values`
would list.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from enum import StrEnum

import msgspec

from desktop_migrator.errors import PlanDoesNotFit
from desktop_migrator.messages import Message, plural
from desktop_migrator.model import Item, Record, Rejection, TargetEntity
from desktop_migrator.plan.accounting import RestTotal
from desktop_migrator.plan.classified import Classified, SkipReason
from desktop_migrator.plan.classify import RecordClassifier
from desktop_migrator.plan.companions import Companions
from desktop_migrator.plan.envelope import PlaceholderCipher
from desktop_migrator.plan.expressions import Expression
from desktop_migrator.plan.extract import Extractor
from desktop_migrator.plan.json_text import as_string, escape_json
from desktop_migrator.plan.reject import ItemRejected, RejectionCode
from desktop_migrator.plan.schema import Plan
from desktop_migrator.plan.schema_entity import Entity, EntitySource
from desktop_migrator.plan.schema_texts import VARIABLES

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,23}")
_MAX_WORDS = 20
_MAX_IDS = 2_000_000
_USERS = ("check", "00000000-0000-0000-0000-000000000000", "0")
"""Stand-ins for the person's id, of which columns for it take one."""


class Problem(StrEnum):
    """What is wrong. Those of `HARMLESS` lose nothing."""

    UNUSABLE = "unusable"
    """The plan and the tables do not go together."""
    REJECTED = "rejected"
    VALUES = "values"
    """Words that `values` lacks."""
    SAME_ID = "same-id"
    REST = "rest"
    """Parts of records that nothing takes."""
    UNMATCHED = "unmatched"
    """Records whose keys the plan does not name."""
    NO_COLUMN = "no-column"
    """A column that the table lacks."""
    NO_ITEMS = "no-items"
    """An entity that gets nothing."""
    KEY_UNUSED = "key-unused"
    SOURCE_UNUSED = "source-unused"


HARMLESS = frozenset((Problem.NO_ITEMS, Problem.KEY_UNUSED, Problem.SOURCE_UNUSED,
                      Problem.NO_COLUMN))  # fmt: skip
"""What may well be meant: another person's data may have it."""


class Finding(msgspec.Struct, frozen=True):
    problem: Problem
    place: str
    """Of the plan, or the record's key and the path in it."""
    what: Message
    count: int = 0


class DataCheck:
    """Gather records by `add`, then read `findings`.

    Raises PlanDoesNotFit as Extractor does.
    """

    def __init__(
        self,
        plan: Plan,
        targets: Sequence[TargetEntity],
        origins: Sequence[str],
        companions: Companions | None = None,
    ) -> None:
        self._plan = plan
        self._extractor = _extractor(plan, targets, origins, companions)
        self.items: Counter[str] = Counter()
        """By entity."""
        self.rejected = 0
        self._asked = {target.name for target in targets}
        self._reasons: dict[tuple[str, Message], int] = {}
        self._first: dict[tuple[str, Message], Rejection] = {}
        self._words: dict[tuple[str, str], set[str]] = {}
        self._ids: dict[int, int] = {}
        self._same: Counter[str] = Counter()
        self._wins = _SourceWins(plan, origins, companions)
        self._keys: Counter[tuple[str, str]] = Counter()
        self._unmatched: Counter[str] = Counter()

    @property
    def records(self) -> int:
        return self._extractor.accounting.records

    def add(self, record: Record) -> None:
        for name, entity in self._plan.entities.items():
            for source in entity.sources:
                for pattern in source.patterns:
                    self._keys[name, pattern.text] += pattern.match(record.key) is not None
        self._wins.add(record)
        before = self._extractor.accounting.skipped[SkipReason.UNMATCHED]
        for outcome in self._extractor.extract([record]):
            if isinstance(outcome, Rejection):
                self._add_rejection(outcome)
            else:
                self._add_item(outcome)
        if self._extractor.accounting.skipped[SkipReason.UNMATCHED] > before:
            self._unmatched[record.key] += 1

    @property
    def findings(self) -> list[Finding]:
        """The worst first."""
        return [
            *self._rejections(),
            *self._missing_words(),
            *self._same_ids(),
            *(self._rest(*each) for each in self._extractor.accounting.rest.items()),
            *self._not_named(),
            *self._unused(),
        ]

    def _add_item(self, item: Item) -> None:
        self.items[item.entity] += 1
        if len(self._ids) < _MAX_IDS:
            known = self._ids.setdefault(
                hash((item.entity, item.scope, item.source_id)), hash(item.raw)
            )
            self._same[item.entity] += known != hash(item.raw)

    def _add_rejection(self, rejection: Rejection) -> None:
        self.rejected += 1
        name = rejection.entity, rejection.reason
        self._reasons[name] = self._reasons.get(name, 0) + 1
        self._first.setdefault(name, rejection)
        if rejection.code == RejectionCode.UNKNOWN_VALUE:
            entity = self._plan.entities[rejection.entity]
            for column, word in _unknown_words(entity, rejection.raw):
                words = self._words.setdefault((rejection.entity, column), set())
                if len(words) < _MAX_WORDS:
                    words.add(word)

    def _rejections(self) -> Iterator[Finding]:
        ranked = sorted(self._reasons.items(), key=lambda each: (-each[1], each[0][0]))
        for (entity, reason), count in ranked:
            first = self._first[entity, reason].source
            place = f"{first.key}[{first.position}]" if first.position else first.key
            what = plural(
                "One item of {entity} would be rejected: {reason} It is {place}.",
                "{count:,} items of {entity} would be rejected: {reason} The first is {place}.",
                count=count,
                entity=entity,
                reason=reason,
                place=place,
            )
            yield Finding(Problem.REJECTED, f"entities.{entity}", what, count)

    def _missing_words(self) -> Iterator[Finding]:
        for (entity, column), words in sorted(self._words.items()):
            what = Message(
                "`values` of {entity}.{column} lacks {words}.",
                entity=entity,
                column=column,
                words=", ".join(sorted(words)),
            )
            place = f"entities.{entity}.columns.{column}.values"
            yield Finding(Problem.VALUES, place, what, len(words))

    def _same_ids(self) -> Iterator[Finding]:
        for entity, count in self._same.items():
            if count:
                what = plural(
                    "One item of {entity} has the id of another and other content: one of the two"
                    " would count.",
                    "{count:,} items of {entity} have ids of others and other content: one of each"
                    " would count.",
                    count=count,
                    entity=entity,
                )
                yield Finding(Problem.SAME_ID, f"entities.{entity}.id", what, count)

    def _rest(self, place: tuple[str, str], total: RestTotal) -> Finding:
        key, path = place
        what = Message(
            "Nothing takes {path} of {key}: {size:,} bytes.",
            path=path or Message("what is left"),
            key=key,
            size=total.size,
        )
        return Finding(Problem.REST, f"{key}.{path}" if path else key, what, total.count)

    def _not_named(self) -> Iterator[Finding]:
        ranked = sorted(self._unmatched.items(), key=lambda each: (-each[1], each[0]))
        for key, count in ranked[:_MAX_WORDS]:
            what = Message("No entity names the key {key}, and none takes everything.", key=key)
            yield Finding(Problem.UNMATCHED, key, what, count)
        more = len(self._unmatched) - _MAX_WORDS
        if more > 0:
            what = plural("And one more key.", "And {count:,} more keys.", count=more)
            yield Finding(Problem.UNMATCHED, "", what, more)

    def _unused(self) -> Iterator[Finding]:
        for name, entity in self._plan.entities.items():
            if name in self._asked and not self.items[name]:
                what = Message("{entity} gets nothing.", entity=name)
                yield Finding(Problem.NO_ITEMS, f"entities.{name}", what)
                continue
            for number, source in enumerate(entity.sources):
                place = f"entities.{name}.sources[{number}]"
                unused = [each.text for each in source.patterns if not self._keys[name, each.text]]
                if unused:
                    what = Message("No key is like {keys}.", keys=", ".join(unused))
                    yield Finding(Problem.KEY_UNUSED, place, what, len(unused))
                elif len(entity.sources) > 1 and not self._wins.count(name, number):
                    what = Message(
                        "This source of {entity} takes nothing: others before it do, or its shape"
                        " is another.",
                        entity=name,
                    )
                    yield Finding(Problem.SOURCE_UNUSED, place, what)


def _extractor(
    plan: Plan,
    targets: Sequence[TargetEntity],
    origins: Sequence[str],
    companions: Companions | None,
) -> Extractor:
    for user in _USERS[:-1]:
        with suppress(PlanDoesNotFit):
            return Extractor(plan, targets, user, origins, PlaceholderCipher(), companions)
    return Extractor(plan, targets, _USERS[-1], origins, PlaceholderCipher(), companions)


class _SourceWins:
    """Which of an entity's sources takes a record: the first that would, taken alone."""

    def __init__(self, plan: Plan, origins: Sequence[str], companions: Companions | None) -> None:
        self._alone: list[tuple[str, int, EntitySource, RecordClassifier]] = []
        self._counts: Counter[tuple[str, int]] = Counter()
        for name, entity in plan.entities.items():
            if len(entity.sources) < 2:
                continue
            for number, source in enumerate(entity.sources):
                if source.parent:
                    self._counts[name, number] += 1  # told by the parent's
                    continue
                alone = entity.model_copy(update={"sources": [source]})
                alone.__dict__.pop("parents", None)
                reduced = plan.model_copy(update={"entities": {name: alone}})
                classifier = RecordClassifier(reduced, origins, companions)
                self._alone.append((name, number, source, classifier))

    def add(self, record: Record) -> None:
        taken: set[str] = set()
        for name, number, source, classifier in self._alone:
            if name in taken or all(each.match(record.key) is None for each in source.patterns):
                continue
            if _takes(classifier.classify(record)):
                taken.add(name)
                self._counts[name, number] += 1

    def count(self, name: str, number: int) -> int:
        return self._counts[name, number]


def _takes(classified: Classified) -> bool:
    return classified.is_recognised or classified.aside == SkipReason.EMPTY


def _unknown_words(entity: Entity, raw: str) -> Iterator[tuple[str, str]]:
    """Columns with `values`, and words of the item that these lack."""
    data = msgspec.Raw(escape_json(raw))
    for name, rules in entity.columns.items():
        if rules.values is None:
            continue
        for text in rules.from_ or ():
            if text in VARIABLES:
                continue
            try:
                found = Expression(text).find(data)
            except ItemRejected:
                found = None
            word = None if found is None else as_string(found)
            if word is not None and word not in rules.values and _WORD.fullmatch(word):
                yield name, word
                break
