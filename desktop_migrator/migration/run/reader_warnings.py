"""What is said of values that are stored exactly, and read as others by the app's libraries."""

from collections.abc import Iterator

from desktop_migrator.messages import Message, plural
from desktop_migrator.plan.accounting import Accounting


def reader_warnings(accounting: Accounting) -> Iterator[Message]:
    """One for each kind of such values; docs/readers.md has the libraries and their versions."""
    found = accounting.warnings
    if number := found["big-integer"]:
        yield plural(
            "{count:,} item holds integers beyond 2^53, which JavaScript reads inexactly.",
            "{count:,} items hold integers beyond 2^53, which JavaScript reads inexactly.",
            count=number,
        )
    if number := found["huge-number"]:
        yield plural(
            "{count:,} item holds a number beyond 1.8e308, which JavaScript reads as infinite.",
            "{count:,} items hold a number beyond 1.8e308, which JavaScript reads as infinite.",
            count=number,
        )
    if number := found["early-time"]:
        yield plural(
            "{count:,} item holds a time before the year 100, which some of JavaScript's "
            "drivers read as one of the 20th or 21st century.",
            "{count:,} items hold a time before the year 100, which some of JavaScript's "
            "drivers read as one of the 20th or 21st century.",
            count=number,
        )
    if number := found["large-double"]:
        yield plural(
            "{count:,} item holds a number beyond 2^47 in a column of doubles, which drizzle-zod's "
            "checks refuse.",
            "{count:,} items hold a number beyond 2^47 in a column of doubles, which drizzle-zod's "
            "checks refuse.",
            count=number,
        )
    if number := found["json-text"]:
        yield plural(
            "{count:,} item holds a text in a JSON column that is JSON itself, which Drizzle 0.45 "
            "reads as what it says.",
            "{count:,} items hold a text in a JSON column that is JSON itself, which Drizzle 0.45 "
            "reads as what it says.",
            count=number,
        )
