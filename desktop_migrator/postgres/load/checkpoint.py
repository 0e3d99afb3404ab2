"""Where a run stands: what its chunks left in the bookkeeping, each in its own transaction.

A resumed run walks through all items anew and leaves out those that are done, whichever chunk
they are in now. An item is done if an earlier part of the run dealt with one of the same table and
id, and of the same values; what the browser has changed since is a new item. What was merged is
known by the item's own values, so that what somebody has emptied since is not filled again. What an
earlier part rejected is tried again, and kept aside once.
"""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import psycopg
import sqlalchemy

from desktop_migrator.model import AsideItem, Counts, Item
from desktop_migrator.postgres.bookkeeping.quarantine import IS_REJECTION, AsideCode
from desktop_migrator.postgres.connection.errors import ROW_ERRORS
from desktop_migrator.postgres.load.table_writer import TableWriter
from desktop_migrator.postgres.types import adapters
from desktop_migrator.postgres.types.digest import DIGEST_SIZE
from desktop_migrator.postgres.types.text_escape import escape_unstorable, to_wtf8

Cursor = psycopg.Cursor[tuple[Any, ...]]

_LAST_NUMBERS = """
SELECT (SELECT max(seq) FROM desktop_migrator.chunks
        WHERE run = %(run)s AND seq > %(chunk)s AND (seq - %(chunk)s - 1) %% %(of)s = %(number)s),
       (SELECT max(number) FROM desktop_migrator.quarantine
        WHERE run = %(run)s AND number > %(rejection)s
          AND (number - %(rejection)s - 1) %% %(of)s = %(number)s)
"""
_COUNTS = """
SELECT entity, sum(inserted)::bigint, sum(updated)::bigint, sum(unchanged)::bigint,
       sum(skipped)::bigint
FROM desktop_migrator.chunks WHERE run = %s GROUP BY entity
"""
_ASIDE = f"""
SELECT entity, count(*) FILTER (WHERE {IS_REJECTION}),
       count(*) FILTER (WHERE code = '{AsideCode.SUPERSEDED}')
FROM desktop_migrator.quarantine WHERE run = %s GROUP BY entity
"""  # noqa: S608 - words of our own
_QUARANTINED = f"""
SELECT store, storage_key, key, position, sha256(raw)
FROM desktop_migrator.quarantine WHERE run = %s AND number <= %s AND code <> '{AsideCode.KEPT}'
"""  # noqa: S608 - words of our own
_DROP_TEMP_TABLE = "DROP TABLE IF EXISTS pg_temp.desktop_migrator_done"
_CREATE_TEMP_TABLE = f"""
CREATE TEMPORARY TABLE desktop_migrator_done AS
SELECT target, columns, row.id, substring(digests FROM (row.number - 1)::int * {DIGEST_SIZE} + 1
                                          FOR {DIGEST_SIZE}) AS digest,
       substring(merged FROM (row.number - 1)::int * {DIGEST_SIZE} + 1 FOR {DIGEST_SIZE}) AS merged
FROM desktop_migrator.chunks, unnest(ids) WITH ORDINALITY AS row (id, number)
WHERE run = %s AND seq <= %s;
"""  # noqa: S608 - a number of our own
_CREATE_TEMP_INDEX = "CREATE INDEX ON desktop_migrator_done (id)"
_ANALYZE_TEMP_TABLE = (
    "ANALYZE desktop_migrator_done"  # without it, every look-up reads the whole table
)
_SELECT_COMPLETED = """
SELECT id, columns, digest, merged FROM desktop_migrator_done
WHERE id = ANY(%b::text[]) AND target = %s
"""


class Checkpoint(NamedTuple):
    """The last numbers given in a run; -1: none yet."""

    chunk: int = -1
    rejection: int = -1


_NO_CHECKPOINT = Checkpoint()


@dataclass(frozen=True, slots=True)
class SequenceStripe:
    """The numbers that one of several loaders of a run gives: every `of`-th beyond a checkpoint."""

    index: int = 0
    stride: int = 1
    start_after: Checkpoint = _NO_CHECKPOINT

    @property
    def initial_checkpoint(self) -> Checkpoint:
        """Where it stands before it has given one."""
        step = 1 + self.index - self.stride
        return Checkpoint(self.start_after.chunk + step, self.start_after.rejection + step)


