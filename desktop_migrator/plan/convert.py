"""One JSON value -> what the loader writes into one column, or a refusal. Nothing is guessed.

| column | Python value |
| --- | --- |
| text, varchar, enum | str |
| uuid | uuid.UUID |
| boolean | bool |
| smallint, integer, bigint | int |
| numeric | decimal.Decimal |
| double | float |
| timestamp, timestamptz | aware datetime in UTC |
| date | date |
| json, jsonb | bytes: the JSON text in its source's spelling |

JSON's null is None everywhere. Each converter is bound to its column once and then called for
every item.
"""

import re
import struct
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Context, Decimal, Inexact, InvalidOperation
from math import isfinite
from typing import Any, NoReturn, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Raw

from desktop_migrator.messages import Message
from desktop_migrator.model import Column, ColumnType
from desktop_migrator.plan.json_text import (
    MAX_EXACT_INTEGER,
    NUMERIC_MAX_FRACTION_DIGITS,
    NUMERIC_MAX_INTEGER_DIGITS,
    as_bytes,
    as_string,
    encode,
    parse_number,
)
from desktop_migrator.plan.reject import ItemRejected, RejectionCode
from desktop_migrator.plan.schema import PlanColumn

Converter = Callable[[Raw], Any]
_T = TypeVar("_T")
Decode = Callable[[Raw], _T]

