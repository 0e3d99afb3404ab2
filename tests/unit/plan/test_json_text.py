"""The browser's JSON is what `JSON.parse` takes; the oracle here is Python's own json module."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_migrator.plan.json_text import (
    as_value,
    canonical,
    decode,
    escape_json,
    escape_unstorable,
    has_big_integers,
    is_storable,
    unescape_json,
    unescape_unstorable,
)
from desktop_migrator.plan.reject import ItemRejected, RejectionCode

# Everything a page can hold, the awkward ones often.
texts = st.text(
    st.one_of(
        st.sampled_from(list('\0␛\ud800\udbff\udc00\udfff"\\u0d8é😀\n')),
        st.characters(exclude_categories=()),
    )
)
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=10,
)


def utf16(value: Any) -> Any:
    """The value as JavaScript sees it: adjacent halves of a pair are one character."""
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    if isinstance(value, list):
        return [utf16(element) for element in value]
    if isinstance(value, dict):
        return {utf16(name): utf16(member) for name, member in value.items()}
    return value


def unescaped(value: Any) -> Any:
    if isinstance(value, str):
        return utf16(unescape_unstorable(value))
    if isinstance(value, list):
        return [unescaped(element) for element in value]
    if isinstance(value, dict):
        return {unescaped(name): unescaped(member) for name, member in value.items()}
    return value


@given(texts)
def test_an_escaped_text_can_be_stored_and_turned_back(text: str) -> None:
    escaped = escape_unstorable(text)
    assert "\0" not in escaped
    escaped.encode()  # no surrogates
    assert unescape_unstorable(escaped) == text


@given(texts, texts)
def test_different_texts_have_different_escaped_forms(one: str, other: str) -> None:
    assert (escape_unstorable(one) == escape_unstorable(other)) == (one == other)


@given(texts)
def test_a_text_without_special_characters_is_left_alone(text: str) -> None:
    if is_storable(text) and "␛" not in text:
        assert escape_unstorable(text) == text


@pytest.mark.parametrize(
    ("text", "escaped"),
    [("a\0b", "a␛0000b"), ("\ud800", "␛d800"), ("x\udfff", "x␛dfff"), ("␛", "␛241b")],
)
def test_the_escape_is_the_documented_one(text: str, escaped: str) -> None:
    assert escape_unstorable(text) == escaped


@given(values, st.booleans())
def test_reading_loses_nothing_in_any_value(value: Any, ascii_only: bool) -> None:
    value = utf16(value)
    text = json.dumps(value, ensure_ascii=ascii_only)
    data = escape_json(text)
    parsed = decode(data)
    assert b"\\u0000" not in data.replace(b"\\\\", b"")
    assert unescaped(parsed) == value
    assert utf16(json.loads(unescape_json(data))) == value


@pytest.mark.parametrize(
    "text",
    [
        " \t\r\n[1]\n",
        '{"a":1,"a":2}',
        '"\\ud83d\\ude00"',
        '"\\ud800"',
        '"\\u0000"',
        '"\u007f\u2028"',
        "-0",
        "1E+2",
        str(2**70),
        "1e400",
        "0",
        '""',
        '"\\/"',
        "[" * 300 + "]" * 300,
    ],
)
def test_what_javascript_takes_is_json(text: str) -> None:
    json.loads(text)
    assert as_value(escape_json(text)) is not None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "dark",
        "NaN",
        "[Infinity]",
        "undefined",
        "\ufeff[1]",
        "\u00a0[1]",
        "\v[1]",
        "01",
        "1.",
        ".5",
        "+1",
        "[1,]",
        '{"a":1,}',
        "{a:1}",
        "'a'",
        '"\t"',
        '"\\x41"',
        '"\\u00g0"',
        "1 2",
        "[1] x",
        "/**/1",
        '"\ud800',
        '"\\\ud800"',
    ],
)
def test_what_javascript_refuses_is_not_json(text: str) -> None:
    assert as_value(escape_json(text)) is None


def test_nesting_beyond_bounds_is_refused_and_never_a_crash() -> None:
    with pytest.raises(ItemRejected) as refused:
        as_value(escape_json("[" * 100_000 + "]" * 100_000))
    assert refused.value.code is RejectionCode.TOO_DEEP


@pytest.mark.parametrize(
    ("text", "big"),
    [
        ("9007199254740992", False),
        ("9007199254740993", True),
        ("[-9007199254740993]", True),
        ('{"a": {"b": 12345678901234567890}}', True),
        ('"9007199254740993"', False),
        ('{"9007199254740993": "\\"9007199254740993"}', False),
        ("0.90071992547409931", False),
        ("9007199254740993.0", True),
    ],
)
def test_integers_that_javascript_reads_back_differently_are_found(text: str, big: bool) -> None:
    for padding in range(4):
        assert has_big_integers(b" " * padding + text.encode()) is big


def test_numbers_keep_their_digits_when_a_value_has_to_be_decoded() -> None:
    text = b"[1.10,12345678901234567890123,1e400]"
    assert [str(number) for number in decode(text)] == ["1.10", "12345678901234567890123", "1E+400"]


def test_equality_is_of_values_not_of_their_spelling() -> None:
    assert canonical(b'{"a":1,"b":[true]}') == canonical(b'{ "b" : [true], "a":1 }')
    assert canonical(b'{"a":1}') != canonical(b'{"a":true}')
