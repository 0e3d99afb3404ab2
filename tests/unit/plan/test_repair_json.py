"""Damaged JSON is cured where only punctuation is amiss; the oracle is the text before damage."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from desktop_migrator.plan.repair_json import MAX_LENGTH, is_truncated, non_punctuation, repair_json

TEXTS = st.text(max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("damaged", "meant"),
    [
        ('[{"id":1,"title":"a"},{"id":2', None),
        ('[{"id":1,"title":"a"},{"id":2}', [{"id": 1, "title": "a"}, {"id": 2}]),
        ('[{"id":1,"title":"a"},{"title":"b"', [{"id": 1, "title": "a"}, {"title": "b"}]),
        ('[{"id":1,},]', [{"id": 1}]),
        ("{'a': 1, b: [2,]}", {"a": 1, "b": [2]}),
        ('[{"id":1 "title":"x"}]', [{"id": 1, "title": "x"}]),
        ('{"a":"one\ntwo"}', {"a": "one\ntwo"}),
        ('{"a":"\\u00e9", "b":1', None),
        ('{"a":"\\u00e9", "b":true', {"a": "é", "b": True}),
    ],
)
def test_punctuation_is_repaired(damaged: str, meant: Any) -> None:
    cured = repair_json(damaged)
    assert (None if cured is None else json.loads(cured)) == meant


@pytest.mark.parametrize(
    "damaged",
    [
        "hello",
        "",
        '{"a": NaN}',
        '{"a": -Infinity}',
        '{"a": undefined, "b": 1}',
        '{"a": True}',
        '{"a": hello}',
        '{"a":"x","b":',
        '{"a":, "b":1}',
        '{"a":"x","b":tru',
        '{"a": 1.00000000000000000000001',
        '{"a": 12',
        '// a remark\n{"a": 1}',
        '[{"title":"He said "hi" there"}]',
        "[" * 5000,
        '["a' * MAX_LENGTH,
        '[{"title":"a\\n",}]',
    ],
)
def test_nothing_is_guessed(damaged: str) -> None:
    assert repair_json(damaged) is None


@given(VALUES)
@example([{"": "\x1f["}])
def test_whole_json_is_repaired_into_itself_or_not_at_all(value: Any) -> None:
    cured = repair_json(json.dumps(value))
    assert cured is None or json.loads(cured) == value


@given(st.dictionaries(TEXTS, VALUES, min_size=1))
@example({"": "\x1f["})
def test_a_comma_too_many_costs_no_text_a_character(value: dict[str, Any]) -> None:
    cured = repair_json(f"[{json.dumps(value)[:-1]},}}]")
    assert cured is None or json.loads(cured) == [value]


@given(st.lists(st.dictionaries(TEXTS, VALUES, min_size=1), min_size=1, max_size=4), st.data())
def test_a_cut_text_gives_what_was_left_or_nothing(value: list[Any], data: st.DataObject) -> None:
    whole = json.dumps(value)
    text = whole[: data.draw(st.integers(1, len(whole)))]
    cured = repair_json(text)
    if cured is not None:
        assert non_punctuation(whole).startswith(non_punctuation(cured))
        assert json.loads(cured) is not None


def test_a_text_without_its_end_is_told() -> None:
    assert is_truncated('[{"a": "b')
    assert not is_truncated("[{'a': 1,}] ")
