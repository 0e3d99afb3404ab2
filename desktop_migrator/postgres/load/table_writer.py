"""One entity's table: which rows are there, new rows in by COPY, others changed through a stage."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from typing import Any, LiteralString
from uuid import UUID

import msgspec
import psycopg
from psycopg import sql

from desktop_migrator.model import Column, ColumnType, Item, Reference, TargetEntity
from desktop_migrator.postgres.bookkeeping.escaped_texts import escaped_target
from desktop_migrator.postgres.bookkeeping.journal import JournalKey, with_before_images
from desktop_migrator.postgres.connection.errors import ROW_ERRORS, copy_error_line, refuses_row
from desktop_migrator.postgres.load.isolate_bad_rows import RowsRefusedError
from desktop_migrator.postgres.load.stage import STAGE, Stage
from desktop_migrator.postgres.types import adapters
from desktop_migrator.postgres.types.digest import DIGEST_SIZE, digester

Cursor = psycopg.Cursor[tuple[Any, ...]]


_HAS_TRIGGERS = """
SELECT EXISTS (SELECT FROM pg_catalog.pg_trigger
               WHERE tgrelid = %s::regclass AND NOT tgisinternal AND tgenabled <> 'D'
                 AND tgtype::int & 20 <> 0)
"""
"""20: on INSERT or UPDATE."""


@dataclass(frozen=True, slots=True)
class ExistingRow:
    """A row that is there already."""

    values: Sequence[Any]
    owned_by_other: bool
    """Whether it belongs to another user, or to none."""
    ambiguous_id: bool = False
    """Whether other rows have its id too, so that a change would reach them as well."""


@dataclass(frozen=True, slots=True, eq=False)
class ColumnSubset:
    """The columns that some items fill, where others leave some to the table's defaults."""

    columns: tuple[Column, ...]
    digest: Callable[[Sequence[Any]], bytes]
    project: Callable[[Sequence[Any]], Sequence[Any]]
    """The shape's values among those of all columns."""

    def fingerprint(self, digest: bytes) -> bytes:
        """Of the columns filled and of what they are filled with, whose digest this is."""
        names = "\0".join(column.name for column in self.columns)
        return sha256(names.encode() + b"\0" + digest).digest()[:DIGEST_SIZE]

    def digest_row(self, values: Sequence[Any]) -> bytes:
        """A row's digest; empty, and so equal to no item's, for JSON that cannot be read."""
        try:
            return self.digest(values)
        except RecursionError:
            return b""


