"""Takes back what runs did to the app's tables, the newest chunk first, a chunk a transaction.

Rows that a run inserted are deleted, rows that it overwrote get their former values, rows that it
(being an undo itself) deleted are inserted again. Only rows that still are what the run left are
touched; all others are kept, and reported. What an undo does it writes down as every run does,
with the chunk that it takes back, so that it can be undone itself and go on where it was cut off.

A row still is what the run left if nobody has written it since (`chunks.unchanged_since`). Where
that cannot be told, because it was written again with equal values or the database was restored
from a dump, its values must be those that the run wrote; for an inserted row, the columns that the
run did not fill must also be NULL, since nobody knows what was in them.

The app's triggers fire as ever. A row that they keep from being exactly what it was is reported.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
import sqlalchemy
from psycopg import sql
from psycopg.errors import ForeignKeyViolation

from desktop_migrator.errors import Cancelled
from desktop_migrator.messages import NOTHING, Message
from desktop_migrator.model import KeptReason, KeptRow, RowOwner, UndoCounts
from desktop_migrator.postgres.bookkeeping.chunks import (
    Action,
    ChunkRecord,
    changed_chunk_keys,
    insert_chunk,
    read_chunk,
    unchanged_since,
    undoable_changes,
)
from desktop_migrator.postgres.bookkeeping.journal import (
    JournalKey,
    journal_keys,
    read_before_images,
)
from desktop_migrator.postgres.connection.errors import (
    refuses_row,
    rejection_message,
    translate_errors,
)
from desktop_migrator.postgres.load.execute_each import execute_each, with_literals
from desktop_migrator.postgres.load.isolate_bad_rows import RowsRefusedError, isolate_bad_rows
from desktop_migrator.postgres.schema.introspect import introspect
from desktop_migrator.postgres.types import adapters
from desktop_migrator.postgres.undo.undo_table import UndoTable
from desktop_migrator.reporter import Reporter, Stage
from desktop_migrator.system.debug import debug_log

_log = debug_log("migration:undo")

Cursor = psycopg.Cursor[tuple[Any, ...]]
ChunkKey = tuple[str, int]

_MAX_EXAMPLES = 100
_RETRYABLE = {KeptReason.REFERENCED, KeptReason.REFUSED}
"""What may come right once other rows are undone."""
_MESSAGES = {
    KeptReason.CHANGED: Message("It was changed after the run."),
    KeptReason.GONE: Message("It was deleted after the run."),
    KeptReason.REFERENCED: Message("Other rows refer to it."),
    KeptReason.THERE: Message("There is a row with its id again."),
    KeptReason.REFUSED: Message("A trigger of the table kept it."),
    KeptReason.SHARED: Message("Several rows have its id."),
    KeptReason.ALTERED: Message("A trigger of the table gave it other values than before."),
}
_NEXT_SEQ = "SELECT coalesce(max(seq) + 1, 0) FROM desktop_migrator.chunks WHERE run = %s"


class _ChunkUndo:
    """The undoing of one chunk."""

    def __init__(self, cursor: Cursor, chunk: ChunkRecord, table: UndoTable | None) -> None:
        self.cursor = cursor
        self.chunk = chunk
        self.table = table
        self.before_images = read_before_images(cursor, chunk.key)
        self.counts = UndoCounts()
        self.kept: dict[str, tuple[KeptReason, Message]] = {}

    def count(self, action: Action, number: int) -> None:
        match action:
            case Action.DELETED:
                self.counts.deleted += number
            case Action.INSERTED:
                self.counts.inserted += number
            case _:
                self.counts.restored += number

    def mark_kept(self, ids: Iterable[str], reason: KeptReason, message: Message = NOTHING) -> None:
        for row_id in ids:
            self.kept[row_id] = reason, message or _MESSAGES[reason]


class Undoer:
    """Undoes runs for one run of undoing, which must stand in the bookkeeping; see `undo`."""

    def __init__(
        self,
        connection: sqlalchemy.Connection,
        *,
        run: str,
        reporter: Reporter,
        force: bool = False,
        check_fence: Callable[[Cursor], None] = lambda _: None,
    ) -> None:
        """`force` takes rows back that were changed since; `check_fence` opens each transaction."""
        self._connection = connection
        self._run = run
        self._reporter = reporter
        self._force = force
        self._check_fence = check_fence
        self._tables: dict[tuple[str, str, RowOwner | None], UndoTable | None] = {}
        with translate_errors(), connection.begin():
            cursor = adapters.cursor(connection)
            [(first,)] = cursor.execute(_NEXT_SEQ, [run]).fetchall()
        self._journal_keys = journal_keys(run, first)
        self.counts: dict[str, UndoCounts] = {}
        """By entity, of the chunks that are committed."""
        self.kept: list[KeptRow] = []
        """The first ones; all are in the run's chunks."""

    def undo(self, runs: Sequence[str]) -> None:
        """Undo these runs in this order; what is undone already is left alone.

        Raises Cancelled between two chunks, and DatabaseError.
        """
        with translate_errors(), self._connection.begin():
            cursor = adapters.cursor(self._connection)
            keys = [key for run in runs for key in changed_chunk_keys(cursor, run)]
        waiting: dict[ChunkKey, set[str] | None] = dict.fromkeys(keys)
        self._reporter.started(Stage.UNDO, len(waiting))
        # A row may be in the way of another that is undone later, so that is tried again.
        before = None
        while waiting and before != (before := self._changed_row_count()):
            waiting = self._undo_chunks(waiting, last=False)
        self._undo_chunks(waiting, last=True)

    def _changed_row_count(self) -> int:
        return sum(each.deleted + each.restored + each.inserted for each in self.counts.values())

    def _undo_chunks(
        self, waiting: dict[ChunkKey, set[str] | None], *, last: bool
    ) -> dict[ChunkKey, set[str] | None]:
        """Returns the rows to be tried again; None stands for all of a chunk's."""
        again: dict[ChunkKey, set[str] | None] = {}
        for done, (key, only) in enumerate(waiting.items(), 1):
            if self._reporter.cancelled:
                raise Cancelled
            with translate_errors(), self._connection.begin():
                part = self._undo_chunk(key, only)
                retried = {
                    row_id
                    for row_id, (because, _) in part.kept.items()
                    if because in _RETRYABLE and not last
                }
                final = {each: why for each, why in part.kept.items() if each not in retried}
                self._record_kept(part, final)
            if retried:
                again[key] = retried
            self._add_counts(part, final)
            _log.debug("chunk %d: %s", key[1], part.counts)
            if not last:
                self._reporter.advanced(Stage.UNDO, done, len(waiting))
        return again

    def _add_counts(
        self, chunk_undo: _ChunkUndo, kept: dict[str, tuple[KeptReason, Message]]
    ) -> None:
        entity = chunk_undo.chunk.entity
        chunk_undo.counts.kept = len(kept)
        self.counts.setdefault(entity, UndoCounts())
        self.counts[entity] += chunk_undo.counts
        for row_id, (because, why) in kept.items():
            if len(self.kept) < _MAX_EXAMPLES:
                self.kept.append(KeptRow(entity, row_id, because, why))

    def _undo_chunk(self, key: ChunkKey, only: set[str] | None) -> _ChunkUndo:
        cursor = adapters.cursor(self._connection)
        cursor.execute("SET LOCAL synchronous_commit = off")
        self._check_fence(cursor)
        chunk = read_chunk(cursor, key)
        part = _ChunkUndo(cursor, chunk, self._table(cursor, chunk))
        did = undoable_changes(cursor, key, chunk.ids, chunk.actions)
        did = {row_id: what for row_id, what in did.items() if only is None or row_id in only}
        if not did:
            return part
        if part.table is None:
            part.mark_kept(did, KeptReason.GONE)
            return part
        present, shared = part.table.lock_rows(list(did))
        there = {row_id for row_id in did if row_id in present}
        deleted = {row_id for row_id, what in did.items() if what is Action.DELETED}
        part.mark_kept(deleted & there, KeptReason.THERE)
        part.mark_kept(did.keys() - deleted - there, KeptReason.GONE, part.table.why_gone)
        there -= deleted
        part.mark_kept(there & shared, KeptReason.SHARED)
        there -= shared
        exact = unchanged_since(cursor, chunk, {row_id: present[row_id] for row_id in there})
        same = exact | self._rows_as_written(part, did, there - exact)
        if self._force:
            same = there
        part.mark_kept(there - same, KeptReason.CHANGED)
        inserted = [row_id for row_id in did if row_id in same and did[row_id] is Action.INSERTED]
        updated = [row_id for row_id in did if row_id in same and did[row_id] is Action.UPDATED]
        self._delete(part, inserted)
        self._restore(part, [each for each in updated if each in exact], exact=True)
        self._restore(part, [each for each in updated if each not in exact], exact=False)
        self._insert(part, [row_id for row_id in did if row_id in deleted - present.keys()])
        return part

    def _table(self, cursor: Cursor, chunk: ChunkRecord) -> UndoTable | None:
        """None where the table is gone."""
        key = chunk.target, chunk.columns[0], chunk.owner
        if key not in self._tables:
            found = introspect(self._connection, [chunk.target]).get(chunk.target)
            table = UndoTable(cursor, chunk.target, found, *key[1:]) if found else None
            self._tables[key] = table
        return self._tables[key]

    def _rows_as_written(
        self, chunk_undo: _ChunkUndo, actions: dict[str, Action], ids: set[str]
    ) -> set[str]:
        """Those that have the values which the chunk gave them, as far as can be told."""
        chunk, table = chunk_undo.chunk, chunk_undo.table
        if not ids or table is None:
            return set()
        if chunk.undoes_run is not None and chunk.undoes_seq is not None:
            of = chunk.undoes_run, chunk.undoes_seq
            images = read_before_images(chunk_undo.cursor, of).columns
            columns = [
                name
                for name in chunk.columns
                if name in table.writable_columns(images, for_insert=True)
            ]
            return ids - table.ids_differing_from_images(list(ids), of, images, columns)
        equal = ids - table.ids_differing_from_sent(chunk, list(ids))
        inserted = [row_id for row_id in equal if actions[row_id] is Action.INSERTED]
        return equal - table.ids_with_other_values(inserted, chunk.columns)

    def _delete(self, chunk_undo: _ChunkUndo, ids: list[str]) -> None:
        table = chunk_undo.table
        if not ids or table is None:
            return
        referenced = table.still_referenced(ids)
        chunk_undo.mark_kept(referenced, KeptReason.REFERENCED)
        rest = [row_id for row_id in ids if row_id not in referenced]
        states, _ = table.lock_rows(rest)
        columns = table.insertable_columns

        def change(entry: JournalKey, batch: list[str]) -> _Applied:
            done = table.delete(entry, batch)
            if len(done) < len(batch):
                _require_untouched(table, states, batch, set(batch).difference(done))
            return _Applied(done)

        self._apply_in_batches(
            chunk_undo, rest, Action.DELETED, columns, change, table.delete_statement()
        )

    def _restore(self, chunk_undo: _ChunkUndo, ids: list[str], *, exact: bool) -> None:
        table, images, of = chunk_undo.table, chunk_undo.before_images.columns, chunk_undo.chunk.key
        if not ids or table is None:
            return
        wanted = images if exact else chunk_undo.chunk.columns
        columns = [
            name for name in table.writable_columns(images, for_insert=False) if name in wanted
        ]
        if not columns:
            return

        def change(entry: JournalKey, batch: list[str]) -> _Applied:
            done = table.restore(entry, batch, of, images, columns)
            return _Applied(done, _changed_by_trigger(table, done, of, images, columns), exact)

        self._apply_in_batches(
            *(chunk_undo, ids, Action.UPDATED, columns, change),
            table.restore_statement(images, columns),
        )

    def _insert(self, chunk_undo: _ChunkUndo, ids: list[str]) -> None:
        table, images, of = chunk_undo.table, chunk_undo.before_images.columns, chunk_undo.chunk.key
        if not ids or table is None:
            return
        columns = table.writable_columns(images, for_insert=False)

        def change(entry: JournalKey, batch: list[str]) -> _Applied:
            done = table.insert(batch, of, images)
            return _Applied(done, _changed_by_trigger(table, done, of, images, columns), exact=True)

        self._apply_in_batches(
            chunk_undo,
            ids,
            Action.INSERTED,
            table.writable_columns(images, for_insert=True),
            change,
            table.insert_statement(images),
        )

    def _apply_in_batches(
        self,
        chunk_undo: _ChunkUndo,
        ids: list[str],
        action: Action,
        columns: Sequence[str],
        change: Callable[[JournalKey, list[str]], "_Applied"],
        statement: sql.Composed,
    ) -> None:
        """Change these rows but those that the server refuses; `statement` does the same to rows
        by the parameters of `UndoTable.parameters`, and keeps nothing of them."""

        def apply(batch: Sequence[str]) -> _Applied:
            key = next(self._journal_keys)
            applied = change(key, list(batch))
            chunk_undo.cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            self._record_applied(chunk_undo, key, action, columns, applied)
            return applied

        def refuse(row_id: str, cause: BaseException) -> None:
            told = NOTHING if isinstance(cause, RowKeptError) else rejection_message(cause)
            chunk_undo.mark_kept([row_id], KeptReason.REFUSED, told)

        def probe(left: Sequence[str]) -> dict[int, BaseException]:
            return _probe_rows(chunk_undo, statement, left)

        for batch, applied in isolate_bad_rows(self._connection, ids, apply, refuse, probe):
            chunk_undo.count(action, len(applied.ids))
            chunk_undo.mark_kept(set(batch).difference(applied.ids), KeptReason.REFUSED)
            chunk_undo.mark_kept(applied.changed_by_trigger, KeptReason.ALTERED)

    def _record_applied(
        self,
        chunk_undo: _ChunkUndo,
        journal_key: JournalKey,
        action: Action,
        columns: Sequence[str],
        applied: "_Applied",
    ) -> None:
        if not applied.ids or chunk_undo.table is None:
            return
        restored: list[int | None] | None = None
        if applied.exact:
            states = chunk_undo.before_images.xmins
            restored = [states[each] for each in applied.ids]
        there = action is not Action.DELETED
        state = chunk_undo.table.xmin_of(applied.ids[0]) if there else None
        self._insert_chunk_record(
            chunk_undo,
            journal_key,
            columns,
            applied.ids,
            action * len(applied.ids),
            state,
            restored,
        )

    def _record_kept(
        self, chunk_undo: _ChunkUndo, kept: dict[str, tuple[KeptReason, Message]]
    ) -> None:
        if kept:
            letters = "".join(because for because, _ in kept.values())
            columns = chunk_undo.chunk.columns[1:]
            self._insert_chunk_record(
                chunk_undo, next(self._journal_keys), columns, list(kept), letters
            )

    def _insert_chunk_record(
        self,
        chunk_undo: _ChunkUndo,
        journal_key: JournalKey,
        columns: Sequence[str],
        ids: list[str],
        actions: str,
        state: int | None = None,
        restored: list[int | None] | None = None,
    ) -> None:
        chunk = chunk_undo.chunk
        id_name = chunk.columns[0]
        record = ChunkRecord(
            run=journal_key.run,
            seq=journal_key.seq,
            entity=chunk.entity,
            target=chunk.target,
            columns=[id_name, *(name for name in columns if name != id_name)],
            ids=ids,
            actions=actions,
            state=state,
            undoes_run=chunk.run,
            undoes_seq=chunk.seq,
            restored=restored,
            owner_column=chunk.owner_column,
        )
        insert_chunk(chunk_undo.cursor, record)


