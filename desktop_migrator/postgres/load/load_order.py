"""In which order items are loaded: entities after those that they refer to, and within an entity
items after those that they refer to, but for a circle of items.

A circle goes in as a whole if one chunk holds it.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from desktop_migrator.model import (
    Item,
    Reference,
    Rejection,
    Superseded,
    TargetEntity,
    UnresolvedReference,
)
from desktop_migrator.postgres.load.batches import estimated_size
from desktop_migrator.postgres.load.references import (
    ItemKey,
    item_keys,
    reference_key,
    reference_positions,
)

MAX_HELD_BYTES = 32 * 1024 * 1024
"""Of outcomes that wait for those of earlier levels."""
_HELD_OVERHEAD_BYTES = 1024
"""An item's objects beside its texts."""


def table_key(entity: TargetEntity) -> tuple[str | None, str]:
    """Equal for entities of one table."""
    return entity.table.schema, entity.table.name


def shared_tables(entities: Iterable[TargetEntity]) -> set[tuple[str | None, str]]:
    """The tables to which items of several entities go, so that two items may be one row."""
    numbers = Counter(map(table_key, entities))
    return {key for key, number in numbers.items() if number > 1}


def dependency_levels(entities: Sequence[TargetEntity]) -> list[list[TargetEntity]]:
    """The entities such that each refers, by itself or its table's keys, to none of a later level.

    Tables whose foreign keys go in a circle are taken by the plan's references alone.
    """
    by_table = {(entity.table.schema, entity.table.name): entity.name for entity in entities}
    names = {entity.name for entity in entities}
    by_plan = {
        entity.name: {reference.entity for reference in entity.references} & names - {entity.name}
        for entity in entities
    }
    by_keys = {
        entity.name: {
            by_table[key.schema, key.table]
            for key in entity.table.foreign_keys
            if (key.schema, key.table) in by_table
        }
        - {entity.name}
        for entity in entities
    }
    both = {name: by_plan[name] | by_keys[name] for name in by_plan}
    try:
        return _topological_levels(both, entities)
    except CycleError:
        return _topological_levels(by_plan, entities)


def _topological_levels(
    dependencies: dict[str, set[str]], entities: Sequence[TargetEntity]
) -> list[list[TargetEntity]]:
    sorter = TopologicalSorter(dependencies)
    sorter.prepare()
    result = []
    while sorter.is_active():
        ready = set(sorter.get_ready())
        result.append([entity for entity in entities if entity.name in ready])
        sorter.done(*ready)
    return result


def in_level_order(
    levels: Sequence[Sequence[TargetEntity]],
    extract: Callable[[], Iterable[Item | Rejection]],
    max_held_bytes: int = MAX_HELD_BYTES,
) -> Iterator[tuple[Sequence[TargetEntity], Iterator[Item | Rejection]]]:
    """Each level with its outcomes of `extract`, which gives those of all levels at each call.

    What comes too early is held back as far as there is room, the nearest levels first; only what
    has no room takes another call. So there are no more calls than levels, and one if little comes.
    """
    level_of = {entity.name: index for index, level in enumerate(levels) for entity in level}
    next_level = 0
    while next_level < len(levels):
        held = _HeldBack(next_level, len(levels), max_held_bytes)
        passing = held.pass_through(extract(), level_of)
        yield levels[next_level], passing
        deque(passing, maxlen=0)  # what comes later is seen even if the caller has enough
        for index in range(next_level + 1, held.end):
            yield levels[index], held.release(index)
        next_level = held.end