UNSTRIPED = SequenceStripe()


def last_checkpoint(cursor: Cursor, run: str, stripe: SequenceStripe = UNSTRIPED) -> Checkpoint:
    parameters = {
        "run": run,
        "number": stripe.index,
        "of": stripe.stride,
    } | stripe.start_after._asdict()
    chunk, rejection = cursor.execute(_LAST_NUMBERS, parameters).fetchone() or (None, None)
    start = stripe.initial_checkpoint
    return Checkpoint(
        start.chunk if chunk is None else chunk,
        start.rejection if rejection is None else rejection,
    )


def committed_counts(cursor: Cursor, run: str) -> dict[str, Counts]:
    """By entity, of all of the run that is committed."""
    result: dict[str, Counts] = defaultdict(Counts)
    for entity, inserted, updated, unchanged, skipped in cursor.execute(_COUNTS, [run]):
        result[entity] = Counts(
            items=inserted + updated + unchanged + skipped,
            inserted=inserted,
            updated=updated,
            unchanged=unchanged,
            skipped=skipped,
            conflicts=updated + skipped,
        )
    for entity, rejected, superseded in cursor.execute(_ASIDE, [run]):
        result[entity] += Counts(
            items=rejected + superseded, rejected=rejected, superseded=superseded
        )
    return dict(result)


class CompletedRows:
    """What a run did until a checkpoint; beyond what it kept aside nothing of it is held here."""

    def __init__(self, run: str, up_to: Checkpoint) -> None:
        self._run = run
        self._up_to = up_to
        self._aside: set[tuple[Any, ...]] = set()
        self._prepared_backend_pid: int | None = None
        """The session that has the table."""

    def create_temp_table(self, cursor: Cursor) -> None:
        """Make what `left` and `holds` need, in each session anew; the transaction is committed."""
        session = cursor.connection.info.backend_pid
        if session == self._prepared_backend_pid:
            return
        cursor.execute(_DROP_TEMP_TABLE)
        cursor.execute(_CREATE_TEMP_TABLE, [self._run, self._up_to.chunk])
        cursor.execute(_CREATE_TEMP_INDEX)
        cursor.execute(_ANALYZE_TEMP_TABLE)
        found = cursor.execute(_QUARANTINED, [self._run, self._up_to.rejection])
        self._aside = set(found.fetchall())
        self._prepared_backend_pid = session

    def not_done(self, cursor: Cursor, writer: TableWriter, items: Sequence[Item]) -> list[Item]:
        """Those of the items, whose ids are final, that are not done."""
        done: set[tuple[str, tuple[str, ...], bytes] | tuple[str, bytes]] = set()
        for row_id, columns, digest, merged in cursor.execute(
            _SELECT_COMPLETED, [[str(item.id) for item in items], writer.qualified_name]
        ):
            done.add((row_id, tuple(columns), digest) if merged is None else (row_id, merged))
        return [item for item in items if done.isdisjoint(_known_by(writer, item))]

    def has_aside(self, item: AsideItem) -> bool:
        """Whether it was kept aside already."""
        source = item.source
        texts = (str(source.store.path), str(source.storage_key), source.key, source.position)
        digest = hashlib.sha256(to_wtf8(item.raw)).digest()
        return (*map(escape_unstorable, texts), digest) in self._aside


def load_completed_rows(connection: sqlalchemy.Connection, run: str) -> CompletedRows:
    """What the run has done; good for the connection, in the caller's transaction."""
    cursor = adapters.cursor(connection)
    done = CompletedRows(run, last_checkpoint(cursor, run))
    done.create_temp_table(cursor)
    return done


def _known_by(
    writer: TableWriter, item: Item
) -> tuple[tuple[str, tuple[str, ...], bytes], tuple[str, bytes]] | tuple[()]:
    """By which a chunk's record knows an item, as it is or merged; nothing for one that no chunk
    can hold."""
    shape = writer.column_subset(item)
    try:
        digest = shape.digest(shape.project(item.values))
    except ROW_ERRORS:
        return ()
    names = tuple(column.name for column in shape.columns)
    return (str(item.id), names, digest), (str(item.id), shape.fingerprint(digest))
