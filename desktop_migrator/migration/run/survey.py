"""Whose data there is: which web site is meant, and which kinds of items it has."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from desktop_migrator.browsers.read.partitions import KeyRangePartitioner
from desktop_migrator.errors import NothingToMigrate, OriginNotChosen, OriginNotFound
from desktop_migrator.messages import Message
from desktop_migrator.migration.sources.open_sources import (
    Sources,
    tell_emptied,
    tell_named_elsewhere,
    tell_other_storage,
)
from desktop_migrator.migration.sources.origins import parse_origins
from desktop_migrator.migration.workspace.arrivals import ArrivalCollector, HeldReason
from desktop_migrator.model import Record, TargetEntity
from desktop_migrator.plan.classified import Classified, SkipReason, UnreadableRecord
from desktop_migrator.plan.classify import RecordClassifier
from desktop_migrator.plan.companions import Companions, find_companions
from desktop_migrator.plan.found_items import FoundItems
from desktop_migrator.plan.guess_origins import OriginGuess, guess_origins
from desktop_migrator.plan.read_ids import IdReader
from desktop_migrator.plan.schema import Plan
from desktop_migrator.postgres.load.deduplicate import identity_key
from desktop_migrator.postgres.load.duplicate_key_filter import DuplicateKeyFilter
from desktop_migrator.reporter import Question, Reporter
from desktop_migrator.system.debug import debug_log

_log = debug_log("migration:extract")

_MAX_LISTED_ORIGINS = 10


def choose_origins(
    plan: Plan, named: Sequence[str], sources: Sources, reporter: Reporter
) -> tuple[str, ...]:
    """The origins named, else those of the sources that fit the plan's own patterns.

    A plan that is for any site takes the only one whose data fits; the person is asked where
    there are several. Raises OriginNotChosen, NothingToMigrate, and UsageError for a name that is
    no origin.
    """
    if named:
        return parse_origins(named)
    return _choose_among(plan, guess_origins(plan, sources.records()), reporter)


def _choose_among(plan: Plan, matching: Mapping[str, int], reporter: Reporter) -> tuple[str, ...]:
    if not matching:
        raise NothingToMigrate
    origins = sorted(matching, key=lambda origin: -matching[origin])
    if plan.source.origins or len(origins) == 1:
        return tuple(origins)
    chosen = reporter.ask(
        Question(Message("Which web site's data shall be taken?"), tuple(origins))
    )
    if chosen is None:
        listed = ", ".join(origins[:_MAX_LISTED_ORIGINS])
        more = len(origins) - _MAX_LISTED_ORIGINS
        raise OriginNotChosen(origins=f"{listed} and {more:,} more" if more > 0 else listed)
    return (chosen,)


_MOVED = re.compile(r"moved|migrated", re.IGNORECASE)
"""In the key of the note that an app leaves where its data was before."""
_SHOWN_KEY = 200
"""Characters of it that are told."""


@dataclass(frozen=True, slots=True)
class Survey:
    origins: tuple[str, ...]
    """Those chosen, as `choose_origins` does."""
    records: int
    """All records of the sources, other sites' included."""
    item_counts: Counter[str]
    """How many items and unreadable records of the chosen origins each entity has."""
    duplicate_keys: DuplicateKeyFilter
    """Which of the items' ids occur more than once."""
    records_to_load: int
    """Those that hold the items."""
    text_length: int
    """Characters in them."""
    partitioner: KeyRangePartitioner
    """Where the sources can be divided."""
    arrivals: ArrivalCollector
    """The records of which every item is to be sent."""
    needs_field_key: bool
    """Whether there is something to encrypt or hash, or a record that cannot be read where there
    would be."""
    companions: Companions
    """What says of other records that they have expired; for all later passes."""

    def item_total(self, entities: Iterable[TargetEntity]) -> int:
        """How many there are of these entities."""
        return sum(self.item_counts[entity.name] for entity in entities)


