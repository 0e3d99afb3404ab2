"""Takes back what runs did to the app's tables, the newest chunk first, a chunk a transaction.

Rows that a run inserted are deleted, rows that it overwrote get their former values, rows that it
(being an undo itself) deleted are inserted again. Only rows that still are what the run left are
touched; all others are kept, and reported. What an undo does it writes down as every run does,
with the chunk that it takes back, so that it can be undone itself and go on where it was cut off.

A row still is what the run left if nobody has written it since (`journal.untouched`). Where that
cannot be told, because it was written again with equal values or the database was restored from a
dump, its values must be those that the run wrote; for an inserted row, the columns that the run
did not fill must also be NULL, since nobody knows what was in them.

The app's triggers fire as ever. A row that they keep from being exactly what it was is reported.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
import sqlalchemy

from desktop_migrator.errors import Cancelled
from desktop_migrator.model import Kept, KeptBecause, UndoCounts
from desktop_migrator.postgres.bookkeeping.chunks import Action
from desktop_migrator.postgres.bookkeeping.journal import (
    CHANGES,
    Chunk,
    Entry,
    changes,
    chunks_of,
    entries,
    read_before,
    read_chunk,
    untouched,
)
from desktop_migrator.postgres.connection.errors import ROW_ERRORS, sentence, translated
from desktop_migrator.postgres.schema.introspect import introspect
from desktop_migrator.postgres.types import adapters
from desktop_migrator.postgres.undo.undo_table import UndoTable
from desktop_migrator.reporter import Reporter

Cursor = psycopg.Cursor[tuple[Any, ...]]
Key = tuple[str, int]

STAGE = "undo"
_SHOWN = 100
_RETRIED = {KeptBecause.REFERENCED, KeptBecause.REFUSED}
"""What may come right once other rows are undone."""
_SENTENCES = {
    KeptBecause.CHANGED: "It was changed after the run.",
    KeptBecause.GONE: "It was deleted after the run.",
    KeptBecause.REFERENCED: "Other rows refer to it.",
    KeptBecause.THERE: "There is a row with its id again.",
    KeptBecause.REFUSED: "A trigger of the table kept it.",
    KeptBecause.SHARED: "Several rows have its id.",
    KeptBecause.ALTERED: "A trigger of the table gave it other values than before.",
}
_NEXT_SEQ = "SELECT coalesce(max(seq) + 1, 0) FROM desktop_migrator.chunks WHERE run = %s"
_RECORD = """
    INSERT INTO desktop_migrator.chunks (
        run, seq, entity, target, columns, ids, actions, digests,
        inserted, updated, unchanged, skipped, deleted, state, undoes_run, undoes_seq, restored
    ) VALUES (%s, %s, %s, %s, %s, %b, %s, '', %s, %s, 0, %s, %s, %s, %s, %s, %s)
