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
| any other | str, which the server reads (any_type.py) |

JSON's null is None everywhere, and so is an empty text where the column holds no texts. Each
converter is bound to its column once and then called for every item.
"""

import struct
from collections.abc import Callable, Iterable, Mapping
from decimal import ROUND_HALF_UP, Context, Decimal, Inexact, InvalidOperation
from math import isfinite
from typing import Any, NoReturn, TypeVar
from uuid import UUID

import msgspec
from msgspec import Raw

from desktop_migrator.messages import Message
from desktop_migrator.model import INTEGER_BITS, Column, ColumnType
from desktop_migrator.plan.any_type import any_type_converter
from desktop_migrator.plan.json_text import (
    MAX_EXACT_INTEGER,
    as_bytes,
    as_string,
    encode,
    parse_number,
)
from desktop_migrator.plan.reject import ItemRejected, RejectionCode
from desktop_migrator.plan.schema_entity import PlanColumn
from desktop_migrator.plan.times import (
    CORRECT_REMEDY,
    ROUND_REMEDY,
    date_converter,
    out_of_range,
    time_converter,
)

Converter = Callable[[Raw], Any]
_EMPTY_IS_NONE = frozenset(
    (ColumnType.UUID, ColumnType.BOOLEAN, ColumnType.NUMERIC, ColumnType.DOUBLE, *INTEGER_BITS)
)
"""Types of which an empty text, as a form leaves it, can only say that there is no value; times
and dates see to it themselves."""
_T = TypeVar("_T")
Decode = Callable[[Raw], _T]

_MAX_INTEGER_DIGITS = 20
# Decimal digits that a real (4 bytes) always gives back.
_REAL_DIGITS = 6
_text: Decode[str | None] = msgspec.json.Decoder(str | None).decode
_uuid: Decode[UUID | None] = msgspec.json.Decoder(UUID | None).decode
_boolean: Decode[bool | None] = msgspec.json.Decoder(bool | None).decode
_integer: Decode[int | None] = msgspec.json.Decoder(int | None).decode


def converter(field: Message, column: Column, rules: PlanColumn) -> Converter:
    """What converts the field's values for the column, by the plan's rules for it.

    `field` is what messages call it. The converter raises ItemRejected, and so does this if the
    plan's `values` do not fit the column.
    """
    convert = _CONVERTER_FACTORIES[column.type](field, column, rules)
    if rules.empty or column.type in _EMPTY_IS_NONE:
        convert = _empty_as_none(convert)
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


def _empty_as_none(convert: Converter) -> Converter:
    def convert_filled(raw: Raw) -> Any:
        return None if as_bytes(raw) == b'""' else convert(raw)

    return convert_filled


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


def _decoding_converter(field: Message, decode: Decode[Any], expected: Message) -> Converter:
    def convert(raw: Raw) -> Any:
        try:
            return decode(raw)
        except msgspec.DecodeError:
            return _wrong_type(field, expected)

    return convert


def _for_integer(field: Message, column: Column, rules: PlanColumn) -> Converter:
    bits = INTEGER_BITS[column.type]
    least, most = -(1 << bits - 1), (1 << bits - 1) - 1

    def convert(raw: Raw) -> int | None:
        try:
            value = _integer(raw)
        except msgspec.DecodeError:
            value = _to_integer(field, _to_decimal(field, raw))
        if value is not None and not least <= value <= most:
            out_of_range(field)
        return value

    return convert


def _to_integer(field: Message, value: Decimal) -> int:
    """JavaScript has one kind of number: 1.0 and 1e3 are integers."""
    if value != value.to_integral_value():
        raise ItemRejected(
            RejectionCode.TOO_PRECISE,
            Message("{field} is not a whole number.", field=field),
            CORRECT_REMEDY,
        )
    if value.adjusted() > _MAX_INTEGER_DIGITS:
        out_of_range(field)
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
                ROUND_REMEDY,
            ) from None
        except InvalidOperation:
            out_of_range(field)
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
            out_of_range(field)
        # By its shortest spelling, which is JavaScript's: 1e308 is a page's own number.
        lost = abs(exact) > MAX_EXACT_INTEGER and exact != Decimal(repr(value))
        if lost or (real and float(f"{held:.{_REAL_DIGITS}g}") != value):
            raise ItemRejected(
                RejectionCode.TOO_PRECISE,
                Message("{field} has more digits than the column holds.", field=field),
                CORRECT_REMEDY,
            )
        return value

    return convert


def _for_json(field: Message, column: Column, rules: PlanColumn) -> Converter:
    def convert(raw: Raw) -> bytes | None:
        value = as_bytes(raw)
        return None if value == b"null" else value

    return convert


_CONVERTER_FACTORIES: dict[ColumnType, Callable[[Message, Column, PlanColumn], Converter]] = {
    ColumnType.TEXT: _for_text,
    ColumnType.ENUM: _for_enum,
    ColumnType.UUID: _for_uuid,
    ColumnType.BOOLEAN: _for_boolean,
    ColumnType.SMALLINT: _for_integer,
    ColumnType.INTEGER: _for_integer,
    ColumnType.BIGINT: _for_integer,
    ColumnType.NUMERIC: _for_numeric,
    ColumnType.DOUBLE: _for_double,
    ColumnType.TIMESTAMP: time_converter,
    ColumnType.TIMESTAMPTZ: time_converter,
    ColumnType.DATE: date_converter,
    ColumnType.JSON: _for_json,
    ColumnType.JSONB: _for_json,
    ColumnType.OTHER: any_type_converter,
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
        CORRECT_REMEDY,
    )


def _unknown(field: Message, known: Iterable[str]) -> NoReturn:
    raise ItemRejected(
        RejectionCode.UNKNOWN_VALUE,
        Message(
            "{field} has a value that is none of {known}.", field=field, known=", ".join(known)
        ),
        Message("Correct it in the app, or add the value to `values` of this column in the plan."),
    )
