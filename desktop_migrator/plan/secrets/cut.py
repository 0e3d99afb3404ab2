"""Cuts what logs somebody in out of a record, wherever it lies, and leaves the rest as it was.

Looked through are objects and lists as deep as they go, JSON in texts, Maps kept as lists of
pairs, lists whose members name their values by index (devalue, flatted), JavaScript literals
(seroval, `uneval`), parameters of addresses, and what `readings` knows. A member is taken away; an
element of a list becomes null, so that the others keep their places; a text that cannot be written
again without the login is cut as a whole.
"""

import re
from collections.abc import Collection, Iterator
from typing import Any

import msgspec
from msgspec import Raw

from desktop_migrator.plan.json_text import (
    decode,
    encode,
    escape_unstorable,
    unescape_json,
    unescape_unstorable,
)
from desktop_migrator.plan.secrets.hints import may_hold_login
from desktop_migrator.plan.secrets.literals import cut_literals
from desktop_migrator.plan.secrets.readings import MAX_ENCODINGS, are_pairs, read_json, readings
from desktop_migrator.plan.secrets.recognise import (
    MIN_TOKEN_LENGTH,
    TRANSACTION_NAMES,
    VERIFIER_NAMES,
    SecretKind,
    is_secret_name,
    login_kind,
    plain_name,
)

MAX_PATHS = 20
"""Places that are told; the rest are counted."""

_LOGIN_KEY = re.compile(
    r"near-api-js:keystore:"  # key pairs of near-api-js
    r"|msal\.[0-9]+[|]|msal\.(?:.*\.)?(?:token|account)\.keys|msal\.token\."  # MSAL 2 to 5
    r"|(?:.*-)?code-verifier$"  # @supabase/auth-js' flows
)
"""Keys of records that are nothing but login state, whatever they hold."""
_MSAL_KIND = "credentialType"
_MSAL_KINDS = frozenset(("accesstoken", "refreshtoken", "idtoken", "accesstokenwithauthscheme"))
_KEY_SEPARATOR = re.compile(r"[.:/|@\s]+")
_TELLABLE_NAME = re.compile(r"[A-Za-z_$@][A-Za-z_$-]*(?:[0-9]{1,3}[A-Za-z_$-]*)?")
_MAX_NAME_LENGTH = 40
_WRAPPER_NAMES = frozenset(("value", "v", "val", "data", "current", "raw", "state", "payload"))
"""Members that stand for the whole in what libraries put around a value."""
_TOKEN_GROUPS = frozenset(("tokens", "token", "authtokens"))
_GROUPED_NAMES = frozenset(("access", "refresh", "id"))
_COMPANION_NAMES = frozenset(
    (
        *("tokentype", "expiresin", "expiresat", "expires", "expiry", "expirationtime"),
        *("scope", "scopes", "sessionstate", "version", "persist", "issuedat", "iat", "exp"),
        *("v", "meta", "clientid", "audience", "oauthtokenscope", "refreshtokenexpiresin"),
    )
)
"""What tells of a login or of its store; nobody's data once the login is gone."""


class CutResult(msgspec.Struct, frozen=True):
    """A record without its logins."""

    value: Raw | None
    """As it came where nothing was cut; None where there was nothing but the login."""
    paths: tuple[str, ...] = ()
    """Where they were cut, as `user.tokens[0].token`; empty for the record itself. A name that may
    be somebody's data is `*`."""
    kinds: tuple[SecretKind, ...] = ()
    """What was cut at each of the paths."""
    others: int = 0
    """How many more were cut."""

    @property
    def count(self) -> int:
        return len(self.paths) + self.others


def cut_logins(value: Raw, key: str, spared: Collection[str] = ()) -> CutResult:
    """The record's value without what logs somebody in.

    `value` is JSON in the escaped form of `json_text`; of a record that is no JSON, its text as a
    JSON string. `spared` are members' names, as `plain_name` gives them, of which the plan itself
    says what becomes. Raises ItemRejected for what is nested too deeply, and for numbers that no
    PostgreSQL number can hold, in records that may hold a login.
    """
    if not may_hold_login(f'"{key}"{str(value, "utf-8")}'):
        return CutResult(value)
    if _LOGIN_KEY.match(key):
        return CutResult(None, ("",), (SecretKind.ACCESS,))
    cutter = _Cutter(frozenset(spared))
    changed = cutter.cut(decode(value), _name_of_key(key), None, 0)
    if not cutter.count:
        return CutResult(value)
    left = None if _is_nothing(changed, 0) else Raw(encode(changed))
    return CutResult(left, tuple(cutter.paths), tuple(cutter.kinds), cutter.others)


