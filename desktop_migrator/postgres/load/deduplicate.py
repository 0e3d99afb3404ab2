"""The same item in several browsers, profiles or records becomes one before it is loaded.

Items are the same by their id, or by a natural key of their table. Which version counts is the
entity's rule, whatever the run's policy about rows: NEWEST takes the one changed last, FIELDS
merges both (merge.py); where times are equal or unknown, and by the other rules, the store written
last counts, and of one store what came first. A version that differs from the one that counts is
superseded: it is handed on by name, after that one. One that is equal, or of which FIELDS loses
nothing, is only counted.

An item that is not wanted is told apart only then: that an older version of it would be wanted does
not let that in.

An item that may be there again is held back until all have been seen; others pass at once. What
`DuplicateKeyFilter` knows must be noted beforehand: ids as `identity_key` gives them, natural keys
by `register_natural_keys`.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec
from msgspec import UNSET

from desktop_migrator.model import Item, MergeRule, Rejection, Source, Superseded, TargetEntity
from desktop_migrator.postgres.connection.errors import ROW_ERRORS
from desktop_migrator.postgres.load.conflicts import is_newer
from desktop_migrator.postgres.load.duplicate_key_filter import DuplicateKeyFilter
from desktop_migrator.postgres.load.natural_keys import NaturalKeys
from desktop_migrator.postgres.load.rejections import superseded
from desktop_migrator.postgres.types.digest import digester
from desktop_migrator.postgres.types.merge import holds_all, merge_values

_OLDEST_TIME = datetime.min.replace(tzinfo=UTC)


def identity_key(entity: str, source_id: str) -> Hashable:
    """What items of one identity have in common; so have some others."""
    return entity, source_id.lower()


@dataclass(frozen=True, slots=True)
class _Loser:
    """A version that gave way."""

    item: Item
    """Without values, unless they may be merged."""
    digest: Hashable
    """Of the values."""


@dataclass(slots=True)
class _Held:
    """The version that counts so far, and those that gave way to it."""

    item: Item
    """Perhaps merged."""
    own: Item
    """As it came."""
    losers: list[_Loser] = field(default_factory=list)


class Deduplicator:
    """Of one run's items, once."""

    def __init__(
        self,
        entities: Iterable[TargetEntity],
        duplicate_keys: DuplicateKeyFilter,
        is_wanted: Callable[[Item], bool] = lambda _: True,
    ) -> None:
        self._is_wanted = is_wanted
        self._version_rules = {entity.name: _VersionRule(entity) for entity in entities}
        self._duplicate_keys = duplicate_keys
        self.duplicates: Counter[str] = Counter()
        """By entity, the versions that gave way and of which nothing is lost."""
        self.unwanted = 0
        """Items that are not wanted, each version counted."""
        self.held_back: list[Source] = []
        """Where wanted versions lie that gave way to such as are not."""

    @property
    def entities_with_natural_keys(self) -> frozenset[str]:
        """The entities that have natural keys."""
        return frozenset(name for name, each in self._version_rules.items() if each.keys)

    def register_natural_keys(self, item: Item) -> None:
        """Note the item's natural keys."""
        for value in self._version_rules[item.entity].keys.values_of(item):
            self._duplicate_keys.add((item.entity, value))

    def deduplicate(
        self, outcomes: Iterable[Item | Rejection]
    ) -> Iterator[Item | Rejection | Superseded]:
        held: dict[str, dict[Hashable, _Held]] = {name: {} for name in self._version_rules}
        for outcome in outcomes:
            if isinstance(outcome, Rejection):
                yield outcome
                continue
            if not (self._duplicate_keys and self._may_be_duplicate(outcome)):
                if self._is_wanted(outcome):
                    yield outcome
                else:
                    self.unwanted += 1
                continue
            rule, same = self._version_rules[outcome.entity], held[outcome.entity]
            identity = _item_identity(outcome)
            new, before = _Held(outcome, outcome), same.get(identity)
            same[identity] = rule.joined(before, new) if before else new
        for name, versions in held.items():
            rule = self._version_rules[name]
            for each in _deduplicate_by_natural_keys(rule, list(versions.values())):
                if self._is_wanted(each.own):
                    yield each.item
                    yield from self._given_way(rule, each)
                else:
                    self._leave_out(each)

    def _may_be_duplicate(self, item: Item) -> bool:
        keys = self._version_rules[item.entity].keys
        return identity_key(item.entity, item.source_id) in self._duplicate_keys or (
            bool(keys)
            and any((item.entity, value) in self._duplicate_keys for value in keys.values_of(item))
        )

    def _leave_out(self, held: _Held) -> None:
        self.unwanted += 1 + len(held.losers)
        self.held_back += (
            loser.item.source for loser in held.losers if self._is_wanted(loser.item)
        )

    def _given_way(self, rule: "_VersionRule", held: _Held) -> Iterator[Superseded]:
        """What became of the others, now that it is known which one counts."""
        digest = rule.digest(held.own) if held.losers else None
        for loser in held.losers:
            if not self._is_wanted(loser.item):
                self.unwanted += 1
            elif loser.digest == digest or rule.keeps_all(held.item, loser.item):
                self.duplicates[loser.item.entity] += 1
            else:
                same = _item_identity(loser.item) == _item_identity(held.own)
                yield superseded(loser.item, held.own.source, same_identity=same)


