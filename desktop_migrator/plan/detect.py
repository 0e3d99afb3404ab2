"""Recognises what is probably a secret or personal, in data that no column of a plan names.

Only what can hardly be anything else counts, since a warning that is mostly wrong is not read:

- what logs somebody in, as `secrets` recognises it, also within longer texts,
- members whose name says that they are a secret, with a value like one,
- e-mail addresses (a text that is one, as HTML's `input type=email` takes them, with a dot in the
  host), card numbers (a text that is one: ISO/IEC 7812's check digit, a network's prefix and
  length).

Looked through are values of any depth and what their texts encode. Numbers are never card numbers:
a page that has one keeps it as text.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Raw

from desktop_migrator.model import Item, normalize_name
from desktop_migrator.plan.envelope import is_protected
from desktop_migrator.plan.expressions import Expression
from desktop_migrator.plan.json_text import escape_json, unescape_unstorable
from desktop_migrator.plan.schema_entity import Entity
from desktop_migrator.plan.schema_texts import VARIABLES
from desktop_migrator.plan.secrets.hints import may_hold_login
from desktop_migrator.plan.secrets.literals import named_strings
from desktop_migrator.plan.secrets.readings import texts_in
from desktop_migrator.plan.secrets.recognise import (
    ACCESS_TOKEN_INSIDE,
    MAX_TEXT_LENGTH,
    PRIVATE_KEY,
    WEB_TOKEN_INSIDE,
    SecretKind,
    is_of_words,
    login_kind,
    plain_name,
)
from desktop_migrator.plan.sensitive import REDACTED

__all__ = ["SecretDetector", "SecretKind", "secret_kind"]


_ANYWHERE = {
    SecretKind.PRIVATE_KEY: PRIVATE_KEY,
    SecretKind.JWT: WEB_TOKEN_INSIDE,
    SecretKind.ACCESS: ACCESS_TOKEN_INSIDE,
}
_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?=.{4,253}$)"
    r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
    r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*\.[A-Za-z][A-Za-z-]{0,60}[A-Za-z]"
)
_CARD = re.compile(
    r"[0-9]{13,19}"
    r"|[0-9]{4}(?:([ -])[0-9]{4}\1[0-9]{4}\1[0-9]{1,7}|[ -][0-9]{6}[ -][0-9]{5})"
)
_NETWORKS = (
    (re.compile(r"4"), (13, 16, 19)),  # Visa
    (re.compile(r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), (16,)),  # Mastercard
    (re.compile(r"3[47]"), (15,)),  # American Express
    (re.compile(r"6011|64[4-9]|65"), (16, 19)),  # Discover
    (re.compile(r"30[0-5]|3[68]"), (14,)),  # Diners Club
    (re.compile(r"35(?:2[89]|[3-8])"), (16,)),  # JCB
)
_SECRET_NAMES = frozenset(
    f"{owner}{what}"
    for owner in ("", "access", "api", "app", "auth", "aws", "bot", "client", "db", "github",
                  "private", "refresh", "secret", "service", "user", "webhook")
    for what in ("password", "passwd", "passphrase", "token", "secret", "apikey", "secretkey",
                 "privatekey", "accesskey")
)  # fmt: skip
_SECRET_LIKE = re.compile(r"(?=[^0-9]*[0-9])(?=[^A-Za-z]*[A-Za-z])[!-~]{12,}")
"""A token's look; a password's is any text without blanks."""
_PASSWORDS = ("password", "passwd", "passphrase")
_PHRASE_NAMES = ("mnemonic", "seedphrase", "recoveryphrase", "secretphrase")
_PHRASE = re.compile(r"(?:[a-z]{3,8} ){11,23}[a-z]{3,8}")
"""A wallet's words (BIP 39)."""
_MAX_FIELDS = 50
"""Names that are told for an entity; the rest count as `…`."""
_MAX_NAME_LENGTH = 40

_decode = msgspec.json.Decoder(dict[str, Raw]).decode
_decode_any = msgspec.json.Decoder().decode


