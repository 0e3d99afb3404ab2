"""Merging two versions of a value. The expected ones are written by hand from target.md."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from desktop_migrator.model import Column, ColumnType
from desktop_migrator.postgres.types.merge import merge_json, merge_values


def merged(first: str, second: str) -> Any:
    return json.loads(merge_json(first.encode(), second.encode()), parse_float=Decimal)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("null", '{"a": 1}', {"a": 1}),
        ("{}", '{"a": 1}', {"a": 1}),
        ("{ }", '{"a": 1}', {"a": 1}),
        ('""', '"x"', "x"),
        ("[]", "[1]", [1]),
        ("0", "1", 0),
        ("false", "true", False),
        ('"mine"', '"theirs"', "mine"),
        ('{"a": 1}', "null", {"a": 1}),
        ('{"a": 1}', "[1]", {"a": 1}),
        ('{"a": {"b": 1, "c": null}}', '{"a": {"b": 2, "c": 3}, "d": 4}',
         {"a": {"b": 1, "c": 3}, "d": 4}),
        ("[1, 2]", "[2, 3]", [1, 2, 3]),
        ("[1, 2.0]", "[2, 1e0]", [1, Decimal("2.0")]),
        ('[{"x": 1}]', '[{"x": 1}, {"x": 2}]', [{"x": 1}, {"x": 2}]),
        ('[{"id": 1, "t": "mine"}]', '[{"id": 2}, {"id": 1, "t": "theirs", "u": 5}]',
         [{"id": 1, "t": "mine", "u": 5}, {"id": 2}]),
        ('[{"id": 1.0, "t": "mine"}]', '[{"id": 1, "t": "theirs"}]',
         [{"id": Decimal("1.0"), "t": "mine"}]),
        ('[{"id": "1"}]', '[{"id": 1}]', [{"id": "1"}, {"id": 1}]),
        ('[{"id": null}]', '[{"id": null, "a": 1}]', [{"id": None}, {"id": None, "a": 1}]),
        ('[{"id": 1, "a": 1}]', '[{"id": 1, "b": 2}, {"id": 1, "c": 3}]',
         [{"id": 1, "a": 1, "b": 2}, {"id": 1, "c": 3}]),
    ],
)  # fmt: skip
def test_two_versions_of_a_json_value_are_merged(first: str, second: str, expected: Any) -> None:
    assert merged(first, second) == expected


def test_numerals_keep_every_digit_and_their_spelling() -> None:
    first = b'{"a": 0.10000000000000000000000000000001, "b": 1e400}'
    second = b'{"c": 9007199254740993, "d": 1.00, "a": 2}'
    assert merge_json(first, second) == (
        b'{"a":0.10000000000000000000000000000001,"b":1e400,"c":9007199254740993,"d":1.00}'
    )


SCALARS = st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["", "a", "b"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["id", "a", "b"]), inner, max_size=3)
    ),
    max_leaves=12,
)
TEXTS = VALUES.map(lambda value: json.dumps(value).encode())


@given(TEXTS)
def test_a_value_merged_with_itself_stays_to_the_byte(text: bytes) -> None:
    assert merge_json(text, text) is text


@given(TEXTS, TEXTS)
def test_merging_the_same_again_changes_nothing(first: bytes, second: bytes) -> None:
    once = merge_json(first, second)
    assert merge_json(once, second) is once


def leaves(value: Any, path: tuple[Any, ...] = ()) -> set[tuple[Any, ...]]:
    """Where in objects which scalars lie that are not empty."""
    if isinstance(value, dict):
        return {leaf for name, inner in value.items() for leaf in leaves(inner, (*path, name))}
    return set() if value in (None, "", []) else {(*path, json.dumps(value))}


@given(
    st.recursive(SCALARS, lambda inner: st.dictionaries(st.sampled_from("abc"), inner)),
    st.recursive(SCALARS, lambda inner: st.dictionaries(st.sampled_from("abc"), inner)),
)
def test_nothing_of_the_first_version_is_lost(first: Any, second: Any) -> None:
    both = json.loads(merge_json(json.dumps(first).encode(), json.dumps(second).encode()))
    assert leaves(first) <= leaves(both)
    assert leaves(both) <= leaves(first) | leaves(second)


TEXT, INTEGER = Column("t", ColumnType.TEXT), Column("i", ColumnType.INTEGER)
PADDED = Column("c", ColumnType.TEXT, declared="character(3)")
JSONB = Column("j", ColumnType.JSONB)


@pytest.mark.parametrize(
    ("column", "first", "second", "written"),
    [
        (TEXT, "mine", "theirs", UNSET),
        (TEXT, "", "theirs", "theirs"),
        (TEXT, None, "theirs", "theirs"),
        (TEXT, " ", "theirs", UNSET),
        (TEXT, "", None, UNSET),
        (TEXT, None, None, UNSET),
        (TEXT, None, UNSET, UNSET),
        (TEXT, UNSET, "theirs", "theirs"),
        (PADDED, "   ", "abc", "abc"),
        (INTEGER, 0, 7, UNSET),
        (INTEGER, None, 0, 0),
        (JSONB, None, b"[]", b"[]"),
        (JSONB, b"[1]", None, UNSET),
        (JSONB, b"[1]", b"[1.0]", UNSET),
        (JSONB, b"[1]", b"[2]", b"[1,2]"),
    ],
)
def test_only_what_was_empty_or_can_be_united_is_written(
    column: Column, first: object, second: object, written: object
) -> None:
    assert merge_values([column], [first], [second]) == (written,)
