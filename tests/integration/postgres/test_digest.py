"""Digests are equal exactly where PostgreSQL itself says that the values are."""

import json
import math
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from hypothesis import example, given, reject, settings
from hypothesis import strategies as st

from desktop_migrator.model import Column, ColumnType
from desktop_migrator.postgres.types.digest import DIGEST_SIZE, digester
from tests.integration.conftest import on_every_server

ORACLES = {
    ColumnType.JSONB: "SELECT %s::jsonb = %s::jsonb",
    ColumnType.NUMERIC: "SELECT %s::numeric = %s::numeric",
    ColumnType.DOUBLE: "SELECT %s::float8 = %s::float8",
    ColumnType.TIMESTAMPTZ: "SELECT %s::timestamptz = %s::timestamptz",
    ColumnType.JSON: "SELECT %s::json::text = %s::json::text",
    ColumnType.TEXT: "SELECT %s::text = %s::text",
}

with_postgres = settings(max_examples=300)


def digest(kind: ColumnType, value: object, declared: str = "") -> bytes:
    return digester([Column("c", kind, declared)])([value])


def agrees(sql: psycopg.Connection[Any], kind: ColumnType, one: Any, two: Any) -> None:
    sent = [value.decode() if isinstance(value, bytes) else value for value in (one, two)]
    row = sql.execute(ORACLES[kind], sent).fetchone()
    assert row is not None
    assert (digest(kind, one) == digest(kind, two)) == row[0]


numerals = st.one_of(
    st.integers().map(str),
    st.integers(min_value=-(10**30), max_value=10**30).map(str),
    st.from_regex(r"-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,25})?([eE][+-]?[0-9]{1,3})?", fullmatch=True),
    st.sampled_from(["0", "-0", "0.0", "-0e5", "1", "1.0", "10e-1", "100", "1e2", "1E+2", "0.1"]),
    st.sampled_from(["9" * 5000, "1e4299", "1" + "0" * 4299, "1e4300", "1" + "0" * 4300]),
)
texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)


def spelled(text: str) -> st.SearchStrategy[str]:
    """A JSON string in one of its spellings."""
    return st.booleans().map(lambda ascii_only: json.dumps(text, ensure_ascii=ascii_only))


def objects(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    members = st.tuples(st.sampled_from(["a", "b", "é", ""]).flatmap(spelled), values)
    return st.lists(members, max_size=4).map(
        lambda pairs: "{ " + ", ".join(f"{key}:{value}" for key, value in pairs) + "}"
    )


documents = st.recursive(
    st.one_of(
        numerals, texts.flatmap(spelled), st.sampled_from(["null", "true", "false", '""', '"1"'])
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: "[" + " ,".join(parts) + "]"), objects(inner)
    ),
    max_leaves=6,
)


@st.composite
def pairs_of_documents(draw: st.DrawFn) -> tuple[str, str]:
    """Two documents, half of the time one in PostgreSQL's reach of being the other."""
    one = draw(documents)
    if draw(st.booleans()):
        return one, draw(documents)
    two = one.replace("1", draw(st.sampled_from(["1", "1.0", "1e0", "2"])), 1)
    try:
        json.loads(two, parse_int=str)
    except ValueError:
        return one, one
    return one, two


@on_every_server
@with_postgres
@given(pair=pairs_of_documents())
@example(pair=('{"a":1,"a":2,"b":[]}', '{"b":[], "a":2.0}'))
@example(pair=('"\\ud83d\\ude00"', '"😀"'))
@example(pair=("1e400", "1" + "0" * 400))
@example(pair=(str(2**70), str(2**70 + 1)))
@example(pair=("0.1", "0.1000000000000000055511151231257827021181583404541015625"))
@example(pair=("9" * 5000, "9" * 5000 + ".0"))
@example(pair=("9" * 5000, "9" * 4999 + "8"))
@example(pair=("[1e-400]", "[0]"))
@example(pair=("null", '"null"'))
@example(pair=("1", '"1"'))
@example(pair=("1.5", '"1.5"'))
@example(pair=("{}", "[]"))
def test_jsonb_is_equal_where_postgresql_says_so(
    sql: psycopg.Connection[Any], pair: tuple[str, str]
) -> None:
    try:
        agrees(sql, ColumnType.JSONB, pair[0].encode(), pair[1].encode())
    except psycopg.DataError:  # the two, put together, are no longer JSON that it takes
        reject()


