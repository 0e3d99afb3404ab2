"""Relationships between items, as ids of rows: what `UnresolvedReference` stands for in values.

The other item's row is the one that the identities name, else the one that has its own id. It must
be there, and be the same person's where its table tells people apart. An item whose row is not
there dangles: it is rejected, or its column stays empty, as the plan says.

In which order items come, so that what they refer to is there, is load_order.py's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec
import psycopg

from desktop_migrator.model import (
    Column,
    ColumnType,
    Item,
    Reference,
    TargetEntity,
    UnresolvedReference,
)
from desktop_migrator.postgres.bookkeeping.row_ids import INTEGER_TYPES, lookup_row_ids
from desktop_migrator.postgres.load.chunk import Chunk
from desktop_migrator.postgres.load.rejections import dangling_reference
from desktop_migrator.postgres.load.table_writer import stored_user_id
from desktop_migrator.postgres.types import adapters
from desktop_migrator.postgres.types.text_escape import identity_text

Cursor = psycopg.Cursor[tuple[Any, ...]]
ItemKey = tuple[str, str]
"""An item's web site and source id, as the identities have them."""


def reference_positions(
    entity: TargetEntity, *, self_referencing: bool
) -> list[tuple[int, Reference]]:
    """Where in an item's values its references stand: to its own entity, or to others."""
    names = [column.name for column in entity.columns]
    return [
        (names.index(reference.column.name), reference)
        for reference in entity.references
        if (reference.entity == entity.name) is self_referencing
    ]


def reference_key(referred: UnresolvedReference) -> ItemKey:
    return referred.origin, identity_text(referred.source_id)


def item_keys(item: Item) -> list[ItemKey]:
    own = (item.scope, item.source_id)
    return [(origin, identity_text(source_id)) for origin, source_id in (own, *item.aliases)]


