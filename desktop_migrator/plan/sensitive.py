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

from desktop_migrator.messages import Message
from desktop_migrator.model import normalize_name
from desktop_migrator.plan.envelope import FieldCipher
from desktop_migrator.plan.json_text import (
    as_bytes,
    as_list,
    as_object,
    as_string,
    as_value,
    canonical,
    encode,
    encode_object,
    escape_json,
    too_deep_error,
    unescape_json,
    unescape_unstorable,
)
from desktop_migrator.plan.reject import ItemRejected, RejectionCode
from desktop_migrator.plan.wildcards import WildcardPattern

REDACTED = "[redacted]"
WHOLE_ITEM = "@"
"""The path of the item itself."""

_ANY_DEPTH = "**"
_MAX_DEPTH = 200
"""How far down members are looked for."""
_MAX_SEGMENTS = 20
_REJECTED_FIELD = "@rejected"
"""Stands for the field's name in the envelope of a rejection's own text."""
_EMPTY_VALUES = (b"null", b'""')


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


class SensitiveRule:
    """A path and what becomes of the values there. Raises ValueError."""

    def __init__(self, text: str, action: Action) -> None:
        self.text = text
        self.action = action
        parts = [] if text == WHOLE_ITEM else text.split(".")
        if len(parts) > _MAX_SEGMENTS or not all(parts):
            message = f"{text!r} is no path such as token, config.token or **.token"
            raise ValueError(message)
        followers = [*parts[1:], _ANY_DEPTH] if parts else []
        if any(a == b == _ANY_DEPTH for a, b in zip(parts, followers, strict=True)):
            message = f"a name has to follow ** in {text!r}"
            raise ValueError(message)
        self.segments = [
            None if part == _ANY_DEPTH else WildcardPattern(normalize_name(part)) for part in parts
        ]

    @property
    def last(self) -> str | None:
        """The plain name of the members; None for the whole item or a pattern."""
        text = self.segments[-1].text if self.segments and self.segments[-1] else ""
        return text if text and "*" not in text else None


_MatchState = tuple[SensitiveRule, int]
"""A rule, and the segment of its path that is to match next."""
_MemberAction = Callable[[SensitiveRule, str, Raw], Raw | None]
"""Gives what replaces a member's value; None takes the member away."""


class SensitiveRules:
    """All that a plan says for one entity; of rules for the same member the first counts."""

    def __init__(self, rules: Iterable[SensitiveRule]) -> None:
        self._whole = None
        self._start: list[_MatchState] = []
        for rule in rules:
            if rule.segments:
                self._start.append((rule, 0))
            else:
                self._whole = self._whole or rule
        self.may_need_key = any(rule.action.needs_key for rule in self.all)
        """Whether values are to be encrypted or hashed, where there are any."""

    @property
    def all(self) -> list[SensitiveRule]:
        return [rule for rule, _ in self._start] + ([self._whole] if self._whole else [])

    def __bool__(self) -> bool:
        return bool(self._start or self._whole)

    def rule_for(self, path: Sequence[str]) -> SensitiveRule | None:
        """The rule for the member at the path, or for one that it lies in."""
        if self._whole:
            return self._whole
        states = self._start
        for name in path:
            rule, states = _match_member(states, name)
            if rule:
                return rule
        return None

    def covers_whole_item(self, item: Raw) -> bool:
        """Whether nothing of the item can escape `walk`: it has members, or counts as a whole."""
        return self._whole is not None or as_object(item) is not None

    def needs_key(self, item: Raw) -> bool:
        """Whether the item holds a value to encrypt or hash."""
        found: list[bool] = []

        def note(rule: SensitiveRule, _name: str, value: Raw) -> Raw:
            found.append(rule.action.needs_key and as_bytes(value) not in _EMPTY_VALUES)
            return value

        with suppress(ItemRejected):  # which it will be when it is to be protected
            self.apply(item, note)
        return any(found)

    def apply(self, item: Raw, action: _MemberAction) -> Raw:
        """The item with `action` done to each member that a rule is for.

        Raises ItemRejected for what is nested too deeply.
        """
        if self._whole:
            changed = action(self._whole, WHOLE_ITEM, item)
            return item if changed is None else changed
        return _JsonRewriter(action, unescape_json(item)).rewrite(item, self._start, _MAX_DEPTH)


