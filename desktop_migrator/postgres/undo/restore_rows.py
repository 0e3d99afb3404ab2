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
from desktop_migrator.model import Counts, Table, TargetEntity
from desktop_migrator.postgres.bookkeeping import chunks
from desktop_migrator.postgres.bookkeeping.chunks import Action, Written
from desktop_migrator.postgres.bookkeeping.journal import Entry, keeping
from desktop_migrator.postgres.connection.errors import ROW_ERRORS, sentence, translated
from desktop_migrator.postgres.load.table_writer import Cursor, Target
from desktop_migrator.postgres.schema.introspect import introspect
from desktop_migrator.postgres.types import adapters
from desktop_migrator.postgres.types.digest import digester
from desktop_migrator.postgres.undo.undo_table import UndoTable

_STAGE = sql.Identifier("desktop_migrator_recreate")
_BATCH = 1000

_GONE = sql.SQL("""
    SELECT stage.{id}::text FROM {stage} AS stage
    WHERE NOT EXISTS (SELECT FROM {table} AS target WHERE target.{id} = stage.{id})
""")
_DIFFERING = sql.SQL("""
    SELECT stage.{id}::text FROM {stage} AS stage JOIN {table} AS target ON target.{id} = stage.{id}
    WHERE {different}
""")
_INSERT = sql.SQL("""
    INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE
    SELECT {columns} FROM {stage} AS stage WHERE stage.{id} = ANY(%b{cast})
""")
_UPDATE = sql.SQL("""
    UPDATE {table} AS target SET {changes} FROM {stage} AS stage
    WHERE stage.{id} = ANY(%(ids)b{cast}) AND target.{id} = stage.{id}
    RETURNING target.{id}::text AS id
""")


@dataclass(slots=True)
class Recreated:
    """What became of one table's rows."""

    counts: Counts = field(default_factory=Counts)
    """inserted, updated, unchanged, skipped (they differ), rejected (the table refuses them)."""
    reasons: list[str] = field(default_factory=list)
    """Why the table refused rows; the first few."""


class Recreator:
    """Puts rows back for one run, in the caller's transaction."""

    def __init__(
        self, connection: sqlalchemy.Connection, entries: Iterator[Entry], *, force: bool
    ) -> None:
        self._connection = connection
        self._entries = entries
        self._force = force

    def recreate(
        self,
        entity: str,
        table_name: str,
        id_column: str,
        columns: Sequence[str],
        blocks: Iterable[bytes],
    ) -> Recreated:
        """`blocks` are in COPY's text format, of these columns. Raises TableMissing."""
        table = introspect(self._connection, [table_name]).get(table_name)
        if table is None or table.column(id_column) is None:
            raise TableMissing(table=table_name)
        work = _Work(self._connection, self._entries, entity, table, id_column, columns)
        with translated():
            work.stage(blocks)
            gone, differing = work.gone(), work.differing()
            work.write(gone, Action.INSERTED, work.insert)
            if self._force:
                work.write(differing, Action.UPDATED, work.update)
            else:
                work.result.counts.skipped = len(differing)
            work.finish(len(gone) + len(differing))
        return work.result