_Path = tuple["_Path | None", str] | None
"""The path of what it lies in, and the last step."""


class _Container(msgspec.Struct):
    """An object or list that is to be looked through."""

    value: dict[str, Any] | list[Any]
    path: _Path
    name: str
    """The plain name under which it lies, where that may be a secret's."""
    is_in_table: bool


class _Cutter:
    """Goes through one record, noting what it cuts."""

    def __init__(self, spared: frozenset[str]) -> None:
        self._spared = spared
        self.paths: list[str] = []
        self.kinds: list[SecretKind] = []
        self.others = 0
        self._keeps_places = False
        """Whether something counts elements of lists, as superjson's notes about types do."""

    @property
    def count(self) -> int:
        return len(self.paths) + self.others

    def cut(
        self, value: Any, name: str, path: _Path, encodings: int, *, is_in_table: bool = False
    ) -> Any:
        """The value, changed in place; None where it is a login itself."""
        if isinstance(value, str):
            return self._cut_text(value, name, path, encodings, is_in_table=is_in_table)
        if not isinstance(value, dict | list):
            return value
        if _is_login(value):
            self._note(path, SecretKind.ACCESS)
            return None
        self._keeps_places = self._keeps_places or _has_superjson_notes(value)
        pending = [_Container(value, path, name, is_in_table)]
        while pending:
            container = pending.pop()
            if isinstance(container.value, dict):
                inner = [*self._cut_object(container.value, container, encodings)]
            else:
                inner = [*self._cut_list(container.value, container, encodings)]
            pending += reversed(inner)
        return value

    def _cut_object(
        self, members: dict[str, Any], container: _Container, encodings: int
    ) -> Iterator[_Container]:
        is_transaction = any(plain_name(name) in VERIFIER_NAMES for name in members)
        for name, member in list(members.items()):
            path = container.path, name
            plain = self._effective_name(name, container.name)
            is_text = isinstance(member, str) and bool(member)
            if is_transaction and is_text and plain_name(name) in TRANSACTION_NAMES:
                self._note(path, SecretKind.ACCESS)
                del members[name]
            elif kind := self._name_kind(name):
                self._note(path, kind)
                del members[name]
            elif isinstance(member, str):
                text = self._cut_text(
                    member, plain, path, encodings, is_in_table=container.is_in_table
                )
                if text is None:
                    del members[name]
                else:
                    members[name] = text
            elif isinstance(member, dict | list):
                if self._is_cut_whole(member, plain, path, is_in_table=container.is_in_table):
                    del members[name]
                else:
                    yield _Container(member, path, plain, container.is_in_table)

    def _cut_list(
        self, elements: list[Any], container: _Container, encodings: int
    ) -> Iterator[_Container]:
        if are_pairs(elements):
            yield from self._cut_pairs(elements, container, encodings)
            return
        self._cut_referred(elements, container.path)
        is_in_table = container.is_in_table or _is_table(elements)
        for index, element in enumerate(elements):
            path = container.path, f"[{index}]"
            if isinstance(element, str):
                elements[index] = self._cut_text(
                    element, container.name, path, encodings, is_in_table=is_in_table
                )
            elif isinstance(element, dict | list):
                if self._is_cut_whole(element, "", path):
                    elements[index] = None
                else:
                    yield _Container(element, path, "", is_in_table)

    def _cut_pairs(
        self, pairs: list[list[Any]], container: _Container, encodings: int
    ) -> Iterator[_Container]:
        """A Map as a list of names and values."""
        kept: list[list[Any]] = []
        for pair in pairs:
            name, value = pair
            path = container.path, name
            plain = self._effective_name(name, container.name)
            if isinstance(value, str):
                pair[1] = self._cut_text(
                    value, plain, path, encodings, is_in_table=container.is_in_table
                )
            elif isinstance(value, dict | list):
                if self._is_cut_whole(value, plain, path):
                    pair[1] = None
                else:
                    yield _Container(value, path, plain, container.is_in_table)
            is_cut = value is not None and pair[1] is None
            kind = None if is_cut else self._name_kind(name)
            if kind:
                self._note(path, kind)
            if (is_cut or kind) and self._keeps_places:
                pair[:] = ["" if self._name_kind(name) else name, None]
            if not (is_cut or kind) or self._keeps_places:
                kept.append(pair)
        pairs[:] = kept

    def _cut_referred(self, elements: list[Any], path: _Path) -> None:
        """Texts that objects of the list name by index, as devalue (numbers) and flatted do."""
        if not isinstance(elements[0] if elements else None, dict | list):
            return
        if not any(isinstance(element, str) for element in elements):
            return
        for element in elements:
            for name, reference in _references(element, elements):
                plain = self._effective_name(name, "")
                text = _referred(reference, elements) if plain else None
                kind = login_kind(text, plain) if text else None
                if kind:
                    self._note((path, name), kind)
                    elements[int(reference)] = None
                    if isinstance(element, dict):
                        del element[name]

    def _is_cut_whole(
        self, value: Any, plain: str, path: _Path, *, is_in_table: bool = False
    ) -> bool:
        """Whether the object or list is a login as it stands."""
        kind = None
        if _is_login(value):
            kind = SecretKind.ACCESS
        elif isinstance(value, list) and plain and value and isinstance(value[0], str):
            # A cell of TinyBase's mergeable stores: its value, when it was set, a hash; or several.
            kind = login_kind(value[0], plain, is_in_table=is_in_table)
        if kind:
            self._note(path, kind)
        return kind is not None

    def _cut_text(
        self, escaped: str, name: str, path: _Path, encodings: int, *, is_in_table: bool
    ) -> str | None:
        text = unescape_unstorable(escaped)
        kind = login_kind(text, name, is_in_table=is_in_table)
        if kind:
            self._note(path, kind)
            return None
        if len(text) < 8 or encodings >= MAX_ENCODINGS:
            return escaped
        before = len(self.paths), self.others
        changed, can_write = self._cut_encoded(text, name, path, encodings)
        if can_write:
            return escaped if changed == text else escape_unstorable(changed)
        kind = self.kinds[before[0]] if len(self.kinds) > before[0] else SecretKind.ACCESS
        del self.paths[before[0] :], self.kinds[before[0] :]
        self.others = before[1]
        self._note(path, kind)
        return None

    def _cut_encoded(self, text: str, name: str, path: _Path, encodings: int) -> tuple[str, bool]:
        """The text without logins, and whether it could be written so."""
        inner = read_json(text)
        if inner is not None:
            return self._cut_json(text, inner, name, path, encodings)
        for reading in readings(text):
            count = self.count
            inner_text = self._cut_text(
                escape_unstorable(reading.text), name, path, encodings + 1, is_in_table=False
            )
            if self.count > count:
                if reading.write is None or inner_text is None:
                    return "", False
                return reading.write(unescape_unstorable(inner_text)), True
        changed, literals = cut_literals(text, self._spared)
        for literal in literals:
            self._note((path, literal.name) if literal.name else path, literal.kind)
        return changed, True

    def _cut_json(
        self, text: str, inner: Any, name: str, path: _Path, encodings: int
    ) -> tuple[str, bool]:
        count = self.count
        changed = self.cut(inner, name, path, encodings + 1)
        if self.count == count:
            return text, True
        return (unescape_json(encode(changed)), True) if changed is not None else ("", False)

    def _effective_name(self, name: str, outer: str) -> str:
        """The plain name that counts for a member, empty if none does."""
        plain = plain_name(name)
        if plain in self._spared:
            return ""
        if plain in _GROUPED_NAMES and outer in _TOKEN_GROUPS:
            return "token"
        if plain in _WRAPPER_NAMES and outer not in ("", "tokens"):
            return outer
        return plain if plain in _TOKEN_GROUPS or is_secret_name(plain) else ""

    def _name_kind(self, name: str) -> SecretKind | None:
        return login_kind(name) if len(name) >= MIN_TOKEN_LENGTH else None

    def _note(self, path: _Path, kind: SecretKind) -> None:
        if len(self.paths) < MAX_PATHS:
            self.paths.append(_path_text(path))
            self.kinds.append(kind)
        else:
            self.others += 1


