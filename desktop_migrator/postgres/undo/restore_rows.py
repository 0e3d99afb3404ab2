"""Rows put back from what COPY gave of them once, where there is no journal to undo by.

Rows that are gone are inserted; rows that differ are set to what they were only when forced, since
nobody knows any more who changed them. What is done is written down like a run's chunks, so that
it can be undone.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import sqlalchemy
from psycopg import sql

from desktop_migrator.errors import TableMissing
from desktop_migrator.messages import Message
from desktop_migrator.model import Counts, RowKey, RowOwner, Table, TargetEntity, row_owner
from desktop_migrator.postgres.bookkeeping.chunks import Action, ChunkRecord, insert_chunk
from desktop_migrator.postgres.bookkeeping.journal import JournalKey, with_before_images
from desktop_migrator.postgres.connection.errors import (
    rejection_message,
    translate_errors,
)
from desktop_migrator.postgres.load.isolate_bad_rows import RowsRefusedError, isolate_bad_rows
from desktop_migrator.postgres.load.table_writer import Cursor, TableWriter
from desktop_migrator.postgres.schema.introspect import introspect
from desktop_migrator.postgres.types import adapters
from desktop_migrator.postgres.types.digest import digester
from desktop_migrator.postgres.undo.undo_table import UndoTable

_STAGE = sql.Identifier("desktop_migrator_recreate")
_BATCH_ROWS = 1000

_SELECT_MISSING = sql.SQL("""
    SELECT stage.{id}::text FROM {stage} AS stage
    WHERE NOT EXISTS (SELECT FROM {table} AS target WHERE target.{id} = stage.{id}{own})
""")
_SELECT_DIFFERING = sql.SQL("""
    SELECT stage.{id}::text FROM {stage} AS stage JOIN {table} AS target ON target.{id} = stage.{id}
    WHERE ({different}){own}
""")
_INSERT = sql.SQL("""
    INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE
    SELECT {columns} FROM {stage} AS stage WHERE stage.{id} = ANY(%b{cast})
""")
_UPDATE = sql.SQL("""
    UPDATE {table} AS target SET {changes} FROM {stage} AS stage
    WHERE stage.{id} = ANY(%(ids)b{cast}) AND target.{id} = stage.{id}{own}
    RETURNING target.{id}::text AS id
""")


@dataclass(slots=True)
class RestoredRows:
    """What became of one table's rows."""

    counts: Counts = field(default_factory=Counts)
    """inserted, updated, unchanged, skipped (they differ), rejected (the table refuses them)."""
    reasons: list[Message] = field(default_factory=list)
    """Why the table refused rows; the first few."""


class RowRestorer:
    """Puts rows back for one run, in the caller's transaction."""

    def __init__(
        self,
        connection: sqlalchemy.Connection,
        journal_keys: Iterator[JournalKey],
        *,
        user_id: str,
        force: bool,
    ) -> None:
        self._connection = connection
        self._journal_keys = journal_keys
        self._user_id = user_id
        self._force = force

    def restore(
        self,
        entity: str,
        table_name: str,
        id_column: str,
        user_column: str | None,
        columns: Sequence[str],
        blocks: Iterable[bytes],
    ) -> RestoredRows:
        """`blocks` are in COPY's text format, of these columns. Raises TableMissing."""
        table = introspect(self._connection, [table_name]).get(table_name)
        if table is None or table.column(id_column) is None:
            raise TableMissing(table=table_name)
        work = _TableRestore(
            *(self._connection, self._journal_keys, entity, table, id_column),
            *(row_owner(table, id_column, user_column, self._user_id), columns),
        )
        with translate_errors():
            work.copy_to_stage(blocks)
            gone, differing = work.missing_ids(), work.differing_ids()
            work.apply_in_batches(gone, Action.INSERTED, work.insert)
            if self._force:
                work.apply_in_batches(differing, Action.UPDATED, work.update)
            else:
                work.result.counts.skipped = len(differing)
            work.finish(len(gone) + len(differing))
        return work.result


