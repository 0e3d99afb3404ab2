"""Which values that are stored exactly are known to be read as others by the app's libraries.

What each library of JavaScript does, with its version: docs/readers.md.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from math import isinf
from typing import Any

import msgspec

from desktop_migrator.far_times import FarDate, FarTime
from desktop_migrator.model import TIME_TYPES, Column, ColumnType
from desktop_migrator.plan.check_fit import JSON_TYPES

_FIRST_SAFE_YEAR = 100
_LARGEST_CHECKED_DOUBLE = 2**47
_LARGE_EXPONENT = re.compile(rb"[0-9][eE]\+?[0-9]{3}")
_strings = msgspec.json.Decoder(str)
_anything = msgspec.json.Decoder()


def reader_losses(columns: Sequence[Column]) -> Callable[[Sequence[Any]], Iterator[str]]:
    """A function from a row's values, in the columns' order, to the words for what is lost.

    `early-time`: a time or date before the year 100; `large-double`: a number above 2^47 that a
    check of the reader's refuses; `json-text`: a text in a JSON column that is JSON itself;
    `huge-number`: one in a JSON column that is beyond JavaScript's.
    """
    calendar = [n for n, each in enumerate(columns) if each.type in {*TIME_TYPES, ColumnType.DATE}]
    doubles = [n for n, each in enumerate(columns) if each.type is ColumnType.DOUBLE]
    documents = [n for n, each in enumerate(columns) if each.type in JSON_TYPES]

    def losses(values: Sequence[Any]) -> Iterator[str]:
        if any(_is_early(values[n]) for n in calendar):
            yield "early-time"
        if any(_is_large(values[n]) for n in doubles):
            yield "large-double"
        held = [value for n in documents if isinstance(value := values[n], bytes)]
        if any(_is_json_in_text(value) for value in held):
            yield "json-text"
        if any(_has_huge_number(value) for value in held):
            yield "huge-number"

    return losses


def _is_early(value: Any) -> bool:
    if isinstance(value, FarTime):
        return value.microseconds < 0
    if isinstance(value, FarDate):
        return value.days < 0
    return isinstance(value, date) and value.year < _FIRST_SAFE_YEAR


def _is_large(value: Any) -> bool:
    return isinstance(value, float) and abs(value) > _LARGEST_CHECKED_DOUBLE


def _is_json_in_text(value: bytes) -> bool:
    if not value.startswith(b'"'):
        return False
    try:
        _anything.decode(_strings.decode(value))
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return False
    return True


def _has_huge_number(value: bytes) -> bool:
    """One without an exponent is an integer, which is warned of as such."""
    if not _LARGE_EXPONENT.search(value):  # in a text it is none
        return False
    try:
        _exact.decode(value)
    except _HugeNumber:
        return True
    except (msgspec.DecodeError, RecursionError):
        return False
    return False


class _HugeNumber(Exception):
    """There is one."""


def _note(numeral: str) -> None:
    if isinf(float(numeral)):
        raise _HugeNumber


_exact = msgspec.json.Decoder(float_hook=_note)
