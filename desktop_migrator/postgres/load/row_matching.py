"""Which row an item is, where that is not the one with the item's own id.

An item whose id is new, but whose natural key a row of this person has, is that row and takes its
id. An item whose id is that of another person's row gets a derived one. Both are written down in
the identities, so that the next run knows at once.
"""

from collections.abc import Callable, Sequence
from uuid import UUID

import msgspec

from desktop_migrator.model import Item, TargetEntity
from desktop_migrator.postgres.bookkeeping.row_ids import Reason, any_given, give, resolve, with_id
from desktop_migrator.postgres.load.natural_keys import NaturalKeys
from desktop_migrator.postgres.load.table_writer import Cursor, as_stored
from desktop_migrator.postgres.types import adapters

Derive = Callable[[Item], UUID | str]
"""Gives an item an id that no other item can have."""


class Adoption:
    """Of one entity's items, for one user."""

    def __init__(self, entity: TargetEntity, user_id: str) -> None:
        self._entity = entity
        self._user_id = user_id
        self._stored_user = as_stored(entity, user_id)
        self._keys = NaturalKeys(entity)
        self._given: bool | None = None
        self._present = adapters.select(entity.table, entity.columns[0], entity.columns[:1])

    @property
    def shares(self) -> bool:
        """Whether several items may be one row."""
        return bool(self._keys or self._given)

    def resolve(self, cursor: Cursor, items: Sequence[Item]) -> tuple[list[Item], list[Item]]:
        """The items with the ids by which they are known; apart, those that are new and have a
        natural key of a row, which `adopt` takes once the others are written."""
        if self._given is None:
            self._given = any_given(cursor, self._user_id, self._entity.name)
        items = resolve(cursor, self._user_id, self._entity, items, given=self._given)
        if not self._keys:
            return items, []
        present = {
            row[0] for row in adapters.read(cursor, self._present, [str(item.id) for item in items])
        }
        new = [item for item in items if str(item.id) not in present]
        rows = self._keys.rows(cursor, new, self._stored_user)
        late = {id(item) for item in new if any(value in rows for value in self._keys.of(item))}
        return (
            [item for item in items if id(item) not in late],
            [item for item in items if id(item) in late],
        )

    def adopt(self, cursor: Cursor, items: Sequence[Item]) -> list[Item]:
        """The items with the ids of the rows that have their natural keys now."""
        rows = self._keys.rows(cursor, items, self._stored_user)
        result: list[Item] = []
        adopted: list[Item] = []
        for item in items:
            row_id = next((rows[value] for value in self._keys.of(item) if value in rows), None)
            if row_id is None:
                result.append(item)
            else:
                result.append(with_id(item, row_id, self._entity.columns[0]))
                adopted.append(result[-1])
        self._give(cursor, adopted, Reason.KEY)
        return result

    def renamed(self, cursor: Cursor, items: Sequence[Item], derive: Derive) -> list[Item]:
        """The items, whose ids are taken, with derived ones."""
        renamed = [
            msgspec.structs.replace(
                with_id(item, str(derive(item)), self._entity.columns[0]), derived=True
            )
            for item in items
        ]
        self._give(cursor, renamed, Reason.TAKEN)
        self.remember(cursor, renamed)
        return renamed

    def remember(self, cursor: Cursor, items: Sequence[Item]) -> None:
        """Write down which others each item stands for."""
        ids = [(*other, str(item.id)) for item in items for other in item.same_as]
        if ids:
            self._given = True
            give(cursor, self._user_id, self._entity.name, ids, Reason.KEY)

    def _give(self, cursor: Cursor, items: Sequence[Item], reason: Reason) -> None:
        ids = [(item.source.storage_key.origin, item.source_id, str(item.id)) for item in items]
        if ids:
            self._given = True
            give(cursor, self._user_id, self._entity.name, ids, reason)