"""


class _Part:
    """The undoing of one chunk."""

    def __init__(self, cursor: Cursor, chunk: Chunk, table: UndoTable | None) -> None:
        self.cursor = cursor
        self.chunk = chunk
        self.table = table
        self.before = read_before(cursor, chunk.key)
        self.counts = UndoCounts()
        self.kept: dict[str, tuple[KeptBecause, str]] = {}

    def count(self, action: Action, number: int) -> None:
        match action:
            case Action.DELETED:
                self.counts.deleted += number
            case Action.INSERTED:
                self.counts.inserted += number
            case _:
                self.counts.restored += number

    def keep(self, ids: Iterable[str], because: KeptBecause, why: str = "") -> None:
        for row_id in ids:
            self.kept[row_id] = because, why or _SENTENCES[because]


class Undoer:
    """Undoes runs for one run of undoing, which must stand in the bookkeeping; see `undo`."""

    def __init__(
        self,
        connection: sqlalchemy.Connection,
        *,
        run: str,
        reporter: Reporter,
        force: bool = False,
        check: Callable[[Cursor], None] = lambda _: None,
    ) -> None:
        """`force` takes rows back that were changed since; `check` opens each transaction."""
        self._connection = connection
        self._run = run
        self._reporter = reporter
        self._force = force
        self._check = check
        self._tables: dict[tuple[str, str], UndoTable | None] = {}
        with translated(), connection.begin():
            cursor = adapters.cursor(connection)
            [(first,)] = cursor.execute(_NEXT_SEQ, [run]).fetchall()
        self._entries = entries(run, first)
        self.counts: dict[str, UndoCounts] = {}
        """By entity, of the chunks that are committed."""
        self.kept: list[Kept] = []
        """The first ones; all are in the run's chunks."""

    def undo(self, runs: Sequence[str]) -> None:
        """Undo these runs in this order; what is undone already is left alone.

        Raises Cancelled between two chunks, and DatabaseError.
        """
        with translated(), self._connection.begin():
            cursor = adapters.cursor(self._connection)
            keys = [key for run in runs for key in chunks_of(cursor, run)]
        waiting: dict[Key, set[str] | None] = dict.fromkeys(keys)
        self._reporter.started(STAGE, len(waiting))
        # A row may be in the way of another that is undone later, so that is tried again.
        before = None
        while waiting and before != (before := self._changed()):
            waiting = self._undo(waiting, last=False)
        self._undo(waiting, last=True)

    def _changed(self) -> int:
        return sum(each.deleted + each.restored + each.inserted for each in self.counts.values())

    def _undo(
        self, waiting: dict[Key, set[str] | None], *, last: bool
    ) -> dict[Key, set[str] | None]:
        """Returns the rows to be tried again; None stands for all of a chunk's."""
        again: dict[Key, set[str] | None] = {}
        for done, (key, only) in enumerate(waiting.items(), 1):
            if self._reporter.cancelled:
                raise Cancelled
            with translated(), self._connection.begin():
                part = self._undo_chunk(key, only)
                retried = {
                    row_id
                    for row_id, (because, _) in part.kept.items()
                    if because in _RETRIED and not last
                }
                settled = {each: why for each, why in part.kept.items() if each not in retried}
                self._record_kept(part, settled)
            if retried:
                again[key] = retried
            self._count(part, settled)
            if not last:
                self._reporter.advanced(STAGE, done, len(waiting))
        return again

    def _count(self, part: _Part, settled: dict[str, tuple[KeptBecause, str]]) -> None:
        entity = part.chunk.entity
        part.counts.kept = len(settled)
        self.counts.setdefault(entity, UndoCounts())
        self.counts[entity] += part.counts
        for row_id, (because, why) in settled.items():
            if len(self.kept) < _SHOWN:
                self.kept.append(Kept(entity, row_id, because, why))

    def _undo_chunk(self, key: Key, only: set[str] | None) -> _Part:
        cursor = adapters.cursor(self._connection)
        cursor.execute("SET LOCAL synchronous_commit = off")
        self._check(cursor)
        chunk = read_chunk(cursor, key)
        part = _Part(cursor, chunk, self._table(cursor, chunk))
        did = changes(cursor, key, chunk.ids, chunk.actions)
        did = {row_id: what for row_id, what in did.items() if only is None or row_id in only}
        if not did:
            return part
        if part.table is None:
            part.keep(did, KeptBecause.GONE)
            return part
        present, shared = part.table.lock(list(did))
        there = {row_id for row_id in did if row_id in present}
        deleted = {row_id for row_id, what in did.items() if what is Action.DELETED}
        part.keep(deleted & there, KeptBecause.THERE)
        part.keep(did.keys() - deleted - there, KeptBecause.GONE)
        there -= deleted
        part.keep(there & shared, KeptBecause.SHARED)
        there -= shared
        exact = untouched(cursor, chunk, {row_id: present[row_id] for row_id in there})
        same = exact | self._equal(part, did, there - exact)
        if self._force:
            same = there
        part.keep(there - same, KeptBecause.CHANGED)
        inserted = [row_id for row_id in did if row_id in same and did[row_id] is Action.INSERTED]
        updated = [row_id for row_id in did if row_id in same and did[row_id] is Action.UPDATED]
        self._delete(part, inserted)
        self._restore(part, [each for each in updated if each in exact], exact=True)
        self._restore(part, [each for each in updated if each not in exact], exact=False)
        self._insert(part, [row_id for row_id in did if row_id in deleted - present.keys()])
        return part

    def _table(self, cursor: Cursor, chunk: Chunk) -> UndoTable | None:
        """None where the table is gone."""
        key = chunk.target, chunk.columns[0]
        if key not in self._tables:
            found = introspect(self._connection, [chunk.target]).get(chunk.target)
            table = UndoTable(cursor, chunk.target, found, chunk.columns[0]) if found else None
            self._tables[key] = table
        return self._tables[key]

    def _equal(self, part: _Part, did: dict[str, Action], ids: set[str]) -> set[str]:
        """Those that have the values which the chunk gave them, as far as can be told."""
        chunk, table = part.chunk, part.table
        if not ids or table is None:
            return set()
        if chunk.undoes_run is not None and chunk.undoes_seq is not None:
            of = chunk.undoes_run, chunk.undoes_seq
            images = read_before(part.cursor, of).columns
            columns = [name for name in chunk.columns if name in table.writable(images, new=True)]
            return ids - table.differing(list(ids), of, images, columns)
        equal = ids - table.differing_from_sent(chunk, list(ids))
        inserted = [row_id for row_id in equal if did[row_id] is Action.INSERTED]
        return equal - table.filled_elsewhere(inserted, chunk.columns)

    def _delete(self, part: _Part, ids: list[str]) -> None:
        table = part.table
        if not ids or table is None:
            return
        referenced = table.referenced(ids)
        part.keep(referenced, KeptBecause.REFERENCED)
        rest = [row_id for row_id in ids if row_id not in referenced]
        columns = table.every

        def change(entry: Entry, batch: list[str]) -> _Done:
            return _Done(table.delete(entry, batch))

        self._act(part, rest, Action.DELETED, columns, change)

    def _restore(self, part: _Part, ids: list[str], *, exact: bool) -> None:
        table, images, of = part.table, part.before.columns, part.chunk.key
        if not ids or table is None:
            return
        wanted = images if exact else part.chunk.columns
        columns = [name for name in table.writable(images, new=False) if name in wanted]
        if not columns:
            return

        def change(entry: Entry, batch: list[str]) -> _Done:
            done = table.restore(entry, batch, of, images, columns)
            return _Done(done, _altered(table, done, of, images, columns), exact)

        self._act(part, ids, Action.UPDATED, columns, change)

    def _insert(self, part: _Part, ids: list[str]) -> None:
        table, images, of = part.table, part.before.columns, part.chunk.key
        if not ids or table is None:
            return
        columns = table.writable(images, new=False)

        def change(entry: Entry, batch: list[str]) -> _Done:
            done = table.insert(batch, of, images)
            return _Done(done, _altered(table, done, of, images, columns), exact=True)

        self._act(part, ids, Action.INSERTED, table.writable(images, new=True), change)

    def _act(
        self,
        part: _Part,
        ids: list[str],
        action: Action,
        columns: Sequence[str],
        change: Callable[[Entry, list[str]], "_Done"],
    ) -> None:
        """Change these rows but those that the server refuses."""
        pending = [ids]
        while pending:
            batch = pending.pop()
            if not batch:
                continue
            entry = next(self._entries)
            try:
                with self._connection.begin_nested():
                    done = change(entry, batch)
                    part.cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                    self._record(part, entry, action, columns, done)
            except ROW_ERRORS as error:
                if len(batch) == 1:
                    part.keep(batch, KeptBecause.REFUSED, sentence(error))
                else:
                    half = len(batch) // 2
                    pending += [batch[half:], batch[:half]]
            else:
                part.count(action, len(done.ids))
                part.keep(set(batch).difference(done.ids), KeptBecause.REFUSED)
                part.keep(done.altered, KeptBecause.ALTERED)

    def _record(
        self, part: _Part, entry: Entry, action: Action, columns: Sequence[str], done: "_Done"
    ) -> None:
        if not done.ids or part.table is None:
            return
        restored = None
        if done.exact:
            states = part.before.states
            restored = [None if each in done.altered else states[each] for each in done.ids]
        there = action is not Action.DELETED
        state = part.table.state_of(done.ids[0]) if there else None
        self._enter(part, entry, columns, done.ids, action * len(done.ids), state, restored)

    def _record_kept(self, part: _Part, kept: dict[str, tuple[KeptBecause, str]]) -> None:
        if kept:
            letters = "".join(because for because, _ in kept.values())
            columns = part.chunk.columns[1:]
            self._enter(part, next(self._entries), columns, list(kept), letters)

    def _enter(
        self,
        part: _Part,
        entry: Entry,
        columns: Sequence[str],
        ids: list[str],
        actions: str,
        state: int | None = None,
        restored: list[int | None] | None = None,
    ) -> None:
        chunk = part.chunk
        id_name = chunk.columns[0]
        numbers = [actions.count(action) for action in CHANGES]
        inserted, updated, deleted = numbers
        part.cursor.execute(
            _RECORD,
            [
                *(entry.run, entry.seq, chunk.entity, chunk.target),
                [id_name, *(name for name in columns if name != id_name)],
                *(ids, actions, inserted, updated, len(ids) - sum(numbers), deleted),
                *(state, chunk.run, chunk.seq, restored),
            ],
        )


@dataclass(frozen=True, slots=True)
class _Done:
    """What came of a statement."""

    ids: list[str]
    altered: set[str] = field(default_factory=set)
    """Those that a trigger kept from being what they were."""
    exact: bool = False
    """Whether the others are in the state of before again."""


def _altered(
    table: UndoTable, ids: list[str], of: Key, images: Sequence[str], columns: Sequence[str]
) -> set[str]:
    """Those that are not as their images; written once more, since a trigger may have set them."""
    altered = table.differing(ids, of, images, columns)
    if altered:
        table.restore_again(list(altered), of, images, columns)
        altered = table.differing(ids, of, images, columns)
    return altered
