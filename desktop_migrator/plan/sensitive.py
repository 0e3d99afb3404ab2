"""Keeps sensitive fields from leaving in clear: encrypted, hashed, redacted or dropped by the plan.

This is done to an item's JSON before anything else looks at it, so that columns, rejections,
conflicts and previews never see more than what goes into the database. Doing it twice is doing it
once: what the key at hand has made is left as it is.

A path of a plan names members from the item on, through lists and through JSON kept in a text:
`githubToken`, `config.githubToken`, `accounts.*Secret`, `**.githubToken` (at any depth). Names are
compared without regard to case and to how their words are joined, since a token left in clear for
a capital letter is worse than a field protected too much.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from enum import StrEnum
from typing import Any

from msgspec import Raw

from desktop_migrator.model import plain_name
from desktop_migrator.plan.envelope import Sealer
from desktop_migrator.plan.json_text import (
    as_list,
    as_object,
    as_string,
    as_value,
    canonical,
    encode,
    join_object,
    memory,
    read,
    restore,
    too_deep,
    unescape,
)
from desktop_migrator.plan.reject import Code, Refused
from desktop_migrator.plan.wildcards import Pattern

REDACTED = "[redacted]"
WHOLE = "@"
"""The path of the item itself."""

_ANY_DEPTH = "**"
_LEVELS = 200
"""How far down members are looked for."""
_MOST_SEGMENTS = 20
_QUARANTINE = "@rejected"
"""Stands for the field's name in the envelope of a rejection's own text."""
_NOTHING = (b"null", b'""')


class Action(StrEnum):
    """What becomes of a sensitive value."""

    ENCRYPT = "encrypt"
    HASH = "hash"
    REDACT = "redact"
    DROP = "drop"

    @property
    def needs_key(self) -> bool:
        return self in (Action.ENCRYPT, Action.HASH)


class WithoutKey(StrEnum):
    """What becomes of items with values to encrypt or hash where no key is at hand."""

    REJECT = "reject"
    LEAVE_OUT = "leave-out"
    """The item goes without these values."""


class Rule:
    """A path and what becomes of the values there. Raises ValueError."""

    def __init__(self, text: str, action: Action) -> None:
        self.text = text
        self.action = action
        parts = [] if text == WHOLE else text.split(".")
        if len(parts) > _MOST_SEGMENTS or not all(parts):
            message = f"{text!r} is no path such as token, config.token or **.token"
            raise ValueError(message)
        followers = [*parts[1:], _ANY_DEPTH] if parts else []
        if any(a == b == _ANY_DEPTH for a, b in zip(parts, followers, strict=True)):
            message = f"a name has to follow ** in {text!r}"
            raise ValueError(message)
        self.segments = [
            None if part == _ANY_DEPTH else Pattern(plain_name(part)) for part in parts
        ]

    @property
    def last(self) -> str | None:
        """The plain name of the members; None for the whole item or a pattern."""
        text = self.segments[-1].text if self.segments and self.segments[-1] else ""
        return text if text and "*" not in text else None


_State = tuple[Rule, int]
"""A rule, and the segment of its path that is to match next."""
_Act = Callable[[Rule, str, Raw], Raw | None]
"""Gives what takes a member's place; None takes the member away."""


