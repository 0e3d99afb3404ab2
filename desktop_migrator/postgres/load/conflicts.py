"""Decides what becomes of one item whose row exists and differs. Pure: no I/O, no state.

| policy      | rule of the entity | what happens                                    |
| ----------- | ------------------ | ----------------------------------------------- |
| SKIP        |                    | the row stays                                   |
| OVERWRITE   |                    | the item replaces the columns that it fills     |
| MERGE       | NEWEST             | the item replaces them if it was changed later  |
| MERGE       | FIELDS             | both are merged, see merge.py                   |
| MERGE       | OVERWRITE          | the item replaces them                          |
| MERGE       | KEEP               | the row stays                                   |
| MERGE       | PROMPT             | what the person answered; else the row stays    |
| INTERACTIVE |                    | what the person answered; else the row stays    |

A version's time is when it was last changed, or, where that is unknown, when it was made. Equal
or unknown times keep the row.
"""

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from typing import Any, Protocol

from msgspec import UNSET

from desktop_migrator.far_times import comparable
from desktop_migrator.model import (
    Column,
    Conflict,
    ConflictPolicy,
    Difference,
    Item,
    MergeRule,
    Resolution,
    TargetEntity,
    normalize_name,
)
from desktop_migrator.postgres.load.table_writer import TableWriter
from desktop_migrator.postgres.types.digest import canonical_json, digester
from desktop_migrator.postgres.types.merge import merge_values
from desktop_migrator.postgres.types.text_escape import identity_text

MASK = "•••"
"""What is shown in a sensitive value's place."""
_EXCERPT_LENGTH = 200
"""Characters of a value that a person is shown."""
_EXCERPT_CONTEXT = 40
"""How many of them stand before the first one that differs."""


def needs_decision(policy: ConflictPolicy, rule: MergeRule) -> bool:
    """Whether the person's answer is needed."""
    return policy is ConflictPolicy.INTERACTIVE or (
        policy is ConflictPolicy.MERGE and rule is MergeRule.PROMPT
    )


def resolve_conflict(
    policy: ConflictPolicy,
    rule: MergeRule,
    row_time: datetime | None,
    item_time: datetime | None,
    decision: Resolution | None = None,
) -> Resolution:
    if needs_decision(policy, rule):
        return decision or Resolution.KEEP
    if policy is ConflictPolicy.SKIP:
        return Resolution.KEEP
    if policy is ConflictPolicy.OVERWRITE or rule is MergeRule.OVERWRITE:
        return Resolution.REPLACE
    if rule is MergeRule.KEEP:
        return Resolution.KEEP
    if rule is MergeRule.FIELDS:
        return Resolution.MERGE
    return Resolution.REPLACE if is_newer(item_time, row_time) else Resolution.KEEP


def is_newer(one: datetime | None, other: datetime | None) -> bool:
    """Whether both times are known and the one is after the other."""
    return one is not None and other is not None and one > other


class RowTimestamps:
    """Reads when rows and items of an entity were last changed."""

    def __init__(self, entity: TargetEntity) -> None:
        names = [column.name for column in entity.columns]
        self._updated = names.index(entity.updated_column) if entity.updated_column else None
        self._created = names.index(entity.created_column) if entity.created_column else None

    def of_row(self, values: Sequence[Any]) -> datetime | None:
        for index in (self._updated, self._created):
            value = None if index is None else values[index]
            if value is not None:
                return comparable(value)
        return None

    def of_item(self, item: Item) -> datetime | None:
        """By which it is compared with a row: a table that does not say when a row was changed
        knows only when it was made, and so does the item then."""
        if self._updated is None:
            return item.created_at
        return item.updated_at or item.created_at


class DecisionLookup(Protocol):
    """What the person answered to a conflict, by entity, `Conflict.id` and digests of both
    sides."""

    def __call__(
        self, entity: str, row_id: str, row: bytes, item: bytes, /
    ) -> Resolution | None: ...


def no_decisions(_entity: str, _row_id: str, _row: bytes, _item: bytes, /) -> Resolution | None:
    return None


class ConflictResolver:
    """Decides the conflicts of one entity."""

    def __init__(
        self, entity: TargetEntity, policy: ConflictPolicy, decisions: DecisionLookup = no_decisions
    ) -> None:
        self.needs_decision = needs_decision(policy, entity.rule)
        self.timestamps = RowTimestamps(entity)
        self._entity = entity
        self._policy = policy
        self._decisions = decisions

    def resolve(
        self, item: Item, row: Sequence[Any], row_digest: bytes, item_digest: bytes
    ) -> Resolution:
        name = self._entity.name
        return resolve_conflict(
            self._policy,
            self._entity.rule,
            self.timestamps.of_row(row),
            self.timestamps.of_item(item),
            self._decisions(name, str(item.id), row_digest, item_digest)
            if self.needs_decision
            else None,
        )


