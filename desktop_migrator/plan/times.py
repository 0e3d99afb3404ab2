"""Times and dates as people's software writes them: JSON value -> aware datetime in UTC, or date;
beyond Python's calendar a FarTime, or a FarDate.

What is read, and nothing else:

- ISO 8601 as JavaScript and HTML forms write it (ECMA-262, "Date Time String Format"; HTML Living
  Standard, "Dates and times"): `2024-05-02T10:00:00.000Z`, with a blank for the `T`, without
  seconds, with an offset of `+02:00`, `+0200`, `+02` or ` UTC`, and a date alone; also with a year
  of six digits and a sign, `-000043` being 44 BC;
- `Date.prototype.toString()` and `toUTCString()` (ECMA-262): `Thu May 02 2024 10:00:00 GMT+0200
  (CEST)`, `Thu, 02 May 2024 08:00:00 GMT`;
- numbers, and texts of digits: what they count says the plan. Where it does not, 12 to 14 digits
  are milliseconds since 1970, since as seconds they would lie after the year 5138.

A time without offset is one in the plan's zone, a date alone its midnight there; without a zone
both are rejected, since they could be read in two ways. An empty text is no value.
"""

import re
from collections.abc import Callable
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Context, Decimal
from typing import Any, NoReturn, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Raw

from desktop_migrator.far_times import (
    FarDate,
    FarTime,
    alike,
    date_in_year,
    storable_time,
    time_in_year,
)
from desktop_migrator.messages import Message
from desktop_migrator.model import Column
from desktop_migrator.plan.json_text import (
    NUMERIC_MAX_FRACTION_DIGITS,
    NUMERIC_MAX_INTEGER_DIGITS,
    as_bytes,
    as_string,
    parse_number,
)
from desktop_migrator.plan.reject import ItemRejected, RejectionCode
from desktop_migrator.plan.schema_entity import PlanColumn

_T = TypeVar("_T")
_Decode = Callable[[Raw], _T]

CORRECT_REMEDY = Message("Correct it in the app, or leave the item out.")
ROUND_REMEDY = Message(
    "Set `round = true` for this column in the plan, or have the column widened."
)
Moment = datetime | FarTime
_POSTGRES_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_FROM_1970_TO_2000 = 946_684_800_000_000
"""Microseconds."""
_EXACT_CONTEXT = Context(prec=NUMERIC_MAX_INTEGER_DIGITS + NUMERIC_MAX_FRACTION_DIGITS)
_MICROSECONDS = {"milliseconds": Decimal(1000), "seconds": Decimal(1_000_000)}
_MAX_MICROSECOND_DIGITS = 20
_SURELY_MILLISECONDS = re.compile(rb"-?[1-9][0-9]{11,13}(\.[0-9]+)?")
_DIGITS = re.compile(r"-?[0-9]{1,17}")
_FINER_THAN_MICROSECONDS = re.compile(rb"\.\d{6}\d*[1-9]")
# "2024-01-15T10:00:00.123456Z" and its quotes: any longer and there may be finer digits.
_PLAIN_TIME_LENGTH = 29
_ISO = re.compile(
    r"(?P<year>[0-9]{4}|[+-][0-9]{6})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
    r"(?:[Tt ](?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})"
    r"(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9}))?)?"
    r" ?(?P<offset>[Zz]|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATE_TO_STRING = re.compile(
    r"(?:[A-Z][a-z]{2} (?P<month>[A-Z][a-z]{2}) (?P<day>[0-9]{2}) (?P<year>[0-9]{4})"
    r"|[A-Z][a-z]{2}, (?P<utc_day>[0-9]{2}) (?P<utc_month>[A-Z][a-z]{2}) (?P<utc_year>[0-9]{4}))"
    r" (?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})"
    r" GMT(?P<offset>[+-][0-9]{4})?(?: \(.{1,60}\))?"
)
_EXPECTED_TIME = Message("a time such as 2024-01-31T10:00:00Z")
_EXPECTED_DATE = Message("a date such as 2024-01-31")

