"""What becomes of rows that exist and differ, and of two items of which one counts."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from desktop_migrator.model.item import Source


class ConflictPolicy(StrEnum):
    """What a run does about them."""

    SKIP = "skip"
    OVERWRITE = "overwrite"
    MERGE = "merge"
    """As the entity's `MergeRule` says."""
    INTERACTIVE = "interactive"
    """The person is asked about each."""


class MergeRule(StrEnum):
    """What MERGE means for an entity; also, which of two browsers' versions of an item counts."""

    NEWEST = "newest"
    """The one changed last, as a whole."""
    FIELDS = "fields"
    """Both: see postgres/merge.py."""
    OVERWRITE = "overwrite"
    KEEP = "keep"
    """The row stays."""
    PROMPT = "prompt"


class Resolution(StrEnum):
    """What becomes of one conflict; of two versions, the first is in the row's place."""

    KEEP = "keep"
    """The row stays as it is."""
    REPLACE = "replace"
    """The item's values take the place of the row's."""
    MERGE = "merge"
    """Both, the row's where they contradict: see postgres/merge.py."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A column in which a row and an item differ; its values cut to what shows how."""

    name: str
    row: str | None
    item: str | None


class ConflictKind(NamedTuple):
    """What conflicts of one entity have in common that one answer may hold for."""

    fields: tuple[str, ...]
    """Those that differ."""
    stores: tuple[str, ...] = ()
    """Of two versions, where the first and the second lie."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """An item whose row exists and differs; or two items of which one counts, and that differ.

    Of two items, the one that counts unless the person says otherwise is in the row's place.
    """

    entity: str
    id: str
    """The row's; of two items, `text_escape.identity_text` of the first one's source id."""
    differences: tuple[Difference, ...]
    row_time: datetime | None
    """When it was last changed, if it says so."""
    item_time: datetime | None
    row_digest: bytes
    """Of the columns that the item fills, as the row has them; see postgres/types/digest.py."""
    item_digest: bytes
    merged_digest: bytes
    """Of the row as Answer.MERGE would leave it; empty for two items."""
    row_source: Source | None = None
    """Where the first of two items was found; None: a row of the database."""
    item_source: Source | None = None
    """Where the second was found; None as well."""

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(difference.name for difference in self.differences)

    @property
    def kind(self) -> ConflictKind:
        if self.row_source is None or self.item_source is None:
            return ConflictKind(self.fields)
        stores = str(self.row_source.store.path), str(self.item_source.store.path)
        return ConflictKind(self.fields, stores)

    @property
    def version_names(self) -> tuple[str, str] | None:
        """How people tell the two items apart; None for a row and an item."""
        one, other = self.row_source, self.item_source
        if one is None or other is None:
            return None
        if one.profile_name != other.profile_name:
            return one.profile_name, other.profile_name
        first, second = (f"{each.profile_name}, {each.place}" for each in (one, other))
        if first != second:
            return first, second
        return f"{first}, {one.storage_key}", f"{second}, {other.storage_key}"
