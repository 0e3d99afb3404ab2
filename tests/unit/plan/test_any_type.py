"""JSON as the texts that PostgreSQL reads for types of all kinds; PostgreSQL itself reads them in
tests/integration/test_cases.py."""

import json
from typing import Any

import pytest
from msgspec import Raw

from desktop_migrator.messages import verbatim
from desktop_migrator.model import Column, ColumnType
from desktop_migrator.plan.convert import converter
from desktop_migrator.plan.reject import ItemRejected
from desktop_migrator.plan.schema_entity import PlanColumn


def spelled(declared: str, value: Any, **rules: Any) -> str | None:
    column = Column("c", ColumnType.OTHER, declared=declared)
    convert = converter(verbatim("c"), column, PlanColumn.model_validate({"from": "c", **rules}))
    found: str | None = convert(Raw(json.dumps(value).encode()))
    return found


@pytest.mark.parametrize(
    ("declared", "value", "text"),
    [
        ("text[]", ["a", "b,c", None, ""], '{"a","b,c",NULL,""}'),
        ("text[]", ['d"e', "back\\slash"], '{"d\\"e","back\\\\slash"}'),
        ("integer[]", [[1, 2], [3, 4]], '{{"1","2"},{"3","4"}}'),
        ("text[]", [], "{}"),
        ("text[]", "{a,b}", "{a,b}"),
        ("jsonb[]", [{"a": 1}, [2]], '{"{\\"a\\": 1}","[2]"}'),
        ("time without time zone", "09:30", "09:30"),
        ("interval", "PT1H30M", "PT1H30M"),
        ("bytea", "aGVsbG8=", "\\x68656c6c6f"),
        ("bytea", "data:text/plain;base64,aGVsbG8=", "\\x68656c6c6f"),
        ("bytea", "data:,hello%20", "\\x68656c6c6f20"),
        ("bytea", "\\x6865", "\\x6865"),
        ("bytea", "68656c", "\\x68656c"),
        ("bytea", [104, 101], "\\x6865"),
        ("bytea", {"type": "Buffer", "data": [104, 101]}, "\\x6865"),
        ("bytea", {"0": 104, "1": 101}, "\\x6865"),
        ("hstore", {"a": "b", 'q"': None, "n": 1}, '"a"=>"b","q\\""=>NULL,"n"=>"1"'),
        ("point", [1, 2.5], "(1,2.5)"),
        ("point", {"x": 1, "y": 2}, "(1,2)"),
        ("money", 12.5, "12.5"),
        ("money", "12.50", "12.50"),
        ("inet", "10.0.0.1", "10.0.0.1"),
        ("oid", 7, "7"),
        ("inet", "", None),
        ("inet", None, None),
    ],
)  # fmt: skip
def test_values_are_spelled_as_the_type_reads_them(
    declared: str, value: Any, text: str | None
) -> None:
    assert spelled(declared, value) == text


def test_a_number_is_an_interval_where_the_plan_says_what_it_counts() -> None:
    assert spelled("interval", 90, numbers="seconds") == "90 seconds"


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        ("bytea", "deadbeef"),  # base64 as well as hexadecimal
        ("bytea", [256]),
        ("bytea", "no base64"),
        ("interval", 90),
        ("point", {"lat": 1, "lng": 2}),
        ("point", [1, 2, 3]),
        ("money", "$12.50"),
        ("money", 12.505),
        ("name", "x" * 64),
        ('"char"', "xy"),
        ("inet", {"a": 1}),
        ("text[]", [{"a": 1}]),
    ],
)
def test_what_can_be_read_in_two_ways_or_none_is_rejected(declared: str, value: Any) -> None:
    with pytest.raises(ItemRejected):
        spelled(declared, value)
