"""Finds the conflicts that wait for an answer: a load up to each decision, without writing.

It takes no locks on rows. What it writes down of identities is the caller's to roll back.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy
from msgspec import UNSET

from desktop_migrator.errors import Cancelled
from desktop_migrator.model import Conflict, ConflictPolicy, Item, Rejection, TargetEntity
from desktop_migrator.postgres.connection.errors import ROW_ERRORS, translated
from desktop_migrator.postgres.load.batches import ChunkLimits, chunks
from desktop_migrator.postgres.load.checkpoint import Done
from desktop_migrator.postgres.load.conflicts import Answers, Judge, Times, differences
from desktop_migrator.postgres.load.references import Links
from desktop_migrator.postgres.load.row_matching import Adoption
from desktop_migrator.postgres.load.table_writer import Cursor, Found, Target
from desktop_migrator.postgres.types import adapters
from desktop_migrator.postgres.types.merge import merge_values
from desktop_migrator.reporter import Reporter

STAGE = "compare"


def open_conflicts(
    connection: sqlalchemy.Connection,
    entities: Sequence[TargetEntity],
    outcomes: Iterable[Item | Rejection],
    *,
    user_id: str,
    policy: ConflictPolicy,
    answers: Answers,
    reporter: Reporter,
    total: int,
    former: Done | None = None,
) -> Iterator[Conflict]:
    """The conflicts that need an answer and have none; `total` is for progress alone.

    What a former part of the run has done is no conflict any more. Raises Cancelled between two
    chunks and DatabaseError.
    """
    referred = {reference.entity for entity in entities for reference in entity.references}
    finders = {
        entity.name: _Finder(
            entity, user_id, policy, answers, former, referred=entity.name in referred
        )
        for entity in entities
    }
    reporter.started(STAGE, total)
    done = 0
    with translated():
        for chunk in chunks(outcomes, finders, ChunkLimits()):
            if reporter.cancelled:
                raise Cancelled
            yield from finders[chunk.entity].find(adapters.cursor(connection), chunk.items)
            done += len(chunk)
            reporter.advanced(STAGE, done, total)
    if done < total:
        reporter.advanced(STAGE, total, total)


class _Finder:
    def __init__(
        self,
        entity: TargetEntity,
        user_id: str,
        policy: ConflictPolicy,
        answers: Answers,
        done: Done | None,
        *,
        referred: bool,
    ) -> None:
        self._referred = referred
        self._entity = entity
        self._judge = Judge(entity, policy)
        self._answers = answers
        self._target = Target(entity, user_id)
        self._adoption = Adoption(entity, user_id)
        self._done = done
        self._links = Links(entity, user_id)

    def find(self, cursor: Cursor, items: Sequence[Item]) -> Iterator[Conflict]:
        if not items or not (self._judge.asks or self._referred):
            return
        # Writes down the ids of items that others refer to.
        own, clashing = self._adoption.resolve(cursor, items)
        if not self._judge.asks:
            return
        known = own + self._adoption.adopt(cursor, clashing)
        known = self._links.supposed(cursor, known, loaded=False)
        if self._done:
            known = self._done.left(cursor, self._target, known)
        rows = self._target.look(cursor, [str(item.id) for item in known])
        for item in known:
            found = rows.get(str(item.id))
            if found is not None and not (found.foreign or found.several):
                yield from self._compare(item, found)

    def _compare(self, item: Item, found: Found) -> Iterator[Conflict]:
        shape = self._target.shape(item)
        row, new = shape.pick(found.values), shape.pick(item.values)
        try:
            digest = shape.digest(new)
        except ROW_ERRORS:
            return  # the load will reject it
        row_digest = shape.digest_of_row(row)
        name, row_id = self._entity.name, str(item.id)
        if digest == row_digest or self._answers(name, row_id, row_digest, digest):
            return
        times = self._judge.times
        yield conflict_of(self._target, times, item, found.values, row_digest, digest)


def conflict_of(
    target: Target,
    times: Times,
    item: Item,
    values: Sequence[Any],
    row_digest: bytes,
    item_digest: bytes,
) -> Conflict:
    """What a person has to know of an item and of its row's `values`, which differ.

    The digests are of the columns that the item fills.
    """
    shape = target.shape(item)
    row, new = shape.pick(values), shape.pick(item.values)
    try:
        changes = merge_values(shape.columns, row, new)
        merged = [
            old if change is UNSET else change for old, change in zip(row, changes, strict=True)
        ]
        merged_digest = shape.digest(merged)
    except RecursionError:
        merged_digest = row_digest  # nothing is merged
    return Conflict(
        entity=target.entity.name,
        id=str(item.id),
        differences=differences(target.entity, shape.columns, row, new),
        row_time=times.of_row(values),
        item_time=times.of_item(item),
        row_digest=row_digest,
        item_digest=item_digest,
        merged_digest=merged_digest,
    )
