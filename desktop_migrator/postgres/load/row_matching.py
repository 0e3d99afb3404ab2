"""Which row an item is, where that is not the one with the item's own id.

An item whose id is new, but whose natural key a row of this person has, is that row and takes its
id. An item whose id is that of another person's row gets a derived one. Where the database draws
ids, an item is the row that the identities name, else one of its natural key, else a new one. All
of this is written down in the identities, so that the next run knows at once.
"""

from collections.abc import Callable, Sequence
from uuid import UUID

import msgspec

from desktop_migrator.model import Column, ColumnType, Item, TargetEntity
from desktop_migrator.postgres.bookkeeping.row_ids import (
    INTEGER_TYPES,
    AssignmentReason,
    assign_ids,
    has_assigned_ids,
    item_key,
    record_drawn_ids,
    resolve_row_ids,
    with_row_id,
)
from desktop_migrator.postgres.load.chunk import Chunk
from desktop_migrator.postgres.load.draw_ids import IdSource
from desktop_migrator.postgres.load.natural_keys import NaturalKeys
from desktop_migrator.postgres.load.rejections import owned_by_other_user
from desktop_migrator.postgres.load.table_writer import Cursor, stored_user_id
from desktop_migrator.postgres.types import adapters

IdFactory = Callable[[Item], UUID | str]
"""Gives an item an id that no other item can have."""


class RowMatcher:
    """Of one entity's items, for one user."""

    def __init__(self, entity: TargetEntity, user_id: str) -> None:
        self._entity = entity
        self._user_id = user_id
        self._stored_user_id = stored_user_id(entity, user_id)
        self._keys = NaturalKeys(entity)
        self._has_assigned_ids: bool | None = None
        owner = (Column(entity.user_column, ColumnType.TEXT),) if entity.user_column else ()
        self._existing_ids_query = adapters.select_by_id(
            entity.table, entity.row_key, (entity.columns[0], *owner)
        )
        self._id_source = IdSource(entity.table, entity.columns[0])

    @property
    def many_items_per_row(self) -> bool:
        """Whether several items may be one row."""
        return bool(self._keys or self._has_assigned_ids)

    def match_rows(self, chunk: Chunk, make_id: IdFactory | None) -> list[Item]:
        """The step of a load that gives items the ids of their rows: those that can go on.

        Without `make_id` items whose ids are other users' are rejected.
        """
        items = chunk.ready
        chunk.ready = []
        if chunk.natural_key_matches and not items:  # the rows may change with what is ready
            items += self.use_existing_row_ids(chunk.cursor, chunk.natural_key_matches)
            chunk.natural_key_matches = []
        if chunk.owned_by_other:
            items += self._with_free_ids(chunk, make_id)
            chunk.owned_by_other = []
        if chunk.new:
            own, chunk.natural_key_matches = self.resolve_ids(chunk.cursor, chunk.new)
            items += own
            chunk.new = []
        if self._entity.id_from_database:
            items = self._with_drawn_ids(chunk.cursor, items)
        self._store_aliases(chunk.cursor, items)
        return items

    def _with_free_ids(self, chunk: Chunk, make_id: IdFactory | None) -> list[Item]:
        if make_id is None or self._entity.columns[0].type in INTEGER_TYPES:
            chunk.rejected += [(owned_by_other_user(item), item) for item in chunk.owned_by_other]
            return []
        chunk.derived_ids += len(chunk.owned_by_other)
        return self._with_derived_ids(chunk.cursor, chunk.owned_by_other, make_id)

    def resolve_ids(self, cursor: Cursor, items: Sequence[Item]) -> tuple[list[Item], list[Item]]:
        """The items with the ids by which they are known; apart, those that are new and have a
        natural key of a row, which `use_existing_row_ids` takes once the others are written.

        Where the database draws ids, new items have none, here and there."""
        if self._has_assigned_ids is None:
            self._has_assigned_ids = has_assigned_ids(cursor, self._user_id, self._entity.name)
        items = resolve_row_ids(
            cursor, self._user_id, self._entity, items, may_have_assigned_ids=self._has_assigned_ids
        )
        if not (self._keys or self._entity.id_from_database):
            return items, []
        ids = [str(item.id) for item in items if item.id is not None]
        found = list(adapters.stream_rows(cursor, self._existing_ids_query, ids)) if ids else []
        # Another person's row is not the item's, which may have one by its natural key.
        present = {row[0] for row in found if row[2:] in ((), (self._stored_user_id,))}
        if self._entity.id_from_database:
            # A row that is gone comes again by its former id: whoever undoes its going has it once.
            # But an id that may be drawn once more, or is another person's, is drawn anew: a table
            # that was made again counts from its beginning.
            gone = set(ids) - {row[0] for row in found}
            usable = present | self._id_source.spent(cursor, gone)
            items = [
                item if str(item.id) in usable else with_row_id(item, None, self._entity.columns[0])
                for item in items
            ]
        new = [item for item in items if str(item.id) not in present]
        rows = self._keys.find_row_ids(cursor, new, self._stored_user_id)
        late = {
            id(item) for item in new if any(value in rows for value in self._keys.values_of(item))
        }
        return (
            [item for item in items if id(item) not in late],
            [item for item in items if id(item) in late],
        )

    def use_existing_row_ids(self, cursor: Cursor, items: Sequence[Item]) -> list[Item]:
        """The items with the ids of the rows that have their natural keys now."""
        rows = self._keys.find_row_ids(cursor, items, self._stored_user_id)
        result: list[Item] = []
        matched: list[Item] = []
        for item in items:
            row_id = next(
                (rows[value] for value in self._keys.values_of(item) if value in rows), None
            )
            if row_id is None:
                result.append(item)
            else:
                result.append(with_row_id(item, row_id, self._entity.columns[0]))
                matched.append(result[-1])
        self._assign_ids(cursor, matched, AssignmentReason.NATURAL_KEY)
        return result

    def _with_drawn_ids(self, cursor: Cursor, items: Sequence[Item]) -> list[Item]:
        """The items, those without an id with a new one."""
        keys = dict.fromkeys(item_key(item) for item in items if item.id is None)
        drawn = dict(zip(keys, self._id_source.draw(cursor, len(keys)), strict=True))
        record_drawn_ids(cursor, self._user_id, self._entity.name, drawn)
        id_column = self._entity.columns[0]
        return [
            with_row_id(item, drawn[item_key(item)], id_column) if item.id is None else item
            for item in items
        ]

    def _with_derived_ids(
        self, cursor: Cursor, items: Sequence[Item], make_id: IdFactory
    ) -> list[Item]:
        """The items, whose ids are taken, with derived ones."""
        renamed = [
            msgspec.structs.replace(
                with_row_id(item, str(make_id(item)), self._entity.columns[0]), derived=True
            )
            for item in items
        ]
        self._assign_ids(cursor, renamed, AssignmentReason.OWNED_BY_OTHER_USER)
        return renamed

    def _store_aliases(self, cursor: Cursor, items: Sequence[Item]) -> None:
        """Write down which others each item stands for."""
        ids = [(*other, str(item.id)) for item in items for other in item.aliases]
        if ids:
            self._has_assigned_ids = True
            assign_ids(cursor, self._user_id, self._entity.name, ids, AssignmentReason.NATURAL_KEY)

    def _assign_ids(self, cursor: Cursor, items: Sequence[Item], reason: AssignmentReason) -> None:
        ids = [(item.scope, item.source_id, str(item.id)) for item in items]
        if ids:
            self._has_assigned_ids = True
            assign_ids(cursor, self._user_id, self._entity.name, ids, reason)
