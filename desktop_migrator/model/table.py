"""Where it goes: a target's tables as the plan and the loader see them."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class ColumnType(StrEnum):
    """The column types that a plan can fill."""

    TEXT = "text"
    UUID = "uuid"
    BOOLEAN = "boolean"
    SMALLINT = "smallint"
    INTEGER = "integer"
    BIGINT = "bigint"
    NUMERIC = "numeric"
    DOUBLE = "double"
    TIMESTAMP = "timestamp"
    TIMESTAMPTZ = "timestamptz"
    DATE = "date"
    JSON = "json"
    JSONB = "jsonb"
    ENUM = "enum"
    OTHER = "other"
    """Any other type that PostgreSQL reads from text; its values are texts."""


TIME_TYPES = (ColumnType.TIMESTAMP, ColumnType.TIMESTAMPTZ)
INTEGER_BITS = {ColumnType.SMALLINT: 16, ColumnType.INTEGER: 32, ColumnType.BIGINT: 64}


class IdStrategy(StrEnum):
    """Which id the row of an item gets."""

    KEEP = "keep"
    """The item's own, whatever it is."""
    DERIVE = "derive"
    """The item's own where it is unique by nature, else one that is always derived alike."""
    DATABASE = "database"
    """One that the database draws."""


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    type: ColumnType
    declared: str = ""
    """The type as the database spells it."""
    max_length: int | None = None
    """Characters, for varchar(n) and char(n)."""
    precision: tuple[int, int] | None = None
    """Digits in all and after the point, for numeric(p, s)."""
    time_digits: int | None = None
    """Digits after the second's point, for timestamp(n); None: six."""
    nullable: bool = True
    has_default: bool = False
    generated: bool = False
    """Computed by the database (generated or identity always): never written, but for ids that
    the database draws."""
    identity: Literal["always", "by default"] | None = None
    """An identity column's kind; its values come from a sequence of its own."""
    enum_values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """Columns of a table whose values are those of another table's, or of its own, rows."""

    columns: tuple[str, ...]
    schema: str
    table: str
    referred_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A target table, introspected or as the plan would create it."""

    name: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...] = ()
    schema: str | None = None
    unique: tuple[tuple[str, ...], ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    row_security: bool = False
    """Whether row-level security limits what this login sees and writes."""

    def has_unique_key(self, columns: Collection[str]) -> bool:
        """Whether it lets no two rows have the same values in these columns, or some of them."""
        return any(key and {*key} <= {*columns} for key in (self.primary_key, *self.unique))

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)