class ReferenceResolver:
    """Of one entity's items, for one user."""

    def __init__(self, entity: TargetEntity, user_id: str) -> None:
        self._user_id = user_id
        self._foreign_columns = [
            _ReferenceColumn(each, place)
            for place, each in reference_positions(entity, self_referencing=False)
        ]
        self._self_columns = [
            _ReferenceColumn(each, place)
            for place, each in reference_positions(entity, self_referencing=True)
        ]
        self._stored_user_ids = {
            reference.entity: stored_user_id(reference, user_id) for reference in entity.references
        }

    @property
    def is_self_referencing(self) -> bool:
        """Whether items refer to others of their own entity."""
        return bool(self._self_columns)

    def resolve_foreign(self, chunk: Chunk) -> None:
        """References of the new items to other entities, whose items have all been loaded."""
        for column in self._foreign_columns:
            rows = self._existing_rows(chunk.cursor, column, chunk.new)
            chunk.new = self._fill_references(chunk, chunk.new, column, rows)

    def resolve_self(self, chunk: Chunk, items: Sequence[Item]) -> list[Item]:
        """References to items of the same entity that have rows, or are ready themselves.

        Returns those that are ready; the others become the chunk's unresolved ones.
        """
        cursor = chunk.cursor
        here = {key: item for item in items for key in item_keys(item)}
        rows = [self._existing_rows(cursor, column, items, here) for column in self._self_columns]
        ready = {id(item): item for item in items}

        def has_parent(item: Item, column: _ReferenceColumn, found: _ReferencedRows) -> bool:
            value = item.values[column.position]
            if not isinstance(value, UnresolvedReference):
                return True
            key = reference_key(value)
            parent = here.get(key)
            return key in found.ids or (
                parent is not None and id(parent) in ready and key not in found.owned_by_other
            )

        before = -1
        while before != (before := len(ready)):
            for item in items:
                if id(item) in ready and not all(
                    has_parent(item, column, found)
                    for column, found in zip(self._self_columns, rows, strict=True)
                ):
                    del ready[id(item)]
        for column, found in zip(self._self_columns, rows, strict=True):
            for item in items:
                value = item.values[column.position]
                if id(item) in ready and isinstance(value, UnresolvedReference):
                    key = reference_key(value)
                    text = found.ids[key] if key in found.ids else str(here[key].id)
                    ready[id(item)] = column.fill(ready[id(item)], text)
        chunk.unresolved = [item for item in items if id(item) not in ready]
        return [ready[id(item)] for item in items if id(item) in ready]

    def resolve_dangling(self, chunk: Chunk) -> None:
        """Rejects, or leaves empty, references of the unresolved items to what can come no more.

        What others of these are to become still can, unless they wait for each other alone.
        """
        here = {key: item for item in chunk.unresolved for key in item_keys(item)}
        found = [
            self._existing_rows(chunk.cursor, column, chunk.unresolved, here)
            for column in self._self_columns
        ]
        pending = set(here)
        before = chunk.null_references, len(chunk.rejected)
        settled = -1
        while settled != (settled := len(chunk.rejected)):
            for column, rows in zip(self._self_columns, found, strict=True):
                chunk.unresolved = self._fill_references(
                    chunk, chunk.unresolved, column, rows, pending
                )
        if before == (chunk.null_references, len(chunk.rejected)):
            for column in self._self_columns:
                chunk.unresolved = self._fill_references(
                    chunk, chunk.unresolved, column, _ReferencedRows()
                )

    def assume_resolved(self, cursor: Cursor, items: Sequence[Item], *, loaded: bool) -> list[Item]:
        """The items as they are if all that they refer to has been `loaded`, or will be."""
        resolved = list(items)
        for column in (*self._foreign_columns, *self._self_columns):
            known = self._lookup_ids(cursor, column, resolved)
            looks = loaded and column.reference.null_if_dangling
            rows = self._existing_rows(cursor, column, resolved) if looks else None
            for index, item in enumerate(resolved):
                value = item.values[column.position]
                if isinstance(value, UnresolvedReference):
                    own = None if value.id is None else str(value.id)
                    text = (
                        rows.ids.get(reference_key(value))
                        if rows
                        else known.get(reference_key(value), own)
                    )
                    resolved[index] = column.fill(item, text)
        return resolved

    def _fill_references(
        self,
        chunk: Chunk,
        items: Sequence[Item],
        column: "_ReferenceColumn",
        rows: "_ReferencedRows",
        pending: set[ItemKey] | None = None,
    ) -> list[Item]:
        """The items that are not rejected; references to those `pending` stay as they are.

        Who is rejected is pending no more: so a list without its head is rejected in one pass.
        """
        result = []
        for item in items:
            value = item.values[column.position]
            if not isinstance(value, UnresolvedReference):
                result.append(item)
                continue
            key = reference_key(value)
            if pending and key in pending and key not in rows.owned_by_other:
                result.append(item)
            elif key in rows.ids:
                result.append(column.fill(item, rows.ids[key]))
            elif column.reference.null_if_dangling:
                result.append(column.fill(item, None))
                chunk.null_references += 1
            else:
                chunk.rejected.append((dangling_reference(item, column.reference), item))
                if pending:
                    pending.difference_update(item_keys(item))
        return result

    def _lookup_ids(
        self, cursor: Cursor, column: "_ReferenceColumn", items: Sequence[Item]
    ) -> dict[ItemKey, str]:
        """What the identities have of the items referred to."""
        keys = {
            reference_key(value)
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
                and (key := reference_key(value)) not in wanted
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
        self.query = adapters.select_by_id(reference.table, reference.row_key, columns)

    def fill(self, item: Item, text: str | None) -> Item:
        """The item referring to the row whose id has this text, or to none."""
        values = list(item.values)
        value: str | UUID | int | None = text
        if text is not None and self.reference.column.type is ColumnType.UUID:
            value = UUID(text)
        elif text is not None and self.reference.column.type in INTEGER_TYPES:
            value = int(text)
        values[self.position] = value
        return msgspec.structs.replace(item, values=tuple(values))
