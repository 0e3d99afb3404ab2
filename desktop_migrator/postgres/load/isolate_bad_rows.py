"""The server refuses a row: all others are written without it, by bisection where it does not say
which one it is.

That is quick where few are refused. Where it turns out that many are, each write that fails for the
sake of one row costs as much as its neighbours do; so after some of them the rows are looked at one
by one, all at once (probe_rows.py).
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TypeVar

import psycopg
import sqlalchemy

from desktop_migrator.postgres.connection.errors import ROW_ERRORS, refuses_row

_MAX_FAILURES = 16
"""Writes that fail until it is cheaper to look at each row: one bad row of 2,000 takes up to 12."""

RowT = TypeVar("RowT")
ResultT = TypeVar("ResultT")


class RowsRefusedError(Exception):
    """The server refused one of the rows of a statement, or several for the same cause."""

    def __init__(
        self, index: int | None, cause: BaseException, indexes: Collection[int] = ()
    ) -> None:
        super().__init__()
        self.index = index
        """Which of the rows it was; None where the server does not say."""
        self.cause = cause
        self.indexes = indexes
        """All of them, where that is known."""


def isolate_bad_rows(
    connection: sqlalchemy.Connection,
    rows: Sequence[RowT],
    write: Callable[[Sequence[RowT]], ResultT],
    refuse: Callable[[RowT, BaseException], None],
    probe: Callable[[Sequence[RowT]], dict[int, BaseException]] | None = None,
) -> Iterator[tuple[Sequence[RowT], ResultT]]:
    """Write all rows but those that the server refuses, in their order.

    `write` is called with parts of the rows, each in a savepoint, and raises RowsRefusedError or
    what `refuses_row`. Yields each part that was written and what `write` returned of it; `refuse`
    hears each row that was not, and why. `probe` tells the positions of rows that are refused, and
    perhaps not of all; what it writes is rolled back.

    n rows of which k are refused take at most about k * log2(n) writes, or 2 k where the server
    names the row; but with `probe`, if that knows all, a few writes however many are refused.
    """
    parts = [rows]
    failures = 0
    while parts:
        if probe is not None and failures >= _MAX_FAILURES:
            left = [row for part in reversed(parts) for row in part]
            refused = _probed(connection, left, probe)
            for position, cause in refused.items():
                refuse(left[position], cause)
            parts = [[row for position, row in enumerate(left) if position not in refused]]
            probe = None
        part = parts.pop()
        if not part:
            continue
        try:
            with connection.begin_nested():
                result = write(part)
        except RowsRefusedError as refusal:
            index, cause = refusal.index, refusal.cause
            if refusal.indexes:
                for place in sorted(refusal.indexes):
                    refuse(part[place], cause)
                parts.append([row for n, row in enumerate(part) if n not in refusal.indexes])
                continue
        except (psycopg.Error, *ROW_ERRORS) as error:
            if not refuses_row(error):
                raise
            index, cause = None, error
        else:
            yield part, result
            continue
        failures += 1
        if index is None and len(part) > 1:
            half = len(part) // 2
            parts += [part[half:], part[:half]]
        else:
            index = index if len(part) > 1 and index is not None else 0
            refuse(part[index], cause)
            parts += [part[index + 1 :], part[:index]]


def _probed(
    connection: sqlalchemy.Connection,
    rows: Sequence[RowT],
    probe: Callable[[Sequence[RowT]], dict[int, BaseException]],
) -> dict[int, BaseException]:
    with connection.begin_nested() as savepoint:
        refused = probe(rows)
        savepoint.rollback()
    return refused
