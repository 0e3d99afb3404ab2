"""What came of it: the counts and results of runs and of undos."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import msgspec

from desktop_migrator.errors import MigratorError
from desktop_migrator.messages import Message
from desktop_migrator.model.browser import Damage
from desktop_migrator.model.item import Rejection, Superseded


@dataclass(slots=True)
class Counts:
    """What became of a run's records and items."""

    records: int = 0
    items: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    """Rows that exist, differ and stay."""
    rejected: int = 0
    conflicts: int = 0
    superseded: int = 0
    """Items that gave way to another version of the same item."""
    duplicates: int = 0
    """Those of the unchanged ones that equal another item of the sources; no chunk names them."""

    @property
    def accounted(self) -> int:
        """The items of which it is known what became of them: all of them."""
        return (
            self.inserted
            + self.updated
            + self.unchanged
            + self.skipped
            + self.superseded
            + self.rejected
        )

    def __iadd__(self, other: "Counts") -> "Counts":
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        return self


@dataclass(slots=True)
class UndoCounts:
    """What an undo did to rows."""

    deleted: int = 0
    restored: int = 0
    """Overwritten rows that have their former values again."""
    inserted: int = 0
    """Deleted rows that are there again."""
    kept: int = 0
    """Rows that are not as they were before, each with its reason."""

    def __iadd__(self, other: "UndoCounts") -> "UndoCounts":
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        return self


class KeptReason(StrEnum):
    """Why undo left a row, in the letter that its chunk's record has for it."""

    CHANGED = "c"
    GONE = "g"
    REFERENCED = "r"
    THERE = "t"
    REFUSED = "x"
    ALTERED = "a"
    SHARED = "m"


@dataclass(frozen=True, slots=True)
class KeptRow:
    """A row that undo could not bring back to what it was."""

    entity: str
    id: str
    reason: KeptReason
    message: Message


class Outcome(StrEnum):
    COMPLETED = "completed"
    ROLLED_BACK = "rolled_back"
    FAILED = "failed"
    DRY_RUN = "dry_run"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class ClearedData:
    """What was cleared from browsers after a run had brought it in."""

    backup: str
    """The id of what holds it."""
    cleared: datetime
    origins: tuple[str, ...]
    records: int
    runs: tuple[str, ...]
    """Those that had brought it in."""


@dataclass(frozen=True, slots=True)
class UndoResult:
    run: str
    """The undo's own id in the bookkeeping, by which it can be undone."""
    undone_runs: tuple[str, ...]
    """The runs that it took back, in this order."""
    outcome: Outcome
    counts: UndoCounts
    by_entity: dict[str, UndoCounts]
    skipped_rows: tuple[KeptRow, ...]
    """The first rows that are not as they were before; all are in the bookkeeping."""
    seconds: float
    error: MigratorError | None = None
    """Why it did not complete; run again, it goes on."""
    cleared: tuple[ClearedData, ...] = ()
    """What browsers lack that these runs had brought in, so that it lies in backups alone."""


@dataclass(frozen=True, slots=True)
class RestOfRecords:
    """What nothing takes of the records of one key."""

    key: str
    path: str
    """`settings.theme`; empty for the whole record."""
    records: int
    count: int
    """Elements or members in all."""
    size: int
    """Bytes of their JSON."""


@dataclass(frozen=True, slots=True)
class RecordsAside:
    """Records of one key that the plan or this program leaves aside."""

    kind: str
    """The word for why: cache, secret, empty …"""
    key: str
    records: int


@dataclass(frozen=True, slots=True)
class LoginsCut:
    """Logins that were cut out of the records of one key, whose rest is taken."""

    key: str
    path: str
    count: int


class Suspicion(msgspec.Struct, frozen=True):
    """How many values of a field look like one kind of secret. Holds no value."""

    entity: str
    field: str
    """The member's name; the record's key where there is none."""
    kind: str
    """A `SecretKind`; see plan/secrets/recognise.py."""
    count: int


@dataclass(frozen=True, slots=True)
class NotTaken:
    """What of the records read did not become items, by names and sizes; no value. Of each kind
    the first few hundred names, and the others together as `…`."""

    rest: tuple[RestOfRecords, ...] = ()
    aside: tuple[RecordsAside, ...] = ()
    cut: tuple[LoginsCut, ...] = ()


@dataclass(frozen=True, slots=True)
class RunResult:
    run: str | None
    """The run's id in the bookkeeping; None if it was refused before anything was written."""
    outcome: Outcome
    counts: Counts
    by_entity: dict[str, Counts]
    skipped_records: dict[str, int]
    """Records that did not become items, by reason: cache, secret, other-site, partitioned …"""
    damages: tuple[Damage, ...]
    verified: bool
    seconds: float
    peak_memory_mb: float
    text_length: int = 0
    """Characters in the records that hold the items."""
    backup: str | None = None
    error: MigratorError | None = None
    """Why the run did not complete."""
    undo: UndoResult | None = None
    """How it took itself back; `counts` says what is there after it."""
    rejections: tuple[Rejection, ...] = field(default=(), repr=False)
    """The first ones; all are in the run's bookkeeping."""
    superseded: tuple[Superseded, ...] = field(default=(), repr=False)
    """The same."""

    labels: Mapping[str, str] = field(default_factory=dict)
    """What the plan calls its entities, for people."""
    not_taken: NotTaken = NotTaken()
    suspicions: tuple[Suspicion, ...] = ()
    """What looks secret or personal in what was sent, and that the plan does not name."""
    too_large: tuple[Damage, ...] = ()
    """Those of the damages that tell a value of the run's web sites which is too large."""

    def label(self, entity: str) -> str:
        return self.labels.get(entity, entity)

    @property
    def items_per_second(self) -> float:
        return self.counts.items / self.seconds if self.seconds else 0.0

    @property
    def average_item_size(self) -> float:
        """Characters of the records that an item takes up."""
        return self.text_length / self.counts.items if self.counts.items else 0.0
