"""What is handed on from step to step of a load: a batch of items on its way into one table.

chunk_writer.py sends it through the steps in rounds. Most chunks take one round; an item waits for
the next where what it is depends on what its neighbours became.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from desktop_migrator.model import Conflict, Counts, Item, Rejection, Source, Superseded
from desktop_migrator.postgres.bookkeeping.chunks import Action, ChunkRecord
from desktop_migrator.postgres.load.table_writer import ColumnSubset, Cursor

RowKey = tuple[str, Any]
"""A table's name and a row's id."""


@dataclass(slots=True)
class RowOperation:
    """What is to become of one item and its row."""

    item: Item
    """With its row's id, and nothing in it but values."""
    action: Action
    subset: ColumnSubset
    """The columns that are recorded: those that the item fills, or that a merge changes."""
    digest: bytes = b""
    """Of the subset's values; of a new row it is known once it is written."""
    fingerprint: bytes = b""
    """Of a merged item, which the digest of what is written does not tell; see ColumnSubset."""
    merged: Item | None = None
    """Where item and row are merged: UNSET in the columns that stay as they are."""
    conflict: Conflict | None = None
    """Where the row differs, if somebody looks on."""

    @property
    def to_write(self) -> Item:
        return self.merged or self.item


@dataclass(slots=True)
class Chunk:
    """Items of one entity. Every one ends among `done`, `rejected` or `superseded`, or is one of
    those `completed` before, and nowhere else."""

    cursor: Cursor
    new: list[Item]
    """Their ids are their own or derived, and their references name items."""
    natural_key_matches: list[Item] = field(default_factory=list)
    """New ones with a natural key of a row; that may change with what this round writes."""
    owned_by_other: list[Item] = field(default_factory=list)
    """Their ids are those of rows that are not this user's."""
    unresolved: list[Item] = field(default_factory=list)
    """They refer to items of their own entity that have no row yet."""
    ready: list[Item] = field(default_factory=list)
    """Nothing is missing but the decision: the second of an id, or tried once more."""

    done: list[RowOperation] = field(default_factory=list)
    rejected: list[tuple[Rejection, Item]] = field(default_factory=list)
    superseded: list[tuple[Superseded, Item]] = field(default_factory=list)
    """Another item of the run is their row."""
    completed: int = 0
    """Items with which an earlier part of the run was done."""
    records: list[ChunkRecord] = field(default_factory=list)
    rows_decided_before: AbstractSet[RowKey] = frozenset()
    """Rows of other items, in this run's chunks before this one."""
    decided_rows: set[RowKey] = field(default_factory=set)
    """The same of this chunk; both are kept where several items may be one row."""
    is_trial: bool = False
    """Whether all of it is taken back and tried again without an item that is rejected."""
    retried: set[Source] = field(default_factory=set)
    """Items that the server refused once for a row that was not there when they were decided."""
    null_references: int = 0
    """References left empty since what they refer to has no row."""
    derived_ids: int = 0
    """Items that got other ids since theirs are taken."""
    trigger_times: int = 0
    """Rows whose time of change triggers of the table have set."""

    @property
    def settled(self) -> int:
        """Of how many items it is known what became of them."""
        return len(self.done) + len(self.rejected) + len(self.superseded) + self.completed

    @property
    def is_finished(self) -> bool:
        return self.waits_for_nothing_else and not self.unresolved

    @property
    def waits_for_nothing_else(self) -> bool:
        """Whether nothing is left but `unresolved`."""
        return not (self.new or self.natural_key_matches or self.owned_by_other or self.ready)

    def take_over(self, other: "Chunk") -> None:
        """What became of the other's items is what became of this one's."""
        self.natural_key_matches += other.natural_key_matches
        self.owned_by_other += other.owned_by_other
        self.unresolved += other.unresolved
        self.ready += other.ready
        self.done += other.done
        self.rejected += other.rejected
        self.superseded += other.superseded
        self.completed += other.completed
        self.records += other.records
        self.decided_rows |= other.decided_rows
        self.null_references += other.null_references
        self.derived_ids += other.derived_ids
        self.trigger_times += other.trigger_times

    def counts(self) -> Counts:
        """Of what is done; what is kept aside is the loader's to count."""
        counts = Counts()
        for record in self.records:
            numbers = {action: record.actions.count(action) for action in Action}
            counts += Counts(
                inserted=numbers[Action.INSERTED],
                updated=numbers[Action.UPDATED],
                unchanged=numbers[Action.UNCHANGED],
                skipped=numbers[Action.SKIPPED],
                conflicts=numbers[Action.UPDATED] + numbers[Action.SKIPPED],
            )
        return counts