def _name_of_key(key: str) -> str:
    """The plain name in a record's key, as in `auth._token.local`, that may be a secret's."""
    parts = (key, *reversed(_KEY_SEPARATOR.split(key[-200:])))
    return next((plain for plain in map(plain_name, parts) if is_secret_name(plain)), "")


def _is_login(value: dict[str, Any] | list[Any]) -> bool:
    """Whether an object is one credential: MSAL's entities, a JSON Web Token's parts."""
    if not isinstance(value, dict):
        return False
    kind = value.get(_MSAL_KIND)
    if isinstance(kind, str) and "secret" in value:
        return plain_name(kind) in _MSAL_KINDS
    parts = value.get("header"), value.get("payload"), value.get("signature")
    return all(isinstance(part, str) and part for part in parts) and str(parts[0])[:3] == "eyJ"


def _has_superjson_notes(value: dict[str, Any] | list[Any]) -> bool:
    return isinstance(value, dict) and "json" in value and "meta" in value


def _is_table(elements: list[Any]) -> bool:
    """Whether they are several items of one kind."""
    first = elements[0] if elements else None
    return isinstance(first, dict) and all(
        isinstance(element, dict) and not first.keys().isdisjoint(element) for element in elements
    )


def _references(element: Any, elements: list[Any]) -> Iterator[tuple[str, Any]]:
    """Names and what may be their values' indices; of a Map, devalue keeps both as indices."""
    if isinstance(element, dict):
        yield from list(element.items())
    elif isinstance(element, list) and element[:1] == ["Map"]:
        for name, reference in zip(element[1::2], element[2::2], strict=False):
            text = _referred(name, elements)
            if text is not None:
                yield text, reference