class TableWriter:
    """The table of one entity, for one user's run."""

    def __init__(self, entity: TargetEntity, user_id: str) -> None:
        self.entity = entity
        self.qualified_name = ".".join(filter(None, (entity.table.schema, entity.table.name)))
        self.escaped_target = escaped_target(self.qualified_name, entity.owner)
        self._table = adapters.table_name(entity.table)
        self._name = adapters.escaped_identifier(
            *filter(None, (entity.table.schema, entity.table.name))
        )
        self._journaled_columns = [
            column.name
            for column in entity.table.columns
            if not column.generated or column.identity
        ]
        self._id = entity.columns[0]
        self._key = entity.row_key
        self._all_positions = tuple(range(len(entity.columns)))
        self._subsets: dict[tuple[int, ...], ColumnSubset] = {}
        self.stored_user_id = stored_user_id(entity, user_id)
        owner = (Column(entity.user_column, ColumnType.TEXT),) if entity.user_column else ()
        self.xmin_query = sql.SQL(
            "SELECT xmin::text::bigint FROM {} AS target WHERE {} LIMIT 1"
        ).format(
            self._name,
            adapters.having_ids(self._key, sql.SQL("%b{}").format(adapters.ids_cast(self._id))),
        )
        self._owner = owner
        self._read_query = adapters.select_by_id(entity.table, self._key, (*entity.columns, *owner))
        self._times = {entity.updated_column, entity.created_column}
        self._has_triggers: bool | None = None

    def column_subset(self, item: Item) -> ColumnSubset:
        values = item.values
        filled = self._all_positions
        if msgspec.UNSET in values:
            filled = tuple(index for index in filled if values[index] is not msgspec.UNSET)
        shape = self._subsets.get(filled)
        if shape is None:
            columns = tuple(self.entity.columns[index] for index in filled)
            shape = self._subsets[filled] = ColumnSubset(
                columns, digester(columns), _projection(filled)
            )
        return shape

    def stream_for_update(
        self, cursor: Cursor, items: Sequence[Item], *, to_compare: bool = False
    ) -> Iterator[tuple[str, ExistingRow]]:
        """The rows that have these items' ids, by id, locked until the transaction ends.

        They come as the server sends them, for all of them may be more than memory holds; and but
        for the times, only the columns that items fill are read. The others are None. What is only
        `to_compare` with the items has some other value where no item has any.
        """
        return self._stream(cursor, items, " ORDER BY 1 FOR UPDATE", to_compare=to_compare)

    def stream(self, cursor: Cursor, items: Sequence[Item]) -> Iterator[tuple[str, ExistingRow]]:
        """The same without a lock."""
        return self._stream(cursor, items, " ORDER BY 1")

    def _stream(
        self,
        cursor: Cursor,
        items: Sequence[Item],
        suffix: LiteralString,
        *,
        to_compare: bool = False,
    ) -> Iterator[tuple[str, ExistingRow]]:
        if not items:
            return
        subsets = {self.column_subset(item) for item in items}
        filled = {column.name for subset in subsets for column in subset.columns}
        places = [
            place
            for place, column in enumerate(self.entity.columns)
            if column.name in filled or column.name in self._times
        ]
        columns = [self.entity.columns[place] for place in places]
        empty = [
            self.entity.columns[place]
            for place in places
            if to_compare
            and self.entity.columns[place].type in adapters.UNBOUNDED_TYPES
            and all(item.values[place] in (None, msgspec.UNSET) for item in items)
        ]
        query = adapters.select_by_id(
            *(self.entity.table, self._key, (*columns, *self._owner)),
            suffix=suffix,
            only_presence=empty,
        )
        rows = adapters.stream_rows(cursor, query, [str(item.id) for item in items])
        end = 1 + len(places)
        for row_id, same_id in groupby(rows, key=itemgetter(0)):
            row, *others = same_id  # the app's key may have more columns, or there is none
            values: list[Any] = [None] * len(self.entity.columns)
            for place, value in zip(places, row[1:end], strict=True):
                values[place] = value
            yield (
                row_id,
                ExistingRow(
                    values,
                    owned_by_other=len(row) > end and row[end] != self.stored_user_id,
                    ambiguous_id=bool(others),
                ),
            )

    def read(self, cursor: Cursor, ids: list[str]) -> dict[str, ExistingRow]:
        """Whole rows with these ids by id."""
        end = 1 + len(self._all_positions)
        return {
            row[0]: ExistingRow(
                row[1:end], owned_by_other=len(row) > end and row[end] != self.stored_user_id
            )
            for row in adapters.stream_rows(cursor, self._read_query, ids)
        }

    def has_triggers(self, cursor: Cursor) -> bool:
        """Whether some may change the rows that are written."""
        if self._has_triggers is None:
            name = self._table.as_string(cursor)
            row = cursor.execute(_HAS_TRIGGERS, [name]).fetchone()
            self._has_triggers = bool(row and row[0])
        return self._has_triggers

    def read_column(self, cursor: Cursor, column: Column, ids: list[str]) -> dict[str, Any]:
        """Its value in each of the rows, by id."""
        query = adapters.select_by_id(self.entity.table, self._key, [column])
        return dict(adapters.stream_rows(cursor, query, ids))

    def insert(
        self, cursor: Cursor, subset: ColumnSubset, rows: Sequence[Sequence[Any]]
    ) -> list[bytes]:
        """New rows in; returns the digest of each."""
        adapters.allow_far_times(cursor, subset.columns, rows)
        if self.entity.table.row_security:  # which COPY knows nothing of
            self._insert_staged(cursor, Stage(self.entity.table, subset.columns, mixed=False), rows)
            return [subset.digest(row) for row in rows]
        digests: list[bytes] = []

        def rows_then_digests() -> Iterator[Sequence[Any]]:
            for row in rows:
                yield row
                digests.append(subset.digest(row))  # while the server is busy with those sent

        _copy_in(cursor, self._table, subset.columns, rows_then_digests())
        return digests

    def insert_mixed(self, cursor: Cursor, rows: Sequence[Sequence[Any]]) -> bool:
        """New rows that fill different columns, UNSET elsewhere; false where that cannot be."""
        adapters.allow_far_times(cursor, self.entity.columns, rows)
        stage = Stage.of_rows(self.entity.table, self.entity.columns, rows)
        return self._insert_staged(cursor, stage, stage.staged_rows(self.entity.columns, rows))

    def _insert_staged(self, cursor: Cursor, stage: Stage, staged: Iterable[Sequence[Any]]) -> bool:
        insertion = stage.insertion(cursor)
        if insertion is None:
            return False
        stage.create(cursor)
        _copy_in(cursor, STAGE, stage.copied_columns, staged)
        try:
            cursor.execute(insertion)
        except (psycopg.Error, *ROW_ERRORS) as error:
            if not refuses_row(error):
                raise
            raise RowsRefusedError(None, error) from None
        stage.drop(cursor)
        return True

    def update(
        self,
        cursor: Cursor,
        rows: Sequence[Sequence[Any]],
        ids: list[str],
        journal_keys: Sequence[JournalKey],
    ) -> set[str]:
        """Rows that are there, with these ids, in the columns that are not UNSET.

        Journals what each was under its key, all of one run. Returns the ids of those changed: a
        trigger may have kept some.
        """
        stage = Stage.of_rows(self.entity.table, self.entity.columns, rows)
        if len(stage.columns) == 1:
            return set(ids)
        adapters.allow_far_times(cursor, self.entity.columns, rows)
        stage.create(cursor)
        _copy_in(
            *(cursor, STAGE, stage.copied_columns),
            stage.staged_rows(self.entity.columns, rows),
        )
        change = sql.SQL(
            "UPDATE {} AS target SET {} FROM {} AS stage WHERE target.{id} = stage.{id}{own}"
            " RETURNING target.{id}::text AS id"
        ).format(
            self._name,
            stage.assignments(),
            STAGE,
            id=adapters.escaped_identifier(self._id.name),
            own=adapters.and_owned(self._key, "target"),
        )
        first = journal_keys[0]
        parts = {
            row_id: key.seq for row_id, key in zip(ids, journal_keys, strict=True) if key != first
        }
        try:
            cursor.execute(
                with_before_images(change, self._name, self._key, self._journaled_columns),
                first.query_parameters(self.escaped_target, self._journaled_columns, ids, parts),
            )
            changed = {row_id for (part,) in cursor.fetchall() for row_id in part}
        except (psycopg.Error, *ROW_ERRORS) as error:
            if not refuses_row(error):
                raise
            raise RowsRefusedError(None, error) from None
        stage.drop(cursor)
        return changed

    def check_constraints(self, cursor: Cursor) -> None:
        """Check now what the table would check at the commit, when no row can be left out."""
        try:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        except (psycopg.Error, *ROW_ERRORS) as error:
            if not refuses_row(error):
                raise
            raise RowsRefusedError(None, error) from None