class Rules:
    """All that a plan says for one entity; of rules for the same member the first counts."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._whole = None
        self._start: list[_State] = []
        for rule in rules:
            if rule.segments:
                self._start.append((rule, 0))
            else:
                self._whole = self._whole or rule
        self.may_need_key = any(rule.action.needs_key for rule in self.all)
        """Whether values are to be encrypted or hashed, where there are any."""

    @property
    def all(self) -> list[Rule]:
        return [rule for rule, _ in self._start] + ([self._whole] if self._whole else [])

    def __bool__(self) -> bool:
        return bool(self._start or self._whole)

    def of(self, path: Sequence[str]) -> Rule | None:
        """The rule for the member at the path, or for one that it lies in."""
        if self._whole:
            return self._whole
        states = self._start
        for name in path:
            rule, states = _step(states, name)
            if rule:
                return rule
        return None

    def covers_all(self, item: Raw) -> bool:
        """Whether nothing of the item can escape `walk`: it has members, or counts as a whole."""
        return self._whole is not None or as_object(item) is not None

    def needs_key(self, item: Raw) -> bool:
        """Whether the item holds a value to encrypt or hash."""
        found: list[bool] = []

        def note(rule: Rule, _name: str, value: Raw) -> Raw:
            found.append(rule.action.needs_key and memory(value) not in _NOTHING)
            return value

        with suppress(Refused):  # which it will be when it is to be protected
            self.walk(item, note)
        return any(found)

    def walk(self, item: Raw, act: _Act) -> Raw:
        """The item with `act` done to each member that a rule is for.

        Raises Refused for what is nested too deeply.
        """
        if self._whole:
            changed = act(self._whole, WHOLE, item)
            return item if changed is None else changed
        return _Walk(act, restore(item)).value(item, self._start, _LEVELS)


class _Walk:
    """Goes through one JSON text. What holds nothing sensitive keeps its spelling, unless names
    are repeated somewhere, since those that do not count would not be looked at."""

    def __init__(self, act: _Act, text: str) -> None:
        self._act = act
        self._hits = 0
        self._repeats = _repeats_names(text)

    def value(self, raw: Raw, states: list[_State], levels: int) -> Raw:
        if not levels:
            raise too_deep()
        hits = self._hits
        changed = self._changed(raw, states, levels - 1)
        return changed if self._hits > hits or self._repeats else raw

    def _changed(self, raw: Raw, states: list[_State], levels: int) -> Raw:
        start = memory(raw)[:1]
        if start == b'"':
            return self._text(raw, states, levels)
        if start == b"{":
            return self._object(as_object(raw) or {}, states, levels)
        if start == b"[":
            elements = as_list(raw) or []
            return Raw(encode([self.value(element, states, levels) for element in elements]))
        return raw

    def _object(self, members: dict[str, Raw], states: list[_State], levels: int) -> Raw:
        kept: dict[str, Raw] = {}
        for name, member in members.items():
            rule, deeper = _step(states, name)
            value: Raw | None = member
            if rule:
                self._hits += 1
                value = self._act(rule, name, member)
            elif deeper:
                value = self.value(member, deeper, levels)
            if value is not None:
                kept[name] = value
        return Raw(join_object(kept))

    def _text(self, raw: Raw, states: list[_State], levels: int) -> Raw:
        """A text that may be JSON."""
        text = as_string(raw) or ""
        inner = as_value(read(text)) if text.lstrip()[:1] in ("{", "[") else None
        if inner is None:
            return raw
        walk = _Walk(self._act, text)
        changed = walk.value(inner, states, levels)
        if changed is inner:
            return raw
        self._hits += 1
        return Raw(encode(restore(changed)))


def _step(states: list[_State], name: str) -> tuple[Rule | None, list[_State]]:
    """The rule for a member of this name, and how far the rules are within it."""
    plain = plain_name(name)
    deeper: list[_State] = []
    for rule, index in states:
        place = index
        if rule.segments[place] is None:
            deeper.append((rule, place))
            place += 1
        segment = rule.segments[place]
        if segment is None or segment.match(plain) is None:
            continue
        if place + 1 == len(rule.segments):
            return rule, []
        deeper.append((rule, place + 1))
    return None, deeper


def _repeats_names(text: str) -> bool:
    repeated = False

    def note(pairs: list[tuple[str, Any]]) -> None:
        nonlocal repeated
        repeated = repeated or len({name for name, _ in pairs}) < len(pairs)

    try:
        json.loads(text, object_pairs_hook=note, parse_int=str, parse_float=str)
    except RecursionError:
        return True
    return repeated


class Guard:
    """Protects the items of one entity and user."""

    def __init__(
        self,
        entity: str,
        rules: Rules,
        user_id: str,
        key: Sealer | None,
        without_key: WithoutKey = WithoutKey.REJECT,
    ) -> None:
        self.left_out: Counter[str] = Counter()
        """How many values were left out for want of a key, by the rule's path."""
        self._entity = entity
        self._rules = rules
        self._user_id = user_id
        self._key = key
        self._without_key = without_key

    def protect(self, item: Raw) -> Raw:
        """The item as it may leave. Raises Refused if that cannot be had."""
        return self._rules.walk(item, self._put)

    def kept(self, text: str, item: Raw | None = None) -> str:
        """What a rejection keeps of an item: the protected one if all of it could be looked
        through, else the whole text sealed; nothing where there is no key."""
        if item is not None and self._rules.covers_all(item):
            return restore(item)
        return self._sealed(_QUARANTINE, encode(text)) if self._key else ""

    def opened(self, text: str) -> str:
        """The inverse of `kept`, as far as there is one."""
        json_text = self._key.opened(text) if self._key else None
        whole = None if json_text is None else as_string(json_text)
        return text if whole is None else whole

    def _put(self, rule: Rule, name: str, value: Raw) -> Raw | None:
        if rule.action is Action.DROP:
            return None
        if memory(value) in _NOTHING:
            return value
        if rule.action is Action.REDACT:
            return Raw(encode(REDACTED))
        if self._key is None:
            self._note_missing_key(rule)
            return None
        return Raw(encode(self._made(self._key, rule, name, value)))

    def _made(self, key: Sealer, rule: Rule, name: str, value: Raw) -> str:
        """What stands for the value; that of a value which is so already is itself."""
        text = as_string(value)
        if rule.action is Action.HASH:
            if text is not None and key.is_hash(text):
                return text
            return key.hashed(_json(value) if text is None else _bytes(text))
        if text is not None and key.opened(text) is not None:
            return text
        return self._sealed(name, _json(value))

    def _note_missing_key(self, rule: Rule) -> None:
        if self._without_key is WithoutKey.REJECT:
            raise Refused(
                Code.NO_KEY,
                "It holds a field that is to be encrypted or hashed, and no key is at hand.",
                "Give the key, or have one made where the system's keyring is available.",
            )
        self.left_out[rule.text] += 1

    def _sealed(self, name: str, json_text: bytes) -> str:
        if self._key is None:
            raise ValueError(name)
        return self._key.seal(f"{self._entity}.{name}", self._user_id, json_text)


def _json(value: Raw) -> bytes:
    """The value's JSON text, the same however it was spelled, every character its own."""
    return restore(canonical(value)).encode()


def _bytes(text: str) -> bytes:
    return unescape(text).encode("utf-8", "surrogatepass")