@dataclass(frozen=True, slots=True)
class _Applied:
    """What came of a statement."""

    ids: list[str]
    changed_by_trigger: set[str] = field(default_factory=set)
    """Those that a trigger kept from being what they were."""
    exact: bool = False
    """Whether all are in the state of before again, but for what triggers did."""


def _probe_rows(
    chunk_undo: _ChunkUndo, statement: sql.Composed, ids: Sequence[str]
) -> dict[int, BaseException]:
    """The positions of rows that the server refuses one by one, whatever becomes of the others."""
    table, cursor = chunk_undo.table, chunk_undo.cursor
    if table is None:
        return {}
    parameters = (table.parameters([row_id], chunk_undo.chunk.key) for row_id in ids)
    refused: dict[int, BaseException] = {}
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    statements = (with_literals(cursor, statement, each) for each in parameters)
    for position, error in enumerate(execute_each(cursor.connection, statements)):
        if error is None or isinstance(error, ForeignKeyViolation):  # other rows may come to help
            continue
        if not refuses_row(error):
            raise error
        refused[position] = error
    return refused


class RowKeptError(Exception):
    """A trigger kept a row from being deleted and changed it instead."""


def _require_untouched(
    table: UndoTable, states: Mapping[str, int], batch: list[str], ids: set[str]
) -> None:
    """Raises RowsRefusedError, so that the trigger's own change is taken back too, if rows that
    are still there are not as they were."""
    now, _ = table.lock_rows(sorted(ids))
    touched = {row_id for row_id, state in now.items() if states.get(row_id) != state}
    if touched:
        places = {place for place, row_id in enumerate(batch) if row_id in touched}
        raise RowsRefusedError(None, RowKeptError(), places)


def _changed_by_trigger(
    table: UndoTable,
    ids: list[str],
    chunk_key: ChunkKey,
    images: Sequence[str],
    columns: Sequence[str],
) -> set[str]:
    """Those that are not as their images; written once more, since a trigger may have set them."""
    altered = table.ids_differing_from_images(ids, chunk_key, images, columns)
    if altered:
        table.restore_after_trigger(list(altered), chunk_key, images, columns)
        altered = table.ids_differing_from_images(ids, chunk_key, images, columns)
    return altered
