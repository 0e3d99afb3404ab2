"""Rows to and from PostgreSQL in its binary format, with the types of `model.Item.values`.

Everything here goes past SQLAlchemy, which has no COPY, to the psycopg connection beneath it and
takes part in its transaction.
"""

import struct
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, LiteralString

import psycopg
import sqlalchemy
from psycopg import sql
from psycopg.abc import Buffer
from psycopg.adapt import Dumper, Loader
from psycopg.pq import Format

from desktop_migrator.far_times import FarDate, FarTime, date_from, time_from
from desktop_migrator.model import Column, ColumnType, RowKey, Table
from desktop_migrator.postgres.types.digest import BLANK_PADDED

# A timestamp's bytes are those of the timestamptz of the same clock in UTC, an enum's those of
# its name, so that psycopg's fast writers serve both.
_WIRE_TYPES = {
    ColumnType.TEXT: "text",
    ColumnType.ENUM: "text",
    ColumnType.UUID: "uuid",
    ColumnType.BOOLEAN: "bool",
    ColumnType.SMALLINT: "int2",
    ColumnType.INTEGER: "int4",
    ColumnType.BIGINT: "int8",
    ColumnType.NUMERIC: "numeric",
    ColumnType.DOUBLE: "float8",
    ColumnType.TIMESTAMP: "timestamptz",
    ColumnType.TIMESTAMPTZ: "timestamptz",
    ColumnType.DATE: "date",
    ColumnType.JSON: "json",
    ColumnType.JSONB: "jsonb",
    ColumnType.OTHER: "text",
}
_ARRAY_CASTS: dict[ColumnType, LiteralString] = {
    ColumnType.UUID: "::text[]::uuid[]",
    ColumnType.SMALLINT: "::text[]::bigint[]",
    ColumnType.INTEGER: "::text[]::bigint[]",
    ColumnType.BIGINT: "::text[]::bigint[]",
    ColumnType.BOOLEAN: "::text[]::boolean[]",
    ColumnType.NUMERIC: "::text[]::numeric[]",
    ColumnType.DOUBLE: "::text[]::double precision[]",
    ColumnType.TIMESTAMP: "::text[]::timestamp[]",
    ColumnType.TIMESTAMPTZ: "::text[]::timestamptz[]",
    ColumnType.DATE: "::text[]::date[]",
}
_CALENDAR_TYPES = {ColumnType.TIMESTAMP, ColumnType.TIMESTAMPTZ, ColumnType.DATE}
UNBOUNDED_TYPES = {ColumnType.TEXT, ColumnType.JSON, ColumnType.JSONB, ColumnType.OTHER}
"""Those whose values may be large."""
_POSTGRES_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_STREAM_ROWS = 8
"""Held at once, however large they are; more of them is hardly quicker."""
_FIRST_DAY = date(2000, 1, 1).toordinal()
_MICROSECOND = timedelta(microseconds=1)
_INT4, _INT8 = struct.Struct(">i"), struct.Struct(">q")


class _JsonDumper(Dumper):
    oid = psycopg.adapters.types["json"].oid
    format = Format.BINARY

    def dump(self, obj: bytes) -> bytes:
        return obj


class _JsonbDumper(Dumper):
    oid = psycopg.adapters.types["jsonb"].oid
    format = Format.BINARY

    def dump(self, obj: bytes) -> bytes:
        return b"\x01" + obj


class _JsonLoader(Loader):
    format = Format.BINARY

    def load(self, data: Buffer) -> bytes:
        return bytes(data)


class _JsonbLoader(Loader):
    format = Format.BINARY

    def load(self, data: Buffer) -> bytes:
        return bytes(data)[1:]


class _TimestampLoader(Loader):
    """Both kinds of timestamp as instants."""

    format = Format.BINARY

    def load(self, data: Buffer) -> datetime | FarTime:
        return time_from(_INT8.unpack(data)[0])


class _DateLoader(Loader):
    format = Format.BINARY

    def load(self, data: Buffer) -> date | FarDate:
        return date_from(_INT4.unpack(data)[0])


