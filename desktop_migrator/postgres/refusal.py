"""The server's refusals in our own words.

PostgreSQL's messages hold values ("Key (email)=(…) already exists"), so none of them is kept: the
sentences are made from the SQLSTATE and from names of columns and constraints.
"""

import re

import psycopg
from psycopg import errors

ROW_ERRORS = (
    psycopg.DataError,
    psycopg.IntegrityError,
    errors.RaiseException,
    errors.ProgramLimitExceeded,
    errors.StatementTooComplex,
    UnicodeEncodeError,
    OverflowError,
    RecursionError,
)
"""What a single bad row can cause; the last three before it is sent."""

_SENTENCES = {
    "22001": "A text is longer than its column allows{column}.",
    "22003": "A number is out of its column's range{column}.",
    "22007": "A date or time is not one that the database knows{column}.",
    "22008": "A date or time is out of the database's range{column}.",
    "22021": "A text holds characters that the database cannot store{column}.",
    "22023": "A value is not allowed in its column{column}.",
    "22P02": "A value is not of its column's kind{column}.",
    "22P03": "A value is not of its column's kind{column}.",
    "22P05": "A text holds characters that the database cannot store{column}.",
    "23502": "A value is missing that its column must have{column}.",
    "23503": "It refers to a row that does not exist{constraint}.",
    "23505": "Another row already has the same value where each must have its own{constraint}.",
    "23514": "It breaks a rule of the table{constraint}.",
    "23P01": "It clashes with another row by a rule of the table{constraint}.",
    "54000": "It is larger than an index of the table can take.",
    "54001": "Its JSON is nested more deeply than the database can read.",
    "P0001": "A trigger of the table refused it.",
}
_REMEDIES = {
    "23502": "Have the plan fill the column, or give it a default, and migrate again.",
    "23503": "See that the row it refers to is there (of a user: that the user id is right), and "
    "migrate again.",
    "23505": "Rename or remove one of the two in the app, and migrate again.",
    "P0001": "Ask the database's administrator what the trigger is for, and migrate again.",
}
_REMEDY = "Mend the item in the app, or let the plan convert it, and migrate again."
_COPY_LINE = re.compile(r"^COPY [^\n]*?, line (\d+)(?:, column ([^\n:]+))?", re.MULTILINE)


def copy_line(error: BaseException) -> int | None:
    """The line of the COPY, counted from 1, at which the server met the error; None: unknown."""
    found = _copy_context(error)
    return int(found[1]) if found else None


def _copy_context(error: BaseException) -> re.Match[str] | None:
    if isinstance(error, psycopg.Error) and error.diag.context:
        return _COPY_LINE.search(error.diag.context)
    return None


def sentence(error: BaseException) -> str:
    """What a person is told of a row that was refused; holds no value."""
    if isinstance(error, RecursionError):
        return _SENTENCES["54001"]
    if isinstance(error, OverflowError):
        return _SENTENCES["22003"].format(column="")
    if not isinstance(error, psycopg.Error) or error.sqlstate is None:
        return _SENTENCES["22021"].format(column="")
    copied = _copy_context(error)
    column = error.diag.column_name or (copied[2] if copied else None)
    constraint = error.diag.constraint_name
    template = _SENTENCES.get(error.sqlstate, f"The database refused it ({error.sqlstate}).")
    return template.format(
        column=f" (column {column})" if column else "",
        constraint=f" ({constraint})" if constraint else "",
    )


def remedy(error: BaseException) -> str:
    """What a person can do about it."""
    state = error.sqlstate if isinstance(error, psycopg.Error) else None
    return _REMEDIES.get(state or "", _REMEDY)