_CORRECT_REMEDY = Message("Correct it in the app, or leave the item out.")
_ROUND_REMEDY = Message(
    "Set `round = true` for this column in the plan, or have the column widened."
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_POSTGRES_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_INTEGER_BITS = {ColumnType.SMALLINT: 16, ColumnType.INTEGER: 32, ColumnType.BIGINT: 64}
_MAX_INTEGER_DIGITS = 20
# Decimal digits that a real (4 bytes) always gives back.
_REAL_DIGITS = 6
_EXACT_CONTEXT = Context(prec=NUMERIC_MAX_INTEGER_DIGITS + NUMERIC_MAX_FRACTION_DIGITS)
_FAR_YEAR = re.compile(r"[+-]\d{6}-")
_FINER_THAN_MICROSECONDS = re.compile(rb"\.\d{6}\d*[1-9]")
# "2024-01-15T10:00:00.123456Z" and its quotes: any longer and there may be finer digits.
_PLAIN_TIME_LENGTH = 29

_text: Decode[str | None] = msgspec.json.Decoder(str | None).decode
_uuid: Decode[UUID | None] = msgspec.json.Decoder(UUID | None).decode
_boolean: Decode[bool | None] = msgspec.json.Decoder(bool | None).decode
_integer: Decode[int | None] = msgspec.json.Decoder(int | None).decode
_time: Decode[datetime | None] = msgspec.json.Decoder(datetime | None).decode
_date: Decode[date | None] = msgspec.json.Decoder(date | None).decode


def converter(field: Message, column: Column, rules: PlanColumn) -> Converter:
    """What converts the field's values for the column, by the plan's rules for it.

    `field` is what messages call it. The converter raises ItemRejected, and so does this if the
    plan's `values` do not fit the column.
    """
    convert = _CONVERTER_FACTORIES[column.type](field, column, rules)
    if rules.values is not None:
        return _mapping_converter(field, column, rules.values, convert)
    return convert


def enum_spelling(
    mapped_value: Any, values: Mapping[str, Any], column: Column, preferred: str = ""
) -> Any:
    """How the column spells what a value is mapped to; None if it does not have it.

    An enum that lacks `in_progress` may have `in-progress`, which the plan's `values` say is the
    same.
    """
    enum = column.enum_values
    if not enum or mapped_value in enum:
        return mapped_value
    same = [preferred, *(value for value, mapped in values.items() if mapped == mapped_value)]
    return next((value for value in same if value in enum), None)


def _for_text(field: Message, column: Column, rules: PlanColumn) -> Converter:
    longest = column.max_length

    def convert(raw: Raw) -> str | None:
        try:
            text = _text(raw)
        except msgspec.DecodeError:
            _wrong_type(field, Message("a text"))
        if longest is not None and text is not None and len(text) > longest:
            raise ItemRejected(
                RejectionCode.TOO_LONG,
                Message(
                    "{field} is longer than the {longest} characters that the column holds.",
                    field=field,
                    longest=longest,
                ),
                Message("Shorten it in the app, or have the column widened."),
            )
        return text

    return convert


def _for_enum(field: Message, column: Column, rules: PlanColumn) -> Converter:
    admitted = frozenset(column.enum_values)

    def convert(raw: Raw) -> str | None:
        try:
            text = _text(raw)
        except msgspec.DecodeError:
            _wrong_type(field, Message("a text"))
        if text is not None and text not in admitted:
            _unknown(field, column.enum_values)
        return text

    return convert


def _mapping_converter(
    field: Message, column: Column, values: Mapping[str, Any], convert: Converter
) -> Converter:
    outcomes: dict[str, Any] = {}
    for value, outcome in values.items():
        spelling = enum_spelling(outcome, values, column, preferred=value)
        if spelling is not None:
            outcomes[value] = convert(Raw(encode(spelling)))
    outcomes |= {value: value for value in column.enum_values if value not in outcomes}
    known = column.enum_values or tuple(values)

    def convert_mapped(raw: Raw) -> Any:
        text = as_string(raw)
        value = as_bytes(raw).decode() if text is None else text
        if value in outcomes:
            return outcomes[value]
        if value == "null" and text is None:
            return None
        return _unknown(field, known)

    return convert_mapped


def _for_uuid(field: Message, column: Column, rules: PlanColumn) -> Converter:
    return _decoding_converter(field, _uuid, Message("a UUID"))


def _for_boolean(field: Message, column: Column, rules: PlanColumn) -> Converter:
    return _decoding_converter(field, _boolean, Message("true or false"))


def _for_date(field: Message, column: Column, rules: PlanColumn) -> Converter:
    def convert(raw: Raw) -> date | None:
        try:
            return _date(raw)
        except msgspec.DecodeError:
            return _bad_date(field, Message("a date such as 2024-01-31"))

    return convert


def _decoding_converter(field: Message, decode: Decode[Any], expected: Message) -> Converter:
    def convert(raw: Raw) -> Any:
        try:
            return decode(raw)
        except msgspec.DecodeError:
            return _wrong_type(field, expected)

    return convert


def _for_integer(field: Message, column: Column, rules: PlanColumn) -> Converter:
    bits = _INTEGER_BITS[column.type or ColumnType.BIGINT]
    least, most = -(1 << bits - 1), (1 << bits - 1) - 1

    def convert(raw: Raw) -> int | None:
        try:
            value = _integer(raw)
        except msgspec.DecodeError:
            value = _to_integer(field, _to_decimal(field, raw))
        if value is not None and not least <= value <= most:
            _out_of_range(field)
        return value

    return convert


def _to_integer(field: Message, value: Decimal) -> int:
    """JavaScript has one kind of number: 1.0 and 1e3 are integers."""
    if value != value.to_integral_value():
        raise ItemRejected(
            RejectionCode.TOO_PRECISE,
            Message("{field} is not a whole number.", field=field),
            _CORRECT_REMEDY,
        )
    if value.adjusted() > _MAX_INTEGER_DIGITS:
        _out_of_range(field)
    return int(value)


def _for_numeric(field: Message, column: Column, rules: PlanColumn) -> Converter:
    precision, scale = column.precision or (0, 0)
    # Traps just what numeric(precision, scale) would refuse and, unless the plan allows it, round.
    traps = [InvalidOperation] if rules.round else [Inexact, InvalidOperation]
    context = Context(prec=precision or 1, rounding=ROUND_HALF_UP, traps=traps)
    unit = Decimal(1).scaleb(-scale)

    def convert(raw: Raw) -> Decimal | None:
        if as_bytes(raw) == b"null":
            return None
        value = _to_decimal(field, raw)
        try:
            if precision:
                value = context.quantize(value, unit)
        except Inexact:
            raise ItemRejected(
                RejectionCode.TOO_PRECISE,
                Message(
                    "{field} has more than the {scale} decimal places that the column holds.",
                    field=field,
                    scale=scale,
                ),
                _ROUND_REMEDY,
            ) from None
        except InvalidOperation:
            _out_of_range(field)
        return value

    return convert


def _for_double(field: Message, column: Column, rules: PlanColumn) -> Converter:
    real = column.declared == "real"

    def convert(raw: Raw) -> float | None:
        if as_bytes(raw) == b"null":
            return None
        exact = _to_decimal(field, raw)
        value = float(exact)
        held: float = struct.unpack("f", struct.pack("f", value))[0] if real else value
        if not isfinite(held):
            _out_of_range(field)
        lost = abs(exact) > MAX_EXACT_INTEGER and exact != Decimal(value)
        if lost or (real and float(f"{held:.{_REAL_DIGITS}g}") != value):
            raise ItemRejected(
                RejectionCode.TOO_PRECISE,
                Message("{field} has more digits than the column holds.", field=field),
                _CORRECT_REMEDY,
            )
        return value

    return convert


def _for_time(field: Message, column: Column, rules: PlanColumn) -> Converter:
    zone = ZoneInfo(rules.zone) if rules.zone else None
    unit = {"milliseconds": Decimal(1000), "seconds": Decimal(1_000_000)}.get(rules.numbers or "")
    step = 10 ** (6 - column.time_digits) if column.time_digits is not None else 1

    def convert_to_places(raw: Raw) -> datetime | None:
        time = convert(raw)
        if time is None or not time.microsecond % step:
            return time
        if rules.round:
            return _rounded(field, time, step)
        raise ItemRejected(
            RejectionCode.TOO_PRECISE,
            Message(
                "{field} is finer than the {declared} that it goes to.",
                field=field,
                declared=column.declared,
            ),
            _ROUND_REMEDY,
        )

    def convert(raw: Raw) -> datetime | None:
        try:
            time = _time(raw)
        except msgspec.DecodeError:
            return _unusual_time(field, raw, unit)
        if time is None or (time.tzinfo is UTC and len(raw) <= _PLAIN_TIME_LENGTH):
            return time
        if _FINER_THAN_MICROSECONDS.search(as_bytes(raw)):
            raise ItemRejected(
                RejectionCode.TOO_PRECISE,
                Message("{field} is finer than microseconds.", field=field),
                _CORRECT_REMEDY,
            )
        if time.tzinfo is None:
            time = _in_zone(field, time, zone)
        try:
            return time.astimezone(UTC)
        except OverflowError:
            return _out_of_range(field)

    return convert if step == 1 else convert_to_places


def _rounded(field: Message, time: datetime, step: int) -> datetime:
    """To a multiple of `step` microseconds as PostgreSQL does: half away from the year 2000."""
    microseconds = (time - _POSTGRES_EPOCH) // timedelta(microseconds=1)
    places = (abs(microseconds) + step // 2) // step * step
    try:
        return _POSTGRES_EPOCH + timedelta(microseconds=places if microseconds > 0 else -places)
    except OverflowError:
        return _out_of_range(field)


def _unusual_time(field: Message, raw: Raw, unit: Decimal | None) -> datetime:
    if as_bytes(raw)[:1] in b"-0123456789":
        if unit is None:
            raise ItemRejected(
                RejectionCode.BAD_DATE,
                Message(
                    "{field} is a number, and the plan does not say what it counts.", field=field
                ),
                Message('Set `numbers = "milliseconds"` or "seconds" for this column in the plan.'),
            )
        try:
            # As microseconds: PostgreSQL's resolution.
            return _EPOCH + timedelta(
                microseconds=_to_integer(field, _EXACT_CONTEXT.multiply(parse_number(raw), unit))
            )
        except OverflowError:
            _out_of_range(field)
    if _FAR_YEAR.match(as_string(raw) or ""):
        _out_of_range(field)
    return _bad_date(field, Message("a time such as 2024-01-31T10:00:00Z"))


def _in_zone(field: Message, time: datetime, zone: tzinfo | None) -> datetime:
    if zone is None:
        raise ItemRejected(
            RejectionCode.NO_ZONE,
            Message("{field} does not say its time zone.", field=field),
            Message("Set `zone` for this column in the plan."),
        )
    local = time.replace(tzinfo=zone)
    if local.utcoffset() != local.replace(fold=1).utcoffset():
        raise ItemRejected(
            RejectionCode.BAD_DATE,
            Message(
                "{field} is within the hour in which clocks are changed, so it is not clear.",
                field=field,
            ),
            _CORRECT_REMEDY,
        )
    return local


def _for_json(field: Message, column: Column, rules: PlanColumn) -> Converter:
    def convert(raw: Raw) -> bytes | None:
        value = as_bytes(raw)
        return None if value == b"null" else value

    return convert


_CONVERTER_FACTORIES: dict[
    ColumnType | None, Callable[[Message, Column, PlanColumn], Converter]
] = {
    ColumnType.TEXT: _for_text,
    ColumnType.ENUM: _for_enum,
    ColumnType.UUID: _for_uuid,
    ColumnType.BOOLEAN: _for_boolean,
    ColumnType.SMALLINT: _for_integer,
    ColumnType.INTEGER: _for_integer,
    ColumnType.BIGINT: _for_integer,
    ColumnType.NUMERIC: _for_numeric,
    ColumnType.DOUBLE: _for_double,
    ColumnType.TIMESTAMP: _for_time,
    ColumnType.TIMESTAMPTZ: _for_time,
    ColumnType.DATE: _for_date,
    ColumnType.JSON: _for_json,
    ColumnType.JSONB: _for_json,
}


def _to_decimal(field: Message, raw: Raw) -> Decimal:
    numeral = as_bytes(raw)
    if numeral[:1] not in b"-0123456789":
        _wrong_type(field, Message("a number"))
    return parse_number(numeral)


def _wrong_type(field: Message, expected: Message) -> NoReturn:
    raise ItemRejected(
        RejectionCode.WRONG_TYPE,
        Message("{field} is not {expected}.", field=field, expected=expected),
        _CORRECT_REMEDY,
    )


def _bad_date(field: Message, expected: Message) -> NoReturn:
    raise ItemRejected(
        RejectionCode.BAD_DATE,
        Message("{field} is not {expected}.", field=field, expected=expected),
        _CORRECT_REMEDY,
    )


def _out_of_range(field: Message) -> NoReturn:
    raise ItemRejected(
        RejectionCode.OUT_OF_RANGE,
        Message("{field} is beyond what the column holds.", field=field),
        _CORRECT_REMEDY,
    )


def _unknown(field: Message, known: Iterable[str]) -> NoReturn:
    raise ItemRejected(
        RejectionCode.UNKNOWN_VALUE,
        Message(
            "{field} has a value that is none of {known}.", field=field, known=", ".join(known)
        ),
        Message("Correct it in the app, or add the value to `values` of this column in the plan."),
    )
