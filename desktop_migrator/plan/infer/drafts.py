"""A plan in the making, as the steps of inferring hand it on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from msgspec import Raw

from desktop_migrator.messages import Message
from desktop_migrator.model import Table
from desktop_migrator.plan.infer.guesses import Confidence, Guess


class SeenItem(msgspec.Struct, gc=False):
    """An item as it lies in a record. A msgspec struct since many are made."""

    raw: Raw
    name: str
    """As `$name` would have it."""
    record: int
    """Which of the records it lies in; those of one record are told apart by it."""
    key: str
    profile: int
    parent: int | None = None
    """Which of the parent entity's items it lies in."""
    members: dict[str, Raw] | None = None
    """Its fields; None where it is no object."""


@dataclass(slots=True)
class SourceDraft:
    keys: tuple[str, ...] = ()
    parent: str = ""
    decode: tuple[str, ...] = ()
    items: str = "@"
    shape: str = "list"


@dataclass(slots=True)
class IdDraft:
    column: str = "id"
    from_: tuple[str, ...] = ("id",)
    type: str = "uuid"
    strategy: str = ""
    unique_in: str = ""


@dataclass(slots=True)
class ColumnDraft:
    from_: tuple[str, ...] = ()
    type: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    """Of `PlanColumn`, by its names."""
    field: str = ""
    """The plain field that it takes."""


@dataclass(slots=True)
class EntityDraft:
    name: str
    sources: list[SourceDraft]
    items: list[SeenItem]
    label: str = ""
    """The key or field that it is named after."""
    table: str = ""
    target: Table | None = None
    """The database's table that it goes to."""
    id: IdDraft = field(default_factory=IdDraft)
    columns: dict[str, ColumnDraft] = field(default_factory=dict)
    created: str = ""
    updated: str = ""
    omit: list[str] = field(default_factory=list)
    sensitive: dict[str, str] = field(default_factory=dict)
    source_ids: list[str] = field(default_factory=list)
    """Of the items, as far as they have any, where one field is the id."""

    @property
    def parent(self) -> str:
        return self.sources[0].parent

    def column_of(self, name: str) -> str | None:
        """The column that takes the field."""
        return next((each for each, draft in self.columns.items() if draft.field == name), None)


@dataclass(slots=True)
class IgnoreDraft:
    kind: str
    keys: tuple[str, ...] = ()
    holds: str = ""


@dataclass(slots=True)
class PlanDraft:
    name: str
    origins: tuple[str, ...]
    ignore: list[IgnoreDraft] = field(default_factory=list)
    entities: list[EntityDraft] = field(default_factory=list)
    guesses: list[Guess] = field(default_factory=list)

    def guess(
        self,
        place: str,
        what: Message,
        confidence: Confidence = Confidence.LIKELY,
        evidence: Mapping[str, int] | None = None,
    ) -> None:
        self.guesses.append(Guess(place, what, dict(evidence or {}), confidence))

    def entity(self, name: str) -> EntityDraft | None:
        return next((each for each in self.entities if each.name == name), None)