class _TableRestore:
    """One table's."""

    def __init__(
        self,
        connection: sqlalchemy.Connection,
        journal_keys: Iterator[JournalKey],
        entity: str,
        table: Table,
        id_column: str,
        owner: RowOwner | None,
        columns: Sequence[str],
    ) -> None:
        by_name = {column.name: column for column in table.columns}
        self._connection = connection
        self._cursor: Cursor = adapters.cursor(connection)
        self._journal_keys = journal_keys
        self._entity = entity
        self._table = adapters.escaped_identifier(*filter(None, (table.schema, table.name)))
        self._unescaped_table = adapters.table_name(table)
        self._source_columns = list(columns)
        self._id = by_name[id_column]
        self._key = RowKey(self._id, owner)
        name = ".".join(filter(None, (table.schema, table.name)))
        undo_table = UndoTable(self._cursor, name, table, id_column, owner)
        self._insertable_columns = undo_table.writable_columns(columns, for_insert=True)
        self._updatable_columns = undo_table.writable_columns(columns, for_insert=False)
        known = [by_name[name] for name in self._insertable_columns if by_name[name].type]
        self._digest_columns = (self._id, *(column for column in known if column != self._id))
        self._digest = digester(self._digest_columns)
        self._writer = TableWriter(
            TargetEntity(
                name=entity,
                table=table,
                id_column=id_column,
                user_column=None,
                columns=self._digest_columns,
                owner=owner,
            ),
            "",
        )
        self.result = RestoredRows()

    def copy_to_stage(self, blocks: Iterable[bytes]) -> None:
        """The rows into a table of this session; columns that are gone come as texts."""
        columns = [
            sql.Identifier(name)
            if name in self._insertable_columns
            else sql.SQL("NULL::text AS {}").format(sql.Identifier(name))
            for name in self._source_columns
        ]
        self._cursor.execute(
            sql.SQL(
                "CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA"
            ).format(_STAGE, sql.SQL(", ").join(columns), self._unescaped_table)
        )
        with self._cursor.copy(sql.SQL("COPY {} FROM STDIN").format(_STAGE)) as copy:
            for block in blocks:
                copy.write(block)
        self._rows = self._cursor.rowcount
        self._cursor.execute(sql.SQL("ANALYZE {}").format(_STAGE))

    def missing_ids(self) -> list[str]:
        return self._ids(_SELECT_MISSING)

    def differing_ids(self) -> list[str]:
        if not self._updatable_columns:
            return []
        different = sql.SQL(" OR ").join(
            sql.SQL("target.{0}::text IS DISTINCT FROM stage.{0}::text").format(
                sql.Identifier(name)
            )
            for name in self._updatable_columns
        )
        return self._ids(_SELECT_DIFFERING, different=different)

    def apply_in_batches(
        self, ids: list[str], action: Action, change: Callable[[JournalKey, list[str]], None]
    ) -> None:
        """Change these rows but those that the server refuses."""

        def write(batch: Sequence[str]) -> None:
            key = next(self._journal_keys)
            change(key, list(batch))
            self._writer.check_constraints(self._cursor)
            self._record(key, action, list(batch))

        counts = self.result.counts
        for start in range(0, len(ids), _BATCH_ROWS):
            batch = ids[start : start + _BATCH_ROWS]
            for written, _ in isolate_bad_rows(self._connection, batch, write, self._refuse):
                counts.inserted += len(written) if action is Action.INSERTED else 0
                counts.updated += len(written) if action is Action.UPDATED else 0

    def insert(self, _journal_key: JournalKey, ids: list[str]) -> None:
        statement = _INSERT.format(
            table=self._table,
            columns=sql.SQL(", ").join(map(adapters.escaped_identifier, self._insertable_columns)),
            stage=_STAGE,
            id=adapters.escaped_identifier(self._id.name),
            cast=adapters.ids_cast(self._id),
        )
        self._cursor.execute(statement, [ids])

    def update(self, journal_key: JournalKey, ids: list[str]) -> None:
        columns = self._updatable_columns
        changes = sql.SQL(", ").join(
            sql.SQL("{0} = stage.{0}").format(adapters.escaped_identifier(name)) for name in columns
        )
        change = _UPDATE.format(
            table=self._table,
            changes=changes,
            stage=_STAGE,
            id=adapters.escaped_identifier(self._id.name),
            cast=adapters.ids_cast(self._id),
            own=adapters.and_owned(self._key, "target"),
        )
        self._cursor.execute(
            with_before_images(change, self._table, self._key, columns),
            journal_key.query_parameters(self._writer.escaped_target, columns, ids),
        )

    def finish(self, changed: int) -> None:
        self.result.counts.unchanged = self._rows - changed
        self.result.counts.items = self._rows
        self._cursor.execute(sql.SQL("DROP TABLE {}").format(_STAGE))

    def _record(self, journal_key: JournalKey, action: Action, ids: list[str]) -> None:
        """As a chunk of the run. Raises RowsRefusedError for rows that a trigger kept away."""
        found = self._writer.read(self._cursor, ids)
        if len(found) < len(ids):
            raise RowsRefusedError(None, RowSuppressedError())
        record = ChunkRecord(
            run=journal_key.run,
            seq=journal_key.seq,
            entity=self._entity,
            target=self._writer.qualified_name,
            owner_column=owner.column if (owner := self._key.owner) else None,
            columns=tuple(column.name for column in self._digest_columns),
            ids=ids,
            actions=action * len(ids),
            digests=b"".join(self._digest(found[row_id].values) for row_id in ids),
        )
        insert_chunk(self._cursor, record, self._writer.xmin_query)

    def _refuse(self, _row_id: str, cause: BaseException) -> None:
        self.result.counts.rejected += 1
        if len(self.result.reasons) < 10:
            self.result.reasons.append(
                Message("A trigger of the table kept it.")
                if isinstance(cause, RowSuppressedError)
                else rejection_message(cause)
            )

    def _ids(self, query: sql.SQL, **parts: sql.Composable) -> list[str]:
        statement = query.format(
            stage=_STAGE,
            table=self._unescaped_table,
            id=sql.Identifier(self._id.name),
            own=adapters.and_owned(self._key, "target", escaped=False),
            **parts,
        )
        return [row_id for (row_id,) in self._cursor.execute(statement).fetchall()]


class RowSuppressedError(Exception):
    """A row is not there although the server took it."""
