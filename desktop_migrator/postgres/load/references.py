"""Relationships between items, as ids of rows: what `Referred` stands for in their values.

The other item's row is the one that the identities name, else the one that has its own id. It must
be there, and be the same person's where its table tells people apart. An item whose row is not
there dangles: it is rejected, or its column stays empty, as the plan says.

Entities come in the order of their references (`levels`), and within an entity items after those
that they refer to (`parents_first`), except in a circle of items, which goes in as a whole if one
chunk holds it.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Any
from uuid import UUID

import msgspec
import psycopg

from desktop_migrator.model import (
    Column,
    ColumnType,
    Item,
    Reference,
    Referred,
    Rejection,
    TargetEntity,
)
from desktop_migrator.postgres.bookkeeping.row_ids import look_up
from desktop_migrator.postgres.load.rejections import dangling
from desktop_migrator.postgres.load.table_writer import as_stored
from desktop_migrator.postgres.types import adapters
from desktop_migrator.postgres.types.text_escape import identity_text

Cursor = psycopg.Cursor[tuple[Any, ...]]
Key = tuple[str, str]
"""An item's web site and source id, as the identities have them."""


def levels(entities: Sequence[TargetEntity]) -> list[list[TargetEntity]]:
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
        return _sorted(both, entities)
    except CycleError:
        return _sorted(by_plan, entities)


def _sorted(
    refers: dict[str, set[str]], entities: Sequence[TargetEntity]
) -> list[list[TargetEntity]]:
    sorter = TopologicalSorter(refers)
    sorter.prepare()
    result = []
    while sorter.is_active():
        ready = set(sorter.get_ready())
        result.append([entity for entity in entities if entity.name in ready])
        sorter.done(*ready)
    return result


def parents_first(
    outcomes: Iterable[Item | Rejection], entities: Iterable[TargetEntity]
) -> Iterator[Item | Rejection]:
    """The outcomes, items of one entity after those of it that they refer to.

    Holds back what comes too early; what it refers to may never come.
    """
    inward = {
        entity.name: places for entity in entities if (places := _places(entity, inward=True))
    }
    if not inward:
        yield from outcomes
        return
    order = _ParentsFirst(inward)
    for outcome in outcomes:
        if isinstance(outcome, Item) and outcome.entity in inward:
            yield from order.passing(outcome)
        else:
            yield outcome
    yield from order.rest()


class _ParentsFirst:
    def __init__(self, places: "dict[str, list[tuple[int, Reference]]]") -> None:
        self._places = places
        self._passed: set[tuple[str, Key]] = set()
        self._held: dict[tuple[str, Key], list[Item]] = {}
        """Items by one that they refer to and that has not come."""

    def passing(self, *items: Item) -> Iterator[Item]:
        """Those of the items that can go, each followed by those that waited for it."""
        waiting = list(items)
        while waiting:
            item = waiting.pop()
            missing = self._missing(item)
            if missing is not None:
                self._held.setdefault(missing, []).append(item)
                continue
            yield item
            waiting += self._waiting_for(item)

    def _missing(self, item: Item) -> tuple[str, Key] | None:
        """The first that the item refers to and that has not passed."""
        keys = _keys(item, self._places[item.entity])
        return next((key for key in keys if key not in self._passed), None)

    def _waiting_for(self, item: Item) -> Iterator[Item]:
        for key in _known_as(item):
            yield from self._given(item.entity, key)

    def _given(self, entity: str, key: Key) -> list[Item]:
        self._passed.add((entity, key))
        return self._held.pop((entity, key), [])[::-1]

    def rest(self) -> Iterator[Item]:
        """Those that wait in vain: for what never comes, then for each other in a circle."""
        coming = {
            (item.entity, key): item
            for items in self._held.values()
            for item in items
            for key in _known_as(item)
        }
        for key in [key for key in self._held if key not in coming]:
            yield from self.passing(*self._given(*key))
        while self._held:
            item = self._in_circle(coming)
            missing = self._missing(item)
            if missing is not None:
                self._held[missing].remove(item)
                if not self._held[missing]:
                    del self._held[missing]
            yield item
            yield from self.passing(*self._waiting_for(item))

    def _in_circle(self, coming: dict[tuple[str, Key], Item]) -> Item:
        item = next(iter(self._held.values()))[0]
        met: set[int] = set()
        while id(item) not in met:
            met.add(id(item))
            missing = self._missing(item)
            if missing is None or missing not in coming:
                break
            item = coming[missing]
        return item