class _Work:
    """One table's."""

    def __init__(
        self,
        connection: sqlalchemy.Connection,
        entries: Iterator[Entry],
        entity: str,
        table: Table,
        id_column: str,
        columns: Sequence[str],
    ) -> None:
        by_name = {column.name: column for column in table.columns}
        self._connection = connection
        self._cursor: Cursor = adapters.cursor(connection)
        self._entries = entries
        self._entity = entity
        self._table = adapters.identifier(*filter(None, (table.schema, table.name)))
        self._plain_table = adapters.table_name(table)
        self._given = list(columns)
        self._id = by_name[id_column]
        name = ".".join(filter(None, (table.schema, table.name)))
        undo_table = UndoTable(self._cursor, name, table, id_column)
        self._inserted = undo_table.writable(columns, new=True)
        self._updated = undo_table.writable(columns, new=False)
        known = [by_name[name] for name in self._inserted if by_name[name].type]
        self._recorded = (self._id, *(column for column in known if column != self._id))
        self._digest = digester(self._recorded)
        self._target = Target(
            TargetEntity(
                name=entity,
                table=table,
                id_column=id_column,
                user_column=None,
                columns=self._recorded,
            ),
            "",
        )
        self.result = Recreated()

    def stage(self, blocks: Iterable[bytes]) -> None:
        """The rows into a table of this session; columns that are gone come as texts."""
        columns = [
            sql.Identifier(name)
            if name in self._inserted
            else sql.SQL("NULL::text AS {}").format(sql.Identifier(name))
            for name in self._given
        ]
        self._cursor.execute(
            sql.SQL(
                "CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA"
            ).format(_STAGE, sql.SQL(", ").join(columns), self._plain_table)
        )
        with self._cursor.copy(sql.SQL("COPY {} FROM STDIN").format(_STAGE)) as copy:
            for block in blocks:
                copy.write(block)
        self._rows = self._cursor.rowcount
        self._cursor.execute(sql.SQL("ANALYZE {}").format(_STAGE))

    def gone(self) -> list[str]:
        return self._ids(_GONE)

    def differing(self) -> list[str]:
        if not self._updated:
            return []
        different = sql.SQL(" OR ").join(
            sql.SQL("target.{0}::text IS DISTINCT FROM stage.{0}::text").format(
                sql.Identifier(name)
            )
            for name in self._updated
        )
        return self._ids(_DIFFERING, different=different)

    def write(
        self, ids: list[str], action: Action, change: Callable[[Entry, list[str]], None]
    ) -> None:
        """Change these rows but those that the server refuses."""
        pending = [ids[start : start + _BATCH] for start in range(0, len(ids), _BATCH)][::-1]
        while pending:
            batch = pending.pop()
            entry = next(self._entries)
            try:
                with self._connection.begin_nested():
                    change(entry, batch)
                    self._target.check_constraints(self._cursor)
                    self._record(entry, action, batch)
            except (*ROW_ERRORS, RefusedError) as error:
                if len(batch) > 1:
                    half = len(batch) // 2
                    pending += [batch[half:], batch[:half]]
                else:
                    self._refuse(error)
            else:
                counts = self.result.counts
                counts.inserted += len(batch) if action is Action.INSERTED else 0
                counts.updated += len(batch) if action is Action.UPDATED else 0

    def insert(self, _entry: Entry, ids: list[str]) -> None:
        statement = _INSERT.format(
            table=self._table,
            columns=sql.SQL(", ").join(map(adapters.identifier, self._inserted)),
            stage=_STAGE,
            id=adapters.identifier(self._id.name),
            cast=adapters.ids_cast(self._id),
        )
        self._cursor.execute(statement, [ids])

    def update(self, entry: Entry, ids: list[str]) -> None:
        columns = self._updated
        changes = sql.SQL(", ").join(
            sql.SQL("{0} = stage.{0}").format(adapters.identifier(name)) for name in columns
        )
        change = _UPDATE.format(
            table=self._table,
            changes=changes,
            stage=_STAGE,
            id=adapters.identifier(self._id.name),
            cast=adapters.ids_cast(self._id),
        )
        self._cursor.execute(
            keeping(change, self._table, self._id, columns),
            entry.parameters(self._target.name, columns, ids),
        )

    def finish(self, changed: int) -> None:
        self.result.counts.unchanged = self._rows - changed
        self.result.counts.items = self._rows
        self._cursor.execute(sql.SQL("DROP TABLE {}").format(_STAGE))

    def _record(self, entry: Entry, action: Action, ids: list[str]) -> None:
        """As a chunk of the run. Raises RefusedError for a row that a trigger kept away."""
        found = self._target.look(self._cursor, ids)
        if len(found) < len(ids):
            raise RefusedError
        chunks.chunk(
            self._cursor,
            run=entry.run,
            entity=self._entity,
            target=self._target.name,
            state=self._target.state,
            written=Written(
                seq=entry.seq,
                columns=tuple(column.name for column in self._recorded),
                ids=ids,
                actions=action * len(ids),
                digests=b"".join(self._digest(found[row_id].values) for row_id in ids),
            ),
        )

    def _refuse(self, error: BaseException) -> None:
        self.result.counts.rejected += 1
        if len(self.result.reasons) < 10:
            why = "A trigger of the table kept it." if isinstance(error, RefusedError) else ""
            self.result.reasons.append(why or sentence(error))

    def _ids(self, query: sql.SQL, **parts: sql.Composable) -> list[str]:
        statement = query.format(
            stage=_STAGE, table=self._plain_table, id=sql.Identifier(self._id.name), **parts
        )
        return [row_id for (row_id,) in self._cursor.execute(statement).fetchall()]


class RefusedError(Exception):
    """A row is not there although the server took it."""
