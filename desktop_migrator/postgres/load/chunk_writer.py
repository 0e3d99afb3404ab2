"""An item's way into its table: its row's id, what it refers to, what is to become of it and the
row, the row itself, and the record of all that.

Each step is a module (server_spellings, row_matching, references, decide, write_rows,
record_chunk); a `Chunk` is handed on from one to the next. What cannot be told of an item before
its neighbours are written waits for another round of the same steps: an item that has the natural
key of a row, whose id is another user's, that refers to one without a row, that is the second of an
id, or that clashed with a row somebody has just inserted.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy

from desktop_migrator.model import Item, TargetEntity
from desktop_migrator.postgres.bookkeeping.journal import JournalKey
from desktop_migrator.postgres.load.checkpoint import CompletedRows
from desktop_migrator.postgres.load.chunk import Chunk, RowKey
from desktop_migrator.postgres.load.conflicts import DecisionLookup
from desktop_migrator.postgres.load.decide import Decider
from desktop_migrator.postgres.load.load_options import LoadOptions
from desktop_migrator.postgres.load.load_order import shared_tables, table_key
from desktop_migrator.postgres.load.record_chunk import record_chunk
from desktop_migrator.postgres.load.references import ReferenceResolver
from desktop_migrator.postgres.load.row_matching import IdFactory, RowMatcher
from desktop_migrator.postgres.load.server_spellings import ServerSpellings
from desktop_migrator.postgres.load.table_writer import Cursor, TableWriter
from desktop_migrator.postgres.load.write_rows import write_rows


@dataclass(frozen=True, slots=True)
class _Steps:
    """Those of one entity."""

    writer: TableWriter
    shares_table: bool
    """Whether other entities' items go to the same table."""
    matcher: RowMatcher
    references: ReferenceResolver
    decider: Decider
    spellings: ServerSpellings


class ChunkWriter:
    """Writes chunks of some entities for one run, each in a transaction of the caller's."""

    def __init__(
        self,
        connection: sqlalchemy.Connection,
        entities: Iterable[TargetEntity],
        options: LoadOptions,
        *,
        make_id: IdFactory | None,
        decisions: DecisionLookup,
        observed: bool,
    ) -> None:
        """See Loader. With `observed`, what is done in the chunk tells its conflicts."""
        self._connection = connection
        self._make_id = make_id
        self._steps: dict[str, _Steps] = {}
        entities = list(entities)
        shared = shared_tables(entities)
        for entity in entities:
            writer = TableWriter(entity, options.user_id)
            self._steps[entity.name] = _Steps(
                writer,
                table_key(entity) in shared,
                RowMatcher(entity, options.user_id),
                ReferenceResolver(entity, options.user_id),
                Decider(writer, options.policy, decisions, observed=observed),
                ServerSpellings(entity),
            )
        self._decided_rows: set[RowKey] = set()
        """Of chunks that are committed, where several items may be one row."""

    def write(
        self,
        cursor: Cursor,
        entity: str,
        items: Sequence[Item],
        journal_keys: Iterator[JournalKey],
        completed: CompletedRows | None,
    ) -> Chunk:
        """Write the items, in their order, and the chunk's records; tell `committed` of it after.

        Leaves out what is `completed`. Raises psycopg.Error where more than a row is at fault.
        """
        steps = self._steps[entity]
        chunk = Chunk(cursor, new=list(items), rows_decided_before=self._decided_rows)
        steps.spellings.unify(self._connection, chunk)
        steps.references.resolve_foreign(chunk)
        while not chunk.is_finished:
            if steps.references.is_self_referencing:
                self._try_round(steps, chunk, journal_keys, completed)
            else:
                matched = steps.matcher.match_rows(chunk, self._make_id)
                self._write_round(steps, chunk, matched, journal_keys, completed)
        record_chunk(chunk, steps.writer)
        return chunk

    def committed(self, chunk: Chunk) -> None:
        self._decided_rows |= chunk.decided_rows

    def _try_round(
        self,
        steps: _Steps,
        chunk: Chunk,
        journal_keys: Iterator[JournalKey],
        completed: CompletedRows | None,
    ) -> None:
        """A round that is taken back and tried again without an item of it that fails, since others
        may refer to that one. The chunk's other items wait until it has gone well."""
        matched = [*steps.matcher.match_rows(chunk, self._make_id), *chunk.unresolved]
        while True:
            trial = Chunk(
                chunk.cursor,
                new=[],
                rows_decided_before=self._decided_rows,
                decided_rows=set(chunk.decided_rows),
                is_trial=True,
                retried=chunk.retried,
            )
            ready = steps.references.resolve_self(trial, matched)
            if not ready and chunk.waits_for_nothing_else:
                chunk.unresolved = trial.unresolved
                steps.references.resolve_dangling(chunk)
                return
            retried = len(chunk.retried)
            with self._connection.begin_nested() as savepoint:
                self._write_round(steps, trial, ready, journal_keys, completed)
                if not trial.rejected and len(chunk.retried) == retried:
                    chunk.unresolved = []
                    chunk.take_over(trial)
                    return
                savepoint.rollback()
            if len(chunk.retried) == retried:  # else others may have failed for want of it
                refused = {item.source for _, item in trial.rejected}
                chunk.rejected += trial.rejected
                matched = [item for item in matched if item.source not in refused]

    def _write_round(
        self,
        steps: _Steps,
        chunk: Chunk,
        items: Sequence[Item],
        journal_keys: Iterator[JournalKey],
        completed: CompletedRows | None,
    ) -> None:
        name = steps.writer.qualified_name
        many_items_per_row = steps.shares_table or steps.matcher.many_items_per_row
        if many_items_per_row:
            items = _first_of_each_row(chunk, items)
        if completed is not None:
            left = completed.not_done(chunk.cursor, steps.writer, items)
            chunk.completed += len(items) - len(left)
            if many_items_per_row:
                ids = {item.id for item in left}
                chunk.decided_rows |= {(name, item.id) for item in items if item.id not in ids}
            items = left
        operations = steps.decider.decide(chunk, items)
        done = len(chunk.done)
        write_rows(self._connection, steps.writer, chunk, operations, journal_keys)
        if many_items_per_row:
            chunk.decided_rows |= {(name, operation.item.id) for operation in chunk.done[done:]}


def _first_of_each_row(chunk: Chunk, items: Sequence[Item]) -> list[Item]:
    """The others wait for the next round."""
    by_id: dict[object, Item] = {}
    for item in items:
        if by_id.setdefault(item.id, item) is not item:
            chunk.ready.append(item)
    return list(by_id.values())