def _places(entity: TargetEntity, *, inward: bool) -> list[tuple[int, Reference]]:
    """Where in an item's values its references stand: to its own entity, or to others."""
    names = [column.name for column in entity.columns]
    return [
        (names.index(reference.column.name), reference)
        for reference in entity.references
        if (reference.entity == entity.name) is inward
    ]


def _keys(item: Item, places: Iterable[tuple[int, Reference]]) -> Iterator[tuple[str, Key]]:
    for place, reference in places:
        value = item.values[place]
        if isinstance(value, Referred) and (key := _key(value)) not in _known_as(item):
            yield reference.entity, key


def _key(referred: Referred) -> Key:
    return referred.origin, identity_text(referred.source_id)


def _known_as(item: Item) -> list[Key]:
    own = (item.source.storage_key.origin, item.source_id)
    return [(origin, identity_text(source_id)) for origin, source_id in (own, *item.same_as)]


@dataclass(slots=True)
class Linked:
    ready: list[Item] = field(default_factory=list)
    waiting: list[Item] = field(default_factory=list)
    """Those that refer to items of their own entity which have no row yet."""
    rejected: list[Rejection] = field(default_factory=list)
    nulled: int = 0
    """References that were left empty."""


class Links:
    """Of one entity's items, for one user."""

    def __init__(self, entity: TargetEntity, user_id: str) -> None:
        self._user_id = user_id
        self._outward = [_Link(each, place) for place, each in _places(entity, inward=False)]
        self._inward = [_Link(each, place) for place, each in _places(entity, inward=True)]
        self._users = {
            reference.entity: as_stored(reference, user_id) for reference in entity.references
        }

    @property
    def within(self) -> bool:
        """Whether items refer to others of their own entity."""
        return bool(self._inward)

    def outward(self, cursor: Cursor, items: Sequence[Item]) -> Linked:
        """References to other entities, whose items have all been loaded."""
        result = Linked(list(items))
        for link in self._outward:
            rows = self._rows(cursor, link, result.ready)
            self._settle(result, link, rows)
        return result

    def inward(self, cursor: Cursor, items: Sequence[Item]) -> Linked:
        """References to items of the same entity that have rows, or are ready themselves."""
        here = {key: item for item in items for key in _known_as(item)}
        ready = {id(item): item for item in items}
        for link in self._inward:
            rows = self._rows(cursor, link, items, here)
            changed = True
            while changed:
                changed = False
                for item in items:
                    value = item.values[link.place]
                    if id(item) not in ready or not isinstance(value, Referred):
                        continue
                    if _key(value) in rows.ids:
                        continue
                    parent = here.get(_key(value))
                    if parent is None or id(parent) not in ready or _key(value) in rows.foreign:
                        del ready[id(item)]
                        changed = True
            for item in items:
                value = item.values[link.place]
                if id(item) in ready and isinstance(value, Referred):
                    key = _key(value)
                    text = rows.ids[key] if key in rows.ids else str(here[key].id)
                    ready[id(item)] = link.filled(ready[id(item)], text)
        return Linked(
            [ready[id(item)] for item in items if id(item) in ready],
            [item for item in items if id(item) not in ready],
        )

    def in_vain(self, cursor: Cursor, waiting: Sequence[Item]) -> Linked:
        """Settles what cannot come any more; what others of these are to become still can."""
        here = {key: item for item in waiting for key in _known_as(item)}
        result = Linked(list(waiting))
        for link in self._inward:
            rows = self._rows(cursor, link, result.ready, here)
            self._settle(result, link, rows, here.keys() - rows.foreign)
        if not result.nulled and not result.rejected:
            for link in self._inward:
                self._settle(result, link, _Rows())
        return result

    def supposed(self, cursor: Cursor, items: Sequence[Item], *, loaded: bool) -> list[Item]:
        """The items as they are if all that they refer to has been `loaded`, or will be."""
        linked = list(items)
        for link in (*self._outward, *self._inward):
            known = self._known(cursor, link, linked)
            looks = loaded and link.reference.nulls
            rows = self._rows(cursor, link, linked) if looks else None
            for index, item in enumerate(linked):
                value = item.values[link.place]
                if isinstance(value, Referred):
                    own = None if value.id is None else str(value.id)
                    text = rows.ids.get(_key(value)) if rows else known.get(_key(value), own)
                    linked[index] = link.filled(item, text)
        return linked

    def _settle(
        self, result: Linked, link: "_Link", rows: "_Rows", coming: Collection[Key] = ()
    ) -> None:
        ready = []
        for item in result.ready:
            value = item.values[link.place]
            if not isinstance(value, Referred) or _key(value) in coming:
                ready.append(item)
            elif _key(value) in rows.ids:
                ready.append(link.filled(item, rows.ids[_key(value)]))
            elif link.reference.nulls:
                ready.append(link.filled(item, None))
                result.nulled += 1
            else:
                result.rejected.append(dangling(item, link.reference))
        result.ready = ready

    def _known(self, cursor: Cursor, link: "_Link", items: Sequence[Item]) -> dict[Key, str]:
        """What the identities have of the items referred to."""
        keys = {
            _key(value) for item in items if isinstance(value := item.values[link.place], Referred)
        }
        return look_up(cursor, self._user_id, link.reference.entity, keys) if keys else {}

    def _rows(
        self,
        cursor: Cursor,
        link: "_Link",
        items: Sequence[Item],
        here: dict[Key, Item] | None = None,
    ) -> "_Rows":
        """The ids of the rows referred to that are there, and are this person's."""
        wanted = self._known(cursor, link, items)
        for item in items:
            value = item.values[link.place]
            if isinstance(value, Referred) and (key := _key(value)) not in wanted:
                if here and key in here:
                    wanted[key] = str(here[key].id)
                elif value.id is not None:
                    wanted[key] = str(value.id)
        if not wanted:
            return _Rows()
        user = self._users[link.reference.entity]
        found = {
            row[0]: link.reference.user_column is None or row[2] == user
            for row in adapters.read(cursor, link.probe, list(set(wanted.values())))
        }
        return _Rows(
            {key: text for key, text in wanted.items() if found.get(text)},
            {key for key, text in wanted.items() if found.get(text) is False},
        )


@dataclass(slots=True)
class _Rows:
    ids: dict[Key, str] = field(default_factory=dict)
    """The row's id for each item that has one."""
    foreign: set[Key] = field(default_factory=set)
    """Items whose row is another person's."""


class _Link:
    """One reference, by its place among an item's values."""

    def __init__(self, reference: Reference, place: int) -> None:
        self.reference = reference
        self.place = place
        column = Column(reference.user_column, ColumnType.TEXT) if reference.user_column else None
        columns = (reference.id_column, *filter(None, (column,)))
        self.probe = adapters.select(reference.table, reference.id_column, columns)

    def filled(self, item: Item, text: str | None) -> Item:
        """The item referring to the row whose id has this text, or to none."""
        values = list(item.values)
        uuid = text is not None and self.reference.column.type is ColumnType.UUID
        values[self.place] = UUID(text) if text is not None and uuid else text
        return msgspec.structs.replace(item, values=tuple(values))
