"""Times and dates beyond Python's calendar, of the years 1 to 9999, that PostgreSQL and JavaScript
have: as what they count from the year 2000, and as text in PostgreSQL's spelling.
"""

from datetime import UTC, date, datetime, timedelta, tzinfo

import msgspec

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_CYCLE_YEARS = 400
"""After so many years the Gregorian calendar is the same, day for day."""
_CYCLE_DAYS = 146_097
_DAY = 86_400_000_000
_FIRST_DAY = -2_451_545  # 24 November 4714 BC
_END_OF_TIMES = 9_223_371_331_200_000_000
"""In the year 294277, as PostgreSQL's sources have it."""
_END_OF_DATES = 2_145_031_949  # in the year 5874898
_ALIKE_FROM = 2400
_FIRST, _LAST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
"""Moments that every time zone can tell."""
_INFINITY = {2**63 - 1: "infinity", -(2**63): "-infinity"}


class FarDate(msgspec.Struct, frozen=True, order=True):
    """A date that `datetime.date` cannot hold."""

    days: int
    """From 1 January 2000, as PostgreSQL sends it."""

    def __str__(self) -> str:
        if self.days in (2**31 - 1, -(2**31)):
            return "infinity" if self.days > 0 else "-infinity"
        cycles, rest = divmod(self.days, _CYCLE_DAYS)
        day = _EPOCH.date() + timedelta(days=rest)
        return _spelled(day.year + _CYCLE_YEARS * cycles, f"{day:-%m-%d}")


class FarTime(msgspec.Struct, frozen=True, order=True):
    """A moment that `datetime.datetime` cannot hold."""

    microseconds: int
    """From the beginning of the year 2000 in UTC, as PostgreSQL sends it."""

    def day_in(self, zone: tzinfo) -> date | FarDate:
        """The date there, by the clocks of the far future."""
        cycles, rest = divmod(self.microseconds, _CYCLE_DAYS * _DAY)
        local = _EPOCH + timedelta(days=_CYCLE_DAYS, microseconds=rest)
        local = local.astimezone(zone)
        return date_in_year(local.year + _CYCLE_YEARS * (cycles - 1), local.date())

    def __str__(self) -> str:
        if infinity := _INFINITY.get(self.microseconds):
            return infinity
        cycles, rest = divmod(self.microseconds, _CYCLE_DAYS * _DAY)
        moment = _EPOCH + timedelta(microseconds=rest)
        year = moment.year + _CYCLE_YEARS * cycles
        return _spelled(year, f"{moment:-%m-%d %H:%M:%S.%f}+00")


def date_from(days: int) -> date | FarDate:
    """The date so many days from 1 January 2000."""
    try:
        return _EPOCH.date() + timedelta(days=days)
    except OverflowError:
        return FarDate(days)


def time_from(microseconds: int) -> datetime | FarTime:
    """The moment so many microseconds from the beginning of the year 2000, in UTC."""
    try:
        return _EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        return FarTime(microseconds)


def storable_time(microseconds: int) -> datetime | FarTime:
    """The same; raises OverflowError where PostgreSQL's calendar ends."""
    if not _FIRST_DAY * _DAY <= microseconds < _END_OF_TIMES:
        raise OverflowError
    return time_from(microseconds)


def alike(year: int) -> int:
    """A year of Python's calendar that has the same days as any other one, and the clocks of the
    far future."""
    return _ALIKE_FROM + year % _CYCLE_YEARS


def time_in_year(year: int, time: datetime) -> datetime | FarTime:
    """The moment in a year that is alike the one of `time`, an aware one; years count 0 before 1,
    as ISO 8601 has them. Raises OverflowError where PostgreSQL's calendar ends."""
    cycles = (year - time.year) // _CYCLE_YEARS
    return storable_time((time - _EPOCH) // _MICROSECOND + cycles * _CYCLE_DAYS * _DAY)


def date_in_year(year: int, day: date) -> date | FarDate:
    """The same for a date."""
    cycles = (year - day.year) // _CYCLE_YEARS
    days = (day - _EPOCH.date()).days + cycles * _CYCLE_DAYS
    if not _FIRST_DAY <= days < _END_OF_DATES:
        raise OverflowError
    return date_from(days)


def comparable(time: datetime | FarTime | None) -> datetime | None:
    """Where it stands among moments that Python can hold: far ones at their ends."""
    if isinstance(time, FarTime):
        return _LAST if time.microseconds > 0 else _FIRST
    return time


def _spelled(year: int, rest: str) -> str:
    """There is no year 0 in PostgreSQL: 1 BC comes before 1."""
    return f"{year:04}{rest}" if year > 0 else f"{1 - year:04}{rest} BC"
