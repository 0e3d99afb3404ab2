"""What PostgreSQL and its driver raise, told in our own errors: the one place for both.

A server's message can quote a row ("Key (email)=(…) already exists"), so only messages of kinds
that speak of names alone are passed on; of the others the kind is told, and table and constraint.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import sqlalchemy.exc
from psycopg import errors

from desktop_migrator.errors import (
    AuthenticationFailed,
    BadDatabaseUrl,
    ConnectionFailed,
    ConnectionRefused,
    DatabaseBusy,
    DatabaseError,
    DatabaseInterrupted,
    DatabaseReadOnly,
    MigratorError,
    PermissionMissing,
    TableMissing,
    TlsFailed,
)
from desktop_migrator.messages import N_, NOTHING, Message, verbatim
from desktop_migrator.postgres.connection.address import Address

# Classes of SQLSTATE (PostgreSQL, appendix A) whose messages hold names and settings alone.
_SAFE_MESSAGE_CLASSES = (
    "08",
    "0A",
    "25",
    "28",
    "3D",
    "3F",
    "40",
    "42",
    "53",
    "54",
    "55",
    "57",
    "58",
)
_ERROR_CLASSES: dict[str, type[DatabaseError]] = {
    "40": DatabaseInterrupted,
    "57P04": DatabaseError,  # the database was dropped
    # Resources but a full disk, locks, timeouts, restarts.
    **dict.fromkeys(("532", "533", "55P03", "55006", "57014", "57P", "25P03"), DatabaseBusy),
}

_CONNECTION_PREFIX = re.compile(
    r"connection (failed|is bad): (connection to server .*? failed: )?((FATAL|ERROR):\s+)?"
)
_BAD_PARAMETER = re.compile(r"invalid .* value|definition of service|service file")
_WRONG_LOGIN = re.compile(
    r"authentication failed|role .* does not exist|not permitted to log in|no password supplied"
)
_BUSY = re.compile(
    r"starting up|shutting down|recovery|too many|connection slots"
    r"|system is not (yet )?accepting connections"
)
_NO_TLS = re.compile(
    r"\bSSL\b|\bTLS\b|certificate|root\.crt|sslmode|no encryption"
    # What libpq will not have without it: a password in clear, or a login bound to nothing.
    r"|authentication method requirement|channel binding",
    re.IGNORECASE,
)


@contextmanager
def translate_errors() -> Iterator[None]:
    """Turn what SQLAlchemy or psycopg raises within into a `DatabaseError`.

    The original is not chained: its text and parameters may hold people's data.
    """
    try:
        yield
    except (sqlalchemy.exc.SQLAlchemyError, psycopg.Error) as error:
        raise translate_error(error) from None


def translate_error(error: Exception) -> MigratorError:
    """Our error for one of SQLAlchemy's or psycopg's, raised by a statement."""
    original = getattr(error, "orig", None) or error
    if not isinstance(original, psycopg.Error):
        return DatabaseError(reason=_error_label(type(original)))
    state = original.sqlstate or ""
    reason = _reason(original)
    match original:
        case errors.InsufficientPrivilege():
            return PermissionMissing(reason=reason, right=_missing_privilege(reason))
        case errors.ReadOnlySqlTransaction():
            return DatabaseReadOnly(reason=reason)
        case errors.UndefinedTable():
            table = re.search(r'"([^"]+)"', reason)
            return TableMissing(table=table[1] if table else Message("of that name"))
        case psycopg.OperationalError() if not state or state.startswith("08"):
            return ConnectionFailed(
                server=Message("The server"), reason=Message("the connection was lost")
            )
    kind = next(
        (kind for start, kind in _ERROR_CLASSES.items() if state.startswith(start)), DatabaseError
    )
    return kind(reason=reason)


def connection_failure(error: psycopg.Error, address: Address) -> MigratorError:
    """Our error for a connection that did not come about.

    libpq gives no SQLSTATE then, only English or the server's own language, and whether a
    password was asked for.
    """
    server = address.server
    text = str(error).split("\n")[0]
    said = _CONNECTION_PREFIX.sub("", text, count=1).strip()
    reason = verbatim(said)
    if text.startswith("failed to resolve host"):
        reason = Message("no machine of this name can be found")
    elif "invalid response" in text:
        reason = Message("what answers there is not PostgreSQL")
    said = str(reason)  # libpq's words name what it tried, which then is not what is amiss
    asked = bool(error.pgconn and error.pgconn.needs_password)
    answered = "FATAL" in text or bool(error.pgconn and error.pgconn.used_password)
    if asked or _WRONG_LOGIN.search(said):
        return AuthenticationFailed(server=server, user=address.user, password_missing=asked)
    if _BAD_PARAMETER.search(said):
        return BadDatabaseUrl(reason=reason)
    if _BUSY.search(said):
        return DatabaseBusy(reason=Message("{server}: {reason}", server=server, reason=reason))
    if _NO_TLS.search(said):
        return TlsFailed(server=server, reason=reason)
    return (ConnectionRefused if answered else ConnectionFailed)(server=server, reason=reason)


def _reason(error: psycopg.Error) -> str:
    message = error.diag.message_primary
    if message and (error.sqlstate or "").startswith(_SAFE_MESSAGE_CLASSES):
        return message
    places = [
        f"{kind} {name}"
        for kind, name in (
            ("table", error.diag.table_name),
            ("column", error.diag.column_name),
            ("constraint", error.diag.constraint_name),
        )
        if name
    ]
    return ", ".join([_error_label(type(error)), *places])


def _error_label(kind: type[Exception]) -> str:
    """UniqueViolation -> unique violation."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind.__name__).lower()


