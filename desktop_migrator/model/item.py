"""What goes: items, each one row to be, and those that go aside, whole and with a reason."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from desktop_migrator.messages import Message
from desktop_migrator.model.browser import StorageKey, Store


@dataclass(frozen=True, slots=True)
class Source:
    """Where an item was found, for reports."""

    store: Store
    storage_key: StorageKey
    key: str
    position: str = ""
    """The place inside the value: an array's index or an object's key; empty for the whole."""

    @property
    def profile_name(self) -> str:
        """As people tell profiles apart: `Google Chrome, Anna`."""
        return f"{self.store.profile.browser_name}, {self.store.profile.name}"

    @property
    def place(self) -> str:
        """As people tell places of one profile apart: `envs[0]`."""
        return f"{self.key}[{self.position}]" if self.position else self.key


class UnresolvedReference(msgspec.Struct, frozen=True):
    """Stands in an item's values for the id of another item's row, until that is known."""

    origin: str
    """The other item's scope; see `Item.scope`."""
    source_id: str
    """The other item's."""
    id: Any
    """The source id as a row's id, if it fits the other table; else None."""

    def __str__(self) -> str:
        return self.source_id


class Item(msgspec.Struct, frozen=True):
    """One row to be."""

    entity: str
    source: Source
    source_id: str
    """The item's identity in the app's own data."""
    id: Any
    """The row's id: a `uuid.UUID`, `str` or `int`, as the target's id column asks; None until the
    database has drawn it (`TargetEntity.id_from_database`)."""
    derived: bool
    """Whether `id` was made from the source id because that does not fit the column; or is None,
    and its row's id the database's to draw."""
    values: tuple[Any, ...]
    """One value a target column, in the order of `TargetEntity.columns`; where that refers to
    other items, an `UnresolvedReference`."""
    updated_at: datetime | None = None
    """When the app last changed the item, if it says so."""
    escaped: tuple[str, ...] = ()
    """The columns whose text was escaped since PostgreSQL cannot hold it."""
    raw: str = ""
    """The item's own text, kept should the database refuse it."""
    created_at: datetime | None = None
    """When the app made the item, if it says so."""
    aliases: tuple[tuple[str, str], ...] = ()
    """Scope and source id of other items that are this one by the table's unique keys."""
    scope: str = ""
    """Within what the source id is the item's own: the app's origin, or a profile's part of it."""


class AsideItem(msgspec.Struct, frozen=True):
    """An item that becomes no row and is kept whole, so that nothing is lost unseen."""

    entity: str
    source: Source
    source_id: str | None
    code: str
    """A stable word for the kind of reason: too-long, bad-date, missing …"""
    reason: Message
    """For the person; names fields, never values."""
    remedy: Message
    raw: str
    """The item's own text."""


class Rejection(AsideItem, frozen=True):
    """An item that cannot go, and what to do about it: it can be repaired and sent again."""


class Superseded(AsideItem, frozen=True):
    """An item that differs from another one of the same identity or unique key, which counts."""
