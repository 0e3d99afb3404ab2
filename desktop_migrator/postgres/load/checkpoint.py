"""Where a run stands: what its chunks left in the bookkeeping, each in its own transaction.

A resumed run walks through all items anew and leaves out those that are done, whichever chunk
they are in now. An item is done if an earlier part of the run dealt with one of the same table and
id, and of the same values; what the browser has changed since is a new item. What an earlier part
rejected is tried again, and kept aside once.
"""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import psycopg
import sqlalchemy

from desktop_migrator.model import Counts, Item, Rejection
from desktop_migrator.postgres.connection.errors import ROW_ERRORS
from desktop_migrator.postgres.load.table_writer import Target
from desktop_migrator.postgres.types import adapters
from desktop_migrator.postgres.types.digest import DIGEST_SIZE
from desktop_migrator.postgres.types.text_escape import escape, to_bytes

Cursor = psycopg.Cursor[tuple[Any, ...]]

_REACHED = """
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
_REJECTED = """
SELECT entity, count(*) FROM desktop_migrator.quarantine WHERE run = %s GROUP BY entity
"""
_QUARANTINED = """
SELECT store, storage_key, key, position, sha256(raw)
FROM desktop_migrator.quarantine WHERE run = %s AND number <= %s
"""
_FORGET = "DROP TABLE IF EXISTS pg_temp.desktop_migrator_done"
_MAKE = f"""
CREATE TEMPORARY TABLE desktop_migrator_done AS
SELECT target, columns, row.id, substring(digests FROM (row.number - 1)::int * {DIGEST_SIZE} + 1
                                          FOR {DIGEST_SIZE}) AS digest
FROM desktop_migrator.chunks, unnest(ids) WITH ORDINALITY AS row (id, number)
WHERE run = %s AND seq <= %s;
"""  # noqa: S608 - a number of our own
_INDEX = "CREATE INDEX ON desktop_migrator_done (id)"
_ANALYZE = "ANALYZE desktop_migrator_done"  # without it, every look-up reads the whole table
_DONE = """
SELECT id, columns, digest FROM desktop_migrator_done WHERE id = ANY(%b::text[]) AND target = %s
"""


class Checkpoint(NamedTuple):
    """The last numbers given in a run; -1: none yet."""

    chunk: int = -1
    rejection: int = -1


_NOTHING = Checkpoint()


@dataclass(frozen=True, slots=True)
class Lane:
    """The numbers that one of several loaders of a run gives: every `of`-th beyond a checkpoint."""

    number: int = 0
    of: int = 1
    beyond: Checkpoint = _NOTHING

    @property
    def start(self) -> Checkpoint:
        """Where it stands before it has given one."""
        step = 1 + self.number - self.of
        return Checkpoint(self.beyond.chunk + step, self.beyond.rejection + step)


ALONE = Lane()


def reached(cursor: Cursor, run: str, lane: Lane = ALONE) -> Checkpoint:
    parameters = {"run": run, "number": lane.number, "of": lane.of} | lane.beyond._asdict()
    chunk, rejection = cursor.execute(_REACHED, parameters).fetchone() or (None, None)
    start = lane.start
    return Checkpoint(
        start.chunk if chunk is None else chunk,
        start.rejection if rejection is None else rejection,
    )


def counts_until_now(cursor: Cursor, run: str) -> dict[str, Counts]:
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
    for entity, rejected in cursor.execute(_REJECTED, [run]):
        result[entity] += Counts(items=rejected, rejected=rejected)
    return dict(result)


class Done:
    """What a run did until a checkpoint; beyond the rejections nothing of it is held here."""

    def __init__(self, run: str, until: Checkpoint) -> None:
        self._run = run
        self._until = until
        self._rejections: set[tuple[Any, ...]] = set()
        self._prepared: int | None = None
        """The session that has the table."""

    def prepare(self, cursor: Cursor) -> None:
        """Make what `left` and `holds` need, in each session anew; the transaction is committed."""
        session = cursor.connection.info.backend_pid
        if session == self._prepared:
            return
        cursor.execute(_FORGET)
        cursor.execute(_MAKE, [self._run, self._until.chunk])
        cursor.execute(_INDEX)
        cursor.execute(_ANALYZE)
        found = cursor.execute(_QUARANTINED, [self._run, self._until.rejection])
        self._rejections = set(found.fetchall())
        self._prepared = session

    def left(self, cursor: Cursor, target: Target, items: Sequence[Item]) -> list[Item]:
        """Those of the items, whose ids are settled, that are not done."""
        done = {
            (row_id, tuple(columns), digest)
            for row_id, columns, digest in cursor.execute(
                _DONE, [[str(item.id) for item in items], target.name]
            )
        }
        return [item for item in items if _mark(target, item) not in done]

    def holds(self, rejection: Rejection) -> bool:
        """Whether it was kept aside already."""
        source = rejection.source
        texts = (str(source.store.path), str(source.storage_key), source.key, source.position)
        digest = hashlib.sha256(to_bytes(rejection.raw)).digest()
        return (*map(escape, texts), digest) in self._rejections


def done_until_now(connection: sqlalchemy.Connection, run: str) -> Done:
    """What the run has done; good for the connection, in the caller's transaction."""
    cursor = adapters.cursor(connection)
    done = Done(run, reached(cursor, run))
    done.prepare(cursor)
    return done


def _mark(target: Target, item: Item) -> tuple[str, tuple[str, ...], bytes] | None:
    """By which a chunk's record knows an item; None for one that no chunk can hold."""
    shape = target.shape(item)
    try:
        digest = shape.digest(shape.pick(item.values))
    except ROW_ERRORS:
        return None
    return str(item.id), tuple(column.name for column in shape.columns), digest