@with_postgres
@given(
    one=st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**40), max_value=10**40),
    scale=st.integers(0, 30),
    change=st.sampled_from([Decimal(0), Decimal("1e-25")]),
)
def test_numeric_is_equal_where_postgresql_says_so(
    sql: psycopg.Connection[Any], one: Decimal, scale: int, change: Decimal
) -> None:
    agrees(sql, ColumnType.NUMERIC, one, Decimal(f"{one:f}") + change)
    agrees(sql, ColumnType.NUMERIC, one, Decimal((one.as_tuple().sign, (0,), -scale)))
    agrees(sql, ColumnType.NUMERIC, Decimal("NaN"), one)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_are_none_equal_themselves_alone(
    sql: psycopg.Connection[Any], value: str
) -> None:
    for kind, one in ((ColumnType.NUMERIC, Decimal(value)), (ColumnType.DOUBLE, float(value))):
        agrees(sql, kind, one, one)
        agrees(sql, kind, one, type(one)(1))
        assert digest(kind, one) != digest(kind, None)


@with_postgres
@given(one=st.floats(), two=st.floats())
@example(one=0.0, two=-0.0)
@example(one=math.nan, two=math.nan)
def test_double_is_equal_where_postgresql_says_so(
    sql: psycopg.Connection[Any], one: float, two: float
) -> None:
    agrees(sql, ColumnType.DOUBLE, one, two)
    agrees(sql, ColumnType.DOUBLE, one, one)


zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
instants = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=zones)  # noqa: DTZ001


@with_postgres
@given(one=instants, two=instants, zone=zones)
def test_instants_are_equal_where_postgresql_says_so(
    sql: psycopg.Connection[Any], one: datetime, two: datetime, zone: timezone
) -> None:
    agrees(sql, ColumnType.TIMESTAMPTZ, one, two)
    agrees(sql, ColumnType.TIMESTAMPTZ, one, one.astimezone(zone))
    agrees(sql, ColumnType.TIMESTAMPTZ, one, one + timedelta(microseconds=1))
    assert digest(ColumnType.TIMESTAMP, one) == digest(ColumnType.TIMESTAMP, one.astimezone(UTC))


@with_postgres
@given(one=texts, two=texts)
@example(one="é", two="e\u0301")
def test_text_is_equal_to_itself_alone(sql: psycopg.Connection[Any], one: str, two: str) -> None:
    agrees(sql, ColumnType.TEXT, one, two)
    agrees(sql, ColumnType.TEXT, one, one + " ")
    quoted = json.dumps(one)
    agrees(sql, ColumnType.JSON, quoted.encode(), f" {quoted}".encode())


def test_blanks_at_the_end_count_but_in_char() -> None:
    assert digest(ColumnType.TEXT, "a ", "character(5)") == digest(
        ColumnType.TEXT, "a", "character(5)"
    )
    for declared in ("character varying(5)", "text"):
        assert digest(ColumnType.TEXT, "a ", declared) != digest(ColumnType.TEXT, "a", declared)


def test_null_is_neither_jsons_null_nor_an_empty_text() -> None:
    assert digest(ColumnType.JSONB, None) != digest(ColumnType.JSONB, b"null")
    assert digest(ColumnType.JSON, None) != digest(ColumnType.JSON, b"null")
    assert digest(ColumnType.TEXT, None) != digest(ColumnType.TEXT, "")
    assert digest(ColumnType.TEXT, None) != digest(ColumnType.TEXT, "null")


def test_values_do_not_run_into_their_neighbours() -> None:
    both = digester([Column("a", ColumnType.TEXT), Column("b", ColumnType.TEXT)])
    rows = [("ab", "c"), ("a", "bc"), ('a","b', "c"), ("abc", ""), ("abc", None), (None, "abc")]
    assert len({both(row) for row in rows}) == len(rows)
    assert {len(both(row)) for row in rows} == {DIGEST_SIZE}


def test_dates_and_booleans_have_digests_of_their_own() -> None:
    assert digest(ColumnType.DATE, date(2026, 1, 1)) != digest(ColumnType.DATE, date(2026, 1, 2))
    assert digest(ColumnType.BOOLEAN, True) != digest(ColumnType.BOOLEAN, False)
