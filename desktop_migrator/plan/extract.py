"""Records -> items and rejections, lazily and without I/O.

Every record read is either left aside under one word or gives at least one item, rejection or
duplicate; nothing vanishes. An item's rejection never costs its neighbours.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from msgspec import Raw
from msgspec.structs import replace

from desktop_migrator.model import Item, Record, Rejection, Source, TargetEntity
from desktop_migrator.plan.build_row import Place, RowMaker
from desktop_migrator.plan.classify import Aside, Failed, Found, Sorter
from desktop_migrator.plan.envelope import Sealer
from desktop_migrator.plan.json_text import (
    canonical,
    escape,
    holds_big_integers,
    holds_long_numbers,
    marked_unstorable,
    printable,
    restore,
    storable,
    unescape,
)
from desktop_migrator.plan.reject import Code, Refused
from desktop_migrator.plan.schema import Plan
from desktop_migrator.plan.sensitive import Guard


class Extracted(NamedTuple):
    """What an `Extractor` has counted."""

    records: int
    left_aside: Counter[str]
    duplicates: int
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
        key: Sealer | None = None,
    ) -> None:
        self.records = 0
        """Records read so far."""
        self.left_aside: Counter[str] = Counter()
        """Those of them that gave nothing, each under one word."""
        self.duplicates = 0
        """Items dropped because their record holds an equal one with the same id."""
        self.warnings: Counter[str] = Counter()
        """`big-integer`: items with integers that JavaScript cannot read back exactly;
        `data-beside-items`: records that hold more than the items taken from them."""
        self._sorter = Sorter(plan, origins)
        self._makers = {
            entity.name: RowMaker(plan.entities[entity.name], entity, user_id)
            for entity in entities
        }
        self.guards = {
            entity.name: Guard(
                entity.name,
                plan.entities[entity.name].rules,
                user_id,
                key,
                plan.sensitive.without_key,
            )
            for entity in entities
            if plan.entities[entity.name].rules
        }
        """Of the entities that have sensitive fields."""
        self._reject_unstorable = plan.text.unstorable == "reject"

    def extract(self, records: Iterable[Record]) -> Iterator[Item | Rejection]:
        for record in records:
            self.records += 1
            sorted_out = self._sorter.sort(record)
            if isinstance(sorted_out, str):
                self.left_aside[sorted_out] += 1
            elif sorted_out.entity not in self._makers:
                self.left_aside[Aside.EXCLUDED] += 1
            elif isinstance(sorted_out, Failed):
                source = Source(record.store, record.storage_key, record.key)
                text = printable(record.value)
                if guard := self.guards.get(sorted_out.entity):
                    text = guard.kept(text)
                yield _rejection(sorted_out.entity, source, None, sorted_out.refused, text)
            else:
                if sorted_out.beside:
                    self.warnings["data-beside-items"] += 1
                yield from self._items(record, sorted_out)

    @property
    def counted(self) -> Extracted:
        return Extracted(self.records, self.left_aside, self.duplicates, self.warnings)

    def add(self, other: Extracted) -> None:
        """What another one, of other records, has counted."""
        self.records += other.records
        self.left_aside += other.left_aside
        self.duplicates += other.duplicates
        self.warnings += other.warnings

    def again(self, record: Record, entity: str, position: str) -> list[Item | Rejection]:
        """What becomes of a rejection's own text, which is the record's value here.

        `position` is that of the rejection; the text of a whole record has none.
        """
        if guard := self.guards.get(entity):
            record = replace(record, value=guard.opened(record.value))
        whole = [] if position else list(self.extract([record]))
        if whole and all(isinstance(each, Item) for each in whole):
            return whole
        found = self._sorter.kept(entity, record.key, position, record.value)
        return list(self._items(record, found)) if found else whole

    def _items(self, record: Record, found: Found) -> Iterator[Item | Rejection]:
        maker = self._makers[found.entity]
        guard = self.guards.get(found.entity)
        seen: dict[object, Raw] = {}
        key = escape(record.key)
        touched = found.marked or key != record.key
        long_numbers = holds_long_numbers(found.whole)
        for index, found_raw in enumerate(found.items):
            position = found.position(index)
            source = Source(record.store, record.storage_key, record.key, position)
            source_id = None
            raw, text, safe = found_raw, restore(found_raw), guard is None
            try:
                if guard:
                    raw = guard.protect(found_raw)
                    text, safe = guard.kept(text, raw), True
                name = found.name_of(index)
                place = Place(
                    raw, text, record.storage_key.origin, key, name, found.encoding, touched
                )
                if touched and self._reject_unstorable:
                    place = _exactly(place)
                fields = maker.fields(place)
                source_id = maker.source_id(fields, place)
                item = maker.item(fields, place, source, source_id)
                known_as = source_id if item.derived else item.id
                if known_as in seen:
                    _check_equal(raw, seen[known_as])
                    self.duplicates += 1
                    continue
                seen[known_as] = raw
                if long_numbers and holds_big_integers(raw):
                    self.warnings["big-integer"] += 1
            except Refused as refused:
                if guard and not safe:
                    text = guard.kept(text)
                yield _rejection(found.entity, source, source_id, refused, text)
            else:
                yield item


def _exactly(place: Place) -> Place:
    """The place without escapes. Raises Refused if it cannot do without."""
    if marked_unstorable(place.json):
        raise _unstorable()
    return Place(
        Raw(restore(place.json).encode()),
        place.raw,
        place.origin,
        _exact(place.key),
        _exact(place.name),
        place.encoding,
        marked=False,
    )


def _exact(text: str) -> str:
    exact = unescape(text)
    if not storable(exact):
        raise _unstorable()
    return exact


def _unstorable() -> Refused:
    return Refused(
        Code.UNSTORABLE,
        "It holds a character that PostgreSQL cannot hold (U+0000 or half of a surrogate pair).",
        'Remove it in the app, or set `unstorable = "escape"` in the plan.',
    )


def _check_equal(one: Raw, other: Raw) -> None:
    if one != other and canonical(one) != canonical(other):
        raise Refused(
            Code.DUPLICATE_ID,
            "An item before it in the same record has the same id and other content.",
            "Give one of the two another id in the app.",
        )


def _rejection(
    entity: str, source: Source, source_id: str | None, refused: Refused, raw: str
) -> Rejection:
    return Rejection(
        entity, source, source_id, refused.code.value, refused.reason, refused.remedy, raw
    )