def _missing_privilege(reason: str) -> Message:
    """The right that is missing, as far as a message like 'permission denied for table x' says."""
    denied = re.search(r"permission denied (?:for|to) (.+)", reason)
    owner = re.search(r"must be owner of (.+)", reason)
    if denied:
        return Message("access to {object}", object=denied[1])
    if owner:
        return Message("ownership of {object}", object=owner[1])
    return verbatim(reason)


ROW_ERRORS = (
    psycopg.DataError,
    psycopg.IntegrityError,
    errors.RaiseException,
    errors.ProgramLimitExceeded,
    errors.StatementTooComplex,
    errors.TriggeredDataChangeViolation,
    UnicodeEncodeError,
    OverflowError,
    RecursionError,
)
"""What a single bad row can cause by itself; the last three before it is sent."""
_PASSING_STATES = ("08", "40", "53", "55P03", "57", "58")
"""Of locks, time-outs, resources and lost connections, whatever code they come up in."""
_IN_FUNCTION = re.compile(
    r"^(PL/\w|.{0,20}SQL.fun|.{0,10}fun\w* SQL)", re.MULTILINE | re.IGNORECASE
)
"""A line of a server's context, in the languages it speaks, for code of the table's own."""


def refuses_row(error: BaseException) -> bool:
    """Whether a row may be what the server refused.

    That is what rows can cause by themselves, and whatever else a trigger or another function of
    the table raises, which may use any SQLSTATE for it.
    """
    if isinstance(error, ROW_ERRORS):
        return True
    return isinstance(error, psycopg.Error) and (
        _known_place(error) is not None or _raised_in_function(error)
    )


def _raised_in_function(error: psycopg.Error) -> bool:
    state, context = error.sqlstate, error.diag.context
    if not state or not context or state.startswith(_PASSING_STATES):
        return False
    return _IN_FUNCTION.search(context) is not None


