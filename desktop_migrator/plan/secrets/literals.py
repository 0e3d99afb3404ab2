"""Cuts logins out of texts that are no JSON: scripts, parameters of addresses.

seroval and devalue's `uneval` write JavaScript, in which a member is `name:"value"` and a Map's
entry `["name","value"]`; a damaged JSON text looks so, too. Whoever writes tokens into an address
writes `name=value`. A text that people write is left as it is, even if there is a token in it: it
is their words.
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

_SCRIPT = re.compile(r"\s*[({\[]|function|new |\$R")
# An unclosed one goes to the end, so that all are found in one pass however they are nested.
_STRING = re.compile(r'"((?:[^"\\]|\\.)*+)(?:"|\\?$)', re.DOTALL)
_NAME_BEFORE = re.compile(r"(?:([A-Za-z_$][\w$]{0,59})\s{0,9})?[:=]\s{0,9}$")
_COMMA_AFTER = re.compile(r"\s{0,9},")
_PAIR_END = re.compile(r"\s{0,9}\]")
_MAX_GAP = 100
"""Characters before a text that are looked at for its name."""
_PARAMETER = re.compile(r"(?:(?<=[?&#;])|^)([\w.-]+)=([^&#;\s]+)")
_MAX_WORDS = 4


class LiteralCut(NamedTuple):
    name: str
    kind: SecretKind


class _Literal(NamedTuple):
    """A text in a script."""

    name: str
    value: str
    start: int
    """Where its member or Map's entry begins, which `end` ends; the text's own where it has no
    name."""
    end: int


def cut_literals(text: str, spared: Collection[str]) -> tuple[str, list[LiteralCut]]:
    """The text without the logins in it, and what they were."""
    if _SCRIPT.match(text):
        return _cut_script(text, spared)
    if len(text.split(None, _MAX_WORDS)) > _MAX_WORDS:
        return text, []
    return _cut_address(text, spared)


def named_strings(text: str) -> Iterator[tuple[str, str]]:
    """Names and values in a script or in an address."""
    if _SCRIPT.match(text):
        for literal in _literals(text):
            yield literal.name, literal.value
    elif "=" in text:
        for found in _PARAMETER.finditer(text):
            yield found[1], found[2]


def _literals(text: str) -> Iterator[_Literal]:
    before: re.Match[str] | None = None
    for found in _STRING.finditer(text):
        place = before.end() if before else 0
        gap = text[max(place, found.start() - _MAX_GAP) : found.start()]
        named = _NAME_BEFORE.search(gap)
        name, start, end = "", found.start(), found.end()
        if named and named[1]:
            name, start = named[1], found.start() - len(gap) + named.start()
        elif before and named and gap.lstrip()[:1] == ":":
            name, start = before[1], before.start()
        elif before and gap.strip() == "," and (close := _PAIR_END.match(text, found.end())):
            opening = text.rfind("[", max(0, before.start() - 9), before.start())
            if opening >= 0 and not text[opening + 1 : before.start()].strip():
                name, start, end = before[1], opening, close.end()
        yield _Literal(name, found[1], start, end)
        before = found


def _cut_script(text: str, spared: Collection[str]) -> tuple[str, list[LiteralCut]]:
    cuts: list[LiteralCut] = []
    kept: list[str] = []
    place = 0
    for literal in _literals(text):
        plain = plain_name(literal.name)
        kind = None if plain and plain in spared else login_kind(literal.value, plain)
        if kind is None:
            continue
        cuts.append(LiteralCut(literal.name, kind))
        part = text[place : literal.start]
        comma = _COMMA_AFTER.match(text, literal.end)
        place = literal.end
        if not literal.name:
            part += "null"
        elif comma:
            place = comma.end()
        elif part.rstrip().endswith(","):
            part = part.rstrip()[:-1]
        kept.append(part)
    return "".join([*kept, text[place:]]), cuts


def _cut_address(text: str, spared: Collection[str]) -> tuple[str, list[LiteralCut]]:
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
    return changed, cuts