def survey(
    plan: Plan,
    named: Sequence[str],
    sources: Sources,
    reporter: Reporter,
    on_record: Callable[[Record], None] | None = None,
    wanted: Collection[str] | None = None,
) -> Survey:
    """Looks through all records once. `wanted` are the entities asked for; None: all.

    `on_record` is given each record of the origins named, whatever the plan makes of it.
    Raises as `choose_origins`, and OriginNotFound if none of the origins named has a single record.
    """
    origins = parse_origins(named) if named else None
    companions = find_companions(plan, sources.records)
    classifier = RecordClassifier(plan, origins, companions)
    records = others = apart = 0
    moved: Record | None = None
    origin_guess = OriginGuess()
    partitioner = KeyRangePartitioner()
    counter = _RecordCounter(plan, wanted)
    for record in sources.records():
        records += 1
        if on_record and origins and record.storage_key.origin in origins:
            on_record(record)
        partitioner.observe(record)
        classified = classifier.classify(record)
        others += classified.aside == SkipReason.OTHER_SITE
        if origins and _MOVED.search(record.key) and classified.aside != SkipReason.OTHER_SITE:
            moved = moved or record
        apart += classified.aside in {SkipReason.PARTITIONED, SkipReason.CONTAINER}
        if classified.part_of:
            counter.add_part(record, classified)
        if not classified.found:
            continue
        if origins is None and classifier.matches_key(record):
            origin_guess.add(record, classified)
        counter.add(record, classified)
    if origins is None:
        if not origin_guess.ranked_origins():
            tell_named_elsewhere(sources, plan, reporter)
        if apart and not origin_guess.ranked_origins():
            reporter.warned(
                Message(
                    "{count:,} records lie framed in other sites or in containers of Firefox. A"
                    " plan with `partitioned = true` takes them, too.",
                    count=apart,
                )
            )
        origins = _choose_among(plan, origin_guess.ranked_origins(), reporter)
    elif moved or not counter.found_any:
        if moved:
            reporter.warned(
                Message(
                    "{origin} has a record {key}, as apps leave it where they have moved their"
                    " data elsewhere.",
                    origin=moved.storage_key.origin,
                    key=moved.key[:_SHOWN_KEY],
                )
            )
        tell_other_storage(sources, origins, reporter)
        if others == records:
            tell_emptied(sources, origins, reporter)
            raise OriginNotFound(origins=", ".join(origins))
    _log.debug("%d records read, %d of other sites", records, others)
    return counter.survey(origins, records, partitioner, companions)


class _RecordCounter:
    """Counts the records that give items; by origin, as long as it is not known which is meant."""

    def __init__(self, plan: Plan, wanted: Collection[str] | None) -> None:
        self._plan = plan
        self._wanted = wanted
        self._reader = IdReader(plan)
        self._items: Counter[tuple[str, str]] = Counter()
        self._duplicate_keys = DuplicateKeyFilter()
        self._sizes: dict[str, tuple[int, int]] = {}
        self._need_key: set[str] = set()
        self._arrivals = ArrivalCollector()

    @property
    def found_any(self) -> bool:
        return bool(self._items)

    def add(self, record: Record, classified: Classified) -> None:
        if _is_taken_whole(classified, self._wanted):
            self._arrivals.add(record)
        else:
            self._arrivals.hold(record, HeldReason.PART_TAKEN)
        origin = record.storage_key.origin
        number, text = self._sizes.get(origin, (0, 0))
        self._sizes[origin] = number + 1, text + len(record.value)
        for found in classified.found:
            if isinstance(found, UnreadableRecord):
                self._items[origin, found.entity] += 1
                if self._plan.entities[found.entity].sensitive_rules.may_need_key:
                    self._need_key.add(origin)
                continue
            self._items[origin, found.entity] += len(found.items)
            # Until the site is known, an id that two sites have counts as one that occurs twice.
            for source_id in self._reader.ids(record, found):
                self._duplicate_keys.add(identity_key(found.entity, source_id))
            if origin not in self._need_key and _needs_key(self._plan, found):
                self._need_key.add(origin)

    def add_part(self, record: Record, classified: Classified) -> None:
        """A record that makes an item with others; it is counted with another one."""
        is_wanted = self._wanted is None or classified.part_of in self._wanted
        if classified.found:
            return
        if is_wanted and not classified.rest:
            self._arrivals.add(record)
        else:
            self._arrivals.hold(record, HeldReason.PART_TAKEN)

    def survey(
        self,
        origins: tuple[str, ...],
        records: int,
        partitioner: KeyRangePartitioner,
        companions: Companions,
    ) -> Survey:
        item_counts: Counter[str] = Counter()
        for (origin, entity), number in self._items.items():
            if origin in origins:
                item_counts[entity] += number
        sizes = [self._sizes[origin] for origin in origins if origin in self._sizes]
        return Survey(
            origins=origins,
            records=records,
            item_counts=item_counts,
            duplicate_keys=self._duplicate_keys,
            records_to_load=sum(number for number, _ in sizes),
            text_length=sum(text for _, text in sizes),
            partitioner=partitioner,
            arrivals=self._arrivals,
            needs_field_key=not self._need_key.isdisjoint(origins),
            companions=companions,
        )


def _is_taken_whole(classified: Classified, wanted: Collection[str] | None) -> bool:
    return not (classified.rest or classified.cuts) and (
        wanted is None or all(found.entity in wanted for found in classified.found)
    )


def _needs_key(plan: Plan, found: FoundItems) -> bool:
    rules = plan.entities[found.entity].sensitive_rules
    return rules.may_need_key and any(map(rules.needs_key, found.items))