def _deduplicate_by_natural_keys(rule: "_VersionRule", items: list[_Held]) -> list[_Held]:
    """The items such that no two have a natural key in common."""
    if not rule.keys:
        return items
    by_identity: dict[Hashable, _Held] = {}
    owners: dict[Hashable, Hashable] = {}
    waiting = items[::-1]
    while waiting:
        held = waiting.pop()
        identity, values = _item_identity(held.item), rule.keys.values_of(held.item)
        clash = next((value for value in values if value in owners), None)
        if clash is None:
            by_identity[identity] = held
            owners |= dict.fromkeys(values, identity)
            continue
        other = by_identity.pop(owners[clash])
        for value in rule.keys.values_of(other.item):
            owners.pop(value, None)
        # The one of both may clash with a third.
        waiting.append(rule.joined(other, held))
    return list(by_identity.values())


class _VersionRule:
    """How versions of one entity's items compare."""

    def __init__(self, entity: TargetEntity) -> None:
        self.keys = NaturalKeys(entity)
        self._rule = entity.rule
        self._columns = entity.columns[1:]

    def joined(self, first: _Held, second: _Held) -> _Held:
        """The version that counts, with those that gave way; FIELDS makes one of both."""
        winner, loser = self._winner_first(first, second)
        shorter, longer = sorted((winner.losers, loser.losers), key=len)
        longer += shorter
        longer.append(self._loser(winner.own, loser.own))
        item = self._merged(winner.item, loser.item)
        aliases = winner.item.aliases + loser.item.aliases
        if _item_identity(winner.item) != _item_identity(loser.item):
            aliases += ((loser.item.scope, loser.item.source_id),)
        if aliases:
            item = msgspec.structs.replace(item, aliases=aliases)
        return _Held(item, winner.own, longer)

    def keeps_all(self, item: Item, loser: Item) -> bool:
        """Whether nothing of the loser is lost where the item, merged with it, counts."""
        if self._rule is not MergeRule.FIELDS:
            return False
        try:
            return holds_all(self._columns, item.values[1:], loser.values[1:])
        except ROW_ERRORS:
            return False

    def digest(self, item: Item) -> Hashable:
        """Of the values but the id; equal for versions that are."""
        filled = [
            (column, value)
            for column, value in zip(self._columns, item.values[1:], strict=True)
            if value is not UNSET
        ]
        columns, values = [column for column, _ in filled], [value for _, value in filled]
        try:
            digest = digester(columns)(values)
        except ROW_ERRORS:
            return id(item)  # the server will refuse it; it is equal to itself
        return digest, *(column.name for column in columns)

    def _winner_first(self, first: _Held, second: _Held) -> tuple[_Held, _Held]:
        """Both, the one that counts first."""
        one, other = first.item, second.item
        if self._rule is MergeRule.NEWEST:
            times = [item.updated_at or item.created_at for item in (one, other)]
            if is_newer(times[1], times[0]):
                return second, first
            if is_newer(times[0], times[1]):
                return first, second
        return (second, first) if _store_modified(other) > _store_modified(one) else (first, second)

    def _loser(self, winner: Item, loser: Item) -> _Loser:
        """Many of them are held: their texts once, and values only where they are needed."""
        digest = self.digest(loser)
        values = loser.values if self._rule is MergeRule.FIELDS else ()
        raw = winner.raw if winner.raw == loser.raw else loser.raw
        return _Loser(msgspec.structs.replace(loser, values=values, raw=raw), digest)

    def _merged(self, winner: Item, loser: Item) -> Item:
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


def _item_identity(item: Item) -> Hashable:
    if item.derived:
        return item.scope, item.source_id
    return str(item.id)


def _store_modified(item: Item) -> datetime:
    return item.source.store.modified or _OLDEST_TIME