_time: _Decode[datetime | None] = msgspec.json.Decoder(datetime | None).decode
_date: _Decode[date | None] = msgspec.json.Decoder(date | None).decode


def time_converter(
    field: Message, column: Column, rules: PlanColumn
) -> Callable[[Raw], Moment | None]:
    """For timestamp and timestamptz. It raises ItemRejected."""
    zone = ZoneInfo(rules.zone) if rules.zone else None
    step = 10 ** (6 - column.time_digits) if column.time_digits is not None else 1

    def convert_to_places(raw: Raw) -> Moment | None:
        time = convert(raw)
        if time is None or not _microseconds(time) % step:
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
            ROUND_REMEDY,
        )

    def convert(raw: Raw) -> Moment | None:
        try:
            time = _time(raw)
        except msgspec.DecodeError:
            return _unusual_time(field, raw, rules.numbers, zone)
        if time is None or (time.tzinfo is UTC and len(raw) <= _PLAIN_TIME_LENGTH):
            return time
        if _FINER_THAN_MICROSECONDS.search(as_bytes(raw)):
            raise _too_fine(field)
        return _in_utc(field, time, zone)

    return convert if step == 1 else convert_to_places


def date_converter(
    field: Message, column: Column, rules: PlanColumn
) -> Callable[[Raw], date | FarDate | None]:
    """For date. It raises ItemRejected.

    A moment is the day that it is on in the plan's zone; a time without offset is on its own day.
    """
    zone = ZoneInfo(rules.zone) if rules.zone else None

    def convert(raw: Raw) -> date | FarDate | None:
        try:
            return _date(raw)
        except msgspec.DecodeError:
            pass
        text = as_string(raw)
        if text == "":
            return None
        if text is None or _DIGITS.fullmatch(text):
            if text is None and as_bytes(raw)[:1] not in b"-0123456789":
                _bad(field, _EXPECTED_DATE)
            moment = _counted(field, raw, text, rules.numbers)
        else:
            year, read = _read(field, text, _EXPECTED_DATE)
            if read.tzinfo is None:
                return _storable(field, date_in_year, year, read.date())
            moment = _storable(field, time_in_year, year, read)
        if zone is None:
            raise ItemRejected(
                RejectionCode.NO_ZONE,
                Message(
                    "{field} is a moment, and on which day it lies depends on the time zone.",
                    field=field,
                ),
                Message("Set `zone` for this column in the plan."),
            )
        if isinstance(moment, FarTime):
            if moment.microseconds < 0:  # what clocks showed then, nobody says
                out_of_range(field)
            return _storable(field, moment.day_in, zone)
        try:
            return moment.astimezone(zone).date()
        except OverflowError:
            out_of_range(field)

    return convert


def _unusual_time(
    field: Message, raw: Raw, numbers: str | None, zone: tzinfo | None
) -> Moment | None:
    text = as_string(raw)
    if text == "":
        return None
    if text is None and as_bytes(raw)[:1] not in b"-0123456789":
        _bad(field, _EXPECTED_TIME)
    if text is None or _DIGITS.fullmatch(text):
        return _counted(field, raw, text, numbers)
    year, time = _read(field, text, _EXPECTED_TIME)
    if year == time.year:
        return _in_utc(field, time, zone)
    if time.tzinfo is None:
        # What clocks showed before there were zones, nobody says.
        time = _in_zone(field, time, zone if year >= MINYEAR or zone is UTC else None)
    return _storable(field, time_in_year, year, time)


def _counted(field: Message, raw: Raw, text: str | None, numbers: str | None) -> Moment:
    """The time that a number says."""
    numeral = as_bytes(raw) if text is None else text.encode()
    if numbers is None and not _SURELY_MILLISECONDS.fullmatch(numeral):
        raise ItemRejected(
            RejectionCode.BAD_DATE,
            Message("{field} is a number, and the plan does not say what it counts.", field=field),
            Message('Set `numbers = "milliseconds"` or "seconds" for this column in the plan.'),
        )
    unit = _MICROSECONDS[numbers or "milliseconds"]
    count = _EXACT_CONTEXT.multiply(parse_number(numeral), unit)
    if count != count.to_integral_value():
        raise _too_fine(field)
    if count.adjusted() > _MAX_MICROSECOND_DIGITS:
        out_of_range(field)
    return _storable(field, storable_time, int(count) - _FROM_1970_TO_2000)


