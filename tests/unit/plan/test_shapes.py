"""Shapes tell kinds and sizes, and nothing of what people typed."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_migrator.plan.shapes import ValueKind, value_kind, value_shape

TYPED = st.text(alphabet="äöü@-. 0123456789", min_size=3, max_size=12)
VALUES = st.recursive(
    TYPED,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TYPED, inner, max_size=3),
)


@pytest.mark.parametrize(
    ("text", "kind", "shape"),
    [
        ("", "empty", "empty"),
        ("plain words", "text", "text"),
        ("NaN", "text", "text"),
        (" null ", "null", "null"),
        ("-1.5", "number", "number"),
        ("true", "boolean", "boolean"),
        ('"x"', "string", "string"),
        ("[]", "array", "array[0]"),
        ("[[[[1]]]]", "array", "array[1] of array[1] of array[1]"),
        ('{"a": {"b": {"c": 1}}}', "object", "object{a: object{b: object[1]}}"),
        ('{"a@b.test": {"n": 1}, "c": {}}', "object", "object[2]{*: object{n: number}}"),
        (json.dumps(dict.fromkeys("abcdefghij", 1)), "object",
         "object{a: number, b: number, c: number, d: number, e: number, f: number, g: number, "
         "h: number, …}"),
        ("[" * 100_000, "text", "text"),
    ],
)  # fmt: skip
def test_kinds_and_shapes(text: str, kind: str, shape: str) -> None:
    assert (value_kind(text), value_shape(text)) == (ValueKind(kind), shape)


@given(VALUES)
def test_nothing_that_was_typed_shows(value: Any) -> None:
    shape = value_shape(json.dumps(value, ensure_ascii=False))
    assert set(shape) <= set("abcdefghijklmnopqrstuvwxyz0123456789[]{}*: ")
