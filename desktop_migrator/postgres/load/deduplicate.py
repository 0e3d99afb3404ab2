"""The same item in several browsers, profiles or records becomes one before it is loaded.

Items are the same by their id, or by a natural key of their table. Which version counts is the
entity's rule, whatever the run's policy about rows: NEWEST takes the one changed last, FIELDS
merges both (merge.py); where times are equal or unknown, and by the other rules, the store written
last counts, and of one store what came first.

An item that may be there again is held back until all have been seen; others pass at once. What
`DuplicateKeyFilter` knows must be noted beforehand: ids as `identity_key` gives them, natural keys
by `register_natural_keys`.
"""

from collections.abc import Hashable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import UNSET

from desktop_migrator.model import Counts, Item, MergeRule, Rejection, TargetEntity
from desktop_migrator.postgres.connection.errors import ROW_ERRORS
from desktop_migrator.postgres.load.conflicts import is_newer
from desktop_migrator.postgres.load.duplicate_key_filter import DuplicateKeyFilter
from desktop_migrator.postgres.load.natural_keys import NaturalKeys
from desktop_migrator.postgres.types.digest import digester
from desktop_migrator.postgres.types.merge import merge_values

_OLDEST_TIME = datetime.min.replace(tzinfo=UTC)


def identity_key(entity: str, source_id: str) -> Hashable:
    """What items of one identity have in common; so have some others."""
    return entity, source_id.lower()


class Deduplicator:
    """Of one run's items, once."""

    def __init__(
        self, entities: Iterable[TargetEntity], duplicate_keys: DuplicateKeyFilter
    ) -> None:
        self._version_rules = {entity.name: _VersionRule(entity) for entity in entities}
        self._duplicate_keys = duplicate_keys
        self.counts: dict[str, Counts] = {name: Counts() for name in self._version_rules}
        """Of the versions that gave way: equal ones are unchanged, others skipped conflicts."""

    @property
    def entities_with_natural_keys(self) -> frozenset[str]:
        """The entities that have natural keys."""
        return frozenset(name for name, each in self._version_rules.items() if each.keys)

    def register_natural_keys(self, item: Item) -> None:
        """Note the item's natural keys."""
        for value in self._version_rules[item.entity].keys.values_of(item):
            self._duplicate_keys.add((item.entity, value))

    def deduplicate(self, outcomes: Iterable[Item | Rejection]) -> Iterator[Item | Rejection]:
        if not self._duplicate_keys:
            yield from outcomes
            return
        held: dict[str, dict[Hashable, Item]] = {name: {} for name in self._version_rules}
        for outcome in outcomes:
            if isinstance(outcome, Rejection) or not self._may_be_duplicate(outcome):
                yield outcome
                continue
            same = held[outcome.entity]
            identity = _item_identity(outcome)
            before = same.get(identity)
            same[identity] = self._merge_duplicates(before, outcome) if before else outcome
        for name, items in held.items():
            yield from self._deduplicate_by_natural_keys(
                self._version_rules[name].keys, list(items.values())
            )

    def _may_be_duplicate(self, item: Item) -> bool:
        keys = self._version_rules[item.entity].keys
        return identity_key(item.entity, item.source_id) in self._duplicate_keys or (
            bool(keys)
            and any((item.entity, value) in self._duplicate_keys for value in keys.values_of(item))
        )

    def _deduplicate_by_natural_keys(self, keys: NaturalKeys, items: list[Item]) -> list[Item]:
        """The items such that no two have a natural key in common."""
        if not keys:
            return items
        by_identity: dict[Hashable, Item] = {}
        owners: dict[Hashable, Hashable] = {}
        waiting = items[::-1]
        while waiting:
            item = waiting.pop()
            values = keys.values_of(item)
            clash = next((value for value in values if value in owners), None)
            if clash is None:
                by_identity[_item_identity(item)] = item
                owners |= dict.fromkeys(values, _item_identity(item))
                continue
            other = by_identity.pop(owners[clash])
            for value in keys.values_of(other):
                owners.pop(value, None)
            # The one of both may clash with a third.
            waiting.append(self._merge_duplicates(other, item))
        return list(by_identity.values())

    def _merge_duplicates(self, first: Item, second: Item) -> Item:
        """The version that counts; FIELDS makes one of both."""
        versions = self._version_rules[first.entity]
        counts = self.counts[first.entity]
        counts.items += 1
        winner, loser = versions.winner_first(first, second)
        if versions.are_equal(first, second):
            counts.unchanged += 1
        else:
            counts.skipped += 1
            counts.conflicts += 1
            winner = versions.merged(winner, loser)
        aliases = winner.aliases + loser.aliases
        if _item_identity(winner) != _item_identity(loser):
            aliases += ((loser.source.storage_key.origin, loser.source_id),)
        return msgspec.structs.replace(winner, aliases=aliases) if aliases else winner


class _VersionRule:
    """How versions of one entity's items compare."""

    def __init__(self, entity: TargetEntity) -> None:
        self.keys = NaturalKeys(entity)
        self._rule = entity.rule
        self._columns = entity.columns[1:]

    def winner_first(self, first: Item, second: Item) -> tuple[Item, Item]:
        """Both, the one that counts first."""
        if self._rule is MergeRule.NEWEST:
            times = [item.updated_at or item.created_at for item in (first, second)]
            if is_newer(times[1], times[0]):
                return second, first
            if is_newer(times[0], times[1]):
                return first, second
        return (
            (second, first) if _store_modified(second) > _store_modified(first) else (first, second)
        )

    def are_equal(self, first: Item, second: Item) -> bool:
        return self._digest(first) == self._digest(second)

    def merged(self, winner: Item, loser: Item) -> Item:
        if self._rule is not MergeRule.FIELDS:
            return winner
        try:
            changes = merge_values(self._columns, winner.values[1:], loser.values[1:])
        except RecursionError:
            return winner
        both = zip(self._columns, winner.values[1:], changes, strict=True)
        values = [winner.values[0]]
        escaped = set(winner.escaped)
        for column, own, new in both:
            values.append(own if new is UNSET else new)
            if new is not UNSET and column.name in loser.escaped:
                escaped.add(column.name)
        return msgspec.structs.replace(winner, values=tuple(values), escaped=tuple(sorted(escaped)))

    def _digest(self, item: Item) -> tuple[Any, ...]:
        filled = [
            (column, value)
            for column, value in zip(self._columns, item.values[1:], strict=True)
            if value is not UNSET
        ]
        columns, values = [column for column, _ in filled], [value for _, value in filled]
        try:
            digest = digester(columns)(values)
        except ROW_ERRORS:
            return (item,)  # the server will refuse it; it is equal to itself
        return digest, *(column.name for column in columns)


def _item_identity(item: Item) -> Hashable:
    if item.derived:
        return item.source.storage_key.origin, item.source_id
    return str(item.id)


def _store_modified(item: Item) -> datetime:
    return item.source.store.modified or _OLDEST_TIME