def secret_kind(text: str, name: str = "") -> SecretKind | None:
    """What the text of a member of this name probably is."""
    text = text[:MAX_TEXT_LENGTH]
    if is_protected(text) or text == REDACTED:
        return None
    for found, pattern in _ANYWHERE.items():
        if pattern.search(text):
            return found
    plain = plain_name(name)
    if _is_named_secret(text, normalize_name(name)):
        return SecretKind.NAMED
    kind = login_kind(text, plain)
    if kind:
        return kind
    if _EMAIL.fullmatch(text):
        return SecretKind.EMAIL
    return SecretKind.CARD if _is_card_number(text) else None


_MAKERS = re.compile(
    r"gh[pousr]_|github_pat_|glpat-|xox[abposr]-|_(?:live|test)_|sk-|A(?:KI|SI)A"
    r"|AIza|ya29\.|npm_|pypi-|hf_|SG\."
)
_CARD_LIKE = re.compile(r'"[0-9]{4}[0-9 -]{9}')


def _may_hold_other(text: str) -> bool:
    """Whether JSON with what `secret_kind` finds beside logins could look so."""
    return (
        "@" in text
        or "phrase" in text
        or "nemonic" in text
        or _CARD_LIKE.search(text) is not None
        or _MAKERS.search(text) is not None
    )


def _is_named_secret(text: str, name: str) -> bool:
    if name in _PHRASE_NAMES:
        return _PHRASE.fullmatch(text) is not None
    if name not in _SECRET_NAMES:
        return False
    if name.endswith(_PASSWORDS):
        return len(text) >= 6 and not any(map(str.isspace, text)) and len(set(text)) > 2
    return _SECRET_LIKE.fullmatch(text) is not None and not is_of_words(text)


def _is_card_number(text: str) -> bool:
    if not _CARD.fullmatch(text):
        return False
    digits = text.replace(" ", "").replace("-", "")
    if len(set(digits)) < 3:
        return False
    fits = any(prefix.match(digits) and len(digits) in sizes for prefix, sizes in _NETWORKS)
    return fits and _luhn_valid(digits)


def _luhn_valid(digits: str) -> bool:
    """The check digit of ISO/IEC 7812-1, annex B."""
    odd = sum(int(digit) for digit in digits[-1::-2])
    return (odd + sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])) % 10 == 0


class SecretDetector:
    """Looks at one entity's items, and counts what it finds by entity, field and kind."""

    def __init__(self, name: str, entity: Entity, found: Counter[tuple[str, str, str]]) -> None:
        self._name = name
        self._found = found
        columns = [rules for rules in entity.columns.values() if not rules.rest]
        texts = [text for rules in columns for text in rules.from_ or ()]
        self._planned = {
            field
            for text in texts
            if text not in VARIABLES and (field := Expression(text).field) is not None
        }
        self._fields: set[str] = set()

    def inspect(self, item: Item) -> None:
        text = escape_json(item.raw)
        whole = str(text, "utf-8")
        if not (may_hold_login(whole) or _may_hold_other(whole)):
            return
        try:
            members = _decode(text)
        except (msgspec.DecodeError, RecursionError):
            self._count_secrets(item.source.key, _value(text))
            return
        for name, member in members.items():
            if name not in self._planned:
                self._count_secrets(name, _value(bytes(member)))

    def _count_secrets(self, name: str, value: Any) -> None:
        for field, text in _texts(name, value):
            kind = secret_kind(text, field)
            if kind:
                self._found[self._name, self._reported_name(field), kind] += 1

    def _reported_name(self, field: str) -> str:
        """The field's name, unless it is itself somebody's, or there are too many."""
        if len(field) > _MAX_NAME_LENGTH or secret_kind(field) or "@" in field[1:]:
            return "…"
        if field not in self._fields and len(self._fields) >= _MAX_FIELDS:
            return "…"
        self._fields.add(field)
        return field


def _texts(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """Each text in a value with the name of the member that it belongs to, a script's too."""
    for field, escaped in texts_in(value, name):
        text = unescape_unstorable(escaped)
        yield field, text
        yield from named_strings(text[:MAX_TEXT_LENGTH])


def _value(text: str | bytes) -> Any:
    """The JSON value; None where there is none."""
    try:
        return _decode_any(text)
    except (msgspec.DecodeError, RecursionError):
        return None
