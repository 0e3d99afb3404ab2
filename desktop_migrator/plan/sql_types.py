"""SQL's types that a plan can name, for tables that are made by it."""

import re

from desktop_migrator.model import Column, ColumnType

_SQL_TYPES = {
    "text": ColumnType.TEXT,
    "varchar": ColumnType.TEXT,
    "uuid": ColumnType.UUID,
    "boolean": ColumnType.BOOLEAN,
    "smallint": ColumnType.SMALLINT,
    "integer": ColumnType.INTEGER,
    "bigint": ColumnType.BIGINT,
    "numeric": ColumnType.NUMERIC,
    "double precision": ColumnType.DOUBLE,
    "timestamp": ColumnType.TIMESTAMP,
    "timestamptz": ColumnType.TIMESTAMPTZ,
    "date": ColumnType.DATE,
    "json": ColumnType.JSON,
    "jsonb": ColumnType.JSONB,
}
_SPELLINGS = {
    ColumnType.UUID: "uuid",
    ColumnType.BOOLEAN: "boolean",
    ColumnType.SMALLINT: "smallint",
    ColumnType.INTEGER: "integer",
    ColumnType.BIGINT: "bigint",
    ColumnType.DOUBLE: "double precision",
    ColumnType.TIMESTAMP: "timestamp",
    ColumnType.TIMESTAMPTZ: "timestamptz",
    ColumnType.DATE: "date",
    ColumnType.JSON: "json",
    ColumnType.JSONB: "jsonb",
}
_LONGEST_VARCHAR = 10_485_760
_MOST_DIGITS = 1000  # numeric(p, s)
_SQL_TYPE = re.compile(r"([a-z ]{1,20})(?:\((\d{1,8})(?:, ?(\d{1,4}))?\))?")


def column_of_type(name: str, declared: str, *, nullable: bool = True) -> Column:
    """A column as SQL would declare it: `varchar(255)`, `numeric(10, 2)` …

    Raises ValueError for a type that plans cannot fill.
    """
    found = _SQL_TYPE.fullmatch(declared)
    kind = _SQL_TYPES.get(found[1]) if found else None
    sized = {"varchar": 1, "numeric": 2}.get(found[1], 0) if found else 0
    if not found or not kind or (found[2] and not sized) or (found[3] and sized != 2):
        message = f"{declared!r} is none of {', '.join(_SQL_TYPES)}, varchar(n), numeric(p, s)"
        raise ValueError(message)
    size = int(found[2]) if found[2] else None
    scale = int(found[3] or 0)
    largest = _LONGEST_VARCHAR if sized == 1 else _MOST_DIGITS
    if size is not None and (not 1 <= size <= largest or scale > _MOST_DIGITS):
        message = f"{declared!r} has a size that PostgreSQL does not know"
        raise ValueError(message)
    return Column(
        name=name,
        type=kind,
        declared=declared,
        max_length=size if kind is ColumnType.TEXT else None,
        precision=(size, scale) if kind is ColumnType.NUMERIC and size else None,
        nullable=nullable,
    )


def spelled_type(column: Column) -> str:
    """A column's type as plans spell it; empty where they have none."""
    if column.type is ColumnType.TEXT:
        return f"varchar({column.max_length})" if column.max_length else "text"
    if column.type is ColumnType.NUMERIC:
        digits, places = column.precision or (0, 0)
        spelled = f"numeric({digits}, {places})" if digits else "numeric"
        try:
            column_of_type("x", spelled)
        except ValueError:
            return ""
        return spelled
    return _SPELLINGS.get(column.type, "")
