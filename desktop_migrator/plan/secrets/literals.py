"""Cuts logins out of texts that are no JSON: JavaScript literals, parameters of addresses.

seroval and devalue's `uneval` write JavaScript, in which a member is `name:"value"` and a Map's
entry `["name","value"]`. Whoever writes tokens into an address writes `name=value`. A text that
people write is left as it is, even if there is a token in it: it is their words.
"""

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from desktop_migrator.plan.secrets.recognise import (
    MAX_TEXT_LENGTH,
    WEB_TOKEN_INSIDE,
    SecretKind,
    login_kind,
    plain_name,
)

_STRING = r'"((?:[^"\\]|\\.)*+)"'
_MEMBER = re.compile(
    rf"(?:(?<=[{{,])|(?<=[{{,] ))(?:([A-Za-z_$][\w$]*+)|{_STRING})\s*:\s*{_STRING}\s*(,?)"
)
_PAIR = re.compile(rf"\[\s*{_STRING}\s*,\s*{_STRING}\s*\]\s*(,?)")
_ANY_STRING = re.compile(r'"((?:[^"\\]|\\.)*+)(?:"|$)')
_NAMED_STRING = re.compile(
    r'(?:([A-Za-z_$][\w$]*+)|"((?:[^"\\]|\\.)*+)")\s*[:=,]\s*["\'](.*?)(?:(?<!\\)["\']|$)',
    re.DOTALL,
)
_PARAMETER = re.compile(r"(?:(?<=[?&#;])|^)([\w.-]+)=([^&#;\s]+)")
_MAX_WORDS = 4


class LiteralCut(NamedTuple):
    name: str
    kind: SecretKind


class LiteralText(NamedTuple):
    text: str | None
    """None where it cannot be written without the login."""
    cuts: list[LiteralCut]


def named_strings(text: str) -> Iterator[tuple[str, str]]:
    """Names and values in a script or in an address."""
    if _is_script(text):
        for found in _NAMED_STRING.finditer(text):
            yield found[1] or found[2] or "", found[3]
    elif "=" in text:
        for found in _PARAMETER.finditer(text):
            yield found[1], found[2]


def cut_literals(text: str, spared: Collection[str]) -> LiteralText:
    """The text without the logins in it."""
    if _is_script(text):
        return _cut_script(text, spared)
    if len(text.split(None, _MAX_WORDS)) > _MAX_WORDS:
        return LiteralText(text, [])
    return _cut_address(text, spared)


def _is_script(text: str) -> bool:
    return text.lstrip()[:1] in ("(", "{", "[") or text.startswith(("function", "new "))


def _cut_script(text: str, spared: Collection[str]) -> LiteralText:
    cuts: list[LiteralCut] = []

    def cut(name: str, value: str, whole: str) -> str:
        plain = plain_name(name)
        kind = None if plain in spared else login_kind(value, plain)
        if kind is None:
            return whole
        cuts.append(LiteralCut(name, kind))
        return ""

    changed = _MEMBER.sub(lambda found: cut(found[1] or found[2] or "", found[3], found[0]), text)
    changed = _PAIR.sub(lambda found: cut(found[1], found[2], found[0]), changed)
    if cuts:
        changed = re.sub(r",(\s*[}\]])", r"\1", changed) if changed != text else changed
    kind = _remaining(changed, spared)
    return LiteralText(None, [LiteralCut("", kind)]) if kind else LiteralText(changed, cuts)


def _remaining(text: str, spared: Collection[str]) -> SecretKind | None:
    """What is left of logins in a form that cannot be cut, as in a damaged text."""
    for found in _NAMED_STRING.finditer(text):
        plain = plain_name(found[1] or found[2] or "")
        kind = login_kind(found[3], plain) if plain and plain not in spared else None
        if kind:
            return kind
    for found in _ANY_STRING.finditer(text):
        kind = login_kind(found[1])
        if kind:
            return kind
    return None


def _cut_address(text: str, spared: Collection[str]) -> LiteralText:
    cuts: list[LiteralCut] = []

    def cut(found: re.Match[str]) -> str:
        plain = plain_name(found[1])
        kind = None if plain in spared else login_kind(found[2], plain)
        if kind is None:
            return found[0]
        cuts.append(LiteralCut(found[1], kind))
        return f"{found[1]}="

    def cut_token(_found: re.Match[str]) -> str:
        cuts.append(LiteralCut("", SecretKind.JWT))
        return ""

    changed = _PARAMETER.sub(cut, text) if "=" in text else text
    if "eyJ" in changed and len(changed) <= MAX_TEXT_LENGTH:
        changed = WEB_TOKEN_INSIDE.sub(cut_token, changed)
    return LiteralText(changed, cuts)
