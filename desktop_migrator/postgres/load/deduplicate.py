"""The same item in several browsers, profiles or records becomes one before it is loaded.

Items are the same by their id, or by a natural key of their table. Where the person's decision is
needed (conflicts.py) and there is one, that says which version counts, or that both are merged
(merge.py). Else it is the entity's rule: NEWEST takes the one changed last, FIELDS merges both;
where times are equal or unknown, and by the other rules, the store written last counts, and of one
store what came first. A version that differs from the one that counts is superseded: it is handed
on by name, after that one. One that is equal, or of which a merge loses nothing, is only counted.

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
from hashlib import sha256

import msgspec
from msgspec import UNSET

from desktop_migrator.model import (
    Conflict,
    ConflictPolicy,
    Item,
    MergeRule,
    Rejection,
    Resolution,
    Source,
    Superseded,
    TargetEntity,
)
from desktop_migrator.postgres.connection.errors import ROW_ERRORS
from desktop_migrator.postgres.load.conflicts import (
    DecisionLookup,
    build_version_conflict,
    is_newer,
    needs_decision,
    no_decisions,
)
from desktop_migrator.postgres.load.duplicate_key_filter import DuplicateKeyFilter
from desktop_migrator.postgres.load.natural_keys import NaturalKeys
from desktop_migrator.postgres.load.rejections import superseded
from desktop_migrator.postgres.types.digest import DIGEST_SIZE, digester
from desktop_migrator.postgres.types.merge import holds_all, merge_values
from desktop_migrator.postgres.types.text_escape import identity_text

_OLDEST_TIME = datetime.min.replace(tzinfo=UTC)

Undecided = Callable[[Conflict], Resolution | None]
"""Is told of two versions that differ and that no decision settles; may settle it itself."""


def identity_key(entity: str, source_id: str) -> Hashable:
    """What items of one identity have in common; so have some others."""
    return entity, source_id.lower()


@dataclass(frozen=True, slots=True)
class _Loser:
    """A version that gave way."""

    item: Item
    """Without values, unless they were merged."""
    digest: bytes | None
    """Of the values; see `_VersionRule.digest`."""


@dataclass(slots=True)
class _Held:
    """The version that counts so far, and those that gave way to it."""

    item: Item
    """Perhaps merged."""
    own: Item
    """As it came."""
    losers: list[_Loser] = field(default_factory=list)
    undecided: bool = False
    """Whether a pair of them waits for a decision, on which it depends what comes after."""


class Deduplicator:
    """Of one run's items, once."""

    def __init__(
        self,
        entities: Iterable[TargetEntity],
        duplicate_keys: DuplicateKeyFilter,
        policy: ConflictPolicy = ConflictPolicy.SKIP,
        decisions: DecisionLookup = no_decisions,
        undecided: Undecided | None = None,
        is_wanted: Callable[[Item], bool] = lambda _: True,
    ) -> None:
        self._is_wanted = is_wanted
        self._version_rules = {
            entity.name: _VersionRule(
                entity,
                decisions if needs_decision(policy, entity.rule) else no_decisions,
                undecided,
            )
            for entity in entities
        }
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
            if not (self._duplicate_keys and self.may_be_duplicate(outcome)):
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

    def may_be_duplicate(self, item: Item) -> bool:
        """Whether it is held back; false for most items that are there but once."""
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
            equal = digest is not None and loser.digest == digest
            if not self._is_wanted(loser.item):
                self.unwanted += 1
            elif equal or rule.keeps_all(held.item, loser.item):
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

    def __init__(
        self, entity: TargetEntity, decisions: DecisionLookup, undecided: Undecided | None
    ) -> None:
        self.keys = NaturalKeys(entity)
        self._entity = entity
        self._rule = entity.rule
        self._columns = entity.columns[1:]
        self._decisions = decisions
        self._undecided = undecided

    def joined(self, first: _Held, second: _Held) -> _Held:
        """The version that counts, with those that gave way; or one made of both."""
        winner, loser = self._winner_first(first, second)
        resolution, undecided = None, winner.undecided or loser.undecided
        if not undecided and self._asks:
            winner, loser, resolution, undecided = self._decided(winner, loser)
        merges = (
            self._rule is MergeRule.FIELDS if resolution is None else resolution is Resolution.MERGE
        )
        shorter, longer = sorted((winner.losers, loser.losers), key=len)
        longer += shorter
        longer.append(self._loser(winner.own, loser.own, with_values=merges))
        item = self._merged(winner.item, loser.item) if merges else winner.item
        aliases = winner.item.aliases + loser.item.aliases
        if _item_identity(winner.item) != _item_identity(loser.item):
            aliases += ((loser.item.scope, loser.item.source_id),)
        if aliases:
            item = msgspec.structs.replace(item, aliases=aliases)
        return _Held(item, winner.own, longer, undecided)

    @property
    def _asks(self) -> bool:
        return self._decisions is not no_decisions or self._undecided is not None

    def _decided(self, winner: _Held, loser: _Held) -> tuple[_Held, _Held, Resolution | None, bool]:
        """Both, the one that counts first; the person's decision, and whether one is to come.

        A decision holds whichever of the two the rule prefers; that changes as browsers write.
        """
        digests = self.digest(winner.item), self.digest(loser.item)
        one, other = digests
        if one is None or other is None or one == other:
            return winner, loser, None, False
        name = self._entity.name
        turned = self._decisions(name, identity_text(loser.item.source_id), other, one)
        if turned:
            winner, loser = loser, winner
        decision = turned or self._decisions(name, identity_text(winner.item.source_id), one, other)
        if decision is None and self._undecided:
            try:
                conflict = build_version_conflict(
                    self._entity, winner.item, loser.item, (one, other)
                )
            except ROW_ERRORS:
                return winner, loser, None, False  # the server will refuse one of them
            if conflict.differences:
                decision = self._undecided(conflict)
                if decision is None:
                    return winner, loser, None, True
        if decision is Resolution.REPLACE:
            winner, loser = loser, winner
        return winner, loser, decision, False

    def keeps_all(self, item: Item, loser: Item) -> bool:
        """Whether nothing of the loser is lost where the item, merged with it, counts."""
        if not loser.values:
            return False
        try:
            return holds_all(self._columns, item.values[1:], loser.values[1:])
        except ROW_ERRORS:
            return False

    def digest(self, item: Item) -> bytes | None:
        """Of the values but the id, and of which columns they fill; equal for versions that are.
        None if the server will refuse them."""
        filled = [
            (column, value)
            for column, value in zip(self._columns, item.values[1:], strict=True)
            if value is not UNSET
        ]
        columns, values = [column for column, _ in filled], [value for _, value in filled]
        try:
            digest = digester(columns)(values)
            if len(columns) < len(self._columns):
                names = "\0".join(column.name for column in columns)
                digest = sha256(digest + names.encode()).digest()[:DIGEST_SIZE]
        except ROW_ERRORS:
            return None
        return digest

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

    def _loser(self, winner: Item, loser: Item, *, with_values: bool) -> _Loser:
        """Many of them are held: their texts once, and values only where they are needed."""
        digest = self.digest(loser)
        values = loser.values if with_values else ()
        raw = winner.raw if winner.raw == loser.raw else loser.raw
        return _Loser(msgspec.structs.replace(loser, values=values, raw=raw), digest)

    def _merged(self, winner: Item, loser: Item) -> Item:
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
