"""One notion of equality between an item's value and a row's value, as a digest.

Two rows have the same digest if and only if PostgreSQL holds each pair of their values equal:
numbers by number (1.0 is 1, and no digit is lost), times by instant, jsonb by JSON value (order of
keys, repeated keys and the spelling of numbers and strings do not matter), json and text by their
exact characters. NULL equals NULL and nothing else. Values are as `model.Item.values` has them;
rows come through `wire.read`, which gives the same types.
"""

import json
import math
import struct
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal
from hashlib import sha256
from typing import Any

import msgspec

from desktop_migrator.far_times import FarTime
from desktop_migrator.model import Column, ColumnType

DIGEST_SIZE = 16
BLANK_PADDED = ("character(", "bpchar")
"""How the declarations of char(n) begin; blanks at the end mean nothing there."""

_EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)
_MAX_PLAIN_DIGITS = 4300
"""Python reads no longer integer from text, so longer numbers are all spelled as decimals."""


def _canonical_number(number: str | Decimal) -> msgspec.Raw:
    """The one spelling of a number, such that an integer is spelled as `int` spells it."""
    value = Decimal(number)
    if not value:
        return msgspec.Raw(b"0")
    value = value.normalize(_EXACT)
    plain = 0 <= value.adjusted() < _MAX_PLAIN_DIGITS
    return msgspec.Raw((format(value, "f") if plain else str(value)).encode())


_encoder = msgspec.json.Encoder(order="deterministic")
_decode = msgspec.json.Decoder(float_hook=_canonical_number).decode


def _decode_long(text: bytes) -> Any:
    return json.loads(text, parse_int=_canonical_number, parse_float=_canonical_number)


def _decode_json(text: bytes) -> list[Any]:
    """The JSON value in a list of its own, which tells JSON's null from NULL."""
    for read in (_decode, _decode_long):
        with suppress(msgspec.DecodeError, ValueError, ArithmeticError):
            return [read(text)]
    return [text]  # PostgreSQL refuses it too, and says so better


def canonical_json(text: bytes, change: Callable[[Any], Any] | None = None) -> bytes:
    """The same for equal JSON values: the value, changed if need be, as JSON in a list of its own.

    Raises as the function of `digester` does.
    """
    value = _decode_json(text)
    return _encoder.encode(change(value) if change else value)


def _double(value: float) -> float | str:
    return value + 0.0 if math.isfinite(value) else str(value)


def _real(value: float) -> float | str:
    return _double(struct.unpack("f", struct.pack("f", value))[0])


def _to_utc(value: datetime | FarTime) -> datetime | FarTime:
    if isinstance(value, datetime) and value.tzinfo is not UTC:
        return value.astimezone(UTC)
    return value


_CONVERSIONS: dict[ColumnType, Callable[[Any], Any]] = {
    ColumnType.NUMERIC: _canonical_number,
    ColumnType.DOUBLE: _double,
    ColumnType.TIMESTAMP: _to_utc,
    ColumnType.TIMESTAMPTZ: _to_utc,
    ColumnType.JSON: bytes.decode,
    ColumnType.JSONB: _decode_json,
}


def _conversion(column: Column) -> Callable[[Any], Any] | None:
    if column.declared.startswith(BLANK_PADDED):
        return lambda text: text.rstrip(" ")
    if column.declared == "real":
        return _real
    return _CONVERSIONS.get(column.type)


def digester(columns: Sequence[Column]) -> Callable[[Sequence[Any]], bytes]:
    """A function from one value a column to the row's digest of `DIGEST_SIZE` bytes.

    It raises RecursionError for JSON nested too deeply to be read, and UnicodeEncodeError for
    text that is no Unicode; PostgreSQL holds no such text. It is one thread's at a time.
    """
    buffer = bytearray()  # to make it anew for every row costs more than to fill it
    conversions = [
        (index, convert)
        for index, column in enumerate(columns)
        if (convert := _conversion(column)) is not None
    ]

    def digest(values: Sequence[Any]) -> bytes:
        row = list(values)
        for index, convert in conversions:
            value = row[index]
            if value is not None:
                row[index] = convert(value)
        _encoder.encode_into(row, buffer)
        return sha256(buffer).digest()[:DIGEST_SIZE]  # which processors have built in

    return digest