def _read(field: Message, text: str, expected: Message) -> tuple[int, datetime]:
    """The time that the text says, naive where it has no offset, with its year: where Python's
    calendar does not have that, the time is that of a year which is alike."""
    found = _ISO.fullmatch(text)
    if found:
        month = int(found["month"])
        parts = (found["year"], found["day"], found["hour"], found["minute"], found["second"])
        fraction, offset = found["fraction"] or "", found["offset"]
    else:
        found = _DATE_TO_STRING.fullmatch(text)
        name = found and (found["month"] or found["utc_month"])
        if not found or name not in _MONTHS:
            _bad(field, expected)
        month = _MONTHS.index(name) + 1
        year, day = found["year"] or found["utc_year"], found["day"] or found["utc_day"]
        parts = (year, day, found["hour"], found["minute"], found["second"])
        fraction, offset = "", found["offset"] or "Z"
    if fraction[6:].strip("0"):
        raise _too_fine(field)
    year, day, hour, minute, second = (int(part or 0) for part in parts)
    held = year if MINYEAR < year < MAXYEAR else alike(year)
    try:
        time = datetime(
            *(held, month, day, hour, minute, second),
            int(fraction[:6].ljust(6, "0")),
            tzinfo=_offset_zone(offset) if offset else None,
        )
    except ValueError:
        _bad(field, expected)
    return year, time


def _offset_zone(offset: str) -> tzinfo:
    """Raises ValueError for one of a day and more."""
    if offset in ("Z", "z", "UTC", "GMT"):
        return UTC
    digits = offset[1:].replace(":", "").ljust(4, "0")
    distance = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-distance if offset[0] == "-" else distance)


def _in_utc(field: Message, time: datetime, zone: tzinfo | None) -> Moment:
    if time.tzinfo is None:
        time = _in_zone(field, time, zone)
    try:
        return time.astimezone(UTC)
    except OverflowError:
        year = time.year
        return _storable(field, time_in_year, year, time.replace(year=alike(year)))


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
            CORRECT_REMEDY,
        )
    return local


def _microseconds(time: Moment) -> int:
    """From the year 2000."""
    if isinstance(time, FarTime):
        return time.microseconds
    return (time - _POSTGRES_EPOCH) // timedelta(microseconds=1)


def _rounded(field: Message, time: Moment, step: int) -> Moment:
    """To a multiple of `step` microseconds as PostgreSQL does: half away from the year 2000."""
    microseconds = _microseconds(time)
    places = (abs(microseconds) + step // 2) // step * step
    return _storable(field, storable_time, places if microseconds > 0 else -places)


def _storable(field: Message, make: Callable[..., _T], *parts: Any) -> _T:
    """What is made of the parts. Raises ItemRejected where PostgreSQL's calendar ends."""
    try:
        return make(*parts)
    except OverflowError:
        out_of_range(field)


def out_of_range(field: Message) -> NoReturn:
    raise ItemRejected(
        RejectionCode.OUT_OF_RANGE,
        Message("{field} is beyond what the column holds.", field=field),
        CORRECT_REMEDY,
    )


def _too_fine(field: Message) -> ItemRejected:
    return ItemRejected(
        RejectionCode.TOO_PRECISE,
        Message("{field} is finer than microseconds.", field=field),
        CORRECT_REMEDY,
    )


def _bad(field: Message, expected: Message) -> NoReturn:
    raise ItemRejected(
        RejectionCode.BAD_DATE,
        Message("{field} is not {expected}.", field=field, expected=expected),
        CORRECT_REMEDY,
    )
