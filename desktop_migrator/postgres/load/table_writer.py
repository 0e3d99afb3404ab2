"""One entity's table: which rows are there, new rows in by COPY, others changed through a stage."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from psycopg import sql

from desktop_migrator.model import Column, ColumnType, Item, Reference, TargetEntity
from desktop_migrator.postgres.bookkeeping.journal import Entry, keeping
from desktop_migrator.postgres.connection.errors import ROW_ERRORS, copy_line
from desktop_migrator.postgres.types import adapters
from desktop_migrator.postgres.types.digest import digester

Cursor = psycopg.Cursor[tuple[Any, ...]]
_STAGE = sql.Identifier("desktop_migrator_stage")


class RowsRefusedError(Exception):
    """The server refused one of the rows of a statement."""

    def __init__(self, index: int | None, cause: BaseException) -> None:
        super().__init__()
        self.index = index
        """Which of the rows it was; None where the server does not say."""
        self.cause = cause


@dataclass(frozen=True, slots=True)
class Found:
    """A row that is there already."""

    values: tuple[Any, ...]
    foreign: bool
    """Whether it belongs to another user, or to none."""
    several: bool = False
    """Whether other rows have its id too, so that a change would reach them as well."""


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """The columns that some items fill, where others leave some to the table's defaults."""

    columns: tuple[Column, ...]
    digest: Callable[[Sequence[Any]], bytes]
    pick: Callable[[Sequence[Any]], Sequence[Any]]
    """The shape's values among those of all columns."""

    def digest_of_row(self, values: Sequence[Any]) -> bytes:
        """A row's digest; empty, and so equal to no item's, for JSON that cannot be read."""
        try:
            return self.digest(values)
        except RecursionError:
            return b""


class Target:
    """The table of one entity, for one user's run."""

    def __init__(self, entity: TargetEntity, user_id: str) -> None:
        self.entity = entity
        self.name = ".".join(filter(None, (entity.table.schema, entity.table.name)))
        self._table = adapters.table_name(entity.table)
        self._name = adapters.identifier(*filter(None, (entity.table.schema, entity.table.name)))
        self._kept = [column.name for column in entity.table.columns if not column.generated]
        self._id = entity.columns[0]
        self._every = tuple(range(len(entity.columns)))
        self._shapes: dict[tuple[int, ...], Shape] = {}
        self._user = as_stored(entity, user_id)
        owner = (Column(entity.user_column, ColumnType.TEXT),) if entity.user_column else ()
        self.state = sql.SQL(
            "SELECT xmin::text::bigint FROM {} WHERE {} = ANY(%b{}) LIMIT 1"
        ).format(
            self._name,
            adapters.identifier(self._id.name),
            adapters.ids_cast(self._id),
        )
        self._probe = adapters.select(
            entity.table, self._id, (*entity.columns, *owner), suffix=" ORDER BY 1 FOR UPDATE"
        )
        self._look = adapters.select(entity.table, self._id, (*entity.columns, *owner))

    def shape(self, item: Item) -> Shape:
        values = item.values
        filled = self._every
        if msgspec.UNSET in values:
            filled = tuple(index for index in filled if values[index] is not msgspec.UNSET)
        shape = self._shapes.get(filled)
        if shape is None:
            columns = tuple(self.entity.columns[index] for index in filled)
            shape = self._shapes[filled] = Shape(columns, digester(columns), _picker(filled))
        return shape

    def lock(self, cursor: Cursor, ids: list[str]) -> dict[str, Found]:
        """The rows with these ids by id, locked until the transaction ends."""
        return self._found(adapters.read(cursor, self._probe, ids))

    def look(self, cursor: Cursor, ids: list[str]) -> dict[str, Found]:
        """The same without a lock."""
        return self._found(adapters.read(cursor, self._look, ids))

    def _found(self, rows: Iterable[tuple[Any, ...]]) -> dict[str, Found]:
        end = 1 + len(self._every)
        rows = list(rows)
        found = {
            row[0]: Found(row[1:end], foreign=len(row) > end and row[end] != self._user)
            for row in rows
        }
        if len(found) < len(rows):  # the app's key may have more columns, or there is none
            for id_, number in Counter(row[0] for row in rows).items():
                if number > 1:
                    found[id_] = replace(found[id_], several=True)
        return found

    def insert(self, cursor: Cursor, shape: Shape, rows: Sequence[Sequence[Any]]) -> list[bytes]:
        """New rows in; returns the digest of each."""
        digests: list[bytes] = []

        def rows_then_digests() -> Iterator[Sequence[Any]]:
            for row in rows:
                yield row
                digests.append(shape.digest(row))  # while the server is busy with those sent

        _copy(cursor, self._table, shape, rows_then_digests())
        return digests

    def update(
        self,
        cursor: Cursor,
        shape: Shape,
        rows: Sequence[Sequence[Any]],
        ids: list[str],
        entry: Entry,
    ) -> None:
        """The shape's columns of rows that are there, with these ids; journals what they were."""
        names = adapters.column_names(shape.columns)
        cursor.execute(
            sql.SQL(
                "CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA"
            ).format(_STAGE, names, self._table)
        )
        _copy(cursor, _STAGE, shape, rows)
        changes = sql.SQL(", ").join(
            sql.SQL("{0} = stage.{0}").format(adapters.identifier(column.name))
            for column in shape.columns[1:]
        )
        change = sql.SQL(
            "UPDATE {} AS target SET {} FROM {} AS stage WHERE target.{id} = stage.{id}"
            " RETURNING target.{id}::text AS id"
        ).format(self._name, changes, _STAGE, id=adapters.identifier(self._id.name))
        try:
            cursor.execute(
                keeping(change, self._name, self._id, self._kept),
                entry.parameters(self.name, self._kept, ids),
            )
        except ROW_ERRORS as error:
            raise RowsRefusedError(None, error) from None
        cursor.execute(sql.SQL("DROP TABLE {}").format(_STAGE))

    def check_constraints(self, cursor: Cursor) -> None:
        """Check now what the table would check at the commit, when no row can be left out."""
        try:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        except ROW_ERRORS as error:
            raise RowsRefusedError(None, error) from None


def _picker(filled: tuple[int, ...]) -> Callable[[Sequence[Any]], Sequence[Any]]:
    return itemgetter(*filled) if len(filled) > 1 else itemgetter(slice(1))


def as_stored(entity: TargetEntity | Reference, user_id: str) -> str:
    """The user's id as the text of the table's user column."""
    column = entity.table.column(entity.user_column or "")
    return str(UUID(user_id)) if column and column.type is ColumnType.UUID else user_id


def _copy(
    cursor: Cursor, table: sql.Identifier, shape: Shape, rows: Iterable[Sequence[Any]]
) -> None:
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(
        table, adapters.column_names(shape.columns)
    )
    index: int | None = 0
    try:
        with cursor.copy(statement) as copy:
            copy.set_types(adapters.types(shape.columns))
            for index, row in enumerate(rows):  # noqa: B007 - the handler below says which row it was
                copy.write_row(row)
    except ROW_ERRORS as error:
        if isinstance(error, psycopg.Error) and error.sqlstate:
            line = copy_line(error)
            index = line - 1 if line else None
        raise RowsRefusedError(index, error) from None