_MESSAGES = {
    "22001": N_("A text is longer than its column allows{column}."),
    "22003": N_("A number is out of its column's range{column}."),
    "22007": N_("A date or time is not one that the database knows{column}."),
    "22008": N_("A date or time is out of the database's range{column}."),
    "22021": N_("A text holds characters that the database cannot store{column}."),
    "22023": N_("A value is not allowed in its column{column}."),
    "22P02": N_("A value is not of its column's kind{column}."),
    "22P03": N_("A value is not of its column's kind{column}."),
    "22P05": N_("A text holds characters that the database cannot store{column}."),
    "23502": N_("A value is missing that its column must have{column}."),
    "23503": N_("It refers to a row that does not exist{constraint}."),
    "23505": N_("Another row already has the same value where each must have its own{constraint}."),
    "23514": N_("It breaks a rule of the table{constraint}."),
    "23P01": N_("It clashes with another row by a rule of the table{constraint}."),
    "27000": N_("A trigger of the table changes it at the same time."),
    "54000": N_("It is larger than an index of the table can take."),
    "54001": N_("Its JSON is nested more deeply than the database can read."),
    "P0001": N_("A trigger of the table refused it."),
}
_TRIGGER_MESSAGE = N_("A trigger or function of the table refused it ({state}).")
_PLACES = {
    ("23514", "ExecFindPartition"): (  # a check violation of no constraint
        N_("The table {table} has no partition for it."),
        N_("Have a partition made that takes such rows, or a default one, and migrate again."),
    ),
    ("42501", "ExecWithCheckOptions"): (
        N_("A policy of the table {table} (row-level security) does not let this login write it."),
        N_(
            "See that the user id is right, and that the database is told whose rows these are as "
            "its policies ask: by `session` in the plan, or by `options` in its address."
        ),
    ),
}
_REMEDIES = {
    "23502": N_("Have the plan fill the column, or give it a default, and migrate again."),
    "23503": N_(
        "See that the row it refers to is there (of a user: that the user id is right), and "
        "migrate again."
    ),
    "23505": N_(
        "Change or remove one of the two in the app, and migrate again; if both are one, say in "
        "the plan that this key identifies items (`identity`){constraint}."
    ),
    "P0001": N_("Ask the database's administrator what the trigger is for, and migrate again."),
}
_DEFAULT_REMEDY = N_("Correct the item in the app, or let the plan convert it, and migrate again.")
_COPY_LINE = re.compile(r"^COPY [^\n]*?, line (\d+)(?:, column ([^\n:]+))?", re.MULTILINE)


def copy_error_line(error: BaseException) -> int | None:
    """The line of the COPY, counted from 1, at which the server met the error; None: unknown."""
    found = _copy_context(error)
    return int(found[1]) if found else None


def _copy_context(error: BaseException) -> re.Match[str] | None:
    if isinstance(error, psycopg.Error) and error.diag.context:
        return _COPY_LINE.search(error.diag.context)
    return None


def rejection_message(error: BaseException) -> Message:
    """What a person is told of a row that was refused; holds no value."""
    if isinstance(error, RecursionError):
        return Message(_MESSAGES["54001"])
    if isinstance(error, OverflowError):
        return Message(_MESSAGES["22003"], column=NOTHING)
    if not isinstance(error, psycopg.Error) or error.sqlstate is None:
        return Message(_MESSAGES["22021"], column=NOTHING)
    if place := _known_place(error):
        return Message(_PLACES[place][0], table=error.diag.table_name or "")
    template = _MESSAGES.get(error.sqlstate)
    if template is None:
        by_function = _raised_in_function(error)
        unknown = _TRIGGER_MESSAGE if by_function else N_("The database refused it ({state}).")
        return Message(unknown, state=error.sqlstate)
    copied = _copy_context(error)
    column = error.diag.column_name or (copied[2] if copied else None)
    constraint = error.diag.constraint_name
    return Message(
        template,
        column=Message(" (column {column})", column=column) if column else NOTHING,
        constraint=f" ({constraint})" if constraint else "",
    )


def rejection_remedy(error: BaseException) -> Message:
    """What a person can do about it."""
    state = error.sqlstate if isinstance(error, psycopg.Error) else None
    if isinstance(error, psycopg.Error) and (place := _known_place(error)):
        return Message(_PLACES[place][1])
    if isinstance(error, psycopg.Error) and state not in _REMEDIES and _raised_in_function(error):
        state = "P0001"
    constraint = error.diag.constraint_name if isinstance(error, psycopg.Error) else None
    return Message(
        _REMEDIES.get(state or "", _DEFAULT_REMEDY),
        constraint=f" ({constraint})" if constraint else "",
    )


def _known_place(error: psycopg.Error) -> tuple[str, str] | None:
    """The SQLSTATE and the function of the server that tell more of an error than its class."""
    place = error.sqlstate or "", error.diag.source_function or ""
    return place if place in _PLACES else None
