"""One table, as undo works on it: who holds its rows, and rows back to what they were, in SQL.

Images never leave the server. Each method that changes rows takes their ids, journals what it
overwrites and returns the ids of the rows that it really changed; a trigger may keep some.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from desktop_migrator.messages import NOTHING, Message
from desktop_migrator.model import RowKey, RowOwner, Table
from desktop_migrator.postgres.bookkeeping.chunks import ChunkRecord
from desktop_migrator.postgres.bookkeeping.escaped_texts import escaped_target
from desktop_migrator.postgres.bookkeeping.journal import (
    JournalKey,
    ids_parameter,
    with_before_images,
)
from desktop_migrator.postgres.schema.introspect import ForeignKeyConstraint, find_foreign_keys
from desktop_migrator.postgres.types import adapters
from desktop_migrator.postgres.types.digest import DIGEST_SIZE, digester

Cursor = psycopg.Cursor[tuple[Any, ...]]
ChunkKey = tuple[str, int]

_COLUMNS = """
    SELECT a.attname AS name, n.nspname AS type_schema, t.typname AS type,
           a.attgenerated <> '' AS computed, a.attidentity = 'a' AS always
    FROM pg_catalog.pg_attribute a
    JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
    JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
    WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY a.attnum
"""
_IMAGES = sql.SQL("""
    desktop_migrator.journal AS journal,
    unnest(journal.ids, journal.images) AS image (id, texts, state, escaped)
""")
_OF_CHUNK = sql.SQL("""
    journal.run = %(of_run)s AND journal.seq = %(of_seq)s AND image.id = ANY(%(ids)b::text[])
""")
_LOCK = sql.SQL("""
    SELECT {id}::text, xmin::text::bigint FROM {table} AS target WHERE {these}
    ORDER BY 1 FOR UPDATE
""")
_REFERENCED = sql.SQL("""
    SELECT DISTINCT target.{id}::text FROM {table} AS target JOIN {child} AS child ON {same}
    WHERE {these} {others}
""")
_DELETE = sql.SQL("""
    DELETE FROM {table} AS target WHERE {these} RETURNING target.{id}::text AS id
""")
_UPDATE = sql.SQL("""
    UPDATE {table} AS target SET {changes} FROM {images}
    WHERE {of_chunk} AND {these} AND target.{id}::text = image.id
    RETURNING target.{id}::text AS id
""")
_INSERT = sql.SQL("""
    INSERT INTO {table} ({names}) OVERRIDING SYSTEM VALUE
    SELECT {values} FROM {images} WHERE {of_chunk}
    RETURNING {id}::text
""")
_DIFFERING = sql.SQL("""
    SELECT image.id FROM {table} AS target, {images}
    WHERE {of_chunk} AND {these} AND target.{id}::text = image.id
      AND ({different})
""")
_SELECT_FILLED = sql.SQL("SELECT {id}::text FROM {table} AS target WHERE {these} AND ({filled})")
_DELETE_ESCAPED = """
    DELETE FROM desktop_migrator.escaped_texts
    WHERE target = %(target)s AND target_id = ANY(%(ids)b::text[])
"""
_RESTORE_ESCAPED = sql.SQL("""
    INSERT INTO desktop_migrator.escaped_texts (target, target_id, columns)
    SELECT %(target)s, image.id, image.escaped FROM {images}
    WHERE {of_chunk} AND image.escaped IS NOT NULL