def _projection(positions: tuple[int, ...]) -> Callable[[Sequence[Any]], Sequence[Any]]:
    return itemgetter(*positions) if len(positions) > 1 else itemgetter(slice(1))


def stored_user_id(entity: TargetEntity | Reference, user_id: str) -> str:
    """The user's id as the text of the table's user column."""
    column = entity.table.column(entity.user_column or "")
    return str(UUID(user_id)) if column and column.type is ColumnType.UUID else user_id


def _copy_in(
    cursor: Cursor,
    table: sql.Identifier,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
) -> None:
    """Types that are known here go in binary; with others among them the server reads texts."""
    as_text = any(column.type is ColumnType.OTHER for column in columns)
    statement = sql.SQL("COPY {} ({}) FROM STDIN{}").format(
        table,
        adapters.column_names(columns),
        sql.SQL("" if as_text else " (FORMAT BINARY)"),
    )
    index: int | None = 0
    try:
        with cursor.copy(statement) as copy:
            if not as_text:
                copy.set_types(adapters.copy_types(columns))
            for index, row in enumerate(rows):  # noqa: B007 - the handler below says which row it was
                copy.write_row(adapters.texts_of_json(row) if as_text else row)
    except (psycopg.Error, *ROW_ERRORS) as error:
        if not refuses_row(error):
            raise
        if isinstance(error, psycopg.Error) and error.sqlstate:
            line = copy_error_line(error)
            index = line - 1 if line else None
        raise RowsRefusedError(index, error) from None
