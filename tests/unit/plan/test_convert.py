"""Each column type takes exactly what it can hold; all else is a rejection with a stable code."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from desktop_migrator.model import Column, ColumnType, Item, Rejection, Table
from tests.unit.plan.helpers import extracted, plan, record

TEN = datetime(2024, 1, 31, 10, 0, tzinfo=UTC)
REAL = Column("v", ColumnType.DOUBLE, "real")
ENUM = Column("v", ColumnType.ENUM, "mood", enum_values=("sad", "in_progress"))


def column(kind: str, **facts: Any) -> Column:
    return Column("v", ColumnType(kind), kind, **facts)


def converted(target: Column, value: str, rules: str = "") -> Any:
    """The value in the column, or the code of the rejection."""
    of = plan(f"""
[entities.e]
table = "t"
sources = [{{ keys = ["k"], shape = "single" }}]
[entities.e.columns]
v = {{ from = "v"{rules} }}
""")
    table = Table("t", (Column("id", ColumnType.UUID, nullable=False), target))
    (only,) = extracted([record("k", f'{{"id":"1","v":{value}}}')], of, [table])
    if isinstance(only, Item):
        return only.values[1]
    assert only.reason
    assert only.remedy
    assert value not in str(only.reason)
    assert value in only.raw
    return only.code


@pytest.mark.parametrize(
    ("target", "value", "expected"),
    [
        (column("text"), '"a"', "a"),
        (column("text"), '""', ""),
        (column("text"), '"\\u0041\\n"', "A\n"),
        (column("text"), "1", "wrong-type"),
        (column("text"), "{}", "wrong-type"),
        (column("text"), "null", None),
        (column("text", max_length=3), '"äö😀"', "äö😀"),
        (column("text", max_length=3), '"äö😀x"', "too-long"),
        (column("text", max_length=3), '"abc "', "too-long"),
        (column("boolean"), "true", True),
        (column("boolean"), "1", "wrong-type"),
        (column("boolean"), '"true"', "wrong-type"),
        (column("smallint"), "32767", 32767),
        (column("smallint"), "32768", "out-of-range"),
        (column("smallint"), "-32768", -32768),
        (column("integer"), "2147483648", "out-of-range"),
        (column("integer"), "1.0", 1),
        (column("integer"), "1e3", 1000),
        (column("integer"), "1.5", "too-precise"),
        (column("integer"), '"1"', "wrong-type"),
        (column("integer"), "true", "wrong-type"),
        (column("bigint"), str(2**63 - 1), 2**63 - 1),
        (column("bigint"), str(2**63), "out-of-range"),
        (column("bigint"), "1e400", "out-of-range"),
        (column("bigint"), "9" * 5000, "out-of-range"),
        (column("numeric"), "0.1000000000000000055", Decimal("0.1000000000000000055")),
        (column("numeric"), str(2**70), Decimal(2**70)),
        (column("numeric"), "1e400", Decimal("1e400")),
        (column("numeric"), "1e131072", "out-of-range"),
        (column("numeric"), "1e-16384", "out-of-range"),
        (column("numeric"), "1e99999999999999999999", "out-of-range"),
        (column("numeric"), '"1"', "wrong-type"),
        (column("numeric", precision=(5, 2)), "999.99", Decimal("999.99")),
        (column("numeric", precision=(5, 2)), "1.500", Decimal("1.500")),
        (column("numeric", precision=(5, 2)), "1000", "out-of-range"),
        (column("numeric", precision=(5, 2)), "1.234", "too-precise"),
        (column("double"), "0.1", 0.1),
        (column("double"), "1e400", "out-of-range"),
        (column("double"), "9007199254740993", "too-precise"),
        (column("double"), "1e308", 1e308),
        (column("double"), "12345678901234567000", 12345678901234567000.0),
        (column("double"), '"0.1"', "wrong-type"),
        (column("uuid"), '"0190A1B2-c3d4-7e5f-8a6b-000000000001"',
         UUID("0190a1b2-c3d4-7e5f-8a6b-000000000001")),
        (REAL, "0.1", 0.1),
        (REAL, "123456", 123456.0),
        (REAL, "0.123456789", "too-precise"),
        (REAL, "16777217", "too-precise"),
        (REAL, "1e39", "out-of-range"),
        (REAL, "1e400", "out-of-range"),
        (column("uuid"), '"x"', "wrong-type"),
        (column("timestamp"), '"2024-01-31T10:00:00Z"', TEN),
        (column("timestamp"), '"2024-01-31T10:00:00.000Z"', TEN),
        (column("timestamptz"), '"2024-01-31T15:30:00+05:30"', TEN),
        (column("timestamp"), '"2024-01-31T10:00:00.000001Z"', TEN.replace(microsecond=1)),
        (column("timestamp"), '"2024-01-31T10:00:00.000001000Z"', TEN.replace(microsecond=1)),
        (column("timestamp"), '"2024-01-31T10:00:00.0000001Z"', "too-precise"),
        (column("timestamp", time_digits=0), '"2024-01-31T10:00:00.000Z"', TEN),
        (column("timestamp", time_digits=0), '"2024-01-31T10:00:00.001Z"', "too-precise"),
        (column("timestamp", time_digits=3), '"2024-01-31T10:00:00.001Z"',
         TEN.replace(microsecond=1000)),
        (column("timestamptz", time_digits=3), '"2024-01-31T10:00:00.0001Z"', "too-precise"),
        (column("timestamp"), '"2024-01-31T10:00:00"', "no-zone"),
        (column("timestamp"), '"2024-02-30T10:00:00Z"', "bad-date"),
        (column("timestamp"), '"2024-01-31"', "no-zone"),
        (column("timestamp"), '"Wed Jan 31 2024"', "bad-date"),
        (column("timestamp"), '"+294277-01-01T00:00:00.000Z"', "out-of-range"),
        (column("timestamp"), '"-004800-01-01T00:00:00.000Z"', "out-of-range"),
        (column("timestamp"), '"+012024-02-30T00:00:00.000Z"', "bad-date"),
        (column("timestamp"), '"-000043-03-15T00:00:00"', "no-zone"),
        (column("timestamp"), '"+002024-01-31T10:00:00.000Z"', TEN),
        (column("timestamp"), "1706695200000", TEN),
        (column("timestamp"), '"1706695200000"', TEN),
        (column("timestamp"), "1706695200", "bad-date"),
        (column("timestamp"), '""', None),
        (column("integer"), '""', None),
        (column("uuid"), '""', None),
        (column("boolean"), '""', None),
        (column("timestamp"), "true", "bad-date"),
        (column("timestamp"), "null", None),
        (column("date"), '"2024-01-31"', date(2024, 1, 31)),
        (column("date"), '"2024-01-31T10:00:00Z"', "no-zone"),
        (column("date"), '"2024-01-31T23:59"', date(2024, 1, 31)),
        (column("date"), '"2024-02-30"', "bad-date"),
        (column("date"), '""', None),
        (column("date"), "5", "bad-date"),
        (column("jsonb"), '{"b": 1.10,"a":12345678901234567890}',
         b'{"b": 1.10,"a":12345678901234567890}'),
        (column("json"), "[1e400]", b"[1e400]"),
        (column("jsonb"), "null", None),
        (ENUM, '"sad"', "sad"),
        (ENUM, '"glad"', "unknown-value"),
        (ENUM, "1", "wrong-type"),
        (column("text", nullable=False), "null", "missing"),
    ],
)  # fmt: skip
def test_a_column_takes_just_what_it_can_hold(target: Column, value: str, expected: Any) -> None:
    found = converted(target, value)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("kind", "rules", "value", "expected"),
    [
        ("timestamp", ', numbers = "milliseconds"', "1706695200000", TEN),
        ("timestamp", ', numbers = "milliseconds"', "1706695200000.5",
         TEN.replace(microsecond=500)),
        ("timestamp", ', numbers = "milliseconds"', "1706695200000.00001", "too-precise"),
        ("timestamp", ', numbers = "seconds"', "1706695200", TEN),
        ("timestamp", ', numbers = "seconds"', "-1e400", "out-of-range"),
        ("timestamp", ', numbers = "seconds"', "1e15", "out-of-range"),
        ("timestamp", ', numbers = "seconds"', '"1706695200"', TEN),
        ("timestamp", ', zone = "Europe/Berlin"', '"2024-01-31T11:00:00"', TEN),
        ("timestamp", ', zone = "Europe/Berlin"', '"2024-01-31T10:00:00Z"', TEN),
        ("timestamp", ', zone = "Europe/Berlin"', '"2024-10-27T02:30:00"', "bad-date"),
        ("timestamp", ', zone = "Europe/Berlin"', '"2024-03-31T02:30:00"', "bad-date"),
        ("text", ', values = { a = "b", "1" = "one", true = "yes" }', '"a"', "b"),
        ("text", ', values = { a = "b", "1" = "one", true = "yes" }', "1", "one"),
        ("text", ', values = { a = "b", "1" = "one", true = "yes" }', "true", "yes"),
        ("text", ', values = { a = "b" }', '"c"', "unknown-value"),
        ("text", ', values = { a = "b" }', "null", None),
        ("boolean", ", values = { on = true, off = false }", '"on"', True),
        ("text", ', default = "d"', "null", "d"),
        ("text", ", required = true", "null", "missing"),
    ],
)  # fmt: skip
def test_what_the_plan_says_about_a_column_holds(
    kind: str, rules: str, value: str, expected: Any
) -> None:
    assert converted(column(kind), value, rules) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('"IN_PROGRESS"', "in_progress"),
        ('"sad"', "sad"),  # not mapped to `unhappy`, which the enum lacks
        ('"done"', "unknown-value"),
        ('"in_progress"', "in_progress"),
        ('"UNHAPPY"', "sad"),  # the same as `sad` by the plan
    ],
)
def test_mapped_values_are_those_that_the_enum_admits(value: str, expected: str) -> None:
    rules = ', values = { IN_PROGRESS = "in_progress", sad = "unhappy", done = "completed",'
    rules += ' UNHAPPY = "unhappy" }'
    assert converted(ENUM, value, rules) == expected


def test_an_unknown_value_is_answered_with_the_known_ones() -> None:
    value = '[{"id":"1","title":"t","status":"blocked"}]'
    (rejection,) = extracted([record("tasks", value)])
    assert isinstance(rejection, Rejection)
    assert "todo" in str(rejection.reason)
    assert "CANCELLED" in str(rejection.reason)
    assert "blocked" not in str(rejection.reason)


BERLIN = ', zone = "Europe/Berlin"'


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-05-02T10:00", "2024-05-02T08:00:00"),
        ("2024-05-02T10:00Z", "2024-05-02T10:00:00"),
        ("2024-05-02", "2024-05-01T22:00:00"),
        ("2024-05-02T10:00:00+0200", "2024-05-02T08:00:00"),
        ("2024-05-02T10:00:00-03", "2024-05-02T13:00:00"),
        ("2024-05-02 10:00:00", "2024-05-02T08:00:00"),
        ("2024-05-02T10:00:00.5", "2024-05-02T08:00:00.500000"),
        ("2024-05-02 10:00:00 +02:00", "2024-05-02T08:00:00"),
        ("Thu May 02 2024 10:00:00 GMT+0200 (Central European Summer Time)", "2024-05-02T08:00:00"),
        ("Thu, 02 May 2024 08:00:00 GMT", "2024-05-02T08:00:00"),
        ("2024-01-31T24:30", "bad-date"),
        ("02.05.2024", "bad-date"),
        ("5/2/2024", "bad-date"),
        ("2024-03-31T02:30", "bad-date"),
        ("2024-05-02T10:00+99:00", "bad-date"),
    ],
)
def test_times_are_read_as_peoples_software_writes_them(text: str, moment: str) -> None:
    found = converted(column("timestamptz"), json.dumps(text), BERLIN)
    if isinstance(found, datetime):
        found = found.replace(tzinfo=None).isoformat()
    assert found == moment


@pytest.mark.parametrize("value", ['"2024-05-01T22:00:00.000Z"', "1714600800000"])
def test_a_moment_is_the_day_that_it_is_on_in_the_zone(value: str) -> None:
    assert converted(column("date"), value, BERLIN) == date(2024, 5, 2)
