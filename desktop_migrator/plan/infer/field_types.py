"""Which type a column needs for all the values that were seen.

Guesses come from the values' looks; what counts is that the converter which a run uses takes every
one of them. What nothing else takes is jsonb.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from msgspec import Raw

from desktop_migrator.messages import verbatim
from desktop_migrator.model import Column
from desktop_migrator.plan.convert import converter
from desktop_migrator.plan.infer.find_places import kind
from desktop_migrator.plan.infer.naming import snake_case
from desktop_migrator.plan.json_text import as_string
from desktop_migrator.plan.reject import ItemRejected
from desktop_migrator.plan.schema_entity import PlanColumn
from desktop_migrator.plan.sql_types import column_of_type

_MAX_DISTINCT = 1000
_MAX_ENUM = 8
_MAX_ENUM_LENGTH = 24
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_TIME = re.compile(r"[+-]?\d{4,6}-\d\d-\d\d[T ]\d\d:\d\d.*")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_ -]*")
_INTEGER = re.compile(rb"-?\d+")
_TIME_WORDS = frozenset(
    ("at", "time", "date", "timestamp", "ts", "created", "updated", "modified", "expires", "expiry",
     "deadline", "due", "last", "since", "until", "start", "end", "when", "seen", "on")
)  # fmt: skip
# From 2001 to 2100.
_MILLISECONDS = range(978_307_200_000, 4_102_444_800_000)
_SECONDS = range(978_307_200, 4_102_444_800)


@dataclass(slots=True)
class FieldSeen:
    """What a field's values have in common."""

    values: list[Raw]
    items: int
    """Of those that could have it."""
    kinds: Counter[str] = field(default_factory=Counter)
    distinct: int = 0
    """At most 1,000 are told apart."""
    texts: list[str] = field(default_factory=list)
    longest: int = 0

    @property
    def present(self) -> int:
        return len(self.values) - self.kinds["null"]

    @property
    def evidence(self) -> dict[str, int]:
        return {"items": self.items, "present": self.present, "distinct": self.distinct}

    @property
    def is_few_words(self) -> bool:
        """A few words of the program over many items: a status, a kind."""
        return (
            set(self.kinds) <= {"text", "null"}
            and 1 < self.distinct <= _MAX_ENUM
            and self.present >= 3 * self.distinct
            and self.longest <= _MAX_ENUM_LENGTH
            and all(map(_WORD.fullmatch, self.texts))
        )


@dataclass(frozen=True, slots=True)
class TypeGuess:
    type: str
    options: dict[str, Any] = field(default_factory=dict)
    is_sure: bool = True


def look_at(values: list[Raw], items: int) -> FieldSeen:
    seen = FieldSeen(values, items)
    distinct: set[bytes] = set()
    for value in values:
        of_kind = kind(value)
        seen.kinds[of_kind] += 1
        if of_kind != "null" and len(distinct) < _MAX_DISTINCT:
            distinct.add(bytes(value)[:200])
        if of_kind == "text":
            text = as_string(value) or ""
            seen.texts.append(text)
            seen.longest = max(seen.longest, len(text))
    seen.distinct = len(distinct)
    return seen


def guess_type(name: str, seen: FieldSeen) -> TypeGuess:
    kinds = set(seen.kinds) - {"null"}
    candidates: list[TypeGuess] = []
    if kinds == {"boolean"}:
        candidates.append(TypeGuess("boolean"))
    elif kinds == {"number"}:
        candidates += _of_numbers(name, seen.values)
    elif kinds == {"text"}:
        candidates += _of_texts(seen.texts)
    elif kinds == {"text", "number"} and _is_time(name):
        candidates += [
            TypeGuess("timestamptz", {"numbers": unit}, is_sure=False)
            for unit in ("milliseconds", "seconds")
        ]
    for guess in candidates:
        if fits(guess, seen.values):
            return guess
    return TypeGuess("jsonb", is_sure=bool(kinds) and kinds <= {"object", "list"})


def fits(guess: TypeGuess, values: Sequence[Raw], column: Column | None = None) -> bool:
    """Whether every value can be converted."""
    return misfits(guess, values, column, most=1) == 0


def misfits(
    guess: TypeGuess, values: Sequence[Raw], column: Column | None = None, most: int = 0
) -> int:
    """How many values cannot be; counting ends at `most`."""
    rules = PlanColumn.model_validate({"from": ["x"], **guess.options})
    try:
        convert = converter(verbatim("x"), column or column_of_type("x", guess.type), rules)
    except ItemRejected:
        return len(values)
    number = 0
    for value in values if most == 0 else _different(values):
        try:
            convert(value)
        except ItemRejected:
            number += 1
            if number == most:
                break
    return number


def _different(values: Sequence[Raw]) -> Iterable[Raw]:
    return {bytes(value): value for value in values}.values()


def _of_texts(texts: Sequence[str]) -> list[TypeGuess]:
    filled = [text for text in texts if text]
    found = []
    if filled:
        if all(map(_UUID.fullmatch, filled)):
            found.append(TypeGuess("uuid"))
        if all(map(_DATE.fullmatch, filled)):
            found.append(TypeGuess("date"))
        if all(map(_TIME.fullmatch, filled)):
            found += [TypeGuess("timestamptz"), TypeGuess("timestamp", is_sure=False)]
    return [*found, TypeGuess("text")]


def _of_numbers(name: str, values: Sequence[Raw]) -> list[TypeGuess]:
    numerals = [bytes(value) for value in values if kind(value) == "number"]
    if not all(map(_INTEGER.fullmatch, numerals)):
        return [TypeGuess("numeric")]
    found = []
    with suppress(ValueError):  # Python reads no integers of more than 4,300 digits
        integers = [int(numeral) for numeral in numerals]
        if _is_time(name) and all(each in _MILLISECONDS for each in integers):
            found.append(TypeGuess("timestamptz", {"numbers": "milliseconds"}))
        elif _is_time(name) and all(each in _SECONDS for each in integers):
            found.append(TypeGuess("timestamptz", {"numbers": "seconds"}, is_sure=False))
    return [*found, TypeGuess("integer"), TypeGuess("bigint"), TypeGuess("numeric")]


def _is_time(name: str) -> bool:
    words = snake_case(name, "").split("_")
    return words[-1] in _TIME_WORDS or words[0] in {"date", "time"}
