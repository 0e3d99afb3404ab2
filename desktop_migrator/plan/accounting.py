"""What became of records that gave less than all they hold: nothing of it goes untold."""

from collections import Counter

import msgspec

from desktop_migrator.model import (
    LoginsCut,
    NotTaken,
    RecordsAside,
    RestOfRecords,
    Suspicion,
)
from desktop_migrator.plan.found_items import RestPart
from desktop_migrator.plan.secrets.cut import CutResult

_MAX_NAMED = 500
"""Names that are kept of each kind; what comes after them is counted under `OTHERS`."""
OTHERS = "…"


class RestTotal(msgspec.Struct):
    """What nothing takes of the records of one key, at one path."""

    records: int = 0
    count: int = 0
    """Elements or members in all."""
    size: int = 0
    """Bytes of their JSON."""


class Accounting(msgspec.Struct):
    """Of the records read, by names and sizes; no value."""

    records: int = 0
    """Read so far."""
    skipped: Counter[str] = msgspec.field(default_factory=Counter)
    """Those of them that gave nothing, by the word for it."""
    aside: dict[tuple[str, str], int] = msgspec.field(default_factory=dict)
    """Those of the chosen sites that the plan or this program left aside, by word and key."""
    rest: dict[tuple[str, str], RestTotal] = msgspec.field(default_factory=dict)
    """What nothing takes, by key and path."""
    cut: dict[tuple[str, str], int] = msgspec.field(default_factory=dict)
    """Logins that were cut out of records, by key and path."""
    duplicates: Counter[str] = msgspec.field(default_factory=Counter)
    """By entity, items dropped because their record holds an equal one with the same id."""
    suspicions: Counter[tuple[str, str, str]] = msgspec.field(default_factory=Counter)
    """What looks secret or personal, by entity, field and kind."""
    warnings: Counter[str] = msgspec.field(default_factory=Counter)
    """`big-integer`: items with integers that JavaScript cannot read back exactly; the others are
    of `reader_losses`."""

    omitted: Counter[str] = msgspec.field(default_factory=Counter)
    """Sensitive values that were left out for want of a key, by the rule's path."""

    def left_aside(self, word: str, key: str) -> None:
        self.skipped[word] += 1
        name = (word, key)
        if name not in self.aside and len(self.aside) >= _MAX_NAMED:
            name = (word, OTHERS)
        self.aside[name] = self.aside.get(name, 0) + 1

    def left_over(self, key: str, parts: tuple[RestPart, ...]) -> None:
        for part in parts:
            self._add_rest((key, part.path), RestTotal(1, part.count, part.size))

    def left_out(self, key: str, cuts: list[CutResult]) -> None:
        for cut in cuts:
            for path in cut.paths:
                self._add_cut((key, path), 1)
            if cut.others:
                self._add_cut((key, OTHERS), cut.others)

    @property
    def not_taken(self) -> NotTaken:
        return NotTaken(
            rest=tuple(
                RestOfRecords(*place, total.records, total.count, total.size)
                for place, total in self.rest.items()
            ),
            aside=tuple(RecordsAside(*name, number) for name, number in self.aside.items()),
            cut=tuple(LoginsCut(*place, number) for place, number in self.cut.items()),
        )

    @property
    def told_suspicions(self) -> tuple[Suspicion, ...]:
        """The most frequent first."""
        return tuple(Suspicion(*place, number) for place, number in self.suspicions.most_common())

    def __iadd__(self, other: "Accounting") -> "Accounting":
        """What another one, of other records, has counted."""
        self.records += other.records
        self.skipped += other.skipped
        for name, number in other.aside.items():
            self.aside[name] = self.aside.get(name, 0) + number
        for place, total in other.rest.items():
            self._add_rest(place, total)
        for place, number in other.cut.items():
            self._add_cut(place, number)
        self.duplicates += other.duplicates
        self.suspicions += other.suspicions
        self.warnings += other.warnings
        self.omitted += other.omitted
        return self

    def _add_cut(self, place: tuple[str, str], number: int) -> None:
        if place not in self.cut and len(self.cut) >= _MAX_NAMED:
            place = (OTHERS, OTHERS)
        self.cut[place] = self.cut.get(place, 0) + number

    def _add_rest(self, place: tuple[str, str], added: RestTotal) -> None:
        if place not in self.rest and len(self.rest) >= _MAX_NAMED:
            place = (OTHERS, OTHERS)
        total = self.rest.setdefault(place, RestTotal())
        total.records += added.records
        total.count += added.count
        total.size += added.size
