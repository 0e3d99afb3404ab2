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
    Rejection,
    TargetEntity,
    UnresolvedReference,
)
from desktop_migrator.postgres.bookkeeping.row_ids import lookup_row_ids
from desktop_migrator.postgres.load.rejections import dangling_reference
from desktop_migrator.postgres.load.table_writer import stored_user_id
from desktop_migrator.postgres.types import adapters
from desktop_migrator.postgres.types.text_escape import identity_text

Cursor = psycopg.Cursor[tuple[Any, ...]]
ItemKey = tuple[str, str]
"""An item's web site and source id, as the identities have them."""


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


def order_parents_first(
    outcomes: Iterable[Item | Rejection], entities: Iterable[TargetEntity]
) -> Iterator[Item | Rejection]:
    """The outcomes, items of one entity after those of it that they refer to.

    Holds back what comes too early; what it refers to may never come.
    """
    inward = {
        entity.name: places
        for entity in entities
        if (places := _reference_positions(entity, self_referencing=True))
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
        for key in _item_keys(item):
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
            for key in _item_keys(item)
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


def _reference_positions(
    entity: TargetEntity, *, self_referencing: bool
) -> list[tuple[int, Reference]]:
    """Where in an item's values its references stand: to its own entity, or to others."""
    names = [column.name for column in entity.columns]
    return [
        (names.index(reference.column.name), reference)
        for reference in entity.references
        if (reference.entity == entity.name) is self_referencing
    ]


def _referenced_keys(
    item: Item, positions: Iterable[tuple[int, Reference]]
) -> Iterator[tuple[str, ItemKey]]:
    for place, reference in positions:
        value = item.values[place]
        if isinstance(value, UnresolvedReference) and (
            key := _reference_key(value)
        ) not in _item_keys(item):
            yield reference.entity, key


def _reference_key(referred: UnresolvedReference) -> ItemKey:
    return referred.origin, identity_text(referred.source_id)


def _item_keys(item: Item) -> list[ItemKey]:
    own = (item.source.storage_key.origin, item.source_id)
    return [(origin, identity_text(source_id)) for origin, source_id in (own, *item.aliases)]


@dataclass(slots=True)
class ResolvedReferences:
    ready: list[Item] = field(default_factory=list)
    waiting: list[Item] = field(default_factory=list)
    """Those that refer to items of their own entity which have no row yet."""
    rejected: list[Rejection] = field(default_factory=list)
    null_references: int = 0
    """References that were left empty."""


class ReferenceResolver:
    """Of one entity's items, for one user."""

    def __init__(self, entity: TargetEntity, user_id: str) -> None:
        self._user_id = user_id
        self._foreign_columns = [
            _ReferenceColumn(each, place)
            for place, each in _reference_positions(entity, self_referencing=False)
        ]
        self._self_columns = [
            _ReferenceColumn(each, place)
            for place, each in _reference_positions(entity, self_referencing=True)
        ]
        self._stored_user_ids = {
            reference.entity: stored_user_id(reference, user_id) for reference in entity.references
        }

    @property
    def is_self_referencing(self) -> bool:
        """Whether items refer to others of their own entity."""
        return bool(self._self_columns)

    def resolve_foreign(self, cursor: Cursor, items: Sequence[Item]) -> ResolvedReferences:
        """References to other entities, whose items have all been loaded."""
        result = ResolvedReferences(list(items))
        for link in self._foreign_columns:
            rows = self._existing_rows(cursor, link, result.ready)
            self._fill_references(result, link, rows)
        return result

    def resolve_self(self, cursor: Cursor, items: Sequence[Item]) -> ResolvedReferences:
        """References to items of the same entity that have rows, or are ready themselves."""
        here = {key: item for item in items for key in _item_keys(item)}
        ready = {id(item): item for item in items}
        for link in self._self_columns:
            rows = self._existing_rows(cursor, link, items, here)
            changed = True
            while changed:
                changed = False
                for item in items:
                    value = item.values[link.position]
                    if id(item) not in ready or not isinstance(value, UnresolvedReference):
                        continue
                    if _reference_key(value) in rows.ids:
                        continue
                    parent = here.get(_reference_key(value))
                    if (
                        parent is None
                        or id(parent) not in ready
                        or _reference_key(value) in rows.owned_by_other
                    ):
                        del ready[id(item)]
                        changed = True
            for item in items:
                value = item.values[link.position]
                if id(item) in ready and isinstance(value, UnresolvedReference):
                    key = _reference_key(value)
                    text = rows.ids[key] if key in rows.ids else str(here[key].id)
                    ready[id(item)] = link.fill(ready[id(item)], text)
        return ResolvedReferences(
            [ready[id(item)] for item in items if id(item) in ready],
            [item for item in items if id(item) not in ready],
        )

    def resolve_dangling(self, cursor: Cursor, waiting: Sequence[Item]) -> ResolvedReferences:
        """Settles what cannot come any more; what others of these are to become still can."""
        here = {key: item for item in waiting for key in _item_keys(item)}
        result = ResolvedReferences(list(waiting))
        for link in self._self_columns:
            rows = self._existing_rows(cursor, link, result.ready, here)
            self._fill_references(result, link, rows, here.keys() - rows.owned_by_other)
        if not result.null_references and not result.rejected:
            for link in self._self_columns:
                self._fill_references(result, link, _ReferencedRows())
        return result

    def assume_resolved(self, cursor: Cursor, items: Sequence[Item], *, loaded: bool) -> list[Item]:
        """The items as they are if all that they refer to has been `loaded`, or will be."""
        linked = list(items)
        for link in (*self._foreign_columns, *self._self_columns):
            known = self._lookup_ids(cursor, link, linked)
            looks = loaded and link.reference.null_if_dangling
            rows = self._existing_rows(cursor, link, linked) if looks else None
            for index, item in enumerate(linked):
                value = item.values[link.position]
                if isinstance(value, UnresolvedReference):
                    own = None if value.id is None else str(value.id)
                    text = (
                        rows.ids.get(_reference_key(value))
                        if rows
                        else known.get(_reference_key(value), own)
                    )
                    linked[index] = link.fill(item, text)
        return linked

    def _fill_references(
        self,
        result: ResolvedReferences,
        column: "_ReferenceColumn",
        rows: "_ReferencedRows",
        pending_keys: Collection[ItemKey] = (),
    ) -> None:
        ready = []
        for item in result.ready:
            value = item.values[column.position]
            if not isinstance(value, UnresolvedReference) or _reference_key(value) in pending_keys:
                ready.append(item)
            elif _reference_key(value) in rows.ids:
                ready.append(column.fill(item, rows.ids[_reference_key(value)]))
            elif column.reference.null_if_dangling:
                ready.append(column.fill(item, None))
                result.null_references += 1
            else:
                result.rejected.append(dangling_reference(item, column.reference))
        result.ready = ready

    def _lookup_ids(
        self, cursor: Cursor, column: "_ReferenceColumn", items: Sequence[Item]
    ) -> dict[ItemKey, str]:
        """What the identities have of the items referred to."""
        keys = {
            _reference_key(value)
            for item in items
            if isinstance(value := item.values[column.position], UnresolvedReference)
        }
        return lookup_row_ids(cursor, self._user_id, column.reference.entity, keys) if keys else {}

    def _existing_rows(
        self,
        cursor: Cursor,
        column: "_ReferenceColumn",
        items: Sequence[Item],
        batch_items: dict[ItemKey, Item] | None = None,
    ) -> "_ReferencedRows":
        """The ids of the rows referred to that are there, and are this person's."""
        wanted = self._lookup_ids(cursor, column, items)
        for item in items:
            value = item.values[column.position]
            if (
                isinstance(value, UnresolvedReference)
                and (key := _reference_key(value)) not in wanted
            ):
                if batch_items and key in batch_items:
                    wanted[key] = str(batch_items[key].id)
                elif value.id is not None:
                    wanted[key] = str(value.id)
        if not wanted:
            return _ReferencedRows()
        user = self._stored_user_ids[column.reference.entity]
        found = {
            row[0]: column.reference.user_column is None or row[2] == user
            for row in adapters.stream_rows(cursor, column.query, list(set(wanted.values())))
        }
        return _ReferencedRows(
            {key: text for key, text in wanted.items() if found.get(text)},
            {key for key, text in wanted.items() if found.get(text) is False},
        )


@dataclass(slots=True)
class _ReferencedRows:
    ids: dict[ItemKey, str] = field(default_factory=dict)
    """The row's id for each item that has one."""
    owned_by_other: set[ItemKey] = field(default_factory=set)
    """Items whose row is another person's."""


class _ReferenceColumn:
    """One reference, by its place among an item's values."""

    def __init__(self, reference: Reference, position: int) -> None:
        self.reference = reference
        self.position = position
        column = Column(reference.user_column, ColumnType.TEXT) if reference.user_column else None
        columns = (reference.id_column, *filter(None, (column,)))
        self.query = adapters.select_by_id(reference.table, reference.id_column, columns)

    def fill(self, item: Item, text: str | None) -> Item:
        """The item referring to the row whose id has this text, or to none."""
        values = list(item.values)
        uuid = text is not None and self.reference.column.type is ColumnType.UUID
        values[self.position] = UUID(text) if text is not None and uuid else text
        return msgspec.structs.replace(item, values=tuple(values))