class _TimeDumper(Dumper):
    """Moments of any year. Slower than psycopg's own, and so only where there are far ones."""

    oid = psycopg.adapters.types["timestamptz"].oid
    format = Format.BINARY

    def dump(self, obj: datetime | FarTime) -> bytes:
        if isinstance(obj, FarTime):
            return _INT8.pack(obj.microseconds)
        return _INT8.pack((obj - _POSTGRES_EPOCH) // _MICROSECOND)


class _DateDumper(Dumper):
    oid = psycopg.adapters.types["date"].oid
    format = Format.BINARY

    def dump(self, obj: date | FarDate) -> bytes:
        return _INT4.pack(obj.days if isinstance(obj, FarDate) else obj.toordinal() - _FIRST_DAY)


def driver_connection(connection: sqlalchemy.Connection) -> psycopg.Connection[tuple[Any, ...]]:
    """The psycopg connection beneath."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        raise TypeError("the target is reached through psycopg alone")
    return driver


def cursor(connection: sqlalchemy.Connection) -> psycopg.Cursor[tuple[Any, ...]]:
    """A psycopg cursor in the connection's transaction that speaks the types of this module."""
    result: psycopg.Cursor[tuple[Any, ...]] = driver_connection(connection).cursor()
    adapters = result.adapters
    adapters.register_dumper(None, _JsonDumper)
    adapters.register_dumper(None, _JsonbDumper)
    adapters.register_loader("json", _JsonLoader)
    adapters.register_loader("jsonb", _JsonbLoader)
    adapters.register_loader("timestamp", _TimestampLoader)
    adapters.register_loader("timestamptz", _TimestampLoader)
    adapters.register_loader("date", _DateLoader)
    return result


def allow_far_times(
    cur: psycopg.Cursor[Any], columns: Sequence[Column], rows: Iterable[Sequence[Any]]
) -> None:
    """Have the cursor send times and dates of any year if there are such in the rows."""
    places = [place for place, column in enumerate(columns) if column.type in _CALENDAR_TYPES]
    if any(type(row[place]) in (FarTime, FarDate) for row in rows for place in places):
        cur.adapters.register_dumper(None, _TimeDumper)
        cur.adapters.register_dumper(None, _DateDumper)


def table_name(table: Table) -> sql.Identifier:
    return sql.Identifier(*filter(None, (table.schema, table.name)))


def column_names(columns: Iterable[Column]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(column.name) for column in columns)


def copy_types(columns: Iterable[Column]) -> list[str]:
    """What COPY's `set_types` needs to know."""
    return [
        "float4" if column.declared == "real" else _WIRE_TYPES[column.type] for column in columns
    ]


def texts_of_json(row: Iterable[Any]) -> list[Any]:
    """A row for COPY in text format, in which bytes would be bytea's; far times as texts too."""
    return [
        value.decode()
        if isinstance(value, bytes)
        else str(value)
        if isinstance(value, (FarTime, FarDate))
        else value
        for value in row
    ]


def ids_cast(id_column: Column) -> sql.SQL:
    """What casts an array of the ids' texts such that the id column's index is used."""
    if id_column.declared.startswith(BLANK_PADDED):
        return sql.SQL("::bpchar[]")
    return sql.SQL(_ARRAY_CASTS.get(id_column.type, "::text[]"))


def escaped_identifier(*names: str) -> sql.Identifier:
    """An identifier for a statement with parameters, where psycopg reads % as the start of one."""
    return sql.Identifier(*(name.replace("%", "%%") for name in names))


def and_owned(key: RowKey, alias: LiteralString, *, escaped: bool = True) -> sql.Composable:
    """What is to be added to a condition on ids so that it finds the person's rows alone.

    `escaped` is for a statement with parameters.
    """
    if key.owner is None:
        return sql.SQL("")
    column, user = key.owner.column, key.owner.user_id
    return sql.SQL(" AND {}.{} = {}").format(
        sql.SQL(alias),
        escaped_identifier(column) if escaped else sql.Identifier(column),
        sql.Literal(user.replace("%", "%%") if escaped else user),
    )


def having_ids(key: RowKey, ids: sql.Composable, alias: LiteralString = "target") -> sql.Composed:
    """The condition, in a statement with parameters, that finds the rows of an array of ids."""
    return sql.SQL("{}.{} = ANY({}){}").format(
        sql.SQL(alias), escaped_identifier(key.id_column.name), ids, and_owned(key, alias)
    )


def _select_expression(column: Column) -> sql.Composable:
    name = escaped_identifier(column.name)
    if column.type in {ColumnType.TEXT, ColumnType.ENUM, ColumnType.OTHER}:
        return sql.SQL("{}::text").format(name)
    return name


def _presence(column: Column) -> sql.Composable:
    """NULL where the column is, else a short value of its type."""
    name = escaped_identifier(column.name)
    kind = column.type.value if column.type in {ColumnType.JSON, ColumnType.JSONB} else "text"
    return sql.SQL("CASE WHEN {} IS NOT NULL THEN '0'::{} END").format(name, sql.SQL(kind))


def select_by_id(
    table: Table,
    key: RowKey,
    columns: Sequence[Column],
    suffix: LiteralString = "",
    only_presence: Collection[Column] = (),
) -> sql.Composed:
    """A query for the rows of some ids, given as texts: the id as text, then the columns.

    Of columns of `UNBOUNDED_TYPES` it may be asked only whether they hold something.
    """
    return sql.SQL("SELECT {}::text, {} FROM {} AS target WHERE {}{}").format(
        escaped_identifier(key.id_column.name),
        sql.SQL(", ").join(
            _presence(column) if column in only_presence else _select_expression(column)
            for column in columns
        ),
        escaped_identifier(*filter(None, (table.schema, table.name))),
        having_ids(key, sql.SQL("%b{}").format(ids_cast(key.id_column))),
        sql.SQL(suffix),
    )


def select_by_values(
    table: Table, id_column: Column, columns: Sequence[Column], wanted: Sequence[Column]
) -> sql.Composed:
    """As `select`, for rows that have one of the texts given for each of the wanted columns."""
    return sql.SQL("SELECT {}::text, {} FROM {} WHERE {}").format(
        escaped_identifier(id_column.name),
        sql.SQL(", ").join(map(_select_expression, columns)),
        escaped_identifier(*filter(None, (table.schema, table.name))),
        sql.SQL(" AND ").join(
            sql.SQL("{} = ANY(%b{})").format(
                # A cast keeps an index from being used, but an enum knows no texts.
                _select_expression(column)
                if column.type is ColumnType.ENUM
                else escaped_identifier(column.name),
                ids_cast(column),
            )
            for column in wanted
        ),
    )


def stream_rows(
    cur: psycopg.Cursor[tuple[Any, ...]], query: sql.Composed, *texts: list[str]
) -> Iterable[tuple[Any, ...]]:
    """The rows of a query made here, while the server is still sending the rest."""
    return cur.stream(query, texts, binary=True, size=_STREAM_ROWS)
