"""The server refuses a row: all others are written without it, by bisection where it does not say
which one it is."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import psycopg
import sqlalchemy

from desktop_migrator.postgres.connection.errors import ROW_ERRORS, refuses_row

RowT = TypeVar("RowT")
ResultT = TypeVar("ResultT")


class RowsRefusedError(Exception):
    """The server refused one of the rows of a statement."""

    def __init__(self, index: int | None, cause: BaseException) -> None:
        super().__init__()
        self.index = index
        """Which of the rows it was; None where the server does not say."""
        self.cause = cause


def isolate_bad_rows(
    connection: sqlalchemy.Connection,
    rows: Sequence[RowT],
    write: Callable[[Sequence[RowT]], ResultT],
    refuse: Callable[[RowT, BaseException], None],
) -> Iterator[tuple[Sequence[RowT], ResultT]]:
    """Write all rows but those that the server refuses, in their order.

    `write` is called with parts of the rows, each in a savepoint, and raises RowsRefusedError or
    what `refuses_row`. Yields each part that was written and what `write` returned of it; `refuse`
    hears each row that was not, and why.

    n rows of which k are refused take at most about k * log2(n) writes, or 2 k where the server
    names the row.
    """
    parts = [rows]
    while parts:
        part = parts.pop()
        if not part:
            continue
        try:
            with connection.begin_nested():
                result = write(part)
        except RowsRefusedError as refusal:
            index, cause = refusal.index, refusal.cause
        except (psycopg.Error, *ROW_ERRORS) as error:
            if not refuses_row(error):
                raise
            index, cause = None, error
        else:
            yield part, result
            continue
        if index is None and len(part) > 1:
            half = len(part) // 2
            parts += [part[half:], part[:half]]
        else:
            index = index if len(part) > 1 and index is not None else 0
            refuse(part[index], cause)
            parts += [part[index + 1 :], part[:index]]