""").format(images=_IMAGES, of_chunk=_OF_CHUNK)


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    type_schema: str
    type: str
    computed: bool
    """Generated: never written."""
    always: bool
    """Identity always: written once, never changed."""


class UndoTable:
    def __init__(
        self, cursor: Cursor, name: str, table: Table, id_name: str, owner: RowOwner | None = None
    ) -> None:
        """`name` and `owner` are as in `chunks`; `table` has the column `id_name`."""
        self._escaped_target = escaped_target(name, owner)
        self._cursor = cursor
        self._table = table
        self._identifier = adapters.escaped_identifier(*filter(None, (table.schema, table.name)))
        self._id = next(column for column in table.columns if column.name == id_name)
        self._key = RowKey(self._id, owner)
        quoted = adapters.table_name(table).as_string(cursor)
        connection = cursor.connection
        columns = connection.cursor(row_factory=class_row(_Column))
        self._columns = {each.name: each for each in columns.execute(_COLUMNS, [quoted])}
        # A table that may not be read matters only where deleting would change its rows; where it
        # forbids the deleting, the server says so.
        self._references = [
            key
            for key in find_foreign_keys(connection, quoted)
            if key.incoming and not key.of_partition and (key.delete_changes_rows or key.readable)
        ]

    @property
    def why_gone(self) -> Message:
        """What may be the matter with rows that are not there; nothing but that they are gone."""
        if not self._table.row_security:
            return NOTHING
        return Message("It was deleted after the run, or row-level security hides it now.")

    @property
    def insertable_columns(self) -> list[str]:
        """The columns that a new row can be given."""
        return [column.name for column in self._columns.values() if not column.computed]

    def lock_rows(self, ids: list[str]) -> tuple[dict[str, int], set[str]]:
        """The states of the rows that are there, by id, and the ids that several rows have.

        Nobody changes these rows from now on.
        """
        rows = self._query(_LOCK, ids)
        states = dict(rows)
        if len(states) == len(rows):
            return states, set()
        numbers = Counter(row_id for row_id, _ in rows)
        return states, {row_id for row_id, number in numbers.items() if number > 1}

    def still_referenced(self, ids: list[str]) -> set[str]:
        """Those that rows would refer to which are not to be deleted with them."""
        found: set[str] = set()
        more = True
        while more:
            more = False
            rest = [row_id for row_id in ids if row_id not in found]
            for reference in self._references:
                new = {row_id for (row_id,) in self._find_referencing_rows(reference, rest)} - found
                found |= new
                more |= bool(new) and reference.outgoing
        return found

    def _find_referencing_rows(
        self, reference: ForeignKeyConstraint, ids: list[str]
    ) -> list[tuple[Any, ...]]:
        same = sql.SQL(" AND ").join(
            sql.SQL("child.{} = target.{}").format(
                adapters.escaped_identifier(name), adapters.escaped_identifier(referred)
            )
            for name, referred in zip(reference.columns, reference.referred_columns, strict=True)
        )
        these = adapters.having_ids(self._key, ids_parameter(self._id), "child")
        others = sql.SQL("AND NOT ({})").format(these)
        return self._query(
            _REFERENCED,
            ids,
            child=adapters.escaped_identifier(reference.schema, reference.table),
            same=same,
            others=others if reference.outgoing else sql.SQL(""),
        )

    def delete(self, journal_key: JournalKey, ids: list[str]) -> list[str]:
        done = self._execute_journaled(
            self.delete_statement(), journal_key, self.insertable_columns, ids
        )
        self._cursor.execute(_DELETE_ESCAPED, {"target": self._escaped_target, "ids": done})
        return done

    def restore(
        self,
        journal_key: JournalKey,
        ids: list[str],
        chunk_key: ChunkKey,
        images: Sequence[str],
        columns: Sequence[str],
    ) -> list[str]:
        """Give `columns` their values from the images of a chunk, which have columns `images`."""
        change = self.restore_statement(images, columns)
        done = self._execute_journaled(change, journal_key, columns, ids, chunk_key)
        self._restore_escaped_columns(chunk_key, done)
        return done

    def restore_after_trigger(
        self, ids: list[str], chunk_key: ChunkKey, images: Sequence[str], columns: Sequence[str]
    ) -> None:
        """The same where a trigger interfered; what was there is journaled already."""
        self._cursor.execute(
            self.restore_statement(images, columns), self.parameters(ids, chunk_key)
        )

    def insert(self, ids: list[str], chunk_key: ChunkKey, images: Sequence[str]) -> list[str]:
        """Rows that are not there, from the images of a chunk."""
        rows = self._cursor.execute(self.insert_statement(images), self.parameters(ids, chunk_key))
        done = [row_id for (row_id,) in rows]
        self._restore_escaped_columns(chunk_key, done)
        return done

    def ids_differing_from_images(
        self, ids: list[str], chunk_key: ChunkKey, images: Sequence[str], columns: Sequence[str]
    ) -> set[str]:
        """Those whose rows are not as a chunk's images have them."""
        if not columns:
            return set()
        different = sql.SQL(" OR ").join(
            sql.SQL("target.{}::text IS DISTINCT FROM image.texts[{}]").format(
                adapters.escaped_identifier(name), sql.Literal(images.index(name) + 1)
            )
            for name in columns
        )
        statement = self._format(_DIFFERING, different=different)
        return {
            row_id for (row_id,) in self._cursor.execute(statement, self.parameters(ids, chunk_key))
        }

    def ids_differing_from_sent(self, chunk: ChunkRecord, ids: list[str]) -> set[str]:
        """Those whose columns are not as a migration sent them."""
        by_name = {column.name: column for column in self._table.columns}
        if not by_name.keys() >= set(chunk.columns):
            return set(ids)
        columns = [by_name[name] for name in chunk.columns]
        size = DIGEST_SIZE
        sent = {
            row_id: chunk.digests[index * size : (index + 1) * size]
            for index, row_id in enumerate(chunk.ids)
        }
        digest = digester(columns)
        rows = adapters.stream_rows(
            self._cursor, adapters.select_by_id(self._table, self._key, columns), ids
        )
        return {row[0] for row in rows if digest(row[1:]) != sent[row[0]]}

    def ids_with_other_values(self, ids: list[str], columns: Sequence[str]) -> set[str]:
        """Those with a value in another column than these."""
        others = [
            sql.SQL("{} IS NOT NULL").format(adapters.escaped_identifier(column.name))
            for column in self._columns.values()
            if column.name not in columns and not column.computed
        ]
        if not others:
            return set()
        filled = sql.SQL(" OR ").join(others)
        return {row_id for (row_id,) in self._query(_SELECT_FILLED, ids, filled=filled)}

    def writable_columns(self, names: Sequence[str], *, for_insert: bool) -> list[str]:
        """Those of the columns that a row can be given, in a new row or in one that is there."""
        return [
            name
            for name in names
            if (column := self._columns.get(name)) is not None
            and not column.computed
            and (for_insert or not (column.always or name == self._id.name))
        ]

    def xmin_of(self, row_id: str) -> int | None:
        rows = self._query(_LOCK, [row_id])
        return rows[0][1] if rows else None

    def delete_statement(self) -> sql.Composed:
        return self._format(_DELETE)

    def insert_statement(self, images: Sequence[str]) -> sql.Composed:
        columns = self.writable_columns(images, for_insert=True)
        return self._format(
            _INSERT,
            names=sql.SQL(", ").join(map(adapters.escaped_identifier, columns)),
            values=sql.SQL(", ").join(self._value(name, images) for name in columns),
        )

    def restore_statement(self, images: Sequence[str], columns: Sequence[str]) -> sql.Composed:
        changes = sql.SQL(", ").join(
            sql.SQL("{} = {}").format(adapters.escaped_identifier(name), self._value(name, images))
            for name in columns
        )
        return self._format(_UPDATE, changes=changes)

    def _value(self, name: str, images: Sequence[str]) -> sql.Composed:
        """A column's value from an image; the type has no length, so nothing is cut off."""
        column = self._columns[name]
        place = sql.Literal(images.index(name) + 1)
        kind = adapters.escaped_identifier(column.type_schema, column.type)
        return sql.SQL("image.texts[{}]::{}").format(place, kind)

    def _execute_journaled(
        self,
        change: sql.Composed,
        journal_key: JournalKey,
        columns: Sequence[str],
        ids: list[str],
        chunk_key: ChunkKey | None = None,
    ) -> list[str]:
        parameters = journal_key.query_parameters(
            self._escaped_target, columns, ids
        ) | self.parameters(ids, chunk_key)
        row = self._cursor.execute(
            with_before_images(change, self._identifier, self._key, columns), parameters
        ).fetchone()
        return list(row[0]) if row else []

    def _restore_escaped_columns(self, chunk_key: ChunkKey, ids: list[str]) -> None:
        parameters = {"target": self._escaped_target} | self.parameters(ids, chunk_key)
        self._cursor.execute(_DELETE_ESCAPED, parameters)
        self._cursor.execute(_RESTORE_ESCAPED, parameters)

    def _query(self, template: sql.SQL, ids: list[str], **parts: Any) -> list[tuple[Any, ...]]:
        return self._cursor.execute(self._format(template, **parts), {"ids": ids}).fetchall()

    def _format(self, template: sql.SQL, **parts: sql.Composable) -> sql.Composed:
        return template.format(
            table=self._identifier,
            id=adapters.escaped_identifier(self._id.name),
            these=adapters.having_ids(self._key, ids_parameter(self._id)),
            images=_IMAGES,
            of_chunk=_OF_CHUNK,
            **parts,
        )

    def parameters(self, ids: list[str], chunk_key: ChunkKey | None) -> dict[str, Any]:
        """Those of the statements, by name: rows, and the chunk whose images they go by."""
        run, seq = chunk_key or (None, None)
        return {"ids": ids, "of_run": run, "of_seq": seq}