class _JsonRewriter:
    """Goes through one JSON text. What holds nothing sensitive keeps its spelling, unless names
    are repeated somewhere, since those that do not count would not be looked at."""

    def __init__(self, action: _MemberAction, text: str) -> None:
        self._action = action
        self._match_count = 0
        self._has_repeated_names = _has_repeated_names(text)

    def rewrite(self, raw: Raw, states: list[_MatchState], levels: int) -> Raw:
        if not levels:
            raise too_deep_error()
        hits = self._match_count
        changed = self._rewrite_value(raw, states, levels - 1)
        return changed if self._match_count > hits or self._has_repeated_names else raw

    def _rewrite_value(self, raw: Raw, states: list[_MatchState], levels: int) -> Raw:
        start = as_bytes(raw)[:1]
        if start == b'"':
            return self._rewrite_text(raw, states, levels)
        if start == b"{":
            return self._rewrite_object(as_object(raw) or {}, states, levels)
        if start == b"[":
            elements = as_list(raw) or []
            return Raw(encode([self.rewrite(element, states, levels) for element in elements]))
        return raw

    def _rewrite_object(
        self, members: dict[str, Raw], states: list[_MatchState], levels: int
    ) -> Raw:
        members_out: dict[str, Raw] = {}
        for name, member in members.items():
            rule, deeper = _match_member(states, name)
            value: Raw | None = member
            if rule:
                self._match_count += 1
                value = self._action(rule, name, member)
            elif deeper:
                value = self.rewrite(member, deeper, levels)
            if value is not None:
                members_out[name] = value
        return Raw(encode_object(members_out))

    def _rewrite_text(self, raw: Raw, states: list[_MatchState], levels: int) -> Raw:
        """A text that may be JSON."""
        text = as_string(raw) or ""
        inner = as_value(escape_json(text)) if text.lstrip()[:1] in ("{", "[") else None
        if inner is None:
            return raw
        walk = _JsonRewriter(self._action, text)
        changed = walk.rewrite(inner, states, levels)
        if changed is inner:
            return raw
        self._match_count += 1
        return Raw(encode(unescape_json(changed)))


def _match_member(
    states: list[_MatchState], name: str
) -> tuple[SensitiveRule | None, list[_MatchState]]:
    """The rule for a member of this name, and how far the rules are within it."""
    plain = normalize_name(name)
    deeper: list[_MatchState] = []
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


def _has_repeated_names(text: str) -> bool:
    repeated = False

    def note(pairs: list[tuple[str, Any]]) -> None:
        nonlocal repeated
        repeated = repeated or len({name for name, _ in pairs}) < len(pairs)

    try:
        json.loads(text, object_pairs_hook=note, parse_int=str, parse_float=str)
    except RecursionError:
        return True
    return repeated


class FieldProtector:
    """Protects the items of one entity and user."""

    def __init__(
        self,
        entity: str,
        rules: SensitiveRules,
        user_id: str,
        key: FieldCipher | None,
        without_key: WithoutKey = WithoutKey.REJECT,
        omitted_values: Counter[str] | None = None,
    ) -> None:
        """`omitted_values` counts those omitted for want of a key, by the rule's path."""
        self._omitted_values = Counter[str]() if omitted_values is None else omitted_values
        self._entity = entity
        self._rules = rules
        self._user_id = user_id
        self._key = key
        self._without_key = without_key

    def protect(self, item: Raw) -> Raw:
        """The item as it may leave. Raises ItemRejected if that cannot be had."""
        return self._rules.apply(item, self._replacement)

    def redacted_text(self, text: str, item: Raw | None = None) -> str:
        """What a rejection keeps of an item: the protected one if all of it could be looked
        through, else the whole text encrypted; nothing where there is no key."""
        if item is not None and self._rules.covers_whole_item(item):
            return unescape_json(item)
        return self._encrypted(_REJECTED_FIELD, encode(text)) if self._key else ""

    def decrypted(self, text: str) -> str:
        """The inverse of `redacted_text`, as far as there is one."""
        json_text = self._key.decrypt(text) if self._key else None
        whole = None if json_text is None else as_string(json_text)
        return text if whole is None else whole

    def _replacement(self, rule: SensitiveRule, name: str, value: Raw) -> Raw | None:
        if rule.action is Action.DROP:
            return None
        if as_bytes(value) in _EMPTY_VALUES:
            return value
        if rule.action is Action.REDACT:
            return Raw(encode(REDACTED))
        if self._key is None:
            self._note_missing_key(rule)
            return None
        return Raw(encode(self._protected_value(self._key, rule, name, value)))

    def _protected_value(self, key: FieldCipher, rule: SensitiveRule, name: str, value: Raw) -> str:
        """What stands for the value; that of a value which is so already is itself."""
        text = as_string(value)
        if rule.action is Action.HASH:
            if text is not None and key.is_hash(text):
                return text
            return key.keyed_hash(_canonical_json(value) if text is None else _original_bytes(text))
        if text is not None and key.decrypt(text) is not None:
            return text
        return self._encrypted(name, _canonical_json(value))

    def _note_missing_key(self, rule: SensitiveRule) -> None:
        if self._without_key is WithoutKey.REJECT:
            raise ItemRejected(
                RejectionCode.NO_KEY,
                Message(
                    "It holds a field that is to be encrypted or hashed, and no key is at hand."
                ),
                Message("Give the key, or have one made where the system's keyring is available."),
            )
        self._omitted_values[rule.text] += 1

    def _encrypted(self, name: str, json_text: bytes) -> str:
        if self._key is None:
            raise ValueError(name)
        return self._key.encrypt(f"{self._entity}.{name}", self._user_id, json_text)


def _canonical_json(value: Raw) -> bytes:
    """The value's JSON text, the same however it was spelled, every character its own."""
    return unescape_json(canonical(value)).encode()


def _original_bytes(text: str) -> bytes:
    return unescape_unstorable(text).encode("utf-8", "surrogatepass")
