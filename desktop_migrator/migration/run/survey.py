"""Whose data there is: which web site is meant, and which kinds of items it has."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from desktop_migrator.browsers.read.partitions import Cuts
from desktop_migrator.errors import NothingToMigrate, OriginNotChosen, OriginNotFound
from desktop_migrator.migration.sources.open_sources import Sources
from desktop_migrator.migration.sources.origins import as_origins
from desktop_migrator.model import Record, TargetEntity
from desktop_migrator.plan.classify import Aside, Failed, Found, Sorter
from desktop_migrator.plan.guess_origins import Fitting, fitting_origins
from desktop_migrator.plan.read_ids import IdReader
from desktop_migrator.plan.schema import Plan
from desktop_migrator.postgres.load.deduplicate import id_key
from desktop_migrator.postgres.load.duplicate_key_filter import Repeats
from desktop_migrator.reporter import Question, Reporter

_LISTED_ORIGINS = 10


def choose_origins(
    plan: Plan, named: Sequence[str], sources: Sources, reporter: Reporter
) -> tuple[str, ...]:
    """The origins named, else those of the sources that fit the plan's own patterns.

    A plan that is for any site takes the only one whose data fits; the person is asked where
    there are several. Raises OriginNotChosen, NothingToMigrate, and UsageError for a name that is
    no origin.
    """
    if named:
        return as_origins(named)
    return _chosen(plan, fitting_origins(plan, sources.records()), reporter)


def _chosen(plan: Plan, fitting: Mapping[str, int], reporter: Reporter) -> tuple[str, ...]:
    if not fitting:
        raise NothingToMigrate
    origins = sorted(fitting, key=lambda origin: -fitting[origin])
    if plan.source.origins or len(origins) == 1:
        return tuple(origins)
    chosen = reporter.ask(Question("Which web site's data shall be taken?", tuple(origins)))
    if chosen is None:
        listed = ", ".join(origins[:_LISTED_ORIGINS])
        more = len(origins) - _LISTED_ORIGINS
        raise OriginNotChosen(origins=f"{listed} and {more:,} more" if more > 0 else listed)
    return (chosen,)


@dataclass(frozen=True, slots=True)
class Survey:
    origins: tuple[str, ...]
    """Those chosen, as `choose_origins` does."""
    records: int
    """All records of the sources, other sites' included."""
    items: Counter[str]
    """How many items and unreadable records of the chosen origins each entity has."""
    repeats: Repeats
    """Which of the items' ids occur more than once."""
    loaded_records: int
    """Those that hold the items."""
    text: int
    """Characters in them."""
    cuts: Cuts
    """Where the sources can be divided."""
    needs_key: bool
    """Whether there is something to encrypt or hash, or a record that cannot be read where there
    would be."""

    def total(self, entities: Iterable[TargetEntity]) -> int:
        """How many there are of these entities."""
        return sum(self.items[entity.name] for entity in entities)


def survey(
    plan: Plan,
    named: Sequence[str],
    sources: Sources,
    reporter: Reporter,
    keep: Callable[[Record], None] | None = None,
) -> Survey:
    """Looks through all records once.

    `keep` is given each record of the origins named, whatever the plan makes of it.
    Raises as `choose_origins`, and OriginNotFound if none of the origins named has a single record.
    """
    origins = as_origins(named) if named else None
    sorter = Sorter(plan, origins)
    reader = IdReader(plan)
    records = others = 0
    fitting = Fitting()
    items: Counter[tuple[str, str]] = Counter()
    repeats = Repeats()
    cuts = Cuts()
    sizes: dict[str, tuple[int, int]] = {}
    need_key: set[str] = set()
    for record in sources.records():
        records += 1
        if keep and origins and record.storage_key.origin in origins:
            keep(record)
        cuts.note(record)
        sorted_out = sorter.sort(record)
        if isinstance(sorted_out, str):
            others += sorted_out == Aside.OTHER_SITE
            continue
        if origins is None and sorter.names(record):
            fitting.note(record, sorted_out)
        origin = record.storage_key.origin
        number, text = sizes.get(origin, (0, 0))
        sizes[origin] = number + 1, text + len(record.value)
        of_origin = origin, sorted_out.entity
        if isinstance(sorted_out, Failed):
            items[of_origin] += 1
            if plan.entities[sorted_out.entity].rules.may_need_key:
                need_key.add(origin)
            continue
        items[of_origin] += len(sorted_out.items)
        # Until the site is known, an id that two sites have counts as one that occurs twice.
        for source_id in reader.ids(record, sorted_out):
            repeats.note(id_key(sorted_out.entity, source_id))
        if origin not in need_key and _needs_key(plan, sorted_out):
            need_key.add(origin)
    if origins is None:
        origins = _chosen(plan, fitting.origins(), reporter)
    elif others == records:
        raise OriginNotFound(origins=", ".join(origins))
    of_entities: Counter[str] = Counter()
    for (origin, entity), number in items.items():
        if origin in origins:
            of_entities[entity] += number
    found = [sizes[origin] for origin in origins if origin in sizes]
    loaded_records, text = sum(number for number, _ in found), sum(text for _, text in found)
    needs_key = not need_key.isdisjoint(origins)
    return Survey(origins, records, of_entities, repeats, loaded_records, text, cuts, needs_key)


def _needs_key(plan: Plan, found: Found) -> bool:
    rules = plan.entities[found.entity].rules
    return rules.may_need_key and any(map(rules.needs_key, found.items))