def _referred(reference: Any, elements: list[Any]) -> str | None:
    """The text at an index, a number or a numeral."""
    if isinstance(reference, bool) or not isinstance(reference, int | str):
        return None
    if isinstance(reference, str) and not (reference.isdecimal() and len(reference) < 9):
        return None
    index = int(reference)
    text = elements[index] if 0 < index < len(elements) else None
    return text if isinstance(text, str) else None


def _is_nothing(value: Any, encodings: int) -> bool:
    """Whether what is left is nobody's data."""
    pending = [("", value)]
    while pending:
        name, each = pending.pop()
        if each is None or plain_name(name) in _COMPANION_NAMES:
            continue
        if isinstance(each, dict):
            pending += each.items()
        elif isinstance(each, list):
            # The names of a Map's members are nobody's data without their values.
            pending += (
                [(pair[0], pair[1]) for pair in each]
                if are_pairs(each)
                else [("", element) for element in each]
            )
        elif isinstance(each, str) and encodings < MAX_ENCODINGS:
            if each.strip() and not _is_text_nothing(unescape_unstorable(each), encodings):
                return False
        else:
            return False
    return True


def _is_text_nothing(text: str, encodings: int) -> bool:
    if not text.strip("(){}[]:,;\"' "):  # of a script
        return True
    inner = read_json(text)
    if inner is not None:
        return _is_nothing(inner, encodings + 1)
    reading = next(readings(text), None)
    return reading is not None and _is_text_nothing(reading.text, encodings + 1)


def _path_text(path: _Path) -> str:
    steps: list[str] = []
    while path is not None:
        path, step = path
        if step.startswith("["):
            steps.append(step if step[1:-1].isdigit() else ".*")
        else:
            steps.append(f".{step if _is_tellable(step) else '*'}")
    return "".join(reversed(steps)).removeprefix(".")


def _is_tellable(name: str) -> bool:
    """Whether a member's name is a programmer's rather than somebody's data."""
    return (
        len(name) <= _MAX_NAME_LENGTH
        and _TELLABLE_NAME.fullmatch(name) is not None
        and login_kind(name) is None
    )