def differences(
    entity: TargetEntity, columns: Sequence[Column], row: Sequence[Any], item: Sequence[Any]
) -> tuple[Difference, ...]:
    """The columns in which they differ, with excerpts of their values; without sensitive ones."""
    return tuple(
        Difference(
            column.name,
            *diff_excerpts(
                display_text(masked(entity, column, own)),
                display_text(masked(entity, column, other)),
            ),
        )
        for column, own, other in zip(columns, row, item, strict=True)
        if _values_differ(column, own, other)
    )


def _values_differ(column: Column, own: Any, other: Any) -> bool:
    digest = digester([column])
    try:
        return digest([own]) != digest([other])
    except RecursionError:
        return True


def masked(entity: TargetEntity, column: Column, value: Any) -> Any:
    """The value with what nobody is shown taken out of it."""
    if value is None or not (entity.secret_columns or entity.secret_members):
        return value
    if column.name in entity.secret_columns:
        return MASK
    if isinstance(value, bytes) and entity.secret_members:
        try:
            return canonical_json(value, partial(_mask_members, entity.secret_members))[1:-1]
        except RecursionError:
            return MASK
    return value


def _mask_members(secret_names: frozenset[str], value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: MASK
            if normalize_name(name) in secret_names
            else _mask_members(secret_names, member)
            for name, member in value.items()
        }
    if isinstance(value, list):
        return [_mask_members(secret_names, element) for element in value]
    # JSON may be kept in a text.
    told = isinstance(value, str) and any(name in normalize_name(value) for name in secret_names)
    return MASK if told else value


def display_text(value: Any) -> str | None:
    """A value as people read it; JSON in the one order of its members."""
    if value is None:
        return None
    if isinstance(value, bytes):
        try:
            return canonical_json(value)[1:-1].decode()
        except RecursionError:
            return value.decode()
    if isinstance(value, datetime):
        return value.isoformat(" ", "milliseconds")
    if isinstance(value, date):
        return value.isoformat()
    return str(value).lower() if isinstance(value, bool) else str(value)


def diff_excerpts(row: str | None, item: str | None) -> tuple[str | None, str | None]:
    """Both texts cut to where they begin to differ."""
    if row is None or item is None:
        return _excerpt(row, 0), _excerpt(item, 0)
    same = next(
        (index for index, (a, b) in enumerate(zip(row, item, strict=False)) if a != b),
        min(len(row), len(item)),
    )
    fits = max(len(row), len(item)) <= _EXCERPT_LENGTH
    start = 0 if fits else max(0, same - _EXCERPT_CONTEXT)
    return _excerpt(row, start), _excerpt(item, start)


def _excerpt(text: str | None, start: int) -> str | None:
    if text is None:
        return None
    cut = text[start : start + _EXCERPT_LENGTH]
    before = "…" if start else ""
    after = "…" if len(text) > start + _EXCERPT_LENGTH else ""
    return f"{before}{cut}{after}"


def build_version_conflict(
    entity: TargetEntity, winner: Item, loser: Item, digests: tuple[bytes, bytes]
) -> Conflict:
    """What a person has to know of two items of which one counts, and that differ.

    The digests are the winner's and the loser's.
    """
    one, other = (
        [None if each is UNSET else each for each in item.values] for item in (winner, loser)
    )
    return Conflict(
        entity=entity.name,
        id=identity_text(winner.source_id),
        differences=differences(entity, entity.columns, one, other),
        row_time=winner.updated_at or winner.created_at,
        item_time=loser.updated_at or loser.created_at,
        row_digest=digests[0],
        item_digest=digests[1],
        merged_digest=b"",
        row_source=winner.source,
        item_source=loser.source,
    )


def build_conflict(
    writer: TableWriter,
    timestamps: RowTimestamps,
    item: Item,
    values: Sequence[Any],
    row_digest: bytes,
    item_digest: bytes,
) -> Conflict:
    """What a person has to know of an item and of its row's `values`, which differ.

    The digests are of the columns that the item fills.
    """
    shape = writer.column_subset(item)
    row, new = shape.project(values), shape.project(item.values)
    try:
        changes = merge_values(shape.columns, row, new)
        merged = [
            old if change is UNSET else change for old, change in zip(row, changes, strict=True)
        ]
        merged_digest = shape.digest(merged)
    except RecursionError:
        merged_digest = row_digest  # nothing is merged
    return Conflict(
        entity=writer.entity.name,
        id=str(item.id),
        differences=differences(writer.entity, shape.columns, row, new),
        row_time=timestamps.of_row(values),
        item_time=timestamps.of_item(item),
        row_digest=row_digest,
        item_digest=item_digest,
        merged_digest=merged_digest,
    )