class _HeldBack:
    """Outcomes of some levels after the first one, as far as there is room."""

    def __init__(self, first: int, end: int, max_bytes: int) -> None:
        self._first = first
        self.end = end
        """The first level of which nothing is held, since it has no room."""
        self._max_bytes = max_bytes
        self._outcomes: dict[int, list[Item | Rejection]] = {}
        self._sizes: Counter[int] = Counter()
        self._size = 0

    def pass_through(
        self, outcomes: Iterable[Item | Rejection], level_of: Mapping[str, int]
    ) -> Iterator[Item | Rejection]:
        """Those of the first level."""
        for outcome in outcomes:
            level = level_of[outcome.entity]
            if level == self._first:
                yield outcome
            elif self._first < level < self.end:
                self._hold(level, outcome)

    def _hold(self, level: int, outcome: Item | Rejection) -> None:
        self._outcomes.setdefault(level, []).append(outcome)
        size = _HELD_OVERHEAD_BYTES + estimated_size(outcome) + len(outcome.raw)
        self._sizes[level] += size
        self._size += size
        while self._size > self._max_bytes:
            self.end -= 1
            self._outcomes.pop(self.end, None)
            self._size -= self._sizes.pop(self.end, 0)

    def release(self, level: int) -> Iterator[Item | Rejection]:
        waiting = deque(self._outcomes.pop(level, ()))
        while waiting:
            yield waiting.popleft()


def order_parents_first(
    outcomes: Iterable[Item | Rejection | Superseded], entities: Iterable[TargetEntity]
) -> Iterator[Item | Rejection | Superseded]:
    """The outcomes, items of one entity after those of it that they refer to.

    Holds back what comes too early; what it refers to may never come.
    """
    inward = {
        entity.name: places
        for entity in entities
        if (places := reference_positions(entity, self_referencing=True))
    }
    if not inward:
        yield from outcomes
        return
    order = _ParentsFirstOrder(inward)
    for outcome in outcomes:
        if isinstance(outcome, Item) and outcome.entity in inward:
            yield from order.release(outcome)
        else:
            yield outcome
    yield from order.release_remaining()


class _ParentsFirstOrder:
    def __init__(self, positions: "dict[str, list[tuple[int, Reference]]]") -> None:
        self._positions = positions
        self._released: set[tuple[str, ItemKey]] = set()
        self._waiting_by_parent: dict[tuple[str, ItemKey], list[Item]] = {}
        """Items by one that they refer to and that has not come."""

    def release(self, *items: Item) -> Iterator[Item]:
        """Those of the items that can go, each followed by those that waited for it."""
        waiting = list(items)
        while waiting:
            item = waiting.pop()
            missing = self._first_missing_parent(item)
            if missing is not None:
                self._waiting_by_parent.setdefault(missing, []).append(item)
                continue
            yield item
            waiting += self._release_children(item)

    def _first_missing_parent(self, item: Item) -> tuple[str, ItemKey] | None:
        """The first that the item refers to and that has not passed."""
        keys = _referenced_keys(item, self._positions[item.entity])
        return next((key for key in keys if key not in self._released), None)

    def _release_children(self, item: Item) -> Iterator[Item]:
        for key in item_keys(item):
            yield from self._pop_children(item.entity, key)

    def _pop_children(self, entity: str, key: ItemKey) -> list[Item]:
        self._released.add((entity, key))
        return self._waiting_by_parent.pop((entity, key), [])[::-1]

    def release_remaining(self) -> Iterator[Item]:
        """Those that wait in vain: for what never comes, then for each other in a circle."""
        coming = {
            (item.entity, key): item
            for items in self._waiting_by_parent.values()
            for item in items
            for key in item_keys(item)
        }
        for key in [key for key in self._waiting_by_parent if key not in coming]:
            yield from self.release(*self._pop_children(*key))
        while self._waiting_by_parent:
            item = self._find_cycle_member(coming)
            missing = self._first_missing_parent(item)
            if missing is not None:
                self._waiting_by_parent[missing].remove(item)
                if not self._waiting_by_parent[missing]:
                    del self._waiting_by_parent[missing]
            yield item
            yield from self.release(*self._release_children(item))

    def _find_cycle_member(self, coming: dict[tuple[str, ItemKey], Item]) -> Item:
        item = next(iter(self._waiting_by_parent.values()))[0]
        met: set[int] = set()
        while id(item) not in met:
            met.add(id(item))
            missing = self._first_missing_parent(item)
            if missing is None or missing not in coming:
                break
            item = coming[missing]
        return item


def _referenced_keys(
    item: Item, positions: Iterable[tuple[int, Reference]]
) -> Iterator[tuple[str, ItemKey]]:
    for place, reference in positions:
        value = item.values[place]
        if isinstance(value, UnresolvedReference) and (
            key := reference_key(value)
        ) not in item_keys(item):
            yield reference.entity, key
